import { z } from 'zod'
import { defineBasket, defineIndicator } from '#strategy'

const MONDAY = 1

// What a price did over a number of candles, as a share: 0.05 is +5 %.
const returnOver = (candles: number) =>
  defineIndicator('return', candles + 1, () => {
    const past: number[] = []
    return close => {
      past.push(close)
      return past.length > candles ? close / past.shift()! - 1 : Number.NaN
    }
  })

export default defineBasket({
  title: 'Rotation into the strongest',
  timeframe: '1d',
  allocation: 0.4,
  params: z.object({
    days: z.int().min(1).default(7).meta({ env: 'ROTATION_DAYS' }),
    hold: z.int().min(1).default(2).meta({ env: 'ROTATION_HOLD' }),
  }),
  indicators: ({ days }) => ({ change: returnOver(days) }),
  decide({ members, date }, { hold }) {
    const ranked = [...members]
      .map(([symbol, { change }]) => ({ symbol, change: change.now }))
      .sort((a, b) => b.change - a.change || (a.symbol < b.symbol ? -1 : 1))
    if (ranked.some(({ change }) => Number.isNaN(change))) return null
    const kept = Math.min(hold, ranked.length)
    // Once a week everything is set anew; on other days only the weakest is left.
    return Object.fromEntries(
      ranked.map(({ symbol }, place) => {
        if (date.weekday === MONDAY) return [symbol, place < kept ? 1 / kept : 0]
        return [symbol, place === ranked.length - 1 && place >= kept ? 0 : 'keep']
      }),
    )
  },
})
