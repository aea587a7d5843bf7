/** What crosses on its way: an order and what is heard of another, a bar and a purchase. */
import { describe, expect, test } from 'vitest'
import { format, type Price, quantity, zero } from '#domain/money.ts'
import type { Enter } from '#domain/signal.ts'
import { type Action, type Order, REPLACE_MISSED } from '#domain/order.ts'
import { at, type Time } from '#domain/time.ts'
import { enter, exit } from '#strategy'
import { ALL } from '#trader/slot.ts'
import { hour } from '../support/desk.ts'
import { held, openTrader } from '../support/unheard.ts'

const out = { reason: 'out', time: hour(2), values: null }

describe('more is bought of what is held', () => {
  const levels = ({ slot }: ReturnType<typeof openTrader>): string =>
    `stop ${format(slot.plan?.stop ?? zero<Price>())} target ${format(slot.plan?.target ?? zero<Price>())}`
  const resting = ({ slot }: ReturnType<typeof openTrader>): string[] =>
    slot.protection.map(
      ({ request: { stopPrice, price: limit, quantity: size } }) => `${format(size)} ${format(stopPrice > 0n ? stopPrice : limit)}`,
    )

  test.each<[string, Enter, string, string[]]>([
    [
      'with no level of its own: what was bought first keeps its stop, and so does the rest',
      enter({ reason: 'more' }),
      'stop 90 target 0',
      ['4 90'],
    ],
    ['with a target: the stop stays', enter({ reason: 'more', takeProfit: 120 }), 'stop 90 target 120', ['4 90', '4 120']],
    ['with a stop: that one counts', enter({ reason: 'more', stopLoss: 85 }), 'stop 85 target 0', ['4 85']],
  ])('%s', (_, more, planned, rests) => {
    const trader = openTrader()
    const { hear, buy, sent } = trader
    hear(buy(enter({ reason: 'go', stopLoss: 90 })), 'filled', 1, '2')
    const [stop] = sent()
    hear(stop!, 'accepted', 1)
    hear(buy(more), 'filled', 2, '2')
    hear(stop!, 'cancelled', 2)
    for (const order of sent()) hear(order, 'accepted', 2)
    expect(levels(trader)).toBe(planned)
    expect(resting(trader)).toEqual(rests)
  })

  test('after the first position ended, nothing of its levels is left', () => {
    const trader = openTrader()
    const { hear, buy, sent } = trader
    hear(buy(enter({ reason: 'go', stopLoss: 90 })), 'filled', 1, '2')
    hear(sent()[0]!, 'filled', 2, '2', '90')
    hear(buy(enter({ reason: 'again' })), 'filled', 3, '2')
    expect(trader.slot.plan).toBeNull()
    expect(sent()).toEqual([])
  })
})

describe('an exit while a part is being sold', () => {
  const half = quantity('1')

  test('is not forgotten: all that is left goes as soon as the part has gone', () => {
    const trader = openTrader()
    const { engine, slot, hear, buy, sent } = trader
    hear(buy(enter({ reason: 'go' })), 'filled', 1, '2')
    engine.trader.exits.leave(slot, 'half by hand', half, hour(2))
    const [part] = sent()
    engine.trader.signal(slot, exit({ reason: 'the trend turned' }), hour(1), hour(2), null)
    hear(part!, 'filled', 2, '1')
    const [rest] = sent()
    expect([rest?.reason, rest === undefined ? '' : format(rest.request.quantity)]).toEqual(['the trend turned', '1'])
    hear(rest!, 'filled', 2, '1')
    expect(held(trader)).toBe('0')
  })

  test('comes before what is to protect the rest, where the part waits for the stop to be taken back', () => {
    const trader = openTrader()
    const { engine, slot, hear, buy, sent } = trader
    hear(buy(enter({ reason: 'go', stopLoss: 90 })), 'filled', 1, '2')
    const [stop] = sent()
    hear(stop!, 'accepted', 1)
    engine.trader.exits.leave(slot, 'half by hand', half, hour(2))
    engine.trader.signal(slot, exit({ reason: 'the trend turned' }), hour(1), hour(2), null)
    hear(stop!, 'cancelled', 2)
    expect(sent().map(({ reason, request }) => `${reason}: ${format(request.quantity)}`)).toEqual(['the trend turned: 2'])
  })

  test('of a part does not make less of one of all', () => {
    const trader = openTrader()
    const { engine, slot, hear, buy, sent } = trader
    hear(buy(enter({ reason: 'go' })), 'filled', 1, '2')
    engine.trader.exit(slot, out, ALL)
    engine.trader.exit(slot, { ...out, reason: 'half' }, half)
    hear(sent()[0]!, 'expired', 2)
    expect(slot.leaving).toEqual({ reason: 'out', quantity: 0n })
  })
})

describe('a trailing stop follows what came after the purchase', () => {
  const MINUTE = 60_000
  /** The instant so many minutes after hour 1. */
  const minutes = (count: number): Time => at(hour(1) + count * MINUTE)

  test.each<[string, number, number, string]>([
    ['a bar that had begun before it', 10.5, 10, '95'],
    ['a bar that came late, of before it', 10.5, 7, '95'],
    ['the bar that began with it', 10, 10, '105'],
    ['a bar that began after it', 10.5, 11, '105'],
  ])('%s', (_, boughtAt, barFrom, stop) => {
    const trader = openTrader()
    const { engine, slot, hearAt, buy } = trader
    hearAt(buy(enter({ reason: 'go', at: { limit: 100 }, trailing: 5 })), 'filled', minutes(boughtAt), '2')
    engine.trader.closeBar(slot.market, 110, minutes(barFrom), minutes(Math.max(11, barFrom + 1)))
    expect(format(slot.plan!.stop)).toBe(stop)
  })
})

describe('an exit while the entry is on its way', () => {
  /** The entry is sent, and at the next close the strategy wants to be out. */
  function revoked(wish: Enter = enter({ reason: 'go', stopLoss: 90 })) {
    const trader = openTrader()
    const entry = trader.buy(wish)
    trader.engine.trader.signal(trader.slot, exit({ reason: 'the trend turned' }), hour(1), hour(2), null)
    const cancels = trader.engine.actions.take().map(({ kind }) => kind)
    expect(cancels).toEqual(['cancel'])
    return { ...trader, entry }
  }
  const reasons = (orders: readonly Order[]): string[] => orders.map(({ reason, request }) => `${reason}: ${format(request.quantity)}`)

  test('that fills all the same: what was bought is sold', () => {
    const trader = revoked()
    const { hear, entry, sent } = trader
    hear(entry, 'filled', 2, '2')
    const orders = sent()
    expect(reasons(orders)).toEqual(['the trend turned: 2'])
    hear(orders[0]!, 'filled', 2, '2')
    expect(held(trader)).toBe('0')
    expect(trader.slot.leaving).toBeNull()
  })

  test('of which a part fills before it is taken back: that part is sold', () => {
    const trader = revoked(enter({ reason: 'go', at: { limit: 100 } }))
    const { hear, entry, sent } = trader
    hear(entry, 'partly_filled', 2, '0.5')
    expect(sent()).toEqual([])
    hear(entry, 'cancelled', 2)
    expect(reasons(sent())).toEqual(['the trend turned: 0.5'])
  })

  test('that is taken back, or never arrived: nothing is left of it, and the next entry goes', () => {
    for (const event of ['cancelled', 'not_found', 'expired'] as const) {
      const { hear, entry, slot, buy } = revoked()
      hear(entry, event, 2)
      expect(slot.leaving).toBeNull()
      expect(buy(enter({ reason: 'again' }))).toBeDefined()
    }
  })
})

describe('an entry in the place of one that rests', () => {
  const at99 = enter({ reason: 'go', at: { limit: 99 }, stopLoss: 90 })
  const at101 = enter({ reason: 'again', at: { limit: 101 }, stopLoss: 95 })

  /** One rests at 99, and one at 101 shall take its place. */
  function replacing() {
    const trader = openTrader()
    const old = trader.buy(at99)
    trader.hear(old, 'accepted', 1)
    const wished = { reason: 'again', time: hour(1), values: null }
    trader.engine.trader.enter(trader.slot, at101, trader.engine.trader.rules.size, wished)
    const [action, ...more] = trader.engine.actions.take()
    expect(more).toEqual([])
    expect(action!.kind).toBe('replace')
    return { ...trader, old, by: (action as Extract<Action, { kind: 'replace' }>).by }
  }

  test('is tried only once that was taken back: where that filled meanwhile it is one purchase and not two', () => {
    const trader = replacing()
    const { hear, old, by, sent, slot } = trader
    hear(old, 'filled', 2, '2', '99')
    hear(by, 'rejected', 2, undefined, undefined, REPLACE_MISSED)
    expect(held(trader)).toBe('2')
    expect(sent().map(({ request }) => format(request.stopPrice))).toEqual(['90'])
    expect([slot.entry, slot.leaving]).toEqual([null, null])
  })

  test('that was done: it counts, with its own stop', () => {
    const trader = replacing()
    const { hear, old, by, sent } = trader
    hear(old, 'cancelled', 2)
    hear(by, 'accepted', 2)
    hear(by, 'filled', 3, '2')
    expect(held(trader)).toBe('2')
    expect(sent().map(({ request }) => format(request.stopPrice))).toEqual(['95'])
  })

  test.each(['not_found', 'rejected'] as const)(
    'of which it is told that it was %s: the one that it was to replace is not wanted any more',
    event => {
      const { hear, old, by, engine, slot } = replacing()
      hear(by, event, 2)
      expect(slot.entry).toBeNull()
      expect(engine.actions.take().map(action => [action.kind, action.kind === 'cancel' ? action.order.id : 0])).toEqual([
        ['cancel', old.id],
      ])
    },
  )

  test('and an exit meanwhile: both are taken back', () => {
    const { engine, slot, old, by } = replacing()
    engine.trader.signal(slot, exit({ reason: 'the trend turned' }), hour(1), hour(2), null)
    expect(engine.actions.take().map(action => (action.kind === 'cancel' ? action.order.id : 0))).toEqual([old.id, by.id])
  })
})

test('a bar that comes late, of before the stop was placed, is no jump over the limit of it', () => {
  const trader = openTrader({}, ['MARKET', 'LIMIT', 'LIMIT_MAKER', 'STOP_LOSS_LIMIT'])
  const { engine, slot, hear, buy, sent } = trader
  hear(buy(enter({ reason: 'go', stopLoss: 90 })), 'filled', 2, '2')
  hear(sent()[0]!, 'accepted', 2)
  engine.price('BTCUSDC', 80)
  engine.trader.closeBar(slot.market, 85, hour(1), hour(3))
  expect(engine.actions.take()).toEqual([])
  engine.trader.closeBar(slot.market, 85, hour(3), hour(4))
  expect(engine.actions.take().map(({ kind }) => kind)).toEqual(['cancel'])
  expect(slot.leaving?.reason).toBe('the price jumped over the limit of the stop')
})
