/** A clock in a test's hand. Short waits pass by themselves, and time with them; long ones until the test moves it. */
import type { Time } from '#domain/time.ts'
import type { Clock } from '#ports/clock.ts'

const SHORT_MS = 4_999

export interface TestClockSetup {
  /** Waits up to this pass by themselves, in milliseconds; 0: none does. */
  readonly short?: number
  /** Where it begins. */
  readonly now?: number
}

interface Timer {
  readonly due: number
  ring(): void
}

/** Such a clock. */
export class TestClock implements Clock {
  readonly #short: number
  #now: number
  #timers: Timer[] = []
  /** All waits, for tests that look at pauses. */
  readonly waits: number[] = []

  constructor({ short = SHORT_MS, now = 1_700_000_000_000 }: TestClockSetup = {}) {
    this.#short = short
    this.#now = now
  }

  now = (): Time => this.#now as Time

  async wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
    this.waits.push(milliseconds)
    if (signal?.aborted === true) return
    if (milliseconds <= this.#short) {
      await new Promise(resolve => setImmediate(resolve))
      this.#now = Math.max(this.#now, this.#now + milliseconds)
      return
    }
    await new Promise<void>(resolve => {
      const timer: Timer = {
        due: this.#now + milliseconds,
        ring: () => {
          this.#timers = this.#timers.filter(one => one !== timer)
          signal?.removeEventListener('abort', timer.ring)
          resolve()
        },
      }
      this.#timers.push(timer)
      signal?.addEventListener('abort', timer.ring)
    })
  }

  /** Moves time: what is due by then rings, in order. */
  async advance(milliseconds: number): Promise<void> {
    // what is under way gets to its waiting first
    await new Promise(resolve => setImmediate(resolve))
    const until = this.#now + milliseconds
    for (;;) {
      const next = this.#timers.filter(({ due }) => due <= until).sort((a, b) => a.due - b.due)[0]
      if (next === undefined) break
      this.#now = Math.max(this.#now, next.due)
      next.ring()
      await new Promise(resolve => setImmediate(resolve))
    }
    this.#now = Math.max(this.#now, until)
  }
}
