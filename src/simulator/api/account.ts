/** Endpoints of the account: balances, fees, trades, limits, filters. */
import type { Balance } from '#matching/wallet.ts'
import { eight } from '../decimals.ts'
import { badCombination, missingBoth } from '../errors.ts'
import type { RawFilter } from '../trading/filters.ts'
import { tradeRow } from '../trading/reports.ts'
import type { World } from '../world.ts'
import { type Answer, type Call, type Endpoint, ok } from './endpoint.ts'
import { limited, readSpan } from './rows.ts'

const NOTHING = '0.00000000'
const BASIS_POINT = 10_000n

function balancesOf(world: World): readonly Balance[] {
  const { balances: lag } = world.faults.lags
  if (lag === 0) return world.venue.matching.wallet.all()
  return world.venue.views.balances(world.now() - lag) ?? []
}

function account({ world, params }: Call): Answer {
  const omit = params.flag('omitZeroBalances') ?? false
  const { maker, taker } = world.commission
  const { canTrade } = world.venue.account
  return ok({
    makerCommission: Number(maker / BASIS_POINT),
    takerCommission: Number(taker / BASIS_POINT),
    buyerCommission: 0,
    sellerCommission: 0,
    commissionRates: { maker: eight(maker), taker: eight(taker), buyer: NOTHING, seller: NOTHING },
    canTrade,
    canWithdraw: true,
    canDeposit: true,
    brokered: false,
    requireSelfTradePrevention: false,
    preventSor: false,
    updateTime: world.now(),
    accountType: 'SPOT',
    balances: balancesOf(world)
      .filter(({ free, locked }) => !omit || free > 0n || locked > 0n)
      .map(({ asset, free, locked }) => ({ asset, free: eight(free), locked: eight(locked) })),
    permissions: ['SPOT'],
    uid: world.account.number + 1,
    ...(world.venue.tradeGroupId < 0 ? {} : { tradeGroupId: world.venue.tradeGroupId }),
  })
}

const none = { maker: NOTHING, taker: NOTHING, buyer: NOTHING, seller: NOTHING }

const discount = ({ commission: { inBnb } }: World): object => ({
  enabledForAccount: inBnb,
  enabledForSymbol: true,
  discountAsset: 'BNB',
  discount: '0.25000000',
})

function commission({ world, params }: Call): Answer {
  const { raw } = world.venue.symbol(params.symbol())
  const { maker, taker } = world.commission
  return ok({
    symbol: raw.symbol,
    standardCommission: { ...none, maker: eight(maker), taker: eight(taker) },
    specialCommission: none,
    taxCommission: none,
    discount: discount(world),
  })
}

/** What order/test tells of fees. */
export function commissionForOrder(world: World): object {
  const { maker, taker } = world.commission
  const nothing = { maker: NOTHING, taker: NOTHING }
  return {
    standardCommissionForOrder: { maker: eight(maker), taker: eight(taker) },
    specialCommissionForOrder: nothing,
    taxCommissionForOrder: nothing,
    discount: discount(world),
  }
}

function myTrades({ world, params }: Call): Answer {
  const { raw } = world.venue.symbol(params.symbol())
  const [orderId, fromId, { from, to }, limit] = [
    params.integer('orderId'),
    params.integer('fromId'),
    readSpan(params),
    params.limit(500, 1000),
  ]
  if ((fromId !== null || orderId !== null) && (params.has('startTime') || params.has('endTime'))) throw badCombination()
  const until = world.faults.lags.trades === 0 ? Infinity : world.now() - world.faults.lags.trades
  const found = world.venue.trades.filter(
    trade =>
      trade.symbol === raw.symbol &&
      trade.time <= until &&
      (orderId === null || trade.orderId === orderId) &&
      (fromId === null || trade.id >= fromId) &&
      (from === null || trade.time >= from) &&
      (to === null || trade.time <= to),
  )
  return ok(limited(found, limit, fromId !== null || from !== null).map(tradeRow))
}

/** All of them. */
export const accountEndpoints: readonly Endpoint[] = [
  { rest: 'GET /api/v3/account', ws: 'account.status', security: 'USER_DATA', weight: 20, answer: account },
  { rest: 'GET /api/v3/account/commission', ws: 'account.commission', security: 'USER_DATA', weight: 20, answer: commission },
  {
    rest: 'GET /api/v3/myTrades',
    ws: 'myTrades',
    security: 'USER_DATA',
    weight: params => (params.has('orderId') ? 5 : 20),
    answer: myTrades,
  },
  {
    rest: 'GET /api/v3/rateLimit/order',
    ws: 'account.rateLimits.orders',
    security: 'USER_DATA',
    weight: 40,
    answer: ({ world }) => ok(world.limits.orderRows()),
  },
  {
    rest: 'GET /api/v3/myFilters',
    ws: 'myFilters',
    security: 'USER_DATA',
    weight: 40,
    answer({ world: { venue }, params }) {
      const { raw } = venue.symbol(params.symbol())
      const { exchangeFilters, assetFilters } = venue.listings
      const concerns = ({ asset }: RawFilter): boolean => asset === raw.baseAsset || asset === raw.quoteAsset
      return ok({ exchangeFilters, symbolFilters: raw.filters, assetFilters: assetFilters.filter(concerns) })
    },
  },
  {
    rest: 'GET /api/v3/myPreventedMatches',
    ws: 'myPreventedMatches',
    security: 'USER_DATA',
    weight: params => (params.has('preventedMatchId') ? 2 : 20),
    answer({ world, params }) {
      const { raw } = world.venue.symbol(params.symbol())
      const [id, order, from] = [params.integer('preventedMatchId'), params.integer('orderId'), params.integer('fromPreventedMatchId')]
      if (id === null && order === null) throw missingBoth('preventedMatchId', 'orderId')
      if (id !== null && (order !== null || from !== null)) throw badCombination()
      const matches = world.venue.prevented.filter(
        match =>
          match.symbol === raw.symbol &&
          (id === null || match.preventedMatchId === id) &&
          (order === null || match.takerOrderId === order || match.makerOrderId === order) &&
          (from === null || match.preventedMatchId >= from),
      )
      return ok(matches.slice(0, params.limit(500, 1000)))
    },
  },
  {
    rest: 'GET /api/v3/myAllocations',
    ws: 'myAllocations',
    security: 'USER_DATA',
    weight: 20,
    // nothing is routed here, so nothing was allocated
    answer({ world, params }) {
      world.venue.symbol(params.symbol())
      const [from, orderId] = [params.integer('fromAllocationId'), params.integer('orderId')]
      readSpan(params)
      params.limit(500, 1000)
      if ((from !== null || orderId !== null) && (params.has('startTime') || params.has('endTime'))) throw badCombination()
      return ok([])
    },
  },
]
