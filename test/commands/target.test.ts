import { expect, test } from 'vitest'
import { position, type } from '../support/fake-desk.ts'

test.each([
  ['target btc 24000', null, { kind: 'price', price: 24_000 }],
  ['tp btc 3%', null, { kind: 'percent', percent: 3 }],
  ['target btc 3 % rsi', 'rsi', { kind: 'percent', percent: 3 }],
  ['target btc rsi 24000.5', 'rsi', { kind: 'price', price: 24_000.5 }],
  ['target btc OFF', null, null],
  ['target btc level=none owner=manual', 'manual', null],
])('%s', async (text, owner, level) => {
  expect((await type(text, {}, 'trader')).asked).toEqual([['setTarget', 'ann', { symbol: 'BTCEUR', owner, level }]])
})

test('asks whose when several hold the symbol', async () => {
  const { shown, asked } = await type('target btc 3%', { positions: async () => [position('rsi', 'BTC'), position('manual', 'BTC')] })
  expect(shown).toContain('next: target BTCEUR 3% rsi | target BTCEUR 3% manual')
  expect(asked).toEqual([])
})

test.each([
  ['target btc', 'is missing'],
  ['target btc 0', '"0" is not a level'],
  ['target btc 24000 EUR btc', '"btc" is one word too many.'],
])('%s: %s', async (text, says) => {
  const { shown, asked } = await type(text, {}, 'trader')
  expect(asked).toEqual([])
  expect(shown).toContain(says)
})
