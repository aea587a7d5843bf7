/**
 * The loop over candles. It is imported once per strategy (`scan.ts?for=name`): each copy gets its own feedback from the machine's
 * compiler, so that a strategy's `decide` is inlined however many others run in the process.
 */
import type { Signal } from '#domain/signal.ts'
import { BLOCK, type Feed } from '#indicators/feed.ts'

/** A strategy at work on its feeds. */
export interface Run {
  readonly feed: Feed
  readonly decide: (market: object, params: object) => Signal | null
  readonly market: object
  readonly params: object
  /** First candle at which every indicator has a value. */
  readonly first: number
  /** Brings the other timeframes to the close of a candle of this one; false while one of them has no values yet. Null: there are none. */
  readonly follow: ((index: number) => boolean) | null
  /** The next candle to decide on. */
  next: number
}

/** Which signals are of use: entering while holding and leaving while flat are nothing. */
export type Wanted = 'both' | 'enter' | 'exit'

/** Decides on candles until one gives a wanted signal or `to` is reached; `run.next` is then the candle after it. */
export type Scan = (run: Run, to: number, wanted: Wanted) => Signal | null

/** See `Scan`. */
export const scan: Scan = (run, to, wanted) => {
  const { feed, decide, market, params, first, follow } = run
  const cursor = feed.cursor
  const deafTo = wanted === 'both' ? '' : wanted === 'enter' ? 'exit' : 'enter'
  let i = run.next
  if (i < first) {
    // indicators still have to see every candle, a block at a time
    const end = first < to ? first : to
    while (feed.ready < end) feed.extend(Math.min(feed.length, feed.ready + BLOCK))
    i = end
  }
  while (i < to) {
    if (i >= feed.ready) feed.extend(Math.min(feed.length, i + BLOCK))
    const end = to < feed.ready ? to : feed.ready
    for (; i < end; i++) {
      cursor.index = i
      if (follow !== null && !follow(i)) continue
      const signal = decide(market, params)
      if (signal !== null) {
        // a file that nothing has checked may say anything
        if (signal === undefined || (signal.kind !== 'enter' && signal.kind !== 'exit')) throw noSignal(signal)
        if (signal.kind === deafTo) continue
        if (typeof signal.reason !== 'string' || (signal.kind === 'enter' && signal.at === undefined)) throw noSignal(signal)
        run.next = i + 1
        return signal
      }
    }
  }
  run.next = i
  return null
}

const noSignal = (said: unknown): RangeError =>
  new RangeError(`decide gave ${JSON.stringify(said) ?? 'undefined'}: return enter({ … }), exit({ … }) or null.`)
