/** Backtests on bare files, as `--slippage 0` and without limits runs them: what another program can repeat exactly. */
import { basename } from 'node:path'
import { nameOf, readCandles } from '#adapters/files/candles.ts'
import type { ReportSetup } from '#backtest/report.ts'
import type { History } from '#backtest/run.ts'
import type { Columns } from '#domain/candle.ts'
import { basisPoints, money, quantity, ratio, ratioOf, zero } from '#domain/money.ts'
import type { Size } from '#domain/sizing.ts'
import { allOrderTypes, noFilters, type SymbolInfo } from '#domain/symbol.ts'
import type { Timeframe } from '#domain/time.ts'
import type { AnyStrategy } from '#strategy'

/** A symbol without exchange filters, with assets named base and quote. */
export const bareInfo = (symbol: string): SymbolInfo => ({
  symbol,
  base: `${symbol}.base`,
  quote: 'quote',
  trading: true,
  orderTypes: allOrderTypes,
  replaces: true,
  filters: noFilters,
})

/** Columns as the candles of a bare symbol. */
export const historyOf = (columns: Columns, timeframe: Timeframe, symbol = 'TEST'): History => ({
  info: bareInfo(symbol),
  timeframe,
  columns,
})

/** The candles of a file whose name says symbol and timeframe. */
export function historyFrom(path: string): History {
  const { symbol, timeframe } = nameOf(basename(path))
  return historyOf(readCandles(path), timeframe!, symbol)
}

/** A size as it is written on the command line. */
export const sizeFrom = (text: string): Size =>
  text.endsWith('%') ? { kind: 'equity', share: ratioOf(Number(text.slice(0, -1)) / 100) } : { kind: 'quantity', quantity: quantity(text) }

/** What may be different from a plain backtest. */
export interface BareOptions {
  readonly params?: object
  readonly size?: string
  readonly cash?: string
  readonly fee?: string
  /** Basis points. */
  readonly slippage?: number
  readonly volumeShare?: number
}

/** A backtest of one strategy on bare symbols: all in, fee 0.1 %, no slippage, no limits, unless said otherwise. */
export function bareSetup(strategy: AnyStrategy, histories: readonly History[], options: BareOptions = {}): ReportSetup {
  const { params = {}, size = '100%', cash = '10000', fee = '0.001', slippage = 0, volumeShare = 0 } = options
  const timeframe = strategy.timeframe ?? histories[0]!.timeframe
  const symbols = histories.map(({ info }) => info.symbol)
  const allocation = strategy.kind === 'basket' ? ratio(String(strategy.allocation)) : null
  return {
    strategy: 'test',
    histories,
    owners: [{ name: 'test', strategy, params: strategy.params.parse(params), symbols, timeframe, size: null, allocation }],
    cash: money(cash),
    rules: { size: sizeFrom(size), perSymbol: null, perAsset: null, manualStop: 0, fee: ratio(fee) },
    costs: { taker: ratio(fee), maker: ratio(fee), slippage: () => basisPoints(slippage), volumeShare, bnbShare: zero() },
    now: () => 0,
  }
}
