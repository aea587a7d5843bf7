/** `npm run doctor`: what is configured, what can be reached, and what is missing. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { Fault } from '#domain/fault.ts'
import type { BinanceLook } from '../compose/binance-look.ts'
import { bundledSymbols } from '../compose/market.ts'
import { ownersOf } from '../compose/owners.ts'
import { demoSymbols, programVersion } from '../compose.ts'
import type { Config } from '../config.ts'
import { loadStrategies } from '../load-folder.ts'
import { binanceOf, type Found } from './doctor-binance.ts'
import { isOwn, openStorage } from './storage.ts'

type Finding = { readonly state: 'ok' | 'note' | 'wrong'; readonly what: string; readonly text: string }

/** What of outside is looked at besides. */
export interface DoctorSetup {
  /** The Binance of the settings; null: none is used. */
  readonly binance: BinanceLook | null
}

const marks = { ok: 'ok   ', note: 'note ', wrong: 'WRONG' } as const

/** Checks everything and prints a line each. The exit code: 1 where something is wrong. */
export async function doctorMain(
  config: Config,
  env: Readonly<Record<string, string | undefined>>,
  out: (line: string) => void,
  { binance }: DoctorSetup = { binance: null },
): Promise<number> {
  const findings: Finding[] = []
  const found = (state: Finding['state'], what: string, text: string): void => void findings.push({ state, what, text })
  found('ok', 'version', `RootTrading ${programVersion}, Node ${process.version}`)
  if (Number(process.versions.node.split('.')[0]) < 24) found('wrong', 'node', 'Node 24 is needed. Start by npm run, which brings its own.')
  found(
    existsSync('.env') ? 'ok' : 'note',
    'settings',
    existsSync('.env') ? 'read from .env and the environment' : 'there is no .env: defaults are used (cp .env.example .env)',
  )
  if (config.TRADING_MODE === 'live')
    found('wrong', 'mode', 'live is not there yet: it comes with the Binance adapter. Set TRADING_MODE=demo.')
  else found('ok', 'mode', 'demo: paper trading on replayed candles, no key is used')
  const { symbols, missing } = demoSymbols(config, bundledSymbols())
  if (missing.length > 0) found('note', 'symbols', `no bundled candles of ${missing.join(', ')}`)
  found('ok', 'symbols', symbols.join(', '))
  await strategiesOf(config, env, symbols, found)
  await databaseOf(config, found)
  await redisOf(config, found)
  const keys = config.BINANCE_API_KEY !== undefined || config.BINANCE_SECRET_KEY !== undefined
  if (binance !== null) await binanceOf(binance, symbols, () => performance.now(), found)
  else found('note', 'binance', keys ? 'keys are set, but not used yet' : 'no keys, and none needed for the demo')
  for (const { state, what, text } of findings) out(`${marks[state]}  ${what.padEnd(10)}  ${text}`)
  return findings.some(({ state }) => state === 'wrong') ? 1 : 0
}

async function strategiesOf(
  config: Config,
  env: Readonly<Record<string, string | undefined>>,
  symbols: readonly string[],
  found: Found,
): Promise<void> {
  try {
    const strategies = await loadStrategies(new URL('../../strategies/', import.meta.url))
    const owners = ownersOf({ config, env, strategies, symbols, saved: new Map(), base: '4h' })
    found('ok', 'strategies', owners.map(({ row }) => `${row.name}@${row.timeframe}`).join(', '))
  } catch (error) {
    found('wrong', 'strategies', error instanceof Error ? error.message : String(error))
  }
}

async function databaseOf(config: Config, found: Found): Promise<void> {
  try {
    const storage = await openStorage(config)
    const { rows } = await storage.database.pool.query<{ version: string }>(`select current_setting('server_version') as version`)
    found('ok', 'database', `${storage.where}, version ${rows[0]!.version}`)
    await storage.close()
  } catch (error) {
    if (!(error instanceof Error)) throw error
    // a service that runs holds the embedded database: that is no fault of it
    const held = !isOwn(config) && !(error instanceof Fault)
    found(held ? 'note' : 'wrong', 'database', error.message.replaceAll('\n', ' '))
  }
  found('ok', 'data', resolve(config.DATA_DIR))
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
