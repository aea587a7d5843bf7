/** Orders that are made ready while their record is being written: nothing of them leaves before that, and then each once. */
import { describe, expect, test } from 'vitest'
import { format, price, type Quantity } from '#domain/money.ts'
import { openBed } from '../../support/binance/account.ts'

/** For tests that wait for long times of Binance's. */
const FAST = { speed: 20 }

describe('an order that is made ready while its record is being written', () => {
  const pair = '2 SELL STOP_LOSS 1 stop 90 | 3 SELL LIMIT_MAKER 1 at 120'

  test.each(['hmac', 'ed25519'] as const)('leaves when it is acted on, once, and nothing of it before, by an %s key', async key => {
    const bed = await openBed({ key })
    const go = bed.ready('1 BUY MARKET 2', pair)
    await bed.clock.wait(100)
    expect(bed.asked('order.place') + bed.asked('orderList.place.oco')).toBe(0)
    go()
    await bed.becomes(1, 'filled 2 of 2 for 200')
    await bed.becomes(3, 'open')
    expect([bed.asked('order.place'), bed.asked('orderList.place.oco')]).toEqual([1, 1])
    expect(bed.told).toEqual(bed.made)
  })

  test.each([true, false])(
    'several leave in the order in which they were decided, whatever each comes with (over a socket: %s)',
    async sockets => {
      const bed = await openBed({ sockets })
      const go = bed.ready('1 BUY MARKET 1 guard 90', '2 SELL MARKET 2', '3 BUY MARKET 3', '4 SELL MARKET 4')
      await bed.clock.wait(100)
      go()
      await bed.allEnd()
      expect(bed.simulator.world.venue.trades.map(({ quantity }) => format(quantity as Quantity))).toEqual(['1', '2', '3', '4'])
    },
  )

  test('without a socket it goes by REST, and not before either', async () => {
    const bed = await openBed({ sockets: false })
    const go = bed.ready('1 BUY MARKET 2')
    await bed.clock.wait(100)
    expect(bed.asked('/api/v3/order')).toBe(0)
    go()
    await bed.becomes(1, 'filled 2 of 2 for 200')
  })

  test('a record that took long: it is signed anew, and is not too old for Binance', async () => {
    const bed = await openBed(FAST)
    const go = bed.ready('1 BUY MARKET 2')
    await bed.clock.wait(8_000)
    go()
    await bed.becomes(1, 'filled 2 of 2 for 200')
    expect(bed.asked('order.place')).toBe(1)
  })

  test.each([[['3 BUY MARKET 2']], [['2 SELL STOP_LOSS 1 stop 90', 'cancel 1']]])(
    'a process that stood still while its record was written sends nothing of %j: by now another may have the account',
    async texts => {
      const bed = await openBed(FAST)
      bed.place('1 BUY LIMIT 1 at 95')
      await bed.becomes(1, 'open')
      const go = bed.ready(...texts)
      await bed.clock.wait(10_100)
      expect(go).toThrow('took 10 s to be written')
      await bed.clock.wait(1_000)
      expect(bed.asked('order.place')).toBe(1)
      expect(bed.asked('order.cancel')).toBe(0)
    },
  )

  test.each([true, false])('a connection that ended meanwhile: it goes another way, once (another is there by then: %s)', async another => {
    const bed = await openBed()
    const go = bed.ready('1 BUY MARKET 2')
    bed.simulator.admin('sockets', { act: 'drop', kind: 'api' })
    await bed.trouble('No user data of Binance')
    if (another) await bed.connected()
    go()
    await bed.becomes(1, 'filled 2 of 2 for 200')
    expect(bed.asked('order.place') + bed.asked('/api/v3/order')).toBe(1)
    expect(bed.told).toEqual(bed.made)
  })

  test.each([true, false])('an entry whose stop the price passes meanwhile is not sent (over a socket: %s)', async sockets => {
    const bed = await openBed({ sockets })
    bed.lastPrice = price('100')
    const go = bed.ready('1 BUY MARKET 1 guard 90')
    bed.lastPrice = price('89.5')
    go()
    await bed.becomes(1, 'rejected')
    expect(bed.orders.get(1)!.ending).toBe('the price 89.5 is already at or under the stop 90')
    expect(bed.asked('order.place') + bed.asked('/api/v3/order')).toBe(0)
  })

  test('what protects is not told to wait where the service stops', async () => {
    const bed = await openBed()
    bed.ready('1 SELL STOP_LOSS 1 stop 90')
    await bed.binance.stop()
    await bed.clock.wait(100)
    expect(bed.troubles).toEqual([])
    expect(bed.asked('order.place')).toBe(0)
  })

  test('a record that is never written: it never leaves, and takes no room in the budget', async () => {
    const bed = await openBed()
    const { budget } = bed.binance.rest
    const before = budget.used
    const go = bed.ready('1 BUY MARKET 2')
    expect(budget.used).toBeGreaterThan(before)
    await bed.binance.stop()
    go()
    await bed.becomes(1, 'rejected')
    expect(bed.asked('order.place')).toBe(0)
  })
})
