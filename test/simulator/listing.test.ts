/** Symbols that come and go, and filters that hold for more than one of them. */
import { describe, expect, test } from 'vitest'
import { money } from '#domain/money.ts'
import { conservationError } from '#simulator/control/audit.ts'
import { type RestClient, rowsOf } from '../support/simulator/rest.ts'
import { list, order, scene } from '../support/simulator/scene.ts'

const buy = { side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', price: '90', quantity: '1' }
const symbolsOf = async (rest: RestClient): Promise<string[]> =>
  rowsOf((await rest.get('/api/v3/exchangeInfo')).body['symbols']!).map(({ symbol, status }) => `${symbol} ${status}`)
const bracket = {
  workingType: 'LIMIT',
  workingSide: 'BUY',
  workingTimeInForce: 'GTC',
  workingPrice: '90',
  workingQuantity: '1',
  pendingSide: 'SELL',
  pendingQuantity: '1',
  pendingAboveType: 'LIMIT_MAKER',
  pendingAbovePrice: '120',
  pendingBelowType: 'STOP_LOSS',
  pendingBelowStopPrice: '80',
}
const pair = { side: 'SELL', quantity: '1', aboveType: 'LIMIT_MAKER', abovePrice: '120', belowType: 'STOP_LOSS', belowTrailingDelta: '900' }

describe('a symbol that is delisted', () => {
  test('ends what is open on it: single orders, lists whole, what trails; and leaves the others', async () => {
    const { simulator, rest, told } = await scene()
    await order(rest, buy)
    await list(rest, 'otoco', bracket)
    await list(rest, 'oco', pair)
    await order(rest, { side: 'SELL', type: 'STOP_LOSS', trailingDelta: '500', quantity: '1' })
    await order(rest, { ...buy, symbol: 'ETHUSDC' })
    told()
    simulator.admin('listing', { symbol: 'BTCUSDC', listed: false })
    const reports = told()
    const ended = [1, 2, 3, 4, 5, 6, 7].map(id => `${id} EXPIRED EXPIRED EXCHANGE_CANCELED`)
    expect(reports.filter(line => !line.startsWith('list')).toSorted()).toEqual(ended)
    expect(reports.filter(line => line === 'list ALL_DONE')).toHaveLength(2)
    const { venue } = simulator.world
    expect([...venue.open].map(({ symbol }) => symbol)).toEqual(['ETHUSDC'])
    expect(conservationError(venue)).toBeNull()
    expect(venue.matching.wallet.of('BTC').locked).toBe(0n)
    expect((await order(rest, buy)).body).toMatchObject({ msg: 'Market is closed.' })
    // it has its candles and its trades
    expect((await rest.get('/api/v3/klines', { symbol: 'BTCUSDC', interval: '1m' })).status).toBe(200)
  })

  test('where it vanishes nothing knows it: until it is listed again', async () => {
    const { simulator, rest } = await scene({ otherwise: ['delistedStaysAsBreak'] })
    await order(rest, { ...buy, price: '110' })
    simulator.admin('listing', { symbol: 'BTCUSDC', listed: false })
    const unknown = { code: -1121, msg: 'Invalid symbol.' }
    expect((await order(rest, buy)).body).toEqual(unknown)
    expect((await rest.get('/api/v3/ticker/price', { symbol: 'BTCUSDC' })).body).toEqual(unknown)
    expect(rowsOf((await rest.get('/api/v3/ticker/price')).body)).toHaveLength(1)
    simulator.stepCandles(3)
    expect(conservationError(simulator.world.venue)).toBeNull()
    simulator.admin('listing', { symbol: 'BTCUSDC', listed: true })
    expect(await symbolsOf(rest)).toEqual(['BTCUSDC TRADING', 'ETHUSDC TRADING'])
    expect((await order(rest, buy)).status).toBe(200)
  })
})

test('a symbol that the simulator was opened without is listed later, and trades from its next bar on', async () => {
  const { simulator, rest, told } = await scene({
    unlisted: ['BTCUSDC'],
    bars: Array.from({ length: 8 }, () => ({ open: 100, close: 100, volume: 400 })),
  })
  expect(await symbolsOf(rest)).toEqual(['ETHUSDC TRADING'])
  simulator.stepCandles(2)
  simulator.admin('listing', { symbol: 'BTCUSDC', listed: true })
  expect(await symbolsOf(rest)).toEqual(['BTCUSDC TRADING', 'ETHUSDC TRADING'])
  await order(rest, { side: 'BUY', type: 'MARKET', quantity: '1' })
  expect(told()).toEqual(['1 NEW NEW'])
  simulator.stepCandles(1)
  expect(told()).toEqual(['1 TRADE FILLED 1@100'])
})

describe('filters of the exchange and of assets', () => {
  test('are what the simulator was opened with, and hold for all symbols together', async () => {
    const { rest } = await scene({
      exchangeFilters: [{ filterType: 'EXCHANGE_MAX_NUM_ORDERS', maxNumOrders: 2 }],
      assetFilters: [{ filterType: 'MAX_ASSET', asset: 'USDC', limit: '95.00000000' }],
    })
    expect((await order(rest, { ...buy, quantity: '2' })).body['msg']).toBe('Filter failure: MAX_ASSET')
    expect((await order(rest, { ...buy, symbol: 'ETHUSDC' })).status).toBe(200)
    expect((await order(rest, buy)).status).toBe(200)
    expect((await order(rest, buy)).body['msg']).toBe('Filter failure: EXCHANGE_MAX_NUM_ORDERS')
  })

  test('that change under resting orders leave those, and hold for the next', async () => {
    const { simulator, rest } = await scene()
    for (const price of ['90', '91']) await order(rest, { ...buy, price })
    simulator.admin('filters', { exchange: [{ filterType: 'EXCHANGE_MAX_NUM_ORDERS', maxNumOrders: 1 }] })
    expect((await order(rest, buy)).body['msg']).toBe('Filter failure: EXCHANGE_MAX_NUM_ORDERS')
    expect(rowsOf((await rest.signed('GET', '/api/v3/openOrders', { symbol: 'BTCUSDC' })).body)).toHaveLength(2)
    simulator.admin('filters', { exchange: [] })
    expect((await order(rest, buy)).status).toBe(200)
  })
})

describe('averages that filters go by', () => {
  // an hour at 100, then five minutes at 200
  const bars = [...Array.from({ length: 60 }, () => 100), ...Array.from({ length: 6 }, () => 200)].map(price => ({
    open: price,
    close: price,
    volume: 400,
  }))
  test.each([
    { avgPriceMins: 0, passes: true },
    { avgPriceMins: 4, passes: true },
    { avgPriceMins: 60, passes: false },
  ])('of $avgPriceMins minutes', async ({ avgPriceMins, passes }) => {
    const { simulator, rest } = await scene({ bars, balances: new Map([['USDC', money('10000')]]) })
    simulator.stepCandles(65)
    const filter = { filterType: 'PERCENT_PRICE', multiplierUp: '1.1', multiplierDown: '0.9', avgPriceMins }
    simulator.admin('symbols', { symbol: 'BTCUSDC', filters: [filter] })
    expect((await order(rest, { ...buy, price: '195' })).status === 200).toBe(passes)
  })
})

describe('the price range of takers (faqs/price_range_execution_rules.md)', () => {
  const range = { bidLimitMultUp: '1.1', bidLimitMultDown: '0.9', askLimitMultUp: '1.1', askLimitMultDown: '0.9' }
  test.each([
    { referencePrice: '95', sell: 'FILLED', buy: 'FILLED' },
    { referencePrice: '80', sell: 'EXPIRED', buy: 'EXPIRED' },
    { referencePrice: null, sell: 'FILLED', buy: 'FILLED' },
  ])('around $referencePrice, at 100', async ({ referencePrice, sell, buy: bought }) => {
    const { simulator, rest } = await scene()
    simulator.admin('rules', { symbol: 'BTCUSDC', referencePrice, priceRange: range })
    const status = async (side: string): Promise<unknown> => (await order(rest, { side, type: 'MARKET', quantity: '1' })).body['status']
    expect([await status('SELL'), await status('BUY')]).toEqual([sell, bought])
    expect(conservationError(simulator.world.venue)).toBeNull()
  })

  test('a stop that triggers outside of it expires, and what rests is not touched', async () => {
    const bars = [
      { open: 100, close: 100, volume: 400 },
      { open: 100, high: 100, low: 80, close: 90, volume: 400 },
      { open: 90, close: 90, volume: 400 },
    ]
    const { simulator, rest, told } = await scene({ bars })
    await order(rest, { side: 'SELL', type: 'STOP_LOSS', stopPrice: '85', quantity: '1' })
    await order(rest, { ...buy, price: '82' })
    simulator.admin('rules', { symbol: 'BTCUSDC', referencePrice: '100', priceRange: range })
    told()
    simulator.stepCandles(2)
    expect(told().toSorted()).toEqual(['1 EXPIRED EXPIRED EXECUTION_RULE_PRICE_RANGE_EXCEEDED', '1 NEW NEW', '2 TRADE FILLED 1@82 maker'])
  })
})
