/** Everything that the simulator's parts share. */
import type { SimulatorClock } from './clock.ts'
import type { Faults } from './control/faults.ts'
import type { ApiKey } from './keys.ts'
import type { Limits } from './limits.ts'
import type { Books } from './market/book.ts'
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

/** The simulator's state. */
export interface World {
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
}
