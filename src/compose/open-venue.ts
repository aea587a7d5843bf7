/** The venue that settings and options ask for. Each loads what it needs: a replay needs no Binance. */
import { randomBytes } from 'node:crypto'
import type { Config } from '../config.ts'
import type { VenueHands } from './binance.ts'
import { openReplayVenue } from './replay-venue.ts'
import type { Venue } from './venue.ts'

/** How a venue is chosen, and what it is handed. */
export interface VenueChoice extends VenueHands {
  /** `service`: by TRADING_MODE and MARKET; `demo`: a replay whatever these say. */
  readonly purpose: 'service' | 'demo'
  /** Where a replay's orders go. */
  readonly exchange: 'paper' | 'simulator'
  /** Candles a second of a replay. */
  readonly speed: number
}

const RUN_BYTES = 5

/** Opens it. Throws ConfigError or Fault with what is wrong. */
export async function openVenue(config: Config, choice: VenueChoice): Promise<Venue> {
  const { purpose, exchange, speed, clock } = choice
  if (purpose === 'service' && config.TRADING_MODE === 'live') return (await import('./live-venue.ts')).openLiveVenue(config, choice)
  if (purpose === 'service' && config.MARKET === 'binance') return (await import('./market-venue.ts')).openMarketVenue(config, choice)
  if (exchange === 'paper') return openReplayVenue(config, { speed, clock })
  const run = randomBytes(RUN_BYTES).toString('hex')
  return (await import('./simulator-venue.ts')).openSimulatorVenue(config, { ...choice, run })
}
