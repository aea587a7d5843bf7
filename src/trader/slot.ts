import { floorTo, type Money, notional, type Price, type Quantity, toNumber, zero } from '#domain/money.ts'
import type { Order } from '#domain/order.ts'
import { paidPrice, type Position } from '#domain/position.ts'
import type { Size } from '#domain/sizing.ts'
import type { Allocation, Holding, Leaving, Plan } from '#domain/slot.ts'
import type { SymbolInfo } from '#domain/symbol.ts'
import type { Time } from '#domain/time.ts'
import type { HeldView } from '#strategy'

/** A symbol as the trader knows it: its last price and who may hold it. */
export interface Traded {
  readonly info: SymbolInfo
  last: Price
  /** From when that is, where bars or quotes told it. */
  lastAt: Time
  readonly slots: Slot[]
}

/** One owner on one symbol: what is kept of it, and the orders it has open. */
export interface Slot extends Holding {
  readonly market: Traded
  readonly position: Position
  readonly allocation: Allocation
  /** How much an entry buys; null: the default of the rules. */
  size: Size | null
  enabled: boolean
  /** Why, where its strategy is gone or broken: no entries, exits and protection go on. */
  quarantined: string | null
  plan: Plan | null
  leaving: Leaving | null
  stoppedAt: Time
  pending: Money
  entry: Order | null
  /** How many of the few stop orders of the symbol are kept free for the open entry. */
  reserved: number
  exit: Order | null
  /** Why its exit was refused last, without figures, which people were told; empty: it was not. */
  refused: string
  readonly protection: Order[]
  /** What rests for the position is being taken back. */
  withdrawing: boolean
  /** Since when each quote was under the limit of its stop; 0: the last one was not. */
  underSince: Time
  /** When a resting entry expires; 0: it does not. */
  expiresAt: Time
  /** Length of a candle of its strategy in milliseconds; 0 for a person. */
  readonly span: number
  /** True where the plan wants to see every close of its strategy's timeframe. */
  readonly managed: boolean
}

/** A slot of an owner on a symbol, holding nothing. */
export const newSlot = (
  position: Position,
  market: Traded,
  options: { readonly allocation: Allocation; readonly size: Size | null; readonly managed: boolean; readonly span: number },
): Slot => ({
  owner: position.owner,
  symbol: position.symbol,
  position,
  market,
  allocation: options.allocation,
  size: options.size,
  managed: options.managed,
  enabled: true,
  quarantined: null,
  plan: null,
  leaving: null,
  stoppedAt: 0 as Time,
  pending: 0n as Money,
  entry: null,
  reserved: 0,
  exit: null,
  refused: '',
  protection: [],
  withdrawing: false,
  underSince: 0 as Time,
  expiresAt: 0 as Time,
  span: options.span,
})

/** What a slot's open entry may still buy, in quote units. */
export function openEntryWorth({ entry, market }: Slot): Money {
  if (entry === null) return 0n as Money
  const { request, executed, quote } = entry
  if (request.quoteAmount > 0n) return ((request.quoteAmount as bigint) - quote) as Money
  const price = request.price > 0n ? request.price : request.stopPrice > 0n ? request.stopPrice : market.last
  return (((price as bigint) * ((request.quantity as bigint) - executed)) / 100_000_000n) as Money
}

/** A quantity of nothing: all of it is meant. */
export const ALL = 0n as Quantity

/** Keeps what a trade of a stop or a target means for what comes after it. */
export function protectionReached(slot: Slot, { request, executed }: Order, time: Time): void {
  if (request.stopPrice > 0n) slot.stoppedAt = time
  else if (executed === request.quantity && slot.plan?.partial != null) slot.plan.partialDone = true
}

/** False where what is held is too little to be sent, unless something that rests still sells it. What it is worth counts only where a price is known. */
export function isSellable({ position, market: { info, last }, protection, exit }: Slot): boolean {
  const { step, minQuantity, minNotional, minNotionalOnMarket } = info.filters
  const sellable = floorTo(position.quantity, step)
  if (sellable === 0n || sellable < minQuantity) return false
  const resting = protection.length > 0 || exit !== null
  return resting || !minNotionalOnMarket || last === 0n || notional(last, sellable) >= minNotional
}

/** True where a stop rests that becomes a limit order: a gap may jump over that. */
export function hasStopLimit({ protection }: Slot): boolean {
  for (let o = 0; o < protection.length; o++) if (protection[o]!.request.type === 'STOP_LOSS_LIMIT') return true
  return false
}

/** What a slot holds, as its strategy sees it. */
export const heldView = ({ position, plan }: Slot): HeldView => ({
  entryPrice: toNumber(paidPrice(position)),
  quantity: toNumber(position.quantity),
  openedAt: position.openedAt,
  stopLoss: toNumber(plan?.stop ?? zero()),
  takeProfit: toNumber(plan?.target ?? zero()),
  candles: plan?.candles ?? 0,
})
