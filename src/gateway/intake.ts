/** What comes in: candles and quotes from streams, and what is missing from REST. Wrong candles are refused and asked for. */
import type { Candle } from '#domain/candle.ts'
import { Fault } from '#domain/fault.ts'
import type { Quote } from '#domain/quote.ts'
import type { Time, Timeframe } from '#domain/time.ts'
import type { MarketMessage } from '#ports/market.ts'
import { openLine, pauseAfter, type RefillSetup, refill } from './refill.ts'
import { type Series, wrongIn } from './series.ts'

/** What an intake is made of. */
export interface IntakeSetup extends RefillSetup {
  readonly all: readonly Series[]
  /** When it is aborted nothing is asked for any more. */
  readonly signal: AbortSignal
  /** A series has something new, or it is known now that it has nothing. */
  arrived(series: Series): void
  /** There is a quote, or a bug: look. */
  poke(): void
}

const NOTE_MS = 60_000

/** Such an intake. */
export class Intake {
  /** A bug that came up while nobody waited for it. */
  bug: { readonly error: unknown } | null = null
  readonly #setup: IntakeSetup
  // by timeframe and symbol: no text is put together for each candle
  readonly #series = new Map<Timeframe, Map<string, Series>>()
  readonly #symbols: ReadonlySet<string>
  readonly #line = openLine()
  #quotes = new Map<string, Quote>()
  #notedAt = Number.NEGATIVE_INFINITY as Time

  constructor(setup: IntakeSetup) {
    this.#setup = setup
    for (const series of setup.all) {
      const bySymbol = this.#series.get(series.timeframe) ?? new Map<string, Series>()
      this.#series.set(series.timeframe, bySymbol.set(series.symbol, series))
    }
    this.#symbols = new Set(setup.all.map(({ symbol }) => symbol))
  }

  hear(message: MarketMessage): void {
    switch (message.kind) {
      case 'candle':
        return this.#candle(message.candle)
      case 'quote':
        return this.#quote(message.quote)
      case 'silent':
        return this.#setup.note(message.reason)
      case 'heard':
        return this.#setup.note('the market streams are heard again')
    }
  }

  /** Asks for everything that a series misses, unless that is under way. */
  ask(series: Series): void {
    if (series.asking || this.#setup.signal.aborted) return
    series.asking = true
    series.askAt = null
    void this.#asked(series)
  }

  /** The newest quote of each symbol that had one since the last call. */
  takeQuotes(): Quote[] {
    if (this.#quotes.size === 0) return []
    const quotes = [...this.#quotes.values()]
    this.#quotes.clear()
    return quotes
  }

  #quote(quote: Quote): void {
    const { symbol, bid, ask, bidQuantity, askQuantity } = quote
    if (!this.#symbols.has(symbol)) return
    if (!(bid > 0 && ask >= bid && ask < Number.POSITIVE_INFINITY && bidQuantity >= 0 && askQuantity >= 0)) return
    this.#quotes.set(symbol, quote)
    this.#setup.poke()
  }

  #candle(candle: Candle): void {
    const series = this.#series.get(candle.timeframe)?.get(candle.symbol)
    if (series === undefined) return
    const wrong = wrongIn(candle, this.#setup.clock.now())
    if (wrong !== null) {
      this.#setup.note(`a ${series.name} candle is refused and asked for: ${wrong}`)
      return this.ask(series)
    }
    if (!series.take(candle)) return
    if (series.still) {
      series.still = false
      series.unsure = 0
      this.#setup.note(`${series.name} has candles again`)
    }
    if (series.gapped) this.ask(series)
    else this.#setup.arrived(series)
  }

  async #asked(series: Series): Promise<void> {
    const { clock, note, arrived, poke } = this.#setup
    try {
      await this.#line(() => refill(series, this.#setup))
      series.failures = 0
    } catch (error) {
      if (error instanceof Fault) {
        series.askAt = (clock.now() + pauseAfter(++series.failures)) as Time
        // where one cannot be asked for, mostly none can
        if (clock.now() - this.#notedAt >= NOTE_MS) note(`${series.name} candles cannot be asked for: ${error.message}`)
        this.#notedAt = clock.now()
      } else this.bug = { error }
    }
    series.asking = false
    arrived(series)
    poke()
  }
}
