import type { Columns } from './candle.ts'
import { lengthOf, type Time, type Timeframe } from './time.ts'

/** One symbol's candles, all known, to be replayed. */
export interface Recording {
  readonly symbol: string
  readonly timeframe: Timeframe
  readonly columns: Columns
}

/** A part of an instant of a replay: bars end (their range, then their close), then new ones open. */
export type Phase = 'range' | 'close' | 'open'
/** The phases in their order. */
export const phases: readonly Phase[] = ['range', 'close', 'open']

/** All instants at which a bar ends or begins, in order. */
export function instantsOf(recordings: readonly Recording[]): Time[] {
  const instants = new Set<number>()
  for (const { columns, timeframe } of recordings)
    for (const time of columns.time) {
      instants.add(time)
      instants.add(time + lengthOf(timeframe))
    }
  return [...instants].sort((a, b) => a - b) as Time[]
}
