/** Everything that the simulator's parts share. */
import type { SimulatorClock } from './clock.ts'
import type { Faults } from './control/faults.ts'
import type { ApiKey } from './keys.ts'
import type { Limits } from './limits.ts'
import type { Books } from './market/book.ts'
import type { AccountSetup } from './options.ts'
import type { Replay } from './market/replay.ts'
import type { Switches } from './switches.ts'
import type { Venue } from './trading/venue.ts'

/** Fees as the account has them, shares counted in 1e-8. */
export interface Commission {
  readonly maker: bigint
  readonly taker: bigint
  /** True where fees are paid in BNB while there is some. */
  inBnb: boolean
}

/** An account: what it holds and does. */
export interface Account {
  /** Counted from 0. */
  readonly number: number
  readonly name: string
  readonly venue: Venue
  /** Counts its unfilled orders. */
  readonly limits: Limits
  readonly commission: Commission
}

/** The simulator's state, as one account sees it: the first, unless it is asked for another's. */
export interface World {
  readonly account: Account
  /** All accounts, the first one first. */
  readonly accounts: readonly Account[]
  /** The account's own. */
  readonly venue: Venue
  readonly replay: Replay
  readonly limits: Limits
  readonly switches: Switches
  readonly faults: Faults
  readonly clock: SimulatorClock
  readonly keys: ReadonlyMap<string, ApiKey>
  readonly commission: Commission
  /** Fees and rights are asked for by SAPI, which counts apart. */
  readonly sapi: Limits
  /** Milliseconds that the server's clock is ahead, on purpose. */
  skew: number
  /** When it was opened. */
  readonly started: number
  /** True while the system is told to be under maintenance. */
  maintenance: boolean
  /** The order books as they are shown. */
  readonly books: Books
  /** The server's time, as answers and signatures see it. */
  now(): number
  /** Opens a further account. */
  open(setup: AccountSetup): Account
  /** The world as the account of a key sees it. Its `limits` count that account's orders; weight is the address's, so the first world's. */
  of(key: ApiKey): World
}
