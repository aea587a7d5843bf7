import type { Time } from '#domain/time.ts'

/** The time of day, and waiting. Time and chance are handed in. */
export interface Clock {
  now(): Time
  /** Resolves after some milliseconds, sooner when the signal is aborted. */
  wait(milliseconds: number, signal?: AbortSignal): Promise<void>
}
