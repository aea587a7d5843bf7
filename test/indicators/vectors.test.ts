/** Indicators against what others computed, against themselves as they stream, and against a fresh computation where sums could drift. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { type Columns, columnsOf } from '#domain/candle.ts'
import { trueRange } from '#indicators/atr.ts'
import { BLOCK, Feed, type Indicator } from '#indicators/feed.ts'
import { Line } from '#indicators/series.ts'
import { atr, bollinger, defineIndicator, ema, highest, lowest, macd, price, rsi, sma, swingHigh, swingLow, wilder } from '#strategy'

const vectors = (name: string): string => join(import.meta.dirname, '../vectors', name)

function read(name: string): Columns {
  const rows = gunzipSync(readFileSync(vectors(name)))
    .toString()
    .trim()
    .split('\n')
    .slice(1)
  return columnsFrom(rows.map(row => row.split(',').map(Number)))
}

function columnsFrom(rows: readonly (readonly number[])[]): Columns {
  const result = columnsOf(rows.length)
  for (const [index, row] of rows.entries())
    for (const [place, column] of (['time', 'open', 'high', 'low', 'close', 'volume'] as const).entries())
      result[column][index] = row[place]!
  return result
}

type AnyIndicator = Indicator<unknown>

// The lines of a view by name; a single line has none.
const linesOf = (view: unknown): [string, Line][] =>
  view instanceof Line ? [['', view]] : Object.entries(view as object).filter((entry): entry is [string, Line] => entry[1] instanceof Line)

/** All values of an indicator over known candles, line by line, computed in blocks as a backtest does. Not a number before the first. */
function history(indicator: AnyIndicator, columns: Columns, ahead = BLOCK): Map<string, Float64Array> {
  const feed = Feed.history(columns, indicator.depth, 5)
  const lines = linesOf(feed.use(indicator).view)
  const result = new Map(lines.map(([name]) => [name, new Float64Array(feed.length)]))
  for (let i = 0; i < feed.length; i++) {
    if (i >= feed.ready) feed.extend(Math.min(feed.length, i + ahead))
    feed.cursor.index = i
    for (const [name, line] of lines) result.get(name)![i] = line.now
  }
  return result
}

/** The same, each candle appended when it closes, into rings that keep no more than is declared. */
function live(indicator: AnyIndicator, columns: Columns, lookback = 0): Map<string, Float64Array> {
  const { time, open, high, low, close, volume } = columns
  const feed = Feed.live(indicator.depth, lookback)
  const lines = linesOf(feed.use(indicator).view)
  const result = new Map(lines.map(([name]) => [name, new Float64Array(close.length)]))
  for (let i = 0; i < close.length; i++) {
    feed.append(time[i]!, open[i]!, high[i]!, low[i]!, close[i]!, volume[i]!)
    feed.extend(feed.length)
    feed.cursor.index = i
    for (const [name, line] of lines) result.get(name)![i] = line.now
  }
  return result
}

/** A market that never stops: a fixed sequence of numbers from 0 to 1 (mulberry32). */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Candles that wander between two prices, with jumps, and with stretches in which nothing moves. */
function wander(count: number, seed: number, [least, most]: readonly [number, number], step: number): Columns {
  const random = chance(seed)
  let last = Math.sqrt(least * most)
  return columnsFrom(
    Array.from({ length: count }, (_, index) => {
      const still = Math.floor(index / 50) % 17 === 3
      const jump = random() < 0.002 ? (random() - 0.5) * 4 : 0
      let close = still ? last : last * Math.exp((random() - 0.5) * step + jump)
      if (close < least || close > most) close = (last * last) / close
      close = Math.min(most, Math.max(least, close))
      const open = last
      const high = still ? Math.max(open, close) : Math.max(open, close) * (1 + random() * step * 0.2)
      const low = still ? Math.min(open, close) : Math.min(open, close) * (1 - random() * step * 0.2)
      last = close
      return [index * 60_000, open, high, low, close, Math.floor(random() * 1000)]
    }),
  )
}

describe('against TA-Lib, 1500 candles of ETHUSD', () => {
  interface Case {
    readonly indicator: string
    readonly params: Readonly<Record<string, number>>
    readonly firstIndex: number
    readonly expected: Readonly<Record<string, readonly number[]>>
  }
  const { cases } = JSON.parse(readFileSync(vectors('talib-coinbase-ETHUSD-4h.json'), 'utf8')) as { cases: Case[] }
  const columns = read('coinbase-ETHUSD-4h-1500.csv.gz')
  const make: Readonly<Record<string, (params: Case['params']) => AnyIndicator>> = {
    SMA: ({ period }) => sma(period!),
    EMA: ({ period }) => ema(period!),
    RSI: ({ period }) => rsi(period!),
    ATR: ({ period }) => atr(period!),
    BBANDS: ({ period, stdDev }) => bollinger(period!, stdDev!),
    MACD: ({ fast, slow, signal }) => macd(fast, slow, signal),
  }

  test('all of them are there', () => {
    expect(cases.map(({ indicator }) => indicator)).toEqual(['SMA', 'SMA', 'EMA', 'EMA', 'RSI', 'BBANDS', 'ATR', 'MACD'])
  })

  test.each(cases)('$indicator $params', ({ indicator, params, firstIndex, expected }) => {
    const own = history(make[indicator]!(params), columns)
    for (const [name, values] of Object.entries(expected)) {
      const line = own.size === 1 ? own.get('')! : own.get(name)!
      const wrong: string[] = []
      for (let i = 0; i < line.length; i++) {
        const wanted = i < firstIndex ? Number.NaN : values[i - firstIndex]!
        const same = Number.isNaN(wanted) ? Number.isNaN(line[i]!) : Math.abs(line[i]! - wanted) <= 1e-9 * Math.max(1, Math.abs(wanted))
        if (!same) wrong.push(`${name} of candle ${i} is ${line[i]} and should be ${wanted}`)
      }
      expect(wrong).toEqual([])
      expect(line.length).toBe(firstIndex + values.length)
    }
  })
})

// They are cut after the digits shown, not rounded: 93.1575 is given as 93.15. TA-Lib itself compares within 0.01; one value needs that.
describe('against the regression test of TA-Lib, to the last digit shown', () => {
  interface Case {
    readonly indicator: string
    readonly params: Readonly<Record<string, number | string>>
    readonly compatibility: string
    readonly output: string
    readonly inputIndex: number
    readonly expected: { readonly value: readonly [number] }
  }
  const { input, cases } = JSON.parse(readFileSync(vectors('talib-regtest.json'), 'utf8')) as {
    input: Record<'open' | 'high' | 'low' | 'close', number[]>
    cases: Case[]
  }
  const columns = columnsFrom(input.close.map((close, i) => [i, input.open[i]!, input.high[i]!, input.low[i]!, close, 1]))

  // What is ours, with our seeds. Metastock's seeds are others; where there is no seed, as in a plain average, they are the same.
  function valueOf({ indicator, params, compatibility, output, inputIndex }: Case): number | null {
    const period = Number(params.period)
    const at = (of: AnyIndicator, line = ''): number => history(of, columns).get(line)![inputIndex]!
    if (indicator === 'SMA') return at(sma(period))
    if (indicator === 'BBANDS' && params.maType === 'SMA') return at(bollinger(period, Number(params.nbDevUp)), output)
    if (compatibility !== 'DEFAULT') return null
    if (indicator === 'RSI') return at(rsi(period))
    if (indicator === 'EMA') return at(ema(period))
    if (indicator === 'ATR') return at(atr(period))
    if (indicator === 'TRANGE') return at(trueRange())
    if (indicator === 'STDDEV')
      return at(bollinger(period, Number(params.mult)), 'upper') - at(bollinger(period, Number(params.mult)), 'middle')
    if (indicator === 'MACD' && Number(params.fast) < Number(params.slow))
      return at(macd(Number(params.fast), Number(params.slow), Number(params.signal)), output)
    return null
  }
  const ours = cases.filter(one => valueOf(one) !== null)

  test('60 of the 124 are of ours', () => {
    expect(ours).toHaveLength(60)
    expect(cases).toHaveLength(124)
  })

  test.each(ours)('$indicator $params $output at candle $inputIndex', one => {
    const wanted = one.expected.value[0]
    const digits = Math.max(2, String(wanted).split('.')[1]?.length ?? 0)
    expect(Math.abs(valueOf(one)! - wanted)).toBeLessThan(one.params.mult === 1.5 ? 0.01 : 10 ** -digits)
  })
})

const wild = wander(20_000, 7, [1e-3, 1e5], 0.06)
const close = price('close')

describe('extremes and swings against looking at every candle', () => {
  const over = (values: Float64Array, period: number, pick: (...window: number[]) => number): Float64Array =>
    values.map((_, i) => (i < period - 1 ? Number.NaN : pick(...values.subarray(i - period + 1, i + 1))))
  test.each([1, 2, 3, 7, 20, 64, 65])('highest and lowest of %i', period => {
    expect(history(highest(period), wild).get('')).toEqual(over(wild.high, period, Math.max))
    expect(history(lowest(period), wild).get('')).toEqual(over(wild.low, period, Math.min))
    expect(history(highest(period, { of: close }), wild).get('')).toEqual(over(wild.close, period, Math.max))
  })

  // The newest candle at least `wing` candles ago that lies beyond those on both sides; of equal ones the first.
  const swing = (values: Float64Array, wing: number, sign: number): Float64Array => {
    let last = Number.NaN
    return values.map((_, i) => {
      const middle = i - wing
      if (middle < wing) return Number.NaN
      const at = (index: number): number => values[index]! * sign
      const before = values.subarray(middle - wing, middle).every((_value, k) => at(middle - wing + k) < at(middle))
      const after = values.subarray(middle + 1, i + 1).every((_value, k) => at(middle + 1 + k) <= at(middle))
      if (before && after) last = values[middle]!
      return last
    })
  }
  test.each([1, 2, 5, 12])('swing low and swing high with wings of %i', wing => {
    expect(history(swingLow(wing), wild).get('')).toEqual(swing(wild.low, wing, -1))
    expect(history(swingHigh(wing), wild).get('')).toEqual(swing(wild.high, wing, 1))
  })

  test('a swing is known only when its far side has closed', () => {
    const lows = [5, 4, 3, 4, 5, 4, 2, 4, 5].map(low => [0, 9, 9, low, 9, 1])
    expect([...history(swingLow(2), columnsFrom(lows)).get('')!]).toEqual([NaN, NaN, NaN, NaN, 3, 3, 3, 3, 2])
  })
})

describe('candle by candle equals a whole history, bit for bit, over 20 000 candles', () => {
  const change = defineIndicator('change', 2, () => {
    let last = Number.NaN
    return value => {
      const difference = value - last
      last = value
      return difference
    }
  })
  const all: readonly (readonly [string, AnyIndicator])[] = [
    ['sma', sma(20)],
    ['sma of 1', sma(1)],
    ['sma of 500', sma(500)],
    ['ema', ema(21)],
    ['wilder', wilder(14)],
    ['rsi', rsi(14)],
    ['atr', atr(14)],
    ['true range', trueRange()],
    ['bollinger', bollinger(20, 2)],
    ['bollinger of 300', bollinger(300, 2.5)],
    ['macd', macd()],
    ['macd of others', macd(3, 10, 16)],
    ['highest', highest(20)],
    ['lowest', lowest(55)],
    ['swing low', swingLow(5)],
    ['swing high', swingHigh(3)],
    ['our own', change],
    ['sma of ema', sma(10, { of: ema(5) })],
    ['highest of rsi', highest(14, { of: rsi(14) })],
    ['bollinger of sma of highs', bollinger(20, 2, { of: sma(5, { of: price('high') }) })],
    ['swing low of ema of rsi', swingLow(4, { of: ema(3, { of: rsi(9) }) })],
    ['macd of change', macd(5, 8, 3, { of: change })],
    ['ema of 50', ema(50)],
  ]
  test.each(all)('%s', (_, indicator) => {
    const whole = history(indicator, wild)
    // no more is kept than is declared; a longer lookback and another pace change nothing
    expect(live(indicator, wild)).toEqual(whole)
    expect(live(indicator, wild, 500)).toEqual(whole)
    expect(history(indicator, wild, 1)).toEqual(whole)
    expect(history(indicator, wild, 333)).toEqual(whole)
  })

  test('many on one feed equal each alone', () => {
    const depth = Math.max(...all.map(([, indicator]) => indicator.depth))
    const feed = Feed.history(wild, depth, 0)
    const views = all.map(([, indicator]) => linesOf(feed.use(indicator).view))
    const alone = all.map(([, indicator]) => history(indicator, wild))
    const wrong: string[] = []
    for (let i = 0; i < feed.length; i++) {
      if (i >= feed.ready) feed.extend(Math.min(feed.length, i + BLOCK))
      feed.cursor.index = i
      for (const [place, lines] of views.entries())
        for (const [name, line] of lines)
          if (!Object.is(line.now, alone[place]!.get(name)![i])) wrong.push(`${all[place]![0]} ${name} at ${i}`)
    }
    expect(wrong).toEqual([])
  })

  test('looking back sees what was', () => {
    const feed = Feed.live(20, 7)
    const line = feed.use(sma(20)).view
    const whole = history(sma(20), wild).get('')!
    for (let i = 0; i < 3000; i++) {
      feed.append(wild.time[i]!, wild.open[i]!, wild.high[i]!, wild.low[i]!, wild.close[i]!, wild.volume[i]!)
      feed.extend(feed.length)
      feed.cursor.index = i
    }
    for (let back = 0; back <= 7; back++) {
      expect(line.ago(back)).toBe(whole[2999 - back])
      expect(feed.candle.ago(back).close).toBe(wild.close[2999 - back])
    }
    expect(line.previous).toBe(whole[2998])
    expect(() => line.ago(8)).toThrow('may look 0 to 7 candles back')
    expect(() => line.ago(-1)).toThrow('cannot look into the future')
    expect(() => feed.candle.ago(8)).toThrow(RangeError)
    expect(() => feed.candle.ago(0.5)).toThrow(RangeError)
  })
})

describe('300 000 wild candles, from 0.000001 to 100 000: what runs equals what is computed afresh', () => {
  const long = wander(300_000, 11, [1e-6, 1e5], 0.08)
  test('they are wild', () => {
    expect(Math.min(...sampled(long.close))).toBeLessThan(1e-5)
    expect(Math.max(...sampled(long.close))).toBeGreaterThan(1e4)
  })

  test.each([2, 20, 200])('sma of %i', period => {
    const own = history(sma(period), long).get('')!
    let worst = 0
    for (let i = period - 1; i < own.length; i += 7) {
      let sum = 0
      for (let k = i - period + 1; k <= i; k++) sum += long.close[k]!
      worst = Math.max(worst, Math.abs(own[i]! - sum / period) / (sum / period))
    }
    expect(worst).toBeLessThan(1e-9)
  })

  // a coin that fell from 100 to 0.00005 within days: two averages are equal there to 1e-10 or they are not (ma-cross)
  test.each([2, 5, 20, 200])('sma of %i after a crash, to 1e-11', period => {
    const crash = Array.from({ length: 1000 }, (_, i) => (i < 300 ? 97 + ((i * 7) % 13) / 3 : 0.00005 + ((i * 5) % 11) * 1e-8))
    for (let i = 300; i < 330; i++) crash[i] = 100 * 0.62 ** (i - 299)
    const own = history(sma(period), columnsFrom(crash.map((close, i) => [i * 60_000, close, close, close, close, 1]))).get('')!
    let worst = 0
    for (let i = period - 1; i < own.length; i++) {
      const mean = crash.slice(i - period + 1, i + 1).reduce((sum, close) => sum + close, 0) / period
      worst = Math.max(worst, Math.abs(own[i]! - mean) / mean)
    }
    expect(worst).toBeLessThan(1e-11)
  })

  test.each([5, 20, 200])('bollinger of %i, in parts of the middle band', period => {
    const own = history(bollinger(period, 2), long)
    const [upper, middle, lower] = [own.get('upper')!, own.get('middle')!, own.get('lower')!]
    let worst = 0
    for (let i = period - 1; i < middle.length; i += 7) {
      let sum = 0
      for (let k = i - period + 1; k <= i; k++) sum += long.close[k]!
      const mean = sum / period
      let squares = 0
      for (let k = i - period + 1; k <= i; k++) squares += (long.close[k]! - mean) ** 2
      const spread = 2 * Math.sqrt(squares / period)
      worst = Math.max(
        worst,
        Math.abs(middle[i]! - mean) / mean,
        Math.abs(upper[i]! - mean - spread) / mean,
        Math.abs(mean - spread - lower[i]!) / mean,
      )
    }
    expect(worst).toBeLessThan(1e-9)
  })
})

const sampled = (values: Float64Array): Float64Array => values.filter((_, i) => i % 100 === 0)

describe('what is refused', () => {
  test.each([
    ['sma(0)', () => sma(0)],
    ['ema(1.5)', () => ema(1.5)],
    ['rsi(1)', () => rsi(1)],
    ['bollinger(1)', () => bollinger(1, 2)],
    ['highest(-3)', () => highest(-3)],
    ['swingLow(0)', () => swingLow(0)],
    ['macd(26, 12)', () => macd(26, 12)],
    ['macd(12, 12)', () => macd(12, 12)],
    ['atr(NaN)', () => atr(Number.NaN)],
    ['of another timeframe', () => sma(5, { of: ema(5, { on: 'day' }), on: 'week' })],
  ])('%s', (_, make) => {
    expect(make).toThrow(RangeError)
  })
})
