/** What was asked of the simulator, for tests and people to look at. */

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

/** The newest requests. */
export class RequestLog {
  #lines: LogLine[] = []
  /** Hears of each. */
  onLine: (line: LogLine) => void = () => {}

  add(line: LogLine): void {
    this.#lines.push(line)
    if (this.#lines.length > KEPT) this.#lines = this.#lines.slice(-KEPT / 2)
    this.onLine(line)
  }
  get lines(): readonly LogLine[] {
    return this.#lines
  }
  clear(): void {
    this.#lines = []
  }
}
