/** Runs cards, one after another, and says of each what came of it. */
import type { Card, Need } from './card.ts'
import type { Binance } from './client/binance.ts'
import { Difference, NotRun } from './seen.ts'

/** What came of a card. `broken`: it could not be finished, for a reason that is not its fact. */
export type Outcome =
  | { readonly kind: 'agrees' }
  | { readonly kind: 'differs'; readonly expected: string; readonly seen: string }
  | { readonly kind: 'not_run'; readonly why: string }
  | { readonly kind: 'broken'; readonly why: string }

/** Why an exchange does not have what a card needs, or null. */
function lacking(binance: Binance, needs: readonly Need[]): string | null {
  for (const need of needs) {
    switch (need) {
      case 'moving':
        break // waited for where it cannot be stepped
      case 'control':
        if (binance.market === null) return 'it needs an exchange that obeys: a simulator'
        break
      case 'hmac':
        if (binance.key('HMAC') === undefined) return 'it needs an HMAC key'
        break
      case 'ed25519':
        if (binance.key('ED25519') === undefined) return 'it needs an Ed25519 key'
        break
      case 'sapi':
        if (binance.target.kind === 'testnet') return 'the testnet has no /sapi'
        break
    }
  }
  return null
}

/** Runs a card, and cleans up after it. */
export async function runCard(card: Card, binance: Binance): Promise<Outcome> {
  binance.transcript.begin(card.id)
  const outcome = await outcomeOf(card, binance)
  binance.transcript.note({ outcome, says: card.says, source: card.source })
  return outcome
}

async function outcomeOf(card: Card, binance: Binance): Promise<Outcome> {
  const why = lacking(binance, card.needs ?? [])
  if (why !== null) return { kind: 'not_run', why }
  let outcome: Outcome
  try {
    await card.run(binance)
    outcome = { kind: 'agrees' }
  } catch (error) {
    outcome = outcomeOfError(error)
  }
  try {
    await binance.clean()
  } catch (error) {
    return { kind: 'broken', why: messageOf(error) }
  }
  return outcome
}

function outcomeOfError(error: unknown): Outcome {
  if (error instanceof Difference) return { kind: 'differs', expected: error.expected, seen: error.seen }
  if (error instanceof NotRun) return { kind: 'not_run', why: error.message }
  return { kind: 'broken', why: messageOf(error) }
}

const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  // fetch says only "fetch failed"; why is in its cause
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message
}
