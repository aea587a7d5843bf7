/** The filters of symbols, of the exchange and of assets with Binance's texts, in the order in which they are checked (filters.md). */
import type { Price, Quantity } from '#domain/money.ts'
import { type ApiError, filterFailure } from '../errors.ts'
import { type Draft, hasPrice, isContingent, limitOf } from './order.ts'

/** One filter as exchangeInfo lists it. */
export type RawFilter = { readonly filterType: string; readonly [field: string]: unknown }

/** How much is open. */
export interface OpenCounts {
  readonly orders: number
  /** Stops and targets: "algo" orders. */
  readonly stops: number
  readonly icebergs: number
  readonly lists: number
}

/** What of the account and the market a filter looks at. */
export interface FilterScene {
  /** The average price of the last minutes, which filters use; 0 minutes: the last price. */
  average(minutes: number): Price
  /** What the account has open on the symbol, and on all of them. */
  readonly open: OpenCounts
  readonly openAnywhere: OpenCounts
  /** Assets of the symbol. */
  readonly base: string
  readonly quote: string
  /** Base asset held, locked included, and the quantities of open BUY orders. */
  readonly position: bigint
}

const ONE = 100_000_000n
const USUAL_MINUTES = 5
const DECIMAL = /^(\d+)(?:\.(\d{1,8}))?$/

/** A decimal of a filter, counted in 1e-8; 0 where it is absent. */
export function amountOf(value: unknown): bigint {
  const match = DECIMAL.exec(String(value ?? '0'))
  return match === null ? 0n : BigInt(match[1]!) * ONE + BigInt((match[2] ?? '').padEnd(8, '0'))
}

const onGrid = (value: bigint, step: bigint): boolean => step === 0n || value % step === 0n
const within = (value: bigint, low: bigint, high: bigint): boolean => value >= low && (high === 0n || value <= high)

/** What comes in at once. Where only one order does, it says itself whether it is a stop or an iceberg. */
export interface Coming {
  readonly orders: number
  readonly lists: number
  readonly stops?: number
  readonly icebergs?: number
}

/** The first filter that a draft fails, or null. A pegged draft has to pass at its own price and at what its peg came to. */
export function filterError(
  filters: readonly RawFilter[],
  draft: Draft,
  scene: FilterScene,
  coming: Coming = { orders: 1, lists: 0 },
): ApiError | null {
  const priced = draft.peggedPrice > 0n && draft.price > 0n ? [draft, { ...draft, peggedPrice: 0n as Price }] : [draft]
  const all = {
    stops: isContingent(draft.type) ? 1 : 0,
    icebergs: draft.iceberg > 0n ? 1 : 0,
    ...coming,
  }
  const failed = order.find(type =>
    filters.some(filter => filter.filterType === type && priced.some(one => !passes(filter, one, scene, all))),
  )
  return failed === undefined ? null : filterFailure(failed)
}

const order = [
  'PRICE_FILTER',
  'PERCENT_PRICE',
  'PERCENT_PRICE_BY_SIDE',
  'LOT_SIZE',
  'MARKET_LOT_SIZE',
  'MIN_NOTIONAL',
  'NOTIONAL',
  'ICEBERG_PARTS',
  'TRAILING_DELTA',
  'MAX_ASSET',
  'MAX_NUM_ORDERS',
  'MAX_NUM_ALGO_ORDERS',
  'MAX_NUM_ICEBERG_ORDERS',
  'MAX_NUM_ORDER_LISTS',
  'MAX_POSITION',
  'EXCHANGE_MAX_NUM_ORDERS',
  'EXCHANGE_MAX_NUM_ALGO_ORDERS',
  'EXCHANGE_MAX_NUM_ICEBERG_ORDERS',
  'EXCHANGE_MAX_NUM_ORDER_LISTS',
]

const EVERYWHERE = 'EXCHANGE_'

// A filter that is not known passes: Binance adds new ones.
function passes(filter: RawFilter, draft: Draft, scene: FilterScene, coming: OpenCounts): boolean {
  const amount = (name: string): bigint => amountOf(filter[name])
  const count = (name: string): number => Number(filter[name])
  const average = (): Price => scene.average(Number(filter['avgPriceMins'] ?? USUAL_MINUTES))
  // the same rules hold for a symbol and for all of the account
  const open = filter.filterType.startsWith(EVERYWHERE) ? scene.openAnywhere : scene.open
  switch (filter.filterType) {
    case 'PRICE_FILTER':
      return pricesOf(draft).every(price => within(price, amount('minPrice'), amount('maxPrice')) && onGrid(price, amount('tickSize')))
    case 'PERCENT_PRICE':
      return inBand(draft, average(), amount('multiplierUp'), amount('multiplierDown'))
    case 'PERCENT_PRICE_BY_SIDE': {
      const side = draft.side === 'BUY' ? 'bid' : 'ask'
      return inBand(draft, average(), amount(`${side}MultiplierUp`), amount(`${side}MultiplierDown`))
    }
    case 'LOT_SIZE':
      return [...(draft.quoteAmount > 0n ? [] : [draft.quantity]), ...(draft.iceberg > 0n ? [draft.iceberg] : [])].every(
        size => within(size, amount('minQty'), amount('maxQty')) && onGrid(size, amount('stepSize')),
      )
    case 'MARKET_LOT_SIZE':
      if (!isMarket(draft)) return true
      if (draft.quoteAmount > 0n) return within(boughtFor(draft, average()), 0n, amount('maxQty'))
      return within(draft.quantity, amount('minQty'), amount('maxQty')) && onGrid(draft.quantity, amount('stepSize'))
    case 'MIN_NOTIONAL':
      return (isMarket(draft) && !flag(filter['applyToMarket'])) || valueOf(draft, average()) >= amount('minNotional')
    case 'NOTIONAL': {
      const value = valueOf(draft, average())
      const market = isMarket(draft)
      if ((!market || flag(filter['applyMinToMarket'])) && value < amount('minNotional')) return false
      return (market && !flag(filter['applyMaxToMarket'])) || within(value, 0n, amount('maxNotional'))
    }
    case 'ICEBERG_PARTS':
      return draft.iceberg === 0n || (draft.quantity + draft.iceberg - 1n) / draft.iceberg <= BigInt(Number(filter['limit'] ?? 0))
    case 'TRAILING_DELTA': {
      const bound = (draft.side === 'BUY') === draft.type.startsWith('STOP') ? 'Above' : 'Below'
      const { trailingDelta } = draft
      return (
        trailingDelta === 0 || (trailingDelta >= count(`minTrailing${bound}Delta`) && trailingDelta <= count(`maxTrailing${bound}Delta`))
      )
    }
    case 'MAX_ASSET':
      if (filter['asset'] === scene.base) return sizeOf(draft, average()) <= amount('limit')
      return filter['asset'] !== scene.quote || valueOf(draft, average()) <= amount('limit')
    case 'MAX_NUM_ORDERS':
    case 'EXCHANGE_MAX_NUM_ORDERS':
      return open.orders + coming.orders <= count('maxNumOrders')
    case 'MAX_NUM_ALGO_ORDERS':
    case 'EXCHANGE_MAX_NUM_ALGO_ORDERS':
      return !isContingent(draft.type) || open.stops + coming.stops <= count('maxNumAlgoOrders')
    case 'MAX_NUM_ICEBERG_ORDERS':
    case 'EXCHANGE_MAX_NUM_ICEBERG_ORDERS':
      return draft.iceberg === 0n || open.icebergs + coming.icebergs <= count('maxNumIcebergOrders')
    case 'MAX_NUM_ORDER_LISTS':
    case 'EXCHANGE_MAX_NUM_ORDER_LISTS':
      return coming.lists === 0 || open.lists + coming.lists <= count('maxNumOrderLists')
    case 'MAX_POSITION':
      return draft.side === 'SELL' || scene.position + sizeOf(draft, average()) <= amount('maxPosition')
    default:
      return true
  }
}

const flag = (value: unknown): boolean => String(value) === 'true'

/** True for what takes at the market: MARKET, and stops without a limit once they trigger. */
const isMarket = ({ type }: Draft): boolean => !hasPrice(type)

// Limit and stop. What is pegged when it triggers may have no limit yet.
function pricesOf(draft: Draft): Price[] {
  const limit = limitOf(draft)
  const limited = hasPrice(draft.type) && (limit > 0n || draft.peg === null)
  return [...(limited ? [limit] : []), ...(draft.stopPrice > 0n ? [draft.stopPrice] : [])]
}

function inBand(draft: Draft, average: Price, up: bigint, down: bigint): boolean {
  if (average === 0n) return true
  const low = (average * down) / ONE
  const high = (average * up) / ONE
  return pricesOf(draft).every(value => value >= low && (up === 0n || value <= high))
}

const boughtFor = ({ quoteAmount }: Draft, average: Price): Quantity =>
  (average === 0n ? 0n : ((quoteAmount as bigint) * ONE) / average) as Quantity

const sizeOf = (draft: Draft, average: Price): bigint => (draft.quoteAmount > 0n ? boughtFor(draft, average) : draft.quantity)

// What an order is worth: at its limit, else at its stop, else at the average.
function valueOf(draft: Draft, average: Price): bigint {
  const { quoteAmount, stopPrice, quantity } = draft
  if (quoteAmount > 0n) return quoteAmount
  const limit = limitOf(draft)
  const at = limit > 0n ? limit : stopPrice > 0n ? stopPrice : average
  return (at * (quantity as bigint)) / ONE
}
