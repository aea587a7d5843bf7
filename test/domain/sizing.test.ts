/** How much an entry buys. */
import { expect, test } from 'vitest'
import { format, money, price, quantity, ratio } from '#domain/money.ts'
import { type Size, sizeOf, worthOf } from '#domain/sizing.ts'

const equity = (share: string): Size => ({ kind: 'equity', share: ratio(share) })
const risk = (share: string): Size => ({ kind: 'risk', share: ratio(share) })

test.each<[string, Size, { equity: string; cash: string; price: string; stop: string }, string]>([
  ['3 % of equity', equity('0.03'), { equity: '10000', cash: '2000', price: '100', stop: '0' }, 'for 300'],
  ['3 % of equity counts coins too', equity('0.03'), { equity: '20000', cash: '0', price: '100', stop: '0' }, 'for 600'],
  ['all of the equity is all of the cash', equity('1'), { equity: '10000', cash: '2000', price: '100', stop: '0' }, 'for 2000'],
  ['more than all too', equity('1.5'), { equity: '10000', cash: '2000', price: '100', stop: '0' }, 'for 2000'],
  [
    'all of the equity, with cash that is claimed by nobody',
    equity('1'),
    { equity: '10000', cash: '10000', price: '100', stop: '0' },
    'for 10000',
  ],
  [
    'less than all is not cut to the cash: a denial says so',
    equity('0.99'),
    { equity: '10000', cash: '2000', price: '100', stop: '0' },
    'for 9900',
  ],
  ['a fixed quantity', { kind: 'quantity', quantity: quantity('0.5') }, { equity: '1', cash: '1', price: '100', stop: '0' }, '0.5'],
  ['a fixed amount of quote', { kind: 'quote', amount: money('250') }, { equity: '1', cash: '1', price: '100', stop: '0' }, 'for 250'],
  ['1 % lost at a stop 5 under 100', risk('0.01'), { equity: '10000', cash: '2000', price: '100', stop: '95' }, '20'],
  ['1 % lost at a stop 3 under 100: down', risk('0.01'), { equity: '10000', cash: '2000', price: '100', stop: '97' }, '33.33333333'],
  ['a risk without a stop buys nothing', risk('0.01'), { equity: '10000', cash: '2000', price: '100', stop: '0' }, '0'],
  ['a risk with a stop at the price buys nothing', risk('0.01'), { equity: '10000', cash: '2000', price: '100', stop: '100' }, '0'],
])('%s', (_, size, account, buys) => {
  const sized = sizeOf(size, money(account.equity), money(account.cash), price(account.price), price(account.stop))
  expect(sized.quoteAmount > 0n ? `for ${format(sized.quoteAmount)}` : format(sized.quantity)).toBe(buys)
  expect(sized.quantity === 0n || sized.quoteAmount === 0n).toBe(true)
})

test('what a sized amount is worth', () => {
  expect(format(worthOf({ quantity: quantity('0'), quoteAmount: money('250') }, price('100')))).toBe('250')
  expect(format(worthOf({ quantity: quantity('0.5'), quoteAmount: money('0') }, price('100')))).toBe('50')
})
