/** Smaller endpoints, microseconds, and faults of market streams. */
import { expect, test } from 'vitest'
import { simulatorFor, START, symbolOf } from '../support/simulator/market.ts'
import { restClient, rowsOf } from '../support/simulator/rest.ts'
import { openSocket, openWsApi } from '../support/simulator/socket.ts'

const bars = [100, 110, 120, 130, 140, 150].map(close => ({ close, volume: 4 }))

test('tickers of a window, of a day, of a trading day', async () => {
  const { simulator, key } = await simulatorFor({ bars })
  simulator.stepCandles(5)
  const rest = restClient(simulator.url, key)
  const window = async (query: Record<string, string>): Promise<unknown> => {
    const { body } = await rest.get('/api/v3/ticker', { symbol: 'BTCUSDC', ...query })
    return body['code'] ?? [body['openPrice'], body['lastPrice'], body['count']]
  }
  expect(await window({ windowSize: '2m' })).toEqual(['120.00000000', '140.00000000', 9])
  expect(await window({})).toEqual(['100.00000000', '140.00000000', 21])
  expect([await window({ windowSize: '60m' }), await window({ windowSize: '8d' }), await window({ windowSize: 'day' })]).toEqual([
    -1130, -1130, -1130,
  ])
  expect((await rest.get('/api/v3/ticker')).body).toMatchObject({ code: -1102 })
  const { body } = await rest.get('/api/v3/ticker/tradingDay', { symbol: 'BTCUSDC', type: 'MINI' })
  expect(body).toMatchObject({ openPrice: '100.00000000', highPrice: '140.00000000', openTime: START, closeTime: START + 86_399_999 })
  expect(Object.keys(body)).not.toContain('priceChange')
  expect(rowsOf((await rest.get('/api/v3/ticker/24hr')).body)).toHaveLength(2)
})

test('no symbol has execution rules, a reference price or block trades', async () => {
  const { simulator, key } = await simulatorFor()
  const rest = restClient(simulator.url, key)
  expect((await rest.get('/api/v3/executionRules', { symbol: 'BTCUSDC' })).body).toEqual({
    symbolRules: [{ symbol: 'BTCUSDC', rules: [] }],
  })
  expect((await rest.get('/api/v3/historicalBlockTrades', { symbol: 'BTCUSDC', fromId: 1 })).body).toEqual([])
  for (const path of ['referencePrice', 'referencePrice/calculation'])
    expect((await rest.get(`/api/v3/${path}`, { symbol: 'BTCUSDC' })).body).toEqual({
      code: -2043,
      msg: "This symbol doesn't have a reference price.",
    })
})

test('amendments are remembered: one after the other, ten at most', async () => {
  const { simulator, key } = await simulatorFor()
  const rest = restClient(simulator.url, key)
  const order = {
    symbol: 'BTCUSDC',
    side: 'SELL',
    type: 'LIMIT',
    timeInForce: 'GTC',
    price: '110',
    quantity: '9',
    newClientOrderId: 'first',
  }
  await rest.signed('POST', '/api/v3/order', order)
  const amend = (newQty: number) =>
    rest.signed('PUT', '/api/v3/order/amend/keepPriority', { symbol: 'BTCUSDC', orderId: 1, newQty, newClientOrderId: 'first' })
  for (let left = 8; left > 3; left--) expect((await amend(left)).status).toBe(200)
  const rows = rowsOf((await rest.signed('GET', '/api/v3/order/amendments', { symbol: 'BTCUSDC', orderId: 1 })).body)
  expect(rows.map(({ origQty, newQty }) => `${Number(origQty)} ${Number(newQty)}`)).toEqual(['9 8', '8 7', '7 6', '6 5', '5 4'])
  expect(simulator.world.venue.matching.wallet.of('BTC').locked).toBe(4_00000000n)
  for (const left of [3.9, 3.8, 3.7, 3.6, 3.5]) await amend(left)
  expect((await amend(3)).body).toMatchObject({ code: -2038, msg: 'Filter failure: MAX_NUM_ORDER_AMENDS' })
  expect((await amend(3.5)).body).toMatchObject({ code: -2038 })
})

test('microseconds where they are asked for: times only', async () => {
  const { simulator, key } = await simulatorFor({ bars })
  const ask = async (unit: string): Promise<unknown> =>
    (await fetch(`${simulator.url}/api/v3/time`, { headers: { 'X-MBX-TIME-UNIT': unit } })).json()
  expect(String(((await ask('MICROSECOND')) as { serverTime: number }).serverTime)).toHaveLength(16)
  expect(await ask('DAY')).toMatchObject({ code: -1194 })
  const stream = await openSocket(`${simulator.wsUrl}/ws/btcusdc@kline_1m?timeUnit=MICROSECOND`)
  simulator.stepCandles(1)
  expect(await stream.until(({ k }) => String(k?.['x']) === 'true')).toMatchObject({ k: { t: START * 1000, n: 4, o: '100.00000000' } })
  const api = await openWsApi(`${simulator.wsUrl}/ws-api/v3?timeUnit=microsecond&returnRateLimits=false`, key)
  const answer = await api.signed('order.place', { symbol: 'BTCUSDC', side: 'BUY', type: 'MARKET', quantity: '1' })
  expect(String(answer['result']!['transactTime'])).toHaveLength(16)
  expect(answer['rateLimits']).toBeUndefined()
})

test('candles on their way may be lost, doubled, or come late; one stream, or all', async () => {
  const { simulator } = await simulatorFor({ bars })
  const stream = await openSocket(`${simulator.wsUrl}/stream?streams=btcusdc@kline_1m/ethusdc@kline_1m`)
  // open, range, close, open, …: the close of the first minute is lost, that of the second doubled, that of the third late
  const kline = (kind: string, skip: number): void =>
    void simulator.admin('faults', { fault: { kind }, where: { type: 'btcusdc@kline_1m', skip } })
  kline('event_lost', 1)
  kline('event_twice', 4)
  kline('event_late', 7)
  simulator.stepCandles(4)
  await stream.until(({ data }) => String(data?.['s']) === 'ETHUSDC' && Number(data?.['k']?.['t']) === START + 4 * 60_000)
  const told = (symbol: string): string[] =>
    stream.frames.flatMap(({ data }) =>
      String(data!['s']) === symbol
        ? [`${(Number(data!['k']!['t']) - START) / 60_000}${String(data!['k']!['x']) === 'true' ? ' closed' : ''}`]
        : [],
    )
  expect(told('BTCUSDC')).toEqual(['0', '1', '1', '1 closed', '1 closed', '2', '2', '3', '2 closed', '3', '3 closed', '4'])
  expect(told('ETHUSDC').filter(text => text.endsWith('closed'))).toEqual(['0 closed', '1 closed', '2 closed', '3 closed'])
})

test('what a symbol of the file does not allow is refused in Binance’s words', async () => {
  const forbidden = { cancelReplaceAllowed: false, amendAllowed: false, quoteOrderQtyMarketAllowed: false, icebergAllowed: false }
  const { simulator, key } = await simulatorFor({ symbols: [{ ...symbolOf('BTC', 'USDC'), ...forbidden }, symbolOf('ETH', 'USDC')] })
  const rest = restClient(simulator.url, key)
  const limit = { symbol: 'BTCUSDC', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', price: '90', quantity: '1' }
  const asked = async (method: string, path: string, query: Record<string, string | number>): Promise<unknown> => {
    const { body } = await rest.signed(method, `/api/v3/${path}`, query)
    return body['msg'] ?? body['status']
  }
  expect(await asked('POST', 'order', limit)).toBe('NEW')
  expect(await asked('POST', 'order/cancelReplace', { ...limit, cancelReplaceMode: 'STOP_ON_FAILURE', cancelOrderId: 1 })).toBe(
    'Order cancel-replace is not supported for this symbol.',
  )
  expect(await asked('PUT', 'order/amend/keepPriority', { symbol: 'BTCUSDC', orderId: 1, newQty: '0.5' })).toBe(
    'Order amend is not supported for this symbol.',
  )
  expect(await asked('POST', 'order', { symbol: 'BTCUSDC', side: 'BUY', type: 'MARKET', quoteOrderQty: '50' })).toBe(
    'Quote order qty market orders are not support for this symbol.',
  )
  expect(await asked('POST', 'order', { ...limit, icebergQty: '0.5' })).toBe('Iceberg orders are not supported for this symbol.')
  expect(await asked('GET', 'order', { symbol: 'BTCUSDC', orderId: 1 })).toBe('NEW')
})
