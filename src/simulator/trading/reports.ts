/** Orders, trades and lists as Binance's answers show them. */
import { eight } from '../decimals.ts'
import type { List } from './lists.ts'
import type { Order, ResponseType, Trade } from './order.ts'
import { isOpen } from './order.ts'

const conditional = (order: Order, asked: boolean): object => ({
  ...(order.stopPrice > 0n ? { stopPrice: eight(order.stopPrice) } : {}),
  ...(order.iceberg > 0n ? { icebergQty: eight(order.iceberg) } : {}),
  ...(order.trailingDelta > 0 ? { trailingDelta: order.trailingDelta, trailingTime: order.trailingTime } : {}),
  ...pegOf(order),
  ...(order.strategyId === null ? {} : { strategyId: order.strategyId }),
  ...(order.strategyType === null ? {} : { strategyType: order.strategyType }),
  ...(order.preventedMatch > 0 ? { preventedMatchId: order.preventedMatch, preventedQuantity: eight(order.prevented) } : {}),
  ...(asked && order.expiry !== null ? { expiryReason: order.expiry } : {}),
})

const pegOf = ({ peg, peggedPrice }: Order): object =>
  peg === null
    ? {}
    : {
        pegPriceType: peg.priceType,
        ...(peg.offset === null ? {} : { pegOffsetType: 'PRICE_LEVEL', pegOffsetValue: peg.offset }),
        ...(peggedPrice > 0n ? { peggedPrice: eight(peggedPrice) } : {}),
      }

const amounts = (order: Order): object => ({
  price: eight(order.price),
  // an OPO's pending legs have no quantity until they go live
  ...(order.quantity === 0n && order.status === 'PENDING_NEW' ? {} : { origQty: eight(order.quantity) }),
  executedQty: eight(order.executed),
})

/** What a placement answers. */
export function placed(order: Order, type: ResponseType): object {
  const { symbol, id: orderId, listId: orderListId, clientOrderId, updated: transactTime } = order
  const ack = { symbol, orderId, orderListId, clientOrderId, transactTime }
  if (type === 'ACK') return ack
  const result = {
    ...ack,
    ...amounts(order),
    origQuoteOrderQty: eight(order.quoteAmount),
    cummulativeQuoteQty: eight(order.quote),
    status: order.status,
    timeInForce: order.timeInForce,
    type: order.type,
    side: order.side,
    workingTime: order.workingTime,
    ...(type === 'FULL' ? { fills: order.trades.map(fillOf) } : {}),
    ...preventedOf(order),
    selfTradePreventionMode: order.stp,
    ...conditional(order, true),
  }
  return result
}

// What the order did not take because of self-trade prevention.
const preventedOf = ({ preventedMatches, tradeGroupId, symbol }: Order): object =>
  preventedMatches.length === 0
    ? {}
    : {
        preventedMatches: preventedMatches.map(
          ({ preventedMatchId, makerOrderId, price, takerPreventedQuantity, makerPreventedQuantity }) => ({
            preventedMatchId,
            makerSymbol: symbol,
            makerOrderId,
            price,
            ...(takerPreventedQuantity === undefined ? {} : { takerPreventedQuantity }),
            ...(makerPreventedQuantity === undefined ? {} : { makerPreventedQuantity }),
          }),
        ),
        ...(tradeGroupId < 0 ? {} : { tradeGroupId }),
      }

const fillOf = ({ price, quantity, fee, feeAsset, id }: Trade): object => ({
  price: eight(price),
  qty: eight(quantity),
  commission: eight(fee),
  commissionAsset: feeAsset,
  tradeId: id,
})

/** What a query tells of an order. */
export const queried = (order: Order): object => ({
  symbol: order.symbol,
  orderId: order.id,
  orderListId: order.listId,
  clientOrderId: order.clientOrderId,
  ...amounts(order),
  cummulativeQuoteQty: eight(order.quote),
  status: order.status,
  timeInForce: order.timeInForce,
  type: order.type,
  side: order.side,
  stopPrice: eight(order.stopPrice),
  icebergQty: eight(order.iceberg),
  time: order.created,
  updateTime: order.updated,
  isWorking: order.workingTime >= 0,
  workingTime: order.workingTime,
  origQuoteOrderQty: eight(order.quoteAmount),
  selfTradePreventionMode: order.stp,
  ...conditional(order, true),
})

/** What a cancel answers. `cancelId`: the cancel's own id; the order's is `origClientOrderId`. */
export const cancelled = (order: Order, cancelId: string): object => ({
  symbol: order.symbol,
  origClientOrderId: order.clientOrderId,
  orderId: order.id,
  orderListId: order.listId,
  clientOrderId: cancelId,
  transactTime: order.updated,
  ...amounts(order),
  origQuoteOrderQty: eight(order.quoteAmount),
  cummulativeQuoteQty: eight(order.quote),
  status: order.status,
  timeInForce: order.timeInForce,
  type: order.type,
  side: order.side,
  ...conditional(order, false),
  selfTradePreventionMode: order.stp,
})

/** What an amendment answers (its spelling differs: cumulativeQuoteQty, qty). */
export const amended = (order: Order, before: string, executionId: number, list: List | null): object => ({
  transactTime: order.updated,
  executionId,
  amendedOrder: {
    symbol: order.symbol,
    orderId: order.id,
    orderListId: order.listId,
    origClientOrderId: before,
    clientOrderId: order.clientOrderId,
    price: eight(order.price),
    qty: eight(order.quantity),
    executedQty: eight(order.executed),
    preventedQty: eight(order.prevented),
    quoteOrderQty: eight(order.quoteAmount),
    cumulativeQuoteQty: eight(order.quote),
    status: order.status,
    timeInForce: order.timeInForce,
    type: order.type,
    side: order.side,
    ...pegOf(order),
    ...(order.workingTime >= 0 ? { workingTime: order.workingTime } : {}),
    selfTradePreventionMode: order.stp,
  },
  ...(list === null ? {} : { listStatus: listStatus(list) }),
})

/** A row of myTrades. */
export const tradeRow = (trade: Trade): object => ({
  symbol: trade.symbol,
  id: trade.id,
  orderId: trade.orderId,
  orderListId: trade.listId,
  price: eight(trade.price),
  qty: eight(trade.quantity),
  quoteQty: eight(trade.quote),
  commission: eight(trade.fee),
  commissionAsset: trade.feeAsset,
  time: trade.time,
  isBuyer: trade.buyer,
  isMaker: trade.maker,
  isBestMatch: true,
})

/** The orders of a list, by id only. */
const members = (list: List): object[] => list.orders.map(({ symbol, id: orderId, clientOrderId }) => ({ symbol, orderId, clientOrderId }))

const listStatus = (list: List): object => ({
  orderListId: list.id,
  contingencyType: list.contingency,
  listOrderStatus: list.orders.some(isOpen) ? 'EXECUTING' : 'ALL_DONE',
  listClientOrderId: list.clientId,
  symbol: list.symbol,
  orders: members(list),
})

/** A list as its placement, its cancel and its queries tell it. */
export const listHead = (list: List): object => ({
  orderListId: list.id,
  contingencyType: list.contingency,
  listStatusType: list.orders.some(isOpen) ? 'EXEC_STARTED' : 'ALL_DONE',
  listOrderStatus: list.orders.some(isOpen) ? 'EXECUTING' : 'ALL_DONE',
  listClientOrderId: list.clientId,
  transactionTime: list.time,
  symbol: list.symbol,
  orders: members(list),
})

/** What the cancel of a list answers. */
export const cancelReport = (list: List, cancelId: string): object => ({
  ...listHead(list),
  orderReports: list.orders.map(order => cancelled(order, cancelId)),
})
