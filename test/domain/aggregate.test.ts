/** Longer bars from shorter ones: on time, whatever is missing; the last one only when it is over. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Aggregator, aggregate } from '#domain/aggregate.ts'
import { type Candle, type Columns, columnsOf, flawOf } from '#domain/candle.ts'
import { at, lengthOf, type Time, type Timeframe } from '#domain/time.ts'

const HOUR = 3_600_000
const candle = (hour: number, [open, high, low, close, volume]: readonly number[]): Candle => ({
  symbol: 'BTCEUR',
  timeframe: '1h',
  openTime: at(hour * HOUR),
  open: open!,
  high: high!,
  low: low!,
  close: close!,
  volume: volume!,
  complete: 1,
})

function columns(candles: readonly Candle[]): Columns {
  const result = columnsOf(candles.length)
  for (const [index, { openTime, open, high, low, close, volume }] of candles.entries()) {
    result.time[index] = openTime
    Object.assign(result.open, { [index]: open })
    Object.assign(result.high, { [index]: high })
    Object.assign(result.low, { [index]: low })
    Object.assign(result.close, { [index]: close })
    Object.assign(result.volume, { [index]: volume })
  }
  return result
}
const rows = ({ time, open, high, low, close, volume }: Columns): string[] =>
  Array.from(time, (opened, i) => `${opened / HOUR}: ${open[i]} ${high[i]} ${low[i]} ${close[i]} ${volume[i]}`)

const day = [
  candle(0, [10, 12, 9, 11, 1]),
  candle(1, [11, 15, 11, 14, 2]),
  candle(2, [14, 14, 8, 9, 3]),
  candle(3, [9, 10, 9, 10, 4]),
  candle(4, [10, 11, 10, 11, 5]),
  candle(5, [11, 13, 7, 8, 6]),
]

describe('columns', () => {
  test.each<[string, readonly number[], string[]]>([
    ['a whole bar, and a last one that is not over', [0, 1, 2, 3, 4, 5], ['0: 10 15 8 10 10']],
    ['a bar of which the end is missing closes once a later candle is there', [0, 1, 4, 5], ['0: 10 15 9 14 3']],
    ['a bar of which the beginning is missing opens on time', [2, 3, 4], ['0: 14 14 8 10 7']],
    ['none is whole', [0, 1, 2], []],
    ['no candles', [], []],
    ['the last candle ends the bar', [3], ['0: 9 10 9 10 4']],
  ])('%s', (_, hours, bars) => {
    expect(rows(aggregate(columns(hours.map(hour => day[hour]!)), '1h', '4h'))).toEqual(bars)
  })

  test('the market may be known for longer than these candles reach', () => {
    expect(rows(aggregate(columns(day), '1h', '4h', 8 * HOUR))).toEqual(['0: 10 15 8 10 10', '4: 10 13 7 8 11'])
    expect(rows(aggregate(columns(day), '1h', '4h', 8 * HOUR - 1))).toEqual(['0: 10 15 8 10 10'])
  })

  test('the same timeframe stays as it is', () => {
    const all = columns(day)
    expect(aggregate(all, '1h', '1h')).toBe(all)
  })
})

describe('candle by candle', () => {
  test('closes on time and says how complete it is', () => {
    const bars = new Aggregator('1h', '4h')
    for (const hour of [0, 1, 3]) bars.add(day[hour]!)
    expect(bars.close(at(4 * HOUR - 1))).toBeNull()
    expect(bars.close(at(4 * HOUR))).toEqual({ ...candle(0, [10, 15, 9, 10, 7]), timeframe: '4h', complete: 0.75 })
    expect(bars.close(at(4 * HOUR))).toBeNull()
  })

  test('a bar without any candle is none', () => {
    expect(new Aggregator('1h', '4h').close(at(4 * HOUR))).toBeNull()
  })

  test('says the same as the columns, with any gaps, for any pair of timeframes', () => {
    const pairs = fc.constantFrom<[Timeframe, Timeframe]>(
      ['1m', '5m'],
      ['1m', '1h'],
      ['15m', '4h'],
      ['1h', '1d'],
      ['4h', '1w'],
      ['1d', '1w'],
      ['1h', '4h'],
    )
    const bar = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 100 }), fc.nat(50))
    fc.assert(
      fc.property(pairs, fc.array(bar, { minLength: 1, maxLength: 120 }), fc.nat(400), ([from, to], steps, start) => {
        let index = start
        const candles = steps.map(([skip, open, close, volume]) => {
          index += skip % 3 === 0 ? 3 : 1
          return {
            ...candle(0, [open, Math.max(open, close) + 1, Math.min(open, close) / 2, close, volume]),
            timeframe: from,
            openTime: at(index * lengthOf(from)),
          }
        })
        const builder = new Aggregator(from, to)
        const built: Candle[] = []
        const last = candles.at(-1)!.openTime + lengthOf(from)
        let next = 0
        for (let time = candles[0]!.openTime + lengthOf(from); time <= last; time += lengthOf(from)) {
          if (candles[next] !== undefined && candles[next]!.openTime + lengthOf(from) === time) builder.add(candles[next++]!)
          const closed = builder.close(time as Time)
          if (closed !== null) built.push(closed)
        }
        expect(rows(columns(built))).toEqual(rows(aggregate(columns(candles), from, to)))
        for (const { complete } of built) expect(complete > 0 && complete <= 1).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})

test.each([
  [[10, 12, 9, 11, 1], null],
  [[10, 10, 10, 10, 0], null],
  [[0, 12, 9, 11, 1], 'prices must be numbers above zero'],
  [[10, 12, -1, 11, 1], 'prices must be numbers above zero'],
  [[10, Number.NaN, 9, 11, 1], 'prices must be numbers above zero'],
  [[10, Number.POSITIVE_INFINITY, 9, 11, 1], 'prices must be numbers above zero'],
  [[10, 9, 12, 11, 1], 'high 9 is below low 12'],
  [[13, 12, 9, 11, 1], 'high 12 is below open 13 or close 11'],
  [[10, 12, 9, 13, 1], 'high 12 is below open 10 or close 13'],
  [[8, 12, 9, 11, 1], 'low 9 is above open 8 or close 11'],
  [[10, 12, 9, 8, 1], 'low 9 is above open 10 or close 8'],
  [[10, 12, 9, 11, -1], 'volume must be a number of zero or more'],
  [[10, 12, 9, 11, Number.NaN], 'volume must be a number of zero or more'],
])('a bar of %j: %s', ([open, high, low, close, volume], flaw) => {
  expect(flawOf(open!, high!, low!, close!, volume!)).toBe(flaw)
})
