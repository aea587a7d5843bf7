import { type Amount, Amounts, type Money, type Price, type Quantity, zero } from '#domain/money.ts'
import type { Fill } from '#domain/order.ts'
import type { SymbolInfo } from '#domain/symbol.ts'
import type { Time } from '#domain/time.ts'

// fills of a block
const BLOCK_BITS = 12
const BLOCK = 1 << BLOCK_BITS
// columns of exact amounts, and of other numbers
const PRICE = 0
const QUANTITY = 1
const QUOTE = 2
const FEE = 3
const AMOUNTS = 4
const TIME = 0
const TRADE = 1
const ORDER = 2
const FLAGS = 3
const REASON = 4
const NUMBERS = 5
// what a fill's flags are made of; above them stands the place of its symbol
const BUY = 1
const MAKER = 2
const FEE_IN_BASE = 4
const FEE_IN_QUOTE = 8
const PLACE = 16

const rowOf = (place: number): number => place & (BLOCK - 1)

/** What a fill changed of an account. */
export interface FillChange {
  time: number
  /** Which symbol it was of, by its place. */
  place: number
  /** What it brought (below zero: took) of the quote asset, its fee taken off: in 1e-8, as a float. */
  cash: number
  /** The same of the base asset. */
  quantity: number
}

/** Room for some fills. A log that grows by blocks copies nothing. */
class Block {
  readonly amounts = new Amounts(BLOCK * AMOUNTS)
  readonly numbers = new Float64Array(BLOCK * NUMBERS)
}

/**
 * Fills in the order in which they came, with the reason of each. Kept in columns: as objects that live on they would make the
 * collector of garbage the dearest part of a run. Whoever asks gets them as objects, made then.
 */
export class FillLog {
  /** How many fills there are. */
  length = 0
  readonly #blocks: Block[] = []
  readonly #symbols: readonly SymbolInfo[]
  // of fees in a third asset, by the fill's place
  readonly #otherFees = new Map<number, Pick<Fill, 'feeAsset' | 'feeWorth'>>()
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
    const at = this.length++
    if (feeIn === 0) this.#otherFees.set(at, { feeAsset: fill.feeAsset, feeWorth: fill.feeWorth })
    if (rowOf(at) === 0) this.#blocks.push(new Block())
    const { numbers, amounts } = this.#blockOf(at)
    const row = rowOf(at) * NUMBERS
    const amount = rowOf(at) * AMOUNTS
    numbers[row + TIME] = fill.time
    numbers[row + TRADE] = fill.tradeId
    numbers[row + ORDER] = fill.orderId
    numbers[row + FLAGS] = (fill.side === 'BUY' ? BUY : 0) + (fill.maker ? MAKER : 0) + feeIn + place * PLACE
    numbers[row + REASON] = this.#codeOf(reason)
    amounts.set(amount + PRICE, fill.price)
    amounts.set(amount + QUANTITY, fill.quantity)
    amounts.set(amount + QUOTE, fill.quote)
    amounts.set(amount + FEE, fill.fee)
  }

  /** Reason of each fill, by its place. */
  get reasons(): readonly string[] {
    return Array.from({ length: this.length }, (_, place) => this.#texts[this.#number(place, REASON)]!)
  }

  /** A fill by its place. */
  at(place: number): Fill {
    const flags = this.#number(place, FLAGS)
    const { symbol, base, quote } = this.#symbols[Math.floor(flags / PLACE)]!
    const otherFee = this.#otherFees.get(place)
    return {
      tradeId: this.#number(place, TRADE),
      orderId: this.#number(place, ORDER),
      symbol,
      side: (flags & BUY) > 0 ? 'BUY' : 'SELL',
      price: this.#amount<Price>(place, PRICE),
      quantity: this.#amount<Quantity>(place, QUANTITY),
      quote: this.#amount<Money>(place, QUOTE),
      fee: this.#amount(place, FEE),
      feeAsset: (flags & FEE_IN_BASE) > 0 ? base : (flags & FEE_IN_QUOTE) > 0 ? quote : otherFee!.feeAsset,
      feeWorth: otherFee?.feeWorth ?? zero(),
      maker: (flags & MAKER) > 0,
      time: this.#number(place, TIME) as Time,
    }
  }

  /** Writes into `change` what a fill changed. */
  read(place: number, change: FillChange): void {
    const { numbers, amounts } = this.#blockOf(place)
    const row = rowOf(place) * NUMBERS
    const amount = rowOf(place) * AMOUNTS
    const flags = numbers[row + FLAGS]!
    const buying = (flags & BUY) > 0
    const fee = amounts.units(amount + FEE)
    const quote = amounts.units(amount + QUOTE)
    const quantity = amounts.units(amount + QUANTITY)
    change.time = numbers[row + TIME]!
    change.place = Math.floor(flags / PLACE)
    change.cash = (buying ? -quote : quote) - ((flags & FEE_IN_QUOTE) > 0 ? fee : 0)
    change.quantity = (buying ? quantity : -quantity) - ((flags & FEE_IN_BASE) > 0 ? fee : 0)
  }

  #codeOf(reason: string): number {
    if (reason === this.#lastReason && this.#lastCode >= 0) return this.#lastCode
    const other = this.#otherReason
    const code = this.#otherCode
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

  #blockOf(place: number): Block {
    return this.#blocks[place >> BLOCK_BITS]!
  }

  #number(place: number, column: number): number {
    return this.#blockOf(place).numbers[rowOf(place) * NUMBERS + column]!
  }

  #amount<A extends Amount<string>>(place: number, column: number): A {
    return this.#blockOf(place).amounts.at(rowOf(place) * AMOUNTS + column)
  }
}
