/** What the doctor finds at the database: it looks, and leaves everything as it is. */
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrateDown } from '#adapters/postgres/migrate.ts'
import { doctorMain } from '../../src/cli/doctor.ts'
import { openDatabase, openStorage } from '../../src/cli/storage.ts'
import { readConfig } from '../../src/config.ts'
import { processesOf } from '../support/doors.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'roottrading-doctor-'))
  chmodSync(folder, 0o711)
})
afterAll(() => {
  for (const pid of processesOf(folder)) process.kill(pid, 'SIGKILL')
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
})

const settings = (name: string): Record<string, string> => ({ DATA_DIR: join(folder, name), SYMBOLS: 'ADAEUR', STRATEGIES: 'rsi' })

/** What the doctor says of the database. */
async function lookAt(name: string): Promise<string> {
  const lines: string[] = []
  await doctorMain(readConfig(settings(name)), settings(name), line => void lines.push(line.replaceAll(/\s+/g, ' ')))
  return lines.find(line => /^\w+ database /.test(line)) ?? 'nothing'
}

/** What is in a database: its tables, and the migrations that were applied. */
async function stateOf(name: string): Promise<unknown> {
  const { database, close } = await openDatabase(readConfig(settings(name)))
  const tables = await database.pool.query(`select tablename from pg_tables where schemaname = 'public' order by 1`)
  const applied = tables.rowCount === 0 ? null : await database.pool.query('select name from kysely_migration order by 1')
  await close()
  return [tables.rows, applied?.rows]
}

test('none yet: it is not made', async () => {
  const where = join(folder, 'none')
  expect(await lookAt('none')).toBe(
    `note database there is none yet: the first start makes the embedded PostgreSQL in ${join(where, 'postgres')}`,
  )
  expect(existsSync(where)).toBe(false)
})

test('one without tables gets none', async () => {
  await (await openDatabase(readConfig(settings('empty')))).close()
  expect(await lookAt('empty')).toMatch(
    /^note database the embedded PostgreSQL in .+, version \d+.*: it has no tables yet, the next start makes them$/,
  )
  expect(await stateOf('empty')).toEqual([[], undefined])
})

test('one of this version, an older one, a newer one: each is told, and left as it is', async () => {
  const config = readConfig(settings('kept'))
  await (await openStorage(config)).close()
  expect(await lookAt('kept')).toMatch(/^ok database the embedded PostgreSQL in .+, version \d+[^:]*, at migration 0004-outside$/)
  const older = await openDatabase(config)
  await migrateDown(older.database.db)
  await older.close()
  const before = await stateOf('kept')
  expect(await lookAt('kept')).toMatch(
    /^note database .+: the database is at migration 0003-rounds, this version has 0004-outside: the next start brings it up$/,
  )
  expect(await stateOf('kept')).toEqual(before)
  const newer = await openStorage(config)
  await newer.database.pool.query(`insert into kysely_migration (name, timestamp) values ('0099-later', '2099')`)
  await newer.close()
  expect(await lookAt('kept')).toMatch(
    /^WRONG database .*the migration "0099-later", which this version does not know: the database is newer than the code\. Update RootTrading/,
  )
})
