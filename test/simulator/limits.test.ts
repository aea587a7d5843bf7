/** Weight, unfilled orders, 429, 418: fixed windows, headers, and what happens to whoever goes on. */
import { describe, expect, test } from 'vitest'
import type { Simulator } from '#simulator/simulator.ts'
import { ManualClock } from '../support/simulator/clock.ts'
import { simulatorFor, type TestMarket } from '../support/simulator/market.ts'
import { type Reply, type RestClient, restClient } from '../support/simulator/rest.ts'
import { openWsApi } from '../support/simulator/socket.ts'

async function open(
  limits: TestMarket['limits'],
): Promise<{ simulator: Simulator; clock: ManualClock; rest: RestClient; key: { apiKey: string; secret: string } }> {
  const clock = new ManualClock()
  const { simulator, key } = await simulatorFor({ clock, ...(limits === undefined ? {} : { limits }) })
  return { simulator, clock, rest: restClient(simulator.url, key, clock.now), key }
}
const used = ({ headers }: Reply): number => Number(headers.get('x-mbx-used-weight-1m'))
const buy = { symbol: 'BTCUSDC', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', price: '90', quantity: '0.1' }

describe('weight', () => {
  test('counts up within a minute of the clock and begins anew with the next', async () => {
    const { rest, clock } = await open({})
    clock.advance(50_000)
    expect([
      used(await rest.get('/api/v3/ping')),
      used(await rest.get('/api/v3/exchangeInfo')),
      used(await rest.get('/api/v3/ping')),
    ]).toEqual([1, 21, 22])
    clock.advance(9999)
    expect(used(await rest.get('/api/v3/ping'))).toBe(23)
    clock.advance(1)
    expect(used(await rest.get('/api/v3/ping'))).toBe(1)
  })

  test.each([
    ['/api/v3/openOrders', {}, 80],
    ['/api/v3/openOrders', { symbol: 'BTCUSDC' }, 6],
    ['/api/v3/myTrades', { symbol: 'BTCUSDC' }, 20],
    ['/api/v3/myTrades', { symbol: 'BTCUSDC', orderId: 1 }, 5],
    ['/api/v3/account', {}, 20],
    ['/api/v3/rateLimit/order', {}, 40],
    ['/api/v3/allOrders', { symbol: 'BTCUSDC' }, 20],
    ['/api/v3/openOrderList', {}, 6],
  ] as const)('GET %s %o costs %i', async (path, query, weight) => {
    const { rest } = await open({})
    expect(used(await rest.signed('GET', path, query))).toBe(weight)
  })

  test('SAPI counts apart', async () => {
    const { rest, simulator } = await open({})
    const { headers } = await rest.signed('GET', '/sapi/v1/account/apiRestrictions')
    expect([headers.get('x-sapi-used-ip-weight-1m'), headers.get('x-mbx-used-weight-1m')]).toEqual(['1', null])
    expect(simulator.world.limits.weight).toBe(0)
  })
})

describe('429 and 418', () => {
  test('beyond the limit: 429 with the seconds until the minute ends; then it is good again', async () => {
    const { rest, clock } = await open({ weight: 45 })
    clock.advance(18_500)
    expect((await rest.get('/api/v3/exchangeInfo')).status).toBe(200)
    expect((await rest.get('/api/v3/exchangeInfo')).status).toBe(200)
    const refused = await rest.get('/api/v3/exchangeInfo')
    expect([refused.status, refused.body['code'], refused.headers.get('retry-after')]).toEqual([429, -1003, '42'])
    expect(String(refused.body['msg'])).toMatch(/^Too much request weight used; current limit is 45 request weight per 1 MINUTE\./)
    clock.advance(41_500)
    expect((await rest.get('/api/v3/exchangeInfo')).status).toBe(200)
  })

  test('whoever goes on is banned: 418 for two minutes, four times as long the next time, sockets are refused', async () => {
    const { rest, clock, simulator, key } = await open({ weight: 1, patience: 3 })
    const statuses: number[] = []
    for (let count = 0; count < 6; count++) statuses.push((await rest.get('/api/v3/ping')).status)
    expect(statuses).toEqual([200, 429, 429, 429, 418, 418])
    const banned = await rest.get('/api/v3/ping')
    expect([banned.status, banned.headers.get('retry-after')]).toEqual([418, '120'])
    expect(banned.body).toMatchObject({
      code: -1003,
      msg: `Way too much request weight used; IP banned until ${clock.now() + 120_000}. Please use WebSocket Streams for live updates to avoid bans.`,
    })
    await expect(openWsApi(`${simulator.wsUrl}/ws-api/v3`, key)).rejects.toThrow('HTTP 429')
    clock.advance(120_000)
    expect((await rest.get('/api/v3/ping')).status).toBe(200)
    for (let count = 0; count < 4; count++) await rest.get('/api/v3/ping')
    expect((await rest.get('/api/v3/ping')).headers.get('retry-after')).toBe('480')
  })

  test('the WebSocket API says when to come again, and a ban drops its sockets', async () => {
    const { simulator, clock, key } = await open({})
    const ws = await openWsApi(`${simulator.wsUrl}/ws-api/v3`, key, clock.now)
    simulator.admin('limits', { block: 30_000 })
    expect(await ws.call('ping')).toMatchObject({
      status: 429,
      error: { code: -1003, data: { serverTime: clock.now(), retryAfter: clock.now() + 30_000 } },
    })
    simulator.admin('limits', { ban: 60_000 })
    expect(await ws.call('ping')).toMatchObject({ status: 418, error: { data: { retryAfter: clock.now() + 60_000 } } })
    await ws.untilClosed()
  })
})

describe('unfilled orders', () => {
  test('too many in ten seconds are -1015 with 429; the next ten seconds are free again', async () => {
    const { rest, clock } = await open({ orders10s: 2 })
    clock.advance(3000)
    for (let count = 0; count < 2; count++) expect((await rest.signed('POST', '/api/v3/order', buy)).status).toBe(200)
    const refused = await rest.signed('POST', '/api/v3/order', buy)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '7'])
    expect(refused.body).toEqual({ code: -1015, msg: 'Too many new orders; current limit is 2 orders per 10 SECOND.' })
    clock.advance(7000)
    expect((await rest.signed('POST', '/api/v3/order', buy)).headers.get('x-mbx-order-count-10s')).toBe('1')
  })

  test('a fill gives room back: one as taker, five as maker', async () => {
    const { rest, simulator } = await open({})
    for (let count = 0; count < 8; count++) await rest.signed('POST', '/api/v3/order', { ...buy, price: '99.5' })
    const taken = await rest.signed('POST', '/api/v3/order', { symbol: 'BTCUSDC', side: 'BUY', type: 'MARKET', quantity: '1' })
    expect(taken.headers.get('x-mbx-order-count-10s')).toBe('8')
    await rest.signed('DELETE', '/api/v3/openOrders', { symbol: 'BTCUSDC' })
    expect(simulator.world.limits.orders.tenSeconds).toBe(8)
    await rest.signed('POST', '/api/v3/order', { ...buy, price: '99.5' })
    simulator.stepCandles(1)
    expect(simulator.world.limits.orders.tenSeconds).toBe(4)
    expect((await rest.signed('GET', '/api/v3/rateLimit/order')).body).toMatchObject([
      { interval: 'SECOND', intervalNum: 10, limit: 50, count: 4 },
      { interval: 'DAY', count: 4 },
    ])
  })

  test('cancelReplace over the count: nothing is done, or the cancel alone', async () => {
    const { rest, simulator } = await open({ orders10s: 1 })
    const { body } = await rest.signed('POST', '/api/v3/order', buy)
    const replace = { ...buy, cancelReplaceMode: 'STOP_ON_FAILURE', cancelOrderId: String(body['orderId']) }
    expect(await rest.signed('POST', '/api/v3/order/cancelReplace', replace)).toMatchObject({ status: 429, body: { code: -1015 } })
    expect(simulator.world.venue.open.size).toBe(1)
    const only = await rest.signed('POST', '/api/v3/order/cancelReplace', { ...replace, orderRateLimitExceededMode: 'CANCEL_ONLY' })
    expect(only).toMatchObject({ status: 429, body: { code: -2021, data: { cancelResult: 'SUCCESS', newOrderResult: 'FAILURE' } } })
    expect(simulator.world.venue.open.size).toBe(0)
  })
})
