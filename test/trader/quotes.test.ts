/** What quotes between closes say: that a stop-limit was jumped over, and which price is the newest. */
import { describe, expect, test } from 'vitest'
import { format, type Price } from '#domain/money.ts'
import type { OrderType } from '#domain/order.ts'
import { at, type Time } from '#domain/time.ts'
import { enter } from '#strategy'
import { flatBar, HOUR, hour } from '../support/desk.ts'
import { openTrader } from '../support/unheard.ts'

const LIMITED: readonly OrderType[] = ['MARKET', 'LIMIT', 'LIMIT_MAKER', 'STOP_LOSS_LIMIT']
const JUMPED = 'the price jumped over the limit of the stop'

type Trader = ReturnType<typeof openTrader>

const quote = ({ engine }: Trader, ask: number, time: Time, bid = ask - 0.1): void =>
  engine.quote({ symbol: 'BTCUSDC', bid, bidQuantity: 1, ask, askQuantity: 1, time }, time)

describe('a stop-limit that a gap jumps over', () => {
  /** Holds 2 with a stop at 90 that becomes a limit order at 88.2. */
  function stopped(types: readonly OrderType[] = LIMITED): Trader {
    const trader = openTrader({}, types)
    const { hear, buy, sent } = trader
    hear(buy(enter({ reason: 'go', stopLoss: 90 })), 'filled', 2, '2')
    hear(sent()[0]!, 'accepted', 2)
    return trader
  }
  /** Milliseconds into the fourth hour. */
  const later = (milliseconds: number): Time => at(hour(3) + milliseconds)
  const actions = ({ engine }: Trader): string[] => engine.actions.take().map(({ kind }) => kind)

  test('is left as soon as quotes have said so for a second', () => {
    const trader = stopped()
    quote(trader, 85, later(0))
    quote(trader, 84, later(999))
    expect(actions(trader)).toEqual([])
    quote(trader, 85, later(1_000))
    expect(actions(trader)).toEqual(['cancel'])
    expect(trader.slot.leaving?.reason).toBe(JUMPED)
    const [stop] = trader.slot.protection
    trader.hear(stop!, 'cancelled', 3)
    expect(trader.sent().map(({ request }) => request.type)).toEqual(['MARKET'])
  })

  test.each<[string, number]>([
    ['is none where one in between does not say so', 89],
    ['is none where sellers ask for just its limit: it is next', 88.2],
  ])('%s', (_, between) => {
    const trader = stopped()
    quote(trader, 85, later(0))
    quote(trader, between, later(600))
    quote(trader, 85, later(1_200))
    expect(actions(trader)).toEqual([])
    quote(trader, 85, later(2_200))
    expect(actions(trader)).toEqual(['cancel'])
  })

  test('is none where only buyers are far away', () => {
    const trader = stopped()
    for (const second of [0, 1, 2, 3]) quote(trader, 95, later(second * 1_000), 60)
    expect(actions(trader)).toEqual([])
  })

  test('a thousand single bad ticks sell nothing', () => {
    const trader = stopped()
    for (let tick = 0; tick < 1_000; tick++) {
      quote(trader, 20, later(tick * 2_000))
      quote(trader, 100, later(tick * 2_000 + 1_500))
    }
    expect(actions(trader)).toEqual([])
    expect(trader.slot.leaving).toBeNull()
  })

  test('what quotes said of an earlier stop says nothing of the one in its place', () => {
    const trader = stopped()
    quote(trader, 85, later(0))
    trader.engine.trader.setStop(trader.slot, 89_00000000n as Price, later(10_000))
    const [by] = trader.sent()
    const [old] = trader.slot.protection
    trader.hearAt(old!, 'cancelled', later(10_100))
    trader.hearAt(by!, 'accepted', later(10_100))
    quote(trader, 85, later(11_000))
    expect(actions(trader)).toEqual([])
    quote(trader, 85, later(12_000))
    expect(actions(trader)).toEqual(['cancel'])
  })

  test('one that the exchange has not taken yet was jumped over by nothing', () => {
    const trader = openTrader({}, LIMITED)
    trader.hear(trader.buy(enter({ reason: 'go', stopLoss: 90 })), 'filled', 2, '2')
    trader.engine.actions.take()
    for (const second of [0, 1, 2]) quote(trader, 85, later(second * 1_000))
    expect(actions(trader)).toEqual([])
  })

  test('a market stop is not looked at: it cannot be jumped over', () => {
    const trader = stopped(['MARKET', 'LIMIT', 'STOP_LOSS'])
    for (const second of [0, 1, 2]) quote(trader, 85, later(second * 1_000))
    expect(actions(trader)).toEqual([])
  })
})

describe('the last price', () => {
  const last = ({ slot }: Trader): string => format(slot.market.last)

  test('is the middle of a quote, and at a close that of its bar', () => {
    const trader = openTrader()
    quote(trader, 101, at(hour(1) + 60_000), 99)
    expect(last(trader)).toBe('100')
    trader.engine.candles(hour(2), [flatBar(1, 102)], [])
    expect(last(trader)).toBe('102')
  })

  test('is not that of a bar that comes late, where a newer quote is known', () => {
    const trader = openTrader()
    quote(trader, 121, at(hour(2) + 60_000), 119)
    trader.engine.candles(hour(2), [flatBar(1, 102)], [], true)
    expect(last(trader)).toBe('120')
  })

  test('nor where a newer bar is known', () => {
    const trader = openTrader()
    trader.engine.candles(hour(3), [flatBar(2, 110)], [])
    trader.engine.candles(hour(3), [flatBar(1, 102)], [], true)
    expect(last(trader)).toBe('110')
  })

  test('nor where it closed before a restart knew of a newer one', () => {
    const trader = openTrader()
    trader.engine.warm(hour(3), [flatBar(2, 110)], [])
    trader.engine.candles(hour(3), [flatBar(1, 102)], [], true)
    expect(last(trader)).toBe('110')
  })

  test('is that of a bar that comes late, where only older ones are known', () => {
    const trader = openTrader()
    quote(trader, 91, at(hour(2) - HOUR / 2), 89)
    trader.engine.candles(hour(3), [flatBar(1, 102)], [], true)
    expect(last(trader)).toBe('102')
  })
})
