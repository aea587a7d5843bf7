import { expect, test } from 'vitest'
import { FillChanges } from '#backtest/equity.ts'
import { FillLog } from '#backtest/fill-log.ts'
import type { Amount, Money, Price, Quantity } from '#domain/money.ts'
import type { Fill } from '#domain/order.ts'
import { at } from '#domain/time.ts'
import { bareInfo } from '../support/bare.ts'

const symbols = [bareInfo('ONE'), bareInfo('TWO')]
const feeAssets = ['ONE.base', 'quote', 'BNB']
const BEYOND_64_BITS = 2n ** 70n

function fillOf(number: number): Fill {
  const buying = number % 3 === 0
  // amounts that 64 bits do not hold, now and then, in one place of the four
  const amount = (place: number): bigint => BigInt(number * 10 + place) + (number % 1000 === place ? BEYOND_64_BITS : 0n)
  return {
    tradeId: number + 1,
    orderId: number * 2 + 1,
    symbol: 'ONE',
    side: buying ? 'BUY' : 'SELL',
    price: amount(1) as Price,
    quantity: amount(2) as Quantity,
    quote: amount(3) as Money,
    fee: amount(4) as Amount<string>,
    feeAsset: feeAssets[number % 3]!,
    feeWorth: (number % 3 === 2 ? amount(5) : 0n) as Money,
    maker: number % 2 === 0,
    time: at(1_600_000_000_000 + number),
  }
}

test('gives back what was added, however many and however large', () => {
  const log = new FillLog(symbols)
  const fills = Array.from({ length: 10_000 }, (_, number) => fillOf(number))
  for (const [number, fill] of fills.entries()) log.add(fill, 0, `reason ${number % 7}`)
  expect(log.length).toBe(fills.length)
  expect(fills.map((_, place) => log.at(place))).toEqual(fills)
  expect(log.reasons).toEqual(fills.map((_, number) => `reason ${number % 7}`))
})

test('says what a fill brought, its fee taken off', () => {
  const log = new FillLog(symbols)
  const fill: Fill = { ...fillOf(5), side: 'BUY', quantity: 100n as Quantity, quote: 700n as Money, fee: 3n as Amount<string> }
  log.add({ ...fill, symbol: 'TWO', feeAsset: 'TWO.base' }, 1, 'entry')
  log.add({ ...fill, side: 'SELL', feeAsset: 'quote' }, 0, 'exit')
  const read = (place: number) => {
    const change = { time: 0, place: 0, cash: 0, quantity: 0 }
    log.read(place, change)
    return change
  }
  expect([0, 1].map(read)).toEqual([
    { time: fill.time, place: 1, cash: -700, quantity: 97 },
    { time: fill.time, place: 0, cash: 697, quantity: -100 },
  ])
  log.add({ ...fill, side: 'SELL', feeAsset: 'quote', quote: BEYOND_64_BITS as Money }, 0, 'exit')
  expect(read(2).cash).toBe(2 ** 70)
})

test('says where the account stands after each fill', () => {
  const log = new FillLog(symbols)
  const fill: Fill = { ...fillOf(5), quantity: 200_000_000n as Quantity, quote: 300_000_000n as Money, fee: 0n as Amount<string> }
  log.add({ ...fill, side: 'BUY', time: at(1) }, 0, 'entry')
  log.add({ ...fill, side: 'BUY', time: at(2) }, 1, 'entry')
  log.add({ ...fill, side: 'SELL', quantity: 50_000_000n as Quantity, time: at(3) }, 0, 'exit')
  const changes = new FillChanges(log, 2, 1_000_000_000n as Money)
  const seen = []
  for (; changes.time < Number.POSITIVE_INFINITY; changes.next()) seen.push([changes.time, changes.place, changes.cash, changes.quantity])
  expect(seen).toEqual([
    [1, 0, 7, 2],
    [2, 1, 4, 2],
    [3, 0, 7, 1.5],
  ])
})
