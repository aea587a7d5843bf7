/** What a step of the market means for each stream that somebody listens to. */
import { lengthOf, openOf, type Timeframe, timeframes } from '#domain/time.ts'
import { eight } from '../decimals.ts'
import { levelsOf } from '../market/book.ts'
import type { Bar, History, MarketTrade } from '../market/history.ts'
import type { PhaseBar, Step } from '../market/replay.ts'
import { bookTicker, dayOf, klineEvent, miniTicker, tickerEvent } from '../market/tables.ts'
import { averagePrice } from '../trading/scene.ts'
import type { World } from '../world.ts'

/** A stream's name and a payload for it. */
export type Published = readonly [name: string, data: object]

type Wanted = ReadonlyMap<string, unknown>

/** Makes payloads, only of streams that are wanted. */
export class Publisher {
  readonly #world: World
  constructor(world: World) {
    this.#world = world
  }

  /** Everything that a step tells, in order: trades, book, candles, tickers. */
  eventsOf(step: Step, wanted: Wanted): Published[] {
    const found: Published[] = []
    const bySymbol = grouped(wanted)
    const minis: object[] = []
    for (const bar of step.bars) {
      const { history } = bar
      for (const name of bySymbol.get(history.symbol.toLowerCase()) ?? []) found.push(...this.#ofName(name, step, bar))
      if (wanted.has('!miniTicker@arr')) minis.push(...this.#mini(history))
    }
    if (minis.length > 0) found.push(['!miniTicker@arr', minis])
    return found
  }

  /** The open bars again. */
  repeated(wanted: Wanted): Published[] {
    return [...wanted.keys()].flatMap(name => {
      const [symbol, kind] = split(name)
      const history = this.#world.replay.histories.get(symbol.toUpperCase())
      const interval = intervalIn(kind)
      if (history === undefined || interval === null || history.shown === 0) return []
      return this.#kline(name, history, interval, history.columns.time[history.closed]!)
    })
  }

  #ofName(name: string, step: Step, bar: PhaseBar): Published[] {
    const { history } = bar
    const { symbol } = history
    const [, kind] = split(name)
    const interval = intervalIn(kind)
    if (interval !== null) return this.#klines(name, step, history, interval)
    const time = this.#world.now()
    const market = this.#world.venue.matching.market(symbol)
    const day = (): ReturnType<typeof dayOf> => dayOf(history)
    switch (kind) {
      case 'trade':
        return newTrades(step, history).map(trade => [name, tradeEvent(symbol, trade, time)])
      case 'aggTrade':
        return newTrades(step, history).map(trade => [name, aggEvent(symbol, trade, time)])
      case 'bookTicker':
        return [[name, bookTicker(symbol, market, this.#world.bookUpdates)]]
      case 'miniTicker':
        return this.#mini(history).map(data => [name, data])
      case 'ticker': {
        const found = day()
        return found === null ? [] : [[name, tickerEvent(symbol, found, market, time)]]
      }
      case 'avgPrice':
        return [[name, { e: 'avgPrice', E: time, s: symbol, i: '5m', w: eight(averagePrice(this.#world.venue, symbol)), T: step.time }]]
      default:
        return this.#depth(name, kind, symbol)
    }
  }

  #depth(name: string, kind: string, symbol: string): Published[] {
    const levels = /^depth(5|10|20)(@100ms|@1000ms)?$/.exec(kind)
    if (levels === null) return []
    const market = this.#world.venue.matching.market(symbol)
    const side = (of: 'bid' | 'ask'): string[][] =>
      levelsOf(market, of, Number(levels[1])).map(({ price, quantity }) => [eight(price), eight(quantity)])
    return [[name, { lastUpdateId: this.#world.bookUpdates, bids: side('bid'), asks: side('ask') }]]
  }

  #mini(history: History): object[] {
    const found = dayOf(history)
    return found === null ? [] : [miniTicker(history.symbol, found, this.#world.now())]
  }

  #klines(name: string, { phase }: Step, history: History, interval: Timeframe): Published[] {
    const { time } = history.columns
    const base = lengthOf(history.timeframe)
    if (lengthOf(interval) % base !== 0) return []
    if (phase !== 'open') return this.#kline(name, history, interval, time[phase === 'close' ? history.closed - 1 : history.closed]!)
    const opened = time[history.closed]!
    const before = history.closed === 0 ? null : time[history.closed - 1]!
    // a longer bar whose last candles are missing closes when the next one opens
    const late =
      before !== null &&
      openOf(before, interval) !== openOf(opened, interval) &&
      before + base !== openOf(before, interval) + lengthOf(interval)
    return [...(late ? this.#kline(name, history, interval, before) : []), ...this.#kline(name, history, interval, opened)]
  }

  #kline(name: string, history: History, interval: Timeframe, at: number): Published[] {
    const bar: Bar | null = history.barAt(openOf(at, interval), interval)
    return bar === null ? [] : [[name, klineEvent(history.symbol, interval, bar, this.#world.now())]]
  }
}

function grouped(wanted: Wanted): Map<string, string[]> {
  const bySymbol = new Map<string, string[]>()
  for (const name of wanted.keys()) {
    const [symbol] = split(name)
    const names = bySymbol.get(symbol)
    if (names === undefined) bySymbol.set(symbol, [name])
    else names.push(name)
  }
  return bySymbol
}

const split = (name: string): readonly [symbol: string, kind: string] => {
  const place = name.indexOf('@')
  return place < 0 ? [name, ''] : [name.slice(0, place), name.slice(place + 1)]
}

const intervalIn = (kind: string): Timeframe | null => {
  const name = /^kline_(\w+)$/.exec(kind)?.[1]
  return timeframes.find(one => one === name) ?? null
}

// The trades that a phase is told as: its open, its extremes, its close.
function newTrades({ phase }: Step, history: History): MarketTrade[] {
  const index = phase === 'close' ? history.closed - 1 : history.closed
  const trades = history.trades(index)
  return phase === 'open' ? trades.slice(0, 1) : phase === 'range' ? trades.slice(1, 3) : trades.slice(3)
}

const tradeEvent = (symbol: string, { id, price, quantity, time, buyerMaker }: MarketTrade, now: number): object => ({
  e: 'trade',
  E: now,
  s: symbol,
  t: id,
  p: price.toFixed(8),
  q: quantity.toFixed(8),
  T: time,
  m: buyerMaker,
  M: true,
})

const aggEvent = (symbol: string, { id, price, quantity, time, buyerMaker }: MarketTrade, now: number): object => ({
  e: 'aggTrade',
  E: now,
  s: symbol,
  a: id,
  p: price.toFixed(8),
  q: quantity.toFixed(8),
  f: id,
  l: id,
  T: time,
  m: buyerMaker,
  M: true,
})
