/** The way to a PostgreSQL: a pool for reads, single connections for those who hold an account, and a clear word when there is none. */
import { hostname } from 'node:os'
import { Kysely, PostgresDialect } from 'kysely'
import { Client, type ClientConfig, Pool, TypeOverrides } from 'pg'
import { Fault } from '#domain/fault.ts'
import { faultOf } from './faults.ts'
import type { Tables } from './tables.ts'

/** Where the server is: a URL, or what the PG* names say. The password goes to the server and nowhere else. */
export interface ConnectOptions {
  readonly url?: string | undefined
  readonly host?: string | undefined
  readonly port?: number | undefined
  readonly user?: string | undefined
  readonly password?: string | undefined
  readonly database?: string | undefined
  /** Hears of idle connections that broke: the next query makes a new one. */
  readonly onLost?: (error: Error) => void
}

/** A PostgreSQL that answered. */
export interface Database {
  readonly db: Kysely<Tables>
  readonly pool: Pool
  /** A connection of one's own, outside the pool. */
  newClient(): Promise<Client>
  close(): Promise<void>
}

const INT8 = 20
const WAIT_MS = 10_000
const POOL_SIZE = 8

// Ids and counts: numbers, as long as a number holds them exactly.
function int8(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} does not fit a number exactly: cast it to text or numeric in the query`)
  return value
}

/**
 * Connects and asks once. Throws a Fault that says what to mend: `misconfigured` when the server cannot be reached or does not know us, `retry`
 * when it is just starting or full.
 *
 * @example
 * const database = await connect({ url: process.env.DATABASE_URL })
 * await migrateToLatest(database.db)
 */
export async function connect({ url, host, port, user, password, database, onLost = () => {} }: ConnectOptions): Promise<Database> {
  const types = new TypeOverrides()
  types.setTypeParser(INT8, int8)
  const given = url === undefined ? { host, port, user, password, database } : { connectionString: url }
  const config: ClientConfig = {
    ...(given as ClientConfig),
    types,
    keepAlive: true,
    keepAliveInitialDelayMillis: WAIT_MS,
    connectionTimeoutMillis: WAIT_MS,
    // so that whoever is refused an account can be told who has it
    application_name: `roottrading, process ${process.pid} on ${hostname()}`.slice(0, 63),
  }
  if (url !== undefined && !/^postgres(?:ql)?:/.test(url)) throw noUrl()
  const place = placeOf(config)
  const pool = new Pool({ ...config, max: POOL_SIZE })
  pool.on('error', onLost)
  try {
    await pool.query('select 1')
  } catch (error) {
    await pool.end()
    throw unreachable(error, place)
  }
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  return {
    db,
    pool,
    async newClient() {
      const client = new Client(config)
      // without a listener, a connection that breaks while idle ends the process; the next query says so too
      client.on('error', onLost)
      await client.connect().catch(error => Promise.reject(unreachable(error, place)))
      return client
    },
    close: () => db.destroy(),
  }
}

// For messages: what of the address is no secret. The parser's own error would show the whole URL, so it goes no further.
function placeOf(config: ClientConfig): string {
  try {
    const { host, port, database, user } = new Client(config)
    return `the database "${database}" on ${host}${host.startsWith('/') ? '' : `:${port}`} as ${user === undefined ? 'nobody' : `"${user}"`}`
  } catch {
    throw noUrl()
  }
}

const noUrl = (): Fault =>
  new Fault(
    'misconfigured',
    'DATABASE_URL is not a URL of PostgreSQL. Write postgres://user:password@host:5432/database, with signs such as @ and / in the password percent-encoded.',
  )

function unreachable(error: unknown, place: string): Fault {
  const code = (error as { code?: string }).code
  const answered = code !== undefined && /^[0-9A-Z]{5}$/.test(code)
  if (answered) return faultOf(error, `opening ${place}`)
  const why = code ?? (error instanceof Error ? error.message : String(error))
  const mend = 'Start the server, or mend DATABASE_URL (PGHOST, PGPORT). Without these settings the embedded PostgreSQL is used'
  return new Fault('misconfigured', `PostgreSQL cannot be reached: ${place} (${why}). ${mend}.`, { cause: error })
}
