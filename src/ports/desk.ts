/** Everything a person may ask or wish. Chat, REST and web stand on it; none of them sees more. */
import type { Decision } from '#domain/journal.ts'
import type { Money, Price, Quantity, Ratio } from '#domain/money.ts'
import type { NewsKind, Volume, Volumes } from '#domain/news.ts'
import type { Time } from '#domain/time.ts'
import type { PnlRow, TradeFilter, TradeRow } from './store.ts'

/** An amount as a person names it. */
export type AmountWish =
  | { readonly kind: 'quantity'; readonly quantity: Quantity }
  | { readonly kind: 'quote'; readonly amount: Money }
  /** Of equity for a buy, of the position for a sell. */
  | { readonly kind: 'percent'; readonly share: Ratio }

/** A price as a person names it: as it is, or a distance in percent from the price paid. */
export type LevelWish = { readonly kind: 'price'; readonly price: number } | { readonly kind: 'percent'; readonly percent: number }

/** What became of a wish, in words. */
export interface WishResult {
  readonly done: boolean
  readonly message: string
}

/** How things stand. */
export interface Status {
  readonly trading: 'demo' | 'live'
  readonly mode: 'running' | 'paused' | 'reduced' | 'halted'
  readonly time: Time
  readonly started: Time
  readonly symbols: readonly string[]
  readonly strategies: number
  readonly openPositions: number
  readonly openOrders: number
  readonly quote: string
  readonly startEquity: Money
  readonly equity: Money
  readonly realised: Money
  readonly unrealised: Money
  readonly fees: Money
  /** What the start equity would be worth now, had it been split evenly over the symbols at the start; null before there are prices. */
  readonly holding: Money | null
}

/** One asset of the account. Value null: no price is known. */
export interface BalanceRow {
  readonly asset: string
  readonly free: Money
  readonly locked: Money
  readonly value: Money | null
}

/** An asset in the account on the exchange beside the record. */
export interface AssetRow {
  readonly asset: string
  /** In the account, free and in orders. */
  readonly holds: Quantity
  readonly recorded: Quantity
  /** Where the record has it: "rsi BTCUSDC", "cash", "rests". */
  readonly parts: readonly { readonly of: string; readonly amount: Quantity }[]
  /** So much less is in the account. */
  readonly missing: Quantity
  /** So much of that is certain: the rest may still be on its way. */
  readonly certain: Quantity
}

/** A position with its protection. Prices 0: none. */
export interface PositionRow {
  readonly owner: string
  readonly symbol: string
  readonly base: string
  readonly quote: string
  readonly quantity: Quantity
  readonly paid: Price
  readonly last: Price
  readonly value: Money
  readonly unrealised: Money
  readonly stop: Price
  readonly target: Price
  readonly trailing: Price
  readonly openedAt: Time
  readonly leaving: string | null
}

/** How much of equity a symbol or asset takes, against its limit (null: none). */
export interface ExposureRow {
  readonly name: string
  readonly kind: 'symbol' | 'asset' | 'allocation'
  readonly value: Money
  readonly share: Ratio
  readonly limit: Ratio | null
}

/** A strategy as it runs. */
export interface StrategyRow {
  readonly name: string
  readonly title: string
  readonly enabled: boolean
  readonly timeframe: string
  readonly schedule: string | null
  readonly symbols: readonly string[]
  readonly params: Readonly<Record<string, unknown>>
  /** Its name in lists of parameters, the default, and the variable it is read from. */
  readonly fields: readonly { readonly name: string; readonly value: string; readonly fallback: string; readonly env: string | null }[]
  readonly allocation: Ratio | null
  readonly trouble: string | null
}

/** A change of a strategy; null puts a parameter back to its default. */
export interface StrategyChange {
  readonly enabled?: boolean
  readonly params?: Readonly<Record<string, string | null>>
  readonly symbols?: readonly string[]
}

/** A person's entry. */
export interface BuyWish {
  readonly symbol: string
  /** None: the default size. */
  readonly amount: AmountWish | null
  readonly limit: number | null
  readonly stop: LevelWish | null
  readonly target: LevelWish | null
}

/** Profit over one span of time. */
export interface PnlSpan {
  readonly name: string
  readonly rows: readonly PnlRow[]
}

/** What people may ask and wish. `person` is who asks, for the record. */
export interface Desk {
  status(): Promise<Status>
  balances(): Promise<readonly BalanceRow[]>
  positions(): Promise<readonly PositionRow[]>
  trades(filter: TradeFilter): Promise<readonly TradeRow[]>
  /** Today (UTC), 7 days, 30 days, all. */
  pnl(): Promise<readonly PnlSpan[]>
  exposure(): Promise<readonly ExposureRow[]>
  decisions(filter: {
    readonly symbol?: string
    readonly outcome?: 'ordered' | 'denied'
    readonly limit: number
  }): Promise<readonly Decision[]>
  strategies(): Promise<readonly StrategyRow[]>
  /** The traded symbol that a person means ("btc", "BTC/EUR", "BTCEUR"), or what is wrong with it. */
  symbol(text: string): { readonly symbol: string; readonly base: string; readonly quote: string } | { readonly problem: string }
  buy(person: string, wish: BuyWish): Promise<WishResult>
  /** Sells what an owner holds; owner null: the only one, else the answer asks which. Amount null: all. */
  sell(
    person: string,
    wish: { readonly symbol: string; readonly owner: string | null; readonly amount: AmountWish | null },
  ): Promise<WishResult>
  /** Level null removes it. */
  setStop(
    person: string,
    wish: { readonly symbol: string; readonly owner: string | null; readonly level: LevelWish | null },
  ): Promise<WishResult>
  setTarget(
    person: string,
    wish: { readonly symbol: string; readonly owner: string | null; readonly level: LevelWish | null },
  ): Promise<WishResult>
  setMode(person: string, mode: Status['mode']): Promise<WishResult>
  /** What the account holds of an asset now, beside the record; or why that cannot be said. */
  compare(asset: string): Promise<AssetRow | { readonly problem: string }>
  /** Writes off what is missing of an asset for certain: of an owner's positions, or (null) of all in proportion. */
  adjust(person: string, wish: { readonly asset: string; readonly owner: string | null }): Promise<WishResult>
  changeStrategy(person: string, name: string, change: StrategyChange): Promise<WishResult>
  /** How loud each kind of news is. */
  volumes(): Volumes
  setVolume(person: string, kind: NewsKind, volume: Volume): Promise<WishResult>
  /** The same desk for what one message wishes: a wish of a message that was granted before is not granted again, the answer is as it was. */
  under(message: string): Desk
  /** What a wish of this message was answered in an earlier run or attempt, or null. */
  earlier(): Promise<string | null>
  readonly version: string
}
