/** Execution rules: the prices that a taker may trade at, around the symbol's reference price (faqs/price_range_execution_rules.md). */
import { amountOf } from './filters.ts'
import type { ExecutionRule } from './listings.ts'
import { reachOf } from './self-trade.ts'
import type { Venue } from './venue.ts'

const ONE = 100_000_000n

/** Ends takers that would trade outside of their symbol's range. To be called after what else looks at takers. */
export function enforceRules(venue: Venue): void {
  const before = venue.matching.onTaking
  venue.matching.onTaking = (market, taker, at) => {
    const { side, id } = taker.request
    if (isWithin(venue.listings.rules.get(market.info.symbol), side === 'BUY' ? 'bid' : 'ask', reachOf(market, taker, at)))
      return before?.(market, taker, at) ?? true
    venue.end(venue.orders.get(id)!, 'EXECUTION_RULE_PRICE_RANGE_EXCEEDED')
    return false
  }
}

function isWithin(rule: ExecutionRule | undefined, side: 'bid' | 'ask', price: bigint): boolean {
  if (rule === undefined || rule.referencePrice === null || rule.range === null) return true
  const { referencePrice, range } = rule
  const [up, down] = [range[`${side}LimitMultUp`], range[`${side}LimitMultDown`]].map(text =>
    text === undefined ? null : ((referencePrice as bigint) * amountOf(text)) / ONE,
  )
  return (up == null || price <= up) && (down == null || price >= down)
}
