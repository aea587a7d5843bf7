/**
 * What an exchange does with orders: filters, locks, pairs, triggers, fills, fees. Synchronous; everything that happens is kept, in order,
 * until whoever drives it takes it. A bar is shown in two parts: its open, then its range.
 */
import { assert } from '#domain/fault.ts'
import {
  type Amount,
  feeOn,
  floorTo,
  format,
  type Money,
  notional,
  type Price,
  priceOf,
  type Quantity,
  quantityOf,
  subtract,
  worsened,
  zero,
} from '#domain/money.ts'
import { type Fill, type OrderEvent, type OrderRequest, type OrderUpdate, PAIR_REACHED, REPLACE_MISSED } from '#domain/order.ts'
import { Pile } from '#domain/pile.ts'
import type { SymbolInfo } from '#domain/symbol.ts'
import type { Time } from '#domain/time.ts'
import { type BnbFee, bnbFee, type Costs } from './costs.ts'
import {
  arrived,
  type Book,
  bookOf,
  byId,
  forget,
  holderOf,
  inTurn,
  type Market,
  newMarket,
  pairOf,
  type Resting,
  refreshBounds,
  rest,
  rests,
  waitsAt,
  waitsForRise,
  wantedOf,
} from './market.ts'
import { needOf, refusalOf } from './refusal.ts'
import { lock, spend, unlock, Wallet } from './wallet.ts'

const TAKER_ON_TRIGGER = new Set(['STOP_LOSS', 'TAKE_PROFIT'])
const NONE = zero<Price>()
const NO_WORTH = zero<Money>()

/** An exchange for one account. */
export class Matching {
  readonly wallet = new Wallet()
  /** What happened, in order: whoever hears of it takes it or clears it. */
  readonly updates = new Pile<OrderUpdate>()
  /** Bars in which a stop and a target were both within reach, so that the order of things is unknown (the stop was taken first). */
  ambiguousBars = 0
  tradeCount = 0
  readonly markets = new Map<string, Market>()
  /** Asked before an order takes, at the price that it would get before slippage; false: it may not (self-trade prevention). */
  onTaking: ((market: Market, order: Resting, at: Price) => boolean) | null = null
  // mostly the same is asked for again
  #last: Market | null = null
  readonly #costs: Costs

  constructor(symbols: readonly SymbolInfo[], costs: Costs) {
    this.#costs = costs
    for (const info of symbols) this.markets.set(info.symbol, newMarket(info, this.wallet, costs))
  }

  /** The market of a symbol. Throws when the exchange does not have it: a bug of the caller. */
  market(symbol: string): Market {
    if (this.#last !== null && this.#last.info.symbol === symbol) return this.#last
    const market = this.markets.get(symbol)
    if (market === undefined) assert(false, `the exchange was asked for ${symbol}, which it does not have`)
    this.#last = market
    return market
  }

  /** An open order by id, or undefined. */
  find(id: number): Resting | undefined {
    // they are few: cheaper to look through than to keep a table of
    for (const { orders } of this.markets.values()) {
      const order = byId(orders, id)
      if (order !== undefined) return order
    }
    return undefined
  }

  /** Puts a stored order back on the book, with its lock: nothing is told. Bounds are refreshed. */
  restore(order: Resting): void {
    const market = this.market(order.request.symbol)
    rest(market, order)
    refreshBounds(market)
  }

  /** Takes an order: it is accepted (and may fill at once) or rejected. */
  place(request: OrderRequest, time: Time): void {
    const market = this.market(request.symbol)
    const denial = refusalOf(market, request, 1)
    if (denial !== null) return this.#tell(request.id, 'rejected', time, null, denial.message)
    const order = arrived(market, request)
    // a market order for a quantity is paid at a price not known yet: its funds are checked when it fills
    const atMarket = request.type === 'MARKET'
    if (request.side === 'SELL' || (atMarket ? request.quoteAmount : request.price) > 0n) this.#lock(market, order, needOf(market, request))
    this.#rest(market, order, time)
    if (market.book !== null) this.#meetBook(market, market.book, order, time, true)
    else if (!order.fresh) this.#meet(market, order, market.last, time, true)
    refreshBounds(market)
  }

  /** Takes a one-cancels-the-other pair: both stand, or both are rejected. What is locked is locked once: for a buy, the dearer of the two. */
  placePair(first: OrderRequest, second: OrderRequest, time: Time): void {
    const market = this.market(first.symbol)
    const denial = refusalOf(market, first, 2) ?? refusalOf(market, second, 2)
    if (denial !== null) {
      this.#tell(first.id, 'rejected', time, null, denial.message)
      return this.#tell(second.id, 'rejected', time, null, denial.message)
    }
    const holder = arrived(market, first)
    const [one, other] = [needOf(market, first), needOf(market, second)]
    this.#lock(market, holder, one > other ? one : other)
    this.#rest(market, holder, time)
    this.#rest(market, arrived(market, second), time)
    refreshBounds(market)
  }

  /** Takes an order off the book, its pair too. False when it is not open (it may have filled: look before deciding). */
  cancel(id: number, time: Time): boolean {
    const order = this.find(id)
    if (order === undefined) return false
    const market = this.market(order.request.symbol)
    const pair = pairOf(market, order)
    this.#remove(market, order, 'cancelled', time, '')
    if (pair !== undefined) this.#remove(market, pair, 'cancelled', time, '')
    refreshBounds(market)
    return true
  }

  /** Takes an order off the book and another in its place, at one instant. Where it is not open any more the other is rejected, untried. */
  replace(id: number, by: OrderRequest, time: Time): void {
    if (this.cancel(id, time)) this.place(by, time)
    else this.#tell(by.id, 'rejected', time, null, REPLACE_MISSED)
  }

  /** Shows the open of a bar: what waits for it fills, what gapped fills at it. `volume` is the bar's. */
  open(market: Market, open: number, volume: number, time: Time): void {
    const price = priceOf(open)
    market.last = price
    market.phase = 'open'
    market.available = market.volumeShare === 0 ? null : floorTo(quantityOf(volume * market.volumeShare), market.info.filters.step)
    const { orders } = market
    if (orders.length === 0) return
    if (orders.length === 1) this.#meet(market, orders[0]!, price, time, orders[0]!.fresh)
    else for (const order of inTurn(orders)) if (rests(market, order)) this.#meet(market, order, price, time, order.fresh)
    refreshBounds(market)
  }

  /** Shows the rest of a bar after its open. Stops come before limits; `close` is the last price afterwards. */
  range(market: Market, high: number, low: number, time: Time): void {
    if (market.orders.length === 0) return
    market.phase = 'range'
    const top = priceOf(high)
    const bottom = priceOf(low)
    if (market.orders.length > 1) this.#touchAll(market, top, bottom, time)
    else if (this.#reached(market, market.orders[0]!, top, bottom)) this.#touch(market, market.orders[0]!, time)
    refreshBounds(market)
  }

  /** Ends a bar: its close is the last price, and orders wait for the next open. */
  close(market: Market, close: number): void {
    market.last = priceOf(close)
    market.phase = 'closed'
  }

  /**
   * Shows the best prices of a live order book: orders fill there, without slippage, at most what is shown; what is left of a market order
   * goes on at the next quote. From now on the market has no bars. Float quote and base units.
   */
  quote(market: Market, bid: number, bidQuantity: number, ask: number, askQuantity: number, time: Time): void {
    const book = bookOf(market, bid, bidQuantity, ask, askQuantity)
    market.book = book
    market.phase = 'open'
    market.last = priceOf((bid + ask) / 2)
    if (market.orders.length === 0) return
    for (const order of inTurn(market.orders)) if (rests(market, order)) this.#meetBook(market, book, order, time, order.fresh)
    refreshBounds(market)
  }

  #meetBook(market: Market, book: Book, order: Resting, time: Time, arriving: boolean): void {
    const buying = order.request.side === 'BUY'
    market.available = buying ? book.askLeft : book.bidLeft
    this.#meet(market, order, buying ? book.ask : book.bid, time, arriving)
    if (buying) book.askLeft = market.available!
    else book.bidLeft = market.available!
  }

  #lock(market: Market, order: Resting, amount: bigint): void {
    order.locked = amount
    lock(order.request.side === 'SELL' ? market.base : market.quote, amount)
  }

  #rest(market: Market, order: Resting, time: Time): void {
    rest(market, order)
    this.#tell(order.request.id, 'accepted', time, null, '')
  }

  #reached(market: Market, order: Resting, high: Price, low: Price): boolean {
    const price = waitsAt(order)
    const isLimit = order.triggered || order.request.stopPrice === 0n
    if (isLimit && order.late) return false
    // A resting limit fills only when the price went through it by a tick: the queue before it is unknown.
    const through = isLimit ? (market.info.filters.tick > 0n ? (market.info.filters.tick as bigint) : 1n) : 0n
    return price > 0n && (waitsForRise(order) ? (high as bigint) >= price + through : (low as bigint) <= price - through)
  }

  #touchAll(market: Market, top: Price, bottom: Price, time: Time): void {
    const touched = inTurn(market.orders).filter(order => this.#reached(market, order, top, bottom))
    for (const order of touched) {
      if (!rests(market, order)) continue
      if (touched.some(other => other.request.id === order.request.pairedWith)) this.ambiguousBars++
      this.#touch(market, order, time)
    }
  }

  // The bar went through the order's price.
  #touch(market: Market, order: Resting, time: Time): void {
    const price = waitsAt(order)
    // what is sent because of it meets the price of this moment, no longer that of the open
    market.last = price
    if (order.triggered || order.request.stopPrice === 0n) return this.#execute(market, order, price, true, time)
    this.#trigger(market, order, price, time)
  }

  #trigger(market: Market, order: Resting, at: Price, time: Time): void {
    order.triggered = true
    this.#expirePair(market, order, time)
    if (TAKER_ON_TRIGGER.has(order.request.type)) return this.#take(market, order, at, time)
    const { side, price } = order.request
    if (side === 'SELL' ? at >= price : at <= price) this.#execute(market, order, at, false, time)
    this.#expireRest(market, order, time)
  }

  // The order meets a known price: an open, or the last price when it is sent while a bar is open.
  #meet(market: Market, order: Resting, price: Price, time: Time, arriving: boolean): void {
    const { request } = order
    order.fresh = false
    order.late = false
    // on a live book what it could not take at once is taken later
    if (request.type === 'MARKET')
      return arriving && this.#isBeyond(market, order, price, time) ? undefined : this.#take(market, order, price, time)
    const waiting = waitsAt(order)
    const reached = waitsForRise(order) ? price >= waiting : price <= waiting
    if (request.stopPrice > 0n && !order.triggered) {
      if (reached) this.#trigger(market, order, price, time)
      return
    }
    if (arriving && reached && this.#isBeyond(market, order, price, time)) return
    // as with a market order
    if (order.triggered && TAKER_ON_TRIGGER.has(request.type)) return this.#take(market, order, price, time)
    // one that may only make was refused if it would have taken, so it rests since it was sent
    if (arriving && request.type !== 'LIMIT_MAKER') {
      if (reached) this.#execute(market, order, price, false, time)
      this.#expireRest(market, order, time)
    } else if (reached && (price !== waiting || market.book !== null)) this.#execute(market, order, waiting, true, time)
  }

  // An entry is not made where its stop was reached already.
  #isBeyond(market: Market, order: Resting, price: Price, time: Time): boolean {
    const { guard } = order.request
    if (guard === 0n || price > guard) return false
    this.#remove(market, order, 'expired', time, `the price ${format(price)} is already at or under the stop ${format(guard)}`)
    return true
  }

  // What an order that does not wait could not fill at once.
  #expireRest(market: Market, order: Resting, time: Time): void {
    if (order.request.timeInForce !== 'GTC' && rests(market, order))
      this.#remove(market, order, 'expired', time, 'what did not fill at once expires')
  }

  // Takes what there is, then ends: a market order does not wait, except for the next quote of a live book.
  #take(market: Market, order: Resting, at: Price, time: Time): void {
    this.#execute(market, order, at, false, time)
    if (rests(market, order) && (market.book === null || wantedOf(market, order, at) === 0n))
      this.#remove(market, order, 'expired', time, 'there was no more volume to take')
  }

  #execute(market: Market, order: Resting, at: Price, maker: boolean, time: Time): void {
    if (!maker && this.onTaking !== null && !this.onTaking(market, order, at)) return
    const { request } = order
    const { tick } = market.info.filters
    const buying = request.side === 'BUY'
    let price = maker || market.book !== null ? at : worsened(at, market.slippage, buying, tick)
    // slippage never goes beyond the limit that the order itself sets
    if (request.type !== 'MARKET' && request.price > 0n && (buying ? price > request.price : price < request.price)) price = request.price
    const wanted = wantedOf(market, order, price)
    const { available } = market
    const done = available === null || available >= wanted
    const quantity = done ? wanted : available
    if (quantity === 0n || (request.timeInForce === 'FOK' && !done)) return
    const quote = notional(price, quantity)
    const holder = holderOf(market, order)
    if (buying && quote > holder.locked + market.quote.free) return this.#unpaid(market, order, quote, time)
    if (available !== null) market.available = subtract(available, quantity)
    order.executed = ((order.executed as bigint) + quantity) as Quantity
    this.#settle(market, holder, quantity, quote, done)
    const fill = this.#book(market, request, price, quantity, quote, maker, time)
    if (done) forget(market, order)
    this.#tell(request.id, done ? 'filled' : 'partly_filled', time, fill, '')
    if (done || maker) this.#expirePair(market, order, time)
  }

  #unpaid(market: Market, order: Resting, quote: Money, time: Time): void {
    const { asset, free } = market.quote
    this.#remove(market, order, 'expired', time, `${format(quote)} ${asset} are needed, ${format(free as Money)} are free`)
  }

  // What an order gives leaves the wallet, from the lock first; the rest of a finished order's lock becomes free.
  #settle(market: Market, source: Resting, quantity: Quantity, quote: Money, done: boolean): void {
    const buying = source.request.side === 'BUY'
    const balance = buying ? market.quote : market.base
    const gives = buying ? (quote as bigint) : (quantity as bigint)
    const left = spend(balance, source.locked, gives)
    if (done && left !== 0n) unlock(balance, left)
    source.locked = done ? 0n : left
  }

  #book(market: Market, request: OrderRequest, price: Price, quantity: Quantity, quote: Money, maker: boolean, time: Time): Fill {
    const buying = request.side === 'BUY'
    const received = buying ? market.base : market.quote
    const rate = maker ? this.#costs.maker : this.#costs.taker
    const inBnb = this.#costs.bnbShare > 0n ? this.#bnbFee(market, feeOn(quote, rate)) : null
    const gross = (buying ? quantity : quote) as Amount<string>
    const fee = inBnb === null ? feeOn(gross, rate) : inBnb.fee
    if (inBnb !== null) this.wallet.of('BNB').free -= fee
    received.free += inBnb !== null ? gross : (gross as bigint) - fee
    const feeAsset = inBnb !== null ? 'BNB' : received.asset
    this.tradeCount++
    return {
      tradeId: this.tradeCount,
      orderId: request.id,
      symbol: request.symbol,
      side: request.side,
      price,
      quantity,
      quote,
      fee,
      feeAsset,
      feeWorth: inBnb === null ? NO_WORTH : inBnb.worth,
      maker,
      time,
    }
  }

  #bnbFee({ info }: Market, fee: Money): BnbFee | null {
    const price = this.markets.get(`BNB${info.quote}`)?.last ?? NONE
    return bnbFee(feeOn(fee, this.#costs.bnbShare), price, this.wallet.of('BNB').free)
  }

  #expirePair(market: Market, order: Resting, time: Time): void {
    const pair = pairOf(market, order)
    if (pair === undefined) return
    // the lock moves to the leg that lives on
    if (order.locked === 0n && rests(market, order)) {
      order.locked = pair.locked
      pair.locked = 0n
    }
    this.#remove(market, pair, 'expired', time, PAIR_REACHED)
  }

  #remove(market: Market, order: Resting, event: OrderEvent, time: Time, reason: string): void {
    if (order.locked > 0n) unlock(order.request.side === 'SELL' ? market.base : market.quote, order.locked)
    order.locked = 0n
    forget(market, order)
    this.#tell(order.request.id, event, time, null, reason)
  }

  #tell(orderId: number, event: OrderEvent, time: Time, fill: Fill | null, reason: string): void {
    this.updates.add({ orderId, event, time, fill, reason })
  }
}
