/** Ticks: the trades of a market and its best prices, columns of numbers, in the order in which they happened. */

/** Trades, a column a field, by rising id and time. Prices are quote units, quantities base units, all float64. */
export interface TradeColumns {
  /** UTC milliseconds. */
  readonly time: Float64Array
  readonly id: Float64Array
  readonly price: Float64Array
  readonly quantity: Float64Array
  /** 1 where the buyer was the maker: somebody sold into the book. */
  readonly buyerMaker: Uint8Array
}

/** Best bids and asks, a column a field. */
export interface QuoteColumns {
  /** UTC milliseconds, never before the trade that came before it nor after the one that comes next. */
  readonly time: Float64Array
  readonly bid: Float64Array
  readonly bidQuantity: Float64Array
  readonly ask: Float64Array
  readonly askQuantity: Float64Array
  /** How many trades were before it. */
  readonly after: Float64Array
}

/** One symbol's ticks, all known, to be replayed. */
export interface TickRecording {
  readonly symbol: string
  readonly trades: TradeColumns
  /** Null where only trades were recorded. */
  readonly quotes: QuoteColumns | null
}
