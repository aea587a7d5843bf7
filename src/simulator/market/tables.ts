/** Market data as Binance's REST answers and streams show it. */
import type { Market } from '#matching/market.ts'
import { eight, eightOf } from '../decimals.ts'
import type { Aggregate, Bar, MarketTrade, Statistics } from './bar.ts'
import { bestOf, type Level } from './book.ts'
import type { History } from './history.ts'

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
  bar.trades,
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
    n: bar.trades,
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

/** A row of aggTrades. */
export const aggRowOf = ({ id, price, quantity, firstTrade, lastTrade, time, buyerMaker }: Aggregate): object => ({
  a: id,
  p: eightOf(price),
  q: eightOf(quantity),
  f: firstTrade,
  l: lastTrade,
  T: time,
  m: buyerMaker,
  M: true,
})

/** The payload of a trade stream. */
export const tradeEvent = (symbol: string, { id, price, quantity, time, buyerMaker }: MarketTrade, now: number): object => ({
  e: 'trade',
  E: now,
  s: symbol,
  t: id,
  p: eightOf(price),
  q: eightOf(quantity),
  T: time,
  m: buyerMaker,
  M: true,
})

/** The payload of an aggTrade stream. */
export const aggEvent = (symbol: string, aggregate: Aggregate, now: number): object => ({
  e: 'aggTrade',
  E: now,
  s: symbol,
  ...aggRowOf(aggregate),
})

/** Levels of a book, as texts. */
export const levelRows = (levels: readonly Level[]): string[][] => levels.map(({ price, quantity }) => [eight(price), eight(quantity)])

/** What happened in a span of time up to now. */
export interface Day extends Statistics {
  readonly last: MarketTrade
  readonly openTime: number
  readonly closeTime: number
}

const DAY = 86_400_000
const MINUTE = 60_000

// A replay of candles is at its newest trade; one of ticks goes on without any.
const newestOf = (history: History, { time }: MarketTrade): number => (history.paced ? history.marketTime() : time)

/** The last 24 hours of a symbol. Null before its first trade. */
export function dayOf(history: History): Day | null {
  const last = history.lastTrade()
  if (last === null) return null
  const closeTime = newestOf(history, last)
  return { ...history.since(closeTime - DAY)!, last, openTime: closeTime - DAY, closeTime }
}

/** What a span brought that began at a time, and ends now. Null before the first trade. */
export function spanOf(history: History, begin: (now: number) => number): Day | null {
  const last = history.lastTrade()
  if (last === null) return null
  const closeTime = newestOf(history, last)
  const openTime = begin(closeTime)
  return { ...history.since(openTime - 1)!, last, openTime, closeTime }
}

/** A window that begins at a full minute: up to a minute more than its length. Null before the first trade. */
export const windowOf = (history: History, length: number): Day | null => spanOf(history, now => now - length - ((now - length) % MINUTE))

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

/** How much a row of a span tells: little, what is of the span, or the book of now too (ticker/24hr). */
export type Telling = 'mini' | 'window' | 'day'

/** A row of ticker/24hr, ticker or ticker/tradingDay. */
export function dayRow(symbol: string, day: Day, market: Market, telling: Telling): object {
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
    count: day.trades,
  }
  if (telling === 'mini') return { symbol, ...common }
  const changed = { symbol, ...change(day), weightedAvgPrice: eightOf(mean(day)) }
  if (telling === 'window') return { ...changed, ...common }
  const { openPrice, highPrice, lowPrice, lastPrice, ...rest } = common
  return {
    ...changed,
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

// What the tickers of all windows have in common at their end.
const rolled = (day: Day): object => ({
  o: eightOf(day.open),
  h: eightOf(day.high),
  l: eightOf(day.low),
  v: eightOf(day.volume),
  q: eightOf(day.quoteVolume),
  O: day.openTime,
  C: day.closeTime,
  F: day.firstId,
  L: day.lastId,
  n: day.trades,
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
    ...rolled(day),
  }
}

/** The payload of a stream of a rolling window, such as 1h. */
export function windowEvent(symbol: string, name: string, day: Day, time: number): object {
  const { priceChange: p, priceChangePercent: P } = change(day)
  return {
    e: `${name}Ticker`,
    E: time,
    s: symbol,
    p,
    P,
    c: eightOf(day.last.price),
    w: eightOf(mean(day)),
    ...rolled(day),
  }
}

/** The payload of a bookTicker stream. It has no time and no type. */
export const bookTicker = (symbol: string, market: Market, update: number): object => {
  const { bidPrice: b, bidQty: B, askPrice: a, askQty: A } = best(market)
  return { u: update, s: symbol, b, B, a, A }
}
