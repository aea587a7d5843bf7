/** Sums of trades by the minute, so that a day of them is not added up trade by trade. */
import type { TradeColumns } from '#domain/ticks.ts'

const MINUTE = 60_000

/** What a run of trades comes to. */
export interface Sums {
  high: number
  low: number
  volume: number
  quoteVolume: number
  takerVolume: number
  takerQuote: number
}

/** Trades with their sums by the minute. */
export class Minutes {
  readonly #trades: TradeColumns
  // of each minute that has trades: its first, and what it comes to
  readonly #first: number[] = []
  readonly #sums: Sums[] = []

  constructor(trades: TradeColumns) {
    this.#trades = trades
    let minute = Number.NEGATIVE_INFINITY
    for (let index = 0; index < trades.time.length; index++) {
      const own = Math.floor(trades.time[index]! / MINUTE)
      if (own !== minute) {
        minute = own
        this.#first.push(index)
        this.#sums.push(nothing())
      }
      this.#add(this.#sums.at(-1)!, index)
    }
  }

  /** What the trades from one up to another (not included) come to. */
  between(from: number, to: number): Sums {
    const sums = nothing()
    // whole minutes are those between the first that begins within and the last that does
    const begin = firstNotBefore(this.#first, from)
    const end = to === this.#trades.time.length ? this.#first.length : firstNotBefore(this.#first, to + 1) - 1
    const middle = begin < end
    for (let index = from, until = middle ? this.#first[begin]! : to; index < until; index++) this.#add(sums, index)
    if (!middle) return sums
    for (let place = begin; place < end; place++) addAll(sums, this.#sums[place]!)
    for (let index = this.#first[end] ?? to; index < to; index++) this.#add(sums, index)
    return sums
  }

  #add(sums: Sums, index: number): void {
    const { price, quantity, buyerMaker } = this.#trades
    const [at, size] = [price[index]!, quantity[index]!]
    if (at > sums.high) sums.high = at
    if (at < sums.low) sums.low = at
    sums.volume += size
    sums.quoteVolume += at * size
    if (buyerMaker[index] === 1) return
    sums.takerVolume += size
    sums.takerQuote += at * size
  }
}

const nothing = (): Sums => ({ high: -Infinity, low: Infinity, volume: 0, quoteVolume: 0, takerVolume: 0, takerQuote: 0 })

function addAll(sums: Sums, more: Sums): void {
  sums.high = Math.max(sums.high, more.high)
  sums.low = Math.min(sums.low, more.low)
  sums.volume += more.volume
  sums.quoteVolume += more.quoteVolume
  sums.takerVolume += more.takerVolume
  sums.takerQuote += more.takerQuote
}

/** The first place in rising numbers that holds none less than a number; their count where all are less. */
export function firstNotBefore(numbers: ArrayLike<number>, number: number): number {
  let low = 0
  let high = numbers.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (numbers[middle]! < number) low = middle + 1
    else high = middle
  }
  return low
}
