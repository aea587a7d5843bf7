import { expect, test } from 'vitest'
import { money, quantity, ratio } from '#domain/money.ts'
import type { BuyWish } from '#ports/desk.ts'
import { type } from '../support/fake-desk.ts'

const wish = (more: Partial<BuyWish>): BuyWish => ({ symbol: 'BTCEUR', amount: null, limit: null, stop: null, target: null, ...more })
const eur = (amount: string): Partial<BuyWish> => ({ amount: { kind: 'quote', amount: money(amount) } })
const btc = (amount: string): Partial<BuyWish> => ({ amount: { kind: 'quantity', quantity: quantity(amount) } })
const percent = (value: number) => ({ kind: 'percent', percent: value }) as const

test.each<[text: string, wished: Partial<BuyWish>]>([
  ['buy btc', {}],
  ['buy btc 50 eur', eur('50')],
  ['/b BTC/EUR 50EUR', eur('50')],
  ['buy btc 49.50€', eur('49.5')],
  ['buy 50 eur btc', eur('50')],
  ['buy symbol=btc amount="50 eur"', eur('50')],
  ['buy btc 0.01', btc('0.01')],
  ['buy btc 0.01 btc', btc('0.01')],
  ['buy 0.01 btc', btc('0.01')],
  ['buy eth 0.5', { symbol: 'ETHEUR', ...btc('0.5') }],
  ['buy btc 5%', { amount: { kind: 'percent', share: ratio('0.05') } }],
  ['buy btc 5 % stop=3%', { amount: { kind: 'percent', share: ratio('0.05') }, stop: percent(3) }],
  [
    'buy btc 50 eur limit=25000 stop=3% target=30000',
    { ...eur('50'), limit: 25_000, stop: percent(3), target: { kind: 'price', price: 30_000 } },
  ],
  ['buy btc 50 eur Stop = 2.5%', { ...eur('50'), stop: percent(2.5) }],
  ['buy btc 50 eur stop 3 % target 10%', { ...eur('50'), stop: percent(3), target: percent(10) }],
])('%s', async (text, wished) => {
  expect((await type(text, {}, 'trader')).asked).toEqual([['buy', 'ann', wish(wished)]])
})

test.each([
  ['buy', 'Symbol (a traded symbol, for example btc) is missing.'],
  ['buy doge 5', '"doge" is not traded here.'],
  ['buy btc 50 usd', '"usd" is neither BTC nor EUR'],
  ['buy btc 0', '"0" is not an amount'],
  ['buy btc -1', '"-1" is not an amount'],
  ['buy btc 0,5', '"0,5" has a comma: write decimals after a point, such as 0.5, and thousands without a sign'],
  ['buy btc 1.234,50 eur', '"1.234,50 eur" has a comma'],
  ['buy btc stop=2,5%', '"2,5%" has a comma'],
  ['buy btc limit=25,000', '"25,000" has a comma'],
  ['buy btc 1e5', '"1e5" is not an amount'],
  ['buy btc 0.000000001', 'is not an amount'],
  ['buy btc 1e9 eur', '"1e9 eur" is not an amount'],
  ['buy 1e-9 eur btc', '"1e-9 eur" is not an amount'],
  ['buy btc 120%', '"120%" is more than all of it'],
  ['buy btc 0.0000001%', 'is too small a part'],
  ['buy btc lots', '"lots" cannot be amount'],
  ['buy btc 50 eur 25000', '"25000" is one word too many; by name only: limit=price, stop=3%, target=10%.'],
  ['buy btc limit=3%', '"3%" is not a price'],
  ['buy btc stop=low', '"low" is not a level'],
  ['buy btc stop=100%', 'A stop 100% under what was paid is no price'],
  ['buy btc target=1000%', '"1000%" is too far away'],
  ['buy btc stop=off', 'A buy begins with a stop; take it away afterwards with: stoploss BTCEUR off.'],
  ['buy btc stop=', 'Nothing stands after stop='],
  ['buy btc stop', 'Nothing stands after stop'],
  ['buy btc price=3', 'There is no price=; there is symbol=, amount=, limit=, stop=, target='],
])('%s: %s', async (text, says) => {
  const { shown, asked, reported } = await type(text, {}, 'trader')
  expect({ asked, reported }).toEqual({ asked: [], reported: [] })
  expect(shown).toContain(says)
  expect(shown).toContain('\nUsage: buy <symbol>')
})
