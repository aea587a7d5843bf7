import { describe, expect, test } from 'vitest'
import strategy from '../../strategies/bollinger.ts'
import { type Bar, says } from '../support/market.ts'

// With a window of two and one deviation the bands are the lower and the upper of the last two closes.
const narrow = { window: 2, std: 1 }
const thin = (close: number): Bar => ({ close, volume: 0.9 })

describe('bollinger', () => {
  test.each<{ name: string; bars: (Bar | number)[]; params: object; expected: string }>([
    { name: 'from the lower band up', bars: [10, 12], params: narrow, expected: '.+' },
    { name: 'from the upper band down', bars: [12, 10], params: narrow, expected: '.-' },
    { name: 'on the band is not off it', bars: [10, 10], params: narrow, expected: '..' },
    { name: 'every turn', bars: [10, 12, 10, 12, 14, 14], params: narrow, expected: '.+-++.' },
    {
      // this candle's band counts, for the close before as well: mean 9, deviation 0.816, lower 8.18
      name: 'the close before against the band of now',
      bars: [10, 8, 9],
      params: { window: 3, std: 1 },
      expected: '..+',
    },
    { name: 'the same with wider bands is nothing', bars: [10, 8, 9], params: { window: 3, std: 2 }, expected: '...' },
    { name: 'minVolume keeps out of thin candles', bars: [10, thin(12)], params: { ...narrow, minVolume: 1 }, expected: '..' },
    { name: 'minVolume does not keep in', bars: [12, thin(10)], params: { ...narrow, minVolume: 1 }, expected: '.-' },
    {
      name: 'is silent before its first band',
      bars: Array.from({ length: 19 }, (_, i) => 10 + (i % 2)),
      params: { std: 0.5 },
      expected: '.'.repeat(19),
    },
    {
      // mean of twenty closes 10, one of them 5: 9.75, population deviation 1.09, lower 7.57 at two deviations
      name: 'the default of 20 and 2',
      bars: [...Array.from({ length: 19 }, () => 10), 5, 10],
      params: {},
      expected: `${'.'.repeat(20)}+`,
    },
  ])('$name', ({ bars, params, expected }) => {
    expect(says(strategy, bars, params)).toBe(expected)
  })

  test('a close on the band is at it, though floats may put it beside', () => {
    // with two closes and one deviation the bands are the two closes, so that every rise comes from the lower and every fall from the upper
    const closes = Array.from({ length: 2000 }, (_, i) => (i % 2 === 0 ? 10 + i / 100 : 11.37 - i / 1000))
    const turns = closes.map((close, i) => (i === 0 ? '.' : close > closes[i - 1]! ? '+' : '-'))
    expect(says(strategy, closes, narrow)).toBe(turns.join(''))
  })

  test('an entry from just on the lower band, as it was traded', () => {
    // ADAUSDT at Bybit, minutes before 2025-06-07 23:44: mean 0.6645, deviation 0.0003, lower 0.6639, which is the close before
    const ticks = [45, 44, 47, 45, 46, 45, 53, 49, 46, 49, 46, 42, 43, 46, 45, 42, 43, 43, 39, 42]
    const closes = ticks.map(last => Number(`0.66${last}`))
    expect(says(strategy, closes)).toBe(`${'.'.repeat(19)}+`)
  })

  test.each([{ window: 1 }, { std: 0 }, { std: -1 }, { minVolume: -1 }])('%j is refused', params => {
    expect(strategy.params.safeParse(params).success).toBe(false)
  })
})
