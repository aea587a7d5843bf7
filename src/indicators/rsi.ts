import { checkPeriod, inputOf, type LineIndicator, lineIndicator, type Source } from './define.ts'
import type { Feed, Node } from './feed.ts'
import type { Line } from './series.ts'

// TA-Lib takes anything smaller for zero.
const ZERO = 1e-14

class Rsi implements Node<Line> {
  readonly view: Line
  readonly first: number
  readonly #input: Line
  readonly #period: number
  #gain = 0
  #loss = 0
  constructor(feed: Feed, period: number, input: Node<Line>) {
    this.#input = input.view
    this.#period = period
    this.first = input.first + period
    this.view = feed.line(this.first)
  }
  extend(from: number, to: number): void {
    const part = 1 / this.#period
    const keep = (this.#period - 1) / this.#period
    const { values: x, mask: m, first: start } = this.#input
    const { values: y, mask, first } = this.view
    let gain = this.#gain
    let loss = this.#loss
    for (let i = Math.max(from, start + 1); i < to; i++) {
      const change = x[i & m]! - x[(i - 1) & m]!
      const up = change > 0 ? change * part : 0
      const down = change < 0 ? -change * part : 0
      // the seed is the plain average of the first changes
      gain = i <= first ? gain + up : gain * keep + up
      loss = i <= first ? loss + down : loss * keep + down
      const sum = gain + loss
      y[i & mask] = sum < ZERO ? 0 : (100 * gain) / sum
    }
    this.#gain = gain
    this.#loss = loss
  }
}

/** Wilder's relative strength index, 0 to 100. First value at candle `period`; 0 where nothing moved at all, as TA-Lib's RSI. */
export const rsi = (period: number, source?: Source): LineIndicator => {
  checkPeriod('rsi', period, 2)
  return lineIndicator(`rsi(${period})`, inputOf(source), 1, (feed, input) => new Rsi(feed, period, input))
}
