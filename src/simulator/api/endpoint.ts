/** An endpoint: one thing that can be asked for, by REST and by the WebSocket API alike. */
import type { Params } from '../params.ts'
import type { ApiKey } from '../keys.ts'
import type { World } from '../world.ts'

/** Who may ask. NONE needs no key. */
export type Security = 'NONE' | 'TRADE' | 'USER_DATA' | 'USER_STREAM'

/** What an endpoint answers with: the body, and an HTTP status where it is not 200. */
export interface Answer {
  readonly body: unknown
  readonly status?: number
  /** Seconds until a client may come again, with a 429. */
  readonly retryAfter?: number
}

/** A request on its way to an endpoint. */
export interface Call {
  readonly world: World
  readonly params: Params
  /** The key that signed it; null for public requests. */
  readonly key: ApiKey | null
  /** All parameters have been read: refuses surplus ones. To be called before anything is changed. */
  ready(): void
}

/** One endpoint. */
export interface Endpoint {
  /** Method and path: "GET /api/v3/klines". */
  readonly rest: string
  /** The WebSocket API's name, or null where it has none. */
  readonly ws: string | null
  readonly security: Security
  /** Request weight. */
  readonly weight: number | ((params: Params) => number)
  /** Orders that it adds, for the unfilled order count; successful ones cost no weight. */
  readonly orders?: number
  /** True where success costs no weight though no order is placed (cancels). */
  readonly free?: boolean
  answer(call: Call): Answer
}

/** An answer of HTTP 200. */
export const ok = (body: unknown): Answer => ({ body })
