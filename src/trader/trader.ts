/**
 * Turns wishes into intents and orders, and follows each to its end: sizing, risk, protection, exits. Synchronous and deterministic;
 * what shall be done on the exchange is collected in `actions`, what shall be written down goes to the recorder.
 */
import { type Denial, type DenialCode, deny } from '#domain/denial.ts'
import { assert } from '#domain/fault.ts'
import type { Decision, Recorder } from '#domain/journal.ts'
import { add, floorTo, meanPrice, type Money, type Price, priceOf, type Quantity, subtract, toNumber, toTick, zero } from '#domain/money.ts'
import { type Action, isFinal, type Order, type OrderRequest, type OrderUpdate, type Purpose, transition } from '#domain/order.ts'
import type { RoundTrip } from '#domain/position.ts'
import type { Adjustment, Enter, GivenSignal, Values } from '#domain/signal.ts'
import type { Size } from '#domain/sizing.ts'
import { emptyPlan } from '#domain/slot.ts'
import { trail } from '#domain/stop.ts'
import type { Time } from '#domain/time.ts'
import { type AccountView, type Draft, draftEntry, reservedOf, type Rules } from './draft.ts'
import { planOf, stopLimitOf, stopTypeOf, type Tranche, tranchesOf } from './protection.ts'
import { ALL, type Slot, type Traded } from './slot.ts'

/** pause: no new strategy entries. reduce: nobody enters. halt: strategies do not exit either. Protection and people's exits always work. */
export type Mode = 'running' | 'paused' | 'reduced' | 'halted'

/** The one owner that is a person. */
export const MANUAL = 'manual'

/** What the trader is told of a fill's effect: the portfolio books it. */
export interface Books extends AccountView {
  book(slot: Slot, update: OrderUpdate & { readonly fill: NonNullable<OrderUpdate['fill']> }): Money
  end(slot: Slot, time: Time): { readonly trip: RoundTrip; readonly dust: Quantity }
}

interface Wished {
  readonly reason: string
  readonly time: Time
  readonly values: Values | null
}

/** The order flow of one account. */
export class Trader {
  mode: Mode = 'running'
  actions: Action[] = []
  intentCount = 0
  orderCount = 0
  rules: Rules
  readonly markets: readonly Traded[]
  /** Orders that have not ended, by id, with their slot. */
  readonly open = new Map<number, { readonly order: Order; readonly slot: Slot }>()
  readonly #books: Books
  readonly #recorder: Recorder
  // what an entry asked for, until it fills
  readonly #wishes = new Map<number, Enter>()

  constructor(rules: Rules, markets: readonly Traded[], books: Books, recorder: Recorder) {
    this.rules = rules
    this.markets = markets
    this.#books = books
    this.#recorder = recorder
  }

  /** A strategy's signal. Entering while holding and leaving while flat are nothing. */
  signal(slot: Slot, given: GivenSignal, values: Values | null): void {
    const wished = { reason: given.signal.reason, time: given.closeTime, values }
    if (given.signal.kind === 'exit') {
      if (slot.leaving !== null || (slot.position.quantity === 0n && slot.entry === null)) return
      if (this.mode === 'halted') return this.#denied(slot, 'exit', wished, deny('halted', 'trading is halted: strategies do not exit'))
      this.#decide(slot, 'exit', wished, 'ordered', '', this.#leave(slot, given.signal.reason, ALL, wished.time))
      return
    }
    if (slot.position.quantity > 0n || slot.leaving !== null) return
    const denial = this.#entryDenial(slot, given)
    if (denial !== null) return this.#denied(slot, 'enter', wished, denial)
    this.enter(slot, given.signal, this.sizeFor(slot), wished)
  }

  /** How much an entry of a slot buys where nobody says otherwise. */
  sizeFor(slot: Slot): Size {
    return slot.size ?? this.rules.sizes?.get(slot.symbol) ?? this.rules.size
  }

  /** An entry by whoever owns the slot, checked for size and risk only. Returns the denial, or null when ordered. */
  enter(slot: Slot, wish: Enter, size: Size, wished: Wished): Denial | null {
    if (slot.entry !== null) {
      // a market entry on its way is as good as done; a resting one is replaced
      if (slot.entry.request.type === 'MARKET') return deny('entry_waiting', 'an entry is on its way already')
      this.#cancel(slot.entry)
      slot.entry = null
      slot.reserved = false
    }
    const draft = draftEntry(slot, wish, size, this.rules, this.#books, this.markets)
    if (draft.kind === 'denial') {
      this.#denied(slot, 'enter', wished, draft)
      return draft
    }
    const intent = this.#intend(slot, 'entry', wished.reason, wished.time)
    const order = this.#order(slot, intent, 'entry', wished.reason, wished.time, draft)
    this.#wishes.set(order.id, wish)
    slot.entry = order
    reserve(slot, order, wish)
    this.#decide(slot, 'enter', wished, 'ordered', '', intent)
    this.actions.push({ kind: 'place', order })
    return null
  }

  /** Leaves a position, or a part of it (base units; 0: all), at the market; a resting entry is cancelled. Returns the intent, or 0. */
  leave(slot: Slot, reason: string, quantity: Quantity, time: Time): number {
    return this.#leave(slot, reason, quantity, time)
  }

  /** A basket's wish to hold less of a member (base units; 0: none of it). */
  leaveBasket(slot: Slot, wished: Wished, quantity: Quantity): void {
    if (slot.leaving !== null) return
    if (this.mode === 'halted') return this.#denied(slot, 'exit', wished, deny('halted', 'trading is halted: strategies do not exit'))
    this.#decide(slot, 'exit', wished, 'ordered', '', this.#leave(slot, wished.reason, quantity, wished.time))
  }

  /** A basket's wish to hold more of a member, for an amount of quote. */
  enterBasket(slot: Slot, wish: Enter, amount: Money, time: Time, values: Values | null): void {
    const wished = { reason: wish.reason, time, values }
    const denial = this.#modeDenial(slot)
    if (denial !== null) this.#denied(slot, 'enter', wished, denial)
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

  /** Something was heard of an order. */
  update(update: OrderUpdate): void {
    const known = this.open.get(update.orderId)
    assert(known !== undefined, `an update of order ${update.orderId}, which is not open`)
    const { order, slot } = known
    const status = transition(order.status, update.event)
    assert(status !== null, `order ${order.id} is ${order.status} and was told to be ${update.event}`)
    order.status = status
    if (update.reason !== '') order.ending = update.reason
    let realised = zero<Money>()
    if (update.fill !== null) {
      order.executed = add(order.executed, update.fill.quantity)
      order.quote = add(order.quote, update.fill.quote)
      realised = this.#books.book(slot, update as OrderUpdate & { fill: NonNullable<OrderUpdate['fill']> })
    }
    const ended = isFinal(status)
    if (ended) this.open.delete(order.id)
    this.#recorder.ordered(order)
    if (update.fill !== null) this.#recorder.filled(update.fill, order, realised)
    if (order.purpose === 'entry') this.#entryUpdated(slot, order, update, ended)
    else if (order.purpose === 'exit') this.#exitUpdated(slot, order, update, ended)
    else this.#protectionUpdated(slot, order, update, ended)
    if (update.fill !== null || ended) this.#recorder.held(slot)
  }

  /** A bar of the market closed: trailing stops follow its high from the next bar on, exits that did not fill are sent again. Prices are floats. */
  closeBar(market: Traded, high: number, time: Time): void {
    for (const slot of market.slots) {
      const { plan } = slot
      if (slot.leaving !== null && slot.exit === null && slot.position.quantity > 0n) {
        this.#sendExit(slot, slot.leaving.reason, time)
        this.#recorder.held(slot)
      } else if (plan !== null && plan.gap > 0n && slot.position.quantity > 0n && slot.leaving === null) {
        const top = priceOf(high)
        if (top <= plan.peak) continue
        plan.peak = top
        const { tick } = market.info.filters
        this.#moveStop(slot, floorTo(trail(plan.stop, plan.peak, plan.gap), tick), 'the trailing stop followed the price', time)
        this.#recorder.held(slot)
      }
    }
  }

  /** A candle of the strategy's own timeframe closed: counts for time limits and expiring entries. */
  closeCandle(slot: Slot, time: Time): void {
    if (slot.entry !== null && slot.expiresAt > 0 && time >= slot.expiresAt) this.#cancel(slot.entry)
    const { plan } = slot
    if (plan === null || slot.position.quantity === 0n || slot.leaving !== null) return
    if (!slot.managed && plan.timeLimit === 0) return
    plan.candles++
    if (plan.timeLimit > 0 && plan.candles >= plan.timeLimit) this.#leave(slot, `held for ${plan.candles} candles`, ALL, time)
    this.#recorder.held(slot)
  }

  /** What `manage` asked for. */
  adjust(slot: Slot, adjustment: Adjustment, time: Time): void {
    if (slot.position.quantity === 0n || slot.leaving !== null) return
    if (adjustment.kind === 'exit') {
      this.#leave(slot, adjustment.reason, ALL, time)
      return
    }
    const { tick } = slot.market.info.filters
    const reason = adjustment.reason ?? 'moved by the strategy'
    if (adjustment.stopLoss !== undefined) {
      const to = toTick(adjustment.stopLoss, tick)
      if (to > (slot.plan?.stop ?? 0n)) this.#moveStop(slot, to, reason, time)
    }
    if (adjustment.takeProfit !== undefined) this.setTarget(slot, toTick(adjustment.takeProfit, tick), time)
  }

  /** A person moves the stop of a position (0: none); down is allowed to people. */
  setStop(slot: Slot, to: Price, time: Time): void {
    this.#moveStop(slot, to, 'moved by hand', time)
    this.#recorder.held(slot)
  }

  /** Moves the target of a position (0: none). */
  setTarget(slot: Slot, to: Price, time: Time): void {
    slot.plan = { ...(slot.plan ?? { ...emptyPlan(), peak: slot.market.last }), target: to }
    this.#protect(slot, time)
    this.#recorder.held(slot)
  }

  /** Changes the mode; from reduce on, open entries are cancelled. */
  setMode(mode: Mode): void {
    this.mode = mode
    if (mode === 'reduced' || mode === 'halted') for (const { order } of this.open.values()) if (order.purpose === 'entry') this.#cancel(order)
  }

  /** A denial of something that never became a draft. */
  denied(slot: Slot, kind: Decision['kind'], wished: Wished, denial: Denial): void {
    this.#denied(slot, kind, wished, denial)
  }

  /** After a start: what a holding lacks on the exchange is sent again. */
  repair(slot: Slot, time: Time): void {
    if (slot.position.quantity === 0n) return
    if (slot.leaving !== null) {
      if (slot.exit === null) this.#sendExit(slot, slot.leaving.reason, time)
      return
    }
    const wanted = slot.plan === null ? [] : tranchesOf(slot.plan, slot.position.quantity, slot.market.info)
    const quantity = (side: 'stopPrice' | 'price'): bigint =>
      slot.protection.reduce((sum, { request, executed }) => sum + (request[side] > 0n ? request.quantity - executed : 0n), 0n)
    const stops = wanted.reduce((sum, tranche) => sum + (tranche.stop > 0n ? tranche.quantity : 0n), 0n)
    const targets = wanted.reduce((sum, tranche) => sum + (tranche.target > 0n ? tranche.quantity : 0n), 0n)
    const targetSide = quantity('price') - (stopTypeOf(slot.market.info) === 'STOP_LOSS' ? 0n : quantity('stopPrice'))
    if (quantity('stopPrice') !== stops || targetSide !== targets) this.#protect(slot, time)
  }

  /** Takes an order from the store back; `wish` is what an entry asked for. */
  restore(order: Order, slot: Slot, wish: Enter | null): void {
    this.open.set(order.id, { order, slot })
    if (order.purpose === 'entry') slot.entry = order
    else if (order.purpose === 'exit') slot.exit = order
    else slot.protection.push(order)
    if (wish === null) return
    this.#wishes.set(order.id, wish)
    reserve(slot, order, wish)
  }

  /** What an open entry asked for: the store keeps it, so that a restart knows the protection to place. */
  wishOf(orderId: number): Enter | null {
    return this.#wishes.get(orderId) ?? null
  }

  #modeDenial(slot: Slot): Denial | null {
    if (slot.quarantined) return deny('quarantined', `${slot.owner} is quarantined: its file is missing or broken`)
    if (!slot.enabled) return deny('disabled', `${slot.owner} is switched off on ${slot.symbol}`)
    const codes: Record<Exclude<Mode, 'running'>, DenialCode> = { paused: 'paused', reduced: 'reduced', halted: 'halted' }
    return this.mode === 'running' ? null : deny(codes[this.mode], `trading is ${this.mode}: no new entries`)
  }

  #entryDenial(slot: Slot, { openTime, closeTime }: GivenSignal): Denial | null {
    const denial = this.#modeDenial(slot)
    if (denial !== null) return denial
    if (slot.stoppedAt >= openTime && slot.stoppedAt < closeTime)
      return deny('stopped_out_in_this_candle', 'the position was stopped out in this candle')
    return null
  }

  #entryUpdated(slot: Slot, order: Order, update: OrderUpdate, ended: boolean): void {
    if (update.fill !== null && slot.leaving === null) {
      const wish = this.#wishes.get(order.id)
      const paid = meanPrice(order.quote, order.executed)
      if (wish !== undefined) slot.plan = planOf(wish, paid, slot.market.info.filters.tick)
      if (slot.plan !== null) this.#protect(slot, update.time)
    }
    if (!ended) return
    this.#wishes.delete(order.id)
    if (slot.entry === order) {
      slot.entry = null
      slot.expiresAt = 0 as Time
      slot.reserved = false
    }
    if (order.status === 'rejected' || (order.status === 'expired' && order.executed === 0n)) {
      const code = order.request.guard > 0n && order.ending.includes('stop') ? 'open_beyond_stop' : 'order_rejected'
      this.#denied(slot, 'enter', { reason: order.reason, time: update.time, values: null }, deny(code, order.ending))
    }
    if (slot.position.quantity === 0n) slot.plan = null
    else this.#flatIfDust(slot, update.time, 'what was bought is too little to sell')
  }

  #exitUpdated(slot: Slot, order: Order, update: OrderUpdate, ended: boolean): void {
    if (!ended) return
    if (slot.exit === order) slot.exit = null
    if (this.#flatIfDust(slot, update.time, order.reason)) return
    // part of the position was to go and went: protect what is left; else the exit is sent again at the next close
    if (slot.leaving !== null && slot.leaving.quantity > 0n && order.status === 'filled') {
      slot.leaving = null
      this.#protect(slot, update.time)
    }
  }

  #protectionUpdated(slot: Slot, order: Order, update: OrderUpdate, ended: boolean): void {
    if (ended) {
      const place = slot.protection.indexOf(order)
      if (place >= 0) slot.protection.splice(place, 1)
    }
    if (update.event === 'rejected' && isUnprotected(slot)) {
      this.#leave(slot, `the stop could not be placed (${order.ending})`, ALL, update.time)
      return
    }
    const stopped = order.request.stopPrice > 0n
    if (update.fill !== null && stopped) slot.stoppedAt = update.time
    const reason = stopped ? (slot.plan !== null && slot.plan.gap > 0n ? 'trailing stop' : 'stop loss') : 'take profit'
    if (update.fill !== null && this.#flatIfDust(slot, update.time, reason)) return
    if (update.fill !== null && !stopped && order.status === 'filled' && slot.plan?.partial != null) slot.plan.partialDone = true
    // a stop that found too little volume: the rest goes at the market
    if (ended && stopped && order.executed > 0n && order.status === 'expired') this.#leave(slot, reason, ALL, update.time)
  }

  // Ends the round trip when nothing sellable is left. True when it did.
  #flatIfDust(slot: Slot, time: Time, reason: string): boolean {
    const { position, market } = slot
    const { step, minQuantity } = market.info.filters
    const sellable = floorTo(position.quantity, step)
    if (sellable > 0n && sellable >= minQuantity) return false
    if (slot.entry !== null && !isFinal(slot.entry.status)) return false
    const { trip, dust } = this.#books.end(slot, time)
    this.#unprotect(slot)
    slot.plan = null
    slot.leaving = null
    if (dust > 0n) this.#recorder.dust(slot.owner, slot.symbol, dust, time)
    this.#recorder.closed(trip, reason)
    return true
  }

  #leave(slot: Slot, reason: string, quantity: Quantity, time: Time): number {
    if (slot.entry !== null) this.#cancel(slot.entry)
    if (slot.position.quantity === 0n || slot.exit !== null) return 0
    slot.leaving = { reason, quantity }
    this.#unprotect(slot)
    const intent = this.#sendExit(slot, reason, time)
    this.#recorder.held(slot)
    return intent
  }

  #sendExit(slot: Slot, reason: string, time: Time): number {
    const { step } = slot.market.info.filters
    const wanted = slot.leaving !== null && slot.leaving.quantity > 0n ? slot.leaving.quantity : slot.position.quantity
    const quantity = floorTo(wanted < slot.position.quantity ? wanted : slot.position.quantity, step)
    if (quantity === 0n) return 0
    const intent = this.#intend(slot, 'exit', reason, time)
    const order = this.#order(slot, intent, 'exit', reason, time, market(quantity))
    slot.exit = order
    this.actions.push({ kind: 'place', order })
    return intent
  }

  #moveStop(slot: Slot, to: Price, reason: string, time: Time): void {
    const plan = slot.plan ?? { ...emptyPlan(), peak: slot.market.last }
    const from = plan.stop
    if (to === from) return
    slot.plan = { ...plan, stop: to }
    this.#recorder.stopMoved({
      owner: slot.owner,
      symbol: slot.symbol,
      time,
      from: from as bigint as Money,
      to: to as bigint as Money,
      reason,
    })
    this.#protect(slot, time)
  }

  // Brings what rests on the exchange in line with the plan.
  #protect(slot: Slot, time: Time): void {
    const { plan, position, market: traded } = slot
    if (plan === null) return
    this.#unprotect(slot)
    for (const tranche of tranchesOf(plan, position.quantity, traded.info)) this.#guard(slot, tranche, time)
  }

  #unprotect(slot: Slot): void {
    for (const order of slot.protection) if (order.request.pairedWith === 0 || order.request.stopPrice > 0n) this.#cancel(order)
    slot.protection.length = 0
  }

  #guard(slot: Slot, { quantity, stop, target }: Tranche, time: Time): void {
    const { info } = slot.market
    const intent = this.#intend(slot, 'protection', 'protect the position', time)
    const type = stopTypeOf(info)
    const paired = stop > 0n && target > 0n
    const first = this.orderCount + 1
    const sell = { ...market(quantity), guard: zero<Price>() }
    const orders: Order[] = []
    if (stop > 0n) {
      const price = type === 'STOP_LOSS_LIMIT' ? stopLimitOf(stop, info.filters.tick) : zero<Price>()
      orders.push(this.#order(slot, intent, 'protection', 'stop loss', time, { ...sell, type, stopPrice: stop, price, pairedWith: paired ? first + 1 : 0 }))
    }
    if (target > 0n)
      orders.push(
        this.#order(slot, intent, 'protection', 'take profit', time, {
          ...sell,
          type: paired ? 'LIMIT_MAKER' : 'LIMIT',
          price: target,
          pairedWith: paired ? first : 0,
        }),
      )
    slot.protection.push(...orders)
    if (paired) this.actions.push({ kind: 'pair', first: orders[0]!, second: orders[1]! })
    else for (const order of orders) this.actions.push({ kind: 'place', order })
  }

  #intend(slot: Slot, purpose: Purpose, reason: string, time: Time): number {
    const number = ++this.intentCount
    this.#recorder.intended({ number, owner: slot.owner, symbol: slot.symbol, purpose, reason, time })
    return number
  }

  #order(slot: Slot, intent: number, purpose: Purpose, reason: string, time: Time, draft: Drafted): Order {
    const id = ++this.orderCount
    const request: OrderRequest = {
      id,
      symbol: slot.symbol,
      side: purpose === 'entry' ? 'BUY' : 'SELL',
      type: draft.type,
      quantity: draft.quantity,
      quoteAmount: draft.quoteAmount,
      price: draft.price,
      stopPrice: draft.stopPrice,
      timeInForce: 'GTC',
      guard: draft.guard,
      pairedWith: draft.pairedWith ?? 0,
    }
    const order: Order = {
      id,
      intent,
      owner: slot.owner,
      purpose,
      request,
      createdAt: time,
      reason,
      status: 'sending',
      executed: zero(),
      quote: zero(),
      ending: '',
    }
    this.open.set(id, { order, slot })
    this.#recorder.ordered(order)
    return order
  }

  #cancel(order: Order): void {
    if (!isFinal(order.status)) this.actions.push({ kind: 'cancel', order })
  }

  #denied(slot: Slot, kind: Decision['kind'], wished: Wished, denial: Denial): void {
    this.#decide(slot, kind, wished, denial.code, denial.message, 0)
  }

  #decide(slot: Slot, kind: Decision['kind'], { reason, time, values }: Wished, outcome: string, message: string, intent: number): void {
    const price = toNumber(slot.market.last)
    this.#recorder.decided({ owner: slot.owner, symbol: slot.symbol, kind, reason, time, price, outcome, message, values, intent })
  }
}

type Drafted = Omit<Draft, 'kind'> & { readonly pairedWith?: number }

const market = (quantity: Quantity): Drafted => ({
  type: 'MARKET',
  quantity,
  quoteAmount: zero(),
  price: zero(),
  stopPrice: zero(),
  guard: zero(),
})

// What a resting entry keeps for itself: a stop order of the symbol, and when it ends.
function reserve(slot: Slot, order: Order, wish: Enter): void {
  slot.reserved = wish.stopLoss !== null || wish.trailing !== null
  const candles = wish.at?.expires?.candles ?? 0
  slot.expiresAt = (candles > 0 && slot.span > 0 ? order.createdAt + candles * slot.span : 0) as Time
}

const isUnprotected = (slot: Slot): boolean => slot.position.quantity > 0n && slot.leaving === null
