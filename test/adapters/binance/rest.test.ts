/** REST through Binance's own connector against a server on this machine: what is sent, and what becomes of every kind of answer. */
import { generateKeyPairSync, verify } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { openBinancePublic } from '#adapters/binance/binance.ts'
import { Budget } from '#adapters/binance/budget.ts'
import { BinanceFault } from '#adapters/binance/faults.ts'
import { openMarketData } from '#adapters/binance/market-data.ts'
import { type Ask, openRest, type Rest } from '#adapters/binance/rest.ts'
import { openSigner, type Signer } from '#adapters/binance/signer.ts'
import { systemClock } from '#adapters/system/clock.ts'
import { at, openOf } from '#domain/time.ts'
import type { Clock } from '#ports/clock.ts'
import { type Answer, RestServer } from '../../support/binance/rest-server.ts'
import { BTCUSDC } from '../../support/binance/account.ts'
import { DrivenClock } from '../../support/binance/driven.ts'

const KEY = 'canary-key-0123456789'
const SECRET = 'canary-secret-0123456789'
const hmac = openSigner(KEY, SECRET)

interface Opened {
  readonly server: RestServer
  readonly rest: Rest
}

interface OpenOptions {
  readonly signer?: Signer | null
  readonly timeout?: number
  readonly clock?: Clock
  readonly signal?: AbortSignal
}

async function open(answers: Answer[], { signer = hmac, timeout = 5_000, clock = systemClock, signal }: OpenOptions = {}): Promise<Opened> {
  const server = new RestServer(signer ?? hmac)
  server.answers = answers
  const url = await server.listen()
  const budget = (serverClock: Rest['serverClock']) => new Budget({ clock, now: () => serverClock.now() })
  return { server, rest: openRest({ url, clock, signer, timeout, budget, ...(signal === undefined ? {} : { signal }) }) }
}

const fault = async (asking: Promise<unknown>): Promise<BinanceFault> => {
  const error = await asking.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(BinanceFault)
  return error as BinanceFault
}
const read: Ask = { method: 'GET', path: '/api/v3/account', weight: 20, signed: true }
const order: Ask = {
  method: 'POST',
  path: '/api/v3/order',
  weight: 1,
  signed: true,
  parameters: { symbol: 'BTCUSDC', quantity: '0.0000001' },
}

describe('after a stop', () => {
  test('an order does not leave any more, also one that another way was closed to', async () => {
    const stopping = new AbortController()
    const { server, rest } = await open([{ body: { ok: true } }], { signal: stopping.signal })
    stopping.abort()
    expect(await fault(rest.ask(order))).toMatchObject({ kind: 'retry', message: expect.stringContaining('the service stops') })
    expect(server.asked).toEqual([])
    expect(rest.budget.used).toBe(1 / 6000)
    // how things stand may be asked
    expect(await rest.ask(read)).toEqual({ ok: true })
  })

  test('nor one that was held meanwhile', async () => {
    const stopping = new AbortController()
    const { server, rest } = await open([{ body: { ok: true } }], { signal: stopping.signal })
    const { promise: hold, resolve: go } = Promise.withResolvers<void>()
    const asking = fault(rest.ask({ ...order, hold }))
    stopping.abort()
    go()
    expect((await asking).kind).toBe('retry')
    expect(server.asked).toEqual([])
  })
})

describe('what is sent', () => {
  test('text as it was given, a short window, our time, and the signature last', async () => {
    const { server, rest } = await open([{ body: { ok: true } }])
    rest.serverClock.offset = 123_456
    const before = Date.now() + 123_456
    expect(await rest.ask(order)).toEqual({ ok: true })
    const [asked] = server.asked
    expect(asked!.query).toMatch(/^symbol=BTCUSDC&quantity=0\.0000001&recvWindow=3000&timestamp=\d+&signature=[0-9a-f]{64}$/)
    expect(asked!.apiKey).toBe(KEY)
    expect(Math.abs(Number(asked!.parameters.get('timestamp')) - before)).toBeLessThan(5_000)
  })

  test('a name that is not ASCII is signed as it stands in the address', async () => {
    const { server, rest } = await open([{ body: {} }])
    await rest.ask({ ...read, parameters: { symbol: '币安人生USDT' } })
    expect(server.asked[0]!.query).toContain('symbol=%E5%B8%81')
  })

  test('by an Ed25519 key: base64, percent-encoded', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const signer = openSigner(KEY, String(privateKey.export({ type: 'pkcs8', format: 'pem' })).replaceAll('\n', '\\n'))
    const { server, rest } = await open([{ body: {} }], { signer })
    await rest.ask(read)
    const { query, parameters } = server.asked[0]!
    const signature = Buffer.from(parameters.get('signature')!, 'base64')
    expect(verify(null, Buffer.from(query.slice(0, query.indexOf('&signature='))), publicKey, signature)).toBe(true)
  })

  test('the example of the documentation', () => {
    const signer = openSigner(KEY, 'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j')
    const text = 'symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559'
    expect(signer.sign(text)).toBe('c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71')
  })

  test.each([
    ['no key', '', 'x', 'an API key and its secret are needed'],
    [
      'a private key that is none',
      KEY,
      '-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----',
      'cannot be read as a private key',
    ],
    [
      'a key of another kind',
      KEY,
      String(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' })),
      'the private key is ec',
    ],
  ])('refused before anything is sent: %s', (_, key, secret, words) => {
    expect(() => openSigner(key, secret)).toThrow(words)
  })
})

describe('what becomes of an answer', () => {
  const body = (code: number, msg: string) => ({ code, msg })
  test.each([
    //                                                          a read      something that changes   code
    [
      'a refusal',
      { status: 400, body: body(-2010, 'Account has insufficient balance for requested action.') },
      'refused',
      'refused',
      -2010,
    ],
    ['a filter', { status: 400, body: body(-1013, 'Filter failure: LOT_SIZE') }, 'refused', 'refused', -1013],
    ['no such order', { status: 400, body: body(-2013, 'Order does not exist.') }, 'refused', 'refused', -2013],
    ['half done', { status: 409, body: body(-2021, 'Order cancel-replace partially failed.') }, 'refused', 'refused', -2021],
    [
      'a wrong key',
      { status: 401, body: body(-2015, 'Invalid API-key, IP, or permissions for action.') },
      'misconfigured',
      'misconfigured',
      -2015,
    ],
    ['a wrong key as 400', { status: 400, body: body(-2014, 'API-key format invalid.') }, 'misconfigured', 'misconfigured', -2014],
    [
      'a wrong signature',
      { status: 400, body: body(-1022, 'Signature for this request is not valid.') },
      'misconfigured',
      'misconfigured',
      -1022,
    ],
    [
      'a place that is not served',
      { status: 451, body: body(0, 'Service unavailable from a restricted location') },
      'misconfigured',
      'misconfigured',
      0,
    ],
    ['a path that is gone', { status: 410, body: '<html>Gone</html>' }, 'misconfigured', 'misconfigured', 0],
    ['a path that never was', { status: 404, body: '<html>Not Found</html>' }, 'misconfigured', 'misconfigured', 0],
    ['the firewall', { status: 403, body: '<html>Forbidden</html>' }, 'retry', 'retry', 0],
    ['too much', { status: 429, body: body(-1003, 'Too much request weight used') }, 'retry', 'retry', -1003],
    ['too many orders', { status: 429, body: body(-1015, 'Too many new orders') }, 'retry', 'retry', -1015],
    ['a ban', { status: 418, body: body(-1003, 'Way too much request weight used') }, 'retry', 'retry', -1003],
    ['no trading now', { status: 400, body: body(-2016, 'No trading window could be found') }, 'retry', 'retry', -2016],
    ['-1000', { status: 400, body: body(-1000, 'An unknown error occured') }, 'retry', 'unknown_outcome', -1000],
    ['-1001', { status: 500, body: body(-1001, 'Internal error') }, 'retry', 'unknown_outcome', -1001],
    ['-1006', { status: 400, body: body(-1006, 'An unexpected response was received') }, 'retry', 'unknown_outcome', -1006],
    ['-1007', { status: 504, body: body(-1007, 'Timeout waiting for response') }, 'retry', 'unknown_outcome', -1007],
    ['-1008', { status: 503, body: body(-1008, 'Server is currently overloaded') }, 'retry', 'unknown_outcome', -1008],
    ['a broken server', { status: 502, body: '<html>Bad Gateway</html>' }, 'retry', 'unknown_outcome', 0],
    ['an answer that is no JSON', { status: 200, body: '<html>Hello</html>' }, 'retry', 'unknown_outcome', 0],
    ['a refusal that says nothing', { status: 400, body: '<html>Bad Request</html>' }, 'retry', 'unknown_outcome', 0],
    ['a cut connection', { socket: 'cut' }, 'retry', 'unknown_outcome', 0],
  ] as const)('%s', async (_, answer, reads, changes, code) => {
    for (const [ask, kind] of [
      [read, reads],
      [order, changes],
    ] as const) {
      const { rest } = await open([answer])
      const thrown = await fault(rest.ask(ask))
      expect([thrown.kind, thrown.code]).toEqual([kind, code])
    }
  })

  test.each(['hang', 'trickle'] as const)('a server that does not end (%s) counts as no answer in time', async socket => {
    for (const [ask, kind] of [
      [read, 'retry'],
      [order, 'unknown_outcome'],
    ] as const) {
      const { rest } = await open([{ socket }], { timeout: 50 })
      const thrown = await fault(rest.ask(ask))
      expect(thrown.kind).toBe(kind)
      expect(thrown.message).toContain('did not answer in time')
    }
  })

  test('nobody there: nothing was done, not even by an order', async () => {
    const { rest } = await open([{ body: {} }])
    const budget = (): Budget => rest.budget
    const nobody = openRest({ url: 'http://127.0.0.1:1', clock: systemClock, signer: hmac, budget })
    const thrown = await fault(nobody.ask(order))
    expect(thrown.kind).toBe('retry')
    expect(thrown.message).toBe(
      'Binance could not be reached for POST /api/v3/order (ECONNREFUSED). Look at the network, and at the address in the settings.',
    )
  })

  test.each(['ws://127.0.0.1', 'file:///etc/passwd', 'nonsense'])('an address that is none is refused at once: %s', url => {
    expect(() => openRest({ url, clock: systemClock, signer: null, budget: () => null as never })).toThrow('has to begin with https://')
  })
})

describe('the clock', () => {
  test('is measured from when it is asked for: what that had to wait before, as for the end of a ban, is no part of its way', async () => {
    // a minute behind the server's, once a ban of an hour is over
    const clock = new DrivenClock(Date.now() - 3_660_000)
    const { rest } = await open([], { signer: null, clock })
    rest.budget.ban(3_600_000)
    const measured = rest.serverClock.measure()
    clock.advance(3_600_000)
    await measured
    expect(Math.round(rest.serverClock.offset / 60_000)).toBe(1)
    expect(rest.serverClock.roundTrip).toBe(0)
  })

  const off: Answer = { status: 400, body: { code: -1021, msg: 'Timestamp for this request is outside of the recvWindow.' } }

  test('a request whose time was off is signed anew once, after the clock was measured', async () => {
    const { server, rest } = await open([off, { body: { ok: true } }])
    rest.serverClock.offset = -30_000
    expect(await rest.ask(order)).toEqual({ ok: true })
    expect(server.asked.map(({ path }) => path)).toEqual(['/api/v3/order', '/api/v3/time', '/api/v3/order'])
    expect(Math.abs(rest.serverClock.offset)).toBeLessThan(5_000)
  })

  test('still off after that: given up', async () => {
    const { server, rest } = await open([off])
    expect((await fault(rest.ask(order))).message).toContain('Set the time of this machine')
    expect(server.asked.filter(({ path }) => path === '/api/v3/order')).toHaveLength(2)
  })

  test('a burst of 50 measures it at most twice', async () => {
    const { server, rest } = await open([{ body: { ok: true } }])
    server.checksTime = true
    rest.serverClock.offset = -30_000
    await Promise.all(Array.from({ length: 50 }, () => rest.ask(order)))
    expect(server.asked.filter(({ path }) => path === '/api/v3/time').length).toBeLessThanOrEqual(2)
  })
})

describe('market data', () => {
  const minute = 60_000
  // no minute ends while a test runs
  const now = openOf(Date.now(), '1m')
  const row = (open: number): readonly unknown[] => [open, '100.1', '101', '99', '100.5', '3', open + minute - 1, '300', 7, '1', '100', '0']

  test('candles: the open bar is left out', async () => {
    const setup = { signer: null, clock: new DrivenClock(now) }
    const { server, rest } = await open([{ body: [row(now - 2 * minute), row(now - minute), row(now)] }], setup)
    const candles = await openMarketData(rest).candles({ symbol: 'BTCUSDC', timeframe: '1m', from: at(now - 2 * minute), limit: 5000 })
    expect(candles.map(({ openTime }) => openTime)).toEqual([now - 2 * minute, now - minute])
    expect(candles[0]).toMatchObject({ open: 100.1, high: 101, low: 99, close: 100.5, volume: 3, complete: 1 })
    expect(server.asked[0]!.query).toBe(`symbol=BTCUSDC&interval=1m&startTime=${now - 2 * minute}&limit=1000`)
  })

  test('candles: a bar that closed while the answer was under way was open when it was told', async () => {
    const clock = new DrivenClock(now - 1_000)
    const { server, rest } = await open([{ body: [row(now - 2 * minute), row(now - minute)] }], { signer: null, clock })
    // by the time it is here the minute is over
    server.answering = () => clock.advance(2_000)
    const candles = await openMarketData(rest).candles({ symbol: 'BTCUSDC', timeframe: '1m', from: at(now - 2 * minute), limit: 5000 })
    expect(candles.map(({ openTime }) => openTime)).toEqual([now - 2 * minute])
  })

  test('symbols: kept for an hour, those that Binance does not have are found by halves and left out', async () => {
    const info = { rateLimits: [{ rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 1200 }], symbols: [BTCUSDC] }
    const none: Answer = { status: 400, body: { code: -1121, msg: 'Invalid symbol.' } }
    const { server, rest } = await open([none, { body: info }, none], { clock: new DrivenClock(now) })
    const market = openMarketData(rest)
    expect([...(await market.symbols(['BTCUSDC', 'NOPE'])).keys()]).toEqual(['BTCUSDC'])
    expect(server.asked.map(({ parameters }) => parameters.get('symbols'))).toEqual(['["BTCUSDC","NOPE"]', '["BTCUSDC"]', '["NOPE"]'])
    await market.symbols(['BTCUSDC'])
    expect(server.asked).toHaveLength(3)
    // what it said of its limits counts
    expect(rest.budget.used).toBeCloseTo(60 / 1200)
    market.outdate()
    expect(market.known('BTCUSDC')!.filters.maxStopOrders).toBe(5)
  })
})

describe('one budget for market data and trading', () => {
  const now = { patience: 0 }
  async function openBoth(answers: Answer[]) {
    const server = new RestServer(hmac)
    server.answers = answers
    const setup = { restUrl: await server.listen(), clock: new DrivenClock(openOf(Date.now(), '1m')) }
    const { rest: data } = openBinancePublic(setup)
    const { rest: trading } = openBinancePublic({ ...setup, budget: data.budget }, hmac)
    return { server, data, trading }
  }
  const candles: Ask = { method: 'GET', path: '/api/v3/klines', weight: 2 }

  test.each([
    ['429', 429],
    ['418', 418],
  ])('a %s to the one is one to the other: nothing is asked, exits neither', async (_, status) => {
    const { server, data, trading } = await openBoth([
      { status, body: { code: -1003, msg: 'Too much' }, headers: { 'retry-after': '120' } },
    ])
    await fault(data.ask(candles))
    expect((await fault(trading.ask({ ...order, ...now, urgency: 'exit' }))).message).toContain('takes no more requests for 120 s')
    expect(server.asked).toHaveLength(1)
  })

  test('what the one uses up is not there for the other, but for the reserve of exits', async () => {
    const { server, data, trading } = await openBoth([{ body: {}, headers: { 'x-mbx-used-weight-1m': '3595' } }])
    await data.ask(candles)
    await fault(trading.ask({ ...read, ...now }))
    expect(server.asked).toHaveLength(1)
    await trading.ask({ ...read, ...now, urgency: 'exit' })
    expect(server.asked).toHaveLength(2)
  })
})
