/** A stop in the place of another through the real adapter, on a Binance on this machine: done, half done, not done, not known. */
import { describe, expect, test } from 'vitest'
import { halvesOf } from '#adapters/binance/faults.ts'
import { price } from '#domain/money.ts'
import { REPLACE_MISSED } from '#domain/order.ts'
import { type Bed, type BedSetup, BTCUSDC, openBed } from '../../support/binance/account.ts'

const REPLACE = { path: 'order.cancelReplace' }
const OLD = '1 SELL STOP_LOSS 2 stop 90'
const NEW = '2 SELL STOP_LOSS 2 stop 95'
const FALLING = ['100 101 99 100', '100 101 89 92', '92 93 91 92', '92 93 91 92']
/** For tests that wait for long times of Binance's. */
const FAST = { speed: 20 }

/** Where a stop for 2 at 90 stands. */
async function openStop(setup: BedSetup = {}, text = OLD): Promise<Bed> {
  const bed = await openBed({ have: '10000 USDC 2 BTC', ...setup })
  bed.place(text)
  await bed.becomes(1, 'open')
  return bed
}

const ending = (bed: Bed, id: number): string => bed.orders.get(id)!.ending
/** What rests there, by our numbers. */
const resting = (bed: Bed): string[] => [...bed.simulator.world.venue.open].map(({ clientOrderId }) => clientOrderId)

describe('done', () => {
  test.each([
    ['over the socket, by an hmac key', { key: 'hmac' }, 'order.cancelReplace'],
    ['over the socket, by an ed25519 key', { key: 'ed25519' }, 'order.cancelReplace'],
    ['without a socket by REST', { sockets: false }, '/api/v3/order/cancelReplace'],
  ] as const)('%s: one request, all of what is held stays covered', async (_, setup, path) => {
    const bed = await openStop(setup)
    bed.replace(1, NEW)
    await bed.becomes(2, 'open')
    await bed.becomes(1, 'cancelled')
    expect(bed.asked(path)).toBe(1)
    expect(bed.asked('order.cancel')).toBe(0)
    expect(resting(bed)).toEqual(['rt-t1-2'])
    expect(bed.binance.exchange.busy).toBe(false)
  })

  test('of one that has traded in part', async () => {
    const bars = Array.from({ length: 8 }, () => '100 101 99 100 5')
    const bed = await openStop({ bars, simulator: { volumeShare: 0.1 } }, '1 SELL LIMIT 2 at 100.5')
    bed.simulator.stepCandles(2)
    await bed.becomes(1, 'partly_filled 1 of 2 for 100.5')
    bed.replace(1, '2 SELL STOP_LOSS 1 stop 95')
    await bed.becomes(2, 'open')
    await bed.becomes(1, 'cancelled 1 of 2 for 100.5')
    expect(bed.told).toEqual(bed.made)
  })
})

describe('half done, or not done', () => {
  test.each([
    ['events come', false],
    ['events are lost', true],
  ])('the old one was reached before: the new one is not tried (%s)', async (_, lost) => {
    const bed = await openStop({ bars: FALLING })
    if (lost) bed.fault({ kind: 'event_lost' }, { count: 1000 })
    bed.simulator.stepCandles(2)
    bed.replace(1, NEW)
    await bed.becomes(1, 'filled 2 of 2 for 180')
    await bed.becomes(2, 'rejected')
    expect(ending(bed, 2)).toBe(REPLACE_MISSED)
    expect(resting(bed)).toEqual([])
    expect(bed.told).toEqual(bed.made)
  })

  test('cancelled, and the new one is refused: nothing rests, and why is told', async () => {
    const bed = await openStop()
    bed.replace(1, '2 SELL STOP_LOSS 2 stop 105')
    await bed.becomes(2, 'rejected')
    expect(bed.state(1)).toBe('cancelled')
    expect(ending(bed, 2)).toContain('would trigger immediately')
    expect(resting(bed)).toEqual([])
  })

  test('a part of the old one was sold without our knowing: it is taken back, and the new one is not tried', async () => {
    const bars = Array.from({ length: 8 }, () => '100 101 99 100 5')
    const bed = await openStop({ bars, simulator: { volumeShare: 0.1 } }, '1 SELL LIMIT 2 at 100.5')
    bed.fault({ kind: 'event_lost' }, { count: 1000 })
    bed.simulator.stepCandles(2)
    bed.replace(1, NEW)
    await bed.becomes(1, 'cancelled 1 of 2 for 100.5')
    await bed.becomes(2, 'rejected')
    expect(ending(bed, 2)).toBe(REPLACE_MISSED)
    expect(resting(bed)).toEqual([])
    expect(bed.told).toEqual(bed.made)
  })

  test.each([
    ['the symbol does not have it', 'Order cancel-replace is not supported for this symbol.'],
    ['there is no room for a stop more', 'Filter failure: MAX_NUM_ALGO_ORDERS'],
  ])('refused as a whole, since %s: the old one is taken back by itself', async (_, text) => {
    const bed = await openStop()
    bed.fault({ kind: 'refuse', status: 400, code: -1013, text }, REPLACE)
    bed.replace(1, NEW)
    await bed.becomes(1, 'cancelled')
    await bed.becomes(2, 'rejected')
    expect(ending(bed, 2)).toBe(REPLACE_MISSED)
    expect(bed.updates.map(({ orderId, event }) => `${orderId} ${event}`)).toEqual(['1 accepted', '1 cancelled', '2 rejected'])
  })

  test('asked too much: the old one rests until it goes', async () => {
    const bed = await openStop(FAST)
    bed.fault({ kind: 'refuse', status: 429, code: -1003, text: 'Too much request weight used', retryAfter: 5 }, REPLACE)
    bed.replace(1, NEW)
    await bed.trouble('An order that protects or closes a position waits')
    expect(resting(bed)).toEqual(['rt-t1-1'])
    await bed.becomes(2, 'open')
    expect(bed.state(1)).toBe('cancelled')
  })

  test('taken back while it waits: it never goes', async () => {
    const bed = await openStop()
    bed.fault({ kind: 'refuse', status: 403, code: 0, text: '' }, { ...REPLACE, count: 3 })
    bed.replace(1, NEW)
    await bed.trouble('waits')
    bed.cancel(1)
    bed.cancel(2)
    await bed.allEnd()
    expect([bed.state(1), bed.state(2)]).toEqual(['cancelled', 'cancelled'])
    expect(resting(bed)).toEqual([])
  })

  test('an order that ended meanwhile is not replaced', async () => {
    const bed = await openStop()
    bed.cancel(1)
    await bed.becomes(1, 'cancelled')
    bed.replace(1, NEW)
    await bed.becomes(2, 'rejected')
    expect(ending(bed, 2)).toBe(REPLACE_MISSED)
    expect(bed.asked('order.cancelReplace')).toBe(0)
  })
})

describe('an entry in the place of one that rests', () => {
  const [RESTS, AFTER] = ['1 BUY LIMIT 2 at 95', '2 BUY LIMIT 2 at 96']
  /** Where an entry rests at 95. */
  const openEntry = (setup: BedSetup = {}): Promise<Bed> => openStop({ have: '1000 USDC', ...setup }, RESTS)

  test('in one request', async () => {
    const bed = await openEntry()
    bed.replace(1, AFTER)
    await bed.becomes(2, 'open')
    await bed.becomes(1, 'cancelled')
    expect([bed.asked('order.cancelReplace'), bed.asked('order.cancel')]).toEqual([1, 0])
  })

  test('that has filled, unheard: it is one purchase and not two', async () => {
    const bed = await openEntry({ bars: FALLING })
    bed.fault({ kind: 'event_lost' }, { count: 1000 })
    bed.simulator.stepCandles(2)
    bed.replace(1, AFTER)
    await bed.becomes(1, 'filled 2 of 2 for 190')
    await bed.becomes(2, 'rejected')
    expect(ending(bed, 2)).toBe(REPLACE_MISSED)
    expect(bed.told).toEqual(bed.made)
  })

  test('refused as a whole: the old one is taken back by itself, and the new one goes after it', async () => {
    const bed = await openEntry()
    bed.fault({ kind: 'refuse', status: 400, code: -1013, text: 'Order cancel-replace is not supported for this symbol.' }, REPLACE)
    bed.replace(1, AFTER)
    await bed.becomes(2, 'open')
    expect(bed.state(1)).toBe('cancelled')
    expect(bed.asked('order.place')).toBe(2)
  })

  test('where no more may be asked now: the old one is taken back and the new one is refused, since its price is of now', async () => {
    const bed = await openEntry(FAST)
    bed.fault({ kind: 'refuse', status: 429, code: -1003, text: 'Too much request weight used', retryAfter: 5 }, REPLACE)
    bed.replace(1, AFTER)
    await bed.becomes(2, 'rejected')
    expect(bed.state(1)).toBe('cancelled')
    expect(ending(bed, 2)).toContain('asked too much')
  })

  test('whose stop the price has passed: the old one is taken back, and why is told', async () => {
    const bed = await openEntry()
    bed.lastPrice = price('90')
    bed.replace(1, `${AFTER} guard 92`)
    await bed.becomes(2, 'rejected')
    expect(bed.state(1)).toBe('cancelled')
    expect(ending(bed, 2)).toBe('the price 90 is already at or under the stop 92')
    expect(bed.asked('order.cancelReplace')).toBe(0)
  })
})

test('where a symbol does not have it, the old one is taken back at once and nothing is tried before', async () => {
  const bed = await openStop({ simulator: { symbols: [{ ...BTCUSDC, cancelReplaceAllowed: false }] } })
  bed.replace(1, NEW)
  await bed.becomes(1, 'cancelled')
  await bed.becomes(2, 'rejected')
  expect(ending(bed, 2)).toBe(REPLACE_MISSED)
  expect(bed.asked('order.cancelReplace')).toBe(0)
})

describe('an unknown outcome: both are looked up, nothing is sent again', () => {
  test.each([
    ['the answer is lost', { kind: 'reply_lost' }],
    ['nothing is answered', { kind: 'silence', executed: true }],
    ['-1007', { kind: 'timeout', executed: true }],
    ['a 503', { kind: 'server_error', executed: true }],
  ])('%s, and it was carried out', async (_, fault) => {
    const bed = await openStop()
    bed.fault(fault, REPLACE)
    bed.fault({ kind: 'event_lost' }, { count: 1000 })
    bed.replace(1, NEW)
    await bed.becomes(2, 'open')
    await bed.becomes(1, 'cancelled')
    expect(bed.asked('order.cancelReplace')).toBe(1)
    expect(resting(bed)).toEqual(['rt-t1-2'])
  })

  test.each([
    ['the request is lost', { kind: 'request_lost' }],
    ['-1007', { kind: 'timeout', executed: false }],
  ])('%s, and it was not: the old one stands, the new one is absent, not before 15 s', async (_, fault) => {
    const bed = await openStop(FAST)
    bed.fault(fault, REPLACE)
    const sentAt = bed.clock.now()
    bed.replace(1, NEW)
    await bed.becomes(2, 'absent')
    expect(bed.clock.now() - sentAt).toBeGreaterThanOrEqual(15_000)
    expect(bed.state(1)).toBe('open')
    expect(bed.asked('order.cancelReplace')).toBe(1)
    expect(resting(bed)).toEqual(['rt-t1-1'])
  })

  test('the answer is lost, and the old one had been reached before', async () => {
    const bed = await openStop({ ...FAST, bars: FALLING })
    bed.fault({ kind: 'event_lost' }, { count: 1000 })
    bed.simulator.stepCandles(2)
    bed.fault({ kind: 'reply_lost' }, REPLACE)
    bed.replace(1, NEW)
    await bed.becomes(1, 'filled 2 of 2 for 180')
    await bed.becomes(2, 'absent')
    expect(bed.told).toEqual(bed.made)
  })
})

test.each([
  ['nothing', undefined, null],
  ['when to come again', { retryAfter: 1 }, null],
  [
    'a cancel that failed',
    {
      cancelResult: 'FAILURE',
      newOrderResult: 'NOT_ATTEMPTED',
      cancelResponse: { code: -2011, msg: 'Unknown order sent.' },
      newOrderResponse: null,
    },
    { cancelled: null, refused: null },
  ],
  [
    'an order that failed, its words without what nobody may see',
    {
      cancelResult: 'SUCCESS',
      newOrderResult: 'FAILURE',
      cancelResponse: { orderId: 7 },
      newOrderResponse: { code: -2010, msg: 'no secret' },
    },
    { cancelled: { orderId: 7 }, refused: { code: -2010, text: 'no [redacted]' } },
  ],
])('an error carries %s', (_, data, halves) => {
  expect(halvesOf(data, text => text.replace('secret', '[redacted]'))).toEqual(halves)
})

describe('recovery', () => {
  test('it was carried out and never told: both are found, nothing is sent again', async () => {
    const bed = await openStop()
    bed.fault({ kind: 'latency', milliseconds: 60_000, after: true }, REPLACE)
    bed.fault({ kind: 'event_lost' }, { count: 1000 })
    bed.replace(1, NEW)
    await bed.untilAsked('order.cancelReplace', 1)
    const replace = { kind: 'replace', order: bed.orders.get(1)!, by: bed.orders.get(2)! } as const
    await bed.restart([replace])
    await bed.becomes(2, 'open')
    await bed.becomes(1, 'cancelled')
    expect(bed.asked('order.cancelReplace')).toBe(1)
  })

  test('it never left: the old one stands and the new one becomes absent', async () => {
    const bed = await openStop(FAST)
    await bed.binance.stop()
    bed.replace(1, NEW)
    const asked = bed.asked('order.cancelReplace')
    const replace = { kind: 'replace', order: bed.orders.get(1)!, by: bed.orders.get(2)! } as const
    await bed.restart([replace])
    await bed.becomes(2, 'absent')
    expect(bed.state(1)).toBe('open')
    expect(bed.asked('order.cancelReplace')).toBe(asked)
  })
})
