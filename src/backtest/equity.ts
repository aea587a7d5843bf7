/**
 * What the account was worth at each close, worked out after the run: fills change cash and quantities, and between two of them only
 * prices move. Floats, since this decides nothing; what is left at the end is exact.
 */
import { OpenTimes } from '#domain/candle.ts'
import { type Money, priceOf, toNumber, unitsOf } from '#domain/money.ts'
import { lengthOf } from '#domain/time.ts'
import type { Engine } from '#engine'
import type { FillChange, FillLog } from './fill-log.ts'
import type { History } from './run.ts'

/** Changes of an account, one after another, oldest first: where it stands after each. */
export interface Changes {
  /** When the change was; Infinity behind the last. */
  readonly time: number
  /** Which symbol it was of, by its place. */
  readonly place: number
  /** Cash from then on, in quote units. */
  readonly cash: number
  /** Quantity of the symbol from then on, in base units. */
  readonly quantity: number
  /** Goes on to the next one. */
  next(): void
}

/** The changes that fills made of an account that began with `cash`. */
export class FillChanges implements Changes {
  time = Number.POSITIVE_INFINITY
  place = 0
  cash = 0
  quantity = 0
  #fill = -1
  // whole units of 1e-8 add up exactly in floats, up to 9e15 of them
  #units = 0
  readonly #held: number[]
  readonly #fills: FillLog
  readonly #change: FillChange = { time: 0, place: 0, cash: 0, quantity: 0 }

  /** `symbols`: how many there are. */
  constructor(fills: FillLog, symbols: number, cash: Money) {
    this.#fills = fills
    this.#units = unitsOf(cash)
    this.#held = Array.from({ length: symbols }, () => 0)
    this.next()
  }

  next(): void {
    const fills = this.#fills
    const fill = ++this.#fill
    if (fill >= fills.length) {
      this.time = Number.POSITIVE_INFINITY
      return
    }
    const change = this.#change
    fills.read(fill, change)
    const { place } = change
    this.#units += change.cash
    const held = this.#held[place]! + change.quantity
    this.#held[place] = held
    this.time = change.time
    this.place = place
    this.cash = this.#units / 1e8
    this.quantity = held / 1e8
  }
}

/** The candles of one symbol, as far as equity is concerned. */
type Priced = Pick<History, 'columns' | 'timeframe'>

/**
 * The largest fall of equity from a height it had reached before, as a fraction of that height (0.25 is a quarter). Equity is taken at
 * closes, an open position without exit fee; the first height is the starting cash. A close counts what happened before it.
 */
export function maxDrawdown(changes: Changes, histories: readonly Priced[], cash: number): number {
  return histories.length === 1 ? drawdownOfOne(changes, histories[0]!, cash) : drawdownOfSeveral(changes, histories, cash)
}

function drawdownOfOne(changes: Changes, { columns, timeframe }: Priced, cashAtFirst: number): number {
  const { close } = columns
  // certain to be a number: else what begins with it is an object to the compiler, made anew at every height
  const start = +cashAtFirst
  const span = lengthOf(timeframe)
  const times = new OpenTimes(columns, span)
  let peak = start
  let worst = 0
  // equity under this is a larger fall than the worst so far
  let floor = start
  let cash = start
  let quantity = 0
  let bar = 0
  for (;;) {
    const end = times.firstAt(changes.time - span + 1, bar)
    // with nothing held every close is worth the same: one look is enough
    const look = quantity === 0 && end > bar ? bar + 1 : end
    for (; bar < look; bar++) {
      const equity = cash + quantity * close[bar]!
      if (equity < floor) {
        floor = equity
        worst = (peak - equity) / peak
      } else if (equity > peak) {
        peak = equity
        floor = peak * (1 - worst)
      }
    }
    bar = end
    if (changes.time === Number.POSITIVE_INFINITY) return worst
    cash = changes.cash
    quantity = changes.quantity
    changes.next()
  }
}

// Every instant at which a candle of any symbol closes; a symbol without one then counts at its last close.
function drawdownOfSeveral(changes: Changes, histories: readonly Priced[], start: number): number {
  const count = histories.length
  const spans = histories.map(({ timeframe }) => lengthOf(timeframe))
  const times = histories.map(({ columns }, h) => new OpenTimes(columns, spans[h]!))
  const closes = histories.map(({ columns }) => columns.close)
  const bars = new Int32Array(count)
  // when the next bar of each closes
  const next = Float64Array.from(times, (opens, h) => (opens.length > 0 ? opens.at(0) + spans[h]! : Number.POSITIVE_INFINITY))
  const prices = new Float64Array(count)
  const quantities = new Float64Array(count)
  let cash = start
  let peak = start
  let worst = 0
  for (;;) {
    let now = Number.POSITIVE_INFINITY
    for (let h = 0; h < count; h++) if (next[h]! < now) now = next[h]!
    if (now === Number.POSITIVE_INFINITY) return worst
    for (let h = 0; h < count; h++) {
      if (next[h]! > now) continue
      prices[h] = closes[h]![bars[h]!++]!
      next[h] = bars[h]! < times[h]!.length ? times[h]!.at(bars[h]!) + spans[h]! : Number.POSITIVE_INFINITY
    }
    for (; changes.time < now; changes.next()) {
      cash = changes.cash
      quantities[changes.place] = changes.quantity
    }
    let equity = cash
    for (let h = 0; h < count; h++) equity += quantities[h]! * prices[h]!
    if (equity > peak) peak = equity
    else if (peak - equity > worst * peak) worst = (peak - equity) / peak
  }
}

/** What the account is worth at the last closes, exactly. All symbols are quoted in one asset. */
export function finalEquity({ portfolio }: Engine, histories: readonly History[]): Money {
  const last = new Map(histories.map(({ info, columns }) => [info.symbol, { info, last: priceOf(columns.close.at(-1)!) }]))
  return portfolio.equity(histories[0]!.info.quote, last)
}

/** What buying all symbols at their first open in equal parts, and holding, returns: without any cost. */
export function holdReturn(histories: readonly Priced[]): number {
  const returns = histories.map(({ columns }) => columns.close.at(-1)! / columns.open[0]! - 1)
  return returns.reduce((sum, one) => sum + one, 0) / returns.length
}

/** A gain or loss as a share of what there was at first. */
export const returnOf = (equity: Money, cash: Money): number => (toNumber(equity) - toNumber(cash)) / toNumber(cash)
