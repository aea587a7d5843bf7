/** The exchange behind the protocol: matching, orders, trades, lists and events of one account, moved on by the replay. */
import { createHash } from 'node:crypto'
import { assert } from '#domain/fault.ts'
import { type Price, priceOf, type Quantity, toNumber } from '#domain/money.ts'
import type { Fill, OrderUpdate } from '#domain/order.ts'
import type { Time } from '#domain/time.ts'
import { Matching } from '#matching/matching.ts'
import type { Limits } from '../limits.ts'
import type { BarStep, PhaseBar, Replay, Step, TickStep } from '../market/replay.ts'
import type { Switches } from '../switches.ts'
import { accountPosition, type Execution, type ExecutionDetails, executionReport, type UserEvent } from './events.ts'
import { equalSizes, expiryOf, partsOf } from './fills.ts'
import { Queue, slicesOf } from './iceberg.ts'
import type { List } from './lists.ts'
import { type Draft, type ExpiryReason, isContingent, isOpen, type Order, type Status, type Trade } from './order.ts'
import type { AccountState, EngineFaults, PreventedMatch, Prevention } from './account.ts'
import type { RawSymbol } from './listing.ts'
import type { Listed, Listings } from './listings.ts'
import { recordOf } from './record.ts'
import type { VenueSetup } from './setup.ts'
import { tapeOf } from './tape.ts'
import { TickShow } from './ticks.ts'
import { Views } from './views.ts'
import { enteringRequest, nobody, type Watcher } from './watched.ts'

// Reasons that end a stop which has not triggered.
const beforeTrigger: readonly ExpiryReason[] = ['OCO_TRIGGER', 'REJECTED', 'OTO_PHASE_ONE_EXPIRED', 'EXCHANGE_CANCELED']

/** The account's exchange. Synchronous: what happened is in `events` afterwards, in order. */
export class Venue {
  readonly listings: Listings
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
  /** Why the exchange itself ends orders, until that is told. */
  readonly endings = new Map<number, ExpiryReason>()
  readonly views = new Views()
  /** Follows the market for stops that trail or are pegged. */
  watcher: Watcher = nobody
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
  readonly #firstNumber: number
  readonly tradeGroupId: number
  /** The other accounts of its trade group. */
  fellows: () => readonly Venue[] = () => []
  readonly #changed = new Set<Order>()
  readonly #assets = new Set<string>()
  readonly #tradeIds = new Map<string, number>()
  readonly #queue = new Queue()
  #ids = 0
  #executions = 0
  #marketNow = 0 as Time
  // the bars that are ending: what is placed meanwhile meets their range too
  #ending: readonly PhaseBar[] = []
  readonly #ticks: TickShow

  constructor({ listings, costs, replay, limits, switches, firstNumber, tradeGroupId, now }: VenueSetup) {
    this.#firstNumber = firstNumber
    this.tradeGroupId = tradeGroupId
    this.listings = listings
    this.matching = new Matching(listings.infos, costs)
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
  /** The number of its newest order. */
  get lastNumber(): number {
    return this.#firstNumber + this.orders.size
  }
  /** The number of its next list. */
  get nextList(): number {
    return this.#firstNumber + this.lists.size
  }
  /** All symbols that are listed, in order. */
  get symbols(): readonly RawSymbol[] {
    return this.listings.all
  }
  /** A symbol. Throws -1121 for one that is not listed. */
  symbol(name: string): Listed {
    return this.listings.of(name)
  }

  /** An id that nobody had, of 22 letters and digits as Binance makes them. */
  newId(): string {
    this.#ids++
    return createHash('sha256')
      .update(`id ${this.#firstNumber + this.#ids}`)
      .digest('base64url')
      .replaceAll(/[-_]/g, 'x')
      .slice(0, 22)
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

  /** Comes into the market where another account is. */
  join(other: Venue): void {
    this.#marketNow = other.#marketNow
    this.#ending = other.#ending
    Object.assign(this.faults, other.faults)
    for (const { info, last, phase, available, book } of other.matching.markets.values())
      Object.assign(this.matching.market(info.symbol), { last, phase, available, book: book === null ? null : { ...book } })
  }

  /** Makes an order's record; it is not on the book yet. */
  record(draft: Draft, listId: number, status: Status): Order {
    const stp = draft.stp ?? (this.symbol(draft.symbol).raw.defaultSelfTradePreventionMode as Order['stp'])
    const clientOrderId = draft.clientOrderId ?? this.newId()
    const { tradeGroupId } = this
    const order = recordOf(draft, { id: this.lastNumber + 1, listId, clientOrderId, stp, tradeGroupId, status, time: this.now() })
    this.orders.set(order.id, order)
    this.open.add(order)
    return order
  }

  /** Puts an order on the book, or a pair, without looking at what comes of it. */
  rest(order: Order, pair: Order | null = null): void {
    const market = this.matching.market(order.symbol)
    if (pair === null) this.matching.place(enteringRequest(market, order, null), this.#marketNow)
    else this.matching.placePair(enteringRequest(market, order, pair), enteringRequest(market, pair, order), this.#marketNow)
    for (const one of pair === null ? [order] : [order, pair]) this.watcher.take(one)
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
    const trading = bars.filter(({ history }) => this.listings.isTrading(history.symbol))
    switch (phase) {
      case 'range':
        this.#marketNow = (time - 1) as Time
        this.#ending = trading
        for (const bar of trading) this.#follow(bar, phase)
        this.#rangeAgain()
        break
      case 'close':
        for (const bar of trading) for (const at of this.#follow(bar, phase).map(toNumber)) this.#range(bar.history.symbol, at, at)
        this.#marketNow = time
        this.#ending = []
        for (const { history, close } of bars) this.matching.close(this.matching.market(history.symbol), close)
        break
      case 'open':
        this.#marketNow = time
        for (const bar of trading) this.#follow(bar, phase)
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
      if (this.listings.isTrading(history.symbol))
        for (const tick of ticks) {
          if (tick.kind === 'trade') this.watcher.move(history.symbol, null, priceOf(tick.price))
          this.#ticks.show(history.symbol, tick, this.faults.thinBook, time)
          this.settle()
        }
  }

  #rangeAgain(): void {
    for (const { history, high, low } of this.#ending) this.#range(history.symbol, high, low)
  }
  #range(symbol: string, high: number, low: number): void {
    this.#queue.range(this, this.matching.market(symbol), { high, low, time: this.#marketNow })
  }
  // Shows what is watched the prices of a phase, one after the other. Those at which something fires.
  #follow(bar: PhaseBar, phase: BarStep['phase']): readonly Price[] {
    return tapeOf(bar, phase).flatMap(([from, to]) => this.watcher.move(bar.history.symbol, from, to))
  }

  /** Works off what the matching says, until it says nothing more. */
  settle(): void {
    for (;;) {
      const updates = this.matching.updates.take()
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
      default:
        assert(false, `the matching told ${event} of order ${orderId}`)
    }
  }

  // Cancelled, or taken off because it would have met an order of the same account.
  #gone(order: Order): void {
    const ending = this.endings.get(order.id)
    if (this.endings.delete(order.id)) return this.expire(order, ending!)
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

  /** Ends an order that stands in the matching for a reason of the exchange's, and its pair because of it. */
  end(order: Order, reason: ExpiryReason): void {
    const pair = this.matching.find(order.id)?.request.pairedWith ?? 0
    this.endings.set(order.id, reason)
    if (pair > 0 && this.matching.find(pair) !== undefined) this.endings.set(pair, reason === 'EXCHANGE_CANCELED' ? reason : 'OCO_TRIGGER')
    this.matching.cancel(order.id, this.#marketNow)
  }

  /** Ends an order as expired. */
  expire(order: Order, reason: ExpiryReason, status: Status = 'EXPIRED'): void {
    if (!beforeTrigger.includes(reason)) this.#triggered(order)
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
    const { step } = this.matching.market(order.symbol).info.filters
    const parts = partsOf(fill, slicesOf(order, fill) ?? equalSizes(fill.quantity, this.faults.fillParts, step))
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
    const id = (this.#tradeIds.get(order.symbol) ?? this.#firstNumber) + 1
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
