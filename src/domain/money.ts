/** Exact amounts: integers counted in 1e-8, branded so that a price is never taken for a quantity. Floats decide, integers pay. */
declare const unit: unique symbol
/** An exact amount of some unit, in 1e-8 of it. */
export type Amount<Unit extends string> = bigint & { readonly [unit]: Unit }

/** Quote units for one base unit. */
export type Price = Amount<'price'>
/** Base units. Never negative. */
export type Quantity = Amount<'quantity'>
/** Quote units. May be negative (a loss). */
export type Money = Amount<'money'>
/** A share of one: 1 % is 0.01. */
export type Ratio = Amount<'ratio'>

type Any = Amount<string>

const DIGITS = 8
const ONE = 100_000_000n
const HALF = 50_000_000n

/** Nothing, in the unit asked for. */
export const zero = <A extends Any>(): A => 0n as A

function parse(text: string): bigint {
  if (!/^-?\d+(?:\.\d{1,8}0*)?$/.test(text))
    throw new RangeError(`"${text}" is not an amount: write it as digits with at most ${DIGITS} decimals, for example 12.5`)
  const point = text.indexOf('.')
  const whole = point < 0 ? text : text.slice(0, point)
  const decimals = point < 0 ? '' : text.slice(point + 1, point + 1 + DIGITS)
  return BigInt(whole + decimals.padEnd(DIGITS, '0'))
}

const parsePositive = (text: string, name: string): bigint => {
  const value = parse(text)
  if (value < 0n) throw new RangeError(`a ${name} cannot be negative: "${text}"`)
  return value
}

/** Reads a price from plain decimal text, exactly. Throws RangeError on anything else, exponents and more than 8 decimals included. */
export const price = (text: string): Price => parsePositive(text, 'price') as Price
/** Reads a quantity from plain decimal text, exactly. Throws RangeError as `price` does. */
export const quantity = (text: string): Quantity => parsePositive(text, 'quantity') as Quantity
/** Reads a sum of quote units from plain decimal text, exactly; may be negative. Throws RangeError as `price` does. */
export const money = (text: string): Money => parse(text) as Money
/** Reads a share of one ("0.05" is 5 %) from plain decimal text. Throws RangeError as `price` does. */
export const ratio = (text: string): Ratio => parse(text) as Ratio

// Between floats and integers by way of shared memory: `BigInt(x)` and `Number(n)` leave compiled code, which costs a backtest more than
// its arithmetic. Good for what 64 bits hold.
const words = new Uint32Array(2)
const whole = new BigInt64Array(words.buffer)
const high = new Int32Array(words.buffer)
const LOW_WORD = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 0 : 1
const HIGH_WORD = 1 - LOW_WORD
const WORD = 4_294_967_296

const integerOf = (units: number): bigint => {
  const upper = Math.floor(units / WORD)
  high[HIGH_WORD] = upper
  words[LOW_WORD] = units - upper * WORD
  return whole[0]!
}

/** The units of an amount (1e-8 of it) as the nearest float. */
export const unitsOf = (value: Any): number => {
  whole[0] = value
  return BigInt.asIntN(64, value) === value ? high[HIGH_WORD]! * WORD + words[LOW_WORD]! : Number(value)
}

// A float holds 15 digits for sure: the larger the value, the fewer decimals are kept, so that those which are kept are right.
const fromNumber = (value: number): bigint => {
  const size = Math.abs(value)
  if (size < 1.6e7) return integerOf(Math.round(value * 1e8))
  if (!(size < 9e15)) throw new RangeError(`not a finite amount within range: ${value}`)
  return size < 1e11 ? BigInt(Math.round(value * 1e4)) * 10_000n : BigInt(Math.round(value)) * ONE
}

/** The way from a float to a price off any tick grid, rounded to the nearest 1e-8: for candles as they were read. Strategies' prices go through `toTick`. */
export const priceOf = (value: number): Price => fromNumber(value) as Price
/** The nearest sum to a float, to 1e-8. */
export const moneyOf = (value: number): Money => fromNumber(value) as Money
/** The nearest quantity to a float, to 1e-8. */
export const quantityOf = (value: number): Quantity => fromNumber(value) as Quantity
/** The nearest share to a float, to 1e-8. */
export const ratioOf = (value: number): Ratio => fromNumber(value) as Ratio
/** A share from basis points (1 bp is 0.0001), to 1e-4 of a basis point. */
export const basisPoints = (value: number): Ratio => fromNumber(value / 10_000) as Ratio

/** Sum of two amounts of one unit. */
export const add = <A extends Any>(left: A, right: NoInfer<A>): A => ((left as bigint) + (right as bigint)) as A
/** Difference of two amounts of one unit. */
export const subtract = <A extends Any>(left: A, right: NoInfer<A>): A => ((left as bigint) - (right as bigint)) as A
/** The smaller of two. */
export const least = <A extends Any>(left: A, right: NoInfer<A>): A => (left < right ? left : right)
/** The larger of two. */
export const most = <A extends Any>(left: A, right: NoInfer<A>): A => (left > right ? left : right)

/** What a quantity costs at a price, rounded down. */
export const notional = (at: Price, size: Quantity): Money => (((at as bigint) * (size as bigint)) / ONE) as Money
/** How much a sum buys at a price, rounded down so that it is never overspent. */
export const affordable = (sum: Money, at: Price): Quantity => (at === 0n ? 0n : ((sum as bigint) * ONE) / (at as bigint)) as Quantity
/** A part of an amount, rounded towards zero. */
export const share = <A extends Any>(of: A, part: Ratio): A => (((of as bigint) * (part as bigint)) / ONE) as A
/** True where an amount is at most a part of another: as comparing with `share`, without its division. */
export function withinShare<A extends Any>(amount: A, of: NoInfer<A>, part: Ratio): boolean {
  if (of < 0n || part < 0n) return amount <= share(of, part)
  // mostly it is plain, and floats can tell; their products are off by less than 1e-15
  const left = unitsOf(amount) * 1e8
  const right = unitsOf(of) * unitsOf(part)
  if (left < right * (1 - 1e-12)) return true
  return left <= right * (1 + 1e-12) && (amount as bigint) * ONE <= (of as bigint) * (part as bigint)
}
/** A fee: a part of what is received, rounded half up to 1e-8. */
export const feeOn = <A extends Any>(received: A, rate: Ratio): A => (((received as bigint) * (rate as bigint) + HALF) / ONE) as A
/** What part of an amount another is, rounded down; 0 where there is nothing to divide by. */
export const partOf = <A extends Any>(part: A, whole: NoInfer<A>): Ratio =>
  (whole === 0n ? 0n : ((part as bigint) * ONE) / (whole as bigint)) as Ratio
/** The part of a sum that belongs to a part of a quantity (average cost), rounded down. */
export const prorated = (sum: Money, part: Quantity, whole: Quantity): Money =>
  (part === whole ? sum : whole === 0n ? 0n : ((sum as bigint) * (part as bigint)) / (whole as bigint)) as Money
/** Mean price of a quantity bought for a sum, rounded half up. */
export const meanPrice = (sum: Money, size: Quantity): Price =>
  (size === 0n ? 0n : ((sum as bigint) * ONE + (size as bigint) / 2n) / (size as bigint)) as Price

/** A price moved against the taker by a share of it: up for a buy, down for a sell; rounded against the taker to the tick (0 or 1e-8: none). */
export function worsened(at: Price, by: Ratio, buying: boolean, tick: Price): Price {
  if (by === 0n) return at
  const moved = (at as bigint) * (by as bigint)
  const step = tick === 0n ? 1n : (tick as bigint)
  const raw = buying ? (at as bigint) + (moved + ONE - 1n) / ONE : (at as bigint) - (moved + ONE - 1n) / ONE
  const down = raw - (raw % step)
  const moved1 = buying && down < raw ? down + step : down
  return (moved1 > 0n ? moved1 : step) as Price
}

/** Down to a multiple of the exchange's step (0: no grid). */
export const floorTo = <A extends Any>(value: A, step: NoInfer<A>): A =>
  (step <= 1n ? value : (value as bigint) - ((value as bigint) % (step as bigint))) as A

/** The one function that turns a strategy's float into a price on the tick grid: to the nearest tick (0: to 1e-8), at least one. Throws RangeError unless it is finite and above zero. */
export function toTick(value: number, tick: Price): Price {
  if (!(value > 0) || value === Infinity) throw new RangeError(`not a price: ${value}`)
  const exact = fromNumber(value)
  if (tick <= 1n) return (exact > 0n ? exact : 1n) as Price
  const rounded = ((exact + (tick as bigint) / 2n) / tick) * tick
  return (rounded > 0n ? rounded : tick) as Price
}

/** Plain decimal text without trailing zeros: "12.5", never an exponent. */
export function format(value: Any): string {
  const size = value < 0n ? -(value as bigint) : (value as bigint)
  const decimals = (size % ONE).toString().padStart(DIGITS, '0').replace(/0+$/, '')
  return `${value < 0n ? '-' : ''}${size / ONE}${decimals && `.${decimals}`}`
}

/** The one way out of exactness, to the nearest float: for indicators, charts and shares shown to people. */
export const toNumber = (value: Any): number => {
  const units = unitsOf(value)
  // beyond 2^53 units the division would round a second time
  return Number.isSafeInteger(units) ? units / 1e8 : Number(format(value))
}

/** Exact amounts side by side in memory: many of them leave nothing to the collector of garbage. */
export class Amounts {
  readonly #whole: BigInt64Array
  readonly #lows: Uint32Array
  readonly #highs: Int32Array
  // the few that 64 bits do not hold, by their place
  #large: Map<number, bigint> | null = null

  /** Room for so many, all of them 0. */
  constructor(length: number) {
    this.#whole = new BigInt64Array(length)
    this.#lows = new Uint32Array(this.#whole.buffer)
    this.#highs = new Int32Array(this.#whole.buffer)
  }

  /** Keeps an amount at a place. */
  set(place: number, amount: Any): void {
    this.#whole[place] = amount
    if (BigInt.asIntN(64, amount) !== amount) this.#keepLarge(place, amount)
  }

  /** The amount at a place. */
  at<A extends Any>(place: number): A {
    return (this.#large?.get(place) ?? this.#whole[place]!) as A
  }

  /** The amount at a place in units of 1e-8, as the nearest float. */
  units(place: number): number {
    const large = this.#large?.get(place)
    return large === undefined ? this.#highs[2 * place + HIGH_WORD]! * WORD + this.#lows[2 * place + LOW_WORD]! : Number(large)
  }

  #keepLarge(place: number, amount: bigint): void {
    this.#large ??= new Map()
    this.#large.set(place, amount)
  }
}
