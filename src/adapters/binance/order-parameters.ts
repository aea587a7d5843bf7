/** Our orders as Binance takes them, and the names that they have there. */
import { assert } from '#domain/fault.ts'
import { floorTo, format } from '#domain/money.ts'
import type { OrderRequest } from '#domain/order.ts'
import type { SymbolInfo } from '#domain/symbol.ts'

/** Begins every client order id of ours, so that what is found on the account can be told from what others placed. */
export const CLIENT_PREFIX = 'rt-'
const TAG = /^[A-Za-z0-9]{1,16}$/

/**
 * The client order id of one of our orders: never used again, since order ids are not. `tag` belongs to one record of one account: Binance
 * takes an id anew once the order that had it has ended, so two records that count from 1 must not share it.
 */
export function clientIdOf(tag: string, orderId: number): string {
  assert(TAG.test(tag), `"${tag}" is not a tag of client order ids: 1 to 16 letters and digits are needed`)
  return `${CLIENT_PREFIX}${tag}-${orderId}`
}

/** Our order id in a client order id with this tag, or null. */
export function orderIdOf(tag: string, clientId: string): number | null {
  const start = `${CLIENT_PREFIX}${tag}-`
  const digits = clientId.startsWith(start) ? clientId.slice(start.length) : ''
  return /^[1-9]\d{0,15}$/.test(digits) ? Number(digits) : null
}

/**
 * An order on the grid that its symbol has now, which may have become coarser since it was made: less of it, or at a price under the one that was
 * meant, by less than a step. Without it what protects a position would be refused until the next start.
 */
export function fitted(request: OrderRequest, info: SymbolInfo | undefined): OrderRequest {
  if (info === undefined) return request
  const { tick, step } = info.filters
  const quantity = floorTo(request.quantity, step)
  const [price, stopPrice] = [floorTo(request.price, tick), floorTo(request.stopPrice, tick)]
  const fits = quantity === request.quantity && price === request.price && stopPrice === request.stopPrice
  return fits ? request : { ...request, quantity, price, stopPrice }
}

const hasLimit = ({ type }: OrderRequest): boolean => type === 'LIMIT' || type === 'STOP_LOSS_LIMIT' || type === 'TAKE_PROFIT_LIMIT'

/** Parameters of one order. */
export function orderParameters(request: OrderRequest, clientId: string): Record<string, string> {
  const { symbol, side, type, quantity, quoteAmount, price, stopPrice, timeInForce } = request
  // the default answer to stops and post-only orders says too little
  const parameters: Record<string, string> = { symbol, side, type, newClientOrderId: clientId, newOrderRespType: 'FULL' }
  if (quoteAmount > 0n) parameters['quoteOrderQty'] = format(quoteAmount)
  else parameters['quantity'] = format(quantity)
  if (price > 0n) parameters['price'] = format(price)
  if (stopPrice > 0n) parameters['stopPrice'] = format(stopPrice)
  if (hasLimit(request)) parameters['timeInForce'] = timeInForce
  return parameters
}

/**
 * Parameters of an order in the place of another, which is tried only once that was cancelled. `untouched`: the other is cancelled only while
 * nothing of it has traded; the quantity of this one would not fit any more.
 */
export function replaceParameters(
  request: OrderRequest,
  clientId: string,
  cancelled: { readonly clientId: string; readonly untouched: boolean },
): Record<string, string> {
  const parameters = orderParameters(request, clientId)
  parameters['cancelReplaceMode'] = 'STOP_ON_FAILURE'
  parameters['cancelOrigClientOrderId'] = cancelled.clientId
  if (cancelled.untouched) parameters['cancelRestrictions'] = 'ONLY_NEW'
  return parameters
}

/** Parameters of a one-cancels-the-other pair: the leg that waits for a rising price is the one above. */
export function pairParameters(
  first: OrderRequest,
  second: OrderRequest,
  clientId: (request: OrderRequest) => string,
): Record<string, string> {
  const stop = first.stopPrice > 0n ? first : second
  const target = stop === first ? second : first
  const [above, below] = first.side === 'SELL' ? [target, stop] : [stop, target]
  return {
    symbol: first.symbol,
    side: first.side,
    quantity: format(first.quantity),
    ...legParameters('above', above, clientId(above)),
    ...legParameters('below', below, clientId(below)),
    newOrderRespType: 'FULL',
  }
}

function legParameters(name: 'above' | 'below', leg: OrderRequest, clientId: string): Record<string, string> {
  return {
    [`${name}Type`]: leg.type,
    [`${name}ClientOrderId`]: clientId,
    ...(leg.price > 0n ? { [`${name}Price`]: format(leg.price) } : {}),
    ...(leg.stopPrice > 0n ? { [`${name}StopPrice`]: format(leg.stopPrice) } : {}),
    ...(hasLimit(leg) ? { [`${name}TimeInForce`]: leg.timeInForce } : {}),
  }
}
