import { type Denial, deny } from '#domain/denial.ts'
import { affordable, floorTo, format, type Money, notional, type Price, type Quantity } from '#domain/money.ts'
import type { OrderRequest } from '#domain/order.ts'
import { noFilters, type SymbolInfo } from '#domain/symbol.ts'

/** Checks a quantity against LOT_SIZE and MARKET_LOT_SIZE. Null when it passes. */
export function quantityDenial(info: SymbolInfo, quantity: Quantity, market: boolean): Denial | null {
  const { step, minQuantity, maxQuantity, maxMarketQuantity } = info.filters
  if (quantity === 0n || quantity < minQuantity)
    return deny(
      'below_minimum_quantity',
      `${format(quantity)} ${info.base} is under the minimum of ${format(minQuantity)} on ${info.symbol}`,
    )
  if (maxQuantity > 0n && quantity > maxQuantity)
    return deny(
      'above_maximum_quantity',
      `${format(quantity)} ${info.base} is over the maximum of ${format(maxQuantity)} on ${info.symbol}`,
    )
  if (market && maxMarketQuantity > 0n && quantity > maxMarketQuantity)
    return deny(
      'above_maximum_quantity',
      `${format(quantity)} ${info.base} is over the market-order maximum of ${format(maxMarketQuantity)} on ${info.symbol}`,
    )
  if (floorTo(quantity, step) !== quantity)
    return deny(
      'below_minimum_quantity',
      `${format(quantity)} ${info.base} is not a multiple of the step ${format(step)} on ${info.symbol}`,
    )
  return null
}

/** Checks a price against PRICE_FILTER. Null when it passes. */
export function priceDenial(info: SymbolInfo, price: Price): Denial | null {
  const { tick, minPrice, maxPrice } = info.filters
  if (price <= 0n || price < minPrice || (maxPrice > 0n && price > maxPrice) || floorTo(price, tick) !== price)
    return deny(
      'price_outside_filter',
      `price ${format(price)} is off the grid of ${info.symbol}: ${format(minPrice)} to ${format(maxPrice)} in ticks of ${format(tick)}`,
    )
  return null
}

/** Checks what an order is worth against NOTIONAL. Null when it passes. */
export function notionalDenial(info: SymbolInfo, value: Money, market: boolean): Denial | null {
  const { minNotional, maxNotional, minNotionalOnMarket, maxNotionalOnMarket } = info.filters
  if (value < minNotional && (!market || minNotionalOnMarket))
    return deny(
      'below_minimum_notional',
      `${format(value)} ${info.quote} is under the minimum of ${format(minNotional)} an order on ${info.symbol}`,
    )
  if (maxNotional > 0n && value > maxNotional && (!market || maxNotionalOnMarket))
    return deny(
      'above_maximum_notional',
      `${format(value)} ${info.quote} is over the maximum of ${format(maxNotional)} an order on ${info.symbol}`,
    )
  return null
}

// A market order for an amount buys what the last price makes of it, and that has to pass too.
const boughtDenial = (info: SymbolInfo, amount: Money, last: Price): Denial | null =>
  last === 0n ? null : quantityDenial(info, floorTo(affordable(amount, last), info.filters.step), true)

const usesPrice = (type: OrderRequest['type']): boolean => type.endsWith('LIMIT') || type === 'LIMIT_MAKER'

/** All filters of a symbol over an order, in the order in which Binance checks them. `last` values market orders. Null when it passes. */
export function filterDenial(info: SymbolInfo, order: OrderRequest, last: Price): Denial | null {
  if (info.filters !== noFilters) return everyFilterDenial(info, order, last)
  return order.quantity > 0n || order.quoteAmount > 0n ? null : quantityDenial(info, order.quantity, false)
}

function everyFilterDenial(info: SymbolInfo, order: OrderRequest, last: Price): Denial | null {
  const market = order.type === 'MARKET' || order.type === 'STOP_LOSS' || order.type === 'TAKE_PROFIT'
  const reference = order.price > 0n ? order.price : order.stopPrice > 0n ? order.stopPrice : last
  return (
    (usesPrice(order.type) ? priceDenial(info, order.price) : null) ??
    (order.stopPrice > 0n ? priceDenial(info, order.stopPrice) : null) ??
    (order.quoteAmount === 0n ? quantityDenial(info, order.quantity, market) : boughtDenial(info, order.quoteAmount, last)) ??
    (reference > 0n ? notionalDenial(info, order.quoteAmount > 0n ? order.quoteAmount : notional(reference, order.quantity), market) : null)
  )
}
