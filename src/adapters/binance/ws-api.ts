/**
 * The WebSocket API of Binance: requests and their answers over one connection that is kept open, and the events of user data that come
 * over it. A request that was sent and not answered is an unknown outcome where it changes something. Nothing is ever sent twice, but for
 * a request that Binance refused for its time alone.
 */
import type { Time } from '#domain/time.ts'
import type { Clock } from '#ports/clock.ts'
import type { Budget, Cost, RateLimit, Urgency } from './budget.ts'
import { type Connection, type Link, openConnection } from './connection.ts'
import { BAD_TIMESTAMP, BinanceFault, faultOf, halvesOf } from './faults.ts'
import { cleaned, heed, RECEIVE_WINDOW_MS, TIMEOUT_MS } from './rest.ts'
import type { ServerClock } from './server-clock.ts'
import type { Signer } from './signer.ts'

/** A request over the WebSocket API. */
export interface Call extends Cost {
  readonly method: string
  readonly parameters?: Readonly<Record<string, string>>
  readonly urgency?: Urgency
  /** Whether it changes something there. */
  readonly changes?: boolean
  /** It must not leave before this has resolved; it is signed meanwhile. */
  readonly hold?: Promise<void> | undefined
  /** It has been signed and goes out now. May be called a second time, where Binance refused the first for its time. */
  sent?(): void
}

/** Sends a request over one link. Throws BinanceFault; retry: it did not leave, or changes nothing. */
export type Caller = (call: Call) => Promise<unknown>

/** The WebSocket API. */
export interface WsApi {
  /** True while requests can be sent. */
  readonly open: boolean
  /** Sends a request and resolves with what was answered. Throws BinanceFault. */
  call: Caller
  /** Opens another connection and drops this one. */
  renew(): void
  stop(): Promise<void>
}

/** What it is made of. What is called must not throw. */
export interface WsApiSetup {
  /** With its path: wss://ws-api.binance.com/ws-api/v3 */
  readonly url: string
  readonly signer: Signer
  readonly clock: Clock
  readonly serverClock: ServerClock
  readonly budget: Budget
  /** A number from 0 up to 1, as Math.random gives. */
  random(): number
  /** A connection is there, logged on where the key can: what is called now goes over it. */
  opened(call: Caller): Promise<void>
  /** Something happened that nobody asked for. */
  event(event: Readonly<Record<string, unknown>>): void
  /** There is no connection, and why. */
  lost(reason: string): void
  /** Milliseconds until a request counts as unanswered; 5,000. */
  readonly timeout?: number
}

interface Waiting {
  readonly call: Call
  readonly link: Link
  readonly due: number
  resolve(result: unknown): void
  reject(fault: BinanceFault): void
}

// Signed, for one link, at an instant.
interface Ready {
  readonly id: number
  readonly link: Link
  readonly text: string
  readonly at: Time
}

// what was signed before is signed anew: Binance takes it for `RECEIVE_WINDOW_MS`
const FRESH_MS = 500

/** Asks for user data where the connection is logged on. It takes no parameters at all. */
export const SUBSCRIBE = 'userDataStream.subscribe'

/** Begins to connect. Throws Fault misconfigured for an address that is none. */
export function openWsApi(setup: WsApiSetup): WsApi {
  const calls = new Calls(setup)
  const connection: Connection = openConnection({
    name: "Binance's WebSocket API",
    url: setup.url,
    clock: setup.clock,
    random: setup.random,
    async open(link) {
      if (setup.signer.kind === 'ed25519') await calls.logOn(link)
      await setup.opened(call => calls.send(call, () => link))
    },
    message: (data, link) => calls.heard(data, link),
    closed(link, reason) {
      calls.closed(link, reason)
      // an older one may close while a newer is in use
      if (connection.link === null) setup.lost(reason)
    },
    // a planned renewal may fail while the link that it was to replace still serves
    failed(reason) {
      if (connection.link === null) setup.lost(reason)
    },
    // to connect is to ask
    notFor: () => setup.budget.bannedUntil - setup.clock.now(),
  })
  return {
    get open() {
      return connection.link !== null
    },
    call: call => calls.send(call, () => connection.link),
    renew: () => connection.renew(),
    async stop() {
      await connection.stop()
      calls.stop()
    },
  }
}

class Calls {
  readonly #setup: WsApiSetup
  readonly #timeout: number
  readonly #waiting = new Map<number, Waiting>()
  readonly #loggedOn = new WeakSet<Link>()
  readonly #stopping = new AbortController()
  #count = 0
  #watching = false

  constructor(setup: WsApiSetup) {
    this.#setup = setup
    this.#timeout = setup.timeout ?? TIMEOUT_MS
  }

  /** From now on requests over this link need no signature. */
  async logOn(link: Link): Promise<void> {
    await this.send({ method: 'session.logon', weight: 2, urgency: 'exit' }, () => link)
    this.#loggedOn.add(link)
  }

  /** `linkNow`: the link to send over, asked for when it goes out: it may have to wait before. */
  async send(call: Call, linkNow: () => Link | null): Promise<unknown> {
    const { budget, serverClock } = this.#setup
    if (!budget.tryTake(call, call.urgency ?? 'ordinary')) await budget.take(call, call.urgency ?? 'ordinary', this.#stopping.signal)
    const measured = serverClock.begun
    try {
      return await this.#once(call, linkNow)
    } catch (error) {
      if (!(error instanceof BinanceFault) || error.code !== BAD_TIMESTAMP) throw error
      // it was refused before the engine saw it: signed anew it may be sent again
      await serverClock.measureAfter(measured)
      return await this.#once(call, linkNow)
    } finally {
      budget.settle(call)
    }
  }

  heard(data: Buffer, link: Link): void {
    let message: Message
    try {
      message = JSON.parse(data.toString()) as Message
    } catch {
      return
    }
    if (message.event !== undefined) return this.#setup.event(message.event)
    if (message.rateLimits !== undefined) this.#setup.budget.limits(message.rateLimits)
    const waiting = typeof message.id === 'number' ? this.#waiting.get(message.id) : undefined
    // too late, or of nobody: whoever asked has looked by other means
    if (waiting === undefined || waiting.link !== link) return
    this.#waiting.delete(message.id as number)
    if (message.status === 200) waiting.resolve(message.result)
    else waiting.reject(this.#faultOf(waiting.call, message))
  }

  closed(link: Link, reason: string): void {
    this.#loggedOn.delete(link)
    for (const [id, waiting] of this.#waiting) {
      if (waiting.link !== link) continue
      this.#waiting.delete(id)
      waiting.reject(unanswered(waiting.call, `the connection ended (${reason})`))
    }
  }

  stop(): void {
    this.#stopping.abort()
  }

  async #once(call: Call, linkNow: () => Link | null): Promise<unknown> {
    let ready = this.#ready(call, linkNow())
    if (call.hold !== undefined) {
      await call.hold
      const link = linkNow()
      if (ready?.link !== link || this.#setup.clock.now() - ready!.at > FRESH_MS) ready = this.#ready(call, link)
    }
    return new Promise((resolve, reject) => {
      if (ready === null || !ready.link.send(ready.text))
        return reject(new BinanceFault('retry', `Binance, ${call.method}: there is no connection. It was not sent.`))
      call.sent?.()
      const { id, link } = ready
      this.#waiting.set(id, { call, link, due: this.#setup.clock.now() + this.#timeout, resolve, reject })
      if (!this.#watching) void this.#watch()
    })
  }

  // A request as it goes over a link; null: there is none.
  #ready(call: Call, link: Link | null): Ready | null {
    if (link === null) return null
    const id = ++this.#count
    const text = JSON.stringify({ id, method: call.method, params: this.#signed(call, link) })
    return { id, link, text, at: this.#setup.clock.now() }
  }

  // After a log-on only the time is needed. Else all parameters by name are signed, unencoded: not as for REST.
  #signed({ method, parameters = {} }: Call, link: Link): Record<string, string | number> {
    const { signer, serverClock } = this.#setup
    if (method === SUBSCRIBE) return {}
    const signed: Record<string, string | number> = { recvWindow: RECEIVE_WINDOW_MS, timestamp: serverClock.now() }
    for (const name of Object.keys(parameters)) signed[name] = parameters[name]!
    if (this.#loggedOn.has(link)) return signed
    signed['apiKey'] = signer.apiKey
    let text = ''
    for (const name of Object.keys(signed).sort()) text += `${text === '' ? '' : '&'}${name}=${signed[name]}`
    signed['signature'] = signer.sign(text)
    return signed
  }

  #faultOf(call: Call, { status = 0, error = {} }: Message): BinanceFault {
    const { signer, serverClock, budget } = this.#setup
    const again = Number(error.data?.retryAfter ?? 0)
    const fault = faultOf({
      ask: call.method,
      changes: call.changes === true,
      status,
      code: Number(error.code ?? 0) || 0,
      text: cleaned(String(error.msg ?? ''), signer),
      // an instant here, not a span as with REST
      retryAfter: again > 0 ? Math.max(1, again - serverClock.now()) : 0,
      halves: halvesOf(error.data, text => cleaned(text, signer)),
    })
    heed(budget, status, fault)
    return fault
  }

  // One timer for all that wait: they become due in the order in which they were sent.
  async #watch(): Promise<void> {
    const { clock } = this.#setup
    this.#watching = true
    for (let [first] = this.#waiting.values(); first !== undefined; [first] = this.#waiting.values()) {
      await clock.wait(Math.max(1, first.due - clock.now()), this.#stopping.signal)
      const now = this.#stopping.signal.aborted ? Number.POSITIVE_INFINITY : clock.now()
      for (const [id, waiting] of this.#waiting) {
        if (waiting.due > now) break
        this.#waiting.delete(id)
        waiting.reject(unanswered(waiting.call, 'there was no answer in time'))
      }
    }
    this.#watching = false
  }
}

interface Message {
  readonly id?: unknown
  readonly status?: number
  readonly result?: unknown
  readonly error?: { readonly code?: number; readonly msg?: string; readonly data?: { readonly retryAfter?: number } }
  readonly rateLimits?: readonly RateLimit[]
  readonly event?: Readonly<Record<string, unknown>>
}

const unanswered = ({ method, changes }: Call, why: string): BinanceFault =>
  changes === true
    ? new BinanceFault('unknown_outcome', `Binance, ${method}: ${why}. Whether it was done is unknown.`)
    : new BinanceFault('retry', `Binance, ${method}: ${why}.`)
