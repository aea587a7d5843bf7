/** An order as Binance knows it: what the client asked for, and what became of it. */
import type { Money, Price, Quantity } from '#domain/money.ts'
import type { OrderType, Side, TimeInForce } from '#domain/order.ts'
import type { PreventedMatch } from './account.ts'

/** Binance's words for where an order stands. */
export type Status = 'NEW' | 'PENDING_NEW' | 'PARTIALLY_FILLED' | 'FILLED' | 'CANCELED' | 'EXPIRED' | 'EXPIRED_IN_MATCH'

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
  | 'EXECUTION_RULE_PRICE_RANGE_EXCEEDED'

/** Modes of self-trade prevention. */
export const stpModes = ['NONE', 'EXPIRE_TAKER', 'EXPIRE_MAKER', 'EXPIRE_BOTH', 'DECREMENT', 'TRANSFER'] as const
/** One of them. */
export type StpMode = (typeof stpModes)[number]

/** How much of an order is answered. */
export type ResponseType = 'ACK' | 'RESULT' | 'FULL'

/** Best prices that an order may be pegged to: that of its own side of the book, or that of the other. */
export const pegPriceTypes = ['PRIMARY_PEG', 'MARKET_PEG'] as const

/** How the limit of an order is taken from the book once it gets there; it does not float afterwards. */
export interface Peg {
  readonly priceType: (typeof pegPriceTypes)[number]
  /** Levels deeper into the book; null where none was asked for. */
  readonly offset: number | null
}

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
  /** Basis points that the price has to come back from its best; 0: it does not trail. */
  readonly trailingDelta: number
  readonly peg: Peg | null
  /** What the peg came to; 0 until it is known. */
  readonly peggedPrice: Price
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
  /** What of it the book shows; 0 where all of it is shown. */
  visible: Quantity
  readonly trailingDelta: number
  /** When it began to follow the price; -1: not yet. */
  trailingTime: number
  readonly peg: Peg | null
  peggedPrice: Price
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
  /** Matches that it did not make as a taker. */
  readonly preventedMatches: PreventedMatch[]
  /** The account's; -1: none. */
  readonly tradeGroupId: number
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

/** The limit that an order works at: what its peg came to, else its own price. */
export const limitOf = ({ price, peggedPrice }: Pick<Draft, 'price' | 'peggedPrice'>): Price => (peggedPrice > 0n ? peggedPrice : price)

/** True for what waits for something that the matching does not know of: a price that comes back, or a book to take the limit from. */
export const isWatched = ({ type, trailingDelta, peg }: Pick<Draft, 'type' | 'trailingDelta' | 'peg'>): boolean =>
  isContingent(type) && (trailingDelta > 0 || peg !== null)

/** True where an order triggers on a rising price: a buyer's stop, a seller's target. */
export const waitsForRise = ({ side, type }: Pick<Draft, 'side' | 'type'>): boolean => (side === 'BUY') === type.startsWith('STOP')
