/** Orders in, and out again: one at a time. */
import { affordable, floorTo, worsened } from '#domain/money.ts'
import { priceFor } from '#matching/market.ts'
import { type ApiError, cancelRejected, orderRejected } from '../errors.ts'
import { checkAccount, checkFresh, checkFunds, checkMarket, checkMatching, checkRules, needOf } from './checks.ts'
import { type Draft, isOpen, type Order } from './order.ts'
import { pegged } from './peg.ts'
import { cancelList } from './place-list.ts'
import { takeable } from './ticks.ts'
import type { Venue } from './venue.ts'

/** Places an order. What came of it at once is in it. Throws ApiError when it is refused. */
export function placeOrder(venue: Venue, asked: Draft): Order {
  const draft = pegged(venue, sizedSale(venue, asked))
  if (venue.limits.tooManyOrders(1)) throw venue.limits.tooMany()
  checkRules(venue, draft)
  checkLiquidity(venue, draft)
  checkAccount(venue)
  checkFresh(venue, draft.clientOrderId)
  checkFunds(venue, draft, needOf(venue, draft))
  checkMarket(venue, draft)
  checkMatching(venue, [draft])
  const order = venue.record(draft, -1, 'NEW')
  venue.limits.countOrders(1)
  venue.send(order)
  return order
}

// An amount of quote needs something to be bought from, or sold to.
function checkLiquidity(venue: Venue, { symbol, side, quoteAmount }: Draft): void {
  const market = venue.matching.market(symbol)
  const { phase, info } = market
  const available = takeable(market, side)
  if (quoteAmount === 0n || phase === 'closed' || available === null || !venue.switches.lowLiquidityIs2010) return
  if (available === 0n) throw orderRejected('Order book liquidity is less than symbol minimum quantity.')
  if (available < info.filters.minQuantity) throw orderRejected('Order book liquidity is less than `LOT_SIZE` filter minimum quantity.')
}

// A sale for an amount of quote sells the largest multiple of the step that brings no more than it.
function sizedSale(venue: Venue, draft: Draft): Draft {
  if (draft.side === 'BUY' || draft.quoteAmount === 0n) return draft
  const { info } = venue.symbol(draft.symbol)
  const market = venue.matching.market(draft.symbol)
  const { tick, step } = info.filters
  return {
    ...draft,
    quantity: floorTo(affordable(draft.quoteAmount, worsened(priceFor(market, 'SELL'), market.slippage, false, tick)), step),
  }
}

/** What order/test looks at. Throws ApiError. */
export function testOrder(venue: Venue, asked: Draft): void {
  const draft = pegged(venue, asked)
  checkRules(venue, draft)
  if (!venue.switches.testOrderSkipsBalance) checkFunds(venue, draft, needOf(venue, draft))
}

/** Which order is meant. */
export interface OrderName {
  readonly symbol: string
  readonly orderId: number | null
  readonly clientOrderId: string | null
}

/** Finds an order: by number first, and then its other id has to match; by the client's id the newest. Throws `unknown`, or `mismatch` when the two do not belong together. */
export function findOrder(
  orders: Iterable<Order>,
  { symbol, orderId, clientOrderId }: OrderName,
  unknown: ApiError,
  mismatch: ApiError,
): Order {
  let found: Order | undefined
  for (const order of orders) {
    if (order.symbol !== symbol) continue
    if (orderId === null ? order.clientOrderId === clientOrderId : order.id === orderId) found = order
  }
  if (found === undefined) throw unknown
  if (orderId !== null && clientOrderId !== null && found.clientOrderId !== clientOrderId) throw mismatch
  return found
}

/** An order that is open, to be cancelled or changed. Throws -2011. */
function findOpen(venue: Venue, name: OrderName): Order {
  return findOrder(venue.open, name, cancelRejected(), cancelRejected())
}

/** Which orders a cancel may take. */
export type CancelRestriction = 'ONLY_NEW' | 'ONLY_PARTIALLY_FILLED' | null

/** Cancels an order, and the list it belongs to. The orders that ended by it. `cancelId`: the cancel's own. Throws ApiError. */
export function cancelOrder(venue: Venue, name: OrderName, cancelId: string, restriction: CancelRestriction = null): Order[] {
  checkAccount(venue, cancelRejected)
  const order = findOpen(venue, name)
  const wanted = restriction === 'ONLY_NEW' ? 'NEW' : restriction === 'ONLY_PARTIALLY_FILLED' ? 'PARTIALLY_FILLED' : order.status
  if (order.status !== wanted) throw cancelRejected('Order was not canceled due to cancel restrictions.')
  const list = venue.lists.get(order.listId)
  if (list !== undefined) return [order, ...cancelList(venue, list, cancelId).filter(other => other !== order)]
  venue.withdraw(order, cancelId)
  return [order]
}

/** Cancels what is open on a symbol: single orders, and lists whole. Throws -2011 when there is nothing. */
export function cancelAll(venue: Venue, symbol: string, cancelId: string): Order[] {
  checkAccount(venue, cancelRejected)
  const open = venue.openOf(symbol)
  if (open.length === 0) throw cancelRejected()
  return open.flatMap(({ id, listId }) => {
    const order = venue.orders.get(id)!
    if (!isOpen(order)) return []
    return listId < 0
      ? cancelOrder(venue, { symbol, orderId: id, clientOrderId: null }, cancelId)
      : cancelList(venue, venue.lists.get(listId)!, cancelId)
  })
}
