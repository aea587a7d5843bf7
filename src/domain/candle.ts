import type { Time, Timeframe } from './time.ts'

/** One closed bar of one symbol and timeframe; an open bar is never a candle. Prices are quote units, volume base units, all float64. */
export interface Candle {
  readonly symbol: string
  readonly timeframe: Timeframe
  /** First millisecond of the bar. It closes at openTime + length. */
  readonly openTime: Time
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  /** The part of the bar that its shorter bars cover: 1 for a bar as the exchange gave it, less where some were missing. */
  readonly complete: number
}

/** Many candles of one symbol and timeframe, a column a field, sorted by time. Times are open times in UTC milliseconds. */
export interface Columns {
  readonly time: Float64Array
  readonly open: Float64Array
  readonly high: Float64Array
  readonly low: Float64Array
  readonly close: Float64Array
  readonly volume: Float64Array
}

/** Empty columns with room for a number of candles. */
export const columnsOf = (length: number): Columns => ({
  time: new Float64Array(length),
  open: new Float64Array(length),
  high: new Float64Array(length),
  low: new Float64Array(length),
  close: new Float64Array(length),
  volume: new Float64Array(length),
})

/** What is wrong with a bar by itself, or null: a price that is not above zero, high or low that do not enclose open and close, a negative volume. */
export function flawOf(open: number, high: number, low: number, close: number, volume: number): string | null {
  if (!(open > 0 && high > 0 && low > 0 && close > 0) || high === Infinity) return 'prices must be numbers above zero'
  if (high < low) return `high ${high} is below low ${low}`
  if (high < open || high < close) return `high ${high} is below open ${open} or close ${close}`
  if (low > open || low > close) return `low ${low} is above open ${open} or close ${close}`
  if (!(volume >= 0) || volume === Infinity) return 'volume must be a number of zero or more'
  return null
}
