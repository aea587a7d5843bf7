/** Redis as the wire to outside programs: it is published to and nothing else, and whether it is there makes no difference to trading. */
import { Redis } from 'ioredis'
import type { Clock } from '#ports/clock.ts'
import type { Wire } from '#ports/wire.ts'

/** How Redis is reached. */
export interface RedisOptions {
  readonly host: string
  readonly port: number
  readonly password?: string | undefined
  /** Milliseconds until it counts as silent; 5,000. */
  readonly timeout?: number
}

/** What the wire is made of. */
export interface RedisWireSetup extends RedisOptions {
  readonly clock: Clock
  /** Told once when it cannot be reached, and once when it can again. Never holds the password. */
  note(level: 'info' | 'warn', text: string): void
}

/** How many texts wait while Redis is away, and how many are on their way to it at once. */
export const MOST = 1_000
const ANSWER_MS = 5_000
const CLOSE_MS = 1_000
const LONGEST_PAUSE_MS = 10_000

/** Options for ioredis: no queue of its own, nothing sent twice, connected anew forever. */
export const connection = ({ host, port, password, timeout = ANSWER_MS }: RedisOptions, again: (attempt: number) => number | null) => ({
  host,
  port,
  ...(password === undefined ? {} : { password }),
  lazyConnect: true,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  connectTimeout: timeout,
  commandTimeout: timeout,
  retryStrategy: again,
})

/** Opens it and begins to connect; what is published until then waits. */
export const openRedisWire = (setup: RedisWireSetup): Wire => new RedisWire(setup)

class RedisWire implements Wire {
  readonly #setup: RedisWireSetup
  readonly #redis: Redis
  readonly #waiting: (readonly [channel: string, text: string])[] = []
  readonly #drained = new AbortController()
  #onTheirWay = 0
  #dropped = 0
  #trouble = false
  #closing = false
  // it still looks connected while it is being left
  #leaving = false

  constructor(setup: RedisWireSetup) {
    this.#setup = setup
    this.#redis = new Redis(connection(setup, attempt => Math.min(LONGEST_PAUSE_MS, 100 * 2 ** (attempt - 1))))
    this.#redis.on('error', error => this.#lost(error))
    this.#redis.on('close', () => {
      this.#leaving = false
      this.#lost(null)
    })
    this.#redis.on('ready', () => this.#found())
    // what goes wrong here is told as an event, too
    this.#redis.connect().catch(() => {})
  }

  publish(channel: string, text: string): void {
    if (this.#closing) return
    this.#waiting.push([channel, text])
    if (this.#waiting.length > MOST) {
      this.#waiting.shift()
      this.#dropped++
    }
    this.#send()
  }

  async close(): Promise<void> {
    this.#closing = true
    if (this.#redis.status === 'ready' && this.#onTheirWay > 0) await this.#setup.clock.wait(CLOSE_MS, this.#drained.signal)
    this.#redis.disconnect()
  }

  #send(): void {
    while (this.#redis.status === 'ready' && !this.#leaving && this.#onTheirWay < MOST && this.#waiting.length > 0) {
      const [channel, text] = this.#waiting.shift()!
      this.#onTheirWay++
      this.#redis
        .publish(channel, text)
        .catch((error: Error) => this.#unanswered(error))
        .finally(() => this.#settled())
    }
  }

  #settled(): void {
    this.#onTheirWay--
    this.#send()
    if (this.#closing && this.#onTheirWay === 0) this.#drained.abort()
  }

  // Whether it arrived is unknown, and it is not said twice.
  #unanswered(error: Error): void {
    this.#dropped++
    this.#lost(error)
    if (this.#redis.status !== 'ready' || this.#leaving || this.#closing) return
    this.#leaving = true
    this.#redis.disconnect(true)
  }

  #lost(error: Error | null): void {
    if (this.#trouble || this.#closing) return
    this.#trouble = true
    const { note, host, port } = this.#setup
    note('warn', `Redis at ${host}:${port} ${reasonOf(error)} Other programs hear nothing until then; trading goes on.`)
  }

  #found(): void {
    if (this.#trouble) {
      const dropped = this.#dropped === 0 ? '' : ` ${this.#dropped} messages were not told.`
      this.#setup.note('info', `Redis at ${this.#setup.host}:${this.#setup.port} answers again.${dropped}`)
    }
    this.#trouble = false
    this.#dropped = 0
    this.#send()
  }
}

/** What is wrong and the mend, without a word of the library's that may repeat a command. */
export function reasonOf(error: Error | null): string {
  const message = error?.message ?? ''
  if (message.includes('WRONGPASS')) return 'does not accept the password: mend REDIS_PASSWORD.'
  if (message.includes('NOAUTH')) return 'wants a password: set REDIS_PASSWORD.'
  const code = (error as { readonly code?: string } | null)?.code
  if (message.includes('timed out') || code === 'ETIMEDOUT') return 'does not answer in time: look after it.'
  return `cannot be reached${code === undefined ? '' : ` (${code})`}: start it, or mend REDIS_HOST and REDIS_PORT.`
}
