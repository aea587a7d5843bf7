/** The composition root: the one place where the parts of a service are chosen and joined. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { newId, systemClock } from '#adapters/system/clock.ts'
import type { Fault, Thrown } from '#domain/fault.ts'
import { format, type Money, money, ratioOf, toNumber } from '#domain/money.ts'
import { type NewsKind, newsOf } from '#domain/news.ts'
import { lengthOf, type Time } from '#domain/time.ts'
import { Engine } from '#engine'
import { AccountWatch, SHORT_KEY } from '#live/account-watch.ts'
import { openDesk } from '#live/desk.ts'
import { Records } from '#live/records.ts'
import { Shell, type ShellSetup, type Wish } from '#live/shell.ts'
import { worth } from '#live/wishes.ts'
import type { Clock } from '#ports/clock.ts'
import type { Desk } from '#ports/desk.ts'
import type { Feed } from '#ports/feed.ts'
import type { Saved, Store } from '#ports/store.ts'
import { holdingOf, onTraded, quarantinedRows, runningRows, volumesOf } from './compose/account.ts'
import { latelyBegun, noteStart, noteStop, STARTS_KEY } from './compose/deaths.ts'
import { needsOf, schedulesOf } from './compose/needs.ts'
import { type Owner, ownersOf, planChange, sizesOf } from './compose/owners.ts'
import { openRecovery } from './compose/recovery.ts'
import type { Venue } from './compose/venue.ts'
import type { Config } from './config.ts'
import { type LoadedStrategy, loadStrategies } from './load-folder.ts'

/** The root folder of the program. */
const programFolder = fileURLToPath(new URL('../', import.meta.url))
/** The version of the program, from its package. */
export const programVersion = (JSON.parse(readFileSync(join(programFolder, 'package.json'), 'utf8')) as { version: string }).version

/** How a service is started. */
export interface ServiceSetup {
  readonly config: Config
  readonly env: Readonly<Record<string, string | undefined>>
  readonly store: Store
  readonly venue: Venue
  readonly tell: ShellSetup['tell']
  /** Takes what a strategy threw, for the log. */
  readonly threw?: (thrown: Thrown) => void
  /** Whether somebody is to be pushed the news. */
  readonly news?: boolean
  /** Where strategies are; default: the program's own folder. */
  readonly strategyFolder?: URL
  /** Default: the machine's own. */
  readonly clock?: Clock
}

/** Figures of a run, as the summary shows them. Money as decimal text in quote units. */
export interface Summary {
  readonly candles: number
  readonly signals: number
  readonly fills: number
  readonly roundTrips: number
  readonly openPositions: number
  readonly quote: string
  readonly startEquity: Money
  readonly equity: Money
  readonly realisedPnl: Money
  readonly unrealisedPnl: Money
  readonly fees: Money
  readonly fillsInDatabase: number
  readonly holding: Money | null
}

/** A running service. */
export interface Service {
  readonly desk: Desk
  readonly symbols: readonly string[]
  /** True when the account was there before and this start went on with it. */
  readonly resumed: boolean
  /** Writes news down, in order with those of the trading. */
  post(kind: NewsKind, text: string): Promise<void>
  /** Runs the feed to its end or until stopped. */
  run(): Promise<void>
  /** Stops the feed after what is under way. */
  stop(): void
  /** Resolves when nothing is under way any more. */
  finished(): Promise<void>
  summary(): Promise<Summary>
}

interface Core {
  readonly engine: Engine
  readonly shell: Shell
  readonly feed: Feed
  readonly owners: readonly Owner[]
  readonly saved: Saved | null
  /** Null where nobody but this service trades in the account. */
  readonly watch: AccountWatch | null
  running: Promise<void> | null
}

/** Starts a service: loads the store, goes on where it stopped, and is ready to run. Throws ConfigError for wrong settings. */
export async function startService({ clock = systemClock, ...setup }: ServiceSetup): Promise<Service> {
  const { config, env, store, venue, strategyFolder } = setup
  const { quote } = venue
  const symbols = venue.infos.map(({ symbol }) => symbol)
  const broken = new Map<string, Fault>()
  const folder = strategyFolder ?? new URL('../strategies/', import.meta.url)
  const strategies = await loadStrategies(folder, (name, fault) => broken.set(name, fault))
  const parts: Parts = { ...setup, clock, strategies, broken }

  let core = await startCore(parts, true)
  const resumed = core.saved !== null
  const started = clock.now()
  const stopping = new AbortController()
  const begun = core.saved?.settings.has('start.equity') === true
  if (!begun) await beginAccount(core, parts)
  if (venue.trading === 'live') await beginLife(core, started)
  let settings = await settingsOf(store, begun ? core.saved : null)
  let volumes = volumesOf(config, settings)

  const startEquity = (): Money => money(settings.get('start.equity') ?? format(venue.capital))

  let renewing: Promise<void> = Promise.resolve()
  // What runs is thrown away and built anew from the store: for changed settings, and when a round could not be written.
  const buildAnew = async (before: Promise<void>): Promise<void> => {
    // if it did not work, this one is to mend it
    await before.catch(() => {})
    core.feed.stop()
    await core.running?.catch(() => {})
    await core.shell.idle()
    core.shell.retire()
    core = await startCore(parts, false)
    settings = await settingsOf(store, core.saved)
    volumes = volumesOf(config, settings)
  }
  const renew = (): Promise<void> => {
    renewing = buildAnew(renewing)
    return renewing
  }
  let over = false
  const wish = async <Answer>(one: Wish<Answer>): Promise<Answer> => {
    // what the old core wrote now would be unknown to the new one
    await renewing.catch(() => {})
    try {
      return await core.shell.wish(one)
    } catch (error) {
      // while candles come the run notices by itself
      if (over) await renew().catch(() => {})
      throw error
    }
  }
  const desk = openDesk({
    trading: venue.trading,
    quote,
    started,
    version: programVersion,
    store,
    core: () => core,
    wish,
    startEquity,
    holding: engine => holdingOf(engine, settings, symbols),
    strategies: () => {
      const rows = core.owners.map(({ row }) => row)
      return [...runningRows(core.engine, rows), ...quarantinedRows(core.engine, broken, new Set(rows.map(({ name }) => name)))]
    },
    planChange: (name, change) => planChange({ env, strategies, symbols, saved: settings }, name, change),
    volumes: () => volumes,
    setVolume: (kind, volume) => {
      volumes = { ...volumes, [kind]: volume }
    },
    restart: renew,
  })
  return {
    desk,
    symbols,
    resumed,
    async post(kind, text) {
      await renewing.catch(() => {})
      await core.shell.post({ kind, text, time: clock.now() })
    },
    async run() {
      const recover = openRecovery({ clock, signal: stopping.signal, reached: () => core.shell.time, renew })
      try {
        for (let ended: Core | null = null; ended !== core && !stopping.signal.aborted; ) {
          const current: Core = core
          current.running = runCore(current)
          try {
            await current.running
            await renewing
            ended = current
          } catch (error) {
            await recover(error)
          }
        }
      } finally {
        over = true
      }
    },
    stop() {
      stopping.abort()
      core.feed.stop()
    },
    async finished() {
      await core.running?.catch(() => {})
      await renewing.catch(() => {})
      await core.shell.idle()
      if (venue.trading === 'live') await endLife(core)
    },
    async summary() {
      const totals = await store.totals()
      const { equity, unrealised, realised, fees } = worth(core.engine, quote)
      return {
        ...totals,
        openPositions: core.engine.slots.filter(({ position }) => position.quantity > 0n).length,
        quote,
        startEquity: startEquity(),
        equity,
        realisedPnl: realised,
        unrealisedPnl: unrealised,
        fees,
        fillsInDatabase: totals.fills,
        holding: holdingOf(core.engine, settings, symbols),
      }
    },
  }
}

interface Parts extends ServiceSetup {
  readonly clock: Clock
  readonly strategies: ReadonlyMap<string, LoadedStrategy>
  /** Strategies whose files cannot be used, and why. */
  readonly broken: ReadonlyMap<string, Fault>
}

// Start and recovery are one path: load the store, rebuild the core, bring it to where it was.
async function startCore(
  { config, env, store, venue, tell, threw, news, strategies, broken, clock }: Parts,
  first: boolean,
): Promise<Core> {
  const { infos, quote, base, capital } = venue
  const symbols = infos.map(({ symbol }) => symbol)
  const found = await store.open()
  const saved = found === null ? null : onTraded(found, symbols)
  // a broken file stops the start, unless something is held under its name: that must be looked after; a service that runs goes on
  for (const [name, fault] of first ? broken : [])
    if (!saved?.holdings.some(({ owner, position }) => owner === name && position.quantity > 0n)) throw fault
  // a market has candles of every length, a recording has only its own
  const interval = lengthOf(config.INTERVAL) < lengthOf(base) ? base : config.INTERVAL
  const owners = ownersOf({
    config: { ...config, INTERVAL: interval },
    env,
    strategies,
    symbols,
    saved: saved?.settings ?? new Map(),
    base,
    broken: new Set(broken.keys()),
  })
  const records = new Records(symbol => infos.find(info => info.symbol === symbol)!)
  const engine = new Engine({
    symbols: infos,
    funds: new Map([[quote, capital]]),
    rules: {
      ...sizesOf(config, { quote, symbols }),
      perSymbol: config.EXPOSURE_PER_SYMBOL === null ? null : ratioOf(config.EXPOSURE_PER_SYMBOL),
      perAsset: config.EXPOSURE_PER_ASSET === null ? null : ratioOf(config.EXPOSURE_PER_ASSET),
      manualStop: (config.DEFAULT_STOP ?? 0) * 100,
      fee: ratioOf(config.TAKER_FEE),
    },
    owners: owners.map(({ setup }) => setup),
    source: () => ({ kind: 'live' }),
    recorder: records,
  })
  for (const { setup, enabled } of owners) for (const symbol of setup.symbols) engine.slot(setup.name, symbol)!.enabled = enabled
  const kept = saved?.settings ?? new Map<string, string>()
  const { exchange, market, settled, holdings: ask, settings: joined } = await venue.join(kept)
  const { feed, settings: fed } = await venue.feed({ needs: needsOf(engine), schedules: schedulesOf(engine), settings: kept })
  const watch: AccountWatch | null =
    ask === undefined ? null : new AccountWatch({ engine, exchange, clock, ask, wish: one => shell.wish(one), told: kept.get(SHORT_KEY) })
  const shell: Shell = new Shell({
    engine,
    exchange,
    store,
    records,
    newId,
    tell,
    ...(threw === undefined ? {} : { threw }),
    ...(market === undefined ? {} : { market }),
    ...(settled === undefined ? {} : { settled }),
    ...(watch === null ? {} : { booked: () => watch.note() }),
    ...(news === true ? { news: newsOf } : {}),
  })
  const mode = saved?.settings.get('mode')
  if (mode === 'paused' || mode === 'reduced' || mode === 'halted') engine.trader.mode = mode
  let time = 0 as Time
  for (const event of feed.history(saved?.feedState ?? null)) {
    engine.warm(event.time, event.bars, event.candles)
    time = event.time
  }
  if (saved === null) shell.begin(time)
  else await shell.resume(saved, time)
  const fresh = Object.entries({ ...joined, ...fed }).filter(([key, value]) => kept.get(key) !== value)
  if (fresh.length > 0)
    await shell.wish({
      person: 'system',
      text: 'join the venue',
      run(_, records) {
        for (const [key, value] of fresh) records.setting(key, value)
      },
    })
  return { engine, shell, feed, owners, saved, watch, running: null }
}

async function runCore({ feed, saved, shell, watch }: Core): Promise<void> {
  const ended = new AbortController()
  const bugs: unknown[] = []
  // one of the watch ends the run as one of the feed does
  void watch?.run(ended.signal).catch(error => {
    bugs.push(error)
    feed.stop()
  })
  try {
    await feed.run(saved?.feedState ?? null, (event, state) => shell.offer(event, state))
  } finally {
    ended.abort()
  }
  if (bugs.length > 0) throw bugs[0]
}

async function beginLife({ shell, saved }: Core, now: Time): Promise<void> {
  const starts = latelyBegun(saved?.settings.get(STARTS_KEY), now)
  const trouble = await shell.wish({
    person: 'system',
    text: 'start',
    run: (engine, records, time) => noteStart(engine, records, starts, now, time),
  })
  if (trouble !== null) await shell.post({ kind: 'trouble', text: trouble, time: now })
}

async function endLife({ shell }: Core): Promise<void> {
  try {
    await shell.wish({ person: 'system', text: 'stop', run: (_, records) => noteStop(records) })
  } catch {
    // what made the shell fail was told; this life counts as one that died
  }
}

// What a new account begins with is written before anything trades.
async function beginAccount(core: Core, { venue }: Parts): Promise<void> {
  const lastPrices = (): Record<string, number> =>
    Object.fromEntries(core.engine.markets.map(({ info: { symbol }, last }) => [symbol, toNumber(last)]))
  const prices = venue.firstPrices ?? lastPrices()
  await core.shell.wish({
    person: 'system',
    text: 'begin the account',
    run(_, records) {
      records.setting('start.equity', format(venue.capital))
      records.setting('start.prices', JSON.stringify(prices))
    },
  })
}

async function settingsOf(store: Store, saved: Saved | null): Promise<ReadonlyMap<string, string>> {
  return saved?.settings ?? (await store.open())?.settings ?? new Map()
}
