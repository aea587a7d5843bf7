/**
 * What the account was worth at each close, worked out after the run: fills change cash and quantities, and between two of them only
 * prices move. Floats, since this decides nothing; what is left at the end is exact.
 */
import { OpenTimes } from '#domain/candle.ts'
import { type Money, priceOf, toNumber, unitsOf } from '#domain/money.ts'
import { lengthOf } from '#domain/time.ts'
import type { Engine } from '#engine'
import type { FillLog } from './fill-log.ts'
import type { History } from './run.ts'

const ROW = 4

/** Changes of the account, oldest first: when, which symbol (by its place), cash and the symbol's quantity from then on. */
export class EquityLog {
  #rows: Float64Array
  /** How many changes there are. */
  length = 0

  /** `room`: for how many changes, at first. */
  constructor(room = 256) {
    this.#rows = new Float64Array(Math.max(1, room) * ROW)
  }

  /** Adds a change. Cash in quote units, quantity in base units. */
  add(time: number, place: number, cash: number, quantity: number): void {
    const at = this.length++ * ROW
    if (at === this.#rows.length) {
      const grown = new Float64Array(at * 2)
      grown.set(this.#rows)
      this.#rows = grown
    }
    const rows = this.#rows
    rows[at] = time
    rows[at + 1] = place
    rows[at + 2] = cash
    rows[at + 3] = quantity
  }

  /** Time of a change; Infinity behind the last. */
  time(row: number): number {
    return row < this.length ? this.#rows[row * ROW]! : Number.POSITIVE_INFINITY
  }

  /** Which symbol a change was of. */
  place(row: number): number {
    return this.#rows[row * ROW + 1]!
  }

  /** Cash from a change on. */
  cash(row: number): number {
    return this.#rows[row * ROW + 2]!
  }

  /** Quantity of the symbol from a change on. */
  quantity(row: number): number {
    return this.#rows[row * ROW + 3]!
  }
}

/** The changes that fills made of an account that began with `cash`. */
export function equityLogOf(fills: FillLog, cash: Money): EquityLog {
  const log = new EquityLog(fills.length)
  // whole units of 1e-8 add up exactly in floats, up to 9e15 of them
  let units = unitsOf(cash)
  const held: number[] = []
  for (let fill = 0; fill < fills.length; fill++) {
    const place = fills.symbolOf(fill)
    units += fills.cashOf(fill)
    const quantity = (held[place] ?? 0) + fills.quantityOf(fill)
    held[place] = quantity
    log.add(fills.time(fill), place, units / 1e8, quantity / 1e8)
  }
  return log
}

/** The candles of one symbol, as far as equity is concerned. */
type Priced = Pick<History, 'columns' | 'timeframe'>

/**
 * The largest fall of equity from a height it had reached before, as a fraction of that height (0.25 is a quarter). Equity is taken at
 * closes, an open position without exit fee; the first height is the starting cash. A close counts what happened before it.
 */
export function maxDrawdown(log: EquityLog, histories: readonly Priced[], cash: number): number {
  return histories.length === 1 ? drawdownOfOne(log, histories[0]!, cash) : drawdownOfSeveral(log, histories, cash)
}

function drawdownOfOne(log: EquityLog, { columns, timeframe }: Priced, start: number): number {
  const { close } = columns
  const span = lengthOf(timeframe)
  const times = new OpenTimes(columns, span)
  let peak = start
  let worst = 0
  // equity under this is a larger fall than the worst so far
  let floor = start
  let cash = start
  let quantity = 0
  let bar = 0
  for (let row = 0; ; row++) {
    const end = times.firstAt(log.time(row) - span + 1, bar)
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
    if (row >= log.length) return worst
    cash = log.cash(row)
    quantity = log.quantity(row)
  }
}

// Every instant at which a candle of any symbol closes; a symbol without one then counts at its last close.
function drawdownOfSeveral(log: EquityLog, histories: readonly Priced[], start: number): number {
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
  for (let row = 0; ; ) {
    let now = Number.POSITIVE_INFINITY
    for (let h = 0; h < count; h++) if (next[h]! < now) now = next[h]!
    if (now === Number.POSITIVE_INFINITY) return worst
    for (let h = 0; h < count; h++) {
      if (next[h]! > now) continue
      prices[h] = closes[h]![bars[h]!++]!
      next[h] = bars[h]! < times[h]!.length ? times[h]!.at(bars[h]!) + spans[h]! : Number.POSITIVE_INFINITY
    }
    for (; log.time(row) < now; row++) {
      cash = log.cash(row)
      quantities[log.place(row)] = log.quantity(row)
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
