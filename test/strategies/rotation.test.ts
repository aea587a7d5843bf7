import { describe, expect, test } from 'vitest'
import strategy from '../../strategies/rotation.ts'
import { weights } from '../support/market.ts'

// Two-day returns, and closes named by the day on which they fall: a candle of Sunday closes on Monday 00:00.
const params = { days: 2, hold: 1 }
const FRIDAY = Date.UTC(2023, 0, 6)
const TUESDAY = Date.UTC(2023, 0, 10)

describe('rotation', () => {
  test('is silent until every return is known', () => {
    expect(weights(strategy, { A: [1, 1], B: [1, 2] }, params, FRIDAY)).toEqual([null, null])
  })

  test.each<{ name: string; from: number; closes: Record<string, number[]>; hold: number; expected: object }>([
    {
      name: 'on Monday the strongest, nothing else',
      from: FRIDAY,
      closes: { A: [1, 1, 2], B: [1, 1, 3], C: [1, 1, 1] },
      hold: 1,
      expected: { A: 0, B: 1, C: 0 },
    },
    {
      name: 'several share alike',
      from: FRIDAY,
      closes: { A: [1, 1, 2], B: [1, 1, 3], C: [1, 1, 1] },
      hold: 2,
      expected: { A: 0.5, B: 0.5, C: 0 },
    },
    { name: 'no more than there are', from: FRIDAY, closes: { A: [1, 1, 2], B: [1, 1, 3] }, hold: 5, expected: { A: 0.5, B: 0.5 } },
    {
      name: 'the strongest of losers is held as well',
      from: FRIDAY,
      closes: { A: [1, 1, 0.5], B: [1, 1, 0.9] },
      hold: 1,
      expected: { A: 0, B: 1 },
    },
    { name: 'equal returns go by name', from: FRIDAY, closes: { B: [1, 1, 2], A: [2, 2, 4] }, hold: 1, expected: { A: 1, B: 0 } },
    {
      name: 'on other days only the weakest is left',
      from: TUESDAY,
      closes: { A: [1, 1, 2], B: [1, 1, 3], C: [1, 1, 1] },
      hold: 1,
      expected: { A: 'keep', B: 'keep', C: 0 },
    },
    {
      name: 'one that is to be held is not the weakest',
      from: TUESDAY,
      closes: { A: [1, 1, 2], B: [1, 1, 3] },
      hold: 2,
      expected: { A: 'keep', B: 'keep' },
    },
  ])('$name', ({ from, closes, hold, expected }) => {
    expect(weights(strategy, closes, { days: 2, hold }, from).at(-1)).toEqual(expected)
  })

  test('the return is over the days asked for', () => {
    // over two days A leads, over one day B
    const closes = { A: [1, 4, 4], B: [2, 2, 3] }
    expect(weights(strategy, closes, { days: 2, hold: 1 }, FRIDAY).at(-1)).toEqual({ A: 1, B: 0 })
    expect(weights(strategy, closes, { days: 1, hold: 1 }, FRIDAY).at(-1)).toEqual({ A: 0, B: 1 })
  })

  test('has an allocation of its own, on days', () => {
    expect([strategy.allocation, strategy.timeframe]).toEqual([0.4, '1d'])
  })

  test.each([{ days: 0 }, { hold: 0 }, { days: 1.5 }])('%j is refused', wrong => {
    expect(strategy.params.safeParse(wrong).success).toBe(false)
  })
})
