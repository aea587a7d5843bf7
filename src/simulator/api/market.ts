/** Endpoints of public data: time, rules, candles, book, trades, tickers. */
import { eight } from '../decimals.ts'
import { ApiError, badCombination, illegal } from '../errors.ts'
import { barsOf, type History } from '../market/history.ts'
import { intervalNamed, offsetOf, ZONE_RANGE } from '../market/interval.ts'
import { aggRowOf, klineRow, levelRows, tradeRowOf } from '../market/tables.ts'
import type { Params } from '../params.ts'
import type { RawSymbol } from '../trading/listing.ts'
import type { ExecutionRule } from '../trading/listings.ts'
import { averagePrice } from '../trading/scene.ts'
import type { World } from '../world.ts'
import { type Call, type Endpoint, ok } from './endpoint.ts'
import { limited } from './rows.ts'
import { askedSymbols, statuses } from './asked.ts'

const open = { security: 'NONE' as const }
const PERMISSION = /^(SPOT|MARGIN|LEVERAGED|TRD_GRP_0(0[2-9]|1\d|2[0-5]))$/

const historyOf = (world: World, symbol: string): History => {
  world.venue.symbol(symbol)
  return world.replay.histories.get(symbol)!
}

const depthWeight = (params: Params): number => {
  const limit = params.integer('limit') ?? 100
  return limit <= 100 ? 5 : limit <= 500 ? 25 : limit <= 1000 ? 50 : 250
}

function exchangeInfo(call: Call): ReturnType<typeof ok> {
  const { world, params } = call
  if ((params.has('symbol') || params.has('symbols')) && (params.has('permissions') || params.has('symbolStatus'))) throw badCombination()
  const sets = params.flag('showPermissionSets') ?? true
  const allowed = permissionsOf(params)
  const { symbols, named } = askedSymbols(call)
  const shown = named ? symbols : symbols.filter(({ permissionSets }) => permissionSets.flat().some(one => allowed.includes(one)))
  return ok({
    timezone: 'UTC',
    serverTime: world.now(),
    rateLimits: world.limits.table(),
    exchangeFilters: world.venue.listings.exchangeFilters,
    symbols: sets ? shown : shown.map(raw => ({ ...raw, permissionSets: [] })),
  })
}

// The permissions that symbols are asked by: one as a word, or a list of them.
function permissionsOf(params: Params): readonly string[] {
  const text = params.text('permissions')
  if (text === null) return ['SPOT', 'MARGIN', 'LEVERAGED']
  const words = text.startsWith('[') ? (params.list('permissions') ?? []) : [text]
  if (!words.every(word => PERMISSION.test(word))) throw new ApiError(-1130, "Data sent for parameter 'permissions' is not valid.")
  return words
}

function klines({ world, params }: Call): ReturnType<typeof ok> {
  const history = historyOf(world, params.symbol())
  const name = params.must('interval')
  const offset = offsetOf(params.text('timeZone') ?? '0')
  if (offset === null) throw illegal('timeZone', ZONE_RANGE)
  const interval = intervalNamed(name, offset)
  const limit = params.limit(500, 1000)
  const [from, to] = [params.time('startTime'), params.time('endTime')]
  if (interval === null) throw new ApiError(-1120, 'Invalid interval.')
  // Binance has every interval: an empty answer would look like a market without trades
  if (!interval.madeOf(history.unit))
    throw new ApiError(
      -1120,
      `Invalid interval. What is replayed of ${history.symbol} is coarser than ${name}, or does not fit that timeZone.`,
    )
  const bars = barsOf(history, interval, { from, to, limit: limit + 1 })
  // what has not closed is the last row as long as its end lies ahead; by a clock that is far beyond it, it would look closed
  const seen = bars.filter(bar => bar.closed || bar.closeTime >= world.now())
  return ok(limited(seen, limit, from !== null).map(klineRow))
}

// The symbol that a request names. Throws -1220 where it has not the status that is asked for.
function ofStatus({ venue }: World, params: Params): RawSymbol {
  const { raw } = venue.symbol(params.symbol())
  const status = params.oneOf('symbolStatus', statuses, new ApiError(-1122, 'Invalid symbolStatus.'))
  if (status !== null && raw.status !== status) throw new ApiError(-1220, "The symbol's status does not match the requested symbolStatus.")
  return raw
}

function depth({ world, params }: Call): ReturnType<typeof ok> {
  const raw = ofStatus(world, params)
  const limit = params.limit(100, 5000)
  const { update, bids, asks } = world.books.shown(raw.symbol, limit)
  return ok({ lastUpdateId: update, bids: levelRows(bids), asks: levelRows(asks) })
}

const rulesOf = ({ venue }: World, symbol: string): object[] => {
  const range = venue.listings.rules.get(symbol)?.range ?? null
  return range === null ? [] : [{ ruleType: 'PRICE_RANGE', ...range }]
}

function aggTrades({ world, params }: Call): ReturnType<typeof ok> {
  const history = historyOf(world, params.symbol())
  const [from, fromTime, toTime] = [params.integer('fromId'), params.time('startTime'), params.time('endTime')]
  if (from !== null && (fromTime !== null || toTime !== null)) throw badCombination()
  return ok(history.aggregatesOf({ limit: params.limit(500, 1000), from, fromTime, toTime }).map(aggRowOf))
}

// The rule of the symbol that a request names, where it has one.
function ruleOf({ world, params }: Call): { readonly symbol: string; readonly rule: ExecutionRule } {
  const { raw } = world.venue.symbol(params.symbol())
  const rule = world.venue.listings.rules.get(raw.symbol)
  if (rule === undefined) throw new ApiError(-2043, "This symbol doesn't have a reference price.")
  return { symbol: raw.symbol, rule }
}

function referencePrice(call: Call): ReturnType<typeof ok> {
  const { symbol, rule } = ruleOf(call)
  return ok({ symbol, referencePrice: rule.referencePrice === null ? null : eight(rule.referencePrice), timestamp: rule.time })
}

// Set by hand: Binance's method 0.
function calculation(call: Call): ReturnType<typeof ok> {
  ofStatus(call.world, call.params)
  const { symbol } = ruleOf(call)
  return ok({ symbol, calculationType: 'EXTERNAL', externalCalculationId: 0 })
}

/** All of them. */
export const marketEndpoints: readonly Endpoint[] = [
  { ...open, rest: 'GET /api/v3/ping', ws: 'ping', weight: 1, answer: () => ok({}) },
  { ...open, rest: 'GET /api/v3/time', ws: 'time', weight: 1, answer: ({ world }) => ok({ serverTime: world.now() }) },
  { ...open, rest: 'GET /api/v3/exchangeInfo', ws: 'exchangeInfo', weight: 20, answer: exchangeInfo },
  { ...open, rest: 'GET /api/v3/klines', ws: 'klines', weight: 2, answer: klines },
  { ...open, rest: 'GET /api/v3/uiKlines', ws: 'uiKlines', weight: 2, answer: klines },
  { ...open, rest: 'GET /api/v3/depth', ws: 'depth', weight: depthWeight, answer: depth },
  {
    ...open,
    rest: 'GET /api/v3/trades',
    ws: 'trades.recent',
    weight: 25,
    answer: ({ world, params }) =>
      ok(
        historyOf(world, params.symbol())
          .tradesOf({ limit: params.limit(500, 1000) })
          .map(tradeRowOf),
      ),
  },
  {
    ...open,
    rest: 'GET /api/v3/historicalTrades',
    ws: 'trades.historical',
    weight: 25,
    answer: ({ world, params }) =>
      ok(
        historyOf(world, params.symbol())
          .tradesOf({ limit: params.limit(500, 1000), from: params.integer('fromId') })
          .map(tradeRowOf),
      ),
  },
  {
    ...open,
    rest: 'GET /api/v3/historicalBlockTrades',
    ws: 'blockTrades.historical',
    weight: 25,
    // nobody trades blocks here
    answer({ world, params }) {
      historyOf(world, params.symbol())
      params.must('fromId')
      params.integer('fromId')
      params.limit(500, 1000)
      return ok([])
    },
  },
  { ...open, rest: 'GET /api/v3/aggTrades', ws: 'trades.aggregate', weight: 4, answer: aggTrades },
  {
    ...open,
    rest: 'GET /api/v3/avgPrice',
    ws: 'avgPrice',
    weight: 2,
    answer({ world, params }) {
      const symbol = params.symbol()
      const history = historyOf(world, symbol)
      return ok({ mins: 5, price: eight(averagePrice(world.venue, symbol)), closeTime: history.lastTrade()?.time ?? 0 })
    },
  },
  {
    ...open,
    rest: 'GET /api/v3/executionRules',
    ws: 'executionRules',
    weight: params => (params.has('symbol') ? 2 : Math.min(40, 2 * (params.list('symbols')?.length ?? 20))),
    answer: call => {
      if (call.params.has('symbolStatus') && (call.params.has('symbol') || call.params.has('symbols'))) throw badCombination()
      return ok({ symbolRules: askedSymbols(call).symbols.map(({ symbol }) => ({ symbol, rules: rulesOf(call.world, symbol) })) })
    },
  },
  { ...open, rest: 'GET /api/v3/referencePrice', ws: 'referencePrice', weight: 2, answer: referencePrice },
  { ...open, rest: 'GET /api/v3/referencePrice/calculation', ws: 'referencePrice.calculation', weight: 2, answer: calculation },
]
