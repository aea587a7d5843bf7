/** What the filters look at: the average price, and what the account has open and holds. */
import { type Price, priceOf } from '#domain/money.ts'
import type { FilterScene, OpenCounts } from './filters.ts'
import { isContingent, type Order } from './order.ts'
import type { Venue } from './venue.ts'

const MINUTE_MS = 60_000
const USUAL_MINUTES = 5

/** The scene of a symbol. `except`: open orders that do not count. */
export function sceneOf(venue: Venue, symbol: string, except: readonly Order[]): FilterScene {
  const anywhere = [...venue.open].filter(order => !except.includes(order))
  const open = anywhere.filter(order => order.symbol === symbol)
  const { base, quote } = venue.matching.market(symbol)
  const buying = open.filter(({ side }) => side === 'BUY').reduce((sum, order) => sum + order.quantity - order.executed, 0n)
  const averages = new Map<number, Price>()
  return {
    average(minutes) {
      const found = averages.get(minutes) ?? referenceOf(venue, symbol) ?? averagePrice(venue, symbol, minutes)
      averages.set(minutes, found)
      return found
    },
    open: countsOf(open),
    openAnywhere: countsOf(anywhere),
    base: base.asset,
    quote: quote.asset,
    position: base.free + base.locked + buying,
  }
}

// A list whose other orders do not count does not, either.
function countsOf(open: readonly Order[]): OpenCounts {
  return {
    orders: open.length,
    stops: open.filter(({ type }) => isContingent(type)).length,
    icebergs: open.filter(({ iceberg }) => iceberg > 0n).length,
    lists: new Set(open.flatMap(({ listId }) => (listId < 0 ? [] : [listId]))).size,
  }
}

/** A symbol's reference price; null where it has none (faqs/price_range_execution_rules.md). */
const referenceOf = (venue: Venue, symbol: string): Price | null => venue.listings.rules.get(symbol)?.referencePrice ?? null

/** The average price of the last minutes of trades; the last price for 0 minutes, and where there are none. */
export function averagePrice(venue: Venue, symbol: string, minutes = USUAL_MINUTES): Price {
  const history = venue.replay.histories.get(symbol)
  const { last } = venue.matching.market(symbol)
  const lately = minutes === 0 ? null : (history?.since(history.marketTime() - minutes * MINUTE_MS) ?? null)
  if (lately === null || lately.volume === 0) return last
  return priceOf(lately.quoteVolume / lately.volume)
}
