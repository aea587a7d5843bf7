/** What other programs are told, by the settings: nothing without REDIS_HOST. */
import { isTimeframe, lengthOf, type Timeframe } from '#domain/time.ts'
import { Publisher } from '#live/publisher.ts'
import type { Clock } from '#ports/clock.ts'
import type { Desk } from '#ports/desk.ts'
import type { Wire } from '#ports/wire.ts'
import type { Config } from '../config.ts'

/** What a wire needs of its surroundings. */
export interface WireSetup {
  readonly config: Config
  readonly clock: Clock
  note(level: 'info' | 'warn', text: string): void
}

/** Opens Redis where it is configured, else null. It need not be there. */
export async function wireOf({ config, clock, note }: WireSetup): Promise<Wire | null> {
  const { REDIS_HOST: host, REDIS_PORT: port, REDIS_PASSWORD: password } = config
  if (host === undefined) return null
  const { openRedisWire } = await import('#adapters/redis/wire.ts')
  return openRedisWire({ host, port, password, clock, note })
}

/** What is published of a service. */
export interface PublishedService {
  readonly wire: Wire
  readonly desk: Desk
  readonly config: Config
  /** The shortest candles that its market has. */
  readonly base: Timeframe
  readonly clock: Clock
  report(error: unknown): void
}

/** Begins to publish a service. */
export async function publisherOf({ wire, desk, config, base, clock, report }: PublishedService): Promise<Publisher> {
  const [{ quote }, strategies] = await Promise.all([desk.status(), desk.strategies()])
  const timeframes = new Map(strategies.flatMap(({ name, timeframe }) => (isTimeframe(timeframe) ? [[name, timeframe] as const] : [])))
  return new Publisher({
    wire,
    clock,
    quote,
    report,
    interval: lengthOf(config.INTERVAL) < lengthOf(base) ? base : config.INTERVAL,
    balances: () => desk.balances(),
    // another quote asset has no price in euros that we know of
    euro: () => (quote === 'EUR' ? 1 : null),
    timeframeOf: owner => timeframes.get(owner) ?? null,
  })
}
