/**
 * An account on a Binance on this machine: the real adapter over HTTP and WebSocket against the simulator, and what the trader would make of
 * its updates. A test says orders as "1 BUY LIMIT 2 at 95" (see ../exchange.ts) and reads what became of them.
 */
import { onTestFinished } from 'vitest'
import { type Binance, openBinance } from '#adapters/binance/binance.ts'
import { openSigner } from '#adapters/binance/signer.ts'
import { assert, Fault } from '#domain/fault.ts'
import { add, format, money, price, type Price, type Quantity, zero } from '#domain/money.ts'
import { type Action, isFinal, mayTradeLate, type Order, type OrderRequest, type OrderUpdate, transition } from '#domain/order.ts'
import type { Clock } from '#ports/clock.ts'
import type { SimulatorClock } from '#simulator/clock.ts'
import type { ExchangeSymbol } from '#domain/symbol.ts'
import { type KeyRights, newEd25519Key, newHmacKey } from '#simulator/keys.ts'
import type { SimulatorOptions } from '#simulator/options.ts'
import { openSimulator, type Simulator } from '#simulator/simulator.ts'
import { Watched } from '../chat/until.ts'
import { columns } from '../desk.ts'
import { orderOf } from '../exchange.ts'
import { PacedClock } from './paced.ts'

/** BTCUSDC as exchangeInfo has it. */
export const BTCUSDC: ExchangeSymbol = {
  symbol: 'BTCUSDC',
  status: 'TRADING',
  baseAsset: 'BTC',
  quoteAsset: 'USDC',
  filters: [
    { filterType: 'PRICE_FILTER', minPrice: '0.01', maxPrice: '1000000', tickSize: '0.01' },
    { filterType: 'LOT_SIZE', minQty: '0.001', maxQty: '9000', stepSize: '0.001' },
    { filterType: 'NOTIONAL', minNotional: '5', applyMinToMarket: true, maxNotional: '9000000', applyMaxToMarket: false, avgPriceMins: 5 },
    { filterType: 'MAX_NUM_ORDERS', maxNumOrders: 200 },
    { filterType: 'MAX_NUM_ALGO_ORDERS', maxNumAlgoOrders: 5 },
  ],
}

/** BNBUSDC, as it is. */
export const BNBUSDC: ExchangeSymbol = { ...BTCUSDC, symbol: 'BNBUSDC', baseAsset: 'BNB' }

export interface BedSetup {
  readonly bars?: readonly string[]
  /** "10000 USDC 10 BTC". */
  readonly have?: string
  readonly key?: 'hmac' | 'ed25519'
  readonly rights?: Partial<KeyRights>
  readonly simulator?: Partial<SimulatorOptions>
  /** False: no connection for orders and events, all goes by REST. */
  readonly sockets?: boolean
  readonly tag?: string
  /** How much faster than the machine's the clock of both sides runs. */
  readonly speed?: number
  /** How many entries of one symbol may leave within ten seconds; not given: as many as a test likes. */
  readonly mostEntries?: number
  /** Another clock for both sides. */
  readonly clock?: Clock & SimulatorClock
}

/** The trader's side: orders and what is known of them. */
export class Bed {
  readonly simulator: Simulator
  readonly clock: Clock
  readonly orders = new Map<number, Order>()
  readonly updates: OrderUpdate[] = []
  readonly troubles: string[] = []
  readonly watched = new Watched()
  readonly secrets: readonly string[]
  lastPrice = price('0')
  /** Of BNB in USDC. */
  feePrice = price('0')
  binance: Binance
  readonly #sides: Sides

  constructor(sides: Sides) {
    this.#sides = sides
    this.simulator = sides.simulator
    this.clock = sides.clock
    this.secrets = sides.secrets
    const { log } = this.simulator
    const add = log.add.bind(log)
    log.add = line => {
      add(line)
      this.watched.changed()
    }
    this.binance = this.#begin()
  }

  /** As the adapter tells it. */
  tellTrouble(text: string): void {
    this.troubles.push(text)
    this.watched.changed()
  }

  /** Sends orders; "1 … | 2 …" is a pair. */
  place(...texts: readonly string[]): void {
    this.binance.exchange.act(
      texts.map(text => this.#action(text)),
      this.clock.now(),
    )
  }

  /** Makes orders ready; what is returned sends them. */
  ready(...texts: readonly string[]): () => void {
    const actions = texts.map(text => this.#action(text))
    this.binance.exchange.prepare(actions)
    return () => this.binance.exchange.act(actions, this.clock.now())
  }

  /** Sends an order in the place of another. */
  replace(id: number, text: string): void {
    this.binance.exchange.act([{ kind: 'replace', order: this.orders.get(id)!, by: this.#order(orderOf(text)) }], this.clock.now())
  }

  cancel(id: number): void {
    this.binance.exchange.act([{ kind: 'cancel', order: this.orders.get(id)! }], this.clock.now())
  }

  /** Ends the adapter as a killed process does, and starts another over what was kept. */
  async restart(pending: readonly Action[] = []): Promise<void> {
    await this.binance.stop()
    this.binance = this.#begin()
    await prepare(this.binance)
    const orders = [...this.orders.values()]
    const open = orders.filter(({ status }) => !isFinal(status))
    const ended = orders.filter(({ status }) => mayTradeLate(status))
    await this.binance.exchange.recover(open, ended, pending, this.clock.now())
  }

  /** Waits until orders go over the socket, and events come. */
  async connected(): Promise<void> {
    await this.binance.subscribed(60_000)
    while (!this.binance.wsApi.open) await new Promise(resolve => setImmediate(resolve))
  }

  /** Arms a fault of the simulator. */
  fault(fault: object, where: object = {}): void {
    this.simulator.admin('faults', { fault, where })
  }

  /** Waits until something was asked so often. */
  untilAsked(path: string, times: number): Promise<unknown> {
    return this.watched.until(
      () => this.asked(path) >= times,
      () => `${path} asked ${times} times; it was ${this.asked(path)} times`,
    )
  }

  /** How often something was asked. */
  asked(path: string): number {
    return this.simulator.log.lines.filter(line => line.path === path).length
  }

  /** How an order stands: "filled 2 of 2 for 200". */
  state(id: number): string {
    const { status, executed, quote, request } = this.orders.get(id)!
    return `${status}${executed > 0n ? ` ${format(executed)} of ${format(request.quantity)} for ${format(quote)}` : ''}`
  }

  /** Waits for what an order has to come to. */
  becomes(id: number, state: string): Promise<unknown> {
    return this.watched.until(
      () => this.state(id) === state,
      () => `order ${id} to be ${state}; it is ${this.state(id)}. ${this.troubles.join(' ')}`,
    )
  }

  /** Waits until all orders have ended. */
  allEnd(): Promise<unknown> {
    return this.watched.until(
      () => [...this.orders.values()].every(({ status }) => isFinal(status)),
      () => `all to end: ${[...this.orders.keys()].map(id => this.state(id)).join(', ')}`,
    )
  }

  /** Waits for a trouble with these words. */
  trouble(words: string): Promise<unknown> {
    return this.watched.until(
      () => this.troubles.some(text => text.includes(words)),
      () => `"${words}" in ${JSON.stringify(this.troubles)}`,
    )
  }

  /** Trades as the updates told them: they have to be those that were made, each once. */
  get told(): string[] {
    const fills = this.updates.flatMap(({ fill }) => (fill === null ? [] : [fill]))
    return fills.map(({ tradeId, side, quantity }) => `${tradeId} ${side} ${format(quantity)}`).toSorted()
  }

  /** Trades that the simulator made. */
  get made(): string[] {
    const { trades } = this.simulator.world.venue
    return trades.map(({ id, buyer, quantity }) => `${id} ${buyer ? 'BUY' : 'SELL'} ${format(quantity as Quantity)}`).toSorted()
  }

  #action(text: string): Action {
    if (text.startsWith('cancel ')) return { kind: 'cancel', order: this.orders.get(Number(text.slice('cancel '.length)))! }
    const [one, other] = text.split('|')
    if (other === undefined) return { kind: 'place', order: this.#order(orderOf(one!)) }
    const [first, second] = [orderOf(one!, Number.parseInt(other, 10)), orderOf(other, Number.parseInt(one!, 10))]
    return { kind: 'pair', first: this.#order(first), second: this.#order(second) }
  }

  #order(request: OrderRequest): Order {
    const { id, side, stopPrice } = request
    const purpose = side === 'BUY' ? 'entry' : stopPrice > 0n || request.pairedWith > 0 ? 'protection' : 'exit'
    const order: Order = {
      id,
      intent: id,
      owner: 'test',
      purpose,
      request,
      createdAt: this.clock.now(),
      reason: '',
      status: 'sending',
      executed: zero(),
      quote: zero(),
      ending: '',
    }
    this.orders.set(id, order)
    return order
  }

  #begin(): Binance {
    const binance = this.#sides.open({
      lastPrice: () => this.lastPrice,
      feePrice: () => this.feePrice,
      trouble: text => this.tellTrouble(text),
    })
    binance.exchange.connect(updates => {
      for (const update of updates) this.#update(update)
      this.watched.changed()
    })
    return binance
  }

  // As the trader does it.
  #update(update: OrderUpdate): void {
    this.updates.push(update)
    const order = this.orders.get(update.orderId)!
    const status = transition(order.status, update.event)
    assert(status !== null, `order ${order.id} is ${order.status} and was told to be ${update.event}`)
    order.status = status
    if (update.reason !== '') order.ending = update.reason
    if (update.fill === null) return
    order.executed = add(order.executed, update.fill.quantity)
    order.quote = add(order.quote, update.fill.quote)
  }
}

/** A simulator, and adapters to it, as many as are opened one after the other. */
export interface Sides {
  readonly simulator: Simulator
  readonly clock: Clock
  readonly secrets: readonly string[]
  open(trader: { lastPrice(): Price; feePrice?(): Price; trouble(text: string): void }): Binance
}

/** Opens a simulator with an account; it ends with the test. */
export async function openSides(setup: BedSetup): Promise<Sides> {
  const { bars = Array.from({ length: 6 }, () => '100 101 99 100'), have = '10000 USDC 10 BTC', key = 'hmac', sockets = true } = setup
  const clock = setup.clock ?? pacedClock(setup.speed ?? 1)
  const ed25519 = newEd25519Key()
  const hmac = newHmacKey()
  const [apiKey, secret] = key === 'hmac' ? [hmac.apiKey, hmac.secret] : [ed25519.apiKey, ed25519.privateKey]
  const words = have.split(' ')
  const balances = new Map(words.flatMap((amount, place) => (place % 2 === 0 ? [[words[place + 1]!, money(amount)] as const] : [])))
  const simulator = await openSimulator({
    recordings: [{ symbol: 'BTCUSDC', timeframe: '1h', columns: columns(bars) }],
    symbols: [BTCUSDC],
    keys: [hmac, ed25519].map(one => ({ ...one, rights: setup.rights ?? {} })),
    balances,
    fees: { maker: zero(), taker: zero() },
    limits: { orders10s: 5000, weight: 1_000_000 },
    clock,
    ...setup.simulator,
  })
  onTestFinished(() => simulator.close())
  return {
    simulator,
    clock,
    secrets: [apiKey, secret, ...secret.split('\n').filter(line => line.length > 20)],
    open: trader =>
      openBinance({
        restUrl: simulator.url,
        wsApiUrl: sockets ? `${simulator.wsUrl}/ws-api/v3` : 'ws://127.0.0.1:1/nobody',
        clock,
        signer: openSigner(apiKey, secret),
        tag: setup.tag ?? 't1',
        mostEntries: setup.mostEntries ?? Number.POSITIVE_INFINITY,
        random: () => 0,
        lastPrice: () => trader.lastPrice(),
        feePrice: (asset, quote) => (asset === 'BNB' && quote === 'USDC' ? (trader.feePrice?.() ?? zero()) : zero()),
        trouble: text => trader.trouble(text),
      }),
  }
}

// It runs until all that goes by it has ended.
function pacedClock(speed: number): PacedClock {
  const clock = new PacedClock(speed)
  onTestFinished(() => clock.stop())
  return clock
}

/** Measures the clock and asks for the symbols, again while a busy machine is too slow for a fast clock. */
export async function prepare({ rest, market }: Binance): Promise<void> {
  for (;;)
    try {
      await rest.serverClock.measure()
      await market.symbols(['BTCUSDC'])
      return
    } catch (error) {
      if (!(error instanceof Fault) || error.kind !== 'retry') throw error
    }
}

/** Opens both sides; they end with the test. Resolves when user data comes. */
export async function openBed(setup: BedSetup = {}): Promise<Bed> {
  const bed = new Bed(await openSides(setup))
  onTestFinished(() => bed.binance.stop())
  await prepare(bed.binance)
  if (setup.sockets !== false) await bed.connected()
  return bed
}
