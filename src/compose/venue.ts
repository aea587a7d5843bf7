/** Where a service trades. Demo and live, replay and market, paper and real exchange differ in their venue and in nothing else. */
import type { Money } from '#domain/money.ts'
import type { SymbolInfo } from '#domain/symbol.ts'
import type { Schedule } from '#domain/schedule.ts'
import type { Timeframe } from '#domain/time.ts'
import type { Exchange, Holdings } from '#ports/exchange.ts'
import type { Feed, MarketEvent } from '#ports/feed.ts'
import type { Status } from '#ports/desk.ts'
import { ConfigError } from '../config.ts'
import type { Need } from './needs.ts'

/** An exchange as a core is joined to it. */
export interface Joined {
  readonly exchange: Exchange
  /** Shows it each market event before the core sees it; a real exchange sees the market by itself. */
  readonly market?: (event: MarketEvent) => void
  /** For a market that waits for us: resolves once the exchange has told all that the last event led to. */
  readonly settled?: () => Promise<void>
  /** Asks for what the account holds, where others may trade and withdraw there too. Throws a Fault. */
  readonly holdings?: () => Promise<Holdings>
  /** What has to be kept with the account, so that the next one is joined alike. */
  readonly settings: Readonly<Record<string, string>>
}

/** What a feed has to bring. */
export interface Wanted {
  readonly needs: readonly Need[]
  /** Of the strategies that decide at slots. */
  readonly schedules: readonly Schedule[]
  /** Settings that were kept with the account. */
  readonly settings: ReadonlyMap<string, string>
}

/** A feed, and what has to be kept with the account so that the next one begins its history where this one does. */
export interface OpenFeed {
  readonly feed: Feed
  readonly settings: Readonly<Record<string, string>>
}

/** A venue of one account. */
export interface Venue {
  readonly trading: Status['trading']
  /** Whose records these are: the state of accounts never mixes. */
  readonly account: string
  /** What it is, for people: "replayed candles, paper". */
  readonly about: string
  readonly infos: readonly SymbolInfo[]
  /** The one quote asset that all symbols are traded against. */
  readonly quote: string
  /** The shortest candles that there are. */
  readonly base: Timeframe
  /** What a new account begins with, in the quote asset. */
  readonly capital: Money
  /** Symbols that were wished for and are not there. */
  readonly missing: readonly string[]
  /** Prices that a new account begins at, by symbol: what holding would have brought is reckoned from them. Null: the last of its history. */
  readonly firstPrices: Readonly<Record<string, number>> | null
  /** An exchange for a new core; the one given before is of no use any more. `settings`: what was kept with the account. */
  join(settings: ReadonlyMap<string, string>): Promise<Joined>
  /** A feed for a new core. */
  feed(wanted: Wanted): Promise<OpenFeed>
  close(): Promise<void>
}

/** The one quote asset of symbols. Throws ConfigError where there are several. */
export function quoteOf(infos: readonly SymbolInfo[]): string {
  const quotes = new Set(infos.map(({ quote }) => quote))
  const [quote] = quotes
  if (quote === undefined || quotes.size > 1)
    throw new ConfigError(
      `SYMBOLS: one account trades against one quote asset, but these have ${[...quotes].join(' and ')}. Leave out those of the others.`,
    )
  return quote
}
