/** The candles of one symbol and timeframe on their way to whoever decides: each once, in order, and it is known where none is missing. */
import { type Candle, flawOf } from '#domain/candle.ts'
import { formatTime, lengthOf, openOf, type Time, type Timeframe } from '#domain/time.ts'

// Our clock may be behind that of the exchange.
const AHEAD_MS = 60_000

/** What is wrong with a candle wherever it comes from, or null. */
export const flawIn = ({ timeframe, openTime, open, high, low, close, volume }: Candle): string | null =>
  openOf(openTime, timeframe) === openTime
    ? flawOf(open, high, low, close, volume)
    : `it opens at ${formatTime(openTime)}, where no ${timeframe} candle does`

/** What is wrong with a candle that is said to have closed, or null. */
export const wrongIn = (candle: Candle, now: Time): string | null =>
  flawIn(candle) ?? (candle.openTime + lengthOf(candle.timeframe) > now + AHEAD_MS ? 'it has not closed yet' : null)

/** Such candles. */
export class Series {
  readonly symbol: string
  readonly timeframe: Timeframe
  /** Of a bar, in milliseconds. */
  readonly length: number
  /** Every bar that opens before this was handed on, waits here, or does not exist. */
  covered = 0 as Time
  /** It had no candle when one was due: nobody waits for it until one comes. */
  still = false
  /** At how many closes since then it was not known whether it has one. */
  unsure = 0
  /** The exchange is being asked for what is missing. */
  asking = false
  /** How often in a row that came to nothing, and when it is asked again. */
  failures = 0
  askAt: Time | null = null
  #waiting: Candle[] = []
  #done = Number.NEGATIVE_INFINITY

  constructor(symbol: string, timeframe: Timeframe) {
    this.symbol = symbol
    this.timeframe = timeframe
    this.length = lengthOf(timeframe)
  }

  /** For people: "BTCUSDC 1m". */
  get name(): string {
    return `${this.symbol} ${this.timeframe}`
  }

  /** Candles that wait to be handed on, oldest first. */
  get waiting(): readonly Candle[] {
    return this.#waiting
  }

  /** Takes a candle in. False for one that is known, or that came too late to be in order. */
  take(candle: Candle): boolean {
    const { openTime } = candle
    if (openTime <= this.#done) return false
    const place = this.#placeOf(openTime)
    if (this.#waiting[place]?.openTime === openTime) return false
    if (place === this.#waiting.length) this.#waiting.push(candle)
    else this.#waiting.splice(place, 0, candle)
    return true
  }

  /** True once a bar can be handed on, or is known not to exist, with all before it. */
  settled(openTime: number): boolean {
    return this.covered > openTime || (this.covered === openTime && this.has(openTime))
  }

  /** True while the candle of a bar waits here. */
  has(openTime: number): boolean {
    return this.#waiting[this.#placeOf(openTime)]?.openTime === openTime
  }

  /** True where bars are missing before one that waits. */
  get gapped(): boolean {
    const [first] = this.#waiting
    return first !== undefined && first.openTime > this.covered
  }

  /** The first bar that was not handed on and may exist, by open time. */
  get owed(): number {
    return Math.min(this.covered, this.#waiting[0]?.openTime ?? Number.POSITIVE_INFINITY)
  }

  /** Hands on the next candle, if it is in order and had closed by an instant. */
  pull(until: Time): Candle | null {
    const [first] = this.#waiting
    if (first === undefined || first.openTime > this.covered || first.openTime + this.length > until) return null
    this.#waiting.shift()
    this.#handedOn(first)
    return first
  }

  /** Passes over all candles that open before a time: they were handed on in an earlier run. */
  skip(openTime: number): void {
    const place = this.#placeOf(openTime)
    for (const candle of this.#waiting.slice(0, place)) this.#handedOn(candle)
    this.#waiting.splice(0, place)
  }

  #handedOn({ openTime }: Candle): void {
    this.#done = openTime
    this.covered = Math.max(this.covered, openTime + this.length) as Time
  }

  // Mostly it is the newest, or the oldest.
  #placeOf(openTime: number): number {
    const waiting = this.#waiting
    let low = 0
    let high = waiting.length
    if (high === 0 || waiting[high - 1]!.openTime < openTime) return high
    if (waiting[0]!.openTime >= openTime) return 0
    while (low < high) {
      const middle = (low + high) >> 1
      if (waiting[middle]!.openTime < openTime) low = middle + 1
      else high = middle
    }
    return low
  }
}
