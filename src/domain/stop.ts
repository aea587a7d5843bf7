import { format, type Price, toNumber, toTick } from './money.ts'
import type { Level } from './signal.ts'

/** A level below what was paid (a stop), on the tick grid: a price as it is, or a percentage under what was paid. */
export const levelBelow = (level: Level, paid: Price, tick: Price): Price =>
  toTick(typeof level === 'number' ? level : toNumber(paid) * (1 - level.percent / 100), tick)

/** A level above what was paid (a target), on the tick grid: a price as it is, or a percentage over what was paid. */
export const levelAbove = (level: Level, paid: Price, tick: Price): Price =>
  toTick(typeof level === 'number' ? level : toNumber(paid) * (1 + level.percent / 100), tick)

/** The distance of a trailing stop in quote units: as it is, or a percentage of what was paid. */
export const gapOf = (level: Level, paid: Price, tick: Price): Price =>
  toTick(typeof level === 'number' ? level : (toNumber(paid) * level.percent) / 100, tick)

/** Where a trailing stop stands under the highest price so far. It never moves down: the stop before is the least. Prices and gap in quote units. */
export function trail(before: Price, highest: Price, gap: Price): Price {
  const stop = highest > gap ? (((highest as bigint) - gap) as Price) : (0n as Price)
  return stop > before ? stop : before
}

/** A stop and target for people: "stop 95.2, target 110". */
export const levelsText = (stop: Price, target: Price): string =>
  [stop > 0n ? `stop ${format(stop)}` : '', target > 0n ? `target ${format(target)}` : ''].filter(text => text !== '').join(', ')
