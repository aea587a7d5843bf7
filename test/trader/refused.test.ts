/** What an exchange does not take, or only later, and what becomes of the position then. */
import { describe, expect, test } from 'vitest'
import { format, money, price, quantity, zero } from '#domain/money.ts'
import type { Enter } from '#domain/signal.ts'
import type { Order } from '#domain/order.ts'
import { enter } from '#strategy'
import { ALL } from '#trader/slot.ts'
import { hour } from '../support/desk.ts'
import { held, openTrader } from '../support/unheard.ts'

const out = { reason: 'out', time: hour(2), values: null }

describe('no price is known, as after a start while the symbol is halted', () => {
  test('an exit that is refused leaves a position a position: it is not too little to be sold', () => {
    const trader = openTrader({ minNotional: money('5'), minNotionalOnMarket: true })
    const { engine, slot, hear, buy, sent } = trader
    hear(buy(enter({ reason: 'go' })), 'filled', 1, '2')
    slot.market.last = zero()
    engine.trader.exit(slot, out, ALL)
    hear(sent()[0]!, 'rejected', 2, undefined, undefined, 'Market is closed.')
    expect(held(trader)).toBe('2')
    expect(slot.leaving?.reason).toBe('out')
    expect(trader.records.take().rest.trips).toEqual([])
  })
})

describe('more is held than one market order may be', () => {
  /** Holds 2, of which one market order takes 1.5 at most: bought at a limit, for which that does not count. */
  function bought() {
    const trader = openTrader({ step: quantity('0.1'), maxQuantity: quantity('9'), maxMarketQuantity: quantity('1.5') })
    trader.hear(trader.buy(enter({ reason: 'go', at: { limit: 100 } })), 'filled', 1, '2')
    return trader
  }

  test('it goes in as many orders as are needed', () => {
    const trader = bought()
    const { engine, slot, hear, sent } = trader
    engine.trader.exit(slot, out, ALL)
    const [first] = sent()
    expect(format(first!.request.quantity)).toBe('1.5')
    hear(first!, 'filled', 2, '1.5')
    const [second] = sent()
    expect(format(second!.request.quantity)).toBe('0.5')
    hear(second!, 'filled', 2, '0.5')
    expect(held(trader)).toBe('0')
    expect(trader.records.take().rest.trips).toHaveLength(1)
  })

  test('so does a part of it', () => {
    const trader = bought()
    const { engine, slot, hear, sent } = trader
    engine.trader.exit(slot, out, quantity('1.8'))
    hear(sent()[0]!, 'filled', 2, '1.5')
    const [second] = sent()
    expect(format(second!.request.quantity)).toBe('0.3')
    hear(second!, 'filled', 2, '0.3')
    expect(slot.leaving).toBeNull()
    expect(held(trader)).toBe('0.2')
    expect(sent()).toEqual([])
  })
})

test.each<[string, Enter, boolean]>([
  ['bought at a limit with a stop, which is a market order once reached', enter({ reason: 'go', at: { limit: 100 }, stopLoss: 90 }), false],
  ['bought at a stop', enter({ reason: 'go', at: { stop: 101 } }), false],
  ['bought at a limit with a target only', enter({ reason: 'go', at: { limit: 100 }, takeProfit: 120 }), true],
])('more than one market order may be, %s: ordered is only what can be protected', (_, wish, ordered) => {
  const { buy, records } = openTrader({ step: quantity('0.1'), maxQuantity: quantity('9'), maxMarketQuantity: quantity('1.5') })
  expect(buy(wish) !== undefined).toBe(ordered)
  expect(records.take().rest.decisions.map(({ outcome }) => outcome)).toEqual([ordered ? 'ordered' : 'above_maximum_quantity'])
})

test('an exit that is refused is told with the reason, once and not at every close; again where the reason is another', () => {
  const trader = openTrader()
  const { engine, slot, hear, buy, sent, records } = trader
  hear(buy(enter({ reason: 'go' })), 'filled', 1, '2')
  engine.trader.exit(slot, out, ALL)
  records.take()
  const told: string[] = []
  const refuse = (hours: number, why: string): void => {
    hear(sent()[0]!, 'rejected', hours, undefined, undefined, why)
    for (const one of records.take().told) if (one.kind === 'denied') told.push(`${one.decision.kind}: ${one.decision.message}`)
    engine.trader.closeBar(slot.market, 100, hour(hours), hour(hours + 1))
  }
  refuse(2, 'Market is closed.')
  refuse(3, 'Market is closed.')
  refuse(4, 'Account has insufficient balance.')
  expect(told).toEqual(['exit: Market is closed.', 'exit: Account has insufficient balance.'])
  hear(sent()[0]!, 'filled', 5, '2')
  expect(held(trader)).toBe('0')
})

test('a part that is refused again, and wished anew, is told again', () => {
  const trader = openTrader()
  const { engine, slot, hear, buy, sent, records } = trader
  hear(buy(enter({ reason: 'go' })), 'filled', 1, '2')
  records.take()
  for (const hours of [2, 3]) {
    engine.trader.exits.leave(slot, 'half', quantity('1'), hour(hours))
    hear(sent()[0]!, 'rejected', hours, undefined, undefined, 'Market is closed.')
    expect(records.take().told.filter(({ kind }) => kind === 'denied')).toHaveLength(1)
  }
})

describe('an entry that fills in parts, the first too small to be protected by itself', () => {
  const filters = { step: quantity('0.01'), minNotional: money('10'), minNotionalOnMarket: true }
  const wish = enter({ reason: 'go', at: { limit: 100 }, stopLoss: 90 })

  test('goes on, and what was bought is protected as soon as it can be', () => {
    const { hear, buy, sent, engine, slot } = openTrader(filters)
    const entry = buy(wish)
    hear(entry, 'accepted', 1)
    hear(entry, 'partly_filled', 1, '0.05')
    // a start between the two does not make more of it
    engine.trader.repair(slot, hour(1))
    expect(engine.actions.take()).toEqual([])
    expect(slot.entry).toBe(entry)
    hear(entry, 'partly_filled', 1, '0.5')
    expect(sent().map(({ request }) => `${request.type} ${format(request.quantity)}`)).toEqual(['STOP_LOSS 0.55'])
  })

  test('is taken back before it fills further: what cannot be protected is sold', () => {
    const trader = openTrader(filters)
    const { hear, buy, sent } = trader
    const entry = buy(wish)
    hear(entry, 'accepted', 1)
    // worth more than the minimum now, and less at its stop
    hear(entry, 'partly_filled', 1, '0.11')
    expect(sent()).toEqual([])
    hear(entry, 'cancelled', 2)
    const [stop] = sent()
    hear(stop!, 'rejected', 2, undefined, undefined, 'under the minimum')
    const [exitOrder] = sent()
    expect(exitOrder!.request.type).toBe('MARKET')
    hear(exitOrder!, 'filled', 2, '0.11')
    expect(held(trader)).toBe('0')
  })
})

describe('a target that the exchange does not take', () => {
  const TOO_FAR = 'Binance refused orderList.place.oco: Filter failure: PERCENT_PRICE_BY_SIDE (-1013)'
  const texts = (orders: readonly Order[]): string[] =>
    orders.map(({ purpose, request: { type, quantity: size, stopPrice } }) => `${purpose} ${type} ${format(size)} at ${format(stopPrice)}`)

  /** Holds 2 with a stop at 90; a target was set, and what came of that is on its way. */
  function aimed() {
    const trader = openTrader()
    const { engine, slot, hear, buy, sent, records } = trader
    hear(buy(enter({ reason: 'go', stopLoss: 90 })), 'filled', 1, '2')
    const [stop] = sent()
    hear(stop!, 'accepted', 1)
    engine.trader.setTarget(slot, price('1000'), hour(2))
    hear(stop!, 'cancelled', 2)
    const pair = sent()
    expect(texts(pair)).toEqual(['protection STOP_LOSS 2 at 90', 'protection LIMIT_MAKER 2 at 0'])
    records.take()
    return { ...trader, pair }
  }

  test.each([
    ['stop first', [0, 1]],
    ['target first', [1, 0]],
  ])('since it is too far away: the stop stands without it, nothing is sold, and it is told (%s)', (_, order) => {
    const { hear, pair, sent, slot, records } = aimed()
    for (const place of order) hear(pair[place]!, 'rejected', 2, undefined, undefined, TOO_FAR)
    const orders = sent()
    expect(texts(orders)).toEqual(['protection STOP_LOSS 2 at 90'])
    expect([slot.leaving, slot.plan!.target]).toEqual([null, 0n])
    expect(records.take().told.flatMap(one => (one.kind === 'denied' ? [one.decision.message] : []))).toEqual([
      `the target is left out: ${TOO_FAR}`,
    ])
    hear(orders[0]!, 'rejected', 2, undefined, undefined, TOO_FAR)
    expect(texts(sent())).toEqual(['exit MARKET 2 at 0'])
  })

  test('since the price has reached it, or the stop: it is sold', () => {
    for (const why of ['Order would immediately match and take.', 'The relationship of the prices for the orders is not correct.']) {
      const { hear, pair, sent } = aimed()
      for (const one of pair) hear(one, 'rejected', 2, undefined, undefined, why)
      expect(texts(sent())).toEqual(['exit MARKET 2 at 0'])
    }
  })

  test('where there is no stop: it is held as before', () => {
    const { engine, slot, hear, buy, sent } = openTrader()
    hear(buy(enter({ reason: 'go' })), 'filled', 1, '2')
    engine.trader.setTarget(slot, price('1000'), hour(2))
    hear(sent()[0]!, 'rejected', 2, undefined, undefined, TOO_FAR)
    expect(sent()).toEqual([])
    expect([slot.leaving, slot.position.quantity]).toEqual([null, quantity('2')])
  })
})

test('an entry that never arrived is told: whoever wished it heard that it was on its way', () => {
  const trader = openTrader()
  const entry = trader.buy(enter({ reason: 'go', stopLoss: 90 }))
  trader.hear(entry, 'no_answer', 1)
  trader.records.take()
  const denials = (): string[] => trader.records.take().told.flatMap(one => (one.kind === 'denied' ? [one.decision.message] : []))
  trader.hear(entry, 'not_found', 2, undefined, undefined, 'it never arrived at Binance')
  expect(denials()).toEqual(['it never arrived at Binance'])
  // and a trade of it that is told all the same is a purchase, and no second denial
  trader.hear(entry, 'partly_filled', 3, '1')
  expect(denials()).toEqual([])
  expect(held(trader)).toBe('1')
})
