/** Symbols completed to what Binance's exchangeInfo shows of each. */
import type { ExchangeSymbol } from '#domain/symbol.ts'
import type { RawFilter } from './filters.ts'

/** A symbol as exchangeInfo shows it, complete. */
export interface RawSymbol extends ExchangeSymbol {
  status: string
  readonly orderTypes: readonly string[]
  filters: RawFilter[]
  readonly quoteOrderQtyMarketAllowed: boolean
  readonly allowedSelfTradePreventionModes: readonly string[]
  readonly defaultSelfTradePreventionMode: string
  /** All of the sets have to be met, each by one of its permissions. */
  readonly permissionSets: readonly (readonly string[])[]
  readonly [field: string]: unknown
}

const usualTypes = ['LIMIT', 'LIMIT_MAKER', 'MARKET', 'STOP_LOSS', 'STOP_LOSS_LIMIT', 'TAKE_PROFIT', 'TAKE_PROFIT_LIMIT']

const usualFilters: readonly RawFilter[] = [
  { filterType: 'MAX_NUM_ORDERS', maxNumOrders: 200 },
  { filterType: 'MAX_NUM_ORDER_LISTS', maxNumOrderLists: 20 },
  { filterType: 'MAX_NUM_ALGO_ORDERS', maxNumAlgoOrders: 5 },
  { filterType: 'MAX_NUM_ORDER_AMENDS', maxNumOrderAmends: 10 },
  {
    filterType: 'TRAILING_DELTA',
    minTrailingAboveDelta: 10,
    maxTrailingAboveDelta: 2000,
    minTrailingBelowDelta: 10,
    maxTrailingBelowDelta: 2000,
  },
]

/** A symbol with everything that its own entry leaves out. */
export function listed(raw: ExchangeSymbol, wideBand: boolean): RawSymbol {
  const filters = raw.filters.map(filter => ({ ...filter }))
  for (const usual of usualFilters) if (!filters.some(({ filterType }) => filterType === usual.filterType)) filters.push({ ...usual })
  return {
    baseAssetPrecision: 8,
    quotePrecision: 8,
    quoteAssetPrecision: 8,
    baseCommissionPrecision: 8,
    quoteCommissionPrecision: 8,
    icebergAllowed: true,
    allowTrailingStop: true,
    pegInstructionsAllowed: true,
    ocoAllowed: true,
    otoAllowed: true,
    opoAllowed: true,
    cancelReplaceAllowed: true,
    amendAllowed: true,
    isSpotTradingAllowed: true,
    isMarginTradingAllowed: false,
    quoteOrderQtyMarketAllowed: true,
    ...raw,
    orderTypes: raw.orderTypes ?? usualTypes,
    filters: wideBand ? filters : filters.map(narrowed),
    permissions: [],
    permissionSets: [['SPOT']],
    defaultSelfTradePreventionMode: 'EXPIRE_MAKER',
    allowedSelfTradePreventionModes: ['EXPIRE_TAKER', 'EXPIRE_MAKER', 'EXPIRE_BOTH', 'DECREMENT', 'TRANSFER'],
  }
}

const narrowed = (filter: RawFilter): RawFilter =>
  filter.filterType === 'PERCENT_PRICE_BY_SIDE'
    ? { ...filter, bidMultiplierUp: '1.1', bidMultiplierDown: '0.8', askMultiplierUp: '1.2', askMultiplierDown: '0.9' }
    : filter
