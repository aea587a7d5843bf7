/** One symbol's past as far as it was shown, be it made of candles or of ticks. */
import type { Aggregate, Asked, Bar, MarketTrade, Statistics } from './bar.ts'
import type { Interval } from './interval.ts'

/** A symbol's past and present. What it is asked for is never ahead of what was shown. */
export interface History {
  readonly symbol: string
  /** What its bars are made of, in milliseconds: shorter intervals cannot be told. */
  readonly unit: number
  /** Levels of the book that are shown on each side. */
  readonly levels: number
  /** True where streams keep Binance's pace by the market's time; false where each step is told. */
  readonly paced: boolean
  /** Grows with each trade. */
  readonly shownTrades: number
  /** When the market is, in its own time. */
  marketTime(): number
  /** The first time that bars are made of; null before the first trade. */
  beginning(): number | null
  /** The newest time that belongs to a bar; null before the first trade. */
  newest(): number | null
  /** The newest trade; null before the first. */
  lastTrade(): MarketTrade | null
  /** Trades in order, the oldest first. */
  tradesOf(asked: Asked): MarketTrade[]
  /** Aggregates in order, the oldest first. */
  aggregatesOf(asked: Asked): Aggregate[]
  /** The bar of an interval that opens at a time; null where there is none. */
  barAt(open: number, interval: Interval): Bar | null
  /** What trades after a time came to; null before the first trade. */
  since(time: number): Statistics | null
  /** Trades of the newest step. */
  newTrades(): MarketTrade[]
  /** Aggregates of the newest step. */
  newAggregates(): Aggregate[]
  /** Bars of an interval that the newest step ended, and the one that is open, where it belongs to a told step. */
  newBars(interval: Interval): { readonly ended: readonly Bar[]; readonly open: Bar | null }
  /** The bar of an interval that is under way; null where none is. */
  openBar(interval: Interval): Bar | null
}

/** Bars of an interval in order, as GET klines asks for them. Nothing for intervals that its units do not make. */
export function barsOf(
  history: History,
  interval: Interval,
  { from, to, limit }: { readonly from: number | null; readonly to: number | null; readonly limit: number },
): Bar[] {
  const [beginning, last] = [history.beginning(), history.newest()]
  if (!interval.madeOf(history.unit) || beginning === null || last === null) return []
  const newest = interval.openOf(Math.min(to ?? Infinity, last))
  const oldest = interval.openOf(beginning)
  const found: Bar[] = []
  if (from !== null) {
    const open = interval.openOf(from)
    for (let time = Math.max(oldest, open < from ? interval.after(open) : open); time <= newest && found.length < limit; ) {
      const bar = history.barAt(time, interval)
      if (bar !== null) found.push(bar)
      time = interval.after(time)
    }
    return found
  }
  for (let time = newest; time >= oldest && found.length < limit; time = interval.openOf(time - 1)) {
    const bar = history.barAt(time, interval)
    if (bar !== null) found.push(bar)
  }
  return found.toReversed()
}
