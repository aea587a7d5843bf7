/**
 * The live shell does what the core says, in rounds: take what waits, run the core over it, write everything whole or not at all, and act on
 * the exchange once that outlives every death. What comes back are new events. Nothing is told to anybody before it can be read.
 */
import { Fault, type Thrown } from '#domain/fault.ts'
import type { Time } from '#domain/time.ts'
import type { News } from '#domain/news.ts'
import type { Action, OrderUpdate } from '#domain/order.ts'
import type { Engine } from '#engine'
import type { Exchange } from '#ports/exchange.ts'
import type { FeedState, MarketEvent } from '#ports/feed.ts'
import type { PendingAction, Round, Saved, Store } from '#ports/store.ts'
import type { Told } from '#domain/told.ts'
import type { Records } from './records.ts'

/** A person's wish: changes the core through the shell and answers once that is written. */
export interface Wish<Answer> {
  /** The id of the message that it comes from, so that it is never granted twice; none: a new one. */
  readonly id?: string
  readonly person: string
  readonly text: string
  run(engine: Engine, records: Records, time: Time): Answer
}

type Waiting =
  | { readonly kind: 'market'; readonly event: MarketEvent }
  | { readonly kind: 'updates'; readonly updates: readonly OrderUpdate[] }
  | { readonly kind: 'news'; readonly news: News; resolve(): void }
  | { readonly kind: 'wish'; readonly wish: Wish<unknown>; resolve(answer: unknown): void }

/** What a shell is made of. */
export interface ShellSetup {
  readonly engine: Engine
  readonly exchange: Exchange
  readonly store: Pick<Store, 'commit'>
  readonly records: Records
  /** Shown each market event before the core: how a paper exchange sees the market. */
  readonly market?: (event: MarketEvent) => void
  /** For a market that waits for us: resolves once the exchange has told all that the last event led to. */
  readonly settled?: () => Promise<void>
  /** A new id for a wish that brings none of its own. */
  newId(): string
  /** What of it is pushed to people; it is written in the same transaction. None: there is nobody. */
  readonly news?: (told: Told) => News | null
  /** Hears of each fill once it is booked, before it is written: how what the record says went on. None: nobody compares it with anything. */
  readonly booked?: () => void
  /** Told what a round changed, once it is written. */
  readonly tell: (told: readonly Told[], time: Time) => void
  /** Takes what a strategy threw, for the log. */
  readonly threw?: (thrown: Thrown) => void
}

/** One mailbox around one core. */
export class Shell {
  readonly #setup: ShellSetup
  #mailbox: Waiting[] = []
  #working: Promise<void> | null = null
  // an exchange may tell what comes of an order while it is handed over
  #inRound = false
  #failed: unknown = null
  #feedState: FeedState | null = null
  #feedStateWritten: FeedState | null = null
  #time = 0 as Time
  #cash = new Map<string, bigint>()
  #cancels: readonly PendingAction[] = []

  constructor(setup: ShellSetup) {
    this.#setup = setup
    setup.exchange.connect(updates => {
      this.#mailbox.push({ kind: 'updates', updates })
      // a real exchange tells when it likes; what fails is told to whoever offers next
      if (this.#working === null && !this.#inRound) this.#work().catch(() => {})
    })
  }

  /** The time of the last market event. */
  get time(): Time {
    return this.#time
  }

  /** Begins a new account at a time. */
  begin(time: Time): void {
    this.#time = time
  }

  /** Takes the record of an earlier run: brings the core to where it was and repeats what may not have reached the exchange. */
  async resume(saved: Saved, time: Time): Promise<void> {
    const { engine, exchange } = this.#setup
    this.#time = time
    this.#feedState = saved.feedState
    this.#feedStateWritten = saved.feedState
    if (saved.exchangeState !== null) exchange.restore(saved.exchangeState)
    restoreEngine(engine, saved)
    this.#cancels = saved.pending.filter(({ kind }) => kind === 'cancel')
    for (const { asset, amount } of engine.portfolio.cashes()) this.#cash.set(asset, amount)
    const orders = engine.trader.orders.open.values().map(({ order }) => order)
    const ended = saved.ended.map(({ order }) => order)
    await exchange.recover(orders, ended, actionsOf(engine, saved.pending), time)
    await this.#work()
    for (const slot of engine.slots) engine.trader.repair(slot, this.#time)
    await this.#work()
  }

  /** Offers a market event; resolves once it and all that follows from it are written and done. `state`: where the feed stands after it. */
  async offer(event: MarketEvent, state: FeedState): Promise<void> {
    this.#feedState = state
    this.#time = event.time
    this.#mailbox.push({ kind: 'market', event })
    const { market, exchange, settled } = this.#setup
    market?.(event)
    await this.#work()
    if (settled === undefined) return
    do {
      await settled()
      await this.#work()
    } while (exchange.busy)
  }

  /** Offers a wish; resolves with its answer once everything that it changed is written. */
  async wish<Answer>(wish: Wish<Answer>): Promise<Answer> {
    const answer = new Promise<unknown>(resolve => this.#mailbox.push({ kind: 'wish', wish, resolve }))
    await this.#work()
    return (await answer) as Answer
  }

  /** Writes down news of its own, in order with the others; resolves once they are written. */
  async post(news: News): Promise<void> {
    const written = new Promise<void>(resolve => this.#mailbox.push({ kind: 'news', news, resolve }))
    await this.#work()
    await written
  }

  /** Another takes its place: nothing more is written, sent or told by it. What it would hear the other one asks for. */
  retire(): void {
    this.#failed ??= new Fault('retry', 'the service is being built anew')
  }

  /** Resolves when nothing is under way any more, whether it went well or not. */
  async idle(): Promise<void> {
    while (this.#working !== null) await this.#working.catch(() => {})
  }

  /** Resolves when nothing waits any more. Rejects with what made a round fail: the shell is of no use then, start anew from the store. */
  async #work(): Promise<void> {
    if (this.#failed !== null) throw this.#failed
    this.#working ??= this.#rounds()
      .catch(error => {
        this.#failed = error
        throw error
      })
      .finally(() => {
        this.#working = null
      })
    await this.#working
    if (this.#mailbox.length > 0) await this.#work()
  }

  async #rounds(): Promise<void> {
    this.#inRound = true
    while (this.#mailbox.length > 0) {
      const taken = this.#mailbox
      this.#mailbox = []
      const answers = taken.map(waiting => this.#run(waiting))
      const { engine, exchange, store, tell, threw } = this.#setup
      const actions = engine.actions.take()
      const { round, told } = this.#close(actions)
      let acted = false
      const act = (): void => {
        acted = true
        exchange.act(actions, this.#time)
      }
      // what leaves goes as soon as its round is safe; a paper exchange is part of the record, where two writes would only cost
      const early = exchange.outside && actions.length > 0
      if (round !== null) {
        const committed = early ? store.commit(round, act) : store.commit(round)
        if (early && !acted) exchange.prepare(actions)
        await committed
      }
      if (!early) act()
      for (const thrown of engine.takeThrown()) threw?.(thrown)
      if (told.length > 0) tell(told, this.#time)
      for (const answer of answers) answer?.()
    }
    this.#inRound = false
  }

  // One event through the core. Returns what answers it once the round is written.
  #run(waiting: Waiting): (() => void) | null {
    const { engine, records } = this.#setup
    if (waiting.kind === 'updates')
      for (const update of waiting.updates) {
        engine.update(update)
        if (update.fill !== null) this.#setup.booked?.()
      }
    else if (waiting.kind === 'wish') {
      const { wish, resolve } = waiting
      const answer = wish.run(engine, records, this.#time)
      const result = typeof answer === 'object' && answer !== null && 'message' in answer ? String(answer.message) : ''
      records.inbox({
        id: wish.id ?? this.#setup.newId(),
        person: wish.person,
        text: wish.text,
        time: this.#time,
        result,
      })
      return () => resolve(answer)
    } else if (waiting.kind === 'news') {
      records.news(waiting.news)
      return waiting.resolve
    } else this.#market(waiting.event)
    return null
  }

  #market(event: MarketEvent): void {
    const { engine, records } = this.#setup
    if (event.kind === 'close') {
      records.candles(event.candles)
      engine.candles(event.time, event.bars, event.candles, event.late)
    } else if (event.kind === 'open') for (const { symbol, price } of event.opens) engine.price(symbol, price)
    else if (event.kind === 'quotes') for (const quote of event.quotes) engine.quote(quote, event.time)
    else if (event.kind === 'timer') engine.decide(event.time)
  }

  // What may not have reached the exchange: what this round sends, and cancels that had no answer yet. An order without an answer is known by its status.
  #pending(actions: readonly Action[]): readonly PendingAction[] {
    const pending = [...this.#cancels.filter(cancel => isOpen(this.#setup.engine, cancel)), ...actions.map(pendingOf)]
    this.#cancels = pending.filter(({ kind }) => kind === 'cancel')
    return pending
  }

  // What the round changed, or null when that is nothing: nothing is written then, and a restart comes to the same by itself.
  #close(actions: readonly Action[]): { readonly round: Round | null; readonly told: readonly Told[] } {
    const { engine, exchange, records } = this.#setup
    if (records.empty && actions.length === 0) return { round: null, told: [] }
    const { told, news, orders, rest } = records.take()
    const cash: { asset: string; amount: ReturnType<Engine['equity']> }[] = []
    for (const { asset, amount } of engine.portfolio.cashes())
      if (this.#cash.get(asset) !== amount) {
        this.#cash.set(asset, amount)
        cash.push({ asset, amount })
      }
    const feedState = this.#feedState === this.#feedStateWritten ? null : this.#feedState
    this.#feedStateWritten = this.#feedState
    const round: Round = {
      ...rest,
      time: this.#time,
      orders: orders.map(order => ({ order, wish: engine.trader.wishOf(order.id) })),
      cash,
      realised: engine.portfolio.realised,
      fees: engine.portfolio.fees,
      outbox: [...told.flatMap(one => this.#setup.news?.(one) ?? []), ...news],
      pending: this.#pending(actions),
      exchangeState: exchange.changedState(),
      feedState,
    }
    return { round, told }
  }
}

const isOpen = (engine: Engine, { orders }: PendingAction): boolean => orders.some(id => engine.trader.orders.open.get(id) !== undefined)

function pendingOf(action: Action): PendingAction {
  switch (action.kind) {
    case 'pair':
      return { kind: 'pair', orders: [action.first.id, action.second.id] }
    case 'replace':
      return { kind: 'replace', orders: [action.order.id, action.by.id] }
    default:
      return { kind: action.kind, orders: [action.order.id] }
  }
}

// Actions on orders that have ended since are done.
function actionsOf(engine: Engine, pending: readonly PendingAction[]): Action[] {
  const { open } = engine.trader.orders
  return pending.flatMap(({ kind, orders }): Action[] => {
    const [first, second] = orders.map(id => open.get(id)?.order)
    if (first === undefined) return []
    if (kind === 'place' || kind === 'cancel') return [{ kind, order: first }]
    if (second === undefined) return []
    return kind === 'pair' ? [{ kind, first, second }] : [{ kind, order: first, by: second }]
  })
}

function restoreEngine(engine: Engine, saved: Saved): void {
  const { trader, portfolio } = engine
  for (const [asset, amount] of saved.cash) portfolio.fund(asset, amount)
  portfolio.realised = saved.realised
  portfolio.fees = saved.fees
  for (const [asset, quantity] of saved.dust) portfolio.dust.set(asset, quantity)
  for (const { owner, symbol, position, plan, leaving, stoppedAt, pending } of saved.holdings) {
    const slot = engine.adopt(owner, symbol)
    portfolio.restore(position)
    slot.plan = plan === null ? null : { ...plan }
    slot.leaving = leaving
    slot.stoppedAt = stoppedAt
    slot.pending = pending
  }
  trader.orders.intentCount = saved.intentCount
  trader.orders.orderCount = saved.orderCount
  for (const { order, wish } of saved.ended) trader.restoreEnded({ ...order }, engine.adopt(order.owner, order.request.symbol), wish)
  for (const { order, wish } of saved.orders) trader.restore({ ...order }, engine.adopt(order.owner, order.request.symbol), wish)
}
