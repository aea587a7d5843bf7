/** Time is UTC milliseconds. Timeframes are Binance's interval names that have a fixed length. */
declare const instant: unique symbol
/** UTC milliseconds since 1970. */
export type Time = number & { readonly [instant]: true }

/** Marks a number as a time. */
export const at = (milliseconds: number): Time => milliseconds as Time

const MINUTE = 60_000
const lengths = {
  '1m': MINUTE,
  '3m': 3 * MINUTE,
  '5m': 5 * MINUTE,
  '15m': 15 * MINUTE,
  '30m': 30 * MINUTE,
  '1h': 60 * MINUTE,
  '2h': 120 * MINUTE,
  '4h': 240 * MINUTE,
  '6h': 360 * MINUTE,
  '8h': 480 * MINUTE,
  '12h': 720 * MINUTE,
  '1d': 1440 * MINUTE,
  '3d': 3 * 1440 * MINUTE,
  '1w': 7 * 1440 * MINUTE,
} as const

/** How long one candle lasts, as Binance names it. Months are left out: they have no fixed length. */
export type Timeframe = keyof typeof lengths
/** All timeframes, shortest first. */
export const timeframes = Object.keys(lengths) as Timeframe[]
/** True when the text names a timeframe. */
export const isTimeframe = (text: string): text is Timeframe => Object.hasOwn(lengths, text)
/** Milliseconds of one candle of a timeframe. */
export const lengthOf = (timeframe: Timeframe): number => lengths[timeframe]

// Binance's weeks begin on Monday; 1970-01-01 was a Thursday.
const WEEK_SHIFT = 4 * 1440 * MINUTE

/** Open time of the candle of a timeframe in which an instant lies. */
export function openOf(time: number, timeframe: Timeframe): Time {
  const length = lengths[timeframe]
  const shift = timeframe === '1w' ? WEEK_SHIFT : 0
  return (Math.floor((time - shift) / length) * length + shift) as Time
}

/** The parts of an instant's UTC date. Weekday: 0 is Sunday. */
export interface DateParts {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly weekday: number
  readonly hour: number
  readonly minute: number
}

/** UTC date parts of an instant, by arithmetic alone (civil-from-days, H. Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
export function dateParts(time: number): DateParts {
  const days = Math.floor(time / 86_400_000)
  const minutes = Math.floor((time - days * 86_400_000) / MINUTE)
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
    weekday: (((days + 4) % 7) + 7) % 7,
    hour: Math.floor(minutes / 60),
    minute: minutes % 60,
  }
}

const two = (value: number): string => String(value).padStart(2, '0')

/** An instant for people and reports: "2023-01-05 08:00" (UTC). */
export function formatTime(time: number): string {
  const { year, month, day, hour, minute } = dateParts(time)
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}`
}
