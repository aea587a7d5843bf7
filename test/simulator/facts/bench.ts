/** What a fact card is tried on: an exchange that speaks Binance's protocol, with a key and one symbol. */
import assert from 'node:assert/strict'
import { type Query, type Reply, type RestClient, rowsOf, type Sending, type Wire } from '../../support/simulator/rest.ts'

/** One answer of the WebSocket API client that cards use, and the account's events that came. */
export interface WsBench {
  call(method: string, params?: Query): Promise<Wire>
  signed(method: string, params?: Query): Promise<Wire>
  event(fits: (event: Wire) => boolean, what?: string): Promise<Wire>
  events(): readonly Wire[]
}

/** A fact of the reference as a test of whoever answers. */
export interface Fact {
  readonly id: string
  readonly statement: string
  /** Where it is written: documentation, or the reference's section. */
  readonly source: string
  run(bench: Bench): Promise<void>
}

/** An exchange under test. */
export class Bench {
  readonly rest: RestClient
  readonly symbol: string
  readonly base: string
  readonly quote: string
  readonly #openWs: () => Promise<WsBench>
  readonly #tick: number
  readonly #step: number

  constructor(rest: RestClient, raw: Wire, openWs: () => Promise<WsBench>) {
    this.rest = rest
    this.symbol = String(raw['symbol'])
    this.base = String(raw['baseAsset'])
    this.quote = String(raw['quoteAsset'])
    this.#openWs = openWs
    const filter = (type: string): Wire => rowsOf(raw['filters']!).find(one => String(one['filterType']) === type)!
    this.#tick = Number(filter('PRICE_FILTER')['tickSize'])
    this.#step = Number(filter('LOT_SIZE')['stepSize'])
  }

  /** A socket of the WebSocket API. */
  ws(): Promise<WsBench> {
    return this.#openWs()
  }
  signed(method: string, path: string, query: Query = {}, sending: Sending = {}): Promise<Reply> {
    return this.rest.signed(method, path, query, sending)
  }
  /** Places an order on the symbol. */
  order(query: Query): Promise<Reply> {
    return this.signed('POST', '/api/v3/order', { symbol: this.symbol, ...query })
  }
  /** Places a list on the symbol. */
  list(kind: string, query: Query): Promise<Reply> {
    return this.signed('POST', `/api/v3/orderList/${kind}`, { symbol: this.symbol, ...query })
  }
  async last(): Promise<number> {
    return Number((await this.rest.get('/api/v3/ticker/price', { symbol: this.symbol })).body['price'])
  }
  /** A price on the grid, as a share of the last one. */
  async price(share: number): Promise<string> {
    return this.onGrid((await this.last()) * share, this.#tick)
  }
  /** A quantity on the grid that is worth about so many quote units. */
  async quantity(worth = 20): Promise<string> {
    return this.onGrid(worth / (await this.last()) + this.#step, this.#step)
  }
  onGrid(value: number, grid: number): string {
    const places = Math.max(0, Math.round(-Math.log10(grid)))
    return (Math.floor(value / grid + 1e-9) * grid).toFixed(places)
  }
  get step(): number {
    return this.#step
  }
  get tick(): number {
    return this.#tick
  }
  /** A LIMIT BUY far below the market, which rests. */
  async resting(query: Query = {}): Promise<Wire> {
    const [price, quantity] = [await this.price(0.8), await this.quantity(40)]
    const reply = await this.order({ side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', price, quantity, ...query })
    return accepted(reply)
  }
  /** A query of an order. */
  async look(orderId: Wire): Promise<Wire> {
    return accepted(await this.signed('GET', '/api/v3/order', { symbol: this.symbol, orderId: String(orderId) }))
  }
  async balance(asset: string): Promise<{ free: number; locked: number }> {
    const account = accepted(await this.signed('GET', '/api/v3/account'))
    const row = rowsOf(account['balances']!).find(one => String(one['asset']) === asset)
    return { free: Number(row?.['free'] ?? 0), locked: Number(row?.['locked'] ?? 0) }
  }
  /** Leaves nothing open. */
  async clean(): Promise<void> {
    await this.signed('DELETE', '/api/v3/openOrders', { symbol: this.symbol })
  }
}

/** The body of an answer that has to be 200. */
export function accepted({ status, body }: Reply): Wire {
  assert.equal(status, 200, JSON.stringify(body))
  return body
}

/** An answer that has to refuse with a code, and a text where one is known. */
export function refused({ status, body }: Reply, code: number, text?: string, http = 400): void {
  assert.deepEqual(
    { status, code: body['code'], ...(text === undefined ? {} : { msg: body['msg'] }) },
    { status: http, code, ...(text === undefined ? {} : { msg: text }) },
  )
}

/** Fields that have to be there, with these values. */
export function has(wire: Wire | undefined, fields: Readonly<Record<string, unknown>>): void {
  assert.ok(wire !== undefined, 'there is nothing')
  const found = Object.fromEntries(Object.keys(fields).map(name => [name, wire[name]]))
  assert.deepEqual(found, fields)
}

/** Names that have to be there, whatever their value. */
export function names(wire: Wire | undefined, ...wanted: readonly string[]): void {
  assert.ok(wire !== undefined, 'there is nothing')
  assert.deepEqual(
    wanted.filter(name => wire[name] === undefined),
    [],
    `missing in ${JSON.stringify(wire)}`,
  )
}
