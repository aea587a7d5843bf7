/** Rebalancing: target weights become exits first and entries after them, within the basket's allocation. */
import { add, least, type Money, money, notional, type Quantity, ratioOf, share, subtract, toNumber, zero } from '#domain/money.ts'
import type { Time } from '#domain/time.ts'
import type { Values } from '#domain/signal.ts'
import { enter, type Weights } from '#strategy'
import type { Books, Trader } from './trader.ts'
import { ALL, openEntryWorth, type Slot } from './slot.ts'

// Smaller differences than this share of the target are left alone: trading them costs more than they matter.
const TOLERANCE = 0.1

/** Sets a basket's members to their target weights: what is too much goes now, what is too little waits until the exits are filled. */
export function rebalance(
  trader: Trader,
  books: Books,
  slots: readonly Slot[],
  weights: Weights,
  time: Time,
  values: (symbol: string) => Values | null,
): void {
  // what was not bought by the next close is not bought any more
  for (const slot of slots) trader.setPending(slot, zero())
  for (const slot of slots) {
    const weight = weights[slot.symbol]
    if (weight === undefined || weight === 'keep' || slot.allocation === null) continue
    const { market, position } = slot
    const budget = share(books.equity(market.info.quote), slot.allocation)
    const target = share(budget, ratioOf(weight))
    const held = notional(market.last, position.quantity)
    const wished = { reason: `target ${(weight * 100).toFixed(0)} % of the basket`, time, values: values(slot.symbol) }
    if (weight === 0) {
      if (position.quantity > 0n) trader.exit(slot, wished, ALL)
    } else if (toNumber(held) > toNumber(target) * (1 + TOLERANCE)) {
      const quantity = (((position.quantity as bigint) * subtract(held, target)) / held) as Quantity
      trader.exit(slot, wished, quantity)
    } else if (toNumber(held) < toNumber(target) * (1 - TOLERANCE)) trader.setPending(slot, subtract(target, held))
  }
  buyPending(trader, books, slots, time)
}

/** Sends the entries that wait, once no exit of the basket is under way. */
export function buyPending(trader: Trader, books: Books, slots: readonly Slot[], time: Time): void {
  if (slots.some(({ leaving }) => leaving !== null)) return
  for (const slot of slots) {
    if (slot.pending === 0n) continue
    const free = trader.freeCash(slot.market.info.quote)
    // a member left a little over its target takes from what the allocation leaves for the others
    const amount = least(least(slot.pending, free), roomOf(books, slots, slot))
    trader.setPending(slot, zero())
    if (amount < money('0.01')) continue
    trader.enterBasket(slot, enter({ reason: 'among the strongest' }), amount, time)
  }
}

// What the allocation leaves, by what its members are worth and still buy. Quote units, not under 0.
function roomOf(books: Books, slots: readonly Slot[], { market, allocation }: Slot): Money {
  const budget = share(books.equity(market.info.quote), allocation ?? ratioOf(0))
  const held = slots.reduce(
    (sum, slot) => add(add(sum, notional(slot.market.last, slot.position.quantity)), openEntryWorth(slot)),
    zero<Money>(),
  )
  return held < budget ? subtract(budget, held) : zero()
}
