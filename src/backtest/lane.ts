/** One symbol of a backtest: its bars, its place on the exchange, and the strategies that run on it. */
import { type Columns, OpenTimes } from '#domain/candle.ts'
import { priceOf } from '#domain/money.ts'
import type { Signal } from '#domain/signal.ts'
import { lengthOf, type Time, type Timeframe } from '#domain/time.ts'
import type { Engine, Runner } from '#engine'
import type { Market } from '#matching/market.ts'

// How far ahead bars are searched for one that touches an order before strategies get their turn: at first, and at the most.
const FIRST_CHUNK = 32
const CHUNK = 512

/** What a runner says next, found ahead of its time. `signal` is null and `due` Infinity while nothing is found. */
export interface Found {
  signal: Signal | null
  index: number
  due: number
}

/** The state of one symbol's run through its bars. */
export class Lane {
  readonly market: Market
  readonly traded: ReturnType<Engine['market']>
  readonly columns: Columns
  readonly length: number
  /** The bar being shown (its open was), or -1. */
  inBar = -1
  /** When the next event is due; Infinity: none. */
  due = 0
  readonly runners: readonly Runner[]
  /** What each runner says next. */
  readonly found: readonly Found[]
  readonly #engine: Engine
  readonly #everyBar: boolean
  // strategies speak at the closes of these bars only
  readonly #atCloses: boolean
  readonly #span: number
  readonly #times: OpenTimes
  // a bar that stays over `low` and under `high` touches no order and moves no stop; what is searched for
  #low = Number.NEGATIVE_INFINITY
  #high = Number.POSITIVE_INFINITY
  #touched = false
  // the first bar that opens at or after the last change, and was not shown yet
  #from = 0
  // the first bar not known to be untouched; it is the touched one where #touched
  #clear = 0
  #priced = -1
  // when the first of what was found is due
  #said = Number.POSITIVE_INFINITY

  constructor(engine: Engine, market: Market, columns: Columns, timeframe: Timeframe) {
    this.#engine = engine
    this.market = market
    this.columns = columns
    this.length = columns.time.length
    this.traded = engine.market(market.info.symbol)
    this.#span = lengthOf(timeframe)
    this.#times = new OpenTimes(columns, this.#span)
    this.runners = engine.runners.filter(({ slot, basket }) => slot.symbol === market.info.symbol && basket === null)
    this.found = this.runners.map(() => ({ signal: null, index: -1, due: Number.POSITIVE_INFINITY }))
    this.#atCloses = this.runners.every(({ instance, schedule }) => schedule === null && instance.feed.columns === columns)
    this.#everyBar = engine.baskets.some(({ slots }) => slots.some(({ symbol }) => symbol === market.info.symbol))
    this.#bound()
    this.#look()
  }

  /** True when the bar being shown closes at an instant. */
  closes(time: Time): boolean {
    return this.inBar >= 0 && this.due === time
  }

  /** True when a strategy has something to say at an instant. */
  says(time: Time): boolean {
    return this.inBar < 0 && this.#said === time
  }

  /** True when a bar that has to be shown opens at an instant. */
  opens(time: Time): boolean {
    return this.#touched && this.inBar < 0 && this.due === time && this.#times.at(this.#clear) === time
  }

  /** Begins to show the touched bar. Its index. */
  open(): number {
    this.inBar = this.#clear
    // the open is a newer price than the close before it
    this.#priced = this.inBar - 1
    return this.inBar
  }

  /** Goes on from the open of a bar: to its close, or past it where the rest of it touches nothing and nobody waits for it. */
  pass(): void {
    const bar = this.inBar
    this.#bound()
    this.due = this.#closeTime(bar)
    if (!this.#atCloses || this.#touches(bar)) return
    this.#leave()
    this.#look()
  }

  /** Ends the bar being shown: strategies decide on it, and on no later one before what they say is done. `changed` looks further. */
  close(): void {
    this.#leave()
    this.#scan(this.#limit())
  }

  /** What was due at an instant is done, or orders may have changed: the next event is looked for where either is so. */
  changed(time: Time): void {
    if (this.#bound()) {
      // time only goes forward, so what lies behind is never looked at again
      this.#from = this.#times.firstAt(time, this.#from)
      this.#touched = false
      if (this.#from < this.#clear) this.#clear = this.#from
    } else if (this.due > time) return
    this.#look()
  }

  /** Brings the last price to that of an instant: the open of the bar being shown, else the close before. */
  look(time: Time): void {
    if (this.inBar >= 0 && time < this.#closeTime(this.inBar)) return
    // the last bar that closed is the one before the first that opens later than a span ago
    const bar = this.#times.firstAt(time - this.#span + 1, this.#priced + 1) - 1
    if (bar === this.#priced) return
    this.#priced = bar
    this.traded.last = priceOf(this.columns.close[bar]!)
    this.market.last = this.traded.last
    this.market.phase = 'closed'
  }

  /** What a runner said is done. Several candles may be due at one slot of its schedule: then it has more to say at once. */
  next(runner: Runner, found: Found): void {
    found.signal = null
    found.due = Number.POSITIVE_INFINITY
    if (runner.schedule !== null) this.#scan(this.#limit())
  }

  #closeTime(bar: number): Time {
    return (this.#times.at(bar) + this.#span) as Time
  }

  // Bars are known to be untouched up to this instant.
  #limit(): number {
    return this.#clear < this.length ? this.#times.at(this.#clear) : Number.POSITIVE_INFINITY
  }

  #leave(): void {
    this.#clear = this.inBar + 1
    if (this.#from < this.#clear) this.#from = this.#clear
    this.inBar = -1
    this.#touched = false
  }

  // The next event: a signal, or a bar that touches an order.
  #look(): void {
    for (let chunk = FIRST_CHUNK; ; chunk = Math.min(2 * chunk, CHUNK)) {
      if (!this.#touched) this.#search(chunk)
      const limit = this.#limit()
      this.#scan(limit)
      this.due = Math.min(this.#said, limit)
      // a signal that was found further ahead than bars are known to be untouched may not be the next event
      if (this.#touched || this.#said <= limit) return
    }
  }

  // Takes over what orders and trailing stops wait for. True where that is something else than before, so that bars have to be searched again.
  #bound(): boolean {
    const { low } = this.market
    const wake = this.#everyBar ? Number.NEGATIVE_INFINITY : this.#engine.wakeAt(this.traded)
    const high = this.market.high < wake ? this.market.high : wake
    if (low === this.#low && high === this.#high) return false
    this.#low = low
    this.#high = high
    return true
  }

  // The columns are not looked at where their numbers cannot matter: a look at memory not seen before costs more than the rest.
  #touches(bar: number): boolean {
    if (this.#low === Number.POSITIVE_INFINITY) return true
    if (this.#low === Number.NEGATIVE_INFINITY && this.#high === Number.POSITIVE_INFINITY) return false
    return !(this.columns.low[bar]! > this.#low && this.columns.high[bar]! < this.#high)
  }

  #search(chunk: number): void {
    const { high: highs, low: lows } = this.columns
    const low = this.#low
    const high = this.#high
    let bar = this.#clear
    if (low === Number.NEGATIVE_INFINITY && high === Number.POSITIVE_INFINITY) bar = this.length
    else if (low === Number.POSITIVE_INFINITY) this.#touched = bar < this.length
    else {
      const end = Math.min(this.length, bar + chunk)
      while (bar < end && lows[bar]! > low && highs[bar]! < high) bar++
      this.#touched = bar < end
    }
    this.#clear = bar
  }

  // Lets every runner that has nothing to say look as far as bars are known to be untouched.
  #scan(limit: number): void {
    let said = Number.POSITIVE_INFINITY
    for (let r = 0; r < this.runners.length; r++) {
      const found = this.found[r]!
      if (found.signal === null) this.#scanOne(this.runners[r]!, found, limit)
      if (found.due < said) said = found.due
    }
    this.#said = said
  }

  #scanOne(runner: Runner, found: Found, limit: number): void {
    const { instance, slot } = runner
    const { feed } = instance
    const to =
      feed.columns === this.columns ? this.#clear : closedBy(feed.columns, instance.next, feed.length, limit - lengthOf(instance.timeframe))
    if (to <= instance.next) return
    const signal = instance.scan(instance, to, this.#engine.wanted(slot))
    if (signal === null) return
    found.signal = signal
    found.index = instance.next - 1
    found.due = this.#engine.dueOf(runner, found.index)
  }
}

// How many candles open at or before an instant, from `next` on.
function closedBy({ time }: Columns, next: number, length: number, lastOpen: number): number {
  if (next < length && time[length - 1]! <= lastOpen) return length
  let index = next
  while (index < length && time[index]! <= lastOpen) index++
  return index
}
