/**
 * The live market as a feed. Candles come by streams, which may bring them twice, late, in any order, or not at all; what is missing is asked
 * for by REST. Handed on is each closed candle once and in order, those of one close time together: when all are there, or a deadline has
 * passed and those that are missing do not exist or cannot be asked for. Until a close is worked off, time stands at it.
 */
import type { Candle } from '#domain/candle.ts'
import { nextSlot, type Schedule } from '#domain/schedule.ts'
import { formatTime, lengthOf, openOf, type Time, type Timeframe, timeframes } from '#domain/time.ts'
import type { Clock } from '#ports/clock.ts'
import type { Feed, FeedState, MarketEvent } from '#ports/feed.ts'
import type { MarketData, MarketStreams, Stream } from '#ports/market.ts'
import { closeOf, pastCloses } from './closes.ts'
import { type ExchangeClock, openExchangeClock } from './exchange-clock.ts'
import { Intake } from './intake.ts'
import { firstOpen, readProgress, writeProgress } from './progress.ts'
import { refillAll } from './refill.ts'
import { Series } from './series.ts'

/** What a symbol's strategies need of one timeframe. */
export interface Need {
  readonly symbol: string
  readonly timeframe: Timeframe
  /** Where its history begins, once that was chosen; null: the feed chooses. */
  readonly anchor: Time | null
  /** How many candles indicators need before they say something. */
  readonly warmup: number
}

/** What a live feed is made of. */
export interface LiveFeedSetup {
  readonly data: MarketData
  /** Started when the feed runs, stopped with it. */
  readonly streams: MarketStreams
  readonly clock: Clock
  readonly needs: readonly Need[]
  /** Of the strategies that decide at slots. */
  readonly schedules: readonly Schedule[]
  /** Told what a person who looks for a reason would want to know. */
  note(text: string): void
  /** How long after a close candles are waited for, in milliseconds. Default: 10 seconds. */
  readonly deadline?: number
}

/** Where a history begins. */
export type Anchor = Pick<Need, 'symbol' | 'timeframe'> & { readonly anchor: Time }

/** A feed of the live market with its history loaded. */
export interface LiveFeed extends Feed {
  /** Where it stands with all its history worked off: a new account begins here. */
  readonly loaded: FeedState
  /** Where the history of each need begins, to be kept: indicators begin there after every start. */
  readonly anchors: readonly Anchor[]
}

// Seeds of any kind have lost their weight after so many candles.
const LEAST_HISTORY = 400
const DEADLINE_MS = 10_000
// after so many deadlines the price has moved on
const LATE_DEADLINES = 3
const LONGEST_WAIT_MS = 3_600_000
const AGAIN_MS = 1_000
const STILL_MS = 60_000
const MOST_STILL_DOUBLINGS = 4

/** Loads the history and opens the feed. Throws the Fault of what could not be loaded. */
export async function openLiveFeed(setup: LiveFeedSetup): Promise<LiveFeed> {
  const { data, note, deadline = DEADLINE_MS } = setup
  const clock = await openExchangeClock(setup.clock, data)
  const now = clock.now()
  const all = setup.needs.map(({ symbol, timeframe, anchor, warmup }) => {
    const series = new Series(symbol, timeframe)
    series.covered = openOf(anchor ?? now - Math.max(LEAST_HISTORY, warmup) * series.length, timeframe)
    return series
  })
  const began = all.map(({ covered }) => covered)
  await refillAll(all, { data, clock, deadline, note })
  const anchors = all.map(({ symbol, timeframe, waiting }, place) => ({
    symbol,
    timeframe,
    anchor: setup.needs[place]!.anchor ?? waiting[0]?.openTime ?? began[place]!,
  }))
  return new Market({ ...setup, clock, deadline }, all, anchors, (now - deadline) as Time)
}

/** A feed that runs: where its events go, and what ends it. */
interface Run {
  readonly offer: (event: MarketEvent, state: FeedState) => Promise<void>
  end(): void
  fail(error: unknown): void
}

interface MarketSetup extends LiveFeedSetup {
  readonly clock: ExchangeClock
  readonly deadline: number
}

class Market implements LiveFeed {
  readonly anchors: readonly Anchor[]
  readonly loaded: FeedState
  readonly #setup: MarketSetup
  // shortest timeframe first, then by symbol: the order within a close
  readonly #all: readonly Series[]
  readonly #frames: readonly Timeframe[]
  readonly #shortest = new Map<string, Timeframe>()
  readonly #stopping = new AbortController()
  readonly #intake: Intake
  #run: Run | null = null
  // an event is being worked off
  #offering = false
  #poked = false
  // rings no later than when there is something to do
  #alarm: { readonly at: number; readonly off: AbortController } | null = null

  #startedAt = 0 as Time
  // all closes and slots up to here are worked off
  #reached = 0 as Time
  // the close that is waited for, whose candles are due, and which of those are waited for
  #next = 0 as Time
  #due: readonly Series[] = []
  readonly #missing = new Set<Series>()
  // a candle of that close is here
  #came = false
  // when the missing ones were asked for
  #askedAt: Time | null = null
  // series that were gone without, and may owe candles
  readonly #behind = new Set<Series>()
  #slot = Number.POSITIVE_INFINITY

  constructor(setup: MarketSetup, all: readonly Series[], anchors: readonly Anchor[], settled: Time) {
    this.#setup = setup
    this.anchors = anchors
    const rank = ({ timeframe }: Series): number => timeframes.indexOf(timeframe)
    this.#all = all.toSorted((a, b) => rank(a) - rank(b) || (a.symbol < b.symbol ? -1 : 1))
    this.#frames = [...new Set(this.#all.map(({ timeframe }) => timeframe))]
    for (const { symbol, timeframe } of this.#all) if (!this.#shortest.has(symbol)) this.#shortest.set(symbol, timeframe)
    this.loaded = writeProgress(
      this.#frames.map(frame => openOf(settled, frame)).reduce((a, b) => (a > b ? a : b), 0 as Time),
      [],
    )
    this.#intake = new Intake({
      ...setup,
      all,
      signal: this.#stopping.signal,
      arrived: series => this.#arrived(series),
      poke: () => this.#poke(),
    })
  }

  history(until: FeedState): ReturnType<Feed['history']> {
    return pastCloses(this.#all, readProgress(until ?? this.loaded), this.#shortest)
  }

  async run(from: FeedState | null, offer: (event: MarketEvent, state: FeedState) => Promise<void>): Promise<void> {
    const { clock, streams } = this.#setup
    const { signal } = this.#stopping
    if (signal.aborted) return
    this.#startedAt = clock.now()
    this.#begin(from ?? this.loaded)
    streams.want(this.#wanted())
    streams.start(message => this.#intake.hear(message))
    const keeping = clock.keep(signal)
    try {
      await new Promise<void>((end, fail) => {
        this.#run = { offer, end, fail }
        this.#turn()
      })
    } finally {
      this.#run = null
      this.#stopping.abort()
      this.#alarm?.off.abort()
      await Promise.all([streams.stop(), keeping])
    }
  }

  stop(): void {
    this.#stopping.abort()
    this.#poke()
  }

  #wanted(): Stream[] {
    const candles = this.#all.map(({ symbol, timeframe }): Stream => ({ kind: 'candles', symbol, timeframe }))
    return [...candles, ...[...this.#shortest.keys()].map((symbol): Stream => ({ kind: 'quotes', symbol }))]
  }

  #begin(from: FeedState): void {
    const progress = readProgress(from)
    for (const series of this.#all) {
      series.skip(firstOpen(series, progress))
      if (this.#owes(series, progress.reached)) this.#behind.add(series)
    }
    this.#reach(progress.reached)
  }

  // True where a candle that closed by then was not handed on, or may still be found.
  #owes(series: Series, time: Time): boolean {
    return series.owed < openOf(time, series.timeframe)
  }

  // Everything up to a time is worked off: what is waited for now?
  #reach(time: Time): void {
    this.#reached = time
    const next = this.#frames.map(frame => openOf(time, frame) + lengthOf(frame)).reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
    this.#next = next as Time
    this.#due = this.#all.filter(({ timeframe, length }) => openOf(next - length, timeframe) === next - length)
    this.#missing.clear()
    this.#came = false
    this.#askedAt = null
    for (const series of this.#due) {
      if (series.settled(next - series.length)) this.#came ||= series.has(next - series.length)
      else if (!series.still && !this.#behind.has(series)) this.#missing.add(series)
    }
    this.#slot = this.#setup.schedules
      .map(schedule => nextSlot(schedule, time + 1))
      .reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  }

  // A series has something new: is it what is waited for?
  #arrived(series: Series): void {
    const openTime = this.#next - series.length
    if (series.settled(openTime)) {
      this.#missing.delete(series)
      this.#came ||= series.has(openTime)
    }
    if (this.#owes(series, this.#reached)) this.#behind.add(series)
    // at once: a candle is decided on before its socket has done with it
    if (this.#missing.size === 0) this.#turn()
    else if (this.#behind.size > 0) this.#poke()
  }

  #event(now: Time): MarketEvent | null {
    return this.#owed(now) ?? this.#close(now) ?? this.#timer(now) ?? this.#prices(now)
  }

  // Candles that the others did not wait for come late, at the time at which the others are.
  #owed(now: Time): MarketEvent | null {
    for (const series of this.#behind) {
      const candle = series.pull(this.#reached)
      if (candle !== null) return closeOf(this.#reached, [candle], this.#shortest, true)
      if (!this.#owes(series, this.#reached)) this.#caughtUp(series)
      else if (series.askAt !== null && series.askAt <= now) this.#intake.ask(series)
    }
    return null
  }

  // It is waited for again.
  #caughtUp(series: Series): void {
    this.#behind.delete(series)
    series.askAt = null
    const openTime = this.#next - series.length
    if (!series.still && openOf(openTime, series.timeframe) === openTime && !series.settled(openTime)) this.#missing.add(series)
  }

  #close(now: Time): MarketEvent | null {
    while (this.#isDue(now)) {
      const time = this.#next
      const slot = this.#slot
      const without: Series[] = []
      const candles: Candle[] = []
      for (const series of this.#due) {
        const candle = series.settled(time - series.length) ? series.pull(time) : null
        if (candle !== null) candles.push(candle)
        else if (this.#goesWithout(series, time, now)) without.push(series)
      }
      if (without.length > 0) this.#noteStill(without, time)
      // what comes next is looked at once this is on its way
      this.#reached = time
      if (candles.length > 0) return closeOf(time, candles, this.#shortest, this.#isLate(time, now))
      if (slot === time) return this.#slotEvent(time, now)
      this.#reach(time)
    }
    return null
  }

  // Whether the next close can be worked off. Asks for what is missing once it is overdue.
  #isDue(now: Time): boolean {
    const { deadline } = this.#setup
    const overdue = now >= this.#next + deadline
    if (this.#missing.size === 0) {
      if (this.#came || overdue) return true
      return now >= this.#next && this.#due.every(series => series.settled(this.#next - series.length))
    }
    if (!overdue) return false
    // where nothing at all is there and nothing can be asked for, time does not go on without the market
    if (this.#askedAt === null || !this.#came) {
      this.#askedAt ??= now
      for (const series of this.#missing) if (series.askAt === null || series.askAt <= now) this.#intake.ask(series)
      return false
    }
    if (now >= this.#askedAt + deadline) return true
    for (const { asking } of this.#missing) if (asking) return false
    return true
  }

  // A close goes on without a series: it has no candle, or nobody knows yet. True where that is news.
  #goesWithout(series: Series, time: Time, now: Time): boolean {
    const known = series.covered > time - series.length
    if (!known) {
      this.#behind.add(series)
      // streams tell when a still one comes back; that they do is made sure of now and then
      const pause = series.still ? this.#setup.deadline + STILL_MS * 2 ** Math.min(series.unsure++, MOST_STILL_DOUBLINGS) : AGAIN_MS
      if (!series.asking) series.askAt ??= (now + pause) as Time
      return false
    }
    if (series.still) return false
    series.still = true
    return true
  }

  #noteStill(series: readonly Series[], time: Time): void {
    const names = series.slice(0, 5).map(({ name }) => name)
    const more = series.length > names.length ? ` and ${series.length - names.length} more` : ''
    this.#setup.note(`no candle of ${names.join(', ')}${more} closed at ${formatTime(time)}: nobody waits for the next`)
  }

  #isLate(time: Time, now: Time): boolean {
    return now - time > this.#setup.deadline * (time <= this.#startedAt ? 1 : LATE_DEADLINES)
  }

  // A slot that is no close. One that is, is decided with it.
  #timer(now: Time): MarketEvent | null {
    const time = this.#slot as Time
    if (now < time || time >= this.#next) return null
    this.#reached = time
    return this.#slotEvent(time, now)
  }

  #slotEvent(time: Time, now: Time): MarketEvent {
    return this.#isLate(time, now) ? closeOf(time, [], this.#shortest, true) : { kind: 'timer', time }
  }

  #prices(now: Time): MarketEvent | null {
    const quotes = this.#intake.takeQuotes()
    return quotes.length === 0 ? null : { kind: 'quotes', time: Math.max(this.#reached, Math.min(now, this.#next)) as Time, quotes }
  }

  // Hands on what there is, one event after another: called whenever there may be one.
  #turn(): void {
    const run = this.#run
    if (run === null || this.#offering) return
    try {
      if (this.#stopping.signal.aborted) return run.end()
      if (this.#intake.bug !== null) throw this.#intake.bug.error
      const now = this.#setup.clock.now()
      const event = this.#event(now)
      if (event === null) return this.#sleep(now)
      this.#offering = true
      void run.offer(event, writeProgress(this.#reached, this.#behind)).then(this.#offered, run.fail)
      // only now: an order may have left in between
      if (Math.min(this.#next, this.#slot) <= this.#reached) this.#reach(this.#reached)
    } catch (error) {
      this.#run = null
      run.fail(error)
    }
  }

  readonly #offered = (): void => {
    this.#offering = false
    this.#turn()
  }

  // Soon: of the quotes that come in one piece only the newest count.
  #poke(): void {
    if (this.#poked) return
    this.#poked = true
    queueMicrotask(() => {
      this.#poked = false
      this.#turn()
    })
  }

  // Until something comes, or until the time of the next thing to do.
  #sleep(now: Time): void {
    const { deadline } = this.#setup
    const times = [this.#next, this.#next + deadline, this.#slot, (this.#askedAt ?? 0) + deadline]
    for (const { askAt } of this.#behind) times.push(askAt ?? 0)
    for (const { askAt } of this.#missing) times.push(askAt ?? 0)
    const wait = times.reduce((least, time) => (time > now ? Math.min(least, time - now) : least), LONGEST_WAIT_MS)
    this.#setAlarm(now, wait)
  }

  // One that rings sooner is left: quotes wake the feed often, and a timer for each would cost more than the quote.
  #setAlarm(now: Time, wait: number): void {
    if (this.#alarm !== null && this.#alarm.at <= now + wait) return
    this.#alarm?.off.abort()
    const alarm = { at: now + wait, off: new AbortController() }
    this.#alarm = alarm
    const ring = (): void => {
      if (this.#alarm !== alarm) return
      this.#alarm = null
      this.#poke()
    }
    void this.#setup.clock.wait(wait, alarm.off.signal).then(ring)
  }
}
