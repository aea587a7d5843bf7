/**
 * A desk for tests: a scripted strategy on hand-written hourly bars, and what came of it as lines that read like a diary.
 *
 * A line begins with the hour: `3` is the instant at which bar 2 closed and bar 3 opens, `3+` is somewhere inside bar 3, `-` is the end of
 * an order that nobody dated. Every scene runs twice, by the backtest and candle by candle over the paper exchange, and must read the same.
 */
import { expect } from 'vitest'
import { z } from 'zod'
import { openPaperExchange } from '#adapters/paper/paper.ts'
import { runBacktest } from '#backtest/run.ts'
import { aggregate } from '#domain/aggregate.ts'
import { type Candle, type Columns, columnsOf } from '#domain/candle.ts'
import type { Recorder } from '#domain/journal.ts'
import { format, type Money, money, quantity, type Ratio, ratio } from '#domain/money.ts'
import { isFinal, type Order, type OrderType, type OrderUpdate } from '#domain/order.ts'
import type { Adjustment, Signal } from '#domain/signal.ts'
import { allOrderTypes, type Filters, noFilters, type SymbolInfo } from '#domain/symbol.ts'
import { at, lengthOf, openOf, type Time, type Timeframe } from '#domain/time.ts'
import { Engine, type OwnerSetup } from '#engine'
import type { Costs } from '#matching/costs.ts'
import type { MarketEvent } from '#ports/feed.ts'
import { type AnyStrategy, defineStrategy, type HeldView } from '#strategy'
import type { Rules } from '#trader/draft.ts'

/** A Monday, midnight UTC. */
export const START = 1_672_617_600_000
export const HOUR = 3_600_000

/** Hours since the start. */
export const hourOf = (time: number): number => (time - START) / HOUR
/** An hour as an instant. */
export const hour = (hours: number): Time => at(START + hours * HOUR)

/** Bars as text: "open high low close", and a volume where it matters (else a million). */
export function columns(rows: readonly string[]): Columns {
  const result = columnsOf(rows.length)
  for (const [index, row] of rows.entries()) {
    const [open, high, low, close, volume = 1e6] = row.trim().split(/\s+/).map(Number)
    result.time[index] = START + index * HOUR
    Object.assign(result.open, { [index]: open })
    Object.assign(result.high, { [index]: high })
    Object.assign(result.low, { [index]: low })
    Object.assign(result.close, { [index]: close })
    Object.assign(result.volume, { [index]: volume })
  }
  return result
}

/** A market; base and quote are the first and last letters of its name. */
export const market = (symbol: string, filters: Partial<Filters> = {}, orderTypes: readonly OrderType[] = allOrderTypes): SymbolInfo => ({
  symbol,
  base: symbol.slice(0, -4),
  quote: symbol.slice(-4),
  trading: true,
  orderTypes,
  replaces: true,
  filters: { ...noFilters, ...filters },
})

export interface Scene {
  /** Bars of BTCUSDC, or of several markets. */
  readonly bars: readonly string[] | Readonly<Record<string, readonly string[]>>
  /** What the strategy says at the close of a bar (of its own timeframe), by the bar's index. */
  readonly says?: Readonly<Record<number, Signal>>
  /** Asked at each close while it holds, with the index of the bar that closed. */
  readonly manage?: (position: HeldView, bar: number) => Adjustment | null
  readonly timeframe?: Timeframe
  readonly schedule?: string
  /** In place of the one scripted strategy. */
  readonly owners?: readonly OwnerSetup[]
  readonly filters?: Partial<Filters>
  readonly orderTypes?: readonly OrderType[]
  readonly fee?: string
  readonly slippage?: string
  /** The share of a bar's volume that orders may take. */
  readonly volumeShare?: number
  readonly rules?: Partial<Rules>
  readonly cash?: string
  /** What a person does right after the candles of an hour were decided on. The backtest has no people, so it is left out then. */
  readonly people?: Readonly<Record<number, (engine: Engine) => void>>
}

export interface Outcome {
  readonly log: readonly string[]
  readonly engine: Engine
  readonly ambiguousBars: number
}

/** A strategy that says what its script says, by the index of the candle. */
export const scripted = (
  says: Readonly<Record<number, Signal>>,
  { manage, schedule, timeframe = '1h' }: Pick<Scene, 'manage' | 'schedule' | 'timeframe'> = {},
): AnyStrategy =>
  defineStrategy({
    title: 'script',
    params: z.object({}),
    indicators: () => ({}),
    ...(schedule === undefined ? {} : { schedule }),
    ...(manage === undefined
      ? {}
      : { manage: (position: HeldView, view: { candle: { time: number } }) => manage(position, indexOf(view.candle.time, timeframe)) }),
    decide: ({ candle }) => says[indexOf(candle.time, timeframe)] ?? null,
  })

const indexOf = (time: number, timeframe: Timeframe): number => (time - START) / lengthOf(timeframe)

/** An owner with a scripted strategy. */
export const owner = (
  name: string,
  strategy: AnyStrategy,
  symbols: readonly string[] = ['BTCUSDC'],
  more: Partial<OwnerSetup> = {},
): OwnerSetup => ({
  name,
  strategy,
  params: {},
  symbols,
  timeframe: '1h',
  size: null,
  allocation: null,
  ...more,
})

/** Plays a scene by both shells. Throws when they disagree. */
export function play(scene: Scene): Outcome {
  const live = candleByCandle(scene)
  if (scene.people !== undefined) return live
  const backtest = backtested(scene)
  expect(backtest.log, 'the backtest and candle by candle must read the same').toEqual(live.log)
  expect(backtest.ambiguousBars).toBe(live.ambiguousBars)
  return backtest
}

interface Made {
  readonly histories: readonly { readonly info: SymbolInfo; readonly timeframe: '1h'; readonly columns: Columns }[]
  readonly owners: readonly OwnerSetup[]
  readonly funds: ReadonlyMap<string, Money>
  readonly rules: Rules
  readonly costs: Costs
  readonly recorder: Recorder
}

function make(scene: Scene, log: string[]): Made {
  const {
    bars,
    says = {},
    timeframe = '1h',
    filters,
    orderTypes,
    fee = '0',
    slippage = '0',
    volumeShare = 0,
    rules,
    cash = '10000',
  } = scene
  const several = (Array.isArray(bars) ? { BTCUSDC: bars } : bars) as Readonly<Record<string, readonly string[]>>
  return {
    histories: Object.entries(several).map(([symbol, rows]) => ({
      info: market(symbol, filters, orderTypes),
      timeframe: '1h',
      columns: columns(rows),
    })),
    owners: scene.owners ?? [owner('script', scripted(says, scene), Object.keys(several), { timeframe })],
    funds: new Map([['USDC', money(cash)]]),
    rules: {
      size: { kind: 'quantity', quantity: quantity('10') },
      perSymbol: null,
      perAsset: null,
      manualStop: 0,
      fee: ratio(fee),
      ...rules,
    },
    costs: { taker: ratio(fee), maker: ratio(fee), slippage: () => ratio(slippage), volumeShare, bnbShare: 0n as Ratio },
    recorder: diary(log, Object.keys(several).length > 1 || scene.owners !== undefined),
  }
}

function backtested(scene: Scene): Outcome {
  const log: string[] = []
  const { engine, matching } = runBacktest(make(scene, log))
  return { log, engine, ambiguousBars: matching.ambiguousBars }
}

function candleByCandle(scene: Scene): Outcome {
  const log: string[] = []
  const { histories, owners, funds, rules, costs, recorder } = make(scene, log)
  const symbols = histories.map(({ info }) => info)
  const engine = new Engine({ symbols, funds, rules, owners, recorder, source: () => ({ kind: 'live' }) })
  const exchange = openPaperExchange(symbols, costs, funds)
  const heard: OrderUpdate[] = []
  exchange.connect(updates => void heard.push(...updates))
  const rounds = (time: Time): void => {
    for (;;) {
      for (const update of heard.splice(0)) engine.update(update)
      const actions = engine.actions.take()
      exchange.act(actions, time)
      if (actions.length === 0 && heard.length === 0) return
    }
  }
  const show = (event: MarketEvent): void => {
    exchange.market(event)
    if (event.kind === 'close') engine.candles(event.time, event.bars, event.candles)
    if (event.kind === 'open') for (const { symbol, price } of event.opens) engine.price(symbol, price)
    rounds(event.time)
  }
  const last = Math.max(...histories.map(({ columns: { time } }) => time.at(-1)!))
  for (let time = START; time <= last; time += HOUR) {
    const there = histories.filter(history => history.columns.time.includes(time))
    const bars = there.map(({ info, columns: bar }) => candleAt(bar, bar.time.indexOf(time), info.symbol, '1h'))
    const opens = bars.map(({ symbol, open, volume }) => ({ symbol, price: open, volume }))
    show({ kind: 'open', time: at(time), opens })
    const close = at(time + HOUR)
    const timeframes = new Set(owners.flatMap(({ timeframe, strategy }) => [timeframe, ...alsoOf(strategy)]))
    const candles = there.flatMap(({ info, columns: all }) =>
      [...timeframes].flatMap(timeframe => {
        const open = openOf(time, timeframe)
        if (open + lengthOf(timeframe) !== close) return []
        const longer = aggregate(all, '1h', timeframe)
        return [candleAt(longer, longer.time.indexOf(open), info.symbol, timeframe)]
      }),
    )
    show({ kind: 'range', time: close, bars })
    show({ kind: 'close', time: close, bars, candles })
    scene.people?.[hourOf(close)]?.(engine)
    rounds(close)
  }
  return { log, engine, ambiguousBars: exchange.ambiguousBars }
}

const alsoOf = (strategy: AnyStrategy): Timeframe[] => (strategy.kind === 'single' ? Object.values(strategy.also ?? {}) : [])

const candleAt = ({ time, open, high, low, close, volume }: Columns, index: number, symbol: string, timeframe: Timeframe): Candle => ({
  symbol,
  timeframe,
  openTime: at(time[index]!),
  open: open[index]!,
  high: high[index]!,
  low: low[index]!,
  close: close[index]!,
  volume: volume[index]!,
  complete: 1,
})

const when = (time: number): string => (hourOf(time + 1) % 1 === 0 ? `${Math.floor(hourOf(time))}+` : String(hourOf(time)))

// What an order is called in the diary.
function nameOf({ purpose, request }: Order): string {
  const { type, price, stopPrice } = request
  if (type === 'MARKET') return purpose
  if (purpose === 'protection') return stopPrice > 0n ? `stop ${format(stopPrice)}` : `target ${format(price)}`
  return stopPrice > 0n ? `buy stop ${format(stopPrice)}` : `limit ${format(price)}`
}

function diary(log: string[], who: boolean): Recorder {
  const by = (owner: string, symbol: string): string => (who ? ` ${owner} ${symbol.slice(0, -4)}` : '')
  return {
    values: false,
    decided({ owner, symbol, kind, time, outcome }) {
      if (outcome !== 'ordered') log.push(`${when(time)}${by(owner, symbol)} no ${kind}: ${outcome}`)
    },
    intended() {},
    ordered(order) {
      const mine = by(order.owner, order.request.symbol)
      if (order.status === 'sending' && order.request.type !== 'MARKET')
        log.push(`${when(order.createdAt)}${mine} ${nameOf(order)} for ${format(order.request.quantity)}`)
      if (isFinal(order.status) && order.status !== 'filled') log.push(`-${mine} ${nameOf(order)} ${order.status}`)
    },
    filled({ side, price, quantity: size, fee, feeAsset, time, symbol }, { reason, purpose, owner }) {
      const cost = fee > 0n ? ` fee ${format(fee)} ${feeAsset}` : ''
      const why = purpose === 'entry' ? '' : `: ${reason}`
      log.push(`${when(time)}${by(owner, symbol)} ${side === 'BUY' ? 'bought' : 'sold'} ${format(size)} at ${format(price)}${cost}${why}`)
    },
    held() {},
    stopMoved() {},
    closed({ owner, symbol, realised, closedAt }, reason) {
      log.push(`${when(closedAt)}${by(owner, symbol)} closed ${format(realised)}: ${reason}`)
    },
    dust(owner, symbol, rest, time) {
      log.push(`${when(time)}${by(owner, symbol)} dust ${format(rest)}`)
    },
  }
}

/** The lines of a story written as an indented text. */
export const lines = (story: string): string[] =>
  story
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')

/** Bars in which nothing happens: "100 101 99 100", a number of times. */
export const quiet = (count: number): string[] => Array.from({ length: count }, () => '100 101 99 100')

/** A bar of BTCUSDC over one hour in which nothing moved. */
export const flatBar = (openHour: number, close: number): Candle => ({
  symbol: 'BTCUSDC',
  timeframe: '1h',
  openTime: hour(openHour),
  open: close,
  high: close,
  low: close,
  close,
  volume: 1,
  complete: 1,
})
