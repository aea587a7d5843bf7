import { z } from 'zod'
import { bollinger, defineStrategy, enter, exit } from '#strategy'

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
    if (before <= bands.lower.now && candle.close > bands.lower.now) {
      if (minVolume !== undefined && candle.volume < minVolume) return null
      return enter({ reason: 'the close came back over the lower band' })
    }
    if (before >= bands.upper.now && candle.close < bands.upper.now) return exit({ reason: 'the close fell back under the upper band' })
    return null
  },
})
