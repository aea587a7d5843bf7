import type { Amount, Money, Price, Quantity } from './money.ts'
import type { Time } from './time.ts'

/** Binance's words for sides, types and validity are kept: they are the field's. */
export type Side = 'BUY' | 'SELL'
/** Order types of Binance spot. */
export type OrderType = 'MARKET' | 'LIMIT' | 'LIMIT_MAKER' | 'STOP_LOSS' | 'STOP_LOSS_LIMIT' | 'TAKE_PROFIT' | 'TAKE_PROFIT_LIMIT'
/** How long an order stands: until cancelled, what fills at once, all at once or nothing. */
export type TimeInForce = 'GTC' | 'IOC' | 'FOK'
/** What an order is for. Protection is the stop and target that rest on the exchange for a position. */
export type Purpose = 'entry' | 'exit' | 'protection'

/** Where an order stands. `sending`: written down, no answer yet. `unknown`: no answer came; to be looked up, never resent. `absent`: proven never to have arrived. */
export type OrderStatus = 'sending' | 'unknown' | 'open' | 'partly_filled' | 'filled' | 'cancelled' | 'expired' | 'rejected' | 'absent'

/** What can be heard of an order. */
export type OrderEvent = 'accepted' | 'partly_filled' | 'filled' | 'cancelled' | 'expired' | 'rejected' | 'no_answer' | 'not_found'

type Row = { readonly [E in OrderEvent]: OrderStatus | null }

const IMPOSSIBLE: Row = {
  accepted: null,
  partly_filled: null,
  filled: null,
  cancelled: null,
  expired: null,
  rejected: null,
  no_answer: null,
  not_found: null,
}
const unsettled = {
  accepted: 'open',
  partly_filled: 'partly_filled',
  filled: 'filled',
  cancelled: 'cancelled',
  expired: 'expired',
  rejected: 'rejected',
  no_answer: 'unknown',
  not_found: 'absent',
} as const

// All rows have one shape, read by name below: looked up by two words an update would take twice as long.
const row = (possible: Partial<Row>): Row => ({ ...IMPOSSIBLE, ...possible })

/** The one table of an order's life. What is not listed is impossible. Final states are never left; a late fill on one is booked by its trade id all the same. */
const table: { readonly [From in OrderStatus]: Row } = {
  sending: row(unsettled),
  unknown: row(unsettled),
  open: row({
    accepted: 'open',
    partly_filled: 'partly_filled',
    filled: 'filled',
    cancelled: 'cancelled',
    expired: 'expired',
    no_answer: 'open',
  }),
  // an acknowledgement may overtake nothing, but it may arrive after the first fill
  partly_filled: row({
    accepted: 'partly_filled',
    partly_filled: 'partly_filled',
    filled: 'filled',
    cancelled: 'cancelled',
    expired: 'expired',
    no_answer: 'partly_filled',
  }),
  filled: row({ accepted: 'filled', partly_filled: 'filled', filled: 'filled', no_answer: 'filled' }),
  // a cancelled order may still fill: the cancel and the match race on the exchange
  cancelled: row({
    accepted: 'cancelled',
    partly_filled: 'cancelled',
    filled: 'cancelled',
    cancelled: 'cancelled',
    no_answer: 'cancelled',
  }),
  expired: row({ accepted: 'expired', partly_filled: 'expired', filled: 'expired', expired: 'expired', no_answer: 'expired' }),
  rejected: row({ rejected: 'rejected', no_answer: 'rejected' }),
  // proven by all that can be asked, and yet what comes of it is booked
  absent: row({ accepted: 'absent', partly_filled: 'absent', filled: 'absent', not_found: 'absent', no_answer: 'absent' }),
}

function rowOf(status: OrderStatus): Row {
  switch (status) {
    case 'sending':
      return table.sending
    case 'open':
      return table.open
    case 'partly_filled':
      return table.partly_filled
    default:
      return table[status]
  }
}

/** The status after an event, or null when that cannot happen to an order in this status. */
export function transition(status: OrderStatus, event: OrderEvent): OrderStatus | null {
  const from = rowOf(status)
  switch (event) {
    case 'accepted':
      return from.accepted
    case 'filled':
      return from.filled
    default:
      return from[event]
  }
}

/** True for a status that no event changes any more. */
export const isFinal = (status: OrderStatus): boolean =>
  status === 'filled' || status === 'cancelled' || status === 'expired' || status === 'rejected' || status === 'absent'

/** Final statuses of an order of which a trade may be told late: cancel and match race, and what proves an absence may lag. What was refused cannot trade. */
export const LATE_STATUSES = ['cancelled', 'expired', 'absent'] as const satisfies readonly OrderStatus[]
/** See `LATE_STATUSES`. */
export type LateStatus = (typeof LATE_STATUSES)[number]
/** True for such a status. */
export const mayTradeLate = (status: OrderStatus): status is LateStatus => (LATE_STATUSES as readonly OrderStatus[]).includes(status)
/** How many orders with such a status are kept in mind, the newest: of none of these is a late trade unknown. */
export const LATE_KNOWN = 1_000

/** An order as it is sent. One shape for all types: what a type does not use is 0. */
export interface OrderRequest {
  /** Ours, counted through an account's life; the client order id is made of it. */
  readonly id: number
  readonly symbol: string
  readonly side: Side
  readonly type: OrderType
  /** Base units, or 0 when bought for an amount of quote. */
  readonly quantity: Quantity
  /** Quote units to spend on a MARKET BUY, or 0. */
  readonly quoteAmount: Money
  readonly price: Price
  readonly stopPrice: Price
  readonly timeInForce: TimeInForce
  /** An entry is refused when the price it would fill at is already at or under this (the stop it comes with). 0: none. */
  readonly guard: Price
  /** The other order of a one-cancels-the-other pair, by id, or 0. */
  readonly pairedWith: number
}

/** One trade as the exchange reports it. */
export interface Fill {
  /** The exchange's number of the trade; unique per account and symbol only. */
  readonly tradeId: number
  readonly orderId: number
  readonly symbol: string
  readonly side: Side
  readonly price: Price
  readonly quantity: Quantity
  /** price × quantity. */
  readonly quote: Money
  readonly fee: Amount<string>
  readonly feeAsset: string
  /** Quote units that a fee in a third asset (BNB) is worth, by whoever reports the fill; 0: not needed, or its price is not known. */
  readonly feeWorth: Money
  readonly maker: boolean
  readonly time: Time
}

/** Why an order expires when its pair was reached first: nothing is wrong then. */
export const PAIR_REACHED = 'the other order of the pair was reached'

/** Why an order that was to take the place of another was not tried: that one was gone, or had to be taken back by itself. Nothing is wrong then. */
export const REPLACE_MISSED = 'the order that it was to replace had ended'

/**
 * Why protection expires that the exchange took back by itself, as in maintenance; of a stop, only where it had not been reached. It says nothing
 * of the price.
 */
export const TAKEN_OFF = 'the exchange took it back by itself'

/** Something heard of an order. */
export interface OrderUpdate {
  readonly orderId: number
  readonly event: OrderEvent
  readonly time: Time
  readonly fill: Fill | null
  /** Why it was rejected or expired, in the exchange's words; empty otherwise. */
  readonly reason: string
}

/** An order as we know it: one attempt at an intent. */
export interface Order {
  readonly id: number
  readonly intent: number
  readonly owner: string
  readonly purpose: Purpose
  readonly request: OrderRequest
  readonly createdAt: Time
  readonly reason: string
  status: OrderStatus
  executed: Quantity
  /** price × quantity of all its fills. */
  quote: Money
  /** Why it ended, where it did not fill. */
  ending: string
}

/** What a shell shall do on the exchange, in this order. */
export type Action =
  | { readonly kind: 'place'; readonly order: Order }
  | { readonly kind: 'pair'; readonly first: Order; readonly second: Order }
  | { readonly kind: 'cancel'; readonly order: Order }
  // in one step: `by` is tried only once `order` was taken back, and not at all where that ended by itself
  | { readonly kind: 'replace'; readonly order: Order; readonly by: Order }
