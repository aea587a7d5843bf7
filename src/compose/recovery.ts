/** What happens when a round could not be written: building anew from the store, after pauses that grow, until that works. */
import { Fault } from '#domain/fault.ts'
import type { Time } from '#domain/time.ts'
import type { Clock } from '#ports/clock.ts'

// A round that fails again and again is for a person to look at.
const MOST_FAILURES = 5
const PAUSE_MS = 100

interface RecoverySetup {
  readonly clock: Clock
  /** Aborted when the service is to stop: nothing is built anew then. */
  readonly signal: AbortSignal
  /** How far the run has come. */
  reached(): Time
  renew(): Promise<void>
}

/** Takes what ended a run and builds anew. Throws it where going on makes no sense, or too many attempts came to nothing. */
export function openRecovery({ clock, signal, reached, renew }: RecoverySetup): (error: unknown) => Promise<void> {
  let failures = 0
  let failedAt = -1
  return async error => {
    if (!(error instanceof Fault) || error.kind === 'misconfigured') throw error
    // a run that got further meanwhile met another mishap, not the same one again
    if (reached() > failedAt) failures = 0
    failedAt = reached()
    for (let fault = error; ; ) {
      if (++failures > MOST_FAILURES) throw fault
      await clock.wait(PAUSE_MS * 2 ** failures, signal)
      if (signal.aborted) return
      try {
        return await renew()
      } catch (again) {
        // a server that is just starting cannot be reached, which at a first start would be a wrong setting
        if (!(again instanceof Fault)) throw again
        fault = again
      }
    }
  }
}
