/**
 * The first tables. Written as SQL, since whoever asks the database reads them here. Amounts are numeric(28, 8): exact, and wide enough for
 * cheap coins; prices of candles are floats, as the core reads them. State is keyed by account, so that demo and live never mix.
 */
import { type Kysely, sql } from 'kysely'

/** What the account traded, for people and their queries. `id` is ours; the exchange's ids repeat across symbols. */
const trades = `
create table trades (
  id bigint generated always as identity primary key,
  order_id bigint not null,
  symbol text not null,
  side text not null check (side in ('BUY', 'SELL')),
  status text not null,
  price numeric(28, 8) not null,
  quantity numeric(28, 8) not null,
  fee numeric(28, 8) not null,
  role text not null check (role in ('taker', 'maker')),
  quote_quantity numeric(28, 8) not null,
  timestamp timestamptz not null,
  demo boolean not null default false,
  strategy text not null,
  account text not null,
  fee_asset text not null,
  exchange_trade_id bigint not null,
  intent bigint not null,
  purpose text not null,
  reason text not null,
  base_asset text not null,
  quote_asset text not null,
  realised numeric(28, 8) not null,
  fee_in_quote numeric(28, 8) not null,
  unique (account, symbol, exchange_trade_id)
);
create index trades_by_time on trades (account, timestamp);

create table round_trips (
  id bigint generated always as identity primary key,
  account text not null,
  owner text not null,
  symbol text not null,
  opened_at timestamptz not null,
  closed_at timestamptz not null,
  quantity numeric(28, 8) not null,
  bought numeric(28, 8) not null,
  sold numeric(28, 8) not null,
  realised numeric(28, 8) not null,
  fees numeric(28, 8) not null,
  reason text not null
);
create index round_trips_by_time on round_trips (account, closed_at);`

/** What was decided, and what became of it. Values are json and not jsonb: they keep the order in which the strategy declares them. */
const decisions = `
create table decisions (
  id bigint generated always as identity primary key,
  account text not null,
  owner text not null,
  symbol text not null,
  kind text not null,
  reason text not null,
  time timestamptz not null,
  price double precision not null,
  outcome text not null,
  message text not null,
  "values" json,
  intent bigint not null
);
create index decisions_by_account on decisions (account, id);

create table intents (
  account text not null,
  number bigint not null,
  owner text not null,
  symbol text not null,
  purpose text not null,
  reason text not null,
  time timestamptz not null,
  primary key (account, number)
);

create table orders (
  account text not null,
  id bigint not null,
  intent bigint not null,
  owner text not null,
  purpose text not null,
  symbol text not null,
  side text not null,
  type text not null,
  quantity numeric(28, 8) not null,
  quote_amount numeric(28, 8) not null,
  price numeric(28, 8) not null,
  stop_price numeric(28, 8) not null,
  time_in_force text not null,
  guard numeric(28, 8) not null,
  paired_with bigint not null,
  created_at timestamptz not null,
  reason text not null,
  status text not null,
  executed numeric(28, 8) not null,
  quote numeric(28, 8) not null,
  ending text not null,
  wish jsonb,
  primary key (account, id)
);
create index orders_open on orders (account) where status in ('sending', 'unknown', 'open', 'partly_filled');`

/** What is held, and how it is protected. */
const positions = `
create table positions (
  account text not null,
  owner text not null,
  symbol text not null,
  quantity numeric(28, 8) not null,
  cost numeric(28, 8) not null,
  opened_at timestamptz,
  realised numeric(28, 8) not null,
  bought numeric(28, 8) not null,
  sold numeric(28, 8) not null,
  fees numeric(28, 8) not null,
  volume numeric(28, 8) not null,
  leaving_reason text,
  leaving_quantity numeric(28, 8),
  stopped_at timestamptz,
  pending numeric(28, 8) not null,
  primary key (account, owner, symbol)
);

create table protections (
  account text not null,
  owner text not null,
  symbol text not null,
  stop numeric(28, 8) not null,
  target numeric(28, 8) not null,
  gap numeric(28, 8) not null,
  peak numeric(28, 8) not null,
  partial jsonb,
  partial_done boolean not null,
  time_limit integer not null,
  candles integer not null,
  primary key (account, owner, symbol)
);

create table stop_moves (
  id bigint generated always as identity primary key,
  account text not null,
  owner text not null,
  symbol text not null,
  time timestamptz not null,
  from_price numeric(28, 8) not null,
  to_price numeric(28, 8) not null,
  reason text not null
);

create table dust (
  id bigint generated always as identity primary key,
  account text not null,
  owner text not null,
  symbol text not null,
  asset text not null,
  quantity numeric(28, 8) not null,
  time timestamptz not null
);

create table balances (
  account text not null,
  asset text not null,
  amount numeric(28, 8) not null,
  primary key (account, asset)
);`

/** Double entry: an entry is written by one statement, and its amounts sum to zero per asset. */
const ledger = `
create table ledger (
  account text not null,
  entry text not null,
  asset text not null,
  book text not null check (book in ('wallet', 'market', 'fees', 'dust')),
  amount numeric(28, 8) not null,
  time timestamptz not null,
  primary key (account, entry, asset, book)
);

create function refuse_unbalanced() returns trigger language plpgsql as $$
declare uneven text;
begin
  select entry || ' ' || asset into uneven from added group by account, entry, asset having sum(amount) <> 0 limit 1;
  if uneven is not null then
    raise exception 'the ledger entry % does not sum to zero', uneven using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger ledger_is_balanced after insert on ledger
  referencing new table as added for each statement execute function refuse_unbalanced();

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % are never changed or deleted: they are the record', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger ledger_is_final before update or delete or truncate on ledger for each statement execute function refuse_change();
create trigger trades_are_final before update or delete or truncate on trades for each statement execute function refuse_change();`

/** Candles are of the market, not of an account. */
const candles = `
create table candles (
  symbol text not null,
  timeframe text not null,
  open_time timestamptz not null,
  open double precision not null,
  high double precision not null,
  low double precision not null,
  close double precision not null,
  volume double precision not null,
  complete double precision not null,
  primary key (symbol, timeframe, open_time)
);`

/** What a start goes on from, what people wished and are told, and settings. `epoch` counts the processes that took the account. */
const accounts = `
create table accounts (
  account text primary key,
  demo boolean not null,
  epoch bigint not null,
  created_at timestamptz not null default now(),
  committed_at timestamptz,
  exchange_state text,
  feed_state text,
  pending jsonb not null default '[]',
  intent_count bigint not null default 0,
  order_count bigint not null default 0,
  realised numeric(28, 8) not null default 0,
  fees numeric(28, 8) not null default 0
);

create table settings (
  account text not null,
  key text not null,
  value text not null,
  primary key (account, key)
);

create table inbox (
  account text not null,
  id text not null,
  person text not null,
  text text not null,
  time timestamptz not null,
  result text not null,
  primary key (account, id)
);

create table outbox (
  id bigint generated always as identity primary key,
  account text not null,
  kind text not null,
  text text not null,
  time timestamptz not null
);`

/** Makes the tables. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const part of [trades, decisions, positions, ledger, candles, accounts]) await sql.raw(part).execute(db)
}

/** Removes them with all that is in them. */
export async function down(db: Kysely<unknown>): Promise<void> {
  const tables = 'trades, round_trips, decisions, intents, orders, positions, protections, stop_moves, dust, balances, ledger, candles'
  await sql.raw(`drop table ${tables}, accounts, settings, inbox, outbox; drop function refuse_unbalanced, refuse_change`).execute(db)
}
