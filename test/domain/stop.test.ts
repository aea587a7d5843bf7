/** Levels under and over what was paid, on the tick grid, and the trailing stop. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { format, type Price, price } from '#domain/money.ts'
import { percent } from '#domain/signal.ts'
import { gapOf, levelAbove, levelBelow, levelsText, trail } from '#domain/stop.ts'

describe('levels', () => {
  test.each([
    // level, paid, tick, below, above, gap
    [95.004, '100', '0.01', '95', '95', '95'],
    [95.005, '100', '0.01', '95.01', '95.01', '95.01'],
    [percent(5), '100', '0.01', '95', '105', '5'],
    [percent(5), '100.33', '0.01', '95.31', '105.35', '5.02'],
    [percent(0.5), '100', '1', '100', '101', '1'],
    [percent(99), '100', '0.01', '1', '199', '99'],
    // a level that would be no tick at all is one tick: it never vanishes
    [percent(1), '0.0000001', '0.00000001', '0.0000001', '0.0000001', '0.00000001'],
    [0.001, '1', '0.01', '0.01', '0.01', '0.01'],
  ] as const)('%o of %s on ticks of %s', (level, paid, tick, below, above, gap) => {
    expect(format(levelBelow(level, price(paid), price(tick)))).toBe(below)
    expect(format(levelAbove(level, price(paid), price(tick)))).toBe(above)
    expect(format(gapOf(level, price(paid), price(tick)))).toBe(gap)
  })

  test.each([0, -5, 1000, Number.NaN])('percent(%d) is refused', value => {
    expect(() => percent(value)).toThrow(RangeError)
  })

  test('in words', () => {
    expect(levelsText(price('95.2'), price('110'))).toBe('stop 95.2, target 110')
    expect(levelsText(price('95.2'), price('0'))).toBe('stop 95.2')
    expect(levelsText(price('0'), price('110'))).toBe('target 110')
    expect(levelsText(price('0'), price('0'))).toBe('')
  })
})

describe('a trailing stop', () => {
  test.each([
    // before, highest, gap, after
    ['0', '100', '5', '95'],
    ['95', '104', '5', '99'],
    ['99', '102', '5', '99'],
    ['0', '4', '5', '0'],
    ['0', '5', '5', '0'],
    ['3', '4', '5', '3'],
  ])('at %s, highest %s, gap %s: %s', (before, highest, gap, after) => {
    expect(format(trail(price(before), price(highest), price(gap)))).toBe(after)
  })

  test('never moves down, and stands the gap under the highest or where it was', () => {
    const prices = fc.array(fc.bigInt({ min: 1n, max: 10n ** 13n }), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(prices, fc.bigInt({ min: 1n, max: 10n ** 12n }), (path, gap) => {
        let stop = price('0')
        let peak = 0n
        for (const value of path) {
          if (value > peak) peak = value
          const next = trail(stop, peak as Price, gap as Price)
          expect(next >= stop).toBe(true)
          expect(next).toBe(peak > gap ? peak - gap : 0n)
          stop = next
        }
      }),
      { numRuns: 5000 },
    )
  })
})
