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
  constructor(feed: Feed, period: number, weight: number, input: Node<Line>) {
    this.#input = input.view
    this.#period = period
    this.#weight = weight
    this.first = input.first + period - 1
    this.view = feed.line(this.first)
  }
  extend(from: number, to: number): void {
    const weight = this.#weight
    const period = this.#period
    const { values: x, mask: m, first: start } = this.#input
    const { values: y, mask, first } = this.view
    let value = this.#value
    let i = Math.max(from, start)
    // seeded with the plain average of the first `period` values
    for (const end = Math.min(to, first + 1); i < end; i++) {
      value += x[i & m]!
      if (i === first) {
        value /= period
        y[i & mask] = value
      }
    }
    // the next value waits for this one: one product and one sum are all that lies between them
    const keep = 1 - weight
    for (; i < to; i++) {
      value = value * keep + x[i & m]! * weight
      y[i & mask] = value
    }
    this.#value = value
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
