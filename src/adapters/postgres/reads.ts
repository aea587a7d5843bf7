/** What is asked of the record: a function a question, each of one account. */
import { type Kysely, type Selectable, sql } from 'kysely'
import type { Candle } from '#domain/candle.ts'
import type { Decision, JournalRecords } from '#domain/journal.ts'
import { money, type Quantity, quantity } from '#domain/money.ts'
import { LATE_KNOWN, LATE_STATUSES } from '#domain/order.ts'
import type { Holding } from '#domain/slot.ts'
import type { Time, Timeframe } from '#domain/time.ts'
import type { OrderRecord, PnlRow, Saved, Totals, TradeFilter, TradeRow } from '#ports/store.ts'
import { holdingOf } from './holding-rows.ts'
import { candleOf, decisionOf, instant, intentOf, orderOf, tradeOf, tripOf } from './rows.ts'
import type { AccountsTable, Tables } from './tables.ts'

type Db = Kysely<Tables>

/** Everything that the core needs to go on. */
export async function readSaved(db: Db, row: Selectable<AccountsTable>): Promise<Saved> {
  const { account } = row
  const cash = await db.selectFrom('balances').where('account', '=', account).select(['asset', 'amount']).orderBy('asset').execute()
  const settings = await db.selectFrom('settings').where('account', '=', account).select(['key', 'value']).orderBy('key').execute()
  const dust = await db
    .selectFrom('dust')
    .where('account', '=', account)
    .select(['asset', ({ fn }) => fn.sum<string>('quantity').as('sum')])
    .groupBy('asset')
    .orderBy('asset')
    .execute()
  return {
    holdings: await readHoldings(db, account),
    orders: await readOpenOrders(db, account),
    ended: await readEndedOrders(db, account),
    intentCount: row.intent_count,
    orderCount: row.order_count,
    realised: money(row.realised),
    fees: money(row.fees),
    cash: new Map(cash.map(({ asset, amount }) => [asset, money(amount)])),
    dust: new Map(dust.map(({ asset, sum }): [string, Quantity] => [asset, quantity(sum)])),
    settings: new Map(settings.map(({ key, value }) => [key, value])),
    pending: row.pending,
    exchangeState: row.exchange_state,
    feedState: row.feed_state,
  }
}

async function readHoldings(db: Db, account: string): Promise<Holding[]> {
  const rows = await db.selectFrom('positions').where('account', '=', account).selectAll().execute()
  const plans = await db.selectFrom('protections').where('account', '=', account).selectAll().execute()
  const planOf = new Map(plans.map(plan => [`${plan.owner}\n${plan.symbol}`, plan]))
  // sorted here, since every database sorts text in its own way
  return rows.map(row => holdingOf(row, planOf.get(`${row.owner}\n${row.symbol}`))).sort(byOwnerAndSymbol)
}

async function readOpenOrders(db: Db, account: string): Promise<OrderRecord[]> {
  const open = ['sending', 'unknown', 'open', 'partly_filled']
  // the statuses stand in the statement, so that the index of open orders serves it
  const isOpen = sql<boolean>`status in (${sql.join(open.map(status => sql.lit(status)))})`
  const rows = await db.selectFrom('orders').where('account', '=', account).where(isOpen).selectAll().orderBy('id').execute()
  return rows.map(orderOf)
}

async function readEndedOrders(db: Db, account: string): Promise<OrderRecord[]> {
  const rows = await db
    .selectFrom('orders')
    .where('account', '=', account)
    .where('status', 'in', LATE_STATUSES)
    .selectAll()
    .orderBy('id', 'desc')
    .limit(LATE_KNOWN)
    .execute()
  return rows.map(orderOf).reverse()
}

/** The newest trades first. */
export async function readTrades(db: Db, account: string, { symbol, owner, from, limit }: TradeFilter): Promise<TradeRow[]> {
  let query = db.selectFrom('trades').where('account', '=', account).selectAll()
  if (symbol !== undefined) query = query.where('symbol', '=', symbol)
  if (owner !== undefined) query = query.where('strategy', '=', owner)
  if (from !== undefined) query = query.where('timestamp', '>=', sql<Date>`${instant(from)}`)
  const rows = await query.orderBy('timestamp', 'desc').orderBy('id', 'desc').limit(limit).execute()
  return rows.map(row => ({ ...tradeOf(row), id: String(row.id) }))
}

/** The decisions written last first. */
export async function readDecisions(
  db: Db,
  account: string,
  { symbol, outcome, limit }: { readonly symbol?: string; readonly outcome?: 'ordered' | 'denied'; readonly limit: number },
): Promise<Decision[]> {
  let query = db.selectFrom('decisions').where('account', '=', account).selectAll()
  if (symbol !== undefined) query = query.where('symbol', '=', symbol)
  if (outcome !== undefined) query = query.where('outcome', outcome === 'ordered' ? '=' : '<>', 'ordered')
  return (await query.orderBy('id', 'desc').limit(limit).execute()).map(decisionOf)
}

/**
 * Profit by owner and symbol since an instant. A closed round trip counts with its whole result when it closed since then (the cost of dust is
 * taken off in it); a position still open with its own sum when it was opened since then, else with what its trades since then realised.
 */
export async function readPnl(db: Db, account: string, from: Time): Promise<PnlRow[]> {
  const since = sql`${instant(from)}::timestamptz`
  const { rows } = await sql<{ owner: string; symbol: string; fills: number; trips: number; wins: number; realised: string; fees: string }>`
    with traded as (
      select strategy as owner, symbol, count(*) as fills, sum(fee_in_quote) as fees, sum(realised) as realised
      from trades where account = ${account} and timestamp >= ${since} group by strategy, symbol
    ), closed as (
      select owner, symbol, count(*) as trips, count(*) filter (where realised > 0) as wins, sum(realised) as realised
      from round_trips where account = ${account} and closed_at >= ${since} group by owner, symbol
    ), held as (
      select owner, symbol, opened_at, realised from positions where account = ${account} and quantity > 0
    )
    select owner, symbol, coalesce(traded.fills, 0) as fills, coalesce(traded.fees, 0) as fees,
      coalesce(closed.trips, 0) as trips, coalesce(closed.wins, 0) as wins,
      coalesce(closed.realised, 0)
        + coalesce(case when held.opened_at >= ${since} then held.realised when held.opened_at < ${since} then traded.realised end, 0) as realised
    from traded full join closed using (owner, symbol) left join held using (owner, symbol)`.execute(db)
  return rows
    .map(({ trips, realised, fees, ...rest }) => ({ ...rest, roundTrips: trips, realised: money(realised), fees: money(fees) }))
    .sort(byOwnerAndSymbol)
}

/** Counts for summaries. */
export async function readTotals(db: Db, account: string): Promise<Totals> {
  const count = (table: 'candles' | 'decisions' | 'trades' | 'round_trips', whose = sql`true`) =>
    sql`(select count(*) from ${sql.table(table)} where ${whose})`
  const ours = sql`account = ${account}`
  const { rows } = await sql<Totals>`select ${count('candles')} as candles, ${count('decisions', ours)} as signals,
    ${count('trades', ours)} as fills, ${count('round_trips', ours)} as "roundTrips"`.execute(db)
  return rows[0]!
}

/** What became of a wish, by its id. */
export async function readWish(db: Db, account: string, id: string): Promise<string | null> {
  const row = await db.selectFrom('inbox').select('result').where('account', '=', account).where('id', '=', id).executeTakeFirst()
  return row?.result ?? null
}

/** The newest candles, oldest first. */
export async function readCandles(db: Db, symbol: string, timeframe: Timeframe, limit: number): Promise<Candle[]> {
  const query = db.selectFrom('candles').where('symbol', '=', symbol).where('timeframe', '=', timeframe).selectAll()
  return (await query.orderBy('open_time', 'desc').limit(limit).execute()).map(candleOf).reverse()
}

/** All that was decided and done, each kind in the order in which it was written down. */
export async function readJournal(db: Db, account: string): Promise<JournalRecords> {
  const decisions = await db.selectFrom('decisions').where('account', '=', account).selectAll().orderBy('id').execute()
  const intents = await db.selectFrom('intents').where('account', '=', account).selectAll().orderBy('number').execute()
  const orders = await db.selectFrom('orders').where('account', '=', account).selectAll().orderBy('id').execute()
  const fills = await db.selectFrom('trades').where('account', '=', account).selectAll().orderBy('id').execute()
  const trips = await db.selectFrom('round_trips').where('account', '=', account).selectAll().orderBy('id').execute()
  return {
    decisions: decisions.map(decisionOf),
    intents: intents.map(intentOf),
    orders: orders.map(row => orderOf(row).order),
    fills: fills.map(tradeOf),
    trips: trips.map(tripOf),
    holdings: await readHoldings(db, account),
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const byOwnerAndSymbol = (a: { owner: string; symbol: string }, b: { owner: string; symbol: string }): number =>
  compare(a.owner, b.owner) || compare(a.symbol, b.symbol)
