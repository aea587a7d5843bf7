/** The record of an account in PostgreSQL. Rounds go over one connection that holds the account's lock; people's reads go over the pool. */
import { setTimeout as pause } from 'node:timers/promises'
import { type Selectable, sql } from 'kysely'
import type { Client } from 'pg'
import { assert, Fault } from '#domain/fault.ts'
import type { Round, Store } from '#ports/store.ts'
import type { Database } from './connect.ts'
import { faultOf, isLost } from './faults.ts'
import { readCandles, readDecisions, readJournal, readPnl, readSaved, readTotals, readTrades, readWish } from './reads.ts'
import { forgotten, logged, roundOf, textOf } from './round-log.ts'
import { allInOne, NONE_HIT, type Statement } from './statements.ts'
import type { AccountsTable } from './tables.ts'
import { accountStatement, mayBeRefused, mustBeOnDisk, statementsOf } from './writes.ts'

/** What a store is opened with. */
export interface PostgresStoreOptions {
  readonly database: Database
  /** `demo`, or `live:` and the key's fingerprint. */
  readonly account: string
  /** Whether its trades are marked as simulated. */
  readonly demo: boolean
  /** How long to wait for another process that is just ending to give the account free. */
  readonly patience?: number
}

const PATIENCE_MS = 3_000
const AFTER_ACT_MS = 1
// PostgreSQL's lock_not_available
const NOT_AVAILABLE = '55P03'

/**
 * The store of one account. It asks nothing of the server before `open`.
 *
 * @example
 * const store = openPostgresStore({ database, account: 'demo', demo: true })
 * const saved = await store.open()
 */
export function openPostgresStore({ database, account, demo, patience = PATIENCE_MS }: PostgresStoreOptions): Store {
  const { db } = database
  const held = holdAccount(database, account, patience)
  let epoch = 0
  let busy = false
  // a round was logged by this store and is not in the tables
  let unwritten = false
  const write = async ({ name, text, values }: Statement, doing = 'writing a round'): Promise<number> => {
    try {
      return (await held.client().query({ name, text, values: [...values] })).rowCount ?? 0
    } catch (error) {
      throw roundFault(error, account, doing)
    }
  }
  let rounds = 0
  const writesOf = (round: Round): Statement[] => [
    accountStatement(account, epoch, round),
    ...statementsOf(account, demo, round, `${epoch}.${++rounds}`),
  ]
  const writeWhole = async (round: Round, act: (() => void) | undefined): Promise<void> => {
    await write(allInOne(writesOf(round), !mustBeOnDisk(round)))
    act?.()
  }
  const logFirst = async (round: Round, act: () => void): Promise<void> => {
    const text = textOf(round)
    // the tables say why not
    if ((await write(logged(account, epoch, round, text))) === 0) return await writeWhole(round, act)
    unwritten = true
    act()
    // on a machine of few processors the tables would take them from the order that is on its way
    await pause(AFTER_ACT_MS)
    // as a start would, so that the log is known to suffice; what a power cut takes of this is still in the log
    await write(allInOne([...writesOf(roundOf(text)), forgotten(account)], true))
    unwritten = false
  }
  // Its orders may have left: a start without it would be a start from a wrong record.
  const writeLogged = async (): Promise<void> => {
    const rows = await asking('the log of rounds', db.selectFrom('rounds').select('round').where('account', '=', account).execute())
    for (const { round } of rows) await write(allInOne([...writesOf(roundOf(round)), forgotten(account)], false), 'writing a logged round')
    unwritten = false
  }
  const asking = <A>(what: string, answer: Promise<A>): Promise<A> =>
    answer.catch(error => Promise.reject(faultOf(error, `reading ${what}`)))

  return {
    async open() {
      await held.take()
      epoch = await asking('the account', takeEpoch(database, account, demo))
      await writeLogged()
      const row = await asking('the account', readAccount(db, account))
      return row.committed_at === null ? null : await asking('what is stored', readSaved(db, row))
    },
    async commit(round, act) {
      assert(!busy, 'a round is committed while another is')
      if (unwritten) throw new Fault('retry', 'the round before is in the log and not in the tables: open the store again.')
      busy = true
      try {
        await (act === undefined || mayBeRefused(round) ? writeWhole(round, act) : logFirst(round, act))
      } finally {
        busy = false
      }
    },
    wished: id => asking('a wish', readWish(db, account, id)),
    trades: filter => asking('trades', readTrades(db, account, filter)),
    decisions: filter => asking('decisions', readDecisions(db, account, filter)),
    pnl: from => asking('profit', readPnl(db, account, from)),
    totals: () => asking('totals', readTotals(db, account)),
    candles: (symbol, timeframe, limit) => asking('candles', readCandles(db, symbol, timeframe, limit)),
    journal: () => asking('the journal', readJournal(db, account)),
    close: held.drop,
  }
}

// What went wrong with a round. An error that PostgreSQL tells, it tells before it commits.
function roundFault(error: unknown, account: string, doing: string): Fault {
  if ((error as { code?: string }).code === NONE_HIT)
    return new Fault('misconfigured', `the account "${account}" was taken over by another process: nothing was written. Let only one run.`)
  if (!isLost(error)) return faultOf(error, doing)
  return new Fault('unknown_outcome', 'PostgreSQL did not answer to a round: it is written or not. Open the store again to see.', {
    cause: error,
  })
}

const readAccount = (db: Database['db'], account: string): Promise<Selectable<AccountsTable>> =>
  db.selectFrom('accounts').selectAll().where('account', '=', account).executeTakeFirstOrThrow()

/** Counts the process in; its number. Whoever had the account before can write no more. */
async function takeEpoch({ db }: Database, account: string, demo: boolean): Promise<number> {
  const { epoch } = await db.transaction().execute(async trx => {
    // a round that a kill cut short used up ids: trades are numbered without gaps, which people read as missing ones
    await sql`lock table trades in share row exclusive mode`.execute(trx)
    await sql`select setval(pg_get_serial_sequence('trades', 'id'), coalesce(max(id), 1), max(id) is not null) from trades`.execute(trx)
    return trx
      .insertInto('accounts')
      .values({ account, demo, epoch: 1 })
      .onConflict(on => on.column('account').doUpdateSet({ epoch: sql<number>`accounts.epoch + 1` }))
      .returning('epoch')
      .executeTakeFirstOrThrow()
  })
  return epoch
}

/** The connection that holds the account's lock: the lock lives as long as it does, so a dead process holds none. */
function holdAccount(database: Database, account: string, patience: number) {
  let client: Client | null = null
  let broken: Client | null = null
  return {
    client(): Client {
      if (client === null) throw new Fault('retry', `the account "${account}" is not held by this store: open it first.`)
      if (client === broken) throw new Fault('retry', 'PostgreSQL: the connection broke. Open the store again.')
      return client
    },
    async take(): Promise<void> {
      if (client !== null) {
        const alive = await client.query('select 1').then(
          () => true,
          () => false,
        )
        if (alive) return
        await client.end().catch(() => undefined)
        client = null
      }
      const taken = await database.newClient()
      const lost = (): void => {
        broken = taken
      }
      taken.on('error', lost).on('end', lost)
      try {
        await lock(taken, account, patience)
        client = taken
      } finally {
        if (client === null) await taken.end().catch(() => undefined)
      }
    },
    async drop(): Promise<void> {
      const dropped = client
      client = null
      if (dropped === null) return
      // at once, and not only when the server notices the end
      await dropped.query('select pg_advisory_unlock_all()').catch(() => undefined)
      await dropped.end()
    },
  }
}

const LOCK_KEY = `hashtextextended('roottrading ' || $1, 0)`
const WHO = `select application_name as name from pg_stat_activity join pg_locks using (pid)
  where locktype = 'advisory' and granted and ((classid::bigint << 32) | objid::bigint) = ${LOCK_KEY}`

async function lock(client: Client, account: string, patience: number): Promise<void> {
  try {
    await client.query(`set lock_timeout = ${Math.max(1, Math.round(patience))}`)
    await client.query(`select pg_advisory_lock(${LOCK_KEY})`, [account])
    await client.query('set lock_timeout = 0')
  } catch (error) {
    if ((error as { code?: string }).code !== NOT_AVAILABLE) throw faultOf(error, `locking the account "${account}"`)
    const { rows } = await client.query<{ name: string }>(WHO, [account])
    const who = rows[0] === undefined ? '' : ` (${rows[0].name})`
    throw new Fault(
      'misconfigured',
      `another process trades the account "${account}"${who}: only one may. Stop it, or wait until it has ended.`,
    )
  }
}
