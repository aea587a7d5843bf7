/** How histories are asked for: a span of time, and how many rows. */
import { ApiError } from '../errors.ts'
import type { Params } from '../params.ts'

const DAY = 86_400_000

/** The span that a history is asked for, at most a day. Throws -1127. */
export function readSpan(params: Params): { readonly from: number | null; readonly to: number | null } {
  const [from, to] = [params.time('startTime'), params.time('endTime')]
  if (from !== null && to !== null && to - from > DAY) throw new ApiError(-1127, 'More than 24 hours between startTime and endTime.')
  return { from, to: to ?? (from === null ? null : from + DAY) }
}

/** The rows that a limit leaves: the oldest from a start on, else the newest. */
export const limited = <Row>(rows: readonly Row[], limit: number, fromStart: boolean): readonly Row[] =>
  fromStart ? rows.slice(0, limit) : rows.slice(-limit)
