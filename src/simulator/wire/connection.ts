/** One WebSocket of a client: pings, a limit on its frames, a day's life at most, and what may be wrong with it on purpose. */
import type { WebSocket } from 'ws'
import type { SimulatorClock } from '../clock.ts'
import { textOf, type TimeUnit } from './json.ts'

/** How connections behave in time. Milliseconds. */
export interface ConnectionTimes {
  /** Between two pings of the server. */
  readonly ping: number
  /** Without a pong for so long, the client is gone. */
  readonly pong: number
  /** The longest that a connection lives. */
  readonly life: number
}

/** Binance's: a ping each 20 seconds, a minute for the answer, 24 hours. */
export const usualTimes: ConnectionTimes = { ping: 20_000, pong: 60_000, life: 86_400_000 }

const NORMAL = 1000
const POLICY = 1008

/** A connection. */
export class Connection {
  /** It stays open and says nothing any more, pings included (a fault). */
  silent = false
  readonly since: number
  readonly #socket: WebSocket
  readonly #clock: SimulatorClock
  readonly #framesASecond: number
  readonly #unit: TimeUnit
  #cancels: (() => void)[] = []
  #answered: number
  #slot = 0
  #frames = 0

  /** `framesASecond`: more of them end the connection; 0: no limit. */
  constructor(socket: WebSocket, clock: SimulatorClock, times: ConnectionTimes, framesASecond: number, unit: TimeUnit) {
    this.#unit = unit
    this.#socket = socket
    this.#clock = clock
    this.#framesASecond = framesASecond
    this.since = clock.now()
    this.#answered = this.since
    socket.on('pong', () => {
      this.#answered = clock.now()
      this.#count()
    })
    socket.on('ping', () => this.#count())
    socket.on('error', () => socket.terminate())
    socket.on('close', () => this.#stop())
    this.#pingLater(times)
    this.#cancels.push(clock.after(times.life, () => this.close()))
  }

  /** Hears of each text frame, unless there were too many. */
  onText(hear: (text: string) => void): void {
    this.#socket.on('message', (data, binary) => {
      if (this.#count() && !binary) hear(String(data))
    })
  }
  /** Bytes that wait to be sent. */
  get waiting(): number {
    return this.#socket.bufferedAmount
  }
  onClose(hear: () => void): void {
    this.#socket.on('close', hear)
  }
  /** Sends an object as JSON, unless it fell silent. */
  send(message: object): void {
    if (!this.silent) this.#socket.send(textOf(message, this.#unit))
  }
  /** Ends it as a server does. */
  close(code = NORMAL, reason = ''): void {
    this.#socket.close(code, reason)
    // a client that does not answer the close is not waited for
    this.#cancels.push(this.#clock.after(1000, () => this.#socket.terminate()))
  }
  /** Cuts it without a word. */
  cut(): void {
    this.#socket.terminate()
  }

  #pingLater(times: ConnectionTimes): void {
    this.#cancels[0] = this.#clock.after(times.ping, () => {
      const now = this.#clock.now()
      if (now - this.#answered > times.pong) return this.cut()
      if (!this.silent) this.#socket.ping(String(now))
      this.#pingLater(times)
    })
  }

  #count(): boolean {
    if (this.#framesASecond === 0) return true
    const slot = Math.floor(this.#clock.now() / 1000)
    this.#frames = slot === this.#slot ? this.#frames + 1 : 1
    this.#slot = slot
    if (this.#frames <= this.#framesASecond) return true
    this.close(POLICY, 'Too many requests')
    return false
  }

  #stop(): void {
    for (const cancel of this.#cancels) cancel()
    this.#cancels = []
  }
}
