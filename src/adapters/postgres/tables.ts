/** The tables as Kysely sees them. Amounts are text (exact), int8 a number that is checked, instants a Date when read and ISO text when written. */
import type { ColumnType, Generated } from 'kysely'
import type { Partial, Enter } from '#domain/signal.ts'
import type { PendingAction } from '#ports/store.ts'

/** An exact amount as decimal text. */
type Numeric = string
type Instant = ColumnType<Date, string, string>
type InstantOrNone = ColumnType<Date | null, string | null, string | null>
type Identity = ColumnType<number, never, never>

/** What belongs to an owner's trading of a symbol in an account. */
interface Owned {
  account: string
  owner: string
  symbol: string
}

/** What was traded: a row a fill. */
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

/** Positions that were opened and are closed again. */
export interface RoundTripsTable extends Owned {
  id: Identity
  opened_at: Instant
  closed_at: Instant
  quantity: Numeric
  bought: Numeric
  sold: Numeric
  realised: Numeric
  fees: Numeric
  reason: string
}

/** What was decided about signals and wishes, the denied ones too. */
export interface DecisionsTable extends Owned {
  id: Identity
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

/** Drafts that passed the risk checks. */
export interface IntentsTable {
  account: string
  number: number
  owner: string
  symbol: string
  purpose: string
  reason: string
  time: Instant
}

/** Attempts: orders as they were sent, and what became of them. */
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

/** What an owner holds of a symbol, and what it waits for. */
export interface PositionsTable extends Owned {
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

/** How positions are protected; no row where there is no plan. */
export interface ProtectionsTable extends Owned {
  stop: Numeric
  target: Numeric
  gap: Numeric
  peak: Numeric
  partial: Partial | null
  partial_done: boolean
  time_limit: number
  candles: number
}

/** Changes of stops, for people who ask why. */
export interface StopMovesTable extends Owned {
  id: Identity
  time: Instant
  from_price: Numeric
  to_price: Numeric
  reason: string
}

/** Rests too small to sell. */
export interface DustTable extends Owned {
  id: Identity
  asset: string
  quantity: Numeric
  time: Instant
}

/** Cash by quote asset. */
export interface BalancesTable {
  account: string
  asset: string
  amount: Numeric
}

/** Double entry: amounts by entry, asset and book. */
export interface LedgerTable {
  account: string
  entry: string
  asset: string
  book: string
  amount: Numeric
  time: Instant
}

/** Closed bars of the market. */
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

/** What a start goes on from, a row an account. */
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

/** Rounds that were acted upon and are not in the other tables yet. */
export interface RoundsTable {
  account: string
  round: string
}

/** Settings that people changed. */
export interface SettingsTable {
  account: string
  key: string
  value: string
}

/** What people wished for. */
export interface InboxTable {
  account: string
  id: string
  person: string
  text: string
  time: Instant
  result: string
}

/** What people are to be told. */
export interface OutboxTable {
  id: Identity
  account: string
  kind: string
  text: string
  time: Instant
}

/** Messages of people; outcome null: not worked off yet. */
export interface MessagesTable {
  id: Identity
  account: string
  platform: string
  bot: string
  update_id: string
  chat: string
  message_id: string
  place: string | null
  user_id: string
  name: string
  text: string
  button: boolean
  sent_at: Instant
  received_at: Generated<Instant>
  outcome: string | null
}

/** Up to which piece of news a chat has been sent all. */
export interface DeliveriesTable {
  account: string
  platform: string
  chat: string
  sent_up_to: number
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
  rounds: RoundsTable
  settings: SettingsTable
  inbox: InboxTable
  outbox: OutboxTable
  messages: MessagesTable
  deliveries: DeliveriesTable
}
