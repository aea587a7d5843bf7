/** A clock that runs so many times faster than the machine's: what takes Binance seconds takes a test milliseconds. For both sides of a wire. */
import type { Time } from '#domain/time.ts'
import type { Clock } from '#ports/clock.ts'
import type { SimulatorClock } from '#simulator/clock.ts'

export class PacedClock implements Clock, SimulatorClock {
  readonly #speed: number
  readonly #start = Date.now()

  constructor(speed: number) {
    this.#speed = speed
  }

  now = (): Time => Math.floor(this.#start + (Date.now() - this.#start) * this.#speed) as Time

  wait = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
    new Promise(resolve => {
      if (signal?.aborted === true) return resolve()
      const done = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, milliseconds / this.#speed)
      signal?.addEventListener('abort', done)
    })

  after(milliseconds: number, act: () => void): () => void {
    const timer = setTimeout(act, milliseconds / this.#speed)
    timer.unref()
    return () => clearTimeout(timer)
  }
}
