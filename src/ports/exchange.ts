import type { Quantity } from '#domain/money.ts'
import type { Action, Order, OrderUpdate } from '#domain/order.ts'
import type { Time } from '#domain/time.ts'

/** What an account outside holds, by asset: what is free, and what orders hold back. */
export type Holdings = ReadonlyMap<string, Quantity>

/** A market where orders go. What comes of them arrives as updates, in order, never as an answer. */
export interface Exchange {
  /** True where it is a place of its own: what it was sent stays, whatever becomes of our record. A paper exchange is part of the record. */
  readonly outside: boolean
  /** Where updates go, in the order in which things happened, each once. Called once, before anything else. */
  connect(hear: (updates: readonly OrderUpdate[]) => void): void
  /**
   * After a start, before anything else: what became of orders that have not ended, and of actions that may not have arrived. What arrived
   * before is not done twice. `ended`: orders that have ended without filling; a trade of theirs that was not told yet is told. Resolves when
   * that is known, or can only be known later and will be heard.
   */
  recover(orders: readonly Order[], ended: readonly Order[], pending: readonly Action[], time: Time): Promise<void>
  /**
   * Makes ready what `act` is going to be called with, if the record of it can be written: so long nothing of it leaves. Need not be called;
   * an exchange outside signs its orders meanwhile, and `act` throws Fault retry where that took so long that another process may have the account.
   */
  prepare(actions: readonly Action[]): void
  /** Carries actions out in order. Where it throws, none was: the core has to be built anew from the record. */
  act(actions: readonly Action[], time: Time): void
  /** True while something that was sent has no answer yet. */
  readonly busy: boolean
  /** What has to be kept of the exchange itself, as text, when it changed since the last call; null otherwise. Only a paper exchange has any. */
  changedState(): string | null
  /** Takes back what `changedState` gave. */
  restore(state: string): void
}
