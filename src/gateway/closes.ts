/** Candles of one close time, as an event. */
import type { Candle } from '#domain/candle.ts'
import { lengthOf, type Time, type Timeframe } from '#domain/time.ts'
import type { MarketEvent } from '#ports/feed.ts'
import type { Series } from './series.ts'
import { firstOpen, type Progress } from './progress.ts'

/** A close event. */
export type Close = MarketEvent & { readonly kind: 'close' }

/** Makes close events. `shortest`: of each symbol, the timeframe whose candles are its bars. */
export function closeOf(time: Time, candles: readonly Candle[], shortest: ReadonlyMap<string, Timeframe>, late: boolean): Close {
  const bars = candles.filter(({ symbol, timeframe }) => shortest.get(symbol) === timeframe)
  return { kind: 'close', time, bars, candles, ...(late ? { late } : {}) }
}

const closeTime = ({ openTime, timeframe }: Candle): Time => (openTime + lengthOf(timeframe)) as Time

/** The closes of what waits in some series, up to where a feed has come, oldest first; at one time in the order of the series. */
export function* pastCloses(all: readonly Series[], progress: Progress, shortest: ReadonlyMap<string, Timeframe>): Generator<Close> {
  const candles = all.flatMap(series => {
    const end = firstOpen(series, progress)
    return series.waiting.filter(({ openTime }) => openTime < end)
  })
  // sorting is stable
  candles.sort((a, b) => closeTime(a) - closeTime(b))
  let last = 0 as Time
  for (let from = 0; from < candles.length; ) {
    last = closeTime(candles[from]!)
    let to = from
    while (to < candles.length && closeTime(candles[to]!) === last) to++
    yield closeOf(last, candles.slice(from, to), shortest, false)
    from = to
  }
  // what a schedule decided after the last close is decided too
  if (last < progress.reached) yield closeOf(progress.reached, [], shortest, false)
}
