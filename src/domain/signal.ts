import type { Time } from './time.ts'

/** A distance in percent, of the price that was really paid. */
export interface Percent {
  readonly percent: number
}
/** `percent(5)`: 5 % away from what was really paid, on the side that the word says (a stop below, a target above). */
export const percent = (value: number): Percent => {
  if (!(value > 0 && value < 1000)) throw new RangeError(`percent(${value}): a number above 0 is needed`)
  return { percent: value }
}
/** A price in quote units, or a distance from what was paid. */
export type Level = number | Percent

/** Where an entry rests: at a limit under the market or a stop over it, and for how many candles. */
export type EntryAt =
  | { readonly limit: number; readonly expires?: { readonly candles: number } }
  | { readonly stop: number; readonly expires?: { readonly candles: number } }

/** A part of the position sold at its own target. */
export interface Partial {
  readonly at: Level
  /** A share of one: 0.5 is half. */
  readonly part: number
}

/** A wish to hold. Nothing about the amount: that is the trader's. */
export interface Enter {
  readonly kind: 'enter'
  readonly reason: string
  readonly at: EntryAt | null
  readonly stopLoss: Level | null
  readonly takeProfit: Level | null
  /** Distance of the trailing stop under the highest price since entry. */
  readonly trailing: Level | null
  readonly partial: Partial | null
  /** Leave after this many candles of the strategy's timeframe; 0: never. */
  readonly timeLimit: number
}
/** A wish to hold nothing. */
export interface Exit {
  readonly kind: 'exit'
  readonly reason: string
}
/** A strategy's wish, from the market alone. */
export type Signal = Enter | Exit

/** What `manage` may ask for a held position: another stop or target (quote units), or to leave. */
export type Adjustment =
  | { readonly kind: 'move'; readonly stopLoss?: number; readonly takeProfit?: number; readonly reason?: string }
  | { readonly kind: 'exit'; readonly reason: string }

/** Indicator values at a decision, by name: what `/why` shows. */
export type Values = Readonly<Record<string, number>>

/** A signal where and when it was given. Its identity is owner, symbol and the close it was decided at. */
export interface GivenSignal {
  readonly owner: string
  readonly symbol: string
  /** Close time of the candle decided on. */
  readonly closeTime: Time
  /** Open time of that candle: the timestamp that other programs know a signal by. */
  readonly openTime: Time
  /** Close of that candle. */
  readonly price: number
  readonly signal: Signal
}
