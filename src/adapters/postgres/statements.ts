/**
 * The statements that write. Each table is written by one prepared statement that takes all of its rows as one JSON text, whatever their
 * number: the server plans it once, and amounts and instants stay text until it reads them exactly.
 */
import type { Insertable } from 'kysely'
import type { Tables } from './tables.ts'

/** A prepared statement with its values. */
export interface Statement {
  readonly name: string
  readonly text: string
  readonly values: readonly unknown[]
}

/** Makes the statement that writes rows into a table. */
export type Insert<Table extends keyof Tables> = (rows: readonly Insertable<Tables[Table]>[]) => Statement

type Column<Table extends keyof Tables> = keyof Insertable<Tables[Table]> & string

function insert<Table extends keyof Tables>(table: Table, columns: readonly Column<Table>[], onConflict = ''): Insert<Table> {
  const list = columns.map(column => `"${column}"`).join(', ')
  const text = `insert into ${table} (${list}) select ${list} from json_populate_recordset(null::${table}, $1::json) ${onConflict}`
  return rows => ({ name: `write ${table}`, text, values: [jsonOf(rows)] })
}

// PostgreSQL's text has no room for NUL and half characters. People's words may hold any, and must not make a round fail.
function jsonOf(rows: readonly object[]): string {
  const text = JSON.stringify(rows)
  if (!text.includes('\\u')) return text
  return text.replaceAll(/\\(?:u0000|ud[89a-f][0-9a-f]{2}|[^])/g, sign => (sign.length === 2 ? sign : '\ufffd'))
}

// Writes rows over those of the same key.
function upsert<Table extends keyof Tables>(
  table: Table,
  key: readonly Column<Table>[],
  changing: readonly Column<Table>[],
  fixed: readonly Column<Table>[] = [],
): Insert<Table> {
  const changes = changing.map(column => `"${column}" = excluded."${column}"`).join(', ')
  return insert(table, [...key, ...fixed, ...changing], `on conflict (${key.join(', ')}) do update set ${changes}`)
}

const POSITION = ['account', 'owner', 'symbol'] as const

// biome-ignore format: a row's columns read as one list
/** How rows come into each table. Where nothing is said of conflicts, a second row of one key is an error: nothing is written down twice. */
export const into = {
  candles: insert('candles', ['symbol', 'timeframe', 'open_time', 'open', 'high', 'low', 'close', 'volume', 'complete'], 'on conflict do nothing'),
  decisions: insert('decisions', ['account', 'owner', 'symbol', 'kind', 'reason', 'time', 'price', 'outcome', 'message', 'values', 'intent']),
  intents: insert('intents', ['account', 'number', 'owner', 'symbol', 'purpose', 'reason', 'time']),
  orders: upsert('orders', ['account', 'id'], ['status', 'executed', 'quote', 'ending', 'wish'], [
    'intent', 'owner', 'purpose', 'symbol', 'side', 'type', 'quantity', 'quote_amount', 'price', 'stop_price', 'time_in_force', 'guard',
    'paired_with', 'created_at', 'reason',
  ]),
  trades: insert('trades', [
    'order_id', 'symbol', 'side', 'status', 'price', 'quantity', 'fee', 'role', 'quote_quantity', 'timestamp', 'demo', 'strategy', 'account',
    'fee_asset', 'exchange_trade_id', 'intent', 'purpose', 'reason', 'base_asset', 'quote_asset', 'realised', 'fee_in_quote',
  ]),
  ledger: insert('ledger', ['account', 'entry', 'asset', 'book', 'amount', 'time']),
  positions: upsert('positions', POSITION, [
    'quantity', 'cost', 'opened_at', 'realised', 'bought', 'sold', 'fees', 'volume', 'leaving_reason', 'leaving_quantity', 'stopped_at', 'pending',
  ]),
  protections: upsert('protections', POSITION, ['stop', 'target', 'gap', 'peak', 'partial', 'partial_done', 'time_limit', 'candles']),
  stopMoves: insert('stop_moves', ['account', 'owner', 'symbol', 'time', 'from_price', 'to_price', 'reason']),
  trips: insert('round_trips', [
    'account', 'owner', 'symbol', 'opened_at', 'closed_at', 'quantity', 'bought', 'sold', 'realised', 'fees', 'reason',
  ]),
  dust: insert('dust', ['account', 'owner', 'symbol', 'asset', 'quantity', 'time']),
  balances: upsert('balances', ['account', 'asset'], ['amount']),
  settings: upsert('settings', ['account', 'key'], ['value']),
  inbox: insert('inbox', ['account', 'id', 'person', 'text', 'time', 'result']),
  outbox: insert('outbox', ['account', 'kind', 'text', 'time']),
}

const remove = (table: keyof Tables, key: readonly string[]) => {
  const same = key.map(column => `${table}.${column} = gone.${column}`).join(' and ')
  const text = `delete from ${table} using json_to_recordset($2::json) as gone(${key.map(column => `${column} text`).join(', ')}) where account = $1 and ${same}`
  return (account: string, keys: readonly object[]): Statement => ({
    name: `remove ${table}`,
    text,
    values: [account, JSON.stringify(keys)],
  })
}

/** Takes rows away by their keys. */
export const outOf = { protections: remove('protections', ['owner', 'symbol']), settings: remove('settings', ['key']) }

/** The account's own row. Hits none where another process has taken the account meanwhile. Counters never go back; no state is an unchanged one. */
export const UPDATE_ACCOUNT = `update accounts set committed_at = $3, pending = $4::jsonb, realised = $5, fees = $6,
  exchange_state = coalesce($7, exchange_state), feed_state = coalesce($8, feed_state),
  intent_count = greatest(intent_count, $9), order_count = greatest(order_count, $10)
  where account = $1 and epoch = $2`

// As texts, by what they are made of: the server plans each once, and few of all combinations occur.
const joined = new Map<string, { readonly name: string; readonly text: string }>()

/**
 * Several statements as one, which the server does whole or not at all, in one round trip. The first has to hit a row, or all of it fails
 * with `NONE_HIT`; none of them sees what the others do. `light`: not waiting for the disk.
 */
export function allInOne(statements: readonly Statement[], light: boolean): Statement {
  const key = `${light ? 'light' : ''} ${statements.map(({ name }) => name).join(', ')}`
  let one = joined.get(key)
  if (one === undefined) {
    one = { name: `round ${joined.size}`, text: joinedText(statements, light) }
    joined.set(key, one)
  }
  return { ...one, values: statements.flatMap(({ values }) => values) }
}

/** PostgreSQL's division_by_zero: see `allInOne`. */
export const NONE_HIT = '22012'

function joinedText(statements: readonly Statement[], light: boolean): string {
  let before = 0
  const parts = statements.map(({ text, values }, place) => {
    const own = text.replaceAll(/\$(\d+)/g, (_, number: string) => `$${before + Number(number)}`)
    before += values.length
    return place === 0 ? `hit as (${own} returning 1)` : `part_${place} as (${own})`
  })
  // until the end of the transaction only; an earlier round is never lost without the later ones
  const lightly = light ? `set_config('synchronous_commit', 'off', true), ` : ''
  return `with ${parts.join(', ')} select ${lightly}1 / count(*) from hit`
}
