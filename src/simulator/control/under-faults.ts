/** A request carried out under the faults that hit it: the same for REST and the WebSocket API. */
import { ApiError, timedOut } from '../errors.ts'
import type { World } from '../world.ts'
import type { RequestFault } from './faults.ts'

/** How the caller does its parts. */
export interface Handling<Reply> {
  /** Does what was asked for. `pause` is to be awaited between being let in and being carried out. */
  act(pause: () => Promise<void>): Promise<Reply>
  /** An answer that refuses. */
  refuse(error: ApiError): Reply
  /** An answer of a server that is broken: an HTTP status of 5xx. */
  broken(status: number): Reply
  /** Sends the events that are waiting. */
  flush(): void
  /** Hears what it came to before it is answered. */
  done(reply: Reply | null): void
}

/** What to do with a request in the end: answer it, cut the connection, or nothing at all. */
export type Ending<Reply> = { readonly kind: 'answer'; readonly reply: Reply } | { readonly kind: 'cut' } | { readonly kind: 'nothing' }

/** Carries a request out. Its events go out right after what this gives was done, unless a fault sends them before. */
export async function underFaults<Reply>(world: World, faults: readonly RequestFault[], handling: Handling<Reply>): Promise<Ending<Reply>> {
  const has = (kind: RequestFault['kind']): boolean => faults.some(fault => fault.kind === kind)
  const wait = async (when: boolean | 'engine'): Promise<void> => {
    for (const fault of faults) if (fault.kind === 'latency' && fault.after === when) await pauseOf(world, fault.milliseconds)
  }
  if (has('request_lost')) {
    handling.done(null)
    return { kind: 'cut' }
  }
  const late = faults.find(fault => fault.kind === 'late')
  if (late !== undefined) {
    void carriedOutLate(world, late.milliseconds, handling)
    return { kind: 'cut' }
  }
  await wait(false)
  const reply = await replyUnder(faults, handling, () => wait('engine'))
  handling.done(reply)
  if (has('events_first') || faults.some(fault => fault.kind === 'latency' && fault.after === true)) handling.flush()
  await wait(true)
  if (has('reply_lost')) return { kind: 'cut' }
  return has('silence') ? { kind: 'nothing' } : { kind: 'answer', reply }
}

async function carriedOutLate<Reply>(world: World, milliseconds: number, handling: Handling<Reply>): Promise<void> {
  handling.done(await handling.act(() => pauseOf(world, milliseconds)))
  handling.flush()
}

const pauseOf = (world: World, milliseconds: number): Promise<void> =>
  new Promise(resolve => {
    world.clock.after(milliseconds, resolve)
  })

async function replyUnder<Reply>(faults: readonly RequestFault[], handling: Handling<Reply>, pause: () => Promise<void>): Promise<Reply> {
  const refusal = faults.find(fault => fault.kind === 'refuse')
  if (refusal !== undefined) return handling.refuse(new ApiError(refusal.code, refusal.text, refusal))
  const failing = faults.find(fault => 'executed' in fault)
  if (failing === undefined) return handling.act(pause)
  // what it came to is not told
  if (failing.executed) await handling.act(pause)
  return failing.kind === 'server_error' ? handling.broken(failing.status) : handling.refuse(timedOut())
}
