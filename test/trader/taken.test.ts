/** What somebody takes out of the account by hand leaves the position at cost, and what rests on the exchange is put in line. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { add, format, money, type Quantity, quantity, zero } from '#domain/money.ts'
import { flat, takeOut } from '#domain/position.ts'
import { enter } from '#strategy'
import { ALL } from '#trader/slot.ts'
import { hour } from '../support/desk.ts'
import { held, openTrader } from '../support/unheard.ts'

const out = (trader: ReturnType<typeof openTrader>, size: string): void =>
  trader.engine.trader.takeOut(trader.slot, quantity(size), 'taken out of the account', hour(2))

// Two BTC bought at 100 with a stop at 90 that rests.
function bought(filters = {}, target?: number) {
  const trader = openTrader(filters)
  trader.hear(trader.buy(enter({ reason: 'go', stopLoss: 90, ...(target === undefined ? {} : { takeProfit: target }) })), 'filled', 1, '2')
  const orders = trader.sent()
  for (const order of orders) trader.hear(order, 'accepted', 1)
  trader.records.take()
  return { trader, orders }
}

describe('a part', () => {
  test('goes at cost, without profit or loss, and the stop is for what is left in one step', () => {
    const { trader, orders } = bought()
    out(trader, '0.5')
    const { position } = trader.slot
    expect([position.quantity, position.cost, position.bought, position.volume].map(one => format(one))).toEqual([
      '1.5',
      '150',
      '150',
      '1.5',
    ])
    expect([position.realised, trader.engine.portfolio.realised]).toEqual([0n, 0n])
    const [action] = trader.engine.actions.take()
    expect(action).toMatchObject({
      kind: 'replace',
      order: orders[0],
      by: { request: { quantity: quantity('1.5'), stopPrice: money('90') } },
    })
    expect(trader.records.take().rest.holdings).toEqual([trader.slot])
  })

  test('of a position with stop and target: both are taken back, and sent anew for what is left', () => {
    const { trader, orders } = bought({}, 120)
    out(trader, '0.5')
    expect(trader.engine.actions.take()).toMatchObject([{ kind: 'cancel' }])
    for (const order of orders) trader.hear(order, 'cancelled', 2)
    expect(trader.sent().map(({ request }) => format(request.quantity))).toEqual(['1.5', '1.5'])
  })

  test('while it is on its way out: the exit is sent at the next close, for what is left', () => {
    const { trader, orders } = bought()
    const { engine, slot, hear } = trader
    engine.trader.exits.leave(slot, 'out', ALL, hour(2))
    hear(orders[0]!, 'cancelled', 2)
    hear(trader.sent()[0]!, 'rejected', 2, undefined, '100', 'Account has insufficient balance for requested action.')
    out(trader, '0.5')
    expect(trader.sent()).toEqual([])
    engine.trader.closeBar(slot.market, 100, hour(2), hour(3))
    expect(trader.sent().map(({ request }) => `${request.type} ${format(request.quantity)}`)).toEqual(['MARKET 1.5'])
  })

  test('what was sold before keeps its profit, and the rest ends as every round trip does', () => {
    const { trader } = bought()
    const { engine, slot, hear } = trader
    engine.trader.exits.leave(slot, 'half', quantity('1'), hour(2))
    hear(slot.protection[0]!, 'cancelled', 2)
    hear(trader.sent().at(-1)!, 'filled', 2, '1', '110')
    trader.records.take()
    out(trader, '1')
    expect(held(trader)).toBe('0')
    const { trips } = trader.records.take().rest
    const told = trips.map(({ trip, reason }) => `${format(trip.realised)} of ${format(trip.bought)} for ${format(trip.sold)}: ${reason}`)
    expect(told).toEqual(['10 of 100 for 110: taken out of the account'])
    expect(engine.portfolio.realised).toBe(money('10'))
  })
})

describe('all of it', () => {
  test('is no round trip, costs nothing, and takes back what rests', () => {
    const { trader, orders } = bought()
    out(trader, '2')
    expect(trader.engine.actions.take()).toMatchObject([{ kind: 'cancel', order: orders[0] }])
    const { rest } = trader.records.take()
    expect([rest.trips, rest.dust, trader.engine.portfolio.realised]).toEqual([[], [], 0n])
    expect([held(trader), trader.slot.plan, trader.slot.position.openedAt]).toEqual(['0', null, 0])
    trader.hear(orders[0]!, 'cancelled', 3)
    expect(trader.sent()).toEqual([])
  })

  test('but for what is too little to be sold: that is dust, with its cost as a loss, as ever', () => {
    const { trader } = bought({ step: quantity('0.01'), minQuantity: quantity('0.01') })
    out(trader, '1.995')
    expect(trader.engine.portfolio.dust).toEqual(new Map([['BTC', quantity('0.005')]]))
    const { rest } = trader.records.take()
    expect(rest.dust.map(one => format(one.quantity))).toEqual(['0.005'])
    expect(rest.trips.map(({ trip }) => format(trip.realised))).toEqual(['-0.5'])
  })
})

test('rests and cash that are there no more', () => {
  const { engine } = openTrader()
  engine.portfolio.dust.set('BTC', quantity('0.3'))
  engine.portfolio.takeDust('BTC', quantity('0.1'))
  expect(engine.portfolio.dust.get('BTC')).toBe(quantity('0.2'))
  engine.portfolio.takeDust('BTC', quantity('0.2'))
  expect(engine.portfolio.dust.size).toBe(0)
  engine.portfolio.takeCash('USDC', money('4000'))
  expect(engine.equity('USDC')).toBe(money('6000'))
})

test('however much is taken in how many parts: no figure falls under zero, and cost goes with quantity', () => {
  const size = fc.bigInt(1n, 10n ** 18n)
  fc.assert(
    fc.property(size, size, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 }), (quantityHeld, cost, parts) => {
      const position = { ...flat('a', 'B'), quantity: quantityHeld, cost, bought: cost, volume: quantityHeld / 2n } as ReturnType<
        typeof flat
      >
      let taken = zero<Quantity>()
      for (const part of parts) {
        const some = BigInt(Math.floor(Number(position.quantity) * part))
        const amount = (some > position.quantity ? position.quantity : some) as Quantity
        takeOut(position, amount)
        taken = add(taken, amount)
      }
      expect(position.quantity + taken).toBe(quantityHeld)
      for (const figure of [position.quantity, position.cost, position.bought, position.volume]) expect(figure >= 0n).toBe(true)
      expect(position.bought).toBe(position.cost)
      takeOut(position, position.quantity)
      expect(position.cost).toBe(0n)
    }),
  )
})
