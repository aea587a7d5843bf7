/** The symbol filters with Binance's texts, in the order in which they are checked (filters.md). */
import type { Price, Quantity } from '#domain/money.ts'
import { type ApiError, filterFailure } from '../errors.ts'
import { type Draft, hasPrice, isContingent } from './order.ts'

/** One filter as exchangeInfo lists it. */
export type RawFilter = { readonly filterType: string; readonly [field: string]: unknown }

/** What of the account and the market a filter looks at. */
export interface FilterScene {
  /** The average price of the last minutes that filters use. */
  readonly average: Price
  readonly openOrders: number
  readonly openStops: number
  readonly openIcebergs: number
  readonly openLists: number
  /** Base asset held, locked included, and the quantities of open BUY orders. */
  readonly position: bigint
}

const ONE = 100_000_000n
const DECIMAL = /^(\d+)(?:\.(\d{1,8}))?$/

/** A decimal of a filter, counted in 1e-8; 0 where it is absent. */
export function amountOf(value: unknown): bigint {
  const match = DECIMAL.exec(String(value ?? '0'))
  return match === null ? 0n : BigInt(match[1]!) * ONE + BigInt((match[2] ?? '').padEnd(8, '0'))
}

const onGrid = (value: bigint, step: bigint): boolean => step === 0n || value % step === 0n
const within = (value: bigint, low: bigint, high: bigint): boolean => value >= low && (high === 0n || value <= high)

/** The first filter that a draft fails, or null. `orders` and `lists`: how many come with it. */
export function filterError(filters: readonly RawFilter[], draft: Draft, scene: FilterScene, orders = 1, lists = 0): ApiError | null {
  const failed = order.find(type => {
    const filter = filters.find(({ filterType }) => filterType === type)
    return filter !== undefined && !passes(filter, draft, scene, orders, lists)
  })
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
  'MAX_NUM_ORDERS',
  'MAX_NUM_ALGO_ORDERS',
  'MAX_NUM_ICEBERG_ORDERS',
  'MAX_NUM_ORDER_LISTS',
  'MAX_POSITION',
]

// A filter that is not known passes: Binance adds new ones.
function passes(filter: RawFilter, draft: Draft, scene: FilterScene, orders: number, lists: number): boolean {
  const amount = (name: string): bigint => amountOf(filter[name])
  switch (filter.filterType) {
    case 'PRICE_FILTER':
      return [...(hasPrice(draft.type) ? [draft.price] : []), ...(draft.stopPrice > 0n ? [draft.stopPrice] : [])].every(
        price => within(price, amount('minPrice'), amount('maxPrice')) && onGrid(price, amount('tickSize')),
      )
    case 'PERCENT_PRICE':
      return inBand(draft, scene, amount('multiplierUp'), amount('multiplierDown'))
    case 'PERCENT_PRICE_BY_SIDE': {
      const side = draft.side === 'BUY' ? 'bid' : 'ask'
      return inBand(draft, scene, amount(`${side}MultiplierUp`), amount(`${side}MultiplierDown`))
    }
    case 'LOT_SIZE':
      return [...(draft.quoteAmount > 0n ? [] : [draft.quantity]), ...(draft.iceberg > 0n ? [draft.iceberg] : [])].every(
        size => within(size, amount('minQty'), amount('maxQty')) && onGrid(size, amount('stepSize')),
      )
    case 'MARKET_LOT_SIZE':
      if (!isMarket(draft)) return true
      if (draft.quoteAmount > 0n) return within(boughtFor(draft, scene), 0n, amount('maxQty'))
      return within(draft.quantity, amount('minQty'), amount('maxQty')) && onGrid(draft.quantity, amount('stepSize'))
    case 'MIN_NOTIONAL':
      return (isMarket(draft) && !flag(filter['applyToMarket'])) || valueOf(draft, scene) >= amount('minNotional')
    case 'NOTIONAL': {
      const value = valueOf(draft, scene)
      const market = isMarket(draft)
      if ((!market || flag(filter['applyMinToMarket'])) && value < amount('minNotional')) return false
      return (market && !flag(filter['applyMaxToMarket'])) || within(value, 0n, amount('maxNotional'))
    }
    case 'ICEBERG_PARTS':
      return draft.iceberg === 0n || (draft.quantity + draft.iceberg - 1n) / draft.iceberg <= BigInt(Number(filter['limit'] ?? 0))
    case 'MAX_NUM_ORDERS':
      return scene.openOrders + orders <= Number(filter['maxNumOrders'])
    case 'MAX_NUM_ALGO_ORDERS':
      return !isContingent(draft.type) || scene.openStops + 1 <= Number(filter['maxNumAlgoOrders'])
    case 'MAX_NUM_ICEBERG_ORDERS':
      return draft.iceberg === 0n || scene.openIcebergs + 1 <= Number(filter['maxNumIcebergOrders'])
    case 'MAX_NUM_ORDER_LISTS':
      return lists === 0 || scene.openLists + lists <= Number(filter['maxNumOrderLists'])
    case 'MAX_POSITION':
      return draft.side === 'SELL' || scene.position + sizeOf(draft, scene) <= amount('maxPosition')
    default:
      return true
  }
}

const flag = (value: unknown): boolean => String(value) === 'true'

/** True for what takes at the market: MARKET, and stops without a limit once they trigger. */
const isMarket = ({ type }: Draft): boolean => !hasPrice(type)

function inBand({ type, price, stopPrice }: Draft, { average }: FilterScene, up: bigint, down: bigint): boolean {
  if (average === 0n) return true
  const low = (average * down) / ONE
  const high = (average * up) / ONE
  return [...(hasPrice(type) ? [price] : []), ...(stopPrice > 0n ? [stopPrice] : [])].every(
    value => value >= low && (up === 0n || value <= high),
  )
}

const boughtFor = ({ quoteAmount }: Draft, { average }: FilterScene): Quantity =>
  (average === 0n ? 0n : ((quoteAmount as bigint) * ONE) / average) as Quantity

const sizeOf = (draft: Draft, scene: FilterScene): bigint => (draft.quoteAmount > 0n ? boughtFor(draft, scene) : draft.quantity)

// What an order is worth: at its limit, else at its stop, else at the average.
function valueOf({ quoteAmount, price, stopPrice, quantity }: Draft, { average }: FilterScene): bigint {
  if (quoteAmount > 0n) return quoteAmount
  const at = price > 0n ? price : stopPrice > 0n ? stopPrice : average
  return (at * (quantity as bigint)) / ONE
}
