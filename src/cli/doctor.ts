/** `npm run doctor`: what is configured, what can be reached, and what is missing. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { tryEmbedded } from '#adapters/postgres/embedded.ts'
import { migrationState } from '#adapters/postgres/migrate.ts'
import { systemClock } from '#adapters/system/clock.ts'
import { Fault } from '#domain/fault.ts'
import type { Timeframe } from '#domain/time.ts'
import { siteOf } from '../compose/binance-site.ts'
import { keptLimits } from '../compose/kept-limits.ts'
import { wantedSymbols } from '../compose/market.ts'
import { ownersOf } from '../compose/owners.ts'
import { replayedSymbols } from '../compose/replay-venue.ts'
import { programVersion } from '../compose.ts'
import { type Config, ConfigError } from '../config.ts'
import { loadStrategies } from '../load-folder.ts'
import { binanceOf, type Found } from './doctor-binance.ts'
import { unreadSettings } from './env-file.ts'
import { folderOf, hasDatabase, isOwn, openDatabase } from './storage.ts'

type Finding = { readonly state: 'ok' | 'note' | 'wrong'; readonly what: string; readonly text: string }

const STRATEGIES = new URL('../../strategies/', import.meta.url)

const marks = { ok: 'ok   ', note: 'note ', wrong: 'WRONG' } as const

/** Checks everything and prints a line each. The exit code: 1 where something is wrong. */
export async function doctorMain(
  config: Config,
  env: Readonly<Record<string, string | undefined>>,
  out: (line: string) => void,
): Promise<number> {
  const findings: Finding[] = []
  const found = (state: Finding['state'], what: string, text: string): void => void findings.push({ state, what, text })
  found('ok', 'version', `RootTrading ${programVersion}, Node ${process.version}`)
  if (Number(process.versions.node.split('.')[0]) < 24) found('wrong', 'node', 'Node 24 is needed. Start by npm run, which brings its own.')
  found(
    existsSync('.env') ? 'ok' : 'note',
    'settings',
    existsSync('.env')
      ? 'read from .env and the environment'
      : 'there is no .env here: the environment and defaults are used (cp .env.example .env)',
  )
  for (const text of await unreadSettings('.env', STRATEGIES)) found('note', 'settings', text)
  const replays = config.TRADING_MODE === 'demo' && config.MARKET === 'replay'
  await modeOf(config, found)
  const { symbols, missing } = replays ? replayedSymbols(config) : { symbols: wantedSymbols(config), missing: [] }
  if (missing.length > 0) found('note', 'symbols', `no bundled candles of ${missing.join(', ')}`)
  found('ok', 'symbols', symbols.join(', '))
  await strategiesOf(config, env, { symbols, base: replays ? '4h' : '1m' }, found)
  await databaseOf(config, found)
  await redisOf(config, found)
  if (replays) found('note', 'binance', 'not needed for a replay')
  else await lookOf(config, symbols, found)
  for (const { state, what, text } of findings) out(`${marks[state]}  ${what.padEnd(10)}  ${text}`)
  return findings.some(({ state }) => state === 'wrong') ? 1 : 0
}

// Where it trades, and whether it may.
async function modeOf(config: Config, found: Found): Promise<void> {
  if (config.TRADING_MODE === 'demo') {
    const where = config.MARKET === 'replay' ? 'replayed candles' : `the live market of ${config.BINANCE_SITE}`
    return found('ok', 'mode', `demo: paper trading on ${where}, no key is used`)
  }
  try {
    const { assertAllowed, signerOf } = await import('../compose/live-venue.ts')
    signerOf(config)
    assertAllowed(config, siteOf(config.BINANCE_SITE))
    found('note', 'mode', `live: REAL ORDERS at ${config.BINANCE_SITE}`)
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof Fault)) throw error
    found('wrong', 'mode', error.message)
  }
}

async function lookOf(config: Config, symbols: readonly string[], found: Found): Promise<void> {
  const [{ lookAtBinance }, { signerOf }] = await Promise.all([import('../compose/binance-look.ts'), import('../compose/live-venue.ts')])
  // what is wrong with a key of a live account is told with the mode
  const signer = config.BINANCE_API_KEY === undefined ? null : orNull(() => signerOf(config))
  const site = siteOf(config.BINANCE_SITE)
  const limits = keptLimits(config.DATA_DIR, site.name, text => found('note', 'data', text))
  const look = lookAtBinance(site, { clock: systemClock, signer, anyAddress: config.LIVE_WITHOUT_IP_RESTRICTION, limits })
  await binanceOf(look, symbols, () => performance.now(), found)
}

function orNull<Value>(make: () => Value): Value | null {
  try {
    return make()
  } catch (error) {
    if (error instanceof ConfigError || error instanceof Fault) return null
    throw error
  }
}

async function strategiesOf(
  config: Config,
  env: Readonly<Record<string, string | undefined>>,
  { symbols, base }: { readonly symbols: readonly string[]; readonly base: Timeframe },
  found: Found,
): Promise<void> {
  try {
    const strategies = await loadStrategies(STRATEGIES)
    const owners = ownersOf({ config, env, strategies, symbols, saved: new Map(), base })
    found('ok', 'strategies', owners.map(({ row }) => `${row.name}@${row.timeframe}`).join(', '))
  } catch (error) {
    found('wrong', 'strategies', error instanceof Error ? error.message : String(error))
  }
}

async function databaseOf(config: Config, found: Found): Promise<void> {
  try {
    if (hasDatabase(config)) await lookAtDatabase(config, found)
    else {
      await tryEmbedded(folderOf(config))
      found('note', 'database', `there is none yet: the first start makes the embedded PostgreSQL in ${folderOf(config)}`)
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    // a service that runs holds the embedded database: that is no fault of it
    const held = !isOwn(config) && !(error instanceof Fault)
    found(held ? 'note' : 'wrong', 'database', error.message.replaceAll('\n', ' '))
  }
  found('ok', 'data', resolve(config.DATA_DIR))
}

// A server may have to be started for that; nothing in the database is changed.
async function lookAtDatabase(config: Config, found: Found): Promise<void> {
  const { database, where, close } = await openDatabase(config)
  try {
    const { rows } = await database.pool.query<{ version: string }>(`select current_setting('server_version') as version`)
    const what = `${where}, version ${rows[0]!.version}`
    const { at, latest } = await migrationState(database.db)
    if (at === latest) found('ok', 'database', `${what}, at migration ${at}`)
    else if (at === null) found('note', 'database', `${what}: it has no tables yet, the next start makes them`)
    else found('note', 'database', `${what}: the database is at migration ${at}, this version has ${latest}: the next start brings it up`)
  } finally {
    await close()
  }
}

// Nothing of ours depends on it, but somebody set it to be told something.
async function redisOf({ REDIS_HOST: host, REDIS_PORT: port, REDIS_PASSWORD: password }: Config, found: Found): Promise<void> {
  if (host === undefined) return found('note', 'redis', 'not configured, and not needed')
  try {
    const { reachRedis } = await import('#adapters/redis/reach.ts')
    found('ok', 'redis', `${host}:${port}, version ${await reachRedis({ host, port, password })}`)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    found('wrong', 'redis', error.message)
  }
}
