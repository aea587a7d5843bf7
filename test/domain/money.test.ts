/** Exact money: what each function gives, which way it rounds, and that it is exact beyond what a float can hold. */
import * as fc from 'fast-check'
import { describe, expect, expectTypeOf, test } from 'vitest'
import {
  type Amount,
  add,
  affordable,
  basisPoints,
  feeOn,
  floorTo,
  format,
  least,
  type Money,
  meanPrice,
  money,
  moneyOf,
  most,
  notional,
  type Price,
  partOf,
  price,
  priceOf,
  prorated,
  type Quantity,
  quantity,
  quantityOf,
  type Ratio,
  ratio,
  ratioOf,
  share,
  subtract,
  toNumber,
  toTick,
  worsened,
  zero,
} from '#domain/money.ts'

const ONE = 10n ** 8n
const of = <A extends Amount<string>>(value: bigint): A => value as A

// Eleven properties, 100 000 cases together. Half of all values are beyond 2^53, where a float no longer holds every integer.
const RUNS = { numRuns: 9_100 }
const positive = fc.oneof(fc.bigInt({ min: 1n, max: 2n ** 53n }), fc.bigInt({ min: 2n ** 53n, max: 10n ** 24n }))
const natural = fc.oneof(fc.constant(0n), positive)
const integer = fc.oneof(
  natural,
  positive.map(value => -value),
)

test('a unit is never taken for another', () => {
  const at = price('100')
  const size = quantity('2')
  expectTypeOf(notional(at, size)).toEqualTypeOf<Money>()
  expectTypeOf(affordable(money('1'), at)).toEqualTypeOf<Quantity>()
  expectTypeOf(partOf(size, size)).toEqualTypeOf<Ratio>()
  expectTypeOf(feeOn(size, ratio('0.001'))).toEqualTypeOf<Quantity>()
  expectTypeOf(share(money('1'), ratio('0.5'))).toEqualTypeOf<Money>()
  expectTypeOf(meanPrice(money('1'), size)).toEqualTypeOf<Price>()
  // @ts-expect-error the arguments are swapped
  notional(size, at)
  // @ts-expect-error a price and a quantity do not add up
  add(at, size)
  // @ts-expect-error a sum is not a price
  affordable(at, at)
  // @ts-expect-error a ratio comes second
  share(ratio('0.5'), money('1'))
  // @ts-expect-error plain arithmetic loses the unit on purpose
  const sum: Price = at + at
  // @ts-expect-error a bare bigint is no amount
  const bare: Quantity = 5n
  // @ts-expect-error a number is no amount
  expect(() => format(5)).toThrow(TypeError)
  expect([sum, bare]).toEqual([20_000_000_000n, 5n])
})

describe('reading', () => {
  test.each([
    ['0', 0n],
    ['1', ONE],
    ['12.5', 1_250_000_000n],
    ['0.00000001', 1n],
    ['0.000000010000', 1n],
    ['1.00000000000', ONE],
    ['007.10', 710_000_000n],
    ['90071992547409.93', 9_007_199_254_740_993_000_000n],
    ['123456789012345678901234567890.12345678', 12_345_678_901_234_567_890_123_456_789_012_345_678n],
  ])('%s', (text, value) => {
    expect(money(text)).toBe(value)
    expect(price(text)).toBe(value)
    expect(quantity(text)).toBe(value)
    expect(ratio(text)).toBe(value)
    expect(money(`-${text}`)).toBe(-value)
  })

  test.each([
    '',
    ' 1',
    '1 ',
    '1,5',
    '.5',
    '5.',
    '+1',
    '--1',
    '1e3',
    '1e-7',
    '0x10',
    'NaN',
    'Infinity',
    '0.000000001',
    '1.123456789',
    '1_000',
    '١',
  ])('"%s" is refused', text => {
    for (const read of [money, price, quantity, ratio]) expect(() => read(text)).toThrow(RangeError)
  })

  test('a price or a quantity is never below zero', () => {
    expect(() => price('-1')).toThrow('a price cannot be negative')
    expect(() => quantity('-0.5')).toThrow('a quantity cannot be negative')
    expect(price('-0')).toBe(0n)
  })
})

describe('writing', () => {
  test.each([
    ['0', 0n],
    ['1', ONE],
    ['-1', -ONE],
    ['0.00000001', 1n],
    ['-0.00000001', -1n],
    ['1.1', 110_000_000n],
    ['100', 100n * ONE],
    ['0.1234', 12_340_000n],
  ])('%s', (text, value) => {
    expect(format(of(value))).toBe(text)
  })

  test('JSON refuses an amount: it has to be written as text', () => {
    expect(() => JSON.stringify({ amount: money('1') })).toThrow(TypeError)
  })

  test('what was written reads back as it was', () => {
    fc.assert(
      fc.property(integer, value => {
        expect(money(format(of(value)))).toBe(value)
      }),
      RUNS,
    )
  })
})

describe('from and to floats', () => {
  test.each([
    [0.1, '0.1'],
    [0.1 + 0.2, '0.3'],
    [1e-8, '0.00000001'],
    [4.9e-9, '0'],
    [5e-9, '0.00000001'],
    [31_605.12345678, '31605.12345678'],
    [15_999_999.87654321, '15999999.87654321'],
    // beyond 1.6e7 four decimals are kept, since a float holds no more for sure; beyond 1e11 none
    [38_415_257.0803, '38415257.0803'],
    [89_999_999.99, '89999999.99'],
    [90_000_000.12346, '90000000.1235'],
    [99_999_999_999.9999, '99999999999.9999'],
    [100_000_000_000.6, '100000000001'],
    [8_999_999_999_999_999, '8999999999999999'],
  ])('%d is %s', (value, text) => {
    for (const read of [priceOf, moneyOf, quantityOf, ratioOf]) expect(format(read(value))).toBe(text)
    expect(format(moneyOf(-value))).toBe(text === '0' ? '0' : value === 5e-9 ? '0' : `-${text}`)
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 9e15, -9e15, 1e300])('%d is refused', value => {
    for (const read of [priceOf, moneyOf, quantityOf, ratioOf]) expect(() => read(value)).toThrow(RangeError)
  })

  test('basis points', () => {
    expect(format(basisPoints(5))).toBe('0.0005')
    expect(format(basisPoints(0))).toBe('0')
    expect(format(basisPoints(12.5))).toBe('0.00125')
  })

  test('a decimal as an exchange writes it comes back the same through a float: 8 decimals under 1.6e7, 4 under 1e11', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 16n * 10n ** 14n - 1n }),
        fc.bigInt({ min: 16n * 10n ** 10n, max: 10n ** 15n - 1n }),
        (small, large) => {
          for (const value of [small, large * 10_000n]) {
            const text = format(of(value))
            expect(priceOf(Number(text))).toBe(value)
            expect(toNumber(of(value))).toBe(Number(text))
          }
        },
      ),
      RUNS,
    )
  })
})

describe('sums', () => {
  test.each([
    ['0.1', '0.2', '0.3', '-0.1'],
    ['-1', '0.00000001', '-0.99999999', '-1.00000001'],
    ['90071992547409.93', '0.00000001', '90071992547409.93000001', '90071992547409.92999999'],
  ])('%s and %s: sum %s, difference %s', (a, b, sum, difference) => {
    expect(format(add(money(a), money(b)))).toBe(sum)
    expect(format(subtract(money(a), money(b)))).toBe(difference)
  })

  test('the smaller, the larger, nothing', () => {
    expect(least(price('1'), price('2'))).toBe(price('1'))
    expect(most(price('1'), price('2'))).toBe(price('2'))
    expect(least(price('2'), price('1'))).toBe(price('1'))
    expect(most(price('2'), price('1'))).toBe(price('2'))
    expect(zero<Price>()).toBe(0n)
  })

  test('a difference undoes a sum; the smaller and the larger are the two', () => {
    fc.assert(
      fc.property(integer, integer, (a, b) => {
        const left = of<Money>(a)
        const right = of<Money>(b)
        expect(subtract(add(left, right), right)).toBe(a)
        expect(add(least(left, right), most(left, right))).toBe(a + b)
        expect(least(left, right) <= most(left, right)).toBe(true)
      }),
      RUNS,
    )
  })
})

describe('products: each names its rounding', () => {
  const table: readonly (readonly [string, () => bigint, string])[] = [
    ['3 units at 0.5 cost 1.5 units: down', () => notional(price('0.5'), quantity('0.00000003')), '0.00000001'],
    ['10 buy at 3: down', () => affordable(money('10'), price('3')), '3.33333333'],
    ['nothing buys at price 0', () => affordable(money('10'), zero()), '0'],
    ['a third of 1: down', () => share(money('1'), ratio('0.33333333')), '0.33333333'],
    ['a share of a loss: towards zero', () => share(money('-0.00000003'), ratio('0.5')), '-0.00000001'],
    ['a fee of half a unit: up', () => feeOn(quantity('0.000005'), ratio('0.001')), '0.00000001'],
    ['a fee of less than half a unit: none', () => feeOn(quantity('0.00000499'), ratio('0.001')), '0'],
    ['1 of 3: down', () => partOf(quantity('1'), quantity('3')), '0.33333333'],
    ['a part of nothing', () => partOf(quantity('1'), zero()), '0'],
    ['the cost of 1 of 3 bought for 10: down', () => prorated(money('10'), quantity('1'), quantity('3')), '3.33333333'],
    ['the cost of all is all', () => prorated(money('10'), quantity('3'), quantity('3')), '10'],
    ['the cost of nothing held', () => prorated(money('0'), quantity('1'), zero()), '0'],
    ['3 bought for 10: 3.333', () => meanPrice(money('10'), quantity('3')), '3.33333333'],
    ['3 bought for 20: 6.667, half up', () => meanPrice(money('20'), quantity('3')), '6.66666667'],
    ['the mean of nothing', () => meanPrice(money('20'), zero()), '0'],
    ['down to the step', () => floorTo(quantity('1.239'), quantity('0.01')), '1.23'],
    ['a multiple stays', () => floorTo(quantity('1.23'), quantity('0.01')), '1.23'],
    ['no step', () => floorTo(quantity('1.239'), zero()), '1.239'],
    ['the least step', () => floorTo(quantity('1.239'), quantity('0.00000001')), '1.239'],
  ]
  test.each(table)('%s', (_, value, text) => {
    expect(format(of(value()))).toBe(text)
  })

  // a product or quotient that is rounded down lies within one unit under the exact one
  const isDown = (value: bigint, numerator: bigint, denominator: bigint): boolean =>
    value * denominator <= numerator && (value + 1n) * denominator > numerator

  test('what a quantity costs: down', () => {
    fc.assert(
      fc.property(natural, natural, (at, size) => {
        expect(isDown(notional(of(at), of(size)), at * size, ONE)).toBe(true)
      }),
      RUNS,
    )
  })

  test('what a sum buys: down, so that it never costs more than the sum', () => {
    fc.assert(
      fc.property(natural, positive, (sum, at) => {
        const size = affordable(of(sum), of(at))
        expect(isDown(size, sum * ONE, at)).toBe(true)
        expect(notional(of(at), size) <= sum).toBe(true)
      }),
      RUNS,
    )
  })

  test('a share: towards zero, and shares that make up one are never more than the whole', () => {
    fc.assert(
      fc.property(integer, fc.bigInt({ min: 0n, max: ONE }), (whole, part) => {
        const one = share(of<Money>(whole), of(part))
        const other = share(of<Money>(whole), of(ONE - part))
        const size = whole < 0n ? -whole : whole
        expect(isDown(one < 0n ? -one : one, size * part, ONE)).toBe(true)
        const both = add(one, other)
        expect((both < 0n ? -both : both) <= size && size - (both < 0n ? -both : both) <= 1n).toBe(true)
      }),
      RUNS,
    )
  })

  test('a fee: half up, never more than what is received', () => {
    fc.assert(
      fc.property(natural, fc.bigInt({ min: 0n, max: ONE }), (received, rate) => {
        const fee = feeOn(of<Money>(received), of(rate))
        expect(isDown(fee, received * rate + ONE / 2n, ONE)).toBe(true)
        expect(fee <= received).toBe(true)
      }),
      RUNS,
    )
  })

  test('average cost: parts of a sum never make more than the sum, the last part takes what is left', () => {
    fc.assert(
      fc.property(natural, positive, fc.double({ min: 0, max: 1, noNaN: true }), (sum, whole, fraction) => {
        const part = (whole * BigInt(Math.floor(fraction * 1e6))) / 1_000_000n
        const cost = prorated(of(sum), of(part), of(whole))
        expect(part === whole || isDown(cost, sum * part, whole)).toBe(true)
        const rest = prorated(of(sum - cost), of(whole - part), of(whole - part))
        expect(cost + rest).toBe(sum)
        expect(isDown(partOf(of<Quantity>(part), of(whole)), part * ONE, whole)).toBe(true)
      }),
      RUNS,
    )
  })

  test('a mean price: half up, so within half a unit of the exact one', () => {
    fc.assert(
      fc.property(natural, positive, (sum, size) => {
        const mean = meanPrice(of(sum), of(size))
        const error = 2n * (mean * size - sum * ONE)
        expect(error <= size && error >= -size).toBe(true)
      }),
      RUNS,
    )
  })
})

describe('the tick grid', () => {
  test.each([
    // price, share, tick, a buy pays, a sale gets
    ['100', '0', '0.01', '100', '100'],
    ['100', '0.0005', '0.01', '100.05', '99.95'],
    ['100.01', '0.0005', '0.01', '100.07', '99.95'],
    ['100.01', '0.0005', '0', '100.060005', '99.959995'],
    ['100.01', '0.0005', '0.00000001', '100.060005', '99.959995'],
    ['0.00000003', '0.0005', '0.00000001', '0.00000004', '0.00000002'],
    // a price is never zero: the least is a tick
    ['0.00000001', '0.0005', '0.00000001', '0.00000002', '0.00000001'],
    ['0.01', '0.5', '0.01', '0.02', '0.01'],
    ['50', '1', '0.01', '100', '0.01'],
    ['50', '1.5', '0.01', '125', '0.01'],
    // a price off the grid comes onto it, against the taker
    ['100.005', '0.0001', '0.01', '100.02', '99.99'],
  ])('%s worsened by %s on ticks of %s: bought at %s, sold at %s', (at, by, tick, bought, sold) => {
    expect(format(worsened(price(at), ratio(by), true, price(tick)))).toBe(bought)
    expect(format(worsened(price(at), ratio(by), false, price(tick)))).toBe(sold)
  })

  test('worsened: against the taker, on the grid, and by less than a tick too much', () => {
    const steps = fc.constantFrom(0n, 1n, 100n, 1_000n, 1_000_000n, 50_000_000n, ONE)
    fc.assert(
      fc.property(positive, fc.bigInt({ min: 1n, max: ONE }), fc.boolean(), steps, (at, by, buying, tick) => {
        const moved = worsened(of(at), of(by), buying, of(tick))
        const step = tick === 0n ? 1n : tick
        expect(moved > 0n && moved % step === 0n).toBe(true)
        // exact, in 1e-16
        const exact = buying ? at * (ONE + by) : at * (ONE - by)
        const away = buying ? moved * ONE - exact : exact - moved * ONE
        expect(moved === step || away >= 0n).toBe(true)
        expect(away < (step + 1n) * ONE).toBe(true)
      }),
      RUNS,
    )
  })

  test.each([
    [100.004, '0.01', '100'],
    [100.005, '0.01', '100.01'],
    [100.0149, '0.01', '100.01'],
    [0.1 + 0.2, '0.1', '0.3'],
    [7, '5', '5'],
    [7.5, '5', '10'],
    [0.123456784, '0', '0.12345678'],
    [0.123456786, '0.00000001', '0.12345679'],
    // a price is never zero: the least is a tick
    [0.004, '0.01', '0.01'],
    [1e-12, '0', '0.00000001'],
    [1e-12, '0.00000001', '0.00000001'],
  ])('%d on ticks of %s is %s', (value, tick, text) => {
    expect(format(toTick(value, price(tick)))).toBe(text)
  })

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 9e15])('%d is no price', value => {
    expect(() => toTick(value, price('0.01'))).toThrow(RangeError)
  })

  test('to the nearest tick, half up, and at least one', () => {
    const steps = fc.constantFrom(0n, 1n, 10n, 1_000n, 1_000_000n, 50_000_000n, ONE)
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1e12, noNaN: true }), steps, (value, tick) => {
        const at = toTick(value, of(tick))
        const step = tick === 0n ? 1n : tick
        expect(at > 0n && at % step === 0n).toBe(true)
        const off = 2n * (at - priceOf(value))
        expect(at === step || (off <= step && off > -step)).toBe(true)
      }),
      RUNS,
    )
  })
})
