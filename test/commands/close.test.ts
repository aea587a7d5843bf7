import { expect, test } from 'vitest'
import { position, type } from '../support/fake-desk.ts'

test.each([
  ['close btc', null],
  ['c btc rsi', 'rsi'],
  ['close BTCEUR owner=manual', 'manual'],
])('%s sells all', async (text, owner) => {
  expect((await type(text, {}, 'trader')).asked).toEqual([['sell', 'ann', { symbol: 'BTCEUR', owner, amount: null }]])
})

test('asks whose when several hold the symbol', async () => {
  const { shown, asked } = await type('close btc', { positions: async () => [position('rsi', 'BTC'), position('manual', 'BTC')] })
  expect(shown).toContain('next: close BTCEUR rsi | close BTCEUR manual')
  expect(asked).toEqual([])
})

test.each([
  ['close', 'trader', 'is missing'],
  ['close btc 25%', 'trader', '"25%" cannot be owner (who holds it: a strategy, or manual).'],
  ['close btc', 'viewer', 'close needs the role trader; yours is viewer.'],
] as const)('%s as %s: %s', async (text, role, says) => {
  const { shown, asked } = await type(text, {}, role)
  expect(asked).toEqual([])
  expect(shown).toContain(says)
})
