/** Whatever is done: balances never go below nothing, and add up to what came in and what was traded. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Money, type Price, type Quantity, price, quantity, zero } from '#domain/money.ts'
import type { OrderType, Side, TimeInForce } from '#domain/order.ts'
import { conservationError } from '#simulator/control/audit.ts'
import { ApiError } from '#simulator/errors.ts'
import { openWorld } from '#simulator/open-world.ts'
import { amendOrder } from '#simulator/trading/amend.ts'
import { type Draft, isOpen, type StpMode } from '#simulator/trading/order.ts'
import { cancelAll, cancelOrder, placeOrder } from '#simulator/trading/place.ts'
import { placeList } from '#simulator/trading/place-list.ts'
import type { World } from '#simulator/world.ts'
import { optionsFor, type TestMarket, type TestQuote, type TestTrade, ticksOf } from '../support/simulator/market.ts'

const bar = fc.record({
  open: fc.integer({ min: 80, max: 120 }),
  close: fc.integer({ min: 80, max: 120 }),
  reach: fc.integer({ min: 0, max: 15 }),
  volume: fc.integer({ min: 0, max: 40 }),
})
const bars = fc.array(bar, { minLength: 5, maxLength: 15 }).map(list =>
  list.map(({ open, close, reach, volume }) => ({
    open,
    close,
    high: Math.max(open, close) + reach,
    low: Math.min(open, close) - reach,
    volume,
  })),
)
const draft = fc.record({
  symbol: fc.constantFrom('BTCUSDC', 'ETHUSDC'),
  side: fc.constantFrom<Side>('BUY', 'SELL'),
  type: fc.constantFrom<OrderType>('MARKET', 'LIMIT', 'LIMIT_MAKER', 'STOP_LOSS', 'STOP_LOSS_LIMIT', 'TAKE_PROFIT', 'TAKE_PROFIT_LIMIT'),
  timeInForce: fc.constantFrom<TimeInForce>('GTC', 'IOC', 'FOK'),
  size: fc.integer({ min: 1, max: 4000 }),
  price: fc.integer({ min: 7000, max: 13_000 }),
  stopPrice: fc.integer({ min: 7000, max: 13_000 }),
  forAmount: fc.boolean(),
  stp: fc.constantFrom<StpMode>('EXPIRE_MAKER', 'EXPIRE_TAKER', 'EXPIRE_BOTH', 'DECREMENT', 'TRANSFER'),
})
type Wish = typeof draft extends fc.Arbitrary<infer Value> ? Value : never

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('place' as const), draft }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom('oco' as const, 'otoco' as const, 'opoco' as const, 'oto' as const),
      draft,
      first: draft,
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('step' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('cancel' as const, 'amend' as const),
      which: fc.nat(),
      size: fc.integer({ min: 1, max: 4000 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancelAll' as const) }) },
)

function draftOf({ symbol, side, type, timeInForce, size, price: at, stopPrice, forAmount, stp }: Wish): Draft {
  const limited = type.includes('LIMIT')
  const contingent = type.startsWith('STOP') || type.startsWith('TAKE')
  const money = type === 'MARKET' && forAmount
  return {
    symbol,
    side,
    type,
    timeInForce: limited && type !== 'LIMIT_MAKER' ? timeInForce : 'GTC',
    quantity: money ? zero<Quantity>() : quantity((size / 1000).toFixed(3)),
    quoteAmount: money ? (quantity(String(size)) as bigint as Money) : zero<Money>(),
    price: limited ? price((at / 100).toFixed(2)) : zero<Price>(),
    stopPrice: contingent ? price((stopPrice / 100).toFixed(2)) : zero<Price>(),
    iceberg: zero<Quantity>(),
    clientOrderId: null,
    stp,
    strategyId: null,
    strategyType: null,
  }
}

function listFor(world: World, kind: 'oco' | 'otoco' | 'opoco' | 'oto', wish: Wish, first: Wish): void {
  const pays = kind === 'opoco'
  const none = { quantity: zero<Quantity>() }
  const side: Side = pays ? 'SELL' : wish.side
  const leg = { ...draftOf({ ...wish, forAmount: false, side, symbol: first.symbol }), ...(pays ? none : {}) }
  const far = (share: bigint): Price =>
    ((((world.venue.matching.market(first.symbol).last as bigint) * share) / 100n / 1_000_000n) * 1_000_000n) as Price
  const above: Draft = {
    ...leg,
    type: side === 'SELL' ? 'LIMIT_MAKER' : 'STOP_LOSS',
    timeInForce: 'GTC',
    price: side === 'SELL' ? far(104n) : zero(),
    stopPrice: side === 'SELL' ? zero() : far(104n),
  }
  const below: Draft = {
    ...leg,
    type: side === 'SELL' ? 'STOP_LOSS' : 'LIMIT_MAKER',
    timeInForce: 'GTC',
    price: side === 'SELL' ? zero() : far(97n),
    stopPrice: side === 'SELL' ? far(97n) : zero(),
  }
  const working: Draft | null =
    kind === 'oco' ? null : draftOf({ ...first, type: 'LIMIT', forAmount: false, side: pays ? 'BUY' : first.side })
  const legs = kind === 'oto' ? [above] : [above, below]
  placeList(world.venue, {
    kind: kind === 'oco' ? 'OCO' : kind === 'oto' ? 'OTO' : pays ? 'OPOCO' : 'OTOCO',
    symbol: first.symbol,
    clientId: null,
    working,
    legs,
  })
}

type Bars = readonly {
  readonly open: number
  readonly close: number
  readonly high: number
  readonly low: number
  readonly volume: number
}[]

// what bars are made of: a trade a price, by a taker of the side that it moved to, and the best prices that follow
const tradesOf = (of: Bars): TestTrade[] =>
  of.flatMap(({ open, high, low, close, volume }, bar_) =>
    [open, high, low, close].map((at, place) => ({
      at: bar_ * 60_000 + place * 400,
      price: at,
      quantity: (volume + 1) / 4,
      buyerMaker: place === 2,
    })),
  )
const quotesOf = (of: Bars): TestQuote[] =>
  tradesOf(of).map(({ at, price: last, quantity: size = 0 }) => ({
    at: at + 100,
    bid: last - 0.01,
    ask: last + 0.02,
    bidQuantity: size,
    askQuantity: size / 2,
  }))

const fromBars = (own: Bars, others: Bars): TestMarket => ({ bars: own, others, volumeShare: 0.1 })
const fromTrades = (own: Bars, others: Bars): TestMarket => ({
  others,
  both: true,
  volumeShare: 0.1,
  ticks: [ticksOf('BTCUSDC', tradesOf(own))],
})
const fromQuotes = (own: Bars, others: Bars): TestMarket => ({
  others,
  both: true,
  volumeShare: 0.1,
  ticks: [ticksOf('BTCUSDC', tradesOf(own), quotesOf(own))],
})

test.each([
  { name: 'fills at once', fillParts: 1, market: fromBars },
  { name: 'fills told in parts', fillParts: 3, market: fromBars },
  { name: 'trades', fillParts: 1, market: fromTrades },
  { name: 'trades and best prices', fillParts: 2, market: fromQuotes },
])('nothing is made or lost: $name', ({ fillParts, market }) => {
  let [trades, lists] = [0, 0]
  fc.assert(
    fc.property(bars, bars, fc.array(step, { minLength: 5, maxLength: 60 }), (own, others, steps) => {
      const world = openWorld(optionsFor({ ...market(own, others), limits: { orders10s: 10_000 } }))
      world.venue.faults.fillParts = fillParts
      const { venue } = world
      for (const one of [{ kind: 'step' as const }, ...steps]) {
        try {
          if (one.kind === 'step') {
            const next = world.replay.step()
            if (next !== null) venue.advance(next)
          } else if (one.kind === 'place') placeOrder(venue, draftOf(one.draft))
          else if (one.kind === 'cancelAll') for (const symbol of ['BTCUSDC', 'ETHUSDC']) cancelAll(venue, symbol, 'all')
          else if (one.kind === 'cancel' || one.kind === 'amend') {
            const open = [...venue.open]
            const order = open[one.which % Math.max(1, open.length)]
            if (order === undefined) continue
            const name = { symbol: order.symbol, orderId: order.id, clientOrderId: null }
            if (one.kind === 'cancel') cancelOrder(venue, name, 'cancel')
            else amendOrder(venue, { name, quantity: quantity((one.size / 1000).toFixed(3)), clientOrderId: null, most: 10 })
          } else if ('first' in one) listFor(world, one.kind, one.draft, one.first)
        } catch (error) {
          // an order is refused; a market never is
          if (!(error instanceof ApiError) || one.kind === 'step') throw error
        }
        expect(conservationError(venue)).toBeNull()
        // an open order is on the book or waits for another one
        for (const order of venue.open) expect(order.status === 'PENDING_NEW' || venue.matching.find(order.id) !== undefined).toBe(true)
        for (const order of venue.orders.values()) {
          expect(order.executed <= order.quantity).toBe(true)
          expect(order.trades.reduce((sum, trade) => sum + trade.quantity, 0n)).toBe(order.executed)
          // the quantity of an order for an amount is what it got
          const whole = order.quoteAmount > 0n ? order.executed : (order.executed as bigint) + order.prevented
          expect(order.status !== 'FILLED' || whole === order.quantity).toBe(true)
          expect(isOpen(order) || venue.matching.find(order.id) === undefined).toBe(true)
        }
        for (const list of venue.lists.values()) expect(list.done).toBe(!list.orders.some(isOpen))
      }
      trades += venue.trades.length
      lists += [...venue.lists.values()].filter(
        ({ working, orders }) => working?.status === 'FILLED' && orders.at(-1)!.status !== 'EXPIRED',
      ).length
    }),
    { numRuns: 150 },
  )
  // the property is worth something only where things happen
  expect(trades).toBeGreaterThan(150)
  expect(lists).toBeGreaterThan(10)
})
