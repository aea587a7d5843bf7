/**
 * A WebSocket to Binance that is kept open: for market streams, and for orders and user data. When one is lost another is opened after a
 * pause; when one is about to end the next is opened first, and the old one is dropped once the new one is ready.
 */
import { Fault } from '#domain/fault.ts'
import type { Clock } from '#ports/clock.ts'
import { type Link, Socket } from './link.ts'

export type { Link } from './link.ts'

/** How a connection is kept. What is called must not throw, but for `open` as said there. */
export interface ConnectionSetup {
  /** For messages, which never show the address. */
  readonly name: string
  readonly url: string
  readonly clock: Clock
  /** A number from 0 up to 1, as Math.random gives. */
  random(): number
  /**
   * A link has opened: subscribe, log on. It takes over once this resolves; a Fault that it rejects with drops the link, as half a minute
   * without either does. Until then, and for some seconds after, the one before may still bring messages and answers.
   */
  open(link: Link): Promise<void> | void
  message(data: Buffer, link: Link): void
  /** A link that was told as open is closed: nothing comes from it any more. Each is told once. */
  closed(link: Link, reason: string): void
  /** An attempt did not come to an open link. It is tried again. */
  failed(reason: string): void
  /** For how many milliseconds nothing is to be tried; not given: 0. */
  notFor?(): number
}

/** A connection that is kept open. */
export interface Connection {
  /** The link that is in use, or null while there is none. */
  readonly link: Link | null
  /** Opens a new one and then drops the old. */
  renew(): void
  /** Closes it for good. Resolves when nothing of it is open any more. */
  stop(): Promise<void>
}

// Binance cuts after 24 h. Some do it earlier than others, so that not all are renewed at once.
const LIFE_MS = 23 * 3_600_000
const LIFE_SPREAD_MS = 1_800_000
const PAUSE_MS = 1_000
const MOST_DOUBLINGS = 5
// one that lasted so long was a good one: pauses begin anew
const STEADY_MS = 60_000
const READY_MS = 30_000
// answers that are under way still arrive
const LINGER_MS = 5_000

/** Begins to connect. Throws Fault misconfigured for an address that is none. */
export function openConnection(setup: ConnectionSetup): Connection {
  const protocol = URL.canParse(setup.url) ? new URL(setup.url).protocol : ''
  if (protocol !== 'ws:' && protocol !== 'wss:')
    throw new Fault('misconfigured', `${setup.name}: its address is not that of a WebSocket. It has to begin with wss:// (or ws://).`)
  return new KeptConnection(setup)
}

class KeptConnection implements Connection {
  readonly #setup: ConnectionSetup
  readonly #stopping = new AbortController()
  readonly #sockets = new Set<Socket>()
  readonly #running: Promise<void>
  #current: Socket | null = null

  constructor(setup: ConnectionSetup) {
    this.#setup = setup
    this.#running = this.#run()
  }

  get link(): Link | null {
    return this.#current?.isOpen === true ? this.#current : null
  }

  renew(): void {
    this.#current?.wear()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.all([...this.#sockets].map(socket => socket.close('stopped')))
    await this.#running
  }

  async #run(): Promise<void> {
    const { clock, random } = this.#setup
    const { signal } = this.#stopping
    let failures = 0
    while (!signal.aborted) {
      const held = this.#setup.notFor?.() ?? 0
      if (held > 0) {
        await clock.wait(held, signal)
        continue
      }
      const socket = await this.#attempt()
      if (socket !== null) {
        const old = this.#current
        this.#current = socket
        if (old !== null) void this.#retire(old)
        await socket.worn
        if (clock.now() - socket.openedAt >= STEADY_MS) failures = 0
      }
      if (signal.aborted) return
      const pause = PAUSE_MS * 2 ** Math.min(failures++, MOST_DOUBLINGS)
      await clock.wait(pause * (0.5 + random() / 2), signal)
    }
  }

  // A socket that is open and ready, or null.
  async #attempt(): Promise<Socket | null> {
    const { url, clock, random, open, message, closed, failed } = this.#setup
    let told = false
    let ready: Promise<void> | null = null
    const socket = await new Promise<Socket>(resolve => {
      const one = new Socket({
        url,
        clock,
        life: LIFE_MS - random() * LIFE_SPREAD_MS,
        opened: link => {
          told = true
          ready = Promise.resolve(open(link))
          resolve(link)
        },
        message,
        ended: (reason, link) => {
          this.#sockets.delete(link)
          if (told) closed(link, reason)
          else if (!this.#stopping.signal.aborted) failed(reason)
          resolve(link)
        },
      })
      this.#sockets.add(one)
    })
    if (ready !== null && socket.isOpen) await this.#untilReady(socket, ready)
    return socket.isOpen ? socket : null
  }

  async #untilReady(socket: Socket, ready: Promise<void>): Promise<void> {
    const enough = new AbortController()
    const late = async (): Promise<void> => {
      await this.#setup.clock.wait(READY_MS, enough.signal)
      if (!enough.signal.aborted) socket.terminate(`it was not ready within ${READY_MS / 1000} s`)
    }
    try {
      await Promise.race([ready, late(), socket.ended])
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      socket.terminate(error.message)
      await socket.ended
    } finally {
      enough.abort()
      // what it rejects with after the link is gone says nothing new
      ready.catch(() => {})
    }
  }

  async #retire(old: Socket): Promise<void> {
    await this.#setup.clock.wait(LINGER_MS, this.#stopping.signal)
    await old.close('a newer one took over')
  }
}
