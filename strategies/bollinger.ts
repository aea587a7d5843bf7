import { z } from 'zod'
import { bollinger, defineStrategy, enter, exit } from '#strategy'

// A close this near to a band, relative, is on it: a float's band differs from the exact one by less.
const SAME = 1e-10

export default defineStrategy({
  title: 'Bollinger bands',
  aliases: ['Bollinger_Bands'],
  params: z.object({
    window: z.int().min(2).default(20).meta({ env: 'BB_WINDOW' }),
    std: z.number().positive().default(2).meta({ env: 'BB_STD' }),
    minVolume: z.number().min(0).optional().meta({ env: 'MIN_VOLUME' }),
  }),
  indicators: ({ window, std }) => ({ bands: bollinger(window, std) }),
  decide({ candle, bands }, { minVolume }) {
    const before = candle.previous.close
    const lower = bands.lower.now * (1 + SAME)
    const upper = bands.upper.now * (1 - SAME)
    if (before <= lower && candle.close > lower) {
      if (minVolume !== undefined && candle.volume < minVolume) return null
      return enter({ reason: 'the close came back over the lower band' })
    }
    if (before >= upper && candle.close < upper) return exit({ reason: 'the close fell back under the upper band' })
    return null
  },
})
