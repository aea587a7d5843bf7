/** A bare WebSocket client that keeps what it hears, for tests to wait on. */
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { Watched } from '../chat/until.ts'
import { type Query, signatureOf, type Signer, type Wire } from './rest.ts'

/** A socket and what came over it. */
export interface Socket {
  readonly socket: WebSocket
  /** All frames so far, parsed. */
  readonly frames: readonly Wire[]
  readonly pings: readonly string[]
  closed: { readonly code: number } | null
  send(message: object): void
  /** The first frame that fits, now or later. */
  until(fits: (frame: Wire) => boolean, what?: string): Promise<Wire>
  untilClosed(): Promise<number>
  /** The last ping, once there were so many. */
  untilPinged(count: number): Promise<string>
}

/** Opens a socket that ends with the test. Rejects with the HTTP status when it is refused. */
export async function openSocket(url: string, { pong = true }: { pong?: boolean } = {}): Promise<Socket> {
  const socket = new WebSocket(url, { autoPong: pong })
  onTestFinished(() => socket.terminate())
  const watched = new Watched()
  const frames: Wire[] = []
  const pings: string[] = []
  const opened: Socket = {
    socket,
    frames,
    pings,
    closed: null,
    send: message => socket.send(JSON.stringify(message)),
    until: (fits, what = 'a frame') =>
      watched.until(
        () => frames.find(fits),
        () => `${what}; there were ${JSON.stringify(frames).slice(0, 600)}`,
      ),
    untilClosed: async () =>
      (
        await watched.until(
          () => opened.closed,
          () => 'the end of the socket',
        )
      ).code,
    untilPinged: count =>
      watched.until(
        () => (pings.length >= count ? pings.at(-1) : null),
        () => `${count} pings`,
      ),
  }
  socket.on('message', data => {
    frames.push(JSON.parse(String(data)) as Wire)
    watched.changed()
  })
  socket.on('ping', data => {
    pings.push(String(data))
    watched.changed()
  })
  socket.on('close', code => {
    opened.closed = { code }
    watched.changed()
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve())
    socket.once('unexpected-response', (_, response) => reject(new Error(`HTTP ${response.statusCode}`)))
    socket.once('error', reject)
  })
  return opened
}

/** A client of the WebSocket API. */
export interface WsClient extends Socket {
  /** Sends a request and gives its answer. */
  call(method: string, params?: Query): Promise<Wire>
  /** The same, signed. */
  signed(method: string, params?: Query): Promise<Wire>
  /** The first event of the account that fits. */
  event(fits: (event: Wire) => boolean, what?: string): Promise<Wire>
  /** All events of the account so far. */
  events(): readonly Wire[]
}

/** Opens the WebSocket API. */
export async function openWsApi(url: string, signer: Signer, now: () => number = Date.now): Promise<WsClient> {
  const socket = await openSocket(url)
  let ids = 0
  const call = (method: string, params: Query = {}): Promise<Wire> => {
    ids++
    const id = ids
    socket.send({ id, method, params })
    return socket.until(frame => Number(frame['id']) === id && frame['status'] !== undefined, `an answer to ${method}`)
  }
  return Object.assign(socket, {
    call,
    signed(method: string, params: Query = {}) {
      const all: Query = { ...params, apiKey: signer.apiKey, timestamp: now() }
      const payload = Object.keys(all)
        .sort()
        .map(name => `${name}=${all[name]}`)
        .join('&')
      return call(method, { ...all, signature: signatureOf(signer, payload) })
    },
    event: async (fits: (event: Wire) => boolean, what?: string) =>
      (await socket.until(({ event }) => event !== undefined && fits(event), what ?? 'an event'))['event']!,
    events: () => socket.frames.flatMap(frame => (frame['event'] === undefined ? [] : [frame['event']])),
  })
}
