/** What every venue at Binance needs: which symbols it has, and that a request limit is kept to over a restart. */
import { openBinancePublic, type BinancePublic } from '#adapters/binance/binance.ts'
import { Patience } from '#adapters/binance/patience.ts'
import type { SymbolInfo } from '#domain/symbol.ts'
import type { Clock } from '#ports/clock.ts'
import type { MarketData } from '#ports/market.ts'
import { type Config, ConfigError } from '../config.ts'
import type { BinanceSite } from './binance-site.ts'
import { keptLimits } from './kept-limits.ts'
import { wantedSymbols } from './market.ts'
import { quoteOf } from './venue.ts'

/** A start that goes on. */
export interface Start {
  /** Aborted when the service is to end while it starts. */
  readonly signal: AbortSignal
  /** True once the service has started. */
  readonly over: boolean
}

/** What a venue is handed by the service. */
export interface VenueHands {
  readonly clock: Clock
  /** Of which the venue is a part; not given: none that would wait for Binance where it wants to be left alone. */
  readonly start?: Start
  /** Does something at each slot of a cron expression (UTC) until it is called off; not given: by this machine's clock. */
  atEach?(expression: string, act: () => Promise<void>): () => void
  /** For the log. */
  note(text: string): void
  /** For people. */
  trouble(text: string): void
}

/** Binance's market data, and the patience of the start that asks for it. */
export interface OpenMarket extends BinancePublic {
  readonly patience: Patience
}

/** Binance's market data, its clock measured; its budget and the patience are those of everybody who asks this site. Throws a Fault. */
export async function openMarket(config: Config, site: BinanceSite, hands: VenueHands): Promise<OpenMarket> {
  const { clock, note, trouble: told, start = NO_START } = hands
  const patience = new Patience({ clock, signal: start.signal, over: () => start.over, told })
  const market = openBinancePublic({ restUrl: site.data, clock, patience, ...keptLimits(config.DATA_DIR, site.name, note) })
  await market.rest.serverClock.measure()
  return { ...market, patience }
}

const NO_START: Start = { signal: new AbortController().signal, over: true }

/**
 * The symbols of the settings as Binance has them; one that is halted stays, since it may be held, and comes back. `missing`: those that it
 * does not have. Throws ConfigError where none is traded, or quote assets differ.
 */
export async function tradedSymbols(
  config: Pick<Config, 'SYMBOLS' | 'SYMBOL'>,
  data: MarketData,
): Promise<{ readonly infos: readonly SymbolInfo[]; readonly quote: string; readonly missing: readonly string[] }> {
  const wanted = wantedSymbols(config)
  const known = await data.symbols(wanted)
  const infos = wanted.flatMap(symbol => known.get(symbol) ?? [])
  const missing = wanted.filter(symbol => !known.has(symbol))
  if (!infos.some(({ trading }) => trading))
    throw new ConfigError(`SYMBOLS: Binance trades none of ${wanted.join(', ')} at present. Name others, such as BTCUSDC,ETHUSDC.`)
  return { infos, quote: quoteOf(infos), missing }
}
