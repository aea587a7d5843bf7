/** What the engine looks at before it takes an order: status, filters, account, ids, funds, and where the market is. */
import { notional, type Price, worsened } from '#domain/money.ts'
import type { OrderType } from '#domain/order.ts'
import { priceFor } from '#matching/market.ts'
import { refusalOf } from '#matching/refusal.ts'
import { ApiError, orderRejected } from '../errors.ts'
import { type Coming, filterError } from './filters.ts'
import { type Draft, hasPrice, isContingent, limitOf, type Order, waitsForRise } from './order.ts'
import { checkPeg } from './peg.ts'
import { sceneOf } from './scene.ts'
import type { Venue } from './venue.ts'
import { enteringRequest, referenceStop } from './watched.ts'

const typeNames: Readonly<Record<OrderType, string>> = {
  MARKET: 'Market orders',
  LIMIT: 'Limit orders',
  LIMIT_MAKER: 'Limit maker orders',
  STOP_LOSS: 'Stop loss orders',
  STOP_LOSS_LIMIT: 'Stop loss limit orders',
  TAKE_PROFIT: 'Take profit orders',
  TAKE_PROFIT_LIMIT: 'Take profit limit orders',
}

/** What comes together with an order. */
export interface Company extends Coming {
  /** Open orders that do not count: those that this one is a part of. */
  readonly except?: readonly Order[]
}

const alone: Company = { orders: 1, lists: 0 }

/** What an order has to fulfil before it goes to the engine; order/test checks this much. Throws ApiError. */
export function checkRules(venue: Venue, draft: Draft, company: Company = alone): void {
  const listed = venue.symbol(draft.symbol)
  const { raw } = listed
  if (raw.status !== 'TRADING') throw new ApiError(venue.switches.closedMarketIs1013 ? -1013 : -2010, 'Market is closed.')
  if (!raw.orderTypes.includes(draft.type)) throw orderRejected(`${typeNames[draft.type]} are not supported for this symbol.`)
  if (draft.quoteAmount > 0n && !raw.quoteOrderQtyMarketAllowed)
    throw orderRejected('Quote order qty market orders are not support for this symbol.')
  if (draft.stp !== null && !raw.allowedSelfTradePreventionModes.includes(draft.stp))
    throw new ApiError(-1013, 'This symbol does not allow the specified self-trade prevention mode.')
  if (draft.trailingDelta > 0 && raw['allowTrailingStop'] !== true)
    throw orderRejected('Trailing stop orders are not supported for this symbol.')
  if (draft.iceberg > 0n && raw['icebergAllowed'] !== true) throw orderRejected('Iceberg orders are not supported for this symbol.')
  if (draft.iceberg > 0n && draft.iceberg > draft.quantity) throw orderRejected('IcebergQty exceeds QTY.')
  checkPeg(listed, draft)
  if (hasPrice(draft.type) && draft.price === 0n && draft.peg === null) throw new ApiError(-1013, 'Invalid price.')
  const failed = filterError(venue.listings.filtersOf(draft.symbol), draft, sceneOf(venue, draft.symbol, company.except ?? []), company)
  if (failed !== null) throw failed
}

/** What the account has to fulfil. Throws what `rejected` makes of it: -2010 for orders, -2011 for cancels, -2038 for amendments. */
export function checkAccount(venue: Venue, rejected: (text: string) => ApiError = orderRejected): void {
  if (venue.account.disabled) throw rejected('This action is disabled on this account.')
  if (!venue.account.canTrade) throw rejected('This account may not place or cancel orders.')
}

/** Refuses an id that an open order has. A former order's id may be used again. Throws ApiError. */
export function checkFresh(venue: Venue, clientOrderId: string | null): void {
  if (clientOrderId !== null && venue.openByClientId(clientOrderId) !== undefined) throw orderRejected('Duplicate order sent.')
}

/** What an order needs to be free: base for a sell, quote for a buy. */
export function needOf(venue: Venue, draft: Draft): bigint {
  if (draft.side === 'SELL') return draft.quantity
  if (draft.quoteAmount > 0n) return draft.quoteAmount
  const stop = referenceStop(venue.matching.market(draft.symbol), draft)
  const at = limitOf(draft) > 0n ? limitOf(draft) : stop > 0n ? stop : dearest(venue, draft.symbol)
  return notional(at, draft.quantity)
}

// What a market order pays: the ask, or, between two bars, what the last price was.
function dearest(venue: Venue, symbol: string): Price {
  const market = venue.matching.market(symbol)
  const price = priceFor(market, 'BUY')
  return market.phase === 'closed' ? price : worsened(price, market.slippage, true, market.info.filters.tick)
}

/** Refuses what cannot be paid. Throws ApiError. */
export function checkFunds(venue: Venue, draft: Draft, need: bigint): void {
  const market = venue.matching.market(draft.symbol)
  const { free } = draft.side === 'SELL' ? market.base : market.quote
  if (need > free) throw orderRejected('Account has insufficient balance for requested action.')
}

/** Refuses a stop that was passed already, and an order that may only make but would take. Throws ApiError. */
export function checkMarket(venue: Venue, draft: Draft): void {
  const { symbol, side, type, stopPrice } = draft
  const last = priceFor(venue.matching.market(symbol), side)
  const price = limitOf(draft)
  if (last === 0n) return
  // what trails from now on has no stop price
  if (stopPrice > 0n && (waitsForRise(draft) ? last >= stopPrice : last <= stopPrice))
    throw orderRejected('Order would trigger immediately.')
  if (type === 'LIMIT_MAKER' && (side === 'BUY' ? last <= price : last >= price))
    throw orderRejected('Order would immediately match and take.')
}

/**
 * Refuses what the matching would not take, before there is anything of it. To be looked at last: whatever is known of Binance was refused
 * with its words before. Throws ApiError.
 */
export function checkMatching(venue: Venue, drafts: readonly Draft[]): void {
  for (const draft of drafts) {
    const market = venue.matching.market(draft.symbol)
    const denial = refusalOf(market, enteringRequest(market, { ...draft, id: 0 }, null), drafts.length)
    if (denial === null) continue
    throw orderRejected(denial.code === 'insufficient_funds' ? 'Account has insufficient balance for requested action.' : denial.message)
  }
}

/** Refuses a pair whose prices do not enclose the last one. Throws ApiError. */
export function checkPair(venue: Venue, legs: readonly Draft[]): void {
  const { last } = venue.matching.market(legs[0]!.symbol)
  if (last === 0n) return
  const enclosed = legs.every(leg => {
    const { side, type, stopPrice } = leg
    const stop = type.startsWith('STOP')
    const at = isContingent(type) ? stopPrice : limitOf(leg)
    if (at === 0n) return true
    return (side === 'SELL') === stop ? at < last : at > last
  })
  if (!enclosed) throw orderRejected('The relationship of the prices for the orders is not correct.')
}
