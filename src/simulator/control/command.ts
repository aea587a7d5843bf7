/** What a command of the admin endpoint is. */
import type { World } from '../world.ts'
import type { Sockets } from '../wire/sockets.ts'
import type { RequestLog } from './log.ts'

/** What the admin's commands work on. */
export interface Controlled {
  readonly world: World
  readonly sockets: Sockets
  readonly log: RequestLog
  step(phases: number): unknown
  stepCandles(instants: number): void
  /** Sends the account's events that are waiting. */
  flush(): void
}

/** A command's JSON body. */
export type Body = Readonly<Record<string, unknown>>

/** One command: POST /admin/NAME with a JSON body. */
export interface Command {
  readonly what: string
  readonly body: string
  /** The fields that it knows; others are refused. Null: any, which it looks at itself. */
  readonly fields: readonly string[] | null
  act(controlled: Controlled, body: Body): object
}

/** Something an admin asked for that makes no sense. */
export class AdminError extends Error {}
