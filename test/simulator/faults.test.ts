/** Faults on purpose: what a client sees of each, and what was really done. */
import { request } from 'node:http'
import { describe, expect, test } from 'vitest'
import type { Simulator } from '#simulator/simulator.ts'
import { ManualClock } from '../support/simulator/clock.ts'
import { simulatorFor, type TestMarket } from '../support/simulator/market.ts'
import { type RestClient, restClient, rowsOf } from '../support/simulator/rest.ts'
import { openWsApi, type WsClient } from '../support/simulator/socket.ts'

interface Bed {
  readonly simulator: Simulator
  readonly clock: ManualClock
  readonly rest: RestClient
  ws(): Promise<WsClient>
}
async function open(market: TestMarket = {}): Promise<Bed> {
  const clock = new ManualClock()
  const { simulator, key } = await simulatorFor({ clock, ...market })
  return {
    simulator,
    clock,
    rest: restClient(simulator.url, key, clock.now),
    ws: () => openWsApi(`${simulator.wsUrl}/ws-api/v3`, key, clock.now),
  }
}
const buy = { symbol: 'BTCUSDC', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', price: '90', quantity: '1' }
const market = { symbol: 'BTCUSDC', side: 'BUY', type: 'MARKET', quantity: '1' }
const place = (rest: RestClient, order: Record<string, string> = buy): ReturnType<RestClient['signed']> =>
  rest.signed('POST', '/api/v3/order', order)
const where = { method: 'POST', path: '/api/v3/order' }

describe('of a request', () => {
  test.each([
    { fault: { kind: 'reply_lost' }, seen: 'cut', placed: 1 },
    { fault: { kind: 'request_lost' }, seen: 'cut', placed: 0 },
    { fault: { kind: 'server_error', status: 502, executed: true }, seen: 502, placed: 1 },
    { fault: { kind: 'server_error', status: 503, executed: false }, seen: 503, placed: 0 },
    { fault: { kind: 'timeout', executed: true }, seen: 'code -1007', placed: 1 },
    { fault: { kind: 'timeout' }, seen: 'code -1007', placed: 0 },
    {
      fault: { kind: 'refuse', status: 400, code: -1021, text: 'Timestamp for this request is outside of the recvWindow.' },
      seen: 'code -1021',
      placed: 0,
    },
    { fault: { kind: 'refuse', status: 418, code: -1003, text: 'banned', retryAfter: 5 }, seen: 'code -1003', placed: 0 },
  ])('$fault.kind: seen as $seen, placed $placed; the next one is as always', async ({ fault, seen, placed }) => {
    const { simulator, rest } = await open()
    simulator.admin('faults', { fault, where })
    const answer = await place(rest).then(
      ({ status, body }) => (body['code'] === undefined ? status : `code ${String(body['code'])}`),
      () => 'cut',
    )
    expect([answer, simulator.world.venue.open.size]).toEqual([seen, placed])
    expect((await place(rest)).status).toBe(200)
    expect(simulator.log.lines.map(line => line.fault)).toEqual([fault.kind, undefined])
  })

  test('over the WebSocket API: no answer, or the same codes', async () => {
    const { simulator, ws } = await open()
    const api = await ws()
    simulator.admin('faults', { fault: { kind: 'reply_lost' }, where: { path: 'order.place' } })
    api.send({ id: 'lost', method: 'order.place', params: {} })
    simulator.admin('faults', { fault: { kind: 'timeout', executed: true }, where: { path: '/api/v3/order', skip: 1 } })
    expect(await api.signed('order.place', buy)).toMatchObject({ status: 504, error: { code: -1007 } })
    expect(simulator.world.venue.open.size).toBe(1)
    expect(api.frames.some(({ id }) => String(id) === 'lost')).toBe(false)
  })

  test('a fault fits by method, path and number, and leaves the others alone', async () => {
    const { simulator, rest } = await open()
    simulator.admin('faults', { fault: { kind: 'server_error' }, where: { path: '/api/v3/order*', method: 'POST', skip: 1, count: 2 } })
    const statuses = []
    for (let count = 0; count < 2; count++)
      statuses.push((await place(rest)).status, (await rest.signed('POST', '/api/v3/order/test', buy)).status)
    statuses.push((await rest.signed('GET', '/api/v3/openOrders', { symbol: 'BTCUSDC' })).status)
    expect(statuses).toEqual([200, 503, 503, 200, 200])
  })

  test('latency: before it is looked at, the market may have moved', async () => {
    const { simulator, rest, clock } = await open({ bars: [100, { open: 100, close: 80, volume: 9 }, 80, 80] })
    simulator.admin('faults', { fault: { kind: 'latency', milliseconds: 700 }, where })
    const waiting = clock.waiting
    const sent = place(rest, market)
    await turns(() => clock.waiting > waiting)
    simulator.stepCandles(2)
    clock.advance(700)
    expect((await sent).body).toMatchObject({ fills: [{ price: '80.00000000' }] })
  })

  test('latency after it was done: events overtake the answer', async () => {
    const { simulator, rest, clock, ws } = await open()
    const api = await ws()
    await api.signed('userDataStream.subscribe.signature')
    simulator.admin('faults', { fault: { kind: 'latency', milliseconds: 700, after: true }, where })
    const sent = place(rest, market)
    const event = await api.event(({ x }) => String(x) === 'TRADE')
    clock.advance(700)
    expect((await sent).body['orderId']).toBe(event['i'])
  })
})

describe('of events', () => {
  const told = async (fault: object, type: string): Promise<string[]> => {
    const { simulator, ws } = await open()
    const api = await ws()
    await api.signed('userDataStream.subscribe.signature')
    simulator.admin('faults', { fault, where: { type } })
    await api.signed('order.place', market)
    await api.signed('order.place', { ...market, quantity: '2' })
    await api.event(({ e, B }) => String(e) === 'outboundAccountPosition' && String(B?.[0]?.['f']).startsWith('12.99'), 'the last balances')
    return api.events().map(({ e, x, i }) => (x === undefined ? String(e).slice(0, 3) : `${String(i)} ${String(x)}`))
  }

  test.each([
    { kind: 'event_lost', type: 'executionReport', events: ['1 TRADE', 'out', '2 NEW', '2 TRADE', 'out'] },
    { kind: 'event_twice', type: 'executionReport', events: ['1 NEW', '1 NEW', '1 TRADE', 'out', '2 NEW', '2 TRADE', 'out'] },
    { kind: 'event_late', type: 'executionReport', events: ['1 TRADE', '1 NEW', 'out', '2 NEW', '2 TRADE', 'out'] },
    { kind: 'event_lost', type: 'outboundAccountPosition', events: ['1 NEW', '1 TRADE', '2 NEW', '2 TRADE', 'out'] },
  ])('$kind of $type', async ({ kind, type, events }) => {
    expect(await told({ kind }, type)).toEqual(events)
  })

  test('events_first: an event before its own acknowledgement', async () => {
    const { simulator, ws } = await open()
    const api = await ws()
    await api.signed('userDataStream.subscribe.signature')
    const kinds = (): string[] => api.frames.slice(1).map(({ event }) => (event === undefined ? 'answer' : 'event'))
    await api.signed('order.place', buy)
    await api.event(({ e }) => String(e) === 'outboundAccountPosition')
    expect(kinds()).toEqual(['answer', 'event', 'event'])
    simulator.admin('faults', { fault: { kind: 'events_first' }, where: { path: 'order.place' } })
    await api.signed('order.place', buy)
    expect(kinds().slice(3)).toEqual(['event', 'event', 'answer'])
  })
})

describe('lags', () => {
  test('order queries: absent, then as it was, then as it is', async () => {
    const { simulator, rest, clock } = await open()
    simulator.admin('lags', { orders: 2000 })
    const { orderId } = (await place(rest)).body as unknown as { orderId: number }
    const look = async (): Promise<unknown> => {
      const { body } = await rest.signed('GET', '/api/v3/order', { symbol: 'BTCUSDC', orderId })
      return body['code'] ?? body['status']
    }
    expect(await look()).toBe(-2013)
    clock.advance(2000)
    expect(await look()).toBe('NEW')
    await rest.signed('DELETE', '/api/v3/order', { symbol: 'BTCUSDC', orderId })
    expect(await look()).toBe('NEW')
    expect(rowsOf((await rest.signed('GET', '/api/v3/openOrders', { symbol: 'BTCUSDC' })).body)).toHaveLength(1)
    clock.advance(2000)
    expect(await look()).toBe('CANCELED')
  })

  test('trades and balances, each by itself', async () => {
    const { simulator, rest, clock } = await open()
    simulator.admin('lags', { trades: 1000, balances: 3000 })
    await place(rest, market)
    const seen = async (): Promise<unknown[]> => {
      const trades = rowsOf((await rest.signed('GET', '/api/v3/myTrades', { symbol: 'BTCUSDC' })).body).length
      const { balances } = (await rest.signed('GET', '/api/v3/account')).body as unknown as { balances: { asset: string; free: string }[] }
      return [trades, balances.find(({ asset }) => asset === 'BTC')!.free]
    }
    expect(await seen()).toEqual([0, '10.00000000'])
    clock.advance(1000)
    expect(await seen()).toEqual([1, '10.00000000'])
    clock.advance(2000)
    expect(await seen()).toEqual([1, '10.99900000'])
  })
})

describe('of the engine', () => {
  test('a fill in parts: several trades, their sums as of one', async () => {
    const { simulator, rest } = await open()
    simulator.admin('engine', { fillParts: 3 })
    const { body } = await place(rest, { ...market, quantity: '1.001' })
    expect(rowsOf(body['fills']!).map(({ qty, commission }) => [qty, commission])).toEqual([
      ['0.33300000', '0.00033300'],
      ['0.33300000', '0.00033300'],
      ['0.33500000', '0.00033500'],
    ])
    expect(body).toMatchObject({ status: 'FILLED', executedQty: '1.00100000', cummulativeQuoteQty: '100.10000000' })
  })

  test('a thin book: a market order ends EXPIRED with what there was, a limit stays PARTIALLY_FILLED', async () => {
    const { simulator, rest } = await open({ volumeShare: 0.1 })
    simulator.admin('engine', { thinBook: 0.01 })
    simulator.stepCandles(1)
    expect((await place(rest, market)).body).toMatchObject({
      status: 'EXPIRED',
      executedQty: '0.40000000',
      expiryReason: 'INSUFFICIENT_LIQUIDITY',
    })
    simulator.stepCandles(1)
    expect((await place(rest, { ...buy, price: '101' })).body).toMatchObject({ status: 'PARTIALLY_FILLED', executedQty: '0.40000000' })
  })

  test.each(['HALT', 'BREAK', 'CANCEL_ONLY'])('%s: nothing trades, cancels work, other symbols go on', async status => {
    const { simulator, rest } = await open({
      bars: [
        100,
        { open: 100, high: 100, low: 50, close: 100, volume: 9 },
        100,
        { open: 100, high: 100, low: 50, close: 100, volume: 9 },
        100,
      ],
    })
    const { orderId } = (await place(rest)).body as unknown as { orderId: number }
    simulator.admin('symbols', { symbol: 'BTCUSDC', status })
    expect((await place(rest)).body).toEqual({ code: -1013, msg: 'Market is closed.' })
    expect((await place(rest, { ...market, symbol: 'ETHUSDC' })).body).toMatchObject({ status: 'FILLED' })
    simulator.stepCandles(2)
    expect(simulator.world.venue.orders.get(orderId)!.status).toBe('NEW')
    const { symbols } = (await rest.get('/api/v3/exchangeInfo', { symbol: 'BTCUSDC' })).body as unknown as { symbols: { status: string }[] }
    expect(symbols[0]!.status).toBe(status)
    simulator.admin('symbols', { symbol: 'BTCUSDC', status: 'TRADING' })
    simulator.stepCandles(2)
    expect(simulator.world.venue.orders.get(orderId)!.status).toBe('FILLED')
  })

  test('filters that change under a resting order leave it, and refuse the next', async () => {
    const { simulator, rest } = await open()
    const { orderId } = (await place(rest)).body as unknown as { orderId: number }
    simulator.admin('symbols', {
      symbol: 'BTCUSDC',
      filters: [
        { filterType: 'LOT_SIZE', stepSize: '2.00000000' },
        { filterType: 'PRICE_FILTER', tickSize: '7' },
      ],
    })
    expect((await place(rest)).body).toMatchObject({ code: -1013, msg: 'Filter failure: PRICE_FILTER' })
    expect((await place(rest, { ...buy, price: '91' })).body).toMatchObject({ msg: 'Filter failure: LOT_SIZE' })
    expect((await rest.signed('DELETE', '/api/v3/order', { symbol: 'BTCUSDC', orderId })).body).toMatchObject({ status: 'CANCELED' })
  })

  test('a disabled account trades no more, and reads on', async () => {
    const { simulator, rest } = await open()
    const { orderId } = (await place(rest)).body as unknown as { orderId: number }
    simulator.admin('account', { disabled: true })
    expect((await place(rest)).body).toEqual({ code: -2010, msg: 'This action is disabled on this account.' })
    expect((await rest.signed('DELETE', '/api/v3/order', { symbol: 'BTCUSDC', orderId })).body).toEqual({
      code: -2011,
      msg: 'This action is disabled on this account.',
    })
    simulator.admin('account', { disabled: false, canTrade: false })
    expect((await place(rest)).body).toMatchObject({ msg: 'This account may not place or cancel orders.' })
    expect((await rest.signed('GET', '/api/v3/account')).body).toMatchObject({ canTrade: false })
  })

  test('a bracket’s legs refused when they go live: EXPIRED with REJECTED, and told', async () => {
    const { simulator, rest, ws } = await open()
    const api = await ws()
    await api.signed('userDataStream.subscribe.signature')
    simulator.admin('engine', { rejectActivations: 1 })
    const bracket = {
      symbol: 'BTCUSDC',
      workingType: 'LIMIT',
      workingSide: 'BUY',
      workingTimeInForce: 'FOK',
      workingPrice: '101',
      workingQuantity: '1',
      pendingSide: 'SELL',
      pendingAboveType: 'LIMIT_MAKER',
      pendingAbovePrice: '120',
      pendingBelowType: 'STOP_LOSS',
      pendingBelowStopPrice: '90',
    }
    await rest.signed('POST', '/api/v3/orderList/opoco', bracket)
    expect(await api.event(({ X }) => String(X) === 'EXPIRED')).toMatchObject({ x: 'EXPIRED', eR: 'REJECTED' })
    expect(await api.event(({ l }) => String(l) === 'ALL_DONE')).toMatchObject({ e: 'listStatus', L: 'ALL_DONE' })
    expect(simulator.world.venue.open.size).toBe(0)
  })

  test('the server’s clock runs away: -1021 until the client asks for the time', async () => {
    const { simulator, rest } = await open()
    simulator.admin('time', { skew: 30_000 })
    expect((await place(rest)).body).toMatchObject({ code: -1021 })
    const { serverTime } = (await rest.get('/api/v3/time')).body as unknown as { serverTime: number }
    expect((await rest.signed('POST', '/api/v3/order', buy, { timestamp: serverTime })).status).toBe(200)
  })
})

test('clear takes every fault away', async () => {
  const { simulator, rest } = await open()
  simulator.admin('faults', { fault: { kind: 'server_error' }, where: { count: 9 } })
  simulator.admin('lags', { orders: 9999 })
  simulator.admin('engine', { fillParts: 2 })
  expect(simulator.admin('clear', {})).toEqual({ left: 0 })
  const { orderId } = (await place(rest, market)).body as unknown as { orderId: number }
  expect((await rest.signed('GET', '/api/v3/order', { symbol: 'BTCUSDC', orderId })).body).toMatchObject({ status: 'FILLED' })
  expect(simulator.world.venue.trades).toHaveLength(1)
})

// A frame on its way to this process: looked for at each turn of the loop.
const turns = (look: () => boolean): Promise<void> =>
  new Promise(resolve => {
    const again = (): void => (look() ? resolve() : void setImmediate(again))
    again()
  })

describe('what an admin asks for and makes no sense is refused, and changes nothing', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['balances', { USDC: '10,000' }, 'USDC: an amount such as "10000" is needed'],
    ['balances', { BTC: '1', USDC: '-5' }, 'USDC: an amount'],
    ['symbols', { symbol: 'BTCUSDC', status: 'HALTED' }, 'status: TRADING, HALT'],
    ['symbols', { symbol: 'BTCUSDC', filters: { filterType: 'LOT_SIZE' } }, 'filters: a list is needed'],
    ['symbols', { symbol: 'BTCUSDC', filters: [{ stepSize: '1' }] }, 'filters: a list is needed, of filters that each have a filterType'],
    ['symbols', { symbol: 'NOSUCH' }, 'Invalid symbol.'],
    ['filters', { exchange: 'none' }, 'exchange: a list is needed'],
    ['filters', { exchange: [], assets: [{}] }, 'assets: a list is needed'],
    ['rules', { symbol: 'BTCUSDC', referencePrice: '20k' }, 'referencePrice: a price such as'],
    ['rules', { symbol: 'BTCUSDC', priceRange: { up: '2' } }, 'priceRange: null, or some of bidLimitMultUp'],
    ['accounts', { balances: { EUR: '1' } }, 'name: a name for the account is needed'],
    ['accounts', { name: 'first' }, 'name: there is a first already'],
    ['accounts', { name: 'second', balances: { EUR: 'all' } }, 'EUR: an amount such as'],
    ['account', { account: 'third', canTrade: false }, 'account: there is no third. There are: first'],
    ['listing', { symbol: 'BTCUSDC' }, 'listed: true or false'],
    ['listing', { symbol: 'NOSUCH', listed: true }, 'Invalid symbol.'],
    ['switches', { fokMayWork: 'true' }, 'fokMayWork: true or false'],
    ['switches', { toString: true }, 'toString: there is no such switch'],
    ['switches', { widePercentPrice: false }, 'widePercentPrice: it is looked at when the simulator opens'],
    ['faults', { fault: { kind: 'toString' } }, 'fault.kind: one of'],
    ['engine', { fillParts: 2.5 }, 'fillParts: a whole number from 1 on is needed'],
    ['constructor', {}, 'there is no constructor'],
  ])('%s %j', async (name, body, reason) => {
    const { simulator } = await open()
    const { venue, switches } = simulator.world
    const state = (): string =>
      JSON.stringify(
        [
          venue.listings.exchangeFilters,
          venue.listings.assetFilters,
          [...venue.listings.rules],
          venue.symbols,
          venue.matching.wallet.all(),
          switches,
          venue.faults,
          simulator.world.faults.list(),
        ],
        (_, value) => (typeof value === 'bigint' ? String(value) : value),
      )
    const before = state()
    expect(() => simulator.admin(name, body)).toThrow(reason)
    expect(state()).toBe(before)
  })
})

test('a lag counts by the time of the server, also where that is the market’s', async () => {
  const { simulator, key } = await simulatorFor({ serverTime: 'market' })
  const rest = restClient(simulator.url, key, () => simulator.world.now())
  simulator.admin('lags', { orders: 3_600_000, trades: 3_600_000, balances: 3_600_000 })
  expect((await place(rest, market)).status).toBe(200)
  const { body } = await rest.signed('GET', '/api/v3/order', { symbol: 'BTCUSDC', orderId: '1' })
  expect(body).toMatchObject({ code: -2013 })
})

test.each(['//', '//evil/api/v3/ping'])('a path of %j is answered', async path => {
  const { simulator, rest } = await open()
  const { port, hostname } = new URL(simulator.url)
  const status = await new Promise(resolve => request({ port, hostname, path }, ({ statusCode }) => resolve(statusCode)).end())
  expect(status).toBe(404)
  expect((await rest.signed('GET', '/api/v3/account')).status).toBe(200)
})
