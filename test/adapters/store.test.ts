import { fork } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Fault } from '#domain/fault.ts'
import { money, price } from '#domain/money.ts'
import type { Time } from '#domain/time.ts'
import { dropHolders, newMemoryDisk, openMemoryStore } from '../../src/adapters/memory/store.ts'
import { connect, type Database } from '../../src/adapters/postgres/connect.ts'
import { type EmbeddedServer, startEmbedded } from '../../src/adapters/postgres/embedded.ts'
import { migrateToLatest } from '../../src/adapters/postgres/migrate.ts'
import { textOf } from '../../src/adapters/postgres/round-log.ts'
import { openPostgresStore } from '../../src/adapters/postgres/store.ts'
import { candle, fillOf, round, sendingRound, type StoreBed, storeCases } from '../cases/store.case.ts'
import { startSystemPostgres, type SystemServer, systemBinaries } from './fixtures/system-postgres.ts'

storeCases('memory', async () => {
  const disk = newMemoryDisk()
  return { store: account => openMemoryStore({ disk, account }), kill: async () => dropHolders(disk), end: async () => {} }
})

let root: string
let embedded: EmbeddedServer
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'store-'))
  chmodSync(root, 0o711)
  embedded = await startEmbedded({ dataDir: join(root, 'data') })
})
afterAll(async () => {
  await embedded?.stop()
  rmSync(root, { recursive: true, force: true, maxRetries: 10 })
})

/** Ends the connection that holds an account's lock: what the kernel does for a killed process. */
async function cut({ pool }: Database, account: string): Promise<void> {
  const holder = `select pid from pg_locks where locktype = 'advisory' and granted
    and ((classid::bigint << 32) | objid::bigint) = hashtextextended('roottrading ' || $1, 0)`
  const { rowCount } = await pool.query(`select pg_terminate_backend(pid, 5000) from (${holder}) as holder`, [account])
  expect(rowCount).toBe(1)
}

async function postgresBed(url: string, stop = async () => {}): Promise<StoreBed> {
  const database = await connect({ url })
  await migrateToLatest(database.db)
  return {
    store: account => openPostgresStore({ database, account, demo: true, patience: 20 }),
    kill: account => cut(database, account),
    end: () => database.close().finally(stop),
  }
}

storeCases('embedded PostgreSQL', () => postgresBed(embedded.url))

const binaries = systemBinaries()
if (binaries === null) {
  console.log("skipped: the store on a PostgreSQL of one's own, since none is installed. To run it: apt-get install postgresql")
} else {
  storeCases(`a PostgreSQL of one's own (${binaries})`, async () => {
    const server: SystemServer = await startSystemPostgres(binaries)
    return await postgresBed(server.url, () => server.stop())
  })
}

describe('PostgreSQL only', () => {
  let database: Database
  beforeAll(async () => {
    database = await connect({ url: embedded.url })
    await migrateToLatest(database.db)
  })
  afterAll(() => database?.close())

  test('an epoch that is not ours writes nothing, even with the connection alive', async () => {
    const store = openPostgresStore({ database, account: 'overtaken', demo: true })
    await store.open()
    await store.commit(round({ cash: [{ asset: 'USDC', amount: money('1') }] }))
    await database.pool.query("update accounts set epoch = epoch + 1 where account = 'overtaken'")
    const late = store.commit(round({ fills: [fillOf(1)], cash: [{ asset: 'USDC', amount: money('2') }] }))
    await expect(late).rejects.toMatchObject({ kind: 'misconfigured', message: expect.stringContaining('taken over') })
    expect(await store.trades({ limit: 1 })).toEqual([])
    expect((await store.open())?.cash).toEqual(new Map([['USDC', money('1')]]))
    await store.close()
  })

  test('who is refused an account is told who has it', async () => {
    const [first, second] = [1, 2].map(() => openPostgresStore({ database, account: 'wanted', demo: true, patience: 20 }))
    await first!.open()
    await expect(second!.open()).rejects.toThrow(`roottrading, process ${process.pid} on `)
    await first!.close()
  })

  test('who comes while the other is just ending waits for it', async () => {
    const [first, second] = [1, 2].map(() => openPostgresStore({ database, account: 'handed over', demo: true }))
    await first!.open()
    const opened = second!.open()
    await first!.close()
    expect(await opened).toBeNull()
    await second!.close()
  })

  test('a connection that broke is a fault to retry, and open makes a new one', async () => {
    const store = openPostgresStore({ database, account: 'cut', demo: true })
    await store.open()
    await cut(database, 'cut')
    await expect(store.commit(round({ feedState: 'x' }))).rejects.toMatchObject({ kind: 'retry' })
    expect(await store.open()).toBeNull()
    await store.commit(round({ feedState: 'x' }))
    expect((await store.open())?.feedState).toBe('x')
    await store.close()
  })

  test('a round of candles does not wait for the disk, one that goes out does', async () => {
    const store = openPostgresStore({ database, account: 'light', demo: true })
    await store.open()
    await database.pool.query(`create table seen (what text, setting text);
      create function see() returns trigger language plpgsql as $$ begin
        insert into seen values (tg_table_name, current_setting('synchronous_commit')); return null; end $$;
      create trigger see after insert on candles for each statement execute function see();
      create trigger see after insert on decisions for each statement execute function see();`)
    await store.commit(round({ candles: [candle('LIGHT', 0)] }))
    await store.commit(round({ candles: [candle('LIGHT', 1)], pending: [{ kind: 'place', orders: [1] }] }))
    const { rows } = await database.pool.query('select * from seen')
    expect(rows).toEqual([
      { what: 'candles', setting: 'off' },
      { what: 'candles', setting: 'on' },
    ])
    await database.pool.query('drop table seen; drop function see cascade')
    await store.close()
  })

  test('before it is acted upon a round waits for the disk, in the log; the tables need not wait, and the log is empty after', async () => {
    const store = openPostgresStore({ database, account: 'logged', demo: true })
    await store.open()
    await database.pool.query(`create table seen (what text, setting text);
      create function see() returns trigger language plpgsql as $$ begin
        insert into seen values (tg_table_name, current_setting('synchronous_commit')); return null; end $$;
      create trigger see after insert or delete on rounds for each statement execute function see();
      create trigger see after insert on orders for each statement execute function see();`)
    await store.commit(sendingRound(), () => {})
    const { rows } = await database.pool.query('select * from seen order by setting desc, what')
    expect(rows).toEqual([
      { what: 'rounds', setting: 'on' },
      { what: 'orders', setting: 'off' },
      { what: 'rounds', setting: 'off' },
    ])
    expect((await database.pool.query('select * from rounds')).rows).toEqual([])
    await database.pool.query('drop table seen; drop function see cascade')
    await store.close()
  })

  test('killed as it acts: the next process finds the round', async () => {
    const child = fork(new URL('fixtures/round-child.ts', import.meta.url), [embedded.url, 'killed'])
    const [, signal] = (await once(child, 'exit')) as [number | null, string | null]
    expect(signal).toBe('SIGKILL')
    const store = openPostgresStore({ database, account: 'killed', demo: true })
    expect(await store.open()).toMatchObject({ orders: sendingRound().orders, pending: sendingRound().pending })
    expect(await store.open()).toMatchObject({ orders: sendingRound().orders })
    await store.close()
  })

  test('cut off while it acts: what it acted upon is written by the next open, and it writes no other round before', async () => {
    const store = openPostgresStore({ database, account: 'cut while acting', demo: true })
    await store.open()
    let cutting: Promise<void> = Promise.resolve()
    const acted = store.commit(sendingRound(), () => {
      cutting = cut(database, 'cut while acting')
    })
    await expect(acted).rejects.toBeInstanceOf(Fault)
    await cutting
    await expect(store.commit(round({ feedState: 'x' }))).rejects.toMatchObject({ kind: 'retry' })
    expect((await store.journal()).orders).toEqual([])
    expect(await store.open()).toMatchObject({ orders: sendingRound().orders, feedState: sendingRound().feedState })
    await store.commit(round({ feedState: 'x' }))
    await store.close()
  })

  test('whoever takes the account while a round is being logged finds it, or it is not acted upon', async () => {
    const store = openPostgresStore({ database, account: 'race', demo: true })
    await store.open()
    await store.commit(round())
    const other = await database.newClient()
    await other.query("begin; update accounts set epoch = epoch + 1 where account = 'race'")
    let acts = 0
    const late = store.commit(sendingRound(), () => void acts++)
    const waits = `select from pg_stat_activity where wait_event_type = 'Lock' and query like 'insert into rounds%'`
    while ((await database.pool.query(waits)).rowCount === 0);
    await other.query('commit')
    await expect(late).rejects.toMatchObject({ kind: 'misconfigured', message: expect.stringContaining('taken over') })
    expect(acts).toBe(0)
    expect((await other.query('select from rounds')).rowCount).toBe(0)
    await other.end()
    await store.close()
  })

  test('a logged round that the tables refuse stops every start, with the reason', async () => {
    const store = openPostgresStore({ database, account: 'refused', demo: true })
    await store.open()
    const intents = [{ number: 1, owner: 'a', symbol: 'B', purpose: 'entry' as const, reason: '', time: 0 as Time }]
    await store.commit(round({ intents }))
    const text = JSON.stringify({ ...round({ intents }), realised: '#0', fees: '#0' })
    await database.pool.query("insert into rounds values ('refused', $1)", [text])
    const reason = { kind: 'refused', message: expect.stringMatching(/writing a logged round: .*intents_pkey/) }
    await expect(store.open()).rejects.toMatchObject(reason)
    await expect(store.open()).rejects.toMatchObject(reason)
    await database.pool.query("delete from rounds where account = 'refused'")
    await store.close()
  })

  test.each<[string, (text: string) => string, RegExp]>([
    [
      'by a newer version',
      text => text.replace('"form":2', '"form":3'),
      /written in form 3, .*this version of RootTrading reads form 2.*Start the version that wrote it once/,
    ],
    ['in no known way', text => text.replace('"form":2', '"form":"x"'), /written in form x, /],
    ['not to its end', text => text.slice(0, -9), /cannot be read/],
  ])('a round that was logged %s is not misread: it stops every start and says what to do', async (_, spoil, message) => {
    const store = openPostgresStore({ database, account: 'versions', demo: true })
    await store.open()
    await database.pool.query("insert into rounds values ('versions', $1)", [spoil(textOf(sendingRound()))])
    for (let start = 0; start < 2; start++)
      await expect(store.open()).rejects.toMatchObject({ kind: 'misconfigured', message: expect.stringMatching(message) })
    expect((await store.journal()).orders).toEqual([])
    await database.pool.query("delete from rounds where account = 'versions'")
    await store.close()
  })

  test.each([
    ['of the first form', '"form":1,'],
    ['before forms were told', ''],
  ])('a round that was logged %s is read: nothing could be written off then', async (_, form) => {
    const store = openPostgresStore({ database, account: 'formless', demo: true })
    await store.open()
    const text = textOf(sendingRound()).replace('"form":2,', form).replace('"taken":[],', '')
    await database.pool.query('delete from intents; delete from orders')
    await database.pool.query("insert into rounds values ('formless', $1)", [text])
    expect(await store.open()).toMatchObject({ orders: sendingRound().orders, pending: sendingRound().pending })
    await store.close()
  })

  // Who changes this list has to give the log another form, and to say how the one before is read.
  test('what stands in a logged round of form 2', () => {
    const names = new Set<string>()
    JSON.parse(textOf({ ...sendingRound(), fills: [fillOf(1)] }), (name, value: unknown) => {
      if (Number.isNaN(Number(name))) names.add(name)
      return value
    })
    expect([...names].sort().join(' ')).toMatchInlineSnapshot(
      `"# amount asset at base bought candles cash close complete cost createdAt decisions dust ending exchangeState executed expires fee feeAsset feeWorth feedState fees fill fills form gap guard high holdings id inbox intent intents key kind leaving limit low maker message number open openTime openedAt order orderId orders outbox outcome owner pairedWith part partial partialDone peak pending percent plan position price purpose quantity quick quote quoteAmount realised reason request settings side sold status stop stopLoss stopMoves stopPrice stoppedAt symbol takeProfit taken target text time timeInForce timeLimit timeframe tradeId trailing trips type value values volume wish"`,
    )
  })

  test('trades have the names that their users know, and a live account is not marked as simulated', async () => {
    const store = openPostgresStore({ database, account: 'live:1234', demo: false })
    await store.open()
    await store.commit(round({ fills: [fillOf(7, { maker: true })] }))
    const { rows } = await database.pool.query(`select order_id, symbol, side, status, price, quantity, fee, role, quote_quantity,
      timestamp, demo, strategy, fee_asset, exchange_trade_id from trades where account = 'live:1234'`)
    expect(rows).toEqual([
      {
        order_id: 1,
        symbol: 'BTCUSDC',
        side: 'BUY',
        status: 'FILLED',
        price: '16800.50000000',
        quantity: '0.00017000',
        fee: '0.00285608',
        role: 'maker',
        quote_quantity: '2.85608500',
        timestamp: new Date(1_672_905_600_007),
        demo: false,
        strategy: 'ema-cross',
        fee_asset: 'USDC',
        exchange_trade_id: 7,
      },
    ])
    await store.close()
  })

  test('an int8 that no number holds is an error, not a wrong number', async () => {
    const { rows } = await database.pool.query('select 9007199254740991::bigint as exact')
    expect(rows).toEqual([{ exact: 9_007_199_254_740_991 }])
    await expect(database.pool.query('select 9007199254740993::bigint')).rejects.toThrow('9007199254740993 does not fit a number exactly')
  })

  test('stop moves and messages to people are written', async () => {
    const store = openPostgresStore({ database, account: 'told', demo: true })
    await store.open()
    const time = 1_672_905_600_007 as Time
    const move = { owner: 'a', symbol: 'BTCUSDC', time, from: price('1.5'), to: price('2.00000001'), reason: 'up' }
    await store.commit(
      round({
        stopMoves: [move],
        outbox: [
          { kind: 'fill', text: 'bought', time },
          { kind: 'fill', text: 'sold', time },
        ],
      }),
    )
    const moves = await database.db.selectFrom('stop_moves').where('account', '=', 'told').selectAll().execute()
    expect(moves).toMatchObject([{ from_price: '1.50000000', to_price: '2.00000001', time: new Date(time) }])
    const told = await database.db.selectFrom('outbox').where('account', '=', 'told').select('text').orderBy('id').execute()
    expect(told).toEqual([{ text: 'bought' }, { text: 'sold' }])
    await store.close()
  })
})

describe('connect says what is wrong, and nothing secret', () => {
  const failing = (change: (url: URL) => void): Promise<unknown> => {
    const url = new URL(embedded.url)
    change(url)
    return connect({ url: url.href }).then(
      () => 'connected',
      error => error,
    )
  }
  test.each<[string, (url: URL) => void, string]>([
    ['nobody there', url => (url.port = '1'), 'cannot be reached: the database "trading" on 127.0.0.1:1 as'],
    ['a wrong password', url => (url.password = 'guessed'), 'mend DATABASE_URL, or PGUSER and PGPASSWORD'],
    ['no such user', url => (url.username = 'stranger'), 'mend DATABASE_URL, or PGUSER and PGPASSWORD'],
    ['no such database', url => (url.pathname = '/nowhere'), 'make it (createdb), or mend DATABASE_URL or PGDATABASE'],
    ['no such host', url => (url.hostname = 'nowhere.invalid'), 'cannot be reached'],
  ])('%s', async (_what, change, words) => {
    const fault = await failing(change)
    expect(fault).toBeInstanceOf(Fault)
    expect((fault as Fault).kind).toBe('misconfigured')
    expect((fault as Fault).message).toContain(words)
    const shown = `${(fault as Fault).stack} ${String((fault as Fault).cause)}`
    for (const secret of ['guessed', new URL(embedded.url).password, 'postgres://']) expect(shown).not.toContain(secret)
  })

  test('a URL of something else', async () => {
    await expect(connect({ url: 'https://me:secret@127.0.0.1:1/trading' })).rejects.toThrow(/^DATABASE_URL is not a URL of PostgreSQL\./)
  })

  test('a URL that is none', async () => {
    const fault: unknown = await connect({ url: 'postgres://me:secret@[half' }).catch(error => error)
    expect(fault).toMatchObject({ kind: 'misconfigured', message: expect.stringContaining('percent-encoded') })
    expect(JSON.stringify(fault, Object.getOwnPropertyNames(fault))).not.toContain('secret')
  })

  test('by single values', async () => {
    const { hostname, port, username, password, pathname } = new URL(embedded.url)
    const database = await connect({ host: hostname, port: Number(port), user: username, password, database: pathname.slice(1) })
    expect((await database.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    await database.close()
  })
})
