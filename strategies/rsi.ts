import { z } from 'zod'
import { defineStrategy, enter, exit, rsi } from '#strategy'

// An RSI this close to a threshold is at it: a float's differs from the exact one by less.
const SAME = 1e-8

export default defineStrategy({
  title: 'RSI',
  aliases: ['RSI_Strategy'],
  params: z
    .object({
      window: z.int().min(2).default(14).meta({ env: 'RSI_WINDOW' }),
      oversold: z.number().min(0).max(100).default(30).meta({ env: 'RSI_OVERSOLD' }),
      overbought: z.number().min(0).max(100).default(70).meta({ env: 'RSI_OVERBOUGHT' }),
      minVolume: z.number().min(0).optional().meta({ env: 'MIN_VOLUME' }),
    })
    .refine(({ oversold, overbought }) => oversold < overbought, 'oversold must be under overbought'),
  indicators: ({ window }) => ({ strength: rsi(window) }),
  decide({ candle, strength }, { oversold, overbought, minVolume }) {
    if (strength.now < oversold - SAME && !(minVolume !== undefined && candle.volume < minVolume))
      return enter({ reason: 'RSI is oversold' })
    if (strength.now > overbought + SAME) return exit({ reason: 'RSI is overbought' })
    return null
  },
})
