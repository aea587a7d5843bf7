/** What the user data stream tells. */
import { eight } from '../decimals.ts'
import type { List } from './lists.ts'
import type { Order, Trade } from './order.ts'

/** An event of the account, as it goes over the wire. */
export type UserEvent = { readonly e: string; readonly E: number } & Readonly<Record<string, unknown>>

/** What happened to an order. */
export type Execution = 'NEW' | 'CANCELED' | 'REPLACED' | 'REJECTED' | 'TRADE' | 'EXPIRED' | 'TRADE_PREVENTION'

/** What an execution report says beside the order itself. */
export interface ExecutionDetails {
  readonly execution: Execution
  readonly executionId: number
  readonly time: number
  readonly trade?: Trade
  /** The cancel's or amendment's id; the order's goes to C then. */
  readonly requestId?: string
  /** The order's own id before an amendment. */
  readonly originalId?: string
}

/** An executionReport. */
export function executionReport(order: Order, { execution, executionId, time, trade, requestId, originalId }: ExecutionDetails): UserEvent {
  const working = order.workingTime >= 0
  return {
    e: 'executionReport',
    E: time,
    s: order.symbol,
    c: requestId ?? order.clientOrderId,
    S: order.side,
    o: order.type,
    f: order.timeInForce,
    q: eight(order.quantity),
    p: eight(order.price),
    P: eight(order.stopPrice),
    F: eight(order.iceberg),
    g: order.listId,
    C: originalId ?? (requestId === undefined ? '' : order.clientOrderId),
    x: execution,
    X: order.status,
    r: 'NONE',
    i: order.id,
    l: eight(trade?.quantity ?? 0n),
    z: eight(order.executed),
    L: eight(trade?.price ?? 0n),
    n: trade === undefined ? '0' : eight(trade.fee),
    N: trade?.feeAsset ?? null,
    T: time,
    t: trade?.id ?? -1,
    I: executionId,
    w: working && (order.status === 'NEW' || order.status === 'PARTIALLY_FILLED'),
    m: trade?.maker ?? false,
    M: false,
    O: order.created,
    Z: eight(order.quote),
    Y: eight(trade?.quote ?? 0n),
    Q: eight(order.quoteAmount),
    ...(working ? { W: order.workingTime } : {}),
    V: order.stp,
    ...(order.trailingDelta > 0 ? { d: order.trailingDelta } : {}),
    ...(order.trailingTime >= 0 ? { D: order.trailingTime } : {}),
    ...pegOf(order),
    ...(order.strategyId === null ? {} : { j: order.strategyId }),
    ...(order.strategyType === null ? {} : { J: order.strategyType }),
    ...(order.preventedMatch > 0
      ? { v: order.preventedMatch, A: eight(order.prevented), B: eight(order.prevented), u: order.tradeGroupId }
      : {}),
    ...(execution === 'EXPIRED' || execution === 'TRADE_PREVENTION' ? { eR: order.expiry ?? 'NONE' } : {}),
  }
}

const pegOf = ({ peg, peggedPrice }: Order): object =>
  peg === null
    ? {}
    : {
        gP: peg.priceType,
        ...(peg.offset === null ? {} : { gOT: 'PRICE_LEVEL', gOV: peg.offset }),
        ...(peggedPrice > 0n ? { gp: eight(peggedPrice) } : {}),
      }

/** A listStatus. */
export const listEvent = (list: List, status: 'EXEC_STARTED' | 'ALL_DONE' | 'UPDATED', time: number): UserEvent => ({
  e: 'listStatus',
  E: time,
  s: list.symbol,
  g: list.id,
  c: list.contingency,
  l: status,
  L: status === 'ALL_DONE' ? 'ALL_DONE' : 'EXECUTING',
  r: 'NONE',
  C: list.clientId,
  T: time,
  O: list.orders.map(({ symbol: s, id: i, clientOrderId: c }) => ({ s, i, c })),
})

/** An outboundAccountPosition: absolute amounts of the assets that may have changed. */
export const accountPosition = (
  balances: readonly { readonly asset: string; readonly free: bigint; readonly locked: bigint }[],
  time: number,
): UserEvent => ({
  e: 'outboundAccountPosition',
  E: time,
  u: time,
  B: balances.map(({ asset, free, locked }) => ({ a: asset, f: eight(free), l: eight(locked) })),
})

/** A balanceUpdate: what came or went from outside. */
export const balanceUpdate = (asset: string, delta: bigint, time: number): UserEvent => ({
  e: 'balanceUpdate',
  E: time,
  a: asset,
  d: eight(delta),
  T: time,
})
