import { describe, expect, test } from 'vitest'
import { percent } from '#strategy'
import strategy from '../../strategies/ema-cross.ts'
import { type Bar, says, signals } from '../support/market.ts'

// Fast 2 and slow 3 over 9 8 7 6 9, by hand: fast 8.5 7.5 6.5 8.17 from candle 1, slow 8 7 8 from candle 2.
const quick = { fast: 2, slow: 3, wing: 1 }
const fall = [9, 8, 7, 6]
// the lowest so far, so that none before it is a swing low
const last = { close: 9, low: 0.5 }

describe('ema-cross', () => {
  test.each<{ name: string; bars: number[]; expected: string }>([
    { name: 'over: enter', bars: [...fall, 9], expected: '....+' },
    { name: 'over and under again', bars: [...fall, 9, 10, 5, 4], expected: '....+.-.' },
    { name: 'still over: nothing', bars: [...fall, 9, 10, 11], expected: '....+..' },
    { name: 'never moved: nothing', bars: [5, 5, 5, 5, 5], expected: '.....' },
  ])('$name', ({ bars, expected }) => {
    expect(says(strategy, bars, quick)).toBe(expected)
  })

  test.each<{ name: string; bars: (Bar | number)[]; params?: object; stopLoss: number }>([
    { name: 'a fixed distance while there was no swing low', bars: [...fall, last], stopLoss: 9 * 0.97 },
    { name: 'of the parameter', bars: [...fall, last], params: { stop: 10 }, stopLoss: 9 * 0.9 },
    {
      // candle 2 is under both of its neighbours
      name: 'under the last swing low',
      bars: [9, 8, { close: 7, low: 5 }, { close: 6, low: 5.5 }, 9],
      stopLoss: 5 * 0.999,
    },
    {
      name: 'not over the price: a swing low above the close is no stop',
      bars: [30, { close: 20, low: 19 }, 21, { close: 3, low: 3 }, 2, 1, last],
      stopLoss: 9 * 0.97,
    },
  ])('stop: $name', ({ bars, params, stopLoss }) => {
    const signal = signals(strategy, bars, { ...quick, ...params }).at(-1)
    expect(signal).toMatchObject({ kind: 'enter', at: null, takeProfit: percent(8) })
    expect(signal?.kind === 'enter' && signal.stopLoss).toBeCloseTo(stopLoss, 9)
  })

  test('the target is the parameter', () => {
    expect(signals(strategy, [...fall, 9], { ...quick, target: 5 }).at(-1)).toMatchObject({ takeProfit: percent(5) })
  })

  test('runs on days, looked at every four hours', () => {
    expect([strategy.timeframe, strategy.schedule]).toEqual(['1d', '0 */4 * * *'])
  })

  test.each([{ fast: 50, slow: 50 }, { fast: 0 }, { target: 0 }, { stop: 0 }, { stop: 91 }, { wing: 0 }])('%j is refused', params => {
    expect(strategy.params.safeParse(params).success).toBe(false)
  })
})
