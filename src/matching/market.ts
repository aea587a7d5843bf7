import {
  type Amount,
  affordable,
  floorTo,
  type Money,
  type Price,
  priceOf,
  type Quantity,
  quantityOf,
  type Ratio,
  subtract,
  toNumber,
  zero,
} from '#domain/money.ts'
import type { OrderRequest } from '#domain/order.ts'
import type { SymbolInfo } from '#domain/symbol.ts'
import type { Costs } from './costs.ts'
import type { Balance, Wallet } from './wallet.ts'

/** An order on the exchange's book, with what is left of it. */
export interface Resting {
  readonly request: OrderRequest
  executed: Quantity
  /** What this order holds locked: base for a sell, quote for a buy. 0 where its pair holds the lock. */
  locked: bigint
  /** Sent between two bars: the next open is the first price it meets, and it meets it as a taker. */
  fresh: boolean
  /** Sent within a bar whose range is being shown: its price may have been before, so a limit is not reached before the next open. */
  late: boolean
  /** A stop or take-profit limit whose stop was reached: a plain limit from then on. */
  triggered: boolean
}

/** The best prices of a live order book, and what is left there for us until the next quote. */
export interface Book {
  readonly bid: Price
  readonly ask: Price
  bidLeft: Quantity
  askLeft: Quantity
}

/** One symbol on the exchange: its open orders, the last price, and what of the current bar's volume may still be taken. */
export interface Market {
  readonly info: SymbolInfo
  readonly base: Balance
  readonly quote: Balance
  /** Half-spread and slippage that a taker pays, as a share of the price. */
  readonly slippage: Ratio
  /** The share of a bar's volume that orders may take; 0: no limit. */
  readonly volumeShare: number
  orders: Resting[]
  last: Price
  /** `open`: the bar's open is known and a market order fills at it; `range`: so, and the bar's range is being shown; `closed`: between two bars, orders wait for the next open. */
  phase: 'open' | 'range' | 'closed'
  /** What of the bar's volume is left for us; null: no limit. */
  available: Quantity | null
  /** The live book, once there was a quote: orders meet its prices then, and bars are no use. */
  book: Book | null
  /** A bar whose low is at or under `low`, or whose high is at or over `high`, has to be shown to the matching. Never misses one. */
  low: number
  high: number
}

// Never written into: one array for all books that are empty, so that none has to be made.
const NO_ORDERS: Resting[] = []

/** A market that has seen nothing yet. */
export const newMarket = (info: SymbolInfo, wallet: Wallet, costs: Costs): Market => ({
  info,
  base: wallet.of(info.base),
  quote: wallet.of(info.quote),
  slippage: costs.slippage(info),
  volumeShare: costs.volumeShare,
  orders: NO_ORDERS,
  last: zero(),
  phase: 'closed',
  available: null,
  book: null,
  low: Number.NEGATIVE_INFINITY,
  high: Number.POSITIVE_INFINITY,
})

/** An order as it arrives, with nothing locked yet. */
export const arrived = ({ phase }: Market, request: OrderRequest): Resting => ({
  request,
  executed: zero(),
  locked: 0n,
  fresh: phase === 'closed',
  late: phase === 'range',
  triggered: false,
})

/** The price that an order of a side meets: the other side of the book, or the last price. */
export const priceFor = ({ book, last }: Market, side: OrderRequest['side']): Price =>
  book === null ? last : side === 'BUY' ? book.ask : book.bid

const buyStop = (request: OrderRequest): boolean => (request.side === 'BUY') === request.type.startsWith('STOP')

/** True where the order waits for a rising price, false for a falling one. */
export const waitsForRise = ({ request, triggered }: Resting): boolean =>
  request.stopPrice > 0n && !triggered ? buyStop(request) : request.side === 'SELL'

/** The price that an order waits for: its stop until reached, then its limit. */
export const waitsAt = ({ request, triggered }: Resting): Price =>
  request.stopPrice > 0n && !triggered ? request.stopPrice : request.price

/** An order by id among few, or undefined. */
export function byId(orders: readonly Resting[], id: number): Resting | undefined {
  // by index, here and below: short enough to be inlined
  for (let o = 0; o < orders.length; o++) if (orders[o]!.request.id === id) return orders[o]
  return undefined
}

/** True while an order is on the book. */
export const rests = ({ orders }: Market, order: Resting): boolean => orders.length > 0 && orders.includes(order)

/** The other order of a pair, while that is on the book. */
export const pairOf = ({ orders }: Market, { request: { pairedWith } }: Resting): Resting | undefined =>
  pairedWith === 0 ? undefined : byId(orders, pairedWith)

/** Of a pair one leg holds the lock of both. */
export const holderOf = (market: Market, order: Resting): Resting =>
  order.request.pairedWith !== 0 && order.locked === 0n ? (pairOf(market, order) ?? order) : order

/** Stops first, so that what is unknown is decided against us; then by age. */
export function inTurn(orders: readonly Resting[]): readonly Resting[] {
  if (orders.length === 1) return [orders[0]!]
  const isStop = (order: Resting): number => (order.request.type.startsWith('STOP') ? 0 : 1)
  return orders.toSorted((a, b) => isStop(a) - isStop(b) || a.request.id - b.request.id)
}

/** Puts an order on the book. Mostly it is the only one: an array made of it takes no room for more. */
export function rest(market: Market, order: Resting): void {
  if (market.orders.length === 0) market.orders = [order]
  else market.orders.push(order)
}

/** Takes an order off the book. */
export function forget(market: Market, order: Resting): void {
  if (market.orders.length === 1) market.orders = NO_ORDERS
  else market.orders = market.orders.filter(other => other !== order)
}

/** Sets the bounds outside of which a bar touches no order. */
export function refreshBounds(market: Market): void {
  const { orders } = market
  let low = Number.NEGATIVE_INFINITY
  let high = Number.POSITIVE_INFINITY
  for (let o = 0; o < orders.length; o++) {
    const order = orders[o]!
    if (order.fresh) {
      low = Number.POSITIVE_INFINITY
      break
    }
    const price = toNumber(waitsAt(order) as Amount<'price'>)
    if (waitsForRise(order)) {
      if (price < high) high = price
    } else if (price > low) low = price
  }
  market.low = low
  market.high = high
}

/** The book of a quote. Float quote and base units; a part of a step cannot be taken. */
export function bookOf({ info }: Market, bid: number, bidQuantity: number, ask: number, askQuantity: number): Book {
  const left = (shown: number): Quantity => floorTo(quantityOf(shown), info.filters.step)
  return { bid: priceOf(bid), ask: priceOf(ask), bidLeft: left(bidQuantity), askLeft: left(askQuantity) }
}

/** What is left to buy or sell of an order at a price. One for an amount of quote has what is left of that locked. */
export const wantedOf = ({ info }: Market, { request, executed, locked }: Resting, price: Price): Quantity =>
  request.quoteAmount > 0n ? floorTo(affordable(locked as Money, price), info.filters.step) : subtract(request.quantity, executed)
