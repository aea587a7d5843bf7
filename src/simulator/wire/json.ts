/** Answers as text, with times in milliseconds or microseconds; requests with their numbers as they were written. */
import { ApiError } from '../errors.ts'

/** The unit of times that a client asked for. */
export type TimeUnit = 'MILLISECOND' | 'MICROSECOND'

/** The unit by its name; milliseconds when none was asked for. Throws -1194. */
export function timeUnitOf(text: string | null | undefined): TimeUnit {
  const name = (text ?? 'MILLISECOND').toUpperCase()
  if (name === 'MILLISECOND' || name === 'MICROSECOND') return name
  throw new ApiError(-1194, 'Invalid value for time unit; expected either MICROSECOND or MILLISECOND.')
}

// Times of our age have thirteen digits in milliseconds, and no other number here has as many.
const isTime = (value: unknown): value is number => typeof value === 'number' && value >= 1e12 && value < 1e13

/** JSON text of an answer or an event. */
export const textOf = (message: unknown, unit: TimeUnit): string =>
  unit === 'MILLISECOND' ? JSON.stringify(message) : JSON.stringify(message, (_, value: unknown) => (isTime(value) ? value * 1000 : value))

// What TypeScript does not know of yet.
const json = JSON as unknown as {
  parse(text: string, reviver: (name: string, value: unknown, context: { readonly source: string }) => unknown): unknown
  rawJSON(text: string): unknown
}

/** A number as a client wrote it. An id may have more digits than a number holds, and no id is a time; what is signed is the text. */
export class Written {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  /** JSON has it as it was. */
  toJSON(): unknown {
    return json.rawJSON(this.text)
  }
}

/** Reads JSON; its numbers are `Written`. Throws SyntaxError. */
export const readJson = (text: string): unknown =>
  json.parse(text, (_, value, { source }) => (typeof value === 'number' ? new Written(source) : value))
