/** A market that goes on by a test's clock: candles that close, asked for by REST or heard by streams, with what goes wrong on the way. */
import { Aggregator } from '#domain/aggregate.ts'
import type { Candle } from '#domain/candle.ts'
import { Fault } from '#domain/fault.ts'
import { at, lengthOf, type Time, type Timeframe } from '#domain/time.ts'
import type { MarketData, MarketMessage, MarketStreams, Stream } from '#ports/market.ts'
import type { TestClock } from './chat/clock.ts'

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d_2b_79_f5) >>> 0
    let value = Math.imul(state ^ (state >>> 15), state | 1)
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61)
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** From one time up to another. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** What goes wrong, and when. */
export interface Mishaps {
  /** Nothing comes by streams. */
  readonly silent: Span[]
  /** REST fails, or takes so long. */
  readonly failing: Span[]
  readonly slow: (Span & { readonly wait: number })[]
  /** REST does not give yet what closed within so many milliseconds. */
  readonly lagging: (Span & { readonly lag: number })[]
  /** By "BTCUSDC 1m 1700000040000" (open time): how the stream brings that candle. */
  readonly carried: Map<string, 'drop' | 'twice' | 'wrong' | { readonly after: number }>
}

export const noMishaps = (): Mishaps => ({ silent: [], failing: [], slow: [], lagging: [], carried: new Map() })

/** How a candle is named in `carried` and in comparisons. */
export const nameOf = ({ symbol, timeframe, openTime }: Pick<Candle, 'symbol' | 'timeframe' | 'openTime'>): string =>
  `${symbol} ${timeframe} ${openTime}`

const within = <S extends Span>(spans: readonly S[], time: number): S | undefined => spans.find(({ from, to }) => from <= time && time < to)

// The first candle that opens at or after a time.
function firstAt(candles: readonly Candle[], openTime: number): number {
  let low = 0
  let high = candles.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (candles[middle]!.openTime < openTime) low = middle + 1
    else high = middle
  }
  return low
}

export class LiveMarket {
  readonly mishaps: Mishaps = noMishaps()
  /** All candles that exist, by symbol and timeframe, oldest first. */
  readonly existing = new Map<string, Candle[]>()
  /** The market's time. */
  now(): number {
    return this.#clock.now()
  }

  /** How often REST was asked. */
  asked = 0
  readonly #clock: TestClock
  #hear: ((message: MarketMessage) => void) | null = null
  #wanted = new Set<string>()

  constructor(clock: TestClock) {
    this.#clock = clock
  }

  /** Makes the candles of a symbol over some minutes; those of longer timeframes are made of them. `exists`: whether a minute has one. */
  list(symbol: string, { from, to }: Span, longer: readonly Timeframe[], exists: (openTime: number) => boolean = () => true): void {
    const random = seeded(symbol.length + symbol.charCodeAt(0))
    const minutes: Candle[] = []
    const builders = longer.map(timeframe => ({ aggregator: new Aggregator('1m', timeframe), candles: [] as Candle[], timeframe }))
    let price = 100
    for (let openTime = from; openTime < to; openTime += 60_000) {
      const open = price
      price *= 1 + (random() - 0.5) / 100
      const [high, low] = [Math.max(open, price) * 1.001, Math.min(open, price) * 0.999]
      const candle = {
        symbol,
        timeframe: '1m',
        openTime: at(openTime),
        open,
        high,
        low,
        close: price,
        volume: random(),
        complete: 1,
      } as const
      if (exists(openTime)) {
        minutes.push(candle)
        for (const { aggregator } of builders) aggregator.add(candle)
      }
      for (const { aggregator, candles } of builders) {
        const bar = aggregator.close(at(openTime + 60_000))
        if (bar !== null) candles.push({ ...bar, complete: 1 })
      }
    }
    this.existing.set(`${symbol} 1m`, minutes)
    for (const { timeframe, candles } of builders) this.existing.set(`${symbol} ${timeframe}`, candles)
  }

  readonly data: MarketData = {
    candles: async ({ symbol, timeframe, from, limit }) => {
      this.asked++
      await this.#reply()
      const now = this.#clock.now()
      const lag = within(this.mishaps.lagging, now)?.lag ?? 0
      const all = this.existing.get(`${symbol} ${timeframe}`) ?? []
      const first = firstAt(all, from)
      const given = all.slice(first, first + limit)
      return given.filter(({ openTime }) => openTime + lengthOf(timeframe) <= now - lag)
    },
    symbols: async () => new Map(),
    time: async () => this.#clock.now(),
  }

  async #reply(): Promise<void> {
    const slow = within(this.mishaps.slow, this.#clock.now())
    if (slow !== undefined) await this.#clock.wait(slow.wait)
    if (within(this.mishaps.failing, this.#clock.now())) throw new Fault('retry', 'the exchange does not answer')
  }

  /** Streams of this market; only the newest are heard. */
  streams(): MarketStreams {
    let own: ((message: MarketMessage) => void) | null = null
    return {
      start: hear => {
        own = hear
        this.#hear = hear
      },
      want: (streams: readonly Stream[]) => {
        this.#wanted = new Set(streams.map(stream => (stream.kind === 'candles' ? `${stream.symbol} ${stream.timeframe}` : stream.symbol)))
      },
      stop: async () => {
        if (this.#hear === own) this.#hear = null
      },
    }
  }

  /** Says something on the streams, unless they are silent. */
  say(message: MarketMessage): void {
    if (!within(this.mishaps.silent, this.#clock.now())) this.#hear?.(message)
  }

  /** Sends what closes at a time, each candle some milliseconds later, as its mishap has it. */
  close(time: number, delay: () => number): void {
    for (const [name, candles] of this.existing) {
      if (!this.#wanted.has(name)) continue
      const [, timeframe] = name.split(' ') as [string, Timeframe]
      const openTime = time - lengthOf(timeframe)
      const candle = candles[firstAt(candles, openTime)]
      if (candle?.openTime === openTime) void this.#carry(candle, delay())
    }
  }

  async #carry(candle: Candle, delay: number): Promise<void> {
    const how = this.mishaps.carried.get(nameOf(candle))
    await this.#clock.wait(delay + (typeof how === 'object' ? how.after : 0))
    if (how === 'drop') return
    this.say({ kind: 'candle', candle: how === 'wrong' ? { ...candle, low: candle.high * 2 } : candle })
    if (how !== 'twice') return
    await this.#clock.wait(delay * 50)
    this.say({ kind: 'candle', candle })
  }
}

/** The start of a minute. */
export const minute = (index: number): Time => at(1_700_000_040_000 + index * 60_000)
