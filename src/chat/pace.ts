/** Keeps what is sent to a chat under the platforms' limits: a message a second, twenty a minute to a group. */
import type { Clock } from '#ports/clock.ts'
import type { Target } from '#ports/messenger.ts'

const GAP_MS = 1_050
const MINUTE_MS = 60_500
const A_GROUP_BEARS = 20
// the rest is kept for answers to people
const NEWS_TO_A_GROUP = 15

/** Gives turns to send, one chat at a time. */
export class Pace {
  readonly #clock: Clock
  // when the last messages went to each chat, oldest first
  readonly #sent = new Map<string, number[]>()
  readonly #turns = new Map<string, Promise<void>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Resolves when something may be sent to a chat, sooner when the signal is aborted. `news`: leaves room for answers. */
  turn({ platform, chat, group }: Target, news: boolean, signal?: AbortSignal): Promise<void> {
    const key = `${platform} ${chat}`
    const before = this.#turns.get(key) ?? Promise.resolve()
    const turn = before.then(() => this.#wait(key, group ? (news ? NEWS_TO_A_GROUP : A_GROUP_BEARS) : Number.POSITIVE_INFINITY, signal))
    this.#turns.set(key, turn)
    return turn
  }

  async #wait(key: string, most: number, signal?: AbortSignal): Promise<void> {
    const sent = this.#sent.get(key) ?? []
    this.#sent.set(key, sent)
    for (;;) {
      const now = this.#clock.now()
      while (sent.length > 0 && sent[0]! <= now - MINUTE_MS) sent.shift()
      const afterLast = sent.length === 0 ? 0 : sent.at(-1)! + GAP_MS - now
      const afterMinute = sent.length < most ? 0 : sent[sent.length - most]! + MINUTE_MS - now
      const rest = Math.max(afterLast, afterMinute)
      if (rest <= 0 || signal?.aborted === true) break
      await this.#clock.wait(rest, signal)
    }
    sent.push(this.#clock.now())
  }
}
