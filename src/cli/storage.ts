/** The database of the settings: one's own, or the embedded one. */
import { existsSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { connect, type Database } from '#adapters/postgres/connect.ts'
import { startEmbedded } from '#adapters/postgres/embedded.ts'
import { migrateToLatest } from '#adapters/postgres/migrate.ts'
import { Fault } from '#domain/fault.ts'
import { DEMO_ACCOUNT } from '../compose/replay-venue.ts'
import type { Config } from '../config.ts'

/** An open database. */
export interface Storage {
  readonly database: Database
  /** Where it is, for people: no password. */
  readonly where: string
  close(): Promise<void>
}

/** True when the settings name a PostgreSQL of the user's own. */
export const isOwn = ({ DATABASE_URL, PGHOST }: Config): boolean => DATABASE_URL !== undefined || PGHOST !== undefined

/** The folder of the embedded database. */
export const folderOf = ({ DATA_DIR }: Config): string => join(resolve(DATA_DIR), 'postgres')

/** True for a line in which the embedded database says that it ends, though nobody asked it to. */
export const isLastWord = (line: string): boolean => / PANIC: |ended unasked/.test(line)

/** The settings with the folder that --data-dir names; undefined: as they are. Throws a Fault where it names none. */
export function withDataDir(config: Config, folder: string | undefined): Config {
  if (folder === undefined) return config
  if (folder.trim() === '') throw new Fault('misconfigured', '--data-dir: a folder is needed, such as --data-dir .roottrading.')
  return { ...config, DATA_DIR: folder }
}

/** Opens the database without changing it. Throws a Fault when it cannot. */
export async function openDatabase(config: Config, onLine: (line: string) => void = () => {}): Promise<Storage> {
  if (isOwn(config)) {
    const { DATABASE_URL: url, PGHOST: host, PGPORT: port, PGUSER: user, PGPASSWORD: password, PGDATABASE: database } = config
    const opened = await connect({ url, host, port, user, password, database })
    const where = url === undefined ? `${host}:${port}/${database}` : `${new URL(url).host}${new URL(url).pathname}`
    return { database: opened, where: `your PostgreSQL at ${where}`, close: () => opened.close() }
  }
  const server = await startEmbedded({ dataDir: folderOf(config), onLine })
  try {
    const opened = await connect({ url: server.url })
    return {
      database: opened,
      where: `the embedded PostgreSQL in ${folderOf(config)}`,
      async close() {
        await opened.close()
        await server.stop()
      },
    }
  } catch (error) {
    await server.stop()
    throw error
  }
}

/** Opens the database and brings its tables to this version. */
export async function openStorage(config: Config, onLine?: (line: string) => void): Promise<Storage> {
  const storage = await openDatabase(config, onLine)
  try {
    await migrateToLatest(storage.database.db)
    return storage
  } catch (error) {
    await storage.close()
    throw error
  }
}

/** Whether there is anything to read yet. */
export const hasDatabase = (config: Config): boolean => isOwn(config) || existsSync(folderOf(config))

// PostgreSQL's undefined_table
const NO_TABLE = '42P01'
const isOfDemo = (account: string): boolean => account === DEMO_ACCOUNT || account.startsWith('simulator:')

/**
 * Throws the embedded database of the settings away. Refuses one's own, which is for its owner to drop, one that a process uses, and one with
 * other accounts than those of demos: what a service has traded, and what of it may still rest on an exchange, is known nowhere else.
 */
export async function resetStorage(config: Config): Promise<void> {
  if (isOwn(config))
    throw new Fault(
      'misconfigured',
      '--reset: it throws the embedded database away, but the settings name one of your own. Drop that one yourself.',
    )
  if (!hasDatabase(config)) return
  // opened first, so that nobody else has it
  const storage = await openDatabase(config)
  let others: string[]
  try {
    others = (await accountsOf(storage)).filter(account => !isOfDemo(account))
  } finally {
    await storage.close()
  }
  if (others.length > 0)
    throw new Fault(
      'misconfigured',
      `--reset: the database in ${folderOf(config)} also keeps the account ${others.join(', ')}, which is of no demo: nothing was thrown away. Name another folder by --data-dir, or move this one aside yourself.`,
    )
  rmSync(folderOf(config), { recursive: true, force: true })
}

async function accountsOf({ database }: Storage): Promise<string[]> {
  try {
    const { rows } = await database.pool.query<{ account: string }>('select account from accounts order by account')
    return rows.map(({ account }) => account)
  } catch (error) {
    // its tables were never made
    if ((error as { code?: string }).code === NO_TABLE) return []
    throw error
  }
}
