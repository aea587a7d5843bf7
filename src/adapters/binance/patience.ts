/**
 * What a start does while Binance wants to be left alone. A service that ended with it would be started anew by whoever watches over it, and
 * ask again in vain, which makes a ban longer. So what was refused is asked for again once that is over, and nothing before.
 */
import type { Clock } from '#ports/clock.ts'
import type { Budget } from './budget.ts'
import { type BinanceFault, LeftAlone } from './faults.ts'

/**
 * A limit is over within a minute and Binance's first ban in two, so both end here by themselves. A longer one was earned again and again:
 * there is something for a person to look at, and one who looks should not find a service that has said nothing for hours.
 */
const LONGEST_MS = 600_000
// Answers to what was asked at once end within some seconds of each other: that is one wait.
const SAME_MS = 5_000

/** What a start is made of, as far as waiting goes. What is called must not throw. */
export interface PatienceSetup {
  readonly clock: Clock
  /** Aborted when the service is to end while it starts. */
  readonly signal: AbortSignal
  /** True once the service has started: from then on who asks is told of a refusal, and does what it does then. */
  over(): boolean
  /** For people: that it waits, and for how long. */
  told(text: string): void
}

/** "57 s, until 2023-06-01 00:00:57 UTC": how long Binance wants to be left alone, from `now` on. Milliseconds. */
export const untilText = (until: number, now: number): string =>
  `${Math.ceil((until - now) / 1_000)} s, until ${new Date(until).toISOString().slice(0, 19).replace('T', ' ')} UTC`

/** The patience of one start, for everybody who asks in it. */
export class Patience {
  readonly #setup: PatienceSetup
  #toldUntil = Number.NEGATIVE_INFINITY

  constructor(setup: PatienceSetup) {
    this.#setup = setup
  }

  /** True once nobody waits any more: the service has started. */
  get over(): boolean {
    return this.#setup.over()
  }

  /**
   * Resolves once Binance may be asked, at once where it may be now; false where the start is over, and nobody waited. Throws LeftAlone where
   * that takes too long, with the words of what was refused, or the service stops.
   */
  async wait(budget: Pick<Budget, 'bannedUntil'>, refused: BinanceFault | null = null): Promise<boolean> {
    const { clock, signal, told } = this.#setup
    while (!this.over && budget.bannedUntil > clock.now()) {
      const [until, now] = [budget.bannedUntil, clock.now()]
      const span = untilText(until, now)
      if (until - now > LONGEST_MS) {
        const why = refused?.message ?? `Binance was asked too much from this address, and wants to be left alone for ${span}`
        throw new LeftAlone(`${why}. A start waits for at most ${LONGEST_MS / 60_000} minutes. Start again in ${span}.`)
      }
      if (until > this.#toldUntil + SAME_MS) {
        this.#toldUntil = until
        told(`Binance was asked too much from this address, and wants to be left alone for ${span}: the start waits so long.`)
      }
      await clock.wait(until - now, signal)
      if (signal.aborted) throw new LeftAlone('Binance is not asked any more: the service stops.')
    }
    return !this.over
  }
}
