/** Between an order as Binance knows it and as the matching does. */
import { type Quantity, zero } from '#domain/money.ts'
import { type Fill, type OrderRequest, PAIR_REACHED } from '#domain/order.ts'
import { type Draft, type ExpiryReason, limitOf, type Order } from './order.ts'

/** An order that has its number: one that is open, or a draft that is to be. */
export type Numbered = Draft & { readonly id: number }

/** An order as the matching takes it. */
export const requestOf = (order: Numbered, pair: Pick<Order, 'id'> | null): OrderRequest => ({
  id: order.id,
  symbol: order.symbol,
  side: order.side,
  type: order.type,
  // the matching knows amounts of quote for buying only: a sale was sized before
  quantity: order.quoteAmount > 0n && order.side === 'BUY' ? zero() : order.quantity,
  quoteAmount: order.side === 'BUY' ? order.quoteAmount : zero(),
  price: limitOf(order),
  stopPrice: order.stopPrice,
  timeInForce: order.timeInForce,
  guard: zero(),
  pairedWith: pair?.id ?? 0,
})

/** Why an order expired, from what the matching says of it. */
export function expiryOf({ timeInForce, type }: Order, reason: string): ExpiryReason {
  if (reason === PAIR_REACHED) return 'OCO_TRIGGER'
  // a market order that turned out too dear
  if (reason.includes(' are needed, ')) return 'REJECTED'
  if (type.includes('LIMIT') && timeInForce === 'FOK') return 'UNFILLED_FOK_ORDER_EXPIRED'
  if (type.includes('LIMIT') && timeInForce === 'IOC') return 'UNFILLED_IOC_QUANTITY_EXPIRED'
  return 'INSUFFICIENT_LIQUIDITY'
}

/** A fill told as several trades of these sizes, whose sums are those of the one. Sizes have to add up to its quantity. */
export function partsOf(fill: Fill, sizes: readonly bigint[]): Fill[] {
  if (sizes.length <= 1) return [fill]
  let [quote, fee] = [fill.quote as bigint, fill.fee as bigint]
  return sizes.map((part, place) => {
    const last = place === sizes.length - 1
    const [partQuote, partFee] = [fill.quote, fill.fee].map((whole, of) =>
      last ? [quote, fee][of]! : ((whole as bigint) * part) / fill.quantity,
    ) as [bigint, bigint]
    quote -= partQuote
    fee -= partFee
    return { ...fill, quantity: part as Quantity, quote: partQuote as Fill['quote'], fee: partFee as Fill['fee'] }
  })
}

/** Sizes of so many parts, in whole steps, the last one the largest. */
export function equalSizes(quantity: bigint, count: number, step: bigint): bigint[] {
  const grain = step > 0n ? step : 1n
  const size = (quantity / BigInt(count) / grain) * grain
  if (count <= 1 || size === 0n) return [quantity]
  return [...Array.from({ length: count - 1 }, () => size), quantity - size * BigInt(count - 1)]
}
