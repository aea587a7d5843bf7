import { checkPeriod, inputOf, type Source } from './define.ts'
import type { Feed, Indicator, Node } from './feed.ts'
import type { Line } from './series.ts'

/** The three lines of MACD. */
export interface MacdLines {
  readonly macd: Line
  readonly signal: Line
  readonly histogram: Line
}

class Macd implements Node<MacdLines> {
  readonly view: MacdLines
  readonly first: number
  readonly #input: Line
  readonly #periods: readonly [number, number, number]
  readonly #start: number
  #quick = 0
  #calm = 0
  #signal = 0
  constructor(feed: Feed, fast: number, slow: number, signal: number, input: Node<Line>) {
    this.#input = input.view
    this.#periods = [fast, slow, signal]
    this.#start = input.first
    this.first = input.first + slow + signal - 2
    this.view = { macd: feed.line(this.first), signal: feed.line(this.first), histogram: feed.line(this.first) }
  }
  extend(from: number, to: number): void {
    const [fast, slow, period] = this.#periods
    const { values: x, mask: m } = this.#input
    const begin = this.#start + slow - 1
    const { macd, signal, histogram } = this.view
    for (let i = Math.max(from, this.#start); i < to; i++) {
      const value = x[i & m]!
      // TA-Lib starts both averages at the same candle, so the fast one is seeded with the last `fast` of the first `slow` values
      if (i <= begin) {
        this.#calm += value / slow
        if (i > begin - fast) this.#quick += value / fast
        if (i < begin) continue
      } else {
        this.#quick += ((value - this.#quick) * 2) / (fast + 1)
        this.#calm += ((value - this.#calm) * 2) / (slow + 1)
      }
      const distance = this.#quick - this.#calm
      this.#signal += i <= this.first ? distance / period : ((distance - this.#signal) * 2) / (period + 1)
      const at = i & macd.mask
      macd.values[at] = distance
      signal.values[at] = this.#signal
      histogram.values[at] = distance - this.#signal
    }
  }
}

/** Moving average convergence and divergence with its signal line, as TA-Lib's MACD. First value at candle slow + signal - 2. */
export const macd = (fast = 12, slow = 26, signal = 9, source?: Source): Indicator<MacdLines> => {
  for (const period of [fast, slow, signal]) checkPeriod('macd', period)
  if (fast >= slow) throw new RangeError(`macd(${fast}, ${slow}): the fast period must be shorter than the slow one`)
  const input = inputOf(source)
  return {
    key: `macd(${fast},${slow},${signal}) of ${input.key}`,
    on: input.on,
    depth: 1,
    build: feed => new Macd(feed, fast, slow, signal, feed.use(input)),
  }
}
