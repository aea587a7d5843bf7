/** Pegged orders: where their limit comes from, what is told of it, and what is refused. */
import { describe, expect, test } from 'vitest'
import { basisPoints, money } from '#domain/money.ts'
import { conservationError } from '#simulator/control/audit.ts'
import type { Simulator } from '#simulator/simulator.ts'
import { list, order, scene } from '../support/simulator/scene.ts'

const flat = (count: number): { open: number; close: number; volume: number }[] =>
  Array.from({ length: count }, () => ({ open: 100, close: 100, volume: 400 }))
// a book of 99.9 and 100.1
const spread = { bars: flat(6), slippage: () => basisPoints(10) }
const reportIn = ({ log }: Simulator): object => log.events.find(({ e }) => e === 'executionReport')!
const limit = { type: 'LIMIT', timeInForce: 'GTC', quantity: '1', newOrderRespType: 'RESULT' }

describe('a limit order', () => {
  test.each([
    { sent: { side: 'BUY', pegPriceType: 'PRIMARY_PEG' }, at: '99.90000000', status: 'NEW' },
    { sent: { side: 'SELL', pegPriceType: 'PRIMARY_PEG' }, at: '100.10000000', status: 'NEW' },
    { sent: { side: 'BUY', pegPriceType: 'MARKET_PEG' }, at: '100.10000000', status: 'FILLED' },
    { sent: { side: 'SELL', pegPriceType: 'MARKET_PEG', timeInForce: 'IOC' }, at: '99.90000000', status: 'FILLED' },
    {
      sent: { side: 'BUY', pegPriceType: 'PRIMARY_PEG', pegOffsetType: 'PRICE_LEVEL', pegOffsetValue: '3' },
      at: '99.87000000',
      status: 'NEW',
    },
    {
      sent: { side: 'SELL', pegPriceType: 'PRIMARY_PEG', pegOffsetType: 'PRICE_LEVEL', pegOffsetValue: '3' },
      at: '100.13000000',
      status: 'NEW',
    },
    { sent: { side: 'SELL', type: 'LIMIT_MAKER', pegPriceType: 'PRIMARY_PEG' }, at: '100.10000000', status: 'NEW' },
  ])('$sent', async ({ sent, at, status }) => {
    const { simulator, rest } = await scene(spread)
    const query = { ...limit, ...sent } as Record<string, string>
    if (query['type'] === 'LIMIT_MAKER') delete query['timeInForce']
    const { body } = await order(rest, query)
    expect(body).toMatchObject({ price: '0.00000000', pegPriceType: sent.pegPriceType, peggedPrice: at, status })
    expect(reportIn(simulator)).toMatchObject({ p: '0.00000000', gP: sent.pegPriceType, gp: at })
    expect((await rest.signed('GET', '/api/v3/order', { symbol: 'BTCUSDC', orderId: 1 })).body).toMatchObject({ peggedPrice: at })
    expect(conservationError(simulator.world.venue)).toBeNull()
  })

  test('with an offset it is told, too', async () => {
    const { simulator, rest } = await scene(spread)
    const { body } = await order(rest, {
      ...limit,
      side: 'BUY',
      pegPriceType: 'PRIMARY_PEG',
      pegOffsetType: 'PRICE_LEVEL',
      pegOffsetValue: '5',
    })
    expect(body).toMatchObject({ pegOffsetType: 'PRICE_LEVEL', pegOffsetValue: 5 })
    expect(reportIn(simulator)).toMatchObject({ gOT: 'PRICE_LEVEL', gOV: 5 })
  })

  test('its limit does not float: it is filled where it was put', async () => {
    const bars = [{ open: 100, close: 110, volume: 400 }, { open: 110, close: 90, volume: 400 }, ...flat(1)]
    const { simulator, rest, told } = await scene({ ...spread, bars })
    await order(rest, { ...limit, side: 'BUY', pegPriceType: 'PRIMARY_PEG' })
    simulator.stepCandles(2)
    expect(told()).toEqual(['1 NEW NEW', '1 TRADE FILLED 1@99.9 maker'])
  })

  test('where the book has no spread, who joins their own side does not take', async () => {
    const { rest } = await scene({ bars: flat(6) })
    expect((await order(rest, { ...limit, side: 'SELL', pegPriceType: 'PRIMARY_PEG' })).body).toMatchObject({
      status: 'NEW',
      peggedPrice: '100.01000000',
    })
  })

  test('funds are locked at the pegged price', async () => {
    const { simulator, rest } = await scene(spread)
    await order(rest, { ...limit, side: 'BUY', pegPriceType: 'PRIMARY_PEG' })
    expect(simulator.world.venue.matching.wallet.of('USDC').locked).toBe(money('99.9'))
  })

  test('a price that comes with it bounds nothing, unless it is the other way', async () => {
    const sent = { ...limit, side: 'BUY', pegPriceType: 'PRIMARY_PEG', price: '90' }
    const believed = await scene(spread)
    expect((await order(believed.rest, sent)).body).toMatchObject({ price: '90.00000000', peggedPrice: '99.90000000' })
    const other = await scene({ ...spread, otherwise: ['peggedIgnoresPrice'] })
    expect((await order(other.rest, sent)).body).toMatchObject({ price: '90.00000000', peggedPrice: '90.00000000' })
  })
})

describe('a stop-limit order takes its limit when it triggers', () => {
  // the bar falls through 95: the book is 94.9 and 95.1 then
  const falls = [
    { open: 100, close: 100, volume: 400 },
    { open: 100, close: 90, volume: 400 },
    { open: 90, close: 90, volume: 400 },
  ]
  const stop = { side: 'SELL', type: 'STOP_LOSS_LIMIT', timeInForce: 'GTC', quantity: '1', stopPrice: '95', newOrderRespType: 'RESULT' }

  test.each([
    { peg: 'MARKET_PEG', told: ['1 NEW NEW waits', '1 NEW NEW', '1 TRADE FILLED 1@94.9'], at: '94.90000000' },
    { peg: 'PRIMARY_PEG', told: ['1 NEW NEW waits', '1 NEW NEW'], at: '95.10000000' },
  ])('$peg', async ({ peg, told, at }) => {
    const one = await scene({ ...spread, bars: falls })
    const { body } = await order(one.rest, { ...stop, pegPriceType: peg })
    expect(body).not.toHaveProperty('peggedPrice')
    one.simulator.stepCandles(2)
    expect(one.told()).toEqual(told)
    expect((await one.rest.signed('GET', '/api/v3/order', { symbol: 'BTCUSDC', orderId: 1 })).body).toMatchObject({ peggedPrice: at })
  })

  test('by trailing, too; with funds locked by what it came to', async () => {
    const bars = [
      { open: 100, close: 90, volume: 400 },
      { open: 90, close: 99, volume: 400 },
      { open: 99, close: 99, volume: 400 },
    ]
    const { simulator, rest, told } = await scene({ ...spread, bars })
    const sent = { ...stop, side: 'BUY', stopPrice: undefined, trailingDelta: '500', pegPriceType: 'PRIMARY_PEG' }
    const query = Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined)) as Record<string, string>
    expect((await order(rest, query)).status).toBe(200)
    simulator.stepCandles(2)
    // 90 and 5 %: 94.5, whose bid is 94.40
    expect(told()).toEqual(['1 NEW NEW waits', '1 NEW NEW'])
    const locked = simulator.world.venue.matching.wallet.of('USDC').locked
    expect(locked).toBe(money('94.4'))
    expect(conservationError(simulator.world.venue)).toBeNull()
  })

  test.each([
    {
      name: 'the filters have changed',
      change: (one: Awaited<ReturnType<typeof scene>>) => {
        const filter = { filterType: 'NOTIONAL', minNotional: '95' }
        one.simulator.admin('symbols', { symbol: 'BTCUSDC', filters: [filter] })
      },
      side: 'SELL',
      stopPrice: '95',
      type: 'STOP_LOSS_LIMIT',
    },
    {
      name: 'there is not enough for it',
      change: (one: Awaited<ReturnType<typeof scene>>) => void one.simulator.admin('balances', { USDC: '0' }),
      side: 'BUY',
      stopPrice: '101',
      type: 'STOP_LOSS_LIMIT',
    },
  ])('or is rejected then: $name', async ({ change, side, stopPrice, type }) => {
    const bars = side === 'SELL' ? falls : [...flat(2), { open: 110, close: 110, volume: 400 }, ...flat(1)]
    const one = await scene({ ...spread, bars })
    const { body } = await order(one.rest, { ...stop, side, type, stopPrice, pegPriceType: 'MARKET_PEG' })
    expect(body).toMatchObject({ status: 'NEW' })
    change(one)
    one.simulator.stepCandles(2)
    expect(one.told()).toEqual(['1 NEW NEW waits', '1 EXPIRED EXPIRED REJECTED'])
    expect(conservationError(one.simulator.world.venue)).toBeNull()
  })
})

test('in an OCO and in an OTO: now what works now, later what goes live later', async () => {
  const { simulator, rest } = await scene({
    ...spread,
    bars: [...flat(1), { open: 100, close: 98, volume: 400 }, { open: 98, close: 98, volume: 400 }],
  })
  const pair = {
    side: 'SELL',
    quantity: '1',
    aboveType: 'LIMIT_MAKER',
    abovePegPriceType: 'PRIMARY_PEG',
    belowType: 'STOP_LOSS',
    belowStopPrice: '90',
  }
  const oco = await list(rest, 'oco', { ...pair, newOrderRespType: 'RESULT' })
  expect(oco.body['orderReports']![1]).toMatchObject({ peggedPrice: '100.10000000' })
  const oto = {
    workingType: 'LIMIT',
    workingSide: 'BUY',
    workingTimeInForce: 'GTC',
    workingPegPriceType: 'PRIMARY_PEG',
    workingQuantity: '1',
    pendingType: 'LIMIT',
    pendingSide: 'SELL',
    pendingTimeInForce: 'GTC',
    pendingPegPriceType: 'PRIMARY_PEG',
    pendingQuantity: '1',
  }
  const { body } = await list(rest, 'oto', oto)
  expect(body['orderReports']![0]).toMatchObject({ peggedPrice: '99.90000000' })
  expect(body['orderReports']![1]).not.toHaveProperty('peggedPrice')
  simulator.stepCandles(2)
  const pending = await rest.signed('GET', '/api/v3/order', { symbol: 'BTCUSDC', orderId: 4 })
  // it goes live when the working order is filled at 99.9, whose ask is 100.00
  expect(pending.body).toMatchObject({ status: 'NEW', peggedPrice: '100.00000000' })
})

test.each([
  [{ pegPriceType: 'MID_PEG' }, -1210, 'Invalid pegPriceType.'],
  [{ pegPriceType: 'PRIMARY_PEG', pegOffsetType: 'TICK', pegOffsetValue: '1' }, -1211, 'Invalid pegOffsetType.'],
  [{ pegPriceType: 'PRIMARY_PEG', pegOffsetValue: '1' }, -1128, null],
  [{ pegPriceType: 'PRIMARY_PEG', pegOffsetType: 'PRICE_LEVEL', pegOffsetValue: '101' }, -1102, null],
  [{ price: '90', pegOffsetType: 'PRICE_LEVEL', pegOffsetValue: '1' }, -1106, null],
  [{ pegPriceType: 'PRIMARY_PEG', timeInForce: 'IOC' }, -2010, 'Unsupported order combination'],
  [{ type: 'LIMIT_MAKER', pegPriceType: 'MARKET_PEG' }, -2010, 'This price peg cannot be used with this order type.'],
  [{ type: 'MARKET', pegPriceType: 'PRIMARY_PEG' }, -2010, 'This order type may not use pegged price.'],
  [{ type: 'STOP_LOSS', stopPrice: '90', side: 'SELL', pegPriceType: 'PRIMARY_PEG' }, -2010, 'This order type may not use pegged price.'],
  [{ pegPriceType: 'PRIMARY_PEG', price: '1000' }, -1013, 'Filter failure: PERCENT_PRICE_BY_SIDE'],
  [{}, -1102, "Mandatory parameter 'price' was not sent, was empty/null, or malformed."],
])('%j is refused', async (sent, code, msg) => {
  const { rest } = await scene(spread)
  const all: Record<string, string> = { ...limit, side: 'BUY', ...sent }
  if (all['type'] !== 'LIMIT') delete all['timeInForce']
  expect((await order(rest, all)).body).toMatchObject({ code, ...(msg === null ? {} : { msg }) })
})

test('a book that is not as deep, and a symbol that has it switched off', async () => {
  const tiny = { bars: Array.from({ length: 3 }, () => ({ open: 0.5, close: 0.5, volume: 400 })) }
  const { simulator, rest } = await scene(tiny)
  const deep = { ...limit, side: 'BUY', quantity: '20', pegPriceType: 'PRIMARY_PEG', pegOffsetType: 'PRICE_LEVEL', pegOffsetValue: '60' }
  expect((await order(rest, deep)).body).toEqual({ code: -2010, msg: 'Order book liquidity is too low for this pegged order.' })
  Object.assign(simulator.world.venue.symbol('BTCUSDC').raw, { pegInstructionsAllowed: false })
  expect((await order(rest, deep)).body).toEqual({ code: -2010, msg: 'Pegged orders are not supported for this symbol.' })
})
