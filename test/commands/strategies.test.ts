import { expect, test } from 'vitest'
import { shown } from '../support/fake-desk.ts'

test('strategies', async () => {
  expect(await shown('strategies')).toMatchInlineSnapshot(`
    "Name      State    Candles  Symbols
    rsi       on       4h       BTCEUR, ETHEUR
    rotation  trouble  1d       3 symbols
    rotation: its file is missing
    next: strategy rsi | strategy rotation"
  `)
})

test('strategies, of nothing', async () => {
  expect(await shown('strategies', { strategies: async () => [] })).toMatchInlineSnapshot(`"No strategy is loaded."`)
})
