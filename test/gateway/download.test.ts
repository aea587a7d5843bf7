/** Downloads of candles: page by page into a file, whatever stands there already, whatever the exchange gives, and wherever it is cut. */
import { appendFileSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { array, assert, asyncProperty, boolean, constantFrom, integer, tuple } from 'fast-check'
import { expect, test } from 'vitest'
import { FileArchive } from '#adapters/files/archive.ts'
import { readCandles } from '#adapters/files/candles.ts'
import type { Candle } from '#domain/candle.ts'
import { Fault } from '#domain/fault.ts'
import { downloadCandles, type Progress } from '#gateway/download.ts'
import type { Clock } from '#ports/clock.ts'
import type { MarketData } from '#ports/market.ts'
import { temporaryFolder } from '../support/demo.ts'
import { HOUR, hour, market as symbolOf } from '../support/desk.ts'

const bar = (at: number, more: Partial<Candle> = {}): Candle => ({
  symbol: 'BTCUSDC',
  timeframe: '1h',
  openTime: hour(at),
  open: 100 + at,
  high: 102 + at,
  low: 99 + at,
  close: 101 + at,
  volume: at / 7,
  complete: 1,
  ...more,
})

// An exchange that has these bars, gives so many at once, and whose clock stands at an hour.
function marketOf(bars: readonly Candle[], { now = 1e6, most = 1_000, fails = (_ask: number): Error | null => null } = {}) {
  const asks: number[] = []
  const market: MarketData = {
    async candles({ from, limit }) {
      asks.push(from)
      const error = fails(asks.length)
      if (error !== null) throw error
      return bars.filter(({ openTime }) => openTime >= from).slice(0, Math.min(limit, most))
    },
    symbols: async names => new Map(names.filter(name => name === 'BTCUSDC').map(name => [name, symbolOf(name)])),
    time: async () => hour(now),
  }
  return { market, asks }
}

const hours = (from: number, to: number): Candle[] => Array.from({ length: to - from }, (_, index) => bar(from + index))

function openArchive(folder: string): FileArchive {
  return new FileArchive({ folder, cacheDir: join(folder, 'cache'), symbol: 'BTCUSDC', timeframe: '1h' })
}

interface Asked {
  readonly from?: number
  readonly to?: number
  readonly progress?: (at: Progress) => void
  readonly clock?: Clock
}

// Nobody waits; how long it would have been is kept.
function openClock() {
  const waits: number[] = []
  const clock: Clock = { now: () => hour(0), wait: async milliseconds => void waits.push(milliseconds) }
  return { clock, waits }
}

const download = (folder: string, market: MarketData, { from = 0, to = 1e9, progress = () => {}, clock = openClock().clock }: Asked = {}) =>
  downloadCandles({
    market,
    archive: openArchive(folder),
    clock,
    symbol: 'BTCUSDC',
    timeframe: '1h',
    from: hour(from),
    to: hour(to),
    progress,
    again: () => {},
  })

const FILE = 'BTCUSDC-1h.csv.gz'
const textIn = (folder: string): string => gunzipSync(readFileSync(join(folder, FILE))).toString()
const hoursIn = (folder: string): number[] => Array.from(readCandles(join(folder, FILE)).time, time => (time - hour(0)) / HOUR)
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index)

test('all pages come into one file of the known layout, and nothing else is left', async () => {
  const folder = temporaryFolder('download')
  const { market, asks } = marketOf(hours(0, 25), { most: 10 })
  const seen: number[] = []
  expect(await download(folder, market, { to: 25, progress: ({ reached }) => seen.push((reached - hour(0)) / HOUR) })).toBe(25)
  expect(textIn(folder).split('\n').slice(0, 3)).toEqual([
    'openTime,open,high,low,close,volume',
    `${hour(0)},100,102,99,101,0`,
    `${hour(1)},101,103,100,102,${1 / 7}`,
  ])
  expect(hoursIn(folder)).toEqual(range(0, 25))
  expect(asks).toHaveLength(3)
  expect(seen).toEqual([10, 20, 25])
  expect(readdirSync(folder)).toEqual([FILE])
})

test('a bar that is open is not stored, nor one outside of what was asked for', async () => {
  const folder = temporaryFolder('download')
  await download(folder, marketOf(hours(0, 25), { now: 20.5 }).market, { from: 2.25 })
  expect(hoursIn(folder)).toEqual(range(3, 20))
  await download(folder, marketOf(hours(0, 25)).market, { from: 3, to: 22.5 })
  expect(hoursIn(folder)).toEqual(range(3, 23))
})

test('it goes on where the file stops, and fetches what lies before it', async () => {
  const folder = temporaryFolder('download')
  const bars = hours(0, 40)
  await download(folder, marketOf(bars).market, { from: 10, to: 20 })
  const later = marketOf(bars)
  expect(await download(folder, later.market, { from: 10, to: 30 })).toBe(10)
  expect(later.asks).toEqual([hour(20)])
  expect(await download(folder, marketOf(bars).market, { from: 4, to: 30 })).toBe(6)
  expect(hoursIn(folder)).toEqual(range(4, 30))
  const before = statSync(join(folder, FILE)).mtimeMs
  expect(await download(folder, marketOf(bars).market, { from: 4, to: 30 })).toBe(0)
  expect(statSync(join(folder, FILE)).mtimeMs).toBe(before)
})

test('holes and late listings are passed over', async () => {
  const folder = temporaryFolder('download')
  const { market, asks } = marketOf([...hours(50, 55), ...hours(60, 63)], { most: 5 })
  expect(await download(folder, market, { from: 0, to: 100 })).toBe(8)
  expect(hoursIn(folder)).toEqual([...range(50, 55), ...range(60, 63)])
  expect(asks).toEqual([hour(0), hour(55), hour(63)])
})

test('numbers come back as they were, without exponents', async () => {
  const folder = temporaryFolder('download')
  const price = 0.000_000_12
  const tiny = bar(0, { open: price, high: price, low: price, close: price, volume: 123_456_789_012.345_67 })
  await download(folder, marketOf([tiny]).market)
  expect(textIn(folder)).not.toMatch(/e[-+]?\d/)
  const { open, volume } = readCandles(join(folder, FILE))
  expect([open[0], volume[0]]).toEqual([price, tiny.volume])
})

test.each<[string, Candle[], string]>([
  ['a bar that is none', [bar(0), bar(1, { low: 105 })], 'high 103 is below low 105'],
  ['a bar twice', [bar(0), bar(0)], 'not after the one before it'],
  ['bars that are not sorted', [bar(1), bar(0)], 'not after the one before it'],
  ['a bar of another timeframe', [bar(0), bar(1.5)], 'where no 1h candle does'],
  ['no price', [bar(0, { close: Number.NaN })], 'prices must be numbers above zero'],
])('%s is refused by name, and not stored', async (_, bars, words) => {
  const folder = temporaryFolder('download')
  const market = { ...marketOf([]).market, candles: async () => bars }
  await expect(download(folder, market)).rejects.toThrow(words)
  expect(existsSync(join(folder, FILE))).toBe(false)
})

test('what lies before a file, and ends before it begins, leaves no hole', async () => {
  const folder = temporaryFolder('download')
  const { market } = marketOf(hours(0, 40))
  await download(folder, market, { from: 20, to: 30 })
  await download(folder, market, { from: 0, to: 10 })
  expect(hoursIn(folder)).toEqual(range(0, 30))
})

test('a symbol that is not there is named, with the mend', async () => {
  const { market } = marketOf([])
  const none = { ...market, symbols: async () => new Map() }
  await expect(download(temporaryFolder('download'), none)).rejects.toThrow(
    '--symbols BTCUSDC: the exchange has no such symbol. Write it as',
  )
})

test('what may go well the next time is asked again; what was fetched before it went wrong for good is kept', async () => {
  const away = new Fault('retry', 'the exchange is away')
  const folder = temporaryFolder('download')
  const { clock, waits } = openClock()
  const nowAndThen = marketOf(hours(0, 25), { most: 10, fails: ask => (ask % 2 === 1 ? away : null) })
  expect(await download(folder, nowAndThen.market, { to: 25, clock })).toBe(25)
  expect(waits.splice(0)).toEqual([1_000, 1_000, 1_000])

  const other = temporaryFolder('download')
  const forGood = marketOf(hours(0, 25), { most: 10, fails: ask => (ask > 2 ? away : null) })
  await expect(download(other, forGood.market, { to: 25, clock })).rejects.toThrow('the exchange is away')
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000])
  const { market, asks } = marketOf(hours(0, 25))
  expect(await download(other, market, { to: 25 })).toBe(5)
  expect(asks).toEqual([hour(20)])
  expect(textIn(other)).toBe(textIn(folder))
})

// The process dies: what the archive wrote stays, what it had in mind does not.
class Died extends Error {}

async function dyingAt(folder: string, bars: readonly Candle[], ask: number, from: number, to: number): Promise<void> {
  const { market } = marketOf(bars, { most: 3, fails: one => (one === ask ? new Died() : null) })
  await download(folder, market, { from, to }).catch(error => {
    if (!(error instanceof Died)) throw error
  })
}

test('cut anywhere, with a torn tail, as often as one likes: the file is the one of an unbroken download', async () => {
  const bars = [...hours(0, 14), ...hours(17, 40)]
  const whole = temporaryFolder('download')
  await download(whole, marketOf(bars).market, { to: 40 })
  const torn = constantFrom('', '1672', `${hour(14)},1,2`, '\0\0\0\0\n', `${hour(-5)},1,1,1,1,1\n`, `${hour(30)},1,1,1,2,1\n`)
  await assert(
    asyncProperty(array(tuple(integer({ min: 1, max: 6 }), torn), { maxLength: 5 }), boolean(), async (cuts, early) => {
      const folder = temporaryFolder('download')
      // a part of the middle is there already
      if (early) await download(folder, marketOf(bars).market, { from: 9, to: 12 })
      for (const [ask, tail] of cuts) {
        await dyingAt(folder, bars, ask, 0, 40)
        for (const piece of readdirSync(folder).filter(name => /\.(before|after)$/.test(name))) appendFileSync(join(folder, piece), tail)
      }
      await download(folder, marketOf(bars).market, { to: 40 })
      expect(textIn(folder)).toBe(textIn(whole))
    }),
    { numRuns: 40 },
  )
})

test('dead between joining and tidying up: nothing is joined twice', async () => {
  const bars = hours(0, 30)
  const folder = temporaryFolder('download')
  await download(folder, marketOf(bars).market, { from: 10, to: 20 })
  await dyingAt(folder, bars, 8, 0, 30)
  const left = temporaryFolder('download')
  cpSync(folder, left, { recursive: true })
  expect(readdirSync(left)).toEqual(expect.arrayContaining([`${FILE}.before`, `${FILE}.after`]))
  await download(folder, marketOf(bars).market, { to: 30 })
  for (const piece of ['before', 'after']) cpSync(join(left, `${FILE}.${piece}`), join(folder, `${FILE}.${piece}`))
  writeFileSync(join(folder, `${FILE}.unfinished`), 'torn')
  await download(folder, marketOf(bars).market, { to: 30 })
  expect(hoursIn(folder)).toEqual(range(0, 30))
})

test('a piece of another beginning is begun anew: no hole is made', async () => {
  const bars = hours(0, 30)
  const folder = temporaryFolder('download')
  await dyingAt(folder, bars, 4, 0, 30)
  await download(folder, marketOf(bars).market, { from: 20, to: 30 })
  expect(hoursIn(folder)).toEqual(range(20, 30))
})

test('a damaged file is named, and left as it is', async () => {
  const folder = temporaryFolder('download')
  await download(folder, marketOf(hours(0, 30)).market, { to: 20 })
  const path = join(folder, FILE)
  truncateSync(path, statSync(path).size - 20)
  const before = readFileSync(path)
  await expect(download(folder, marketOf(hours(0, 30)).market, { to: 30 })).rejects.toThrow(`${path}: its gzip is cut off or damaged`)
  expect(readFileSync(path)).toEqual(before)
})

test('a folder that cannot be written to is named, with the mend', async () => {
  const folder = temporaryFolder('download')
  const taken = join(folder, 'taken')
  writeFileSync(taken, '')
  expect(() => openArchive(join(taken, 'candles'))).toThrow(
    /it cannot be written \(ENOTDIR\)\. Make room or name another folder with --dir/,
  )
  rmSync(taken)
})
