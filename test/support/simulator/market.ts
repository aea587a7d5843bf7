/** A small market for tests of the simulator: two symbols, some bars of a minute, round filters. */
import { onTestFinished } from 'vitest'
import type { Columns } from '#domain/candle.ts'
import { money } from '#domain/money.ts'
import type { ExchangeSymbol } from '#domain/symbol.ts'
import type { TickRecording } from '#domain/ticks.ts'
import { firstNotBefore } from '#simulator/market/minutes.ts'
import { newHmacKey } from '#simulator/keys.ts'
import type { SimulatorOptions } from '#simulator/options.ts'
import { openSimulator, type Simulator } from '#simulator/simulator.ts'
import { type Bar, columnsFrom } from '../market.ts'

/** Minutes of 2024-01-01. */
export const START = Date.UTC(2024, 0, 1)

/** Where the bars of a test begin unless it brings its own: steady around 100. */
const steady: readonly (Bar | number)[] = Array.from({ length: 40 }, () => ({ open: 100, high: 101, low: 99, close: 100, volume: 400 }))

/** A symbol with round filters. */
export const symbolOf = (base: string, quote: string): ExchangeSymbol => ({
  symbol: `${base}${quote}`,
  status: 'TRADING',
  baseAsset: base,
  quoteAsset: quote,
  filters: [
    { filterType: 'PRICE_FILTER', minPrice: '0.01000000', maxPrice: '1000000.00000000', tickSize: '0.01000000' },
    { filterType: 'LOT_SIZE', minQty: '0.00100000', maxQty: '9000.00000000', stepSize: '0.00100000' },
    { filterType: 'ICEBERG_PARTS', limit: 100 },
    { filterType: 'MARKET_LOT_SIZE', minQty: '0.00000000', maxQty: '100.00000000', stepSize: '0.00000000' },
    {
      filterType: 'PERCENT_PRICE_BY_SIDE',
      bidMultiplierUp: '5',
      bidMultiplierDown: '0.2',
      askMultiplierUp: '5',
      askMultiplierDown: '0.2',
      avgPriceMins: 5,
    },
    {
      filterType: 'NOTIONAL',
      minNotional: '5.00000000',
      applyMinToMarket: true,
      maxNotional: '9000000.00000000',
      applyMaxToMarket: false,
      avgPriceMins: 5,
    },
  ],
})

/** What a test changes of the usual market. */
export interface TestMarket extends Partial<Omit<SimulatorOptions, 'recordings'>> {
  /** Bars of BTCUSDC. */
  readonly bars?: readonly (Bar | number)[]
  /** Bars of the other symbol. */
  readonly others?: readonly (Bar | number)[]
  /** The other symbol's base asset; default ETH. */
  readonly other?: string
  /** With ticks: the other symbol has its bars all the same. */
  readonly both?: boolean
}

/** Options of a simulator of BTCUSDC and another symbol (ETHUSDC), minute bars; of ticks where there are some. */
export function optionsFor({ bars = steady, others = steady, other = 'ETH', both = false, ...rest }: TestMarket): SimulatorOptions {
  const recording = (symbol: string, columns: Columns) => ({ symbol, timeframe: '1m' as const, columns })
  return {
    recordings: [
      ...(rest.ticks === undefined ? [recording('BTCUSDC', columnsFrom(bars, '1m', START))] : []),
      ...(rest.ticks === undefined || both ? [recording(`${other}USDC`, columnsFrom(others, '1m', START))] : []),
    ],
    symbols: [symbolOf('BTC', 'USDC'), symbolOf(other, 'USDC')],
    keys: [],
    balances: new Map([
      ['USDC', money('10000')],
      ['BTC', money('10')],
    ]),
    ...rest,
  }
}

/** A trade of a test: when it was, in milliseconds after START; who took, what was paid. */
export interface TestTrade {
  readonly at: number
  readonly price: number
  readonly quantity?: number
  readonly buyerMaker?: boolean
}
/** A quote of a test. */
export interface TestQuote {
  readonly at: number
  readonly bid: number
  readonly ask: number
  readonly bidQuantity?: number
  readonly askQuantity?: number
}

/** Ticks as a recording: at equal times a quote comes behind the trades. */
export function ticksOf(symbol: string, trades: readonly TestTrade[], quotes: readonly TestQuote[] | null = null): TickRecording {
  const times = trades.map(({ at }) => at)
  const numbers = <Row>(rows: readonly Row[], of: (row: Row, place: number) => number): Float64Array => Float64Array.from(rows, of)
  return {
    symbol,
    trades: {
      time: numbers(trades, ({ at }) => START + at),
      id: numbers(trades, (_, place) => 1000 + place),
      price: numbers(trades, ({ price }) => price),
      quantity: numbers(trades, ({ quantity = 1 }) => quantity),
      buyerMaker: Uint8Array.from(trades, ({ buyerMaker = false }) => (buyerMaker ? 1 : 0)),
    },
    quotes: quotes && {
      time: numbers(quotes, ({ at }) => START + at),
      after: numbers(quotes, quote => firstNotBefore(times, quote.at + 1)),
      bid: numbers(quotes, ({ bid }) => bid),
      bidQuantity: numbers(quotes, ({ bidQuantity = 5 }) => bidQuantity),
      ask: numbers(quotes, ({ ask }) => ask),
      askQuantity: numbers(quotes, ({ askQuantity = 5 }) => askQuantity),
    },
  }
}

/** A simulator that ends with the test, and the key it was given. */
export async function simulatorFor(market: TestMarket = {}): Promise<{ simulator: Simulator; key: { apiKey: string; secret: string } }> {
  const key = newHmacKey()
  const options = optionsFor(market)
  const simulator = await openSimulator({ ...options, keys: [key, ...options.keys] })
  onTestFinished(() => simulator.close())
  return { simulator, key }
}
