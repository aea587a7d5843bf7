/**
 * Sends news to every chat, in order, from the record: each chat has a mark up to which it has been sent all, so that an hour without
 * connection, or a restart, loses nothing. What has piled up is joined. Trading never waits for any of this.
 */
import type { Volumes } from '#domain/news.ts'
import type { Clock } from '#ports/clock.ts'
import type { Mailbox, Posted } from '#ports/mailbox.ts'
import type { Messenger, Target } from '#ports/messenger.ts'
import type { Pace } from './pace.ts'

/** What a sender is made of. */
export interface SenderSetup {
  readonly mailbox: Mailbox
  readonly messengers: readonly Messenger[]
  readonly targets: readonly Target[]
  readonly pace: Pace
  readonly clock: Clock
  volumes(): Volumes
  /** Replaces secrets. */
  hide(text: string): string
  warn(text: string): void
}

const AT_ONCE = 100
const BETWEEN = '\n\n'
// nobody rings after a restart, or for what another process wrote
const LOOK_AGAIN_MS = 5_000

/** Sends until it is stopped. */
export class Sender {
  readonly #setup: SenderSetup
  readonly #stopping = new AbortController()
  readonly #bells = new Set<AbortController>()
  #running: Promise<void>[] = []

  constructor(setup: SenderSetup) {
    this.#setup = setup
  }

  /** Finds out what each chat has been sent: what is posted from now on will be. Then begins to send. */
  async start(): Promise<void> {
    const { mailbox, targets } = this.#setup
    for (const target of targets) await mailbox.unsent(target, 1)
    this.#running = targets.map(target => this.#serve(target))
  }

  /** There may be news. */
  ring(): void {
    for (const bell of this.#bells) bell.abort()
  }

  /** Sends what there is and ends, at the latest after so many milliseconds. */
  async stop(within: number): Promise<void> {
    const late = new AbortController()
    const allSent = Promise.all(this.#setup.targets.map(target => this.#flushed(target, late.signal)))
    this.ring()
    await Promise.race([allSent, this.#setup.clock.wait(within, late.signal)])
    late.abort()
    this.#stopping.abort()
    this.ring()
    await Promise.all(this.#running)
  }

  async #flushed(target: Target, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && (await this.#setup.mailbox.unsent(target, 1).catch(() => [])).length > 0)
      await this.#setup.clock.wait(100, signal)
  }

  async #serve(target: Target): Promise<void> {
    const { clock, warn } = this.#setup
    let trouble = ''
    for (let pause = 0; !this.#stopping.signal.aborted; ) {
      if (pause > 0) await clock.wait(pause, this.#stopping.signal)
      try {
        const outcome = await this.#next(target)
        if (outcome !== null && outcome.reason !== trouble) warn(`${target.platform}: news wait: ${outcome.reason}`)
        trouble = outcome?.reason ?? ''
        pause = outcome === null ? 0 : Math.max(outcome.after, Math.min(30_000, pause * 2))
      } catch (error) {
        // the record cannot be read just now; what is in it stays there
        warn(`news of ${target.platform} could not be read: ${error instanceof Error ? error.message : String(error)}`)
        pause = LOOK_AGAIN_MS
      }
    }
  }

  // Sends the next message, or waits for one. What hinders it, or null.
  async #next(target: Target): Promise<{ readonly after: number; readonly reason: string } | null> {
    const { mailbox, pace, messengers, volumes, hide, warn } = this.#setup
    const bell = new AbortController()
    this.#bells.add(bell)
    try {
      if ((await mailbox.unsent(target, 1)).length === 0) {
        await this.#setup.clock.wait(LOOK_AGAIN_MS, AbortSignal.any([bell.signal, this.#stopping.signal]))
        return null
      }
    } finally {
      this.#bells.delete(bell)
    }
    const messenger = messengers.find(({ platform }) => platform === target.platform)!
    const waiting = await mailbox.unsent(target, AT_ONCE)
    if (joined(waiting, volumes(), messenger.most).text === '') {
      await mailbox.sent(target, waiting.at(-1)!.id)
      return null
    }
    await pace.turn(target, true, this.#stopping.signal)
    if (this.#stopping.signal.aborted) return null
    // read anew: what came while it waited for its turn goes along
    const { text, silent, upTo } = joined(await mailbox.unsent(target, AT_ONCE), volumes(), messenger.most)
    const delivery = await messenger.push(target, hide(text), silent)
    if (delivery.kind === 'later') return { after: Math.max(1_000, delivery.after), reason: delivery.reason }
    if (delivery.kind === 'gone') warn(`${target.platform}: chat ${target.chat} gets no news: ${delivery.reason}`)
    await mailbox.sent(target, upTo)
    return null
  }
}

/** As many news as one message holds, those that are off left out. Loud if one of them is. `upTo`: the last that is in it or left out. */
export function joined(
  news: readonly Posted[],
  volumes: Volumes,
  most: number,
): { readonly text: string; readonly silent: boolean; readonly upTo: number } {
  let text = ''
  let silent = true
  let upTo = 0
  for (const one of news) {
    const volume = volumes[one.kind]
    if (volume !== 'off') {
      const more = one.text.length > most ? `${one.text.slice(0, most - 2)} …` : one.text
      if (text !== '' && text.length + BETWEEN.length + more.length > most) break
      text += text === '' ? more : `${BETWEEN}${more}`
      if (volume === 'loud') silent = false
    }
    upTo = one.id
  }
  return { text, silent, upTo }
}
