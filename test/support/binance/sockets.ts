/** A WebSocket server on this machine that does nothing by itself: a test sees each socket and does with it what it likes. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { Watched } from '../chat/until.ts'

/** A socket as the server sees it. */
export interface Peer {
  readonly socket: WebSocket
  readonly path: string
  /** What came, in order. */
  readonly heard: string[]
  pongs: string[]
  open: boolean
}

export class SocketServer {
  readonly peers: Peer[] = []
  /** How many attempts to open are answered with 503. */
  refusals = 0
  refused = 0
  readonly watched = new Watched()
  onMessage: (peer: Peer, text: string) => void = () => {}
  #server: WebSocketServer | null = null
  #beats = 0

  /** Starts it for a test. Its address. */
  async listen(): Promise<string> {
    const server = new WebSocketServer({
      host: '127.0.0.1',
      port: 0,
      verifyClient: (_, answer) => {
        const refuses = this.refusals > 0
        if (refuses) {
          this.refusals--
          this.refused++
          this.watched.changed()
        }
        answer(!refuses, 503)
      },
    })
    this.#server = server
    server.on('connection', (socket, { url = '/' }) => {
      const peer: Peer = { socket, path: url, heard: [], pongs: [], open: true }
      this.peers.push(peer)
      socket.on('error', () => {})
      socket.on('message', data => {
        peer.heard.push(String(data))
        this.onMessage(peer, String(data))
        this.watched.changed()
      })
      socket.on('pong', data => {
        peer.pongs.push(String(data))
        this.watched.changed()
      })
      socket.on('close', () => {
        peer.open = false
        this.watched.changed()
      })
      this.watched.changed()
    })
    await once(server, 'listening')
    onTestFinished(() => this.close())
    return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  /** The n-th socket, once it is there. */
  peer(index: number): Promise<Peer> {
    return this.watched.until(
      () => this.peers[index],
      () => `socket ${index}; there are ${this.peers.length}`,
    )
  }

  /** Pings every open socket and resolves once each has answered or is closed: what was sent before has arrived by then. */
  async beat(): Promise<void> {
    const payload = String(++this.#beats)
    const asked = this.peers.filter(({ open }) => open)
    for (const { socket } of asked) socket.ping(payload)
    await this.watched.until(
      () => asked.every(({ open, pongs }) => !open || pongs.at(-1) === payload),
      () => `pongs to ${payload}`,
    )
  }

  async close(): Promise<void> {
    const server = this.#server
    if (server === null) return
    for (const { socket } of this.peers) socket.terminate()
    await new Promise(resolve => server.close(resolve))
  }
}
