/** The tables as Kysely sees them. Amounts are text (exact), int8 a number that is checked, instants a Date when read and ISO text when written. */
import type { ColumnType, Generated } from 'kysely'
import type { Partial, Enter } from '#domain/signal.ts'
import type { PendingAction } from '#ports/store.ts'

/** An exact amount as decimal text. */
type Numeric = string
type Instant = ColumnType<Date, string, string>
type InstantOrNone = ColumnType<Date | null, string | null, string | null>
type Identity = ColumnType<number, never, never>

export interface TradesTable {
  id: Identity
  order_id: number
  symbol: string
  side: 'BUY' | 'SELL'
  status: string
  price: Numeric
  quantity: Numeric
  fee: Numeric
  role: 'taker' | 'maker'
  quote_quantity: Numeric
  timestamp: Instant
  demo: boolean
  strategy: string
  account: string
  fee_asset: string
  exchange_trade_id: number
  intent: number
  purpose: string
  reason: string
  base_asset: string
  quote_asset: string
  realised: Numeric
  fee_in_quote: Numeric
}

export interface RoundTripsTable {
  id: Identity
  account: string
  owner: string
  symbol: string
  opened_at: Instant
  closed_at: Instant
  quantity: Numeric
  bought: Numeric
  sold: Numeric
  realised: Numeric
  fees: Numeric
  reason: string
}

export interface DecisionsTable {
  id: Identity
  account: string
  owner: string
  symbol: string
  kind: string
  reason: string
  time: Instant
  price: number
  outcome: string
  message: string
  /** What JSON has no number for (NaN, Infinity) is text. */
  values: Record<string, number | string> | null
  intent: number
}

export interface IntentsTable {
  account: string
  number: number
  owner: string
  symbol: string
  purpose: string
  reason: string
  time: Instant
}

export interface OrdersTable {
  account: string
  id: number
  intent: number
  owner: string
  purpose: string
  symbol: string
  side: string
  type: string
  quantity: Numeric
  quote_amount: Numeric
  price: Numeric
  stop_price: Numeric
  time_in_force: string
  guard: Numeric
  paired_with: number
  created_at: Instant
  reason: string
  status: string
  executed: Numeric
  quote: Numeric
  ending: string
  wish: Enter | null
}

export interface PositionsTable {
  account: string
  owner: string
  symbol: string
  quantity: Numeric
  cost: Numeric
  opened_at: InstantOrNone
  realised: Numeric
  bought: Numeric
  sold: Numeric
  fees: Numeric
  volume: Numeric
  leaving_reason: string | null
  leaving_quantity: Numeric | null
  stopped_at: InstantOrNone
  pending: Numeric
}

export interface ProtectionsTable {
  account: string
  owner: string
  symbol: string
  stop: Numeric
  target: Numeric
  gap: Numeric
  peak: Numeric
  partial: Partial | null
  partial_done: boolean
  time_limit: number
  candles: number
}

export interface StopMovesTable {
  id: Identity
  account: string
  owner: string
  symbol: string
  time: Instant
  from_price: Numeric
  to_price: Numeric
  reason: string
}

export interface DustTable {
  id: Identity
  account: string
  owner: string
  symbol: string
  asset: string
  quantity: Numeric
  time: Instant
}

export interface BalancesTable {
  account: string
  asset: string
  amount: Numeric
}

export interface LedgerTable {
  account: string
  entry: string
  asset: string
  book: string
  amount: Numeric
  time: Instant
}

export interface CandlesTable {
  symbol: string
  timeframe: string
  open_time: Instant
  open: number
  high: number
  low: number
  close: number
  volume: number
  complete: number
}

export interface AccountsTable {
  account: string
  demo: boolean
  epoch: number
  created_at: Generated<Date>
  /** When the last round was, by the core's time; null: nothing was ever committed. */
  committed_at: InstantOrNone
  exchange_state: string | null
  feed_state: string | null
  pending: Generated<readonly PendingAction[]>
  intent_count: Generated<number>
  order_count: Generated<number>
  realised: Generated<Numeric>
  fees: Generated<Numeric>
}

export interface SettingsTable {
  account: string
  key: string
  value: string
}

export interface InboxTable {
  account: string
  id: string
  person: string
  text: string
  time: Instant
  result: string
}

export interface OutboxTable {
  id: Identity
  account: string
  kind: string
  text: string
  time: Instant
}

/** All tables by name. */
export interface Tables {
  trades: TradesTable
  round_trips: RoundTripsTable
  decisions: DecisionsTable
  intents: IntentsTable
  orders: OrdersTable
  positions: PositionsTable
  protections: ProtectionsTable
  stop_moves: StopMovesTable
  dust: DustTable
  balances: BalancesTable
  ledger: LedgerTable
  candles: CandlesTable
  accounts: AccountsTable
  settings: SettingsTable
  inbox: InboxTable
  outbox: OutboxTable
}
