/** What an exchange answered, read by path; and what is thrown where it is not what a card says. */
import { money } from '#domain/money.ts'

/** An exchange does not do what a card says. */
export class Difference extends Error {
  readonly expected: string
  readonly seen: string
  constructor(expected: string, seen: string) {
    super(`expected ${expected}, seen ${seen}`)
    this.name = 'Difference'
    this.expected = expected
    this.seen = seen
  }
}

/** A card cannot be run here, with the reason. */
export class NotRun extends Error {
  constructor(why: string) {
    super(why)
    this.name = 'NotRun'
  }
}

type Path = readonly (string | number)[]

/** A JSON value of the wire. What is read from it has to be there and of its kind: else it throws Difference. */
export class Seen {
  readonly value: unknown
  readonly #name: string

  /** `name`: what it is called where something is missing. */
  constructor(value: unknown, name = 'the answer') {
    this.value = value
    this.#name = name
  }

  /** Whatever is there; undefined where nothing is. */
  at(...path: Path): unknown {
    return path.reduce<unknown>((value, key) => (value as Record<string | number, unknown> | null | undefined)?.[key], this.value)
  }
  /** A text. */
  text(...path: Path): string {
    return this.#of(path, 'a text', (value): value is string => typeof value === 'string')
  }
  /** A number. */
  number(...path: Path): number {
    return this.#of(path, 'a number', (value): value is number => typeof value === 'number')
  }
  /** A decimal that is sent as a text, counted in 1e-8. */
  amount(...path: Path): bigint {
    return money(
      this.#of(path, 'a decimal as a text', (value): value is string => typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)),
    )
  }
  /** An array. */
  list(...path: Path): readonly Seen[] {
    const found = this.#of(path, 'an array', (value): value is unknown[] => Array.isArray(value))
    return found.map((value, place) => new Seen(value, `${this.#where(path)}[${place}]`))
  }
  /** The names of an object's fields. */
  names(...path: Path): readonly string[] {
    return Object.keys(this.#of(path, 'an object', (value): value is object => typeof value === 'object' && value !== null))
  }
  /** A part. */
  part(...path: Path): Seen {
    return new Seen(this.at(...path), this.#where(path))
  }

  #of<Kind>(path: Path, kind: string, is: (value: unknown) => value is Kind): Kind {
    const value = this.at(...path)
    if (!is(value)) throw new Difference(`${this.#where(path)} to be ${kind}`, shown(value))
    return value
  }
  #where(path: Path): string {
    return [this.#name, ...path].join('.')
  }
}

const LONGEST = 400

/** A value as a line shows it. */
export function shown(value: unknown): string {
  const text =
    typeof value === 'bigint' ? String(value) : (JSON.stringify(value instanceof Seen ? value.value : value, plain) ?? String(value))
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

const plain = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)

/** The value has to be this one (compared as JSON). Throws Difference. */
export function same(what: string, seen: unknown, expected: unknown): void {
  if (JSON.stringify(seen, plain) !== JSON.stringify(expected, plain)) throw new Difference(`${what} ${shown(expected)}`, shown(seen))
}

/** It has to be so. `what` is what is expected, in words; `seen` what is there instead. Throws Difference. */
export function holds(so: boolean, what: string, seen: unknown): void {
  if (!so) throw new Difference(what, shown(seen))
}

/** All these fields have to be there, their names parted by spaces; others may be. Throws Difference. */
export function hasFields(seen: Seen, ...names: readonly string[]): void {
  const there = seen.names()
  const missing = names.flatMap(line => line.split(' ')).filter(name => !there.includes(name))
  if (missing.length > 0) throw new Difference(`the fields ${names.join(' ')}`, `without ${missing.join(', ')}: ${shown(seen)}`)
}
