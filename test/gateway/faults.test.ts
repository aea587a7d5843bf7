/** 1,000 random faults over seven days: what is delivered is what exists, each candle once and in order. */
import { describe, expect, test } from 'vitest'
import { openLiveFeed } from '#gateway/live-feed.ts'
import type { Candle } from '#domain/candle.ts'
import { Fault } from '#domain/fault.ts'
import { lengthOf, type Timeframe } from '#domain/time.ts'
import type { MarketEvent } from '#ports/feed.ts'
import { TestClock } from '../support/chat/clock.ts'
import { LiveMarket, minute, nameOf, seeded } from '../support/live-market.ts'

const MINUTE = 60_000
const HISTORY = 500
const DAYS = 7
const MINUTES = DAYS * 1440
const SYMBOLS = ['BTCUSDC', 'ETHUSDC', 'SOLUSDC', 'DOGEUSDC']
const FRAMES: readonly Timeframe[] = ['1m', '5m', '1h']
const FAULTS = 1000
const START = minute(HISTORY)

const kinds = ['drop', 'twice', 'wrong', 'reorder', 'silence', 'cut', 'missing', 'rest fails', 'rest is slow', 'rest lags'] as const

/** Spreads faults over the days. Which bars do not exist is told by name of the minute. */
function plan(random: () => number): {
  readonly counts: Map<string, number>
  readonly missing: Set<string>
  apply(market: LiveMarket): void
} {
  const counts = new Map<string, number>()
  const missing = new Set<string>()
  const steps: ((market: LiveMarket) => void)[] = []
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!
  for (let fault = 0; fault < FAULTS; fault++) {
    const kind = pick(kinds)
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
    const index = Math.floor(random() * (MINUTES - 60))
    const openTime = minute(HISTORY + index)
    const symbol = pick(SYMBOLS)
    const candle = nameOf({ symbol, timeframe: '1m', openTime })
    const from = openTime + Math.floor(random() * MINUTE)
    const span = (most: number) => ({ from, to: from + Math.ceil(random() * most) })
    const far = random()
    switch (kind) {
      case 'drop':
      case 'twice':
      case 'wrong':
        steps.push(({ mishaps }) => mishaps.carried.set(candle, kind))
        break
      case 'reorder':
        steps.push(({ mishaps }) => mishaps.carried.set(candle, { after: Math.ceil(far * 200_000) }))
        break
      case 'silence':
        steps.push(({ mishaps }) => mishaps.silent.push(span(15 * MINUTE)))
        break
      case 'cut':
        steps.push(({ mishaps }) => mishaps.silent.push({ from: openTime - 500, to: openTime + 3_000 }))
        break
      case 'missing':
        for (let bar = 0; bar < Math.ceil(far * 30); bar++) missing.add(`${symbol} ${openTime + bar * MINUTE}`)
        break
      case 'rest fails':
        steps.push(({ mishaps }) => mishaps.failing.push(span(15 * MINUTE)))
        break
      case 'rest is slow':
        steps.push(({ mishaps }) => mishaps.slow.push({ ...span(5 * MINUTE), wait: Math.ceil(far * 25_000) }))
        break
      case 'rest lags':
        steps.push(({ mishaps }) => mishaps.lagging.push({ ...span(10 * MINUTE), lag: Math.ceil(far * 5_000) }))
        break
    }
  }
  return { counts, missing, apply: market => steps.forEach(step => step(market)) }
}

interface Run {
  readonly market: LiveMarket
  readonly events: MarketEvent[]
  readonly counts: ReadonlyMap<string, number>
  /** How often the service was stopped and started. */
  readonly starts: number
}

/** Replays the days. `restarts`: after how many minutes, on average, the service is killed and starts anew from the last state. */
async function replay(seed: number, restarts: number): Promise<Run> {
  const random = seeded(seed)
  const { counts, missing, apply } = plan(random)
  const clock = new TestClock({ short: 0, now: START + 20_000 })
  const market = new LiveMarket(clock)
  for (const symbol of SYMBOLS)
    market.list(
      symbol,
      { from: minute(0), to: minute(HISTORY + MINUTES + 60) },
      ['5m', '1h'],
      openTime => !missing.has(`${symbol} ${openTime}`),
    )
  const events: MarketEvent[] = []
  let state: string | null = null
  const start = async () => {
    const feed = await openLiveFeed({
      data: market.data,
      streams: market.streams(),
      clock,
      needs: SYMBOLS.flatMap(symbol => FRAMES.map(timeframe => ({ symbol, timeframe, anchor: minute(0), warmup: 0 }))),
      schedules: [],
      note() {},
    })
    let killed = false
    const running = feed.run(state, async (event, reached) => {
      if (killed) return
      events.push(event)
      state = reached
    })
    return {
      stop: () => {
        killed = true
        feed.stop()
        return running
      },
    }
  }
  let service = await start()
  let starts = 1
  apply(market)
  for (let index = 0; index < MINUTES + 40; index++) {
    await clock.advance(MINUTE - (clock.now() % MINUTE))
    market.close(clock.now(), () => 100 + Math.floor(random() * 1500))
    if (restarts > 0 && random() < 1 / restarts) {
      await clock.advance(Math.floor(random() * 30_000))
      await service.stop()
      service = await underWay(clock, start)
      starts++
    }
  }
  await service.stop()
  return { market, events, counts, starts }
}

/** Lets time pass until something has worked, as often as it takes. */
async function underWay<Result>(clock: TestClock, run: () => Promise<Result>): Promise<Result> {
  for (;;) {
    const ended: { readonly result?: Result; readonly error?: unknown }[] = []
    const one = async (): Promise<void> => {
      try {
        ended.push({ result: await run() })
      } catch (error) {
        ended.push({ error })
      }
    }
    void one()
    while (ended.length === 0) await clock.advance(1_000)
    const [{ result, error } = {}] = ended
    if (result !== undefined) return result
    if (!(error instanceof Fault)) throw error
  }
}

/** Compares what was delivered of each series with what exists, up to the end of the days. */
function compare({ market, events }: Run): void {
  const until = START + MINUTES * MINUTE
  const closedBy = ({ openTime, timeframe }: Candle): number => openTime + lengthOf(timeframe)
  const delivered = new Map<string, Candle[]>([...market.existing.keys()].map(name => [name, []]))
  for (const event of events)
    for (const candle of event.kind === 'close' ? event.candles : [])
      if (closedBy(candle) <= until) delivered.get(`${candle.symbol} ${candle.timeframe}`)!.push(candle)
  for (const [name, candles] of market.existing) {
    const exist = candles.filter(candle => closedBy(candle) > START && closedBy(candle) <= until)
    const came = delivered.get(name)!
    expect(came.map(nameOf)).toEqual(exist.map(nameOf))
    // unchanged, not only named so
    expect(came.every((candle, index) => candle === exist[index])).toBe(true)
  }
}

describe('1,000 faults: each candle that exists comes once and in order, and time never goes back', () => {
  test('in one run', async () => {
    const run = await replay(1, 0)
    compare(run)
    expect(run.events.filter(({ time }, index) => time < (run.events[index - 1]?.time ?? 0))).toEqual([])
    expect([...run.counts.values()].reduce((a, b) => a + b, 0)).toBe(FAULTS)
    expect([...run.counts.keys()].toSorted()).toEqual([...kinds].toSorted())
  })

  test('with the service killed and started anew all the time', async () => {
    const run = await replay(2, 180)
    expect(run.starts).toBeGreaterThan(30)
    compare(run)
    expect(run.events.filter(({ time }, index) => time < (run.events[index - 1]?.time ?? 0))).toEqual([])
  })
})
