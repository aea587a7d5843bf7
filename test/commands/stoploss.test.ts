import { expect, test } from 'vitest'
import { position, type } from '../support/fake-desk.ts'

test.each([
  ['stoploss btc 24000', null, { kind: 'price', price: 24_000 }],
  ['sl btc 3%', null, { kind: 'percent', percent: 3 }],
  ['stoploss btc 3 % rsi', 'rsi', { kind: 'percent', percent: 3 }],
  ['stoploss btc rsi 24000.5', 'rsi', { kind: 'price', price: 24_000.5 }],
  ['stoploss btc OFF', null, null],
  ['stoploss btc level=none owner=manual', 'manual', null],
])('%s', async (text, owner, level) => {
  expect((await type(text, {}, 'trader')).asked).toEqual([['setStop', 'ann', { symbol: 'BTCEUR', owner, level }]])
})

test('asks whose when several hold the symbol', async () => {
  const { shown, asked } = await type('stoploss btc 3%', { positions: async () => [position('rsi', 'BTC'), position('manual', 'BTC')] })
  expect(shown).toContain('next: stoploss BTCEUR 3% rsi | stoploss BTCEUR 3% manual')
  expect(asked).toEqual([])
})

test.each([
  ['stoploss btc', 'is missing'],
  ['stoploss btc 0', '"0" is not a level'],
  ['stoploss btc 24000 EUR btc', '"btc" is one word too many.'],
  ['stoploss btc 100%', 'A stop 100% under what was paid is no price'],
])('%s: %s', async (text, says) => {
  const { shown, asked } = await type(text, {}, 'trader')
  expect(asked).toEqual([])
  expect(shown).toContain(says)
})
