/** Request weight of an address and unfilled orders of the account: fixed clock windows, 429, and 418 for whoever does not stop. */
import { ApiError } from './errors.ts'

/** How much is allowed, and when a client that goes on is banned. */
export interface LimitSetup {
  /** Weight a minute. */
  readonly weight: number
  /** Unfilled orders in ten seconds, and in a day. */
  readonly orders10s: number
  readonly orders1d: number
  /** Connections of WebSockets in five minutes. */
  readonly connections: number
  /** Requests sent against a 429 before the ban. */
  readonly patience: number
}

/** Binance's limits, as its documentation prints them. */
export const usualLimits: LimitSetup = { weight: 6000, orders10s: 50, orders1d: 160_000, connections: 300, patience: 10 }

const MINUTE = 60_000
const FIRST_BAN = 2 * MINUTE
const LONGEST_BAN = 3 * 24 * 60 * MINUTE

// A window that starts at full minutes, ten seconds, days.
class Window {
  readonly length: number
  count = 0
  #slot = -1
  constructor(length: number) {
    this.length = length
  }
  look(now: number): number {
    const slot = Math.floor(now / this.length)
    if (slot !== this.#slot) this.count = 0
    this.#slot = slot
    return this.count
  }
  add(now: number, count: number): void {
    this.look(now)
    this.count = Math.max(0, this.count + count)
  }
  endsIn(now: number): number {
    return this.length - (now % this.length)
  }
}

/** One row of `rateLimits`. */
export interface RateLimit {
  readonly rateLimitType: string
  readonly interval: string
  readonly intervalNum: number
  readonly limit: number
  readonly count?: number
}

/** Counts what one address and one account use. */
export class Limits {
  setup: LimitSetup
  readonly #weight = new Window(MINUTE)
  readonly #orders10s = new Window(10_000)
  readonly #orders1d = new Window(24 * 60 * MINUTE)
  readonly #now: () => number
  #bannedUntil = 0
  #bans = 0
  #violations = 0
  // a 429 that a fault asks for, until then
  #blockedUntil = 0

  constructor(setup: LimitSetup, now: () => number) {
    this.setup = setup
    this.#now = now
  }

  /** Weight used in this minute. */
  get weight(): number {
    return this.#weight.look(this.#now())
  }
  /** Unfilled orders of these ten seconds and this day. */
  get orders(): { readonly tenSeconds: number; readonly day: number } {
    const now = this.#now()
    return { tenSeconds: this.#orders10s.look(now), day: this.#orders1d.look(now) }
  }
  get bannedUntil(): number {
    return this.#bannedUntil
  }

  /** A request arrives. Throws 418 or 429 when it may not. */
  arrive(cost: number): void {
    const now = this.#now()
    if (now < this.#bannedUntil) throw this.#banned(now)
    const used = this.#weight.look(now)
    this.#weight.add(now, cost)
    const blocked = now < this.#blockedUntil
    if (used + cost <= this.setup.weight && !blocked) {
      this.#violations = used === 0 ? 0 : this.#violations
      return
    }
    this.#violations++
    if (this.#violations > this.setup.patience) {
      this.ban(Math.min(LONGEST_BAN, FIRST_BAN * 4 ** this.#bans))
      throw this.#banned(now)
    }
    throw new ApiError(
      -1003,
      `Too much request weight used; current limit is ${this.setup.weight} request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.`,
      { status: 429, retryAfter: Math.ceil((blocked ? this.#blockedUntil - now : this.#weight.endsIn(now)) / 1000) },
    )
  }

  /** Adds weight without asking, such as that of a connection. */
  spend(cost: number): void {
    this.#weight.add(this.#now(), cost)
  }
  /** Takes weight back: orders that succeed cost none (since 2026-04-02). */
  refund(cost: number): void {
    this.#weight.add(this.#now(), -cost)
  }

  /** Bans the address for a while. */
  ban(milliseconds: number): void {
    this.#bannedUntil = this.#now() + milliseconds
    this.#bans++
    this.#violations = 0
  }
  /** Answers 429 for a while, whatever was used. */
  block(milliseconds: number): void {
    this.#blockedUntil = this.#now() + milliseconds
  }
  /** Ends bans and blocks, and forgets the counts. */
  forgive(): void {
    this.#bannedUntil = 0
    this.#blockedUntil = 0
    this.#bans = 0
    this.#violations = 0
    for (const window of [this.#weight, this.#orders10s, this.#orders1d]) window.count = 0
  }

  /** True when so many orders more are too many. */
  tooManyOrders(coming: number): boolean {
    const { tenSeconds, day } = this.orders
    return tenSeconds + coming > this.setup.orders10s || day + coming > this.setup.orders1d
  }
  /** The refusal of too many orders. */
  tooMany(): ApiError {
    const now = this.#now()
    const short = this.orders.tenSeconds >= this.setup.orders10s || this.orders.day < this.setup.orders1d
    const text = short ? `${this.setup.orders10s} orders per 10 SECOND` : `${this.setup.orders1d} orders per 1 DAY`
    const window = short ? this.#orders10s : this.#orders1d
    return new ApiError(-1015, `Too many new orders; current limit is ${text}.`, {
      status: 429,
      retryAfter: Math.ceil(window.endsIn(now) / 1000),
    })
  }
  /** Orders were accepted; negative: some were filled, which gives room back. */
  countOrders(count: number): void {
    const now = this.#now()
    this.#orders10s.add(now, count)
    this.#orders1d.add(now, count)
  }

  /** The limits as exchangeInfo lists them. */
  table(): RateLimit[] {
    const { weight, orders10s, orders1d } = this.setup
    return [
      { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: weight },
      { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: orders10s },
      { rateLimitType: 'ORDERS', interval: 'DAY', intervalNum: 1, limit: orders1d },
      { rateLimitType: 'RAW_REQUESTS', interval: 'MINUTE', intervalNum: 5, limit: 300_000 },
    ]
  }
  /** How many unfilled orders there are, as rateLimit/order and the WebSocket API tell it. */
  orderRows(): RateLimit[] {
    const { tenSeconds, day } = this.orders
    return [
      { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: this.setup.orders10s, count: tenSeconds },
      { rateLimitType: 'ORDERS', interval: 'DAY', intervalNum: 1, limit: this.setup.orders1d, count: day },
    ]
  }
  /** How much weight there is, as the WebSocket API tells it. */
  weightRow(): RateLimit {
    return { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: this.setup.weight, count: this.weight }
  }

  #banned(now: number): ApiError {
    return new ApiError(
      -1003,
      `Way too much request weight used; IP banned until ${this.#bannedUntil}. Please use WebSocket Streams for live updates to avoid bans.`,
      { status: 418, retryAfter: Math.ceil((this.#bannedUntil - now) / 1000) },
    )
  }
}
