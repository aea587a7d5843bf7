/** One kept connection with the market streams that have their home on it, watched for silence. */
import type { Candle } from '#domain/candle.ts'
import { Fault } from '#domain/fault.ts'
import { lengthOf, openOf, type Time, type Timeframe } from '#domain/time.ts'
import type { Clock } from '#ports/clock.ts'
import type { MarketMessage, Stream } from '#ports/market.ts'
import { type Connection, type Link, openConnection } from './connection.ts'
import { nameOf, readMarket } from './market-messages.ts'
import { Subscriptions } from './subscriptions.ts'

/** How the streams are reached. */
export interface StreamsSetup {
  /** Without a path, such as wss://data-stream.binance.vision. */
  readonly url: string
  readonly clock: Clock
  /** A number from 0 up to 1, as Math.random gives. */
  random(): number
  /** Told what a person who looks for a reason would want to know. */
  note(text: string): void
}

const SILENT_MS = 10_000
// Some symbols are so still that a new link changes nothing: where silence comes again and again longer silence is borne, until much
// comes, up to a bit more than the minute in which a closed bar comes from the stillest of them.
const MOST_SILENT_MS = 80_000
const AGAIN_MS = 600_000
const MUCH = 20
const OVERDUE_MS = 10_000

/** A connection with its streams. It is renewed for two kinds of silence: nothing at all for ten seconds, or a closed bar that is overdue. */
export class Lane {
  /** By name. */
  readonly streams = new Map<string, Stream>()
  /** True from the moment it is told as silent until it brings something. */
  silent = false
  readonly #setup: StreamsSetup
  readonly #hear: (message: MarketMessage) => void
  readonly #heard: () => void
  readonly #stopping = new AbortController()
  readonly #connection: Connection
  readonly #links = new Map<Link, Subscriptions>()
  // open time of the bar whose close each candle stream brings next, by timeframe and symbol
  readonly #next = new Map<Timeframe, Map<string, number>>()
  // streams for which a new link was tried, and that brought nothing since: a halted symbol is no reason for another
  readonly #triedFor = new Set<string>()
  #requests = 0
  // since when something might have come
  #quietSince: Time
  #silentAfter = SILENT_MS
  #silentAt = Number.NEGATIVE_INFINITY as Time
  #count = 0
  #trouble = ''

  /** `heard`: told when it was silent and brings something again. */
  constructor(setup: StreamsSetup, hear: (message: MarketMessage) => void, heard: () => void) {
    const { url, clock, random } = setup
    this.#setup = setup
    this.#hear = hear
    this.#heard = heard
    this.#quietSince = clock.now()
    this.#connection = openConnection({
      name: 'market streams',
      url: `${url}/stream`,
      clock,
      random,
      open: link => this.#open(link),
      message: (data, link) => this.#message(data, link),
      closed: (link, reason) => {
        this.#links.get(link)?.end()
        this.#links.delete(link)
        this.#trouble = reason
      },
      failed: reason => {
        this.#trouble = reason
      },
    })
    void this.#watch()
  }

  /** What is wanted has changed. */
  follow(): void {
    for (const name of this.#triedFor) if (!this.streams.has(name)) this.#triedFor.delete(name)
    this.#expect(({ timeframe, symbol }) => this.#next.get(timeframe)?.has(symbol) !== true)
    for (const subscriptions of this.#links.values()) void this.#sync(subscriptions)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#connection.stop()
  }

  async #open(link: Link): Promise<void> {
    const { clock, note } = this.#setup
    const subscriptions = new Subscriptions({ link, clock, wanted: this.streams, note, nextId: () => ++this.#requests })
    this.#links.set(link, subscriptions)
    await subscriptions.sync()
    this.#quietSince = clock.now()
    // what closed meanwhile is not brought any more
    this.#expect(() => true)
  }

  async #sync(subscriptions: Subscriptions): Promise<void> {
    try {
      await subscriptions.sync()
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      this.#trouble = error.message
      this.#connection.renew()
    }
  }

  // The first bar that a stream is sure to bring is the one after that which is open now.
  #expect(which: (stream: Stream & { readonly kind: 'candles' }) => boolean): void {
    const now = this.#setup.clock.now()
    for (const stream of this.streams.values()) {
      if (stream.kind !== 'candles' || !which(stream)) continue
      const { timeframe, symbol } = stream
      const bySymbol = this.#next.get(timeframe) ?? new Map<string, number>()
      this.#next.set(timeframe, bySymbol.set(symbol, openOf(now, timeframe) + lengthOf(timeframe)))
    }
  }

  #message(data: Buffer, link: Link): void {
    const now = this.#setup.clock.now()
    const text = readMarket(data, now)
    if (text.kind === 'answer') return this.#links.get(link)?.answer(text.id, text.error)
    if (text.kind === 'other') return
    this.#quietSince = now
    this.#count++
    if (this.silent) {
      this.silent = false
      this.#heard()
    }
    if (text.kind === 'open') return
    if (text.kind === 'candle') this.#closed(text.candle)
    this.#hear(text)
  }

  #closed({ symbol, timeframe, openTime }: Candle): void {
    const bySymbol = this.#next.get(timeframe)
    const next = bySymbol?.get(symbol)
    if (next === undefined || openTime < next) return
    bySymbol!.set(symbol, openTime + lengthOf(timeframe))
    if (this.#triedFor.size > 0) this.#triedFor.delete(nameOf({ kind: 'candles', symbol, timeframe }))
  }

  async #watch(): Promise<void> {
    const { clock } = this.#setup
    const { signal } = this.#stopping
    while (!signal.aborted) {
      const left = this.#quietSince + this.#silentAfter - clock.now()
      if (left <= 0) {
        this.#onSilence(clock.now())
        continue
      }
      this.#count = 0
      await clock.wait(Math.min(SILENT_MS, left), signal)
      if (this.#count >= MUCH) this.#silentAfter = SILENT_MS
      if (!signal.aborted) this.#onOverdue(clock.now())
    }
  }

  #onSilence(now: Time): void {
    if (!this.silent) {
      this.silent = true
      const why = this.#connection.link === null && this.#trouble !== '' ? `: ${this.#trouble}` : ''
      this.#hear({ kind: 'silent', reason: `the market streams have brought nothing for ${this.#silentAfter / 1000} s${why}` })
    }
    if (now - this.#silentAt < AGAIN_MS) this.#silentAfter = Math.min(2 * this.#silentAfter, MOST_SILENT_MS)
    this.#silentAt = this.#quietSince = now
    this.#connection.renew()
  }

  #onOverdue(now: Time): void {
    const overdue: string[] = []
    for (const [name, stream] of this.streams) {
      if (stream.kind !== 'candles' || this.#triedFor.has(name)) continue
      const openTime = this.#next.get(stream.timeframe)?.get(stream.symbol)
      if (openTime !== undefined && now >= openTime + lengthOf(stream.timeframe) + OVERDUE_MS) overdue.push(name)
    }
    if (overdue.length === 0 || this.#connection.link === null) return
    for (const name of overdue) this.#triedFor.add(name)
    this.#setup.note(
      `no closed candle came from ${overdue.slice(0, 5).join(', ')}${overdue.length > 5 ? ` and ${overdue.length - 5} more` : ''}: a new connection is opened`,
    )
    this.#connection.renew()
  }
}
