/** An order as Binance knows it: what the client asked for, and what became of it. */
import type { Money, Price, Quantity } from '#domain/money.ts'
import type { OrderType, Side, TimeInForce } from '#domain/order.ts'

/** Binance's words for where an order stands. */
export type Status = 'NEW' | 'PENDING_NEW' | 'PARTIALLY_FILLED' | 'FILLED' | 'CANCELED' | 'EXPIRED' | 'EXPIRED_IN_MATCH' | 'REJECTED'

/** Why an order expired. */
export type ExpiryReason =
  | 'NONE'
  | 'REJECTED'
  | 'EXCHANGE_CANCELED'
  | 'OCO_TRIGGER'
  | 'OTO_PHASE_ONE_EXPIRED'
  | 'UNFILLED_IOC_QUANTITY_EXPIRED'
  | 'UNFILLED_FOK_ORDER_EXPIRED'
  | 'INSUFFICIENT_LIQUIDITY'

/** Modes of self-trade prevention. */
export const stpModes = ['NONE', 'EXPIRE_TAKER', 'EXPIRE_MAKER', 'EXPIRE_BOTH', 'DECREMENT', 'TRANSFER'] as const
/** One of them. */
export type StpMode = (typeof stpModes)[number]

/** How much of an order is answered. */
export type ResponseType = 'ACK' | 'RESULT' | 'FULL'

/** An order as it was asked for, read and not yet checked against anything. Amounts it does not use are 0. */
export interface Draft {
  readonly symbol: string
  readonly side: Side
  readonly type: OrderType
  readonly timeInForce: TimeInForce
  readonly quantity: Quantity
  readonly quoteAmount: Money
  readonly price: Price
  readonly stopPrice: Price
  readonly iceberg: Quantity
  readonly clientOrderId: string | null
  readonly stp: StpMode | null
  readonly strategyId: number | null
  readonly strategyType: number | null
}

/** One trade of an order. */
export interface Trade {
  readonly id: number
  readonly orderId: number
  readonly listId: number
  readonly symbol: string
  readonly price: Price
  readonly quantity: Quantity
  readonly quote: Money
  readonly fee: bigint
  readonly feeAsset: string
  readonly time: number
  readonly buyer: boolean
  readonly maker: boolean
}

/** An order was made smaller. */
export interface Amendment {
  readonly executionId: number
  readonly origClientOrderId: string
  readonly newClientOrderId: string
  readonly from: Quantity
  readonly to: Quantity
  readonly time: number
}

/** An order of the account. */
export interface Order {
  readonly id: number
  readonly listId: number
  clientOrderId: string
  readonly symbol: string
  readonly side: Side
  readonly type: OrderType
  readonly timeInForce: TimeInForce
  readonly price: Price
  readonly stopPrice: Price
  readonly iceberg: Quantity
  readonly quoteAmount: Money
  readonly stp: StpMode
  readonly strategyId: number | null
  readonly strategyType: number | null
  quantity: Quantity
  status: Status
  executed: Quantity
  quote: Money
  readonly created: number
  updated: number
  /** When it began to work on the book; -1: not yet. */
  workingTime: number
  expiry: ExpiryReason | null
  preventedMatch: number
  prevented: Quantity
  readonly amendments: Amendment[]
  readonly trades: Trade[]
}

/** True while an order may still do something. */
export const isOpen = ({ status }: Pick<Order, 'status'>): boolean =>
  status === 'NEW' || status === 'PARTIALLY_FILLED' || status === 'PENDING_NEW'

/** True for the types that wait for a stop price. */
export const isContingent = (type: OrderType): boolean => type.startsWith('STOP') || type.startsWith('TAKE')

/** True for the types that have a limit price. */
export const hasPrice = (type: OrderType): boolean => type.includes('LIMIT')
