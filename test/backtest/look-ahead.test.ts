/** No look-ahead: when everything after an instant is another, no decision up to that instant is. For every strategy there is. */
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { silent } from '#backtest/collect.ts'
import { type History, runBacktest } from '#backtest/run.ts'
import type { Columns } from '#domain/candle.ts'
import type { Decision, Recorder } from '#domain/journal.ts'
import { lengthOf } from '#domain/time.ts'
import type { AnyStrategy } from '#strategy'
import { loadStrategies } from '../../src/load-folder.ts'
import { bareSetup, historyFrom } from '../support/bare.ts'

const root = new URL('../../', import.meta.url)
const strategies = await loadStrategies(new URL('strategies/', root))
const histories = ['BTCEUR', 'ETHEUR', 'ADAEUR', 'XRPEUR'].map(symbol =>
  historyFrom(fileURLToPath(new URL(`data/candles/${symbol}-4h.csv.gz`, root))),
)

function decisions(strategy: AnyStrategy, over: readonly History[]): Decision[] {
  const found: Decision[] = []
  const recorder: Recorder = { ...silent, values: true, decided: decision => void found.push(decision) }
  const { cash, ...setup } = bareSetup(strategy, over, { size: '20%', slippage: 5, volumeShare: 0.1 })
  runBacktest({ ...setup, funds: new Map([['quote', cash]]), recorder })
  return found
}

let state = 20_230_101
const next = (): number => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return state / 2 ** 32
}

// Another world from the first candle on that has not closed by then: a wild walk, so that signals and stops differ at once.
function changedAfter(history: History, time: number): History {
  const { columns, timeframe } = history
  const copy = Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column.slice()])) as unknown as Columns
  let price = columns.close[0]! * (0.2 + 3 * next())
  for (let i = 0; i < copy.time.length; i++) {
    if (copy.time[i]! + lengthOf(timeframe) <= time) continue
    copy.open[i] = price
    price *= 0.8 + 0.4 * next()
    copy.close[i] = price
    copy.high[i] = Math.max(copy.open[i]!, price) * (1 + 0.1 * next())
    copy.low[i] = Math.min(copy.open[i]!, price) * (1 - 0.1 * next())
    copy.volume[i] = next() * 1e6
  }
  return { ...history, columns: copy }
}

// What has no indicator values came of an order's fate at the open at that instant, which lies after it: no decision on a candle.
const upTo = (time: number, all: readonly Decision[]): Decision[] =>
  all.filter(decision => decision.time < time || (decision.time === time && decision.values !== null))

describe.each([...strategies.values()])('$name', ({ strategy }) => {
  const over = strategy.kind === 'basket' ? histories : histories.slice(0, 1)
  const plain = decisions(strategy, over)

  test('decides often enough to tell', () => {
    expect(plain.length).toBeGreaterThan(5)
  })

  const { time } = over[0]!.columns
  const span = lengthOf(over[0]!.timeframe)
  // at decisions, where looking ahead would pay, and anywhere
  const instants = [
    ...[0.1, 0.35, 0.6, 0.85].map(part => plain[Math.floor(part * plain.length)]!.time as number),
    ...[0, 1, 2, 3, 4].map(() => time[Math.floor(next() * time.length)]! + span),
  ]
  const changed = instants.map(instant =>
    decisions(
      strategy,
      over.map(history => changedAfter(history, instant)),
    ),
  )
  test.each(instants.map((instant, place) => ({ instant, place })))(
    'nothing up to $instant changes with what comes after',
    ({ instant, place }) => {
      expect(upTo(instant, changed[place]!)).toEqual(upTo(instant, plain))
    },
  )

  test('what comes after does change', () => {
    expect(changed[0]).not.toEqual(plain)
    expect(upTo(instants[0]!, plain).length).toBeGreaterThan(0)
  })
})
