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

const isPrice = (value: number): boolean => value > 0 && value < 9e9
const isLevel = (level: Level | null, most: number): boolean =>
  level === null || (typeof level === 'number' ? isPrice(level) : level.percent > 0 && level.percent < most)

const shown = (level: Level | null): string => (level === null ? '' : typeof level === 'number' ? String(level) : `${level.percent} %`)

/** What is wrong with the levels of a wish, in words, or null: an indicator without a value yet gives NaN, and no price can be made of that. */
export function levelFlaw({ at, stopLoss, takeProfit, trailing, partial, timeLimit }: Enter): string | null {
  if (at !== null && !isPrice('limit' in at ? at.limit : at.stop))
    return `${'limit' in at ? 'limit' : 'stop'} entry at ${'limit' in at ? at.limit : at.stop}`
  if (!isLevel(stopLoss, 100)) return `stop at ${shown(stopLoss)}`
  if (!isLevel(trailing, 100)) return `trailing gap of ${shown(trailing)}`
  if (!isLevel(takeProfit, 1000)) return `target at ${shown(takeProfit)}`
  if (partial !== null && !isLevel(partial.at, 1000)) return `part at ${shown(partial.at)}`
  if (partial !== null && !(partial.part > 0 && partial.part < 1)) return `a part of ${partial.part}`
  return timeLimit >= 0 ? null : `a time limit of ${timeLimit}`
}

/** What `manage` may ask for a held position: another stop or target (quote units), or to leave. */
export type Adjustment =
  | { readonly kind: 'move'; readonly stopLoss?: number; readonly takeProfit?: number; readonly reason?: string }
  | { readonly kind: 'exit'; readonly reason: string }

/** Indicator values at a decision, by name: what `/why` shows. */
export type Values = Readonly<Record<string, number>>
