/**
 * The user data of an account: what Binance tells by itself of orders and balances. It is asked for anew on every connection, and nothing
 * of what happened in between comes later. So it is a hint only: what is not heard here is found by asking.
 */
import type { Clock } from '#ports/clock.ts'
import type { Signer } from './signer.ts'
import { endOf } from './following.ts'
import { type Balance, balancesOfEvent, type Report, reportOfEvent } from './reports.ts'
import { type Caller, SUBSCRIBE } from './ws-api.ts'

/** What it is made of. What is called must not throw. */
export interface UserDataSetup {
  readonly signer: Signer
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Something was said of an order. */
  order(report: Report): void
  /** Balances changed; all of what they are now. None: nobody wants to know. */
  balances?(balances: readonly Balance[]): void
  /** It comes from now on; what was before has to be asked for. */
  subscribed(): void
  /** It does not come as it should: ask for what it did not bring, and connect anew. */
  mute(reason: string): void
}

/** The user data stream. */
export interface UserData {
  /** Asks for it over a new connection. Throws BinanceFault. */
  subscribe(call: Caller): Promise<void>
  /** An event that came over the connection. */
  event(raw: Readonly<Record<string, unknown>>): void
  /** Binance has acknowledged something about an order of ours: an event that says as much has to come. */
  expect(report: Report): void
}

// An event comes within some tens of milliseconds of the answer, sometimes before it.
const EVENT_MS = 5_000
const REMEMBERED = 1_000

/** Makes the user data stream; it begins with `subscribe`. */
export function openUserData(setup: UserDataSetup): UserData {
  let heard = new Set<string>()
  let heardBefore = new Set<string>()
  // when each has to be heard of
  const expected = new Map<string, number>()
  let watching = false
  const { clock, signal } = setup

  const remember = (report: Report): void => {
    for (const key of [report.clientId, keyOf(report)]) {
      expected.delete(key)
      heard.add(key)
    }
    // by halves: to take the oldest out of a Set one by one means to walk past all that were taken before
    if (heard.size < REMEMBERED) return
    heardBefore = heard
    heard = new Set()
  }
  // One timer for all: they become due in the order in which they were acknowledged.
  const watch = async (): Promise<void> => {
    watching = true
    for (let [first] = expected.values(); first !== undefined; [first] = expected.values()) {
      await clock.wait(Math.max(1, first - clock.now()), signal)
      if (signal.aborted) return
      const [due] = expected.values()
      if (due === undefined || due > clock.now()) continue
      // one that is missing stands for all
      expected.clear()
      setup.mute(`nothing was heard of an order within ${EVENT_MS / 1000} s of its acknowledgement`)
    }
    watching = false
  }

  return {
    async subscribe(call) {
      const method = setup.signer.kind === 'ed25519' ? SUBSCRIBE : 'userDataStream.subscribe.signature'
      await call({ method, weight: 2, urgency: 'exit' })
      setup.subscribed()
    },
    event(raw) {
      switch (raw['e']) {
        case 'executionReport': {
          const report = read(() => reportOfEvent(raw))
          if (report === null) return setup.mute('an event of an order could not be read')
          remember(report)
          return setup.order(report)
        }
        case 'outboundAccountPosition': {
          if (setup.balances === undefined) return
          const balances = read(() => balancesOfEvent(raw))
          return balances === null ? setup.mute('an event of balances could not be read') : setup.balances(balances)
        }
        case 'eventStreamTerminated':
          return setup.mute('Binance ended the user data stream')
        // balanceUpdate, listStatus, externalLockUpdate: what they say comes with the others too
        default:
      }
    },
    expect(report) {
      const key = keyOf(report)
      if (heard.has(key) || heardBefore.has(key) || expected.has(key)) return
      expected.set(key, clock.now() + EVENT_MS)
      if (!watching) void watch()
    },
  }
}

// That it arrived, and that it ended, are two events.
const keyOf = ({ clientId, status }: Report): string => (endOf(status) === null ? clientId : `${clientId} over`)

function read<Read>(parse: () => Read): Read | null {
  try {
    return parse()
  } catch {
    return null
  }
}
