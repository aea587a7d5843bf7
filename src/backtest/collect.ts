import type { Decision, Recorder } from '#domain/journal.ts'
import type { Money } from '#domain/money.ts'
import type { Fill, Order } from '#domain/order.ts'
import type { RoundTrip } from '#domain/position.ts'
import type { SymbolInfo } from '#domain/symbol.ts'
import { FillChanges } from './equity.ts'
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

/** Keeps what a report needs: fills, round trips, refusals. */
export class Collector implements Recorder {
  readonly values = false
  /** Round trips, and those of them that realised more than nothing, fees taken off. */
  trips = 0
  wins = 0
  readonly denials = new Map<string, Refused>()
  readonly #fills: FillLog
  readonly #cash: Money
  readonly #places: ReadonlyMap<string, number>

  /** All symbols are quoted in one asset, of which there is `cash`. */
  constructor(symbols: readonly SymbolInfo[], cash: Money) {
    this.#fills = new FillLog(symbols)
    this.#places = new Map(symbols.map(({ symbol }, place) => [symbol, place]))
    this.#cash = cash
  }

  /** How many fills there are. */
  get fillCount(): number {
    return this.#fills.length
  }

  /** How cash and quantities changed, from the first fill on. */
  changes(): FillChanges {
    return new FillChanges(this.#fills, this.#places.size, this.#cash)
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
    this.#fills.add(fill, this.#places.size === 1 ? 0 : this.#places.get(fill.symbol)!, order.reason)
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
}
