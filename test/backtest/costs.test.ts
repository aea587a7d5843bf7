import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { backtest } from '#backtest/report.ts'
import type { History } from '#backtest/run.ts'
import { format } from '#domain/money.ts'
import { type AnyStrategy, defineStrategy, enter, exit } from '#strategy'
import emaCross from '../../strategies/ema-cross.ts'
import maCross from '../../strategies/ma-cross.ts'
import rsi from '../../strategies/rsi.ts'
import { type BareOptions, bareSetup, historyFrom, historyOf } from '../support/bare.ts'
import { type Bar, columnsFrom } from '../support/market.ts'

const HOUR = 3_600_000
const BEGIN = Date.UTC(2023, 0, 1)
const indexOf = (time: number): number => (time - BEGIN) / HOUR

/** A strategy that enters and leaves at the closes of given candles. */
const planned = (enters: readonly number[], exits: readonly number[] = []): AnyStrategy =>
  defineStrategy({
    title: 'planned',
    params: z.object({}),
    indicators: () => ({}),
    decide({ candle }) {
      const index = indexOf(candle.time)
      return enters.includes(index) ? enter({ reason: 'planned' }) : exits.includes(index) ? exit({ reason: 'planned' }) : null
    },
  })

const bars = (...given: (Bar | number)[]): History => historyOf(columnsFrom(given, '1h', BEGIN), '1h')
const fillsOf = (strategy: AnyStrategy, history: History, options: BareOptions): string[] =>
  backtest(bareSetup(strategy, [history], options)).collected.fills.map(
    ({ time, side, price, quantity, fee }) => `${indexOf(time)} ${side} ${format(quantity)} @ ${format(price)} fee ${format(fee)}`,
  )

describe('slippage', () => {
  const history = bars(100, 100, 110, 110, 110)
  test.each<{ name: string; options: BareOptions; expected: string[] }>([
    { name: 'none', options: { fee: '0' }, expected: ['1 BUY 100 @ 100 fee 0', '3 SELL 100 @ 110 fee 0'] },
    {
      name: '5 bp is taken on both sides',
      options: { fee: '0', slippage: 5, size: '1' },
      expected: ['1 BUY 1 @ 100.05 fee 0', '3 SELL 1 @ 109.945 fee 0'],
    },
    {
      name: 'all in buys less of the dearer',
      options: { fee: '0', slippage: 100 },
      expected: ['1 BUY 99.00990099 @ 101 fee 0', '3 SELL 99.00990099 @ 108.9 fee 0'],
    },
    {
      name: 'fees come off what is received, half up',
      options: { fee: '0.001', slippage: 5, size: '0.00000456' },
      expected: ['1 BUY 0.00000456 @ 100.05 fee 0', '3 SELL 0.00000456 @ 109.945 fee 0.0000005'],
    },
  ])('$name', ({ options, expected }) => {
    expect(fillsOf(planned([0], [2]), history, options)).toEqual(expected)
  })
})

describe('at most 10 % of the volume', () => {
  const volumes = (...given: number[]): History => bars(...given.map(volume => ({ close: 100, volume })))
  const options = { fee: '0.001', volumeShare: 0.1 }

  test('the rest of an entry is dropped, the rest of an exit goes at the next opens', () => {
    expect(fillsOf(planned([0], [2]), volumes(1, 300, 1, 100, 100, 1000), options)).toEqual([
      '1 BUY 30 @ 100 fee 0.03',
      '3 SELL 10 @ 100 fee 1',
      '4 SELL 10 @ 100 fee 1',
      '5 SELL 9.97 @ 100 fee 0.997',
    ])
  })

  test('candles without volume are waited out', () => {
    expect(fillsOf(planned([0], [2]), volumes(1, 300, 1, 0, 0, 1000), options)).toEqual([
      '1 BUY 30 @ 100 fee 0.03',
      '5 SELL 29.97 @ 100 fee 2.997',
    ])
  })

  test('an entry that finds none is refused, and told', () => {
    const { report, collected } = backtest(bareSetup(planned([0]), [volumes(1, 0, 1, 1)], options))
    expect(report.fills).toBe(0)
    expect([...collected.denials]).toEqual([['order_rejected', { count: 1, last: 'there was no more volume to take' }]])
  })

  test('a round trip of several exits is one', () => {
    const { report } = backtest(bareSetup(planned([0], [2]), [volumes(1, 300, 1, 100, 100, 1000)], options))
    expect(report).toMatchObject({ fills: 4, roundTrips: 1, wins: 0, finalEquity: 9994.003 })
    expect(report.fees).toBeCloseTo(3 + 2.997, 9)
  })
})

const candles = (symbol: string): History => historyFrom(join(import.meta.dirname, `../../data/candles/${symbol}-4h.csv.gz`))

describe('the return at other costs', () => {
  const runs = [
    { strategy: maCross, history: candles('ETHEUR'), options: { fee: '0.001', slippage: 5 } },
    { strategy: maCross, history: candles('BTCEUR'), options: { fee: '0.0001', slippage: 0 } },
    { strategy: maCross, history: candles('XRPEUR'), options: { fee: '0', slippage: 3 } },
    { strategy: maCross, history: candles('ADAEUR'), options: { fee: '0', slippage: 0 } },
    { strategy: rsi, history: candles('ETHEUR'), options: { fee: '0.001', slippage: 5, size: '5%' } },
    { strategy: rsi, history: candles('XRPEUR'), options: { fee: '0.01', slippage: 100, volumeShare: 0.1 } },
    { strategy: emaCross, history: candles('BTCEUR'), options: { fee: '0.001', slippage: 15 } },
  ]

  test.each(runs)('$strategy.title $history.info.symbol $options', ({ strategy, history, options }) => {
    const at = (factor: number): number => {
      const fee = (Number(options.fee) * factor).toFixed(8)
      return backtest(bareSetup(strategy, [history], { ...options, fee, slippage: options.slippage * factor })).report.return
    }
    const { report, collected } = backtest(bareSetup(strategy, [history], options))
    const { x0, x1, x2, breakEvenBp } = report.costs
    expect([x0, x1, x2]).toEqual([at(0), report.return, at(2)])
    // a resting order pays no slippage
    const takers = collected.fills.filter(({ maker }) => !maker).length
    const base = Number(options.fee) * 10_000 + (options.slippage * takers) / collected.fills.length
    const withFee = (bp: number): number => backtest(bareSetup(strategy, [history], { fee: (bp / 10_000).toFixed(8) })).report.return
    const isLeft = (bp: number): boolean => (base > 0 ? at(bp / base) : withFee(bp)) >= 0
    const around = breakEvenBp === null ? [isLeft(0)] : [isLeft(breakEvenBp - 0.02), isLeft(breakEvenBp + 0.02)]
    expect(around).toEqual(breakEvenBp === null ? [false] : [true, false])
  })

  test('some of these have a break-even, some have none', () => {
    const found = runs.map(({ strategy, history, options }) => backtest(bareSetup(strategy, [history], options)).report.costs.breakEvenBp)
    expect(found.filter(bp => bp !== null).length).toBeGreaterThan(2)
    expect(found).toContain(null)
  })

  test.each<{ name: string; strategy: AnyStrategy; history: History; expected: object }>([
    { name: 'nothing traded', strategy: planned([]), history: bars(100, 100, 200), expected: { x0: 0, x1: 0, x2: 0, breakEvenBp: null } },
    { name: 'loses without any', strategy: planned([0], [2]), history: bars(100, 100, 90, 90), expected: { x0: -0.1, breakEvenBp: null } },
    {
      name: 'something is left even at 1000 bp',
      strategy: planned([0]),
      history: bars(100, 100, 900),
      expected: { x0: 8, breakEvenBp: null },
    },
    // buy at 100, sell at 100 / (1 - 0.01)²: a fee of 1 % twice takes it all
    {
      name: 'exactly 100 bp',
      strategy: planned([0], [1]),
      history: bars(100, 100 / 0.99 ** 2, 100 / 0.99 ** 2),
      expected: { breakEvenBp: 100 },
    },
  ])('$name', ({ strategy, history, expected }) => {
    const { breakEvenBp, ...returns } = backtest(bareSetup(strategy, [history])).report.costs
    const rounded = Object.fromEntries(Object.entries(returns).map(([name, value]) => [name, Number(value.toFixed(9))]))
    expect({ ...rounded, breakEvenBp: breakEvenBp === null ? null : Math.round(breakEvenBp * 10) / 10 }).toMatchObject(expected)
  })
})
