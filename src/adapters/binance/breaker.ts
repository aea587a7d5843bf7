/**
 * The last look before an entry leaves, whatever asked for it: so many of one symbol in so short a time are no decisions any more, but a fault
 * that would spend all there is. What closes or protects a position never comes here.
 */
import type { Clock } from '#ports/clock.ts'

/** How many entries of one symbol may leave within `WITHIN_MS`. */
export const MOST_ENTRIES = 10
/** See `MOST_ENTRIES`, in milliseconds. */
export const WITHIN_MS = 10_000

/** Counts entries by symbol, by this machine's clock. */
export class Breaker {
  readonly #clock: Clock
  readonly #most: number
  // when the last ones were asked for, those that were refused too: no more than have to be looked at
  readonly #asked = new Map<string, number[]>()
  readonly #broken = new Set<string>()

  constructor(clock: Clock, most: number) {
    this.#clock = clock
    this.#most = most
  }

  /** Counts one more entry of a symbol: whether it may leave, and where it may not, whether that is news. Once broken it stays so until nobody asked for as long. */
  count(symbol: string): 'goes' | 'breaks' | 'broken' {
    if (this.#most === Number.POSITIVE_INFINITY) return 'goes'
    const now = this.#clock.now()
    // a clock that was set back forgets what was after it
    const lately = (this.#asked.get(symbol) ?? []).filter(at => at > now - WITHIN_MS && at <= now)
    if (lately.length === 0) this.#broken.delete(symbol)
    this.#asked.set(symbol, [...lately, now].slice(-this.#most))
    if (this.#broken.has(symbol)) return 'broken'
    if (lately.length < this.#most) return 'goes'
    this.#broken.add(symbol)
    return 'breaks'
  }
}
