/**
 * The PostgreSQL that comes along when none is given: its programs are from npm, its data in a folder of ours, its life
 * is ours. One process of ours holds a folder; when that one is killed, the server lives on until the next start.
 */
import { Client } from 'pg'
import { findBinaries } from './binaries.ts'
import { ACCOUNT, ensureCluster } from './cluster.ts'
import { type DataFolder, openDataFolder } from './data-folder.ts'
import { EmbeddedServerError } from './embedded-error.ts'
import { stopLeftOver } from './postmaster.ts'
import { launch } from './server-process.ts'
import { requirePassage, serverUser } from './server-user.ts'

export interface EmbeddedServer {
  /** Holds the password: not for logs. */
  readonly url: string
  readonly port: number
  /** Cuts the clients, flushes, waits for the end, gives the folder free. May be called twice. */
  stop(): Promise<void>
}

export interface EmbeddedOptions {
  readonly dataDir: string
  readonly database?: string
  /** Hears what the server says. */
  readonly onLine?: (line: string) => void
}

/**
 * Starts the PostgreSQL of a data folder, making both when there are none; a server that a killed process left behind is
 * stopped first.
 *
 * @example
 * const server = await startEmbedded({ dataDir: '.roottrading/postgres' })
 * const pool = new Pool({ connectionString: server.url })
 */
export async function startEmbedded({ dataDir, database = 'trading', onLine = () => {} }: EmbeddedOptions): Promise<EmbeddedServer> {
  const folder = openDataFolder(dataDir)
  try {
    const reaching = requirePassage(folder.path, serverUser(folder.cluster), 'its data')
    const { binaries, user } = await findBinaries(reaching)
    await stopLeftOver(folder.cluster, port => isServerOf(folder, port))
    await ensureCluster(folder, binaries, user)
    const server = await launch(folder, binaries, user, onLine)
    try {
      await ensureDatabase(folder, server.port, database)
    } catch (error) {
      await server.stop()
      throw error
    }
    const url = `postgres://${ACCOUNT}:${folder.access.password}@127.0.0.1:${server.port}/${encodeURIComponent(database)}`
    return { url, port: server.port, stop: () => server.stop().finally(folder.release) }
  } catch (error) {
    folder.release()
    throw error
  }
}

/** Makes sure that a server could be started for a data folder that is not there yet, without making anything. Throws an EmbeddedServerError with what is in the way. */
export async function tryEmbedded(dataDir: string): Promise<void> {
  await findBinaries(serverUser(dataDir))
}

async function ensureDatabase(folder: DataFolder, port: number, database: string): Promise<void> {
  try {
    await asking(folder, port, async client => {
      const found = await client.query('select from pg_database where datname = $1', [database])
      if (found.rowCount === 0) await client.query(`create database ${client.escapeIdentifier(database)}`)
    })
  } catch (error) {
    if ((error as { code?: string }).code !== '28P01') throw error // invalid_password
    throw new EmbeddedServerError(
      `The password in ${folder.path}/access.json is not that of the database beside it.`,
      'the two belong together, in a backup too.',
      'put back both from the same backup',
      error,
    )
  }
}

/** Whether the server at that port is the one of this folder: it takes our password and has our files. */
async function isServerOf(folder: DataFolder, port: number): Promise<boolean> {
  try {
    return await asking(folder, port, async client => {
      const answer = await client.query<{ data_directory: string }>('show data_directory')
      return answer.rows[0]?.data_directory === folder.cluster
    })
  } catch {
    return false
  }
}

async function asking<T>(folder: DataFolder, port: number, ask: (client: Client) => Promise<T>): Promise<T> {
  const login = { user: ACCOUNT, password: folder.access.password, database: 'postgres' }
  const client = new Client({ ...login, host: '127.0.0.1', port, ssl: false, connectionTimeoutMillis: 10_000 })
  // A server that stops under an idle client would otherwise end our process.
  client.on('error', () => {})
  try {
    await client.connect()
    return await ask(client)
  } finally {
    await client.end().catch(() => undefined)
  }
}
