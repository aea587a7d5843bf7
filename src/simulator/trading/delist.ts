/** Symbols that come and go, and what becomes of their orders. */
import type { Listings } from './listings.ts'
import { isOpen } from './order.ts'
import type { Venue } from './venue.ts'

/** Delists a symbol: what any account has open on it is ended by the exchange. Balances and trades stay. Throws ApiError -1121. */
export function delist(venues: readonly Venue[], symbol: string): void {
  const { listings, switches } = venues[0]!
  const { raw } = listings.of(symbol)
  raw.status = 'BREAK'
  listings.refresh(symbol)
  for (const venue of venues) endAll(venue, symbol)
  if (!switches.delistedStaysAsBreak) listings.unlisted.add(symbol)
}

/** Ends what an account has open on a symbol, as the exchange does when it delists it, or in maintenance. */
export function endAll(venue: Venue, symbol: string): void {
  for (const order of venue.openOf(symbol)) {
    // its pair may have taken it along
    if (!isOpen(order) || venue.endings.has(order.id)) continue
    if (order.status === 'PENDING_NEW') venue.expire(order, 'EXCHANGE_CANCELED')
    else venue.end(order, 'EXCHANGE_CANCELED')
  }
  venue.settle()
}

/** Lists a symbol that there are candles of, or one that was delisted. It waits for its next bar. Throws ApiError -1121. */
export function list(listings: Listings, symbol: string): void {
  const { raw } = listings.known(symbol)
  listings.unlisted.delete(symbol)
  raw.status = 'TRADING'
  listings.refresh(symbol)
}
