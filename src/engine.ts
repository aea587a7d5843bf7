/**
 * Joins analyzer, trader and portfolio: events go in, records and actions come out. Synchronous, without clock or chance. Both shells
 * drive this one core: the live shell hands it candles as they close, the backtest lets its runners scan ahead.
 */
import { closeOf, type Instance, newInstance, showCandle, type Source } from '#analyzer/instance.ts'
import type { Scan, Wanted } from '#analyzer/scan.ts'
import type { Candle } from '#domain/candle.ts'
import { deny } from '#domain/denial.ts'
import { assert, type Thrown } from '#domain/fault.ts'
import type { Recorder } from '#domain/journal.ts'
import { type Money, priceOf, type Quantity, type Ratio, toNumber, zero } from '#domain/money.ts'
import type { Action, OrderUpdate } from '#domain/order.ts'
import type { Pile } from '#domain/pile.ts'
import type { Quote } from '#domain/quote.ts'
import { nextSlot, parseSchedule, type Schedule } from '#domain/schedule.ts'
import type { Signal } from '#domain/signal.ts'
import type { Size } from '#domain/sizing.ts'
import type { SymbolInfo } from '#domain/symbol.ts'
import { dateParts, lengthOf, type Time, type Timeframe } from '#domain/time.ts'
import { Portfolio } from '#portfolio/portfolio.ts'
import type { AnyBasket, AnyStrategy } from '#strategy'
import { buyPending, rebalance } from '#trader/basket.ts'
import { exposureOf, type Rules } from '#trader/draft.ts'
import { hasStopLimit, heldView, newSlot, type Slot, type Traded } from '#trader/slot.ts'
import { type Books, MANUAL, Trader } from '#trader/trader.ts'

/** A strategy as it shall run: under which name, with which parameters, where. */
export interface OwnerSetup {
  readonly name: string
  readonly strategy: AnyStrategy
  /** Its own copy of the candle loop; see analyzer/scan.ts. */
  readonly scan?: Scan
  readonly params: object
  readonly symbols: readonly string[]
  readonly timeframe: Timeframe
  readonly size: Size | null
  readonly allocation: Ratio | null
}

/** What an engine is made of. */
export interface EngineSetup {
  readonly symbols: readonly SymbolInfo[]
  /** What there is to trade with, by quote asset. */
  readonly funds: ReadonlyMap<string, Money>
  readonly rules: Rules
  readonly owners: readonly OwnerSetup[]
  source(symbol: string): Source
  readonly recorder: Recorder
}

/** One strategy on one symbol, with the slot it trades. */
export interface Runner {
  readonly instance: Instance
  readonly slot: Slot
  readonly schedule: Schedule | null
  /** A member of a basket decides nothing by itself. */
  readonly basket: BasketRun | null
}

/** A basket with its members. */
export interface BasketRun {
  readonly owner: string
  readonly strategy: AnyBasket
  readonly params: object
  readonly members: Instance[]
  readonly slots: Slot[]
}

const MISSED = 'the candle closed while nobody looked'

/** The core of one account. */
export class Engine {
  readonly markets: Traded[]
  readonly portfolio = new Portfolio()
  readonly trader: Trader
  /** By length of timeframe, owner and symbol: the order in which they decide at one close. */
  readonly runners: Runner[] = []
  readonly baskets: BasketRun[] = []
  readonly slots: Slot[] = []
  readonly #recorder: Recorder
  readonly #markets = new Map<string, Traded>()
  readonly #slots = new Map<string, Slot>()
  // who looks at the candles of a symbol
  readonly #instances = new Map<string, Instance[]>()
  readonly #books: Books
  #late = false
  #live = false
  readonly #thrown: Thrown[] = []

  constructor({ symbols, funds, rules, owners, source, recorder }: EngineSetup) {
    this.#recorder = recorder
    this.markets = symbols.map(info => ({ info, last: zero(), lastAt: 0 as Time, slots: [] }))
    for (const market of this.markets) this.#markets.set(market.info.symbol, market)
    for (const [asset, amount] of funds) this.portfolio.fund(asset, amount)
    const { portfolio } = this
    this.#books = {
      equity: quote => portfolio.equity(quote, this.#markets),
      cash: quote => portfolio.cash(quote),
      book: (slot, fill) => {
        const realised = portfolio.book(slot.position, fill, slot.market.info)
        if (fill.side === 'BUY') this.#sweep(slot, fill.time)
        return realised
      },
      end: (slot, time) => {
        const dust = slot.position.quantity
        return { trip: portfolio.end(slot.position, slot.market.info, time), dust: dust as Quantity }
      },
    }
    this.trader = new Trader(rules, this.markets, this.#books, recorder)
    for (const market of this.markets) this.#addSlot(MANUAL, market, { allocation: null, size: null, managed: false, span: 0 })
    for (const owner of owners) this.#addOwner(owner, source)
    this.runners.sort(
      (a, b) =>
        lengthOf(a.instance.timeframe) - lengthOf(b.instance.timeframe) ||
        compare(a.instance.owner, b.instance.owner) ||
        compare(a.instance.symbol, b.instance.symbol),
    )
    for (const { instance } of this.runners) {
      const others = this.#instances.get(instance.symbol)
      if (others === undefined) this.#instances.set(instance.symbol, [instance])
      else others.push(instance)
    }
  }

  /** The market of a symbol. */
  market(symbol: string): Traded {
    const market = this.#markets.get(symbol)
    assert(market !== undefined, `${symbol} is not traded here`)
    return market
  }

  /** The slot of an owner on a symbol, or undefined. */
  slot(owner: string, symbol: string): Slot | undefined {
    return this.#slots.get(`${owner}\n${symbol}`)
  }

  /** What unsellable rests are worth in a quote asset, at last prices. */
  dustWorth(quote: string): Money {
    return this.portfolio.dustWorth(quote, this.#markets)
  }

  /** Equity in a quote asset at last prices. */
  equity(quote: string): Money {
    return this.#books.equity(quote)
  }

  /** Positions at the last price and open entries on a symbol, of owners without an allocation of their own. Quote units. */
  exposure(market: Traded): Money {
    return exposureOf(market)
  }

  /** What shall be done on the exchange, in order: whoever does it takes it or clears it. */
  get actions(): Pile<Action> {
    return this.trader.orders.actions
  }

  /** What strategies threw since the last call, which quarantined them. */
  takeThrown(): readonly Thrown[] {
    return this.#thrown.length === 0 ? this.#thrown : this.#thrown.splice(0)
  }

  /** Something was heard of an order. */
  update(update: OrderUpdate): void {
    const slot = this.trader.update(update)
    if (slot.allocation === null) return
    const basket = this.baskets.find(({ owner }) => owner === slot.owner)
    if (basket?.slots.some(({ pending }) => pending > 0n)) buyPending(this.trader, this.#books, basket.slots, update.time)
  }

  /** The price of a symbol moved between closes (quote units). */
  price(symbol: string, price: number): void {
    this.market(symbol).last = priceOf(price)
  }

  /** The best prices of a symbol moved between closes: live, that a stop was jumped over need not wait for one. */
  quote({ symbol, bid, ask }: Quote, time: Time): void {
    const market = this.market(symbol)
    market.last = priceOf((bid + ask) / 2)
    market.lastAt = time
    for (const slot of market.slots) if (hasStopLimit(slot)) this.trader.exits.leftWhereAskedUnder(slot, priceOf(ask), time)
  }

  /**
   * All due candles of one close time. `bars`: the shortest candles of each symbol, which move trailing stops and prices; `candles`:
   * those of every timeframe that a strategy runs on. `late`: they closed while nobody looked; nobody enters on them any more.
   */
  candles(time: Time, bars: readonly Candle[], candles: readonly Candle[], late = false): void {
    this.#late = late
    this.#show(bars, candles)
    for (const bar of bars) this.trader.closeBar(this.market(bar.symbol), bar.high, bar.openTime, time)
    for (const runner of this.runners) if (runner.basket === null) this.closeCandle(runner, time)
    this.decide(time)
    for (const basket of this.baskets) this.decideBasket(basket, time)
    this.#late = false
  }

  /** Candles that were worked off before a restart: indicators and prices come to where they were, nothing is decided. */
  warm(time: Time, bars: readonly Candle[], candles: readonly Candle[]): void {
    this.#show(bars, candles)
    for (const runner of this.runners) {
      const { instance } = runner
      while (instance.next < instance.feed.length && this.dueOf(runner, instance.next) <= time) instance.next++
    }
  }

  /** The slot of an owner on a symbol that is held but no longer run: its exits and protection go on, it does not enter. */
  adopt(owner: string, symbol: string): Slot {
    const known = this.slot(owner, symbol)
    if (known !== undefined) return known
    const slot = this.#addSlot(owner, this.market(symbol), { allocation: null, size: null, managed: false, span: 0 })
    slot.quarantined = 'its file is missing or broken'
    return slot
  }

  /** Decides on what is due at an instant: candles whose slot has come. */
  decide(time: Time): void {
    for (const runner of this.runners) {
      if (runner.basket !== null) continue
      const { instance, slot } = runner
      while (instance.next < instance.feed.length && this.dueOf(runner, instance.next) <= time) {
        const index = instance.next
        const signal = this.#asked([slot], time, () => instance.scan(instance, index + 1, this.wanted(slot)))
        instance.next = index + 1
        if (signal !== null) this.signal(runner, signal, index)
      }
    }
  }

  /** When the decision on a candle is due: its close, or the first slot of the schedule at or after it. */
  dueOf({ instance, schedule }: Runner, index: number): Time {
    const close = closeOf(instance, index)
    return schedule === null ? close : (nextSlot(schedule, close) as Time)
  }

  /** Which signals are of use to a slot. */
  wanted(slot: Slot): Wanted {
    if (slot.entry !== null || slot.leaving !== null) return 'both'
    return slot.position.quantity > 0n ? 'exit' : 'enter'
  }

  /** Hands a runner's signal on a candle to the trader. Of the candles due at one slot only the newest may enter. */
  signal(runner: Runner, signal: Signal, index: number): void {
    const { instance, slot } = runner
    const closeTime = closeOf(instance, index)
    const values = this.#recorder.values ? instance.values() : null
    // found ahead of its time, and nothing by now
    if (signal.kind === 'enter' && (slot.position.quantity > 0n || slot.leaving !== null)) return
    const late = signal.kind === 'enter' ? this.#lateness(runner, index) : null
    if (late !== null) {
      const denial = deny('late_candle', late)
      return this.trader.denied(slot, 'enter', { reason: signal.reason, time: closeTime, values }, denial)
    }
    this.trader.signal(slot, signal, instance.openTime(index), closeTime, values)
  }

  /** A candle of a runner's timeframe closed, if one did at this instant: time limits, expiring entries, and `manage`. */
  closeCandle({ instance, slot }: Runner, time: Time): void {
    if (!this.needsCandle(slot) || !showCandle(instance, time)) return
    this.trader.closeCandle(slot, time)
    const followed = instance.follow === null || instance.follow(instance.feed.cursor.index)
    const { manage } = instance
    if (!followed || manage === null || slot.position.quantity === 0n) return
    const adjustment = this.#asked([slot], time, () => manage(heldView(slot)))
    if (adjustment !== null) this.trader.adjust(slot, adjustment, time)
  }

  /** True where a slot has to be shown every candle of its timeframe. */
  needsCandle(slot: Slot): boolean {
    if (slot.entry !== null && slot.expiresAt > 0) return true
    return (slot.managed || (slot.plan !== null && slot.plan.timeLimit > 0)) && slot.position.quantity > 0n
  }

  /** A bar whose high is at or over this has to be shown at its close, for trailing stops, stops that may be jumped over and unfinished exits. Float, quote units. */
  wakeAt(market: Traded): number {
    const { slots } = market
    let high = Number.POSITIVE_INFINITY
    // by index: short enough to be inlined
    for (let s = 0; s < slots.length; s++) {
      const slot = slots[s]!
      if (slot.leaving !== null || this.needsCandle(slot) || hasStopLimit(slot)) return Number.NEGATIVE_INFINITY
      if (slot.plan !== null && slot.plan.gap > 0n && slot.position.quantity > 0n) high = Math.min(high, toNumber(slot.plan.peak))
    }
    return high
  }

  /** Decides for a basket if the candles of this close are there for all of its members; else it skips. */
  decideBasket(basket: BasketRun, time: Time): void {
    const shown = basket.members.map(member => showCandle(member, time))
    if (!shown.some(Boolean)) return
    for (const [place, member] of basket.members.entries()) if (shown[place]) member.next = member.feed.cursor.index + 1
    if (basket.members.some(member => member.feed.cursor.index < member.first)) return
    const values = (symbol: string) =>
      this.#recorder.values ? (basket.members.find(member => member.symbol === symbol)?.values() ?? null) : null
    const missing = basket.members.filter((_, place) => !shown[place]).map(({ symbol }) => symbol)
    if (missing.length > 0 || this.#late) {
      const why = this.#late ? MISSED : `the candle of ${missing.join(', ')} is missing`
      const denial = deny('late_candle', `${why}, so the basket is left as it is`)
      for (const slot of basket.slots)
        this.trader.denied(slot, 'rebalance', { reason: 'rebalance', time, values: values(slot.symbol) }, denial)
      return
    }
    const members = new Map(basket.members.map(member => [member.symbol, member.market]))
    const weights = this.#asked(basket.slots, time, () => basket.strategy.decide({ members, date: dateParts(time) }, basket.params))
    if (weights !== null) rebalance(this.trader, this.#books, basket.slots, weights, time, values)
  }

  // What a strategy answers. Live, one that throws is broken, and must not end what looks after the others: it enters no more, what it holds
  // keeps its protection, and people are told. A backtest ends by it.
  #asked<Answer>(slots: readonly Slot[], time: Time, ask: () => Answer): Answer | null {
    if (!this.#live) return ask()
    try {
      return ask()
    } catch (error) {
      const sound = slots.filter(({ quarantined }) => quarantined === null)
      if (sound.length > 0) this.#thrown.push({ owner: sound[0]!.owner, symbols: sound.map(({ symbol }) => symbol), error })
      const why = `it threw "${error instanceof Error ? error.message : String(error)}". Mend its file and start the service anew`
      for (const slot of sound) {
        slot.quarantined = why
        const denial = deny('quarantined', `${slot.owner} is quarantined: ${why}; its exits by hand and its protection go on`)
        this.trader.denied(slot, 'enter', { reason: 'the strategy was asked', time, values: null }, denial)
      }
      return null
    }
  }

  // One that closed while nobody looked is no price of now where a newer one is known.
  #showBar({ symbol, openTime, timeframe, close }: Candle): void {
    const market = this.market(symbol)
    const time = (openTime + lengthOf(timeframe)) as Time
    if (this.#late && market.lastAt >= time) return
    market.last = priceOf(close)
    market.lastAt = time
  }

  #show(bars: readonly Candle[], candles: readonly Candle[]): void {
    for (const bar of bars) this.#showBar(bar)
    for (const candle of candles)
      for (const instance of this.#instances.get(candle.symbol) ?? []) {
        for (const { timeframe, feed } of instance.feeds.values()) {
          if (timeframe !== candle.timeframe) continue
          feed.append(candle.openTime, candle.open, candle.high, candle.low, candle.close, candle.volume)
          // at once: a ring would have lost the candle by the time a schedule or a basket looks
          feed.extend(feed.length)
        }
      }
  }

  // Rests that were too little to be sold by themselves go along with what is bought now.
  #sweep(slot: Slot, time: Time): void {
    const swept = this.portfolio.sweep(slot.position, slot.market.info)
    if (swept > 0n) this.#recorder.dust(slot.owner, slot.symbol, -swept as Quantity, time)
  }

  // Why an entry on a candle comes too late, or null.
  #lateness(runner: Runner, index: number): string | null {
    if (this.#late) return MISSED
    if (runner.schedule === null) return null
    const newer = index + 1 < runner.instance.feed.length && this.dueOf(runner, index + 1) === this.dueOf(runner, index)
    return newer ? 'a newer candle is due at the same time: only that one may enter' : null
  }

  #addOwner(owner: OwnerSetup, source: EngineSetup['source']): void {
    const { name, strategy, params, timeframe } = owner
    const basket: BasketRun | null = strategy.kind === 'basket' ? { owner: name, strategy, params, members: [], slots: [] } : null
    if (basket !== null) this.baskets.push(basket)
    for (const symbol of owner.symbols) {
      const market = this.market(symbol)
      const scan = owner.scan === undefined ? {} : { scan: owner.scan }
      const from = source(symbol)
      this.#live = from.kind === 'live'
      const instance = newInstance({ owner: name, symbol, timeframe, strategy, params, source: from, ...scan })
      const managed = strategy.kind === 'single' && strategy.manage !== undefined
      const slot = this.#addSlot(name, market, { allocation: owner.allocation, size: owner.size, managed, span: lengthOf(timeframe) })
      const schedule = strategy.kind === 'single' && strategy.schedule !== undefined ? parseSchedule(strategy.schedule) : null
      this.runners.push({ instance, slot, schedule, basket })
      basket?.members.push(instance)
      basket?.slots.push(slot)
    }
  }

  #addSlot(owner: string, market: Traded, options: Parameters<typeof newSlot>[2]): Slot {
    const slot = newSlot(this.portfolio.position(owner, market.info.symbol), market, options)
    market.slots.push(slot)
    this.slots.push(slot)
    this.#slots.set(`${owner}\n${market.info.symbol}`, slot)
    return slot
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
