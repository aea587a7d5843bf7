/** @binance/connector, which is not ours, against the simulator. */
import { expect, onTestFinished, test } from 'vitest'
import { Watched } from '../../support/chat/until.ts'
import { type ConnectorError, type ConnectorSpot, connector, silent } from '../../support/simulator/connector.ts'
import { simulatorFor } from '../../support/simulator/market.ts'
import { rowsOf, type Wire } from '../../support/simulator/rest.ts'

async function open(): Promise<{
  spot: ConnectorSpot
  step: (candles: number) => void
  wsUrl: string
  key: { apiKey: string; secret: string }
}> {
  const { simulator, key } = await simulatorFor()
  simulator.stepCandles(5)
  const spot = new connector.Spot(key.apiKey, key.secret, { baseURL: simulator.url, timeout: 5000, logger: silent })
  return { spot, step: simulator.stepCandles, wsUrl: simulator.wsUrl, key }
}
const failed = (request: Promise<unknown>): Promise<ConnectorError> =>
  request.then(
    () => Promise.reject(new Error('it was accepted')),
    (error: ConnectorError) => error,
  )

test('markets, candles, book', async () => {
  const { spot } = await open()
  expect(rowsOf((await spot.exchangeInfo()).data['symbols']!).map(raw => raw['symbol'])).toEqual(['BTCUSDC', 'ETHUSDC'])
  expect(rowsOf((await spot.klines('BTCUSDC', '1m', { limit: 3 })).data)).toHaveLength(3)
  expect(rowsOf((await spot.depth('BTCUSDC', { limit: 5 })).data['bids']!)).toHaveLength(5)
})

test('orders in and out, all of it in the query', async () => {
  const { spot } = await open()
  const bought = (await spot.newOrder('BTCUSDC', 'BUY', 'MARKET', { quantity: '1.5' })).data
  expect(bought).toMatchObject({ status: 'FILLED', executedQty: '1.50000000' })
  const { data: limit } = await spot.newOrder('BTCUSDC', 'BUY', 'LIMIT', {
    price: '90',
    quantity: '2',
    timeInForce: 'GTC',
    newClientOrderId: 'mine',
  })
  const { data: stop } = await spot.newOrder('BTCUSDC', 'SELL', 'STOP_LOSS_LIMIT', {
    stopPrice: '90',
    price: '89',
    quantity: '1',
    timeInForce: 'GTC',
    newOrderRespType: 'RESULT',
  })
  expect(stop).toMatchObject({ status: 'NEW', workingTime: -1, stopPrice: '90.00000000' })
  expect((await spot.getOrder('BTCUSDC', { origClientOrderId: 'mine' })).data).toMatchObject({ orderId: limit['orderId'], status: 'NEW' })
  expect(rowsOf((await spot.openOrders({ symbol: 'BTCUSDC' })).data)).toHaveLength(2)
  expect((await spot.cancelOrder('BTCUSDC', { orderId: Number(limit['orderId']) })).data).toMatchObject({
    status: 'CANCELED',
    origClientOrderId: 'mine',
  })
  expect(rowsOf((await spot.cancelOpenOrders('BTCUSDC')).data)).toHaveLength(1)
  expect(rowsOf((await spot.myTrades('BTCUSDC')).data)).toMatchObject([{ isBuyer: true, qty: '1.50000000' }])
  const balances = rowsOf((await spot.account()).data['balances']!)
  expect(balances.find(({ asset }) => String(asset) === 'BTC')).toMatchObject({ free: '11.49850000', locked: '0.00000000' })
  expect((await spot.newOrderTest('BTCUSDC', 'BUY', 'LIMIT', { price: '90', quantity: '2', timeInForce: 'GTC' })).data).toEqual({})
})

test('a pair, and what has no method of its own', async () => {
  const { spot } = await open()
  const legs = { abovePrice: '120', belowStopPrice: '90', belowPrice: '89', belowTimeInForce: 'GTC' }
  const { data: pair } = await spot.newOCOOrder('BTCUSDC', 'SELL', '1', 'LIMIT_MAKER', 'STOP_LOSS_LIMIT', legs)
  expect(pair).toMatchObject({ contingencyType: 'OCO', listOrderStatus: 'EXECUTING' })
  expect((await spot.cancelOCOOrder('BTCUSDC', { orderListId: Number(pair['orderListId']) })).data).toMatchObject({
    listOrderStatus: 'ALL_DONE',
  })
  const opoco = {
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
  const { data: bracket } = await spot.signRequest('POST', '/api/v3/orderList/opoco', opoco)
  expect(rowsOf(bracket['orderReports']!).map(({ status }) => status)).toEqual(['FILLED', 'PENDING_NEW', 'PENDING_NEW'])
  expect(rowsOf((await spot.openOrders({ symbol: 'BTCUSDC' })).data).map(({ origQty }) => origQty)).toEqual(['1.00000000', '1.00000000'])
  expect((await spot.signRequest('GET', '/api/v3/account/commission', { symbol: 'BTCUSDC' })).data).toMatchObject({
    standardCommission: { taker: '0.00100000' },
  })
  expect((await spot.apiPermissions()).data).toMatchObject({ enableReading: true, enableWithdrawals: false, ipRestrict: true })
  expect((await spot.systemStatus()).data).toEqual({ status: 0, msg: 'normal' })
})

test('what is wrong arrives as status, code and text', async () => {
  const { spot } = await open()
  const errors = [
    await failed(spot.newOrder('BTCUSDC', 'BUY', 'LIMIT', { price: '90.001', quantity: '2', timeInForce: 'GTC' })),
    await failed(spot.newOrder('BTCUSDC', 'BUY', 'LIMIT', { price: '90', quantity: 1e-7, timeInForce: 'GTC' })),
    await failed(
      spot
        .newOrder('BTCUSDC', 'BUY', 'MARKET', { quantity: '100' })
        .then(() => spot.newOrder('BTCUSDC', 'BUY', 'MARKET', { quantity: '100' })),
    ),
    await failed(spot.cancelOrder('BTCUSDC', { orderId: 99 })),
    await failed(spot.getOrder('BTCUSDC', { orderId: 99 })),
    await failed(spot.klines('BTCUSDC', '7m')),
  ]
  expect(errors.map(({ response }) => [response?.status, response?.data.code, response?.data.msg])).toEqual([
    [400, -1013, 'Filter failure: PRICE_FILTER'],
    [400, -1100, "Illegal characters found in parameter 'quantity'; legal range is '^([0-9]{1,20})(\\.[0-9]{1,20})?$'."],
    [400, -2010, 'Account has insufficient balance for requested action.'],
    [400, -2011, 'Unknown order sent.'],
    [400, -2013, 'Order does not exist.'],
    [400, -1120, 'Invalid interval.'],
  ])
})

test('its streams hear candles, and its WebSocket API the account', async () => {
  const { wsUrl, key, step } = await open()
  const watched = new Watched()
  const heard: Wire[] = []
  const hear = (data: unknown): void => {
    heard.push(JSON.parse(String(data)) as Wire)
    watched.changed()
  }
  const opened: string[] = []
  const callbacks = (name: string) => ({ open: () => (opened.push(name), watched.changed()), message: hear })
  const stream = new connector.WebsocketStream({ wsURL: wsUrl, combinedStreams: true, logger: silent, callbacks: callbacks('stream') })
  stream.kline('btcusdc', '1m')
  const api = new connector.WebsocketAPI(key.apiKey, key.secret, {
    wsURL: `${wsUrl}/ws-api/v3`,
    logger: silent,
    callbacks: callbacks('api'),
  })
  onTestFinished(() => {
    stream.disconnect()
    api.disconnect()
  })
  const first = (fits: (frame: Wire) => boolean): Promise<Wire> =>
    watched.until(
      () => heard.find(fits),
      () => JSON.stringify(heard),
    )
  await watched.until(
    () => opened.length === 2,
    () => 'both sockets',
  )
  api.sendSignatureMessage('userDataStream.subscribe.signature', { id: 7 })
  expect(await first(({ id }) => Number(id) === 7)).toMatchObject({ status: 200, result: { subscriptionId: 0 } })
  api.newOrder('BTCUSDC', 'SELL', 'MARKET', { quantity: '1' })
  expect(await first(({ event }) => String(event?.['x']) === 'TRADE')).toMatchObject({ event: { X: 'FILLED', N: 'USDC' } })
  step(1)
  const closed = await first(({ data }) => String(data?.['k']?.['x']) === 'true')
  expect(closed).toMatchObject({ stream: 'btcusdc@kline_1m', data: { e: 'kline', k: { i: '1m', h: '101.00000000', n: 4 } } })
})
