/** What nobody could ask Binance about: each switch does something, both ways. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { basisPoints, money } from '#domain/money.ts'
import { beliefs, type SwitchName } from '#simulator/switches.ts'
import { ManualClock } from '../support/simulator/clock.ts'
import { simulatorFor, type TestMarket } from '../support/simulator/market.ts'
import { type Reply, type RestClient, restClient, rowsOf, type Wire } from '../support/simulator/rest.ts'
import type { Simulator } from '#simulator/simulator.ts'

interface Bed {
  readonly simulator: Simulator
  readonly rest: RestClient
}
interface Case {
  readonly name: SwitchName
  readonly market?: TestMarket
  /** Something that differs. */
  look(bed: Bed): Promise<unknown>
  readonly believed: unknown
  readonly otherwise: unknown
}

const order = (rest: RestClient, query: Record<string, string>): Promise<Reply> =>
  rest.signed('POST', '/api/v3/order', { symbol: 'BTCUSDC', ...query })
const code = async (reply: Promise<Reply>): Promise<unknown> => (await reply).body['code']
const limit = { side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', price: '90', quantity: '1' }
const bracket = {
  symbol: 'BTCUSDC',
  workingType: 'LIMIT',
  workingSide: 'BUY',
  workingTimeInForce: 'FOK',
  workingPrice: '90',
  workingQuantity: '1',
  pendingSide: 'SELL',
  pendingQuantity: '1',
  pendingAboveType: 'LIMIT_MAKER',
  pendingAbovePrice: '120',
  pendingBelowType: 'STOP_LOSS',
  pendingBelowStopPrice: '80',
}
const otoco = (rest: RestClient, query: Record<string, string> = {}): Promise<Reply> =>
  rest.signed('POST', '/api/v3/orderList/otoco', { ...bracket, ...query })
const onlyQuote = new Map([['USDC', money('1000')]])

const cases: readonly Case[] = [
  {
    name: 'invalidKeyIs401',
    look: async ({ rest }) => (await rest.signed('GET', '/api/v3/account', {}, { apiKey: 'x'.repeat(64) })).status,
    believed: 401,
    otherwise: 400,
  },
  {
    name: 'unreadParametersRefused',
    look: ({ rest }) => code(rest.get('/api/v3/time', { colour: 'red' })),
    believed: -1101,
    otherwise: undefined,
  },
  {
    name: 'surplusTimeInForceIs1106',
    look: ({ rest }) => code(order(rest, { side: 'BUY', type: 'MARKET', quantity: '1', timeInForce: 'GTC' })),
    believed: -1106,
    otherwise: -1114,
  },
  {
    name: 'clientOrderIdPattern',
    look: ({ rest }) => code(order(rest, { ...limit, newClientOrderId: 'a b' })),
    believed: -1100,
    otherwise: undefined,
  },
  {
    name: 'lowLiquidityIs2010',
    market: { bars: [{ open: 100, close: 100, volume: 0 }], volumeShare: 0.1 },
    look: async ({ rest }) => {
      const { body } = await order(rest, { side: 'BUY', type: 'MARKET', quoteOrderQty: '50' })
      return body['code'] ?? body['status']
    },
    believed: -2010,
    otherwise: 'EXPIRED',
  },
  {
    name: 'buyPairLocksTheDearer',
    look: async ({ rest, simulator }) => {
      const pair = {
        symbol: 'BTCUSDC',
        side: 'BUY',
        quantity: '1',
        aboveType: 'STOP_LOSS',
        aboveStopPrice: '110',
        belowType: 'LIMIT_MAKER',
        belowPrice: '90',
      }
      await rest.signed('POST', '/api/v3/orderList/oco', pair)
      return simulator.world.venue.matching.wallet.of('USDC').locked
    },
    believed: 110_00000000n,
    otherwise: 90_00000000n,
  },
  {
    name: 'defaultFeeIsTenBasisPoints',
    look: async ({ rest }) => (await rest.signed('GET', '/api/v3/account')).body['takerCommission'],
    believed: 10,
    otherwise: 15,
  },
  { name: 'widePercentPrice', look: ({ rest }) => code(order(rest, { ...limit, price: '70' })), believed: undefined, otherwise: -1013 },
  {
    name: 'documentedOrderLimits',
    look: async ({ rest }) => rowsOf((await rest.get('/api/v3/exchangeInfo')).body['rateLimits']!).map(({ limit: most }) => most),
    believed: [6000, 50, 160_000, 300_000],
    otherwise: [6000, 100, 200_000, 300_000],
  },
  {
    name: 'sapiWeightHeaders',
    look: async ({ rest }) => (await rest.get('/sapi/v1/system/status')).headers.get('x-sapi-used-ip-weight-1m'),
    believed: '1',
    otherwise: null,
  },
  {
    name: 'triggerReportsNewAgain',
    market: { bars: [100, { open: 100, high: 100, low: 80, close: 80 }, 80] },
    look: async ({ rest, simulator }) => {
      await order(rest, { side: 'SELL', type: 'STOP_LOSS', stopPrice: '90', quantity: '1' })
      simulator.stepCandles(2)
      return simulator.log.events.filter(({ x }) => x === 'NEW').length
    },
    believed: 2,
    otherwise: 1,
  },
  { name: 'fokMayWork', look: ({ rest }) => code(otoco(rest)), believed: undefined, otherwise: -1014 },
  {
    name: 'pendingNeedsNoFunds',
    market: { balances: onlyQuote },
    look: ({ rest }) => code(otoco(rest)),
    believed: undefined,
    otherwise: -2010,
  },
  {
    name: 'testOrderSkipsBalance',
    market: { balances: onlyQuote },
    look: ({ rest }) => code(rest.signed('POST', '/api/v3/order/test', { symbol: 'BTCUSDC', ...limit, quantity: '50' })),
    believed: undefined,
    otherwise: -2010,
  },
  {
    name: 'closedMarketIs1013',
    look: ({ rest, simulator }) => {
      simulator.admin('symbols', { symbol: 'BTCUSDC', status: 'BREAK' })
      return code(order(rest, limit))
    },
    believed: -1013,
    otherwise: -2010,
  },
  {
    name: 'pendingIsReported',
    look: async ({ rest, simulator }) => {
      await otoco(rest, { workingTimeInForce: 'GTC' })
      return simulator.log.events.filter(({ X }) => X === 'PENDING_NEW').length
    },
    believed: 2,
    otherwise: 0,
  },
  {
    name: 'peggedIgnoresPrice',
    market: { slippage: () => basisPoints(10) },
    look: async ({ rest }) => (await order(rest, { ...limit, pegPriceType: 'PRIMARY_PEG' })).body['peggedPrice'],
    believed: '99.90000000',
    otherwise: '90.00000000',
  },
  {
    name: 'delistedStaysAsBreak',
    look: async ({ rest, simulator }) => {
      simulator.admin('listing', { symbol: 'BTCUSDC', listed: false })
      return rowsOf((await rest.get('/api/v3/exchangeInfo')).body['symbols']!).map(({ symbol, status }) => `${symbol} ${status}`)
    },
    believed: ['BTCUSDC BREAK', 'ETHUSDC TRADING'],
    otherwise: ['ETHUSDC TRADING'],
  },
]

test.each(cases)('$name: $believed, or $otherwise', async ({ name, market = {}, look, believed, otherwise }) => {
  const found: unknown[] = []
  for (const other of [[], [name]]) {
    const { simulator, key } = await simulatorFor({ ...market, otherwise: other })
    found.push(await look({ simulator, rest: restClient(simulator.url, key) }))
  }
  expect(found).toEqual([believed, otherwise])
})

test('absenceIsFinal: a request that was lost is carried out late, if it is in its time; or even if it is not', async () => {
  const open: number[] = []
  for (const [milliseconds, other] of [
    [1500, []],
    [9000, []],
    [9000, ['absenceIsFinal']],
  ] as const) {
    const clock = new ManualClock()
    const { simulator, key } = await simulatorFor({ clock, otherwise: other })
    simulator.admin('faults', { fault: { kind: 'late', milliseconds }, where: { path: '/api/v3/order' } })
    await expect(order(restClient(simulator.url, key, clock.now), limit)).rejects.toThrow('fetch failed')
    expect(simulator.world.venue.open.size).toBe(0)
    clock.advance(milliseconds)
    await new Promise(resolve => setImmediate(resolve))
    open.push(simulator.world.venue.open.size)
  }
  expect(open).toEqual([1, 0, 1])
})

test('each switch is used somewhere, and listed by GET /admin with what is believed and where it is written', async () => {
  const folder = new URL('../../src/simulator/', import.meta.url)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ts') && file !== 'switches.ts')
  const text = files.map(file => readFileSync(new URL(file, folder), 'utf8')).join('\n')
  expect(Object.keys(beliefs).filter(name => !new RegExp(`\\b${name}\\b`).test(text))).toEqual([])
  const { simulator } = await simulatorFor({ otherwise: ['fokMayWork'] })
  const { switches } = (await (await fetch(`${simulator.url}/admin`)).json()) as { switches: Record<string, Wire> }
  expect(Object.keys(switches)).toEqual(Object.keys(beliefs))
  expect(switches['fokMayWork']).toMatchObject({ asBelieved: false, source: expect.stringContaining('[inf]') })
  expect(switches['closedMarketIs1013']).toMatchObject({ asBelieved: true, source: expect.stringContaining('[M]') })
})
