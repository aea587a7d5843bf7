/** Longer bars from shorter ones. A longer bar closes on time, whatever is missing in it; an unfinished last one is never a candle. */
import { type Candle, type Columns, columnsOf } from './candle.ts'
import { lengthOf, openOf, type Time, type Timeframe } from './time.ts'

/**
 * Columns of a longer timeframe from those of a shorter one. A bar is there once the market is known up to its close: to the end of the
 * shorter candles, or to `until` where other symbols show that time went on.
 */
export function aggregate(columns: Columns, from: Timeframe, to: Timeframe, until = 0): Columns {
  if (from === to) return columns
  const length = columns.time.length
  const result = columnsOf(length)
  const last = length === 0 ? 0 : Math.max(until, columns.time[length - 1]! + lengthOf(from))
  let bar = -1
  for (let i = 0; i < length; i++) {
    const time = openOf(columns.time[i]!, to)
    if (bar < 0 || result.time[bar] !== time) {
      if (time + lengthOf(to) > last) break
      bar++
      result.time[bar] = time
      result.open[bar] = columns.open[i]!
      result.high[bar] = columns.high[i]!
      result.low[bar] = columns.low[i]!
    } else {
      result.high[bar] = Math.max(result.high[bar]!, columns.high[i]!)
      result.low[bar] = Math.min(result.low[bar]!, columns.low[i]!)
    }
    result.close[bar] = columns.close[i]!
    result.volume[bar] = result.volume[bar]! + columns.volume[i]!
  }
  const end = bar + 1
  return {
    time: result.time.subarray(0, end),
    open: result.open.subarray(0, end),
    high: result.high.subarray(0, end),
    low: result.low.subarray(0, end),
    close: result.close.subarray(0, end),
    volume: result.volume.subarray(0, end),
  }
}

/** Builds longer candles of one symbol from shorter ones as they close. */
export class Aggregator {
  readonly #from: Timeframe
  readonly #to: Timeframe
  #bar: { -readonly [Field in keyof Candle]: Candle[Field] } | null = null
  #parts = 0

  constructor(from: Timeframe, to: Timeframe) {
    this.#from = from
    this.#to = to
  }

  /** Adds a closed shorter candle. */
  add(candle: Candle): void {
    const openTime = openOf(candle.openTime, this.#to)
    if (this.#bar === null || this.#bar.openTime !== openTime) {
      this.#bar = { ...candle, timeframe: this.#to, openTime }
      this.#parts = 1
      return
    }
    const bar = this.#bar
    bar.high = Math.max(bar.high, candle.high)
    bar.low = Math.min(bar.low, candle.low)
    bar.close = candle.close
    bar.volume += candle.volume
    this.#parts++
  }

  /** The bar that is closed by an instant, once all shorter candles up to then were added; null when none is. */
  close(time: Time): Candle | null {
    const bar = this.#bar
    if (bar === null || bar.openTime + lengthOf(this.#to) > time) return null
    this.#bar = null
    return { ...bar, complete: (this.#parts * lengthOf(this.#from)) / lengthOf(this.#to) }
  }
}
