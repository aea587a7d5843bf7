import { describe, expect, test } from 'vitest'
import { money, quantity, ratio } from '#domain/money.ts'
import { position, type } from '../support/fake-desk.ts'

test.each<[text: string, owner: string | null, amount: unknown]>([
  ['sell btc', null, null],
  ['s btc all', null, { kind: 'percent', share: ratio('1') }],
  ['sell btc half', null, { kind: 'percent', share: ratio('0.5') }],
  ['sell btc 25%', null, { kind: 'percent', share: ratio('0.25') }],
  ['sell 25% btc', null, { kind: 'percent', share: ratio('0.25') }],
  ['sell btc 50 eur', null, { kind: 'quote', amount: money('50') }],
  ['sell btc rsi', 'rsi', null],
  ['sell btc 0.01 rsi', 'rsi', { kind: 'quantity', quantity: quantity('0.01') }],
  ['sell btc rsi 50 eur', 'rsi', { kind: 'quote', amount: money('50') }],
  ['sell btc 50 eur ema-cross', 'ema-cross', { kind: 'quote', amount: money('50') }],
  ['sell btc owner=rsi amount=25%', 'rsi', { kind: 'percent', share: ratio('0.25') }],
])('%s', async (text, owner, amount) => {
  expect((await type(text, {}, 'trader')).asked).toEqual([['sell', 'ann', { symbol: 'BTCEUR', owner, amount }]])
})

describe('when several hold the symbol', () => {
  const positions = async () => [position('rsi', 'BTC'), position('manual', 'BTC', { quantity: quantity('0.5') }), position('rsi', 'ETH')]

  test.each([
    ['sell btc', 'next: sell BTCEUR rsi | sell BTCEUR manual'],
    ['sell btc 25%', 'next: sell BTCEUR 25% rsi | sell BTCEUR 25% manual'],
    ['sell btc 50 eur', 'next: sell BTCEUR 50 eur rsi | sell BTCEUR 50 eur manual'],
  ])('%s asks whose', async (text, next) => {
    const { shown, asked } = await type(text, { positions })
    expect(shown).toBe(`Several hold BTCEUR: rsi 0.0123 BTC, manual 0.5 BTC. Which one?\n${next}`)
    expect(asked).toEqual([])
    const [first = ''] = next.replace('next: ', '').split(' | ')
    expect((await type(first, { positions })).asked).toMatchObject([['sell', 'ann', { owner: 'rsi' }]])
  })

  test.each(['sell btc manual', 'sell eth'])('%s does not ask', async text => {
    expect((await type(text, { positions })).asked).toHaveLength(1)
  })
})

test.each([
  ['sell', 'Symbol (a traded symbol, for example btc) is missing.'],
  ['sell btc 25 rsi manual', '"manual" is one word too many.'],
  ['sell btc 101%', '"101%" is more than all of it'],
  ['sell btc amount=1 amount=2', 'Amount is given twice.'],
])('%s: %s', async (text, says) => {
  const { shown, asked } = await type(text, {}, 'trader')
  expect(asked).toEqual([])
  expect(shown).toContain(says)
})
