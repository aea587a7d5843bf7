import type { Columns } from '#domain/candle.ts'
import type { Feed, Indicator, Node } from './feed.ts'
import type { Line } from './series.ts'

/** An indicator of one line. */
export type LineIndicator = Indicator<Line>

/** Where an indicator reads: `of` another one-line indicator (default: the close), `on` a timeframe declared under `also`. */
export interface Source {
  readonly of?: LineIndicator
  readonly on?: string
}

type Column = Exclude<keyof Columns, 'time'>

/** A column of the candles as an indicator: `price('high')`. */
export const price = (name: Column, on: string | null = null): LineIndicator => ({
  key: name,
  on,
  depth: 0,
  build(feed) {
    const view = feed.column(name)
    return { view, first: 0, extend() {} }
  },
})

/** The input of an indicator: what `of` says, else the close, on the timeframe that `on` says. */
export function inputOf(source: Source | undefined, fallback: Column = 'close'): LineIndicator {
  const of = source?.of
  if (of === undefined) return price(fallback, source?.on ?? null)
  if (source?.on !== undefined && source.on !== of.on) throw new RangeError(`${of.key} runs on another timeframe than "${source.on}"`)
  return of
}

/** Refuses a period that is not a whole number of at least `least`. */
export function checkPeriod(name: string, period: number, least = 1): void {
  if (!Number.isInteger(period) || period < least)
    throw new RangeError(`${name}(${period}): a whole number of at least ${least} candles is needed`)
}

/** Declares an indicator of one line over another line. */
export function lineIndicator(
  name: string,
  input: LineIndicator,
  depth: number,
  build: (feed: Feed, input: Node<Line>) => Node<Line>,
): LineIndicator {
  return { key: `${name} of ${input.key}`, on: input.on, depth: depth + input.depth, build: feed => build(feed, feed.use(input)) }
}

/**
 * The easy way to write an indicator: `start` gives a function that is handed one value a candle, in order, and gives one back. It
 * streams by construction and cannot look ahead. `warmUp`: how many values it must have seen before its own first one counts.
 * @example const change = defineIndicator('change', 2, () => { let last = NaN; return value => { const d = value - last; last = value; return d } })
 */
export function defineIndicator(name: string, warmUp: number, start: () => (value: number) => number, source?: Source): LineIndicator {
  checkPeriod(name, warmUp)
  return lineIndicator(`${name}(${warmUp})`, inputOf(source), warmUp, (feed, { view: input, first }) => {
    const view = feed.line(first + warmUp - 1)
    const next = start()
    return {
      view,
      first: view.first,
      extend(from, to) {
        for (let i = Math.max(from, first); i < to; i++) view.values[i & view.mask] = next(input.values[i & input.mask]!)
      },
    }
  })
}
