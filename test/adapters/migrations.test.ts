import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Amount, money, price, quantity } from '#domain/money.ts'
import type { Time } from '#domain/time.ts'
import { connect, type Database } from '../../src/adapters/postgres/connect.ts'
import { type EmbeddedServer, startEmbedded } from '../../src/adapters/postgres/embedded.ts'
import { migrateDown, migrateToLatest } from '../../src/adapters/postgres/migrate.ts'
import { openPostgresStore } from '../../src/adapters/postgres/store.ts'
import { fillOf, round } from '../cases/store.case.ts'

const migrations = readdirSync(new URL('../../migrations/', import.meta.url))
  .sort()
  .map(file => basename(file, '.ts'))

let root: string
let server: EmbeddedServer
let admin: Database
let databases = 0

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'migrations-'))
  chmodSync(root, 0o711)
  server = await startEmbedded({ dataDir: join(root, 'data') })
  admin = await connect({ url: server.url })
})
afterAll(async () => {
  await admin?.close()
  await server?.stop()
  rmSync(root, { recursive: true, force: true, maxRetries: 10 })
})

/** Runs a test on an empty database, as two processes see it. */
async function withDatabase(use: (first: Database, second: Database) => Promise<void>): Promise<void> {
  const name = `empty_${++databases}`
  await admin.pool.query(`create database ${name}`)
  const url = new URL(server.url)
  url.pathname = name
  const [first, second] = [await connect({ url: url.href }), await connect({ url: url.href })]
  try {
    await use(first, second)
  } finally {
    await first.close()
    await second.close()
  }
}

/** Everything of ours: tables, their columns, indexes, functions. */
async function schemaOf({ pool }: Database): Promise<unknown[]> {
  const parts = [
    `select table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '')
      from information_schema.columns where table_schema = 'public' and table_name not like 'kysely%'`,
    `select indexdef from pg_indexes where schemaname = 'public' and tablename not like 'kysely%'`,
    `select proname::text from pg_proc where pronamespace = 'public'::regnamespace`,
    `select tgname::text from pg_trigger where not tgisinternal`,
  ]
  const answers = await Promise.all(parts.map(part => pool.query({ text: `${part} order by 1`, rowMode: 'array' })))
  return answers.flatMap(({ rows }) => rows as unknown[][]).flat()
}

describe('migrations', () => {
  test('up, down, up again: nothing is left in between, and the same comes back', () =>
    withDatabase(async database => {
      await migrateToLatest(database.db)
      const schema = await schemaOf(database)
      expect(schema).toContain('trades quote_quantity numeric NO ')
      await migrateToLatest(database.db)
      const store = openPostgresStore({ database, account: 'demo', demo: true })
      await store.open()
      await store.commit(round({ fills: [fillOf(1)] }))
      await store.close()
      for (const _ of migrations) await migrateDown(database.db)
      expect(await schemaOf(database)).toEqual([])
      await migrateToLatest(database.db)
      expect(await schemaOf(database)).toEqual(schema)
    }))

  test('the log of rounds is not taken away while a round is in it that is in no table', () =>
    withDatabase(async ({ db, pool }) => {
      await migrateToLatest(db)
      const downToIt = async (): Promise<void> => {
        for (const _ of migrations.slice(migrations.indexOf('0003-rounds'))) await migrateDown(db)
      }
      await pool.query("insert into rounds values ('live', '{}')")
      await expect(downToIt()).rejects.toThrow('a round is not in the tables yet')
      await pool.query('delete from rounds')
      await downToIt()
    }))

  test('the book of what was taken out is not taken away while there is something in it', () =>
    withDatabase(async database => {
      await migrateToLatest(database.db)
      const store = openPostgresStore({ database, account: 'live', demo: false })
      await store.open()
      await store.commit(round({ taken: [{ of: 'cash', asset: 'USDC', amount: quantity('1'), time: 1 as Time }] }))
      await store.close()
      const downToIt = async (): Promise<void> => {
        for (const _ of migrations.slice(migrations.indexOf('0004-outside'))) await migrateDown(database.db)
      }
      await expect(downToIt()).rejects.toThrow('the ledger says what was taken out of the account')
      expect((await database.pool.query("select from ledger where book = 'outside'")).rowCount).toBe(1)
    }))

  test('two processes that start at once: both go on', () =>
    withDatabase(async (first, second) => {
      await Promise.all([migrateToLatest(first.db), migrateToLatest(second.db)])
      const { rows } = await first.pool.query('select name from kysely_migration')
      expect(rows).toEqual(migrations.map(name => ({ name })))
    }))

  test('a database that is newer than the code is refused, by name and with the mend', () =>
    withDatabase(async ({ db, pool }) => {
      await migrateToLatest(db)
      await pool.query(`insert into kysely_migration values ('0099-of-tomorrow', '2030-01-01')`)
      for (const migrate of [migrateToLatest, migrateDown]) {
        const fault = await migrate(db).catch((error: unknown) => error)
        expect(fault).toMatchObject({ kind: 'misconfigured', message: expect.stringContaining('"0099-of-tomorrow"') })
        expect(fault).toMatchObject({ message: expect.stringContaining('Update RootTrading') })
      }
    }))

  test('a store on a database without tables says that they are missing', () =>
    withDatabase(async database => {
      const store = openPostgresStore({ database, account: 'demo', demo: true })
      await expect(store.open()).rejects.toMatchObject({ kind: 'misconfigured', message: expect.stringContaining('migrations') })
      await store.close()
    }))
})

describe('what is written is the record', () => {
  const bnb = { fee: money('0.00001') as bigint as Amount<string>, feeAsset: 'BNB' }
  const later = { time: 1_672_905_660_000 as Time, side: 'SELL' as const }
  const fills = [
    fillOf(1, { quantity: quantity('0.5'), price: price('20000'), quote: money('10000') }),
    fillOf(2, { ...later, quantity: quantity('0.4'), price: price('21000'), quote: money('8400') }),
    fillOf(
      3,
      { ...later, ...bnb, symbol: 'ETHUSDC', quantity: quantity('1'), price: price('1500'), quote: money('1500') },
      { base: 'ETH', owner: 'rsi' },
    ),
    fillOf(
      4,
      { feeAsset: 'BTC', fee: money('0.0001') as bigint as Amount<string>, quantity: quantity('0.1'), quote: money('2000') },
      { owner: 'manual' },
    ),
  ]

  test("the seed document's two queries run as they stand", () =>
    withDatabase(async database => {
      await migrateToLatest(database.db)
      const store = openPostgresStore({ database, account: 'demo', demo: true })
      await store.open()
      await store.commit(round({ fills }))
      const bySymbol = await database.pool.query(`-- Résumé des trades par symbole
SELECT symbol, 
       COUNT(*) as trade_count,
       SUM(CASE WHEN side = 'BUY' THEN quote_quantity ELSE 0 END) as buy_volume,
       SUM(CASE WHEN side = 'SELL' THEN quote_quantity ELSE 0 END) as sell_volume,
       SUM(CASE WHEN side = 'SELL' THEN quote_quantity ELSE -quote_quantity END) as net_pnl
FROM trades
GROUP BY symbol
ORDER BY net_pnl DESC;`)
      expect(bySymbol.rows).toEqual([
        { symbol: 'ETHUSDC', trade_count: 1, buy_volume: '0', sell_volume: '1500.00000000', net_pnl: '1500.00000000' },
        { symbol: 'BTCUSDC', trade_count: 3, buy_volume: '12000.00000000', sell_volume: '8400.00000000', net_pnl: '-3600.00000000' },
      ])
      const byStrategy = await database.pool.query(`-- Performance par stratégie (si la stratégie est enregistrée)
SELECT t.strategy,
       COUNT(*) as trade_count,
       SUM(CASE WHEN side = 'SELL' THEN quote_quantity ELSE -quote_quantity END) as net_pnl
FROM trades t
GROUP BY t.strategy
ORDER BY net_pnl DESC;`)
      expect(byStrategy.rows).toEqual([
        { strategy: 'rsi', trade_count: 1, net_pnl: '1500.00000000' },
        { strategy: 'ema-cross', trade_count: 2, net_pnl: '-1600.00000000' },
        { strategy: 'manual', trade_count: 1, net_pnl: '-2000.00000000' },
      ])
      await store.close()
    }))

  test('the ledger sums to zero per entry and asset, and says what was paid in fees and lost as dust', () =>
    withDatabase(async database => {
      await migrateToLatest(database.db)
      const store = openPostgresStore({ database, account: 'demo', demo: true })
      await store.open()
      const rest = {
        owner: 'ema-cross',
        symbol: 'BTCUSDC',
        asset: 'BTC',
        quantity: quantity('0.00000009'),
        time: 1_672_905_600_007 as Time,
      }
      await store.commit(round({ fills, dust: [rest, { ...rest, owner: 'manual' }] }))
      const taken = { of: 'rsi ETHUSDC', asset: 'ETH', amount: quantity('0.5'), time: rest.time }
      // two of one thing at one instant are two entries
      await store.commit(round({ taken: [taken, taken, { ...taken, of: 'cash', asset: 'USDC' }] }))
      const { pool } = database
      const uneven = await pool.query('select entry, asset from ledger group by account, entry, asset having sum(amount) <> 0')
      expect(uneven.rows).toEqual([])
      const books = await pool.query(
        `select book, asset, sum(amount) from ledger where book in ('fees', 'dust', 'outside') group by book, asset order by 1, 2`,
      )
      expect(books.rows).toEqual([
        { book: 'dust', asset: 'BTC', sum: '0.00000018' },
        { book: 'fees', asset: 'BNB', sum: '0.00001000' },
        { book: 'fees', asset: 'BTC', sum: '0.00010000' },
        { book: 'fees', asset: 'USDC', sum: '0.00571216' },
        { book: 'outside', asset: 'ETH', sum: '1.00000000' },
        { book: 'outside', asset: 'USDC', sum: '0.50000000' },
      ])
      expect((await pool.query('select count(distinct entry) as entries from ledger')).rows).toEqual([{ entries: 9 }])
      await store.close()
    }))

  test('trades and ledger are never changed or deleted, and an entry that does not sum to zero is refused', () =>
    withDatabase(async database => {
      await migrateToLatest(database.db)
      const store = openPostgresStore({ database, account: 'demo', demo: true })
      await store.open()
      await store.commit(round({ fills: [fillOf(1)] }))
      await store.close()
      for (const table of ['trades', 'ledger'])
        for (const change of [`update ${table} set account = 'x'`, `delete from ${table}`, `truncate ${table}`])
          await expect(database.pool.query(change)).rejects.toThrow('never changed or deleted')
      const uneven = `insert into ledger values ('demo', 'x', 'BTC', 'wallet', 1, now()), ('demo', 'x', 'BTC', 'market', -1.00000001, now())`
      await expect(database.pool.query(uneven)).rejects.toThrow('the ledger entry x BTC does not sum to zero')
    }))
})
