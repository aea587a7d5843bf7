import { expect, test } from 'vitest'
import { shown, type } from '../support/fake-desk.ts'

test('why btc', async () => {
  expect(await shown('why btc')).toMatchInlineSnapshot(`
    "2023-01-05 08:00 BTCEUR rsi
      enter at 25812.50: RSI is oversold
      values: strength 28.12
    2023-01-05 08:00 BTCEUR bollinger
      enter at 25812.50: back over the lower band
      denied (exposure_symbol): BTCEUR would take 23 % of equity, 20 % is the limit
      values: lower 25700.10, width 0.0005123"
  `)
})

test('why ETH/EUR, of nothing', async () => {
  expect(await shown('why ETH/EUR', { decisions: async () => [] })).toMatchInlineSnapshot(`"Nothing was decided about ETHEUR yet."`)
})

test('why', async () => {
  expect(await shown('why')).toMatchInlineSnapshot(`
    "Symbol (a traded symbol, for example btc) is missing.
    Usage: why <symbol> [count]
    For example: why btc"
  `)
})

test('symbol and count reach the desk', async () => {
  const filters: unknown[] = []
  const decisions = async (filter: unknown) => (filters.push(filter), [])
  for (const text of ['why btc', 'w eth 10']) await type(text, { decisions })
  expect(filters).toEqual([
    { symbol: 'BTCEUR', limit: 3 },
    { symbol: 'ETHEUR', limit: 10 },
  ])
})
