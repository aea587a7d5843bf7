/**
 * Turns wishes into intents and orders, and follows each to its end: sizing, risk, protection, exits. Synchronous and deterministic;
 * what shall be done on the exchange is collected in `orders`, what shall be written down goes to the recorder.
 */
import { type Denial, deny } from '#domain/denial.ts'
import { assert } from '#domain/fault.ts'
import type { Decision, Recorder } from '#domain/journal.ts'
import { add, floorTo, type Money, type Price, priceOf, type Quantity, subtract, toNumber, toTick, zero } from '#domain/money.ts'
import { type Fill, isFinal, type Order, type OrderUpdate, transition } from '#domain/order.ts'
import { hasTraded, isOpen, type RoundTrip, takeOut } from '#domain/position.ts'
import type { Adjustment, Enter, Signal, Values } from '#domain/signal.ts'
import type { Size } from '#domain/sizing.ts'
import { emptyPlan } from '#domain/slot.ts'
import { trail } from '#domain/stop.ts'
import type { Time } from '#domain/time.ts'
import { type AccountView, draftEntry, type Rules, reserve, reservedOf } from './draft.ts'
import { Exits } from './exits.ts'
import { type Cause, type OpenOrder, Orders } from './orders.ts'
import { type Mode, modeDenial } from './mode.ts'
import { carriedOn, planOf } from './protection.ts'
import { ALL, isSellable, protectionReached, type Slot, type Traded } from './slot.ts'

/** The one owner that is a person. */
export const MANUAL = 'manual'

/** The portfolio as the trader needs it. */
export interface Books extends AccountView {
  /** Books a fill. What it realised, in quote units. */
  book(slot: Slot, fill: Fill): Money
  /** Ends a round trip; what cannot be sold is dust. */
  end(slot: Slot, time: Time): { readonly trip: RoundTrip; readonly dust: Quantity }
}

/** A wish with its reason, when it was wished, and the indicator values then. */
export interface Wished {
  readonly reason: string
  readonly time: Time
  readonly values: Values | null
}

/** The order flow of one account. */
export class Trader {
  mode: Mode = 'running'
  rules: Rules
  readonly markets: readonly Traded[]
  readonly orders: Orders
  readonly exits: Exits
  readonly #books: Books
  readonly #recorder: Recorder

  constructor(rules: Rules, markets: readonly Traded[], books: Books, recorder: Recorder) {
    this.rules = rules
    this.markets = markets
    this.#books = books
    this.#recorder = recorder
    this.orders = new Orders(recorder)
    this.exits = new Exits(this.orders, recorder)
  }

  /** A strategy's signal on the candle between two instants. Entering while holding and leaving while flat are nothing. */
  signal(slot: Slot, signal: Signal, openTime: Time, closeTime: Time, values: Values | null): void {
    const wished = { reason: signal.reason, time: closeTime, values }
    if (signal.kind === 'exit') {
      if (slot.position.quantity > 0n || slot.entry !== null) this.exit(slot, wished, ALL)
      return
    }
    if (slot.position.quantity > 0n || slot.leaving !== null) return
    const denial = this.#entryDenial(slot, openTime, closeTime)
    if (denial !== null) this.denied(slot, 'enter', wished, denial)
    else this.enter(slot, signal, this.sizeFor(slot), wished)
  }

  /** A strategy's wish to hold less (base units; 0: nothing). While a part is being sold all the same may be wished to go, and nothing else. */
  exit(slot: Slot, wished: Wished, quantity: Quantity): void {
    if (slot.leaving !== null && (slot.leaving.quantity === 0n || quantity > 0n)) return
    if (this.mode === 'halted') return this.denied(slot, 'exit', wished, deny('halted', 'trading is halted: strategies do not exit'))
    const intent = this.exits.leave(slot, wished.reason, quantity, wished.time)
    this.#decide(slot, 'exit', wished, 'ordered', '', intent)
  }

  /** How much an entry of a slot buys where nobody says otherwise. */
  sizeFor(slot: Slot): Size {
    return slot.size ?? this.rules.sizes?.get(slot.symbol) ?? this.rules.size
  }

  /** An entry by whoever owns the slot, checked for size and risk only. Returns the denial, or null when ordered. */
  enter(slot: Slot, wish: Enter, size: Size, wished: Wished): Denial | null {
    const resting = slot.entry
    // a market entry on its way is as good as done; a resting one is replaced: it may be filling, and never both do
    if (resting?.request.type === 'MARKET') return deny('entry_waiting', 'an entry is on its way already')
    slot.entry = null
    slot.reserved = 0
    const draft = draftEntry(slot, wish, size, this.rules, this.#books, this.markets)
    if (draft.kind === 'denial') {
      this.orders.cancelEntries(slot, null)
      this.denied(slot, 'enter', wished, draft)
      return draft
    }
    const cause: Cause = { slot, purpose: 'entry', reason: wished.reason, time: wished.time }
    const intent = this.orders.intend(cause)
    const order = this.orders.create(cause, intent, draft, wish)
    slot.entry = order
    reserve(slot, order, wish)
    this.#decide(slot, 'enter', wished, 'ordered', '', intent)
    if (resting === null) this.orders.place(order)
    else this.orders.replace(resting, order)
    return null
  }

  /** A basket's wish to hold more of a member, for an amount of quote. */
  enterBasket(slot: Slot, wish: Enter, amount: Money, time: Time): void {
    const wished = { reason: wish.reason, time, values: null }
    const denial = modeDenial(this.mode, slot)
    if (denial !== null) this.denied(slot, 'enter', wished, denial)
    else this.enter(slot, wish, { kind: 'quote', amount }, wished)
  }

  /** What a basket still wants to buy once its exits are filled, in quote units. */
  setPending(slot: Slot, amount: Money): void {
    if (slot.pending === amount) return
    slot.pending = amount
    this.#recorder.held(slot)
  }

  /** Cash of a quote asset on which no open entry has a claim. */
  freeCash(quote: string): Money {
    return subtract(this.#books.cash(quote), reservedOf(quote, this.markets))
  }

  /** Something was heard of an order; a trade of one that has ended is booked all the same. The slot it is of. */
  update(update: OrderUpdate): Slot {
    const open = this.orders.open.get(update.orderId)
    const late = open === undefined
    const known = open ?? this.orders.ended.get(update.orderId)
    // the words of an assertion cost more than an update: they are made only where it fails
    if (known === undefined) assert(false, `an update of order ${update.orderId}, which is not open`)
    const { order, slot } = known
    const status = transition(order.status, update.event)
    if (status === null) assert(false, `order ${order.id} is ${order.status} and was told to be ${update.event}`)
    order.status = status
    if (update.reason !== '') order.ending = update.reason
    const { fill } = update
    let realised = zero<Money>()
    if (fill !== null) {
      order.executed = add(order.executed, fill.quantity)
      order.quote = add(order.quote, fill.quote)
      realised = this.#books.book(slot, fill)
    }
    const ended = isFinal(status)
    if (ended && !late) this.orders.end(known)
    this.#recorder.ordered(order)
    // it stands, or has ended before, and that is mostly all
    if (fill === null && (late || !ended)) {
      if (order.purpose === 'protection' && update.event === 'accepted' && !late) this.exits.settled(slot, update.time)
      return slot
    }
    if (fill !== null) this.#recorder.filled(fill, order, realised)
    if (order.purpose === 'entry') this.#entryUpdated(known, update, ended)
    else if (late) this.#soldLate(slot, order, update.time)
    else if (order.purpose === 'exit') this.#exitUpdated(slot, order, update, ended)
    else this.#protectionUpdated(slot, order, update, ended)
    this.#recorder.held(slot)
    return slot
  }

  /**
   * A bar of the market closed: trailing stops follow its high from the next bar on, exits that did not fill are sent again. `high`: quote
   * units. `openTime`: when the bar began, which for one that comes late is long ago.
   */
  closeBar(market: Traded, high: number, openTime: Time, time: Time): void {
    for (const slot of market.slots) {
      if (slot.position.quantity === 0n) continue
      const { plan } = slot
      if (slot.leaving !== null) {
        if (slot.exit !== null || this.exits.proceed(slot, time) === 0) continue
      } else if (!this.exits.leftWhereJumped(slot, openTime, time)) {
        // what was bought within this bar, or after it, may have been bought after its high
        if (plan === null || plan.gap === 0n || slot.position.openedAt > openTime) continue
        const top = priceOf(high)
        if (top <= plan.peak) continue
        plan.peak = top
        const to = floorTo(trail(plan.stop, plan.peak, plan.gap), market.info.filters.tick)
        this.exits.moveStop(slot, to, 'the trailing stop followed the price', time)
      }
      this.#recorder.held(slot)
    }
  }

  /** A candle of the strategy's own timeframe closed: time limits, and entries that expire. */
  closeCandle(slot: Slot, time: Time): void {
    if (slot.entry !== null && slot.expiresAt > 0 && time >= slot.expiresAt) this.orders.cancel(slot.entry)
    if (slot.position.quantity === 0n || slot.leaving !== null) return
    if (slot.plan === null) {
      if (!slot.managed) return
      slot.plan = emptyPlan()
    }
    const { plan } = slot
    if (!slot.managed && plan.timeLimit === 0) return
    plan.candles++
    if (plan.timeLimit > 0 && plan.candles >= plan.timeLimit && this.mode !== 'halted')
      this.exits.leave(slot, `held for ${plan.candles} candles`, ALL, time)
    this.#recorder.held(slot)
  }

  /** What `manage` asked for. */
  adjust(slot: Slot, adjustment: Adjustment, time: Time): void {
    if (slot.position.quantity === 0n || slot.leaving !== null) return
    if (adjustment.kind === 'exit') {
      if (this.mode === 'halted') return
      this.exits.leave(slot, adjustment.reason, ALL, time)
      return
    }
    const { tick } = slot.market.info.filters
    // a first target makes a pair of the stop, which then need not be moved before by itself; an indicator without a value moves nothing
    if (adjustment.takeProfit !== undefined && adjustment.takeProfit > 0) this.setTarget(slot, toTick(adjustment.takeProfit, tick), time)
    if (adjustment.stopLoss !== undefined && adjustment.stopLoss > 0) {
      const to = toTick(adjustment.stopLoss, tick)
      if (to > (slot.plan?.stop ?? 0n)) this.exits.moveStop(slot, to, adjustment.reason ?? 'moved by the strategy', time)
    }
  }

  /** A person moves the stop of a position (0: none); down is allowed to people. */
  setStop(slot: Slot, to: Price, time: Time): void {
    this.exits.moveStop(slot, to, 'moved by hand', time)
    this.#recorder.held(slot)
  }

  /** Moves the target of a position (0: none). */
  setTarget(slot: Slot, to: Price, time: Time): void {
    if (slot.plan?.target === to) return
    slot.plan = { ...(slot.plan ?? { ...emptyPlan(), peak: slot.market.last }), target: to }
    this.exits.protect(slot, time)
    this.#recorder.held(slot)
  }

  /**
   * A part of what is held (base units) is there no more, and no order of ours tells so: what is left is protected at its size, and ends as
   * dust where that is too little to be sold. None of its orders may be on its way.
   */
  takeOut(slot: Slot, quantity: Quantity, reason: string, time: Time): void {
    takeOut(slot.position, quantity)
    if (!this.#flatIfDust(slot, time, reason) && slot.leaving === null) this.exits.protect(slot, time)
    this.#recorder.held(slot)
  }

  /** Changes the mode; from reduce on, open entries are cancelled. */
  setMode(mode: Mode): void {
    this.mode = mode
    if (mode === 'reduced' || mode === 'halted')
      for (const { order } of this.orders.open.values()) if (order.purpose === 'entry') this.orders.cancel(order)
  }

  /** Writes down that something was not done, and why. */
  denied(slot: Slot, kind: Decision['kind'], wished: Wished, denial: Denial): void {
    this.#decide(slot, kind, wished, denial.code, denial.message, 0)
  }

  /** After a start: what a position lacks on the exchange is sent again. */
  repair(slot: Slot, time: Time): void {
    // an exit that is due is sent at the next close, as it would have been
    if (slot.leaving !== null) this.exits.withdraw(slot)
    else if (this.exits.uncovered(slot) && !this.exits.waits(slot)) this.exits.protect(slot, time)
  }

  /** Takes an order from the store back; `wish` is what an entry asked for. */
  restore(order: Order, slot: Slot, wish: Enter | null): void {
    this.orders.open.add({ order, slot, wish })
    if (order.purpose === 'entry') slot.entry = order
    else if (order.purpose === 'exit') slot.exit = order
    else slot.protection.push(order)
    if (wish !== null) reserve(slot, order, wish)
  }

  /** Takes an order that has ended back: a trade of it may be told late. The oldest first. */
  restoreEnded(order: Order, slot: Slot, wish: Enter | null): void {
    this.orders.ended.add({ order, slot, wish })
  }

  /** What an entry that has not filled asked for: the store keeps it, so that a restart knows the protection to place. */
  wishOf(orderId: number): Enter | null {
    return (this.orders.open.get(orderId) ?? this.orders.ended.get(orderId))?.wish ?? null
  }

  #entryDenial(slot: Slot, openTime: Time, closeTime: Time): Denial | null {
    const denial = modeDenial(this.mode, slot)
    if (denial !== null) return denial
    if (slot.stoppedAt > 0 && slot.stoppedAt >= openTime && slot.stoppedAt < closeTime)
      return deny('stopped_out_in_this_candle', 'the position was stopped out in this candle')
    return null
  }

  #entryUpdated({ order, slot, wish }: OpenOrder, update: OrderUpdate, ended: boolean): void {
    if (slot.leaving === null) {
      if (update.fill !== null && wish !== null) {
        const plan = planOf(wish, order.quote, order.executed, slot.market.info.filters.tick)
        slot.plan = carriedOn(plan, slot.plan, order.executed === update.fill.quantity)
      }
      const due = update.fill === null ? this.exits.uncovered(slot) : ended || !this.exits.waits(slot)
      if (slot.plan !== null && due) this.exits.protect(slot, update.time)
    }
    if (!ended) return
    if (slot.entry === order) {
      slot.entry = null
      slot.expiresAt = 0 as Time
      slot.reserved = 0
    }
    // one that was to be replaced by this one stands where that was not tried
    this.orders.cancelEntries(slot, slot.entry)
    if (order.executed === 0n && (order.status === 'rejected' || order.status === 'expired' || order.status === 'absent')) {
      const code = order.request.guard > 0n && order.ending.includes('stop') ? 'open_beyond_stop' : 'order_rejected'
      this.denied(slot, 'enter', { reason: order.reason, time: update.time, values: null }, deny(code, order.ending))
    }
    if (slot.position.quantity === 0n) {
      slot.plan = null
      if (slot.entry === null && slot.exit === null) slot.leaving = null
    } else if (
      slot.entry === null &&
      !this.#flatIfDust(slot, update.time, 'what was bought is too little to sell') &&
      slot.leaving !== null
    )
      this.exits.proceed(slot, update.time)
  }

  #exitUpdated(slot: Slot, order: Order, update: OrderUpdate, ended: boolean): void {
    if (!ended) return
    if (slot.exit === order) slot.exit = null
    if (this.#flatIfDust(slot, update.time, order.reason)) return
    if (order.status === 'rejected') this.#exitRefused(slot, order, update.time)
    else slot.refused = ''
    if (slot.leaving === null) return
    // all of it goes: where this one sold what it was for the rest follows at once, what did not fill is sent again at the next close
    if (slot.leaving.quantity === 0n) {
      if (order.status === 'filled') this.exits.proceed(slot, update.time)
      return
    }
    // a part of it goes: what went is done, and one that was refused is not asked for again
    const rest = floorTo(subtract(slot.leaving.quantity, order.executed), slot.market.info.filters.step)
    const done = order.status === 'rejected' || rest <= 0n
    slot.leaving = done ? null : { ...slot.leaving, quantity: rest }
    if (done || order.status === 'filled') this.exits.proceed(slot, update.time)
  }

  // What is sent again at every close may be refused for the same reason, with other figures: that is told once.
  #exitRefused(slot: Slot, { reason, ending }: Order, time: Time): void {
    const why = ending.replaceAll(/\d+/g, '')
    if (why !== slot.refused) this.denied(slot, 'exit', { reason, time, values: null }, deny('order_rejected', ending))
    slot.refused = why
  }

  #protectionUpdated(slot: Slot, order: Order, update: OrderUpdate, ended: boolean): void {
    const { time, fill } = update
    if (ended && slot.protection.at(-1) === order) slot.protection.pop()
    else if (ended) slot.protection.splice(slot.protection.indexOf(order), 1)
    const stopped = order.request.stopPrice > 0n
    const reason = !stopped ? 'take profit' : slot.plan !== null && slot.plan.gap > 0n ? 'trailing stop' : 'stop loss'
    if (fill !== null) {
      protectionReached(slot, order, time)
      if (this.#flatIfDust(slot, time, reason)) return
    }
    if (!ended || slot.position.quantity === 0n) return
    if (slot.leaving === null) {
      const setback = this.exits.setback(slot, order, update, reason)
      if (setback !== null) this.denied(slot, 'exit', { reason: setback.reason, time, values: null }, setback.denial)
      this.exits.goOn(slot, order, update, reason)
    }
    if (slot.protection.length === 0 && !this.#flatIfDust(slot, time, reason)) this.exits.proceed(slot, time)
  }

  // A cancel and a match race on the exchange: what rests is put in line with what is still held.
  #soldLate(slot: Slot, order: Order, time: Time): void {
    if (order.purpose === 'protection') protectionReached(slot, order, time)
    if (!this.#flatIfDust(slot, time, order.reason) && slot.leaving === null) this.exits.protect(slot, time)
  }

  // Ends the round trip when nothing sellable is left. True when it did.
  #flatIfDust(slot: Slot, time: Time, reason: string): boolean {
    if (isSellable(slot)) return false
    // a late trade ended it before
    if (!isOpen(slot.position)) {
      slot.leaving = null
      return true
    }
    // what an entry still brings begins anew
    this.orders.cancelEntries(slot, null)
    const { trip, dust } = this.#books.end(slot, time)
    this.exits.withdraw(slot)
    slot.plan = null
    if (slot.entry === null) slot.leaving = null
    if (dust > 0n) this.#recorder.dust(slot.owner, slot.symbol, dust, time)
    if (hasTraded(trip)) this.#recorder.closed(trip, reason)
    return true
  }

  #decide(slot: Slot, kind: Decision['kind'], { reason, time, values }: Wished, outcome: string, message: string, intent: number): void {
    const price = toNumber(slot.market.last)
    this.#recorder.decided({ owner: slot.owner, symbol: slot.symbol, kind, reason, time, price, outcome, message, values, intent })
  }
}
