/** The server's time and its timers. Handed in, so that a test owns them. */

/** Time of day in UTC milliseconds, and something to be done later. */
export interface SimulatorClock {
  now(): number
  /** Does something after some milliseconds; the answer calls it off. */
  after(milliseconds: number, act: () => void): () => void
}

/** The machine's own. Timers do not keep a process alive. */
export const machineClock: SimulatorClock = {
  now: () => Date.now(),
  after(milliseconds, act) {
    const timer = setTimeout(act, milliseconds)
    timer.unref()
    return () => clearTimeout(timer)
  },
}
