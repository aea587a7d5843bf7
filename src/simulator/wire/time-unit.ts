/** Times in microseconds, for those who ask for them: X-MBX-TIME-UNIT in REST, timeUnit in the address of a WebSocket. */
import { ApiError } from '../errors.ts'

/** What a client wants times in. */
export type TimeUnit = 'MILLISECOND' | 'MICROSECOND'

/** Reads a unit; null: milliseconds. Throws -1194. */
export function timeUnitOf(text: string | null): TimeUnit {
  const unit = (text ?? 'MILLISECOND').toUpperCase()
  if (unit === 'MILLISECOND' || unit === 'MICROSECOND') return unit
  throw new ApiError(-1194, 'Invalid value for time unit; expected either MICROSECOND or MILLISECOND.')
}

// No id, count or length that the simulator tells is as large as a time of this century.
const EARLIEST = Date.UTC(2001, 8, 9)
const LATEST = Date.UTC(2286, 10, 20)

const larger = (_: string, value: unknown): unknown =>
  typeof value === 'number' && value >= EARLIEST && value < LATEST ? value * 1000 : value

/** An answer or event as JSON, its times in a unit. */
export const jsonIn = (unit: TimeUnit, message: unknown): string =>
  unit === 'MICROSECOND' ? JSON.stringify(message, larger) : JSON.stringify(message)
