/**
 * How far a live feed has come, as text: the time up to which everything is worked off, and the bars of which some are still owed, as
 * "1700000040000 BTCUSDC@1m=1699999980000". Timers count like closes.
 */
import { openOf, type Time } from '#domain/time.ts'
import type { FeedState } from '#ports/feed.ts'
import type { Series } from './series.ts'

/** Such a state, read. */
export interface Progress {
  readonly reached: Time
  /** Open time of the first owed bar, by symbol and timeframe as in the text. */
  readonly owed: ReadonlyMap<string, number>
}

const keyOf = ({ symbol, timeframe }: Series): string => `${symbol}@${timeframe}`

/** The open time from which on nothing of a series was worked off. */
export const firstOpen = (series: Series, { reached, owed }: Progress): number =>
  owed.get(keyOf(series)) ?? openOf(reached, series.timeframe)

/** Reads a state. */
export function readProgress(state: FeedState): Progress {
  const [reached, ...owed] = state.split(' ')
  const read = (text: string): [string, number] => {
    const at = text.indexOf('=')
    return [text.slice(0, at), Number(text.slice(at + 1))]
  }
  return { reached: Number(reached) as Time, owed: new Map(owed.map(read)) }
}

/** Writes a state. `behind`: series that may owe something. */
export function writeProgress(reached: Time, behind: Iterable<Series>): FeedState {
  let text = String(reached)
  for (const series of behind) if (series.owed < openOf(reached, series.timeframe)) text += ` ${keyOf(series)}=${series.owed}`
  return text
}
