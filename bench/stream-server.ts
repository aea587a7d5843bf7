/** A process that sends klines to whoever subscribed, as fast as the socket takes them: framed beforehand, so that it costs the receiver nothing. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'

/** What it is asked to make ready: of each stream so many open bars and then the closed one. `fire` sends it. */
export interface Order {
  readonly openTime: number
  readonly opens: number
}

const CHUNK = 1 << 20

function kline(name: string, { openTime }: Order, closed: boolean, price: number): string {
  const symbol = name.slice(0, name.indexOf('@')).toUpperCase()
  const [open, high, low, close] = [price, price * 1.001, price * 0.999, price * 1.0005].map(value => value.toFixed(8))
  return (
    `{"stream":"${name}","data":{"e":"kline","E":${openTime + 59_999},"s":"${symbol}","k":{"t":${openTime},"T":${openTime + 59_999},"s":"${symbol}","i":"1m",` +
    `"f":3735683259,"L":3735683359,"o":"${open}","c":"${close}","h":"${high}","l":"${low}","v":"12.34560000","n":101,"x":${closed},` +
    `"q":"761234.12345678","V":"6.12340000","Q":"378901.12345678","B":"0"}}}`
  )
}

function frame(text: string): Buffer {
  const payload = Buffer.from(text)
  const head = Buffer.from([0x81, 126, payload.length >> 8, payload.length & 255])
  return Buffer.concat([head, payload])
}

function framesOf(names: ReadonlySet<string>, order: Order, random: () => number): Buffer[] {
  const frames: Buffer[] = []
  const candles = [...names].filter(name => name.includes('@kline'))
  for (let round = 0; round <= order.opens; round++)
    for (const name of candles) frames.push(frame(kline(name, order, round === order.opens, 100 + random())))
  const whole = Buffer.concat(frames)
  return Array.from({ length: Math.ceil(whole.length / CHUNK) }, (_, index) => whole.subarray(index * CHUNK, (index + 1) * CHUNK))
}

const lists = new Map<Duplex, Set<string>>()
const sockets = new WebSocketServer({ noServer: true })
const server = createServer()
server.on('upgrade', (request, socket, head) => {
  sockets.handleUpgrade(request, socket, head, peer => {
    const list = new Set<string>()
    lists.set(socket, list)
    peer.on('error', () => {})
    peer.on('close', () => lists.delete(socket))
    peer.on('message', data => {
      const { params, id } = JSON.parse(String(data)) as { params: string[]; id: number }
      for (const name of params) list.add(name)
      peer.send(JSON.stringify({ result: null, id }))
      process.send?.({ subscribed: [...lists.values()].reduce((sum, { size }) => sum + size, 0) })
    })
  })
})
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))

let waiting: { readonly socket: Duplex; readonly chunks: Buffer[] }[] = []
process.on('message', (order: Order | 'fire') => {
  if (order === 'fire') for (const { socket, chunks } of waiting) for (const chunk of chunks) socket.write(chunk)
  else {
    waiting = [...lists].map(([socket, names]) => ({ socket, chunks: framesOf(names, order, Math.random) }))
    process.send?.({ ready: 1 })
  }
})
process.on('disconnect', () => process.exit())
