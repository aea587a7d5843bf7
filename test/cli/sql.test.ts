/** `sql`: reads, and does nothing but read. */
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EmbeddedServer, startEmbedded } from '#adapters/postgres/embedded.ts'
import { Fault } from '#domain/fault.ts'
import { sqlMain } from '../../src/cli/sql.ts'
import { readConfig } from '../../src/config.ts'
import { type Ended, through } from '../support/doors.ts'

let folder: string
let server: EmbeddedServer
let client: Client

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'roottrading-sql-'))
  chmodSync(folder, 0o777)
  server = await startEmbedded({ dataDir: join(folder, 'made', 'postgres') })
  client = new Client({ connectionString: server.url })
  await client.connect()
  await client.query(`create table kept (id int, name text); insert into kept values (1, 'one'), (2, null)`)
})
afterAll(async () => {
  await client.end()
  await server.stop()
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
})

// In this process: as a process of its own each would take half a second.
async function asked(...args: string[]): Promise<{ readonly out: string[]; readonly error: unknown }> {
  const out: string[] = []
  const running = sqlMain(args, readConfig({ DATABASE_URL: server.url }), line => void out.push(line))
  return { out, error: await running.then(() => null).catch(error => error as unknown) }
}
const sql = (...args: string[]): Promise<Ended> => through('cli', ['sql', ...args], folder, { DATABASE_URL: server.url })
const everything = async (): Promise<unknown[]> => {
  const { rows } = await client.query(`
    select relname::text as thing, null::int as id from pg_class where relnamespace = 'public'::regnamespace
    union all select name, id from kept order by 1, 2`)
  return rows
}

test.each([
  ['select id, name from kept order by id', ['{"id":1,"name":"one"}', '{"id":2,"name":null}']],
  ['select count(*) from kept; -- all of them', ['{"count":2}']],
  ['with all_of as (select * from kept) select max(id) as most from all_of;', ['{"most":2}']],
  ['select 1 as one where false', []],
])('%s', async (query, lines) => {
  expect(await asked(query)).toEqual({ out: lines, error: null })
})

test('--help tells how it is used', async () => {
  expect(await asked('--help')).toEqual({
    out: ['npm run sql -- [--data-dir DIR] "SELECT …"   reads the database; rows as JSON lines'],
    error: null,
  })
})

test('rows are lines on standard output', async () => {
  expect(await sql('select id from kept order by id')).toEqual({ code: 0, out: '{"id":1}\n{"id":2}\n', err: '' })
})

describe('writes are refused', () => {
  test.each([
    ['insert', `insert into kept values (3, 'three')`],
    ['update', `update kept set id = 9`],
    ['delete inside a select', 'with gone as (delete from kept returning *) select * from gone'],
    ['a new table', 'create table more (id int)'],
    ['select into', 'select * into more from kept'],
    ['two statements', `select 1; insert into kept values (3, 'three')`],
    ['leaving the transaction', `commit; insert into kept values (3, 'three')`],
    ['leaving it after a select', `select 1; commit; insert into kept values (3, 'three')`],
    ['making it writable', `set transaction read write; insert into kept values (3, 'three'); commit`],
    ['a block of code', `do $$ begin insert into kept values (3, 'three'); end $$`],
    ['a setting', `set session characteristics as transaction read write`],
    ['a function that runs a text', `select query_to_xml('insert into kept values (3) returning id', true, true, '')`],
    ['a program', `copy (select 1) to program 'touch PLACE'`],
    ['a file', `copy (select 1) to 'PLACE'`],
  ])('%s', async (name, query) => {
    const place = join(folder, name.replaceAll(' ', '-'))
    const before = await everything()
    const { out, error } = await asked(query.replace('PLACE', place))
    expect(error).toBeInstanceOf(Fault)
    expect((error as Fault).message).toMatch(/^sql: .+\. Only reading is possible here, by one SELECT\.$/)
    expect([out, existsSync(place), await everything()]).toEqual([[], false, before])
    expect(before).toHaveLength(3)
  })

  test('and end the program with 2, in one line', async () => {
    const { code, out, err } = await sql(`commit; insert into kept values (3, 'three')`)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(/^sql: .+ Only reading is possible here, by one SELECT\.\n$/)
  })
})

test.each([
  ['no query', [], /^sql: one query is needed, in quotes\. Usage: npm run sql /],
  ['two queries', ['select 1', 'select 2'], /^sql: one query is needed/],
  ['an unknown option', ['--wat', 'select 1'], /--wat.*Usage: npm run sql/s],
  ['a table that is not there', ['select * from nowhere'], /^sql: relation "nowhere" does not exist\. /],
])('%s is told', async (_, args, says) => {
  const { out, error } = await asked(...args)
  expect([out, error]).toEqual([[], expect.any(Fault)])
  expect((error as Fault).message).toMatch(says)
})

test('where nothing was ever run it says so, and makes nothing', async () => {
  const { code, err } = await through('cli', ['sql', '--data-dir', join(folder, 'nothing'), 'select 1'], folder)
  expect(code).toBe(2)
  expect(err).toContain('there is no database in')
  expect(err).toContain('Run the demo first: npm run demo')
  expect(existsSync(join(folder, 'nothing'))).toBe(false)
})
