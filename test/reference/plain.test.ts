import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type PlainCandle, type PlainFill, type PlainOptions, plainBacktest, plainBands, plainRsi, plainSma, readPlain } from './plain.ts'

const vectors = (name: string): string => join(import.meta.dirname, '../vectors', name)

/** Candles from 'open close' or 'open close volume'; candle i opens at 1000·i. */
const candlesOf = (...rows: string[]): PlainCandle[] =>
  rows.map((row, index) => {
    const [open = '', close = '', volume = '1'] = row.split(' ')
    return { openTime: index * 1000, open, high: '1000', low: '0.1', close, volume }
  })

/** Candles of which only the closes matter: each opens at the close before it. */
const closesOf = (...closes: number[]): PlainCandle[] =>
  candlesOf(...closes.map((close, index) => `${closes[Math.max(0, index - 1)]} ${close}`))

/** A fill as one line, so that a table row shows it whole. */
const line = (fill: PlainFill): string => `${fill.time} ${fill.side} ${fill.quantity} @ ${fill.price} fee ${fill.fee} ${fill.feeAsset}`
const lines = (options: PlainOptions): string[] => plainBacktest(options).fills.map(line)
const trades = (options: PlainOptions): string[] => plainBacktest(options).fills.map(fill => `${fill.time} ${fill.side}`)

// RSI of window 2 over closes 10 9 8 10 12 11, by hand (average gain, average loss):
//   candle 2: 0, 1 -> 0 (enter, filled at candle 3)    candle 3: 1, 0.5 -> 66.7
//   candle 4: 1.5, 0.25 -> 85.7 (exit, filled at candle 5)    candle 5: 0.75, 0.625 -> 54.5
const rsiParams = { window: 2, oversold: 30, overbought: 70 }
const rsiCandles = (buyOpen: string, sellOpen: string): PlainCandle[] =>
  candlesOf('10 10', '10 9', '9 8', `${buyOpen} 10`, '11 12', `${sellOpen} 11`)

describe('strategies', () => {
  test.each<{
    name: string
    strategy: PlainOptions['strategy']
    params: Record<string, number>
    candles: PlainCandle[]
    expected: string[]
  }>([
    {
      name: 'rsi enters under and exits over, each at the next open',
      strategy: 'rsi',
      params: rsiParams,
      candles: rsiCandles('8', '12'),
      expected: ['3000 BUY', '5000 SELL'],
    },
    {
      name: 'rsi: seed 1.5 and 3.5 is exactly 30, which is not under 30',
      strategy: 'rsi',
      params: rsiParams,
      candles: closesOf(100, 103, 96, 96),
      expected: [],
    },
    {
      name: 'rsi: the same 30 is under 30.1',
      strategy: 'rsi',
      params: { ...rsiParams, oversold: 30.1 },
      candles: closesOf(100, 103, 96, 96),
      expected: ['3000 BUY'],
    },
    {
      // 10 9 8 -> 0 (enter). Then +7: 3.5, 0.5 -> 87.5 (exit under the wider limit only).
      name: 'rsi: exactly overbought is not over it',
      strategy: 'rsi',
      params: { ...rsiParams, overbought: 87.5 },
      candles: closesOf(10, 9, 8, 15, 15),
      expected: ['3000 BUY'],
    },
    {
      name: 'rsi: no change at all is 0, so it enters at the first value; then only gains is 100',
      strategy: 'rsi',
      params: { ...rsiParams, overbought: 99.99 },
      candles: closesOf(5, 5, 5, 6, 7),
      expected: ['3000 BUY', '4000 SELL'],
    },
    {
      name: 'rsi: entering while holding is nothing, a wish at the last candle is dropped',
      strategy: 'rsi',
      params: rsiParams,
      candles: closesOf(10, 9, 8, 7, 6, 16),
      expected: ['3000 BUY'],
    },
    { name: 'rsi: too few candles', strategy: 'rsi', params: rsiParams, candles: closesOf(10, 9), expected: [] },
    {
      // Average of two against the close itself: over when rising, under when falling, equal when unchanged.
      name: 'ma-cross enters on the rise and exits on the fall',
      strategy: 'ma-cross',
      params: { short: 1, long: 2 },
      candles: closesOf(10, 9, 11, 12, 10, 10),
      expected: ['3000 BUY', '5000 SELL'],
    },
    {
      name: 'ma-cross: already over when both averages are there first is no cross',
      strategy: 'ma-cross',
      params: { short: 1, long: 2 },
      candles: closesOf(10, 11, 12, 13, 14),
      expected: [],
    },
    {
      name: 'ma-cross: equal before counts as not yet over, and as not yet under',
      strategy: 'ma-cross',
      params: { short: 1, long: 2 },
      candles: closesOf(10, 10, 11, 11, 10, 10),
      expected: ['3000 BUY', '5000 SELL'],
    },
    {
      // Short 2, long 3. Averages: candle 2: 8.5/9, 3: 9.5/9 (enter), 4: 10.5/9.67, 5: 9.5/10 (exit), 6: 8/9.
      name: 'ma-cross with windows 2 and 3',
      strategy: 'ma-cross',
      params: { short: 2, long: 3 },
      candles: closesOf(10, 9, 8, 11, 10, 9, 7, 7),
      expected: ['4000 BUY', '6000 SELL'],
    },
    {
      // Candle 2 is 10 4.2 7: mean 7.067, population deviation 2.368, lower 4.698: 4.2 is not over it, 7 is (a sample deviation of
      // 2.901 would put the band at 4.166 and miss it). Candle 4 is 7 10 8: mean 8.333, deviation 1.247, upper 9.58: 10, then 8.
      name: 'bollinger enters at the first band, exits back under the upper one',
      strategy: 'bollinger',
      params: { window: 3, std: 1 },
      candles: closesOf(10, 4.2, 7, 10, 8, 8),
      expected: ['3000 BUY', '5000 SELL'],
    },
    {
      // Lower bands: candle 2: 7.09, 3: 6.18, 4: 5.86. Each previous close (8, 7, 6) is over the band of the candle after it.
      name: 'bollinger: falling with the band inside it is no entry',
      strategy: 'bollinger',
      params: { window: 3, std: 1 },
      candles: closesOf(10, 8, 7, 6, 6, 6),
      expected: [],
    },
    {
      // Window 2 and no deviation: both bands are the average. 9 10: enters at the very first band. 10 10: on the band, not under it.
      name: 'bollinger: exactly on the upper band is not under it',
      strategy: 'bollinger',
      params: { window: 2, std: 0 },
      candles: closesOf(9, 10, 10, 9, 9),
      expected: ['2000 BUY', '4000 SELL'],
    },
    {
      name: 'bollinger: prices that stand still are on both bands and never cross',
      strategy: 'bollinger',
      params: { window: 3, std: 2 },
      candles: closesOf(5, 5, 5, 5, 5),
      expected: [],
    },
  ])('$name', ({ strategy, params, candles, expected }) => {
    expect(trades({ strategy, params, candles })).toEqual(expected)
  })

  test('averages equal on paper are no cross, whatever the last bit of the float says', () => {
    // Candle 3: (0.7 + 0.1 + 0.4) ÷ 3 is 0.4, in floats a bit less, so that 0.4 would seem to cross over it.
    const closes = [1, 0.7, 0.1, 0.4, 0.1, 0.1]
    expect(plainSma(closes, 3, 3)).toBeLessThan(0.4)
    expect(trades({ strategy: 'ma-cross', params: { short: 1, long: 3 }, candles: closesOf(...closes) })).toEqual([])
  })

  test('the usual windows are the defaults', () => {
    const candles = readPlain(vectors('coinbase-ETHUSD-4h-1500.csv.gz'))
    for (const [strategy, params] of [
      ['rsi', { window: 14, oversold: 30, overbought: 70 }],
      ['ma-cross', { short: 5, long: 20 }],
      ['bollinger', { window: 20, std: 2 }],
    ] as const) {
      const fills = lines({ strategy, candles })
      expect(fills.length).toBeGreaterThan(0)
      expect(fills).toEqual(lines({ strategy, candles, params }))
    }
  })
})

describe('money', () => {
  test.each<{ name: string; buy: string; sell: string; options: Partial<PlainOptions>; expected: string[]; equity: number }>([
    {
      // 1000 ÷ 8 = 125, fee 0.125. 124.875 × 12 = 1498.5, fee 1.4985.
      name: 'all cash, even numbers',
      buy: '8',
      sell: '12',
      options: { cash: '1000' },
      expected: ['3000 BUY 125 @ 8 fee 0.125 base', '5000 SELL 124.875 @ 12 fee 1.4985 quote'],
      equity: 1497.0015,
    },
    {
      // 10000 ÷ 3 is rounded down and pays 9999.99999999; 1e-8 of cash stays. Fee 3.333..., held exactly 3330. Sells for 23310.
      name: 'the quantity is rounded down',
      buy: '3.00',
      sell: '7.0',
      options: {},
      expected: ['3000 BUY 3333.33333333 @ 3 fee 3.33333333 base', '5000 SELL 3330 @ 7 fee 23.31 quote'],
      equity: 23286.69000001,
    },
    {
      // 5 % of 1000 is 50; ÷ 3 = 16.66666666, pays 49.99999998. Fee 0.016666666.. -> ..67. Held 16.64999999 × 7 = 116.54999993,
      // fee 0.11654999993 -> 0.11655. Cash 950.00000002 + 116.43344993... by subtraction 116.54999993 - 0.11655 = 116.43344993.
      name: 'a percentage of equity',
      buy: '3',
      sell: '7',
      options: { cash: '1000', size: '5%' },
      expected: ['3000 BUY 16.66666666 @ 3 fee 0.01666667 base', '5000 SELL 16.64999999 @ 7 fee 0.11655 quote'],
      equity: 1066.43344995,
    },
    {
      name: 'a percentage over the cash takes the cash',
      buy: '8',
      sell: '12',
      options: { cash: '1000', size: '150%' },
      expected: ['3000 BUY 125 @ 8 fee 0.125 base', '5000 SELL 124.875 @ 12 fee 1.4985 quote'],
      equity: 1497.0015,
    },
    {
      // 2 × 8 = 16 of 1000; held 1.998 × 12 = 23.976, fee 0.023976.
      name: 'a fixed quantity',
      buy: '8',
      sell: '12',
      options: { cash: '1000', size: '2' },
      expected: ['3000 BUY 2 @ 8 fee 0.002 base', '5000 SELL 1.998 @ 12 fee 0.023976 quote'],
      equity: 1007.952024,
    },
    {
      name: 'a fixed quantity the cash covers to the last unit',
      buy: '8',
      sell: '12',
      options: { cash: '16', size: '2', feeRate: '0' },
      expected: ['3000 BUY 2 @ 8 fee 0 base', '5000 SELL 2 @ 12 fee 0 quote'],
      equity: 24,
    },
    {
      name: 'a fixed quantity the cash does not cover is not bought',
      buy: '8',
      sell: '12',
      options: { cash: '15.99999999', size: '2' },
      expected: [],
      equity: 15.99999999,
    },
    {
      // Fee 0.000005 × 0.001 = 0.5 units: half goes up. Held 499 units × 8 = 3992, fee 3.992 -> 4.
      name: 'half a unit of fee is rounded up',
      buy: '3',
      sell: '8',
      options: { cash: '1', size: '0.000005' },
      expected: ['3000 BUY 0.000005 @ 3 fee 0.00000001 base', '5000 SELL 0.00000499 @ 8 fee 0.00000004 quote'],
      equity: 1 - 0.000015 + 0.00003988,
    },
    {
      name: 'less than half a unit of fee is none',
      buy: '3',
      sell: '8',
      options: { cash: '1', size: '0.00000499' },
      expected: ['3000 BUY 0.00000499 @ 3 fee 0 base', '5000 SELL 0.00000499 @ 8 fee 0.00000004 quote'],
      equity: 1 - 0.00001497 + 0.00003988,
    },
    {
      // 3 units × 0.5 = 1.5 -> pays 1 unit; 3 units × 0.9 = 2.7 -> receives 2.
      name: 'the quote value is rounded down on both sides',
      buy: '0.5',
      sell: '0.9',
      options: { cash: '1', size: '0.00000003' },
      expected: ['3000 BUY 0.00000003 @ 0.5 fee 0 base', '5000 SELL 0.00000003 @ 0.9 fee 0 quote'],
      equity: 1.00000001,
    },
  ])('$name', ({ buy, sell, options, expected, equity }) => {
    const all: PlainOptions = { strategy: 'rsi', params: rsiParams, candles: rsiCandles(buy, sell), ...options }
    expect(lines(all)).toEqual(expected)
    expect(plainBacktest(all).finalEquity).toBeCloseTo(equity, 10)
  })

  test('a percentage is of the equity of the moment', () => {
    // Rises at 2 and 4, falls at 3: 10 % of 1000 buys 10 at 10, sold at 20 leaves 1100, of which 10 % buys 11 at 10.
    const candles = candlesOf('10 10', '10 9', '9 11', '10 10', '20 11', '10 11')
    expect(lines({ strategy: 'ma-cross', params: { short: 1, long: 2 }, candles, cash: '1000', size: '10%', feeRate: '0' })).toEqual([
      '3000 BUY 10 @ 10 fee 0 base',
      '4000 SELL 10 @ 20 fee 0 quote',
      '5000 BUY 11 @ 10 fee 0 base',
    ])
  })
})

describe('figures', () => {
  test('of one won round trip', () => {
    // Closes while invested: 124.875 × 10 = 1248.75, × 12 = 1498.5 (the peak); the sale's fee of 1.4985 is the drawdown of 0.1 %.
    // Fees: 0.125 at 8 = 1, plus 1.4985.
    const result = plainBacktest({ strategy: 'rsi', params: rsiParams, candles: rsiCandles('8', '12'), cash: '1000' })
    expect(result).toMatchObject({ roundTrips: 1, wins: 1, finalEquity: 1497.0015 })
    expect(result.maxDrawdown).toBeCloseTo(0.001, 15)
    expect(result.fees).toEqual({ base: '0.125', quote: '1.4985', inQuote: 2.4985 })
  })

  test.each([
    ['8', '0'],
    ['8', '0.001'],
    ['8.01', '0.001'], // 1000.24875 for 1000, but 999.2485 after the fee
  ])('bought at 8, a sale at %s with a fee of %s is no win', (sellOpen, feeRate) => {
    const result = plainBacktest({ strategy: 'rsi', params: rsiParams, candles: rsiCandles('8', sellOpen), cash: '1000', feeRate })
    expect(result).toMatchObject({ roundTrips: 1, wins: 0 })
  })

  test('drawdown counts from the starting cash, and an open position at its close', () => {
    // Buys 125 at 8, closes at 4: 500 of 1000.
    const candles = candlesOf('10 10', '10 9', '9 8', '8 4', '4 4')
    const result = plainBacktest({ strategy: 'rsi', params: rsiParams, candles, cash: '1000', feeRate: '0' })
    expect(result).toMatchObject({ roundTrips: 0, wins: 0, finalEquity: 500, maxDrawdown: 0.5 })
  })

  test('no candles, no change', () => {
    expect(plainBacktest({ strategy: 'rsi', candles: [] })).toEqual({
      fills: [],
      finalEquity: 10000,
      maxDrawdown: 0,
      fees: { base: '0', quote: '0', inQuote: 0 },
      roundTrips: 0,
      wins: 0,
    })
  })
})

describe('minVolume', () => {
  test.each([
    { volumes: ['2', '1'], expected: ['3000 BUY', '5000 SELL'], name: 'does not block an exit' },
    { volumes: ['1.9999', '5'], expected: [], name: 'blocks an entry' },
  ])('$name', ({ volumes, expected }) => {
    const candles = candlesOf('10 10', '10 9', `9 8 ${volumes[0]}`, '8 10', `11 12 ${volumes[1]}`, '12 11')
    expect(trades({ strategy: 'rsi', params: rsiParams, candles, minVolume: 2 })).toEqual(expected)
  })
})

describe('indicators against TA-Lib', () => {
  interface Case {
    indicator: string
    params: { period: number }
    firstIndex: number
    expected: Record<string, number[]>
  }
  const { cases } = JSON.parse(readFileSync(vectors('talib-coinbase-ETHUSD-4h.json'), 'utf8')) as { cases: Case[] }
  const closes = readPlain(vectors('coinbase-ETHUSD-4h-1500.csv.gz')).map(candle => Number(candle.close))
  const compute: Record<string, (period: number, index: number) => Record<string, number | undefined>> = {
    SMA: (period, index) => ({ sma: plainSma(closes, period, index) }),
    RSI: (period, index) => ({ rsi: plainRsi(closes, period, index) }),
    BBANDS: (period, index) => ({ ...plainBands(closes, period, 2, index) }),
  }
  const columns = cases.flatMap(({ indicator, params, firstIndex, expected }) =>
    Object.keys(compute[indicator]?.(params.period, firstIndex) ?? {}).map(key => ({
      name: `${indicator} ${params.period} ${key}`,
      computed: closes.map((_, index) => compute[indicator]!(params.period, index)[key]),
      expected: [...closes.slice(0, firstIndex).map(() => undefined), ...expected[key]!],
    })),
  )

  test('all of the three are there', () => {
    expect(columns.map(({ name }) => name)).toEqual(['SMA 20 sma', 'SMA 50 sma', 'RSI 14 rsi', 'BBANDS 20 lower', 'BBANDS 20 upper'])
  })

  test.each(columns)('$name', ({ computed, expected }) => {
    const wrong = expected.flatMap((value, index) => {
      const own = computed[index]
      const same = value === undefined || own === undefined ? value === own : Math.abs(value - own) < 1e-9
      return same ? [] : [{ index, value, own }]
    })
    expect(wrong).toEqual([])
    expect(computed).toHaveLength(expected.length)
  })
})

describe('readPlain', () => {
  test('reads a gzipped file, strings as they are', () => {
    const candles = readPlain(vectors('coinbase-ETHUSD-4h-1500.csv.gz'))
    expect(candles).toHaveLength(1500)
    expect(candles[0]).toEqual({
      openTime: 1546300800000,
      open: '130.66',
      high: '131.91',
      low: '129.55',
      close: '130.75',
      volume: '21912.97169851',
    })
  })

  test('reads a plain file, and refuses what is none', () => {
    const folder = mkdtempSync(join(tmpdir(), 'plain-'))
    try {
      writeFileSync(join(folder, 'good.csv'), 'openTime,open,high,low,close,volume\n1,1.0,2,0.5,1.5,0\n')
      expect(readPlain(join(folder, 'good.csv'))).toEqual([{ openTime: 1, open: '1.0', high: '2', low: '0.5', close: '1.5', volume: '0' }])
      writeFileSync(join(folder, 'header.csv'), 'time,open,high,low,close,volume\n1,1,1,1,1,1\n')
      expect(() => readPlain(join(folder, 'header.csv'))).toThrow('unexpected header')
      writeFileSync(join(folder, 'line.csv'), 'openTime,open,high,low,close,volume\n1,1,1,1,1\n')
      expect(() => readPlain(join(folder, 'line.csv'))).toThrow('bad line')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
