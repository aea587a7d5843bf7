/** The live feed, minute by minute. */
import { describe, expect, test } from 'vitest'
import { type LiveFeed, type LiveFeedSetup, openLiveFeed } from '#gateway/live-feed.ts'
import { parseSchedule } from '#domain/schedule.ts'
import { at, type Time, type Timeframe } from '#domain/time.ts'
import type { MarketEvent } from '#ports/feed.ts'
import { TestClock } from '../support/chat/clock.ts'
import { LiveMarket, minute, nameOf } from '../support/live-market.ts'

const MINUTE = 60_000
const START = minute(10_000)

interface Bed {
  readonly clock: TestClock
  readonly market: LiveMarket
  readonly feed: LiveFeed
  /** The history before the run. */
  readonly past: (MarketEvent & { readonly kind: 'close' })[]
  readonly events: MarketEvent[]
  readonly states: string[]
  readonly notes: string[]
  /** Lets minutes pass, candles closing on time. */
  pass(minutes: number): Promise<void>
  running: Promise<void>
}

interface BedSetup extends Partial<LiveFeedSetup> {
  readonly on?: readonly string[]
  readonly frames?: readonly Timeframe[]
  readonly now?: number
  /** Whether a symbol has a candle of a minute. */
  exists?(symbol: string, openTime: number): boolean
  prepare?(market: LiveMarket): void
  readonly from?: string | null
}

async function openBed({
  on = ['BTCUSDC', 'ETHUSDC'],
  frames = ['1m'],
  now = START,
  exists = () => true,
  prepare = () => {},
  from = null,
  ...rest
}: BedSetup = {}): Promise<Bed> {
  const clock = new TestClock({ short: 0, now })
  const market = new LiveMarket(clock)
  for (const symbol of on) market.list(symbol, { from: minute(0), to: minute(10_200) }, ['5m', '1h'], openTime => exists(symbol, openTime))
  prepare(market)
  const notes: string[] = []
  const needs = on.flatMap(symbol => frames.map(timeframe => ({ symbol, timeframe, anchor: null, warmup: 0 })))
  const feed = await openLiveFeed({
    data: market.data,
    streams: market.streams(),
    clock,
    needs,
    schedules: [],
    note: text => notes.push(text),
    ...rest,
  })
  const past = [...feed.history(from ?? feed.loaded)]
  const events: MarketEvent[] = []
  const states: string[] = []
  const running = feed.run(from, async (event, state) => {
    events.push(event)
    states.push(state)
  })
  const pass = async (minutes: number): Promise<void> => {
    for (let passed = 0; passed < minutes; passed++) {
      await clock.advance(MINUTE - (clock.now() % MINUTE))
      market.close(clock.now(), () => 300)
      await clock.advance(400)
    }
  }
  return { clock, market, feed, past, events, states, notes, pass, running }
}

const closes = (events: readonly MarketEvent[]): string[] =>
  events.map(event => {
    const after = (event.time - START) / 1000
    if (event.kind !== 'close') return `${event.kind} ${after}`
    const candles = event.candles.map(
      ({ symbol, timeframe, openTime }) => `${symbol.slice(0, 3)} ${timeframe === '1m' ? '' : `${timeframe} `}${(openTime - START) / 1000}`,
    )
    return `${event.late === true ? 'late' : 'close'} ${after}: ${candles.join(', ')}`
  })

const drop = (market: LiveMarket, symbol: string, openTime: Time, how: 'drop' | 'twice' | 'wrong' | { after: number } = 'drop'): void => {
  market.mishaps.carried.set(nameOf({ symbol, timeframe: '1m', openTime }), how)
}

describe('history', () => {
  test('400 candles where they exist, at once and in order, all timeframes of one close together', async () => {
    const { past } = await openBed({ frames: ['1m', '5m'] })
    const all = past.flatMap(({ candles }) => candles)
    // the newest closed just now: it is the first event
    expect(all.filter(({ timeframe }) => timeframe === '1m')).toHaveLength(2 * 399)
    expect(all.filter(({ timeframe }) => timeframe === '5m')).toHaveLength(2 * 400)
    expect(past.map(({ time }) => time)).toEqual(past.map(({ time }) => time).toSorted((a, b) => a - b))
    expect(past.at(-1)!.time).toBe(START - MINUTE)
    const full = past.findLast(({ candles }) => candles.length === 4)!
    expect(full.candles.map(nameOf)).toEqual([
      `BTCUSDC 1m ${full.time - MINUTE}`,
      `ETHUSDC 1m ${full.time - MINUTE}`,
      `BTCUSDC 5m ${full.time - 5 * MINUTE}`,
      `ETHUSDC 5m ${full.time - 5 * MINUTE}`,
    ])
    expect(full.bars.map(({ timeframe }) => timeframe)).toEqual(['1m', '1m'])
  })

  test('from the anchor where there is one, else as many as the warm-up needs; more than a page', async () => {
    const anchor = minute(7_000)
    const needs = [
      { symbol: 'BTCUSDC', timeframe: '1m', anchor, warmup: 5 },
      { symbol: 'ETHUSDC', timeframe: '1m', anchor: null, warmup: 1500 },
    ] as const
    const { feed, past } = await openBed({ needs })
    const of = (symbol: string) => past.flatMap(({ candles }) => candles).filter(one => one.symbol === symbol)
    expect(of('BTCUSDC')[0]!.openTime).toBe(anchor)
    expect(of('BTCUSDC')).toHaveLength(2999)
    expect(of('ETHUSDC')).toHaveLength(1499)
    expect(feed.anchors.map(one => one.anchor)).toEqual([anchor, minute(8_500)])
  })

  test('a young symbol has what there is', async () => {
    const { feed } = await openBed({ exists: (symbol, openTime) => symbol !== 'ETHUSDC' || openTime >= minute(9_990) })
    expect(feed.anchors.map(({ anchor }) => anchor)).toEqual([minute(9_600), minute(9_990)])
  })

  test('a request that fails is tried again; a symbol that is gone is left out and told', async () => {
    const bed = openBed({
      prepare: market => {
        const { candles } = market.data
        let failures = 2
        Object.assign(market.data, {
          candles: async (ask: Parameters<typeof candles>[0]) => {
            if (failures-- > 0) market.mishaps.failing.push({ from: 0, to: 1 })
            return candles(ask)
          },
        })
      },
    })
    expect((await bed).past).toHaveLength(399)
  })
})

describe('live', () => {
  test('candles of one close are offered together, once, as soon as all are there', async () => {
    const bed = await openBed({ frames: ['1m', '5m'], now: START + 20_000 })
    await bed.pass(3)
    expect(closes(bed.events)).toEqual([
      'close 60: BTC 0, ETH 0, BTC 5m -240, ETH 5m -240',
      'close 120: BTC 60, ETH 60',
      'close 180: BTC 120, ETH 120',
    ])
    expect(bed.states).toEqual([String(minute(10_001)), String(minute(10_002)), String(minute(10_003))])
    expect(bed.market.asked).toBeLessThanOrEqual(8)
  })

  test('one that the stream lost is asked for after the deadline, before the others are decided', async () => {
    const bed = await openBed({ now: START + 20_000, prepare: market => drop(market, 'ETHUSDC', minute(10_001)) })
    await bed.pass(2)
    expect(closes(bed.events)).toEqual(['close 60: BTC 0, ETH 0'])
    await bed.clock.advance(10_000)
    expect(closes(bed.events).slice(1)).toEqual(['close 120: BTC 60, ETH 60'])
  })

  test('a gap is noticed by its open time and filled before the next is offered', async () => {
    const bed = await openBed({ on: ['BTCUSDC'], now: START + 20_000 })
    bed.market.mishaps.silent.push({ from: START, to: START + 5 * MINUTE - 1000 })
    bed.market.mishaps.failing.push({ from: START, to: START + 5 * MINUTE - 1000 })
    await bed.pass(5)
    expect(closes(bed.events)).toEqual([
      'late 60: BTC 0',
      'late 120: BTC 60',
      'late 180: BTC 120',
      'late 240: BTC 180',
      'close 300: BTC 240',
    ])
  })

  test('twice, late and in any order: each once, in order', async () => {
    const bed = await openBed({
      now: START + 20_000,
      prepare(market) {
        drop(market, 'BTCUSDC', minute(10_000), 'twice')
        drop(market, 'ETHUSDC', minute(10_001), { after: 61_000 })
        drop(market, 'BTCUSDC', minute(10_002), { after: 5_000 })
      },
    })
    await bed.pass(5)
    expect(closes(bed.events)).toEqual([
      'close 60: BTC 0, ETH 0',
      'close 120: BTC 60, ETH 60',
      'close 180: BTC 120, ETH 120',
      'close 240: BTC 180, ETH 180',
      'close 300: BTC 240, ETH 240',
    ])
  })

  test('a wrong candle is refused, told, and asked for', async () => {
    const bed = await openBed({ on: ['BTCUSDC'], now: START + 20_000, prepare: market => drop(market, 'BTCUSDC', minute(10_000), 'wrong') })
    await bed.pass(1)
    expect(closes(bed.events)).toEqual(['close 60: BTC 0'])
    expect(bed.notes).toEqual([expect.stringMatching(/^a BTCUSDC 1m candle is refused and asked for: high .* is below low/)])
  })

  test('a minute without a candle holds the others up once; what comes back is waited for again', async () => {
    const halted = (openTime: number): boolean => openTime >= minute(10_001) && openTime < minute(10_005)
    const bed = await openBed({ now: START + 20_000, exists: (symbol, openTime) => symbol !== 'ETHUSDC' || !halted(openTime) })
    await bed.pass(2)
    expect(bed.events).toHaveLength(1)
    await bed.clock.advance(10_000)
    await bed.pass(5)
    await bed.clock.advance(500)
    expect(closes(bed.events)).toEqual([
      'close 60: BTC 0, ETH 0',
      'close 120: BTC 60',
      'close 180: BTC 120',
      'close 240: BTC 180',
      'close 300: BTC 240',
      'close 360: BTC 300',
      'late 360: ETH 300',
      'close 420: BTC 360, ETH 360',
    ])
    expect(bed.notes).toEqual([
      'no candle of ETHUSDC 1m closed at 2023-11-21 20:56: nobody waits for the next',
      'ETHUSDC 1m has candles again',
    ])
  })

  test('one that can neither be heard nor asked for does not hold up the others, and comes late', async () => {
    const bed = await openBed({ now: START + 20_000, prepare: market => drop(market, 'ETHUSDC', minute(10_000)) })
    bed.market.mishaps.failing.push({ from: START, to: START + 100_000 })
    await bed.pass(1)
    await bed.clock.advance(20_000)
    expect(closes(bed.events)).toEqual(['close 60: BTC 0'])
    expect(bed.states.at(-1)).toBe(`${START + MINUTE} ETHUSDC@1m=${START}`)
    await bed.pass(1)
    expect(closes(bed.events)[1]).toBe('late 60: ETH 0')
    expect(closes(bed.events).slice(2)).toEqual(['close 120: BTC 60, ETH 60'])
    expect(bed.states.at(-1)).toBe(String(START + 2 * MINUTE))
    expect(bed.notes).toEqual(['ETHUSDC 1m candles cannot be asked for: the exchange does not answer'])
  })

  test('our clock may be off: the exchange says what time it is', async () => {
    const bed = await openBed({
      on: ['BTCUSDC'],
      now: START + 55_000,
      prepare(market) {
        const { candles } = market.data
        Object.assign(market.data, {
          time: async () => at(market.now() - 25_000),
          candles: async (ask: Parameters<typeof candles>[0]) =>
            (await candles(ask)).filter(({ openTime }) => openTime + MINUTE <= market.now() - 25_000),
        })
      },
    })
    // nothing closed yet on the exchange, whatever our clock says
    await bed.clock.advance(29_000)
    expect(bed.events).toEqual([])
    bed.market.close(START + MINUTE, () => 0)
    await bed.clock.advance(100)
    expect(closes(bed.events)).toEqual(['close 60: BTC 0'])
    expect(bed.notes).toEqual([])
  })

  test('stopped, it ends after what is under way, and the streams with it', async () => {
    const bed = await openBed({ now: START + 20_000 })
    await bed.pass(1)
    bed.feed.stop()
    await bed.running
    await bed.pass(2)
    expect(bed.events).toHaveLength(1)
  })
})

describe('a start that goes on where an earlier run stopped', () => {
  test('what closed meanwhile comes late, in order; what closed just now does not', async () => {
    const bed = await openBed({ now: START + 3_000, from: String(START - 3 * MINUTE) })
    await bed.clock.advance(0)
    expect(closes(bed.events)).toEqual(['late -120: BTC -180, ETH -180', 'late -60: BTC -120, ETH -120', 'close 0: BTC -60, ETH -60'])
  })

  test('history ends where the run begins, with what was owed left to it', async () => {
    const state = `${START - MINUTE} ETHUSDC@1m=${START - 3 * MINUTE}`
    const bed = await openBed({ now: START + 30_000, from: state })
    expect(closes(bed.past).slice(-2)).toEqual(['close -120: BTC -180', 'close -60: BTC -120'])
    await bed.clock.advance(0)
    expect(closes(bed.events)).toEqual(['late -60: ETH -180', 'late -60: ETH -120', 'late 0: BTC -60, ETH -60'])
    expect(bed.states.at(-1)).toBe(String(START))
  })
})

describe('quotes', () => {
  const quote = (symbol: string, bid: number, ask = bid + 1) =>
    ({ kind: 'quote', quote: { symbol, bid, bidQuantity: 1, ask, askQuantity: 1, time: START } }) as const

  test('the newest of each symbol is offered when the offer before is done; the state stays that of the last close', async () => {
    let release = (): void => {}
    const bed = await openBed({ now: START + 20_000 })
    await bed.pass(1)
    await bed.clock.advance(15_000)
    const events: MarketEvent[] = []
    const other = await openLiveFeed({
      data: bed.market.data,
      streams: bed.market.streams(),
      clock: bed.clock,
      needs: [
        { symbol: 'BTCUSDC', timeframe: '1m', anchor: null, warmup: 0 },
        { symbol: 'ETHUSDC', timeframe: '1m', anchor: null, warmup: 0 },
      ],
      schedules: [],
      note() {},
    })
    const states: string[] = []
    void other.run(null, (event, state) => {
      events.push(event)
      states.push(state)
      return new Promise(resolve => {
        release = resolve
      })
    })
    await bed.clock.advance(0)
    for (const bid of [100, 101]) bed.market.say(quote('BTCUSDC', bid))
    await bed.clock.advance(0)
    for (const bid of [102, 103, 104]) bed.market.say(quote('BTCUSDC', bid))
    bed.market.say(quote('ETHUSDC', 7))
    bed.market.say(quote('DOGEUSDC', 1))
    bed.market.say(quote('BTCUSDC', 0, 1))
    bed.market.say(quote('BTCUSDC', 9, 8))
    await bed.clock.advance(0)
    release()
    await bed.clock.advance(0)
    const bids = events.map(event => (event.kind === 'quotes' ? event.quotes.map(({ symbol, bid }) => `${symbol} ${bid}`) : event.kind))
    expect(bids).toEqual([['BTCUSDC 101'], ['BTCUSDC 104', 'ETHUSDC 7']])
    expect(new Set(states)).toEqual(new Set([other.loaded]))
  })

  test('until a close is worked off, time stands at it', async () => {
    const bed = await openBed({ now: START + 20_000, prepare: market => drop(market, 'ETHUSDC', minute(10_000)) })
    await bed.pass(1)
    await bed.clock.advance(5_000)
    bed.market.say(quote('BTCUSDC', 5))
    await bed.clock.advance(10_000)
    bed.market.say(quote('BTCUSDC', 6))
    await bed.clock.advance(0)
    expect(closes(bed.events)).toEqual(['quotes 60', 'close 60: BTC 0, ETH 0', 'quotes 75.4'])
  })
})

describe('schedules', () => {
  test('a slot between closes is a timer; one at a close is decided with it', async () => {
    // START is 20:54
    const bed = await openBed({
      frames: ['5m'],
      now: START + 20_000,
      schedules: [parseSchedule('56 * * * *'), parseSchedule('0,57 * * * *')],
    })
    await bed.pass(7)
    expect(closes(bed.events)).toEqual(['close 60: BTC 5m -240, ETH 5m -240', 'timer 120', 'timer 180', 'close 360: BTC 5m 60, ETH 5m 60'])
  })

  test('a slot that passed while nobody looked is late; one that was worked off does not come again', async () => {
    const schedules = [parseSchedule('50,53 * * * *')]
    const state = String(START - 4 * MINUTE)
    const bed = await openBed({ frames: ['5m'], now: START + 20_000, schedules, from: state })
    await bed.clock.advance(0)
    expect(closes(bed.events)).toEqual(['late -60: '])
    expect(bed.states).toEqual([String(START - MINUTE)])
    // a core that is warmed up learns that the slot is past
    const past = [...bed.feed.history(bed.states[0]!)]
    expect(past.at(-1)).toMatchObject({ time: START - MINUTE, candles: [] })
  })
})
