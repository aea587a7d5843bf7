/** The simulator's clock in a test's hand: timers ring when the test moves it. */
import type { SimulatorClock } from '#simulator/clock.ts'

interface Timer {
  readonly due: number
  readonly act: () => void
}

/** Such a clock; it begins at a full minute of 2026. */
export class ManualClock implements SimulatorClock {
  #now = Date.UTC(2026, 0, 5, 12)
  #timers: Timer[] = []

  now = (): number => this.#now

  after(milliseconds: number, act: () => void): () => void {
    const timer = { due: this.#now + milliseconds, act }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter(one => one !== timer)
    }
  }

  /** Moves time on: what is due by then rings, in order. */
  advance(milliseconds: number): void {
    const until = this.#now + milliseconds
    for (;;) {
      const next = this.#timers.filter(({ due }) => due <= until).sort((a, b) => a.due - b.due)[0]
      if (next === undefined) break
      this.#timers = this.#timers.filter(one => one !== next)
      this.#now = Math.max(this.#now, next.due)
      next.act()
    }
    this.#now = until
  }
  /** Timers that wait. */
  get waiting(): number {
    return this.#timers.length
  }
}
