/** What a strategy reads where there is no value: before an indicator has seen enough candles, and before the first candle. */
import { describe, expect, test } from 'vitest'
import { type Columns, columnsOf } from '#domain/candle.ts'
import { Feed, type Indicator } from '#indicators/feed.ts'
import { Line } from '#indicators/series.ts'
import { atr, bollinger, defineIndicator, ema, highest, lowest, macd, price, rsi, sma, swingHigh, swingLow, wilder } from '#strategy'

const COUNT = 200
const REACH = 50

function wave(): Columns {
  const columns = columnsOf(COUNT)
  for (let i = 0; i < COUNT; i++) {
    columns.time[i] = i * 60_000
    columns.close[i] = 100 + 10 * Math.sin(i)
    columns.open[i] = i === 0 ? 100 : columns.close[i - 1]!
    columns.high[i] = Math.max(columns.open[i]!, columns.close[i]!) + 1
    columns.low[i] = Math.min(columns.open[i]!, columns.close[i]!) - 1
    columns.volume[i] = 1 + i
  }
  return columns
}

const indicators: readonly Indicator<unknown>[] = [
  sma(7),
  ema(9),
  wilder(9),
  rsi(14),
  atr(14),
  bollinger(20, 2),
  macd(),
  highest(30),
  lowest(30),
  swingLow(3),
  swingHigh(3),
  sma(5, { of: ema(6, { of: rsi(7) }) }),
  // it writes from its first candle on, and only the fourth counts
  defineIndicator('as it is', 4, () => value => value),
  price('close'),
]

const linesOf = (view: unknown): Line[] =>
  view instanceof Line ? [view] : Object.values(view as object).filter((part): part is Line => part instanceof Line)

const feeds: readonly (readonly [string, (columns: Columns, depth: number) => { readonly feed: Feed; to(index: number): void }])[] = [
  [
    'all candles known',
    (columns, depth) => {
      const feed = Feed.history(columns, depth, REACH)
      return {
        feed,
        to(index) {
          // in small blocks: what is not there yet is not all in the first
          if (index >= feed.ready) feed.extend(Math.min(feed.length, index + 8))
          feed.cursor.index = index
        },
      }
    },
  ],
  [
    'one candle at a time',
    ({ time, open, high, low, close, volume }, depth) => {
      const feed = Feed.live(depth, REACH)
      return {
        feed,
        to(index) {
          feed.append(time[index]!, open[index]!, high[index]!, low[index]!, close[index]!, volume[index]!)
          feed.extend(feed.length)
          feed.cursor.index = index
        },
      }
    },
  ],
]

describe.each(feeds)('%s', (_, open) => {
  test.each(indicators.map(indicator => [indicator.key, indicator] as const))('%s: no value before the first', (_key, indicator) => {
    const { feed, to } = open(wave(), indicator.depth)
    const node = feed.use(indicator)
    const seen = linesOf(node.view).map(line => ({ line, values: [] as number[] }))
    const wrong: string[] = []
    for (let i = 0; i < COUNT; i++) {
      to(i)
      for (const { line, values } of seen) {
        values.push(line.now)
        if (i < line.first && !Number.isNaN(line.now)) wrong.push(`${line.now} at ${i}, which is before ${line.first}`)
        if (!Object.is(line.previous, values[i - 1] ?? Number.NaN)) wrong.push(`${line.previous} before ${i}`)
        for (const back of [0, 1, 2, REACH - 1, REACH])
          if (!Object.is(line.ago(back), values[i - back] ?? Number.NaN)) wrong.push(`${line.ago(back)} ${back} before ${i}`)
      }
    }
    expect(wrong).toEqual([])
    expect(seen.every(({ values }) => values.some(value => value > 0))).toBe(true)
    for (const { line } of seen) {
      expect(() => line.ago(-1)).toThrow('cannot look into the future')
      expect(() => line.ago(REACH + 1)).toThrow(`may look 0 to ${REACH} candles back`)
    }
  })
})
