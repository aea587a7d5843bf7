/** The whole service on a Binance on this machine, over a store in memory. */
import { dropHolders, newMemoryDisk, openMemoryStore } from '#adapters/memory/store.ts'
import type { Told } from '#domain/told.ts'
import { type Service, startService } from '../../src/compose.ts'
import { openVenue } from '../../src/compose/open-venue.ts'
import { readConfig } from '../../src/config.ts'
import type { RunningMarket } from './binance/market.ts'
import { Watched } from './chat/until.ts'
import { fileOf, strategyFolder, temporaryFolder } from './demo.ts'

/** Falls and rises, so that something is bought and sold every few minutes. */
export const closes = [100, 99, 98, 97, 98, 99]
const swing = fileOf(
  `return candle.close < 98 ? enter({ reason: 'low', stopLoss: percent(10) }) : candle.close > 99 ? exit({ reason: 'high' }) : null`,
)

/** A service that runs. */
export interface Running {
  readonly service: Service
  readonly store: ReturnType<typeof openMemoryStore>
  readonly told: readonly Told[]
  readonly troubles: string[]
  readonly notes: readonly string[]
  /** As when the hour comes. */
  look(): Promise<void>
  /** Resolves once there are so many fills. */
  fills(count: number): Promise<void>
  /** Resolves with the first that is told of this kind. */
  until(wanted: (told: Told) => boolean): Promise<Told>
  stop(): Promise<void>
}

/** Starts a service on a market; the test stops it. */
export async function startOn(
  market: RunningMarket,
  env: Readonly<Record<string, string>>,
  disk = newMemoryDisk(),
  signal = new AbortController().signal,
): Promise<Running> {
  const { simulator, clock } = market
  const given = { SYMBOLS: 'BTCUSDC', INTERVAL: '1m', DATA_DIR: temporaryFolder('venues'), BINANCE_SITE: simulator.url, ...env }
  const config = readConfig(given)
  const told: Told[] = []
  const troubles: string[] = []
  const notes: string[] = []
  let look = async (): Promise<void> => {}
  const watched = new Watched()
  const start = { signal, over: false }
  const venue = await openVenue(config, {
    purpose: 'service',
    exchange: 'paper',
    speed: 1,
    clock,
    start,
    note: text => void notes.push(text),
    atEach(_, act) {
      look = act
      return () => {}
    },
    trouble: text => void troubles.push(text),
  })
  dropHolders(disk)
  const store = openMemoryStore({ disk, account: venue.account })
  const service = await startService({
    config,
    env: given,
    store,
    venue,
    clock,
    news: true,
    strategyFolder: strategyFolder({ swing }),
    tell(news) {
      told.push(...news)
      watched.changed()
    },
  })
  start.over = true
  const running = service.run()
  const count = (): number => told.filter(({ kind }) => kind === 'fill').length
  return {
    service,
    store,
    told,
    troubles,
    notes,
    look: () => look(),
    until: wanted =>
      watched.until(
        () => told.find(wanted),
        () => JSON.stringify(told.map(({ kind }) => kind)),
      ),
    async fills(wanted) {
      await watched.until(
        () => count() >= wanted,
        () => JSON.stringify({ told: told.map(({ kind }) => kind), troubles }),
      )
    },
    async stop() {
      service.stop()
      await running
      await service.finished()
      await venue.close()
    },
  }
}

/** The settings of real orders there. */
export const live = ({ key }: RunningMarket): Record<string, string> => ({
  TRADING_MODE: 'live',
  BINANCE_API_KEY: key.apiKey,
  BINANCE_SECRET_KEY: key.secret,
  LIVE_CONFIRMATION: 'I trade with real money',
})
