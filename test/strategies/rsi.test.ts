import { describe, expect, test } from 'vitest'
import strategy from '../../strategies/rsi.ts'
import { type Bar, says } from '../support/market.ts'

// Window 2, by hand (average gain, average loss) of 10 9 8 10 12 11:
//   candle 2: 0, 1 -> 0    candle 3: 1, 0.5 -> 66.7    candle 4: 1.5, 0.25 -> 85.7    candle 5: 0.75, 0.625 -> 54.5
const two = { window: 2 }
const thin = (close: number): Bar => ({ close, volume: 0.9 })

describe('rsi', () => {
  test.each<{ name: string; bars: (Bar | number)[]; params: object; expected: string }>([
    { name: 'enters under oversold, leaves over overbought', bars: [10, 9, 8, 10, 12, 11], params: two, expected: '..+.-.' },
    { name: 'says so at every candle there', bars: [10, 9, 8, 7, 6], params: two, expected: '..+++' },
    { name: 'exactly 30 is not under 30', bars: [100, 103, 96], params: two, expected: '...' },
    { name: '30 is under 30.1', bars: [100, 103, 96], params: { ...two, oversold: 30.1 }, expected: '..+' },
    { name: 'exactly 87.5 is not over 87.5', bars: [10, 9, 8, 15], params: { ...two, overbought: 87.5 }, expected: '..+.' },
    { name: 'exactly 30 is not under 30, though floats may say so', bars: [1000, 1000.3, 999.6], params: two, expected: '...' },
    { name: 'exactly 70 is not over 70, though floats may say so', bars: [1000.3, 1000, 1000.7], params: two, expected: '...' },
    { name: '87.5 is over 87.4', bars: [10, 9, 8, 15], params: { ...two, overbought: 87.4 }, expected: '..+-' },
    { name: 'no change at all is 0, only gains is 100', bars: [5, 5, 5, 6, 7], params: two, expected: '..+--' },
    { name: 'is silent before its first value', bars: [10, 9], params: two, expected: '..' },
    {
      name: 'has its first value at candle 14',
      bars: Array.from({ length: 16 }, (_, i) => 100 - i),
      params: {},
      expected: `${'.'.repeat(14)}++`,
    },
    {
      name: 'minVolume keeps out of thin candles',
      bars: [10, 9, thin(8), 7],
      params: { ...two, minVolume: 1 },
      expected: '...+',
    },
    {
      name: 'minVolume does not keep in',
      bars: [10, 9, 8, 10, thin(12)],
      params: { ...two, minVolume: 1 },
      expected: '..+.-',
    },
    { name: 'the volume itself is enough', bars: [10, 9, 8], params: { ...two, minVolume: 1 }, expected: '..+' },
  ])('$name', ({ bars, params, expected }) => {
    expect(says(strategy, bars, params)).toBe(expected)
  })

  test.each([{ window: 1 }, { window: 2.5 }, { oversold: -1 }, { overbought: 101 }, { oversold: 70, overbought: 70 }, { minVolume: -1 }])(
    '%j is refused',
    params => {
      expect(strategy.params.safeParse(params).success).toBe(false)
    },
  )
})
