/** Proves of each order that it was committed before its first byte was handed to a socket. */
import { WebSocket } from 'ws'
import type { Store } from '#ports/store.ts'

type Commit = Store['commit']

/** Such a trace. */
export interface Trace {
  readonly commit: Commit
  /** How many orders were sent so far, each proven. */
  readonly samples: number
  /** The least time from a commit to the first byte, in microseconds. */
  readonly least: number
}

const CLIENT_ID = /"newClientOrderId":"rt-[A-Za-z0-9]+-(\d+)"/

/** Notes when each commit returned, and looks at every text that leaves by a WebSocket of this process. */
export function traced(commit: Commit): Trace {
  const committed = new Map<number, bigint>()
  const { send } = WebSocket.prototype
  let samples = 0
  let least = Number.POSITIVE_INFINITY
  WebSocket.prototype.send = function sendTraced(this: WebSocket, data: unknown, ...rest: unknown[]): void {
    if (typeof data === 'string' && data.includes('"order.place"')) {
      const now = process.hrtime.bigint()
      const id = Number(CLIENT_ID.exec(data)?.[1])
      const before = committed.get(id)
      if (before === undefined || before > now) throw new Error(`order ${id} is on its way and was not committed`)
      committed.delete(id)
      samples++
      least = Math.min(least, Number(now - before) / 1000)
    }
    Reflect.apply(send, this, [data, ...rest])
  } as typeof send
  return {
    async commit(round) {
      await commit(round)
      const now = process.hrtime.bigint()
      for (const { order } of round.orders) if (order.status === 'sending') committed.set(order.id, now)
    },
    get samples() {
      return samples
    },
    get least() {
      return least
    },
  }
}
