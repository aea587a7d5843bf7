/** Binance's clock: this machine's, corrected by what Binance says the time is. Requests are signed with it. */
import type { Time } from '#domain/time.ts'
import type { Clock } from '#ports/clock.ts'

/** A clock's offset in words, both in milliseconds: "Binance is 12 ms behind this machine (to 3 ms)". */
export const offsetWords = (offset: number, within: number): string =>
  `Binance is ${Math.abs(offset)} ms ${offset < 0 ? 'behind' : 'ahead of'} this machine (to ${within} ms)`

/** The time at Binance. */
export class ServerClock {
  /** Milliseconds that Binance is ahead of this machine. */
  offset = 0
  /** How long the answer took that the offset is made of: it is right to half of this, in milliseconds. Infinite: never asked. */
  roundTrip = Number.POSITIVE_INFINITY
  readonly #clock: Clock
  readonly #ask: (sent: () => void) => Promise<Time>
  #asking: Promise<void> | null = null
  // numbers of the measurement that was last begun, and of the one that was last done
  #begun = 0
  #done = 0

  /** `ask`: asks Binance for its time, and says when that is sent: it may have to wait before, as for the end of a ban. */
  constructor(clock: Clock, ask: (sent: () => void) => Promise<Time>) {
    this.#clock = clock
    this.#ask = ask
  }

  /** Now, at Binance. */
  now(): Time {
    return (this.#clock.now() + this.offset) as Time
  }

  /** Measures the offset. Whoever asks meanwhile gets the same answer. Rejects as `ask` does. */
  measure(): Promise<void> {
    this.#asking ??= this.#measure().finally(() => {
      this.#asking = null
    })
    return this.#asking
  }

  /** How many measurements were begun: who signs a request notes it, for `measureAfter`. */
  get begun(): number {
    return this.#begun
  }

  /** Sees to it that one is done that was begun after so many others. Counted and not timed, since it is clocks that are wrong here. Rejects as `ask` does. */
  async measureAfter(begun: number): Promise<void> {
    while (this.#done <= begun) await this.measure()
  }

  async #measure(): Promise<void> {
    const number = ++this.#begun
    let before = this.#clock.now()
    const time = await this.#ask(() => {
      before = this.#clock.now()
    })
    const after = this.#clock.now()
    this.offset = Math.round(time - (before + after) / 2)
    this.roundTrip = after - before
    this.#done = number
  }
}
