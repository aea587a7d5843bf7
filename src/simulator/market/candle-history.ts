/** A past that is made of candles: bars of any longer interval, and the four trades that each candle is told as. */
import type { Columns } from '#domain/candle.ts'
import { lengthOf, type Timeframe } from '#domain/time.ts'
import { type Aggregate, type Asked, type Bar, barFrom, type MarketTrade, type Statistics } from './bar.ts'
import type { History } from './history.ts'
import type { Interval } from './interval.ts'

/** Trades that a candle is told as: its open, one extreme, the other, its close. */
const TRADES_A_BAR = 4

/** How far into the newest bar the market is: trades of it that have happened. */
type Shown = 0 | 1 | 3 | 4

// What is beyond the best is for show.
const LEVELS = 100

/** A symbol's candles as far as they were shown. */
export class CandleHistory implements History {
  readonly symbol: string
  readonly timeframe: Timeframe
  readonly columns: Columns
  readonly unit: number
  readonly levels = LEVELS
  readonly paced = false
  /** Bars that have closed. */
  closed = 0
  /** Trades of the bar after those that have happened; 0: it is not open. */
  shown: Shown = 0

  constructor(symbol: string, timeframe: Timeframe, columns: Columns) {
    this.symbol = symbol
    this.timeframe = timeframe
    this.columns = columns
    this.unit = lengthOf(timeframe)
  }

  get shownTrades(): number {
    return this.closed * TRADES_A_BAR + this.shown
  }
  // Bars that were begun.
  get #begun(): number {
    return this.shown === 0 ? this.closed : this.closed + 1
  }

  // Trades of a bar that have happened.
  #trades(index: number): MarketTrade[] {
    const { time, open, high, low, close, volume } = this.columns
    const rising = close[index]! >= open[index]!
    const path = [open[index]!, rising ? low[index]! : high[index]!, rising ? high[index]! : low[index]!, close[index]!]
    const length = this.unit
    const begin = time[index]!
    const times = [begin, begin + Math.floor(length / 3), begin + Math.floor((2 * length) / 3), begin + length - 1]
    const count = index < this.closed ? TRADES_A_BAR : index === this.closed ? this.shown : 0
    return path.slice(0, count).map((price, place) => ({
      id: index * TRADES_A_BAR + place + 1,
      price,
      quantity: volume[index]! / TRADES_A_BAR,
      time: times[place]!,
      buyerMaker: place === 0 ? !rising : price < path[place - 1]!,
    }))
  }

  lastTrade(): MarketTrade | null {
    return this.#begun === 0 ? null : this.#trades(this.#begun - 1).at(-1)!
  }
  beginning(): number | null {
    return this.#begun === 0 ? null : this.columns.time[0]!
  }
  newest(): number | null {
    return this.#begun === 0 ? null : this.columns.time[this.#begun - 1]!
  }

  tradesOf({ limit, from, fromTime, toTime }: Asked): MarketTrade[] {
    const found: MarketTrade[] = []
    if (from != null || fromTime != null) {
      const first = from != null ? Math.floor((from - 1) / TRADES_A_BAR) : Math.max(0, this.indexAt(fromTime! - this.unit))
      for (let index = Math.max(0, first); index < this.#begun && found.length < limit; index++)
        for (const trade of this.#trades(index))
          if (trade.id >= (from ?? 0) && trade.time >= (fromTime ?? 0) && trade.time <= (toTime ?? Infinity) && found.length < limit)
            found.push(trade)
      return found
    }
    for (let index = this.#begun - 1; index >= 0 && found.length < limit; index--)
      for (const trade of this.#trades(index).toReversed())
        if (trade.time <= (toTime ?? Infinity) && found.length < limit) found.push(trade)
    return found.toReversed()
  }
  aggregatesOf(asked: Asked): Aggregate[] {
    return this.tradesOf(asked).map(alone)
  }

  /** The first bar that opens at or after a time. */
  indexAt(time: number): number {
    let low = 0
    let high = this.columns.time.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.columns.time[middle]! < time) low = middle + 1
      else high = middle
    }
    return low
  }

  barAt(open: number, interval: Interval): Bar | null {
    const closeTime = interval.after(open) - 1
    let bar: Bar | null = null
    for (let index = this.indexAt(open); index < this.#begun && this.columns.time[index]! <= closeTime; index++)
      for (const trade of this.#trades(index)) {
        bar ??= barFrom(trade.price, open, closeTime)
        addTo(bar, trade)
      }
    if (bar !== null) bar.closed = this.marketTime() > closeTime
    return bar
  }

  /** The end of the last closed bar, or within the open one. */
  marketTime(): number {
    const end = this.closed === 0 ? 0 : this.columns.time[this.closed - 1]! + this.unit
    return this.shown === 0 ? end : this.#trades(this.closed).at(-1)!.time
  }

  since(from: number): Statistics | null {
    if (this.#begun === 0) return null
    const first = Math.min(this.#begun - 1, this.indexAt(from - this.unit + 2))
    const trades: MarketTrade[] = []
    for (let index = first; index < this.#begun; index++) trades.push(...this.#trades(index))
    const within = trades.filter(({ time }) => time > from)
    const before = trades.findLast(({ time }) => time <= from)?.price
    if (within.length === 0) return quiet(before!)
    return {
      open: within[0]!.price,
      high: Math.max(...within.map(({ price }) => price)),
      low: Math.min(...within.map(({ price }) => price)),
      before: before ?? within[0]!.price,
      volume: within.reduce((sum, { quantity }) => sum + quantity, 0),
      quoteVolume: within.reduce((sum, { quantity, price }) => sum + quantity * price, 0),
      firstId: within[0]!.id,
      lastId: within.at(-1)!.id,
      trades: within.length,
    }
  }

  // The bar of the newest step: a step opened it, showed its range, or closed it.
  get #newest(): number {
    return this.shown === 0 ? this.closed - 1 : this.closed
  }
  newTrades(): MarketTrade[] {
    const trades = this.#trades(this.#newest)
    return this.shown === 0 ? trades.slice(3) : this.shown === 1 ? trades.slice(0, 1) : trades.slice(1, 3)
  }
  newAggregates(): Aggregate[] {
    return this.newTrades().map(alone)
  }

  newBars(interval: Interval): { readonly ended: readonly Bar[]; readonly open: Bar | null } {
    const { time } = this.columns
    const bar = this.barAt(interval.openOf(time[this.#newest]!), interval)
    const ended = bar?.closed === true ? [bar] : []
    if (this.shown !== 1 || this.closed === 0) return { ended, open: bar?.closed === false ? bar : null }
    const before = time[this.closed - 1]!
    const open = interval.openOf(before)
    // a longer bar whose last candles are missing closes when the next one opens
    const late = open !== interval.openOf(time[this.closed]!) && before + this.unit !== interval.after(open)
    return { ended: late ? [this.barAt(open, interval)!] : [], open: bar }
  }
  openBar(interval: Interval): Bar | null {
    return this.shown === 0 ? null : this.barAt(interval.openOf(this.columns.time[this.closed]!), interval)
  }
}

// Each trade is its own aggregate.
const alone = (trade: MarketTrade): Aggregate => ({ ...trade, firstTrade: trade.id, lastTrade: trade.id })

/** A span without a trade: the price before it all along. */
export const quiet = (price: number): Statistics => ({
  open: price,
  high: price,
  low: price,
  before: price,
  volume: 0,
  quoteVolume: 0,
  firstId: -1,
  lastId: -1,
  trades: 0,
})

function addTo(bar: Bar, { price, quantity, id, buyerMaker }: MarketTrade): void {
  bar.high = Math.max(bar.high, price)
  bar.low = Math.min(bar.low, price)
  bar.close = price
  bar.volume += quantity
  bar.quoteVolume += price * quantity
  if (bar.trades === 0) bar.firstTrade = id
  bar.lastTrade = id
  bar.trades++
  if (buyerMaker) return
  bar.takerVolume += quantity
  bar.takerQuote += price * quantity
}
