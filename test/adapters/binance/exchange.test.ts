/** Orders through the real adapter, over HTTP and WebSocket, on a Binance on this machine that fails in every way it can. */
import { describe, expect, test } from 'vitest'
import { format, price, type Quantity } from '#domain/money.ts'
import { type Bed, openBed } from '../../support/binance/account.ts'

const PLACE = { path: 'order.place' }
/** For tests that wait for long times of Binance's. */
const FAST = { speed: 20 }

describe('orders', () => {
  test.each(['hmac', 'ed25519'] as const)('a market order fills at once, by an %s key, over the socket', async key => {
    const bed = await openBed({ key })
    bed.place('1 BUY MARKET 2')
    await bed.becomes(1, 'filled 2 of 2 for 200')
    expect(bed.told).toEqual(bed.made)
    expect(bed.troubles).toEqual([])
    expect(bed.asked('order.place')).toBe(1)
  })

  test('without a socket orders go by REST, and cancels', async () => {
    const bed = await openBed({ sockets: false })
    bed.place('1 BUY MARKET 2', '2 SELL LIMIT 1 at 120')
    await bed.becomes(1, 'filled 2 of 2 for 200')
    await bed.becomes(2, 'open')
    bed.cancel(2)
    await bed.becomes(2, 'cancelled')
    expect(bed.simulator.log.lines.map(({ method, path }) => `${method} ${path}`)).toContain('POST /api/v3/order')
  })

  test('an amount of quote buys what it buys, and the fee is that of the trade', async () => {
    const bed = await openBed({ simulator: { fees: undefined as never } })
    bed.place('1 BUY MARKET for 250')
    await bed.becomes(1, 'filled 2.5 of 0 for 250')
    expect(bed.updates.flatMap(({ fill }) => (fill === null ? [] : [`${fill.fee} ${fill.feeAsset}`]))).toEqual(['250000 BTC'])
  })

  test('of a pair one is reached and the other ends with it', async () => {
    const bed = await openBed({ bars: ['100 101 99 100', '100 101 99 100', '100 112 99 110', '100 101 99 100'] })
    bed.place('1 SELL STOP_LOSS 2 stop 95 | 2 SELL LIMIT_MAKER 2 at 110')
    await bed.becomes(1, 'open')
    await bed.becomes(2, 'open')
    bed.simulator.stepCandles(3)
    await bed.becomes(2, 'filled 2 of 2 for 220')
    await bed.becomes(1, 'expired')
    expect(bed.orders.get(1)!.ending).toBe('the other order of the pair was reached')
  })

  test('one cancel takes a pair back', async () => {
    const bed = await openBed()
    bed.place('1 SELL STOP_LOSS 2 stop 95 | 2 SELL LIMIT_MAKER 2 at 110')
    await bed.becomes(2, 'open')
    bed.cancel(1)
    await bed.allEnd()
    expect([bed.state(1), bed.state(2)]).toEqual(['cancelled', 'cancelled'])
    expect(bed.asked('order.cancel')).toBe(1)
  })

  test('a market order that finds too little expires with what it got', async () => {
    const bed = await openBed({ simulator: { volumeShare: 0.1 }, bars: ['100 101 99 100 10', '100 101 99 100 10'] })
    bed.place('1 SELL MARKET 2')
    await bed.becomes(1, 'expired 1 of 2 for 100')
    expect(bed.orders.get(1)!.ending).toBe('the order book had too little volume')
    expect(bed.told).toEqual(bed.made)
  })

  test.each([
    ['what the account cannot pay', '1 BUY MARKET 2000', 'insufficient balance'],
    ['a quantity off the step, which is not even sent', '1 BUY MARKET 0.0001', 'under the minimum of 0.001'],
    ['an order worth too little', '1 BUY LIMIT 0.01 at 100', '1 USDC is under the minimum of 5 an order'],
    ['a stop that is reached already', '1 SELL STOP_LOSS 1 stop 105', 'would trigger immediately'],
  ])('refused: %s', async (_, text, reason) => {
    const bed = await openBed()
    bed.place(text)
    await bed.becomes(1, 'rejected')
    expect(bed.orders.get(1)!.ending).toContain(reason)
    expect(bed.binance.exchange.busy).toBe(false)
  })

  test('an entry whose stop the price has passed is not sent', async () => {
    const bed = await openBed()
    bed.lastPrice = price('89.5')
    bed.place('1 BUY MARKET 1 guard 90')
    await bed.becomes(1, 'rejected')
    expect(bed.orders.get(1)!.ending).toBe('the price 89.5 is already at or under the stop 90')
    expect(bed.asked('order.place')).toBe(0)
  })

  test('a new order waits for the cancel before it, whose funds it may need', async () => {
    const bed = await openBed({ have: '250 USDC' })
    bed.place('1 BUY LIMIT 2 at 99')
    await bed.becomes(1, 'open')
    bed.fault({ kind: 'latency', milliseconds: 500, after: false }, { path: 'order.cancel' })
    bed.cancel(1)
    bed.place('2 BUY LIMIT 2 at 98')
    await bed.becomes(2, 'open')
    expect(bed.state(1)).toBe('cancelled')
  })

  test('an order taken back before it has an answer is taken back once it has one', async () => {
    const bed = await openBed()
    bed.fault({ kind: 'latency', milliseconds: 300, after: true }, PLACE)
    bed.place('1 BUY LIMIT 2 at 95')
    bed.cancel(1)
    await bed.becomes(1, 'cancelled')
    expect(bed.asked('order.place')).toBe(1)
  })
})

describe('an unknown outcome', () => {
  test.each([
    ['the answer is lost', { kind: 'reply_lost' }],
    ['nothing is answered', { kind: 'silence', executed: true }],
    ['-1007', { kind: 'timeout', executed: true }],
    ['a 503', { kind: 'server_error', executed: true }],
  ])('%s, and it was carried out: found, once', async (_, fault) => {
    const bed = await openBed()
    bed.fault(fault, PLACE)
    bed.place('1 BUY MARKET 2')
    await bed.becomes(1, 'filled 2 of 2 for 200')
    expect(bed.asked('order.place')).toBe(1)
    expect(bed.told).toEqual(bed.made)
  })

  test.each([
    ['the request is lost', { kind: 'request_lost' }],
    ['nothing is answered', { kind: 'silence', executed: false }],
    ['-1007', { kind: 'timeout', executed: false }],
  ])('%s, and it never arrived: absent, not before 15 s, and never sent again', async (_, fault) => {
    const bed = await openBed(FAST)
    bed.fault(fault, PLACE)
    const sentAt = bed.clock.now()
    bed.place('1 BUY MARKET 2')
    await bed.becomes(1, 'absent')
    expect(bed.clock.now() - sentAt).toBeGreaterThanOrEqual(15_000)
    expect(bed.asked('/api/v3/order')).toBeGreaterThanOrEqual(3)
    expect(bed.asked('order.place') + bed.simulator.log.lines.filter(({ method }) => method === 'POST').length).toBe(1)
    expect(bed.updates.map(({ event }) => event)).toEqual(['no_answer', 'not_found'])
  })

  test('the answer is lost and events too, and queries lag: found all the same', async () => {
    const bed = await openBed(FAST)
    bed.fault({ kind: 'reply_lost' }, PLACE)
    bed.fault({ kind: 'event_lost' }, { count: 10 })
    bed.simulator.admin('lags', { orders: 8_000, trades: 8_000 })
    bed.place('1 BUY MARKET 2')
    await bed.becomes(1, 'filled 2 of 2 for 200')
    expect(bed.updates.map(({ event }) => event)).toEqual(['no_answer', 'accepted', 'filled'])
  })

  test('of a pair: both are found', async () => {
    const bed = await openBed()
    bed.fault({ kind: 'reply_lost' }, { path: 'orderList.place.oco' })
    bed.place('1 SELL STOP_LOSS 2 stop 95 | 2 SELL LIMIT_MAKER 2 at 110')
    await bed.becomes(1, 'open')
    await bed.becomes(2, 'open')
    expect(bed.asked('orderList.place.oco')).toBe(1)
  })

  test('of a cancel: looked at, and done again only while the order stands', async () => {
    const bed = await openBed(FAST)
    bed.place('1 BUY LIMIT 2 at 95')
    await bed.becomes(1, 'open')
    bed.fault({ kind: 'request_lost' }, { path: 'order.cancel' })
    bed.cancel(1)
    await bed.becomes(1, 'cancelled')
    expect(bed.asked('order.cancel')).toBe(2)
  })

  test('an older order of the same name is not the one that was sent', async () => {
    const bed = await openBed(FAST)
    bed.place('1 BUY MARKET 1')
    await bed.becomes(1, 'filled 1 of 1 for 100')
    // another record of the same account that counts from 1 under the same tag
    bed.orders.clear()
    bed.updates.length = 0
    await bed.restart()
    await bed.connected()
    await bed.clock.wait(3_000)
    bed.fault({ kind: 'request_lost' }, PLACE)
    bed.place('1 BUY MARKET 1')
    await bed.becomes(1, 'absent')
    expect(bed.updates.filter(({ fill }) => fill !== null)).toEqual([])
  })

  test('40 orders whose answers are all lost, half of them carried out: none is doubled, none is lost', async () => {
    const bed = await openBed({ speed: 10, have: '1000000 USDC 10 BTC' })
    bed.fault({ kind: 'silence', executed: true }, { ...PLACE, count: 20 })
    bed.fault({ kind: 'silence', executed: false }, { ...PLACE, count: 40, skip: 20 })
    bed.place(...Array.from({ length: 40 }, (_, index) => `${index + 1} BUY MARKET 1`))
    await bed.allEnd()
    const states = [...bed.orders.values()].map(({ status }) => status)
    expect(states.filter(status => status === 'filled')).toHaveLength(20)
    expect(states.filter(status => status === 'absent')).toHaveLength(20)
    expect(bed.asked('order.place')).toBe(40)
    expect(bed.told).toEqual(bed.made)
  })
})

describe('events', () => {
  test.each([
    ['twice', [{ kind: 'event_twice' }, { count: 50 }]],
    ['after the next one', [{ kind: 'event_late' }, { type: 'executionReport', count: 4 }]],
    ['before the answer', [{ kind: 'events_first' }, { ...PLACE, count: 5 }]],
    ['never', [{ kind: 'event_lost' }, { count: 50 }]],
  ] as const)('that come %s: the same fills and states', async (_, [fault, where]) => {
    const bed = await openBed({ ...FAST, bars: ['100 101 99 100', '100 101 94 100', '100 112 99 110', '100 101 99 100'] })
    bed.simulator.admin('engine', { fillParts: 3 })
    bed.fault(fault, where)
    bed.place('1 BUY LIMIT 3 at 95', '2 BUY MARKET 3')
    await bed.becomes(2, 'filled 3 of 3 for 300')
    await bed.becomes(1, 'open')
    bed.simulator.stepCandles(2)
    await bed.becomes(1, 'filled 3 of 3 for 285')
    expect(bed.told).toEqual(bed.made)
  })

  test('an account that was mute: noticed, looked up, and connected anew', async () => {
    const bed = await openBed(FAST)
    bed.fault({ kind: 'event_lost' }, { count: 1000 })
    bed.place('1 BUY LIMIT 2 at 95')
    await bed.becomes(1, 'open')
    await bed.trouble('nothing was heard of an order within 5 s')
    bed.simulator.admin('clear', {})
    await bed.untilAsked('userDataStream.subscribe.signature', 2)
    expect(bed.asked('/api/v3/openOrders')).toBeGreaterThanOrEqual(1)
  })

  test('a fill whose events are lost is found by the next look at open orders', async () => {
    const bed = await openBed({ ...FAST, bars: ['100 101 99 100', '100 101 94 100', '100 101 99 100'] })
    bed.place('1 BUY LIMIT 2 at 95')
    await bed.becomes(1, 'open')
    bed.fault({ kind: 'event_lost' }, { count: 1000 })
    bed.simulator.stepCandles(2)
    await bed.becomes(1, 'filled 2 of 2 for 190')
    expect(bed.told).toEqual(bed.made)
  })

  test('after a dropped connection it is subscribed again, and what happened meanwhile is looked up', async () => {
    const bed = await openBed({ bars: ['100 101 99 100', '100 101 94 100', '100 101 99 100'] })
    bed.place('1 BUY LIMIT 2 at 95')
    await bed.becomes(1, 'open')
    bed.simulator.admin('sockets', { act: 'drop', kind: 'api' })
    bed.simulator.stepCandles(2)
    await bed.becomes(1, 'filled 2 of 2 for 190')
    await bed.trouble('No user data of Binance')
    await bed.connected()
    bed.place('2 SELL MARKET 2')
    await bed.becomes(2, 'filled 2 of 2 for 200')
    expect(bed.simulator.log.lines.filter(({ method, path }) => method === 'WS' && path === 'order.place')).toHaveLength(2)
  })

  test('serverShutdown: the next connection is there before this one goes', async () => {
    const bed = await openBed()
    bed.simulator.admin('sockets', { act: 'shutdown', kind: 'api' })
    await bed.untilAsked('userDataStream.subscribe.signature', 2)
    bed.place('1 BUY MARKET 2')
    await bed.becomes(1, 'filled 2 of 2 for 200')
    expect(bed.troubles).toEqual([])
  })
})

describe('a cancel that meets a fill', () => {
  test('"unknown order" means look: it has filled', async () => {
    const bed = await openBed({ bars: ['100 101 99 100', '100 101 94 100', '100 101 99 100'] })
    bed.place('1 BUY LIMIT 2 at 95')
    await bed.becomes(1, 'open')
    bed.fault({ kind: 'event_lost' }, { count: 1000 })
    bed.simulator.stepCandles(2)
    bed.cancel(1)
    await bed.becomes(1, 'filled 2 of 2 for 190')
    expect(bed.told).toEqual(bed.made)
  })

  test('30 races over parts, with events twice, late and lost: what is held is what was told', async () => {
    const low = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? '100 101 99 100 20' : '100 101 94 100 20'))
    const bed = await openBed({ ...FAST, bars: low, simulator: { volumeShare: 0.1 }, have: '100000 USDC' })
    for (let id = 1; id <= 30; id++) {
      bed.fault({ kind: ['event_twice', 'event_late', 'event_lost'][id % 3]! }, { type: 'executionReport', count: 2, skip: id % 4 })
      if (id % 5 === 0) bed.fault({ kind: 'reply_lost' }, { path: 'order.cancel' })
      bed.place(`${id} BUY LIMIT ${1 + (id % 4)} at 95`)
      await bed.watched.until(
        () => bed.orders.get(id)!.status !== 'sending',
        () => `order ${id} to be answered`,
      )
      bed.cancel(id)
      bed.simulator.stepCandles(1)
    }
    await bed.allEnd()
    expect(bed.told).toEqual(bed.made)
    const { matching, orders } = bed.simulator.world.venue
    const { free, locked } = matching.wallet.of('BTC')
    const held = [...bed.orders.values()].reduce((sum, { executed }) => sum + executed, 0n)
    expect([held, locked]).toEqual([free, 0n])
    // one that never got there is known of as absent
    const ended = new Map(
      [...orders.values()].map(({ clientOrderId, status }) => [clientOrderId, status === 'FILLED' ? 'filled' : 'cancelled']),
    )
    const known = [...bed.orders.values()].map(({ id, status }) => [status, ended.get(`rt-t1-${id}`) ?? 'absent'])
    expect(known.filter(([ours, theirs]) => ours !== theirs)).toEqual([])
    expect([...ended.values()]).toEqual(expect.arrayContaining(['cancelled', 'filled']))
  })
})

describe('recovery', () => {
  test('what was sent and never told is found after a restart; what never left becomes absent; nothing is sent again', async () => {
    const bed = await openBed(FAST)
    bed.fault({ kind: 'latency', milliseconds: 60_000, after: true }, { ...PLACE, count: 2 })
    bed.place('1 BUY MARKET 2', '2 BUY LIMIT 1 at 95')
    await bed.untilAsked('order.place', 2)
    // written down, and the process died before it was sent
    await bed.binance.stop()
    bed.place('3 BUY MARKET 2')
    await bed.restart()
    await bed.becomes(1, 'filled 2 of 2 for 200')
    await bed.becomes(2, 'open')
    await bed.becomes(3, 'absent')
    expect(bed.asked('order.place')).toBe(2)
    expect(bed.told).toEqual(bed.made)
  })

  test('parts that were booked before are not told again', async () => {
    const bed = await openBed({ bars: Array.from({ length: 8 }, () => '100 101 94 100 10'), simulator: { volumeShare: 0.1 } })
    bed.place('1 BUY LIMIT 3 at 95')
    await bed.becomes(1, 'open')
    bed.simulator.stepCandles(2)
    await bed.becomes(1, 'partly_filled 1 of 3 for 95')
    await bed.binance.stop()
    bed.simulator.stepCandles(2)
    await bed.restart()
    await bed.becomes(1, 'filled 3 of 3 for 285')
    expect(bed.told).toEqual(bed.made)
  })

  test('cancels that were pending are done', async () => {
    const bed = await openBed()
    bed.place('1 BUY LIMIT 2 at 95')
    await bed.becomes(1, 'open')
    await bed.restart([{ kind: 'cancel', order: bed.orders.get(1)! }])
    await bed.becomes(1, 'cancelled')
    expect(bed.binance.exchange.busy).toBe(false)
  })

  test('an order of ours that the record does not have is told, and left alone', async () => {
    const bed = await openBed()
    bed.place('7 BUY LIMIT 2 at 95')
    await bed.becomes(7, 'open')
    bed.orders.clear()
    await bed.restart()
    await bed.trouble('Order rt-t1-7 (BUY BTCUSDC, NEW) on Binance was placed by RootTrading and is not in this record')
    expect(bed.asked('order.cancel')).toBe(0)
  })

  // What the record says of an order, where Binance knows better.
  const parts = { bars: Array.from({ length: 12 }, () => '100 101 94 100 10'), simulator: { volumeShare: 0.1 } }

  test.each(['cancelled', 'expired'] as const)(
    'an order that is %s in the record and traded while nobody looked: that is told',
    async status => {
      const bed = await openBed(parts)
      bed.place('1 BUY LIMIT 2 at 95')
      await bed.becomes(1, 'open')
      await bed.binance.stop()
      bed.orders.get(1)!.status = status
      bed.simulator.stepCandles(4)
      await bed.restart()
      await bed.becomes(1, `${status} 2 of 2 for 190`)
      expect(bed.told).toEqual(bed.made)
      expect(bed.troubles).toEqual([])
    },
  )

  test('what was booked of it before is not told again, and what it trades after the start is told too', async () => {
    const bed = await openBed(parts)
    bed.place('1 BUY LIMIT 4 at 95')
    await bed.becomes(1, 'open')
    bed.simulator.stepCandles(2)
    await bed.becomes(1, 'partly_filled 1 of 4 for 95')
    await bed.binance.stop()
    bed.orders.get(1)!.status = 'cancelled'
    bed.simulator.stepCandles(1)
    await bed.restart()
    await bed.becomes(1, 'cancelled 2 of 4 for 190')
    await bed.connected()
    bed.simulator.stepCandles(1)
    await bed.becomes(1, 'cancelled 4 of 4 for 380')
    expect(bed.told).toEqual(bed.made)
  })

  test('one that had traded nothing by the start and trades then is booked, events or not', async () => {
    const bed = await openBed({ ...parts, ...FAST })
    bed.place('1 BUY LIMIT 1 at 95')
    await bed.becomes(1, 'open')
    await bed.binance.stop()
    bed.orders.get(1)!.status = 'cancelled'
    await bed.restart()
    bed.fault({ kind: 'event_lost' }, { count: 10 })
    bed.simulator.stepCandles(2)
    await bed.becomes(1, 'cancelled 1 of 1 for 95')
    expect(bed.told).toEqual(bed.made)
  })

  test('one whose absence was proven and which stands all the same is taken back', async () => {
    const bed = await openBed(parts)
    bed.place('1 BUY LIMIT 2 at 95')
    await bed.becomes(1, 'open')
    await bed.binance.stop()
    bed.orders.get(1)!.status = 'absent'
    await bed.restart()
    await bed.trouble('Order rt-t1-1 (BUY BTCUSDC) reached Binance long after it was sent. It is cancelled.')
    await bed.watched.until(
      () => bed.simulator.world.venue.open.size === 0,
      () => 'the order to be cancelled',
    )
    expect(bed.state(1)).toBe('absent')
    // the next start finds it cancelled, as it was told
    await bed.restart()
    expect(bed.troubles).toHaveLength(1)
  })

  test('an order that ended with its symbol does not keep a start waiting', async () => {
    const bed = await openBed({ simulator: { otherwise: ['delistedStaysAsBreak'] } })
    bed.place('1 BUY LIMIT 2 at 95')
    await bed.becomes(1, 'open')
    bed.simulator.admin('listing', { symbol: 'BTCUSDC', listed: false })
    await bed.becomes(1, 'expired')
    await bed.restart()
    expect(bed.troubles).toEqual([])
  })

  test('an order whose symbol went while nobody looked keeps no start waiting, and ends; so does one that is to be taken back', async () => {
    const bed = await openBed(FAST)
    bed.place('1 BUY LIMIT 2 at 95', '2 BUY LIMIT 2 at 94')
    await bed.becomes(1, 'open')
    await bed.becomes(2, 'open')
    await bed.binance.stop()
    for (const path of ['/api/v3/order', '/api/v3/openOrders', '/api/v3/myTrades', 'order.cancel'])
      bed.fault({ kind: 'refuse', status: 400, code: -1121, text: 'Invalid symbol.' }, { path, count: 1000 })
    await bed.restart([{ kind: 'cancel', order: bed.orders.get(2)! }])
    await bed.becomes(1, 'cancelled')
    await bed.becomes(2, 'cancelled')
    expect(bed.orders.get(1)!.ending).toBe('Binance does not know this order any more')
  })

  test('an order that Binance forgot ends as cancelled', async () => {
    const bed = await openBed(FAST)
    bed.place('1 BUY LIMIT 2 at 95')
    await bed.becomes(1, 'open')
    // as the testnet does once a month
    bed.simulator.world.venue.orders.clear()
    bed.simulator.world.venue.open.clear()
    await bed.becomes(1, 'cancelled')
    expect(bed.orders.get(1)!.ending).toBe('Binance does not know this order any more')
  })
})

describe('a symbol that does not trade', () => {
  /** Where it is known that it does not. */
  async function openHalted(): Promise<Bed> {
    const bed = await openBed()
    bed.simulator.admin('symbols', { symbol: 'BTCUSDC', status: 'BREAK' })
    await bed.binance.market.renew()
    return bed
  }

  test('an entry is refused here, in plain words; what closes a position is tried', async () => {
    const bed = await openHalted()
    bed.place('1 BUY MARKET 1', '2 SELL MARKET 1')
    await bed.becomes(1, 'rejected')
    await bed.becomes(2, 'rejected')
    expect(bed.orders.get(1)!.ending).toBe('BTCUSDC does not trade on Binance at present')
    expect(bed.asked('order.place')).toBe(1)
  })

  test('an entry that was refused so asks whether it trades again, and the next one goes', async () => {
    const bed = await openHalted()
    bed.simulator.admin('symbols', { symbol: 'BTCUSDC', status: 'TRADING' })
    const asked = bed.asked('/api/v3/exchangeInfo')
    bed.place('1 BUY LIMIT 1 at 95')
    await bed.becomes(1, 'rejected')
    await bed.untilAsked('/api/v3/exchangeInfo', asked + 1)
    while (bed.binance.market.known('BTCUSDC')?.trading !== true) await new Promise(resolve => setImmediate(resolve))
    bed.place('2 BUY LIMIT 1 at 95')
    await bed.becomes(2, 'open')
    expect(bed.state(1)).toBe('rejected')
  })
})

describe('filters that changed since they were told', () => {
  const COARSER = [
    { filterType: 'PRICE_FILTER', tickSize: '0.1' },
    { filterType: 'LOT_SIZE', stepSize: '0.01', minQty: '0.01' },
  ]

  test.each([
    ['and were told anew', true],
    ['unheard: what is refused for them is asked for and sent as they are now', false],
  ])('%s: what protects and closes a position fits them', async (_, told) => {
    const bed = await openBed()
    bed.simulator.admin('symbols', { symbol: 'BTCUSDC', filters: COARSER })
    if (told) await bed.binance.market.renew()
    bed.place('1 SELL STOP_LOSS 1.004 stop 90.07', '2 SELL STOP_LOSS 1 stop 80.07 | 3 SELL LIMIT_MAKER 1 at 120.07')
    await bed.becomes(1, 'open')
    await bed.becomes(2, 'open')
    const { open } = bed.simulator.world.venue
    const rests = [...open].map(({ quantity, stopPrice, price: limit }) =>
      [quantity, stopPrice, limit].map(amount => format(amount as Quantity)),
    )
    expect(rests.toSorted()).toEqual([
      ['1', '0', '120'],
      ['1', '80', '0'],
      ['1', '90', '0'],
    ])
    bed.place('4 SELL MARKET 1.234')
    await bed.becomes(4, 'filled 1.23 of 1.234 for 123')
  })

  test('a refusal that has nothing to do with what changed is one, and nothing is sent again', async () => {
    const bed = await openBed()
    bed.fault({ kind: 'refuse', status: 400, code: -1013, text: 'Filter failure: PERCENT_PRICE_BY_SIDE' }, PLACE)
    bed.place('1 SELL STOP_LOSS 1 stop 90.07')
    await bed.becomes(1, 'rejected')
    expect(bed.asked('order.place')).toBe(1)
  })
})

describe('limits and clocks', () => {
  test('during a ban nothing is asked, an entry is refused at once, and what protects goes as soon as it may', async () => {
    const bed = await openBed(FAST)
    bed.fault({ kind: 'refuse', status: 429, code: -1003, text: 'Too much request weight used', retryAfter: 20 }, PLACE)
    bed.place('1 BUY MARKET 1')
    await bed.becomes(1, 'rejected')
    const bannedAt = bed.clock.now()
    const asked = bed.simulator.log.lines.length
    // also one that comes when the ban is known: it would go out on a price of long ago
    bed.place('3 BUY MARKET 1')
    await bed.becomes(3, 'rejected')
    expect(bed.clock.now() - bannedAt).toBeLessThan(18_000)
    bed.place('2 SELL STOP_LOSS 1 stop 90')
    await bed.becomes(2, 'open')
    expect(bed.clock.now() - bannedAt).toBeGreaterThanOrEqual(18_000)
    expect(bed.simulator.log.lines[asked]!.time - bannedAt).toBeGreaterThanOrEqual(18_000)
  })

  test('a cancel that is refused again and again is told', async () => {
    const bed = await openBed(FAST)
    bed.place('1 SELL LIMIT 1 at 120')
    await bed.becomes(1, 'open')
    bed.fault(
      { kind: 'refuse', status: 400, code: -2015, text: 'Invalid API-key, IP, or permissions for action.' },
      { path: 'order.cancel', count: 2 },
    )
    bed.cancel(1)
    await bed.becomes(1, 'cancelled')
    expect(bed.troubles.join('\n')).toMatch(/Order \S+ \(SELL BTCUSDC\) cannot be taken back yet/)
  })

  test.each([-30_000, -2_000, 2_000, 30_000])('the clock jumps by %i ms: every order is taken', async skew => {
    const bed = await openBed()
    bed.simulator.admin('time', { skew })
    bed.place(...Array.from({ length: 20 }, (_, index) => `${index + 1} BUY MARKET 1`))
    await bed.allEnd()
    expect(new Set([...bed.orders.values()].map(({ status }) => status))).toEqual(new Set(['filled']))
    expect(bed.asked('/api/v3/time')).toBeLessThanOrEqual(3)
  })

  test('too many orders: an exit waits for the next slot', async () => {
    const bed = await openBed({ ...FAST, simulator: { limits: { orders10s: 3 } } })
    bed.place('1 SELL LIMIT 1 at 120', '2 SELL LIMIT 1 at 121', '3 SELL LIMIT 1 at 122', '4 SELL LIMIT 1 at 123')
    await bed.becomes(4, 'open')
    expect([1, 2, 3].map(id => bed.state(id))).toEqual(['open', 'open', 'open'])
  })

  test('Binance cannot be reached: an entry is refused, an exit waits, and nothing is lost', async () => {
    const bed = await openBed({ bars: ['100 101 99 100'] })
    await bed.binance.wsApi.stop()
    bed.fault({ kind: 'refuse', status: 403, code: 0, text: '' }, { path: '/api/v3/order', count: 2 })
    bed.place('1 BUY MARKET 1')
    await bed.becomes(1, 'rejected')
    bed.place('2 SELL MARKET 1')
    await bed.becomes(2, 'filled 1 of 1 for 100')
    await bed.trouble('An order that protects or closes a position waits')
    expect(bed.asked('/api/v3/order')).toBe(3)
  })

  test('an exit taken back while it waits is never sent', async () => {
    const bed = await openBed()
    bed.fault({ kind: 'refuse', status: 403, code: 0, text: '' }, { ...PLACE, count: 3 })
    bed.place('1 SELL MARKET 1')
    await bed.trouble('waits')
    bed.cancel(1)
    await bed.becomes(1, 'cancelled')
    expect(bed.simulator.world.venue.orders.size).toBe(0)
  })

  test('80 orders under queries that lag by up to 8 s: none is taken for absent', async () => {
    const bed = await openBed({ ...FAST, have: '1000000 USDC' })
    bed.simulator.admin('lags', { orders: 8_000, trades: 4_000 })
    bed.fault({ kind: 'reply_lost' }, { ...PLACE, count: 10, skip: 10 })
    bed.fault({ kind: 'event_lost' }, { count: 60, skip: 20 })
    for (let batch = 0; batch < 2; batch++) {
      bed.place(...Array.from({ length: 40 }, (_, index) => `${batch * 40 + index + 1} BUY MARKET 1`))
      await bed.allEnd()
    }
    expect([...bed.orders.values()].filter(({ status }) => status !== 'filled')).toEqual([])
    expect(bed.told).toEqual(bed.made)
  })
})
