/**
 * Ticks shown to the matching. Where best bid and ask were recorded they are the book that orders meet; else each trade is the price that
 * they meet, by the rules of a bar's open: a limit fills when a trade goes through it, a stop triggers at it, a taker pays half-spread and
 * slippage.
 */
import { floorTo, type Quantity, quantityOf, subtract, toNumber, zero } from '#domain/money.ts'
import type { Time } from '#domain/time.ts'
import { type Market, waitsAt } from '#matching/market.ts'
import type { Matching } from '#matching/matching.ts'
import { Liquidity } from '../market/liquidity.ts'
import type { Tick } from '../market/tick-history.ts'

/** Of one symbol: what was traded lately, and what of it was left to us after the newest trade. */
interface Lately {
  readonly liquidity: Liquidity
  given: Quantity
}

/** Shows ticks, and remembers how much was traded lately. */
export class TickShow {
  readonly #matching: Matching
  readonly #lately = new Map<string, Lately>()

  constructor(matching: Matching) {
    this.#matching = matching
  }

  /** Shows one. `part`: how much of what is there is left to us (a fault; 1: all). */
  show(symbol: string, tick: Tick, part: number, time: Time): void {
    const market = this.#matching.market(symbol)
    if (tick.kind === 'quote') {
      const { bid, bidQuantity, ask, askQuantity } = tick
      this.#matching.quote(market, bid, bidQuantity * part, ask, askQuantity * part, time)
    } else if (market.book === null) this.#openAt(market, tick.price, tick.quantity, part, time)
    else this.#through(market, tick, part, time)
  }

  // The volume that a bar would have to have for its share to be what a minute of trades leaves to us.
  #openAt(market: Market, price: number, quantity: number, part: number, time: Time): void {
    const { available, volumeShare, info } = market
    if (volumeShare === 0) return this.#matching.open(market, price, 0, time)
    const lately = this.#lately.get(info.symbol) ?? { liquidity: new Liquidity(), given: zero<Quantity>() }
    this.#lately.set(info.symbol, lately)
    const { liquidity, given } = lately
    if (available !== null && given > available) liquidity.took(time, toNumber(subtract(given, available)))
    liquidity.traded(time, quantity)
    const volume = (liquidity.room(time, volumeShare) / volumeShare) * part
    lately.given = floorTo(quantityOf(volume * volumeShare), info.filters.step)
    this.#matching.open(market, price, volume, time)
  }

  // Somebody sold at this price or bought at it: for a moment that is the book, and whoever offered better than it was served before.
  #through(market: Market, { price, quantity, buyerMaker }: Tick & { kind: 'trade' }, part: number, time: Time): void {
    const { book, last } = market
    // what is left of a taker has no price of its own: it goes on at what is really offered
    const takers = market.orders.filter(order => waitsAt(order) === 0n)
    if (takers.length > 0) market.orders = market.orders.filter(order => waitsAt(order) > 0n)
    const tick = toNumber(market.info.filters.tick)
    const size = quantity * part
    this.#matching.quote(market, buyerMaker ? price : price - tick, size, buyerMaker ? price + tick : price, size, time)
    market.book = book
    market.last = last
    if (takers.length > 0) market.orders = [...market.orders, ...takers]
  }
}

/** What a taker of a side can get at once; null: no limit. */
export const takeable = ({ book, available }: Market, side: 'BUY' | 'SELL'): Quantity | null =>
  book === null ? available : side === 'BUY' ? book.askLeft : book.bidLeft
