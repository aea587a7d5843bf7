/** The venue of a demo on the live market: candles and prices of Binance without a key, and the paper exchange on its book. */
import { openPaperExchange } from '#adapters/paper/paper.ts'
import { Fault } from '#domain/fault.ts'
import { money } from '#domain/money.ts'
import type { Config } from '../config.ts'
import { openMarket, tradedSymbols, type VenueHands } from './binance.ts'
import { siteOf } from './binance-site.ts'
import { costsOf } from './market.ts'
import { openMarketFeed, SHORTEST } from './market-feed.ts'
import type { Venue } from './venue.ts'

/** Its account: a replay and a market have nothing in common. */
const MARKET_ACCOUNT = 'demo:market'

/** Opens it. Throws a Fault where Binance cannot be reached, ConfigError where its symbols do not go together. */
export async function openMarketVenue(config: Config, hands: VenueHands): Promise<Venue> {
  const { clock, note } = hands
  const site = siteOf(config.BINANCE_SITE)
  try {
    const { market } = await openMarket(config, site, hands)
    const { infos, quote, missing } = await tradedSymbols(config, market)
    const capital = money(config.DEMO_CAPITAL)
    return {
      trading: 'demo',
      account: MARKET_ACCOUNT,
      about: `paper trading on the live market of ${site.name}`,
      infos,
      quote,
      base: SHORTEST,
      capital,
      missing,
      firstPrices: null,
      async join() {
        const exchange = openPaperExchange(infos, costsOf(config), new Map([[quote, capital]]))
        return { exchange, market: exchange.market, settings: {} }
      },
      feed: wanted => openMarketFeed({ data: market, site, infos, clock, note }, wanted),
      close: async () => {},
    }
  } catch (error) {
    if (!(error instanceof Fault) || hands.start?.signal.aborted === true) throw error
    throw new Fault(error.kind, `${error.message}\nWithout Binance: MARKET=replay replays bundled candles, as npm run demo does.`, {
      cause: error,
    })
  }
}
