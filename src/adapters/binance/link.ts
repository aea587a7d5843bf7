/** One WebSocket to Binance, from the attempt to its end. It is never used again: connection.ts makes the next. */
import { WebSocket } from 'ws'
import type { Time } from '#domain/time.ts'
import type { Clock } from '#ports/clock.ts'

/** One open WebSocket, as its user sees it. */
export interface Link {
  /** Sends a text. False where the socket is not open (any more): it did not leave. */
  send(text: string): boolean
  readonly isOpen: boolean
}

/** What a socket is made of. What is called is called in order: opened, then messages, then ended, whatever happens. */
export interface SocketSetup {
  readonly url: string
  readonly clock: Clock
  /** How long it is used before another takes over, in milliseconds. */
  readonly life: number
  opened(link: Socket): void
  message(data: Buffer, link: Socket): void
  /** It is closed, or never opened. */
  ended(reason: string, link: Socket): void
}

const HANDSHAKE_MS = 10_000
// Binance pings every 20 s: three of them missed
const SILENT_MS = 60_000
const CLOSE_MS = 1_000
// a notice of a shutdown is short; nothing longer is searched for it
const NOTICE_BYTES = 256

/** A WebSocket that is opening, open or closed. A ping is answered with its own payload by the library. */
export class Socket implements Link {
  readonly openedAt: Time
  /** Resolves when it has ended, with the reason. */
  readonly ended: Promise<string>
  /** Resolves when another has to take over: it has ended, is too old, or the server shuts down. */
  readonly worn: Promise<void>
  readonly #socket: WebSocket
  readonly #clock: Clock
  readonly #over = new AbortController()
  #heardAt: Time
  #reason = ''
  #wear: () => void = () => {}

  constructor({ url, clock, life, opened, message, ended }: SocketSetup) {
    this.#clock = clock
    this.openedAt = this.#heardAt = clock.now()
    this.worn = new Promise(resolve => {
      this.#wear = resolve
    })
    const socket = new WebSocket(url, { handshakeTimeout: HANDSHAKE_MS, perMessageDeflate: false })
    this.#socket = socket
    const heard = (): void => {
      this.#heardAt = clock.now()
    }
    socket.on('open', () => {
      heard()
      opened(this)
      void this.#watch(life)
    })
    socket.on('message', data => {
      heard()
      // binaryType is nodebuffer: it comes in one piece
      const bytes = data as Buffer
      if (bytes.length < NOTICE_BYTES && bytes.includes('serverShutdown')) this.wear()
      message(bytes, this)
    })
    socket.on('ping', heard)
    socket.on('error', error => this.#because(reasonOf(error)))
    this.ended = new Promise(resolve => {
      socket.on('close', code => {
        this.#because(`closed by the other side with code ${code}`)
        this.#over.abort()
        this.#wear()
        ended(this.#reason, this)
        resolve(this.#reason)
      })
    })
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN
  }

  send(text: string): boolean {
    if (!this.isOpen) return false
    this.#socket.send(text)
    return true
  }

  /** Another has to take over; this one goes on until then. */
  wear(): void {
    this.#wear()
  }

  /** Cuts it off. */
  terminate(reason: string): void {
    this.#because(reason)
    this.#socket.terminate()
  }

  /** Closes it as one does, or cuts it off where that is not answered. */
  async close(reason: string): Promise<void> {
    this.#because(reason)
    if (this.#socket.readyState === WebSocket.CONNECTING) this.#socket.terminate()
    else this.#socket.close(1000)
    await this.#clock.wait(CLOSE_MS, this.#over.signal)
    this.#socket.terminate()
    await this.ended
  }

  // The first reason is the cause, those after it are what followed.
  #because(reason: string): void {
    if (this.#reason === '') this.#reason = reason
  }

  async #watch(life: number): Promise<void> {
    const { signal } = this.#over
    const until = this.openedAt + life
    while (!signal.aborted) {
      const now = this.#clock.now()
      const silentAt = this.#heardAt + SILENT_MS
      if (now >= silentAt) return this.terminate(`nothing was heard for ${SILENT_MS / 1000} s, not even a ping`)
      if (now >= until) this.wear()
      await this.#clock.wait((now < until ? Math.min(silentAt, until) : silentAt) - now, signal)
    }
  }
}

// Never the address: it may carry a key.
function reasonOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException
  if (code !== undefined) return `the network says ${code}`
  const status = /^Unexpected server response: (\d+)/.exec(error.message)?.[1]
  if (status !== undefined) return `the server answered ${status} instead of opening it`
  return error.message === 'Opening handshake has timed out' ? `it did not open within ${HANDSHAKE_MS / 1000} s` : error.name
}
