/** Several accounts on one exchange: what is each one's own, and what they share. */
import { describe, expect, test } from 'vitest'
import { basisPoints, money } from '#domain/money.ts'
import { conservationError } from '#simulator/control/audit.ts'
import { newHmacKey } from '#simulator/keys.ts'
import type { Simulator } from '#simulator/simulator.ts'
import { ManualClock } from '../support/simulator/clock.ts'
import { simulatorFor, type TestMarket } from '../support/simulator/market.ts'
import { type Reply, type RestClient, restClient, rowsOf, signatureOf, type Signer, type Wire } from '../support/simulator/rest.ts'
import { openWsApi } from '../support/simulator/socket.ts'

interface Two {
  readonly simulator: Simulator
  readonly one: RestClient
  readonly two: RestClient
  readonly keys: readonly { readonly apiKey: string; readonly secret: string }[]
}

async function two(market: TestMarket = {}): Promise<Two> {
  const second = newHmacKey()
  const accounts = [{ name: 'second', keys: [second], balances: new Map([['USDC', money('500')]]) }]
  const { simulator, key } = await simulatorFor({ ...market, accounts })
  const clientOf = (signer: Signer): RestClient => restClient(simulator.url, signer, market.clock?.now)
  return { simulator, one: clientOf(key), two: clientOf(second), keys: [key, second] }
}

const place = (rest: RestClient, more: Record<string, string> = {}): Promise<Reply> =>
  rest.signed('POST', '/api/v3/order', {
    symbol: 'BTCUSDC',
    side: 'BUY',
    type: 'LIMIT',
    timeInForce: 'GTC',
    price: '90',
    quantity: '1',
    ...more,
  })
const openOf = async (rest: RestClient): Promise<unknown[]> =>
  rowsOf((await rest.signed('GET', '/api/v3/openOrders', { symbol: 'BTCUSDC' })).body).map(({ orderId }) => orderId)

test('each has its balances, orders and trades, with numbers that no other has', async () => {
  const { simulator, one, two: other } = await two()
  const [mine, theirs] = [(await place(one)).body['orderId'], (await place(other)).body['orderId']]
  expect(mine).not.toBe(theirs)
  expect([await openOf(one), await openOf(other)]).toEqual([[mine], [theirs]])
  const query = { symbol: 'BTCUSDC', orderId: String(mine) }
  expect((await other.signed('GET', '/api/v3/order', query)).body['code']).toBe(-2013)
  expect((await other.signed('DELETE', '/api/v3/order', query)).body['code']).toBe(-2011)
  const account = async (rest: RestClient): Promise<unknown> => {
    const { body } = await rest.signed('GET', '/api/v3/account', { omitZeroBalances: true })
    return [body['uid'], rowsOf(body['balances']!).map(({ asset, free, locked }) => `${asset} ${Number(free)} ${Number(locked)}`)]
  }
  expect(await account(one)).toEqual([1, ['BTC 10 0', 'USDC 9910 90']])
  expect(await account(other)).toEqual([2, ['USDC 410 90']])
  for (const { venue } of simulator.world.accounts) expect(conservationError(venue)).toBeNull()
})

test('an id, a filter’s count and the count of unfilled orders are each account’s own', async () => {
  const { simulator, one, two: other } = await two({ clock: new ManualClock() })
  simulator.admin('filters', { exchange: [{ filterType: 'EXCHANGE_MAX_NUM_ORDERS', maxNumOrders: 1 }] })
  const ids = { newClientOrderId: 'the-same' }
  const [first, second] = [await place(one, ids), await place(other, ids)]
  expect([first.status, second.status]).toEqual([200, 200])
  expect([first.headers.get('x-mbx-order-count-1d'), second.headers.get('x-mbx-order-count-1d')]).toEqual(['1', '1'])
  expect((await place(other)).body['msg']).toBe('Filter failure: EXCHANGE_MAX_NUM_ORDERS')
  simulator.admin('filters', { exchange: [] })
  simulator.admin('limits', { orders10s: 1 })
  expect((await place(other)).body['code']).toBe(-1015)
  simulator.admin('limits', { forgive: true })
  expect((await place(other)).status).toBe(200)
})

test('weight is the address’s, whoever asks', async () => {
  const { one, two: other } = await two({ clock: new ManualClock() })
  const before = Number((await one.get('/api/v3/ping')).headers.get('x-mbx-used-weight-1m'))
  const after = await other.signed('GET', '/api/v3/account')
  expect(Number(after.headers.get('x-mbx-used-weight-1m'))).toBe(before + 20)
})

test('they do not meet: what one sells far below the other’s bid goes to the market; a book shows both', async () => {
  const { simulator, one, two: other } = await two({ volumeShare: 0.01 })
  const shown = async (): Promise<number> => {
    const { body } = await one.get('/api/v3/depth', { symbol: 'BTCUSDC', limit: 100 })
    return Number((body['bids'] as unknown as [string, string][]).find(([price]) => Number(price) === 99.5)![1])
  }
  const before = await shown()
  await place(one, { price: '99.5' })
  await place(other, { price: '99.5' })
  expect((await shown()) - before).toBeCloseTo(2)
  expect((await place(one, { side: 'SELL', price: '95' })).body).toMatchObject({ status: 'FILLED', cummulativeQuoteQty: '100.00000000' })
  expect(await openOf(other)).toHaveLength(1)
  simulator.stepCandles(2)
  expect([await openOf(one), await openOf(other)]).toEqual([[], []])
  for (const { venue } of simulator.world.accounts) expect(conservationError(venue)).toBeNull()
})

test('user data are of the key’s account; a connection may listen to both, once each', async () => {
  const { simulator, one, two: other, keys } = await two()
  const [first, second] = keys as [Signer, Signer]
  const api = await openWsApi(`${simulator.wsUrl}/ws-api/v3`, first)
  const signedBySecond = (): Promise<Wire> => {
    const timestamp = Date.now()
    const signature = signatureOf(second, `apiKey=${second.apiKey}&timestamp=${timestamp}`)
    return api.call('userDataStream.subscribe.signature', { apiKey: second.apiKey, timestamp, signature })
  }
  expect(await api.signed('userDataStream.subscribe.signature')).toMatchObject({ result: { subscriptionId: 0 } })
  expect(await signedBySecond()).toMatchObject({ result: { subscriptionId: 1 } })
  expect(await signedBySecond()).toMatchObject({ error: { code: -2035 } })
  await place(other, { newClientOrderId: 'theirs' })
  await place(one, { newClientOrderId: 'mine' })
  await api.event(({ c }) => String(c) === 'mine')
  const told = api.frames.filter(({ event }) => event !== undefined && String(event['e']) === 'executionReport')
  expect(told.map(({ subscriptionId, event }) => [subscriptionId, event!['c']])).toEqual([
    [1, 'theirs'],
    [0, 'mine'],
  ])
})

test('one is opened while the market runs, is disabled alone, and what is on the whole symbol ends for it, too', async () => {
  const { simulator, one } = await two()
  simulator.step(2)
  const opened = simulator.admin('accounts', { name: 'third', balances: { USDC: '1000' } }) as { apiKey: string; secret: string }
  const third = restClient(simulator.url, opened)
  simulator.admin('account', { account: 'second', disabled: true })
  expect((await place(third)).status).toBe(200)
  simulator.admin('balances', { account: 'third', BTC: '2' })
  expect(simulator.world.venue.matching.wallet.of('BTC').free).toBe(money('10'))
  expect((await place(third, { side: 'SELL', price: '110', quantity: '2' })).status).toBe(200)
  await place(one)
  simulator.admin('listing', { symbol: 'BTCUSDC', listed: false })
  expect([await openOf(one), await openOf(third)]).toEqual([[], []])
  const { accounts } = (await (await fetch(`${simulator.url}/admin`)).json()) as { accounts: { name: string; balancesAddUp: boolean }[] }
  expect(accounts.map(({ name, balancesAddUp }) => [name, balancesAddUp])).toEqual([
    ['first', true],
    ['second', true],
    ['third', true],
  ])
})

test('fees in BNB are each account’s choice', async () => {
  const { one, two: other } = await two()
  await other.signed('POST', '/sapi/v1/bnbBurn', { spotBNBBurn: true })
  const burns = async (rest: RestClient): Promise<unknown> => (await rest.signed('GET', '/sapi/v1/bnbBurn')).body['spotBNBBurn']
  expect([await burns(one), await burns(other)]).toEqual([false, true])
})

describe('accounts of one trade group (faqs/stp_faq.md)', () => {
  async function group(makerMode: string, takerMode: string) {
    const second = newHmacKey()
    const accounts = [{ name: 'second', keys: [second], balances: new Map([['USDC', money('500')]]), tradeGroupId: 1 }]
    const { simulator, key } = await simulatorFor({ accounts, tradeGroupId: 1, slippage: () => basisPoints(200) })
    const [one, other] = [restClient(simulator.url, key), restClient(simulator.url, second)]
    // inside of the spread, so that a taker meets it first
    const maker = await place(one, { side: 'SELL', price: '101', quantity: '0.6', selfTradePreventionMode: makerMode })
    const taker = await place(other, { price: '110', quantity: '0.2', timeInForce: 'IOC', selfTradePreventionMode: takerMode })
    const { orderId } = maker.body as unknown as { orderId: number }
    const rested = (await one.signed('GET', '/api/v3/order', { symbol: 'BTCUSDC', orderId })).body
    return { simulator, one, other, taker: taker.body, maker: rested }
  }
  const holds = (simulator: Simulator): string[] =>
    simulator.world.accounts.map(({ venue }) => {
      const of = (asset: string): number => Number(venue.matching.wallet.of(asset).free + venue.matching.wallet.of(asset).locked) / 1e8
      return `${of('BTC')} BTC ${of('USDC')} USDC`
    })

  test.each([
    { maker: 'EXPIRE_MAKER', taker: 'EXPIRE_MAKER', rested: 'EXPIRED_IN_MATCH', taken: 'FILLED', mode: 'EXPIRE_MAKER' },
    { maker: 'EXPIRE_MAKER', taker: 'EXPIRE_TAKER', rested: 'NEW', taken: 'EXPIRED_IN_MATCH', mode: 'EXPIRE_TAKER' },
    { maker: 'EXPIRE_MAKER', taker: 'EXPIRE_BOTH', rested: 'EXPIRED_IN_MATCH', taken: 'EXPIRED_IN_MATCH', mode: 'EXPIRE_BOTH' },
    { maker: 'EXPIRE_MAKER', taker: 'TRANSFER', rested: 'NEW', taken: 'EXPIRED_IN_MATCH', mode: 'DECREMENT' },
    { maker: 'TRANSFER', taker: 'TRANSFER', rested: 'NEW', taken: 'EXPIRED_IN_MATCH', mode: 'TRANSFER' },
  ])('$taker meets $maker: $mode', async ({ maker, taker, rested, taken, mode }) => {
    const found = await group(maker, taker)
    expect([found.maker['status'], found.taker['status']]).toEqual([rested, taken])
    expect(found.taker['preventedMatches']).toMatchObject([{ makerSymbol: 'BTCUSDC', makerOrderId: found.maker['orderId'] }])
    expect(found.taker['tradeGroupId']).toBe(1)
    for (const rest of [found.one, found.other]) {
      const query = { symbol: 'BTCUSDC', preventedMatchId: 1 }
      const { body } = await rest.signed('GET', '/api/v3/myPreventedMatches', query)
      expect(rowsOf(body)).toMatchObject([{ tradeGroupId: 1, selfTradePreventionMode: mode, price: '101.00000000' }])
    }
    for (const { venue } of found.simulator.world.accounts) expect(conservationError(venue)).toBeNull()
  })

  test('a transfer moves what was prevented, at the maker’s price and without a fee', async () => {
    const { simulator, maker } = await group('TRANSFER', 'TRANSFER')
    expect(maker).toMatchObject({ status: 'NEW', preventedQuantity: '0.20000000', executedQty: '0.00000000' })
    expect(holds(simulator)).toEqual(['9.8 BTC 10020.2 USDC', '0.2 BTC 479.8 USDC'])
    const told = simulator.log.events.filter(({ e }) => e === 'outboundAccountPosition').slice(-2)
    expect(told.map(event => event['account'])).toEqual([undefined, 'second'])
  })

  test('accounts of none, or of another, do not', async () => {
    const second = newHmacKey()
    const accounts = [{ name: 'second', keys: [second], balances: new Map([['USDC', money('500')]]), tradeGroupId: 2 }]
    const { simulator, key } = await simulatorFor({ accounts, tradeGroupId: 1, slippage: () => basisPoints(200) })
    await place(restClient(simulator.url, key), { side: 'SELL', price: '101' })
    expect((await place(restClient(simulator.url, second), { price: '110', timeInForce: 'IOC' })).body).toMatchObject({ status: 'FILLED' })
    const { body } = await restClient(simulator.url, second).signed('GET', '/api/v3/account')
    expect(body['tradeGroupId']).toBe(2)
  })
})
