import { type Money, type Price, type Quantity, type Ratio, zero } from './money.ts'
import type { Position } from './position.ts'
import type { Partial } from './signal.ts'
import type { Time } from './time.ts'

/** How a position is protected and when it is left: the levels of its entry signal, as prices once something was paid. 0: none. */
export interface Plan {
  stop: Price
  target: Price
  /** Distance of a trailing stop under `peak`. */
  gap: Price
  /** Highest price seen since the entry. */
  peak: Price
  partial: Partial | null
  /** True once the part was sold. */
  partialDone: boolean
  /** Candles of the strategy's timeframe after which to leave; 0: never. */
  timeLimit: number
  /** Candles of the strategy's timeframe closed since the entry. */
  candles: number
}

/** A wish to leave that is not done yet: why, and how much (0: all). */
export interface Leaving {
  readonly reason: string
  readonly quantity: Quantity
}

/** All that is kept of one owner on one symbol: what it holds, how that is protected, and what it waits for. */
export interface Holding {
  readonly owner: string
  readonly symbol: string
  readonly position: Position
  plan: Plan | null
  leaving: Leaving | null
  /** When it was last stopped out: the close of that candle does not enter again. */
  stoppedAt: Time
  /** Quote units that a basket still wants to buy once its exits are filled. */
  pending: Money
}

/** A share of equity that an owner may hold instead of the limits per symbol and asset, or null. */
export type Allocation = Ratio | null

/** A plan without any level. */
export const emptyPlan = (): Plan => ({
  stop: zero(),
  target: zero(),
  gap: zero(),
  peak: zero(),
  partial: null,
  partialDone: false,
  timeLimit: 0,
  candles: 0,
})
