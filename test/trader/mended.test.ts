/** What was found wrong once, each as the smallest scene that shows it. */
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { money, quantity, ratio } from '#domain/money.ts'
import { type AnyStrategy, defineBasket, defineStrategy, enter, move, percent, type Weights } from '#strategy'
import { HOUR, hour, hourOf, lines, owner, play, quiet, type Scene, START } from '../support/desk.ts'

const count = (log: readonly string[], what: string): number => log.filter(line => line.includes(what)).length
const sold = (log: readonly string[]): number => log.reduce((sum, line) => sum + Number(/sold (\S+)/.exec(line)?.[1] ?? 0), 0)

describe('a limit entry that fills inside a bar', () => {
  test('does not take a target out of the same bar: its high may have been before', () => {
    const { log } = play({
      bars: [...quiet(1), '100 101 94 96', ...quiet(1)],
      says: { 0: enter({ reason: 'go', at: { limit: 95 }, stopLoss: 90, takeProfit: 98 }) },
    })
    expect(log.slice(0, 4)).toEqual(
      lines(`
        1 limit 95 for 10
        1+ bought 10 at 95
        1+ stop 90 for 10
        1+ target 98 for 10`),
    )
    // bar 2 opens at 100, over the target
    expect(log[4]).toBe('2 sold 10 at 98: take profit')
  })

  test('does not trail by the high of the same bar: it may have been before', () => {
    const { log } = play({
      bars: [...quiet(1), '110 110 94 96', '96 97 95 96', ...quiet(1)],
      says: { 0: enter({ reason: 'go', at: { limit: 95 }, trailing: 5 }) },
    })
    expect(log).toEqual(
      lines(`
        1 limit 95 for 10
        1+ bought 10 at 95
        1+ stop 90 for 10
        3 stop 92 for 10
        - stop 90 cancelled
        4 stop 96 for 10
        - stop 92 cancelled`),
    )
  })
})

describe('a limit entry that fills in parts', () => {
  const thin = { volumeShare: 0.1, says: { 0: enter({ reason: 'go', at: { limit: 98 }, stopLoss: 95 }) } }

  test('never moves the trailing stop down with a later part', () => {
    const { log } = play({
      volumeShare: 0.1,
      bars: [...quiet(1), '100 101 97 98 60', '99 120 99 119', '119 119 97 98', ...quiet(1)],
      says: { 0: enter({ reason: 'go', at: { limit: 98 }, trailing: 30 }) },
    })
    const stops = log.flatMap(line => Number(/ stop (\S+) for/.exec(line)?.[1] ?? Number.NaN)).filter(stop => !Number.isNaN(stop))
    expect(stops).toEqual([...stops].sort((a, b) => a - b))
  })

  test('stopped out of its first part, it tells the round trip', () => {
    const { log } = play({ ...thin, bars: [...quiet(1), '100 101 97 98 60', '98 98 94 96 60', '99 99 99 99', ...quiet(1)] })
    expect(log).toContain('2+ closed -18: stop loss')
  })

  test('what it lost is in its round trips, and in the account', () => {
    const { log, engine } = play({ ...thin, bars: [...quiet(1), '100 101 97 98 60', '98 98 94 96 60', '96 97 95 96', ...quiet(1)] })
    const told = log.reduce((sum, line) => sum + Number(/closed (\S+):/.exec(line)?.[1] ?? 0), 0)
    expect(told).toBe(Number(engine.portfolio.realised) / 1e8)
  })
})

describe('levels that make no sense are denials, not the death of the process', () => {
  test.each([
    ['a stop that is no number', enter({ reason: 'go', stopLoss: Number.NaN })],
    ['a stop under zero', enter({ reason: 'go', stopLoss: -1 })],
    ['a stop 100 % under the price', enter({ reason: 'go', stopLoss: percent(100) })],
    ['a target that is no number', enter({ reason: 'go', takeProfit: Number.NaN })],
    ['a limit that is no number', enter({ reason: 'go', at: { limit: Number.NaN } })],
    ['a trailing gap that is no number', enter({ reason: 'go', trailing: Number.NaN })],
    ['a part at a price that is no number', enter({ reason: 'go', partial: { at: Number.NaN, part: 0.5 } })],
  ])('%s', (_, signal) => {
    const { log } = play({ bars: quiet(3), says: { 0: signal } })
    expect(log).toEqual([expect.stringMatching(/^1 no enter: /)])
  })

  test('`manage` moves the stop to what is no number', () => {
    const { log } = play({
      bars: quiet(4),
      says: { 0: enter({ reason: 'go', stopLoss: 95 }) },
      manage: () => move({ stopLoss: Number.NaN }),
    })
    expect(log).toEqual(['1 bought 10 at 100', '1 stop 95 for 10'])
  })

  test('a part to be sold under the price: a denial before, not a sale right after', () => {
    const { log } = play({ bars: quiet(3), says: { 0: enter({ reason: 'go', stopLoss: 95, partial: { at: 99, part: 0.5 } }) } })
    expect(log).toEqual(['1 no enter: target_not_above_price'])
  })
})

test('a partial target needs two stop orders, and both are reserved with the entry', () => {
  const { log } = play({
    bars: quiet(3),
    filters: { maxStopOrders: 1 },
    says: { 0: enter({ reason: 'go', stopLoss: 95, takeProfit: 110, partial: { at: 105, part: 0.5 } }) },
  })
  expect(log).toEqual(['1 no enter: no_protection_slot'])
})

describe('leaving a part in a thin market', () => {
  test('sells what was wished, not the whole of it again each time', () => {
    const { log } = play({
      volumeShare: 0.1,
      bars: [...quiet(2), ...Array.from({ length: 6 }, () => '100 101 99 100 20')],
      says: { 0: enter({ reason: 'go', stopLoss: 90 }) },
      people: { 2: engine => void engine.trader.exits.leave(engine.slot('script', 'BTCUSDC')!, 'half', quantity('5'), hour(2)) },
    })
    expect(sold(log)).toBe(5)
  })
})

test('a rest worth less than an order may be is not sent again and again', () => {
  const { log } = play({
    volumeShare: 0.1,
    filters: { minNotional: money('300'), minNotionalOnMarket: true },
    bars: [...quiet(2), '100 100 90 90 80', ...quiet(4)],
    says: { 0: enter({ reason: 'go', stopLoss: 95 }) },
  })
  expect(count(log, 'rejected')).toBeLessThan(2)
})

test('halted: a time limit does not leave either', () => {
  const { log } = play({
    bars: quiet(6),
    says: { 0: enter({ reason: 'go', stopLoss: 95, timeLimit: 3 }) },
    people: { 2: engine => engine.trader.setMode('halted') },
  })
  expect(log).toEqual(['1 bought 10 at 100', '1 stop 95 for 10'])
})

test('the backtest decides nothing at a slot after its last candle', () => {
  const { log } = play({ schedule: '0 */4 * * *', bars: quiet(7), says: { 5: enter({ reason: 'never' }) } })
  expect(log).toEqual([])
})

test('`manage` sees the other timeframe as `decide` does: the candle that has just closed', () => {
  const seen: string[] = []
  const strategy: AnyStrategy = defineStrategy({
    title: 'two timeframes',
    params: z.object({}),
    also: { long: '4h' },
    indicators: () => ({}),
    decide({ candle, long }) {
      if (hourOf(candle.time) === 7) seen.push(`decide ${hourOf(long.candle.time)}`)
      return hourOf(candle.time) === 4 ? enter({ reason: 'go' }) : null
    },
    manage(_, { candle, long }) {
      if (hourOf(candle.time) === 7) seen.push(`manage ${hourOf(long.candle.time)}`)
      return null
    },
  })
  play({ bars: quiet(10), owners: [owner('a', strategy)] })
  expect(new Set(seen)).toEqual(new Set(['decide 4', 'manage 4']))
})

describe('a basket', () => {
  const weighing = (weights: Readonly<Record<number, Weights>>): AnyStrategy =>
    defineBasket({
      title: 'script',
      allocation: 0.5,
      params: z.object({}),
      indicators: () => ({}),
      decide: ({ members }) => weights[([...members.values()][0]!.candle.time - START) / HOUR] ?? null,
    })
  const scene = (
    weights: Readonly<Record<number, Weights>>,
    btc: readonly string[],
    eth: readonly string[],
    allocation = '0.5',
  ): Scene => ({
    bars: { BTCUSDC: btc, ETHUSDC: eth },
    owners: [owner('b', weighing(weights), ['BTCUSDC', 'ETHUSDC'], { allocation: ratio(allocation) })],
  })

  test('is not stuck for good on an exit that is too small to be sent', () => {
    const { log } = play({
      ...scene({ 0: { BTCUSDC: 1 }, 1: { BTCUSDC: 0.5, ETHUSDC: 0.5 }, 3: { BTCUSDC: 0.1, ETHUSDC: 0.9 } }, quiet(6), quiet(6), '0.001'),
      filters: { minNotional: money('6'), minNotionalOnMarket: true },
    })
    expect(log).toContain('4 b BTC sold 0.09 at 100: target 10 % of the basket')
  })

  test('sells a part in a thin market once', () => {
    const { log } = play({
      ...scene(
        { 0: { BTCUSDC: 1, ETHUSDC: 0 }, 1: { BTCUSDC: 0.4 } },
        [...quiet(2), ...Array.from({ length: 4 }, () => '100 101 99 100 200')],
        quiet(6),
      ),
      volumeShare: 0.1,
    })
    expect(sold(log)).toBe(30)
  })
})
