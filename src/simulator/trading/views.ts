/** Orders and balances as they were a while ago: what queries show while a cache lags behind the engine. */
import type { Balance } from '#matching/wallet.ts'
import type { Order } from './order.ts'

const KEPT_ORDER = 16
const KEPT_BALANCES = 256

interface Seen<Thing> {
  readonly at: number
  readonly what: Thing
}

/** Remembers changes for as long as a lag may ask for. */
export class Views {
  readonly #orders = new Map<number, Seen<Order>[]>()
  #balances: Seen<readonly Balance[]>[] = []

  /** An order has changed. */
  note(order: Order, at: number): void {
    const seen = this.#orders.get(order.id) ?? []
    seen.push({ at, what: { ...order, trades: [...order.trades] } })
    if (seen.length > KEPT_ORDER) seen.shift()
    this.#orders.set(order.id, seen)
  }
  /** Balances have changed. */
  noteBalances(balances: readonly Balance[], at: number): void {
    this.#balances.push({ at, what: balances.map(balance => ({ ...balance })) })
    if (this.#balances.length > KEPT_BALANCES) this.#balances.shift()
  }

  /** An order as it was at a time; null where it was not there yet. */
  order(id: number, at: number): Order | null {
    return this.#orders.get(id)?.findLast(seen => seen.at <= at)?.what ?? null
  }
  /** All balances as they were at a time; null where nothing is known of then. */
  balances(at: number): readonly Balance[] | null {
    return this.#balances.findLast(seen => seen.at <= at)?.what ?? null
  }
}
