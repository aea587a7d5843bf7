/** Orders that are watched: stops that trail, and stops whose limit is pegged. What the matching takes of them at first, and where they fire. */
import type { Price } from '#domain/money.ts'
import type { OrderRequest } from '#domain/order.ts'
import { type Market, priceFor } from '#matching/market.ts'
import { type Numbered, requestOf } from './fills.ts'
import { type Draft, isWatched, type Order } from './order.ts'

/** Who watches them. */
export interface Watcher {
  /** Takes over an order that was just put on the book, if it is of the kind. */
  take(order: Order): void
  /** Moves a market from one price to another (null: it jumps there). What fires by it is put within the matching's reach; the prices it fires at. */
  move(symbol: string, from: Price | null, to: Price): readonly Price[]
  /** Does something with a market's orders as they came in: valued by their own stops, not by those that no price reaches. */
  shown(market: Market, act: () => void): void
}

/** Nobody. */
export const nobody: Watcher = { take: () => {}, move: () => [], shown: (_, act) => act() }

const POINTS = 10_000n

/** Where an order fires that has seen a best price: a buyer's above it, a seller's below, at the first tick that is far enough. */
export function triggerOf({ side, trailingDelta }: Pick<Draft, 'side' | 'trailingDelta'>, best: bigint, tick: bigint): Price {
  const step = tick > 0n ? tick : 1n
  const delta = BigInt(trailingDelta)
  if (side === 'SELL') return floor((best * (POINTS - delta)) / POINTS, step)
  const least = best * (POINTS + delta)
  return floor((least + POINTS - 1n) / POINTS + step - 1n, step)
}

const floor = (value: bigint, step: bigint): Price => {
  const down = value - (value % step)
  return (down > 0n ? down : step) as Price
}

/** The stop price by which a draft is valued and its funds are locked: its own, else where it would fire if the price turned now. */
export function referenceStop(market: Market, draft: Pick<Draft, 'side' | 'stopPrice' | 'trailingDelta'>): Price {
  if (draft.stopPrice > 0n || draft.trailingDelta === 0) return draft.stopPrice
  return triggerOf(draft, priceFor(market, draft.side), market.info.filters.tick)
}

/** An order as the matching takes it at first. One that is watched gets stop and limit that are right to value it by. */
export function enteringRequest(market: Market, order: Numbered, pair: Pick<Order, 'id'> | null): OrderRequest {
  const request = requestOf(order, pair)
  if (!isWatched(order)) return request
  const stopPrice = referenceStop(market, order)
  const limited = order.type === 'STOP_LOSS_LIMIT' || order.type === 'TAKE_PROFIT_LIMIT'
  // a target that trails fires like a stop
  const type = order.stopPrice > 0n ? order.type : limited ? 'STOP_LOSS_LIMIT' : 'STOP_LOSS'
  return { ...request, type, stopPrice, price: limited && request.price === 0n ? stopPrice : request.price }
}
