/**
 * What Binance's market streams send, as our words. Most of it is news of open bars, which nobody needs: that is seen from the bytes and
 * not parsed. Combined form only: {"stream":"btcusdc@kline_1m","data":{…}}.
 */
import type { Candle } from '#domain/candle.ts'
import type { Quote } from '#domain/quote.ts'
import { isTimeframe, type Time } from '#domain/time.ts'
import type { Stream } from '#ports/market.ts'

/** What a message says. `open`: a bar that is still open; `answer`: to a request of ours; `other`: nothing that we know. */
export type MarketText =
  | { readonly kind: 'candle'; readonly candle: Candle }
  | { readonly kind: 'quote'; readonly quote: Quote }
  | { readonly kind: 'open' }
  | { readonly kind: 'answer'; readonly id: number; readonly error: string | null }
  | { readonly kind: 'other' }

const OPEN: MarketText = { kind: 'open' }
const OTHER: MarketText = { kind: 'other' }
const BEFORE_NAME = '{"stream":"'.length
const CLOSED_BAR = '"x":true'
// A bar as Binance writes it, with o, c, h, l and v. JSON.parse takes four times as long, and in each minute all symbols close at once.
const BAR =
  /"k":\{"t":(\d+),"T":\d+,"s":"([^"\\]+)","i":"(\w+)","f":-?\d+,"L":-?\d+,"o":"([\d.]+)","c":"([\d.]+)","h":"([\d.]+)","l":"([\d.]+)","v":"([\d.]+)","n":\d+,"x":true,/
const S = 's'.charCodeAt(0)
const AT = '@'.charCodeAt(0)
const KLINE = 'k'.charCodeAt(0)

/** The name of a stream at Binance. */
export const nameOf = (stream: Stream): string =>
  `${stream.symbol.toLowerCase()}${stream.kind === 'quotes' ? '@bookTicker' : `@kline_${stream.timeframe}`}`

/** Reads one message. `now` stands for the time of a quote, which Binance does not tell. Never throws. */
export function readMarket(data: Buffer, now: Time): MarketText {
  if (data[2] !== S) return readAnswer(data)
  // a name is short: to look here is sooner done than to ask a Buffer
  let at = BEFORE_NAME
  while (at < data.length && data[at] !== AT) at++
  if (data[at + 1] === KLINE) {
    const text = data.toString()
    return text.includes(CLOSED_BAR) ? readCandle(text) : OPEN
  }
  return data.toString('latin1', at, at + 12) === '@bookTicker"' ? readQuote(data, now) : OTHER
}

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null

function parse(text: string): Fields | null {
  try {
    const value: unknown = JSON.parse(text)
    return isFields(value) ? value : null
  } catch {
    return null
  }
}

function inside(text: string): Fields | null {
  const value = parse(text)?.data
  return isFields(value) ? value : null
}

// Amounts come as text. NaN for anything else: whoever takes the candle looks.
const numberOf = (value: unknown): number => (typeof value === 'string' && value !== '' ? Number(value) : Number.NaN)

function readCandle(text: string): MarketText {
  const [, t, s, i, o, c, h, l, v] = BAR.exec(text) ?? []
  // whatever is written otherwise is read as JSON
  return s === undefined ? candleOf(inside(text)?.k) : candleOf({ t: Number(t), s, i, o, c, h, l, v, x: true })
}

function candleOf(bar: unknown): MarketText {
  if (!isFields(bar) || bar.x !== true) return OTHER
  const { s: symbol, i: timeframe, t: openTime } = bar
  if (typeof symbol !== 'string' || typeof timeframe !== 'string' || !isTimeframe(timeframe) || !Number.isSafeInteger(openTime))
    return OTHER
  return {
    kind: 'candle',
    candle: {
      symbol,
      timeframe,
      openTime: openTime as Time,
      open: numberOf(bar.o),
      high: numberOf(bar.h),
      low: numberOf(bar.l),
      close: numberOf(bar.c),
      volume: numberOf(bar.v),
      complete: 1,
    },
  }
}

function readQuote(data: Buffer, time: Time): MarketText {
  const book = inside(data.toString())
  if (book === null || typeof book.s !== 'string') return OTHER
  return {
    kind: 'quote',
    quote: {
      symbol: book.s,
      bid: numberOf(book.b),
      bidQuantity: numberOf(book.B),
      ask: numberOf(book.a),
      askQuantity: numberOf(book.A),
      time,
    },
  }
}

// {"result":null,"id":1} · {"code":2,"msg":"Invalid request: …","id":1} · {"error":{"code":2,"msg":"…"},"id":1}
function readAnswer(data: Buffer): MarketText {
  const answer = parse(data.toString())
  if (answer === null || typeof answer.id !== 'number') return OTHER
  const error = isFields(answer.error) ? answer.error : answer
  const failed = error.code !== undefined || error.msg !== undefined
  return { kind: 'answer', id: answer.id, error: failed ? `${String(error.msg)} (code ${String(error.code)})` : null }
}
