/** The bundled candles and symbols, and the strategies of the house, ready for a scene. */
import { readFileSync } from 'node:fs'
import { readCandles } from '#adapters/files/candles.ts'
import type { Columns } from '#domain/candle.ts'
import { ratio } from '#domain/money.ts'
import { type ExchangeSymbol, symbolInfoOf } from '#domain/symbol.ts'
import type { OwnerSetup } from '#engine'
import type { AnyStrategy } from '#strategy'
import type { Recorded } from './shells.ts'

const data = new URL('../../data/', import.meta.url)
const { symbols } = JSON.parse(readFileSync(new URL('symbols.json', data), 'utf8')) as { symbols: ExchangeSymbol[] }

/** The symbols of the demo. */
export const bundledSymbols: readonly string[] = ['BTCEUR', 'ETHEUR', 'ADAEUR', 'XRPEUR']
/** The names of the strategies in `strategies/`. */
export const strategyNames = ['rsi', 'ma-cross', 'bollinger', 'ema-cross', 'rotation'] as const

const part = (columns: Columns, from: number, to: number): Columns =>
  Object.fromEntries(
    Object.entries(columns).map(([name, column]: [string, Float64Array]) => [name, column.slice(from, to)]),
  ) as unknown as Columns

/** A bundled symbol with its 4h candles, or those from one index to another. */
export function recordedOf(symbol: string, from = 0, to = Number.POSITIVE_INFINITY): Recorded {
  const columns = readCandles(new URL(`candles/${symbol}-4h.csv.gz`, data).pathname)
  const info = symbolInfoOf(symbols.find(raw => raw.symbol === symbol)!)
  return { info, timeframe: '4h', columns: part(columns, from, Math.min(to, columns.time.length)) }
}

/** A strategy as an owner on symbols, with its defaults. */
export const ownerOf = (name: string, strategy: AnyStrategy, on: readonly string[]): OwnerSetup => ({
  name,
  strategy,
  params: strategy.params.parse({}),
  symbols: on,
  timeframe: strategy.timeframe ?? '4h',
  size: null,
  allocation: strategy.kind === 'basket' ? ratio('0.4') : null,
})

/** A strategy of the house as an owner on symbols. */
export async function houseOwner(name: string, on: readonly string[]): Promise<OwnerSetup> {
  const { default: strategy } = (await import(new URL(`../../strategies/${name}.ts`, import.meta.url).pathname)) as { default: AnyStrategy }
  return ownerOf(name, strategy, on)
}
