/** ccxt, REST and pro, which is not ours, against the simulator. */
import {
  AccountSuspended,
  DDoSProtection,
  ExchangeNotAvailable,
  InsufficientFunds,
  InvalidNonce,
  MarketClosed,
  OrderImmediatelyFillable,
  OrderNotFound,
  RequestTimeout,
  type Exchange,
  type OrderBook,
  pro,
} from 'ccxt'
import { expect, onTestFinished, test } from 'vitest'
import { simulatorFor, START, type TestMarket, ticksOf } from '../../support/simulator/market.ts'

async function open(market: TestMarket = {}) {
  const { simulator, key } = await simulatorFor(market)
  simulator.stepCandles(5)
  const exchange = new pro.binance({
    ...key,
    enableRateLimit: false,
    options: { defaultType: 'spot', fetchMarkets: { types: ['spot'] }, fetchMargins: false, fetchCurrencies: false },
  })
  const api = exchange.urls['api'] as Record<string, unknown>
  // whatever is not the simulator leads nowhere
  for (const name in api) if (typeof api[name] === 'string') api[name] = `http://127.0.0.1:1/${name}`
  Object.assign(api, { public: `${simulator.url}/api/v3`, private: `${simulator.url}/api/v3`, v1: `${simulator.url}/api/v1` })
  const nowhere = 'ws://127.0.0.1:1'
  Object.assign(api['ws'] as object, {
    spot: `${simulator.wsUrl}/ws`,
    'ws-api': { spot: `${simulator.wsUrl}/ws-api/v3`, future: nowhere, delivery: nowhere },
  })
  // it refuses ws:// before this
  await exchange.loadHttpProxyAgent()
  onTestFinished(() => exchange.close())
  await exchange.loadMarkets()
  return { simulator, exchange: exchange as Exchange }
}

test('markets, balance, candles, book, ticker', async () => {
  const { exchange } = await open()
  expect(Object.keys(exchange.markets!)).toEqual(['BTC/USDC', 'ETH/USDC'])
  expect(exchange.market('BTC/USDC')).toMatchObject({
    active: true,
    precision: { price: 0.01, amount: 0.001 },
    limits: { cost: { min: 5 } },
  })
  expect(await exchange.fetchBalance()).toMatchObject({ BTC: { free: 10, total: 10 }, USDC: { free: 10_000 } })
  const candles = await exchange.fetchOHLCV('BTC/USDC', '1m')
  expect(candles.at(-1)).toEqual([Date.UTC(2024, 0, 1, 0, 4), 100, 101, 99, 100, 400])
  expect(await exchange.fetchOHLCV('BTC/USDC', '5m')).toHaveLength(1)
  const book = await exchange.fetchOrderBook('BTC/USDC', 5)
  expect(book.asks[0]![0]!).toBeGreaterThan(book.bids[0]![0]!)
  expect(await exchange.fetchTicker('BTC/USDC')).toMatchObject({ last: 100, high: 101, low: 99 })
})

test('orders of all kinds, in a form body', async () => {
  const { exchange, simulator } = await open()
  const bought = await exchange.createOrder('BTC/USDC', 'market', 'buy', 1.5)
  expect(bought).toMatchObject({ status: 'closed', filled: 1.5, average: 100, fee: { currency: 'BTC', cost: 0.0015 } })
  expect(await exchange.createMarketBuyOrderWithCost('BTC/USDC', 250)).toMatchObject({ status: 'closed', cost: 250 })
  const limit = await exchange.createOrder('BTC/USDC', 'limit', 'buy', 2, 90)
  const stop = await exchange.createOrder('BTC/USDC', 'limit', 'sell', 1, 89, { stopLossPrice: 90 })
  const target = await exchange.createOrder('BTC/USDC', 'limit', 'sell', 1, 120, { takeProfitPrice: 119 })
  expect([limit.status, stop.status, target.status]).toEqual(['open', 'open', 'open'])
  expect(await exchange.fetchOpenOrders('BTC/USDC')).toHaveLength(3)
  expect(await exchange.fetchOrder(String(limit.id), 'BTC/USDC')).toMatchObject({ status: 'open', remaining: 2, type: 'limit' })
  expect(await exchange.cancelOrder(String(limit.id), 'BTC/USDC')).toMatchObject({ status: 'canceled' })
  expect(await exchange.fetchMyTrades('BTC/USDC')).toMatchObject([{ side: 'buy', takerOrMaker: 'taker' }, {}])
  expect((await exchange.fetchOrders('BTC/USDC')).map(({ status }) => status)).toEqual(['closed', 'closed', 'canceled', 'open', 'open'])
  expect(simulator.log.lines.filter(({ method }) => method === 'POST').every(({ query }) => query === '')).toBe(true)
})

test('a pair through its implicit method', async () => {
  const { exchange } = await open()
  const pair = {
    symbol: 'BTCUSDC',
    side: 'SELL',
    quantity: '1',
    aboveType: 'LIMIT_MAKER',
    abovePrice: '120',
    belowType: 'STOP_LOSS',
    belowStopPrice: '90',
  }
  const methods = exchange as unknown as Record<string, (params: object) => Promise<unknown>>
  expect(await methods['privatePostOrderListOco']!.call(exchange, pair)).toMatchObject({ contingencyType: 'OCO' })
  expect((await exchange.fetchOpenOrders('BTC/USDC')).map(({ type }) => type)).toEqual(['market', 'limit'])
})

test('each refusal is an error of the right class', async () => {
  const { exchange, simulator } = await open()
  const buy = (): Promise<unknown> => exchange.createOrder('BTC/USDC', 'limit', 'buy', 1, 90)
  await expect(exchange.createOrder('BTC/USDC', 'market', 'sell', 50)).rejects.toThrow(InsufficientFunds)
  await expect(exchange.cancelOrder('99', 'BTC/USDC')).rejects.toThrow(OrderNotFound)
  await expect(exchange.fetchOrder('99', 'BTC/USDC')).rejects.toThrow(OrderNotFound)
  await expect(exchange.createOrder('BTC/USDC', 'limit', 'buy', 0.001, 90)).rejects.toThrow('Filter failure: NOTIONAL')
  await expect(exchange.createOrder('BTC/USDC', 'limit', 'buy', 1, 101, { postOnly: true })).rejects.toThrow(OrderImmediatelyFillable)
  simulator.admin('time', { skew: 30_000 })
  await expect(buy()).rejects.toThrow(InvalidNonce)
  simulator.admin('time', { skew: 0 })
  simulator.admin('faults', { fault: { kind: 'timeout' }, where: { path: '/api/v3/order' } })
  await expect(buy()).rejects.toThrow(RequestTimeout)
  simulator.admin('faults', { fault: { kind: 'server_error', status: 500 }, where: { path: '/api/v3/order' } })
  await expect(buy()).rejects.toThrow(ExchangeNotAvailable)
  simulator.admin('account', { disabled: true })
  await expect(buy()).rejects.toThrow(AccountSuspended)
  simulator.admin('account', { disabled: false })
  simulator.admin('symbols', { symbol: 'BTCUSDC', status: 'BREAK' })
  await expect(buy()).rejects.toThrow(MarketClosed)
  simulator.admin('limits', { block: 60_000 })
  await expect(buy()).rejects.toThrow(DDoSProtection)
})

test('watched candles, orders and balances; an order over the WebSocket API', async () => {
  const { exchange, simulator } = await open()
  const orders = exchange.watchOrders('BTC/USDC')
  const balance = exchange.watchBalance()
  // an event that comes before it waits for one is lost to it
  const waits = (name: string): boolean => Object.values(exchange.clients ?? {}).some(({ futures }) => name in (futures as object))
  await until(() => simulator.sockets.subscribers > 0 && waits('orders:BTC/USDC') && waits('spot:balance'))
  const placed = await exchange.createOrderWs('BTC/USDC', 'limit', 'buy', 2, 90)
  expect(placed).toMatchObject({ status: 'open', remaining: 2 })
  expect(await orders).toMatchObject([{ id: placed.id, status: 'open' }])
  expect(await balance).toMatchObject({ USDC: { free: 9820, used: 180 } })
  const candles = exchange.watchOHLCV('BTC/USDC', '1m')
  await until(() => simulator.sockets.streamNames.includes('btcusdc@kline_1m'))
  simulator.stepCandles(1)
  const [first] = await candles
  expect(first!.slice(1, 4)).toEqual([100, 101, 99])
})

/** Looks at each turn of the loop: what is waited for is a frame on its way to this process. */
const until = (look: () => boolean): Promise<void> =>
  new Promise(resolve => {
    const again = (): void => (look() ? resolve() : void setImmediate(again))
    again()
  })

test('a stop that trails, an iceberg', async () => {
  const { exchange, simulator } = await open()
  const stop = await exchange.createOrder('BTC/USDC', 'STOP_LOSS', 'sell', 1, undefined, { trailingPercent: 5 })
  expect(stop).toMatchObject({ status: 'open', type: 'market', info: { trailingDelta: 500 } })
  const iceberg = await exchange.createOrder('BTC/USDC', 'limit', 'buy', 2, 90, { icebergQty: '0.5' })
  expect(iceberg.info).toMatchObject({ icebergQty: '0.50000000' })
  expect(simulator.world.venue.open.size).toBe(2)
})

// long enough for whoever takes its time
const trades = Array.from({ length: 20_000 }, (_, place) => ({
  at: place * 50,
  price: 100 + ((place * 7) % 13) / 100,
  quantity: 1 + (place % 5),
  buyerMaker: place % 2 === 0,
}))
const quotes = trades.map(({ at, price }, place) => ({ at: at + 1, bid: price - 0.01, ask: price + 0.01, bidQuantity: 1 + (place % 4) }))

test.each<[string, TestMarket]>([
  [
    'candles',
    {
      volumeShare: 0.1,
      bars: trades.slice(0, 6000).map(({ price, quantity }) => ({ open: price, high: 101, low: 99, close: price, volume: quantity * 50 })),
    },
  ],
  ['trades', { volumeShare: 0.1, ticks: [ticksOf('BTCUSDC', trades)], both: true }],
  ['trades and quotes', { ticks: [ticksOf('BTCUSDC', trades, quotes)], both: true }],
])('a watched book of %s, made of a snapshot and differences, is the book that REST shows', async (_, market) => {
  const { exchange, simulator } = await open({ limits: { weight: 1_000_000 }, ...market })
  const next = async (): Promise<OrderBook> => {
    const watched = exchange.watchOrderBook('BTC/USDC')
    let book: OrderBook | null = null
    void watched.then(found => (book = found))
    await until(() => {
      // it takes its snapshot when the first difference is there, so the market goes on
      if (book === null && simulator.sockets.streamNames.some(name => name.startsWith('btcusdc@depth'))) simulator.step(1)
      return book !== null
    })
    return book!
  }
  await next()
  for (let count = 0; count < 5; count++) {
    const side = count % 2 === 0 ? 'buy' : 'sell'
    await exchange.createOrder('BTC/USDC', 'market', side, 0.3)
    await next()
  }
  // what the newest differences do not tell yet comes with the end of a second
  const { books, venue } = simulator.world
  do simulator.step(1)
  while (market.ticks !== undefined && venue.marketNow % 1000 !== 0)
  await until(() => exchange.orderbooks['BTC/USDC']!['nonce'] === books.updateOf('BTCUSDC'))
  const rest = await exchange.fetchOrderBook('BTC/USDC', 1000)
  const book = exchange.orderbooks['BTC/USDC'] as unknown as OrderBook
  expect([book.nonce, [...book.bids], [...book.asks]]).toEqual([rest.nonce, rest.bids, rest.asks])
})

test('watched trades are those that happened, once each', async () => {
  const { exchange, simulator } = await open({ ticks: [ticksOf('BTCUSDC', trades)], both: true })
  ;(exchange.options as { tradesLimit: number }).tradesLimit = 1000
  const seen = new Map<string, unknown[]>()
  const begun = simulator.world.replay.histories.get('BTCUSDC')!.shownTrades
  while (seen.size < 40) {
    const watched = exchange.watchTrades('BTC/USDC')
    await until(() => simulator.sockets.streamNames.includes('btcusdc@trade'))
    simulator.stepCandles(3)
    for (const { id, timestamp, price, amount, side } of await watched) seen.set(id!, [timestamp, price, amount, side])
  }
  const expected = trades
    .slice(begun, begun + seen.size)
    .map(({ at, price, quantity, buyerMaker }, place) => [
      String(1000 + begun + place),
      [START + at, price, quantity, buyerMaker ? 'sell' : 'buy'],
    ])
  expect([...seen]).toEqual(expected)
})
