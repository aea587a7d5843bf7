/** The simulator fills as the paper exchange does: the same orders at the same moments, over the same bars. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { openPaperExchange } from '#adapters/paper/paper.ts'
import { at } from '#domain/time.ts'
import type { Candle } from '#domain/candle.ts'
import { basisPoints, price, quantity, ratio, zero } from '#domain/money.ts'
import type { Action, Fill, Order as OurOrder, OrderRequest, OrderType, OrderUpdate, Side } from '#domain/order.ts'
import { symbolInfoOf } from '#domain/symbol.ts'
import type { MarketEvent } from '#ports/feed.ts'
import { ApiError } from '#simulator/errors.ts'
import type { BarStep } from '#simulator/market/replay.ts'
import { openWorld } from '#simulator/open-world.ts'
import { requestOf } from '#simulator/trading/fills.ts'
import type { Draft, Order } from '#simulator/trading/order.ts'
import { cancelOrder, placeOrder } from '#simulator/trading/place.ts'
import { placeList } from '#simulator/trading/place-list.ts'
import { holds } from '../support/property.ts'
import { draftFor } from '../support/simulator/draft.ts'
import { optionsFor, symbolOf } from '../support/simulator/market.ts'

const bars = fc
  .array(
    fc.record({
      open: fc.integer({ min: 90, max: 110 }),
      close: fc.integer({ min: 90, max: 110 }),
      reach: fc.integer({ min: 0, max: 8 }),
      volume: fc.integer({ min: 1, max: 60 }),
    }),
    { minLength: 4, maxLength: 14 },
  )
  .map(list =>
    list.map(({ open, close, reach, volume }) => ({
      open,
      close,
      high: Math.max(open, close) + reach,
      low: Math.min(open, close) - reach,
      volume,
    })),
  )

const wish = fc.record({
  kind: fc.constantFrom(
    'place' as const,
    'place' as const,
    'pair' as const,
    'cancel' as const,
    'replace' as const,
    'step' as const,
    'step' as const,
    'step' as const,
  ),
  symbol: fc.constantFrom('BTCUSDC', 'ETHUSDC'),
  side: fc.constantFrom<Side>('BUY', 'SELL'),
  type: fc.constantFrom<OrderType>('MARKET', 'LIMIT', 'STOP_LOSS', 'STOP_LOSS_LIMIT', 'TAKE_PROFIT'),
  size: fc.integer({ min: 100, max: 3000 }),
  price: fc.integer({ min: 88, max: 112 }),
  stop: fc.integer({ min: 88, max: 112 }),
  which: fc.nat(),
})
type Wish = typeof wish extends fc.Arbitrary<infer Value> ? Value : never

const draftOf = ({ symbol, side, type, size, price: limit, stop }: Wish): Draft =>
  draftFor({
    symbol,
    side,
    type,
    quantity: quantity((size / 1000).toFixed(3)),
    price: type.includes('LIMIT') ? price(String(limit)) : zero(),
    stopPrice: type.startsWith('STOP') || type.startsWith('TAKE') ? price(String(stop)) : zero(),
  })

const eventOf = ({ phase, time, bars: ended }: BarStep): MarketEvent => {
  const candles = ended.map(
    ({ history, open, high, low, close, volume }): Candle => ({
      symbol: history.symbol,
      timeframe: '1m',
      openTime: at(time - 60_000),
      open,
      high,
      low,
      close,
      volume,
      complete: 1,
    }),
  )
  if (phase === 'range') return { kind: 'range', time, bars: candles }
  if (phase === 'close') return { kind: 'close', time, bars: candles, candles }
  return { kind: 'open', time, opens: ended.map(({ history, open, volume }) => ({ symbol: history.symbol, price: open, volume })) }
}

const orderOf = (request: OrderRequest): OurOrder => ({
  id: request.id,
  intent: 0,
  owner: '',
  purpose: 'entry',
  request,
  createdAt: at(0),
  reason: '',
  status: 'sending',
  executed: zero(),
  quote: zero(),
  ending: '',
})

// An order, or null where it was refused.
function placedOr(place: () => Order): Order | null {
  try {
    return place()
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return null
  }
}

const told = ({
  orderId,
  price: paid,
  quantity: size,
  quote,
  fee,
  feeAsset,
  maker,
}: Pick<Fill, 'orderId' | 'price' | 'quantity' | 'quote' | 'feeAsset' | 'maker'> & { readonly fee: bigint }): string =>
  [orderId, paid, size, quote, fee, feeAsset, maker].map(String).join(' ')

test('the same orders at the same moments give the same fills and the same balances', () => {
  let fills = 0
  holds(
    fc.property(bars, bars, fc.array(wish, { minLength: 5, maxLength: 60 }), (own, others, wishes) => {
      const options = optionsFor({ bars: own, others, volumeShare: 0.1, slippage: () => basisPoints(5), limits: { orders10s: 10_000 } })
      const world = openWorld(options)
      const { venue } = world
      // the paper exchange does not look whether an account meets itself
      venue.matching.onTaking = null
      venue.onRest = () => {}
      const costs = {
        taker: ratio('0.001'),
        maker: ratio('0.001'),
        slippage: () => basisPoints(5),
        volumeShare: 0.1,
        bnbShare: zero<ReturnType<typeof ratio>>(),
      }
      const paper = openPaperExchange(
        [symbolInfoOf(symbolOf('BTC', 'USDC')), symbolInfoOf(symbolOf('ETH', 'USDC'))],
        costs,
        options.balances,
      )
      const heard: OrderUpdate[] = []
      paper.connect(updates => void heard.push(...updates))
      const act = (action: Action): void => paper.act([action], at(0))
      const place = (orders: readonly Order[]): void => {
        const [one, other] = orders as [Order, Order | undefined]
        if (other === undefined) act({ kind: 'place', order: orderOf(requestOf(one, null)) })
        else act({ kind: 'pair', first: orderOf(requestOf(one, other)), second: orderOf(requestOf(other, one)) })
      }
      const step = (): void => {
        const next = world.replay.step()
        if (next === null) return
        venue.advance(next)
        if (next.phase === 'tick') throw new Error('there are no ticks here')
        paper.market(eventOf(next))
      }
      step()
      for (const one of wishes) {
        try {
          if (one.kind === 'step') step()
          else if (one.kind === 'place') place([placeOrder(venue, draftOf(one))])
          else if (one.kind === 'cancel' || one.kind === 'replace') {
            const open = [...venue.open]
            const order = open[one.which % Math.max(1, open.length)]
            if (order === undefined) continue
            const old = orderOf(requestOf(order, null))
            cancelOrder(venue, { symbol: order.symbol, orderId: order.id, clientOrderId: null }, 'cancel')
            const by = one.kind === 'replace' ? placedOr(() => placeOrder(venue, { ...draftOf(one), symbol: order.symbol })) : null
            act(by === null ? { kind: 'cancel', order: old } : { kind: 'replace', order: old, by: orderOf(requestOf(by, null)) })
          } else {
            const sell = { ...one, side: 'SELL' as const }
            const legs = [
              draftOf({ ...sell, type: 'TAKE_PROFIT' }),
              draftOf({ ...sell, type: 'STOP_LOSS', stop: Math.min(one.price, one.stop) }),
            ]
            place(placeList(venue, { kind: 'OCO', symbol: one.symbol, clientId: null, working: null, legs }).orders)
          }
        } catch (error) {
          if (!(error instanceof ApiError)) throw error
        }
        expect(heard.filter(({ event }) => event === 'rejected')).toEqual([])
        expect(venue.trades.map(told)).toEqual(heard.flatMap(({ fill }) => (fill === null ? [] : [told(fill)])))
      }
      const { wallet } = JSON.parse(paper.changedState() ?? '{"wallet":[]}') as {
        wallet: { asset: string; free: string; locked: string }[]
      }
      expect(venue.matching.wallet.all().map(({ asset, free, locked }) => ({ asset, free: String(free), locked: String(locked) }))).toEqual(
        wallet,
      )
      fills += venue.trades.length
    }),
    120,
    () => expect(fills).toBeGreaterThan(100),
  )
})
