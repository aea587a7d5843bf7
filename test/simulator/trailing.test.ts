/** Stops that trail: the scenes of Binance's FAQ, and what is told of them. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { money, priceOf, zero } from '#domain/money.ts'
import { conservationError } from '#simulator/control/audit.ts'
import { openWorld } from '#simulator/open-world.ts'
import type { Draft } from '#simulator/trading/order.ts'
import { placeOrder } from '#simulator/trading/place.ts'
import { holds } from '../support/property.ts'
import { draftFor } from '../support/simulator/draft.ts'
import { optionsFor, START, ticksOf } from '../support/simulator/market.ts'
import { rowsOf } from '../support/simulator/rest.ts'
import { list, order, scene } from '../support/simulator/scene.ts'

const RICH = new Map([
  ['USDC', money('1000000')],
  ['BTC', money('10')],
])

// One bar a leg of the FAQ's pictures: straight from one price to the next.
const straight = (prices: readonly number[]): { open: number; close: number; volume: number }[] =>
  prices.slice(1).map((close, place) => ({ open: prices[place]!, close, volume: 400 }))

describe('as the FAQ draws it (faqs/trailing-stop-faq.md)', () => {
  test.each([
    {
      name: 'A: STOP_LOSS_LIMIT BUY with a stop price',
      prices: [40_000, 37_000, 45_000, 46_000, 42_000, 44_101],
      sent: { side: 'BUY', type: 'STOP_LOSS_LIMIT', stopPrice: '44000', trailingDelta: '500', price: '45000' },
      fires: '44100',
    },
    {
      name: 'B: STOP_LOSS_LIMIT SELL with a stop price',
      prices: [40_000, 41_500, 37_000, 41_000, 36_899],
      sent: { side: 'SELL', type: 'STOP_LOSS_LIMIT', stopPrice: '39000', trailingDelta: '1000', price: '36000' },
      fires: '36900',
    },
    {
      name: 'C: TAKE_PROFIT_LIMIT BUY with a stop price',
      prices: [40_000, 42_000, 37_000, 39_000, 38_000, 40_146],
      sent: { side: 'BUY', type: 'TAKE_PROFIT_LIMIT', stopPrice: '38000', trailingDelta: '850', price: '41000' },
      fires: '40145',
    },
    {
      name: 'D: TAKE_PROFIT_LIMIT SELL with a stop price',
      prices: [40_000, 41_500, 39_000, 45_000, 44_000, 46_500, 43_012],
      sent: { side: 'SELL', type: 'TAKE_PROFIT_LIMIT', stopPrice: '42000', trailingDelta: '750', price: '41000' },
      fires: '43012.5',
    },
    {
      name: 'E: STOP_LOSS_LIMIT SELL without one',
      prices: [40_000, 42_000, 39_500, 45_500, 42_314],
      sent: { side: 'SELL', type: 'STOP_LOSS_LIMIT', trailingDelta: '700', price: '39000' },
      fires: '42315',
    },
    {
      name: 'the same as a STOP_LOSS',
      prices: [40_000, 42_000, 39_500, 45_500, 42_314],
      sent: { side: 'SELL', type: 'STOP_LOSS', trailingDelta: '700' },
      fires: '42315',
    },
    {
      name: 'a TAKE_PROFIT without a stop price fires when the price comes back, too',
      prices: [40_000, 42_000, 39_500, 45_500, 42_314],
      sent: { side: 'SELL', type: 'TAKE_PROFIT', trailingDelta: '700' },
      fires: '42315',
    },
    {
      name: 'a trigger between two ticks is met by the next of them',
      prices: [100.01, 97],
      sent: { side: 'SELL', type: 'STOP_LOSS', trailingDelta: '155' },
      fires: '98.45',
    },
  ])('$name', async ({ prices, sent, fires }) => {
    const { simulator, rest, told } = await scene({
      bars: [...straight(prices), ...straight([prices.at(-1)!, prices.at(-1)!])],
      balances: RICH,
    })
    const type = sent.type.endsWith('LIMIT') ? { timeInForce: 'GTC' } : {}
    expect((await order(rest, { ...sent, ...type, quantity: '0.1' })).status).toBe(200)
    simulator.stepCandles(prices.length - 2)
    expect(told()).toEqual(['1 NEW NEW waits'])
    simulator.stepCandles(1)
    expect(told()).toEqual(['1 NEW NEW', `1 TRADE FILLED 0.1@${Number(fires)}`])
    expect(conservationError(simulator.world.venue)).toBeNull()
  })
})

test('a price that jumps over the trigger fires it where it lands', async () => {
  const bars = [{ open: 100, close: 110, volume: 400 }, { open: 90, close: 90, volume: 400 }, ...straight([90, 90])]
  const { simulator, rest, told } = await scene({ bars })
  await order(rest, { side: 'SELL', type: 'STOP_LOSS', trailingDelta: '500', quantity: '1' })
  simulator.stepCandles(1)
  expect(told()).toEqual(['1 NEW NEW waits', '1 NEW NEW', '1 TRADE FILLED 1@90'])
})

test('within a bar the tape decides: a high after the low does not fire by it', async () => {
  const rising = { open: 100, high: 110, low: 96, close: 109, volume: 400 }
  const { simulator, rest, told } = await scene({ bars: [rising, ...straight([109, 109])] })
  await order(rest, { side: 'SELL', type: 'STOP_LOSS', trailingDelta: '500', quantity: '1' })
  // sent while the bar is open, and again while it is ending: nothing that was before counts
  simulator.step(1)
  await order(rest, { side: 'BUY', type: 'STOP_LOSS', trailingDelta: '500', quantity: '1' })
  simulator.stepCandles(1)
  expect(told()).toEqual(['1 NEW NEW waits', '2 NEW NEW waits'])
})

test('what is told of it: delta at once, its time from when it follows the price', async () => {
  const { simulator, rest } = await scene({ bars: straight([100, 92, 90, 90, 90]) })
  const sent = { side: 'SELL', type: 'STOP_LOSS', quantity: '1', newOrderRespType: 'RESULT' }
  expect((await order(rest, { ...sent, stopPrice: '91', trailingDelta: '500' })).body).toMatchObject({
    stopPrice: '91.00000000',
    trailingDelta: 500,
    trailingTime: -1,
    status: 'NEW',
  })
  const second = (await order(rest, { ...sent, trailingDelta: '1900' })).body as unknown as { trailingTime: number }
  expect(second).toMatchObject({ trailingDelta: 1900 })
  expect(second).not.toHaveProperty('stopPrice')
  expect(second.trailingTime).toBeGreaterThan(0)
  const event = (id: number): object => simulator.log.events.find(({ e, i }) => e === 'executionReport' && i === id)!
  expect(event(1)).toMatchObject({ d: 500, P: '91.00000000' })
  expect(event(1)).not.toHaveProperty('D')
  expect(event(2)).toMatchObject({ d: 1900, D: second.trailingTime, P: '0.00000000' })
  simulator.stepCandles(3)
  const found = (await rest.signed('GET', '/api/v3/order', { symbol: 'BTCUSDC', orderId: 1 })).body as unknown as { trailingTime: number }
  expect(found).toMatchObject({ status: 'NEW', isWorking: false, trailingDelta: 500 })
  expect(found.trailingTime).toBeGreaterThan(0)
})

test('a leg of an OCO trails: its trigger ends the other', async () => {
  const { simulator, rest, told } = await scene({ bars: straight([100, 115, 108, 108, 108]) })
  const pair = {
    side: 'SELL',
    quantity: '1',
    aboveType: 'LIMIT_MAKER',
    abovePrice: '120',
    belowType: 'STOP_LOSS',
    belowTrailingDelta: '500',
  }
  expect((await list(rest, 'oco', pair)).status).toBe(200)
  simulator.stepCandles(2)
  expect(told()).toEqual([
    'list EXEC_STARTED',
    '1 NEW NEW waits',
    '2 NEW NEW',
    '2 EXPIRED EXPIRED OCO_TRIGGER',
    '1 NEW NEW',
    '1 TRADE FILLED 1@109.25',
    'list ALL_DONE',
  ])
})

test('the other leg of an OCO fills: the one that trails expires', async () => {
  const { simulator, rest, told } = await scene({ bars: straight([100, 121, 121]) })
  const pair = {
    side: 'SELL',
    quantity: '1',
    aboveType: 'LIMIT_MAKER',
    abovePrice: '120',
    belowType: 'STOP_LOSS_LIMIT',
    belowStopPrice: '95',
    belowTrailingDelta: '500',
    belowPrice: '80',
    belowTimeInForce: 'GTC',
  }
  expect((await list(rest, 'oco', pair)).status).toBe(200)
  simulator.stepCandles(1)
  expect(told().slice(3)).toEqual(['2 TRADE FILLED 1@120 maker', '1 EXPIRED EXPIRED OCO_TRIGGER', 'list ALL_DONE'])
})

test('the old form of an OCO trails from its stop price; its limit leg may be an iceberg', async () => {
  const { simulator, rest, told } = await scene({ bars: straight([100, 94, 97, 92, 92]) })
  const pair = {
    symbol: 'BTCUSDC',
    side: 'SELL',
    quantity: '1',
    price: '120',
    limitIcebergQty: '0.4',
    stopPrice: '95',
    trailingDelta: '500',
  }
  const { body } = await rest.signed('POST', '/api/v3/order/oco', { ...pair, newOrderRespType: 'RESULT' })
  expect(rowsOf(body['orderReports']!)).toMatchObject([{ trailingDelta: 500, trailingTime: -1 }, { icebergQty: '0.40000000' }])
  simulator.stepCandles(3)
  // 97 and 5 % back
  expect(told().at(-2)).toBe('1 TRADE FILLED 1@92.15')
  const limited = { stopLimitPrice: '90', stopLimitTimeInForce: 'FOK', stopIcebergQty: '0.4' }
  expect((await rest.signed('POST', '/api/v3/order/oco', { ...pair, ...limited })).body['code']).toBe(-2010)
})

test('the pending leg of an OTO trails from when it goes live', async () => {
  const { simulator, rest, told } = await scene({ bars: straight([100, 98, 110, 104, 104]) })
  const bracket = {
    workingType: 'LIMIT',
    workingSide: 'BUY',
    workingTimeInForce: 'GTC',
    workingPrice: '99',
    workingQuantity: '1',
    pendingType: 'STOP_LOSS',
    pendingSide: 'SELL',
    pendingQuantity: '1',
    pendingTrailingDelta: '500',
  }
  expect((await list(rest, 'oto', bracket)).status).toBe(200)
  simulator.stepCandles(3)
  expect(told().at(-2)).toBe('2 TRADE FILLED 1@104.5')
})

test('funds of a buyer’s pair: locked by where the one that trails would fire, less once it is made smaller, free again in the end', async () => {
  const { simulator, rest } = await scene({ bars: straight([100, 99, 99]) })
  const locked = (): bigint => simulator.world.venue.matching.wallet.of('USDC').locked
  const pair = { side: 'BUY', quantity: '2', belowType: 'LIMIT_MAKER', belowPrice: '90', aboveType: 'STOP_LOSS', aboveTrailingDelta: '500' }
  await list(rest, 'oco', pair)
  expect(locked()).toBe(money('210'))
  for (const orderId of [1, 2])
    expect((await rest.signed('PUT', '/api/v3/order/amend/keepPriority', { symbol: 'BTCUSDC', orderId, newQty: '1' })).status).toBe(200)
  expect(locked()).toBe(money('105'))
  await rest.signed('DELETE', '/api/v3/order', { symbol: 'BTCUSDC', orderId: 1 })
  expect(locked()).toBe(0n)
})

test('a stop that trails from now on has no price: the pair it belongs to is worth what the average price makes of it', async () => {
  const { simulator, rest, told } = await scene()
  // 5 at the average of 100; 4.96 where it would fire now
  const pair = { side: 'SELL', quantity: '0.05', aboveType: 'LIMIT_MAKER', abovePrice: '104', belowType: 'STOP_LOSS' }
  expect((await list(rest, 'oco', { ...pair, belowTrailingDelta: '79' })).status).toBe(200)
  expect(told()).toEqual(['list EXEC_STARTED', '1 NEW NEW waits', '2 NEW NEW'])
  const { venue } = simulator.world
  expect([...venue.open].map(({ id }) => venue.matching.find(id)?.request.id)).toEqual([1, 2])
})

test('nothing is left of a pair that is refused at the last look', async () => {
  const bars = Array.from({ length: 3 }, () => ({ close: 0.01, volume: 1_000_000 }))
  const { simulator, rest, told } = await scene({ bars, balances: new Map([['BTC', money('5000')]]) })
  // there is no price under the last one
  const above = { aboveType: 'LIMIT_MAKER', abovePrice: '0.02' }
  const below = { belowType: 'STOP_LOSS_LIMIT', belowPrice: '0.01', belowTimeInForce: 'GTC', belowTrailingDelta: '79' }
  expect((await list(rest, 'oco', { side: 'SELL', quantity: '1000', ...above, ...below })).body['code']).toBe(-2010)
  expect(told()).toEqual([])
  const { venue } = simulator.world
  expect([venue.open.size, venue.orders.size, venue.lists.size]).toEqual([0, 0, 0])
  expect((await rest.signed('DELETE', '/api/v3/openOrders', { symbol: 'BTCUSDC' })).body).toMatchObject({ code: -2011 })
})

test.each([
  [{ type: 'STOP_LOSS', trailingDelta: '9' }, -1013, 'Filter failure: TRAILING_DELTA'],
  [{ type: 'STOP_LOSS', trailingDelta: '2001' }, -1013, 'Filter failure: TRAILING_DELTA'],
  [{ type: 'STOP_LOSS' }, -1102, "Param 'stopPrice' or 'trailingDelta' must be sent, but both were empty/null!"],
  [{ type: 'STOP_LOSS', trailingDelta: '1.5' }, -1100, null],
  [{ type: 'MARKET', trailingDelta: '50' }, -1106, "Parameter 'trailingDelta' sent when not required."],
  [{ type: 'STOP_LOSS', trailingDelta: '50', stopPrice: '101' }, -2010, 'Order would trigger immediately.'],
])('%j is refused', async (sent, code, msg) => {
  const { rest } = await scene()
  const { body } = await order(rest, { side: 'SELL', quantity: '1', ...sent })
  expect(body).toMatchObject({ code, ...(msg === null ? {} : { msg }) })
})

test('bounds above and below the market are apart', async () => {
  const { simulator, rest } = await scene()
  const filter = { filterType: 'TRAILING_DELTA', minTrailingAboveDelta: 100 }
  simulator.admin('symbols', { symbol: 'BTCUSDC', filters: [filter] })
  const tried = async (side: string, type: string): Promise<number> =>
    (await order(rest, { side, type, trailingDelta: '50', quantity: '1' })).status
  expect([await tried('BUY', 'STOP_LOSS'), await tried('SELL', 'TAKE_PROFIT')]).toEqual([400, 400])
  expect([await tried('SELL', 'STOP_LOSS'), await tried('BUY', 'TAKE_PROFIT')]).toEqual([200, 200])
})

test('a symbol may have them switched off', async () => {
  const { simulator, rest } = await scene()
  Object.assign(simulator.world.venue.symbol('BTCUSDC').raw, { allowTrailingStop: false })
  expect((await order(rest, { side: 'SELL', type: 'STOP_LOSS', trailingDelta: '50', quantity: '1' })).body).toEqual({
    code: -2010,
    msg: 'Trailing stop orders are not supported for this symbol.',
  })
})

// The rule of the FAQ, trade by trade: a market of one cent steps that stops at every price on its way. Cents.
function firesAt(way: readonly number[], { selling, delta, stop, rises }: Rule): number | null {
  let best = stop === null ? way[0]! : null
  for (const price of way.slice(1)) {
    if (best === null) {
      if (stop !== null && (rises ? price >= stop : price <= stop)) best = price
      continue
    }
    best = selling ? Math.max(best, price) : Math.min(best, price)
    if (selling ? price * 10_000 <= best * (10_000 - delta) : price * 10_000 >= best * (10_000 + delta)) return price
  }
  return null
}

interface Rule {
  readonly selling: boolean
  readonly delta: number
  readonly stop: number | null
  readonly rises: boolean
}

const stepsTo = (from: number, to: number): number[] =>
  Array.from({ length: Math.abs(to - from) }, (_, step) => from + (to > from ? step + 1 : -step - 1))

test('whatever the bars and the order: it fires where the rule of the FAQ says, cent by cent', () => {
  const bar = fc.record({
    jump: fc.integer({ min: -300, max: 300 }),
    move: fc.integer({ min: -600, max: 600 }),
    up: fc.nat(400),
    down: fc.nat(400),
  })
  const sent = fc.record({
    side: fc.constantFrom<Draft['side']>('BUY', 'SELL'),
    type: fc.constantFrom<Draft['type']>('STOP_LOSS', 'TAKE_PROFIT'),
    delta: fc.integer({ min: 10, max: 900 }),
    away: fc.option(fc.integer({ min: 1, max: 700 })),
  })
  let [fired, not] = [0, 0]
  holds(
    fc.property(fc.array(bar, { minLength: 2, maxLength: 8 }), sent, (moves, { side, type, delta, away }) => {
      let last = 10_000
      const cents = [{ jump: 0, move: 0, up: 0, down: 0 }, ...moves].map(({ jump, move, up, down }) => {
        const open = Math.max(2000, last + jump)
        last = Math.max(2000, open + move)
        return { open, close: last, high: Math.max(open, last) + up, low: Math.max(1000, Math.min(open, last) - down) }
      })
      const rises = (side === 'BUY') === (type === 'STOP_LOSS')
      const stop = away === null ? null : 10_000 + (rises ? away : -away)
      // the way the tape goes: it jumps to an open, and passes all prices after it
      const way = cents.slice(1).reduce(
        (prices, { open, close, high, low }) => {
          const [first, second] = close >= open ? [low, high] : [high, low]
          prices.push(open, ...stepsTo(open, first), ...stepsTo(first, second), ...stepsTo(second, close))
          return prices
        },
        [10_000],
      )
      const expected = firesAt(way, { selling: side === 'SELL', delta, stop, rises })
      const bars = cents.map(
        prices => Object.fromEntries(Object.entries(prices).map(([name, value]) => [name, value / 100])) as { close: number },
      )
      const { venue, replay } = openWorld(optionsFor({ bars, balances: RICH }))
      venue.advance(replay.step()!)
      const order = placeOrder(
        venue,
        draftFor({ side, type, price: zero(), stopPrice: stop === null ? zero() : priceOf(stop / 100), trailingDelta: delta }),
      )
      for (let step = replay.step(); step !== null; step = replay.step()) venue.advance(step)
      const traded = order.trades[0]
      expect(traded === undefined ? null : Math.round(Number(traded.price) / 1e6)).toBe(expected)
      if (expected === null) not++
      else fired++
    }),
    180,
    () => {
      expect(fired).toBeGreaterThan(50)
      expect(not).toBeGreaterThan(20)
    },
  )
})

test.each([
  { name: 'trades', quotes: false },
  { name: 'trades and best prices', quotes: true },
])('over ticks of $name it follows each trade', async ({ quotes }) => {
  const prices = [100, 100, 99, 104, 100, 98.81, 98.8, 98.8]
  const trades = prices.map((price, place) => ({ at: place * 1000, price: (price * 100) / 104, quantity: 5, buyerMaker: true }))
  const best = trades.map(trade => ({
    at: trade.at + 100,
    bid: trade.price - 0.01,
    ask: trade.price + 0.01,
    bidQuantity: 9,
    askQuantity: 9,
  }))
  const rounded = trades.map(trade => ({ ...trade, price: Math.round(trade.price * 100) / 100 }))
  const shown = best.map(quote => ({ ...quote, bid: Math.round(quote.bid * 100) / 100, ask: Math.round(quote.ask * 100) / 100 }))
  const ticks = [quotes ? ticksOf('BTCUSDC', rounded, shown) : ticksOf('BTCUSDC', rounded)]
  const { simulator, rest, told } = await scene({ ticks })
  simulator.step(3)
  expect((await order(rest, { side: 'SELL', type: 'STOP_LOSS', trailingDelta: '500', quantity: '1' })).status).toBe(200)
  const states: number[] = []
  while (simulator.world.venue.open.size > 0 && simulator.step(1).length > 0) states.push(simulator.world.venue.marketNow)
  // the best is 100.00, and 95.00 is the first trade that is far enough from it
  expect(told().at(-1)).toBe('1 TRADE FILLED 1@95')
  expect(states.at(-1)).toBe(START + 6000)
})
