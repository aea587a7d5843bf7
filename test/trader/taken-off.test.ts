/** Protection that the exchange takes back by itself, as in maintenance: the position keeps it, and is not sold. */
import { describe, expect, test } from 'vitest'
import { format, type Price } from '#domain/money.ts'
import { type Order, PAIR_REACHED, TAKEN_OFF } from '#domain/order.ts'
import { enter } from '#strategy'
import { ALL } from '#trader/slot.ts'
import { hour } from '../support/desk.ts'
import { held, openTrader } from '../support/unheard.ts'

type Opened = ReturnType<typeof openTrader>

/** Holds 2 with a stop, or what the levels say, that rest. */
function openHeld(
  levels: { readonly stopLoss?: number; readonly takeProfit?: number } = { stopLoss: 90 },
): Opened & { readonly rests: Order[] } {
  const trader = openTrader()
  const { hear, buy, sent, records } = trader
  hear(buy(enter({ reason: 'go', ...levels })), 'filled', 1, '2')
  const rests = sent()
  for (const order of rests) hear(order, 'accepted', 1)
  records.take()
  return { ...trader, rests }
}

const takenOff = ({ hear }: Opened, order: Order, at = 2): void => hear(order, 'expired', at, undefined, undefined, TAKEN_OFF)
const level = (price: Price): string => (price > 0n ? ` ${format(price)}` : '')
const wording = ({ request: { type, quantity, stopPrice, price } }: Order): string =>
  `${type} ${format(quantity)}${level(stopPrice)}${level(price)}`
const toldOf = ({ records }: Opened): string[] =>
  records
    .take()
    .told.flatMap(one => (one.kind === 'denied' ? [`${one.decision.outcome}: ${one.decision.reason}; ${one.decision.message}`] : []))

const TOLD = 'protection_taken_back: stop loss; the exchange took it back by itself: it is put up again, and nothing is sold'

test('a stop is put up again, told and recorded once, and nothing is sold', () => {
  const trader = openHeld()
  takenOff(trader, trader.rests[0]!)
  const again = trader.sent()
  expect(again.map(wording)).toEqual(['STOP_LOSS 2 90'])
  expect(toldOf(trader)).toEqual([TOLD])
  expect([held(trader), trader.slot.leaving]).toEqual(['2', null])
  trader.hear(again[0]!, 'accepted', 2)
  expect(toldOf(trader)).toEqual([])
})

test('one that was reached and found nothing to sell to goes at the market, as ever', () => {
  const trader = openHeld()
  trader.hear(trader.rests[0]!, 'expired', 2, undefined, undefined, 'the order book had too little volume')
  expect(trader.sent().map(wording)).toEqual(['MARKET 2'])
  expect(toldOf(trader)).toEqual([])
})

describe('where the price has passed it meanwhile', () => {
  test('the new one is refused, and the position goes at the market', () => {
    const trader = openHeld()
    takenOff(trader, trader.rests[0]!)
    trader.hear(trader.sent()[0]!, 'rejected', 2, undefined, undefined, 'the order would trigger immediately')
    const [exit] = trader.sent()
    expect(wording(exit!)).toBe('MARKET 2')
    trader.hear(exit!, 'filled', 2, '2', '80')
    expect(held(trader)).toBe('0')
  })
})

test.each([
  ['the stop first', [0, 1]],
  ['the target first', [1, 0]],
])('a pair is put up again once both are gone, %s, and told once', (_, sequence) => {
  const trader = openHeld({ stopLoss: 90, takeProfit: 120 })
  expect(trader.rests.map(wording)).toEqual(['STOP_LOSS 2 90', 'LIMIT_MAKER 2 120'])
  const [first, second] = sequence.map(place => trader.rests[place]!)
  takenOff(trader, first!)
  expect(trader.sent()).toEqual([])
  takenOff(trader, second!)
  expect(trader.sent().map(wording)).toEqual(['STOP_LOSS 2 90', 'LIMIT_MAKER 2 120'])
  expect(toldOf(trader)).toEqual([TOLD])
  expect([held(trader), trader.slot.leaving]).toEqual(['2', null])
})

test('a target without a stop, too', () => {
  const trader = openHeld({ takeProfit: 120 })
  takenOff(trader, trader.rests[0]!)
  expect(trader.sent().map(wording)).toEqual(['LIMIT 2 120'])
  expect(toldOf(trader)).toEqual([TOLD.replace('stop loss', 'take profit')])
})

test('one that was being taken back for an exit anyway: the exit goes, and nothing is put up', () => {
  const trader = openHeld()
  trader.engine.trader.exit(trader.slot, { reason: 'out', time: hour(2), values: null }, ALL)
  trader.records.take()
  takenOff(trader, trader.rests[0]!)
  expect(trader.sent().map(wording)).toEqual(['MARKET 2'])
  expect(toldOf(trader)).toEqual([])
})

test('one that another was to take the place of: there is one stop in the end', () => {
  const trader = openHeld()
  trader.engine.trader.setStop(trader.slot, 9_500_000_000n as Price, hour(2))
  const [by] = trader.sent()
  takenOff(trader, trader.rests[0]!)
  expect(trader.sent()).toEqual([])
  trader.hear(by!, 'rejected', 2, undefined, undefined, 'the order that it was to replace had ended')
  expect(trader.sent().map(wording)).toEqual(['STOP_LOSS 2 95'])
  expect(trader.slot.leaving).toBeNull()
})

test('the other order of a pair that was reached is nothing of this', () => {
  const trader = openHeld({ stopLoss: 90, takeProfit: 120 })
  const [stop, target] = trader.rests
  trader.hear(stop!, 'expired', 2, undefined, undefined, PAIR_REACHED)
  trader.hear(target!, 'filled', 2, '2', '120')
  expect(toldOf(trader)).toEqual([])
  expect(held(trader)).toBe('0')
})
