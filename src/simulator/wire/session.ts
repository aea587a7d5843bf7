/** A client of the WebSocket API: who is logged on, and which user data it has subscribed to. */
import { ApiError } from '../errors.ts'
import type { ApiKey } from '../keys.ts'
import type { Connection } from './connection.ts'

// Subscriptions that a connection may ever have.
const EVER_MOST = 65_535

interface Subscription {
  readonly key: ApiKey
  /** Made by userDataStream.subscribe: ends with the logon. */
  readonly byLogon: boolean
}

/** One client. */
export class Session {
  readonly connection: Connection
  readonly rateLimits: boolean
  key: ApiKey | null = null
  authorizedSince: number | null = null
  readonly subscriptions = new Map<number, Subscription>()
  #ids = 0

  /** `rateLimits`: whether answers tell them unless asked otherwise. */
  constructor(connection: Connection, rateLimits: boolean) {
    this.connection = connection
    this.rateLimits = rateLimits
  }

  /** Begins to tell the events of a key's account. A connection has one subscription an account. */
  subscribe(key: ApiKey, byLogon: boolean): number {
    if ([...this.subscriptions.values()].some(one => one.key.account === key.account))
      throw new ApiError(-2035, 'User Data Stream subscription already active.')
    if (this.#ids >= EVER_MOST) throw new ApiError(-2042, 'Maximum subscription ID reached for this connection.')
    const id = this.#ids++
    this.subscriptions.set(id, { key, byLogon })
    return id
  }

  /** Ends one subscription or all. Their numbers. */
  unsubscribe(id: number | null): number[] {
    const ended = id === null ? [...this.subscriptions.keys()] : this.subscriptions.has(id) ? [id] : []
    if (ended.length === 0) throw new ApiError(-2036, 'User Data Stream subscription not active.')
    for (const one of ended) this.subscriptions.delete(one)
    return ended
  }

  /** Forgets the key. The subscriptions that end with it. */
  logout(): number[] {
    this.key = null
    this.authorizedSince = null
    const ended = [...this.subscriptions].flatMap(([id, { byLogon }]) => (byLogon ? [id] : []))
    for (const id of ended) this.subscriptions.delete(id)
    return ended
  }

  /** What session.status tells. */
  status(now: number): object {
    return {
      apiKey: this.key?.apiKey ?? null,
      authorizedSince: this.authorizedSince,
      connectedSince: this.connection.since,
      returnRateLimits: this.rateLimits,
      serverTime: now,
      userDataStream: this.subscriptions.size > 0,
    }
  }
}
