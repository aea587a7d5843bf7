/** The risk checks: what passes, what does not, and in which words. */
import { describe, expect, test } from 'vitest'
import { type Denial, denialCodes, deny } from '#domain/denial.ts'
import { money, price, quantity, ratio } from '#domain/money.ts'
import { exitNotionalDenial, exposureDenial, fundsDenial, levelsDenial } from '#domain/risk.ts'

const said = (denial: Denial | null): string => (denial === null ? 'passes' : `${denial.code}: ${denial.message}`)

describe('exposure', () => {
  test.each([
    // held, wanted, equity, limit
    ['0', '2000', '10000', '0.2', 'passes'],
    ['1000', '1000', '10000', '0.2', 'passes'],
    [
      '1000',
      '1000.00000001',
      '10000',
      '0.2',
      'exposure_symbol: BTCEUR would be 20.0 % of equity (2000.00000001 of 10000 EUR), the limit is 20.0 %',
    ],
    ['1500', '1000', '10000', '0.2', 'exposure_symbol: BTCEUR would be 25.0 % of equity (2500 of 10000 EUR), the limit is 20.0 %'],
    ['0', '1', '0', '0.2', 'exposure_symbol: BTCEUR would be 0.0 % of equity (1 of 0 EUR), the limit is 20.0 %'],
    ['0', '0', '0', '0.2', 'passes'],
  ])('%s and %s of %s, limit %s: %s', (held, wanted, equity, limit, says) => {
    expect(
      said(
        exposureDenial('exposure_symbol', 'BTCEUR', {
          held: money(held),
          wanted: money(wanted),
          equity: money(equity),
          limit: ratio(limit),
          quote: 'EUR',
        }),
      ),
    ).toBe(says)
  })

  test('no limit, no denial', () => {
    expect(
      exposureDenial('allocation', 'rotation', {
        held: money('1'),
        wanted: money('1000000000'),
        equity: money('1'),
        limit: null,
        quote: 'EUR',
      }),
    ).toBeNull()
  })
})

test.each([
  ['100', '100', 'passes'],
  ['100.00000001', '100', 'insufficient_funds: 100.00000001 EUR are needed, 100 are free'],
])('%s of %s free: %s', (needed, free, says) => {
  expect(said(fundsDenial(money(needed), money(free), 'EUR'))).toBe(says)
})

test.each([
  // stop, target
  ['95', '110', 'passes'],
  ['0', '0', 'passes'],
  ['100', '110', 'stop_not_below_price: the stop 100 is not under the price 100'],
  ['101', '110', 'stop_not_below_price: the stop 101 is not under the price 100'],
  ['95', '100', 'target_not_above_price: the target 100 is not over the price 100'],
  ['0', '99', 'target_not_above_price: the target 99 is not over the price 100'],
])('stop %s and target %s at 100: %s', (stop, target, says) => {
  expect(said(levelsDenial(price('100'), price(stop), price(target)))).toBe(says)
})

test.each([
  // quantity, price, minimum: worth 5 % less
  ['1', '100', '95', 'passes'],
  ['1', '100', '95.00000001', 'exit_below_minimum_notional: the exit would be worth 95 EUR at worst, under the minimum of 95.00000001'],
  ['0', '100', '0', 'passes'],
])('an exit of %s at %s, minimum %s: %s', (size, at, minimum, says) => {
  expect(said(exitNotionalDenial(quantity(size), price(at), money(minimum), 'EUR'))).toBe(says)
})

test('a denial is a value with one of the known codes', () => {
  expect(new Set(denialCodes).size).toBe(denialCodes.length)
  expect(deny('paused', 'trading is paused')).toEqual({ kind: 'denial', code: 'paused', message: 'trading is paused' })
  // @ts-expect-error a code that nobody knows
  deny('because', 'of this')
})
