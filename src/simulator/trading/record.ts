/** An order's record, made of what was asked for. */
import { least, zero } from '#domain/money.ts'
import type { Draft, Order, Status } from './order.ts'

/** What the exchange adds to a draft. */
export interface Given {
  readonly id: number
  readonly listId: number
  readonly clientOrderId: string
  readonly stp: Order['stp']
  readonly tradeGroupId: number
  readonly status: Status
  readonly time: number
}

/** Makes an order's record; it is not on the book yet. */
export const recordOf = (draft: Draft, { id, listId, clientOrderId, stp, tradeGroupId, status, time }: Given): Order => ({
  id,
  listId,
  clientOrderId,
  symbol: draft.symbol,
  side: draft.side,
  type: draft.type,
  timeInForce: draft.timeInForce,
  price: draft.price,
  stopPrice: draft.stopPrice,
  iceberg: draft.iceberg,
  visible: least(draft.iceberg, draft.quantity),
  trailingDelta: draft.trailingDelta,
  trailingTime: -1,
  peg: draft.peg,
  peggedPrice: draft.peggedPrice,
  quoteAmount: draft.quoteAmount,
  stp,
  strategyId: draft.strategyId,
  strategyType: draft.strategyType,
  quantity: draft.quantity,
  status,
  executed: zero(),
  quote: zero(),
  created: time,
  updated: time,
  workingTime: -1,
  expiry: null,
  preventedMatch: 0,
  prevented: zero(),
  preventedMatches: [],
  tradeGroupId,
  amendments: [],
  trades: [],
})
