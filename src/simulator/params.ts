/** The parameters of a request, read by name; what is wrong with one is said in Binance's words. */
import { ApiError, illegal, missing, notRequired, tooPrecise } from './errors.ts'

const DECIMAL_RANGE = '^([0-9]{1,20})(\\.[0-9]{1,20})?$'
const INTEGER_RANGE = '^[0-9]{1,20}$'
const SYMBOL_RANGE = '^[\\w\\-._&&[^a-z]]{1,50}$'
const ID_RANGE = '^[a-zA-Z0-9-_]{1,36}$'

const PLACES = 8
const ONE = 100_000_000n

/** Parameters as they were sent, texts by name. Remembers which were read, since Binance refuses those that nobody reads. */
export class Params {
  readonly #values: ReadonlyMap<string, string>
  readonly #read = new Set<string>()

  constructor(values: ReadonlyMap<string, string>) {
    this.#values = values
  }

  /** True when it was sent, even empty. */
  has(name: string): boolean {
    return this.#values.has(name)
  }

  /** A text, or null when it was not sent. Throws -1105 when it is empty. */
  text(name: string): string | null {
    this.#read.add(name)
    const value = this.#values.get(name)
    if (value === undefined) return null
    if (value === '') throw new ApiError(-1105, `Parameter '${name}' was empty.`)
    return value
  }

  /** A text that has to be there. Throws -1102. */
  must(name: string): string {
    this.#read.add(name)
    const value = this.#values.get(name)
    if (value === undefined || value === '') throw missing(name)
    return value
  }

  /** A symbol that has to be there, in capitals. */
  symbol(name = 'symbol'): string {
    const value = this.must(name)
    // letters of other scripts are fine; the simulator's own check is the lookup
    if (/[a-z\s]/.test(value)) throw illegal(name, SYMBOL_RANGE)
    return value
  }

  /** An amount counted in 1e-8, or null. Throws -1100 for anything but plain digits, -1111 for more than eight places. */
  decimal(name: string): bigint | null {
    const value = this.text(name)
    if (value === null) return null
    const match = /^(\d{1,20})(?:\.(\d{1,20}))?$/.exec(value)
    if (match === null) throw illegal(name, DECIMAL_RANGE)
    const decimals = (match[2] ?? '').replace(/0+$/, '')
    if (decimals.length > PLACES) throw tooPrecise(name)
    return BigInt(match[1]!) * ONE + BigInt(decimals.padEnd(PLACES, '0'))
  }

  /** A whole number, or null. */
  integer(name: string): number | null {
    const value = this.text(name)
    if (value === null) return null
    if (!/^\d{1,20}$/.test(value)) throw illegal(name, INTEGER_RANGE)
    return Number(value)
  }

  /** A time in milliseconds; microseconds are taken too, as Binance does. Null when it was not sent. */
  time(name: string): number | null {
    const value = this.integer(name)
    // sixteen digits are microseconds until the year 2286
    return value === null ? null : value >= 1e15 ? Math.floor(value / 1000) : value
  }

  /** How many rows are wanted. Throws -1130 outside of 1 to `most`. */
  limit(usual: number, most: number): number {
    const value = this.integer('limit')
    if (value === null) return usual
    if (value < 1) throw new ApiError(-1130, "Data sent for parameter 'limit' is not valid.")
    return Math.min(value, most)
  }

  /** One of some words, or null. `wrong` is thrown for another. */
  oneOf<Word extends string>(name: string, words: readonly Word[], wrong: ApiError): Word | null {
    const value = this.text(name)
    if (value === null) return null
    const word = words.find(one => one === value)
    if (word === undefined) throw wrong
    return word
  }

  /** One of some words that has to be there. */
  mustOneOf<Word extends string>(name: string, words: readonly Word[], wrong: ApiError): Word {
    this.must(name)
    return this.oneOf(name, words, wrong)!
  }

  /** An id of the client's, or null. */
  id(name: string): string | null {
    const value = this.text(name)
    if (value !== null && !/^[a-zA-Z0-9\-_.:/]{1,36}$/.test(value)) throw illegal(name, ID_RANGE)
    return value
  }

  /** True or false, or null when it was not sent. */
  flag(name: string): boolean | null {
    const value = this.text(name)
    if (value === null) return null
    if (value.toLowerCase() !== 'true' && value.toLowerCase() !== 'false') throw illegal(name, '^(true|false)$')
    return value.toLowerCase() === 'true'
  }

  /** Refuses a parameter that does not belong to this request (-1106). */
  none(...names: readonly string[]): void {
    for (const name of names) {
      this.#read.add(name)
      if (this.#values.has(name)) throw notRequired(name)
    }
  }

  /** Marks parameters as read whose value does not matter here. */
  passOver(...names: readonly string[]): void {
    for (const name of names) this.#read.add(name)
  }

  /** A list as Binance writes it: ["A","B"]. Null when it was not sent. */
  list(name: string): readonly string[] | null {
    const value = this.text(name)
    if (value === null) return null
    const wrong = illegal(name, '^\\[("[\\w\\-._&&[^a-z]]{1,50}"(,"[\\w\\-._&&[^a-z]]{1,50}"){0,}){0,1}\\]$')
    let read: unknown
    try {
      read = JSON.parse(value)
    } catch {
      throw wrong
    }
    if (!Array.isArray(read) || !read.every(one => typeof one === 'string')) throw wrong
    return read
  }

  /** Throws when something was sent that nobody read: -1104 for signed requests, -1101 for public ones. */
  checkAllRead(signed: boolean): void {
    const sent = this.#values.size
    const read = [...this.#values.keys()].filter(name => this.#read.has(name)).length
    if (read === sent) return
    if (signed) throw new ApiError(-1104, `Not all sent parameters were read; read '${read}' parameter(s) but was sent '${sent}'.`)
    throw new ApiError(-1101, `Too many parameters; expected '${read}' and received '${sent}'.`)
  }
}

/** What a query string or form holds, decoded. Throws -1101 for a name that comes twice in it. */
export function pairsOf(text: string): Map<string, string> {
  const found = new Map<string, string>()
  if (text === '') return found
  for (const [name, value] of new URLSearchParams(text)) {
    if (found.has(name)) throw new ApiError(-1101, 'Duplicate values for a parameter detected.')
    found.set(name, value)
  }
  return found
}

/** A query string or form without its signature, byte for byte as it was sent otherwise. */
export const withoutSignature = (text: string): string =>
  text
    .split('&')
    .filter(part => !part.startsWith('signature='))
    .join('&')
