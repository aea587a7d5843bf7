/** The three seed strategies, fill by fill, against the plain second implementation: on all candles there are, and on made-up ones. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { backtest } from '#backtest/report.ts'
import type { History } from '#backtest/run.ts'
import { columnsOf } from '#domain/candle.ts'
import { format } from '#domain/money.ts'
import type { Fill } from '#domain/order.ts'
import type { AnyStrategy } from '#strategy'
import bollinger from '../../strategies/bollinger.ts'
import maCross from '../../strategies/ma-cross.ts'
import rsi from '../../strategies/rsi.ts'
import {
  type PlainCandle,
  type PlainFill,
  type PlainOptions,
  type PlainResult,
  plainBacktest,
  plainWishes,
  readPlain,
  type Wish,
} from '../reference/plain.ts'
import { type BareOptions, bareSetup, historyFrom, historyOf } from '../support/bare.ts'

const root = join(import.meta.dirname, '../..')
const files = [
  'data/candles/BTCEUR-4h.csv.gz',
  'data/candles/ETHEUR-4h.csv.gz',
  'data/candles/ADAEUR-4h.csv.gz',
  'data/candles/XRPEUR-4h.csv.gz',
  'test/vectors/candles/BTCUSDT-1h.csv.gz',
  'test/vectors/candles/BTCUSDT-1d.csv.gz',
]
type Name = PlainOptions['strategy']
const strategies: Record<Name, AnyStrategy> = { rsi, 'ma-cross': maCross, bollinger }
const others: Record<Name, Record<string, number>> = {
  rsi: { window: 7, oversold: 35, overbought: 60 },
  'ma-cross': { short: 9, long: 33 },
  bollinger: { window: 11, std: 1.5 },
}
const sizes = ['100%', '5%', '0.01']

interface Candles {
  readonly history: History
  readonly plain: PlainCandle[]
}

const plainLine = ({ time, side, price, quantity, fee, feeAsset }: PlainFill): string =>
  `${time} ${side} ${quantity} @ ${price} fee ${fee} ${feeAsset}`
const ownLine = ({ time, side, price, quantity, fee, feeAsset }: Fill): string =>
  `${time} ${side} ${format(quantity)} @ ${format(price)} fee ${format(fee)} ${feeAsset === 'quote' ? 'quote' : 'base'}`

interface CompareOptions extends BareOptions {
  readonly params?: Record<string, number>
  readonly wishes?: Wish[]
}

/** Runs both and compares everything; returns how many fills there were. */
function compare({ history, plain }: Candles, name: Name, options: CompareOptions = {}): number {
  const { minVolume, ...params } = options.params ?? {}
  const expected: PlainResult = plainBacktest({
    strategy: name,
    candles: plain,
    params,
    ...(options.wishes === undefined ? {} : { wishes: options.wishes }),
    ...(minVolume === undefined ? {} : { minVolume }),
    ...(options.size === undefined ? {} : { size: options.size }),
    ...(options.cash === undefined ? {} : { cash: options.cash }),
    ...(options.fee === undefined ? {} : { feeRate: options.fee }),
  })
  const { report, collected } = backtest(bareSetup(strategies[name], [history], options))
  expect(collected.fills.map(ownLine)).toEqual(expected.fills.map(plainLine))
  expect(report.finalEquity).toBe(expected.finalEquity)
  expect(Math.abs(report.maxDrawdown - expected.maxDrawdown)).toBeLessThan(1e-9)
  expect(report).toMatchObject({ fills: expected.fills.length, roundTrips: expected.roundTrips, wins: expected.wins })
  expect(report.fees).toBeCloseTo(expected.fees.inQuote, 5)
  return expected.fills.length
}

describe.each(files)('%s', file => {
  const path = join(root, file)
  const candles = { history: historyFrom(path), plain: readPlain(path) }
  const minVolume = candles.history.columns.volume.toSorted()[candles.plain.length >> 1]!

  test.each(Object.keys(strategies) as Name[])('%s', name => {
    let fills = 0
    // worked out from the raw closes for every candle: too slow to be done anew for each size
    for (const params of [{}, others[name]]) {
      const wishes = plainWishes({ strategy: name, candles: candles.plain, params })
      for (const size of sizes)
        for (const volume of [{}, { minVolume: minVolume * (params === others[name] ? 1.5 : 1) }])
          fills += compare(candles, name, { size, params: { ...params, ...volume }, wishes })
    }
    expect(fills).toBeGreaterThan(100)
  })
})

// Numerical Recipes' generator: the same numbers in every run.
function chance(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

// A walk with still stretches, jumps, holes in time and closes that come back to where they were.
function madeUp(seed: number): Candles {
  const next = chance(seed)
  const length = 60 + Math.floor(next() * 240)
  const columns = columnsOf(length)
  const plain: PlainCandle[] = []
  const decimals = Math.floor(next() * 7)
  const scale = 10 ** (next() * 5 - 2) + 10 ** -decimals * 20
  let time = 1_600_000_000_000 - (1_600_000_000_000 % 3_600_000)
  let close = scale
  for (let i = 0; i < length; i++) {
    const open = next() < 0.2 ? close * (0.9 + next() * 0.2) : close
    close = next() < 0.15 ? open : open * (0.97 + next() * 0.06)
    const texts = [open, Math.max(open, close) * 1.01, Math.min(open, close) * 0.99, close].map(value =>
      Math.max(value, 10 ** -decimals).toFixed(decimals),
    ) as [string, string, string, string]
    const volume = (next() * 100).toFixed(3)
    plain.push({ openTime: time, open: texts[0], high: texts[1], low: texts[2], close: texts[3], volume })
    for (const [place, column] of [columns.open, columns.high, columns.low, columns.close].entries()) column[i] = Number(texts[place])
    columns.time[i] = time
    columns.volume[i] = Number(volume)
    time += 3_600_000 * (next() < 0.03 ? 1 + Math.floor(next() * 50) : 1)
  }
  return { history: historyOf(columns, '1h'), plain }
}

test.each(Object.keys(strategies) as Name[])('%s on made-up candles', name => {
  let fills = 0
  for (let seed = 1; seed <= 300; seed++) {
    const next = chance(seed * 7919)
    const window = 2 + Math.floor(next() * 12)
    const chosen: Record<Name, Record<string, number>> = {
      rsi: { window, oversold: 20 + next() * 25, overbought: 55 + next() * 25 },
      'ma-cross': { short: 1 + Math.floor(next() * window), long: window + 1 },
      bollinger: { window, std: 0.5 + next() * 2 },
    }
    const size = ['100%', '5%', '33.3%', '0.5'][seed % 4]!
    const cash = size === '0.5' ? '100000000' : (1 + next() * 100_000).toFixed(seed % 9)
    const fee = ['0.001', '0', '0.00075', '0.0123'][(seed >> 2) % 4]!
    const params = { ...chosen[name], ...(seed % 3 === 0 ? { minVolume: 40 } : {}) }
    fills += compare(madeUp(seed), name, { size, cash, fee, params })
  }
  expect(fills).toBeGreaterThan(1000)
})
