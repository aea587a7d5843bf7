/** What the demo trades on: the bundled candles and the filters of their symbols. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cachedCandles } from '#adapters/files/column-cache.ts'
import { nameOf } from '#adapters/files/candles.ts'
import type { Recording } from '#domain/recording.ts'
import { basisPoints, type Ratio, ratioOf } from '#domain/money.ts'
import { type ExchangeSymbol, type SymbolInfo, symbolInfoOf } from '#domain/symbol.ts'
import type { Costs } from '#matching/costs.ts'
import type { Config } from '../config.ts'

const bundled = fileURLToPath(new URL('../../data/', import.meta.url))

/** The bundled symbols as Binance's exchangeInfo has them. */
export const bundledExchangeInfo = (): ExchangeSymbol[] =>
  (JSON.parse(readFileSync(join(bundled, 'symbols.json'), 'utf8')) as { symbols: ExchangeSymbol[] }).symbols

/** Filters of the bundled symbols, by symbol. */
export const bundledSymbols = (): Map<string, SymbolInfo> => new Map(bundledExchangeInfo().map(raw => [raw.symbol, symbolInfoOf(raw)]))

/** The bundled candles of symbols. `cacheDir` keeps them as columns for the next start. */
export function bundledRecordings(symbols: readonly string[], cacheDir: string): Recording[] {
  const folder = join(bundled, 'candles')
  return readdirSync(folder)
    .filter(file => file.endsWith('.csv.gz'))
    .sort()
    .flatMap(file => {
      const { symbol, timeframe } = nameOf(file)
      if (!symbols.includes(symbol) || timeframe === null) return []
      return [{ symbol, timeframe, columns: cachedCandles(join(folder, file), cacheDir) }]
    })
}

// A taker on the most liquid pairs pays about 5 basis points of half-spread and slippage, on others about 15.
const LIQUID = new Set(['BTC', 'ETH'])
const VOLUME_SHARE = 0.1

/** What half-spread and slippage cost a taker by default, as a share of the price. */
export const defaultSlippage = ({ base }: SymbolInfo): Ratio => basisPoints(LIQUID.has(base) ? 5 : 15)

/** What trading on paper costs by the settings. */
export const costsOf = (config: Pick<Config, 'TAKER_FEE' | 'MAKER_FEE' | 'SLIPPAGE_BP'>): Costs => ({
  taker: ratioOf(config.TAKER_FEE),
  maker: ratioOf(config.MAKER_FEE),
  slippage: info => (config.SLIPPAGE_BP === undefined ? defaultSlippage(info) : basisPoints(config.SLIPPAGE_BP)),
  volumeShare: config.SLIPPAGE_BP === 0 ? 0 : VOLUME_SHARE,
  bnbShare: ratioOf(0),
})

/** The symbols of the settings; where they name none, those that candles are bundled of. */
export const wantedSymbols = ({ SYMBOLS, SYMBOL }: Pick<Config, 'SYMBOLS' | 'SYMBOL'>): string[] =>
  SYMBOLS ?? SYMBOL ?? [...bundledSymbols().keys()]
