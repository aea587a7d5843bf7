import type { Candle } from '#domain/candle.ts'
import type { Decision, FillRecord, Intent, JournalRecords, StopMoved, TripRecord } from '#domain/journal.ts'
import type { Amount, Money, Quantity } from '#domain/money.ts'
import type { News } from '#domain/news.ts'
import type { Action, Order } from '#domain/order.ts'
import type { Enter } from '#domain/signal.ts'
import type { Holding } from '#domain/slot.ts'
import type { Time, Timeframe } from '#domain/time.ts'

export type { FillRecord, JournalRecords, TripRecord } from '#domain/journal.ts'

/** An order, and for an entry that has not filled what it asked for (its protection is placed once it fills). */
export interface OrderRecord {
  readonly order: Order
  readonly wish: Enter | null
}

/** An action that may not have reached the exchange yet, by order ids; of a `replace` the one that goes is first. */
export interface PendingAction {
  readonly kind: Action['kind']
  readonly orders: readonly number[]
}

/** What a person wished for, written down before it is worked off. */
export interface InboxRow {
  readonly id: string
  readonly person: string
  readonly text: string
  readonly time: Time
  readonly result: string
}

/** An amount that is in the account no more, and no order of ours took it. */
export interface Taken {
  readonly of: string
  readonly asset: string
  readonly amount: Amount<string>
  readonly time: Time
}

/** Everything that one round of the live shell changed. It is written in one transaction or not at all. */
export interface Round {
  readonly time: Time
  readonly candles: readonly Candle[]
  readonly decisions: readonly Decision[]
  readonly intents: readonly Intent[]
  readonly orders: readonly OrderRecord[]
  readonly fills: readonly FillRecord[]
  readonly holdings: readonly Holding[]
  readonly stopMoves: readonly StopMoved[]
  readonly trips: readonly TripRecord[]
  readonly dust: readonly {
    readonly owner: string
    readonly symbol: string
    readonly asset: string
    readonly quantity: Quantity
    readonly time: Time
  }[]
  /** What was taken out of the account by other ways than ours and is written off, and of what it was ("rsi BTCUSDC", "cash", "rests"). */
  readonly taken: readonly Taken[]
  /** Cash by quote asset after the round, where it changed. */
  readonly cash: readonly { readonly asset: string; readonly amount: Money }[]
  /** Settings by key; null deletes. */
  readonly settings: readonly { readonly key: string; readonly value: string | null }[]
  readonly inbox: readonly InboxRow[]
  /** What is pushed to people, in order. */
  readonly outbox: readonly News[]
  /** Replaces what was pending before. */
  readonly pending: readonly PendingAction[]
  /** Null where it did not change. */
  readonly exchangeState: string | null
  /** Null where it did not change. */
  readonly feedState: string | null
  /** Profit realised in the account's life up to now, the cost of dust taken off: what the portfolio has. */
  readonly realised: Money
  /** Fees paid in the account's life up to now, in quote units: what the portfolio has. */
  readonly fees: Money
}

/** What a start finds: everything that the core needs to go on. */
export interface Saved {
  /** By owner and symbol, flat ones too. */
  readonly holdings: readonly Holding[]
  /** Orders that have not ended. */
  readonly orders: readonly OrderRecord[]
  /** Orders of which a trade may be told late (`mayTradeLate`): the newest `LATE_KNOWN`, the oldest of them first. */
  readonly ended: readonly OrderRecord[]
  readonly intentCount: number
  readonly orderCount: number
  readonly realised: Money
  readonly fees: Money
  readonly cash: ReadonlyMap<string, Money>
  readonly dust: ReadonlyMap<string, Quantity>
  readonly settings: ReadonlyMap<string, string>
  readonly pending: readonly PendingAction[]
  readonly exchangeState: string | null
  readonly feedState: string | null
}

/** Which trades to read. */
export interface TradeFilter {
  readonly symbol?: string
  readonly owner?: string
  readonly from?: Time
  readonly limit: number
}

/** A trade as people read it. `id` is ours. */
export interface TradeRow extends FillRecord {
  readonly id: string
}

/** Profit of one owner on one symbol over a span of time, in quote units. */
export interface PnlRow {
  readonly owner: string
  readonly symbol: string
  readonly fills: number
  readonly roundTrips: number
  readonly wins: number
  readonly realised: Money
  readonly fees: Money
}

/** Counts for summaries. Candles are of the market: all that are stored; the rest is the account's. */
export interface Totals {
  readonly candles: number
  /** Decisions, the denied ones too. */
  readonly signals: number
  readonly fills: number
  readonly roundTrips: number
}

/** The record of one account. PostgreSQL in earnest, memory in tests. */
export interface Store {
  /**
   * Takes the account for this process and reads what there is; null when nothing was ever committed for it. Throws a Fault
   * `misconfigured` when another process has it. May be called again, after a failed commit: it starts anew from what is stored.
   */
  open(): Promise<Saved | null>
  /**
   * Writes a round whole or not at all. Throws a Fault when it cannot, or when the account was taken over meanwhile: nothing is written then.
   *
   * `act`: what the round does to the world outside. It is called once, as soon as the round outlives every death, which may be before the
   * round can be read. From then on it counts as written: if this throws after `act` was called, the next `open` finds the round all the same.
   */
  commit(round: Round, act?: () => void): Promise<void>
  /** What became of a wish, by its id; null: there is no such wish. */
  wished(id: string): Promise<string | null>
  /** The newest trades first. */
  trades(filter: TradeFilter): Promise<TradeRow[]>
  /** The decisions written last first. */
  decisions(filter: { readonly symbol?: string; readonly outcome?: 'ordered' | 'denied'; readonly limit: number }): Promise<Decision[]>
  /**
   * Profit since an instant, by owner and symbol and in their order. `realised` is that of the round trips closed since then (the cost of
   * dust taken off), and what was realised since then by sells of a position that is still open.
   */
  pnl(from: Time): Promise<PnlRow[]>
  totals(): Promise<Totals>
  /** The newest so many, oldest first. */
  candles(symbol: string, timeframe: Timeframe, limit: number): Promise<Candle[]>
  /** Each kind in the order in which it was written down; orders by id, holdings by owner and symbol. */
  journal(): Promise<JournalRecords>
  /** Gives the account free. */
  close(): Promise<void>
}
