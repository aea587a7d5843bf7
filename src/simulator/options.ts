/** How a simulator is opened. */
import type { Money, Ratio } from '#domain/money.ts'
import type { ExchangeSymbol, SymbolInfo } from '#domain/symbol.ts'
import type { SimulatorClock } from './clock.ts'
import type { KeySetup } from './keys.ts'
import type { LimitSetup } from './limits.ts'
import type { Recording } from '#domain/recording.ts'
import type { TickRecording } from '#domain/ticks.ts'
import type { SwitchName } from './switches.ts'
import type { RawFilter } from './trading/filters.ts'
import type { ConnectionTimes } from './wire/connection.ts'

/** How an account is opened. */
export interface AccountSetup {
  readonly name: string
  readonly keys: readonly KeySetup[]
  /** What it holds at first, by asset. */
  readonly balances: ReadonlyMap<string, Money>
  /** Its trade group, from 0; the first account's is in the options. Default: none. */
  readonly tradeGroupId?: number
}

/** Options of openSimulator. Amounts are exact, shares counted in 1e-8. */
export interface SimulatorOptions {
  /** Candles to replay, one recording a symbol. */
  readonly recordings: readonly Recording[]
  /** Ticks to replay, one recording a symbol; a symbol has either candles or ticks. */
  readonly ticks?: readonly TickRecording[]
  /** Entries of exchangeInfo; those without candles or ticks are left out. */
  readonly symbols: readonly ExchangeSymbol[]
  /** Filters of the whole exchange (EXCHANGE_MAX_NUM_ORDERS …), as exchangeInfo lists them. Default: none. */
  readonly exchangeFilters?: readonly RawFilter[]
  /** Filters of assets (MAX_ASSET), as myFilters lists them. Default: none. */
  readonly assetFilters?: readonly RawFilter[]
  /** Symbols with candles that are listed only later, by POST /admin/listing. */
  readonly unlisted?: readonly string[]
  readonly keys: readonly KeySetup[]
  /** What the account holds at first, by asset. */
  readonly balances: ReadonlyMap<string, Money>
  /** The first account's trade group. Default: none. */
  readonly tradeGroupId?: number
  /** Further accounts; more are opened by POST /admin/accounts. */
  readonly accounts?: readonly AccountSetup[]
  /** Orders, lists and trades of the accounts have numbers beyond this one; default 0. */
  readonly numbersFrom?: number
  /** 0 (default): any free port of 127.0.0.1. */
  readonly port?: number
  /** Candles that open, and ticks that happened, before this time (UTC ms) are the past from the beginning. Default: none is. */
  readonly start?: number
  /** Half-spread and slippage of a taker by symbol; default none. */
  readonly slippage?: (info: SymbolInfo) => Ratio
  /** The share of a bar's volume (ticks: of a minute's, where no best prices were recorded) that orders may take; default 0: no limit. */
  readonly volumeShare?: number
  readonly fees?: { readonly maker: Ratio; readonly taker: Ratio }
  /** True: fees are paid in BNB while there is some. */
  readonly feesInBnb?: boolean
  readonly limits?: Partial<LimitSetup>
  /** Pings and the life of sockets; Binance's by default. */
  readonly times?: Partial<ConnectionTimes>
  readonly clock?: SimulatorClock
  /** Which time the server has: the clock's (default), or the market's in the replay. */
  readonly serverTime?: 'clock' | 'market'
  /** What shall be the other way than it is believed to be. */
  readonly otherwise?: readonly SwitchName[]
}
