import { expect, test } from 'vitest'
import { shown } from '../support/fake-desk.ts'

test('exposure', async () => {
  expect(await shown('exposure')).toMatchInlineSnapshot(`
    "Equity 10234.50 EUR.
    Name                EUR  Share  Limit
    BTCEUR          2046.90  20.0%  20.0%
    BTC             2046.90  20.0%      -
    rotation (own)  1023.45  10.0%  40.0%
    (own): a strategy's own allocation, not counted in the symbols and assets above.
    At the limit: BTCEUR."
  `)
})

test('exp, of nothing', async () => {
  expect(await shown('exp', { exposure: async () => [] })).toMatchInlineSnapshot(`"Equity 10234.50 EUR. Nothing is held or on order."`)
})
