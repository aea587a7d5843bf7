/** The venue that needs nothing: bundled candles, replayed, and the paper exchange. */
import { resolve } from 'node:path'
import { openPaperExchange } from '#adapters/paper/paper.ts'
import { openReplay } from '#adapters/replay/replay.ts'
import { money } from '#domain/money.ts'
import type { SymbolInfo } from '#domain/symbol.ts'
import type { Clock } from '#ports/clock.ts'
import type { Config } from '../config.ts'
import { shortest } from './account.ts'
import { bundledRecordings, bundledSymbols, costsOf } from './market.ts'
import { quoteOf, type Venue } from './venue.ts'

/** The account of all trading on paper. */
export const DEMO_ACCOUNT = 'demo'

/** Which symbols the replay trades: those set, as far as there are candles of them. */
export function replayedSymbols(
  { SYMBOLS, SYMBOL }: Pick<Config, 'SYMBOLS' | 'SYMBOL'>,
  known: ReadonlyMap<string, SymbolInfo> = bundledSymbols(),
): { readonly symbols: string[]; readonly missing: string[] } {
  const wanted = SYMBOLS ?? SYMBOL ?? [...known.keys()]
  const symbols = wanted.filter(symbol => known.has(symbol))
  return { symbols: symbols.length > 0 ? symbols : [...known.keys()], missing: wanted.filter(symbol => !known.has(symbol)) }
}

/** Opens it. `speed`: candles a second. Throws ConfigError where symbols do not go together. */
export function openReplayVenue(config: Config, { speed, clock }: { readonly speed: number; readonly clock: Clock }): Venue {
  const known = bundledSymbols()
  const { symbols, missing } = replayedSymbols(config, known)
  const infos = symbols.map(symbol => known.get(symbol)!)
  const quote = quoteOf(infos)
  const recordings = bundledRecordings(symbols, resolve(config.DATA_DIR, 'cache'))
  const capital = money(config.DEMO_CAPITAL)
  return {
    trading: 'demo',
    account: DEMO_ACCOUNT,
    about: 'paper trading on replayed candles',
    infos,
    quote,
    base: shortest(recordings),
    capital,
    missing,
    firstPrices: Object.fromEntries(recordings.map(({ symbol, columns }) => [symbol, columns.open[0]!])),
    async join() {
      const exchange = openPaperExchange(infos, costsOf(config), new Map([[quote, capital]]))
      return { exchange, market: exchange.market, settings: {} }
    },
    async feed({ needs }) {
      const timeframes = [...new Set(needs.map(({ timeframe }) => timeframe))]
      return { feed: openReplay({ recordings, timeframes, speed, clock }), settings: {} }
    },
    close: async () => {},
  }
}
