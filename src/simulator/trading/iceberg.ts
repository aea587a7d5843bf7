/** Icebergs: of what rests only a part is shown. What is shown trades first; then the next part is, behind what stands at its price already. */
import { least, type Quantity, subtract } from '#domain/money.ts'
import type { Fill } from '#domain/order.ts'
import type { Time } from '#domain/time.ts'
import type { Market, Resting } from '#matching/market.ts'
import type { Matching } from '#matching/matching.ts'
import type { Level } from '../market/book.ts'
import type { Order } from './order.ts'

/** What is left of an order that no self-trade prevention took. */
const leftOf = (order: Order): Quantity => subtract(subtract(order.quantity, order.executed), order.prevented)

/** What the book shows of an order that rests. */
export const shownOf = (order: Order): Quantity => (order.iceberg > 0n ? least(order.visible, leftOf(order)) : leftOf(order))

/** The trades that a fill of an iceberg is told as; its part on show is used up and set anew by it. Its taking knows no parts. Null for other orders. */
export function slicesOf(order: Order, { maker, quantity }: Fill): bigint[] | null {
  if (order.iceberg === 0n) return null
  const left = leftOf(order)
  const next = (after: bigint): Quantity => least(order.iceberg, (left - after) as Quantity)
  if (!maker) {
    order.visible = next(quantity)
    return null
  }
  const sizes: bigint[] = []
  let sum = 0n
  while (sum < quantity) {
    const size = least(order.visible, (quantity - sum) as Quantity)
    sizes.push(size)
    sum += size
    order.visible = subtract(order.visible, size)
    if (order.visible === 0n) order.visible = next(sum)
  }
  return sizes
}

/** Where orders stand. */
interface Standing {
  readonly orders: ReadonlyMap<number, Order>
  readonly matching: Matching
  readonly lastNumber: number
}

/** What resting orders of accounts add to one side of the book, in no order. */
export function ownLevels(accounts: readonly { readonly venue: Standing }[], symbol: string, side: 'bid' | 'ask'): Level[] {
  const levels = new Map<bigint, bigint>()
  for (const { venue } of accounts) addLevels(levels, venue, symbol, side)
  return [...levels].map(([price, quantity]) => ({ price, quantity }))
}

function addLevels(levels: Map<bigint, bigint>, { orders, matching }: Standing, symbol: string, side: 'bid' | 'ask'): void {
  const market = matching.market(symbol)
  for (const { request, triggered, fresh } of market.orders) {
    const price = request.price as bigint
    if ((request.side === 'BUY') !== (side === 'bid') || price === 0n || (request.stopPrice > 0n && !triggered)) continue
    // what will take once the next bar opens stands in no book
    if (fresh && (side === 'bid' ? price >= market.last : price <= market.last)) continue
    levels.set(price, (levels.get(price) ?? 0n) + shownOf(orders.get(request.id)!))
  }
}

interface Range {
  readonly high: number
  readonly low: number
  readonly time: Time
}

/** The turns of orders at a price. Who shows a new part comes after all that stand there. */
export class Queue {
  readonly #turns = new Map<number, number>()
  #moves = 0

  /** Shows a bar's range to a market. Where not enough is traded for all, an iceberg gives its turn away with each part. */
  range({ orders, matching, lastNumber }: Standing, market: Market, { high, low, time }: Range): void {
    const limits = market.orders.filter(order => !order.late && (order.triggered || order.request.stopPrice === 0n))
    const shown = new Map(limits.map(order => [order, hiding(order, orders.get(order.request.id)!)] as const))
    if (market.available === null || limits.length < 2 || [...shown.values()].every(part => part === null))
      return matching.range(market, high, low, time)
    // stops first, as ever; then one limit after the other
    for (const order of limits) order.late = true
    matching.range(market, high, low, time)
    const waiting = new Set(limits)
    for (let next = this.#first(waiting); next !== undefined; next = this.#first(waiting)) {
      const part = shown.get(next)!
      const traded = trade(market, next, part, () => matching.range(market, high, low, time))
      if (part === null || traded < part || !market.orders.includes(next)) {
        waiting.delete(next)
        continue
      }
      const order = orders.get(next.request.id)!
      const left = (next.request.quantity as bigint) - next.executed
      shown.set(next, left > order.iceberg ? order.iceberg : (left as Quantity))
      // fractions: whoever comes later has a higher number
      this.#moves++
      this.#turns.set(order.id, lastNumber + 1 - 1 / (this.#moves + 1))
    }
    for (const order of limits) order.late = false
  }

  #first(orders: ReadonlySet<Resting>): Resting | undefined {
    const turn = ({ request: { id } }: Resting): number => this.#turns.get(id) ?? id
    return [...orders].sort((a, b) => turn(a) - turn(b))[0]
  }
}

// The part on show of an order that hides another; null where all is shown, and for the legs of a pair, of which only one trades.
function hiding({ request }: Resting, order: Order): Quantity | null {
  return order.iceberg > 0n && request.pairedWith === 0 && shownOf(order) < leftOf(order) ? shownOf(order) : null
}

// Lets one order trade, at most its part. How much it was.
function trade(market: Market, order: Resting, part: Quantity | null, show: () => void): bigint {
  const before = order.executed as bigint
  const available = market.available!
  const given = part === null ? available : least(available, part)
  market.available = given
  order.late = false
  show()
  order.late = true
  market.available = ((available as bigint) - ((given as bigint) - market.available!)) as Quantity
  return (order.executed as bigint) - before
}
