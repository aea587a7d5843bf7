import { describe, expect, test } from 'vitest'
import { type Changes, holdReturn, maxDrawdown } from '#backtest/equity.ts'
import { lengthOf, type Timeframe } from '#domain/time.ts'
import { columnsFrom } from '../support/market.ts'

const HOUR = 3_600_000
type Change = readonly [time: number, place: number, cash: number, quantity: number]
interface Series {
  readonly closes: readonly number[]
  readonly timeframe?: Timeframe
  readonly from?: number
}

const inTurn = (changes: readonly Change[]): Changes => {
  let at = 0
  const now = (): Change => changes[at] ?? [Number.POSITIVE_INFINITY, 0, 0, 0]
  return {
    get time() {
      return now()[0]
    },
    get place() {
      return now()[1]
    },
    get cash() {
      return now()[2]
    },
    get quantity() {
      return now()[3]
    },
    next() {
      at++
    },
  }
}
const priced = ({ closes, timeframe = '1h', from = 0 }: Series) => ({ columns: columnsFrom(closes, timeframe, from), timeframe })

/** By the definition: every close in turn, everything looked up anew. */
function slowDrawdown(changes: readonly Change[], series: readonly ReturnType<typeof priced>[], cash: number): number {
  const closes = series.flatMap(({ columns, timeframe }) => [...columns.time].map(time => time + lengthOf(timeframe)))
  let peak = cash
  let worst = 0
  for (const now of [...new Set(closes)].sort((a, b) => a - b)) {
    const before = changes.filter(([time]) => time < now)
    const value = series.reduce((sum, { columns, timeframe }, place) => {
      const last = [...columns.time].findLastIndex(time => time + lengthOf(timeframe) <= now)
      return sum + (before.findLast(change => change[1] === place)?.[3] ?? 0) * (last < 0 ? 0 : columns.close[last]!)
    }, before.at(-1)?.[2] ?? cash)
    peak = Math.max(peak, value)
    worst = Math.max(worst, (peak - value) / peak)
  }
  return worst
}

describe('max drawdown', () => {
  test.each<{ name: string; changes: Change[]; series: Series[]; expected: number }>([
    { name: 'nothing held', changes: [], series: [{ closes: [1, 2, 1] }], expected: 0 },
    { name: 'the starting cash is the first height', changes: [[0, 0, 0, 100]], series: [{ closes: [0.8, 0.9] }], expected: 0.2 },
    { name: 'from a height on', changes: [[0, 0, 0, 100]], series: [{ closes: [2, 1, 3, 2.4] }], expected: 0.5 },
    {
      name: 'what is bought at an open counts at that candle’s close',
      changes: [[HOUR, 0, 0, 100]],
      series: [{ closes: [9, 0.7] }],
      expected: 0.3,
    },
    { name: 'not at the close at the same instant', changes: [[HOUR, 0, 0, 100]], series: [{ closes: [0.1, 1] }], expected: 0 },
    {
      name: 'a stop within a candle counts at its close',
      changes: [
        [0, 0, 0, 100],
        [2 * HOUR - 1, 0, 95, 0],
      ],
      series: [{ closes: [1, 0.2, 0.1] }],
      expected: 0.05,
    },
    {
      name: 'cash alone can fall',
      changes: [
        [0, 0, 0, 100],
        [HOUR, 0, 60, 0],
      ],
      series: [{ closes: [1, 5, 5] }],
      expected: 0.4,
    },
    {
      name: 'several symbols are valued together',
      changes: [
        [0, 0, 50, 50],
        [0, 1, 0, 50],
      ],
      series: [{ closes: [1, 2] }, { closes: [1, 0] }],
      expected: 0,
    },
    {
      name: 'one that has no candle counts at its last close',
      changes: [
        [0, 0, 50, 50],
        [0, 1, 0, 50],
      ],
      series: [{ closes: [1, 1, 0.5, 1] }, { closes: [2] }],
      expected: 25 / 150,
    },
  ])('$name', ({ changes, series, expected }) => {
    const histories = series.map(priced)
    expect(maxDrawdown(inTurn(changes), histories, 100)).toBeCloseTo(expected, 12)
    expect(slowDrawdown(changes, histories, 100)).toBeCloseTo(expected, 12)
  })

  test('equals the definition on long made-up logs of one and of several symbols', () => {
    let state = 7
    const next = (): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return state / 2 ** 32
    }
    for (let round = 0; round < 60; round++) {
      const count = 1 + (round % 3)
      const series = Array.from({ length: count }, (_, place) => {
        const timeframe = (['1h', '4h', '15m'] as const)[(round + place) % 3]!
        return priced({
          closes: Array.from({ length: 20 + Math.floor(next() * 150) }, () => 0.5 + next()),
          timeframe,
          from: place * 7 * HOUR,
        })
      })
      const changes: Change[] = []
      let time = 0
      for (let row = 0; row < (round % 5) * 90; row++) {
        time += Math.floor(next() * 4) * 900_000
        changes.push([time, Math.floor(next() * count), next() * 100, next() < 0.4 ? 0 : next() * 100])
      }
      expect(maxDrawdown(inTurn(changes), series, 100)).toBeCloseTo(slowDrawdown(changes, series, 100), 12)
    }
  })
})

test('holding is the mean of all symbols', () => {
  expect(holdReturn([priced({ closes: [1, 2] }), priced({ closes: [2, 1] })])).toBeCloseTo((1 - 0.5) / 2, 12)
})
