import { describe, expect, test } from 'vitest'
import strategy from '../../strategies/ma-cross.ts'
import { type Bar, says } from '../support/market.ts'

// A close against the average of it and the one before: over when it rose, under when it fell, equal when it did not move.
const quick = { short: 1, long: 2 }
const thin = (close: number): Bar => ({ close, volume: 0.9 })

describe('ma-cross', () => {
  test.each<{ name: string; bars: (Bar | number)[]; params: object; expected: string }>([
    { name: 'enters on the cross up, leaves on the cross down', bars: [10, 9, 11, 12, 10, 10], params: quick, expected: '..+.-.' },
    { name: 'from equal to over is a cross', bars: [10, 10, 11], params: quick, expected: '..+' },
    { name: 'from equal to under is a cross', bars: [10, 10, 9], params: quick, expected: '..-' },
    { name: 'from over to equal is none', bars: [10, 11, 11], params: quick, expected: '...' },
    { name: 'a touch between two rises is a cross again', bars: [10, 9, 10, 10, 11], params: quick, expected: '..+.+' },
    { name: 'the first candle with both averages has none before it', bars: [10, 11, 12], params: quick, expected: '...' },
    {
      // 0.1 + 0.2 + 0.3 is not 0.6 in floats: sums that differ in their last bits are equal here
      name: 'averages that differ in the last bits are equal',
      bars: [0.1, 0.2, 0.3, 0.2, 0.2, 0.2, 0.2],
      params: { short: 2, long: 3 },
      expected: '....-..',
    },
    { name: 'minVolume keeps out of thin candles', bars: [10, 9, thin(11)], params: { ...quick, minVolume: 1 }, expected: '...' },
    { name: 'minVolume does not keep in', bars: [10, 9, 11, thin(9)], params: { ...quick, minVolume: 1 }, expected: '..+-' },
    {
      name: '5 and 20 cross where the last five pass the last twenty',
      bars: [...Array.from({ length: 25 }, () => 10), 9, 9, 20, 9],
      params: {},
      expected: `${'.'.repeat(25)}-.+.`,
    },
  ])('$name', ({ bars, params, expected }) => {
    expect(says(strategy, bars, params)).toBe(expected)
  })

  test.each([{ short: 0 }, { short: 20, long: 20 }, { short: 21, long: 20 }, { long: 2.5 }, { minVolume: -1 }])('%j is refused', params => {
    expect(strategy.params.safeParse(params).success).toBe(false)
  })
})
