import { checkPeriod, inputOf, type Source } from './define.ts'
import type { Feed, Indicator, Node } from './feed.ts'
import type { Line } from './series.ts'

/** The three lines of Bollinger bands. */
export interface Bands {
  readonly upper: Line
  readonly middle: Line
  readonly lower: Line
}

// Sums of squares lose digits as the price moves away from their origin; a fresh origin every so often keeps them, and one at once where
// they were so large that what is left of them is mostly rounding (after a crash).
const AFRESH = 256
const LOST = 1e4

class BollingerBands implements Node<Bands> {
  readonly view: Bands
  readonly first: number
  readonly #input: Line
  readonly #period: number
  readonly #width: number
  #origin = 0
  #sum = 0
  #squares = 0
  /** The largest that the sum of squares was since its origin. */
  #peak = 0
  constructor(feed: Feed, period: number, width: number, input: Node<Line>) {
    this.#input = input.view
    this.#period = period
    this.#width = width
    this.first = input.first + period - 1
    this.view = { upper: feed.line(this.first), middle: feed.line(this.first), lower: feed.line(this.first) }
  }
  extend(from: number, to: number): void {
    const period = this.#period
    const { values: x, mask: m, first: start } = this.#input
    const { upper, middle, lower } = this.view
    for (let i = Math.max(from, start); i < to; i++) {
      if (i >= this.first && (i === this.first || i % AFRESH === 0)) this.#afresh(i)
      else {
        const entering = x[i & m]! - this.#origin
        const leaving = i > this.first ? x[(i - period) & m]! - this.#origin : 0
        this.#sum += entering - leaving
        this.#squares += entering * entering - leaving * leaving
      }
      if (this.#squares > this.#peak) this.#peak = this.#squares
      if (i < this.first) continue
      let mean = this.#sum / period
      let variance = this.#squares / period - mean * mean
      if (this.#peak > period * LOST * (mean + this.#origin) * Math.sqrt(variance > 0 ? variance : 0)) {
        this.#afresh(i)
        mean = this.#sum / period
        variance = this.#squares / period - mean * mean
      }
      const spread = this.#width * Math.sqrt(variance > 0 ? variance : 0)
      const at = i & middle.mask
      middle.values[at] = mean + this.#origin
      upper.values[at] = mean + this.#origin + spread
      lower.values[at] = mean + this.#origin - spread
    }
  }
  // Sums over the window that ends at candle `last`, around that window's mean.
  #afresh(last: number): void {
    const { values: x, mask: m } = this.#input
    let mean = 0
    for (let k = last - this.#period + 1; k <= last; k++) mean += x[k & m]!
    this.#origin = mean / this.#period
    this.#sum = 0
    this.#squares = 0
    for (let k = last - this.#period + 1; k <= last; k++) {
      const distance = x[k & m]! - this.#origin
      this.#sum += distance
      this.#squares += distance * distance
    }
    this.#peak = this.#squares
  }
}

/** Bollinger bands: a simple average and `width` population standard deviations on both sides, as TA-Lib's BBANDS. First value at candle period - 1. */
export const bollinger = (period: number, width: number, source?: Source): Indicator<Bands> => {
  checkPeriod('bollinger', period, 2)
  const input = inputOf(source)
  return {
    key: `bollinger(${period},${width}) of ${input.key}`,
    on: input.on,
    depth: period + input.depth,
    build: feed => new BollingerBands(feed, period, width, feed.use(input)),
  }
}
