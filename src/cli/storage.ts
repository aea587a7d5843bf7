/** The database of the settings: one's own, or the embedded one. */
import { existsSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { connect, type Database } from '#adapters/postgres/connect.ts'
import { startEmbedded } from '#adapters/postgres/embedded.ts'
import { migrateToLatest } from '#adapters/postgres/migrate.ts'
import { Fault } from '#domain/fault.ts'
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

const folderOf = ({ DATA_DIR }: Config): string => join(resolve(DATA_DIR), 'postgres')

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

/** Throws the embedded database of the settings away. Refuses one's own: that is for its owner to drop. */
export function resetStorage(config: Config): void {
  if (isOwn(config))
    throw new Fault(
      'misconfigured',
      '--reset: it throws the embedded database away, but the settings name one of your own. Drop that one yourself.',
    )
  rmSync(folderOf(config), { recursive: true, force: true })
}
