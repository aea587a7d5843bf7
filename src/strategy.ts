/**
 * What a strategy is written against. A strategy is a pure function of the market: it says where one would enter and where one would
 * leave; what is held is the trader's to know. One file in `strategies/` is one strategy, and the file's name is its name.
 */
import type { z } from 'zod'
import type { Adjustment, Enter, EntryAt, Exit, Level, Partial, Signal } from '#domain/signal.ts'
import type { DateParts, Timeframe } from '#domain/time.ts'
import type { Indicator } from '#indicators/feed.ts'
import type { CandleView, Line, Series } from '#indicators/series.ts'

export { percent } from '#domain/signal.ts'
export { atr } from '#indicators/atr.ts'
export { bollinger } from '#indicators/bollinger.ts'
export { defineIndicator, price } from '#indicators/define.ts'
export { ema, wilder } from '#indicators/ema.ts'
export { highest, lowest, swingHigh, swingLow } from '#indicators/extremes.ts'
export { macd } from '#indicators/macd.ts'
export { rsi } from '#indicators/rsi.ts'
export { crossesOver, crossesUnder, type Series } from '#indicators/series.ts'
export { sma } from '#indicators/sma.ts'

/** A wish to hold: why, where (default: at the market), and how to protect it. Levels are prices in quote units, or `percent(5)` of what was really paid. */
export const enter = (wish: {
  readonly reason: string
  readonly at?: EntryAt
  readonly stopLoss?: Level
  readonly takeProfit?: Level
  readonly trailing?: Level
  readonly partial?: Partial
  readonly timeLimit?: number
}): Enter => ({
  kind: 'enter',
  reason: wish.reason,
  at: wish.at ?? null,
  stopLoss: wish.stopLoss ?? null,
  takeProfit: wish.takeProfit ?? null,
  trailing: wish.trailing ?? null,
  partial: wish.partial ?? null,
  timeLimit: wish.timeLimit ?? 0,
})

/** A wish to hold nothing, and why. */
export const exit = (wish: { readonly reason: string }): Exit => ({ kind: 'exit', reason: wish.reason })

/** For `manage`: moves the stop (never down) or the target of a held position. Prices in quote units. */
export const move = (to: { readonly stopLoss?: number; readonly takeProfit?: number; readonly reason?: string }): Adjustment => ({
  kind: 'move',
  ...to,
})

/** The indicators that a strategy declares, by the name under which `decide` sees them. */
export interface Indicators {
  readonly [name: string]: Indicator<unknown>
}
/** Other timeframes that a strategy looks at, by name. */
export interface Also {
  readonly [name: string]: Timeframe
}

type Seen<View> = View extends Line ? Series : { readonly [Name in keyof View]: Seen<View[Name]> }
/** What `decide` sees of declared indicators. */
export type Views<I> = { readonly [Name in keyof I]: I[Name] extends Indicator<infer View> ? Seen<View> : never }
/** What `decide` sees: the candle, the indicators, and the last closed candle of each other timeframe. */
export type MarketView<I, A> = Views<I> & { readonly candle: CandleView } & { readonly [Name in keyof A]: { readonly candle: CandleView } }

/** What `manage` knows of the position: prices in quote units, quantity in base units, times in UTC milliseconds. */
export interface HeldView {
  readonly entryPrice: number
  readonly quantity: number
  readonly openedAt: number
  /** Current stop and target; 0 where there is none. */
  readonly stopLoss: number
  readonly takeProfit: number
  /** Candles of the strategy's timeframe closed since the entry. */
  readonly candles: number
}

interface Common<P extends z.ZodObject> {
  readonly title: string
  /** Other names it is known by. */
  readonly aliases?: readonly string[]
  /** Default: the INTERVAL of the settings. */
  readonly timeframe?: Timeframe
  /** How many candles back `ago` may look. Default 500. */
  readonly lookback?: number
  readonly params: P
}

/** A strategy of one symbol, with its types inferred from its parameters, indicators and other timeframes. */
export interface Strategy<P extends z.ZodObject, I extends Indicators, A extends Also> extends Common<P> {
  /** Cron (UTC): a candle is decided on at the first slot at or after its close. Never adds a decision. */
  readonly schedule?: string
  readonly also?: A
  indicators(params: z.output<P>): I & { readonly candle?: never }
  /** The decision on the candle that just closed; null: none. */
  decide(market: MarketView<I, A>, params: z.output<P>): Signal | null
  /** Asked on each close while a position is held; null: leave it as it is. */
  manage?(position: HeldView, market: MarketView<I, A>, params: z.output<P>): Adjustment | null
}

/** Target weights of a basket by symbol (a share of its allocation), `'keep'` to leave a member as it is. */
export type Weights = Readonly<Record<string, number | 'keep'>>

/** A strategy of several symbols that shares out an allocation of its own. */
export interface Basket<P extends z.ZodObject, I extends Indicators> extends Common<P> {
  /** The share of equity it may hold, unless set otherwise: it stands in place of the limits per symbol and asset. */
  readonly allocation: number
  indicators(params: z.output<P>): I & { readonly candle?: never }
  /** Target weights when the candles of one close are there for all members; null keeps everything. `date`: UTC parts of the close. */
  decide(
    market: { readonly members: ReadonlyMap<string, MarketView<I, Record<never, never>>>; readonly date: DateParts },
    params: z.output<P>,
  ): Weights | null
}

/** A strategy of one symbol, its own types forgotten: what the analyzer runs. */
export interface AnySingle {
  readonly kind: 'single'
  readonly title: string
  readonly aliases?: readonly string[]
  readonly timeframe?: Timeframe
  readonly lookback?: number
  readonly schedule?: string
  readonly also?: Also
  readonly params: z.ZodObject
  indicators(params: object): Indicators
  decide(market: object, params: object): Signal | null
  manage?(position: HeldView, market: object, params: object): Adjustment | null
}
/** A basket, its own types forgotten. */
export interface AnyBasket {
  readonly kind: 'basket'
  readonly title: string
  readonly aliases?: readonly string[]
  readonly timeframe?: Timeframe
  readonly lookback?: number
  readonly params: z.ZodObject
  readonly allocation: number
  indicators(params: object): Indicators
  decide(market: { readonly members: ReadonlyMap<string, object>; readonly date: DateParts }, params: object): Weights | null
}
/** What a file in `strategies/` exports by default. */
export type AnyStrategy = AnySingle | AnyBasket

/** Defines a strategy of one symbol. Parameters come first, then indicators, then decide: types are inferred in that order. */
export const defineStrategy = <P extends z.ZodObject, I extends Indicators, A extends Also = Record<never, never>>(
  strategy: Strategy<P, I, A>,
): Strategy<P, I, A> & AnySingle => ({ ...strategy, kind: 'single' }) as Strategy<P, I, A> & AnySingle

/** Defines a strategy over a basket of symbols. */
export const defineBasket = <P extends z.ZodObject, I extends Indicators>(basket: Basket<P, I>): Basket<P, I> & AnyBasket =>
  ({ ...basket, kind: 'basket' }) as Basket<P, I> & AnyBasket

/** True for what `defineStrategy` or `defineBasket` made, of all that they need: types are not looked at where a file is loaded. */
export const isStrategy = (value: unknown): value is AnyStrategy => {
  const { kind, decide, indicators, params } = (value ?? {}) as { readonly [Key in keyof AnyStrategy]?: AnyStrategy[Key] }
  return (
    (kind === 'single' || kind === 'basket') &&
    typeof decide === 'function' &&
    typeof indicators === 'function' &&
    typeof params?.safeParse === 'function' &&
    params.shape !== undefined
  )
}
