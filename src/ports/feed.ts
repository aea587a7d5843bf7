import type { Candle } from '#domain/candle.ts'
import type { Quote } from '#domain/quote.ts'
import type { Time } from '#domain/time.ts'

/** The open of a bar: the price now, and the volume that the bar will have (a paper exchange limits fills by it; nobody else may look). */
export interface Open {
  readonly symbol: string
  readonly price: number
  readonly volume: number
}

/** What the market did. At one instant bars end first, then their candles are decided on, then new bars open. */
export type MarketEvent =
  | { readonly kind: 'range'; readonly time: Time; readonly bars: readonly Candle[] }
  /** `bars`: the shortest candles of each symbol; `candles`: those of all timeframes that closed. */
  | {
      readonly kind: 'close'
      readonly time: Time
      readonly bars: readonly Candle[]
      readonly candles: readonly Candle[]
      /** The candles closed while nobody looked: nobody enters on them any more. */
      readonly late?: boolean
    }
  | { readonly kind: 'open'; readonly time: Time; readonly opens: readonly Open[] }
  /** Prices on a live book, between closes. */
  | { readonly kind: 'quotes'; readonly time: Time; readonly quotes: readonly Quote[] }
  | { readonly kind: 'timer'; readonly time: Time }

/** Where a feed stands, as text that only the feed reads. */
export type FeedState = string

/** Where candles come from. */
export interface Feed {
  /** The close events up to a state, oldest first: a start brings indicators to where they were. Null: all that was before a first start. */
  history(until: FeedState | null): Iterable<MarketEvent & { readonly kind: 'close' }>
  /** Offers events one after the other, each once the one before is worked off, until the end or until stopped. */
  run(from: FeedState | null, offer: (event: MarketEvent, state: FeedState) => Promise<void>): Promise<void>
  stop(): void
}
