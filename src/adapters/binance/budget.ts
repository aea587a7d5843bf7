/**
 * How much may be asked of Binance, shared by everybody who asks: request weight by address, and orders by account. Binance counts in fixed
 * windows of its own clock and says in each answer where it stands. Ordinary requests leave a part to exits; a ban holds for all. Market data
 * and trading share one too, though it has a host of its own: what is limited is an address of the internet, and whether that host is counted
 * apart is not said.
 */
import type { Time } from '#domain/time.ts'
import type { Clock } from '#ports/clock.ts'
import { BinanceFault } from './faults.ts'

/** What a request is for. Exits, protection and cancels may use what is kept for them. */
export type Urgency = 'ordinary' | 'exit'

/** What a request costs. */
export interface Cost {
  readonly weight: number
  /** How many orders it places. */
  readonly orders?: number
  /** For how many milliseconds it may wait for room; not given: however long that takes. */
  readonly patience?: number
}

/** A limit as exchangeInfo and the WebSocket API tell it; with `count`, where it stands. */
export interface RateLimit {
  readonly rateLimitType: string
  readonly interval: string
  readonly intervalNum: number
  readonly limit: number
  readonly count?: number
}

/** What a budget is made of. */
export interface BudgetSetup {
  readonly clock: Clock
  /** Binance's clock: its windows begin by that. */
  now(): Time
  /** What `save` was given last, in an earlier run too; null: nothing. */
  readonly saved?: string | null
  /** Keeps how long to stay away, so that a restart does not ask in spite of it. */
  save?(state: string): void
}

interface Window {
  readonly kind: 'weight' | 'orders'
  readonly span: number
  limit: number
  /** When it began. */
  start: number
  /** As Binance said last, or as reckoned since. */
  spent: number
  /** Asked for, not answered yet. */
  underWay: number
}

const SPANS: Readonly<Record<string, number>> = { SECOND: 1000, MINUTE: 60_000, HOUR: 3_600_000, DAY: 86_400_000 }
/** The share of a limit that ordinary requests may use, and the share that nothing goes over. */
const SHARES = { weight: { ordinary: 0.6, exit: 0.9 }, orders: { ordinary: 0.6, exit: 1 } } as const
// used until exchangeInfo says otherwise
const USUAL: readonly RateLimit[] = [
  { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 6000 },
  { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 50 },
  { rateLimitType: 'ORDERS', interval: 'DAY', intervalNum: 1, limit: 160_000 },
]
// where Binance says "too much" and not for how long
const USUAL_PAUSE_MS = 60_000

/** The budget of one address and account. */
export class Budget {
  readonly #setup: BudgetSetup
  readonly #windows: Window[] = []
  #bannedUntil: number

  constructor(setup: BudgetSetup) {
    this.#setup = setup
    this.limits(USUAL)
    const saved = parsed(setup.saved ?? null)
    const until = saved !== null && typeof saved === 'object' && 'bannedUntil' in saved ? Number(saved.bannedUntil) : 0
    this.#bannedUntil = Number.isFinite(until) ? until : 0
  }

  /** Until when nothing may be asked at all, by the clock of this machine; in the past: now. */
  get bannedUntil(): Time {
    return this.#bannedUntil as Time
  }

  /** The share of the weight of this minute that is used, 0 to 1 and above. */
  get used(): number {
    const window = this.#windows.find(({ kind }) => kind === 'weight')!
    this.#turn(window)
    return (window.spent + window.underWay) / window.limit
  }

  /** Takes limits over, with their counts where they are told. */
  limits(limits: readonly RateLimit[]): void {
    for (const { rateLimitType, interval, intervalNum, limit, count } of limits) {
      const kind = rateLimitType === 'REQUEST_WEIGHT' ? 'weight' : rateLimitType === 'ORDERS' ? 'orders' : null
      const span = (SPANS[interval] ?? 0) * intervalNum
      if (kind === null || span === 0 || !(limit > 0)) continue
      let window = this.#windows.find(one => one.kind === kind && one.span === span)
      if (window === undefined) {
        window = { kind, span, limit, start: 0, spent: 0, underWay: 0 }
        this.#windows.push(window)
      }
      window.limit = limit
      if (count !== undefined) this.#told(window, count)
    }
  }

  /** Takes the counts of a REST answer's headers over. */
  headers(headers: Readonly<Record<string, unknown>>): void {
    for (const window of this.#windows) {
      const span =
        window.span >= 86_400_000
          ? `${window.span / 86_400_000}d`
          : window.span >= 60_000
            ? `${window.span / 60_000}m`
            : `${window.span / 1000}s`
      const count = Number(headers[window.kind === 'weight' ? `x-mbx-used-weight-${span}` : `x-mbx-order-count-${span}`])
      if (Number.isFinite(count)) this.#told(window, count)
    }
  }

  /** Nothing is asked any more for so many milliseconds (0: not said). */
  ban(milliseconds: number): void {
    const until = this.#setup.clock.now() + (milliseconds > 0 ? milliseconds : USUAL_PAUSE_MS)
    if (until <= this.#bannedUntil) return
    this.#bannedUntil = until
    this.#setup.save?.(JSON.stringify({ bannedUntil: until }))
  }

  /** Binance takes no more orders in the current slot: the shortest one counts as full. */
  ordersFull(): void {
    const slots = this.#windows.filter(({ kind }) => kind === 'orders').sort((a, b) => a.span - b.span)
    for (const window of slots.slice(0, 1)) this.#told(window, window.limit)
  }

  /** Takes a cost if there is room for it at once. */
  tryTake(cost: Cost, urgency: Urgency): boolean {
    if (this.#freeAt(cost, urgency) > 0) return false
    for (const window of this.#windows) window.underWay += amountOf(cost, window)
    return true
  }

  /** Takes a cost as soon as there is room for it. Throws BinanceFault retry when its patience ends before, or the signal is aborted meanwhile. */
  async take(cost: Cost, urgency: Urgency, signal?: AbortSignal): Promise<void> {
    const { clock } = this.#setup
    while (!this.tryTake(cost, urgency)) {
      const wait = this.#freeAt(cost, urgency)
      if (wait > (cost.patience ?? Number.POSITIVE_INFINITY))
        throw new BinanceFault('retry', `Binance takes no more requests for ${Math.ceil(wait / 1000)} s: it was not sent.`)
      await clock.wait(wait, signal)
      if (signal?.aborted === true) throw new BinanceFault('retry', 'Binance is not asked any more: the service stops.')
    }
  }

  /** What was taken has been answered, or never will be. */
  settle(cost: Cost): void {
    for (const window of this.#windows) {
      this.#turn(window)
      const amount = amountOf(cost, window)
      window.underWay = Math.max(0, window.underWay - amount)
      // until Binance says where it stands
      window.spent += amount
    }
  }

  // In how many milliseconds there is room; 0: now.
  #freeAt(cost: Cost, urgency: Urgency): number {
    const now = this.#setup.clock.now()
    if (this.#bannedUntil > now) return this.#bannedUntil - now
    let wait = 0
    for (const window of this.#windows) {
      this.#turn(window)
      const amount = amountOf(cost, window)
      if (amount === 0) continue
      const used = window.spent + window.underWay
      // what is more than all there is goes alone
      const most = Math.max(window.limit * SHARES[window.kind][urgency], amount)
      if (used + amount > most) wait = Math.max(wait, window.start + window.span - this.#setup.now(), 1)
    }
    return wait
  }

  // A new window begins empty, but for what is under way.
  #turn(window: Window): void {
    const now = this.#setup.now()
    const start = now - (now % window.span)
    if (start <= window.start) return
    window.start = start
    window.spent = 0
  }

  #told(window: Window, count: number): void {
    this.#turn(window)
    // answers may overtake one another, and an order that fills is given back
    window.spent = window.kind === 'weight' ? Math.max(window.spent, count) : count
  }
}

const amountOf = ({ weight, orders = 0 }: Cost, { kind }: Window): number => (kind === 'weight' ? weight : orders)

// What was cut off by the end of a process says nothing.
function parsed(saved: string | null): unknown {
  try {
    return saved === null ? null : JSON.parse(saved)
  } catch {
    return null
  }
}
