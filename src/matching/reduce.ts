/** Making a resting order smaller where it stands. */
import type { Money, Quantity } from '#domain/money.ts'
import type { OrderRequest } from '#domain/order.ts'
import { byId, holderOf, type Market, pairOf, type Resting } from './market.ts'
import { needOf } from './refusal.ts'
import { unlock } from './wallet.ts'

/** Gives an open order a smaller quantity (more than has executed); what it no longer needs becomes free. Its place in the queue stays. False when it is not open. */
export function reduce(market: Market, id: number, quantity: Quantity): boolean {
  const order = byId(market.orders, id)
  if (order === undefined) return false
  const pair = pairOf(market, order)
  const holder = holderOf(market, order)
  const whole: { request: OrderRequest } = order
  whole.request = { ...order.request, quantity }
  const needs = [order, ...(pair === undefined ? [] : [pair])].map(one => leftOf(market, one))
  const need = needs.reduce((most, one) => (one > most ? one : most))
  if (holder.locked <= need) return true
  unlock(order.request.side === 'SELL' ? market.base : market.quote, holder.locked - need)
  holder.locked = need
  return true
}

// What the rest of an order needs locked.
const leftOf = (market: Market, { request, executed }: Resting): bigint =>
  needOf(market, { ...request, quantity: ((request.quantity as bigint) - executed) as Quantity, quoteAmount: 0n as Money })
