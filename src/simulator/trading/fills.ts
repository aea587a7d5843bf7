/** Between an order as Binance knows it and as the matching does. */
import { type Quantity, zero } from '#domain/money.ts'
import { type Fill, type OrderRequest, PAIR_REACHED } from '#domain/order.ts'
import type { ExpiryReason, Order } from './order.ts'

/** An order as the matching takes it. */
export const requestOf = (order: Order, pair: Order | null): OrderRequest => ({
  id: order.id,
  symbol: order.symbol,
  side: order.side,
  type: order.type,
  // the matching knows amounts of quote for buying only: a sale was sized before
  quantity: order.quoteAmount > 0n && order.side === 'BUY' ? zero() : order.quantity,
  quoteAmount: order.side === 'BUY' ? order.quoteAmount : zero(),
  price: order.price,
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

/** A fill told as several trades, whose sums are those of the one. */
export function partsOf(fill: Fill, count: number, step: bigint): Fill[] {
  const grain = step > 0n ? step : 1n
  const size = ((fill.quantity as bigint) / BigInt(count) / grain) * grain
  if (count <= 1 || size === 0n) return [fill]
  const parts: Fill[] = []
  let [quantity, quote, fee] = [fill.quantity as bigint, fill.quote as bigint, fill.fee as bigint]
  for (let place = 0; place < count; place++) {
    const last = place === count - 1
    const part = last ? quantity : size
    const share = (whole: bigint, left: bigint): bigint => (last ? left : (whole * part) / fill.quantity)
    const [partQuote, partFee] = [share(fill.quote, quote), share(fill.fee, fee)]
    parts.push({ ...fill, quantity: part as Quantity, quote: partQuote as Fill['quote'], fee: partFee as Fill['fee'] })
    quantity -= part
    quote -= partQuote
    fee -= partFee
  }
  return parts
}
