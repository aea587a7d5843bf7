/** What is subscribed to on one link: brought to what is wanted, in few messages, each acknowledged before the next. */
import { Fault } from '#domain/fault.ts'
import type { Time } from '#domain/time.ts'
import type { Clock } from '#ports/clock.ts'
import type { Link } from './link.ts'

/** Such subscriptions are made for a link. */
export interface SubscriptionsSetup {
  readonly link: Link
  readonly clock: Clock
  /** Names of streams that are wanted at present. */
  readonly wanted: Pick<ReadonlyMap<string, unknown>, 'has' | 'keys'>
  /** Told of a stream that Binance refuses. */
  note(text: string): void
  /** Numbers requests. */
  nextId(): number
}

// Binance drops whoever sends more than 5 messages a second, pongs included.
const PACE_MS = 350
const ANSWER_MS = 10_000
// a longer message may be refused as a whole
const MOST_CHARACTERS = 3_500

interface Request {
  readonly method: 'SUBSCRIBE' | 'UNSUBSCRIBE'
  readonly names: readonly string[]
}

/** The subscriptions of a link. */
export class Subscriptions {
  readonly #setup: SubscriptionsSetup
  readonly #over = new AbortController()
  // what the link brings, and what was refused, which is not asked for again on this link
  readonly #held = new Set<string>()
  readonly #refused = new Set<string>()
  // a request that was refused is asked again in halves, so that one bad name costs no other
  #halves: Request[] = []
  #waiting: { readonly id: number; readonly answer: (error: string | null) => void } | null = null
  #syncing: Promise<void> | null = null
  #sentAt = Number.NEGATIVE_INFINITY as Time

  constructor(setup: SubscriptionsSetup) {
    this.#setup = setup
  }

  /** Brings the link to what is wanted. Resolves once all is acknowledged; rejects with Fault retry when an answer does not come. */
  sync(): Promise<void> {
    this.#syncing ??= this.#steps()
    return this.#syncing
  }

  /** An answer came. */
  answer(id: number, error: string | null): void {
    if (this.#waiting?.id === id) this.#waiting.answer(error)
  }

  /** The link is gone. */
  end(): void {
    this.#over.abort()
  }

  async #steps(): Promise<void> {
    const { clock } = this.#setup
    const { signal } = this.#over
    // not before it is known that they are under way
    await Promise.resolve()
    try {
      for (let request = this.#next(); request !== null; request = this.#next()) {
        const early = this.#sentAt + PACE_MS - clock.now()
        if (early > 0) await clock.wait(early, signal)
        if (signal.aborted) return
        const error = await this.#ask(request)
        if (signal.aborted) return
        this.#take(request, error)
      }
    } finally {
      this.#syncing = null
    }
  }

  // Leaving comes first, so that there is room.
  #next(): Request | null {
    const half = this.#halves.pop()
    if (half !== undefined) return half
    const { wanted } = this.#setup
    const left = [...this.#held].filter(name => !wanted.has(name))
    if (left.length > 0) return { method: 'UNSUBSCRIBE', names: batchOf(left) }
    const missing = [...wanted.keys()].filter(name => !this.#held.has(name) && !this.#refused.has(name))
    return missing.length > 0 ? { method: 'SUBSCRIBE', names: batchOf(missing) } : null
  }

  async #ask({ method, names }: Request): Promise<string | null> {
    const { link, clock, nextId } = this.#setup
    const id = nextId()
    const answered = new AbortController()
    this.#over.signal.addEventListener('abort', () => answered.abort(), { once: true, signal: answered.signal })
    let said: string | null | undefined
    this.#waiting = {
      id,
      answer: error => {
        said = error
        answered.abort()
      },
    }
    this.#sentAt = clock.now()
    link.send(JSON.stringify({ method, params: names, id }))
    await clock.wait(ANSWER_MS, answered.signal)
    this.#waiting = null
    if (said !== undefined) return said
    if (this.#over.signal.aborted) return null
    throw new Fault('retry', `${method} was not acknowledged within ${ANSWER_MS / 1000} s`)
  }

  #take({ method, names }: Request, error: string | null): void {
    if (error === null) {
      for (const name of names)
        if (method === 'SUBSCRIBE') this.#held.add(name)
        else this.#held.delete(name)
      return
    }
    if (names.length > 1) {
      const middle = names.length >> 1
      this.#halves.push({ method, names: names.slice(middle) }, { method, names: names.slice(0, middle) })
      return
    }
    const [name = ''] = names
    this.#setup.note(`Binance refuses to ${method.toLowerCase()} ${name}: ${error}`)
    if (method === 'SUBSCRIBE') this.#refused.add(name)
    else this.#held.delete(name)
  }
}

function batchOf(names: readonly string[]): string[] {
  let characters = 0
  let count = 0
  while (count < names.length && characters < MOST_CHARACTERS) characters += names[count++]!.length + 3
  return names.slice(0, count)
}
