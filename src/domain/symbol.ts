import { format, type Money, type Price, price, type Quantity, quantity, zero } from './money.ts'
import type { OrderType } from './order.ts'

/** What an exchange asks of orders on a symbol. Zero disables a minimum, maximum, tick or step, as on Binance. */
export interface Filters {
  readonly tick: Price
  readonly minPrice: Price
  readonly maxPrice: Price
  readonly step: Quantity
  readonly minQuantity: Quantity
  readonly maxQuantity: Quantity
  readonly maxMarketQuantity: Quantity
  readonly minNotional: Money
  readonly minNotionalOnMarket: boolean
  readonly maxNotional: Money
  readonly maxNotionalOnMarket: boolean
  readonly maxOrders: number
  readonly maxStopOrders: number
}

/** A market as its exchange describes it. Base and quote come from the exchange, never from guessing at the name. */
export interface SymbolInfo {
  readonly symbol: string
  readonly base: string
  readonly quote: string
  readonly trading: boolean
  readonly orderTypes: readonly OrderType[]
  /** Whether an order may take the place of another in one step. */
  readonly replaces: boolean
  readonly filters: Filters
}

/** A market without any exchange filters: what a backtest on a bare candle file has. */
export const noFilters: Filters = {
  tick: zero(),
  minPrice: zero(),
  maxPrice: zero(),
  step: zero(),
  minQuantity: zero(),
  maxQuantity: zero(),
  maxMarketQuantity: zero(),
  minNotional: zero(),
  minNotionalOnMarket: false,
  maxNotional: zero(),
  maxNotionalOnMarket: false,
  maxOrders: 0,
  maxStopOrders: 0,
}

/** Every order type that Binance spot knows. */
export const allOrderTypes: readonly OrderType[] = [
  'MARKET',
  'LIMIT',
  'LIMIT_MAKER',
  'STOP_LOSS',
  'STOP_LOSS_LIMIT',
  'TAKE_PROFIT',
  'TAKE_PROFIT_LIMIT',
]

/** The part of Binance's exchangeInfo that is read here: one entry of `symbols`. Numbers are decimal strings. */
export interface ExchangeSymbol {
  readonly symbol: string
  readonly status: string
  readonly baseAsset: string
  readonly quoteAsset: string
  readonly orderTypes?: readonly string[]
  /** Not said: it may be. */
  readonly cancelReplaceAllowed?: boolean
  readonly filters: readonly { readonly filterType: string; readonly [field: string]: unknown }[]
}

/** Reads one symbol of Binance's exchangeInfo. Unknown filter types are passed over: the exchange adds new ones. */
export function symbolInfoOf(raw: ExchangeSymbol): SymbolInfo {
  const found = new Map(raw.filters.map(filter => [filter.filterType, filter]))
  const text = (type: string, name: string): string => String(found.get(type)?.[name] ?? '0')
  const count = (type: string, name: string): number => Number(found.get(type)?.[name] ?? 0)
  const notional = found.has('NOTIONAL') ? 'NOTIONAL' : 'MIN_NOTIONAL'
  const marketMax = quantity(text('MARKET_LOT_SIZE', 'maxQty'))
  return {
    symbol: raw.symbol,
    base: raw.baseAsset,
    quote: raw.quoteAsset,
    trading: raw.status === 'TRADING',
    orderTypes: raw.orderTypes === undefined ? allOrderTypes : allOrderTypes.filter(type => raw.orderTypes!.includes(type)),
    replaces: raw.cancelReplaceAllowed !== false,
    filters: {
      tick: price(text('PRICE_FILTER', 'tickSize')),
      minPrice: price(text('PRICE_FILTER', 'minPrice')),
      maxPrice: price(text('PRICE_FILTER', 'maxPrice')),
      step: quantity(text('LOT_SIZE', 'stepSize')),
      minQuantity: quantity(text('LOT_SIZE', 'minQty')),
      maxQuantity: quantity(text('LOT_SIZE', 'maxQty')),
      maxMarketQuantity: marketMax,
      minNotional: quantity(text(notional, 'minNotional')) as bigint as Money,
      minNotionalOnMarket:
        String(found.get(notional)?.[notional === 'NOTIONAL' ? 'applyMinToMarket' : 'applyToMarket'] ?? 'false') === 'true',
      maxNotional: quantity(text(notional, 'maxNotional')) as bigint as Money,
      maxNotionalOnMarket: String(found.get(notional)?.['applyMaxToMarket'] ?? 'false') === 'true',
      maxOrders: count('MAX_NUM_ORDERS', 'maxNumOrders'),
      maxStopOrders: count('MAX_NUM_ALGO_ORDERS', 'maxNumAlgoOrders'),
    },
  }
}

/** A sentence about the amounts a symbol takes, for people: "BTCEUR: steps of 0.00001 BTC, at least 5 EUR". */
export const amountsOf = ({ symbol, base, quote, filters }: SymbolInfo): string =>
  `${symbol}: steps of ${filters.step > 0n ? format(filters.step) : '0.00000001'} ${base}, at least ${format(filters.minNotional)} ${quote} an order`
