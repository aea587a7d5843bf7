/** An order made smaller where it rests, keeping its place. */
import type { Quantity } from '#domain/money.ts'
import { reduce } from '#matching/reduce.ts'
import { amendRejected } from '../errors.ts'
import { listEvent } from './events.ts'
import { filterError } from './filters.ts'
import { isOpen, type Order } from './order.ts'
import { findOrder, type OrderName } from './place.ts'
import { checkAccount, checkFresh } from './checks.ts'
import { sceneOf } from './scene.ts'
import type { Venue } from './venue.ts'

/** What is asked for. */
export interface AmendRequest {
  readonly name: OrderName
  readonly quantity: bigint
  /** Null: Binance makes a new one. */
  readonly clientOrderId: string | null
  /** Amendments that an order may have. */
  readonly most: number
}

/** Amends an order. Throws ApiError: -2038 for what the engine does not do, -1013 for a filter. */
export function amendOrder(
  venue: Venue,
  { name, quantity, clientOrderId, most }: AmendRequest,
): { order: Order; before: string; executionId: number } {
  checkAccount(venue, amendRejected)
  const unknown = amendRejected('Unknown order sent.')
  const order = findOrder(venue.open, name, unknown, unknown)
  const list = venue.lists.get(order.listId)
  if (venue.symbol(order.symbol).raw['amendAllowed'] === false) throw amendRejected('Order amend is not supported for this symbol.')
  if (order.status === 'PENDING_NEW' && order.quantity === 0n) throw amendRejected('Order amend (pending OPO order) is not supported.')
  if (quantity > order.quantity) throw amendRejected('Order amend (quantity increase) is not supported.')
  if (quantity === order.quantity) throw amendRejected('The requested action would change no state; rejecting')
  if (quantity <= (order.executed as bigint) + order.prevented) throw amendRejected('Order amend is not supported for this symbol.')
  if (order.amendments.length >= most) throw amendRejected('Filter failure: MAX_NUM_ORDER_AMENDS')
  // its own id may be kept, however the order was named
  if (clientOrderId !== order.clientOrderId) checkFresh(venue, clientOrderId)
  const draft = { ...order, quantity: quantity as Quantity }
  const failed = filterError(venue.listings.filtersOf(order.symbol), draft, sceneOf(venue, order.symbol, [order]))
  if (failed !== null) throw failed
  const market = venue.matching.market(order.symbol)
  if (order.status !== 'PENDING_NEW')
    venue.watcher.shown(market, () => void reduce(market, order.id, (quantity - order.prevented) as Quantity))
  const [before, from] = [order.clientOrderId, order.quantity]
  order.quantity = quantity as Quantity
  order.clientOrderId = clientOrderId ?? venue.newId()
  const executionId = venue.nextExecution()
  const names = { origClientOrderId: before, newClientOrderId: order.clientOrderId }
  order.amendments.push({ executionId, ...names, from, to: order.quantity, time: venue.now() })
  venue.change(order, order.status, 'REPLACED', { executionId, originalId: before })
  if (list !== undefined && list.orders.some(isOpen)) venue.events.push(listEvent(list, 'UPDATED', venue.now()))
  venue.settle()
  return { order, before, executionId }
}
