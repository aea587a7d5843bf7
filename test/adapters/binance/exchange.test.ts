/** Orders through the real adapter, over HTTP and WebSocket, on a Binance on this machine that fails in every way it can. */
import { describe, expect, test } from 'vitest'
import { price } from '#domain/money.ts'
import { openBed } from '../../support/binance/account.ts'

const PLACE = { path: 'order.place' }

describe('orders', () => {
  test.each(['hmac', 'ed25519'] as const)('a market order fills at once, by an %s key, over the socket', async key => {
    const bed = await openBed({ key })
    bed.place('1 BUY MARKET 2')
    await bed.becomes(1, 'filled 2 of 2 for 200')
    bed.compareWithTrades()
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
    bed.compareWithTrades()
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
    bed.compareWithTrades()
  })

  test.each([
    ['the request is lost', { kind: 'request_lost' }],
    ['nothing is answered', { kind: 'silence', executed: false }],
    ['-1007', { kind: 'timeout', executed: false }],
  ])('%s, and it never arrived: absent, not before 15 s, and never sent again', async (_, fault) => {
    const bed = await openBed()
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
    const bed = await openBed()
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
    const bed = await openBed()
    bed.place('1 BUY LIMIT 2 at 95')
    await bed.becomes(1, 'open')
    bed.fault({ kind: 'request_lost' }, { path: 'order.cancel' })
    bed.cancel(1)
    await bed.becomes(1, 'cancelled')
  })

  test('an older order of the same name is not the one that was sent', async () => {
    const bed = await openBed()
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
  })

  test('200 orders whose answers are all lost, half of them carried out: none is doubled, none is lost', async () => {
    const bed = await openBed({ have: '1000000 USDC 10 BTC', speed: 10 })
    bed.fault({ kind: 'silence', executed: true }, { ...PLACE, count: 100 })
    bed.fault({ kind: 'silence', executed: false }, { ...PLACE, count: 200, skip: 100 })
    const sentAt = bed.clock.now()
    bed.place(...Array.from({ length: 200 }, (_, index) => `${index + 1} BUY MARKET 1`))
    await bed.allEnd()
    const states = [...bed.orders.values()].map(({ status }) => status)
    expect(states.filter(status => status === 'filled')).toHaveLength(100)
    expect(states.filter(status => status === 'absent')).toHaveLength(100)
    expect(bed.asked('order.place')).toBe(200)
    bed.compareWithTrades()
    console.log('all known after', (bed.clock.now() - sentAt) / 1000, 's')
  })
})
