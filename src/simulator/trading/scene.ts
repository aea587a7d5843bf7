/** What the filters look at: the average price, and what the account has open and holds. */
import { type Price, priceOf } from '#domain/money.ts'
import type { FilterScene } from './filters.ts'
import { isContingent, isOpen, type Order } from './order.ts'
import type { Venue } from './venue.ts'

const MINUTES_MS = 300_000

/** The scene of a symbol. `except`: open orders that do not count. */
export function sceneOf(venue: Venue, symbol: string, except: readonly Order[]): FilterScene {
  const open = venue.openOf(symbol).filter(order => !except.includes(order))
  const { base } = venue.matching.market(symbol)
  const buying = open.filter(({ side }) => side === 'BUY').reduce((sum, order) => sum + order.quantity - order.executed, 0n)
  const lists = [...venue.lists.values()].filter(
    list => list.symbol === symbol && list.orders.some(isOpen) && !list.orders.some(order => except.includes(order)),
  )
  return {
    average: averagePrice(venue, symbol),
    openOrders: open.length,
    openStops: open.filter(({ type }) => isContingent(type)).length,
    openIcebergs: open.filter(({ iceberg }) => iceberg > 0n).length,
    openLists: lists.length,
    position: base.free + base.locked + buying,
  }
}

/** The average price of the last five minutes of trades; the last price where there are none. */
export function averagePrice(venue: Venue, symbol: string): Price {
  const history = venue.replay.histories.get(symbol)
  const { last } = venue.matching.market(symbol)
  const lately = history?.since(history.marketTime() - MINUTES_MS) ?? null
  if (lately === null || lately.volume === 0) return last
  return priceOf(lately.quoteVolume / lately.volume)
}
