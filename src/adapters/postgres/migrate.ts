/** Brings the tables to what this code knows, by the files in migrations/: a file's name is its migration's name. */
import { readdir } from 'node:fs/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Kysely } from 'kysely'
import { type Migration, type MigrationResultSet, Migrator } from 'kysely/migration'
import { Fault } from '#domain/fault.ts'
import { faultOf } from './faults.ts'
import type { Tables } from './tables.ts'

const folder = fileURLToPath(new URL('../../../migrations/', import.meta.url))
const NAME = /^\d{4}-[a-z0-9-]+\.ts$/

/**
 * Applies what is missing; of several processes that start at once, one does it and the others wait. Throws a Fault `misconfigured` for a
 * database that is newer than the code.
 */
export async function migrateToLatest(db: Kysely<Tables>): Promise<void> {
  const migrations = await load()
  await refuseNewer(db, migrations)
  verify(await migratorOf(db, migrations).migrateToLatest())
}

/** Takes the newest migration back, with the data that only it has room for. */
export async function migrateDown(db: Kysely<Tables>): Promise<void> {
  const migrations = await load()
  await refuseNewer(db, migrations)
  verify(await migratorOf(db, migrations).migrateDown())
}

/** How far the tables of a database are. */
export interface MigrationState {
  /** The newest that was applied; null: it has no tables yet. */
  readonly at: string | null
  /** The newest that this version has. */
  readonly latest: string
}

/** Looks how far the tables of a database are, and changes nothing. Throws the same Fault as a start for one that is newer than the code. */
export async function migrationState(db: Kysely<Tables>): Promise<MigrationState> {
  const migrations = await load()
  await refuseNewer(db, migrations)
  return { at: (await appliedTo(db)).at(-1) ?? null, latest: Object.keys(migrations).at(-1)! }
}

const migratorOf = (db: Kysely<Tables>, migrations: Record<string, Migration>): Migrator =>
  new Migrator({ db, provider: { getMigrations: async () => migrations } })

async function load(): Promise<Record<string, Migration>> {
  const migrations: Record<string, Migration> = {}
  for (const file of (await readdir(folder)).sort()) {
    if (!NAME.test(file))
      throw new Fault(
        'misconfigured',
        `migrations/${file} is not named as a migration: 0002-what-it-does.ts. Rename it, or move it elsewhere.`,
      )
    const { up, down } = (await import(pathToFileURL(folder + file).href)) as Partial<Migration>
    if (up === undefined || down === undefined)
      throw new Fault(
        'misconfigured',
        `migrations/${file} does not export both up and down: it must go forward and back. Add what is missing.`,
      )
    migrations[file.slice(0, -'.ts'.length)] = { up, down }
  }
  return migrations
}

async function refuseNewer(db: Kysely<Tables>, migrations: Record<string, Migration>): Promise<void> {
  const unknown = (await appliedTo(db)).filter(name => !Object.hasOwn(migrations, name)).map(name => `"${name}"`)
  if (unknown.length === 0) return
  throw new Fault(
    'misconfigured',
    `The database has the migration ${unknown.join(', ')}, which this version does not know: the database is newer than the code. ` +
      'Update RootTrading, or name another database (DATABASE_URL).',
  )
}

// The names of what was applied, in order.
async function appliedTo(db: Kysely<Tables>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  if (!tables.some(({ name }) => name === 'kysely_migration')) return []
  const applied = await db
    .withTables<{ kysely_migration: { name: string } }>()
    .selectFrom('kysely_migration')
    .select('name')
    .orderBy('name')
    .execute()
  return applied.map(({ name }) => name)
}

function verify({ error, results }: MigrationResultSet): void {
  if (error === undefined) return
  const failed = results?.find(({ status }) => status === 'Error')
  throw faultOf(error, failed === undefined ? 'migrating' : `applying the migration "${failed.migrationName}"`)
}
