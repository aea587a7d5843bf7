/**
 * What kills the service again and again may come of what it trades on, and each life may trade before it dies: after three deaths within five
 * minutes of live trading it comes up in reduce, until a person resumes. Each start is written down, and taken away by an orderly stop.
 */
import type { Engine } from '#engine'
import type { Records } from '#live/records.ts'
import { setMode } from '#live/wishes.ts'
import type { Time } from '#domain/time.ts'

/** The setting under which the starts that no stop followed are kept. */
export const STARTS_KEY = 'starts'
const DEATHS = 3
const WITHIN_MS = 300_000

/** Who reduces trading then. */
const SYSTEM = 'system'

/** Starts within the last five minutes that no stop followed, of what was kept (undefined: nothing). A clock that was set back forgets what is after it. */
export function latelyBegun(kept: string | undefined, now: Time): readonly number[] {
  const starts: unknown = JSON.parse(kept ?? '[]')
  return Array.isArray(starts) ? starts.filter(at => typeof at === 'number' && at > now - WITHIN_MS && at <= now) : []
}

/** Writes a start down. What people are to be told where that reduced trading, else null. For a wish of the shell. */
export function noteStart(engine: Engine, records: Records, starts: readonly number[], now: Time, time: Time): string | null {
  records.setting(STARTS_KEY, JSON.stringify([...starts, now]))
  const { mode } = engine.trader
  if (starts.length < DEATHS || mode === 'reduced' || mode === 'halted') return null
  setMode(engine, records, SYSTEM, 'reduced', time)
  return `The service died ${starts.length} times within five minutes, so nobody enters any more. Look at its log for the reason; resume trades on.`
}

/** Takes the starts away: this life was stopped as one does. For a wish of the shell. */
export const noteStop = (records: Records): void => records.setting(STARTS_KEY, null)
