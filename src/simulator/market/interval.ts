/** Intervals of klines, as Binance names them: of fixed length, or calendar months; in UTC or at an offset from it. */
import { isTimeframe, lengthOf, openOf } from '#domain/time.ts'

/** An interval. Times are UTC milliseconds, whatever the offset. */
export interface Interval {
  readonly name: string
  /** When the bar opens in which a time lies. */
  openOf(time: number): number
  /** When the bar opens that follows one. */
  after(open: number): number
  /** True where bars of so many milliseconds make whole bars of it. */
  madeOf(unit: number): boolean
}

const SECOND = 1000
const MINUTE = 60_000
const DAY = 1440 * MINUTE

/** An interval by its name; null where there is none of that name. `offset`: milliseconds that its days begin before UTC's. */
export function intervalNamed(name: string, offset = 0): Interval | null {
  if (name === '1M') return monthly(offset)
  if (name !== '1s' && !isTimeframe(name)) return null
  const length = name === '1s' ? SECOND : lengthOf(name)
  return {
    name,
    openOf: time => (name === '1s' ? time - (time % SECOND) : openOf(time + offset, name) - offset),
    after: open => open + length,
    madeOf: unit => length % unit === 0 && (name === '1s' || offset % unit === 0),
  }
}

function monthly(offset: number): Interval {
  const openIn = (time: number, later: number): number => {
    const there = new Date(time + offset)
    return Date.UTC(there.getUTCFullYear(), there.getUTCMonth() + later) - offset
  }
  return {
    name: '1M',
    openOf: time => openIn(time, 0),
    after: open => openIn(open, 1),
    madeOf: unit => DAY % unit === 0 && offset % unit === 0,
  }
}

/** What a time zone is written with. */
export const ZONE_RANGE = '^[+-]?[0-9]{1,2}(:[0-9]{2})?$'

/** Milliseconds of a time zone as Binance takes it, such as "8", "-1:00", "05:45": from -12:00 to +14:00. Null for anything else. */
export function offsetOf(zone: string): number | null {
  const [, sign, hours, minutes = '0'] = /^([+-]?)(\d{1,2})(?::(\d{2}))?$/.exec(zone) ?? []
  if (hours === undefined || Number(minutes) > 59) return null
  const offset = (Number(hours) * 60 + Number(minutes)) * MINUTE * (sign === '-' ? -1 : 1)
  return offset < -720 * MINUTE || offset > 840 * MINUTE ? null : offset
}
