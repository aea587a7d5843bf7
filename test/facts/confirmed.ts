/** Where and when a card was confirmed by a real exchange: confirmed.json, filled in from transcripts that users send. */
import { readFileSync } from 'node:fs'

/** A confirmation: the day (2026-12-01) and the site (testnet.binance.vision). */
export interface Confirmation {
  readonly date: string
  readonly site: string
}

/** All of them, by card id. */
export const confirmed: Readonly<Record<string, Confirmation>> = JSON.parse(
  readFileSync(new URL('confirmed.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, Confirmation>>

/** How sure a card is, in words. */
export function standing(id: string): string {
  const found = confirmed[id]
  return found === undefined ? 'unconfirmed' : `confirmed ${found.date} on ${found.site}`
}
