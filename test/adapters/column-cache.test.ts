import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readCandles } from '#adapters/files/candles.ts'
import { cachedCandles } from '#adapters/files/column-cache.ts'
import { Fault } from '#domain/fault.ts'

const bundled = join(import.meta.dirname, '../../data/candles/BTCEUR-4h.csv.gz')
const rows = (close: number, count = 3): string =>
  `openTime,open,high,low,close,volume\n${Array.from({ length: count }, (_, i) => `${i * 60_000},1,9,1,${close},${i}`).join('\n')}\n`

let folder: string
let csv: string
let cache: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'column-cache-'))
  csv = join(folder, 'TEST-1m.csv')
  cache = join(folder, 'deep', 'cache')
  writeFileSync(csv, rows(5))
})
afterEach(() => rmSync(folder, { recursive: true }))

const kept = (): string[] => readdirSync(cache).map(name => join(cache, name))

/** Writes other closes without any trace in size or time, so that only a cache can still say the old ones. */
function changeUnseen(close: number): void {
  const { atime, mtime } = statSync(csv)
  writeFileSync(csv, rows(close))
  utimesSync(csv, atime, mtime)
}

/** A time of change in whole seconds, since a file's finer ones cannot be set again. */
const settle = (): void => utimesSync(csv, 1_600_000_000, 1_600_000_000)

describe('the column cache', () => {
  test('gives what the file gives, at first and from then on', () => {
    const expected = readCandles(bundled)
    for (let round = 0; round < 2; round++) expect(cachedCandles(bundled, cache)).toEqual(expected)
    expect(kept()).toHaveLength(1)
  })

  test.each([
    ['every minute', [0, 1, 2, 3, 4]],
    ['with gaps', [0, 1, 2, 5, 6, 7, 8, 20, 22, 24, 25]],
    ['with no order in it', [0, 1, 3, 6, 10, 15, 21]],
    ['one', [7]],
    ['two', [7, 9]],
  ])('times %s come back as they are', (_what, minutes) => {
    const text = (close: number): string =>
      `openTime,open,high,low,close,volume\n${minutes.map(minute => `${minute * 60_000},1,9,1,${close},${minute}`).join('\n')}\n`
    writeFileSync(csv, text(5))
    settle()
    const expected = cachedCandles(csv, cache)
    expect([...expected.time]).toEqual(minutes.map(minute => minute * 60_000))
    writeFileSync(csv, text(6))
    settle()
    expect(cachedCandles(csv, cache)).toEqual(expected)
  })

  test('is read instead of the file', () => {
    settle()
    expect(cachedCandles(csv, cache).close[0]).toBe(5)
    changeUnseen(6)
    expect(cachedCandles(csv, cache).close[0]).toBe(5)
  })

  test.each<{ name: string; change: () => void }>([
    { name: 'of another time', change: () => writeFileSync(csv, rows(6)) },
    {
      name: 'of another size at the same time',
      change: () => {
        writeFileSync(csv, rows(6, 4))
        settle()
      },
    },
  ])('a file $name is read anew, and kept', ({ change }) => {
    settle()
    cachedCandles(csv, cache)
    change()
    for (let round = 0; round < 2; round++) expect(cachedCandles(csv, cache)).toEqual(readCandles(csv))
    expect(kept()).toHaveLength(1)
  })

  test('files of one name in two folders do not meet', () => {
    const other = join(folder, 'other')
    mkdirSync(other)
    writeFileSync(join(other, 'TEST-1m.csv'), rows(7))
    expect([cachedCandles(csv, cache).close[0], cachedCandles(join(other, 'TEST-1m.csv'), cache).close[0]]).toEqual([5, 7])
    expect([cachedCandles(csv, cache).close[0], cachedCandles(join(other, 'TEST-1m.csv'), cache).close[0]]).toEqual([5, 7])
  })

  test('a copy of the cache of another file is not believed', () => {
    settle()
    cachedCandles(csv, cache)
    const [first] = kept()
    const other = join(folder, 'OTHER-1m.csv')
    writeFileSync(other, rows(7))
    cachedCandles(other, cache)
    const second = kept().find(path => path !== first)!
    copyFileSync(first!, second)
    expect(cachedCandles(other, cache).close[0]).toBe(7)
  })

  test.each(['empty', 'cut in the header', 'cut in the columns', 'longer', 'text'])('a damaged cache is rebuilt: %s', damage => {
    cachedCandles(csv, cache)
    const [path] = kept()
    const bytes = readFileSync(path!)
    const damaged: Record<string, Buffer> = {
      empty: Buffer.alloc(0),
      'cut in the header': bytes.subarray(0, 20),
      'cut in the columns': bytes.subarray(0, -8),
      longer: Buffer.concat([bytes, Buffer.alloc(8)]),
      text: Buffer.from('not a cache at all, but long enough to hold the header of one, which is sixty-four bytes'),
    }
    writeFileSync(path!, damaged[damage]!)
    expect(cachedCandles(csv, cache)).toEqual(readCandles(csv))
    expect(readFileSync(path!)).toEqual(bytes)
  })

  test('every single byte is watched over', () => {
    cachedCandles(csv, cache)
    const [path] = kept()
    const bytes = readFileSync(path!)
    for (let at = 0; at < bytes.length; at++) {
      const damaged = Buffer.from(bytes)
      damaged[at]! ^= 0x10
      writeFileSync(path!, damaged)
      expect(cachedCandles(csv, cache)).toEqual(readCandles(csv))
      expect(readFileSync(path!)).toEqual(bytes)
    }
  })

  test('a folder that cannot be written costs the cache only', () => {
    writeFileSync(join(folder, 'deep'), 'a file where the folder should be')
    expect(cachedCandles(csv, cache)).toEqual(readCandles(csv))
    const closed = join(folder, 'closed')
    mkdirSync(closed)
    chmodSync(closed, 0o500)
    expect(cachedCandles(csv, closed)).toEqual(readCandles(csv))
  })

  test('leaves nothing unfinished behind', () => {
    cachedCandles(csv, cache)
    expect(kept().filter(path => !path.endsWith('.columns'))).toEqual([])
  })

  test('a wrong file is refused as ever, and not kept', () => {
    expect(() => cachedCandles(join(folder, 'none.csv'), cache)).toThrow('there is no such file')
    expect(() => cachedCandles(folder, cache)).toThrow(Fault)
    writeFileSync(csv, rows(99))
    expect(() => cachedCandles(csv, cache)).toThrow('line 2: high 9 is below open 1 or close 99')
    expect(() => kept()).toThrow('ENOENT')
  })
})
