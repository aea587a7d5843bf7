/** Which symbols there are, and what holds for each: filters of its own and of more than it, execution rules, whether it trades. */
import { type Price, zero } from '#domain/money.ts'
import { type SymbolInfo, symbolInfoOf } from '#domain/symbol.ts'
import { ApiError } from '../errors.ts'
import type { RawFilter } from './filters.ts'
import type { RawSymbol } from './listing.ts'

/** The multipliers of a price range. What is absent does not bound. */
export const multipliers = ['bidLimitMultUp', 'bidLimitMultDown', 'askLimitMultUp', 'askLimitMultDown'] as const

/** What is set for a symbol. */
export interface ExecutionRule {
  /** Null: it has one, but not now. */
  readonly referencePrice: Price | null
  /** When that was set, the server's time. */
  readonly time: number
  readonly range: Readonly<Partial<Record<(typeof multipliers)[number], string>>> | null
}

/** A symbol: what is told of it, and what the matching goes by. */
export interface Listed {
  readonly raw: RawSymbol
  readonly info: SymbolInfo
}

/** What an exchange begins with. */
export interface ListingsSetup {
  readonly symbols: readonly RawSymbol[]
  readonly exchangeFilters: readonly RawFilter[]
  readonly assetFilters: readonly RawFilter[]
  /** Symbols that are listed only later. */
  readonly unlisted: readonly string[]
}

/** The symbols of an exchange. */
export class Listings {
  /** Filters that hold for more than a symbol: of the exchange, and of assets of the account. */
  exchangeFilters: readonly RawFilter[]
  assetFilters: readonly RawFilter[]
  /** Reference prices and price ranges, by symbol. */
  readonly rules = new Map<string, ExecutionRule>()
  /** Symbols that the exchange does not know yet, or no longer. */
  readonly unlisted: Set<string>
  readonly #symbols: ReadonlyMap<string, Listed>

  constructor({ symbols, exchangeFilters, assetFilters, unlisted }: ListingsSetup) {
    this.exchangeFilters = exchangeFilters
    this.assetFilters = assetFilters
    this.unlisted = new Set(unlisted)
    this.#symbols = new Map(symbols.map(raw => [raw.symbol, { raw, info: infoOf(raw) }]))
  }

  /** All symbols that are listed, in order. */
  get all(): readonly RawSymbol[] {
    return [...this.#symbols.values()].flatMap(({ raw }) => (this.unlisted.has(raw.symbol) ? [] : [raw]))
  }
  /** What the matching goes by, of symbols that are not listed, too. */
  get infos(): readonly SymbolInfo[] {
    return [...this.#symbols.values()].map(({ info }) => info)
  }

  /** A symbol. Throws -1121 for one that is not listed. */
  of(name: string): Listed {
    if (this.unlisted.has(name)) throw new ApiError(-1121, 'Invalid symbol.')
    return this.known(name)
  }
  /** A symbol, listed or not. Throws -1121 for one that there are no candles of. */
  known(name: string): Listed {
    const found = this.#symbols.get(name)
    if (found === undefined) throw new ApiError(-1121, 'Invalid symbol.')
    return found
  }
  /** True while orders of a symbol may trade. */
  isTrading(name: string): boolean {
    return !this.unlisted.has(name) && this.known(name).raw.status === 'TRADING'
  }
  /** All filters that hold for a symbol's orders. */
  filtersOf(name: string): readonly RawFilter[] {
    return [...this.known(name).raw.filters, ...this.exchangeFilters, ...this.assetFilters]
  }
  /** Takes over what was changed in a symbol's description: filters, status. */
  refresh(name: string): void {
    const { raw, info } = this.known(name)
    Object.assign(info, infoOf(raw))
  }
}

// Prices and values were looked at before the matching is asked, by Binance's rules. It values what has no price by the last one, where
// Binance takes an average (filters.md, NOTIONAL), and what is watched by a stop that nobody asked for.
function infoOf(raw: RawSymbol): SymbolInfo {
  const info = symbolInfoOf(raw)
  return { ...info, filters: { ...info.filters, minPrice: zero(), maxPrice: zero(), minNotional: zero(), maxNotional: zero() } }
}
