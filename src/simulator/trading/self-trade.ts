/** Self-trade prevention: an order that would take from another of the account does not; which of the two ends is the taker's mode (faqs/stp_faq.md). */
import { type Price, type Quantity, worsened } from '#domain/money.ts'
import type { Market, Resting } from '#matching/market.ts'
import { reduce } from '#matching/reduce.ts'
import { eight } from '../decimals.ts'
import type { Order, StpMode } from './order.ts'
import type { Venue } from './venue.ts'

/** Watches over a venue's matching. */
export function preventSelfTrades(venue: Venue): void {
  venue.matching.onTaking = (market, taker, at) => {
    const { side, price } = taker.request
    const reached = worsened(at, market.slippage, side === 'BUY', market.info.filters.tick)
    const capped = price > 0n && (side === 'BUY' ? reached > price : reached < price) ? price : reached
    return meets(venue, market, taker, capped)
  }
  venue.onRest = order => {
    const market = venue.matching.market(order.symbol)
    const resting = market.orders.find(({ request }) => request.id === order.id)
    // only what has taken all that there was can reach further
    if (resting === undefined || resting.fresh || order.type !== 'LIMIT' || resting.executed === 0n) return
    meets(venue, market, resting, order.price)
  }
}

// False when nothing of the taker is left.
function meets(venue: Venue, market: Market, taker: Resting, reach: Price): boolean {
  const mode = venue.orders.get(taker.request.id)!.stp
  if (mode === 'NONE') return true
  for (;;) {
    const maker = nearest(market, taker, reach)
    if (maker === undefined) return true
    if (!prevent(venue, market, taker, maker, mode)) return false
  }
}

// The order of the other side that stands first in the way.
function nearest({ orders }: Market, { request: { side, id, pairedWith } }: Resting, reach: Price): Resting | undefined {
  const buying = side === 'BUY'
  return orders
    .filter(({ request, fresh, triggered }) => {
      if (request.side === side || fresh || request.id === pairedWith || request.id === id) return false
      if (request.price === 0n || (request.stopPrice > 0n && !triggered)) return false
      return buying ? request.price <= reach : request.price >= reach
    })
    .sort((a, b) =>
      a.request.price === b.request.price ? a.request.id - b.request.id : a.request.price < b.request.price === buying ? -1 : 1,
    )[0]
}

const leftOf = ({ request, executed }: Resting): bigint => (request.quantity as bigint) - executed

function prevent(venue: Venue, market: Market, taker: Resting, maker: Resting, mode: StpMode): boolean {
  const match = venue.prevented.length + 1
  const decrement = mode === 'DECREMENT' || mode === 'TRANSFER'
  const [takes, makes] = [leftOf(taker), leftOf(maker)]
  const least = takes < makes ? takes : makes
  const takerEnds = decrement ? takes === least : mode !== 'EXPIRE_MAKER'
  const makerEnds = decrement ? makes === least : mode !== 'EXPIRE_TAKER'
  venue.prevented.push({
    symbol: market.info.symbol,
    preventedMatchId: match,
    takerOrderId: taker.request.id,
    makerOrderId: maker.request.id,
    tradeGroupId: -1,
    selfTradePreventionMode: mode === 'TRANSFER' ? 'DECREMENT' : mode,
    price: eight(maker.request.price),
    ...(takerEnds || decrement ? { takerPreventedQuantity: eight(decrement ? least : takes) } : {}),
    ...(makerEnds || decrement ? { makerPreventedQuantity: eight(decrement ? least : makes) } : {}),
    transactTime: venue.now(),
  })
  end(venue, market, maker, makerEnds, decrement ? least : makes, match, decrement)
  end(venue, market, taker, takerEnds, decrement ? least : takes, match, decrement)
  return !takerEnds
}

// Takes an order off, its pair too; or makes it smaller by what was prevented.
function end(venue: Venue, market: Market, order: Resting, ends: boolean, quantity: bigint, match: number, decrement: boolean): void {
  const { id, pairedWith } = order.request
  if (ends) {
    venue.preventions.set(id, { match, quantity })
    if (pairedWith > 0) venue.preventions.set(pairedWith, { match: 0, quantity: 0n })
    venue.matching.cancel(id, venue.marketNow)
    // the pair may be gone already
    if (pairedWith > 0 && !venue.open.has(venue.orders.get(pairedWith)!)) venue.preventions.delete(pairedWith)
  } else if (decrement) {
    reduce(market, id, ((order.request.quantity as bigint) - quantity) as Quantity)
    venue.notes.push(() => noteDecrement(venue, venue.orders.get(id)!, quantity, match))
  }
}

function noteDecrement(venue: Venue, order: Order, quantity: bigint, match: number): void {
  order.preventedMatch = match
  order.prevented = ((order.prevented as bigint) + quantity) as Quantity
  venue.change(order, order.status, 'TRADE_PREVENTION')
}
