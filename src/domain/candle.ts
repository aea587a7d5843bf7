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

/**
 * Open times of candles that lie at least a span apart. Where none is missing they are reckoned, not read: a look at memory not seen
 * before costs more than all the rest.
 */
export class OpenTimes {
  readonly length: number
  readonly #times: Float64Array
  readonly #start: number
  readonly #span: number
  readonly #whole: boolean

  /** `span`: milliseconds of a candle. */
  constructor({ time }: Pick<Columns, 'time'>, span: number) {
    this.#times = time
    this.#span = span
    this.length = time.length
    this.#start = time[0] ?? 0
    this.#whole = time.length > 0 && time.at(-1)! - this.#start === (time.length - 1) * span
  }

  /** When a candle opens. */
  at(index: number): Time {
    return (this.#whole ? this.#start + index * this.#span : this.#times[index]!) as Time
  }

  /** The first candle, not before `from`, that opens at or after an instant (whole milliseconds); the length where there is none. */
  firstAt(time: number, from: number): number {
    if (this.#whole) {
      const index = Math.ceil((time - this.#start) / this.#span)
      return index <= from ? from : index < this.length ? index : Math.max(from, this.length)
    }
    const times = this.#times
    if (from >= this.length || times[from]! >= time) return from
    let low = from // opens before the instant
    let high = Math.min(this.length, from + Math.ceil((time - times[from]!) / this.#span)) // opens at or after it, or is behind the last
    if (times[high - 1]! < time) return high
    while (high - low > 1) {
      const middle = (low + high) >>> 1
      if (times[middle]! < time) low = middle
      else high = middle
    }
    return high
  }
}

/** What is wrong with a bar by itself, or null: a price that is not above zero, high or low that do not enclose open and close, a negative volume. */
export function flawOf(open: number, high: number, low: number, close: number, volume: number): string | null {
  if (!(open > 0 && high > 0 && low > 0 && close > 0) || high === Infinity) return 'prices must be numbers above zero'
  if (high < low) return `high ${high} is below low ${low}`
  if (high < open || high < close) return `high ${high} is below open ${open} or close ${close}`
  if (low > open || low > close) return `low ${low} is above open ${open} or close ${close}`
  if (!(volume >= 0) || volume === Infinity) return 'volume must be a number of zero or more'
  return null
}
