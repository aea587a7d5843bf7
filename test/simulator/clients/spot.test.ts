/** @binance/spot, which is not ours, against the simulator. */
import { Spot } from '@binance/spot'
import { expect, onTestFinished, test } from 'vitest'
import { Watched } from '../../support/chat/until.ts'
import { simulatorFor } from '../../support/simulator/market.ts'
import type { Wire } from '../../support/simulator/rest.ts'

// it tells each connection on the console otherwise
process.env['LOG_LEVEL'] = 'error'

async function open() {
  const { simulator, key } = await simulatorFor()
  simulator.stepCandles(5)
  const spot = new Spot({
    configurationRestAPI: { apiKey: key.apiKey, apiSecret: key.secret, basePath: simulator.url, timeout: 5000, retries: 0 },
    configurationWebsocketStreams: { wsURL: simulator.wsUrl, reconnectDelay: 1000 },
    configurationWebsocketAPI: {
      apiKey: key.apiKey,
      apiSecret: key.secret,
      wsURL: `${simulator.wsUrl}/ws-api/v3`,
      reconnectDelay: 1000,
      timeout: 5000,
    },
  })
  return { simulator, rest: spot.restAPI, spot }
}
// its enums are types only in name: the words are what goes over the wire
const word = (text: string): never => text as never
const data = async (request: Promise<{ data(): Promise<unknown> }>): Promise<Wire> => (await (await request).data()) as Wire
const failed = (request: Promise<unknown>): Promise<Error & { code?: number }> =>
  request.then(
    () => Promise.reject(new Error('it was accepted')),
    (error: Error & { code?: number }) => error,
  )

test('markets, balance, orders, trades', async () => {
  const { rest } = await open()
  expect(await data(rest.exchangeInfo({ symbol: 'BTCUSDC' }))).toMatchObject({ symbols: [{ symbol: 'BTCUSDC', baseAsset: 'BTC' }] })
  expect(await data(rest.klines({ symbol: 'BTCUSDC', interval: word('1m'), limit: 2 }))).toHaveLength(2)
  expect(await data(rest.depth({ symbol: 'BTCUSDC', limit: 5 }))).toMatchObject({
    asks: [['100.00000000', expect.anything()], [], [], [], []].map(() => expect.anything()),
  })
  const bought = await data(rest.newOrder({ symbol: 'BTCUSDC', side: word('BUY'), type: word('MARKET'), quantity: 1.5 }))
  expect(bought).toMatchObject({ status: 'FILLED', fills: [{ commissionAsset: 'BTC', commission: '0.00150000' }] })
  const limit = await data(
    rest.newOrder({ symbol: 'BTCUSDC', side: word('BUY'), type: word('LIMIT'), timeInForce: word('GTC'), price: 90, quantity: 2 }),
  )
  const orderId = Number(limit['orderId'])
  expect(await data(rest.getOrder({ symbol: 'BTCUSDC', orderId }))).toMatchObject({ status: 'NEW', isWorking: true })
  expect(await data(rest.getOpenOrders({ symbol: 'BTCUSDC' }))).toHaveLength(1)
  expect(await data(rest.deleteOrder({ symbol: 'BTCUSDC', orderId }))).toMatchObject({ status: 'CANCELED' })
  expect(await data(rest.myTrades({ symbol: 'BTCUSDC' }))).toMatchObject([{ isBuyer: true, isMaker: false }])
  expect(await data(rest.getAccount({ omitZeroBalances: true }))).toMatchObject({ canTrade: true, accountType: 'SPOT' })
  expect(await data(rest.accountCommission({ symbol: 'BTCUSDC' }))).toMatchObject({ standardCommission: { maker: '0.00100000' } })
})

test('lists, replacing, amending', async () => {
  const { rest } = await open()
  const pair = {
    symbol: 'BTCUSDC',
    side: word('SELL'),
    quantity: 1,
    aboveType: word('LIMIT_MAKER'),
    abovePrice: 120,
    belowType: word('STOP_LOSS'),
    belowStopPrice: 90,
  }
  const oco = await data(rest.orderListOco(pair))
  expect(oco).toMatchObject({ contingencyType: 'OCO', listOrderStatus: 'EXECUTING' })
  expect(await data(rest.deleteOrderList({ symbol: 'BTCUSDC', orderListId: Number(oco['orderListId']) }))).toMatchObject({
    listOrderStatus: 'ALL_DONE',
  })
  const working = {
    symbol: 'BTCUSDC',
    workingType: word('LIMIT'),
    workingSide: word('BUY'),
    workingTimeInForce: word('GTC'),
    workingPrice: 101,
    workingQuantity: 1,
  }
  const legs = {
    pendingSide: word('SELL'),
    pendingAboveType: word('LIMIT_MAKER'),
    pendingAbovePrice: 120,
    pendingBelowType: word('STOP_LOSS'),
    pendingBelowStopPrice: 90,
  }
  expect(await data(rest.orderListOtoco({ ...working, ...legs, pendingQuantity: 0.5 }))).toMatchObject({
    contingencyType: 'OTO',
    orderReports: [{ status: 'FILLED' }, { status: 'PENDING_NEW' }, { status: 'PENDING_NEW' }],
  })
  expect(await data(rest.orderListOpoco({ ...working, ...legs }))).toMatchObject({ contingencyType: 'OTO' })
  const limit = await data(
    rest.newOrder({ symbol: 'BTCUSDC', side: word('BUY'), type: word('LIMIT'), timeInForce: word('GTC'), price: 90, quantity: 2 }),
  )
  const amended = await data(rest.orderAmendKeepPriority({ symbol: 'BTCUSDC', orderId: Number(limit['orderId']), newQty: 1 }))
  expect(amended).toMatchObject({ amendedOrder: { qty: '1.00000000', status: 'NEW' } })
  const replaced = await data(
    rest.orderCancelReplace({
      symbol: 'BTCUSDC',
      side: word('BUY'),
      type: word('LIMIT'),
      timeInForce: word('GTC'),
      price: 91,
      quantity: 1,
      cancelReplaceMode: word('STOP_ON_FAILURE'),
      cancelOrderId: Number(limit['orderId']),
    }),
  )
  expect(replaced).toMatchObject({ cancelResult: 'SUCCESS', newOrderResult: 'SUCCESS' })
})

test('what is wrong arrives as its own errors', async () => {
  const { rest, simulator } = await open()
  const order = { symbol: 'BTCUSDC', side: word('BUY'), type: word('LIMIT'), timeInForce: word('GTC'), price: 90, quantity: 2 }
  const wrong = await failed(rest.newOrder({ ...order, price: 90.001 }))
  expect([wrong.name, wrong.code, wrong.message]).toEqual(['BadRequestError', -1013, 'Filter failure: PRICE_FILTER'])
  simulator.admin('limits', { block: 60_000 })
  expect((await failed(rest.newOrder(order))).name).toBe('TooManyRequestsError')
  simulator.admin('limits', { ban: 60_000 })
  expect((await failed(rest.newOrder(order))).name).toBe('RateLimitBanError')
  simulator.admin('limits', { forgive: true })
  simulator.admin('faults', { fault: { kind: 'server_error', status: 503, executed: true }, where: { path: '/api/v3/order' } })
  expect((await failed(rest.newOrder(order))).name).toBe('ServerError')
  // an unknown outcome: it was done all the same
  expect(await data(rest.getOpenOrders({ symbol: 'BTCUSDC' }))).toHaveLength(1)
})

test('streams and the WebSocket API', async () => {
  const { spot, simulator } = await open()
  const watched = new Watched()
  const heard: Wire[] = []
  const hear = (message: unknown): void => {
    heard.push(message as Wire)
    watched.changed()
  }
  const first = (fits: (frame: Wire) => boolean): Promise<Wire> =>
    watched.until(
      () => heard.find(fits),
      () => JSON.stringify(heard),
    )
  const api = await spot.websocketAPI.connect()
  const streams = await spot.websocketStreams.connect()
  onTestFinished(async () => {
    await api.disconnect()
    await streams.disconnect()
  })
  const { stream } = await api.userDataStreamSubscribeSignature()
  stream.on('message', hear)
  const candles = streams.kline({ symbol: 'btcusdc', interval: word('1m') })
  candles.on('message', hear)
  const placed = await api.orderPlace({ symbol: 'BTCUSDC', side: word('BUY'), type: word('MARKET'), quantity: 1 })
  expect(placed.data).toMatchObject({ status: 'FILLED' })
  expect(await first(({ x }) => String(x) === 'TRADE')).toMatchObject({ e: 'executionReport', X: 'FILLED' })
  expect(await first(({ e }) => String(e) === 'outboundAccountPosition')).toBeTruthy()
  await expect(api.orderPlace({ symbol: 'BTCUSDC', side: word('BUY'), type: word('MARKET'), quantity: 500 })).rejects.toMatchObject({
    code: -1013,
    msg: 'Filter failure: MARKET_LOT_SIZE',
  })
  await watched.until(
    () => {
      if (simulator.sockets.count('streams') > 0) simulator.stepCandles(1)
      return heard.some(({ k }) => String(k?.['x']) === 'true') || null
    },
    () => 'a closed candle',
  )
})

test('what trails, is pegged or hides; filters and rules of the account', async () => {
  const { simulator, rest } = await open()
  const sell = { symbol: 'BTCUSDC', side: word('SELL'), quantity: 1, newOrderRespType: word('RESULT') }
  const trailing = await data(rest.newOrder({ ...sell, type: word('STOP_LOSS'), trailingDelta: 500 }))
  expect(trailing).toMatchObject({ status: 'NEW', trailingDelta: 500, trailingTime: expect.anything() })
  const limit = { ...sell, type: word('LIMIT'), timeInForce: word('GTC') }
  expect(await data(rest.newOrder({ ...limit, pegPriceType: word('PRIMARY_PEG') }))).toMatchObject({ peggedPrice: '100.01000000' })
  expect(await data(rest.newOrder({ ...limit, price: 120, icebergQty: 0.25 }))).toMatchObject({ icebergQty: '0.25000000' })
  const pair = { symbol: 'BTCUSDC', side: word('SELL'), quantity: 1, aboveType: word('LIMIT_MAKER'), abovePrice: 120 }
  const oco = await data(
    rest.orderListOco({ ...pair, belowType: word('STOP_LOSS'), belowTrailingDelta: 300, newOrderRespType: word('RESULT') }),
  )
  expect(oco['orderReports']![0]).toMatchObject({ trailingDelta: 300 })
  expect(await data(rest.myFilters({ symbol: 'BTCUSDC' }))).toMatchObject({ exchangeFilters: [], assetFilters: [] })
  simulator.admin('rules', { symbol: 'BTCUSDC', referencePrice: '99', priceRange: { bidLimitMultUp: '1.2' } })
  expect(await data(rest.referencePrice({ symbol: 'BTCUSDC' }))).toMatchObject({ referencePrice: '99.00000000' })
  expect(await data(rest.executionRules({ symbol: 'BTCUSDC' }))).toMatchObject({
    symbolRules: [{ rules: [{ ruleType: 'PRICE_RANGE', bidLimitMultUp: '1.2' }] }],
  })
})
