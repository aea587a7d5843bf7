/** Pegged orders: a limit taken from the book at the moment the order gets there (faqs/pegged_orders.md). */
import type { Price } from '#domain/money.ts'
import type { Market } from '#matching/market.ts'
import { orderRejected } from '../errors.ts'
import { levelsOf } from '../market/book.ts'
import { type Draft, hasPrice, isContingent } from './order.ts'
import type { Venue } from './venue.ts'

/** Whether a draft's peg can be used at all. Throws ApiError -2010 in the engine's words. */
export function checkPeg({ raw }: ReturnType<Venue['symbol']>, { type, timeInForce, peg }: Draft): void {
  if (peg === null) return
  if (raw['pegInstructionsAllowed'] !== true) throw orderRejected('Pegged orders are not supported for this symbol.')
  if (!hasPrice(type)) throw orderRejected('This order type may not use pegged price.')
  if (type === 'LIMIT_MAKER' && peg.priceType === 'MARKET_PEG') throw orderRejected('This price peg cannot be used with this order type.')
  if (type === 'LIMIT' && peg.priceType === 'PRIMARY_PEG' && timeInForce !== 'GTC') throw orderRejected('Unsupported order combination')
}

/** A draft that goes to the book now, with what its peg comes to. Stops take theirs when they trigger. Throws ApiError. */
export function pegged(venue: Venue, draft: Draft): Draft {
  // what is refused anyway is refused in the words of the rules
  if (draft.peg === null || isContingent(draft.type) || venue.symbol(draft.symbol).raw.status !== 'TRADING') return draft
  checkPeg(venue.symbol(draft.symbol), draft)
  return { ...draft, peggedPrice: pegPrice(venue, draft, venue.matching.market(draft.symbol)) }
}

/** What a peg comes to in a market. Throws ApiError -2010 where the book does not reach that deep. */
export function pegPrice(venue: Venue, { side, price, peg }: Pick<Draft, 'side' | 'price' | 'peg'>, market: Market): Price {
  const { priceType, offset } = peg!
  const own = priceType === 'PRIMARY_PEG'
  const depth = offset ?? 0
  const { levels } = venue.replay.histories.get(market.info.symbol)!
  const level = depth < levels ? levelsOf(market, (side === 'BUY') === own ? 'bid' : 'ask', depth + 1)[depth] : undefined
  if (level === undefined) throw orderRejected('Order book liquidity is too low for this pegged order.')
  const { last } = market
  const step = market.info.filters.tick > 0n ? (market.info.filters.tick as bigint) : 1n
  // without slippage both sides of the book meet at the last price; who joins their own side does not take
  const found = own && side === 'SELL' && level.price <= last ? (last as bigint) + step : level.price
  if (venue.switches.peggedIgnoresPrice || price === 0n) return found as Price
  return (side === 'BUY' ? (found < price ? found : price) : found > price ? found : price) as Price
}
