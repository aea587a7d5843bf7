import { z } from 'zod'
import { atr, crossesOver, crossesUnder, defineStrategy, ema, enter, exit } from '#strategy'

export default defineStrategy({
  title: 'EMA cross with a stop by range',
  params: z.object({ fast: z.int().default(21), slow: z.int().default(50), ranges: z.number().default(2) }),
  indicators: ({ fast, slow }) => ({ quick: ema(fast), calm: ema(slow), range: atr(14) }),
  decide({ candle, quick, calm, range }, { ranges }) {
    if (crossesOver(quick, calm))
      return enter({ reason: 'the quick average crossed over the calm one', stopLoss: candle.close - ranges * range.now })
    if (crossesUnder(quick, calm)) return exit({ reason: 'the quick average crossed under the calm one' })
    return null
  },
})
