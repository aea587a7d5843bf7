/** What Binance tells without an account: candles, symbols, the time. */
import type { Candle } from '#domain/candle.ts'
import { type ExchangeSymbol, type SymbolInfo, symbolInfoOf } from '#domain/symbol.ts'
import { lengthOf, type Time, type Timeframe } from '#domain/time.ts'
import type { MarketData } from '#ports/market.ts'
import type { RateLimit } from './budget.ts'
import { BinanceFault, NO_SUCH_SYMBOL } from './faults.ts'
import type { Rest } from './rest.ts'

/** What is read of a symbol besides its filters, for the check before trading. */
export interface RawSymbol extends ExchangeSymbol {
  readonly isSpotTradingAllowed?: boolean
  readonly permissionSets?: readonly (readonly string[])[]
  readonly ocoAllowed?: boolean
  readonly quoteOrderQtyMarketAllowed?: boolean
}

/** Market data, and the symbols as Binance words them. */
export interface BinanceMarketData extends MarketData {
  /** exchangeInfo of symbols, at most an hour old; those that Binance does not have are left out. */
  described(names: readonly string[]): Promise<ReadonlyMap<string, RawSymbol>>
  /** Filters of a symbol as they were told last, or undefined. */
  known(symbol: string): SymbolInfo | undefined
  /** What was told may be wrong: it is asked anew next time. */
  outdate(): void
  /** Asks anew for all symbols that were told. */
  renew(): Promise<void>
}

const FRESH_MS = 3_600_000
const MOST_CANDLES = 1000
const ILLEGAL_NAME = -1100

interface Kept {
  readonly raw: RawSymbol
  readonly info: SymbolInfo
  /** When it was told, by Binance's clock. */
  at: number
}

/** Opens market data over REST. */
export function openMarketData(rest: Rest): BinanceMarketData {
  const kept = new Map<string, Kept>()
  const { serverClock, budget } = rest

  const describe = async (names: readonly string[]): Promise<void> => {
    if (names.length === 0) return
    try {
      const parameters = { symbols: names }
      const info = (await rest.ask({ method: 'GET', path: '/api/v3/exchangeInfo', parameters, weight: 20 })) as {
        readonly rateLimits: readonly RateLimit[]
        readonly symbols: readonly RawSymbol[]
      }
      budget.limits(info.rateLimits)
      const at = serverClock.now()
      for (const raw of info.symbols) kept.set(raw.symbol, { raw, info: symbolInfoOf(raw), at })
    } catch (error) {
      if (!(error instanceof BinanceFault) || (error.code !== NO_SUCH_SYMBOL && error.code !== ILLEGAL_NAME)) throw error
      // one that does not exist spoils the whole question: halves tell which
      if (names.length === 1) return void kept.delete(names[0]!)
      const middle = names.length >> 1
      await describe(names.slice(0, middle))
      await describe(names.slice(middle))
    }
  }
  const described = async (names: readonly string[]): Promise<Map<string, RawSymbol>> => {
    const now = serverClock.now()
    await describe(names.filter(name => (kept.get(name)?.at ?? Number.NEGATIVE_INFINITY) + FRESH_MS <= now))
    return new Map(names.flatMap(name => (kept.has(name) ? [[name, kept.get(name)!.raw] as const] : [])))
  }

  const outdate = (): void => {
    for (const one of kept.values()) one.at = Number.NEGATIVE_INFINITY
  }

  return {
    described,
    known: symbol => kept.get(symbol)?.info,
    outdate,
    async renew() {
      outdate()
      await described([...kept.keys()])
    },
    async symbols(names) {
      const found = await described(names)
      return new Map([...found.keys()].map(name => [name, kept.get(name)!.info]))
    },
    async candles({ symbol, timeframe, from, limit }) {
      const parameters = { symbol, interval: timeframe, startTime: String(from), limit: String(Math.min(limit, MOST_CANDLES)) }
      // the last row may be the open bar, and close while the answer is under way: what had closed when it was asked for is whole
      const asked = serverClock.now()
      const rows = (await rest.ask({ method: 'GET', path: '/api/v3/klines', parameters, weight: 2 })) as readonly Row[]
      return rows.filter(([openTime]) => openTime + lengthOf(timeframe) <= asked).map(row => candleOf(symbol, timeframe, row))
    },
    async time() {
      await serverClock.measure()
      return serverClock.now()
    },
  }
}

type Row = readonly [openTime: number, open: string, high: string, low: string, close: string, volume: string, ...rest: unknown[]]

const candleOf = (symbol: string, timeframe: Timeframe, [openTime, open, high, low, close, volume]: Row): Candle => ({
  symbol,
  timeframe,
  openTime: openTime as Time,
  open: Number(open),
  high: Number(high),
  low: Number(low),
  close: Number(close),
  volume: Number(volume),
  complete: 1,
})
