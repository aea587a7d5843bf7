/** One symbol of a backtest: its bars, its place on the exchange, and the strategies that run on it. */
import type { Columns } from '#domain/candle.ts'
import { priceOf } from '#domain/money.ts'
import type { Signal } from '#domain/signal.ts'
import { lengthOf, type Time, type Timeframe } from '#domain/time.ts'
import { closeOf, type Engine, type Runner } from '#engine'
import type { Market } from '#matching/market.ts'

// How far ahead bars are searched for one that touches an order before strategies get their turn.
const CHUNK = 512

/** A signal that was found ahead of its time. */
export interface Found {
  readonly runner: Runner
  readonly signal: Signal
  readonly index: number
  readonly due: Time
}

/** The state of one symbol's run through its bars. */
export class Lane {
  readonly market: Market
  readonly columns: Columns
  readonly length: number
  /** The bar being shown (its open was), or -1. */
  inBar = -1
  /** When the next event is due; Infinity: none. */
  due = 0
  readonly runners: readonly Runner[]
  /** Signals found and not yet due or handled, one a runner at the most. */
  readonly found: (Found | null)[]
  readonly #engine: Engine
  readonly #traded: ReturnType<Engine['market']>
  readonly #everyBar: boolean
  readonly #span: number
  #touched = false
  // the first bar that opens at or after the last change
  #from = 0
  // the first bar not known to be untouched; it is the touched one where #touched
  #clear = 0
  #priced = -1

  constructor(engine: Engine, market: Market, columns: Columns, timeframe: Timeframe) {
    this.#engine = engine
    this.market = market
    this.columns = columns
    this.length = columns.time.length
    this.#traded = engine.market(market.info.symbol)
    this.#span = lengthOf(timeframe)
    this.runners = engine.runners.filter(({ slot, basket }) => slot.symbol === market.info.symbol && basket === null)
    this.found = this.runners.map(() => null)
    this.#everyBar = engine.baskets.some(({ slots }) => slots.some(({ symbol }) => symbol === market.info.symbol))
  }

  /** Close time of a bar. */
  closeTime(bar: number): Time {
    return (this.columns.time[bar]! + this.#span) as Time
  }

  /** True when the next event is the open of a bar. */
  get opens(): boolean {
    return this.inBar < 0 && this.#touched && this.due === this.columns.time[this.#clear]!
  }

  /** Looks for the next event: the close of the bar being shown, a signal, or a bar that touches an order. */
  seek(): void {
    if (this.inBar >= 0) {
      this.due = this.closeTime(this.inBar)
      return
    }
    const high = this.#everyBar ? Number.NEGATIVE_INFINITY : Math.min(this.market.high, this.#engine.wakeAt(this.#traded))
    for (;;) {
      if (!this.#touched) this.#search(this.market.low, high)
      const signal = this.#scan()
      const touch = this.#touched ? this.columns.time[this.#clear]! : Number.POSITIVE_INFINITY
      this.due = signal < touch ? signal : touch
      if (this.due < Number.POSITIVE_INFINITY || this.#clear >= this.length) return
    }
  }

  /** Begins to show the touched bar. Its index. */
  open(): number {
    this.inBar = this.#clear
    return this.inBar
  }

  /** Ends the bar being shown: strategies decide on it, and on no later one before what they say is done. */
  close(): void {
    this.#clear = this.inBar + 1
    this.inBar = -1
    this.#touched = false
    this.due = this.#scan()
  }

  /** Orders changed: bars from an instant on have to be searched again. */
  changed(time: Time): void {
    if (this.inBar >= 0) return
    this.#touched = false
    const times = this.columns.time
    // time only goes forward, so what lies behind is never looked at again
    while (this.#from < this.length && times[this.#from]! < time) this.#from++
    if (this.#from < this.#clear) this.#clear = this.#from
  }

  /** Brings the last price to that of an instant: the open of the bar being shown, else the close before. */
  look(time: Time): void {
    if (this.inBar >= 0 && time < this.closeTime(this.inBar)) return
    const { time: times, close } = this.columns
    let bar = this.#priced
    while (bar + 1 < this.length && times[bar + 1]! + this.#span <= time) bar++
    if (bar === this.#priced) return
    this.#priced = bar
    this.#traded.last = priceOf(close[bar]!)
    this.market.last = this.#traded.last
    this.market.phase = 'closed'
  }

  /** Takes a runner's found signal away and looks for its next one: several candles may be due at one slot of a schedule. */
  next(r: number): Found | null {
    this.found[r] = null
    if (this.runners[r]!.schedule !== null) this.#scan()
    return this.found[r]!
  }

  #search(low: number, high: number): void {
    const { high: highs, low: lows } = this.columns
    let bar = this.#clear
    if (low === Number.NEGATIVE_INFINITY && high === Number.POSITIVE_INFINITY) bar = this.length
    else {
      const end = Math.min(this.length, bar + CHUNK)
      while (bar < end && lows[bar]! > low && highs[bar]! < high) bar++
      this.#touched = bar < end
    }
    this.#clear = bar
  }

  // Lets every runner look as far as bars are known to be untouched. When the first signal is due.
  #scan(): number {
    const limit = this.#clear < this.length ? this.columns.time[this.#clear]! : Number.POSITIVE_INFINITY
    let due = Number.POSITIVE_INFINITY
    for (let r = 0; r < this.runners.length; r++) {
      let found = this.found[r]!
      if (found === null) {
        const runner = this.runners[r]!
        const { instance, slot, schedule } = runner
        const own = instance.feed.columns === this.columns
        const to = own
          ? this.#clear
          : closedBy(instance.feed.columns, instance.next, instance.feed.length, limit - lengthOf(instance.timeframe))
        const signal = to > instance.next ? instance.scan(instance, to, this.#engine.wanted(slot)) : null
        if (signal === null) continue
        const index = instance.next - 1
        found = { runner, signal, index, due: schedule === null ? closeOf(instance, index) : this.#engine.dueOf(runner, index) }
        this.found[r] = found
      }
      if (found.due < due) due = found.due
    }
    return due
  }
}

// How many candles open at or before an instant, from `next` on.
function closedBy({ time }: Columns, next: number, length: number, lastOpen: number): number {
  let index = next
  while (index < length && time[index]! <= lastOpen) index++
  return index
}
