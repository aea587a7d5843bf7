/** A feed from candles that are all known: the market's past, one instant after the other, as fast as asked. */
import { Aggregator } from '#domain/aggregate.ts'
import type { Candle } from '#domain/candle.ts'
import { instantsOf, type Phase, phases, type Recording } from '#domain/recording.ts'
import { lengthOf, type Time, type Timeframe } from '#domain/time.ts'
import type { Clock } from '#ports/clock.ts'
import type { Feed, FeedState, MarketEvent } from '#ports/feed.ts'

/** How a replay runs. */
export interface ReplayOptions {
  readonly recordings: readonly Recording[]
  /** Longer timeframes to build, besides that of the recordings. */
  readonly timeframes: readonly Timeframe[]
  /** Candles a second, of all recordings together; Infinity: as fast as they are worked off. */
  readonly speed: number
  readonly clock: Clock
}

const read = (text: FeedState): { readonly time: number; readonly phase: number } => {
  const [time, phase] = text.split(' ')
  return { time: Number(time), phase: phases.indexOf(phase as Phase) }
}

/** Replays recordings as a feed. Its state is the last instant and phase that were worked off. */
export function openReplay({ recordings, timeframes, speed, clock }: ReplayOptions): Feed {
  const instants = instantsOf(recordings)
  const stopping = new AbortController()

  // The bar of a recording that ends, or begins, at an instant.
  const barAt = ({ columns }: Recording, openTime: number): number => {
    let low = 0
    let high = columns.time.length - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      const found = columns.time[middle]!
      if (found === openTime) return middle
      if (found < openTime) low = middle + 1
      else high = middle - 1
    }
    return -1
  }
  const candleOf = ({ symbol, timeframe, columns }: Recording, bar: number): Candle => ({
    symbol,
    timeframe,
    openTime: columns.time[bar]! as Time,
    open: columns.open[bar]!,
    high: columns.high[bar]!,
    low: columns.low[bar]!,
    close: columns.close[bar]!,
    volume: columns.volume[bar]!,
    complete: 1,
  })
  const ending = (time: Time): Candle[] =>
    recordings.flatMap(recording => {
      const bar = barAt(recording, time - lengthOf(recording.timeframe))
      return bar < 0 ? [] : [candleOf(recording, bar)]
    })

  const builders = recordings.flatMap(({ symbol, timeframe }) =>
    timeframes
      .filter(longer => lengthOf(longer) > lengthOf(timeframe))
      .map(longer => ({ symbol, timeframe: longer, aggregator: new Aggregator(timeframe, longer) })),
  )
  // Longer bars carry on over restarts because they are built from the first candle each time.
  const closing = (time: Time): MarketEvent & { readonly kind: 'close' } => {
    const bars = ending(time)
    const candles = [...bars]
    for (const { symbol, aggregator } of builders) {
      for (const bar of bars) if (bar.symbol === symbol) aggregator.add(bar)
      const longer = aggregator.close(time)
      if (longer !== null) candles.push(longer)
    }
    return { kind: 'close', time, bars, candles }
  }
  const opening = (time: Time): MarketEvent => ({
    kind: 'open',
    time,
    opens: recordings.flatMap(recording => {
      const bar = barAt(recording, time)
      return bar < 0 ? [] : [{ symbol: recording.symbol, price: recording.columns.open[bar]!, volume: recording.columns.volume[bar]! }]
    }),
  })

  return {
    *history(until) {
      if (until === null) return
      const { time, phase } = read(until)
      for (const instant of instants) {
        if (instant > time || (instant === time && phase < phases.indexOf('close'))) return
        yield closing(instant)
      }
    },
    async run(from, offer) {
      const { time, phase } = from === null ? { time: -1, phase: 0 } : read(from)
      for (const instant of instants) {
        if (stopping.signal.aborted) return
        const before = instant < time ? phases.length : instant === time ? phase + 1 : 0
        if (before >= phases.length) continue
        const bars = ending(instant)
        if (before <= 0) await offer({ kind: 'range', time: instant, bars }, `${instant} range`)
        if (before <= 1) await offer(closing(instant), `${instant} close`)
        await offer(opening(instant), `${instant} open`)
        if (speed !== Number.POSITIVE_INFINITY) await clock.wait((1000 * Math.max(1, bars.length)) / speed, stopping.signal)
      }
    },
    stop() {
      stopping.abort()
    },
  }
}
