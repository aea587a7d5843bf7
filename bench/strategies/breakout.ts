import { z } from 'zod'
import { defineStrategy, enter, exit, highest, lowest } from '#strategy'

export default defineStrategy({
  title: 'Breakout of a range',
  params: z.object({ up: z.int().default(40), down: z.int().default(20) }),
  indicators: ({ up, down }) => ({ top: highest(up), bottom: lowest(down) }),
  decide({ candle, top, bottom }) {
    if (candle.close > top.previous) return enter({ reason: 'the close broke out over the range' })
    if (candle.close < bottom.previous) return exit({ reason: 'the close broke out under the range' })
    return null
  },
})
