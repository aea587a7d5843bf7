/** Protection of a position whose symbol does not trade just then, through the real adapter: it waits, and goes as soon as it may. */
import { describe, expect, test } from 'vitest'
import { DrivenClock } from '../../support/binance/driven.ts'
import { type Bed, type BedSetup, openBed } from '../../support/binance/account.ts'

const PLACE = { path: 'order.place' }
const STOP = '1 SELL STOP_LOSS 1 stop 90'
/** It waits for seconds of Binance's. */
const FAST = { speed: 20 }

const status = (bed: Bed, to: 'HALT' | 'BREAK' | 'CANCEL_ONLY' | 'TRADING'): void =>
  void bed.simulator.admin('symbols', { symbol: 'BTCUSDC', status: to })
const resting = (bed: Bed): string[] => [...bed.simulator.world.venue.open].map(({ clientOrderId }) => clientOrderId)

/** Where nothing trades, and nobody has heard of it. */
async function openHalted(to: 'HALT' | 'BREAK' | 'CANCEL_ONLY' = 'HALT', setup: BedSetup = {}): Promise<Bed> {
  const bed = await openBed({ ...FAST, ...setup })
  status(bed, to)
  return bed
}

const TOLD =
  'BTCUSDC does not trade on Binance at present: its position has no protection there until it does. It is tried again and again; nothing is sold meanwhile.'

describe('what protects a position waits until its symbol trades again', () => {
  test.each(['HALT', 'BREAK', 'CANCEL_ONLY'] as const)('a stop, %s: told once, and it rests once it may', async to => {
    const bed = await openHalted(to)
    bed.place(STOP)
    await bed.untilAsked('order.place', 4)
    expect(bed.state(1)).toBe('sending')
    expect(bed.troubles).toEqual([TOLD])
    status(bed, 'TRADING')
    await bed.becomes(1, 'open')
    expect(bed.troubles).toEqual([TOLD])
    expect(resting(bed)).toEqual(['rt-t1-1'])
  })

  test('a pair, and whatever else protects: both rest, and it was told once for all', async () => {
    const bed = await openHalted()
    bed.place('1 SELL STOP_LOSS 1 stop 90 | 2 SELL LIMIT_MAKER 1 at 110', '3 SELL STOP_LOSS 1 stop 80')
    await bed.untilAsked('orderList.place.oco', 3)
    status(bed, 'TRADING')
    for (const id of [1, 2, 3]) await bed.becomes(id, 'open')
    expect(bed.troubles).toEqual([TOLD])
  })

  test('once it was put up, entries go too; a halt after that is told anew', async () => {
    const bed = await openHalted()
    bed.place(STOP)
    await bed.trouble('does not trade')
    while (bed.binance.market.known('BTCUSDC')?.trading !== false) await new Promise(resolve => setImmediate(resolve))
    status(bed, 'TRADING')
    await bed.becomes(1, 'open')
    while (bed.binance.market.known('BTCUSDC')?.trading !== true) await new Promise(resolve => setImmediate(resolve))
    bed.place('2 BUY LIMIT 1 at 95')
    await bed.becomes(2, 'open')
    status(bed, 'HALT')
    bed.place('3 SELL STOP_LOSS 1 stop 80')
    await bed.untilAsked('order.place', bed.asked('order.place') + 2)
    expect(bed.troubles).toEqual([TOLD, TOLD])
  })

  test('by the time it may go the price is at its stop: it is refused for that, and the position can be sold', async () => {
    const bed = await openHalted()
    bed.place('1 SELL STOP_LOSS 1 stop 100')
    await bed.trouble('does not trade')
    status(bed, 'TRADING')
    await bed.becomes(1, 'rejected')
    expect(bed.orders.get(1)!.ending).toContain('would trigger immediately')
    bed.place('2 SELL MARKET 1')
    await bed.becomes(2, 'filled 1 of 1 for 100')
  })

  test('taken back while it waits, it never goes', async () => {
    const bed = await openHalted()
    bed.place(STOP)
    await bed.trouble('does not trade')
    bed.cancel(1)
    await bed.becomes(1, 'cancelled')
    status(bed, 'TRADING')
    bed.place('2 SELL STOP_LOSS 1 stop 80')
    await bed.becomes(2, 'open')
    expect(resting(bed)).toEqual(['rt-t1-2'])
  })

  test('refused in other words while it is known that nothing trades: so too', async () => {
    const bed = await openHalted()
    await bed.binance.market.renew()
    status(bed, 'TRADING')
    bed.fault({ kind: 'refuse', status: 400, code: -2010, text: 'Only cancels are taken.' }, PLACE)
    status(bed, 'HALT')
    bed.place(STOP)
    await bed.trouble('does not trade')
    status(bed, 'TRADING')
    await bed.becomes(1, 'open')
    expect(bed.troubles).toEqual([TOLD])
  })

  test('refused for something else by a symbol that trades again, unheard: it is refused', async () => {
    const bed = await openHalted()
    await bed.binance.market.renew()
    status(bed, 'TRADING')
    bed.place('1 SELL STOP_LOSS 1 stop 105')
    await bed.becomes(1, 'rejected')
    expect(bed.orders.get(1)!.ending).toContain('would trigger immediately')
    expect(bed.asked('order.place')).toBe(1)
  })
})

describe('a stop in the place of another', () => {
  const REPLACE = { path: 'order.cancelReplace' }
  const NEW = '2 SELL STOP_LOSS 1 stop 95'
  /** Where a stop rests at 90. */
  async function openStop(): Promise<Bed> {
    const bed = await openBed(FAST)
    bed.place(STOP)
    await bed.becomes(1, 'open')
    return bed
  }

  test('refused as a whole: the old one stands until it can be done, and nobody is alarmed', async () => {
    const bed = await openStop()
    bed.fault({ kind: 'refuse', status: 400, code: -1013, text: 'Market is closed.' }, { ...REPLACE, count: 3 })
    bed.replace(1, NEW)
    await bed.untilAsked('order.cancelReplace', 3)
    expect(resting(bed)).toEqual(['rt-t1-1'])
    await bed.becomes(2, 'open')
    await bed.becomes(1, 'cancelled')
    expect(bed.asked('order.cancel')).toBe(0)
    expect(bed.troubles).toEqual([])
  })

  test('cancelled, and the new one is refused: that one waits and goes by itself', async () => {
    const bed = await openStop()
    // between the two halves
    const { open } = bed.simulator.world.venue
    const remove = open.delete.bind(open)
    open.delete = order => {
      status(bed, 'HALT')
      return remove(order)
    }
    bed.replace(1, NEW)
    await bed.trouble('does not trade')
    expect(bed.state(2)).toBe('sending')
    status(bed, 'TRADING')
    await bed.becomes(2, 'open')
    expect(bed.state(1)).toBe('cancelled')
    expect(resting(bed)).toEqual(['rt-t1-2'])
  })
})

describe('protection that Binance takes back by itself, as in maintenance', () => {
  const TAKEN_OFF = 'the exchange took it back by itself'
  const maintain = (bed: Bed, to: 'TRADING' | 'BREAK' = 'TRADING'): void =>
    void bed.simulator.admin('symbols', { symbol: 'BTCUSDC', status: to, expire: true })
  const ending = (bed: Bed, id: number): string => bed.orders.get(id)!.ending

  test.each<[string, BedSetup]>([
    ['told by an event', {}],
    ['found by asking', { sockets: false }],
  ])('is told so, %s', async (_, setup) => {
    const bed = await openBed({ ...FAST, ...setup })
    bed.place(STOP)
    await bed.becomes(1, 'open')
    maintain(bed)
    await bed.becomes(1, 'expired')
    expect(ending(bed, 1)).toBe(TAKEN_OFF)
  })

  test('both orders of a pair are', async () => {
    const bed = await openBed(FAST)
    bed.place('1 SELL STOP_LOSS 1 stop 90 | 2 SELL LIMIT_MAKER 1 at 110')
    await bed.becomes(2, 'open')
    maintain(bed)
    for (const id of [1, 2]) await bed.becomes(id, 'expired')
    expect([ending(bed, 1), ending(bed, 2)]).toEqual([TAKEN_OFF, TAKEN_OFF])
  })

  test('so it is over a restart', async () => {
    const bed = await openBed(FAST)
    bed.place(STOP)
    await bed.becomes(1, 'open')
    await bed.binance.stop()
    maintain(bed)
    await bed.restart()
    await bed.becomes(1, 'expired')
    expect(ending(bed, 1)).toBe(TAKEN_OFF)
  })

  test('a stop that was reached and could not be sold is not', async () => {
    const bed = await openBed({ ...FAST, bars: ['100 101 99 100', '100 100 80 85', '85 86 84 85'] })
    bed.simulator.admin('rules', { symbol: 'BTCUSDC', referencePrice: '100', priceRange: { askLimitMultDown: '0.95' } })
    bed.place(STOP)
    await bed.becomes(1, 'open')
    bed.simulator.step(4)
    await bed.becomes(1, 'expired')
    expect(ending(bed, 1)).toBe('the price was outside of the range in which Binance executes')
  })

  test('what is put up and taken back at once again and again waits between, and exits do not', async () => {
    const bed = await openBed({ clock: new DrivenClock(Date.now()) })
    const clock = bed.clock as DrivenClock
    for (const id of [1, 2]) {
      bed.place(`${id} SELL STOP_LOSS 1 stop 90`)
      await bed.becomes(id, 'open')
      maintain(bed)
      await bed.becomes(id, 'expired')
      bed.place(`${id + 10} SELL MARKET 1`)
      await bed.becomes(id + 10, 'filled 1 of 1 for 100')
      const asked = bed.asked('order.place')
      bed.place(`${id + 20} SELL STOP_LOSS 1 stop 90`)
      while (!clock.waitedFor(5_000)) await new Promise(resolve => setImmediate(resolve))
      expect(bed.asked('order.place')).toBe(asked)
      clock.advance(5_000)
      await bed.becomes(id + 20, 'open')
    }
  })
})

test('what closes a position is refused, as ever: whoever wants it out asks again', async () => {
  const bed = await openHalted()
  bed.place('1 SELL MARKET 1')
  await bed.becomes(1, 'rejected')
  expect(bed.orders.get(1)!.ending).toContain('Market is closed.')
  expect(bed.troubles).toEqual([])
})
