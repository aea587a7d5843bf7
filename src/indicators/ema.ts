import { checkPeriod, inputOf, type LineIndicator, lineIndicator, type Source } from './define.ts'
import type { Feed, Node } from './feed.ts'
import type { Line } from './series.ts'

class Ema implements Node<Line> {
  readonly view: Line
  readonly first: number
  readonly #input: Line
  readonly #period: number
  readonly #weight: number
  #value = 0
  #twin: Ema | null = null
  constructor(feed: Feed, period: number, weight: number, input: Node<Line>) {
    this.#input = input.view
    this.#period = period
    this.#weight = weight
    this.first = input.first + period - 1
    this.view = feed.line(this.first)
  }
  // Each value waits for the one before it: two averages of one line take hardly longer side by side than one.
  takeAlong(other: Node<unknown>): boolean {
    if (this.#twin !== null || !(other instanceof Ema) || other.#input !== this.#input) return false
    this.#twin = other
    return true
  }
  extend(from: number, to: number): void {
    const seeded = this.#seed(from, to)
    if (this.#twin === null) return this.#smooth(seeded, to)
    const twinSeeded = this.#twin.#seed(from, to)
    const both = Math.max(seeded, twinSeeded)
    this.#smooth(seeded, both)
    this.#twin.#smooth(twinSeeded, both)
    this.#smoothBoth(this.#twin, both, to)
  }
  // The plain average of the first `period` values. Where the smoothing goes on.
  #seed(from: number, to: number): number {
    const { values: x, mask: m, first: start } = this.#input
    const end = Math.min(to, this.first + 1)
    let i = Math.max(from, start)
    for (; i < end; i++) {
      this.#value += x[i & m]!
      if (i === this.first) {
        this.#value /= this.#period
        this.view.values[i & this.view.mask] = this.#value
      }
    }
    return i
  }
  #smooth(from: number, to: number): void {
    const { values: x, mask: m } = this.#input
    const { values: y, mask } = this.view
    const weight = this.#weight
    const keep = 1 - weight
    let value = this.#value
    for (let i = from; i < to; i++) {
      // the next value waits for this one: one product and one sum are all that lies between them
      value = value * keep + x[i & m]! * weight
      y[i & mask] = value
    }
    this.#value = value
  }
  #smoothBoth(twin: Ema, from: number, to: number): void {
    const { values: x, mask: m } = this.#input
    const { values: y, mask } = this.view
    const { values: z } = twin.view
    const weight = this.#weight
    const keep = 1 - weight
    const twinWeight = twin.#weight
    const twinKeep = 1 - twinWeight
    let value = this.#value
    let twinValue = twin.#value
    for (let i = from; i < to; i++) {
      const now = x[i & m]!
      value = value * keep + now * weight
      twinValue = twinValue * twinKeep + now * twinWeight
      y[i & mask] = value
      z[i & mask] = twinValue
    }
    this.#value = value
    twin.#value = twinValue
  }
}

/** Exponential moving average with weight 2 / (period + 1), seeded with the plain average of the first `period` values, as TA-Lib's EMA. */
export const ema = (period: number, source?: Source): LineIndicator => {
  checkPeriod('ema', period)
  return lineIndicator(`ema(${period})`, inputOf(source), 1, (feed, input) => new Ema(feed, period, 2 / (period + 1), input))
}

/** Wilder's smoothing: an exponential average with weight 1 / period, seeded with a plain average (Wilder, "New Concepts in Technical Trading Systems", 1978). */
export const wilder = (period: number, source?: Source): LineIndicator => {
  checkPeriod('wilder', period)
  return lineIndicator(`wilder(${period})`, inputOf(source), 1, (feed, input) => new Ema(feed, period, 1 / period, input))
}
