/** Which candles the strategies of a core look at. */
import type { Schedule } from '#domain/schedule.ts'
import { lengthOf, type Timeframe } from '#domain/time.ts'
import type { Engine } from '#engine'

/** Candles of one symbol and timeframe. */
export interface Need {
  readonly symbol: string
  readonly timeframe: Timeframe
  /** How many of them pass before every indicator has a value. */
  readonly warmup: number
}

/** All candles that the strategies of an engine look at, each once, shorter ones first. */
export function needsOf({ runners }: Engine): Need[] {
  const needs = new Map<string, Need>()
  for (const { instance } of runners)
    for (const [name, { timeframe }] of instance.feeds) {
      const { symbol } = instance
      const key = `${symbol} ${timeframe}`
      needs.set(key, { symbol, timeframe, warmup: Math.max(instance.warmups.get(name) ?? 0, needs.get(key)?.warmup ?? 0) })
    }
  return [...needs.values()].sort((a, b) => lengthOf(a.timeframe) - lengthOf(b.timeframe))
}

/** The schedules at whose slots strategies decide. */
export const schedulesOf = ({ runners }: Engine): Schedule[] => [
  ...new Set(runners.flatMap(({ schedule }) => (schedule === null ? [] : [schedule]))),
]
