import { randomUUID } from 'node:crypto'
import type { Time } from '#domain/time.ts'
import type { Clock } from '#ports/clock.ts'

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now() as Time,
  wait: (milliseconds, signal) =>
    new Promise(resolve => {
      if (signal?.aborted === true) return resolve()
      const done = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, milliseconds)
      signal?.addEventListener('abort', done)
    }),
}

/** An id that nobody had before. */
export const newId = (): string => randomUUID()
