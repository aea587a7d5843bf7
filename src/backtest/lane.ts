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

/** A signal that was found ahead of its time. */
export interface Found {
  readonly signal: Signal
  readonly index: number
  readonly due: Time
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
  /** Signals found and not yet due or handled, one a runner at the most. */
  readonly found: (Found | null)[]
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
    this.traded = engine.market(market.info.symbol)
    this.#span = lengthOf(timeframe)
    this.#times = new OpenTimes(columns, this.#span)
    this.runners = engine.runners.filter(({ slot, basket }) => slot.symbol === market.info.symbol && basket === null)
    this.found = this.runners.map(() => null)
    this.#atCloses = this.runners.every(({ instance, schedule }) => schedule === null && instance.feed.columns === columns)
    this.#everyBar = engine.baskets.some(({ slots }) => slots.some(({ symbol }) => symbol === market.info.symbol))
  }

  /** Close time of a bar. */
  closeTime(bar: number): Time {
    return (this.#times.at(bar) + this.#span) as Time
  }

  /** True when the next event is the open of a bar. */
  get opens(): boolean {
    return this.inBar < 0 && this.#touched && this.due === this.#times.at(this.#clear)
  }

  /** True when a strategy has something to say at an instant. */
  says(time: Time): boolean {
    if (this.inBar >= 0 || this.due !== time) return false
    for (const found of this.found) if (found !== null && found.due === time) return true
    return false
  }

  /** Looks for the next event: a signal, or a bar that touches an order. */
  seek(): void {
    this.#bound()
    this.#look()
  }

  #look(): void {
    for (let chunk = FIRST_CHUNK; ; chunk = Math.min(2 * chunk, CHUNK)) {
      if (!this.#touched) this.#search(chunk)
      const signal = this.#scan()
      if (this.#clear >= this.length) this.due = signal
      else {
        const limit = this.#times.at(this.#clear)
        // a signal that was found further ahead than bars are known to be untouched may not be the next event
        if (signal > limit && !this.#touched) continue
        this.due = signal < limit ? signal : limit
      }
      return
    }
  }

  /** Begins to show the touched bar. Its index. */
  open(): number {
    this.inBar = this.#clear
    return this.inBar
  }

  /** Goes on from the open of a bar: to its close, or past it where the rest of it touches nothing and nobody waits for it. */
  pass(): void {
    const bar = this.inBar
    this.#bound()
    this.due = this.closeTime(bar)
    if (!this.#atCloses || this.#touches(bar)) return
    this.#leave()
    this.#look()
  }

  /** Ends the bar being shown: strategies decide on it, and on no later one before what they say is done. */
  close(): void {
    this.#leave()
    this.due = this.#scan()
  }

  /** Orders may have changed: bars from an instant on are searched again where they did. */
  changed(time: Time): void {
    // time only goes forward, so what lies behind is never looked at again
    this.#from = this.#times.firstAt(time, this.#from)
    this.seek()
  }

  /** Brings the last price to that of an instant: the open of the bar being shown, else the close before. */
  look(time: Time): void {
    if (this.inBar >= 0 && time < this.closeTime(this.inBar)) return
    // the last bar that closed is the one before the first that opens later than a span ago
    const bar = this.#times.firstAt(time - this.#span + 1, this.#priced + 1) - 1
    if (bar === this.#priced) return
    this.#priced = bar
    this.traded.last = priceOf(this.columns.close[bar]!)
    this.market.last = this.traded.last
    this.market.phase = 'closed'
  }

  /** Takes a runner's found signal away and looks for its next one: several candles may be due at one slot of a schedule. */
  next(r: number): Found | null {
    this.found[r] = null
    if (this.runners[r]!.schedule !== null) this.#scan()
    return this.found[r]!
  }

  #leave(): void {
    this.#clear = this.inBar + 1
    if (this.#from < this.#clear) this.#from = this.#clear
    this.inBar = -1
    this.#touched = false
  }

  // Takes over what orders and trailing stops wait for; where that is something else than before, bars have to be searched again.
  #bound(): void {
    const { low } = this.market
    const wake = this.#everyBar ? Number.NEGATIVE_INFINITY : this.#engine.wakeAt(this.traded)
    const high = this.market.high < wake ? this.market.high : wake
    if (low === this.#low && high === this.#high) return
    this.#low = low
    this.#high = high
    this.#touched = false
    if (this.#from < this.#clear) this.#clear = this.#from
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

  // Lets every runner look as far as bars are known to be untouched. When the first signal is due.
  #scan(): number {
    const limit = this.#clear < this.length ? this.#times.at(this.#clear) : Number.POSITIVE_INFINITY
    let due = Number.POSITIVE_INFINITY
    for (let r = 0; r < this.runners.length; r++) {
      let found = this.found[r]!
      if (found === null) {
        const runner = this.runners[r]!
        const { instance, slot } = runner
        const { feed } = instance
        const to =
          feed.columns === this.columns
            ? this.#clear
            : closedBy(feed.columns, instance.next, feed.length, limit - lengthOf(instance.timeframe))
        const signal = to > instance.next ? instance.scan(instance, to, this.#engine.wanted(slot)) : null
        if (signal === null) continue
        const index = instance.next - 1
        found = { signal, index, due: this.#engine.dueOf(runner, index) }
        this.found[r] = found
      }
      if (found.due < due) due = found.due
    }
    return due
  }
}

// How many candles open at or before an instant, from `next` on.
function closedBy({ time }: Columns, next: number, length: number, lastOpen: number): number {
  if (next < length && time[length - 1]! <= lastOpen) return length
  let index = next
  while (index < length && time[index]! <= lastOpen) index++
  return index
}
