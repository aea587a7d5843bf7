/** The exchange behind the protocol: matching, orders, trades, lists and events of one account, moved on by the replay. */
import { createHash } from 'node:crypto'
import { assert } from '#domain/fault.ts'
import { priceOf, type Quantity, zero } from '#domain/money.ts'
import type { Fill, OrderUpdate } from '#domain/order.ts'
import { type SymbolInfo, symbolInfoOf } from '#domain/symbol.ts'
import type { Time } from '#domain/time.ts'
import type { Costs } from '#matching/costs.ts'
import { Matching } from '#matching/matching.ts'
import { ApiError, orderRejected } from '../errors.ts'
import type { Limits } from '../limits.ts'
import type { History } from '../market/history.ts'
import type { PhaseBar, Replay, Step, TickStep } from '../market/replay.ts'
import type { Switches } from '../switches.ts'
import { accountPosition, type Execution, type ExecutionDetails, executionReport, type UserEvent } from './events.ts'
import { expiryOf, partsOf, requestOf } from './fills.ts'
import type { List } from './lists.ts'
import { type Draft, type ExpiryReason, isContingent, isOpen, type Order, type Status, type Trade } from './order.ts'
import type { AccountState, EngineFaults, PreventedMatch, Prevention } from './account.ts'
import type { RawSymbol } from './listing.ts'
import { TickShow } from './ticks.ts'
import { Views } from './views.ts'

/** A symbol: what is told of it, and what the matching goes by. */
interface Listed {
  readonly raw: RawSymbol
  readonly info: SymbolInfo
}

/** How a venue is made. */
export interface VenueSetup {
  readonly symbols: readonly RawSymbol[]
  readonly costs: Costs
  readonly replay: Replay
  readonly limits: Limits
  readonly switches: Switches
  /** The server's time. */
  now(): number
}

/** The account's exchange. Synchronous: what happened is in `events` afterwards, in order. */
export class Venue {
  readonly matching: Matching
  readonly replay: Replay
  readonly limits: Limits
  readonly switches: Switches
  readonly orders = new Map<number, Order>()
  readonly open = new Set<Order>()
  readonly lists = new Map<number, List>()
  readonly trades: Trade[] = []
  /** What came in from outside, less what went out, by asset. */
  readonly deposits = new Map<string, bigint>()
  /** Matches that self-trade prevention kept from happening, as they are queried. */
  readonly prevented: PreventedMatch[] = []
  /** Orders that self-trade prevention has taken off the book, until that is told. */
  readonly preventions = new Map<number, Prevention>()
  readonly views = new Views()
  readonly account: AccountState = { canTrade: true, disabled: false }
  readonly faults: EngineFaults = { fillParts: 1, thinBook: 1, rejectActivations: 0 }
  /** The id of the cancel that is under way. */
  cancelId: string | null = null
  /** To be told after what the matching says. */
  readonly notes: (() => void)[] = []
  /** Told to the user data stream, once they are fetched. */
  events: UserEvent[] = []
  /** Hears of orders that ended or filled, to carry lists on. */
  onOrder: (order: Order) => void = () => {}
  /** Carries out what became due in lists. True when there was something. */
  onSettle: () => boolean = () => false
  /** Asked about an order that was just put on the book: whether what is left of it meets others of the account. */
  onRest: (order: Order) => void = () => {}
  readonly now: () => number
  readonly #symbols: ReadonlyMap<string, Listed>
  readonly #changed = new Set<Order>()
  readonly #assets = new Set<string>()
  readonly #tradeIds = new Map<string, number>()
  #ids = 0
  #executions = 0
  #marketNow = 0 as Time
  // the bars that are ending: what is placed meanwhile meets their range too
  #ending: readonly PhaseBar[] = []
  readonly #ticks: TickShow

  constructor({ symbols, costs, replay, limits, switches, now }: VenueSetup) {
    this.#symbols = new Map(symbols.map(raw => [raw.symbol, { raw, info: { ...symbolInfoOf(raw) } }]))
    this.matching = new Matching(
      [...this.#symbols.values()].map(({ info }) => info),
      costs,
    )
    this.#ticks = new TickShow(this.matching)
    this.replay = replay
    this.limits = limits
    this.switches = switches
    this.now = now
    // what closed before the start is the last price
    for (const history of replay.histories.values()) {
      const last = history.lastTrade()
      if (last !== null) this.matching.market(history.symbol).last = priceOf(last.price)
    }
  }

  /** When the market is, in its own time. */
  get marketNow(): Time {
    return this.#marketNow
  }
  /** All symbols, in order. */
  get symbols(): readonly RawSymbol[] {
    return [...this.#symbols.values()].map(({ raw }) => raw)
  }

  /** A symbol. Throws -1121 for one that is not listed. */
  symbol(name: string): Listed {
    const found = this.#symbols.get(name)
    if (found === undefined) throw new ApiError(-1121, 'Invalid symbol.')
    return found
  }

  /** Takes over what was changed in a symbol's description: filters, status. Resting orders stay. */
  refreshSymbol(name: string): void {
    const { raw, info } = this.symbol(name)
    Object.assign(info, symbolInfoOf(raw))
  }

  /** An id that nobody had, of 22 letters and digits as Binance makes them. */
  newId(): string {
    this.#ids++
    return createHash('sha256').update(`id ${this.#ids}`).digest('base64url').replaceAll(/[-_]/g, 'x').slice(0, 22)
  }
  nextExecution(): number {
    // ids grow with gaps, as on Binance
    this.#executions += 1 + (this.#executions % 3)
    return this.#executions
  }

  /** The newest order with a client's id among the open ones. */
  openByClientId(clientOrderId: string): Order | undefined {
    for (const order of this.open) if (order.clientOrderId === clientOrderId) return order
    return undefined
  }
  /** Open orders of a symbol, oldest first. */
  openOf(symbol: string): Order[] {
    return [...this.open].filter(order => order.symbol === symbol)
  }

  /** Makes an order's record; it is not on the book yet. */
  record(draft: Draft, listId: number, status: Status): Order {
    const order: Order = {
      id: this.orders.size + 1,
      listId,
      clientOrderId: draft.clientOrderId ?? this.newId(),
      symbol: draft.symbol,
      side: draft.side,
      type: draft.type,
      timeInForce: draft.timeInForce,
      price: draft.price,
      stopPrice: draft.stopPrice,
      iceberg: draft.iceberg,
      quoteAmount: draft.quoteAmount,
      stp: draft.stp ?? (this.symbol(draft.symbol).raw.defaultSelfTradePreventionMode as Order['stp']),
      strategyId: draft.strategyId,
      strategyType: draft.strategyType,
      quantity: draft.quantity,
      status,
      executed: zero(),
      quote: zero(),
      created: this.now(),
      updated: this.now(),
      workingTime: -1,
      expiry: null,
      preventedMatch: 0,
      prevented: zero(),
      amendments: [],
      trades: [],
    }
    this.orders.set(order.id, order)
    this.open.add(order)
    return order
  }

  /** Puts an order on the book, or a pair, without looking at what comes of it. */
  rest(order: Order, pair: Order | null = null): void {
    if (pair === null) this.matching.place(requestOf(order, null), this.#marketNow)
    else this.matching.placePair(requestOf(order, pair), requestOf(pair, order), this.#marketNow)
  }

  /** Puts an order on the book, or a pair, and works off what comes of it. */
  send(order: Order, pair: Order | null = null): void {
    this.rest(order, pair)
    this.onRest(order)
    this.carryOn()
  }

  /** Works off what comes of what was just put on the book: it meets the range of a bar that is ending, too. */
  carryOn(): void {
    this.#rangeAgain()
    this.settle()
  }

  /** Takes an order off the book, its pair too. False when it is not there. */
  withdraw(order: Order, cancelId: string): boolean {
    this.cancelId = cancelId
    const done = this.matching.cancel(order.id, this.#marketNow)
    this.carryOn()
    this.cancelId = null
    return done
  }

  /** Shows the matching what the market did. */
  advance(step: Step): void {
    if (step.phase === 'tick') return this.#showTicks(step)
    const { phase, time, bars } = step
    const trading = bars.filter(({ history }) => this.#trades(history))
    switch (phase) {
      case 'range':
        this.#marketNow = (time - 1) as Time
        this.#ending = trading
        this.#rangeAgain()
        break
      case 'close':
        this.#marketNow = time
        this.#ending = []
        for (const { history, close } of bars) this.matching.close(this.matching.market(history.symbol), close)
        break
      case 'open':
        this.#marketNow = time
        for (const { history, open, volume } of trading)
          this.matching.open(this.matching.market(history.symbol), open, volume * this.faults.thinBook, time)
        break
    }
    this.settle()
  }

  // Each tick has its consequences before the next.
  #showTicks({ time, ticked }: TickStep): void {
    this.#marketNow = time
    for (const { history, ticks } of ticked)
      if (this.#trades(history))
        for (const tick of ticks) {
          this.#ticks.show(history.symbol, tick, this.faults.thinBook, time)
          this.settle()
        }
  }

  #trades({ symbol }: History): boolean {
    return this.symbol(symbol).raw.status === 'TRADING'
  }

  #rangeAgain(): void {
    for (const { history, high, low } of this.#ending) this.matching.range(this.matching.market(history.symbol), high, low, this.#marketNow)
  }

  /** Works off what the matching says, until it says nothing more. */
  settle(): void {
    for (;;) {
      const updates = this.matching.takeUpdates()
      for (const update of updates) this.#apply(update)
      for (const note of this.notes.splice(0)) note()
      this.#noteTriggers()
      if (updates.length > 0) continue
      if (!this.onSettle()) break
      this.#rangeAgain()
    }
    this.#tellBalances()
    const now = this.now()
    for (const order of this.#changed) this.views.note(order, now)
    this.#changed.clear()
  }

  #apply({ orderId, event, fill, reason }: OrderUpdate): void {
    const order = this.orders.get(orderId)
    assert(order !== undefined, `the matching speaks of order ${orderId}, which was never placed`)
    switch (event) {
      case 'accepted':
        if (!isContingent(order.type)) order.workingTime = this.now()
        this.change(order, 'NEW', 'NEW')
        return
      case 'partly_filled':
      case 'filled':
        return this.#filled(order, fill!, event === 'filled')
      case 'cancelled':
        return this.#gone(order)
      case 'expired':
        return this.expire(order, expiryOf(order, reason))
      case 'rejected':
        // whatever the matching refuses should have been refused before with Binance's words
        this.drop(order)
        throw orderRejected(reason.includes(' are needed, ') ? 'Account has insufficient balance for requested action.' : reason)
      default:
        assert(false, `the matching told ${event} of order ${orderId}`)
    }
  }

  // Cancelled, or taken off because it would have met an order of the same account.
  #gone(order: Order): void {
    const prevention = this.preventions.get(order.id)
    if (prevention === undefined) return this.cancelled(order)
    this.preventions.delete(order.id)
    if (prevention.match === 0) return this.expire(order, 'OCO_TRIGGER')
    order.preventedMatch = prevention.match
    order.prevented = ((order.prevented as bigint) + prevention.quantity) as Quantity
    this.expire(order, 'NONE', 'EXPIRED_IN_MATCH')
  }

  /** Ends an order as cancelled by the request that is under way. */
  cancelled(order: Order): void {
    this.change(order, 'CANCELED', 'CANCELED', this.cancelId === null ? {} : { requestId: this.cancelId })
  }

  /** Forgets an order that never came to be. */
  drop(order: Order): void {
    this.open.delete(order)
    order.status = 'REJECTED'
  }

  /** Ends an order as expired. */
  expire(order: Order, reason: ExpiryReason, status: Status = 'EXPIRED'): void {
    if (reason !== 'OCO_TRIGGER' && reason !== 'REJECTED' && reason !== 'OTO_PHASE_ONE_EXPIRED') this.#triggered(order)
    order.expiry = reason
    this.change(order, status, status === 'EXPIRED_IN_MATCH' ? 'TRADE_PREVENTION' : 'EXPIRED')
  }

  /** Sets an order's status and tells it. */
  change(order: Order, status: Status, execution: Execution, details: Partial<ExecutionDetails> = {}): void {
    order.status = status
    order.updated = this.now()
    if (!isOpen(order)) this.open.delete(order)
    this.#changed.add(order)
    this.touch(order.symbol)
    this.events.push(executionReport(order, { execution, executionId: this.nextExecution(), time: order.updated, ...details }))
    this.onOrder(order)
  }

  /** Something came in from outside (or went out, below zero). The balance itself is the caller's. */
  deposit(asset: string, amount: bigint): void {
    this.deposits.set(asset, (this.deposits.get(asset) ?? 0n) + amount)
    this.#assets.add(asset)
  }

  /** Marks a symbol's assets as possibly changed. */
  touch(symbol: string): void {
    const { base, quote } = this.matching.market(symbol)
    this.#assets.add(base.asset).add(quote.asset)
  }

  #filled(order: Order, fill: Fill, done: boolean): void {
    this.#triggered(order)
    if (order.executed === 0n) this.limits.countOrders(fill.maker ? -5 : -1)
    const parts = partsOf(fill, this.faults.fillParts, this.symbol(order.symbol).info.filters.step)
    for (const [place, part] of parts.entries()) {
      order.executed = ((order.executed as bigint) + part.quantity) as Quantity
      order.quote = ((order.quote as bigint) + part.quote) as Order['quote']
      if (order.quoteAmount > 0n) order.quantity = order.executed
      const trade = this.#trade(order, part)
      this.#assets.add(fill.feeAsset)
      this.change(order, done && place === parts.length - 1 ? 'FILLED' : 'PARTIALLY_FILLED', 'TRADE', { trade })
    }
  }

  #trade(order: Order, { price, quantity, quote, fee, feeAsset, maker }: Fill): Trade {
    const id = (this.#tradeIds.get(order.symbol) ?? 0) + 1
    this.#tradeIds.set(order.symbol, id)
    const { id: orderId, listId, symbol, side } = order
    const trade = { id, orderId, listId, symbol, price, quantity, quote, fee, feeAsset, maker, buyer: side === 'BUY', time: this.now() }
    this.trades.push(trade)
    order.trades.push(trade)
    return trade
  }

  // A stop that has fired works on the book from then on.
  #triggered(order: Order): void {
    if (!isContingent(order.type) || order.workingTime >= 0) return
    order.workingTime = this.now()
    if (this.switches.triggerReportsNewAgain) this.change(order, 'NEW', 'NEW')
  }

  #noteTriggers(): void {
    for (const { orders } of this.matching.markets.values())
      for (const { triggered, request } of orders) if (triggered) this.#triggered(this.orders.get(request.id)!)
  }

  #tellBalances(): void {
    if (this.#assets.size === 0) return
    const balances = [...this.#assets].map(asset => this.matching.wallet.of(asset))
    this.#assets.clear()
    const now = this.now()
    this.views.noteBalances(this.matching.wallet.all(), now)
    this.events.push(accountPosition(balances, now))
  }
}
