/**
 * One symbol and timeframe: candles, a cursor, and every indicator that was asked for, each computed once. With all candles known the
 * indicators are computed a block ahead of the cursor into rings; candles that arrive one at a time are kept in rings themselves.
 */
import { type Columns, columnsOf } from '#domain/candle.ts'
import { ColumnLine, type Cursor, FeedCandle, Line } from './series.ts'

/** How many candles ahead of the cursor indicators are computed where all candles are known. */
export const BLOCK = 2048

/** An indicator at work on a feed. */
export interface Node<View> {
  readonly view: View
  /** Index of the first candle at which every line of the view has a value. */
  readonly first: number
  /** Computes the values of candles `from` up to, not including, `to`. What it writes before `first` of a line is taken out again. */
  extend(from: number, to: number): void
  /** Asked before a later node of the same feed begins: true where this one computes that one's values along with its own from then on. */
  takeAlong?(other: Node<unknown>): boolean
}

/** The declaration of an indicator: what to compute, on which timeframe, how far back it reads. Pure; a feed builds a node of it. */
export interface Indicator<View> {
  /** Equal keys share one node. */
  readonly key: string
  /** The name of the timeframe it runs on, as declared under `also`; null: the strategy's own. */
  readonly on: string | null
  /** How many candles back its computation reads. */
  readonly depth: number
  build(feed: Feed): Node<View>
}

// The next power of two. By doubling: what `**` gives is kept as a float, which is turned into an integer at every look at a line.
function ringFor(candles: number): number {
  let ring = 2
  while (ring < candles) ring *= 2
  return ring
}

/** Candles and indicators of one symbol and timeframe. */
export class Feed {
  readonly columns: Columns
  readonly mask: number
  readonly cursor: Cursor = { index: -1 }
  readonly candle: FeedCandle
  /** Candles there are, counted from the first. */
  length: number
  /** Indicators are computed up to here. */
  ready = 0
  readonly #lineRing: number
  readonly #reach: number
  readonly #nodes = new Map<string, Node<unknown>>()
  #inOrder: Node<unknown>[] = []
  readonly #lines: Line[] = []
  // the candle from which on every line has a value
  #warm = 0

  private constructor(columns: Columns, length: number, mask: number, lineRing: number, reach: number) {
    this.columns = columns
    this.length = length
    this.mask = mask
    this.#lineRing = lineRing
    this.#reach = reach
    this.candle = new FeedCandle(columns, this.cursor, mask, reach)
  }

  /** A feed over candles that are all known. `depth` and `lookback`: how far back indicators and the strategy read, in candles. */
  static history(columns: Columns, depth: number, lookback: number): Feed {
    return new Feed(columns, columns.close.length, -1, ringFor(BLOCK + depth + lookback + 2), lookback)
  }

  /**
   * A feed whose candles arrive one at a time; only as many as are read are kept. `waiting`: how many may arrive before the cursor comes to the
   * first of them.
   */
  static live(depth: number, lookback: number, waiting = 0): Feed {
    const ring = ringFor(depth + lookback + waiting + 2)
    return new Feed(columnsOf(ring), 0, ring - 1, ring, lookback)
  }

  /** The view of an indicator, built when first asked for. */
  use<View>(indicator: Indicator<View>): Node<View> {
    let node = this.#nodes.get(indicator.key) as Node<View> | undefined
    if (node === undefined) {
      if (this.ready > 0) throw new Error(`this is a bug: ${indicator.key} was asked for after its feed had started`)
      node = indicator.build(this) // what it depends on is built first, so #inOrder is an order of computation
      this.#nodes.set(indicator.key, node)
      const along = node
      if (!this.#inOrder.some(before => before.takeAlong?.(along) === true)) this.#inOrder.push(node)
    }
    return node
  }

  /** A new line of values whose first is at candle `first`. */
  line(first: number): Line {
    const line = new Line(new Float64Array(this.#lineRing).fill(Number.NaN), this.#lineRing - 1, first, this.cursor, this.#reach)
    this.#lines.push(line)
    this.#warm = Math.max(this.#warm, first)
    return line
  }

  /** A column of the candles as a line. */
  column(name: Exclude<keyof Columns, 'time'>): Line {
    return new ColumnLine(this.columns[name], this.mask, 0, this.cursor, this.#reach)
  }

  /** Adds a closed candle to a live feed. */
  append(time: number, open: number, high: number, low: number, close: number, volume: number): void {
    const columns = this.columns
    const index = this.length++ & this.mask
    columns.time[index] = time
    columns.open[index] = open
    columns.high[index] = high
    columns.low[index] = low
    columns.close[index] = close
    columns.volume[index] = volume
  }

  /** Computes all indicators up to, not including, candle `to`. */
  extend(to: number): void {
    if (to <= this.ready) return
    for (const node of this.#inOrder) node.extend(this.ready, to)
    if (this.ready < this.#warm) this.#blank(this.ready, to)
    this.ready = to
  }

  // What an indicator wrote before it had seen enough candles is no value.
  #blank(from: number, to: number): void {
    for (const { values, mask, first } of this.#lines) for (let i = from; i < to && i < first; i++) values[i & mask] = Number.NaN
  }
}
