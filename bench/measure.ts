/** How things are measured: the least of several runs, ours and the floor in turn, so that a noisy machine disturbs both alike. */

import manifest from '../package.json' with { type: 'json' }

/** What V8 is told where the service runs, as `npm start` has it: node [flags] src/main.ts */
export const serviceFlags: string[] = manifest.scripts.start.split(' ').slice(1, -1)

/** A result. `ratio` has to be at least the goal, or, where `atMost`, at most. */
export interface Result {
  /** Milliseconds, unless the name says otherwise. */
  readonly ours: number
  readonly floor: number
  readonly ratio: number
  readonly goal: number
  readonly atMost?: true
}

/** How fast we are: floor ÷ ours, 1 is as fast. */
export const speed = ({ ours, floor }: Least, goal: number): Result => ({ ours, floor, ratio: floor / ours, goal })

/** What we cost: ours ÷ floor, 1 is as little. */
export const cost = ({ ours, floor }: Least, goal: number): Result => ({ ours, floor, ratio: ours / floor, goal, atMost: true })

/** What may cost so much at most, in its own unit: the floor is what is allowed. */
export const within = (ours: number, allowed: number): Result => ({ ours, floor: allowed, ratio: ours / allowed, goal: 1, atMost: true })

/** True where the goal is reached. */
export const isMet = ({ ratio, goal, atMost }: Result): boolean => (atMost === true ? ratio <= goal : ratio >= goal)

/** The least that each took, in milliseconds. */
export interface Least {
  readonly ours: number
  readonly floor: number
}

/** Milliseconds that some work takes. */
export function timed(work: () => unknown): number {
  const begun = performance.now()
  work()
  return performance.now() - begun
}

/** How often each is run where the least counts: until the machine's compiler has done with the larger of the two, which it has after about twelve. */
export const RUNS = 15

/** The least of several runs of one piece of work, in milliseconds. */
export function leastOf(runs: number, work: () => unknown): number {
  let best = Number.POSITIVE_INFINITY
  for (let run = 0; run < runs; run++) best = Math.min(best, timed(work))
  return best
}

/** Runs both in turn and keeps the least of each. */
export function least(runs: number, ours: () => unknown, floor: () => unknown): Least {
  let best = { ours: Number.POSITIVE_INFINITY, floor: Number.POSITIVE_INFINITY }
  for (let run = 0; run < runs; run++) best = { floor: Math.min(best.floor, timed(floor)), ours: Math.min(best.ours, timed(ours)) }
  return best
}
