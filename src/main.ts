/** The door of the service: `npm start`. It runs by the settings until it is told to stop. */
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { LeftAlone } from '#adapters/binance/faults.ts'
import { makeFolder } from '#adapters/files/make-folder.ts'
import { type Log, logThrown, logTold, openLog } from '#adapters/pino/log.ts'
import { EmbeddedServerError } from '#adapters/postgres/embedded-error.ts'
import { Fault } from '#domain/fault.ts'
import { endWithItsReader } from './cli/closed-output.ts'
import { unreadSettings } from './cli/env-file.ts'
import { aliveFile, PULSE_MS } from './cli/health.ts'
import { openSession, type Session } from './cli/session.ts'
import { isLastWord } from './cli/storage.ts'
import { programVersion } from './compose.ts'
import { type Config, ConfigError, readConfig, secretsOf } from './config.ts'

// Candles a second of a replay that stands in for the market until there is one.
const REPLAY_SPEED = 20

async function serve(config: Config): Promise<void> {
  const log = openLog(config.LOG_LEVEL, secretsOf(config))
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      log.info({ signal }, 'stopping')
      stopping.abort()
    })
  for (const text of await unreadSettings('.env', new URL('../strategies/', import.meta.url))) log.warn({}, `.env: ${text}`)
  try {
    await run(await started(config, log, stopping.signal), { config, log, stopping: stopping.signal })
  } catch (error) {
    // a start that waited for Binance
    if (!(error instanceof LeftAlone) || !stopping.signal.aborted) throw error
  }
  log.info({}, 'stopped')
}

async function started(config: Config, log: Log, signal: AbortSignal): Promise<Session> {
  const session = await openSession({
    config,
    env: process.env,
    signal,
    venue: { purpose: 'service', exchange: 'paper', speed: REPLAY_SPEED },
    tell: told => logTold(log, told),
    threw: thrown => logThrown(log, thrown),
    report: error => log.error({ error: error instanceof Error ? error.stack : String(error) }, 'a command failed'),
    note: (level, text) => log[level]({}, text),
    onLine: line => (isLastWord(line) ? log.error({ line }, 'the database') : log.debug({ line }, 'database')),
  })
  const { missing } = session.venue
  if (missing.length > 0) log.warn({ symbols: missing }, 'these symbols are not there: they are left out')
  log.info(
    {
      version: programVersion,
      venue: session.venue.about,
      symbols: session.service.symbols,
      database: session.storage.where,
      resumed: session.service.resumed,
    },
    'started',
  )
  return session
}

interface RunSetup {
  readonly config: Config
  readonly log: Log
  /** Aborted when the service is to end; it may be already. */
  readonly stopping: AbortSignal
}

async function run(session: Session, { config, log, stopping }: RunSetup): Promise<void> {
  const { service } = session
  const pulse = beat(config, log)
  try {
    const stopped = stopping.aborted ? Promise.resolve() : once(stopping, 'abort')
    void stopped.then(() => service.stop())
    const ended = service.run().then(() => 'ended' as const)
    if ((await Promise.race([ended, stopped])) === 'ended' && !stopping.aborted)
      log.info({}, 'the candles have ended: waiting to be stopped')
    await stopped
    await service.finished()
  } finally {
    clearInterval(pulse)
    await session.close()
  }
}

// A sign of life that cannot be written, as on a full disk, ends nothing that trades.
function beat(config: Config, log: Log): NodeJS.Timeout {
  const file = aliveFile(config)
  let failed = false
  const write = (): void => {
    try {
      makeFolder(dirname(file))
      writeFileSync(file, `${process.pid}\n`)
      failed = false
    } catch (error) {
      if (!failed) log.warn({ error: String(error) }, 'the sign of life for the health check cannot be written')
      failed = true
    }
  }
  write()
  return setInterval(write, PULSE_MS)
}

endWithItsReader()
try {
  if (existsSync('.env')) process.loadEnvFile('.env')
  const config = readConfig(process.env)
  await serve(config)
} catch (error) {
  if (!(error instanceof Fault || error instanceof ConfigError || error instanceof EmbeddedServerError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 2
}
