/** Orders on a market of ticks: trades that go through them, quotes that they meet, and how much there is. */
import { describe, expect, test } from 'vitest'
import { basisPoints } from '#domain/money.ts'
import type { Simulator } from '#simulator/simulator.ts'
import { ManualClock } from '../support/simulator/clock.ts'
import { simulatorFor, START, type TestMarket, type TestQuote, type TestTrade, ticksOf } from '../support/simulator/market.ts'
import { type Query, restClient, rowsOf, type Wire } from '../support/simulator/rest.ts'
import { openSocket } from '../support/simulator/socket.ts'

async function open(trades: readonly TestTrade[], quotes: readonly TestQuote[] | null = null, market: TestMarket = {}) {
  const clock = new ManualClock()
  const { simulator, key } = await simulatorFor({ ticks: [ticksOf('BTCUSDC', trades, quotes)], clock, ...market })
  const rest = restClient(simulator.url, key, () => clock.now())
  const order = async (query: Query): Promise<Wire> =>
    (await rest.signed('POST', '/api/v3/order', { symbol: 'BTCUSDC', newOrderRespType: 'FULL', ...query })).body
  const state = async (placed: Wire): Promise<unknown[]> => {
    const { body } = await rest.signed('GET', '/api/v3/order', { symbol: 'BTCUSDC', orderId: Number(placed['orderId']) })
    return [body['status'], body['executedQty'], body['cummulativeQuoteQty']]
  }
  return { simulator, rest, order, state }
}
const limit = (side: 'BUY' | 'SELL', price: string, quantity = '1'): Query => ({ side, type: 'LIMIT', timeInForce: 'GTC', price, quantity })
/** Steps until so many milliseconds after START. */
const until = ({ step, world }: Simulator, at: number): void => {
  while (world.replay.due !== null && world.replay.due <= START + at) step(1)
}

describe('trades alone are the price that orders meet', () => {
  const trades = [
    { at: 0, price: 100, quantity: 50 },
    { at: 100, price: 99, quantity: 20, buyerMaker: true },
    { at: 200, price: 98.99, quantity: 20, buyerMaker: true },
    { at: 300, price: 101.5, quantity: 20 },
    { at: 400, price: 103, quantity: 20 },
  ]

  test('a limit fills when a trade goes through it, at its own price, as maker; at its price it waits', async () => {
    const { simulator, order, state, rest } = await open(trades)
    const placed = await order(limit('BUY', '99'))
    until(simulator, 100)
    expect(await state(placed)).toEqual(['NEW', '0.00000000', '0.00000000'])
    until(simulator, 200)
    expect(await state(placed)).toEqual(['FILLED', '1.00000000', '99.00000000'])
    const { body } = await rest.signed('GET', '/api/v3/myTrades', { symbol: 'BTCUSDC' })
    expect(rowsOf(body)).toMatchObject([{ price: '99.00000000', isMaker: true }])
  })

  test('a stop triggers at the trade that reaches it, and pays that price with half-spread and slippage', async () => {
    const { simulator, order, state } = await open(trades, null, { slippage: () => basisPoints(10) })
    const placed = await order({ side: 'BUY', type: 'STOP_LOSS', stopPrice: '101', quantity: '1' })
    until(simulator, 200)
    expect((await state(placed))[0]).toBe('NEW')
    until(simulator, 300)
    // 101.5 and 10 bp, up to the tick
    expect(await state(placed)).toEqual(['FILLED', '1.00000000', '101.61000000'])
  })

  test('orders take no more than their share of what was traded in a minute, whenever they come', async () => {
    const trading = [
      { at: 0, price: 100, quantity: 50 },
      { at: 30_000, price: 100, quantity: 30 },
      { at: 60_001, price: 100, quantity: 10 },
    ]
    const { simulator, order, rest } = await open(trading, null, { volumeShare: 0.1 })
    const take = async (quantity: string): Promise<unknown> => (await order({ side: 'BUY', type: 'MARKET', quantity }))['executedQty']
    expect(await take('3')).toBe('3.00000000')
    expect(await take('3')).toBe('2.00000000')
    // a tenth of 80, less 5
    until(simulator, 30_000)
    expect((await rest.get('/api/v3/ticker/bookTicker', { symbol: 'BTCUSDC' })).body).toMatchObject({ askQty: '3.00000000' })
    expect(await take('1')).toBe('1.00000000')
    // the first trade is more than a minute ago: a tenth of 40, less all that was taken within that minute
    until(simulator, 60_001)
    expect((await rest.get('/api/v3/ticker/bookTicker', { symbol: 'BTCUSDC' })).body).toMatchObject({ askQty: '0.00000000' })
    expect((await rest.get('/api/v3/depth', { symbol: 'BTCUSDC' })).body).toMatchObject({ bids: [], asks: [] })
  })

  test('an order of two legs: what comes first ends the other', async () => {
    const { simulator, rest, order, state } = await open(trades)
    const pair = {
      symbol: 'BTCUSDC',
      side: 'SELL',
      quantity: '1',
      aboveType: 'LIMIT_MAKER',
      abovePrice: '102',
      belowType: 'STOP_LOSS',
      belowStopPrice: '98',
    }
    const { body } = await rest.signed('POST', '/api/v3/orderList/oco', pair)
    const [one, other] = rowsOf(body['orders']!)
    until(simulator, 400)
    const states = await Promise.all([state(one!), state(other!)])
    expect(states.map(([status]) => status).toSorted()).toEqual(['EXPIRED', 'FILLED'])
    expect(states.find(([status]) => status === 'FILLED')).toEqual(['FILLED', '1.00000000', '102.00000000'])
    expect((await order({ side: 'SELL', type: 'MARKET', quantity: '1' }))['status']).toBe('FILLED')
  })
})

test('a working order that self-trade prevention makes smaller, and that fills at the same moment, brings its legs once', async () => {
  const { simulator, rest } = await open([
    { at: 0, price: 80 },
    { at: 400, price: 89 },
    { at: 500, price: 90 },
  ])
  const list = async (kind: string, query: Query): Promise<Wire> =>
    (await rest.signed('POST', `/api/v3/orderList/${kind}`, { symbol: 'BTCUSDC', ...query })).body
  const pair = { aboveType: 'STOP_LOSS', aboveStopPrice: '83.2', belowType: 'LIMIT_MAKER', belowPrice: '77.6' }
  await list('oco', { side: 'BUY', quantity: '0.065', selfTradePreventionMode: 'DECREMENT', ...pair })
  const pending = Object.fromEntries(
    Object.entries(pair).map(([name, value]) => [`pending${name[0]!.toUpperCase()}${name.slice(1)}`, value]),
  )
  await list('otoco', {
    workingType: 'LIMIT',
    workingSide: 'SELL',
    workingPrice: '81',
    workingQuantity: '0.066',
    workingTimeInForce: 'GTC',
    pendingSide: 'BUY',
    pendingQuantity: '0.065',
    ...pending,
    pendingAboveStopPrice: '89.5',
  })
  until(simulator, 1000)
  const orders = rowsOf((await rest.signed('GET', '/api/v3/allOrders', { symbol: 'BTCUSDC' })).body)
  expect(orders.map(({ type, status, executedQty }) => [type, status, executedQty].join(' '))).toEqual([
    'STOP_LOSS EXPIRED_IN_MATCH 0.00000000',
    'LIMIT_MAKER EXPIRED 0.00000000',
    'LIMIT FILLED 0.00100000',
    'STOP_LOSS FILLED 0.06500000',
    'LIMIT_MAKER EXPIRED 0.00000000',
  ])
})

describe('recorded quotes are the book', () => {
  const trades = [
    { at: 0, price: 100, quantity: 2 },
    { at: 150, price: 99.9, quantity: 0.4, buyerMaker: true },
    { at: 250, price: 99.8, quantity: 7, buyerMaker: true },
    { at: 450, price: 100.3, quantity: 2 },
  ]
  const quotes = [
    { at: 10, bid: 99.95, ask: 100.05, bidQuantity: 3, askQuantity: 2 },
    { at: 300, bid: 99.7, ask: 100.1, askQuantity: 4 },
    { at: 400, bid: 100.2, ask: 100.3, askQuantity: 1.5 },
    { at: 500, bid: 100.25, ask: 100.35 },
  ]

  test('takers get the other side without slippage, no more than is shown; the rest goes on at the next quote', async () => {
    const { simulator, order, state, rest } = await open(trades, quotes, { slippage: () => basisPoints(50), volumeShare: 0.1 })
    until(simulator, 10)
    const placed = await order({ side: 'BUY', type: 'MARKET', quantity: '3' })
    expect(placed).toMatchObject({ status: 'PARTIALLY_FILLED', fills: [{ price: '100.05000000', qty: '2.00000000' }] })
    expect((await rest.get('/api/v3/depth', { symbol: 'BTCUSDC' })).body).toMatchObject({ bids: [['99.95000000', '3.00000000']], asks: [] })
    until(simulator, 300)
    expect(await state(placed)).toEqual(['FILLED', '3.00000000', '300.20000000'])
    const sold = await order({ side: 'SELL', type: 'MARKET', quantity: '1' })
    expect(sold).toMatchObject({ status: 'FILLED', fills: [{ price: '99.70000000' }] })
  })

  test('a limit between the prices is served by a trade that goes through it, as far as that went', async () => {
    const { simulator, order, state } = await open(trades, quotes)
    until(simulator, 10)
    const placed = await order(limit('BUY', '99.96'))
    until(simulator, 150)
    expect(await state(placed)).toEqual(['PARTIALLY_FILLED', '0.40000000', '39.98400000'])
    until(simulator, 250)
    expect(await state(placed)).toEqual(['FILLED', '1.00000000', '99.96000000'])
    // the book is what was recorded, not the trade
    const sold = await order(limit('SELL', '100.2', '2'))
    until(simulator, 399)
    expect((await state(sold))[0]).toBe('NEW')
    until(simulator, 400)
    expect(await state(sold)).toEqual(['FILLED', '2.00000000', '200.40000000'])
  })

  test('a stop that the market reached triggers, and takes the other side', async () => {
    const { simulator, order, state } = await open(trades, quotes)
    until(simulator, 10)
    const placed = await order({ side: 'SELL', type: 'STOP_LOSS', stopPrice: '99.85', quantity: '1' })
    until(simulator, 249)
    expect((await state(placed))[0]).toBe('NEW')
    until(simulator, 250)
    expect(await state(placed)).toEqual(['FILLED', '1.00000000', '99.80000000'])
  })

  test('what would trigger or take at once by the other side is refused in Binance’s words', async () => {
    const { simulator, order } = await open(trades, quotes)
    until(simulator, 300)
    expect(await order({ side: 'SELL', type: 'STOP_LOSS', stopPrice: '99.7', quantity: '1' })).toMatchObject({
      code: -2010,
      msg: 'Order would trigger immediately.',
    })
    expect(await order({ side: 'BUY', type: 'LIMIT_MAKER', price: '100.1', quantity: '1' })).toMatchObject({
      code: -2010,
      msg: 'Order would immediately match and take.',
    })
    expect(await order({ side: 'BUY', type: 'LIMIT_MAKER', price: '100.09', quantity: '1' })).toMatchObject({ status: 'NEW' })
  })
})

describe('instants', () => {
  const trades = [
    { at: 100, price: 100 },
    { at: 100, price: 101 },
    { at: 700, price: 102 },
    { at: 130_500, price: 103 },
  ]

  test('are moments with ticks, ends of seconds with ticks, and of minutes', async () => {
    const { simulator } = await open(trades)
    const times: number[] = []
    const look = (): void => void times.push((simulator.world.venue.marketNow as number) - START)
    look()
    while (!simulator.world.replay.ended) {
      simulator.stepCandles(1)
      look()
    }
    expect(times).toEqual([100, 700, 1000, 60_000, 120_000, 130_500, 131_000])
    expect(simulator.admin('step', { candles: 1 })).toMatchObject({ ended: true, next: null, ticksLeft: 0 })
  })

  test('so many seconds of the market, at least an instant', async () => {
    const { simulator } = await open(trades)
    const after = (seconds: number): unknown => (simulator.admin('step', { seconds }) as { marketTime: number }).marketTime - START
    expect([after(0), after(0.3), after(119), after(10.5), after(1000)]).toEqual([700, 1000, 120_000, 130_500, 131_000])
    expect(() => simulator.admin('step', { seconds: 'many' })).toThrow('seconds: a number from 0 on is needed')
    const candles = await simulatorFor({ bars: [100, 101, 102] })
    expect(candles.simulator.admin('step', { seconds: 1 })).toMatchObject({ marketTime: START + 60_000, next: 'range' })
  })

  test('ticks before the start are the past', async () => {
    const { simulator, rest } = await open(trades, null, { start: START + 60_000 })
    expect(simulator.admin('step', { phases: 0 })).toMatchObject({ marketTime: START + 120_000, ticksLeft: 1, next: 'tick' })
    expect((await rest.get('/api/v3/ticker/price', { symbol: 'BTCUSDC' })).body).toMatchObject({ price: '102.00000000' })
    expect(rowsOf((await rest.get('/api/v3/trades', { symbol: 'BTCUSDC' })).body)).toHaveLength(3)
  })

  test('candles of one symbol and ticks of another: candles first at equal times', async () => {
    const clock = new ManualClock()
    const { simulator } = await simulatorFor({ clock, others: [100, 101, 102] })
    expect(simulator.world.replay.histories.size).toBe(2)
    const mixed = await simulatorFor({ clock, ticks: [ticksOf('BTCUSDC', [{ at: 60_000, price: 100 }])], both: true })
    const stream = await openSocket(`${mixed.simulator.wsUrl}/stream?streams=ethusdc@kline_1m/btcusdc@trade`)
    mixed.simulator.stepCandles(3)
    await stream.until(({ stream: name }) => String(name) === 'btcusdc@trade')
    expect(stream.frames.map(({ stream: name }) => name)).toEqual([
      'ethusdc@kline_1m',
      'ethusdc@kline_1m',
      'ethusdc@kline_1m',
      'btcusdc@trade',
    ])
  })

  test('what does not trade is told nothing of, and fills nothing', async () => {
    const { simulator, order, state } = await open(trades)
    const stream = await openSocket(`${simulator.wsUrl}/stream?streams=btcusdc@trade/btcusdc@kline_1m`)
    const placed = await order(limit('SELL', '101.5'))
    simulator.admin('symbols', { symbol: 'BTCUSDC', status: 'HALT' })
    until(simulator, 700)
    simulator.admin('symbols', { symbol: 'BTCUSDC', status: 'TRADING' })
    expect((await state(placed))[0]).toBe('NEW')
    until(simulator, 131_000)
    expect((await state(placed))[0]).toBe('FILLED')
    await stream.until(({ data }) => Number(data?.['t']) === 1003)
    expect(stream.frames.filter(({ stream: name }) => String(name) === 'btcusdc@trade')).toHaveLength(1)
  })
})

test('streams keep their pace by the market’s time, and tell only what changed', async () => {
  const trades = [
    { at: 0, price: 100 },
    { at: 250, price: 101 },
    { at: 260, price: 102 },
    { at: 1500, price: 102 },
    { at: 61_000, price: 99 },
  ]
  const { simulator } = await open(
    trades,
    [
      { at: 0, bid: 99, ask: 100 },
      { at: 250, bid: 100, ask: 101 },
      { at: 260, bid: 101, ask: 102 },
    ],
    {
      serverTime: 'market',
    },
  )
  const kinds = ['miniTicker', 'ticker', 'ticker_1h', 'avgPrice', 'kline_1m', 'depth5', 'depth@100ms', 'depth', 'bookTicker']
  const names = [...kinds.map(kind => `btcusdc@${kind}`), '!miniTicker@arr', '!ticker_4h@arr', '!ticker@arr']
  const stream = await openSocket(`${simulator.wsUrl}/stream?streams=${names.join('/')}`)
  simulator.stepCandles(Infinity)
  await stream.until(({ stream: name, data }) => String(name) === '!ticker_4h@arr' && Number(data?.[0]?.['E']) === START + 61_000)
  const times = (name: string): unknown[] =>
    stream.frames
      .filter(frame => String(frame['stream']) === name)
      .map(({ data }) => Number(data![0]?.['E'] ?? data!['E'] ?? Number.NaN) - START)
  for (const name of ['btcusdc@miniTicker', 'btcusdc@ticker', 'btcusdc@ticker_1h', 'btcusdc@avgPrice', '!miniTicker@arr', '!ticker_4h@arr'])
    expect([name, times(name)]).toEqual([name, [250, 1000, 2000, 61_000]])
  expect(times('btcusdc@kline_1m')).toEqual([250, 1000, 2000, 60_000, 61_000])
  expect(times('btcusdc@depth')).toEqual([250, 1000])
  expect(times('btcusdc@depth@100ms')).toEqual([250, 1000])
  expect(times('btcusdc@depth5')).toHaveLength(2)
  expect(times('btcusdc@bookTicker')).toHaveLength(2)
  expect(times('!ticker@arr')).toEqual([])
})
