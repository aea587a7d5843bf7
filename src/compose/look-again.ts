/** What is looked at again while live trading goes on: whether symbols still trade, and what the API key may do. What changed is told, once. */
import type { Binance } from '#adapters/binance/binance.ts'
import { keyRefusals } from '#adapters/binance/self-check.ts'
import { Fault } from '#domain/fault.ts'

/** What it is made of. */
export interface LookSetup {
  readonly names: readonly string[]
  /** Those of them that trade, as far as is known. */
  readonly trading: readonly string[]
  /** Whether it can be asked what the key may do. */
  readonly tellsPermissions: boolean
  /** A person's setting: the key need not be bound to addresses. */
  readonly anyAddress: boolean
  /** For the log. */
  note(text: string): void
  /** For people. */
  trouble(text: string): void
}

/** Looks again: never rejects. Trading goes on whatever is seen: to stop it is for people, and what is held stays protected. */
export type LookAgain = (binance: Pick<Binance, 'market' | 'account' | 'rest'>) => Promise<void>

/** Makes such a look; what was told is remembered from one to the next. */
export function openLookAgain({ names, trading, tellsPermissions, anyAddress, note, trouble }: LookSetup): LookAgain {
  const traded = new Set(trading)
  let wrong: readonly string[] = []
  const lookAtSymbols = async ({ market }: Pick<Binance, 'market'>): Promise<void> => {
    // as they are now, not as they were within the hour: filters change, and symbols halt
    market.outdate()
    const known = await market.symbols(names)
    for (const name of names) {
      const trades = known.get(name)?.trading === true
      if (trades === traded.has(name)) continue
      if (trades) traded.add(name)
      else traded.delete(name)
      trouble(
        trades ? `Binance trades ${name} again.` : `Binance does not trade ${name} any more: orders for it are refused until it does.`,
      )
    }
  }
  const lookAtKey = async ({ account, rest }: Pick<Binance, 'account' | 'rest'>): Promise<void> => {
    // where its rights cannot be asked for, the account tells at least whether it is taken
    const found = await answerOf(() => (tellsPermissions ? account.restrictions() : account.account()))
    const rights = typeof found !== 'string' && tellsPermissions ? keyRefusals(found, { anyAddress, now: rest.serverClock.now() }) : []
    const refusals = typeof found === 'string' ? [found] : rights
    for (const refusal of refusals) if (!wrong.includes(refusal)) trouble(`${refusal} Trading goes on meanwhile.`)
    if (refusals.length === 0 && wrong.length > 0) trouble('The API key is as it should be again.')
    wrong = refusals
  }
  return async binance => {
    for (const look of [lookAtSymbols, lookAtKey])
      try {
        await look(binance)
      } catch (error) {
        if (!(error instanceof Fault)) throw error
        note(`Binance could not be looked at: ${error.message}`)
      }
  }
}

/**
 * What the account holds, asked for so that a key that Binance does not take any more is looked at at once, and again once it is taken: while
 * nothing is ordered nobody else would notice until the next hour.
 */
export function noticingTheKey<Holds>(ask: () => Promise<Holds>, look: () => Promise<void>): () => Promise<Holds> {
  let refused = false
  const noticed = async (now: boolean): Promise<void> => {
    if (refused === now) return
    refused = now
    await look()
  }
  return async () => {
    try {
      const holds = await ask()
      await noticed(false)
      return holds
    } catch (error) {
      if (error instanceof Fault && error.kind === 'misconfigured') await noticed(true)
      throw error
    }
  }
}

// What is answered; in words why the key may not even ask.
async function answerOf(ask: () => Promise<Readonly<Record<string, unknown>>>): Promise<Readonly<Record<string, unknown>> | string> {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof Fault) || error.kind !== 'misconfigured') throw error
    return error.message
  }
}
