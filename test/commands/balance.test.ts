import { expect, test } from 'vitest'
import { shown } from '../support/fake-desk.ts'

test('balance', async () => {
  expect(await shown('balance')).toMatchInlineSnapshot(`
    "Asset         Free  Locked      EUR
    EUR        9917.01   50.00  9967.01
    BTC              -  0.0123   317.49
    ADA dust  0.004123       -      n/a
    Together 10284.50 EUR, without what has no price."
  `)
})

test('balance, of nothing', async () => {
  expect(await shown('balance', { balances: async () => [] })).toMatchInlineSnapshot(`"The account has nothing."`)
})
