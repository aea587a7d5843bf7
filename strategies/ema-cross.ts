import { z } from 'zod'
import { crossesOver, crossesUnder, defineStrategy, ema, enter, exit, percent, swingLow } from '#strategy'

export default defineStrategy({
  title: 'Daily EMA cross',
  timeframe: '1d',
  schedule: '0 */4 * * *',
  params: z
    .object({
      fast: z.int().min(1).default(21).meta({ env: 'EMA_SHORT' }),
      slow: z.int().min(2).default(50).meta({ env: 'EMA_LONG' }),
      target: z.number().positive().default(8).meta({ env: 'EMA_TARGET_PERCENT' }),
      stop: z.number().positive().max(90).default(3).meta({ env: 'EMA_STOP_PERCENT' }),
      wing: z.int().min(1).default(3).meta({ env: 'EMA_SWING_WING' }),
    })
    .refine(({ fast, slow }) => fast < slow, 'fast must be under slow'),
  indicators: ({ fast, slow, wing }) => ({ fast: ema(fast), slow: ema(slow), low: swingLow(wing) }),
  decide({ candle, fast, slow, low }, { target, stop }) {
    if (crossesOver(fast, slow)) {
      // under the last swing low; where that is not under the price, or there is none yet, a fixed distance
      const under = low.now * 0.999
      return enter({
        reason: 'the fast EMA crossed over the slow one',
        stopLoss: under < candle.close ? under : candle.close * (1 - stop / 100),
        takeProfit: percent(target),
      })
    }
    if (crossesUnder(fast, slow)) return exit({ reason: 'the fast EMA crossed under the slow one' })
    return null
  },
})
