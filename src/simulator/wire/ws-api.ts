/** The WebSocket API: requests and answers over one socket, sessions, and the user data stream. */
import { admit, type Credentials } from '../api/dispatch.ts'
import { type Endpoint, ok } from '../api/endpoint.ts'
import type { LogLine } from '../control/log.ts'
import { underFaults } from '../control/under-faults.ts'
import { ApiError, badKey } from '../errors.ts'
import type { RateLimit } from '../limits.ts'
import { Params } from '../params.ts'
import type { UserEvent } from '../trading/events.ts'
import type { World } from '../world.ts'
import { byWs } from './answers.ts'
import type { Connection } from './connection.ts'
import { disturbed } from './disturbed.ts'
import { readJson, Written } from './json.ts'
import { Session } from './session.ts'

interface Request {
  readonly id: unknown
  readonly method: string
  readonly values: ReadonlyMap<string, string>
  /** What is signed: all parameters but the signature, sorted, as they are written, not percent-encoded. */
  readonly payload: string
}

interface WsReply {
  readonly status: number
  readonly result?: unknown
  readonly error?: unknown
}

const WEIGHT = 2

/** All clients of the WebSocket API. */
export class WsApi {
  readonly #world: World
  readonly #log: (line: LogLine) => void
  readonly #flush: () => void
  readonly #sessions = new Set<Session>()
  readonly #late = new Map<number, UserEvent[]>()

  /** `flush` sends what the account's events are, at the right moment of an answer. */
  constructor(world: World, { flush, log }: { flush(): void; log(line: LogLine): void }) {
    this.#world = world
    this.#flush = flush
    this.#log = log
  }

  /** Takes a client in. */
  add(connection: Connection, rateLimits: boolean): void {
    const session = new Session(connection, rateLimits)
    this.#sessions.add(session)
    this.#world.limits.spend(WEIGHT)
    connection.onClose(() => this.#sessions.delete(session))
    connection.onText(text => void this.#answer(session, text))
  }

  /** Sends an account's events to everybody who has subscribed to them. */
  tell(account: number, events: readonly UserEvent[]): void {
    const { now, late } = disturbed(events, this.#late.get(account) ?? [], {
      faultsOf: ({ e }) => this.#world.faults.ofEvent([e], true),
      streamOf: () => '',
    })
    this.#late.set(account, late)
    for (const event of now)
      for (const { connection, subscriptions } of this.#sessions)
        for (const [subscriptionId, { key }] of subscriptions)
          if (key.account === account && !key.revoked) connection.send({ subscriptionId, event })
  }
  /** Tells everybody that the server is about to go. */
  announceShutdown(): void {
    for (const { connection } of this.#sessions) connection.send({ event: { e: 'serverShutdown', E: this.#world.now() } })
  }
  /** Drops everybody: what a ban does. */
  dropAll(): void {
    for (const { connection } of this.#sessions) connection.close()
  }
  /** How many subscriptions to the account's events there are. */
  get subscribers(): number {
    return [...this.#sessions].reduce((sum, { subscriptions }) => sum + subscriptions.size, 0)
  }

  async #answer(session: Session, text: string): Promise<void> {
    const request = read(text)
    if (request === null) return session.connection.send({ id: null, status: 400, error: { code: -1135, msg: 'Invalid JSON Request' } })
    // the next request ends the session of a key that was taken back
    if (session.key?.revoked === true) {
      session.logout()
      return session.connection.send({ id: null, ...failure(badKey()) })
    }
    const [method, path] = (byWs.get(request.method)?.rest ?? ' ').split(' ') as [string, string]
    const faults = this.#world.faults.ofRequest(['WS', method], [request.method, path])
    const ending = await underFaults<WsReply>(this.#world, faults, {
      act: pause => this.#carryOut(session, request, pause),
      refuse: error => failure(error, this.#world.now()),
      broken: status => failure(new ApiError(-1000, 'An unknown error occurred while processing the request.', { status })),
      flush: this.#flush,
      done: reply =>
        this.#log({ ...logged(request, this.#world.clock.now(), reply), ...(faults[0] === undefined ? {} : { fault: faults[0].kind }) }),
    })
    if (ending.kind === 'answer') {
      session.connection.send({ id: request.id, ...ending.reply, ...this.#limitsFor(session, request) })
      if (ending.reply.status === 418) this.dropAll()
    }
    this.#flush()
    const event = { e: 'eventStreamTerminated', E: this.#world.now() }
    for (const subscriptionId of this.#terminated.splice(0)) session.connection.send({ subscriptionId, event })
  }

  #terminated: number[] = []

  async #carryOut(session: Session, request: Request, pause: () => Promise<void>): Promise<WsReply> {
    try {
      const endpoint = byWs.get(request.method) ?? this.#ofSession(session, request.method)
      const params = new Params(request.values)
      const act = admit(this.#world, endpoint, params, credentialsOf(session, request))
      await pause()
      const { body, status = 200 } = act()
      return status < 400 ? { status, result: body } : { status, error: body }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      return failure(error, this.#world.now())
    }
  }

  // What belongs to the session, and to no REST path.
  #ofSession(session: Session, method: string): Endpoint {
    const open = { rest: '', ws: method, weight: WEIGHT, security: 'NONE' as const }
    const now = this.#world.now()
    switch (method) {
      case 'session.logon':
        return {
          ...open,
          security: 'USER_STREAM',
          answer: ({ key }) => {
            if (key!.kind !== 'ED25519')
              throw new ApiError(-4056, `${key!.kind === 'HMAC' ? 'HMAC_SHA256' : 'RSA'} API key is not supported.`)
            session.key = key
            session.authorizedSince = now
            return ok(session.status(now))
          },
        }
      case 'session.status':
        return { ...open, answer: () => ok(session.status(now)) }
      case 'session.logout':
        return {
          ...open,
          answer: () => {
            this.#terminated.push(...session.logout())
            return ok(session.status(now))
          },
        }
      case 'session.subscriptions':
        return { ...open, answer: () => ok([...session.subscriptions.keys()].map(subscriptionId => ({ subscriptionId }))) }
      case 'userDataStream.subscribe':
        return {
          ...open,
          answer: () => {
            if (session.key === null) throw badKey()
            return ok({ subscriptionId: session.subscribe(session.key, true) })
          },
        }
      case 'userDataStream.subscribe.signature':
        return { ...open, security: 'USER_STREAM', answer: ({ key }) => ok({ subscriptionId: session.subscribe(key!, false) }) }
      case 'userDataStream.unsubscribe':
        return {
          ...open,
          answer: ({ params }) => {
            this.#terminated.push(...session.unsubscribe(params.integer('subscriptionId')))
            return ok({})
          },
        }
      default:
        throw new ApiError(-1000, `Unknown method '${method}'.`)
    }
  }

  #limitsFor(session: Session, { method, values }: Request): { rateLimits?: RateLimit[] } {
    const asked = values.get('returnRateLimits')
    if (!(asked === undefined ? session.rateLimits : asked === 'true')) return {}
    const key = values.has('apiKey') ? this.#world.keys.get(values.get('apiKey')!) : session.key
    const { limits } = key == null ? this.#world : this.#world.of(key)
    return { rateLimits: [...(byWs.get(method)?.orders === undefined ? [] : limits.orderRows()), this.#world.limits.weightRow()] }
  }
}

const logged = ({ method, values }: Request, time: number, reply: WsReply | null): LogLine => ({
  time,
  method: 'WS',
  path: method,
  query: [...values].flatMap(([name, value]) => (name === 'signature' || name === 'apiKey' ? [] : [`${name}=${value}`])).join('&'),
  body: '',
  status: reply?.status ?? 0,
})

function failure(error: ApiError, now = 0): WsReply {
  const { status, code, message: msg, data, retryAfter } = error
  const more = data ?? (retryAfter > 0 ? { serverTime: now, retryAfter: now + retryAfter * 1000 } : undefined)
  return { status, error: more === undefined ? { code, msg } : { code, msg, data: more } }
}

function read(text: string): Request | null {
  let message: { id?: unknown; method?: unknown; params?: unknown }
  try {
    message = readJson(text) as typeof message
  } catch {
    return null
  }
  if (typeof message !== 'object' || message === null || typeof message.method !== 'string') return null
  const params = typeof message.params === 'object' && message.params !== null ? Object.entries(message.params) : []
  const payload = params
    .filter(([name]) => name !== 'signature')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${writtenAs(value)}`)
    .join('&')
  // null is nothing, as an empty text is
  const values = new Map(params.map(([name, value]) => [name, value === null ? '' : writtenAs(value)]))
  return { id: message.id ?? null, method: message.method.replace(/^v3\//, ''), values, payload }
}

const writtenAs = (value: unknown): string =>
  value instanceof Written ? value.text : typeof value === 'object' ? JSON.stringify(value) : String(value)

function credentialsOf(session: Session, { values, payload }: Request): Credentials {
  return { apiKey: values.get('apiKey') ?? null, payload, session: values.has('apiKey') ? null : session.key }
}
