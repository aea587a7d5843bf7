import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

// A second implementation of three strategies and of the backtest around them, written from the specification alone and sharing
// no line with src/. It is slow on purpose: every indicator is computed anew for every candle from the raw closes, and money is
// BigInt in units of 1e-8, so that each line can be checked by reading it.

/** One candle as the file has it: prices and volume stay decimal strings. */
export interface PlainCandle {
  openTime: number
  open: string
  high: string
  low: string
  close: string
  volume: string
}

/** One fill. `quantity` is what was ordered, before a buy's fee is taken from it; `feeAsset` says in which asset `fee` counts. */
export interface PlainFill {
  time: number
  side: 'BUY' | 'SELL'
  price: string
  quantity: string
  fee: string
  feeAsset: 'base' | 'quote'
}

/** What decides. */
export interface PlainStrategy {
  strategy: 'rsi' | 'ma-cross' | 'bollinger'
  candles: PlainCandle[]
  params?: Record<string, number>
}

/** What to run: sizes are '100%', 'N%' or a base quantity. `wishes`: those of `plainWishes`, where several runs share them. */
export interface PlainOptions extends PlainStrategy {
  wishes?: Wish[]
  cash?: string
  feeRate?: string
  size?: string
  minVolume?: number
}

/** The outcome. `fees.inQuote` values each base fee at the price of its own fill. */
export interface PlainResult {
  fills: PlainFill[]
  finalEquity: number
  maxDrawdown: number
  fees: { base: string; quote: string; inQuote: number }
  roundTrips: number
  wins: number
}

// ---------------------------------------------------------------------------------------------------------------- money

/** One whole, in the units every amount, price, quantity and rate is kept in. */
const ONE = 100_000_000n

/** '31605.0' -> 3160500000000n. More than 8 significant decimals would be lost silently, so they are refused. */
const parse = (text: string): bigint => {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(text)
  if (!match) throw new Error(`not a plain decimal: '${text}'`)
  const decimals = (match[2] ?? '').replace(/0+$/, '')
  if (decimals.length > 8) throw new Error(`more than 8 decimals: '${text}'`)
  return BigInt(match[1] + decimals.padEnd(8, '0'))
}

/** 3160500000000n -> '31605'. Amounts here are never negative. */
const format = (units: bigint): string => {
  const decimals = (units % ONE).toString().padStart(8, '0').replace(/0+$/, '')
  return decimals === '' ? `${units / ONE}` : `${units / ONE}.${decimals}`
}

/** a × b, rounded down (BigInt division of positive numbers drops the rest). */
const timesDown = (a: bigint, b: bigint): bigint => (a * b) / ONE

/** a × b, rounded half up. */
const timesHalfUp = (a: bigint, b: bigint): bigint => (a * b + ONE / 2n) / ONE

/** a ÷ b, rounded down. */
const divideDown = (a: bigint, b: bigint): bigint => (a * ONE) / b

// ----------------------------------------------------------------------------------------------------------- indicators

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0)

/** Simple average of the `window` closes that end with the one at `index`; nothing while there are fewer. */
export const plainSma = (closes: number[], window: number, index: number): number | undefined => {
  if (index < window - 1) return undefined
  return sum(closes.slice(index - window + 1, index + 1)) / window
}

/** Lower and upper band at `index`, from the population standard deviation of the same window as the average. */
export const plainBands = (closes: number[], window: number, std: number, index: number): { lower: number; upper: number } | undefined => {
  const middle = plainSma(closes, window, index)
  if (middle === undefined) return undefined
  const squares = closes.slice(index - window + 1, index + 1).map(close => (close - middle) ** 2)
  const deviation = Math.sqrt(sum(squares) / window)
  return { lower: middle - std * deviation, upper: middle + std * deviation }
}

/** Wilder's RSI at `index`, worked out from the first close each time: seed of `window` simple changes, then smoothed. */
export const plainRsi = (closes: number[], window: number, index: number): number | undefined => {
  if (index < window) return undefined
  let gain = 0
  let loss = 0
  for (let i = 1; i <= index; i++) {
    const change = closes[i]! - closes[i - 1]!
    const up = change > 0 ? change : 0
    const down = change < 0 ? -change : 0
    if (i < window) {
      gain += up
      loss += down
    } else if (i === window) {
      gain = (gain + up) / window
      loss = (loss + down) / window
    } else {
      gain = (gain * (window - 1) + up) / window
      loss = (loss * (window - 1) + down) / window
    }
  }
  if (gain === 0 && loss === 0) return 0
  return (100 * gain) / (gain + loss)
}

// ----------------------------------------------------------------------------------------------------------- strategies

/** What a strategy says at a close. */
export type Wish = 'enter' | 'exit' | undefined

/** What a strategy wishes at the close of candle `index`, given all closes; it looks at none behind `index`. */
type Decide = (closes: number[], index: number) => Wish

const rsi = (window: number, oversold: number, overbought: number): Decide => {
  return (closes, index) => {
    const value = plainRsi(closes, window, index)
    if (value === undefined) return undefined
    if (value < oversold) return 'enter'
    if (value > overbought) return 'exit'
    return undefined
  }
}

/** -1, 0 or 1. Averages that are the same on paper differ in the last bits of a float, and that must not count as a cross. */
const compareAverages = (a: number, b: number): number => {
  if (Math.abs(a - b) <= 1e-10 * Math.max(Math.abs(a), Math.abs(b))) return 0
  return a < b ? -1 : 1
}

const maCross = (short: number, long: number): Decide => {
  return (closes, index) => {
    const shortBefore = plainSma(closes, short, index - 1)
    const longBefore = plainSma(closes, long, index - 1)
    const shortNow = plainSma(closes, short, index)
    const longNow = plainSma(closes, long, index)
    if (shortBefore === undefined || longBefore === undefined || shortNow === undefined || longNow === undefined) return undefined
    const before = compareAverages(shortBefore, longBefore)
    const now = compareAverages(shortNow, longNow)
    if (before <= 0 && now > 0) return 'enter'
    if (before >= 0 && now < 0) return 'exit'
    return undefined
  }
}

const bollinger = (window: number, std: number): Decide => {
  return (closes, index) => {
    const bands = plainBands(closes, window, std, index)
    if (bands === undefined || index < 1) return undefined
    const before = closes[index - 1]!
    const now = closes[index]!
    if (before <= bands.lower && now > bands.lower) return 'enter'
    if (before >= bands.upper && now < bands.upper) return 'exit'
    return undefined
  }
}

const chooseStrategy = (name: PlainOptions['strategy'], params: Record<string, number>): Decide => {
  if (name === 'rsi') return rsi(params.window ?? 14, params.oversold ?? 30, params.overbought ?? 70)
  if (name === 'ma-cross') return maCross(params.short ?? 5, params.long ?? 20)
  return bollinger(params.window ?? 20, params.std ?? 2)
}

/** What a strategy wishes at each close. It depends on nothing else, so that runs with other sizes, costs and volumes may share it. */
export function plainWishes({ strategy, candles, params = {} }: PlainStrategy): Wish[] {
  const decide = chooseStrategy(strategy, params)
  const closes = candles.map(candle => Number(candle.close))
  return closes.map((_, index) => decide(closes, index))
}

// ------------------------------------------------------------------------------------------------------------- backtest

/** How much base to buy at `price`; 0 when it is nothing or the cash does not reach. `equity` is that of the deciding close. */
const buyQuantity = (size: string, cash: bigint, equity: bigint, price: bigint): bigint => {
  if (size === '100%') return divideDown(cash, price)
  if (size.endsWith('%')) {
    const wanted = (equity * parse(size.slice(0, -1))) / (100n * ONE)
    return divideDown(wanted < cash ? wanted : cash, price)
  }
  const fixed = parse(size.replace(/(\.\d{8})\d+$/, '$1'))
  return timesDown(fixed, price) <= cash ? fixed : 0n
}

/** Runs one strategy over the candles: decide at a close, fill at the next open, no slippage, no exchange filters. */
export function plainBacktest(options: PlainOptions): PlainResult {
  const { candles, minVolume = 0, size = '100%' } = options
  const wishes = options.wishes ?? plainWishes(options)
  const feeRate = parse(options.feeRate ?? '0.001')
  const startCash = parse(options.cash ?? '10000')

  const fills: PlainFill[] = []
  let cash = startCash
  let held = 0n
  let paid = 0n // quote paid for what is held now
  let wish: Wish
  let equity = startCash
  let peak = startCash
  let maxDrawdown = 0
  let baseFees = 0n
  let quoteFees = 0n
  let feesInQuote = 0n // in units of 1e-16, so that price × fee is exact
  let roundTrips = 0
  let wins = 0

  for (const [index, candle] of candles.entries()) {
    // The open: carry out what was wished at the previous close.
    const price = parse(candle.open)
    if (wish === 'enter' && held === 0n) {
      const quantity = buyQuantity(size, cash, equity, price)
      if (quantity > 0n) {
        const fee = timesHalfUp(quantity, feeRate)
        paid = timesDown(price, quantity)
        cash -= paid
        held = quantity - fee
        baseFees += fee
        feesInQuote += fee * price
        fills.push({
          time: candle.openTime,
          side: 'BUY',
          price: format(price),
          quantity: format(quantity),
          fee: format(fee),
          feeAsset: 'base',
        })
      }
    } else if (wish === 'exit' && held > 0n) {
      const received = timesDown(price, held)
      const fee = timesHalfUp(received, feeRate)
      cash += received - fee
      quoteFees += fee
      feesInQuote += fee * ONE
      fills.push({ time: candle.openTime, side: 'SELL', price: format(price), quantity: format(held), fee: format(fee), feeAsset: 'quote' })
      roundTrips += 1
      if (received - fee > paid) wins += 1
      held = 0n
    }

    // The close: value the account, then decide for the next open. A wish at the last candle finds no open and is lost.
    equity = cash + timesDown(parse(candle.close), held)
    if (equity > peak) peak = equity
    maxDrawdown = Math.max(maxDrawdown, Number(peak - equity) / Number(peak))
    wish = wishes[index]
    if (wish === 'enter' && Number(candle.volume) < minVolume) wish = undefined
  }

  return {
    fills,
    finalEquity: Number(format(equity)),
    maxDrawdown,
    fees: { base: format(baseFees), quote: format(quoteFees), inQuote: Number(feesInQuote) / 1e16 },
    roundTrips,
    wins,
  }
}

/** Reads candles from a csv file, gzipped or not. */
export function readPlain(path: string): PlainCandle[] {
  const bytes = readFileSync(path)
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  const [header, ...lines] = text.split(/\r?\n/).filter(line => line !== '')
  if (header !== 'openTime,open,high,low,close,volume') throw new Error(`unexpected header in ${path}: ${header}`)
  return lines.map(line => {
    const [openTime, open, high, low, close, volume, ...rest] = line.split(',')
    if (!openTime || !open || !high || !low || !close || !volume || rest.length > 0) throw new Error(`bad line in ${path}: ${line}`)
    return { openTime: Number(openTime), open, high, low, close, volume }
  })
}
