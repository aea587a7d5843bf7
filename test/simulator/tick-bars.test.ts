/** A market of ticks: bars, aggregates and statistics are a plain recount of its trades, over streams and over REST. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readTicks } from '#adapters/files/ticks.ts'
import { eightOf } from '#simulator/decimals.ts'
import { barsOf } from '#simulator/market/history.ts'
import { intervalNamed } from '#simulator/market/interval.ts'
import { Minutes } from '#simulator/market/minutes.ts'
import { klineRow } from '#simulator/market/tables.ts'
import { TickHistory } from '#simulator/market/tick-history.ts'
import { ManualClock } from '../support/simulator/clock.ts'
import { simulatorFor, START, symbolOf, ticksOf } from '../support/simulator/market.ts'
import { restClient, rowsOf, type Wire } from '../support/simulator/rest.ts'
import { openSocket } from '../support/simulator/socket.ts'

const path = fileURLToPath(new URL('../../data/ticks/BTCUSDT-trades.csv.gz', import.meta.url))

/** Units of 1e-8 as the file writes them. */
const units = (text: string): bigint => {
  const [whole = '', decimals = ''] = text.split('.')
  return BigInt(whole + decimals.padEnd(8, '0'))
}
const shown = (value: bigint): string => `${value / 100_000_000n}.${String(value % 100_000_000n).padStart(8, '0')}`

interface Row {
  readonly time: number
  readonly id: number
  readonly price: bigint
  readonly quantity: bigint
  readonly maker: boolean
}
// read here once more, without the code under test: the columns are those of its header
const real: readonly Row[] = gunzipSync(readFileSync(path))
  .toString()
  .trim()
  .split('\n')
  .slice(1)
  .map(line => {
    const [, , time, id, price, quantity, maker] = line.split(',') as [string, string, string, string, string, string, string]
    return { time: Number(time), id: Number(id), price: units(price), quantity: units(quantity), maker: maker === 'true' }
  })

/** Bars by adding up trade by trade, exactly; what has no trade repeats the last price. As rows of klines, without the quote's sums. */
function recount(rows: readonly Row[], openOf: (time: number) => number, after: (open: number) => number, until: number): unknown[][] {
  const bars: unknown[][] = []
  let price = 0n
  for (let open = openOf(rows[0]!.time); open <= until; open = after(open)) {
    const next = after(open)
    const own = rows.filter(({ time }) => time >= open && time < next)
    const prices = own.length === 0 ? [price] : own.map(row => row.price)
    const sum = (of: readonly Row[]): string => shown(of.reduce((total, { quantity }) => total + quantity, 0n))
    price = prices.at(-1)!
    bars.push([
      open,
      shown(prices[0]!),
      shown(prices.reduce((a, b) => (a > b ? a : b))),
      shown(prices.reduce((a, b) => (a < b ? a : b))),
      shown(price),
      sum(own),
      next - 1,
      own.length,
      sum(own.filter(({ maker }) => !maker)),
    ])
  }
  return bars
}
const withoutQuote = (row: Wire): unknown[] => [0, 1, 2, 3, 4, 5, 6, 8, 9].map(place => row[place])

describe('real trades', () => {
  async function open() {
    const ticks = await readTicks('BTCUSDT', [path], [])
    const { simulator } = await simulatorFor({
      ticks: [ticks],
      symbols: [symbolOf('BTC', 'USDT')],
      clock: new ManualClock(),
      serverTime: 'market',
    })
    return { simulator, rest: restClient(simulator.url, { apiKey: '', secret: '' }) }
  }

  test('bars of each length, the open one included, over REST and closed once over streams', async () => {
    const { simulator, rest } = await open()
    const stream = await openSocket(`${simulator.wsUrl}/stream?streams=btcusdt@kline_1s/btcusdt@kline_1m/btcusdt@kline_3m/btcusdt@kline_1M`)
    simulator.stepCandles(Infinity)
    const until = simulator.world.venue.marketNow as number
    for (const [interval, length] of Object.entries({ '1s': 1000, '1m': 60_000, '3m': 180_000, '1h': 3_600_000, '1d': 86_400_000 })) {
      const bars = recount(
        real,
        time => time - (time % length),
        opened => opened + length,
        until,
      )
      const rows = rowsOf((await rest.get('/api/v3/klines', { symbol: 'BTCUSDT', interval, limit: 1000 })).body)
      expect(rows.map(withoutQuote)).toEqual(bars)
      if (!['1s', '1m', '3m'].includes(interval)) continue
      const isClosed = ({ data }: Wire): boolean => String(data?.['k']?.['i']) === interval && String(data?.['k']?.['x']) === 'true'
      const ended = bars.filter(bar => (bar[6] as number) < until)
      const last = ended.at(-1)![0]
      await stream.until(frame => isClosed(frame) && frame['data']!['k']!['t'] === last, `the last closed bar of ${interval}`)
      const closed = stream.frames.filter(isClosed).map(({ data }) => data!['k']!)
      expect(closed.map(k => ['t', 'o', 'h', 'l', 'c', 'v', 'T', 'n', 'V'].map(name => k[name]))).toEqual(ended)
    }
    const month = rowsOf((await rest.get('/api/v3/klines', { symbol: 'BTCUSDT', interval: '1M' })).body)
    expect(month.map(row => [row[0], row[6], row[8]])).toEqual([[Date.UTC(2024, 7), Date.UTC(2024, 8) - 1, real.length]])
  })

  test('aggregates: trades of one moment, price and side, next to each other', async () => {
    const { simulator, rest } = await open()
    simulator.stepCandles(4000)
    const seen = real.filter(({ time }) => time <= (simulator.world.venue.marketNow as number))
    const found: { id: number; rows: Row[] }[] = []
    for (const row of seen) {
      const last = found.at(-1)?.rows.at(-1)
      if (last?.time === row.time && last.price === row.price && last.maker === row.maker) found.at(-1)!.rows.push(row)
      else found.push({ id: found.length + 1, rows: [row] })
    }
    const rows = found.map(({ id, rows: own }) => ({
      a: id,
      p: shown(own[0]!.price),
      q: shown(own.reduce((sum, { quantity }) => sum + quantity, 0n)),
      f: own[0]!.id,
      l: own.at(-1)!.id,
      T: own[0]!.time,
      m: own[0]!.maker,
      M: true,
    }))
    const asked = async (query: Record<string, number>): Promise<Wire> =>
      (await rest.get('/api/v3/aggTrades', { symbol: 'BTCUSDT', ...query })).body
    expect(await asked({ limit: 1000 })).toEqual(rows.slice(-1000))
    expect(await asked({ fromId: 7, limit: 5 })).toEqual(rows.slice(6, 11))
    const startTime = seen[200]!.time
    expect(await asked({ startTime, limit: 20 })).toEqual(rows.filter(({ T }) => T >= startTime).slice(0, 20))
    expect(rows.some(({ f, l }) => l > f)).toBe(true)
  })

  test('trades by id, and the newest, of what has happened', async () => {
    const { simulator, rest } = await open()
    simulator.stepCandles(1000)
    const seen = real.filter(({ time }) => time <= (simulator.world.venue.marketNow as number))
    const ids = async (query: string, path_ = 'trades'): Promise<unknown[]> =>
      rowsOf((await rest.get(`/api/v3/${path_}`, { symbol: 'BTCUSDT', ...Object.fromEntries(new URLSearchParams(query)) })).body).map(
        ({ id }) => id,
      )
    expect(await ids('limit=30')).toEqual(seen.slice(-30).map(({ id }) => id))
    expect(await ids(`limit=4&fromId=${real[10]!.id}`, 'historicalTrades')).toEqual(real.slice(10, 14).map(({ id }) => id))
    expect(await ids(`limit=4&fromId=${seen.at(-2)!.id}`, 'historicalTrades')).toEqual(seen.slice(-2).map(({ id }) => id))
  })
})

/** Trades whose distances are so many milliseconds, more or less; several of one moment, and long silences. */
const tradesAbout = (distance: number) =>
  fc
    .array(
      fc.record({
        gap: fc.oneof(fc.constant(0), fc.nat(distance), fc.nat(distance), fc.nat(distance * 7)),
        price: fc.integer({ min: 9_000, max: 11_000 }).map(cents => cents / 100),
        quantity: fc.integer({ min: 1, max: 5_000 }).map(size => size / 1000),
        buyerMaker: fc.boolean(),
      }),
      { minLength: 1, maxLength: 40 },
    )
    .map(list => {
      let at = 0
      return list.map(({ gap, ...trade }) => ({ ...trade, at: (at += gap) }))
    })

const HOUR = 3_600_000
const lengths = { '1s': 1000, '1m': 60_000, '15m': HOUR / 4, '4h': 4 * HOUR, '1d': 24 * HOUR, '1w': 168 * HOUR, '1M': 720 * HOUR }

test.each(Object.entries(lengths))(
  '%s: whatever the trades are and wherever it stands, bars are a recount of what was shown',
  (name, length) => {
    fc.assert(
      fc.property(tradesAbout(length), fc.nat(40), fc.constantFrom(0, 8, -3.5), fc.nat(length), (trades, steps, hours, later) => {
        const history = new TickHistory(ticksOf('BTCUSDC', trades), Number.NEGATIVE_INFINITY)
        const interval = intervalNamed(name, hours * HOUR)!
        const ended: number[] = []
        const step = (time: number): void => {
          history.step(time)
          ended.push(...history.newBars(interval).ended.map(({ openTime }) => openTime))
        }
        for (const { at } of trades.slice(0, steps)) step(START + at)
        if (history.due !== null) step(history.marketTime() + Math.min(later, history.due - history.marketTime()))
        const rows = trades
          .map(({ at, price, quantity, buyerMaker }, place) => ({
            time: START + at,
            id: 1000 + place,
            price: units(eightOf(price)),
            quantity: units(eightOf(quantity)),
            maker: buyerMaker,
          }))
          .slice(0, history.shownTrades)
        const until = history.marketTime()
        const expected = rows.length === 0 ? [] : recount(rows, interval.openOf, interval.after, until)
        const found = barsOf(history, interval, { from: null, to: null, limit: 1000 })
        expect(found.map(bar => withoutQuote(klineRow(bar) as unknown as Wire))).toEqual(expected)
        expect(found.filter(({ closed }) => closed).map(({ openTime }) => openTime)).toEqual(ended)
        expect(ended).toEqual(expected.flatMap(bar => ((bar[6] as number) < until ? [bar[0]] : [])))
      }),
      { numRuns: 60 },
    )
  },
)

test('sums by the minute are sums', () => {
  fc.assert(
    fc.property(tradesAbout(60_000), fc.nat(40), fc.nat(40), (trades, one, other) => {
      const { trades: columns } = ticksOf('BTCUSDC', trades)
      const [from, to] = [Math.min(one, other, trades.length), Math.min(Math.max(one, other), trades.length)]
      const own = trades.slice(from, to)
      const sums = new Minutes(columns).between(from, to)
      const sum = (of: (trade: (typeof own)[number]) => number): string => eightOf(own.reduce((total, trade) => total + of(trade), 0))
      expect([sums.high, sums.low]).toEqual([Math.max(...own.map(({ price }) => price)), Math.min(...own.map(({ price }) => price))])
      expect([eightOf(sums.volume), eightOf(sums.quoteVolume), eightOf(sums.takerVolume), eightOf(sums.takerQuote)]).toEqual([
        sum(({ quantity }) => quantity),
        sum(({ quantity, price }) => quantity * price),
        sum(({ quantity, buyerMaker }) => (buyerMaker ? 0 : quantity)),
        sum(({ quantity, price, buyerMaker }) => (buyerMaker ? 0 : quantity * price)),
      ])
    }),
  )
})
