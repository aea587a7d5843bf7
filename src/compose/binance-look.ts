/** What can be looked at of a Binance without trading there: for the doctor. */
import { openAccount } from '#adapters/binance/account.ts'
import { openBinancePublic } from '#adapters/binance/binance.ts'
import { untilText } from '#adapters/binance/patience.ts'
import { keyRefusals } from '#adapters/binance/self-check.ts'
import type { Signer } from '#adapters/binance/signer.ts'
import { reachStreams } from '#adapters/binance/stream-reach.ts'
import type { SymbolInfo } from '#domain/symbol.ts'
import type { Clock } from '#ports/clock.ts'
import type { KeptLimits } from './kept-limits.ts'

/** The addresses that are looked at. */
export interface LookedAtSite {
  readonly name: string
  /** REST with an account. */
  readonly api: string
  /** REST without one. */
  readonly data: string
  /** Market streams. */
  readonly streams: string
  /** Whether it can be asked there what a key may do. */
  readonly tellsPermissions: boolean
}

/** A Binance to look at. All throw a Fault. */
export interface BinanceLook {
  readonly name: string
  /** Until when it wants nothing from this address; null: it may be asked. */
  closed(): string | null
  /** Asks for nothing. */
  ping(): Promise<void>
  /** How far its clock is ahead, and to how much that is exact, in milliseconds. */
  clock(): Promise<{ readonly offset: number; readonly within: number }>
  /** The share of this minute's request weight that is used. */
  used(): number
  symbols(names: readonly string[]): Promise<ReadonlyMap<string, SymbolInfo>>
  streams(): Promise<void>
  /** What is wrong with the API key, and what else is to be known of it. Null: there is no key, or it cannot be asked there. */
  readonly key: (() => Promise<{ readonly refusals: readonly string[]; readonly notes: readonly string[] }>) | null
}

/** What looking needs. */
export interface LookSetup {
  readonly clock: Clock
  /** Of the configured key, or null. */
  readonly signer: Signer | null
  /** The key need not be bound to addresses. */
  readonly anyAddress: boolean
  /** Of the same site, as a service keeps it. */
  readonly limits: KeptLimits
}

/** Looks at a site. */
export function lookAtBinance(site: LookedAtSite, { clock, signer, anyAddress, limits }: LookSetup): BinanceLook {
  const { rest, market } = openBinancePublic({ restUrl: site.data, clock, ...limits })
  const key = async (api: Signer) => {
    const own = openBinancePublic({ restUrl: site.api, clock, budget: rest.budget }, api).rest
    await own.serverClock.measure()
    const notes: string[] = []
    const refusals = keyRefusals(await openAccount(own).restrictions(), { anyAddress, now: own.serverClock.now() }, notes)
    return { refusals, notes }
  }
  return {
    name: site.name,
    closed() {
      const { bannedUntil } = rest.budget
      return bannedUntil > clock.now() ? untilText(bannedUntil, clock.now()) : null
    },
    async ping() {
      await rest.ask({ method: 'GET', path: '/api/v3/ping', weight: 1 })
    },
    async clock() {
      await rest.serverClock.measure()
      const { offset, roundTrip } = rest.serverClock
      return { offset, within: Math.ceil(roundTrip / 2) }
    },
    used: () => rest.budget.used,
    symbols: names => market.symbols(names),
    streams: () => reachStreams(site.streams, clock),
    key: signer === null || !site.tellsPermissions ? null : () => key(signer),
  }
}
