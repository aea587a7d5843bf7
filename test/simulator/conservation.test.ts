/** Whatever is done: balances never go below nothing, and add up to what came in and what was traded. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { basisPoints, type Money, money, type Price, type Quantity, price, quantity, zero } from '#domain/money.ts'
import type { OrderType, Side, TimeInForce } from '#domain/order.ts'
import { conservationError } from '#simulator/control/audit.ts'
import { ApiError } from '#simulator/errors.ts'
import { openWorld } from '#simulator/open-world.ts'
import { amendOrder } from '#simulator/trading/amend.ts'
import { type Draft, isOpen, type StpMode } from '#simulator/trading/order.ts'
import { cancelAll, cancelOrder, placeOrder } from '#simulator/trading/place.ts'
import { placeList } from '#simulator/trading/place-list.ts'
import type { Venue } from '#simulator/trading/venue.ts'
import type { World } from '#simulator/world.ts'
import { holds } from '../support/property.ts'
import { optionsFor, type TestMarket, type TestQuote, type TestTrade, ticksOf } from '../support/simulator/market.ts'

const rich = new Map([
  ['USDC', money('10000')],
  ['BTC', money('10')],
])
// little enough BNB to run out of it
const withBnb = new Map([...rich, ['BNB', money('0.05')]])

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
  other: fc.boolean(),
  side: fc.constantFrom<Side>('BUY', 'SELL'),
  type: fc.constantFrom<OrderType>('MARKET', 'LIMIT', 'LIMIT_MAKER', 'STOP_LOSS', 'STOP_LOSS_LIMIT', 'TAKE_PROFIT', 'TAKE_PROFIT_LIMIT'),
  timeInForce: fc.constantFrom<TimeInForce>('GTC', 'IOC', 'FOK'),
  size: fc.integer({ min: 1, max: 4000 }),
  price: fc.integer({ min: 7000, max: 13_000 }),
  stopPrice: fc.integer({ min: 7000, max: 13_000 }),
  forAmount: fc.boolean(),
  stp: fc.constantFrom<StpMode>('EXPIRE_MAKER', 'EXPIRE_TAKER', 'EXPIRE_BOTH', 'DECREMENT', 'TRANSFER'),
  trails: fc.constantFrom('no' as const, 'no' as const, 'from its stop price' as const, 'at once' as const),
  delta: fc.integer({ min: 10, max: 1500 }),
  peg: fc.constantFrom<Draft['peg']>(
    null,
    null,
    { priceType: 'PRIMARY_PEG', offset: null },
    { priceType: 'PRIMARY_PEG', offset: 3 },
    { priceType: 'MARKET_PEG', offset: null },
  ),
  hides: fc.constantFrom(0, 0, 2, 5),
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

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

function draftOf(symbol: string, wish: Wish): Draft {
  const { side, type, size, price: at, stopPrice, forAmount, stp, trails, delta, peg, hides } = wish
  const limited = type.includes('LIMIT')
  const contingent = type.startsWith('STOP') || type.startsWith('TAKE')
  const byAmount = type === 'MARKET' && forAmount
  const timeInForce = limited && type !== 'LIMIT_MAKER' && hides === 0 ? wish.timeInForce : 'GTC'
  const whole = byAmount ? zero<Quantity>() : quantity((size / 1000).toFixed(3))
  const part = hides === 0 ? 0 : Math.ceil(size / hides)
  return {
    symbol,
    side,
    type,
    timeInForce,
    quantity: whole,
    quoteAmount: byAmount ? (quantity(String(size)) as bigint as Money) : zero<Money>(),
    price: limited && (peg === null || forAmount) ? price((at / 100).toFixed(2)) : zero<Price>(),
    stopPrice: contingent && trails !== 'at once' ? price((stopPrice / 100).toFixed(2)) : zero<Price>(),
    iceberg: limited ? quantity((part / 1000).toFixed(3)) : zero<Quantity>(),
    trailingDelta: contingent && trails !== 'no' ? delta : 0,
    peg: limited ? peg : null,
    peggedPrice: zero<Price>(),
    clientOrderId: null,
    stp,
    strategyId: null,
    strategyType: null,
  }
}

function listFor(venue: Venue, symbol: string, kind: 'oco' | 'otoco' | 'opoco' | 'oto', wish: Wish, first: Wish): void {
  const pays = kind === 'opoco'
  const none = { quantity: zero<Quantity>() }
  const side: Side = pays ? 'SELL' : wish.side
  const plain = draftOf(symbol, { ...wish, type: 'LIMIT', forAmount: false, side })
  const leg = { ...plain, peg: null, iceberg: zero<Quantity>(), ...(pays ? none : {}) }
  const far = (share: bigint): Price =>
    ((((venue.matching.market(symbol).last as bigint) * share) / 100n / 1_000_000n) * 1_000_000n) as Price
  // the stop may trail, the limit may be pegged or hide
  const limit = (at: Price): Partial<Draft> => ({
    type: 'LIMIT_MAKER',
    price: plain.peg === null ? at : zero<Price>(),
    stopPrice: zero<Price>(),
    iceberg: pays ? zero<Quantity>() : plain.iceberg,
    peg: plain.peg?.priceType === 'MARKET_PEG' ? { priceType: 'PRIMARY_PEG', offset: 90 } : plain.peg,
  })
  const stop = (at: Price): Partial<Draft> => ({
    type: 'STOP_LOSS',
    price: zero<Price>(),
    stopPrice: wish.trails === 'at once' ? zero<Price>() : at,
    trailingDelta: wish.trails === 'no' ? 0 : wish.delta,
  })
  const above: Draft = { ...leg, timeInForce: 'GTC', ...(side === 'SELL' ? limit(far(104n)) : stop(far(104n))) }
  const below: Draft = { ...leg, timeInForce: 'GTC', ...(side === 'SELL' ? stop(far(97n)) : limit(far(97n))) }
  const working: Draft | null =
    kind === 'oco' ? null : draftOf(symbol, { ...first, type: 'LIMIT', forAmount: false, side: pays ? 'BUY' : first.side })
  const legs = kind === 'oto' ? [above] : [above, below]
  placeList(venue, {
    kind: kind === 'oco' ? 'OCO' : kind === 'oto' ? 'OTO' : pays ? 'OPOCO' : 'OTOCO',
    symbol,
    clientId: null,
    working,
    legs,
  })
}

// What holds of an account at any time.
function checkBooks(venue: Venue): void {
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

// they meet often, and always ask for what moves most
const group = {
  slippage: () => basisPoints(500),
  tradeGroupId: 1,
  accounts: [{ name: 'second', keys: [], balances: rich, tradeGroupId: 1 }],
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

const fromBars = (own: Bars, others: Bars): TestMarket => ({
  bars: own,
  others,
  volumeShare: 0.1,
  slippage: () => basisPoints(20),
})
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

const inBnb = (own: Bars, others: Bars): TestMarket => ({ ...fromBars(own, others), other: 'BNB', feesInBnb: true, balances: withBnb })
const inGroup = (own: Bars, others: Bars): TestMarket => ({ ...fromBars(own, others), ...group })

test.each([
  { name: 'fills at once', fillParts: 1, market: fromBars },
  { name: 'fills told in parts', fillParts: 3, market: fromBars },
  { name: 'trades', fillParts: 1, market: fromTrades },
  { name: 'trades and best prices', fillParts: 2, market: fromQuotes },
  { name: 'fees in BNB, which is traded, too', fillParts: 1, market: inBnb },
  { name: 'two accounts of a trade group, in turn', fillParts: 1, market: inGroup },
])('nothing is made or lost: $name', ({ fillParts, market }) => {
  const symbolOf = ({ other }: Wish): string => (other ? (market === inBnb ? 'BNBUSDC' : 'ETHUSDC') : 'BTCUSDC')
  const asked = (wish: Wish): Wish => (market === inGroup ? { ...wish, stp: 'TRANSFER' } : wish)
  const act = (world: World, venue: Venue, one: Step): void => {
    if (one.kind === 'step') {
      const next = world.replay.step()
      if (next !== null) for (const account of world.accounts) account.venue.advance(next)
    } else if (one.kind === 'place') placeOrder(venue, draftOf(symbolOf(one.draft), asked(one.draft)))
    else if (one.kind === 'cancelAll') for (const { symbol } of venue.symbols) cancelAll(venue, symbol, 'all')
    else if ('first' in one) listFor(venue, symbolOf(one.first), one.kind, asked(one.draft), asked(one.first))
    else {
      const open = [...venue.open]
      const order = open[one.which % Math.max(1, open.length)]
      if (order === undefined) return
      const name = { symbol: order.symbol, orderId: order.id, clientOrderId: null }
      if (one.kind === 'cancel') cancelOrder(venue, name, 'cancel')
      else amendOrder(venue, { name, quantity: quantity((one.size / 1000).toFixed(3)), clientOrderId: null, most: 10 })
    }
  }
  let [trades, lists, parts, trailed, pegged, paidInBnb, transfers] = [0, 0, 0, 0, 0, 0, 0]
  holds(
    fc.property(bars, bars, fc.array(step, { minLength: 5, maxLength: 60 }), (own, others, steps) => {
      const world = openWorld(optionsFor({ ...market(own, others), limits: { orders10s: 10_000 } }))
      const venues = world.accounts.map(({ venue }) => venue)
      for (const { faults } of venues) faults.fillParts = fillParts
      for (const [count, one] of [{ kind: 'step' as const }, ...steps].entries()) {
        try {
          act(world, venues[count % venues.length]!, one)
        } catch (error) {
          // an order is refused; a market never is
          if (!(error instanceof ApiError) || one.kind === 'step') throw error
        }
        for (const venue of venues) venue.settle()
        for (const venue of venues) checkBooks(venue)
      }
      for (const venue of venues) {
        trades += venue.trades.length
        lists += [...venue.lists.values()].filter(
          ({ working, orders }) => working?.status === 'FILLED' && orders.at(-1)!.status !== 'EXPIRED',
        ).length
        const done = [...venue.orders.values()].filter(({ executed }) => executed > 0n)
        parts += done.filter(order => order.iceberg > 0n && order.trades.filter(({ maker }) => maker).length > 1).length
        trailed += done.filter(({ trailingDelta }) => trailingDelta > 0).length
        pegged += done.filter(({ peg }) => peg !== null).length
        paidInBnb += venue.trades.filter(({ feeAsset, symbol, buyer }) => feeAsset === 'BNB' && !(buyer && symbol === 'BNBUSDC')).length
        transfers += venue.prevented.filter(({ selfTradePreventionMode }) => selfTradePreventionMode === 'TRANSFER').length
      }
    }),
    100,
    () => {
      expect(trades).toBeGreaterThan(100)
      expect(lists).toBeGreaterThan(10)
      expect(parts).toBeGreaterThan(1)
      // few ticks are too few for a price to come back often
      expect(trailed > 5 || market === fromTrades || market === fromQuotes).toBe(true)
      expect(pegged).toBeGreaterThan(20)
      expect(paidInBnb > 50).toBe(market === inBnb)
      expect(transfers > 0).toBe(market === inGroup)
    },
  )
})
