/** Messages of people and news for them, kept: nothing is lost in a crash, nothing is worked off twice. */
import type { News } from '#domain/news.ts'
import type { Incoming, Target } from './messenger.ts'

/** News with its place in the order. */
export interface Posted extends News {
  readonly id: number
}

/** The mail of one account. News are written by rounds alone: one writer, so that their order is that of their numbers. */
export interface Mailbox {
  /** Writes a message down. False when its update or its message is there already: it was or will be worked off. */
  receive(message: Incoming): Promise<boolean>
  /** Messages that were written down and not worked off, oldest first. */
  waiting(): Promise<Incoming[]>
  /** A message was worked off; `outcome` says how. */
  done(message: Incoming, outcome: string): Promise<void>
  /** How many messages of a person were worked off with an outcome. */
  count(message: Pick<Incoming, 'platform' | 'user'>, outcome: string): Promise<number>
  /** News that a target has not been sent, oldest first. A target never seen before begins with what comes from now on. */
  unsent(target: Target, limit: number): Promise<Posted[]>
  /** A target was sent all up to this one. */
  sent(target: Target, upTo: number): Promise<void>
}
