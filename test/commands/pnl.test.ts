import { expect, test } from 'vitest'
import { shown } from '../support/fake-desk.ts'

test('pnl', async () => {
  expect(await shown('pnl')).toMatchInlineSnapshot(`
    "Realised profit in EUR, fees taken off. Days are UTC.
    Span     Trips  Won   Profit  Fees
    today        0    -     0.00  0.00
    7 days       2  50%    -3.25  1.50
    30 days      4  75%   +40.00  1.50
    all         13  62%  +224.51  4.50
    By strategy and symbol, all:
    Strategy   Symbol  Trips  Won   Profit
    ema-cross  ETHEUR      0    -     0.00
    rsi        BTCEUR     10  70%  +250.11
    rsi        ETHEUR      3  33%   -25.60
    rsi        all        13  62%  +224.51
    total                 13  62%  +224.51
    Open positions: +9.99 EUR.
    next: pnl today | pnl 7d | pnl 30d"
  `)
})

test('profit 7D', async () => {
  expect(await shown('profit 7D')).toMatchInlineSnapshot(`
    "Realised profit in EUR, fees taken off. Days are UTC.
    Span     Trips  Won   Profit  Fees
    today        0    -     0.00  0.00
    7 days       2  50%    -3.25  1.50
    30 days      4  75%   +40.00  1.50
    all         13  62%  +224.51  4.50
    By strategy and symbol, 7 days:
    Strategy  Symbol  Trips  Won  Profit
    rsi       BTCEUR      2  50%   -3.25
    Open positions: +9.99 EUR.
    next: pnl today | pnl 30d | pnl all"
  `)
})

test('pnl today', async () => {
  expect(await shown('pnl today')).toMatchInlineSnapshot(`
    "Realised profit in EUR, fees taken off. Days are UTC.
    Span     Trips  Won   Profit  Fees
    today        0    -     0.00  0.00
    7 days       2  50%    -3.25  1.50
    30 days      4  75%   +40.00  1.50
    all         13  62%  +224.51  4.50
    Open positions: +9.99 EUR.
    next: pnl 7d | pnl 30d | pnl all"
  `)
})

test('pnl yesterday', async () => {
  expect(await shown('pnl yesterday')).toMatchInlineSnapshot(`
    ""yesterday" is not one of today, 7d, 30d, all.
    Usage: pnl [today|7d|30d|all]
    For example: pnl 7d"
  `)
})
