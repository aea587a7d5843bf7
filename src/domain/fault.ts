/** What went wrong outside, as what to do about it. Thrown by adapters; the core knows only denials. */
export type FaultKind = 'retry' | 'refused' | 'unknown_outcome' | 'misconfigured'

/** Something outside failed. The kind says what to do; the message names the thing, the rule and the mend, and never a secret. */
export class Fault extends Error {
  readonly kind: FaultKind
  constructor(kind: FaultKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'Fault'
    this.kind = kind
  }
}

/** A bug: the process dies and starts again by the one path. */
export function assert(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`this is a bug: ${what}`)
}

/** What a strategy threw while it ran live, for the log: of a bug people need more than its words. */
export interface Thrown {
  readonly owner: string
  readonly symbols: readonly string[]
  readonly error: unknown
}
