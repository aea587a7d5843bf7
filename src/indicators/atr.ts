import type { LineIndicator } from './define.ts'
import { wilder } from './ema.ts'
import type { Feed, Node } from './feed.ts'
import type { Line } from './series.ts'

class TrueRange implements Node<Line> {
  readonly view: Line
  readonly first = 1
  readonly #feed: Feed
  constructor(feed: Feed) {
    this.#feed = feed
    this.view = feed.line(1)
  }
  extend(from: number, to: number): void {
    const {
      columns: { high, low, close },
      mask: m,
    } = this.#feed
    const { values: y, mask } = this.view
    for (let i = Math.max(from, 1); i < to; i++) {
      const top = high[i & m]!
      const bottom = low[i & m]!
      const before = close[(i - 1) & m]!
      y[i & mask] = (top > before ? top : before) - (bottom < before ? bottom : before)
    }
  }
}

/** True range: from the higher of high and previous close to the lower of low and previous close. First value at candle 1. */
export const trueRange = (on?: string): LineIndicator => ({
  key: 'true range',
  on: on ?? null,
  depth: 1,
  build: feed => new TrueRange(feed),
})

/** Average true range by Wilder's smoothing. First value at candle `period`, as TA-Lib's ATR. */
export const atr = (period: number, source?: { readonly on?: string }): LineIndicator => wilder(period, { of: trueRange(source?.on) })
