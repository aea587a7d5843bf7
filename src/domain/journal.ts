/** What the core writes down: intents and their orders, decisions, and who is told. The store keeps these, the journal compares them. */
import { format, type Money, type Price, type Quantity } from './money.ts'
import type { Fill, Order } from './order.ts'
import type { RoundTrip } from './position.ts'
import type { Partial, Values } from './signal.ts'
import type { Holding } from './slot.ts'
import { formatTime, type Time } from './time.ts'

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
  /** 0: there was none, or there is none now. */
  readonly from: Price
  readonly to: Price
  readonly reason: string
}

/** A fill with what its row in `trades` needs besides. */
export interface FillRecord {
  readonly fill: Fill
  readonly owner: string
  readonly intent: number
  /** Why its order was sent. */
  readonly reason: string
  readonly purpose: Order['purpose']
  readonly base: string
  readonly quote: string
  /** What the fill realised, in quote units; 0 for a buy. */
  readonly realised: Money
}

/** A closed round trip and why it ended. */
export interface TripRecord {
  readonly trip: RoundTrip
  readonly reason: string
}

/** What the journal is made of: all that was decided and done. */
export interface JournalRecords {
  readonly decisions: readonly Decision[]
  readonly intents: readonly Intent[]
  readonly orders: readonly Order[]
  readonly fills: readonly FillRecord[]
  readonly trips: readonly TripRecord[]
  readonly holdings: readonly Holding[]
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
  /** An unsellable rest left a position, or (below zero) went back into one. */
  dust(owner: string, symbol: string, quantity: Quantity, time: Time): void
}

/**
 * The journal as text, a line for a thing: what two shells of one core must agree on. Without our order ids, the exchange's trade ids and
 * orders that never arrived, since a run that was broken off and went on may have others of these.
 */
export const journalLines = ({ decisions, intents, orders, fills, trips, holdings }: JournalRecords): string[] => [
  ...decisions.map(decisionLine),
  ...intents.map(intentLine),
  ...orders.filter(({ status }) => status !== 'absent').map(orderLine),
  ...fills.map(fillLine),
  ...trips.map(tripLine),
  ...holdings.filter(isSomething).toSorted(byOwnerAndSymbol).map(holdingLine),
]

const decisionLine = ({ owner, symbol, kind, reason, time, price, outcome, message, values, intent }: Decision): string =>
  `decision ${instant(time)} ${owner} ${symbol} ${kind} at ${price} ${outcome} intent ${intent} ${text(reason)} ${text(message)}${valuesText(values)}`

const intentLine = ({ number, owner, symbol, purpose, reason, time }: Intent): string =>
  `intent ${number} ${instant(time)} ${owner} ${symbol} ${purpose} ${text(reason)}`

function orderLine({ intent, owner, purpose, request, createdAt, reason, status, executed, quote, ending }: Order): string {
  const { symbol, side, type, quantity, quoteAmount, price, stopPrice, timeInForce, guard, pairedWith } = request
  const asked = `${format(quantity)} for ${format(quoteAmount)} price ${format(price)} stop ${format(stopPrice)} guard ${format(guard)}`
  const sent = `${side} ${type} ${timeInForce} ${asked}${pairedWith === 0 ? '' : ' paired'}`
  const became = `${status} ${format(executed)} for ${format(quote)}`
  return `order intent ${intent} ${instant(createdAt)} ${owner} ${symbol} ${purpose} ${sent} ${became} ${text(reason)} ${text(ending)}`
}

function fillLine({ fill, owner, intent, reason, purpose, base, quote, realised }: FillRecord): string {
  const { symbol, side, price, quantity, fee, feeAsset, feeWorth, maker, time } = fill
  const worth = feeWorth > 0n ? ` worth ${format(feeWorth)}` : ''
  const traded = `${side} ${format(quantity)} at ${format(price)} for ${format(fill.quote)} fee ${format(fee)} ${feeAsset}${worth} ${maker ? 'maker' : 'taker'}`
  return `fill intent ${intent} ${instant(time)} ${owner} ${symbol} ${base}/${quote} ${purpose} ${traded} realised ${format(realised)} ${text(reason)}`
}

function tripLine({ trip, reason }: TripRecord): string {
  const { owner, symbol, openedAt, closedAt, quantity, bought, sold, realised, fees } = trip
  const result = `${format(quantity)} bought ${format(bought)} sold ${format(sold)} realised ${format(realised)} fees ${format(fees)}`
  return `trip ${instant(openedAt)} to ${instant(closedAt)} ${owner} ${symbol} ${result} ${text(reason)}`
}

function holdingLine({ owner, symbol, position, plan, leaving, stoppedAt, pending }: Holding): string {
  const parts = [`holding ${owner} ${symbol}`]
  if (position.quantity > 0n) {
    const { quantity, cost, openedAt, realised, bought, sold, fees, volume } = position
    parts.push(`${format(quantity)} cost ${format(cost)} since ${instant(openedAt)} realised ${format(realised)}`)
    parts.push(`bought ${format(bought)} sold ${format(sold)} fees ${format(fees)} volume ${format(volume)}`)
  }
  if (plan !== null) {
    const { stop, target, gap, peak, partial, partialDone, timeLimit, candles } = plan
    parts.push(`stop ${format(stop)} target ${format(target)} gap ${format(gap)} peak ${format(peak)}`)
    parts.push(`partial ${levelText(partial)}${partialDone ? ' done' : ''} limit ${timeLimit} candles ${candles}`)
  }
  if (leaving !== null) parts.push(`leaving ${format(leaving.quantity)} ${text(leaving.reason)}`)
  if (stoppedAt > 0) parts.push(`stopped ${instant(stoppedAt)}`)
  if (pending > 0n) parts.push(`pending ${format(pending)}`)
  return parts.join(' ')
}

// A slot that never traded and one that is flat again are both nothing, whether or not a row is left of it.
const isSomething = ({ position, plan, leaving, stoppedAt, pending }: Holding): boolean =>
  position.quantity > 0n || plan !== null || leaving !== null || stoppedAt > 0 || pending > 0n

const levelText = (partial: Partial | null): string =>
  partial === null ? 'none' : `${partial.part} at ${typeof partial.at === 'number' ? partial.at : `${partial.at.percent}%`}`

// Sorted by name: a store may give them back in another order. A float prints as the shortest text that reads back as itself.
const valuesText = (values: Values | null): string =>
  Object.entries(values ?? {})
    .sort(([a], [b]) => compare(a, b))
    .map(([name, value]) => ` ${name}=${value}`)
    .join('')

const instant = (time: Time): string => `${formatTime(time)}:${((time % 60_000) / 1000).toFixed(3).padStart(6, '0')}`
const text = (words: string): string => JSON.stringify(words)
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const byOwnerAndSymbol = (a: Holding, b: Holding): number => compare(a.owner, b.owner) || compare(a.symbol, b.symbol)
