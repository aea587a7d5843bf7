import { expect, test } from 'vitest'
import { format } from '#domain/money.ts'
import type { MarketEvent } from '#ports/feed.ts'
import { openLastPrices } from '../../src/compose/last-prices.ts'
import { flatBar, hour } from '../support/desk.ts'

const quote = (time: number, price: number): MarketEvent => ({
  kind: 'quotes',
  time: hour(time),
  quotes: [{ symbol: 'BTCUSDC', bid: price - 1, bidQuantity: 1, ask: price + 1, askQuantity: 1, time: hour(time) }],
})
const closed = (at: number, close: number, late = false): MarketEvent => ({
  kind: 'close',
  time: hour(at),
  bars: [flatBar(at - 1, close)],
  candles: [],
  late,
})

test.each<[string, readonly MarketEvent[], string]>([
  ['of nothing: none', [], '0'],
  ['the middle of a quote', [quote(1, 100)], '100'],
  ['the close of a bar', [quote(1, 100), closed(2, 101)], '101'],
  ['a bar that comes late, where nothing is known', [closed(2, 101, true)], '101'],
  ['a bar that comes late, where an older one is known', [closed(1, 100), closed(2, 101, true)], '101'],
  ['not one that comes late, where a newer quote is known', [quote(2.1, 90), closed(2, 101, true)], '90'],
  ['nor where a newer bar is known', [closed(3, 90), closed(2, 101, true)], '90'],
])('the last price: %s', (_, events, price) => {
  const prices = openLastPrices()
  for (const event of events) prices.note(event)
  expect(format(prices.of('BTCUSDC'))).toBe(price)
  expect(format(prices.of('ETHUSDC'))).toBe('0')
})
