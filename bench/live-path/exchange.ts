/** The other side: a Binance that fills every order at once and looks at its clock when the last byte of a signed order has come. */
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Time } from '#domain/time.ts'
import { API_KEY, answerText, eventTexts, exchangeInfo, type Ordered, orderResult, SECRET } from './wire.ts'

/** Such an exchange, for one client. */
export interface BenchExchange {
  readonly port: number
  /** The connection of the market streams. */
  readonly stream: WebSocket
  /** Resolves when a client listens to the market. */
  readonly listening: Promise<void>
  /** Told of each signed order when it has arrived whole: milliseconds of performance.now(). */
  arrived: (at: number) => void
  /** Resolves when the client has read all that came of its last order. */
  read(): Promise<void>
  close(): Promise<void>
}

type Fields = Record<string, string | number>

/** Opens it on a port of its own. */
export async function openExchange(): Promise<BenchExchange> {
  const server = createServer((request, response) => void rest(request, response))
  const sockets = new WebSocketServer({ server, perMessageDeflate: false })
  let stream: WebSocket | null = null
  let heard = (): void => {}
  const listening = new Promise<void>(resolve => {
    heard = resolve
  })
  let orders = 0

  const rest = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const at = performance.now()
    response.setHeader('content-type', 'application/json')
    if (request.method !== 'POST') {
      response.end(JSON.stringify(publicAnswer(url.pathname)))
      return
    }
    const query = `${url.search.slice(1)}${Buffer.concat(chunks).toString()}`
    const end = query.lastIndexOf('&signature=')
    mustBeSigned(query.slice(0, end), query.slice(end + '&signature='.length))
    const order = Object.fromEntries(new URLSearchParams(query)) as unknown as Ordered
    exchange.arrived(at)
    response.end(JSON.stringify(orderResult(order, ++orders, Date.now() as Time)))
    // what the others answer by the way of their orders
    waitForPong(stream!)
  }

  const api = (socket: WebSocket, data: Buffer): void => {
    const at = performance.now()
    const { id, method, params } = JSON.parse(data.toString()) as { id: unknown; method: string; params: Fields }
    if (method !== 'order.place') {
      socket.send(answerText(id, { subscriptionId: 0 }, orders))
      follows.add(socket)
      return
    }
    const { signature, ...signed } = params
    const names = Object.keys(signed).sort()
    mustBeSigned(names.map(name => `${name}=${signed[name]}`).join('&'), String(signature))
    exchange.arrived(at)
    const order = signed as unknown as Ordered
    const time = Date.now() as Time
    orders++
    socket.send(answerText(id, orderResult(order, orders, time), orders))
    if (follows.has(socket)) for (const text of eventTexts(order, orders, time)) socket.send(text)
    waitForPong(socket)
  }
  let read: Promise<unknown> = Promise.resolve()
  // it comes after all that was sent before it over that socket has been worked off there
  const waitForPong = (socket: WebSocket): void => {
    read = once(socket, 'pong')
    socket.ping()
  }
  const follows = new Set<WebSocket>()

  sockets.on('connection', (socket, { url = '/' }) => {
    if (url.startsWith('/ws-api')) {
      socket.on('message', data => api(socket, data as Buffer))
      return
    }
    stream = socket
    // the floors name their stream in the address, ours subscribes
    if (url.includes('streams=')) heard()
    socket.on('message', data => {
      const { id } = JSON.parse(String(data)) as { id: number }
      socket.send(JSON.stringify({ result: null, id }))
      heard()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const exchange: BenchExchange = {
    port: (server.address() as AddressInfo).port,
    get stream() {
      if (stream === null) throw new Error('nobody listens to the market')
      return stream
    },
    listening,
    arrived: () => {},
    async read() {
      await read
    },
    async close() {
      for (const socket of sockets.clients) socket.terminate()
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
  return exchange
}

function publicAnswer(path: string): unknown {
  if (path === '/api/v3/time') return { serverTime: Date.now() }
  return path === '/api/v3/exchangeInfo' ? exchangeInfo() : []
}

function mustBeSigned(text: string, signature: string): void {
  if (createHmac('sha256', SECRET).update(text).digest('hex') !== signature || !text.includes('timestamp='))
    throw new Error(`an order of "${API_KEY}" came that is not signed: ${text}`)
}
