/** The live market as the feed of a core: its history begins where it began before, and prices come with every bar of a minute. */
import { openMarketStreams } from '#adapters/binance/streams.ts'
import { openLiveFeed } from '#gateway/live-feed.ts'
import type { Time, Timeframe } from '#domain/time.ts'
import type { Clock } from '#ports/clock.ts'
import type { MarketData } from '#ports/market.ts'
import type { SymbolInfo } from '#domain/symbol.ts'
import type { BinanceSite } from './binance-site.ts'
import type { Need } from './needs.ts'
import type { OpenFeed, Wanted } from './venue.ts'

/** The shortest candles of Binance that are traded by: trailing stops move with them. */
export const SHORTEST: Timeframe = '1m'

/** What it is made of. */
interface MarketFeedSetup {
  readonly data: MarketData
  readonly site: BinanceSite
  readonly infos: readonly SymbolInfo[]
  readonly clock: Clock
  note(text: string): void
}

const anchorKey = ({ symbol, timeframe }: Pick<Need, 'symbol' | 'timeframe'>): string => `anchor.${symbol}.${timeframe}`

/** Loads the history and opens the feed. Throws the Fault of what could not be loaded. */
export async function openMarketFeed({ data, site, infos, clock, note }: MarketFeedSetup, wanted: Wanted): Promise<OpenFeed> {
  const needs = wanted.needs.map(need => {
    const kept = wanted.settings.get(anchorKey(need))
    return { ...need, anchor: kept === undefined ? null : (Number(kept) as Time) }
  })
  // nobody's indicators read these: their history may begin anew
  const bars = infos
    .filter(({ symbol }) => !needs.some(need => need.symbol === symbol && need.timeframe === SHORTEST))
    .map(({ symbol }) => ({ symbol, timeframe: SHORTEST, anchor: null, warmup: 0 }))
  const streams = openMarketStreams({ url: site.streams, clock, random: Math.random, note })
  const feed = await openLiveFeed({ data, streams, clock, needs: [...needs, ...bars], schedules: wanted.schedules, note })
  const anchored = feed.anchors.filter(anchor => wanted.needs.some(need => anchorKey(need) === anchorKey(anchor)))
  return { feed, settings: Object.fromEntries(anchored.map(anchor => [anchorKey(anchor), String(anchor.anchor)])) }
}
