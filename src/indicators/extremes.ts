import { checkPeriod, inputOf, type LineIndicator, lineIndicator, type Source } from './define.ts'
import type { Feed, Node } from './feed.ts'
import type { Line } from './series.ts'

// Keeps the indices of values that can still become the extreme, best first: each enters and leaves once, so a candle costs O(1).
class Extreme implements Node<Line> {
  readonly view: Line
  readonly first: number
  readonly #input: Line
  readonly #sign: number
  readonly #period: number
  readonly #queue: Float64Array
  #head = 0
  #tail = 0
  constructor(feed: Feed, period: number, sign: number, input: Node<Line>) {
    this.#input = input.view
    this.#sign = sign
    this.#period = period
    this.first = input.first + period - 1
    this.view = feed.line(this.first)
    this.#queue = new Float64Array(2 ** Math.ceil(Math.log2(period + 1)))
  }
  extend(from: number, to: number): void {
    const queue = this.#queue
    const ring = queue.length - 1
    const sign = this.#sign
    const { values: x, mask: m, first: start } = this.#input
    const { values: y, mask } = this.view
    let head = this.#head
    let tail = this.#tail
    for (let i = Math.max(from, start); i < to; i++) {
      const value = x[i & m]! * sign
      while (tail > head && x[queue[(tail - 1) & ring]! & m]! * sign <= value) tail--
      queue[tail++ & ring] = i
      if (queue[head & ring]! <= i - this.#period) head++
      y[i & mask] = x[queue[head & ring]! & m]!
    }
    this.#head = head
    this.#tail = tail
  }
}

/** The highest value of the last `period` candles, this one included. Default: of their highs. */
export const highest = (period: number, source?: Source): LineIndicator => {
  checkPeriod('highest', period)
  return lineIndicator(`highest(${period})`, inputOf(source, 'high'), period, (feed, input) => new Extreme(feed, period, 1, input))
}

/** The lowest value of the last `period` candles, this one included. Default: of their lows. */
export const lowest = (period: number, source?: Source): LineIndicator => {
  checkPeriod('lowest', period)
  return lineIndicator(`lowest(${period})`, inputOf(source, 'low'), period, (feed, input) => new Extreme(feed, period, -1, input))
}

// A pivot is known only when the candles on its far side have closed; the line holds the last one known.
class Swing implements Node<Line> {
  readonly view: Line
  readonly first: number
  readonly #input: Line
  readonly #sign: number
  readonly #wing: number
  #value = Number.NaN
  constructor(feed: Feed, wing: number, sign: number, input: Node<Line>) {
    this.#input = input.view
    this.#sign = sign
    this.#wing = wing
    this.first = input.first + 2 * wing
    this.view = feed.line(this.first)
  }
  extend(from: number, to: number): void {
    const { values: x, mask: m } = this.#input
    const { values: y, mask } = this.view
    for (let i = Math.max(from, this.first); i < to; i++) {
      const middle = i - this.#wing
      const value = x[middle & m]! * this.#sign
      let pivot = true
      for (let k = 1; k <= this.#wing && pivot; k++)
        pivot = x[(middle - k) & m]! * this.#sign < value && x[(middle + k) & m]! * this.#sign <= value
      if (pivot) this.#value = x[middle & m]!
      y[i & mask] = this.#value
    }
  }
}

/** The last swing low: a low under those of `wing` candles on both sides, known `wing` candles after it. NaN before the first. */
export const swingLow = (wing: number, source?: Source): LineIndicator => {
  checkPeriod('swingLow', wing)
  return lineIndicator(`swing low(${wing})`, inputOf(source, 'low'), 2 * wing + 1, (feed, input) => new Swing(feed, wing, -1, input))
}

/** The last swing high: a high over those of `wing` candles on both sides, known `wing` candles after it. NaN before the first. */
export const swingHigh = (wing: number, source?: Source): LineIndicator => {
  checkPeriod('swingHigh', wing)
  return lineIndicator(`swing high(${wing})`, inputOf(source, 'high'), 2 * wing + 1, (feed, input) => new Swing(feed, wing, 1, input))
}
