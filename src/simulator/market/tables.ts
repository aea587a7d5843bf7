/** Market data as Binance's REST answers and streams show it. */
import { lengthOf, type Timeframe, timeframes } from '#domain/time.ts'
import type { Market } from '#matching/market.ts'
import { eight, eightOf } from '../decimals.ts'
import { ApiError } from '../errors.ts'
import { bestOf } from './book.ts'
import type { Bar, History, MarketTrade } from './history.ts'

// Names that exist on Binance but that no candles of ours make.
const OTHERS = ['1s', '1M']

/** An interval by its name; null for one that exists but cannot be made here. Throws -1120. */
export function intervalOf(name: string): Timeframe | null {
  if (OTHERS.includes(name)) return null
  const found = timeframes.find(one => one === name)
  if (found === undefined) throw new ApiError(-1120, 'Invalid interval.')
  return found
}

/** A row of klines. */
export const klineRow = (bar: Bar): (string | number)[] => [
  bar.openTime,
  eightOf(bar.open),
  eightOf(bar.high),
  eightOf(bar.low),
  eightOf(bar.close),
  eightOf(bar.volume),
  bar.closeTime,
  eightOf(bar.quoteVolume),
  bar.lastTrade - bar.firstTrade + 1,
  eightOf(bar.takerVolume),
  eightOf(bar.takerQuote),
  '0',
]

/** The payload of a kline stream. */
export const klineEvent = (symbol: string, interval: string, bar: Bar, time: number): object => ({
  e: 'kline',
  E: time,
  s: symbol,
  k: {
    t: bar.openTime,
    T: bar.closeTime,
    s: symbol,
    i: interval,
    f: bar.firstTrade,
    L: bar.lastTrade,
    o: eightOf(bar.open),
    c: eightOf(bar.close),
    h: eightOf(bar.high),
    l: eightOf(bar.low),
    v: eightOf(bar.volume),
    n: bar.lastTrade - bar.firstTrade + 1,
    x: bar.closed,
    q: eightOf(bar.quoteVolume),
    V: eightOf(bar.takerVolume),
    Q: eightOf(bar.takerQuote),
    B: '0',
  },
})

/** A row of trades. */
export const tradeRowOf = ({ id, price, quantity, time, buyerMaker }: MarketTrade): object => ({
  id,
  price: eightOf(price),
  qty: eightOf(quantity),
  quoteQty: eightOf(price * quantity),
  time,
  isBuyerMaker: buyerMaker,
  isBestMatch: true,
})

/** A row of aggTrades: here each trade is its own aggregate. */
export const aggRowOf = ({ id, price, quantity, time, buyerMaker }: MarketTrade): object => ({
  a: id,
  p: eightOf(price),
  q: eightOf(quantity),
  f: id,
  l: id,
  T: time,
  m: buyerMaker,
  M: true,
})

/** What happened in a span of time up to now. */
export interface Day {
  readonly open: number
  readonly high: number
  readonly low: number
  readonly last: MarketTrade
  readonly before: number
  readonly volume: number
  readonly quoteVolume: number
  readonly firstId: number
  readonly lastId: number
  readonly openTime: number
  readonly closeTime: number
}

const DAY = 86_400_000

/** The last 24 hours (or another span) of a symbol. Null before its first trade. */
export function dayOf(history: History, span = DAY): Day | null {
  const last = history.lastTrade()
  if (last === null) return null
  const closeTime = last.time
  const length = lengthOf(history.timeframe)
  const first = Math.min(history.begun - 1, history.indexAt(closeTime - span - length + 2))
  const trades: MarketTrade[] = []
  for (let index = first; index < history.begun; index++) trades.push(...history.trades(index))
  const within = trades.filter(({ time }) => time > closeTime - span)
  return {
    open: within[0]!.price,
    high: Math.max(...within.map(({ price }) => price)),
    low: Math.min(...within.map(({ price }) => price)),
    last,
    before: trades.findLast(({ time }) => time <= closeTime - span)?.price ?? within[0]!.price,
    volume: within.reduce((sum, { quantity }) => sum + quantity, 0),
    quoteVolume: within.reduce((sum, { quantity, price }) => sum + quantity * price, 0),
    firstId: within[0]!.id,
    lastId: last.id,
    openTime: closeTime - span,
    closeTime,
  }
}

const best = (market: Market): { bidPrice: string; bidQty: string; askPrice: string; askQty: string } => {
  const found = bestOf(market)
  return {
    bidPrice: eight(found?.bid.price ?? 0n),
    bidQty: eight(found?.bid.quantity ?? 0n),
    askPrice: eight(found?.ask.price ?? 0n),
    askQty: eight(found?.ask.quantity ?? 0n),
  }
}

/** A row of ticker/bookTicker. */
export const bookRow = (symbol: string, market: Market): object => ({ symbol, ...best(market) })

const change = ({ open, last }: Day): { readonly priceChange: string; readonly priceChangePercent: string } => ({
  priceChange: eightOf(last.price - open),
  priceChangePercent: (((last.price - open) / open) * 100).toFixed(3),
})

const mean = ({ volume, quoteVolume, last }: Day): number => (volume === 0 ? last.price : quoteVolume / volume)

/** A row of ticker/24hr, short or full. */
export function dayRow(symbol: string, day: Day, market: Market, short: boolean): object {
  const common = {
    openPrice: eightOf(day.open),
    highPrice: eightOf(day.high),
    lowPrice: eightOf(day.low),
    lastPrice: eightOf(day.last.price),
    volume: eightOf(day.volume),
    quoteVolume: eightOf(day.quoteVolume),
    openTime: day.openTime,
    closeTime: day.closeTime,
    firstId: day.firstId,
    lastId: day.lastId,
    count: day.lastId - day.firstId + 1,
  }
  if (short) return { symbol, ...common }
  const { openPrice, highPrice, lowPrice, lastPrice, ...rest } = common
  return {
    symbol,
    ...change(day),
    weightedAvgPrice: eightOf(mean(day)),
    prevClosePrice: eightOf(day.before),
    lastPrice,
    lastQty: eightOf(day.last.quantity),
    ...best(market),
    openPrice,
    highPrice,
    lowPrice,
    ...rest,
  }
}

/** The payload of a miniTicker stream. */
export const miniTicker = (symbol: string, day: Day, time: number): object => ({
  e: '24hrMiniTicker',
  E: time,
  s: symbol,
  c: eightOf(day.last.price),
  o: eightOf(day.open),
  h: eightOf(day.high),
  l: eightOf(day.low),
  v: eightOf(day.volume),
  q: eightOf(day.quoteVolume),
})

/** The payload of a ticker stream. */
export function tickerEvent(symbol: string, day: Day, market: Market, time: number): object {
  const { priceChange: p, priceChangePercent: P } = change(day)
  const { bidPrice: b, bidQty: B, askPrice: a, askQty: A } = best(market)
  return {
    e: '24hrTicker',
    E: time,
    s: symbol,
    p,
    P,
    w: eightOf(mean(day)),
    x: eightOf(day.before),
    c: eightOf(day.last.price),
    Q: eightOf(day.last.quantity),
    b,
    B,
    a,
    A,
    o: eightOf(day.open),
    h: eightOf(day.high),
    l: eightOf(day.low),
    v: eightOf(day.volume),
    q: eightOf(day.quoteVolume),
    O: day.openTime,
    C: day.closeTime,
    F: day.firstId,
    L: day.lastId,
    n: day.lastId - day.firstId + 1,
  }
}

/** The payload of a bookTicker stream. It has no time and no type. */
export const bookTicker = (symbol: string, market: Market, update: number): object => {
  const { bidPrice: b, bidQty: B, askPrice: a, askQty: A } = best(market)
  return { u: update, s: symbol, b, B, a, A }
}
