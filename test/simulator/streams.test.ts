/** Market streams and sockets: what is sent when the market moves, subscriptions, pings, limits, a day's life. */
import { describe, expect, test } from 'vitest'
import type { Simulator } from '#simulator/simulator.ts'
import { ManualClock } from '../support/simulator/clock.ts'
import { simulatorFor, START, type TestMarket } from '../support/simulator/market.ts'
import { restClient, rowsOf, type Wire } from '../support/simulator/rest.ts'
import { openSocket, type Socket } from '../support/simulator/socket.ts'

const MINUTE = 60_000
// rises, falls, rises
const bars = [
  { open: 100, high: 104, low: 98, close: 103, volume: 8 },
  { open: 103, high: 105, low: 99, close: 101, volume: 4 },
  { open: 101, high: 110, low: 101, close: 109, volume: 12 },
  ...Array.from({ length: 12 }, () => 109),
]

async function open(
  market: TestMarket = { bars },
): Promise<{ simulator: Simulator; clock: ManualClock; socket(path: string): Promise<Socket> }> {
  const clock = new ManualClock()
  const { simulator } = await simulatorFor({ clock, ...market })
  return { simulator, clock, socket: path => openSocket(`${simulator.wsUrl}${path}`) }
}
let ids = 0
const ask = async (socket: Socket, method: string, params?: readonly unknown[]): Promise<Wire> => {
  ids++
  const id = ids
  socket.send({ method, ...(params === undefined ? {} : { params }), id })
  return socket.until(frame => Number(frame['id']) === id, `an answer to ${method}`)
}
const closedBars = (socket: Socket): readonly Wire[] => socket.frames.filter(({ k }) => String(k?.['x']) === 'true').map(({ k }) => k!)

describe('candles', () => {
  test('a bar is told as it opens, as its range is known, and once as closed', async () => {
    const { simulator, socket } = await open()
    const stream = await socket('/ws/btcusdc@kline_1m')
    simulator.stepCandles(1)
    await stream.until(({ k }) => Number(k?.['t']) === START + MINUTE)
    expect(stream.frames.map(({ k }) => [k!['t'], k!['o'], k!['h'], k!['l'], k!['c'], k!['v'], k!['n'], k!['x']])).toEqual([
      [START, '100.00000000', '104.00000000', '98.00000000', '104.00000000', '6.00000000', 3, false],
      [START, '100.00000000', '104.00000000', '98.00000000', '103.00000000', '8.00000000', 4, true],
      [START + MINUTE, '103.00000000', '103.00000000', '103.00000000', '103.00000000', '1.00000000', 1, false],
    ])
    expect(stream.frames[1]).toMatchObject({
      e: 'kline',
      s: 'BTCUSDC',
      k: { T: START + MINUTE - 1, i: '1m', f: 1, L: 4, q: '810.00000000', V: '4.00000000', B: '0' },
    })
  })

  test('longer bars are built, and close with their last minute; both symbols step together', async () => {
    const { simulator, socket } = await open()
    const stream = await socket('/stream?streams=btcusdc@kline_3m/ethusdc@kline_3m')
    simulator.stepCandles(3)
    const closed = await stream.until(({ data }) => String(data?.['k']?.['x']) === 'true' && String(data?.['s']) === 'ETHUSDC')
    expect(closed).toMatchObject({ stream: 'ethusdc@kline_3m', data: { k: { t: START, T: START + 3 * MINUTE - 1, n: 12 } } })
    const btc = stream.frames.filter(
      ({ stream: name, data }) => String(name) === 'btcusdc@kline_3m' && String(data?.['k']?.['x']) === 'true',
    )
    expect(btc).toMatchObject([
      { data: { k: { o: '100.00000000', h: '110.00000000', l: '98.00000000', c: '109.00000000', v: '24.00000000' } } },
    ])
  })

  test('what streams told as closed is what klines answers, row by row', async () => {
    const { simulator, socket } = await open()
    const stream = await socket('/ws/btcusdc@kline_1m')
    simulator.stepCandles(9)
    await stream.until(({ k }) => Number(k?.['t']) === START + 9 * MINUTE)
    const rest = restClient(simulator.url, { apiKey: '', secret: '' })
    const rows = rowsOf((await rest.get('/api/v3/klines', { symbol: 'BTCUSDC', interval: '1m' })).body)
    expect(closedBars(stream).map(k => ['t', 'o', 'h', 'l', 'c', 'v', 'T', 'q', 'n', 'V', 'Q', 'B'].map(name => k[name]))).toEqual(rows)
    expect(rows).toHaveLength(9)
  })

  test('a bar that is still open is told again every two seconds', async () => {
    const { clock, socket } = await open()
    const stream = await socket('/ws/btcusdc@kline_1m')
    await ask(stream, 'LIST_SUBSCRIPTIONS')
    clock.advance(6000)
    await stream.until(() => stream.frames.filter(({ k }) => k !== undefined).length === 3)
    expect(closedBars(stream)).toEqual([])
  })

  test('klines: from a start, up to an end, the newest, longer ones, unknown lengths', async () => {
    const { simulator } = await open()
    simulator.stepCandles(10)
    const rest = restClient(simulator.url, { apiKey: '', secret: '' })
    const times = async (query: Record<string, string | number>): Promise<number[]> =>
      rowsOf((await rest.get('/api/v3/klines', { symbol: 'BTCUSDC', interval: '1m', ...query })).body).map(
        row => (Number(row[0]) - START) / MINUTE,
      )
    expect(await times({ limit: 2 })).toEqual([8, 9])
    expect(await times({ startTime: START + 1, limit: 2 })).toEqual([1, 2])
    expect(await times({ endTime: START + 4 * MINUTE, limit: 2 })).toEqual([3, 4])
    expect(await times({ startTime: START + 2 * MINUTE, endTime: START + 3 * MINUTE })).toEqual([2, 3])
    expect(await times({ interval: '5m' })).toEqual([0, 5])
    const klines = async (query: Record<string, string>): Promise<Wire> =>
      (await rest.get('/api/v3/klines', { symbol: 'BTCUSDC', ...query })).body
    // what is coarser than a candle cannot be told of it, nor a day that begins within one
    expect(await klines({ interval: '1s' })).toMatchObject({ code: -1120, msg: expect.stringContaining('BTCUSDC is coarser than 1s') })
    expect(await klines({ interval: '7m' })).toEqual({ code: -1120, msg: 'Invalid interval.' })
    for (const timeZone of ['15', '14:01', '-12:01', 'UTC', '8:60'])
      expect(await klines({ interval: '1d', timeZone })).toMatchObject({ code: -1100 })
  })

  test('by the market’s own time the open bar is the last row, as on Binance', async () => {
    const { simulator } = await simulatorFor({ bars, serverTime: 'market' })
    simulator.stepCandles(2)
    const rest = restClient(simulator.url, { apiKey: '', secret: '' })
    const { serverTime } = (await rest.get('/api/v3/time')).body as unknown as { serverTime: number }
    const rows = rowsOf((await rest.get('/api/v3/klines', { symbol: 'BTCUSDC', interval: '1m' })).body)
    expect(serverTime).toBe(START + 2 * MINUTE)
    expect(rows.map(row => Number(row[6]) < serverTime)).toEqual([true, true, false])
    const opens = async (interval: string, timeZone: string): Promise<number[]> =>
      rowsOf((await rest.get('/api/v3/klines', { symbol: 'BTCUSDC', interval, timeZone })).body).map(row => Number(row[0]))
    expect(await opens('1M', '0')).toEqual([START])
    expect(await opens('1M', '-1:00')).toEqual([Date.UTC(2023, 11, 1, 1)])
    expect(await opens('1d', '-3:30')).toEqual([START - 20.5 * 60 * MINUTE])
    expect(await opens('1w', '+14:00')).toEqual([START - 14 * 60 * MINUTE])
  })
})

describe('other streams', () => {
  test('trades, aggregates, book, tickers, depth', async () => {
    const { simulator, socket } = await open()
    const names = [
      'trade',
      'aggTrade',
      'bookTicker',
      'miniTicker',
      'ticker',
      'depth5',
      'ticker_1h',
      'avgPrice',
      'depth@100ms',
      'kline_1M',
    ].map(name => `btcusdc@${name}`)
    const stream = await socket(`/stream?streams=${[...names, '!ticker_1d@arr', '!miniTicker@arr'].join('/')}`)
    simulator.step(1)
    await stream.until(({ stream: name }) => String(name) === '!miniTicker@arr')
    const of = (name: string): Wire => stream.frames.find(frame => String(frame['stream']) === name)!['data']!
    expect(of('btcusdc@trade')).toMatchObject({ e: 'trade', s: 'BTCUSDC', t: 2, p: '98.00000000', q: '2.00000000', m: true })
    expect(of('btcusdc@aggTrade')).toMatchObject({ e: 'aggTrade', a: 2, f: 2, l: 2, M: true })
    expect(Object.keys(of('btcusdc@bookTicker'))).toEqual(['u', 's', 'b', 'B', 'a', 'A'])
    expect(of('btcusdc@miniTicker')).toMatchObject({
      e: '24hrMiniTicker',
      c: '104.00000000',
      o: '100.00000000',
      h: '104.00000000',
      l: '98.00000000',
    })
    expect(of('btcusdc@ticker')).toMatchObject({ e: '24hrTicker', p: '4.00000000', P: '4.000', n: 3 })
    expect(rowsOf(of('btcusdc@depth5')['bids']!)).toHaveLength(5)
    expect(of('btcusdc@ticker_1h')).toMatchObject({ e: '1hTicker', o: '100.00000000', n: 3, O: START - 59 * MINUTE - MINUTE })
    expect(of('btcusdc@avgPrice')).toMatchObject({ e: 'avgPrice', i: '5m', T: START + 40_000 })
    expect(of('btcusdc@depth@100ms')).toMatchObject({ e: 'depthUpdate', U: 2, u: 2 })
    expect(of('btcusdc@kline_1M')['k']).toMatchObject({ t: START, T: Date.UTC(2024, 1) - 1, i: '1M', n: 3 })
    expect(rowsOf(of('!ticker_1d@arr')).map(({ s, e }) => [s, e])).toEqual([
      ['BTCUSDC', '1dTicker'],
      ['ETHUSDC', '1dTicker'],
    ])
    expect(rowsOf(of('!miniTicker@arr')).map(({ s }) => s)).toEqual(['BTCUSDC', 'ETHUSDC'])
  })

  test('the best ask is what a buyer pays, the best bid what a seller gets', async () => {
    const { simulator, key } = await simulatorFor({ volumeShare: 0.1, slippage: () => 500_000n as never })
    simulator.stepCandles(3)
    const rest = restClient(simulator.url, key)
    const { bidPrice, askPrice, askQty } = (await rest.get('/api/v3/ticker/bookTicker', { symbol: 'BTCUSDC' })).body as unknown as Record<
      string,
      string
    >
    expect([bidPrice, askPrice, askQty]).toEqual(['99.50000000', '100.50000000', '40.00000000'])
    for (const [side, price] of [
      ['BUY', askPrice],
      ['SELL', bidPrice],
    ] as const) {
      const order = await rest.signed('POST', '/api/v3/order', { symbol: 'BTCUSDC', side, type: 'MARKET', quantity: '1' })
      expect(order.body).toMatchObject({ fills: [{ price }] })
    }
  })
})

describe('subscriptions', () => {
  test('to klines that the candles do not make are refused, and nothing of that request is listened to', async () => {
    const { socket } = await open()
    const stream = await socket('/ws')
    expect(await ask(stream, 'SUBSCRIBE', ['btcusdc@trade', 'btcusdc@kline_1s'])).toMatchObject({
      code: 2,
      msg: 'Invalid request: btcusdc@kline_1s: what is replayed of BTCUSDC is coarser than 1s',
    })
    expect(await ask(stream, 'LIST_SUBSCRIPTIONS')).toMatchObject({ result: [] })
  })

  test('live ones come and go; properties tell and set the wrapping', async () => {
    const { simulator, socket } = await open()
    const stream = await socket('/ws')
    expect(await ask(stream, 'SUBSCRIBE', ['btcusdc@trade', 'ethusdc@trade'])).toMatchObject({ result: null })
    expect(await ask(stream, 'UNSUBSCRIBE', ['ethusdc@trade'])).toMatchObject({ result: null })
    expect(await ask(stream, 'LIST_SUBSCRIPTIONS')).toMatchObject({ result: ['btcusdc@trade'] })
    expect(await ask(stream, 'GET_PROPERTY', ['combined'])).toMatchObject({ result: false })
    expect(await ask(stream, 'SET_PROPERTY', ['combined', true])).toMatchObject({ result: null })
    simulator.step(1)
    expect(await stream.until(({ data }) => data !== undefined)).toMatchObject({ stream: 'btcusdc@trade' })
  })

  test.each([
    [
      { method: 'SHOUT', id: 1 },
      { code: 2, id: 1 },
    ],
    [
      { method: 'SUBSCRIBE', params: 'btcusdc@trade', id: 2 },
      { code: 2, id: 2 },
    ],
    [{ method: 'SUBSCRIBE', params: [], id: 'x'.repeat(37) }, { code: 2 }],
    [
      { method: 'SET_PROPERTY', params: ['colour', true], id: 3 },
      { code: 0, msg: 'Unknown property', id: 3 },
    ],
    [
      { method: 'SET_PROPERTY', params: ['combined', 'yes'], id: 4 },
      { code: 1, msg: 'Invalid value type: expected Boolean' },
    ],
    [
      { method: 'SUBSCRIBE', params: Array.from({ length: 1025 }, (_, place) => `s${place}@trade`), id: 5 },
      { code: 2, id: 5 },
    ],
  ])('%o is refused', async (message, answer) => {
    const { socket } = await open()
    const stream = await socket('/ws')
    stream.send(message)
    expect(await stream.until(({ code }) => code !== undefined)).toMatchObject(answer)
  })

  test('text that is no JSON is code 3', async () => {
    const { socket } = await open()
    const stream = await socket('/ws')
    stream.socket.send('hello')
    expect(await stream.until(() => true)).toMatchObject({ code: 3 })
  })
})

describe('sockets', () => {
  test('more than five frames a second end the connection', async () => {
    const { socket } = await open()
    const stream = await socket('/ws')
    for (let id = 0; id < 6; id++) stream.send({ method: 'LIST_SUBSCRIPTIONS', id })
    expect(await stream.untilClosed()).toBe(1008)
    expect(stream.frames).toHaveLength(5)
  })

  test('five a second are fine, second after second', async () => {
    const { socket, clock } = await open()
    const stream = await socket('/ws')
    for (let second = 0; second < 3; second++) {
      for (let count = 0; count < 5; count++) await ask(stream, 'LIST_SUBSCRIPTIONS')
      clock.advance(1000)
    }
    expect(stream.closed).toBeNull()
  })

  test('a ping every 20 seconds with its time in it; who does not answer within a minute is cut', async () => {
    const { simulator, clock, socket } = await open()
    const answering = await socket('/ws')
    const deaf = await openSocket(`${simulator.wsUrl}/ws`, { pong: false })
    // each ping has to arrive, and its answer, before the clock moves on
    for (let count = 1; count <= 3; count++) {
      clock.advance(20_000)
      expect(await answering.untilPinged(count)).toBe(String(clock.now()))
      await ask(answering, 'LIST_SUBSCRIPTIONS')
    }
    clock.advance(20_000)
    expect(await deaf.untilClosed()).toBe(1006)
    expect(answering.closed).toBeNull()
  })

  test('a connection lives for a day', async () => {
    const { simulator, clock } = await open({ bars, times: { ping: 1e9 } })
    const stream = await openSocket(`${simulator.wsUrl}/ws/btcusdc@trade`)
    clock.advance(86_399_999)
    expect(simulator.sockets.count('streams')).toBe(1)
    clock.advance(1)
    expect(await stream.untilClosed()).toBe(1000)
  })

  test('serverShutdown is told raw, wrapped, and as an event of the WebSocket API', async () => {
    const { simulator, socket } = await open()
    const [raw, combined, api] = [
      await socket('/ws/btcusdc@trade'),
      await socket('/stream?streams=btcusdc@trade'),
      await socket('/ws-api/v3'),
    ]
    simulator.admin('sockets', { act: 'shutdown' })
    expect(await raw.until(() => true)).toMatchObject({ e: 'serverShutdown' })
    expect(await combined.until(() => true)).toMatchObject({ stream: '!serverShutdown', data: { e: 'serverShutdown' } })
    expect(await api.until(() => true)).toMatchObject({ event: { e: 'serverShutdown' } })
  })

  test('dropped, silenced, refused', async () => {
    const { simulator, socket } = await open()
    const stream = await socket('/ws/btcusdc@trade')
    simulator.admin('sockets', { act: 'silence' })
    simulator.step(1)
    simulator.admin('sockets', { act: 'speak' })
    simulator.step(1)
    await stream.until(({ e }) => String(e) === 'trade')
    expect(stream.frames.map(({ t }) => t)).toEqual([4])
    simulator.admin('sockets', { act: 'drop', kind: 'streams' })
    expect(await stream.untilClosed()).toBe(1006)
    simulator.admin('sockets', { act: 'refuse', count: 1 })
    await expect(socket('/ws')).rejects.toThrow('HTTP 503')
    expect((await socket('/ws')).closed).toBeNull()
    await expect(socket('/wherever')).rejects.toThrow('HTTP 404')
  })

  test('so many connections in five minutes, no more', async () => {
    const { simulator, clock, socket } = await open()
    expect(simulator.world.limits.setup.connections).toBe(300)
    simulator.admin('limits', { connections: 3 })
    for (let count = 0; count < 3; count++) await socket('/ws')
    await expect(socket('/ws')).rejects.toThrow('HTTP 429')
    clock.advance(300_000)
    expect((await socket('/ws')).closed).toBeNull()
  })
})
