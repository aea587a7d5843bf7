import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { dustPostings, postings, takenPostings } from '#domain/ledger.ts'
import { type Amount, format, type Money, money, type Price, price, type Quantity, quantity } from '#domain/money.ts'
import type { Fill, Side } from '#domain/order.ts'
import type { Time } from '#domain/time.ts'

const fillOf = (side: Side, size: string, at: string, quote: string, fee: string, feeAsset: string): Fill => ({
  tradeId: 1,
  orderId: 1,
  symbol: 'BNBUSDC',
  side,
  price: price(at),
  quantity: quantity(size),
  quote: money(quote),
  fee: money(fee) as bigint as Amount<string>,
  feeAsset,
  feeWorth: money('0'),
  maker: false,
  time: 0 as Time,
})

const show = (fill: Fill): string[] => postings(fill, 'BNB', 'USDC').map(({ asset, book, amount }) => `${asset} ${book} ${format(amount)}`)

test.each<[Side, fee: string, feeAsset: string, expected: string[]]>([
  ['BUY', '10', 'USDC', ['USDC wallet -10010', 'USDC market 10000', 'BNB wallet 20', 'BNB market -20', 'USDC fees 10']],
  ['BUY', '0.02', 'BNB', ['USDC wallet -10000', 'USDC market 10000', 'BNB wallet 19.98', 'BNB market -20', 'BNB fees 0.02']],
  ['SELL', '10', 'USDC', ['USDC wallet 9990', 'USDC market -10000', 'BNB wallet -20', 'BNB market 20', 'USDC fees 10']],
  ['SELL', '0.02', 'BNB', ['USDC wallet 10000', 'USDC market -10000', 'BNB wallet -20.02', 'BNB market 20', 'BNB fees 0.02']],
  ['SELL', '3', 'EUR', ['USDC wallet 10000', 'USDC market -10000', 'BNB wallet -20', 'BNB market 20', 'EUR wallet -3', 'EUR fees 3']],
  ['BUY', '0', 'USDC', ['USDC wallet -10000', 'USDC market 10000', 'BNB wallet 20', 'BNB market -20']],
])('a %s with a fee of %s %s', (side, fee, feeAsset, expected) => {
  expect(show(fillOf(side, '20', '500', '10000', fee, feeAsset))).toEqual(expected)
})

test('dust leaves the wallet and stays ours', () => {
  expect(dustPostings('BTC', quantity('0.00000009')).map(({ book, amount }) => `${book} ${format(amount)}`)).toEqual([
    'wallet -0.00000009',
    'dust 0.00000009',
  ])
  expect(dustPostings('BTC', quantity('0'))).toEqual([])
})

test('what was taken out of the account left the wallet, and is with nobody that we know', () => {
  expect(takenPostings('BTC', quantity('1.5')).map(({ book, amount }) => `${book} ${format(amount)}`)).toEqual([
    'wallet -1.5',
    'outside 1.5',
  ])
  expect(takenPostings('BTC', quantity('0'))).toEqual([])
})

test('whatever is traded: per asset the sum is zero, once per asset and book, none of nothing', () => {
  const amount = fc.bigInt(0n, 10n ** 20n)
  fc.assert(
    fc.property(amount, amount, amount, fc.constantFrom('BNB', 'USDC', 'EUR'), fc.boolean(), (size, quote, fee, feeAsset, buying) => {
      const amounts = { quantity: size as Quantity, quote: quote as Money, fee: fee as Amount<string>, price: 1n as Price }
      const parts = postings({ ...fillOf(buying ? 'BUY' : 'SELL', '1', '1', '1', '0', feeAsset), ...amounts }, 'BNB', 'USDC')
      const sums = new Map<string, bigint>()
      for (const part of parts) sums.set(part.asset, (sums.get(part.asset) ?? 0n) + part.amount)
      expect([...sums.values()].every(sum => sum === 0n)).toBe(true)
      expect(new Set(parts.map(({ asset, book }) => asset + book)).size).toBe(parts.length)
      expect(parts.every(part => part.amount !== 0n)).toBe(true)
    }),
  )
})
