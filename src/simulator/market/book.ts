/** The order book that a taker meets: the last price, worsened by half-spread and slippage, with what of the bar's volume is left. */
import { type Price, worsened } from '#domain/money.ts'
import type { Market } from '#matching/market.ts'

/** A level of the book, amounts counted in 1e-8. */
export interface Level {
  readonly price: bigint
  readonly quantity: bigint
}

const PLENTY = 1_000n * 100_000_000n

/** The best bid and ask. Null before the first price. */
export function bestOf(market: Market): { readonly bid: Level; readonly ask: Level } | null {
  const { last, slippage, available } = market
  if (last === 0n) return null
  const { tick } = market.info.filters
  const quantity = available >= 0n ? (available as bigint) : PLENTY
  const ask = worsened(last, slippage, true, tick)
  const bid = worsened(last, slippage, false, tick)
  const step = tick > 0n ? (tick as bigint) : 1n
  // without slippage a taker gets the last price on both sides: the bid is shown a tick below, so that the book is not crossed
  return { bid: { price: bid === ask && bid > step ? (bid as bigint) - step : bid, quantity }, ask: { price: ask, quantity } }
}

/** Levels of one side, the best first. What is beyond the best is for show: takers get the best level, and no more than its quantity. */
export function levelsOf(market: Market, side: 'bid' | 'ask', count: number): Level[] {
  const best = bestOf(market)
  if (best === null) return []
  const { price, quantity } = best[side]
  const tick = market.info.filters.tick > 0n ? (market.info.filters.tick as bigint) : 1n
  const levels: Level[] = []
  for (let place = 0n; place < count; place++) {
    const at = side === 'bid' ? price - place * tick : price + place * tick
    if (at <= 0n) break
    levels.push({ price: at as Price, quantity })
  }
  return levels
}
