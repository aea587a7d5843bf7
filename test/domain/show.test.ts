import { assert, bigInt, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Money, money, price, quantity, ratio } from '#domain/money.ts'
import { ageText, amountText, numberText, percentText, priceText, quantityText, signedPercentText, signedText } from '#domain/show.ts'

test.each([
  ['0', '0.00', '0.00'],
  ['12.4', '12.40', '+12.40'],
  ['12.345', '12.35', '+12.35'],
  ['-12.345', '-12.35', '-12.35'],
  ['-0.999', '-1.00', '-1.00'],
  ['1234567.891', '1234567.89', '+1234567.89'],
  ['0.01', '0.01', '+0.01'],
  ['0.005', '0.0050', '+0.0050'],
  ['-0.0000345', '-0.000035', '-0.000035'],
  ['0.00000001', '0.00000001', '+0.00000001'],
])('money %s: %s, %s', (text, plain, signed) => {
  expect([amountText(money(text)), signedText(money(text))]).toEqual([plain, signed])
})

test('without decimals', () => {
  expect([amountText(money('12.5'), 0), amountText(money('-0.4'), 0)]).toEqual(['13', '0'])
})

test('never off by more than half of the last digit shown', () => {
  assert(
    property(bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), integer({ min: 0, max: 8 }), (value, digits) => {
      const text = amountText(value as Money, digits)
      const shown = text.split('.')[1]?.length ?? 0
      const off = (money(text) as bigint) - value
      expect((off < 0n ? -off : off) * 2n).toBeLessThanOrEqual(10n ** BigInt(8 - shown))
      expect(text).not.toMatch(/^-0\.?0*$/)
    }),
  )
})

test.each([
  ['0.0123', '0.0123'],
  ['0.12345678', '0.123457'],
  ['1.5', '1.5'],
  ['120', '120'],
  ['12345.678', '12345.68'],
  ['0.00000012', '0.00000012'],
  ['0', '0'],
])('quantity %s: %s', (text, shown) => {
  expect(quantityText(quantity(text))).toBe(shown)
})

test.each([
  [25_812.5, '25812.50'],
  [12.345, '12.35'],
  [1.234_56, '1.2346'],
  [0.345_67, '0.3457'],
  [0.000_012_36, '0.00001236'],
  [-28.1, '-28.10'],
  [0, '0'],
  [Number.NaN, 'n/a'],
  [Number.POSITIVE_INFINITY, 'n/a'],
])('number %d: %s', (value, shown) => {
  expect(numberText(value)).toBe(shown)
})

test('prices: none is a dash', () => {
  expect([priceText(price('0')), priceText(price('0.25'))]).toEqual(['-', '0.2500'])
})

test.each([
  ['0.0235', '2.35%', '+2.35%'],
  ['-0.05', '-5.00%', '-5.00%'],
  ['0.00001', '0.00%', '0.00%'],
  ['-0.00001', '0.00%', '0.00%'],
])('share %s: %s, %s', (text, plain, signed) => {
  expect([percentText(ratio(text)), signedPercentText(ratio(text))]).toEqual([plain, signed])
})

describe('age', () => {
  test.each([
    [0, '0 s'],
    [45_000, '45 s'],
    [720_000, '12 min'],
    [3_600_000, '1 h'],
    [3_660_000, '1 h 1 min'],
    [273_600_000, '3 d 4 h'],
    [86_460_000, '1 d'],
  ])('%i: %s', (milliseconds, shown) => {
    expect(ageText(milliseconds)).toBe(shown)
  })
})
