/** A stop that moves: the new one takes the place of the old one in one step, whatever is heard of the two and in whatever order. */
import { describe, expect, test } from 'vitest'
import { format, price } from '#domain/money.ts'
import { type Action, type Order, type OrderEvent, REPLACE_MISSED } from '#domain/order.ts'
import type { Filters } from '#domain/symbol.ts'
import { enter } from '#strategy'
import { ALL } from '#trader/slot.ts'
import { hour } from '../support/desk.ts'
import { held, openTrader } from '../support/unheard.ts'

const orderText = ({ purpose, request: { quantity: size, stopPrice, price: limit } }: Order): string => {
  if (purpose !== 'protection') return `${purpose} of ${format(size)}`
  return `${stopPrice > 0n ? `stop ${format(stopPrice)}` : `target ${format(limit)}`} for ${format(size)}`
}

function actionText(action: Action): string {
  switch (action.kind) {
    case 'pair':
      return `${orderText(action.first)} with ${orderText(action.second)}`
    case 'replace':
      return `${orderText(action.order)} becomes ${orderText(action.by)}`
    case 'cancel':
      return `cancel ${orderText(action.order)}`
    case 'place':
      return orderText(action.order)
  }
}

/** Holds 2 bought at 100, with a stop at 90 that stands and has just been moved to 95. */
function moved(filters: Partial<Filters> = {}) {
  const trader = openTrader(filters)
  const { engine, slot } = trader
  const entry = trader.buy(enter({ reason: 'go', stopLoss: 90 }))
  trader.hear(entry, 'filled', 1, '2')
  const [old] = trader.sent()
  trader.hear(old!, 'accepted', 1)
  let newest = old!
  const acts = (): string[] =>
    engine.actions.take().map(action => {
      if (action.kind === 'replace') newest = action.by
      if (action.kind === 'place') newest = action.order
      return actionText(action)
    })
  engine.trader.setStop(slot, price('95'), hour(2))
  expect(acts()).toEqual(['stop 90 for 2 becomes stop 95 for 2'])
  const by = newest
  const say = (order: Order, event: OrderEvent, size?: string, reason?: string): void => trader.hear(order, event, 2, size, '90', reason)
  return {
    ...trader,
    acts,
    old: (event: OrderEvent, size?: string) => say(old!, event, size),
    by: (event: OrderEvent, size?: string, reason?: string) => say(by, event, size, reason),
    newest: (event: OrderEvent, size?: string, reason?: string) => say(newest, event, size, reason),
    move: (to: string) => engine.trader.setStop(slot, price(to), hour(2)),
    leave: () => engine.trader.exit(slot, { reason: 'out', time: hour(2), values: null }, ALL),
    resting: () => slot.protection.map(orderText),
    trips: () => trader.records.take().rest.trips.map(({ trip, reason }) => `${format(trip.realised)}: ${reason}`),
  }
}
type Moved = ReturnType<typeof moved>

describe('what rests in the end, and what was sent for it', () => {
  test.each<[string, (trader: Moved) => void, string[], string[]]>([
    ['both are done', ({ old, by }) => (old('cancelled'), by('accepted')), [], ['stop 95 for 2']],
    ['both are done, told the other way round', ({ old, by }) => (by('accepted'), old('cancelled')), [], ['stop 95 for 2']],
    ['no answer comes, and both were done', ({ old, by }) => (by('no_answer'), old('cancelled'), by('accepted')), [], ['stop 95 for 2']],
    [
      'it never arrived: the old one stands, and it is tried anew',
      ({ by }) => (by('no_answer'), by('not_found')),
      ['stop 90 for 2 becomes stop 95 for 2'],
      ['stop 90 for 2', 'stop 95 for 2'],
    ],
    [
      'the old one is gone and the new one was proven never to have arrived: a plain one',
      ({ old, by }) => (by('no_answer'), old('cancelled'), by('not_found')),
      ['stop 95 for 2'],
      ['stop 95 for 2'],
    ],
    [
      'somebody else took the old one back: a plain one',
      ({ old, by }) => (old('cancelled'), by('rejected', undefined, REPLACE_MISSED)),
      ['stop 95 for 2'],
      ['stop 95 for 2'],
    ],
    [
      'the old one ends after the new one was not tried: a plain one',
      ({ old, by }) => (by('rejected', undefined, REPLACE_MISSED), old('cancelled')),
      ['stop 95 for 2'],
      ['stop 95 for 2'],
    ],
    [
      'a second move waits, and is made from there',
      ({ old, by, move }) => (move('96'), move('97'), old('cancelled'), by('accepted')),
      ['stop 95 for 2 becomes stop 97 for 2'],
      ['stop 95 for 2', 'stop 97 for 2'],
    ],
    [
      'a second move while only the old one was heard of',
      ({ old, by, move }) => (old('cancelled'), move('96'), by('accepted')),
      ['stop 95 for 2 becomes stop 96 for 2'],
      ['stop 95 for 2', 'stop 96 for 2'],
    ],
    [
      'a second move back to where it was is nothing',
      ({ old, by, move }) => (move('96'), move('95'), old('cancelled'), by('accepted')),
      [],
      ['stop 95 for 2'],
    ],
    [
      'no stop is wanted any more: the new one is taken back once it stands',
      ({ old, by, move }) => (move('0'), old('cancelled'), by('accepted')),
      ['cancel stop 95 for 2'],
      ['stop 95 for 2'],
    ],
    [
      'a target is wanted meanwhile: as before, back first and then both',
      ({ engine, slot, old, by }) => {
        engine.trader.setTarget(slot, price('120'), hour(2))
        old('cancelled')
        by('accepted')
        by('cancelled')
      },
      ['cancel stop 95 for 2', 'stop 95 for 2 with target 120 for 2'],
      ['stop 95 for 2', 'target 120 for 2'],
    ],
    [
      'a part of the old one was sold meanwhile and the new one is too large: a smaller one in its place',
      ({ old, by }) => (old('partly_filled', '0.5'), old('cancelled'), by('accepted')),
      ['stop 95 for 2 becomes stop 95 for 1.5'],
      ['stop 95 for 2', 'stop 95 for 1.5'],
    ],
    [
      'too large, and told the other way round',
      ({ old, by }) => (by('accepted'), old('partly_filled', '0.5'), old('cancelled')),
      ['stop 95 for 2 becomes stop 95 for 1.5'],
      ['stop 95 for 2', 'stop 95 for 1.5'],
    ],
    [
      'too large and therefore refused: one for what is held',
      ({ old, by }) => (old('partly_filled', '0.5'), old('cancelled'), by('rejected', undefined, 'insufficient balance')),
      ['stop 95 for 1.5'],
      ['stop 95 for 1.5'],
    ],
    [
      'a part of the old one was sold, so the new one was not tried: one for what is held',
      ({ old, by }) => (old('partly_filled', '0.5'), old('cancelled'), by('rejected', undefined, REPLACE_MISSED)),
      ['stop 95 for 1.5'],
      ['stop 95 for 1.5'],
    ],
  ])('%s', (_, happens, sent, resting) => {
    const trader = moved()
    happens(trader)
    expect(trader.acts()).toEqual(sent)
    expect(trader.resting()).toEqual(resting)
    expect(trader.slot.leaving).toBeNull()
  })
})

describe('the position ends', () => {
  test.each<[string, (trader: Moved) => void, string[]]>([
    [
      'the old one was reached: a stop-out',
      ({ old, by }) => (old('filled', '2'), by('rejected', undefined, REPLACE_MISSED)),
      ['cancel stop 95 for 2'],
    ],
    ['the same, told the other way round', ({ old, by }) => (by('rejected', undefined, REPLACE_MISSED), old('filled', '2')), []],
    ['the new one is reached at once', ({ old, by }) => (old('cancelled'), by('accepted'), by('filled', '2')), []],
  ])('%s', (_, happens, sent) => {
    const trader = moved()
    happens(trader)
    expect(trader.acts()).toEqual(sent)
    expect(held(trader)).toBe('0')
    expect(trader.resting()).toEqual([])
    expect(trader.trips()).toEqual(['-20: stop loss'])
    expect(trader.slot.stoppedAt).toBe(hour(2))
  })

  test('cancelled, and the new one is refused: it goes at the market', () => {
    const trader = moved()
    trader.old('cancelled')
    trader.by('rejected', undefined, 'the order would trigger immediately')
    expect(trader.acts()).toEqual(['exit of 2'])
    expect(trader.slot.leaving?.reason).toBe('the protection could not be placed: the order would trigger immediately')
  })

  test('an exit takes both back, and is sent once neither rests', () => {
    const trader = moved()
    trader.leave()
    expect(trader.acts()).toEqual(['cancel stop 90 for 2', 'cancel stop 95 for 2'])
    trader.old('cancelled')
    trader.by('accepted')
    expect(trader.acts()).toEqual([])
    trader.by('cancelled')
    expect(trader.acts()).toEqual(['exit of 2'])
  })

  test('an exit finds that the old one was reached', () => {
    const trader = moved()
    trader.leave()
    trader.by('rejected', undefined, REPLACE_MISSED)
    trader.old('filled', '2')
    expect(trader.acts()).toEqual(['cancel stop 90 for 2', 'cancel stop 95 for 2'])
    expect(held(trader)).toBe('0')
  })
})

test('more is bought while a replacement is under way: the next stop is for all of it, as that entry wants it', () => {
  const trader = moved()
  const { engine, slot, acts, resting } = trader
  engine.trader.enter(slot, enter({ reason: 'more', stopLoss: 90 }), engine.trader.rules.size, {
    reason: 'more',
    time: hour(2),
    values: null,
  })
  const entry = slot.entry!
  trader.hear(entry, 'filled', 2, '2')
  expect(acts()).toEqual(['entry of 2'])
  trader.old('cancelled')
  trader.by('accepted')
  expect(acts()).toEqual(['stop 95 for 2 becomes stop 90 for 4'])
  expect(resting()).toEqual(['stop 95 for 2', 'stop 90 for 4'])
})

test('a stop and the one that takes its place are one of the few that a symbol takes', () => {
  const { engine, slot } = moved({ maxStopOrders: 2 })
  const wished = { reason: 'more', time: hour(2), values: null }
  expect(engine.trader.enter(slot, enter({ reason: 'more', stopLoss: 90 }), engine.trader.rules.size, wished)).toBeNull()
})
