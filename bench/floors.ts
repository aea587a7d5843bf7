/**
 * What we are measured against: hand-written float64 loops that do one strategy and nothing else. A signal at a close fills at the next
 * open, with a fee, equity and drawdown on every candle, and a fixed size, so that both sides make the same fills.
 */
import { type Columns, columnsOf } from '#domain/candle.ts'

/** The result of a floor: what it has in the end, how often it traded, its deepest fall. */
export interface Floor {
  readonly equity: number
  readonly fills: number
  readonly drawdown: number
}

const CASH = 1_000_000
const SIZE = 0.01
const FEE = 0.001

// A small generator with a seed (mulberry32): the walk is the same in every run.
function chance(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const START = 1_600_000_020_000
const MINUTE = 60_000

/** A random walk of one-minute (or longer) candles. Synthetic: for speed only. */
export function walk(count: number, seed = 42, length = MINUTE): Columns {
  const random = chance(seed)
  const columns = columnsOf(count)
  let price = 30_000
  for (let i = 0; i < count; i++) {
    const next = Math.max(1, price * (1 + (random() + random() + random() + random() - 2) * 0.0012))
    columns.time[i] = START + i * length
    columns.open[i] = price
    columns.close[i] = next
    columns.high[i] = Math.max(price, next) * (1 + random() * 0.0004)
    columns.low[i] = Math.min(price, next) * (1 - random() * 0.0004)
    columns.volume[i] = random() * 10
    price = next
  }
  return columns
}

/** SMA 5 over 20. */
export function floorSma({ open, close }: Columns, equity: Float64Array): Floor {
  const count = close.length
  let cash = CASH
  let held = 0
  let short = 0
  let long = 0
  let before = 0
  let pending = 0
  let fills = 0
  let peak = cash
  let drawdown = 0
  for (let i = 0; i < count; i++) {
    if (pending === 1 && held === 0) {
      held = SIZE * (1 - FEE)
      cash -= SIZE * open[i]!
      fills++
    } else if (pending === -1 && held > 0) {
      cash += held * open[i]! * (1 - FEE)
      held = 0
      fills++
    }
    pending = 0
    const price = close[i]!
    short += price
    long += price
    if (i >= 5) short -= close[i - 5]!
    if (i >= 20) long -= close[i - 20]!
    if (i >= 19) {
      const difference = short * 0.2 - long * 0.05
      const sign = difference > 0 ? 1 : -1
      if (sign !== before) {
        if (before !== 0) pending = sign
        before = sign
      }
    }
    const worth = cash + held * price
    equity[i] = worth
    if (worth > peak) peak = worth
    else if (peak - worth > drawdown * peak) drawdown = (peak - worth) / peak
  }
  return { equity: equity[count - 1]!, fills, drawdown }
}

/** Wilder's RSI 14, under 30 in, over 70 out. */
export function floorRsi({ open, close }: Columns, equity: Float64Array): Floor {
  const count = close.length
  let cash = CASH
  let held = 0
  let gain = 0
  let loss = 0
  let pending = 0
  let fills = 0
  let peak = cash
  let drawdown = 0
  for (let i = 0; i < count; i++) {
    if (pending === 1 && held === 0) {
      held = SIZE * (1 - FEE)
      cash -= SIZE * open[i]!
      fills++
      pending = 0
    } else if (pending === -1 && held > 0) {
      cash += held * open[i]! * (1 - FEE)
      held = 0
      fills++
      pending = 0
    }
    const price = close[i]!
    if (i > 0) {
      const change = price - close[i - 1]!
      const up = change > 0 ? change : 0
      const down = change < 0 ? -change : 0
      if (i <= 14) {
        gain += up / 14
        loss += down / 14
      } else {
        gain = (gain * 13) / 14 + up / 14
        loss = (loss * 13) / 14 + down / 14
      }
      if (i >= 14) {
        const strength = loss === 0 ? 100 : 100 - 100 / (1 + gain / loss)
        if (strength < 30) {
          if (held === 0) pending = 1
        } else if (strength > 70 && held > 0) pending = -1
      }
    }
    const worth = cash + held * price
    equity[i] = worth
    if (worth > peak) peak = worth
    else if (peak - worth > drawdown * peak) drawdown = (peak - worth) / peak
  }
  return { equity: equity[count - 1]!, fills, drawdown }
}

/** EMA 21 over 50 with a stop two average true ranges under the close. */
export function floorEma({ open, high, low, close }: Columns, equity: Float64Array): Floor {
  const count = close.length
  const quickWeight = 2 / 22
  const calmWeight = 2 / 51
  let cash = CASH
  let held = 0
  let quick = 0
  let calm = 0
  let range = 0
  let before = 0
  let pending = 0
  let stop = 0
  let wanted = 0
  let fills = 0
  let peak = cash
  let drawdown = 0
  for (let i = 0; i < count; i++) {
    if (pending === 1 && open[i]! > wanted) {
      held = SIZE * (1 - FEE)
      cash -= SIZE * open[i]!
      stop = wanted
      fills++
    } else if (pending === -1 && held > 0) {
      cash += held * open[i]! * (1 - FEE)
      held = 0
      fills++
    }
    pending = 0
    if (held > 0 && low[i]! <= stop) {
      cash += held * Math.min(open[i]!, stop) * (1 - FEE)
      held = 0
      fills++
    }
    const price = close[i]!
    quick = i < 21 ? quick + price / 21 : quick * (1 - quickWeight) + price * quickWeight
    calm = i < 50 ? calm + price / 50 : calm * (1 - calmWeight) + price * calmWeight
    if (i > 0) {
      const last = close[i - 1]!
      const spread = (high[i]! > last ? high[i]! : last) - (low[i]! < last ? low[i]! : last)
      range = i <= 14 ? range + spread / 14 : range * (13 / 14) + spread / 14
    }
    if (i >= 49) {
      const sign = quick > calm ? 1 : -1
      if (before !== 0 && sign !== before) {
        if (sign === 1 && held === 0) {
          pending = 1
          wanted = price - 2 * range
        } else if (sign === -1 && held > 0) pending = -1
      }
      before = sign
    }
    const worth = cash + held * price
    equity[i] = worth
    if (worth > peak) peak = worth
    else if (peak - worth > drawdown * peak) drawdown = (peak - worth) / peak
  }
  return { equity: equity[count - 1]!, fills, drawdown }
}
