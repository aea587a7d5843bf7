/** Endpoints of tickers: last prices, best bid and ask, what a day or another window brought. */
import { eightOf } from '../decimals.ts'
import { ApiError, illegal, missingBoth } from '../errors.ts'
import type { History } from '../market/history.ts'
import { offsetOf, ZONE_RANGE } from '../market/interval.ts'
import { bookRow, type Day, dayOf, dayRow, spanOf, type Telling, windowOf } from '../market/tables.ts'
import type { Params } from '../params.ts'
import type { RawSymbol } from '../trading/listing.ts'
import type { World } from '../world.ts'
import { askedSymbols } from './asked.ts'
import { type Answer, type Call, type Endpoint, ok } from './endpoint.ts'

const open = { security: 'NONE' as const }
const DAY = 86_400_000
const WINDOWS: Readonly<Record<string, readonly [length: number, most: number]>> = { m: [60_000, 59], h: [3_600_000, 23], d: [DAY, 7] }

const historyOf = (world: World, symbol: string): History => world.replay.histories.get(symbol)!

const rows = (call: Call, row: (raw: RawSymbol) => object | null): Answer => {
  const { symbols, single } = askedSymbols(call)
  const found = symbols.flatMap(raw => row(raw) ?? [])
  return ok(single ? (found[0] ?? {}) : found)
}

const byCount =
  (one: number, some: number, all: number) =>
  (params: Params): number => {
    if (params.has('symbol')) return one
    const list = params.has('symbols') ? (params.list('symbols')?.length ?? 0) : Infinity
    return list <= 20 ? one : list <= 100 ? some : all
  }

const eachFour = (params: Params): number => Math.min(200, 4 * (params.has('symbol') ? 1 : (params.list('symbols')?.length ?? 1)))

// What a span up to now brought. `full`: what is told of it unless little is asked for.
function statistics(call: Call, full: Telling, spanned: (history: History) => Day | null): Answer {
  const short = call.params.oneOf('type', ['FULL', 'MINI'], new ApiError(-1139, 'Invalid ticker type.')) === 'MINI'
  return rows(call, ({ symbol }) => {
    const history = historyOf(call.world, symbol)
    const day = spanned(history)
    return day === null ? null : dayRow(symbol, day, call.world.venue.matching.market(symbol), short ? 'mini' : full)
  })
}

const needsSymbols = ({ params }: Call): void => {
  if (!params.has('symbol') && !params.has('symbols')) throw missingBoth('symbol', 'symbols')
}

function lengthOf(text: string): number {
  const [, count, unit] = /^(\d{1,2})([mhd])$/.exec(text) ?? []
  const [length, most] = WINDOWS[unit ?? ''] ?? [0, 0]
  if (count === undefined || Number(count) < 1 || Number(count) > most)
    throw new ApiError(-1130, "Data sent for parameter 'windowSize' is not valid.")
  return Number(count) * length
}

/** All of them. */
export const tickerEndpoints: readonly Endpoint[] = [
  {
    ...open,
    rest: 'GET /api/v3/ticker/price',
    ws: 'ticker.price',
    weight: params => (params.has('symbol') ? 2 : 4),
    answer: call =>
      rows(call, ({ symbol }) => {
        const last = historyOf(call.world, symbol).lastTrade()
        return last === null ? null : { symbol, price: eightOf(last.price) }
      }),
  },
  {
    ...open,
    rest: 'GET /api/v3/ticker/bookTicker',
    ws: 'ticker.book',
    weight: params => (params.has('symbol') ? 2 : 4),
    answer: call => rows(call, ({ symbol }) => bookRow(symbol, call.world.venue.matching.market(symbol))),
  },
  {
    ...open,
    rest: 'GET /api/v3/ticker/24hr',
    ws: 'ticker.24hr',
    weight: byCount(2, 40, 80),
    answer: call => statistics(call, 'day', dayOf),
  },
  {
    ...open,
    rest: 'GET /api/v3/ticker/tradingDay',
    ws: 'ticker.tradingDay',
    weight: eachFour,
    answer(call) {
      needsSymbols(call)
      const offset = offsetOf(call.params.text('timeZone') ?? '0')
      if (offset === null) throw illegal('timeZone', ZONE_RANGE)
      return statistics(call, 'window', history => {
        const day = spanOf(history, now => now - ((now + offset) % DAY))
        return day === null ? null : { ...day, closeTime: day.openTime + DAY - 1 }
      })
    },
  },
  {
    ...open,
    rest: 'GET /api/v3/ticker',
    ws: 'ticker',
    weight: eachFour,
    answer(call) {
      needsSymbols(call)
      const span = lengthOf(call.params.text('windowSize') ?? '1d')
      return statistics(call, 'window', history => windowOf(history, span))
    },
  },
]
