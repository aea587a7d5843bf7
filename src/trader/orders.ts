/** Intents and orders of one account: numbers them, writes them down, and collects what shall be done on the exchange. */
import type { Recorder } from '#domain/journal.ts'
import { type Money, type Price, type Quantity, zero } from '#domain/money.ts'
import { type Action, isFinal, type Order, type OrderRequest, type OrderType, type Purpose } from '#domain/order.ts'
import type { Time } from '#domain/time.ts'
import type { Slot } from './slot.ts'

/** What an order asks for, before it has a number. */
export interface Drafted {
  readonly type: OrderType
  readonly quantity: Quantity
  readonly quoteAmount: Money
  readonly price: Price
  readonly stopPrice: Price
  readonly guard: Price
  readonly pairedWith?: number
}

/** Whose order it is, what for, why, and when. */
export interface Cause {
  readonly slot: Slot
  readonly purpose: Purpose
  readonly reason: string
  readonly time: Time
}

/** A market order for a quantity. */
export const atMarket = (quantity: Quantity): Drafted => ({
  type: 'MARKET',
  quantity,
  quoteAmount: zero(),
  price: zero(),
  stopPrice: zero(),
  guard: zero(),
})

/** The orders of an account that have not ended. */
export class Orders {
  actions: Action[] = []
  intentCount = 0
  orderCount = 0
  /** By id, with their slot. */
  readonly open = new Map<number, { readonly order: Order; readonly slot: Slot }>()
  readonly #recorder: Recorder

  constructor(recorder: Recorder) {
    this.#recorder = recorder
  }

  /** Writes an intent down. Its number. */
  intend({ slot, purpose, reason, time }: Cause): number {
    const number = ++this.intentCount
    this.#recorder.intended({ number, owner: slot.owner, symbol: slot.symbol, purpose, reason, time })
    return number
  }

  /** Makes an order of an intent and writes it down. It is sent by an action. */
  create({ slot, purpose, reason, time }: Cause, intent: number, draft: Drafted): Order {
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

  /** Sends an order. */
  place(order: Order): void {
    this.actions.push({ kind: 'place', order })
  }

  /** Sends a one-cancels-the-other pair. */
  placePair(first: Order, second: Order): void {
    this.actions.push({ kind: 'pair', first, second })
  }

  /** Takes an order back, if it has not ended. */
  cancel(order: Order): void {
    if (!isFinal(order.status)) this.actions.push({ kind: 'cancel', order })
  }
}
