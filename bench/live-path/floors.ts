/** What we are measured against: hand-written clients that do the least, and the official library as one would use it. */
import { createHmac, createSecretKey } from 'node:crypto'
import { once } from 'node:events'
import { Spot } from '@binance/connector'
import { Client } from 'pg'
import { WebSocket } from 'ws'
import { API_KEY, closeAt, MINUTE, QUANTITY, SECRET, SYMBOL } from './wire.ts'

/** Where such a client is. */
export interface FloorSetup {
  readonly port: number
  /** The open time of the first bar that comes. */
  readonly start: number
}

type Side = 'BUY' | 'SELL'

interface Bar {
  readonly data: { readonly k: { readonly s: string; readonly c: string; readonly t: number; readonly x: boolean } }
}

const PAST_BARS = 400
const INSERT = 'insert into bench_intents (time, symbol, side, quantity, price, reason) values (to_timestamp($1), $2, $3, $4, $5, $6)'
/** What the floor writes into. */
export const TABLE = `create table if not exists bench_intents (id bigserial primary key, time timestamptz not null, symbol text not null,
  side text not null, quantity numeric(28, 8) not null, price numeric(28, 8) not null, reason text not null)`

/** Wilder's RSI 14 in O(1). */
class Strength {
  #last = Number.NaN
  #gain = 0
  #loss = 0
  #count = 0

  next(close: number): number {
    const change = close - this.#last
    this.#last = close
    if (Number.isNaN(change)) return 50
    const weight = this.#count < 14 ? 1 / ++this.#count : 1 / 14
    this.#gain += ((change > 0 ? change : 0) - this.#gain) * weight
    this.#loss += ((change < 0 ? -change : 0) - this.#loss) * weight
    return (100 * this.#gain) / (this.#gain + this.#loss)
  }
}

function strengthAt(start: number): Strength {
  const strength = new Strength()
  for (let openTime = start - PAST_BARS * MINUTE; openTime < start; openTime += MINUTE) strength.next(closeAt(openTime))
  return strength
}

// Under 49 in, over 51 out: with the bars of this bench each leads to one order.
async function onEveryBar({ port, start }: FloorSetup, order: (side: Side, bar: Bar['data']['k']) => void): Promise<void> {
  const strength = strengthAt(start)
  let held = false
  const stream = new WebSocket(`ws://127.0.0.1:${port}/stream?streams=${SYMBOL.toLowerCase()}@kline_1m`, { perMessageDeflate: false })
  stream.on('message', data => {
    const bar = (JSON.parse(String(data)) as Bar).data.k
    if (!bar.x) return
    const now = strength.next(Number(bar.c))
    if (now < 49 ? held : !(now > 51 && held)) return
    held = !held
    order(held ? 'BUY' : 'SELL', bar)
  })
  await once(stream, 'open')
}

async function openOrders(port: number): Promise<(side: Side) => void> {
  const key = createSecretKey(Buffer.from(SECRET))
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws-api/v3`, { perMessageDeflate: false })
  socket.on('message', data => {
    const { status } = JSON.parse(String(data)) as { status: number }
    if (status !== 200) throw new Error('the order was refused')
  })
  await once(socket, 'open')
  let count = 0
  return side => {
    const id = ++count
    const timestamp = Date.now()
    const text = `apiKey=${API_KEY}&newClientOrderId=floor-${id}&newOrderRespType=FULL&quantity=${QUANTITY}&recvWindow=3000&side=${side}&symbol=${SYMBOL}&timestamp=${timestamp}&type=MARKET`
    const signature = createHmac('sha256', key).update(text).digest('hex')
    socket.send(
      `{"id":${id},"method":"order.place","params":{"symbol":"${SYMBOL}","side":"${side}","type":"MARKET","quantity":"${QUANTITY}","newClientOrderId":"floor-${id}","newOrderRespType":"FULL","recvWindow":3000,"timestamp":${timestamp},"apiKey":"${API_KEY}","signature":"${signature}"}}`,
    )
  }
}

/** Parse, RSI, sign, send. */
export async function openBareFloor(setup: FloorSetup): Promise<void> {
  const place = await openOrders(setup.port)
  await onEveryBar(setup, place)
}

/** Parse, RSI, one prepared INSERT that is committed, sign, send. */
export async function openFloor(setup: FloorSetup & { readonly databaseUrl: string }): Promise<void> {
  const place = await openOrders(setup.port)
  const client = new Client({ connectionString: setup.databaseUrl })
  await client.connect()
  await onEveryBar(setup, (side, { s, c, t }) => {
    const values = [(t + MINUTE) / 1000, s, side, QUANTITY, c, 'RSI']
    client.query({ name: 'intent', text: INSERT, values }).then(
      () => place(side),
      error => {
        throw error
      },
    )
  })
}

// what its types, which are ours, leave out
interface NewOrder {
  newOrder(symbol: string, side: string, type: string, options: object): Promise<{ readonly status: number }>
}

/** Parse, RSI, and newOrder of @binance/connector. */
export async function openConnector(setup: FloorSetup): Promise<void> {
  const spot = new Spot(API_KEY, SECRET, { baseURL: `http://127.0.0.1:${setup.port}`, timeout: 5_000 }) as unknown as NewOrder
  let count = 0
  await onEveryBar(setup, side => {
    const options = { quantity: QUANTITY, newClientOrderId: `connector-${++count}`, newOrderRespType: 'FULL', recvWindow: 3_000 }
    void spot.newOrder(SYMBOL, side, 'MARKET', options)
  })
}
