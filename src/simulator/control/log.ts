/** What was asked of the simulator and what the account was told, for tests and people to look at. */
import type { UserEvent } from '../trading/events.ts'

/** One request. Signatures and keys are not in it. */
export interface LogLine {
  /** UTC milliseconds. */
  readonly time: number
  /** HTTP method, or WS. */
  readonly method: string
  /** Path, or the WebSocket API's method. */
  readonly path: string
  readonly query: string
  readonly body: string
  /** 0: no answer was sent. */
  readonly status: number
  /** The fault that hit it. */
  readonly fault?: string
}

const KEPT = 10_000

/** The newest requests and events. */
export class RequestLog {
  #lines: LogLine[] = []
  #events: UserEvent[] = []
  /** Told that there is one more. */
  onLine: () => void = () => {}

  add(line: LogLine): void {
    this.#lines.push(line)
    this.onLine()
    if (this.#lines.length > KEPT) this.#lines = this.#lines.slice(-KEPT / 2)
  }
  /** Events of the account, as they happened: before any fault took, doubled or moved one. */
  tell(events: readonly UserEvent[]): void {
    this.#events.push(...events)
    if (this.#events.length > KEPT) this.#events = this.#events.slice(-KEPT / 2)
  }
  get events(): readonly UserEvent[] {
    return this.#events
  }
  get lines(): readonly LogLine[] {
    return this.#lines
  }
  clear(): void {
    this.#lines = []
    this.#events = []
  }
}
