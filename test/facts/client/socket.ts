/** One WebSocket: what came is kept in order, and can be waited for. */
import { WebSocket } from 'ws'
import { Difference, Seen } from '../seen.ts'
import type { Transcript } from '../transcript.ts'
import { refusalOf } from './target.ts'

const PATIENCE_MS = 10_000

/** A connection. */
export class Socket {
  /** What came, parsed, in order. */
  readonly frames: Seen[] = []
  /** Payloads of the server's pings. */
  readonly pings: string[] = []
  /** How it ended; null while it is open. */
  closed: number | null = null
  readonly #socket: WebSocket
  readonly #name: string
  readonly #transcript: Transcript
  readonly #looks = new Set<() => void>()

  private constructor(socket: WebSocket, name: string, transcript: Transcript) {
    this.#socket = socket
    this.#name = name
    this.#transcript = transcript
    socket.on('message', data => this.#came(String(data)))
    socket.on('ping', data => this.#changed(() => this.pings.push(String(data))))
    socket.on('close', code => this.#changed(() => (this.closed = code)))
    socket.on('error', () => {})
  }

  /** Opens one. `name`: what a transcript calls it. */
  static async open(url: string, name: string, transcript: Transcript): Promise<Socket> {
    const refusal = refusalOf(url)
    if (refusal !== null) throw new TypeError(refusal)
    const socket = new WebSocket(url, { followRedirects: false })
    const opened = new Socket(socket, name, transcript)
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('error', reject)
    })
    return opened
  }

  /** Sends an object as JSON, or a text as it stands. */
  send(message: object | string): void {
    const text = typeof message === 'string' ? message : JSON.stringify(message)
    this.#transcript.frame(this.#name, 'sent', text)
    this.#socket.send(text)
  }

  /** Resolves with what `look` finds, looked at again whenever something came. Throws Difference after a while. */
  until<Found>(what: string, look: () => Found | undefined | null | false, patience = PATIENCE_MS): Promise<Found> {
    return new Promise((resolve, reject) => {
      const again = (): void => {
        const found = look()
        if (found === undefined || found === null || found === false) return
        end()
        resolve(found)
      }
      const timer = setTimeout(() => {
        end()
        const last = this.frames.slice(-3).map(({ value }) => value)
        reject(new Difference(what, `nothing such in ${patience / 1000} s; last came ${JSON.stringify(last)}`))
      }, patience)
      const end = (): void => {
        clearTimeout(timer)
        this.#looks.delete(again)
      }
      this.#looks.add(again)
      again()
    })
  }

  /** The first frame after so many that fits. */
  next(after: number, what: string, fits: (frame: Seen) => boolean, patience = PATIENCE_MS): Promise<Seen> {
    return this.until(what, () => this.frames.slice(after).find(fits), patience)
  }

  close(): void {
    this.#socket.terminate()
  }

  #came(text: string): void {
    this.#transcript.frame(this.#name, 'came', text)
    this.#changed(() => this.frames.push(new Seen(JSON.parse(text), 'the frame')))
  }
  #changed(change: () => unknown): void {
    change()
    for (const look of this.#looks) look()
  }
}
