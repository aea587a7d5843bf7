import { type Amount, type Money, type Price, type Quantity, unitsOf } from '#domain/money.ts'
import type { Fill } from '#domain/order.ts'
import type { SymbolInfo } from '#domain/symbol.ts'
import type { Time } from '#domain/time.ts'

const FIRST_ROOM = 1024
const AMOUNTS = 4
const NUMBERS = 5
// what a fill's flags are made of; above them stands the place of its symbol
const BUY = 1
const MAKER = 2
const FEE_IN_BASE = 4
const FEE_IN_QUOTE = 8
const PLACE = 16

/**
 * Fills in the order in which they came, with the reason of each. Kept in columns: as objects that live on they would make the
 * collector of garbage the dearest part of a run. Whoever asks gets them as objects, made then.
 */
export class FillLog {
  /** How many fills there are. */
  length = 0
  #amounts = new BigInt64Array(FIRST_ROOM * AMOUNTS)
  // the few amounts that 64 bits do not hold, by their place among all
  readonly #large = new Map<number, bigint>()
  #numbers = new Float64Array(FIRST_ROOM * NUMBERS)
  readonly #symbols: readonly SymbolInfo[]
  // of fees in a third asset, by the fill's place
  readonly #otherFees = new Map<number, string>()
  // reasons are few: each fill keeps the number of its own
  readonly #texts: string[] = []
  readonly #codes = new Map<string, number>()
  #lastReason = ''
  #lastCode = -1
  // of the fill before the last: entries and exits mostly take turns
  #otherReason = ''
  #otherCode = -1

  constructor(symbols: readonly SymbolInfo[]) {
    this.#symbols = symbols
  }

  /** Adds a fill of the symbol at a place. */
  add(fill: Fill, place: number, reason: string): void {
    const { base, quote } = this.#symbols[place]!
    const feeIn = fill.feeAsset === base ? FEE_IN_BASE : fill.feeAsset === quote ? FEE_IN_QUOTE : 0
    if (feeIn === 0) this.#otherFees.set(this.length, fill.feeAsset)
    const row = this.length * NUMBERS
    const amount = this.length * AMOUNTS
    if (row === this.#numbers.length) this.#grow()
    this.length++
    const numbers = this.#numbers
    numbers[row] = fill.time
    numbers[row + 1] = fill.tradeId
    numbers[row + 2] = fill.orderId
    numbers[row + 3] = (fill.side === 'BUY' ? BUY : 0) + (fill.maker ? MAKER : 0) + feeIn + place * PLACE
    this.#keep(amount, fill.price)
    this.#keep(amount + 1, fill.quantity)
    this.#keep(amount + 2, fill.quote)
    this.#keep(amount + 3, fill.fee)
    numbers[row + 4] = this.#codeOf(reason)
  }

  /** Reason of each fill, by its place. */
  get reasons(): readonly string[] {
    return Array.from({ length: this.length }, (_, place) => this.#texts[this.#numbers[place * NUMBERS + 4]!]!)
  }

  /** A fill by its place. */
  at(place: number): Fill {
    const row = place * NUMBERS
    const amount = place * AMOUNTS
    const flags = this.#numbers[row + 3]!
    const { symbol, base, quote } = this.#symbols[Math.floor(flags / PLACE)]!
    return {
      tradeId: this.#numbers[row + 1]!,
      orderId: this.#numbers[row + 2]!,
      symbol,
      side: (flags & BUY) > 0 ? 'BUY' : 'SELL',
      price: this.#amount<Price>(amount),
      quantity: this.#amount<Quantity>(amount + 1),
      quote: this.#amount<Money>(amount + 2),
      fee: this.#amount(amount + 3),
      feeAsset: (flags & FEE_IN_BASE) > 0 ? base : (flags & FEE_IN_QUOTE) > 0 ? quote : this.#otherFees.get(place)!,
      maker: (flags & MAKER) > 0,
      time: this.#numbers[row]! as Time,
    }
  }

  /** When a fill was. */
  time(place: number): Time {
    return this.#numbers[place * NUMBERS]! as Time
  }

  /** The place of a fill's symbol. */
  symbolOf(place: number): number {
    return Math.floor(this.#numbers[place * NUMBERS + 3]! / PLACE)
  }

  /** What a fill brought (below zero: took) of the quote asset, its fee taken off: in 1e-8, as a float. */
  cashOf(place: number): number {
    const flags = this.#numbers[place * NUMBERS + 3]!
    const fee = (flags & FEE_IN_QUOTE) > 0 ? this.#units(place * AMOUNTS + 3) : 0
    const quote = this.#units(place * AMOUNTS + 2)
    return ((flags & BUY) > 0 ? -quote : quote) - fee
  }

  /** What a fill brought (below zero: took) of the base asset, its fee taken off: in 1e-8, as a float. */
  quantityOf(place: number): number {
    const flags = this.#numbers[place * NUMBERS + 3]!
    const fee = (flags & FEE_IN_BASE) > 0 ? this.#units(place * AMOUNTS + 3) : 0
    const quantity = this.#units(place * AMOUNTS + 1)
    return ((flags & BUY) > 0 ? quantity : -quantity) - fee
  }

  #codeOf(reason: string): number {
    if (reason === this.#lastReason && this.#lastCode >= 0) return this.#lastCode
    const [other, code] = [this.#otherReason, this.#otherCode]
    this.#otherReason = this.#lastReason
    this.#otherCode = this.#lastCode
    this.#lastReason = reason
    this.#lastCode = reason === other && code >= 0 ? code : this.#lookUp(reason)
    return this.#lastCode
  }

  #lookUp(reason: string): number {
    const known = this.#codes.get(reason)
    if (known !== undefined) return known
    this.#codes.set(reason, this.#texts.length)
    return this.#texts.push(reason) - 1
  }

  #keep(place: number, amount: bigint): void {
    this.#amounts[place] = amount
    if (BigInt.asIntN(64, amount) !== amount) this.#large.set(place, amount)
  }

  #units(place: number): number {
    return unitsOf(this.#amount(place))
  }

  #amount<A extends Amount<string>>(place: number): A {
    return ((this.#large.size === 0 ? undefined : this.#large.get(place)) ?? this.#amounts[place]!) as A
  }

  #grow(): void {
    const numbers = new Float64Array(this.#numbers.length * 2)
    numbers.set(this.#numbers)
    this.#numbers = numbers
    const amounts = new BigInt64Array(this.#amounts.length * 2)
    amounts.set(this.#amounts)
    this.#amounts = amounts
  }
}
