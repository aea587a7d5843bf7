import type { Action, OrderUpdate } from '#domain/order.ts'
import type { Time } from '#domain/time.ts'

/** A market where orders go. What comes of them arrives as updates, in order, never as an answer. */
export interface Exchange {
  /** Where updates go. Called once, before anything else. */
  connect(hear: (updates: readonly OrderUpdate[]) => void): void
  /** Carries actions out in order. Safe to repeat after a crash: what arrived before is not done twice. */
  act(actions: readonly Action[], time: Time): void
  /** True while something that was sent has no answer yet. */
  readonly busy: boolean
  /** What has to be kept of the exchange itself, as text, when it changed since the last call; null otherwise. Only a paper exchange has any. */
  changedState(): string | null
  /** Takes back what `changedState` gave. */
  restore(state: string): void
}
