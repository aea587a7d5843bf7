/** A trade that is told after the end of its order: it is booked, and what rests on the exchange is put in line with it. */
import { expect, test } from 'vitest'
import { format, money, price, zero } from '#domain/money.ts'
import { enter } from '#strategy'
import { hour } from '../support/desk.ts'
import { held, openTrader } from '../support/unheard.ts'

test('of an entry that was cancelled: it is held, and protected', () => {
  const trader = openTrader()
  const order = trader.buy(enter({ reason: 'go', at: { limit: 100 }, stopLoss: 90 }))
  trader.hear(order, 'accepted', 1)
  trader.hear(order, 'cancelled', 2)
  trader.hear(order, 'partly_filled', 3, '1')
  expect(held(trader)).toBe('1')
  expect(order.status).toBe('cancelled')
  expect(trader.sent().map(({ request }) => `${request.type} ${format(request.quantity)} at ${format(request.stopPrice)}`)).toEqual([
    'STOP_LOSS 1 at 90',
  ])
  expect(trader.records.take().rest.fills).toHaveLength(1)
})

test('of an entry whose absence was proven: it is held all the same', () => {
  const trader = openTrader()
  const order = trader.buy(enter({ reason: 'go', stopLoss: 90 }))
  trader.hear(order, 'no_answer', 1)
  trader.hear(order, 'not_found', 2)
  trader.hear(order, 'filled', 3, '2')
  expect(held(trader)).toBe('2')
  expect(trader.sent()).toHaveLength(1)
})

test('of a stop that was cancelled: what rests now covers what is still held', () => {
  const trader = openTrader()
  const order = trader.buy(enter({ reason: 'go', stopLoss: 90 }))
  trader.hear(order, 'filled', 1, '2')
  const [first] = trader.sent()
  trader.hear(first!, 'accepted', 1)
  trader.engine.trader.setStop(trader.slot, price('95'), hour(2))
  trader.hear(first!, 'cancelled', 2)
  const [second] = trader.sent()
  trader.hear(second!, 'accepted', 2)
  trader.hear(first!, 'partly_filled', 3, '0.5')
  expect(held(trader)).toBe('1.5')
  trader.hear(second!, 'cancelled', 3)
  const [third] = trader.sent()
  expect(format(third!.request.quantity)).toBe('1.5')
})

test('of a stop that was cancelled, and it was all: the round trip ends', () => {
  const trader = openTrader()
  const order = trader.buy(enter({ reason: 'go', stopLoss: 90 }))
  trader.hear(order, 'filled', 1, '2')
  const [first] = trader.sent()
  trader.hear(first!, 'accepted', 1)
  trader.engine.trader.setStop(trader.slot, price('0'), hour(2))
  trader.hear(first!, 'cancelled', 2)
  trader.hear(first!, 'filled', 3, '2')
  expect(held(trader)).toBe('0')
  expect(trader.records.take().rest.trips).toHaveLength(1)
})

/** Holds 2 bought at 100; the stop was taken back and the exit is on its way. */
function leaving() {
  const trader = openTrader()
  const order = trader.buy(enter({ reason: 'go', stopLoss: 90 }))
  trader.hear(order, 'filled', 1, '2')
  const [stop] = trader.sent()
  trader.hear(stop!, 'accepted', 1)
  trader.engine.trader.exit(trader.slot, { reason: 'out', time: hour(2), values: null }, zero())
  trader.hear(stop!, 'cancelled', 2)
  const [out] = trader.sent()
  return { ...trader, stop: stop!, out: out! }
}

test.each<[string, (trader: ReturnType<typeof leaving>) => void, string[]]>([
  [
    'all of it by the stop, and the exit finds nothing: one round trip',
    ({ hear, stop, out }) => {
      hear(stop, 'partly_filled', 3, '2', '110')
      hear(out, 'rejected', 3)
    },
    ['20'],
  ],
  [
    'half of it by the stop, and the exit sells all that it was sent for: what is sold beyond has no cost',
    ({ hear, stop, out }) => {
      hear(stop, 'partly_filled', 3, '1', '110')
      hear(out, 'filled', 3, '2', '110')
    },
    ['130'],
  ],
  [
    'the exit sells all, and the stop did too: a round trip of its own',
    ({ hear, stop, out }) => {
      hear(out, 'filled', 3, '2', '110')
      hear(stop, 'partly_filled', 4, '2', '110')
    },
    ['20', '220'],
  ],
  [
    'the exit sells all in parts and ends without the rest: one round trip',
    ({ hear, stop, out }) => {
      hear(stop, 'partly_filled', 3, '1', '110')
      hear(out, 'partly_filled', 3, '1', '110')
      hear(out, 'expired', 4)
    },
    ['20'],
  ],
])('while an exit is on its way, %s', (_, happens, profits) => {
  const trader = leaving()
  happens(trader)
  expect(held(trader)).toBe('0')
  expect(trader.slot.leaving).toBeNull()
  const { trips } = trader.records.take().rest
  expect(trips.map(({ trip }) => format(trip.realised))).toEqual(profits)
  expect(format(trader.engine.portfolio.realised)).toBe(format(money(String(profits.reduce((sum, profit) => sum + Number(profit), 0)))))
})

test('of the first of many stops that were moved', () => {
  const trader = openTrader()
  const order = trader.buy(enter({ reason: 'go', stopLoss: 10 }))
  trader.hear(order, 'filled', 1, '2')
  const [first] = trader.sent()
  let stop = first!
  trader.hear(stop, 'accepted', 1)
  for (let level = 11; level < 99; level++) {
    trader.engine.trader.setStop(trader.slot, price(String(level)), hour(level))
    trader.hear(stop, 'cancelled', level)
    stop = trader.sent()[0]!
    trader.hear(stop, 'accepted', level)
  }
  trader.hear(first!, 'partly_filled', 99, '0.5')
  expect(held(trader)).toBe('1.5')
})

test('of a partial target: that part is not sold again, and a stop keeps its candle closed to entries', () => {
  const trader = openTrader()
  const order = trader.buy(enter({ reason: 'go', stopLoss: 90, partial: { at: 110, part: 0.5 } }))
  trader.hear(order, 'filled', 1, '2')
  const before = trader.sent()
  for (const one of before) trader.hear(one, 'accepted', 1)
  trader.engine.trader.setStop(trader.slot, price('95'), hour(2))
  for (const one of before) trader.hear(one, 'cancelled', 2)
  const after = trader.sent()
  for (const one of after) trader.hear(one, 'accepted', 2)
  trader.hear(before.find(({ request }) => request.stopPrice === 0n)!, 'partly_filled', 3, '1', '110')
  for (const one of after) trader.hear(one, 'cancelled', 3)
  expect(trader.sent().map(({ request }) => `${request.type} ${format(request.quantity)}`)).toEqual(['STOP_LOSS 1'])
  trader.hear(before.find(({ request }) => request.stopPrice > 0n)!, 'partly_filled', 4, '0.5', '90')
  expect(trader.slot.stoppedAt).toBe(hour(4))
})

test('of an order that nobody knows: that is a bug', () => {
  const trader = openTrader()
  const order = trader.buy(enter({ reason: 'go' }))
  trader.hear(order, 'filled', 1, '2')
  expect(() => trader.hear(order, 'partly_filled', 2, '1')).toThrow('an update of order 1, which is not open')
})
