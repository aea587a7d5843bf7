/** Why the exchange would not take an order: filters, too many orders, a price on the wrong side, or not enough funds. */
import { type Denial, deny } from '#domain/denial.ts'
import { format, type Money, notional } from '#domain/money.ts'
import type { OrderRequest } from '#domain/order.ts'
import type { SymbolInfo } from '#domain/symbol.ts'
import { filterDenial } from './filters.ts'
import { type Market, priceFor } from './market.ts'

/** What an order needs to be free: base for a sell, quote for a buy. */
export function needOf(market: Market, request: OrderRequest): bigint {
  if (request.side === 'SELL') return request.quantity
  if (request.quoteAmount > 0n) return request.quoteAmount
  const { side, price, stopPrice } = request
  return notional(price > 0n ? price : stopPrice > 0n ? stopPrice : priceFor(market, side), request.quantity)
}

/** Why an order is refused, or null. `coming`: how many orders come with it, itself included. */
export function refusalOf(market: Market, request: OrderRequest, coming: number): Denial | null {
  const { info, last } = market
  if (!info.trading) return deny('not_trading', `${info.symbol} is not trading`)
  return (
    filterDenial(info, request, last) ?? countDenial(market, request, coming) ?? sideDenial(market, request) ?? fundsDenial(market, request)
  )
}

function countDenial({ info, orders }: Market, request: OrderRequest, coming: number): Denial | null {
  const { maxOrders, maxStopOrders } = info.filters
  if (maxOrders > 0 && orders.length + coming > maxOrders)
    return deny('too_many_orders', `${info.symbol} has ${maxOrders} open orders already`)
  return maxStopOrders === 0 || request.stopPrice === 0n ? null : stopCountDenial(info, orders)
}

function stopCountDenial({ symbol, filters: { maxStopOrders } }: SymbolInfo, orders: Market['orders']): Denial | null {
  let stops = 0
  for (const order of orders) if (order.request.stopPrice > 0n) stops++
  return stops < maxStopOrders ? null : deny('no_protection_slot', `${symbol} has ${maxStopOrders} stop orders already`)
}

function sideDenial(market: Market, { side, type, price, stopPrice }: OrderRequest): Denial | null {
  if (type === 'MARKET') return null
  const last = priceFor(market, side)
  if (last === 0n) return null
  if (stopPrice > 0n) {
    const rising = (side === 'BUY') === type.startsWith('STOP')
    if (rising ? last >= stopPrice : last <= stopPrice)
      return deny('order_rejected', `the order would trigger immediately: stop ${format(stopPrice)}, last price ${format(last)}`)
  }
  return type === 'LIMIT_MAKER' && (side === 'BUY' ? last <= price : last >= price)
    ? deny('order_rejected', 'the order would match and take immediately')
    : null
}

function fundsDenial(market: Market, request: OrderRequest): Denial | null {
  const { asset, free } = request.side === 'SELL' ? market.base : market.quote
  const need = needOf(market, request)
  return need > free ? deny('insufficient_funds', `${format(need as Money)} ${asset} are needed, ${format(free as Money)} are free`) : null
}
