/**
 * Candles live in columns; a cursor says which candle is "now"; views read through it, so nothing is allocated per candle.
 * A mask of -1 keeps the whole history, 2^k - 1 keeps the last 2^k in a ring: `column[index & mask]` serves both.
 */
import type { Columns } from '#domain/candle.ts'

/** Which candle is now: its index since the feed's first candle. */
export interface Cursor {
  index: number
}

/** What a strategy sees of a line of values: now and the past, never ahead. Not a number (NaN) before the first value. */
export interface Series {
  readonly now: number
  readonly previous: number
  /** The value some candles ago; 0 is now. RangeError for the future or deeper than the strategy declared. */
  ago(candles: number): number
}

/** What a strategy sees of the candle: its own fields now, those of the past by `previous` and `ago`. Prices in quote units, time is the open time. */
export interface CandleView {
  readonly time: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  readonly previous: CandleView
  /** The candle some candles ago; 0 is now. RangeError for the future or deeper than the strategy declared. */
  ago(candles: number): CandleView
}

function checkDepth(candles: number, reach: number): void {
  if (!(candles >= 0)) throw new RangeError(`ago(${candles}): a strategy cannot look into the future`)
  if (candles > reach || !Number.isInteger(candles))
    throw new RangeError(`ago(${candles}): this strategy may look 0 to ${reach} candles back; declare a larger "lookback" for more`)
}

/**
 * A line of values over a feed, as its indicator fills it. Strategies see it as a Series. It is read at every candle, so its fields are
 * declared only: one that a class defines begins as undefined, and the compiler then checks at each look what kind of value it is.
 */
export class Line implements Series {
  /** NaN where there is no value. */
  declare readonly values: Float64Array
  declare readonly mask: number
  /** Index of the first candle that has a value. */
  declare readonly first: number
  declare protected readonly cursor: Cursor
  declare private readonly reach: number
  constructor(values: Float64Array, mask: number, first: number, cursor: Cursor, reach: number) {
    this.values = values
    this.mask = mask
    this.first = first
    this.cursor = cursor
    this.reach = reach
  }
  get now(): number {
    return this.values[this.cursor.index & this.mask]!
  }
  get previous(): number {
    return this.values[(this.cursor.index - 1) & this.mask]!
  }
  ago(candles: number): number {
    checkDepth(candles, this.reach)
    return this.values[(this.cursor.index - candles) & this.mask]!
  }
}

/** A column of the candles as a line: it holds nothing before the first of them. */
export class ColumnLine extends Line {
  override get now(): number {
    return this.cursor.index < 0 ? Number.NaN : super.now
  }
  override get previous(): number {
    return this.cursor.index < 1 ? Number.NaN : super.previous
  }
  override ago(candles: number): number {
    const value = super.ago(candles)
    return this.cursor.index < candles ? Number.NaN : value
  }
}

/** The candle view of a feed. */
export class FeedCandle implements CandleView {
  readonly #columns: Columns
  readonly #cursor: Cursor
  readonly #mask: number
  readonly #offset: number
  readonly #reach: number
  readonly #past: (FeedCandle | undefined)[]
  constructor(columns: Columns, cursor: Cursor, mask: number, reach: number, offset = 0, past: (FeedCandle | undefined)[] = []) {
    this.#columns = columns
    this.#cursor = cursor
    this.#mask = mask
    this.#offset = offset
    this.#reach = reach
    this.#past = past
  }
  get time(): number {
    return this.#read(this.#columns.time)
  }
  get open(): number {
    return this.#read(this.#columns.open)
  }
  get high(): number {
    return this.#read(this.#columns.high)
  }
  get low(): number {
    return this.#read(this.#columns.low)
  }
  get close(): number {
    return this.#read(this.#columns.close)
  }
  get volume(): number {
    return this.#read(this.#columns.volume)
  }
  get previous(): CandleView {
    return this.ago(1)
  }
  ago(candles: number): CandleView {
    const offset = this.#offset + candles
    let view = this.#past[offset]
    if (view === undefined) {
      checkDepth(offset, this.#reach)
      view = new FeedCandle(this.#columns, this.#cursor, this.#mask, this.#reach, offset, this.#past)
      this.#past[offset] = view
    }
    return view
  }
  #read(column: Float64Array): number {
    const index = this.#cursor.index - this.#offset
    return index < 0 ? Number.NaN : column[index & this.#mask]!
  }
}

const before = (line: Series | number): number => (typeof line === 'number' ? line : line.previous)
const now = (line: Series | number): number => (typeof line === 'number' ? line : line.now)

/** True where a line was at or under another (or a level) on the candle before and is over it now. */
export const crossesOver = (line: Series, other: Series | number): boolean => line.now > now(other) && line.previous <= before(other)
/** True where a line was at or over another (or a level) on the candle before and is under it now. */
export const crossesUnder = (line: Series, other: Series | number): boolean => line.now < now(other) && line.previous >= before(other)
