import { expect, test } from 'vitest'
import { quantity } from '#domain/money.ts'
import { assetRow, type } from '../support/fake-desk.ts'

test('shows what the account holds beside the record, and how to write off what is missing', async () => {
  const { shown, asked } = await type('adjust btc')
  expect(shown).toMatch(/in the account\s+0\.01\b/)
  expect(shown).toMatch(/rsi BTCEUR\s+0\.0123\b/)
  expect(shown).toContain('0.0023 BTC were withdrawn, or sold or spent by hand.')
  expect(shown).toContain('next: adjust BTC confirm')
  expect(asked).toEqual([])
})

test.each([
  ['nothing is missing', { missing: quantity('0'), certain: quantity('0') }, 'There is nothing to adjust.'],
  ['it is not sure yet', { certain: quantity('0') }, 'It may still be on its way'],
])('where %s there is nothing to confirm', async (_, more, says) => {
  const { shown } = await type('adjust btc', { compare: async () => assetRow(more) })
  expect(shown).toContain(says)
  expect(shown).not.toContain('next:')
})

test('says why it cannot be told, and asks for an owner where one is named', async () => {
  expect((await type('adjust x', { compare: async () => ({ problem: 'The account is simulated.' }) })).shown).toContain(
    'The account is simulated.',
  )
  expect((await type('adjust btc rsi')).shown).toContain('next: adjust BTC rsi confirm')
})

test.each([
  ['adjust btc confirm', null],
  ['adjust btc rsi confirm', 'rsi'],
  ['adjust btc confirm owner=manual', 'manual'],
])('%s writes it off', async (text, owner) => {
  expect((await type(text)).asked).toEqual([['adjust', 'ann', { asset: 'btc', owner }]])
})

test.each([
  ['adjust', 'admin', 'is missing'],
  ['adjust btc 5', 'admin', '"5" is not one of confirm'],
  ['adjust btc confirm', 'trader', 'adjust needs the role admin; yours is trader.'],
] as const)('%s as %s: %s', async (text, role, says) => {
  const { shown, asked } = await type(text, {}, role)
  expect(asked).toEqual([])
  expect(shown).toContain(says)
})
