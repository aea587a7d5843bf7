import {
  type Amount,
  add,
  least,
  type Money,
  meanPrice,
  most,
  notional,
  type Price,
  prorated,
  type Quantity,
  subtract,
  zero,
} from './money.ts'
import type { Fill } from './order.ts'
import type { Time } from './time.ts'

/** What one owner holds of one symbol in one account. Made of fills only. A flat one has quantity 0. */
export interface Position {
  readonly owner: string
  readonly symbol: string
  quantity: Quantity
  /** Quote units paid for what is held, at average cost; fees in quote included, those in a third asset at their worth. */
  cost: Money
  openedAt: Time
  /** Realised profit of the round trip so far, fees taken off. */
  realised: Money
  /** Quote units paid and received in this round trip, what a fee in a third asset is worth taken into account. */
  bought: Money
  sold: Money
  /** Fees of this round trip in quote units, those in the base asset valued at the fill's price, in a third at what they are worth. */
  fees: Money
  /** Base units bought in this round trip, net of fees. */
  volume: Quantity
}

/** A position that was opened and is closed again. */
export interface RoundTrip {
  readonly owner: string
  readonly symbol: string
  readonly openedAt: Time
  readonly closedAt: Time
  readonly quantity: Quantity
  readonly bought: Money
  readonly sold: Money
  readonly realised: Money
  readonly fees: Money
}

/** A position that holds nothing. */
export const flat = (owner: string, symbol: string): Position => ({
  owner,
  symbol,
  quantity: zero(),
  cost: zero(),
  openedAt: 0 as Time,
  realised: zero(),
  bought: zero(),
  sold: zero(),
  fees: zero(),
  volume: zero(),
})

/** Mean price paid for what is held, fees in quote and in a third asset included; 0 when flat. */
export const paidPrice = (position: Position): Price => meanPrice(position.cost, position.quantity)

/** Value at a price less cost. */
export const unrealisedOf = (position: Position, last: Price): Money => subtract(notional(last, position.quantity), position.cost)

/** A fill's fee in quote units: as it is when paid in quote, at the fill's price when paid in base, what it is worth when paid in a third asset. */
export const feeInQuote = (fill: Fill, base: string, quote: string): Money =>
  fill.feeAsset === quote
    ? (fill.fee as bigint as Money)
    : fill.feeAsset === base
      ? notional(fill.price, fill.fee as bigint as Quantity)
      : fill.feeWorth

/** True where a fee was paid in an asset whose price is not known: it is in the ledger, and counts as 0 in profit, which people are told. */
export const isFeeUnvalued = (fill: Fill, base: string, quote: string): boolean =>
  fill.fee > 0n && fill.feeWorth === 0n && fill.feeAsset !== quote && fill.feeAsset !== base

/** Quote units that a fee in a third asset is worth at that asset's price: at least 1e-8, since 0 says that the price (0: none) is not known. */
export const feeWorthAt = (price: Price, fee: Amount<string>): Money =>
  price === 0n || fee === 0n ? zero() : most(notional(price, fee as bigint as Quantity), 1n as Money)

const NEVER = 0 as Time

/** True from the first fill of a round trip until it ends, also where all is sold and the order that sold it has not ended. */
export const isOpen = ({ openedAt }: Position): boolean => openedAt !== NEVER

/**
 * Books a fill into its owner's position, in place. A buy adds what was received net of a fee in base; a sell takes off cost in
 * proportion. A fee in a third asset counts as what it is worth, as one in quote does. What it realised, in quote units: 0 for a buy.
 * What is sold beyond what is held (a stop and an exit may both fill where the account has more of the asset) has no cost; of a flat
 * position it begins a round trip of its own.
 */
export function applyFill(position: Position, fill: Fill, base: string, quote: string, fee = feeInQuote(fill, base, quote)): Money {
  const feeInBase = fill.feeAsset === base ? (fill.fee as bigint as Quantity) : null
  if (fill.side === 'SELL') return applySell(position, fill, feeInBase, fee)
  const received = feeInBase === null ? fill.quantity : subtract(fill.quantity, feeInBase)
  const paid = feeInBase === null ? add(fill.quote, fee) : fill.quote
  if (position.quantity === 0n) begin(position, fill.time, received, paid, fee)
  else {
    position.quantity = add(position.quantity, received)
    position.volume = add(position.volume, received)
    position.cost = add(position.cost, paid)
    position.bought = add(position.bought, paid)
    position.fees = add(position.fees, fee)
  }
  return zero()
}

function applySell(position: Position, fill: Fill, feeInBase: Quantity | null, fee: Money): Money {
  if (!isOpen(position)) begin(position, fill.time, zero(), zero(), zero())
  const received = feeInBase === null ? subtract(fill.quote, fee) : fill.quote
  position.fees = add(position.fees, fee)
  position.sold = add(position.sold, received)
  const held = position.quantity
  // what goes beyond what is held, as a fee in base may too (BNB), was paid from what else the account has of it
  const given = feeInBase === null ? fill.quantity : add(fill.quantity, feeInBase)
  const all = given >= held
  const cost = all ? position.cost : prorated(position.cost, given, held)
  position.quantity = all ? zero() : subtract(held, given)
  position.cost = all ? zero() : subtract(position.cost, cost)
  const realised = subtract(received, cost)
  position.realised = add(position.realised, realised)
  return realised
}

function begin(position: Position, time: Time, received: Quantity, paid: Money, fee: Money): void {
  position.openedAt = time
  position.quantity = received
  position.volume = received
  position.cost = paid
  position.bought = paid
  position.fees = fee
  position.sold = zero()
  position.realised = zero()
}

/**
 * Takes a part of what is held out of a position, in place, at cost: somebody withdrew it, or sold it elsewhere. It is no trade and leaves neither
 * profit nor loss, as if it had not been bought.
 */
export function takeOut(position: Position, quantity: Quantity): void {
  const cost = prorated(position.cost, quantity, position.quantity)
  position.quantity = subtract(position.quantity, quantity)
  position.cost = subtract(position.cost, cost)
  position.bought = subtract(position.bought, cost)
  // rests that were swept into it were not bought in this round trip
  position.volume = subtract(position.volume, least(position.volume, quantity))
}

/** True where a round trip traded: not one of which all was taken out by hand before anything was sold. */
export const hasTraded = ({ bought, sold }: RoundTrip): boolean => bought > 0n || sold > 0n

/**
 * Ends the round trip of a position of which nothing sellable is left. The unsellable rest leaves the position (it is dust of the
 * account) and its cost is a loss of this round trip. Returns the round trip and the dust.
 */
export function endRoundTrip(position: Position, time: Time): { readonly trip: RoundTrip; readonly dust: Quantity } {
  const dust = position.quantity
  position.realised = subtract(position.realised, position.cost)
  position.quantity = zero()
  position.cost = zero()
  const { owner, symbol, openedAt, volume, bought, sold, realised, fees } = position
  position.openedAt = NEVER
  return { trip: { owner, symbol, openedAt, closedAt: time, quantity: volume, bought, sold, realised, fees }, dust }
}
