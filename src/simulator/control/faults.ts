/** Faults on purpose: each is armed by an admin, hits the requests it fits, and is gone after a number of them. */

/** What can go wrong with a request. */
export type RequestFault =
  /** It is carried out, and the connection is cut before the answer. */
  | { readonly kind: 'reply_lost' }
  /** It never arrives: the connection is cut. */
  | { readonly kind: 'request_lost' }
  /** It arrives, and nothing is ever answered. */
  | { readonly kind: 'silence'; readonly executed: boolean }
  /** An HTTP status with an HTML body, done or not. */
  | { readonly kind: 'server_error'; readonly status: number; readonly executed: boolean }
  /** -1007: status unknown, done or not. */
  | { readonly kind: 'timeout'; readonly executed: boolean }
  /** It waits before it is looked at (false), between its two time checks (engine), or before its answer (true). Milliseconds. */
  | { readonly kind: 'latency'; readonly milliseconds: number; readonly after: boolean | 'engine' }
  /** The connection is cut, and the request carried out only so many milliseconds later, if it is still in its time then. */
  | { readonly kind: 'late'; readonly milliseconds: number }
  /** Any refusal. */
  | { readonly kind: 'refuse'; readonly status: number; readonly code: number; readonly text: string; readonly retryAfter: number }
  /** Its events go out before its answer. */
  | { readonly kind: 'events_first' }

/** What can go wrong with an event of the account or of a market stream. */
export type EventFault =
  | { readonly kind: 'event_lost' }
  | { readonly kind: 'event_twice' }
  /** It comes after the next one. */
  | { readonly kind: 'event_late' }

/** Where and how often. */
export interface Where {
  /** HTTP method; any when absent. The WebSocket API's requests are known by their REST twin, too. */
  readonly method?: string
  /** The path, or the WebSocket API's method; either names its twin too. With a star at its end: whatever begins so. */
  readonly path?: string
  /** For events: the type, such as executionReport or kline, or a stream, such as btcusdc@kline_1m. Without one: any of the account's. */
  readonly type?: string
  /** How often; default once. */
  readonly count?: number
  /** Fitting ones that pass before the first hit. */
  readonly skip?: number
}

/** A fault that is armed. */
export interface Armed {
  readonly id: number
  readonly fault: RequestFault | EventFault
  readonly where: Where
  left: number
  skip: number
}

/** How far views lag behind the engine, in milliseconds. */
export interface Lags {
  orders: number
  trades: number
  balances: number
}

const isMeant = (pattern: string, name: string): boolean =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern

const eventKinds = new Set(['event_lost', 'event_twice', 'event_late'])

/** All faults that are armed. */
export class Faults {
  readonly lags: Lags = { orders: 0, trades: 0, balances: 0 }
  #armed: Armed[] = []
  #ids = 0

  /** Arms a fault. */
  arm(fault: RequestFault | EventFault, where: Where = {}): Armed {
    this.#ids++
    const armed = { id: this.#ids, fault, where, left: where.count ?? 1, skip: where.skip ?? 0 }
    this.#armed.push(armed)
    return armed
  }
  /** Disarms one, or all. */
  disarm(id: number | null): void {
    this.#armed = id === null ? [] : this.#armed.filter(armed => armed.id !== id)
    if (id === null) Object.assign(this.lags, { orders: 0, trades: 0, balances: 0 })
  }
  list(): readonly Armed[] {
    return this.#armed
  }

  /** Faults that hit a request: they are spent by it. `methods`, `names`: HTTP method or WS and path, and those of its twin. */
  ofRequest(methods: readonly string[], names: readonly string[]): RequestFault[] {
    return this.#take(
      ({ fault, where }) =>
        !eventKinds.has(fault.kind) &&
        (where.method === undefined || methods.includes(where.method)) &&
        (where.path === undefined || names.some(name => isMeant(where.path!, name))),
    ) as RequestFault[]
  }
  /** Faults that hit an event. `names`: its type, its stream; `account`: whether it is the account's. */
  ofEvent(names: readonly string[], account: boolean): EventFault[] {
    return this.#take(
      ({ fault, where }) => eventKinds.has(fault.kind) && (where.type === undefined ? account : names.includes(where.type)),
    ) as EventFault[]
  }

  #take(fits: (armed: Armed) => boolean): (RequestFault | EventFault)[] {
    const hits: (RequestFault | EventFault)[] = []
    for (const armed of this.#armed) {
      if (armed.left === 0 || !fits(armed)) continue
      if (armed.skip > 0) {
        armed.skip--
        continue
      }
      armed.left--
      hits.push(armed.fault)
    }
    this.#armed = this.#armed.filter(({ left }) => left > 0)
    return hits
  }
}
