/** What a step of the market means for each stream that somebody listens to. */
import { eight } from '../decimals.ts'
import type { Difference } from '../market/book.ts'
import type { History } from '../market/history.ts'
import { intervalNamed, type Interval, offsetOf } from '../market/interval.ts'
import { movedBy, type Step } from '../market/replay.ts'
import {
  aggEvent,
  bookTicker,
  dayOf,
  klineEvent,
  levelRows,
  miniTicker,
  tickerEvent,
  tradeEvent,
  windowEvent,
  windowOf,
} from '../market/tables.ts'
import { averagePrice } from '../trading/scene.ts'
import type { World } from '../world.ts'

/** A stream's name and a payload for it. */
export type Published = readonly [name: string, data: object]

type Wanted = ReadonlyMap<string, unknown>

/** What was told last on a stream of a symbol. */
interface Told {
  /** Which piece of market time it was told in. */
  readonly piece: number
  /** Trades, or updates of the book, that were known then. */
  readonly version: number
}

const SECOND = 1000
const TENTH = 100
const HOUR = 3_600_000
const windows: Readonly<Record<string, number>> = { '1h': HOUR, '4h': 4 * HOUR, '1d': 24 * HOUR }

/** Makes payloads, only of streams that are wanted. */
export class Publisher {
  readonly #world: World
  readonly #told = new Map<string, Told>()
  /** What each stream of differences has not told yet. */
  readonly #differences = new Map<string, Difference>()

  constructor(world: World) {
    this.#world = world
  }

  /** Somebody listens to a stream that nobody listened to: differences are told from here on. */
  begin(name: string): void {
    const [symbol, kind] = split(name)
    if (differencePace(kind) !== null && this.#world.replay.histories.has(symbol))
      this.#differences.set(name, this.#world.books.watch(symbol))
  }
  /** Nobody listens to it any more. */
  end(name: string): void {
    const difference = this.#differences.get(name)
    if (difference !== undefined) this.#world.books.unwatch(split(name)[0], difference)
    this.#differences.delete(name)
    for (const key of this.#told.keys()) if (key.startsWith(`${name} `)) this.#told.delete(key)
  }

  /** Everything that a step tells, in order: by symbol, then those of all symbols. */
  eventsOf(step: Step, wanted: Wanted): Published[] {
    const moved = movedBy(step)
    const bySymbol = grouped(wanted)
    const found = moved.flatMap(history => (bySymbol.get(history.symbol) ?? []).flatMap(name => this.#ofName(name, history)))
    for (const name of bySymbol.get('') ?? []) {
      const rows = moved.flatMap(history => this.#ofAll(name, history))
      if (rows.length > 0) found.push([name, rows])
    }
    return found
  }

  /** The open bars again. */
  repeated(wanted: Wanted): Published[] {
    return [...wanted.keys()].flatMap(name => {
      const [symbol, kind] = split(name)
      const history = this.#world.replay.histories.get(symbol)
      const interval = intervalIn(kind)
      if (history === undefined || interval === null || !interval.madeOf(history.unit)) return []
      const bar = history.openBar(interval)
      return bar === null || bar.closed ? [] : [[name, klineEvent(symbol, interval.name, bar, this.#world.now())] as const]
    })
  }

  #ofName(name: string, history: History): Published[] {
    const { symbol } = history
    const [, kind] = split(name)
    const time = this.#world.now()
    const interval = intervalIn(kind)
    if (interval !== null) return this.#klines(name, history, interval)
    if (kind.startsWith('depth')) return this.#depth(name, kind, history)
    const { matching } = this.#world.venue
    switch (kind) {
      case 'trade':
        return history.newTrades().map(trade => [name, tradeEvent(symbol, trade, time)])
      case 'aggTrade':
        return history.newAggregates().map(aggregate => [name, aggEvent(symbol, aggregate, time)])
      case 'bookTicker': {
        const update = this.#world.books.updateOf(symbol)
        return this.#due(name, history, 1, update) ? [[name, bookTicker(symbol, matching.market(symbol), update)]] : []
      }
      case 'avgPrice': {
        const last = history.lastTrade()
        if (last === null || !this.#traded(name, history)) return []
        return [[name, { e: 'avgPrice', E: time, s: symbol, i: '5m', w: eight(averagePrice(this.#world.venue, symbol)), T: last.time }]]
      }
      default:
        return this.#ticker(name, kind, history).map(data => [name, data])
    }
  }

  // A symbol's part of a stream of all symbols.
  #ofAll(name: string, history: History): object[] {
    const kind = /^!(.+)@arr$/.exec(name)?.[1]
    // !ticker@arr was retired on 2026-03-26
    return kind === undefined || kind === 'ticker' ? [] : this.#ticker(name, kind, history)
  }

  #ticker(name: string, kind: string, history: History): object[] {
    const window = /^ticker_(.+)$/.exec(kind)?.[1]
    const span = windows[window ?? '']
    if ((kind !== 'miniTicker' && kind !== 'ticker' && span === undefined) || !this.#traded(name, history)) return []
    const day = span === undefined ? dayOf(history) : windowOf(history, span)
    if (day === null) return []
    const { symbol } = history
    const time = this.#world.now()
    if (span !== undefined) return [windowEvent(symbol, window!, day, time)]
    return [kind === 'ticker' ? tickerEvent(symbol, day, this.#world.venue.matching.market(symbol), time) : miniTicker(symbol, day, time)]
  }

  #klines(name: string, history: History, interval: Interval): Published[] {
    if (!interval.madeOf(history.unit)) return []
    const { ended, open } = history.newBars(interval)
    const told = open !== null && this.#traded(name, history) ? [...ended, open] : ended
    return told.map(bar => [name, klineEvent(history.symbol, interval.name, bar, this.#world.now())])
  }

  #depth(name: string, kind: string, history: History): Published[] {
    const { books } = this.#world
    const { symbol } = history
    const partial = /^depth(5|10|20)(@100ms|@1000ms)?$/.exec(kind)
    const pace = partial === null ? differencePace(kind) : partial[2] === '@100ms' ? TENTH : SECOND
    if (pace === null || !this.#due(name, history, pace, books.updateOf(symbol))) return []
    if (partial !== null) {
      const { update, bids, asks } = books.shown(symbol, Number(partial[1]))
      return [[name, { lastUpdateId: update, bids: levelRows(bids), asks: levelRows(asks) }]]
    }
    const told = this.#differences.get(name)?.tell() ?? null
    if (told === null) return []
    const { first: U, book } = told
    const [b, a] = [levelRows(book.bids), levelRows(book.asks)]
    return [[name, { e: 'depthUpdate', E: this.#world.now(), s: symbol, U, u: book.update, b, a }]]
  }

  // True once a second of the market where there were trades since it was told last.
  #traded(name: string, history: History): boolean {
    return this.#due(name, history, SECOND, history.shownTrades)
  }

  // True when something new is to be told, and its time has come. A replay of candles tells each step.
  #due(name: string, history: History, pace: number, version: number): boolean {
    if (!history.paced) return true
    const key = `${name} ${history.symbol}`
    const told = this.#told.get(key)
    const piece = Math.floor(history.marketTime() / pace)
    if (told !== undefined && (told.version === version || (pace > 1 && told.piece === piece))) return false
    this.#told.set(key, { piece, version })
    return true
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

/** A stream's symbol and kind; no symbol for streams of all of them. */
const split = (name: string): readonly [symbol: string, kind: string] => {
  const place = name.indexOf('@')
  if (place < 0 || name.startsWith('!')) return ['', name]
  return [name.slice(0, place).toUpperCase(), name.slice(place + 1)]
}

/** The interval of a kline stream, such as kline_1d or kline_1d@+08:00; null for another stream. */
function intervalIn(kind: string): Interval | null {
  const [, name, zone] = /^kline_(\w+)(?:@(\+08:00))?$/.exec(kind) ?? []
  return name === undefined ? null : intervalNamed(name, zone === undefined ? 0 : offsetOf(zone)!)
}

const differencePace = (kind: string): number | null =>
  kind === 'depth' || kind === 'depth@1000ms' ? SECOND : kind === 'depth@100ms' ? TENTH : null

/** Why a stream can never tell anything here, or null. */
export function refusalOf(name: string, { replay: { histories } }: World): string | null {
  const [symbol, kind] = split(name)
  const interval = intervalIn(kind)
  const history = histories.get(symbol)
  if (history === undefined || interval === null || interval.madeOf(history.unit)) return null
  return `${name}: what is replayed of ${symbol} is coarser than ${interval.name}`
}
