/** All WebSockets on the simulator's port: which path is what, how many may come, and dropping them on purpose. */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { urlOf } from './url.ts'
import type { World } from '../world.ts'
import { Connection, type ConnectionTimes } from './connection.ts'
import { timeUnitOf, type TimeUnit } from './json.ts'
import type { Streams } from './streams.ts'
import type { WsApi } from './ws-api.ts'

/** Market streams, or the WebSocket API. */
export type SocketKind = 'streams' | 'api'

const FRAMES_A_SECOND = 5
const ATTEMPTS_SPAN = 300_000

/** The sockets that are open. */
export class Sockets {
  readonly #world: World
  readonly #times: ConnectionTimes
  readonly #streams: Streams
  readonly #api: WsApi
  readonly #open = new Map<Connection, SocketKind>()
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: 1 << 20 })
  /** Connections that are refused with 503 before the next is taken. */
  refusals = 0
  #attempts: number[] = []

  constructor(world: World, { times, streams, api }: { times: ConnectionTimes; streams: Streams; api: WsApi }) {
    this.#world = world
    this.#times = times
    this.#streams = streams
    this.#api = api
  }

  /** Answers upgrades on a server. */
  attach(server: Server): void {
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
  }

  /** How many are open. */
  count(kind: SocketKind): number {
    return [...this.#open.values()].filter(one => one === kind).length
  }
  /** Bytes that wait to be sent, on the slowest connection. */
  get waiting(): number {
    return Math.max(0, ...[...this.#open.keys()].map(({ waiting }) => waiting))
  }
  /** Subscriptions to the account's events. */
  get subscribers(): number {
    return this.#api.subscribers
  }
  /** Streams that somebody listens to. */
  get streamNames(): readonly string[] {
    return this.#streams.names
  }
  /** Cuts connections without a word: those of a kind, or all. */
  drop(kind: SocketKind | null): void {
    for (const connection of this.#of(kind)) connection.cut()
  }
  /** Ends connections as the server does at their 24th hour. */
  expire(kind: SocketKind | null): void {
    for (const connection of this.#of(kind)) connection.close()
  }
  /** Makes open connections fall silent, or speak again. */
  silence(kind: SocketKind | null, silent: boolean): void {
    for (const connection of this.#of(kind)) connection.silent = silent
  }
  /** Announces that the server goes; whoever is there then is dropped by the caller when it likes. */
  announceShutdown(kind: SocketKind | null): void {
    if (kind !== 'api') this.#streams.announceShutdown()
    if (kind !== 'streams') this.#api.announceShutdown()
  }

  #of(kind: SocketKind | null): Connection[] {
    return [...this.#open].flatMap(([connection, of]) => (kind === null || of === kind ? [connection] : []))
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // a client may be gone before it is answered
    socket.on('error', () => socket.destroy())
    const url = urlOf(request)
    const now = this.#world.clock.now()
    this.#attempts = [...this.#attempts.filter(time => now - time < ATTEMPTS_SPAN), now]
    const kind = kindOf(url.pathname)
    if (kind === null) return refuse(socket, 404)
    const unit = unitIn(url)
    if (unit === null) return refuse(socket, 400)
    if (this.refusals > 0) {
      this.refusals--
      return refuse(socket, 503)
    }
    if (this.#attempts.length > this.#world.limits.setup.connections || this.#world.limits.bannedUntil > now) return refuse(socket, 429)
    this.#server.handleUpgrade(request, socket, head, webSocket => {
      const connection = new Connection(webSocket, this.#world.clock, this.#times, kind === 'streams' ? FRAMES_A_SECOND : 0, unit)
      this.#open.set(connection, kind)
      connection.onClose(() => this.#open.delete(connection))
      if (kind === 'api') this.#api.add(connection, url.searchParams.get('returnRateLimits') !== 'false')
      else this.#streams.add(connection, namesOf(url), url.pathname.startsWith('/stream'))
    })
  }
}

function unitIn(url: URL): TimeUnit | null {
  try {
    return timeUnitOf(url.searchParams.get('timeUnit'))
  } catch {
    return null
  }
}

const kindOf = (path: string): SocketKind | null =>
  path === '/ws-api/v3' ? 'api' : path === '/ws' || path.startsWith('/ws/') || path === '/stream' ? 'streams' : null

const namesOf = (url: URL): string[] =>
  (url.pathname === '/stream' ? (url.searchParams.get('streams') ?? '') : url.pathname.slice('/ws/'.length))
    .split('/')
    .filter(name => name.includes('@'))

const refuse = (socket: Duplex, status: number): void =>
  void socket.end(`HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
