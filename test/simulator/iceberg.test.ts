/** Icebergs: what the book shows, the trades that their parts make, and whose turn it is. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { money, priceOf, quantity } from '#domain/money.ts'
import { conservationError } from '#simulator/control/audit.ts'
import type { RestClient } from '../support/simulator/rest.ts'
import { list, order, scene } from '../support/simulator/scene.ts'
import { openWorld } from '#simulator/open-world.ts'
import { placeOrder } from '#simulator/trading/place.ts'
import { shownOf } from '#simulator/trading/iceberg.ts'
import { holds } from '../support/property.ts'
import { draftFor } from '../support/simulator/draft.ts'
import { optionsFor } from '../support/simulator/market.ts'

const flat = (count: number, volume = 400): { open: number; close: number; volume: number }[] =>
  Array.from({ length: count }, () => ({ open: 100, close: 100, volume }))
// goes through 99 and comes back
const dip = (volume: number) => ({ open: 100, high: 100, low: 98, close: 100, volume })
const buy = { side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', price: '99', quantity: '5' }
const RICH = new Map([
  ['USDC', money('1000000')],
  ['BTC', money('1000')],
])

// Bids of 99, which nobody else has in a book this shallow.
async function shownAt(rest: RestClient, price: string): Promise<number> {
  const { body } = await rest.get('/api/v3/depth', { symbol: 'BTCUSDC', limit: 100 })
  const levels = body['bids'] as unknown as [string, string][]
  return Number(levels.find(([at]) => Number(at) === Number(price))?.[1] ?? 0)
}

describe('what the book shows', () => {
  test('of a plain order all of it, of an iceberg its part', async () => {
    const { rest } = await scene({ bars: flat(4), volumeShare: 0.01, balances: RICH })
    const market = await shownAt(rest, '99.5')
    await order(rest, { ...buy, price: '99.5' })
    expect(await shownAt(rest, '99.5')).toBeCloseTo(market + 5)
    await order(rest, { ...buy, price: '99.5', icebergQty: '1.5' })
    expect(await shownAt(rest, '99.5')).toBeCloseTo(market + 6.5)
    await order(rest, { side: 'SELL', type: 'STOP_LOSS_LIMIT', timeInForce: 'GTC', stopPrice: '90', price: '99.5', quantity: '3' })
    expect(await shownAt(rest, '99.5')).toBeCloseTo(market + 6.5)
  })

  test('a part that has traded is replaced by the next; the last is what is left', async () => {
    // a hundredth of the volume is there: 2.5 of 5 are filled, then 2
    const { simulator, rest, told } = await scene({ bars: [...flat(1), dip(250), dip(200), ...flat(3)], volumeShare: 0.01, balances: RICH })
    await order(rest, { ...buy, icebergQty: '2' })
    const visible = (): bigint => shownOf(simulator.world.venue.orders.get(1)!)
    expect(visible()).toBe(quantity('2'))
    simulator.stepCandles(2)
    expect(told()).toEqual(['1 NEW NEW', '1 TRADE PARTIALLY_FILLED 2@99 maker', '1 TRADE PARTIALLY_FILLED 0.5@99 maker'])
    expect(visible()).toBe(quantity('1.5'))
    simulator.stepCandles(1)
    expect(told()).toEqual(['1 TRADE PARTIALLY_FILLED 1.5@99 maker', '1 TRADE PARTIALLY_FILLED 0.5@99 maker'])
    expect(visible()).toBe(quantity('0.5'))
  })

  test('an amendment changes it only where less is left than is shown', async () => {
    const { simulator, rest } = await scene({ bars: flat(4), balances: RICH })
    await order(rest, { ...buy, icebergQty: '2' })
    const shown = (): bigint => shownOf(simulator.world.venue.orders.get(1)!)
    const amend = (newQty: string) => rest.signed('PUT', '/api/v3/order/amend/keepPriority', { symbol: 'BTCUSDC', orderId: 1, newQty })
    await amend('3')
    expect(shown()).toBe(quantity('2'))
    await amend('1')
    expect(shown()).toBe(quantity('1'))
  })
})

describe('what it trades', () => {
  test('as a maker part by part, as a taker at once', async () => {
    const { simulator, rest, told } = await scene({ bars: [...flat(1), dip(400), ...flat(2)], balances: RICH })
    await order(rest, { ...buy, icebergQty: '2' })
    await order(rest, { ...buy, price: '101', icebergQty: '2' })
    simulator.stepCandles(2)
    expect(told()).toEqual([
      '1 NEW NEW',
      '2 NEW NEW',
      '2 TRADE FILLED 5@100',
      '1 TRADE PARTIALLY_FILLED 2@99 maker',
      '1 TRADE PARTIALLY_FILLED 2@99 maker',
      '1 TRADE FILLED 1@99 maker',
    ])
    expect(conservationError(simulator.world.venue)).toBeNull()
  })

  test('with each part its turn is over: who stands at the price comes first', async () => {
    // 5 are there, for an iceberg that shows 2 and two orders behind it
    const { simulator, rest, told } = await scene({ bars: [...flat(1), dip(500), dip(400), ...flat(3)], volumeShare: 0.01, balances: RICH })
    await order(rest, { ...buy, icebergQty: '2' })
    await order(rest, { ...buy, quantity: '2' })
    await order(rest, { ...buy, quantity: '4' })
    told()
    simulator.stepCandles(2)
    expect(told()).toEqual(['1 TRADE PARTIALLY_FILLED 2@99 maker', '2 TRADE FILLED 2@99 maker', '3 TRADE PARTIALLY_FILLED 1@99 maker'])
    // and a younger one comes after the part that was shown before it
    await order(rest, { ...buy, quantity: '4' })
    told()
    simulator.stepCandles(1)
    expect(told()).toEqual(['3 TRADE FILLED 3@99 maker', '1 TRADE PARTIALLY_FILLED 1@99 maker'])
    expect(conservationError(simulator.world.venue)).toBeNull()
  })

  test('the limit leg of an OCO may be one', async () => {
    const bars = [...flat(1), { open: 100, high: 112, low: 100, close: 111, volume: 400 }, ...flat(2)]
    const { simulator, rest, told } = await scene({ bars })
    const pair = { side: 'SELL', quantity: '5', aboveType: 'LIMIT_MAKER', abovePrice: '110', aboveIcebergQty: '3' }
    await list(rest, 'oco', { ...pair, belowType: 'STOP_LOSS', belowStopPrice: '90' })
    simulator.stepCandles(2)
    expect(told().slice(3)).toEqual([
      '2 TRADE PARTIALLY_FILLED 3@110 maker',
      '2 TRADE FILLED 2@110 maker',
      '1 EXPIRED EXPIRED OCO_TRIGGER',
      'list ALL_DONE',
    ])
  })
})

describe('what is refused', () => {
  test.each([
    [{ quantity: '5', icebergQty: '0.04' }, -1013, 'Filter failure: ICEBERG_PARTS'],
    [{ quantity: '5', icebergQty: '0.0005' }, -1013, 'Filter failure: LOT_SIZE'],
    [{ quantity: '5', icebergQty: '6' }, -2010, 'IcebergQty exceeds QTY.'],
    [{ quantity: '5', icebergQty: '1', timeInForce: 'IOC' }, -2010, 'Unsupported order combination'],
  ])('%j', async (sent, code, msg) => {
    const { rest } = await scene()
    expect((await order(rest, { ...buy, ...sent })).body).toEqual({ code, msg })
  })

  test('one iceberg more than there may be, on the symbol or on the exchange', async () => {
    const { simulator, rest } = await scene({ balances: RICH })
    simulator.admin('symbols', { symbol: 'BTCUSDC', filters: [{ filterType: 'MAX_NUM_ICEBERG_ORDERS', maxNumIcebergOrders: 1 }] })
    simulator.admin('filters', { exchange: [{ filterType: 'EXCHANGE_MAX_NUM_ICEBERG_ORDERS', maxNumIcebergOrders: 2 }] })
    const iceberg = { ...buy, icebergQty: '1' }
    expect((await order(rest, iceberg)).status).toBe(200)
    expect((await order(rest, iceberg)).body['msg']).toBe('Filter failure: MAX_NUM_ICEBERG_ORDERS')
    expect((await order(rest, { ...iceberg, symbol: 'ETHUSDC' })).status).toBe(200)
    expect((await order(rest, { ...iceberg, symbol: 'ETHUSDC' })).body['msg']).toBe('Filter failure: EXCHANGE_MAX_NUM_ICEBERG_ORDERS')
    expect((await order(rest, buy)).status).toBe(200)
  })

  test('any, where the symbol has it switched off', async () => {
    const { simulator, rest } = await scene()
    Object.assign(simulator.world.venue.symbol('BTCUSDC').raw, { icebergAllowed: false })
    expect((await order(rest, { ...buy, icebergQty: '1' })).body['msg']).toBe('Iceberg orders are not supported for this symbol.')
  })
})

test('however bars and orders are: no trade of a maker is larger than its part, and what is traded is what was there', () => {
  let refreshed = 0
  const iceberg = fc.record({
    size: fc.integer({ min: 1000, max: 9000 }),
    part: fc.integer({ min: 300, max: 4000 }),
    price: fc.integer({ min: 97, max: 99 }),
  })
  holds(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 3, maxLength: 8 }),
      fc.array(iceberg, { minLength: 2, maxLength: 5 }),
      (volumes, sizes) => {
        const bars = [...flat(1), ...volumes.map(volume => ({ open: 100, high: 101, low: 96, close: 100, volume })), ...flat(1)]
        const { venue, replay } = openWorld(optionsFor({ bars, volumeShare: 0.01, balances: RICH }))
        venue.advance(replay.step()!)
        for (const { size, part, price } of sizes) {
          const sent = { quantity: quantity((size / 1000).toFixed(3)), iceberg: quantity((Math.min(size, part) / 1000).toFixed(3)) }
          placeOrder(venue, draftFor({ ...sent, price: priceOf(price) }))
        }
        for (let step = replay.step(); step !== null; step = replay.step()) {
          const before = venue.trades.length
          venue.advance(step)
          const traded = venue.trades.slice(before).reduce((sum, trade) => sum + trade.quantity, 0n)
          const bar = (step.phase === 'tick' ? [] : step.bars).find(({ history }) => history.symbol === 'BTCUSDC')
          expect(step.phase !== 'range' || traded <= quantity(((bar?.volume ?? 0) / 100).toFixed(8))).toBe(true)
          for (const one of venue.orders.values()) {
            expect(one.trades.every(trade => trade.quantity <= one.iceberg)).toBe(true)
            expect(shownOf(one) <= one.iceberg).toBe(true)
            expect(shownOf(one) > 0n).toBe(one.executed < one.quantity)
            refreshed += one.trades.length > 1 ? 1 : 0
          }
          expect(conservationError(venue)).toBeNull()
        }
      },
    ),
    60,
    () => expect(refreshed).toBeGreaterThan(50),
  )
})
