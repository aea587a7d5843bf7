import type { Decision, Recorder } from '#domain/journal.ts'
import { add, type Money, type Quantity, subtract, toNumber, zero } from '#domain/money.ts'
import type { Fill, Order } from '#domain/order.ts'
import type { RoundTrip } from '#domain/position.ts'
import type { SymbolInfo } from '#domain/symbol.ts'
import type { Time } from '#domain/time.ts'
import { EquityLog } from './equity.ts'
import { FillLog } from './fill-log.ts'

/** What was refused, by code: how often, and what was said the last time. */
export interface Refused {
  count: number
  last: string
}

const nothing = (): void => {}

/** A recorder that keeps nothing: for runs of which only the end counts. */
export const silent: Recorder = {
  values: false,
  decided: nothing,
  intended: nothing,
  ordered: nothing,
  filled: nothing,
  held: nothing,
  stopMoved: nothing,
  closed: nothing,
  dust: nothing,
}

/** Keeps what a report needs: fills, round trips, refusals, and how cash and quantities changed. */
export class Collector implements Recorder {
  readonly values = false
  /** Round trips, and those of them that realised more than nothing, fees taken off. */
  trips = 0
  wins = 0
  readonly denials = new Map<string, Refused>()
  readonly log = new EquityLog()
  /** What there is of the quote asset. */
  cash: Money
  /** What is held of each symbol, by its place. */
  readonly quantities: Quantity[]
  readonly #fills: FillLog
  readonly #symbols: readonly SymbolInfo[]
  readonly #places: ReadonlyMap<string, number>

  /** All symbols are quoted in one asset, of which there is `cash`. */
  constructor(symbols: readonly SymbolInfo[], cash: Money) {
    this.#symbols = symbols
    this.#fills = new FillLog(symbols)
    this.#places = new Map(symbols.map(({ symbol }, place) => [symbol, place]))
    this.cash = cash
    this.quantities = symbols.map(() => zero())
  }

  /** How many fills there are. */
  get fillCount(): number {
    return this.#fills.length
  }

  /** All fills, oldest first: made anew at each call. */
  get fills(): readonly Fill[] {
    return Array.from({ length: this.#fills.length }, (_, place) => this.#fills.at(place))
  }

  /** Reason of each fill, by its place. */
  get reasons(): readonly string[] {
    return this.#fills.reasons
  }

  decided({ outcome, message }: Decision): void {
    if (outcome === 'ordered') return
    const refused = this.denials.get(outcome)
    if (refused === undefined) this.denials.set(outcome, { count: 1, last: message })
    else {
      refused.count++
      refused.last = message
    }
  }

  filled(fill: Fill, order: Order): void {
    const place = this.#places.size === 1 ? 0 : this.#places.get(fill.symbol)!
    this.#fills.add(fill, place, order.reason)
    const { base, quote } = this.#symbols[place]!
    const feeInQuote = (fill.feeAsset === quote ? fill.fee : 0n) as Money
    const feeInBase = (fill.feeAsset === base ? fill.fee : 0n) as Quantity
    const held = this.quantities[place]!
    if (fill.side === 'BUY') {
      this.cash = subtract(this.cash, add(fill.quote, feeInQuote))
      this.#hold(place, add(held, subtract(fill.quantity, feeInBase)), fill.time)
    } else {
      this.cash = add(this.cash, subtract(fill.quote, feeInQuote))
      this.#hold(place, subtract(held, add(fill.quantity, feeInBase)), fill.time)
    }
  }

  closed(trip: RoundTrip): void {
    this.trips++
    if (trip.realised > 0n) this.wins++
  }

  /** What cannot be sold by itself is still held: it goes with the next sale. */
  dust(): void {}

  intended(): void {}
  ordered(): void {}
  held(): void {}
  stopMoved(): void {}

  #hold(place: number, quantity: Quantity, time: Time): void {
    this.quantities[place] = quantity
    this.log.add(time, place, toNumber(this.cash), toNumber(quantity))
  }
}
