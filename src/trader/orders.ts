/** Intents and orders of one account: numbers them, writes them down, and collects what shall be done on the exchange. */
import type { Recorder } from '#domain/journal.ts'
import { type Money, type Price, type Quantity, zero } from '#domain/money.ts'
import { type Action, isFinal, LATE_KNOWN, type Order, type OrderRequest, type OrderType, type Purpose } from '#domain/order.ts'
import { Pile } from '#domain/pile.ts'
import type { Enter } from '#domain/signal.ts'
import type { Time } from '#domain/time.ts'
import type { Slot } from './slot.ts'

/** What an order asks for, before it has a number. */
export interface Draft {
  readonly kind: 'draft'
  readonly type: OrderType
  readonly quantity: Quantity
  readonly quoteAmount: Money
  readonly price: Price
  readonly stopPrice: Price
  /** The stop that an entry comes with, as a price; 0: none, or known only once paid. */
  readonly guard: Price
  /** The other order of a one-cancels-the-other pair, by id, or 0. */
  readonly pairedWith: number
}

/** Whose order it is, what for, why, and when. */
export interface Cause {
  readonly slot: Slot
  readonly purpose: Purpose
  readonly reason: string
  readonly time: Time
}

/** A sale of a quantity: at the market, or at a limit (`price`) or from a stop on (`stopPrice`); 0: none. */
export const sale = (type: OrderType, quantity: Quantity, price: Price, stopPrice: Price, pairedWith: number): Draft => ({
  kind: 'draft',
  type,
  quantity,
  quoteAmount: zero(),
  price,
  stopPrice,
  guard: zero(),
  pairedWith,
})

/** An order that has not ended, with its slot and, for an entry, what was asked for. */
export interface OpenOrder {
  readonly order: Order
  readonly slot: Slot
  readonly wish: Enter | null
}

// Never written into: one array for all that is empty, so that none has to be made.
const NONE_OPEN: OpenOrder[] = []

/** Open orders by id. They are few: looking through them is cheaper than keeping a table. */
class OpenOrders {
  #list: OpenOrder[] = NONE_OPEN

  /** How many there are. */
  get size(): number {
    return this.#list.length
  }

  /** All of them, oldest first. */
  values(): readonly OpenOrder[] {
    return this.#list
  }

  /** One by id, or undefined. */
  get(id: number): OpenOrder | undefined {
    const list = this.#list
    for (let o = 0; o < list.length; o++) if (list[o]!.order.id === id) return list[o]
    return undefined
  }

  add(open: OpenOrder): void {
    if (this.#list.length === 0) this.#list = [open]
    else this.#list.push(open)
  }

  delete(open: OpenOrder): void {
    if (this.#list.length === 1) this.#list = NONE_OPEN
    else this.#list.splice(this.#list.indexOf(open), 1)
  }
}

/** Orders that ended without filling, the last so many: a trade of one that is told late is booked all the same. */
class EndedOrders {
  readonly #list: OpenOrder[] = []
  #next = 0

  add(ended: OpenOrder): void {
    this.#list[this.#next] = ended
    this.#next = (this.#next + 1) % LATE_KNOWN
  }

  /** One by id, or undefined. */
  get(id: number): OpenOrder | undefined {
    for (const ended of this.#list) if (ended.order.id === id) return ended
    return undefined
  }
}

/** The orders of an account that have not ended. */
export class Orders {
  /** What shall be done on the exchange, in order: whoever does it takes it or clears it. */
  readonly actions = new Pile<Action>()
  intentCount = 0
  orderCount = 0
  readonly open = new OpenOrders()
  readonly ended = new EndedOrders()
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
  create({ slot, purpose, reason, time }: Cause, intent: number, draft: Draft, wish: Enter | null = null): Order {
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
      pairedWith: draft.pairedWith,
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
    this.open.add({ order, slot, wish })
    this.#recorder.ordered(order)
    return order
  }

  /** An order has ended: it is open no more. */
  end(known: OpenOrder): void {
    this.open.delete(known)
    if (known.order.status !== 'filled') this.ended.add(known)
  }

  /** Sends an order. */
  place(order: Order): void {
    this.actions.add({ kind: 'place', order })
  }

  /** Sends a one-cancels-the-other pair. */
  placePair(first: Order, second: Order): void {
    this.actions.add({ kind: 'pair', first, second })
  }

  /** Takes an order back, if it has not ended. */
  cancel(order: Order): void {
    if (!isFinal(order.status)) this.actions.add({ kind: 'cancel', order })
  }

  /** Takes the entries of a slot back that have not ended, but for one. */
  cancelEntries(slot: Slot, but: Order | null): void {
    for (const { order, slot: of } of this.open.values()) if (of === slot && order !== but && order.purpose === 'entry') this.cancel(order)
  }

  /** Sends an order in the place of one that rests: never both. */
  replace(order: Order, by: Order): void {
    this.actions.add({ kind: 'replace', order, by })
  }
}
