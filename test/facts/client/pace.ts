/** Keeps a run within the limits that the exchange tells: before one is reached, it waits for the window's end. */
import type { Seen } from '../seen.ts'
import type { Reply } from './rest.ts'

const MINUTE = 60_000
const TEN_SECONDS = 10_000
// what is kept free: a card may place so many orders, and use so much weight, without being asked
const ORDERS_KEPT = 8
const WEIGHT_KEPT = 800

/** What was used of the limits. */
export class Pace {
  readonly #weight: number
  readonly #orders: number
  readonly #now: () => number
  /** Frees the windows where that can be done. */
  readonly #forgive: (() => Promise<void>) | null
  #used = { weight: 0, orders: 0, at: 0 }

  /** `rateLimits`: as exchangeInfo lists them. */
  constructor(rateLimits: readonly Seen[], now: () => number, forgive: (() => Promise<void>) | null) {
    const limit = (type: string, interval: string): number =>
      Number(rateLimits.find(row => row.at('rateLimitType') === type && row.at('interval') === interval)?.at('limit') ?? Infinity)
    this.#weight = limit('REQUEST_WEIGHT', 'MINUTE')
    this.#orders = limit('ORDERS', 'SECOND')
    this.#now = now
    this.#forgive = forgive
  }

  /** Reads what an answer tells. */
  note({ headers }: Reply): void {
    const [weight, orders] = [headers.get('x-mbx-used-weight-1m'), headers.get('x-mbx-order-count-10s')]
    this.#used = { weight: Number(weight ?? this.#used.weight), orders: Number(orders ?? this.#used.orders), at: this.#now() }
  }

  /** Waits where an order more might be too many, or the weight comes near its limit. */
  async wait(): Promise<void> {
    const { weight, orders, at } = this.#used
    const now = this.#now()
    const slow = sameSlot(now, at, MINUTE) && weight > this.#weight - WEIGHT_KEPT
    const many = sameSlot(now, at, TEN_SECONDS) && orders > this.#orders - ORDERS_KEPT
    if (!slow && !many) return
    this.#used = { weight: 0, orders: 0, at: now }
    if (this.#forgive !== null) return this.#forgive()
    const length = slow ? MINUTE : TEN_SECONDS
    await new Promise(resolve => setTimeout(resolve, length - (now % length) + 200))
  }
}

const sameSlot = (one: number, other: number, length: number): boolean => Math.floor(one / length) === Math.floor(other / length)
