import { expect, test } from 'vitest'
import { shown, type } from '../support/fake-desk.ts'

test('signals', async () => {
  expect(await shown('signals')).toMatchInlineSnapshot(`
    "2023-01-05 08:00 BTCEUR rsi
      enter at 25812.50: RSI is oversold
    2023-01-05 08:00 BTCEUR bollinger
      enter at 25812.50: back over the lower band
      denied (exposure_symbol): BTCEUR would take 23 % of equity, 20 % is the limit
    next: why BTCEUR"
  `)
})

test('sig btc, of nothing', async () => {
  expect(await shown('sig btc', { decisions: async () => [] })).toMatchInlineSnapshot(`"Nothing was decided about BTCEUR yet."`)
})

test('signals 0', async () => {
  expect(await shown('signals 0')).toMatchInlineSnapshot(`
    "Count: at least 1.
    Usage: signals [symbol] [count]
    For example: signals btc"
  `)
})

test('symbol and count reach the desk', async () => {
  const filters: unknown[] = []
  const decisions = async (filter: unknown) => (filters.push(filter), [])
  for (const text of ['signals', 'signals btc', 'sig 20']) await type(text, { decisions })
  expect(filters).toEqual([{ limit: 5 }, { symbol: 'BTCEUR', limit: 5 }, { limit: 20 }])
})
