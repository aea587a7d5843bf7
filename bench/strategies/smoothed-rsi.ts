import { z } from 'zod'
import { crossesOver, crossesUnder, defineStrategy, ema, enter, exit, rsi } from '#strategy'

export default defineStrategy({
  title: 'RSI, smoothed',
  params: z.object({ window: z.int().default(14), smooth: z.int().default(9), low: z.number().default(35), high: z.number().default(65) }),
  indicators: ({ window, smooth }) => ({ strength: ema(smooth, { of: rsi(window) }) }),
  decide({ strength }, { low, high }) {
    if (crossesOver(strength, low)) return enter({ reason: 'the smoothed RSI came back up' })
    if (crossesUnder(strength, high)) return exit({ reason: 'the smoothed RSI fell back' })
    return null
  },
})
