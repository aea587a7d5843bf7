/** What is told of a market's past: trades, aggregates, bars, and what a span of time brought. Prices and volumes are floats, as the recordings are. */

/** A bar of some interval. */
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
  /** Ids of its trades; -1 where it has none. */
  firstTrade: number
  lastTrade: number
  trades: number
  closed: boolean
}

/** A trade of the market. */
export interface MarketTrade {
  readonly id: number
  readonly price: number
  readonly quantity: number
  readonly time: number
  readonly buyerMaker: boolean
}

/** Trades of one moment, price and side, which one taker's order is taken to have made. */
export interface Aggregate extends MarketTrade {
  readonly firstTrade: number
  readonly lastTrade: number
}

/** Which trades or aggregates are asked for: the oldest from an id or a time on, else the newest. */
export interface Asked {
  readonly limit: number
  readonly from?: number | null
  readonly fromTime?: number | null
  readonly toTime?: number | null
}

/** What trades of a span of time come to. */
export interface Statistics {
  readonly open: number
  readonly high: number
  readonly low: number
  /** The price before the span; its first where nothing was before. */
  readonly before: number
  readonly volume: number
  readonly quoteVolume: number
  /** -1 where there were none. */
  readonly firstId: number
  readonly lastId: number
  readonly trades: number
}

/** A bar that begins with a price. */
export const barFrom = (price: number, openTime: number, closeTime: number): Bar => ({
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
  firstTrade: -1,
  lastTrade: -1,
  trades: 0,
  closed: false,
})
