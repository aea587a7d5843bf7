/**
 * Protection and exits. One rule keeps a position from being sold twice: nothing new is sent for it until what rested for it before has
 * ended, since a cancel and a fill may race; what is sent then is worked out from what is really held.
 */
import { type Denial, deny } from '#domain/denial.ts'
import type { Recorder } from '#domain/journal.ts'
import { floorTo, type Price, type Quantity, zero } from '#domain/money.ts'
import { type Order, type OrderUpdate, PAIR_REACHED, REPLACE_MISSED, TAKEN_OFF } from '#domain/order.ts'
import { emptyPlan, type Plan } from '#domain/slot.ts'
import type { SymbolInfo } from '#domain/symbol.ts'
import type { Time } from '#domain/time.ts'
import { type Cause, type Draft, type Orders, sale } from './orders.ts'
import { stopLimitOf, stopTypeOf, tooLittleYet, type Tranche, tranchesOf } from './protection.ts'
import { ALL, hasStopLimit, type Slot } from './slot.ts'

/** Leaves positions and protects them. */
export class Exits {
  readonly #orders: Orders
  readonly #recorder: Recorder

  constructor(orders: Orders, recorder: Recorder) {
    this.#orders = orders
    this.#recorder = recorder
  }

  /**
   * Leaves a position, or a part of it (base units; 0: all), at the market; an entry is cancelled, and what it brings all the same is sold. The
   * intent, or 0 when there is none yet.
   */
  leave(slot: Slot, reason: string, quantity: Quantity, time: Time): number {
    const held = slot.position.quantity > 0n
    if (slot.entry === null && !held) return 0
    this.#orders.cancelEntries(slot, null)
    if (slot.exit !== null && quantity > 0n) return 0
    // where a part is on its way the rest follows it
    slot.leaving = { reason, quantity: held ? quantity : ALL }
    slot.refused = ''
    this.withdraw(slot)
    const intent = this.proceed(slot, time)
    this.#recorder.held(slot)
    return intent
  }

  /** Sends what a position lacks once nothing rests for it: its exit, or its protection. The intent of an exit, or 0. */
  proceed(slot: Slot, time: Time): number {
    if (slot.protection.length > 0 || slot.position.quantity === 0n) return 0
    slot.withdrawing = false
    if (slot.leaving !== null) return slot.exit === null ? this.#sendExit(slot, slot.leaving.reason, slot.leaving.quantity, time) : 0
    if (slot.plan !== null) this.#guardAll(slot, slot.plan, time)
    return 0
  }

  /**
   * Brings what rests on the exchange in line with the plan: where one stop takes the place of another in one step, so that the position is
   * never without. While the exchange has not said what became of such a step it is waited for; `settled` goes on from there.
   */
  protect(slot: Slot, time: Time): void {
    if (slot.leaving === null && !slot.withdrawing && (replacing(slot) || this.#replaced(slot, time))) return
    this.withdraw(slot)
    this.proceed(slot, time)
  }

  /** A protection order stands: where the plan went on meanwhile, it is put in line. */
  settled(slot: Slot, time: Time): void {
    if (astray(slot)) this.protect(slot, time)
  }

  /** Takes back what rests for a position. */
  withdraw(slot: Slot): void {
    if (!slot.withdrawing && slot.protection.length > 0) this.#takeBack(slot)
  }

  /** True where the stops and targets that rest do not cover what is held. */
  uncovered(slot: Slot): boolean {
    const { plan, position, protection, market } = slot
    if (plan === null || position.quantity === 0n || slot.leaving !== null) return false
    const wanted = tranchesOf(plan, position.quantity, market.info)
    const stopped = (order: Order): boolean => order.request.stopPrice > 0n
    const resting = (which: (order: Order) => boolean): bigint =>
      protection.reduce((sum, order) => sum + (which(order) ? order.request.quantity - order.executed : 0n), 0n)
    const need = (which: 'stop' | 'target'): bigint =>
      wanted.reduce((sum, tranche) => sum + (tranche[which] > 0n ? tranche.quantity : 0n), 0n)
    return resting(stopped) < need('stop') || resting(order => !stopped(order)) < need('target')
  }

  /** True while an entry has brought too little yet to be protected by itself: more follows mostly. */
  waits({ entry, plan, position, market }: Slot): boolean {
    return entry !== null && plan !== null && tooLittleYet(plan, position.quantity, market.info)
  }

  /**
   * Leaves a position where a bar closed under the limit of its stop: that was triggered, and waits now for the price to come back. A bar that
   * began before the stop was made says nothing of it. True where it did.
   */
  leftWhereJumped(slot: Slot, barFrom: Time, time: Time): boolean {
    const { last } = slot.market
    if (!hasStopLimit(slot) || last === 0n) return false
    const isOver = ({ request: { type, price }, createdAt }: Order): boolean =>
      type === 'STOP_LOSS_LIMIT' && last < price && createdAt <= barFrom
    if (!slot.protection.some(isOver)) return false
    this.leave(slot, JUMPED, ALL, time)
    return true
  }

  /**
   * Leaves a position where quotes say for a second that even sellers ask for less than the limit of its stop. One by itself may be wrong, and
   * where only buyers are far away nobody need have traded there.
   */
  leftWhereAskedUnder(slot: Slot, ask: Price, time: Time): void {
    const isOver = ({ request: { type, price }, status }: Order): boolean =>
      type === 'STOP_LOSS_LIMIT' && ask < price && (status === 'open' || status === 'partly_filled')
    const over = slot.leaving === null ? slot.protection.find(isOver) : undefined
    if (over === undefined) slot.underSince = 0 as Time
    // what was said of an earlier stop is nothing
    else if (slot.underSince === 0 || slot.underSince < over.createdAt) slot.underSince = time
    else if (time - slot.underSince >= QUOTES_AGREE_MS) this.leave(slot, JUMPED, ALL, time)
  }

  /**
   * What people are to know of a protection order that has ended, and of which level (`reason`: of the order's own): its target was refused, and
   * the stop goes on without; or the exchange took it back by itself, and another is on its way. Null: nothing.
   */
  setback(slot: Slot, order: Order, update: OrderUpdate, reason: string): { readonly reason: string; readonly denial: Denial } | null {
    if (this.#leavesTargetsOut(slot, order))
      return { reason: 'take profit', denial: deny('order_rejected', `the target is left out: ${order.ending}`) }
    // both orders of a pair go together
    if (update.reason !== TAKEN_OFF || (order.request.pairedWith > 0 && order.request.stopPrice === 0n)) return null
    return { reason, denial: deny('protection_taken_back', `${TAKEN_OFF}: it is put up again, and nothing is sold`) }
  }

  // Leaves the targets out of a plan where an order was refused for one that is too far from the price: its stop goes on without. True where it did.
  #leavesTargetsOut(slot: Slot, order: Order): boolean {
    const { plan } = slot
    if (plan === null || (plan.target === 0n && plan.partial === null) || !isTooFar(order)) return false
    slot.plan = { ...plan, target: zero(), partial: null }
    return true
  }

  /** A protection order of a position that is still held has ended: leaves it (`reason`: as what that order was), or sends what it lacks now. */
  goOn(slot: Slot, order: Order, update: OrderUpdate, reason: string): void {
    const { request, status, ending } = order
    const { time } = update
    // its stop was reached, and stands as a limit order or is selling: what comes of that is heard by itself
    if (update.reason === PAIR_REACHED && request.stopPrice === 0n && slot.protection.length > 0) return
    const missed = update.reason === REPLACE_MISSED
    // one that was not tried, or was for more than is held by now, says nothing about the next
    const refused = update.event === 'rejected' && !missed && !isTooFar(order) && request.quantity <= slot.position.quantity
    const unreached = update.reason === PAIR_REACHED || update.reason === TAKEN_OFF
    const short = request.stopPrice > 0n && status === 'expired' && !unreached
    // a stop that was refused, or found too little volume: the position goes at the market
    if (refused) this.leave(slot, `the protection could not be placed: ${ending}`, ALL, time)
    else if (short) this.leave(slot, reason, ALL, time)
    // what it was to replace has ended too, or is about to: of that is heard by itself
    else if (missed && slot.protection.length > 0) return
    else if (!slot.withdrawing && (this.uncovered(slot) || astray(slot))) this.protect(slot, time)
  }

  /** Moves the stop of a position (0: none) and puts its protection in line. */
  moveStop(slot: Slot, to: Price, reason: string, time: Time): void {
    const plan = slot.plan ?? { ...emptyPlan(), peak: slot.market.last }
    const from = plan.stop
    if (to === from) return
    slot.plan = { ...plan, stop: to }
    const { owner, symbol } = slot
    this.#recorder.stopMoved({ owner, symbol, time, from, to, reason })
    this.protect(slot, time)
  }

  #takeBack(slot: Slot): void {
    slot.withdrawing = true
    const { protection } = slot
    // the exchange takes both orders of a pair back at once
    for (const order of protection)
      if (!protection.some(({ id }) => id < order.id && id === order.request.pairedWith)) this.#orders.cancel(order)
  }

  // Sends a stop in the place of the one that rests. False where that is not all there is to do.
  #replaced(slot: Slot, time: Time): boolean {
    const { protection, plan, position, market, entry, exit } = slot
    const [old] = protection
    if (plan === null || old === undefined || !restsAlone(slot) || entry !== null || exit !== null) return false
    const [wanted, ...more] = tranchesOf(plan, position.quantity, market.info)
    if (wanted === undefined || more.length > 0 || wanted.stop === 0n || wanted.target > 0n) return false
    if (!astray(slot)) return true
    const intent = this.#orders.intend({ slot, purpose: 'protection', reason: PROTECT, time })
    const by = this.#protection(slot, intent, 'stop loss', stopSale(market.info, wanted.quantity, wanted.stop, 0), time)
    this.#orders.replace(old, by)
    return true
  }

  #guardAll(slot: Slot, plan: Plan, time: Time): void {
    for (const tranche of tranchesOf(plan, slot.position.quantity, slot.market.info)) this.#guard(slot, tranche, time)
  }

  #sendExit(slot: Slot, reason: string, part: Quantity, time: Time): number {
    const held = slot.position.quantity
    const quantity = floorTo(atOnce(slot.market.info, part > 0n && part < held ? part : held), slot.market.info.filters.step)
    if (quantity === 0n) return 0
    const cause: Cause = { slot, purpose: 'exit', reason, time }
    const intent = this.#orders.intend(cause)
    slot.exit = this.#orders.create(cause, intent, sale('MARKET', quantity, zero(), zero(), 0))
    this.#orders.place(slot.exit)
    return intent
  }

  #guard(slot: Slot, { quantity, stop, target }: Tranche, time: Time): void {
    const { info } = slot.market
    const intent = this.#orders.intend({ slot, purpose: 'protection', reason: PROTECT, time })
    const paired = stop > 0n && target > 0n
    const first = this.#orders.orderCount + 1
    const stopping =
      stop > 0n ? this.#protection(slot, intent, 'stop loss', stopSale(info, quantity, stop, paired ? first + 1 : 0), time) : null
    if (target === 0n) return this.#orders.place(stopping!)
    const type = paired ? 'LIMIT_MAKER' : 'LIMIT'
    const taking = this.#protection(slot, intent, 'take profit', sale(type, quantity, target, zero(), paired ? first : 0), time)
    if (stopping === null) this.#orders.place(taking)
    else this.#orders.placePair(stopping, taking)
  }

  #protection(slot: Slot, intent: number, reason: string, draft: Draft, time: Time): Order {
    const order = this.#orders.create({ slot, purpose: 'protection', reason, time }, intent, draft)
    slot.protection.push(order)
    return order
  }
}

const PROTECT = 'protect the position'
const JUMPED = 'the price jumped over the limit of the stop'
const QUOTES_AGREE_MS = 1_000

const standsAlone = ({ request }: Order): boolean => request.stopPrice > 0n && request.pairedWith === 0

// A target, or a stop that was sent with one, and the price of one of them is not among those that the exchange takes now.
const isTooFar = (order: Order): boolean =>
  order.status === 'rejected' && !standsAlone(order) && /PERCENT_PRICE|off the grid/.test(order.ending)

// One stop rests, and nothing else.
function restsAlone({ protection }: Slot): boolean {
  const [order] = protection
  return protection.length === 1 && standsAlone(order!) && (order!.status === 'open' || order!.status === 'partly_filled')
}

// One stop is taking the place of another. A plan never has two by themselves, so that these need no mark that a restart could lose.
function replacing({ protection, entry }: Slot): boolean {
  const [one, other] = protection
  if (one === undefined || !standsAlone(one)) return false
  if (other !== undefined) return protection.length === 2 && standsAlone(other)
  return entry === null && (one.status === 'sending' || one.status === 'unknown')
}

// One stop rests alone and is not the one that the plan has by now, or not for what is held.
function astray(slot: Slot): boolean {
  const { plan, protection, position, leaving, withdrawing, market } = slot
  if (plan === null || leaving !== null || withdrawing || !restsAlone(slot)) return false
  // until its part is sold a plan has targets: what rests then is of several
  if (plan.partial !== null && !plan.partialDone) return false
  const { request, executed } = protection[0]!
  const beyond = (position.quantity as bigint) - request.quantity + executed
  return request.stopPrice !== plan.stop || plan.target > 0n || beyond < 0n || (beyond > 0n && beyond >= market.info.filters.step)
}

// As much of it as one market order takes: what is left follows once that is sold.
const atOnce = ({ filters: { maxQuantity, maxMarketQuantity } }: SymbolInfo, quantity: Quantity): Quantity =>
  [maxQuantity, maxMarketQuantity].reduce((least, most) => (most > 0n && most < least ? most : least), quantity)

function stopSale(info: SymbolInfo, quantity: Quantity, stop: Price, pairedWith: number): Draft {
  const type = stopTypeOf(info)
  return sale(type, quantity, type === 'STOP_LOSS_LIMIT' ? stopLimitOf(stop, info.filters.tick) : zero(), stop, pairedWith)
}
