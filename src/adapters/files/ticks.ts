/**
 * Ticks from CSV files, plain or gzipped: trades as Binance publishes them (`id,price,qty,quoteQty,time,isBuyerMaker,isBestMatch`, mostly
 * without a header) or with a header that names their columns, and best bids and asks with a header. Read line by line into columns.
 */
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { Fault } from '#domain/fault.ts'
import type { QuoteColumns, TickRecording, TradeColumns } from '#domain/ticks.ts'
import { formatTime } from '#domain/time.ts'
import { Column } from './column.ts'

/** The symbol that a file's name begins with, up to its first dash: "BTCUSDT-trades-2024-08-08.csv.gz". */
export const symbolOf = (path: string): string => /^[^-.]*/.exec(basename(path))![0]

// Names of columns as recordings have them, without capitals and underscores.
const NAMES = {
  id: ['id', 'tradeid'],
  price: ['price'],
  quantity: ['qty', 'quantity', 'amount'],
  time: ['time', 'timems', 'tradetimems', 'timestamp'],
  maker: ['isbuyermaker', 'buyerismaker'],
  side: ['side'],
  received: ['recvtimens'],
  event: ['eventtimems', 'eventtime', 'transactiontime', 'time', 'timems'],
  bid: ['bid', 'bidprice', 'bestbidprice'],
  bidQuantity: ['bidqty', 'bestbidqty'],
  ask: ['ask', 'askprice', 'bestaskprice'],
  askQuantity: ['askqty', 'bestaskqty'],
} as const
type Name = keyof typeof NAMES
type Places = { readonly [Of in Name]: number }

/** Binance's own order of columns, which its public files have without a header. */
const PUBLISHED = 'id,price,qty,quoteQty,time,isBuyerMaker,isBestMatch'
const TRADES_ARE = `${PUBLISHED}, or a header that names them`
const QUOTES_ARE = 'a header that names bid, bidQty, ask, askQty and a time (eventTimeMs or recvTimeNs)'

const flaw = (path: string, line: number, rule: string): Fault =>
  new Fault('misconfigured', `${path}, line ${line}: ${rule}. Mend the file, or fetch it anew.`)

/** Reads a symbol's trades, and its best bids and asks where there are files of them. Throws a Fault that names file, line, rule and mend. */
export async function readTicks(symbol: string, tradeFiles: readonly string[], quoteFiles: readonly string[]): Promise<TickRecording> {
  const { trades, received } = await readTrades(tradeFiles)
  return { symbol, trades, quotes: quoteFiles.length === 0 ? null : await readQuotes(quoteFiles, trades, received) }
}

interface Trades {
  readonly trades: TradeColumns
  /** When each was received, in milliseconds of the receiver; null where the files do not say. */
  readonly received: Float64Array | null
}

async function readTrades(files: readonly string[]): Promise<Trades> {
  const [time, id, price, quantity, maker, received] = columns(6)
  const last = { id: -1, time: 0 }
  for (const path of files) {
    const before = id.length
    await eachRow(path, TRADES_ARE, placesOfTrades, (fields, at, line) => {
      const row = {
        id: wholeNumber(path, line, fields[at.id]),
        price: above(path, line, 'price', fields[at.price]),
        quantity: above(path, line, 'quantity', fields[at.quantity]),
        time: timeOf(path, line, fields[at.time]),
      }
      if (row.id <= last.id) throw flaw(path, line, `the trade ${row.id} comes after ${last.id}: ids have to rise`)
      if (row.time < last.time) throw flaw(path, line, `the trades are not sorted by time (${formatTime(row.time)} comes late)`)
      id.push(row.id)
      time.push(row.time)
      price.push(row.price)
      quantity.push(row.quantity)
      maker.push(isMaker(path, line, fields, at) ? 1 : 0)
      if (at.received >= 0) received.push(nanoseconds(path, line, fields[at.received]))
      Object.assign(last, row)
    })
    if (id.length === before) throw flaw(path, 1, 'there is no trade in it')
  }
  const all = received.length === id.length
  return {
    trades: {
      time: time.done(),
      id: id.done(),
      price: price.done(),
      quantity: quantity.done(),
      buyerMaker: Uint8Array.from(maker.done()),
    },
    received: all ? received.done() : null,
  }
}

async function readQuotes(files: readonly string[], trades: TradeColumns, received: Float64Array | null): Promise<QuoteColumns> {
  const [time, bid, bidQuantity, ask, askQuantity, after] = columns(6)
  const place = new Placing(trades, received)
  for (const path of files) {
    const before = time.length
    await eachRow(path, QUOTES_ARE, placesOfQuotes, (fields, at, line) => {
      const [best, other] = [above(path, line, 'bid', fields[at.bid]), above(path, line, 'ask', fields[at.ask])]
      if (best >= other) throw flaw(path, line, `the bid ${best} is not below the ask ${other}`)
      const event = at.event >= 0 && fields[at.event] !== '' ? timeOf(path, line, fields[at.event]) : null
      const came = at.received >= 0 ? nanoseconds(path, line, fields[at.received]) : null
      if (event === null && came === null) throw flaw(path, line, 'there is no time in it')
      const found = place.of(event, came)
      if (found === null) throw flaw(path, line, 'the quotes are not sorted by time')
      time.push(found.time)
      after.push(found.after)
      bid.push(best)
      ask.push(other)
      bidQuantity.push(notBelow(path, line, 'bid quantity', fields[at.bidQuantity]))
      askQuantity.push(notBelow(path, line, 'ask quantity', fields[at.askQuantity]))
    })
    if (time.length === before) throw flaw(path, 1, 'there is no quote in it')
  }
  return {
    time: time.done(),
    bid: bid.done(),
    bidQuantity: bidQuantity.done(),
    ask: ask.done(),
    askQuantity: askQuantity.done(),
    after: after.done(),
  }
}

/** Where quotes belong among trades: by when both were received, else by their times, at equal times behind the trades. */
class Placing {
  readonly #trades: TradeColumns
  readonly #received: Float64Array | null
  #after = 0
  #key = Number.NEGATIVE_INFINITY
  #time = Number.NEGATIVE_INFINITY

  constructor(trades: TradeColumns, received: Float64Array | null) {
    this.#trades = trades
    this.#received = received
  }

  /** Its market time and how many trades were before it; null where it is before the quote that was asked for last. */
  of(event: number | null, came: number | null): { readonly time: number; readonly after: number } | null {
    const together = came !== null && this.#received !== null
    const keys = together ? this.#received! : this.#trades.time
    const key = together ? came : (event ?? came!)
    if (key < this.#key) return null
    this.#key = key
    while (this.#after < keys.length && keys[this.#after]! <= key) this.#after++
    const { time } = this.#trades
    const newest = Math.max(0, this.#after - 1)
    // a receiver's clock is not the exchange's: the newest trade tells how far they are apart
    const own = event ?? (together ? Math.floor(came + time[newest]! - this.#received![newest]!) : Math.floor(came!))
    const least = Math.max(this.#time, this.#after === 0 ? own : time[this.#after - 1]!)
    this.#time = Math.min(Math.max(own, least), time[this.#after] ?? Infinity)
    return { time: this.#time, after: this.#after }
  }
}

type Columns6 = readonly [Column, Column, Column, Column, Column, Column]
const columns = (count: 6): Columns6 => Array.from({ length: count }, () => new Column()) as unknown as Columns6

async function eachRow(
  path: string,
  layout: string,
  placesIn: (header: readonly string[] | null) => Places | null,
  take: (fields: readonly string[], places: Places, line: number) => void,
): Promise<void> {
  let places: Places | null = null
  let width = 0
  const row = (text: string, line: number): void => {
    const fields = text.trim().split(',')
    if (places === null) {
      const header = Number.isNaN(Number.parseFloat(fields[0]!)) ? fields.map(plain) : null
      places = placesIn(header)
      if (places === null) throw flaw(path, line, `its columns are not known. They are ${layout}`)
      width = Math.max(...Object.values(places)) + 1
      if (header !== null) return
    }
    if (fields.length < width) throw flaw(path, line, `${width} fields are needed, there are ${fields.length}`)
    take(fields, places, line)
  }
  await eachLine(path, row, layout)
}

async function eachLine(path: string, take: (text: string, line: number) => void, layout: string): Promise<void> {
  const file = createReadStream(path)
  // what goes wrong on the way comes out of the reading below
  const bytes = path.endsWith('.gz') ? pipeline(file, createGunzip(), () => {}) : file
  let rest = ''
  let line = 0
  try {
    for await (const chunk of bytes as AsyncIterable<Buffer>) {
      const lines = (rest + chunk.toString('latin1')).split('\n')
      rest = lines.pop()!
      for (const text of lines) take(text, ++line)
    }
  } catch (cause) {
    if (cause instanceof Fault) throw cause
    const why = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : 'it cannot be read'
    throw new Fault('misconfigured', `${path}: ${why}. Name a CSV file (.gz allowed) of ${layout}.`, { cause })
  }
  if (rest.trim() !== '') take(rest, line + 1)
}

const plain = (name: string): string => name.trim().toLowerCase().replaceAll('_', '')

function placesIn(header: readonly string[]): Places {
  const placeOf = (name: Name): number => {
    for (const alias of NAMES[name]) if (header.includes(alias)) return header.indexOf(alias)
    return -1
  }
  return Object.fromEntries((Object.keys(NAMES) as Name[]).map(name => [name, placeOf(name)])) as unknown as Places
}

function placesOfTrades(header: readonly string[] | null): Places | null {
  const places = placesIn(header ?? PUBLISHED.split(',').slice(0, 6).map(plain))
  const { id, price, quantity, time, maker, side } = places
  return Math.min(id, price, quantity, time, Math.max(maker, side)) < 0 ? null : places
}

function placesOfQuotes(header: readonly string[] | null): Places | null {
  if (header === null) return null
  const places = placesIn(header)
  const { bid, bidQuantity, ask, askQuantity, event, received } = places
  return Math.min(bid, bidQuantity, ask, askQuantity, Math.max(event, received)) < 0 ? null : places
}

function numberOf(path: string, line: number, text = ''): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (!Number.isFinite(value)) throw flaw(path, line, `"${text}" is not a number`)
  return value
}
function above(path: string, line: number, what: string, text: string | undefined): number {
  const value = numberOf(path, line, text)
  if (value <= 0) throw flaw(path, line, `a ${what} has to be above zero, not ${text}`)
  return value
}
function notBelow(path: string, line: number, what: string, text: string | undefined): number {
  const value = numberOf(path, line, text)
  if (value < 0) throw flaw(path, line, `a ${what} cannot be below zero, as ${text} is`)
  return value
}
function wholeNumber(path: string, line: number, text: string | undefined): number {
  const value = numberOf(path, line, text)
  if (!Number.isSafeInteger(value) || value < 0) throw flaw(path, line, `${text} is not the id of a trade`)
  return value
}

const EARLIEST = Date.UTC(2009, 0, 1)
const MICROSECONDS_FROM = 1e14

function timeOf(path: string, line: number, text: string | undefined): number {
  const value = numberOf(path, line, text)
  // fourteen digits of milliseconds are in the year 5138
  const time = value >= MICROSECONDS_FROM ? Math.floor(value / 1000) : value
  if (!Number.isInteger(time) || time < EARLIEST || time >= MICROSECONDS_FROM)
    throw flaw(path, line, `${text} is not a time in UTC milliseconds or microseconds`)
  return time
}

const nanoseconds = (path: string, line: number, text: string | undefined): number => numberOf(path, line, text) / 1e6

function isMaker(path: string, line: number, fields: readonly string[], { maker, side }: Places): boolean {
  const text = plain(fields[maker >= 0 ? maker : side]!)
  if (text === 'true' || text === '1' || text === 'sell') return true
  if (text === 'false' || text === '0' || text === 'buy') return false
  throw flaw(path, line, `"${text}" does not say whether the buyer was the maker: it is true or false, or a side of sell or buy`)
}
