import { checkPeriod, inputOf, type LineIndicator, lineIndicator, type Source } from './define.ts'
import type { Feed, Node } from './feed.ts'
import type { Line } from './series.ts'

// A running sum drifts by rounding; summing the window afresh now and then keeps it true at no cost that counts, and at once where it
// left the size at which it began: what large closes left of rounding in it is nothing to them, and much to small ones (after a crash).
const AFRESH = 4096
const SIZE = 16

class Sma implements Node<Line> {
  readonly view: Line
  readonly first: number
  readonly #input: Line
  readonly #period: number
  #sum = 0
  /** The sizes between which the sum is as true as the last fresh one. */
  #least = 0
  #most = 0
  constructor(feed: Feed, period: number, input: Node<Line>) {
    this.#input = input.view
    this.#period = period
    this.first = input.first + period - 1
    this.view = feed.line(this.first)
  }
  extend(from: number, to: number): void {
    const period = this.#period
    const { values: x, mask: m, first: start } = this.#input
    const { values: y, mask, first } = this.view
    let sum = this.#sum
    let i = Math.max(from, start)
    for (; i < to && i <= first; i++) {
      sum += x[i & m]!
      y[i & mask] = sum / period
    }
    let least = this.#least
    let most = this.#most
    while (i < to) {
      const end = Math.min(to, Math.ceil(i / AFRESH) * AFRESH)
      let sound = true
      while (i < end && sound) {
        // a stretch in which no ring begins anew: one count serves all three, and nothing is asked but the size
        const [now, gone, at] = [i & m, (i - period) & m, i & mask]
        const length = Math.min(end - i, x.length - now, x.length - gone, y.length - at)
        const coming = x.subarray(now, now + length)
        const going = x.subarray(gone, gone + length)
        const made = y.subarray(at, at + length)
        let k = 0
        for (; k < length; k++) {
          // the difference first: then one addition waits for the one before it, not two
          sum += coming[k]! - going[k]!
          if (sum < least || sum > most) break
          made[k] = sum / period
        }
        i += k
        sound = k === length
      }
      if (i < to) {
        sum = 0
        for (let k = i - period + 1; k <= i; k++) sum += x[k & m]!
        y[i & mask] = sum / period
        // of what may be negative no size tells how true it is
        least = sum > 0 ? sum / SIZE : Number.NEGATIVE_INFINITY
        most = sum > 0 ? sum * SIZE : Number.POSITIVE_INFINITY
        i++
      }
    }
    this.#sum = sum
    this.#least = least
    this.#most = most
  }
}

/** Simple moving average over `period` candles. First value at candle period - 1, as TA-Lib's SMA. */
export const sma = (period: number, source?: Source): LineIndicator => {
  checkPeriod('sma', period)
  return lineIndicator(`sma(${period})`, inputOf(source), period, (feed, input) => new Sma(feed, period, input))
}
