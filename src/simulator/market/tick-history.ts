/** A past that is made of ticks: bars of any interval from its trades, as Binance builds them. */
import type { QuoteColumns, TickRecording, TradeColumns } from '#domain/ticks.ts'
import { type Aggregate, type Asked, type Bar, barFrom, type MarketTrade, type Statistics } from './bar.ts'
import { quiet } from './candle-history.ts'
import type { History } from './history.ts'
import type { Interval } from './interval.ts'
import { firstNotBefore, Minutes } from './minutes.ts'

const SECOND = 1000
const MINUTE = 60_000

/** Something that happened: a trade, or new best prices. Float quote and base units. */
export type Tick =
  | { readonly kind: 'trade'; readonly price: number; readonly quantity: number; readonly buyerMaker: boolean }
  | { readonly kind: 'quote'; readonly bid: number; readonly bidQuantity: number; readonly ask: number; readonly askQuantity: number }

/** A symbol's ticks as far as they were shown. */
export class TickHistory implements History {
  readonly symbol: string
  readonly unit = SECOND
  // nothing is known of what is beyond the best
  readonly levels = 1
  readonly paced = true
  readonly #trades: TradeColumns
  readonly #quotes: QuoteColumns | null
  readonly #minutes: Minutes
  // the first trade of each aggregate
  readonly #aggregates: Uint32Array
  #now: number
  #before: number
  #shown = 0
  #shownBefore = 0
  #quotesShown = 0
  // when the newest tick was: its second is told to its end
  #newestTick = Number.NEGATIVE_INFINITY

  /** `start`: ticks before it are known from the beginning. */
  constructor({ symbol, trades, quotes }: TickRecording, start: number) {
    this.symbol = symbol
    this.#trades = trades
    this.#quotes = quotes
    this.#minutes = new Minutes(trades)
    this.#aggregates = aggregatesIn(trades)
    this.#shown = this.#indexAt(start)
    this.#shownBefore = this.#shown
    this.#quotesShown = quotes === null ? 0 : firstNotBefore(quotes.time, start)
    this.#now = Number.isFinite(start) ? start : (trades.time[0] ?? 0)
    this.#before = this.#now
  }

  /** True where best bid and ask were recorded too. */
  get quoted(): boolean {
    return this.#quotes !== null
  }
  get shownTrades(): number {
    return this.#shown
  }
  /** Ticks that are left. */
  get left(): number {
    return this.#trades.time.length - this.#shown + (this.#quotes === null ? 0 : this.#quotes.time.length - this.#quotesShown)
  }

  /** When there is something to step to: a tick, the end of a second with ticks, of a minute. Null at the end. */
  get due(): number | null {
    const tick = Math.min(this.#trades.time[this.#shown] ?? Infinity, this.#quotes?.time[this.#quotesShown] ?? Infinity)
    const second = this.#newestTick + SECOND - (this.#newestTick % SECOND)
    const end = second > this.#now ? second : Infinity
    if (tick === Infinity) return end === Infinity ? null : end
    const minute = this.#shown === 0 ? Infinity : this.#now + MINUTE - (this.#now % MINUTE)
    return Math.min(tick, end, minute)
  }

  /** Moves to a time; the ticks that happened, in order. */
  step(time: number): Tick[] {
    this.#before = this.#now
    this.#now = time
    this.#shownBefore = this.#shown
    const { price, quantity, buyerMaker } = this.#trades
    const found: Tick[] = []
    for (;;) {
      const quotes = this.#quotes
      if (quotes !== null && quotes.time[this.#quotesShown]! <= time && quotes.after[this.#quotesShown]! <= this.#shown) {
        const { bid, bidQuantity, ask, askQuantity } = quotes
        const q = this.#quotesShown++
        found.push({ kind: 'quote', bid: bid[q]!, bidQuantity: bidQuantity[q]!, ask: ask[q]!, askQuantity: askQuantity[q]! })
      } else if (this.#trades.time[this.#shown]! <= time) {
        const t = this.#shown++
        found.push({ kind: 'trade', price: price[t]!, quantity: quantity[t]!, buyerMaker: buyerMaker[t] === 1 })
      } else break
    }
    if (found.length > 0) this.#newestTick = time
    return found
  }

  marketTime(): number {
    return this.#now
  }
  beginning(): number | null {
    return this.#shown === 0 ? null : this.#trades.time[0]!
  }
  newest(): number | null {
    return this.#shown === 0 ? null : this.#now
  }
  lastTrade(): MarketTrade | null {
    return this.#shown === 0 ? null : this.#trade(this.#shown - 1)
  }

  tradesOf({ limit, from, fromTime, toTime }: Asked): MarketTrade[] {
    const { id } = this.#trades
    const end = toTime == null ? this.#shown : Math.min(this.#shown, this.#indexAt(toTime + 1))
    const oldest = from == null && fromTime == null
    const first = oldest
      ? end - limit
      : Math.max(from == null ? 0 : firstNotBefore(id, from), fromTime == null ? 0 : this.#indexAt(fromTime))
    return range(Math.max(0, first), oldest ? end : Math.min(end, first + limit)).map(index => this.#trade(index))
  }
  aggregatesOf({ limit, from, fromTime, toTime }: Asked): Aggregate[] {
    const placeAt = (trade: number): number => firstNotBefore(this.#aggregates, trade)
    const end = placeAt(toTime == null ? this.#shown : Math.min(this.#shown, this.#indexAt(toTime + 1)))
    const oldest = from == null && fromTime == null
    const first = oldest ? end - limit : Math.max(from == null ? 0 : from - 1, fromTime == null ? 0 : placeAt(this.#indexAt(fromTime)))
    return range(Math.max(0, first), oldest ? end : Math.min(end, first + limit)).map(place => this.#aggregate(place))
  }

  barAt(open: number, interval: Interval): Bar | null {
    const next = interval.after(open)
    const from = Math.min(this.#shown, this.#indexAt(open))
    const to = Math.min(this.#shown, this.#indexAt(next))
    if (to === 0 || open > this.#now) return null
    const { price, id } = this.#trades
    // without a trade it stands where the one before ended, as on Binance
    const bar = barFrom(price[from < to ? from : to - 1]!, open, next - 1)
    bar.closed = this.#now >= next
    if (from === to) return bar
    const sums = this.#minutes.between(from, to)
    return Object.assign(bar, sums, { close: price[to - 1]!, firstTrade: id[from]!, lastTrade: id[to - 1]!, trades: to - from })
  }

  since(time: number): Statistics | null {
    if (this.#shown === 0) return null
    const { price, id } = this.#trades
    const from = Math.min(this.#shown, this.#indexAt(time + 1))
    if (from === this.#shown) return quiet(price[from - 1]!)
    const { high, low, volume, quoteVolume } = this.#minutes.between(from, this.#shown)
    return {
      open: price[from]!,
      high,
      low,
      before: price[Math.max(0, from - 1)]!,
      volume,
      quoteVolume,
      firstId: id[from]!,
      lastId: id[this.#shown - 1]!,
      trades: this.#shown - from,
    }
  }

  newTrades(): MarketTrade[] {
    return range(this.#shownBefore, this.#shown).map(index => this.#trade(index))
  }
  newAggregates(): Aggregate[] {
    const [from, to] = [this.#shownBefore, this.#shown].map(trade => firstNotBefore(this.#aggregates, trade)) as [number, number]
    return range(from, to).map(place => this.#aggregate(place))
  }
  newBars(interval: Interval): { readonly ended: readonly Bar[]; readonly open: Bar | null } {
    const ended: Bar[] = []
    let open = interval.openOf(this.#before)
    for (let next = interval.after(open); next <= this.#now; next = interval.after(open)) {
      const bar = this.barAt(open, interval)
      if (bar !== null) ended.push(bar)
      open = next
    }
    return { ended, open: this.openBar(interval) }
  }
  openBar(interval: Interval): Bar | null {
    return this.barAt(interval.openOf(this.#now), interval)
  }

  #indexAt(time: number): number {
    return firstNotBefore(this.#trades.time, time)
  }
  #trade(index: number): MarketTrade {
    const { id, price, quantity, time, buyerMaker } = this.#trades
    return { id: id[index]!, price: price[index]!, quantity: quantity[index]!, time: time[index]!, buyerMaker: buyerMaker[index] === 1 }
  }
  #aggregate(place: number): Aggregate {
    const from = this.#aggregates[place]!
    const to = this.#aggregates[place + 1] ?? this.#trades.time.length
    const { id, quantity } = this.#trades
    let whole = 0
    for (let index = from; index < to; index++) whole += quantity[index]!
    return { ...this.#trade(from), id: place + 1, quantity: whole, firstTrade: id[from]!, lastTrade: id[to - 1]! }
  }
}

const range = (from: number, to: number): number[] => Array.from({ length: Math.max(0, to - from) }, (_, place) => from + place)

// A taker's order is not named in a recording: trades next to each other of one moment, price and side are taken for one.
function aggregatesIn({ time, price, buyerMaker }: TradeColumns): Uint32Array {
  const first = new Uint32Array(time.length)
  let count = 0
  for (let index = 0; index < time.length; index++) {
    const before = index - 1
    const same = index > 0 && time[index] === time[before] && price[index] === price[before] && buyerMaker[index] === buyerMaker[before]
    if (!same) first[count++] = index
  }
  return first.slice(0, count)
}
