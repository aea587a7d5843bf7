/** What shall rest on the exchange for a position: one order or pair a tranche. */
import {
  floorTo,
  type Money,
  meanPrice,
  most,
  notional,
  type Price,
  priceOf,
  type Quantity,
  quantityOf,
  subtract,
  toNumber,
  zero,
} from '#domain/money.ts'
import type { OrderType } from '#domain/order.ts'
import type { Enter } from '#domain/signal.ts'
import type { Plan } from '#domain/slot.ts'
import { gapOf, levelAbove, levelBelow } from '#domain/stop.ts'
import type { SymbolInfo } from '#domain/symbol.ts'

/** A part of a position with its own stop and target (0: none). */
export interface Tranche {
  readonly quantity: Quantity
  readonly stop: Price
  readonly target: Price
}

/** The plan of an entry that is filled by now for `spent` (quote units) and `bought` (base units). Null when the wish asked for none. */
export function planOf(wish: Enter, spent: Money, bought: Quantity, tick: Price): Plan | null {
  if (wish.stopLoss === null && wish.takeProfit === null && wish.trailing === null && wish.partial === null && wish.timeLimit === 0)
    return null
  const paid = meanPrice(spent, bought)
  const gap = wish.trailing === null ? zero<Price>() : gapOf(wish.trailing, paid, tick)
  const stop = wish.stopLoss === null ? zero<Price>() : levelBelow(wish.stopLoss, paid, tick)
  const trailed = gap > 0n && paid > gap ? subtract(paid, gap) : zero<Price>()
  return {
    stop: trailed > stop ? trailed : stop,
    target: wish.takeProfit === null ? zero() : levelAbove(wish.takeProfit, paid, tick),
    gap,
    peak: paid,
    partial: wish.partial === null ? null : { at: toNumber(levelAbove(wish.partial.at, paid, tick)), part: wish.partial.part },
    partialDone: false,
    timeLimit: wish.timeLimit,
    candles: 0,
  }
}

/**
 * The plan of an entry whose fill adds to what is held under an earlier plan (null: none). What it does not name itself stays: a position that
 * grows does not lose its stop. A later part of one entry (`first` false) takes nothing back of what the earlier ones reached.
 */
export function carriedOn(plan: Plan | null, before: Plan | null, first: boolean): Plan | null {
  if (plan === null || before === null) return plan ?? before
  const { stop, gap, peak } = plan.stop > 0n ? plan : before
  const { partial, partialDone } = plan.partial !== null ? plan : before
  const { timeLimit, candles } = plan.timeLimit > 0 ? plan : before
  const joined = { stop, gap, peak, target: plan.target > 0n ? plan.target : before.target, partial, partialDone, timeLimit, candles }
  if (first) return joined
  return {
    ...joined,
    stop: most(stop, before.stop),
    peak: most(peak, before.peak),
    partialDone: before.partialDone,
    candles: before.candles,
  }
}

/** The tranches that protect a quantity under a plan. A part too small for the exchange is left in the whole. */
export function tranchesOf(plan: Plan, quantity: Quantity, info: SymbolInfo): Tranche[] {
  const { step, minQuantity, minNotional } = info.filters
  const sellable = floorTo(quantity, step)
  const { partial, partialDone, stop, target } = plan
  // a part that was sold is not to be sold again
  if (sellable === 0n || (stop === 0n && target === 0n && (partial === null || partialDone))) return []
  if (partial === null || partialDone) return [{ quantity: sellable, stop, target }]
  const part = floorTo(quantityOf(toNumber(sellable) * partial.part), step)
  const rest = subtract(sellable, part)
  const worth = (size: Quantity): bigint => ((stop > 0n ? (stop as bigint) : priceOf(partial.at as number)) * size) / 100_000_000n
  const tooSmall = (size: Quantity): boolean => size === 0n || size < minQuantity || worth(size) < minNotional
  if (tooSmall(part) || tooSmall(rest)) return [{ quantity: sellable, stop, target: target > 0n ? target : priceOf(partial.at as number) }]
  const tranches: Tranche[] = [{ quantity: part, stop, target: priceOf(partial.at as number) }]
  if (stop > 0n || target > 0n) tranches.push({ quantity: rest, stop, target })
  return tranches
}

/** True where an exchange would take none of what shall rest for a quantity under a plan, since it is too little yet. */
export function tooLittleYet(plan: Plan, quantity: Quantity, info: SymbolInfo): boolean {
  const { minQuantity, minNotional, minNotionalOnMarket } = info.filters
  const least = (stop: Price): Money => (stop > 0n && stopTypeOf(info) === 'STOP_LOSS' && !minNotionalOnMarket ? zero() : minNotional)
  const tranches = tranchesOf(plan, quantity, info)
  return tranches.every(({ stop, target, quantity: size }) => size < minQuantity || notional(stop > 0n ? stop : target, size) < least(stop))
}

/** The stop order that a symbol takes: a market stop where it can, since a stop-limit may be jumped by a gap. */
export const stopTypeOf = (info: SymbolInfo): OrderType => (info.orderTypes.includes('STOP_LOSS') ? 'STOP_LOSS' : 'STOP_LOSS_LIMIT')

const LIMIT_ROOM = 0.02

/** The limit of a stop-limit: far enough under the stop to fill in a falling market. */
export const stopLimitOf = (stop: Price, tick: Price): Price => levelBelow(toNumber(stop) * (1 - LIMIT_ROOM), stop, tick)
