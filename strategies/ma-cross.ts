import { z } from 'zod'
import { defineStrategy, enter, exit, type Series, sma } from '#strategy'

// Two averages this close, relative, are equal: sums in another order differ by as much.
const SAME = 1e-10

const difference = (a: number, b: number): number => (Math.abs(a - b) <= SAME * a ? 0 : a - b)
const now = (short: Series, long: Series): number => difference(short.now, long.now)
const before = (short: Series, long: Series): number => difference(short.previous, long.previous)

export default defineStrategy({
  title: 'Moving average cross',
  aliases: ['SimpleMA_Cross'],
  params: z
    .object({
      short: z.int().min(1).default(5).meta({ env: 'SHORT_WINDOW' }),
      long: z.int().min(2).default(20).meta({ env: 'LONG_WINDOW' }),
      minVolume: z.number().min(0).optional().meta({ env: 'MIN_VOLUME' }),
    })
    .refine(({ short, long }) => short < long, 'short must be under long'),
  indicators: ({ short, long }) => ({ short: sma(short), long: sma(long) }),
  decide({ candle, short, long }, { minVolume }) {
    const ahead = now(short, long)
    if (ahead > 0 && before(short, long) <= 0) {
      if (minVolume !== undefined && candle.volume < minVolume) return null
      return enter({ reason: 'the short average crossed over the long one' })
    }
    if (ahead < 0 && before(short, long) >= 0) return exit({ reason: 'the short average crossed under the long one' })
    return null
  },
})
