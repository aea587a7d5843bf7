/** What the core writes down: intents and their orders, decisions, and who is told. The store keeps these, the journal compares them. */
import type { Money, Quantity } from './money.ts'
import type { Fill, Order } from './order.ts'
import type { RoundTrip } from './position.ts'
import type { Values } from './signal.ts'
import type { Holding } from './slot.ts'
import type { Time } from './time.ts'

/** A draft that passed the risk checks and is written down; it ends in a known state. */
export interface Intent {
  readonly number: number
  readonly owner: string
  readonly symbol: string
  readonly purpose: Order['purpose']
  readonly reason: string
  readonly time: Time
}

/** What was decided about a signal or a person's wish. */
export interface Decision {
  readonly owner: string
  readonly symbol: string
  readonly kind: 'enter' | 'exit' | 'rebalance'
  readonly reason: string
  /** Close of the candle decided on, or when the person asked. */
  readonly time: Time
  /** Price at the decision, in quote units. */
  readonly price: number
  /** `ordered`, or the code of the denial. */
  readonly outcome: string
  /** The denial in words; empty when ordered. */
  readonly message: string
  /** Indicator values at the decision. */
  readonly values: Values | null
  /** The intent that came of it, or 0. */
  readonly intent: number
}

/** A change of a position's protection. */
export interface StopMoved {
  readonly owner: string
  readonly symbol: string
  readonly time: Time
  readonly from: Money
  readonly to: Money
  readonly reason: string
}

/** Takes what the core writes down, in the order in which it happened. Objects are the core's own: copy what is kept. */
export interface Recorder {
  /** True where decisions shall carry indicator values: they cost a little. */
  readonly values: boolean
  decided(decision: Decision): void
  intended(intent: Intent): void
  /** A new order, or one that changed. */
  ordered(order: Order): void
  filled(fill: Fill, order: Order, realised: Money): void
  /** A holding changed: quantity, protection, or what it waits for. */
  held(holding: Holding): void
  stopMoved(move: StopMoved): void
  closed(trip: RoundTrip, reason: string): void
  /** An unsellable rest left a position. */
  dust(owner: string, symbol: string, quantity: Quantity, time: Time): void
}
