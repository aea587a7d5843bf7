/** A process that sends the open bars of whoever subscribed as Binance does: each every two seconds, spread evenly. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import { klineText, MINUTE } from './live-path/wire.ts'

const EVERY_MS = 2_000
const TICK_MS = 10

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
const openTime = Math.floor(Date.now() / MINUTE) * MINUTE
server.on('connection', socket => {
  const texts: string[] = []
  socket.on('message', data => {
    const { id, params } = JSON.parse(String(data)) as { id: number; params: string[] }
    for (const name of params)
      if (name.includes('@kline')) texts.push(klineText(name.slice(0, name.indexOf('@')).toUpperCase(), openTime, false))
    socket.send(JSON.stringify({ result: null, id }))
  })
  const began = performance.now()
  let sent = 0
  const sending = setInterval(() => {
    const due = ((performance.now() - began) / EVERY_MS) * texts.length
    // what was subscribed to meanwhile is not made up for
    for (sent = Math.max(sent, due - texts.length); sent < due; sent++) socket.send(texts[Math.floor(sent) % texts.length]!)
  }, TICK_MS)
  socket.on('close', () => clearInterval(sending))
})
process.on('disconnect', () => process.exit())
await once(server, 'listening')
process.send!((server.address() as AddressInfo).port)
