/** Weights, order counts, and what happens to those who do not keep to them. */
import type { Card } from '../card.ts'
import type { Binance } from '../client/binance.ts'
import { type Params, type Reply, refused } from '../client/rest.ts'
import { hasFields, holds, NotRun, same, type Seen } from '../seen.ts'
import { bracket, pairOf, pending, working } from './list-orders.ts'

const MINUTE = 60_000
const TRIES = 3

const usedBy = ({ headers }: Reply): number => Number(headers.get('x-mbx-used-weight-1m'))

// The weight of a request: what the minute's count grew by. Taken anew where a minute ended between.
async function weightOf(binance: Binance, ask: () => Promise<Reply>): Promise<number> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const before = await binance.rest.get('/api/v3/ping')
    const [started, reply, ended] = [binance.rest.now(), await ask(), binance.rest.now()]
    if (Math.floor(started / MINUTE) === Math.floor(ended / MINUTE) && usedBy(reply) >= usedBy(before))
      return usedBy(reply) - usedBy(before)
  }
  throw new NotRun('the count of the minute did not stand still')
}

interface Weighed {
  readonly path: string
  readonly params?: (binance: Binance) => Params
  readonly weight: number
  readonly signed?: boolean
}

const ofSymbol = ({ symbol }: Binance): Params => ({ symbol })

const weighed = (id: string, says: string, rows: readonly Weighed[]): Card => ({
  id,
  says,
  source: 'binance.md 1.4 [D]',
  async run(binance) {
    for (const { path, params = () => ({}), weight, signed = false } of rows) {
      const ask = (): Promise<Reply> =>
        signed ? binance.rest.signed('GET', path, params(binance)) : binance.rest.get(path, params(binance))
      same(`the weight of GET ${path} with ${JSON.stringify(params(binance))} is`, await weightOf(binance, ask), weight)
    }
  },
})

async function dayCount(binance: Binance): Promise<number> {
  const rows = (await binance.rest.done('GET', '/api/v3/rateLimit/order')).list()
  return rows.find(row => row.at('interval') === 'DAY')!.number('count')
}

// How much the day's order count grows by what is done.
async function counted(binance: Binance, act: () => Promise<unknown>): Promise<number> {
  const before = await dayCount(binance)
  await act()
  return (await dayCount(binance)) - before
}

async function limitOf(binance: Binance, type: string, interval: string): Promise<Seen> {
  const info = await binance.rest.read('/api/v3/exchangeInfo', ofSymbol(binance))
  const row = info.list('rateLimits').find(one => one.at('rateLimitType') === type && one.at('interval') === interval)
  holds(row !== undefined, `a limit ${type} per ${interval}`, info.at('rateLimits'))
  return row!
}

/** All of them. */
export const limits: readonly Card[] = [
  weighed(
    'weight-of-market-data',
    'Market data weighs: ping and time 1, klines 2, one price or book ticker 2, all prices 4, exchangeInfo 20.',
    [
      { path: '/api/v3/ping', weight: 1 },
      { path: '/api/v3/time', weight: 1 },
      { path: '/api/v3/klines', params: ({ symbol }) => ({ symbol, interval: '1d', limit: 1 }), weight: 2 },
      { path: '/api/v3/avgPrice', params: ofSymbol, weight: 2 },
      { path: '/api/v3/ticker/price', params: ofSymbol, weight: 2 },
      { path: '/api/v3/ticker/price', weight: 4 },
      { path: '/api/v3/ticker/bookTicker', params: ofSymbol, weight: 2 },
      { path: '/api/v3/exchangeInfo', params: ofSymbol, weight: 20 },
    ],
  ),
  weighed('weight-of-depth', 'depth weighs 5 up to limit 100, 25 to 500, 50 to 1000, 250 to 5000.', [
    { path: '/api/v3/depth', params: ofSymbol, weight: 5 },
    { path: '/api/v3/depth', params: ({ symbol }) => ({ symbol, limit: 500 }), weight: 25 },
    { path: '/api/v3/depth', params: ({ symbol }) => ({ symbol, limit: 1000 }), weight: 50 },
    { path: '/api/v3/depth', params: ({ symbol }) => ({ symbol, limit: 5000 }), weight: 250 },
  ]),
  weighed('weight-of-trades', 'trades weigh 25, aggTrades 4, the 24-hour ticker of one symbol 2.', [
    { path: '/api/v3/trades', params: ({ symbol }) => ({ symbol, limit: 1 }), weight: 25 },
    { path: '/api/v3/aggTrades', params: ({ symbol }) => ({ symbol, limit: 1 }), weight: 4 },
    { path: '/api/v3/ticker/24hr', params: ofSymbol, weight: 2 },
  ]),
  weighed(
    'weight-of-the-account',
    'The account weighs 20, its trades 20 (5 of one order), open orders of a symbol 6, of all 80, order counts 40.',
    [
      { path: '/api/v3/account', weight: 20, signed: true },
      { path: '/api/v3/account/commission', params: ofSymbol, weight: 20, signed: true },
      { path: '/api/v3/myTrades', params: ofSymbol, weight: 20, signed: true },
      { path: '/api/v3/myTrades', params: ({ symbol }) => ({ symbol, orderId: 1 }), weight: 5, signed: true },
      { path: '/api/v3/openOrders', params: ofSymbol, weight: 6, signed: true },
      { path: '/api/v3/openOrders', weight: 80, signed: true },
      { path: '/api/v3/rateLimit/order', weight: 40, signed: true },
    ],
  ),
  {
    id: 'weight-of-orders',
    says: 'An order or cancel that succeeds weighs nothing (since 2026-04-02); one that is refused weighs 1.',
    source: 'binance.md 1.4 [D]',
    async run(binance) {
      const order = await binance.limit('BUY')
      same('a placed order weighs', await weightOf(binance, () => binance.order(order)), 0)
      const twice = { ...order, newClientOrderId: binance.id() }
      await binance.placed(twice)
      same('a refused order weighs', await weightOf(binance, () => binance.order(twice)), 1)
      same('a cancel weighs', await weightOf(binance, () => binance.cancel({ origClientOrderId: twice.newClientOrderId })), 0)
    },
  },
  {
    id: 'weight-of-order-test',
    says: 'order/test weighs 1, and 20 with computeCommissionRates=true.',
    source: 'binance.md 1.4 [D]',
    async run(binance) {
      const order = await binance.limit('BUY')
      same('a test weighs', await weightOf(binance, () => binance.tested(order)), 1)
      same('one with rates weighs', await weightOf(binance, () => binance.tested({ ...order, computeCommissionRates: true })), 20)
    },
  },
  {
    id: 'limit-headers',
    says: 'Every answer has x-mbx-used-weight-1m; that of a placed order x-mbx-order-count-10s and -1d, too.',
    source: 'binance.md 3 [D]',
    async run(binance) {
      const ping = await binance.rest.get('/api/v3/ping')
      holds(Number(ping.headers.get('x-mbx-used-weight-1m')) > 0, 'x-mbx-used-weight-1m on a ping', [...ping.headers.keys()])
      const order = await binance.order(await binance.limit('BUY'))
      for (const name of ['x-mbx-used-weight-1m', 'x-mbx-order-count-10s', 'x-mbx-order-count-1d'])
        holds(Number(order.headers.get(name) ?? NaN) >= 0, `${name} on an order`, [...order.headers.keys()])
    },
  },
  {
    id: 'limit-table',
    says: 'exchangeInfo tells the limits: weight per minute, orders per 10 seconds and per day, raw requests.',
    source: 'binance.md 3 [D]',
    async run(binance) {
      hasFields(await limitOf(binance, 'REQUEST_WEIGHT', 'MINUTE'), 'rateLimitType interval intervalNum limit')
      same('ORDERS are counted in', (await limitOf(binance, 'ORDERS', 'SECOND')).number('intervalNum'), 10)
      same('ORDERS are counted in days', (await limitOf(binance, 'ORDERS', 'DAY')).number('intervalNum'), 1)
      same('RAW_REQUESTS are counted in minutes', (await limitOf(binance, 'RAW_REQUESTS', 'MINUTE')).number('intervalNum'), 5)
    },
  },
  {
    id: 'limit-weight-is-6000',
    says: 'An address may use a weight of 6000 a minute.',
    source: 'binance.md 3 [D]',
    async run(binance) {
      same('the limit is', (await limitOf(binance, 'REQUEST_WEIGHT', 'MINUTE')).number('limit'), 6000)
    },
  },
  {
    id: 'limit-orders-as-documented',
    says: 'An account may have 50 unfilled orders in 10 seconds and 160000 in a day.',
    source: 'binance.md 3 [M]',
    switch: 'documentedOrderLimits',
    async run(binance) {
      same('the limit of 10 seconds is', (await limitOf(binance, 'ORDERS', 'SECOND')).number('limit'), 50)
      same('the limit of a day is', (await limitOf(binance, 'ORDERS', 'DAY')).number('limit'), 160_000)
    },
  },
  {
    id: 'count-of-an-order',
    says: 'A resting order counts 1 as unfilled, and its cancel does not give it back.',
    source: 'binance.md 3 [D]',
    async run(binance) {
      const growth = await counted(binance, async () => {
        await binance.cancel({ orderId: (await binance.rests('BUY')).number('orderId') })
      })
      same('the count grew by', growth, 1)
    },
  },
  {
    id: 'count-given-back-by-a-fill',
    says: 'An order that fills as taker gives its 1 back.',
    source: 'binance.md 3 [D]',
    async run(binance) {
      // one that rests, so that there is something to give back from
      await binance.rests('BUY')
      same('the count grew by', await counted(binance, () => binance.fills('BUY')), 0)
    },
  },
  {
    id: 'count-of-lists',
    says: 'An OCO and an OTO count 2, an OTOCO 3.',
    source: 'binance.md 1.4 [D]',
    async run(binance) {
      const [pair, first] = [await pairOf(binance, 'SELL'), await working(binance)]
      const [single, double] = [await pending(binance), await bracket(binance)]
      same('an OCO counts', await counted(binance, () => binance.listed('oco', pair)), 2)
      same('an OTO counts', await counted(binance, () => binance.listed('oto', { ...first, ...single })), 2)
      same('an OTOCO counts', await counted(binance, () => binance.listed('otoco', { ...first, ...double })), 3)
    },
  },
  {
    id: 'limit-too-many-orders',
    says: 'An order beyond the count is 429 with -1015 and a Retry-After up to the end of the window.',
    source: 'binance.md 3 [D]',
    needs: ['control'],
    async run(binance) {
      await binance.control.admin('limits', { orders10s: 0 })
      const reply = await binance.order(await binance.limit('BUY'))
      refused(reply, 429, -1015, 'Too many new orders; current limit is 0 orders per 10 SECOND.')
      const seconds = Number(reply.headers.get('retry-after'))
      holds(seconds >= 1 && seconds <= 10, 'a Retry-After of 1 to 10 seconds', reply.headers.get('retry-after'))
    },
  },
  {
    id: 'limit-too-much-weight',
    says: 'A request beyond the weight is 429 with -1003 and a Retry-After.',
    source: 'binance.md 3 [D]',
    needs: ['control'],
    async run(binance) {
      await binance.control.admin('limits', { block: MINUTE })
      const reply = await binance.rest.get('/api/v3/ping')
      refused(reply, 429, -1003)
      holds(Number(reply.headers.get('retry-after')) >= 1, 'a Retry-After', reply.headers.get('retry-after'))
    },
  },
  {
    id: 'limit-ban',
    says: 'Whoever goes on after a 429 is banned: 418 with -1003 and a Retry-After of two minutes at first.',
    source: 'binance.md 3 [D]',
    needs: ['control'],
    async run(binance) {
      await binance.control.admin('limits', { block: MINUTE, patience: 2 })
      for (let time = 0; time < 2; time++) refused(await binance.rest.get('/api/v3/ping'), 429, -1003)
      const reply = await binance.rest.get('/api/v3/ping')
      refused(reply, 418, -1003)
      same('Retry-After is', reply.headers.get('retry-after'), '120')
    },
  },
  {
    id: 'limit-rows-over-websocket',
    says: 'Answers of the WebSocket API tell the limits, unless returnRateLimits=false.',
    source: 'binance.md 3 [D]',
    async run(binance) {
      const session = await binance.session()
      const told = (await session.ask('ping')).list('rateLimits')
      hasFields(told[0]!, 'rateLimitType interval intervalNum limit count')
      same('rateLimits are', (await session.ask('ping', { returnRateLimits: false })).at('rateLimits'), undefined)
    },
  },
  {
    id: 'weight-of-a-session',
    says: 'Connecting to the WebSocket API weighs 2, on the same count as REST.',
    source: 'binance.md 3 [D]',
    async run(binance) {
      const weight = await weightOf(binance, async () => {
        await binance.session()
        return binance.rest.get('/api/v3/ping')
      })
      same('connection and ping weigh', weight, 3)
    },
  },
  {
    id: 'limit-sapi-headers',
    says: 'Answers of /sapi tell x-sapi-used-ip-weight-1m: they count apart.',
    source: 'binance.md 3 [M]',
    switch: 'sapiWeightHeaders',
    needs: ['sapi'],
    async run(binance) {
      const reply = await binance.rest.signed('GET', '/sapi/v1/account/apiRestrictions')
      holds(Number(reply.headers.get('x-sapi-used-ip-weight-1m')) > 0, 'x-sapi-used-ip-weight-1m', [...reply.headers.keys()])
    },
  },
]
