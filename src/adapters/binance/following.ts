/**
 * Follows one order through everything that is said of it: by events, by answers, by queries, in any order and more than once. What the
 * trader is told comes of it in order and once: that it stands, each of its trades by their numbers, and its end after all its trades.
 * A trade is held back while one before it is missing; `missing` says so, and asking for the order's trades brings it.
 */
import { type Quantity, zero } from '#domain/money.ts'
import { type Fill, type OrderEvent, type OrderRequest, type OrderUpdate, PAIR_REACHED, TAKEN_OFF } from '#domain/order.ts'
import type { Time } from '#domain/time.ts'
import type { Report, Trade } from './reports.ts'

type End = Extract<OrderEvent, 'filled' | 'cancelled' | 'expired' | 'rejected' | 'not_found'>

/** An order as far as it is known. */
export class Followed {
  readonly request: OrderRequest
  /** Binance's number of it; 0: not known yet. */
  exchangeId = 0
  /** True once it is known to have arrived. */
  arrived = false
  /** How it ended, once that was told. */
  ended: End | null = null
  readonly #trades = new Map<number, Trade>()
  readonly #told = new Set<number>()
  #known = 0n
  #claimed: bigint
  /** What the trader had of it before, from an earlier run: of the first trades, without being told again. */
  #before: bigint
  #accepted = false
  #worked = false
  /** Binance said that it has ended. */
  #gone = false
  #end: { readonly event: End; readonly reason: string; readonly time: Time } | null = null

  /** After a start: `before` is what is booked of it already, `stands` whether the trader knows that it arrived. */
  constructor(request: OrderRequest, before: Quantity, stands: boolean) {
    this.request = request
    this.#before = before
    this.#claimed = before
    this.#accepted = stands
    this.arrived = stands
  }

  /** As one that ended in an earlier run: what is heard of it now is late. `before` of the constructor is all that is booked of it. */
  restoreEnd(event: End): void {
    this.arrived = event !== 'not_found'
    this.#accepted = true
    this.ended = event
    this.#end = { event, reason: '', time: 0 as Time }
  }

  /** True while trades are known of by their sum only. */
  get missing(): boolean {
    return this.#known < this.#claimed
  }

  /** True while nothing is known to have been traded of it. */
  get untouched(): boolean {
    return this.#claimed === 0n
  }

  /** True once it is known how it ended, told or not. One whose absence was final and which is there after all has not. */
  get over(): boolean {
    return this.#end !== null && (this.#end.event !== 'not_found' || !this.arrived || this.#gone)
  }

  /** True where the exchange took it back by itself. */
  get takenOff(): boolean {
    return this.#end?.reason === TAKEN_OFF
  }

  /** True where a trade of it is known already. */
  knows(tradeId: number): boolean {
    return this.#trades.has(tradeId)
  }

  /** True where a report says more of an order that has ended than was known: that it stands, or traded more. */
  isNews({ executed, status }: Report): boolean {
    return executed > this.#claimed || (!this.arrived && endOf(status) === null)
  }

  /** Takes in what was said. What the trader is told of it now. */
  hear(report: Report): OrderUpdate[] {
    this.arrived = true
    if (report.exchangeId > 0) this.exchangeId = report.exchangeId
    this.#add(report.trades)
    if (report.executed > this.#claimed) this.#claimed = report.executed
    if (report.worked === true) this.#worked = true
    const event = endOf(report.status)
    if (event !== null) this.#gone = true
    if (event !== null) this.#end ??= { event, reason: wordsOf(report, this.request, this.#worked || report.worked), time: report.time }
    return this.#tell(report.time)
  }

  /** Takes in trades of it, from a list. What the trader is told of them now. */
  hearTrades(trades: readonly Trade[], time: Time): OrderUpdate[] {
    this.#add(trades)
    return this.#tell(time)
  }

  /** It ended without Binance's saying so: refused, never arrived, or forgotten there. */
  close(event: End, reason: string, time: Time): OrderUpdate[] {
    if (this.ended !== null) return []
    this.#claimed = this.#known
    this.#end = { event, reason, time }
    return this.#tell(time)
  }

  /** Trades that are known of by their sum only will never be told. */
  giveUp(reason: string, time: Time): OrderUpdate[] {
    this.#claimed = this.#known
    if (this.ended === null) this.#end = { event: 'cancelled', reason, time }
    return this.#tell(time)
  }

  /** No answer came to it. Told once, while nothing else is known. */
  unanswered(time: Time): OrderUpdate[] {
    return this.arrived || this.ended !== null ? [] : [this.#update('no_answer', time, null, '')]
  }

  #add(trades: readonly Trade[]): void {
    for (const trade of trades) {
      if (this.#trades.has(trade.tradeId)) continue
      this.#trades.set(trade.tradeId, trade)
      this.#known += trade.quantity
    }
    if (this.#known > this.#claimed) this.#claimed = this.#known
  }

  #tell(time: Time): OrderUpdate[] {
    const updates: OrderUpdate[] = []
    // what Binance refused cannot trade: whatever that was, it was not this order
    if (this.ended === 'rejected') return updates
    if (!this.missing) {
      const fresh = this.#fresh()
      for (const [place, trade] of fresh.entries()) {
        const last = place === fresh.length - 1 && this.#end?.event === 'filled' && this.ended === null
        if (last) this.ended = 'filled'
        this.#accepted = true
        updates.push(this.#update(last ? 'filled' : 'partly_filled', trade.time, trade, ''))
      }
      if (this.#end !== null && this.ended === null) {
        this.ended = this.#accepted ? lateEnd(this.#end.event) : this.#end.event
        updates.push(this.#update(this.ended, this.#end.time, null, this.#end.reason))
      }
    }
    if (!this.#accepted && this.arrived && this.ended === null) {
      this.#accepted = true
      updates.push(this.#update('accepted', time, null, ''))
    }
    return updates
  }

  // The trades that were not told yet, by number.
  #fresh(): Trade[] {
    const fresh = [...this.#trades.values()].filter(({ tradeId }) => !this.#told.has(tradeId)).sort((a, b) => a.tradeId - b.tradeId)
    for (const { tradeId } of fresh) this.#told.add(tradeId)
    return fresh.filter(({ quantity }) => {
      if (this.#before <= 0n) return true
      this.#before -= quantity
      return false
    })
  }

  #update(event: OrderEvent, time: Time, trade: Trade | null, reason: string): OrderUpdate {
    return { orderId: this.request.id, event, time, fill: trade === null ? null : fillOf(trade, this.request.id), reason }
  }
}

// What a fee is worth is for whoever knows prices to say.
function fillOf(trade: Trade, orderId: number): Fill {
  const { tradeId, symbol, side, price, quantity, quote, fee, feeAsset, maker, time } = trade
  return { tradeId, orderId, symbol, side, price, quantity, quote, fee, feeAsset, feeWorth: zero(), maker, time }
}

// What stood has arrived, whatever is said of it later.
const lateEnd = (event: End): End => (event === 'rejected' ? 'expired' : event === 'not_found' ? 'cancelled' : event)

/** How an order ended that has this status, or null while it stands: REPLACED, PENDING_NEW and words not known yet leave it standing. */
export function endOf(status: string): End | null {
  switch (status) {
    case 'FILLED':
      return 'filled'
    case 'CANCELED':
      return 'cancelled'
    case 'EXPIRED':
    case 'EXPIRED_IN_MATCH':
      return 'expired'
    case 'REJECTED':
      return 'rejected'
    default:
      return null
  }
}

const BY_BINANCE = 'EXCHANGE_CANCELED'
const REASONS: Readonly<Record<string, string>> = {
  OCO_TRIGGER: PAIR_REACHED,
  INSUFFICIENT_LIQUIDITY: 'the order book had too little volume',
  [BY_BINANCE]: 'Binance cancelled it',
  EXECUTION_RULE_PRICE_RANGE_EXCEEDED: 'the price was outside of the range in which Binance executes',
  UNFILLED_IOC_QUANTITY_EXPIRED: 'it did not fill at once',
  UNFILLED_FOK_ORDER_EXPIRED: 'it could not be filled whole',
  INSUFFICIENT_BALANCES: 'the account has too little for it',
  STOP_PRICE_WOULD_TRIGGER_IMMEDIATELY: 'the order would trigger immediately',
  WOULD_MATCH_IMMEDIATELY: 'the order would match and take immediately',
}

// `worked`: whether it has ever been on the book, as far as is known.
function wordsOf({ status, reason, executed }: Report, request: OrderRequest, worked: boolean | null): string {
  const isStop = request.stopPrice > 0n
  if (status === 'EXPIRED' && isStop && worked === false && (reason === BY_BINANCE || (reason === '' && request.pairedWith === 0)))
    return TAKEN_OFF
  if (reason === BY_BINANCE && !isStop) return TAKEN_OFF
  if (reason !== '') return REASONS[reason] ?? `Binance says ${reason}`
  if (status === 'EXPIRED_IN_MATCH') return 'it would have met another order of this account'
  // said since 2026 only; a stop that was reached ends for other reasons, and then it has traded or is a market order
  if (status === 'EXPIRED')
    return request.pairedWith > 0 && executed === 0n && !(isStop && worked === true) ? PAIR_REACHED : 'it expired on Binance'
  return status === 'REJECTED' ? 'Binance rejected it' : ''
}
