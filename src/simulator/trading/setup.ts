/** What an account's exchange is made of. */
import type { Costs } from '#matching/costs.ts'
import type { Limits } from '../limits.ts'
import type { Replay } from '../market/replay.ts'
import type { Switches } from '../switches.ts'
import type { Listings } from './listings.ts'

/** How a venue is made. */
export interface VenueSetup {
  readonly listings: Listings
  readonly costs: Costs
  readonly replay: Replay
  readonly limits: Limits
  readonly switches: Switches
  /** Numbers of its orders, trades and lists come after it. */
  readonly firstNumber: number
  /** Accounts of one group do not trade with each other; -1: none. */
  readonly tradeGroupId: number
  /** The server's time. */
  now(): number
}
