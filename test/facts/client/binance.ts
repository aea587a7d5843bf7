/** What a card is handed: an exchange over the wire, amounts that it takes, and a market in our hand where there is one. */
import { Difference, NotRun, Seen } from '../seen.ts'
import type { Transcript } from '../transcript.ts'
import { decimal, Instrument } from './instrument.ts'
import type { Credentials } from './keys.ts'
import { MarketControl } from './market.ts'
import { Pace } from './pace.ts'
import { type Params, type Reply, Rest } from './rest.ts'
import { Session } from './session.ts'
import { Socket } from './socket.ts'
import type { Target } from './target.ts'

/** A side of the book. */
export type Side = 'BUY' | 'SELL'

/** Keys of one account. `main` places the orders. */
export interface Keys {
  readonly main: Credentials
  readonly others: readonly Credentials[]
}

/** How an exchange is opened. */
export interface Opening {
  readonly target: Target
  readonly keys: Keys
  readonly transcript: Transcript
  /** The symbol that is traded; null: the first of the usual ones that is there. */
  readonly symbol: string | null
}

const usualSymbols = ['BTCUSDT', 'BTCUSDC', 'BTCEUR', 'ETHUSDT', 'ETHEUR']
// how long views of a real exchange may lag behind its engine
const LAG_MS = 6000
const LOOK_MS = 250
const MOVE_MS = 60_000
const DAY_MS = 86_400_000

/** An exchange that cards are run against. */
export class Binance {
  readonly target: Target
  readonly rest: Rest
  readonly keys: Keys
  /** The symbol that is traded. */
  readonly instrument: Instrument
  /** Null where nobody may move the market. */
  readonly market: MarketControl | null
  readonly transcript: Transcript
  readonly pace: Pace
  #session: Promise<Session> | null = null
  #sockets: Socket[] = []
  #ids = 0
  #last: bigint | null = null

  private constructor(opening: Opening, rest: Rest, instrument: Instrument, market: MarketControl | null, pace: Pace) {
    this.target = opening.target
    this.keys = opening.keys
    this.transcript = opening.transcript
    this.rest = rest
    this.instrument = instrument
    this.market = market
    this.pace = pace
  }

  /** Opens an exchange: asks its time and rules. */
  static async open(opening: Opening): Promise<Binance> {
    const { target, keys, transcript, symbol } = opening
    const rest = new Rest(target.rest, keys.main, transcript)
    rest.offset = (await rest.read('/api/v3/time')).number('serverTime') - Date.now()
    const wanted = symbol === null ? {} : { symbol }
    const info = await rest.read('/api/v3/exchangeInfo', wanted)
    const listed = info.list('symbols').filter(one => one.at('status') === 'TRADING')
    const found = symbol === null ? usualSymbols.map(name => listed.find(one => one.at('symbol') === name)) : [listed[0]]
    const raw = found.find(one => one !== undefined)
    if (raw === undefined) throw new Error(`none of ${symbol ?? usualSymbols.join(', ')} is traded there. Name one with --symbol.`)
    const instrument = new Instrument(new Seen(raw.value, 'the symbol'))
    const market = target.kind === 'local' ? await MarketControl.open(target.rest, instrument.raw) : null
    const pace = new Pace(info.list('rateLimits'), () => rest.now(), market === null ? null : () => market.forgive())
    rest.onReply = reply => pace.note(reply)
    rest.beforeOrder = () => pace.wait()
    return new Binance(opening, rest, instrument, market, pace)
  }

  /** The traded symbol's name. */
  get symbol(): string {
    return this.instrument.name
  }
  /** The market in our hand. Throws NotRun where there is none. */
  get control(): MarketControl {
    if (this.market === null) throw new NotRun('this exchange does not obey us')
    return this.market
  }
  /** An id for an order, new each time. */
  id(): string {
    this.#ids++
    return `fact-${this.rest.now().toString(36)}-${this.#ids}`
  }
  /** A key of a kind, or undefined. */
  key(kind: Credentials['kind']): Credentials | undefined {
    return [this.keys.main, ...this.keys.others].find(key => key.kind === kind)
  }

  // ------------------------------------------------------------------------------------------------------------------- prices

  /** The last price, the best bid and the best ask. */
  async prices(): Promise<{ readonly last: bigint; readonly bid: bigint; readonly ask: bigint }> {
    const { symbol } = this
    const last = await this.rest.read('/api/v3/ticker/price', { symbol })
    const book = await this.rest.read('/api/v3/ticker/bookTicker', { symbol })
    return { last: last.amount('price'), bid: book.amount('bidPrice'), ask: book.amount('askPrice') }
  }
  /** A price at a share of the last one as it was when the card first asked (1.1 is ten percent above), on the grid. */
  async around(share: number): Promise<bigint> {
    this.#last ??= (await this.rest.read('/api/v3/ticker/price', { symbol: this.symbol })).amount('price')
    return this.instrument.price((this.#last * BigInt(Math.round(share * 10_000))) / 10_000n)
  }
  /** A price that rests far from the market, within what the filters allow. */
  resting(side: Side): Promise<bigint> {
    const { down, up } = this.instrument.band(side)
    return this.around(side === 'BUY' ? Math.max(0.7, (1 + down) / 2) : Math.min(1.3, (1 + up) / 2))
  }
  /** A limit that meets the other side of the book at once. */
  async taking(side: Side): Promise<bigint> {
    const { bid, ask } = await this.prices()
    return side === 'BUY' ? this.instrument.price((ask * 1005n) / 1000n, 'up') : this.instrument.price((bid * 995n) / 1000n)
  }
  /** The quantity of nearly all orders here: a fifth more than the least, at a far buyer's price. */
  async size(): Promise<string> {
    return decimal(this.instrument.size(await this.resting('BUY')))
  }

  // ------------------------------------------------------------------------------------------------------------------- orders

  /** Sends an order; what it was answered with. */
  order(params: Params): Promise<Reply> {
    return this.rest.signed('POST', '/api/v3/order', { symbol: this.symbol, ...params })
  }
  /** Places an order that has to be accepted. */
  placed(params: Params): Promise<Seen> {
    return this.rest.done('POST', '/api/v3/order', { symbol: this.symbol, ...params })
  }
  /** Sends an order to order/test. */
  tested(params: Params): Promise<Reply> {
    return this.rest.signed('POST', '/api/v3/order/test', { symbol: this.symbol, ...params })
  }
  /** Parameters of a LIMIT order of the usual quantity that rests far away; `more` changes or adds. */
  async limit(side: Side, more: Params = {}): Promise<Params> {
    const price = decimal(await this.resting(side))
    return { side, type: 'LIMIT', timeInForce: 'GTC', quantity: await this.size(), price, ...more }
  }
  /** Places an order that rests far away. */
  async rests(side: Side, more: Params = {}): Promise<Seen> {
    return this.placed(await this.limit(side, more))
  }
  /** Parameters of a resting SELL of more than there is, which all filters let pass. */
  async tooLarge(): Promise<Params> {
    const { base, step } = this.instrument
    const { free } = await this.balance(base)
    const more = this.instrument.size(await this.resting('BUY')) * 3n
    return this.limit('SELL', { quantity: decimal(free - (free % step) + more) })
  }
  /** Parameters of a MARKET order of the usual quantity. */
  async marketOrder(side: Side, more: Params = {}): Promise<Params> {
    return { side, type: 'MARKET', quantity: await this.size(), newOrderRespType: 'FULL', ...more }
  }
  /** Buys or sells at the market. */
  async fills(side: Side, more: Params = {}): Promise<Seen> {
    return this.placed(await this.marketOrder(side, more))
  }
  /** Sends an order list: oco, oto, otoco, opo, opoco. */
  list(kind: string, params: Params): Promise<Reply> {
    return this.rest.signed('POST', `/api/v3/orderList/${kind}`, { symbol: this.symbol, ...params })
  }
  /** Places an order list that has to be accepted. */
  listed(kind: string, params: Params): Promise<Seen> {
    return this.rest.done('POST', `/api/v3/orderList/${kind}`, { symbol: this.symbol, ...params })
  }
  /** Cancels an order; what it was answered with. */
  cancel(params: Params): Promise<Reply> {
    return this.rest.signed('DELETE', '/api/v3/order', { symbol: this.symbol, ...params })
  }
  /** An order as a query tells it. */
  query(orderId: number): Promise<Seen> {
    return this.rest.done('GET', '/api/v3/order', { symbol: this.symbol, orderId })
  }
  /** An order, once a query tells this status. Throws Difference when it does not. */
  becomes(orderId: number, status: string): Promise<Seen> {
    return this.eventually(async () => {
      const order = await this.query(orderId)
      if (order.at('status') !== status) throw new Difference(`the order to become ${status}`, String(order.at('status')))
      return order
    })
  }
  /** What the account has of an asset. */
  async balance(asset: string): Promise<{ readonly free: bigint; readonly locked: bigint }> {
    const account = await this.rest.done('GET', '/api/v3/account')
    const row = account.list('balances').find(one => one.at('asset') === asset)
    return row === undefined ? { free: 0n, locked: 0n } : { free: row.amount('free'), locked: row.amount('locked') }
  }
  /** Looks again while views may lag behind the engine; a simulator's do not. Throws what the last look threw. */
  async eventually<Found>(look: () => Promise<Found>): Promise<Found> {
    const until = Date.now() + (this.target.kind === 'local' ? 0 : LAG_MS)
    for (;;) {
      try {
        return await look()
      } catch (error) {
        if (Date.now() >= until) throw error
        await new Promise(resolve => setTimeout(resolve, LOOK_MS))
      }
    }
  }

  /** Moves the market until it is so, or waits for it to move. Throws NotRun when it does not move by itself. */
  async moves(what: string, so: () => Promise<boolean>): Promise<void> {
    if (this.market !== null) return this.market.until(what, so)
    for (const until = Date.now() + MOVE_MS; Date.now() < until; ) {
      if (await so()) return
      await new Promise(resolve => setTimeout(resolve, LOOK_MS * 4))
    }
    throw new NotRun(`the market did not move so in ${MOVE_MS / 1000} s: ${what}`)
  }

  /** Throws NotRun where the market is a replay of the past while the clock is today's: then no candle of it is under way. */
  async isOfNow(): Promise<void> {
    const [trade] = (await this.rest.read('/api/v3/trades', { symbol: this.symbol, limit: 1 })).list()
    if (trade === undefined || trade.number('time') < this.rest.now() - DAY_MS) throw new NotRun('the market there is one of the past')
  }

  // ------------------------------------------------------------------------------------------------------------------ sockets

  /** The session of the run on the WebSocket API, subscribed to the account's events. */
  async events(): Promise<Session> {
    this.#session ??= this.session()
    const session = await this.#session
    await session.subscribe(this.keys.main)
    return session
  }
  /** A new session on the WebSocket API. `query`: of its address. */
  async session(query = ''): Promise<Session> {
    const session = await Session.open(`${this.target.wsApi}${query}`, () => this.rest.now(), this.transcript)
    this.#sockets.push(session.socket)
    return session
  }
  /** A new connection to the market streams, at a path such as /ws. */
  async streams(path: string): Promise<Socket> {
    const socket = await Socket.open(`${this.target.streams}${path}`, 'streams', this.transcript)
    this.#sockets.push(socket)
    return socket
  }

  // --------------------------------------------------------------------------------------------------------- begin, clean, end

  /** Cancels what a card left open, and undoes what it did to a simulator. */
  async clean(): Promise<void> {
    this.#last = null
    await this.market?.restore()
    const reply = await this.rest.signed('DELETE', '/api/v3/openOrders', { symbol: this.symbol })
    // -2011: there was nothing
    if (reply.status !== 200 && reply.body.at('code') !== -2011)
      throw new Error(`what the card left open could not be cancelled: ${reply.text.slice(0, 200)}`)
    await this.pace.wait()
  }
  /** Ends all connections. */
  close(): void {
    for (const socket of this.#sockets) socket.close()
    this.#sockets = []
    this.#session = null
  }
}
