/** Proves of each order that it was committed before its first byte was handed to a socket. */
import { Client } from 'pg'
import { WebSocket } from 'ws'
import type { Round, Store } from '#ports/store.ts'

type Commit = Store['commit']

/** Such a trace. Asking it throws an Error where an order left that was not committed before. */
export interface Trace {
  readonly commit: Commit
  /** How many orders were sent so far, each proven. */
  readonly samples: number
  /** The least time from a commit to the first byte, in microseconds. */
  readonly least: number
}

const CLIENT_ID = /"newClientOrderId":"rt-[A-Za-z0-9]+-(\d+)"/

/**
 * Notes when each commit let its orders go, and every order that leaves by a WebSocket of this process; what it noted is looked at when it is
 * asked, so that it does not slow what it watches. A store with a database is not believed: since its last word PostgreSQL has to have
 * answered to an INSERT into the log of rounds, which it does once that is on disk.
 */
export function traced(commit: Commit, database: boolean): Trace {
  let answered = !database
  if (database) watchInserts(() => (answered = true))
  const commits: { readonly round: Round; readonly at: bigint }[] = []
  const sent: { readonly text: string; readonly at: bigint }[] = []
  const { send } = WebSocket.prototype
  WebSocket.prototype.send = function sendTraced(this: WebSocket, data: unknown, ...rest: unknown[]): void {
    if (typeof data === 'string' && data.includes('"order.place"')) sent.push({ text: data, at: process.hrtime.bigint() })
    Reflect.apply(send, this, [data, ...rest])
  } as typeof send

  const committed = new Map<number, bigint>()
  let samples = 0
  let least = Number.POSITIVE_INFINITY
  const prove = (): void => {
    // of a status only what it was at the commit would count: the first round that has an order is the one that sends it
    for (const { round, at } of commits.splice(0))
      for (const { order } of round.orders) if (!committed.has(order.id)) committed.set(order.id, at)
    for (const { text, at } of sent.splice(0)) {
      const id = Number(CLIENT_ID.exec(text)?.[1])
      const before = committed.get(id)
      if (before === undefined || before > at) throw new Error(`order ${id} left and was not committed before`)
      samples++
      least = Math.min(least, Number(at - before) / 1000)
    }
  }
  return {
    commit(round, act) {
      if (act === undefined) return commit(round)
      return commit(round, () => {
        commits.push({ round, at: process.hrtime.bigint() })
        if (!answered) throw new Error('PostgreSQL has not answered yet')
        answered = !database
        act()
      })
    },
    get samples() {
      prove()
      return samples
    },
    get least() {
      prove()
      return least
    },
  }
}

// Tells of each INSERT into the log when it was answered, before whoever sent it hears of that.
function watchInserts(answered: () => void): void {
  const { query } = Client.prototype
  Client.prototype.query = function queryTraced(this: Client, ...given: unknown[]): unknown {
    const result: unknown = Reflect.apply(query, this, given)
    const [asked] = given as [{ readonly text?: string } | undefined]
    if (asked?.text?.startsWith('insert into rounds') === true) void (result as Promise<unknown>).then(answered)
    return result
  } as typeof query
}
