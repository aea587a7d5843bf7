/**
 * A clock that runs so many times faster than the machine's: what takes Binance seconds takes a test milliseconds. For both sides of a wire.
 * It moves at turns of the event loop, and little at each: that the machine is busy with something else takes hardly any time on it.
 */
import { DrivenClock } from './driven.ts'

const TICK_MS = 1
// of the machine's time, at a tick
const MOST_MS = 3

export class PacedClock extends DrivenClock {
  readonly #ticks: NodeJS.Timeout

  constructor(speed: number) {
    super(Date.now())
    let seen = performance.now()
    this.#ticks = setInterval(() => {
      const now = performance.now()
      this.advance(Math.min(now - seen, MOST_MS) * speed)
      seen = now
    }, TICK_MS)
    this.#ticks.unref()
  }

  /** Stands still from now on. */
  stop(): void {
    clearInterval(this.#ticks)
  }
}
