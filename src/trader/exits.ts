/**
 * Protection and exits. One rule keeps a position from being sold twice: nothing new is sent for it until what rested for it before has
 * ended, since a cancel and a fill may race; what is sent then is worked out from what is really held.
 */
import type { Recorder } from '#domain/journal.ts'
import { floorTo, type Money, type Price, type Quantity, zero } from '#domain/money.ts'
import type { Order } from '#domain/order.ts'
import { emptyPlan, type Plan } from '#domain/slot.ts'
import type { SymbolInfo } from '#domain/symbol.ts'
import type { Time } from '#domain/time.ts'
import { type Cause, type Draft, type Orders, sale } from './orders.ts'
import { stopLimitOf, stopTypeOf, type Tranche, tranchesOf } from './protection.ts'
import type { Slot } from './slot.ts'

/** Leaves positions and protects them. */
export class Exits {
  readonly #orders: Orders
  readonly #recorder: Recorder

  constructor(orders: Orders, recorder: Recorder) {
    this.#orders = orders
    this.#recorder = recorder
  }

  /** Leaves a position, or a part of it (base units; 0: all), at the market; a resting entry is cancelled. The intent, or 0 when there is none yet. */
  leave(slot: Slot, reason: string, quantity: Quantity, time: Time): number {
    if (slot.entry !== null) this.#orders.cancel(slot.entry)
    if (slot.position.quantity === 0n || slot.exit !== null) return 0
    slot.leaving = { reason, quantity }
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

  /** Brings what rests on the exchange in line with the plan. */
  protect(slot: Slot, time: Time): void {
    this.withdraw(slot)
    this.proceed(slot, time)
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

  /** Moves the stop of a position (0: none) and puts its protection in line. */
  moveStop(slot: Slot, to: Price, reason: string, time: Time): void {
    const plan = slot.plan ?? { ...emptyPlan(), peak: slot.market.last }
    const from = plan.stop
    if (to === from) return
    slot.plan = { ...plan, stop: to }
    const { owner, symbol } = slot
    this.#recorder.stopMoved({ owner, symbol, time, from: from as bigint as Money, to: to as bigint as Money, reason })
    this.protect(slot, time)
  }

  #takeBack(slot: Slot): void {
    slot.withdrawing = true
    const { protection } = slot
    // the exchange takes both orders of a pair back at once
    for (const order of protection)
      if (!protection.some(({ id }) => id < order.id && id === order.request.pairedWith)) this.#orders.cancel(order)
  }

  #guardAll(slot: Slot, plan: Plan, time: Time): void {
    for (const tranche of tranchesOf(plan, slot.position.quantity, slot.market.info)) this.#guard(slot, tranche, time)
  }

  #sendExit(slot: Slot, reason: string, part: Quantity, time: Time): number {
    const held = slot.position.quantity
    const quantity = floorTo(part > 0n && part < held ? part : held, slot.market.info.filters.step)
    if (quantity === 0n) return 0
    const cause: Cause = { slot, purpose: 'exit', reason, time }
    const intent = this.#orders.intend(cause)
    slot.exit = this.#orders.create(cause, intent, sale('MARKET', quantity, zero(), zero(), 0))
    this.#orders.place(slot.exit)
    return intent
  }

  #guard(slot: Slot, { quantity, stop, target }: Tranche, time: Time): void {
    const { info } = slot.market
    const intent = this.#orders.intend({ slot, purpose: 'protection', reason: 'protect the position', time })
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

function stopSale(info: SymbolInfo, quantity: Quantity, stop: Price, pairedWith: number): Draft {
  const type = stopTypeOf(info)
  return sale(type, quantity, type === 'STOP_LOSS_LIMIT' ? stopLimitOf(stop, info.filters.tick) : zero(), stop, pairedWith)
}
