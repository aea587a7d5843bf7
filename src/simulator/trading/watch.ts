/**
 * Stops that trail, and stops whose limit is pegged (faqs/trailing-stop-faq.md). They stand in the matching as stops that no price reaches;
 * here the market's prices are followed as the tape tells them, and the moment one fires it is handed over with the price it fires at.
 */
import { notional, type Price, priceOf } from '#domain/money.ts'
import type { OrderRequest } from '#domain/order.ts'
import type { Market, Resting } from '#matching/market.ts'
import { lock, unlock } from '#matching/wallet.ts'
import { ApiError, orderRejected } from '../errors.ts'
import { filterError } from './filters.ts'
import { requestOf } from './fills.ts'
import { type Draft, hasPrice, isOpen, isWatched, type Order, waitsForRise } from './order.ts'
import { pegPrice } from './peg.ts'
import { sceneOf } from './scene.ts'
import type { Venue } from './venue.ts'
import { enteringRequest, triggerOf, type Watcher } from './watched.ts'

// beyond any price
const NEVER_FALLS_TO = 1n as Price
const NEVER_RISES_TO = (10n ** 20n) as Price

interface Following {
  /** The best price since it follows; 0: its own stop price was not met yet. */
  best: bigint
}

/** Follows the market for a venue's orders. */
export function watchOrders(venue: Venue): void {
  venue.watcher = new Watch(venue)
}

class Watch implements Watcher {
  readonly #venue: Venue
  readonly #followed = new Map<Order, Following>()

  constructor(venue: Venue) {
    this.#venue = venue
  }

  take(order: Order): void {
    if (!isWatched(order)) return
    const market = this.#venue.matching.market(order.symbol)
    const resting = find(market, order)
    if (resting === undefined) return
    const follows = order.stopPrice === 0n
    this.#followed.set(order, { best: follows ? this.#lastOf(market) : 0n })
    if (follows) order.trailingTime = this.#venue.now()
    hide(resting, order)
  }

  // While a bar is ending the matching's last price is behind the tape's.
  #lastOf({ phase, last, info: { symbol } }: Market): Price {
    const trade = phase === 'range' ? this.#venue.replay.histories.get(symbol)?.lastTrade() : null
    return trade == null ? last : priceOf(trade.price)
  }

  shown(market: Market, act: () => void): void {
    const followed = [...this.#followed.keys()].flatMap(order => {
      const resting = isOpen(order) ? find(market, order) : undefined
      return resting === undefined ? [] : [{ order, resting }]
    })
    for (const { order, resting } of followed) {
      const { type, stopPrice } = enteringRequest(market, order, null)
      replace(resting, { type, stopPrice })
    }
    act()
    for (const { order, resting } of followed) hide(resting, order)
  }

  move(symbol: string, from: Price | null, to: Price): Price[] {
    const fired: Price[] = []
    for (const [order, following] of this.#followed) {
      if (!isOpen(order)) this.#followed.delete(order)
      else if (order.symbol === symbol) {
        const at = this.#step(order, following, from, to)
        const seen = from === null && at !== null ? to : at
        if (seen !== null && this.#fire(order, seen)) fired.push(seen)
      }
    }
    return fired
  }

  // The price at which an order fires on the way, or null.
  #step(order: Order, following: Following, from: Price | null, to: Price): Price | null {
    // there was no price when it was placed
    if (following.best === 0n && order.stopPrice === 0n) following.best = to
    if (following.best === 0n) {
      const meets = (price: Price): boolean => (waitsForRise(order) ? price >= order.stopPrice : price <= order.stopPrice)
      if (!meets(to)) return null
      // on a way all prices are passed, the stop price too
      const met = from === null ? to : meets(from) ? from : order.stopPrice
      if (order.trailingDelta === 0) return met
      following.best = met
      order.trailingTime = this.#venue.now()
    }
    const selling = order.side === 'SELL'
    if (selling ? to > following.best : to < following.best) following.best = to
    const at = triggerOf(order, following.best, this.#venue.matching.market(order.symbol).info.filters.tick)
    return (selling ? to <= at : to >= at) ? at : null
  }

  // Hands an order over at a price. False when it ends instead: its pegged limit does not pass, or cannot be paid.
  #fire(order: Order, at: Price): boolean {
    const market = this.#venue.matching.market(order.symbol)
    const resting = find(market, order)
    this.#followed.delete(order)
    if (resting === undefined) return false
    try {
      if (order.peg !== null) this.#peg(order, resting, { ...market, last: at })
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.#venue.end(order, 'REJECTED')
      return false
    }
    replace(resting, { stopPrice: at, price: hasPrice(order.type) ? requestOf(order, null).price : resting.request.price })
    return true
  }

  #peg(order: Order, resting: Resting, market: Market): void {
    order.peggedPrice = pegPrice(this.#venue, order, market)
    const failed = filterError(this.#venue.listings.filtersOf(order.symbol), draftOf(order), sceneOf(this.#venue, order.symbol, [order]))
    if (failed !== null) throw failed
    if (order.side === 'SELL') return
    const holder =
      resting.locked > 0n || resting.request.pairedWith === 0 ? resting : (find(market, { id: resting.request.pairedWith }) ?? resting)
    const lacking = notional(order.peggedPrice, order.quantity) - holder.locked
    if (lacking > market.quote.free) throw orderRejected('Account has insufficient balance for requested action.')
    if (lacking > 0n) lock(market.quote, lacking)
    else unlock(market.quote, -lacking)
    holder.locked += lacking
  }
}

const draftOf = (order: Order): Draft => ({ ...order, clientOrderId: null })

const find = ({ orders }: Market, { id }: { readonly id: number }): Resting | undefined => orders.find(({ request }) => request.id === id)

function replace(resting: Resting, change: Partial<OrderRequest>): void {
  const whole: { request: OrderRequest } = resting
  whole.request = { ...resting.request, ...change }
}

// A stop that no price reaches: on the side where a price that comes back is found.
const hide = (resting: Resting, { side, type }: Order): void =>
  replace(resting, {
    type: hasPrice(type) ? 'STOP_LOSS_LIMIT' : 'STOP_LOSS',
    stopPrice: side === 'SELL' ? NEVER_FALLS_TO : NEVER_RISES_TO,
  })
