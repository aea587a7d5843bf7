import { expect, test } from 'vitest'
import { shown, trade, type } from '../support/fake-desk.ts'

test('trades', async () => {
  expect(await shown('trades')).toMatchInlineSnapshot(`
    "2023-01-05 08:00 SELL BTCEUR rsi
      0.0123 BTC at 25812.50 = 317.49 EUR, fee 0.32 EUR, profit +12.40
      RSI is overbought
    2023-01-05 08:00 BUY BTCEUR rsi
      0.0123 BTC at 25812.50 = 317.49 EUR, fee 0.000012 BTC
      RSI is oversold"
  `)
})

test('trades, of nothing', async () => {
  expect(await shown('trades', { trades: async () => [] })).toMatchInlineSnapshot(`"There are no trades yet."`)
})

test('trades btc 200', async () => {
  expect(await shown('trades btc 200')).toMatchInlineSnapshot(`
    "Count: at most 100.
    Usage: trades [symbol] [count]
    For example: trades btc"
  `)
})

test('trades, a loss by a stop', async () => {
  expect(
    await shown('trades', { trades: async () => [trade('SELL', '-7.5', { owner: 'manual', reason: 'stop loss' })] }),
  ).toMatchInlineSnapshot(`
    "2023-01-05 08:00 SELL BTCEUR manual
      0.0123 BTC at 25812.50 = 317.49 EUR, fee 0.32 EUR, profit -7.50
      stop loss"
  `)
})

test('symbol and count reach the desk in any order', async () => {
  const filters: unknown[] = []
  const trades = async (filter: unknown) => (filters.push(filter), [])
  for (const text of ['trades', 'trades btc', 'trades 20', 't btc 20', 'fills 20 btc']) await type(text, { trades })
  expect(filters).toEqual([
    { limit: 5 },
    { symbol: 'BTCEUR', limit: 5 },
    { limit: 20 },
    { symbol: 'BTCEUR', limit: 20 },
    { symbol: 'BTCEUR', limit: 20 },
  ])
})
