/** One symbol's candles as far as they were shown: bars of any longer interval, and the trades that make a bar. */
import type { Columns } from '#domain/candle.ts'
import { lengthOf, openOf, type Timeframe } from '#domain/time.ts'

/** A bar of some interval. Prices and volumes are floats, as the candles are. */
export interface Bar {
  readonly openTime: number
  readonly closeTime: number
  open: number
  high: number
  low: number
  close: number
  volume: number
  quoteVolume: number
  takerVolume: number
  takerQuote: number
  firstTrade: number
  lastTrade: number
  closed: boolean
}

/** A trade of the market. Each candle is told as four: its open, one extreme, the other, its close. */
export interface MarketTrade {
  readonly id: number
  readonly price: number
  readonly quantity: number
  readonly time: number
  readonly buyerMaker: boolean
}

/** Trades that a candle is told as. */
const TRADES_A_BAR = 4

/** How far into the newest bar the market is: trades of it that have happened. */
type Shown = 0 | 1 | 3 | 4

/** A symbol's past and present. */
export class History {
  readonly symbol: string
  readonly timeframe: Timeframe
  readonly columns: Columns
  /** Bars that have closed. */
  closed = 0
  /** Trades of the bar after those that have happened; 0: it is not open. */
  shown: Shown = 0

  constructor(symbol: string, timeframe: Timeframe, columns: Columns) {
    this.symbol = symbol
    this.timeframe = timeframe
    this.columns = columns
  }

  /** Bars that were begun. */
  get begun(): number {
    return this.shown === 0 ? this.closed : this.closed + 1
  }

  /** Trades of a bar that have happened. */
  trades(index: number): MarketTrade[] {
    const { time, open, high, low, close, volume } = this.columns
    const rising = close[index]! >= open[index]!
    const path = [open[index]!, rising ? low[index]! : high[index]!, rising ? high[index]! : low[index]!, close[index]!]
    const length = lengthOf(this.timeframe)
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

  /** The newest trade, or null before the first bar. */
  lastTrade(): MarketTrade | null {
    return this.begun === 0 ? null : this.trades(this.begun - 1).at(-1)!
  }

  /** The newest trades, oldest first. `from`: not before this id; `fromTime`, `toTime`: in this span. */
  tradesOf({
    limit,
    from,
    fromTime,
    toTime,
  }: {
    limit: number
    from?: number | null
    fromTime?: number | null
    toTime?: number | null
  }): MarketTrade[] {
    const found: MarketTrade[] = []
    if (from != null || fromTime != null) {
      const first = from != null ? Math.floor((from - 1) / TRADES_A_BAR) : Math.max(0, this.indexAt(fromTime! - lengthOf(this.timeframe)))
      for (let index = Math.max(0, first); index < this.begun && found.length < limit; index++)
        for (const trade of this.trades(index))
          if (trade.id >= (from ?? 0) && trade.time >= (fromTime ?? 0) && trade.time <= (toTime ?? Infinity) && found.length < limit)
            found.push(trade)
      return found
    }
    for (let index = this.begun - 1; index >= 0 && found.length < limit; index--)
      for (const trade of this.trades(index).toReversed()) if (trade.time <= (toTime ?? Infinity) && found.length < limit) found.push(trade)
    return found.toReversed()
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

  /** The bar of an interval that opens at a time, from what was shown of the candles in it. Null where there are none. */
  barAt(openTime: number, interval: Timeframe): Bar | null {
    const closeTime = openTime + lengthOf(interval) - 1
    let bar: Bar | null = null
    for (let index = this.indexAt(openTime); index < this.begun && this.columns.time[index]! <= closeTime; index++)
      for (const trade of this.trades(index)) {
        if (bar === null) bar = barFrom(trade, openTime, closeTime)
        addTo(bar, trade)
      }
    if (bar !== null) bar.closed = this.marketTime() > closeTime
    return bar
  }

  /** When the market is, in its own time: the end of the last closed bar, or within the open one. */
  marketTime(): number {
    const length = lengthOf(this.timeframe)
    const end = this.closed === 0 ? 0 : this.columns.time[this.closed - 1]! + length
    return this.shown === 0 ? end : this.trades(this.closed).at(-1)!.time
  }

  /** Bars of an interval in order, as GET klines asks for them. Nothing for intervals that the candles do not make. */
  bars(interval: Timeframe, { from, to, limit }: { from: number | null; to: number | null; limit: number }): Bar[] {
    const length = lengthOf(interval)
    if (length % lengthOf(this.timeframe) !== 0 || this.begun === 0) return []
    const newest = openOf(Math.min(to ?? Infinity, this.columns.time[this.begun - 1]!), interval)
    const oldest = openOf(this.columns.time[0]!, interval)
    const found: Bar[] = []
    if (from !== null) {
      for (let time = Math.max(oldest, ceilOpen(from, interval)); time <= newest && found.length < limit; time += length) {
        const bar = this.barAt(time, interval)
        if (bar !== null) found.push(bar)
      }
      return found
    }
    for (let time = newest as number; time >= oldest && found.length < limit; time -= length) {
      const bar = this.barAt(time, interval)
      if (bar !== null) found.push(bar)
    }
    return found.toReversed()
  }
}

const ceilOpen = (time: number, interval: Timeframe): number => {
  const open = openOf(time, interval)
  return open < time ? open + lengthOf(interval) : open
}

const barFrom = ({ price, id }: MarketTrade, openTime: number, closeTime: number): Bar => ({
  openTime,
  closeTime,
  open: price,
  high: price,
  low: price,
  close: price,
  volume: 0,
  quoteVolume: 0,
  takerVolume: 0,
  takerQuote: 0,
  firstTrade: id,
  lastTrade: id,
  closed: false,
})

function addTo(bar: Bar, { price, quantity, id, buyerMaker }: MarketTrade): void {
  bar.high = Math.max(bar.high, price)
  bar.low = Math.min(bar.low, price)
  bar.close = price
  bar.volume += quantity
  bar.quoteVolume += price * quantity
  bar.lastTrade = id
  if (buyerMaker) return
  bar.takerVolume += quantity
  bar.takerQuote += price * quantity
}
