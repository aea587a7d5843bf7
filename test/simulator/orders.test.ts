/** Orders and lists as the market moves: what becomes of them and what is told of it. Each scene is a transcript of execution reports. */
import { describe, expect, test } from 'vitest'
import { basisPoints, money, ratio } from '#domain/money.ts'
import { conservationError } from '#simulator/control/audit.ts'
import { optionsFor, START, symbolOf, type TestMarket } from '../support/simulator/market.ts'
import { columnsFrom } from '../support/market.ts'
import { restClient, rowsOf } from '../support/simulator/rest.ts'
import { list, order, type Scene, scene } from '../support/simulator/scene.ts'
import { openSimulator } from '#simulator/simulator.ts'
import { newHmacKey } from '#simulator/keys.ts'

const flat = (count: number): { open: number; close: number; volume: number }[] =>
  Array.from({ length: count }, () => ({ open: 100, close: 100, volume: 400 }))
const falls = [...flat(2), { open: 100, high: 100, low: 88, close: 89, volume: 400 }, { open: 89, close: 89, volume: 400 }]
const rises = [...flat(2), { open: 100, high: 125, low: 100, close: 122, volume: 400 }, { open: 122, close: 122, volume: 400 }]
const sellPair = {
  side: 'SELL',
  quantity: '1',
  aboveType: 'LIMIT_MAKER',
  abovePrice: '120',
  belowType: 'STOP_LOSS_LIMIT',
  belowStopPrice: '90',
  belowPrice: '85',
  belowTimeInForce: 'GTC',
}
const bracket = {
  workingType: 'LIMIT',
  workingSide: 'BUY',
  workingTimeInForce: 'GTC',
  workingQuantity: '1',
  pendingSide: 'SELL',
  pendingAboveType: 'LIMIT_MAKER',
  pendingAbovePrice: '120',
  pendingBelowType: 'STOP_LOSS',
  pendingBelowStopPrice: '89',
}

describe('single orders', () => {
  test('a limit is filled as maker once the price has gone through it', async () => {
    const { simulator, rest, told } = await scene({ bars: falls })
    await order(rest, { side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', price: '90', quantity: '2' })
    simulator.stepCandles(2)
    expect(told()).toEqual(['1 NEW NEW'])
    simulator.stepCandles(1)
    expect(told()).toEqual(['1 TRADE FILLED 2@90 maker'])
  })

  test('a stop is told again when it fires, then trades', async () => {
    const { simulator, rest, told } = await scene({ bars: falls })
    await order(rest, { side: 'SELL', type: 'STOP_LOSS', stopPrice: '90', quantity: '2' })
    simulator.stepCandles(3)
    expect(told()).toEqual(['1 NEW NEW waits', '1 NEW NEW', '1 TRADE FILLED 2@90'])
    expect((await rest.signed('GET', '/api/v3/order', { symbol: 'BTCUSDC', orderId: 1 })).body).toMatchObject({
      isWorking: true,
      stopPrice: '90.00000000',
      price: '0.00000000',
    })
  })

  test('the other way: a stop that fires is not told before its trade', async () => {
    const { simulator, rest, told } = await scene({ bars: falls, otherwise: ['triggerReportsNewAgain'] })
    await order(rest, { side: 'SELL', type: 'STOP_LOSS', stopPrice: '90', quantity: '2' })
    simulator.stepCandles(3)
    expect(told()).toEqual(['1 NEW NEW waits', '1 TRADE FILLED 2@90'])
  })

  test('what is sent between two bars waits for the next open', async () => {
    const { simulator, rest, told } = await scene({ bars: rises })
    simulator.step(8)
    expect((await order(rest, { side: 'BUY', type: 'MARKET', quantity: '1' })).body).toMatchObject({
      status: 'NEW',
      executedQty: '0.00000000',
      fills: [],
    })
    simulator.step(1)
    expect(told()).toEqual(['1 NEW NEW', '1 TRADE FILLED 1@122'])
  })

  test('quantities of a bar’s volume are shared: the rest is filled by the bars that follow', async () => {
    const { simulator, rest, told } = await scene({ bars: flat(6), volumeShare: 0.01 })
    await order(rest, { side: 'SELL', type: 'LIMIT', timeInForce: 'GTC', price: '99', quantity: '9' })
    expect(told()).toEqual(['1 NEW NEW', '1 TRADE PARTIALLY_FILLED 4@100'])
    simulator.stepCandles(2)
    expect(told()).toEqual(['1 TRADE PARTIALLY_FILLED 4@99 maker', '1 TRADE FILLED 1@99 maker'])
  })
})

describe('lists', () => {
  test('OCO: the stop fires, its pair expires with OCO_TRIGGER', async () => {
    const { simulator, rest, told } = await scene({ bars: falls })
    await list(rest, 'oco', sellPair)
    expect(told()).toEqual(['list EXEC_STARTED', '1 NEW NEW waits', '2 NEW NEW'])
    simulator.stepCandles(3)
    expect(told()).toEqual(['2 EXPIRED EXPIRED OCO_TRIGGER', '1 NEW NEW', '1 TRADE FILLED 1@90', 'list ALL_DONE'])
  })

  test('OCO: the limit fills, the stop expires', async () => {
    const { simulator, rest, told } = await scene({ bars: rises })
    await list(rest, 'oco', sellPair)
    told()
    simulator.stepCandles(3)
    expect(told()).toEqual(['2 TRADE FILLED 1@120 maker', '1 EXPIRED EXPIRED OCO_TRIGGER', 'list ALL_DONE'])
  })

  test('OTOCO: filled within a bar, its stop meets the rest of the same bar', async () => {
    const { simulator, rest, told } = await scene({ bars: falls })
    await list(rest, 'otoco', { ...bracket, workingPrice: '95', pendingQuantity: '1' })
    simulator.stepCandles(3)
    expect(told()).toEqual([
      'list EXEC_STARTED',
      '2 NEW PENDING_NEW waits',
      '3 NEW PENDING_NEW waits',
      '1 NEW NEW',
      '1 TRADE FILLED 1@95 maker',
      '2 NEW NEW waits',
      '3 NEW NEW',
      '3 EXPIRED EXPIRED OCO_TRIGGER',
      '2 NEW NEW',
      '2 TRADE FILLED 1@89',
      'list ALL_DONE',
    ])
  })

  test('OTOCO: the fee in base leaves too little for its legs where nothing else is there: EXPIRED with REJECTED', async () => {
    const { rest, told } = await scene({ balances: new Map([['USDC', money('1000')]]) })
    await list(rest, 'otoco', { ...bracket, workingPrice: '101', pendingQuantity: '1' })
    expect(told().slice(3)).toEqual([
      '1 NEW NEW',
      '1 TRADE FILLED 1@100',
      '2 EXPIRED EXPIRED REJECTED',
      '3 EXPIRED EXPIRED REJECTED',
      'list ALL_DONE',
    ])
  })

  test('OPOCO: the legs are sized by what was received; what is free pays the fee where it can', async () => {
    const poor = await scene({ balances: new Map([['USDC', money('1000')]]) })
    await list(poor.rest, 'opoco', { ...bracket, workingPrice: '101' })
    const rich = await scene()
    await list(rich.rest, 'opoco', { ...bracket, workingPrice: '101' })
    const sizes = async ({ rest }: Scene): Promise<unknown[]> =>
      rowsOf((await rest.signed('GET', '/api/v3/openOrders', { symbol: 'BTCUSDC' })).body).map(({ origQty }) => origQty)
    expect(await sizes(poor)).toEqual(['0.99900000', '0.99900000'])
    expect(await sizes(rich)).toEqual(['1.00000000', '1.00000000'])
  })

  test('OPO: several that fill in one bar lock what is there, and no more', async () => {
    const bars = [...flat(2), { open: 100, high: 100, low: 90, close: 95, volume: 400 }, ...flat(3)]
    const { simulator, rest } = await scene({ bars, balances: new Map([['USDC', money('1000')]]) })
    for (const workingPrice of ['98', '97', '96']) {
      const order = {
        symbol: 'BTCUSDC',
        workingType: 'LIMIT',
        workingTimeInForce: 'GTC',
        workingSide: 'BUY',
        workingQuantity: '1',
        workingPrice,
      }
      const pending = { pendingType: 'LIMIT', pendingSide: 'SELL', pendingTimeInForce: 'GTC', pendingPrice: '120' }
      expect((await rest.signed('POST', '/api/v3/orderList/opo', { ...order, ...pending })).status).toBe(200)
    }
    simulator.stepCandles(4)
    const { free, locked } = simulator.world.venue.matching.wallet.of('BTC')
    expect(free + locked).toBe(2_99700000n)
    expect(conservationError(simulator.world.venue)).toBeNull()
  })

  test('OPOCO: what was received so far is locked, and free again when the list is cancelled', async () => {
    const { simulator, rest } = await scene({ bars: flat(6), volumeShare: 0.001 })
    const { body } = await list(rest, 'opoco', { ...bracket, workingPrice: '101', workingQuantity: '3' })
    expect(body).toMatchObject({ orderReports: [{ status: 'PARTIALLY_FILLED', executedQty: '0.40000000' }, {}, {}] })
    const base = simulator.world.venue.matching.wallet.of('BTC')
    expect([base.free, base.locked]).toEqual([9_99960000n, 40000000n])
    await rest.signed('DELETE', '/api/v3/orderList', { symbol: 'BTCUSDC', orderListId: 0 })
    expect([base.free, base.locked]).toEqual([10_39960000n, 0n])
  })

  test('OTO: the cancel of the working order cancels the pending one', async () => {
    const { rest, told } = await scene()
    await list(rest, 'oto', {
      ...bracket,
      workingPrice: '95',
      pendingType: 'LIMIT',
      pendingTimeInForce: 'GTC',
      pendingPrice: '120',
      pendingQuantity: '1',
      pendingAboveType: '',
      pendingAbovePrice: '',
    }).then(({ status }) => expect(status).toBe(400))
    const { pendingAboveType: _, pendingAbovePrice: __, pendingBelowType: ___, pendingBelowStopPrice: ____, ...plain } = bracket
    await list(rest, 'oto', {
      ...plain,
      workingPrice: '95',
      pendingType: 'LIMIT',
      pendingTimeInForce: 'GTC',
      pendingPrice: '120',
      pendingQuantity: '1',
    })
    told()
    await rest.signed('DELETE', '/api/v3/order', { symbol: 'BTCUSDC', orderId: 1 })
    expect(told()).toEqual(['1 CANCELED CANCELED', '2 CANCELED CANCELED', 'list ALL_DONE'])
  })

  test('OTO: a pending order that was amended goes live as amended', async () => {
    const { simulator, rest } = await scene({ bars: falls })
    const { pendingAboveType: _, pendingAbovePrice: __, pendingBelowType: ___, pendingBelowStopPrice: ____, ...plain } = bracket
    await list(rest, 'oto', {
      ...plain,
      workingPrice: '95',
      pendingType: 'LIMIT',
      pendingTimeInForce: 'GTC',
      pendingPrice: '120',
      pendingQuantity: '1',
    })
    await rest.signed('PUT', '/api/v3/order/amend/keepPriority', { symbol: 'BTCUSDC', orderId: 2, newQty: '0.5' })
    simulator.stepCandles(3)
    expect((await rest.signed('GET', '/api/v3/order', { symbol: 'BTCUSDC', orderId: 2 })).body).toMatchObject({
      status: 'NEW',
      origQty: '0.50000000',
    })
    expect(simulator.world.venue.matching.wallet.of('BTC').locked).toBe(50000000n)
  })

  test('the old order/oco', async () => {
    const { rest } = await scene()
    const old = {
      symbol: 'BTCUSDC',
      side: 'SELL',
      quantity: '1',
      price: '120',
      stopPrice: '90',
      stopLimitPrice: '89',
      stopLimitTimeInForce: 'GTC',
    }
    const { body } = await rest.signed('POST', '/api/v3/order/oco', { ...old, newOrderRespType: 'RESULT' })
    expect(body).toMatchObject({
      contingencyType: 'OCO',
      orderReports: [{ type: 'STOP_LOSS_LIMIT', price: '89.00000000' }, { type: 'LIMIT_MAKER' }],
    })
  })
})

describe('an account that would meet itself', () => {
  const sell = { side: 'SELL', type: 'LIMIT', timeInForce: 'GTC', price: '100.5', quantity: '1' }
  const buy = { side: 'BUY', type: 'MARKET', quantity: '2' }
  // the best ask is at 101: an own sale at 100.5 stands before it
  const market: TestMarket = { slippage: () => ratio('0.01') }

  test.each([
    { mode: 'EXPIRE_MAKER', reports: ['1 TRADE_PREVENTION EXPIRED_IN_MATCH', '2 TRADE FILLED 2@101'] },
    { mode: 'EXPIRE_TAKER', reports: ['2 TRADE_PREVENTION EXPIRED_IN_MATCH'] },
    { mode: 'EXPIRE_BOTH', reports: ['1 TRADE_PREVENTION EXPIRED_IN_MATCH', '2 TRADE_PREVENTION EXPIRED_IN_MATCH'] },
    { mode: 'DECREMENT', reports: ['1 TRADE_PREVENTION EXPIRED_IN_MATCH', '2 TRADE FILLED 1@101', '2 TRADE_PREVENTION FILLED'] },
  ])('$mode', async ({ mode, reports }) => {
    const { rest, told } = await scene(market)
    await order(rest, sell)
    told()
    await order(rest, { ...buy, selfTradePreventionMode: mode })
    expect(told()).toEqual(['2 NEW NEW', ...reports])
    const [match] = rowsOf((await rest.signed('GET', '/api/v3/myPreventedMatches', { symbol: 'BTCUSDC', orderId: 2 })).body)
    expect(match).toMatchObject({
      preventedMatchId: 1,
      takerOrderId: 2,
      makerOrderId: 1,
      selfTradePreventionMode: mode,
      price: '100.50000000',
    })
  })

  // what it could buy of the order in its way is prevented of it, and the rest of the amount goes on
  test.each([
    { mode: 'DECREMENT', amount: '201', prevented: { taker: '1.00000000', maker: '1.00000000' }, got: '0.995' },
    { mode: 'DECREMENT', amount: '50.25', prevented: { taker: '0.50000000', maker: '0.50000000' }, got: null },
    { mode: 'EXPIRE_TAKER', amount: '201', prevented: { taker: '2.00000000', maker: undefined }, got: null },
  ])('$mode of an order for $amount', async ({ mode, amount, prevented, got }) => {
    const { simulator, rest } = await scene(market)
    await order(rest, sell)
    const { body } = await order(rest, { side: 'BUY', type: 'MARKET', quoteOrderQty: amount, selfTradePreventionMode: mode })
    const [match] = rowsOf((await rest.signed('GET', '/api/v3/myPreventedMatches', { symbol: 'BTCUSDC', orderId: 2 })).body)
    expect([match!['takerPreventedQuantity'], match!['makerPreventedQuantity']]).toEqual([prevented.taker, prevented.maker])
    expect(Number((body as Record<string, unknown>)['executedQty'])).toBe(Number(got ?? 0))
    expect(conservationError(simulator.world.venue)).toBeNull()
    expect(simulator.world.venue.matching.wallet.of('USDC').locked).toBe(0n)
  })

  test('EXPIRE_MAKER is the default, NONE is not allowed', async () => {
    const { rest } = await scene(market)
    expect((await order(rest, sell)).body).toMatchObject({ selfTradePreventionMode: 'EXPIRE_MAKER' })
    expect((await order(rest, { ...buy, selfTradePreventionMode: 'NONE' })).body).toEqual({
      code: -1013,
      msg: 'This symbol does not allow the specified self-trade prevention mode.',
    })
  })

  test('what has taken all there is, and reaches further, meets its own order there', async () => {
    const { rest, told } = await scene({ bars: flat(4), volumeShare: 0.001 })
    await order(rest, { ...sell, price: '103' })
    told()
    await order(rest, { side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', price: '104', quantity: '2' })
    expect(told()).toEqual(['2 NEW NEW', '2 TRADE PARTIALLY_FILLED 0.4@100', '1 TRADE_PREVENTION EXPIRED_IN_MATCH'])
  })

  test('orders that stand apart are left alone', async () => {
    const { rest, told } = await scene(market)
    await order(rest, { ...sell, price: '101.5' })
    told()
    await order(rest, buy)
    expect(told()).toEqual(['2 NEW NEW', '2 TRADE FILLED 2@101'])
  })
})

test('fees in BNB: three quarters of the plain fee while there is enough of it, then of what is received', async () => {
  const key = newHmacKey()
  const options = optionsFor({
    balances: new Map([
      ['USDC', money('10000')],
      ['BNB', money('0.0015')],
    ]),
    feesInBnb: true,
  })
  const bnb = {
    symbol: 'BNBUSDC',
    timeframe: '1m' as const,
    columns: columnsFrom(
      Array.from({ length: 9 }, () => 200),
      '1m',
      START,
    ),
  }
  const simulator = await openSimulator({
    ...options,
    recordings: [...options.recordings, bnb],
    symbols: [...options.symbols, symbolOf('BNB', 'USDC')],
    keys: [key],
  })
  try {
    const rest = restClient(simulator.url, key)
    const fee = async (): Promise<unknown> => {
      const { commission, commissionAsset } = rowsOf((await order(rest, { side: 'BUY', type: 'MARKET', quantity: '3' })).body['fills']!)[0]!
      return `${String(commission)} ${String(commissionAsset)}`
    }
    expect([await fee(), await fee()]).toEqual(['0.00112500 BNB', '0.00300000 BTC'])
  } finally {
    await simulator.close()
  }
})

test('a working order that is decremented and filled at once starts its pending leg once', async () => {
  const { simulator, rest, told } = await scene({ bars: flat(4), slippage: () => basisPoints(200) })
  const decrement = { selfTradePreventionMode: 'DECREMENT' }
  await order(rest, { side: 'SELL', type: 'LIMIT', timeInForce: 'GTC', price: '101', quantity: '0.5', ...decrement })
  const working = { workingType: 'LIMIT', workingSide: 'BUY', workingTimeInForce: 'GTC', workingPrice: '110', workingQuantity: '1' }
  const pending = { pendingType: 'LIMIT', pendingSide: 'SELL', pendingTimeInForce: 'GTC', pendingPrice: '120', pendingQuantity: '0.4' }
  await list(rest, 'oto', { ...working, ...pending, ...decrement })
  expect(told().filter(line => line.startsWith('3'))).toEqual(['3 NEW PENDING_NEW waits', '3 NEW NEW'])
  expect(simulator.world.venue.matching.wallet.of('BTC').locked).toBe(money('0.4'))
})
