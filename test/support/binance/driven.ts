/** A clock for both sides of a wire that stands still until the test moves it: what the machine is busy with takes no time on it. */
import type { Time } from '#domain/time.ts'
import type { Clock } from '#ports/clock.ts'
import type { SimulatorClock } from '#simulator/clock.ts'

interface Timer {
  readonly due: number
  ring(): void
}

export class DrivenClock implements Clock, SimulatorClock {
  #now: number
  readonly #timers = new Set<Timer>()

  constructor(now: number) {
    this.#now = now
  }

  now = (): Time => Math.floor(this.#now) as Time

  wait = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
    new Promise(resolve => {
      if (signal?.aborted === true) return resolve()
      const ended = (): void => {
        callOff()
        signal?.removeEventListener('abort', ended)
        resolve()
      }
      const callOff = this.after(milliseconds, ended)
      signal?.addEventListener('abort', ended)
    })

  after(milliseconds: number, act: () => void): () => void {
    const timer = { due: this.#now + milliseconds, ring: act }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  /** True while somebody waits for an instant so far ahead. */
  waitedFor(milliseconds: number): boolean {
    return [...this.#timers].some(({ due }) => due === this.#now + milliseconds)
  }

  /** Moves time on; what is due by then rings, in order, each at its time. */
  advance(milliseconds: number): void {
    const until = this.#now + milliseconds
    for (;;) {
      const [next] = [...this.#timers].filter(({ due }) => due <= until).sort((a, b) => a.due - b.due)
      if (next === undefined) break
      this.#timers.delete(next)
      this.#now = Math.max(this.#now, next.due)
      next.ring()
    }
    this.#now = until
  }
}
