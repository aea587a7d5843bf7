import type { Candle } from '#domain/candle.ts'
import type { Quote } from '#domain/quote.ts'
import type { SymbolInfo } from '#domain/symbol.ts'
import type { Time, Timeframe } from '#domain/time.ts'

/** What can be asked of an exchange without an account. All throw a Fault. */
export interface MarketData {
  /** Closed candles from an open time on, oldest first, at most so many (an exchange may give fewer at once). The open bar is left out. */
  candles(ask: { readonly symbol: string; readonly timeframe: Timeframe; readonly from: Time; readonly limit: number }): Promise<Candle[]>
  /** How symbols are traded, by name; those that the exchange does not have are left out. */
  symbols(names: readonly string[]): Promise<ReadonlyMap<string, SymbolInfo>>
  /** The exchange's clock. */
  time(): Promise<Time>
}

/** Something to listen to. */
export type Stream =
  | { readonly kind: 'candles'; readonly symbol: string; readonly timeframe: Timeframe }
  | { readonly kind: 'quotes'; readonly symbol: string }

/** What is heard. `silent`, `heard`: whether streams bring anything at present. */
export type MarketMessage =
  | { readonly kind: 'candle'; readonly candle: Candle }
  | { readonly kind: 'quote'; readonly quote: Quote }
  | { readonly kind: 'silent'; readonly reason: string }
  | { readonly kind: 'heard' }

/** The streams of a market. What they bring may come twice, late, in any order, or not at all: whoever hears it has to bear that. */
export interface MarketStreams {
  /** Begins to connect; what is heard goes to `hear`. Never throws for what goes wrong outside: it connects again. */
  start(hear: (message: MarketMessage) => void): void
  /** What is wanted from now on; the streams follow. */
  want(streams: readonly Stream[]): void
  stop(): Promise<void>
}
