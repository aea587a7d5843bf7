/** Self-trade prevention: an order that would take from another of the account does not; which of the two ends is the taker's mode (faqs/stp_faq.md). */
import { notional, type Price, type Quantity, subtract, worsened } from '#domain/money.ts'
import { type Market, type Resting, wantedOf } from '#matching/market.ts'
import { reduce } from '#matching/reduce.ts'
import { unlock } from '#matching/wallet.ts'
import { eight } from '../decimals.ts'
import type { PreventedMatch } from './account.ts'
import type { Order, StpMode } from './order.ts'
import type { Venue } from './venue.ts'

/** Watches over a venue's matching. */
export function preventSelfTrades(venue: Venue): void {
  venue.matching.onTaking = (market, taker, at) => meets(venue, market, taker, reachOf(market, taker, at))
  venue.onRest = order => {
    const market = venue.matching.market(order.symbol)
    const resting = market.orders.find(({ request }) => request.id === order.id)
    // only what has taken all that there was can reach further
    if (resting === undefined || resting.fresh || order.type !== 'LIMIT' || resting.executed === 0n) return
    meets(venue, market, resting, order.price)
  }
}

/** The price that a taker trades at: what it meets, worsened by half-spread and slippage, but never beyond its limit. */
export function reachOf(market: Market, { request: { side, price } }: Resting, at: Price): Price {
  const reached = worsened(at, market.slippage, side === 'BUY', market.info.filters.tick)
  return price > 0n && (side === 'BUY' ? reached > price : reached < price) ? price : reached
}

// Where an order rests.
interface Place {
  readonly venue: Venue
  readonly market: Market
  readonly resting: Resting
}

// False when nothing of the taker is left.
function meets(venue: Venue, market: Market, resting: Resting, reach: Price): boolean {
  const taker = { venue, market, resting }
  const mode = orderOf(taker).stp
  if (mode === 'NONE') return true
  for (;;) {
    const maker = nearest(taker, reach)
    if (maker === undefined) return true
    if (!prevent(taker, maker, mode)) return false
  }
}

const orderOf = ({ venue, resting }: Place): Order => venue.orders.get(resting.request.id)!

// The order of the other side that stands first in the way: of the account, or of another in its trade group.
function nearest({ venue, market: { info }, resting: taker }: Place, reach: Price): Place | undefined {
  const { side, id, pairedWith } = taker.request
  const buying = side === 'BUY'
  return [venue, ...venue.fellows()]
    .flatMap(one => {
      const market = one.matching.market(info.symbol)
      return market.orders.map(resting => ({ venue: one, market, resting }))
    })
    .filter(({ resting: { request, fresh, triggered } }) => {
      if (request.side === side || fresh || request.id === pairedWith || request.id === id) return false
      if (request.price === 0n || (request.stopPrice > 0n && !triggered)) return false
      return buying ? request.price <= reach : request.price >= reach
    })
    .sort(({ resting: { request: a } }, { resting: { request: b } }) =>
      a.price === b.price ? a.id - b.id : a.price < b.price === buying ? -1 : 1,
    )[0]
}

// What really happens: a transfer needs two accounts, and both sides to ask for it.
function effective(taker: Place, maker: Place, mode: StpMode): StpMode {
  if (mode !== 'TRANSFER') return mode
  return taker.venue !== maker.venue && orderOf(maker).stp === 'TRANSFER' ? 'TRANSFER' : 'DECREMENT'
}

function prevent(taker: Place, maker: Place, asked: StpMode): boolean {
  const mode = effective(taker, maker, asked)
  const venues = [...new Set([taker.venue, maker.venue])]
  const match = Math.max(...venues.map(({ prevented }) => prevented.at(-1)?.preventedMatchId ?? 0)) + 1
  const decrement = mode === 'DECREMENT' || mode === 'TRANSFER'
  const { price } = maker.resting.request
  const [takes, makes] = [taker, maker].map(({ market, resting }) => wantedOf(market, resting, price)) as [Quantity, Quantity]
  const least = takes < makes ? takes : makes
  const takerEnds = decrement ? takes === least : mode !== 'EXPIRE_MAKER'
  const makerEnds = decrement ? makes === least : mode !== 'EXPIRE_TAKER'
  const row: PreventedMatch = {
    symbol: taker.market.info.symbol,
    preventedMatchId: match,
    takerOrderId: taker.resting.request.id,
    makerOrderId: maker.resting.request.id,
    tradeGroupId: taker.venue.tradeGroupId,
    selfTradePreventionMode: mode,
    price: eight(price),
    ...(takerEnds || decrement ? { takerPreventedQuantity: eight(decrement ? least : takes) } : {}),
    ...(makerEnds || decrement ? { makerPreventedQuantity: eight(decrement ? least : makes) } : {}),
    transactTime: taker.venue.now(),
  }
  for (const { prevented } of venues) prevented.push(row)
  orderOf(taker).preventedMatches.push(row)
  const prevented = { match, decrement, price }
  end(maker, makerEnds, { ...prevented, quantity: decrement ? least : makes })
  end(taker, takerEnds, { ...prevented, quantity: decrement ? least : takes })
  if (mode === 'TRANSFER') transfer(taker, maker, least)
  return !takerEnds
}

// The two accounts settle between themselves what they would have traded, at the maker's price and without a fee. What was locked for it is free.
function transfer(taker: Place, maker: Place, quantity: Quantity): void {
  const sum = notional(maker.resting.request.price, quantity)
  const [buyer, seller] = taker.resting.request.side === 'BUY' ? [taker, maker] : [maker, taker]
  if (buyer.market.quote.free < sum || seller.market.base.free < quantity) return
  for (const [{ venue, market }, sign] of [
    [buyer, 1n],
    [seller, -1n],
  ] as const) {
    for (const [balance, amount] of [
      [market.base, sign * quantity],
      [market.quote, -sign * sum],
    ] as const) {
      balance.free += amount
      venue.deposit(balance.asset, amount)
    }
  }
}

interface Prevention {
  readonly match: number
  readonly quantity: Quantity
  /** The maker's. */
  readonly price: Price
  readonly decrement: boolean
}

// Takes an order off, its pair too; or makes it smaller by what was prevented.
function end({ venue, market, resting }: Place, ends: boolean, { match, quantity, price, decrement }: Prevention): void {
  const { id, pairedWith } = resting.request
  if (ends) {
    venue.preventions.set(id, { match, quantity })
    if (pairedWith > 0) venue.preventions.set(pairedWith, { match: 0, quantity: 0n })
    venue.matching.cancel(id, venue.marketNow)
    // the pair may be gone already
    if (pairedWith > 0 && !venue.open.has(venue.orders.get(pairedWith)!)) venue.preventions.delete(pairedWith)
  } else if (decrement) {
    lessen(market, resting, quantity, price)
    venue.notes.push(() => noteDecrement(venue, venue.orders.get(id)!, quantity, match))
  }
}

// An order for an amount has what is left of that locked: it becomes smaller by what the rest would have cost.
function lessen(market: Market, resting: Resting, quantity: Quantity, price: Price): void {
  const { id, quoteAmount, quantity: whole } = resting.request
  if (quoteAmount === 0n) return void reduce(market, id, subtract(whole, quantity))
  const spared = notional(price, quantity)
  unlock(market.quote, spared)
  resting.locked -= spared
}

function noteDecrement(venue: Venue, order: Order, quantity: bigint, match: number): void {
  order.preventedMatch = match
  order.prevented = ((order.prevented as bigint) + quantity) as Quantity
  venue.change(order, order.status, 'TRADE_PREVENTION')
}
