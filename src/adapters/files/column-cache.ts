/**
 * Candles of a CSV file as they lie in memory, kept beside it for the next start: one read, no parsing, no copy.
 *   64 bytes of header: magic and version, CRC-32 of all the rest, number of candles, SHA-256 of which file at which state this was, number of runs
 *   the times as runs of three float64: the first, the step to the next, how many. Candles follow one another by the clock, so that they are few
 *   five float64 columns, one for each other field of the candle
 * Numbers are in the machine's own byte order; a cache of another order has another magic and is rebuilt, like a damaged one.
 */
import { createHash, randomUUID } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Columns } from '#domain/candle.ts'
import { readCandles } from './candles.ts'
import { makeFolder } from './make-folder.ts'

const MAGIC = 0x5254_434c
// raise it when the layout changes, or when readCandles comes to read or refuse differently
const VERSION = 3
const HEADER = 64
const COLUMNS = 5
const RUN = 3
// places in the header, in bytes
const CHECKSUM = 8
const COUNT = 16
const SOURCE = 24
const RUNS = 56
// what the checksum is of begins behind it
const SUMMED = CHECKSUM + 4
// a file is read in parts, each summed up while it still lies in the processor's cache
const PART = 262_144

/**
 * The candles of a CSV file, from the cache in `cacheDir` where that is of this file as it is now (path, size, time of change), else
 * read and put there. Throws a Fault as `readCandles` does. A cache that cannot be written costs time only, so that is not told.
 */
export function cachedCandles(path: string, cacheDir: string): Columns {
  const full = resolve(path)
  const source = sourceOf(full)
  if (source === null) return readCandles(path) // it says what is wrong
  const cache = join(cacheDir, `${hash(full).toString('hex').slice(0, 32)}.columns`)
  const kept = readCache(cache, source)
  if (kept !== null) return kept
  const columns = readCandles(path)
  writeCache(cache, cacheDir, source, columns)
  return columns
}

const hash = (text: string): Buffer => createHash('sha256').update(text).digest()

// Which file at which state; null when it is not there.
function sourceOf(path: string): Buffer | null {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false })
  return found?.isFile() === true ? hash(`${path}\n${found.size}\n${found.mtimeNs}`) : null
}

// All of a file, with the checksum of what it holds. Null where it cannot be read, or is too short.
function readSummed(path: string): { readonly bytes: Buffer; readonly sum: number } | null {
  let file: number | null = null
  try {
    file = openSync(path, 'r')
    const { size } = fstatSync(file)
    if (size < HEADER) return null
    // in memory of its own, where float64 may start at any multiple of eight
    const bytes = Buffer.allocUnsafeSlow(size)
    let sum = 0
    for (let at = 0; at < size; ) {
      const end = at + readSync(file, bytes, at, Math.min(PART, size - at), at)
      if (end === at) return null // somebody cuts it off meanwhile
      sum = crc32(bytes.subarray(Math.max(at, SUMMED), end), sum)
      at = end
    }
    return { bytes, sum }
  } catch {
    return null
  } finally {
    if (file !== null) closeSync(file)
  }
}

function readCache(path: string, source: Buffer): Columns | null {
  const read = readSummed(path)
  if (read === null) return null
  const { bytes, sum } = read
  const [magic, version, checksum] = new Uint32Array(bytes.buffer, bytes.byteOffset, 3)
  const numbers = (at: number, count: number): Float64Array => new Float64Array(bytes.buffer, bytes.byteOffset + at, count)
  const [count, runs] = [numbers(COUNT, 1)[0]!, numbers(RUNS, 1)[0]!]
  const behindRuns = HEADER + runs * RUN * 8
  if (magic !== MAGIC || version !== VERSION || bytes.length !== behindRuns + count * COLUMNS * 8) return null
  if (!bytes.subarray(SOURCE, SOURCE + source.length).equals(source) || sum !== checksum) return null
  const column = (place: number): Float64Array => numbers(behindRuns + place * count * 8, count)
  const time = timesOf(numbers(HEADER, runs * RUN), count)
  return { time, open: column(0), high: column(1), low: column(2), close: column(3), volume: column(4) }
}

function timesOf(runs: Float64Array, count: number): Float64Array {
  const time = new Float64Array(count)
  let at = 0
  for (let run = 0; run < runs.length; run += RUN) {
    const [first, step, end] = [runs[run]!, runs[run + 1]!, at + runs[run + 2]!]
    for (let next = first; at < end; next += step) time[at++] = next
  }
  return time
}

function runsOf(time: Float64Array): number[] {
  const runs: number[] = []
  for (let at = 0; at < time.length; ) {
    const first = at
    const step = (time[at + 1] ?? 0) - time[at]!
    while (at + 1 < time.length && step === time[at + 1]! - time[at]!) at++
    at++
    runs.push(time[first]!, step, at - first)
  }
  return runs
}

function bytesOf({ time, open, high, low, close, volume }: Columns, source: Buffer): Buffer {
  const count = time.length
  const runs = runsOf(time)
  const behindRuns = HEADER + runs.length * 8
  const bytes = Buffer.from(new ArrayBuffer(behindRuns + count * COLUMNS * 8))
  const numbers = (at: number, length: number): Float64Array => new Float64Array(bytes.buffer, at, length)
  new Uint32Array(bytes.buffer, 0, 2).set([MAGIC, VERSION])
  numbers(COUNT, 1)[0] = count
  source.copy(bytes, SOURCE)
  numbers(RUNS, 1)[0] = runs.length / RUN
  numbers(HEADER, runs.length).set(runs)
  for (const [place, column] of [open, high, low, close, volume].entries()) numbers(behindRuns + place * count * 8, count).set(column)
  new Uint32Array(bytes.buffer, CHECKSUM, 1)[0] = crc32(bytes.subarray(SUMMED))
  return bytes
}

// Whole or not at all: another process may be reading it.
function writeCache(path: string, folder: string, source: Buffer, columns: Columns): void {
  const unfinished = `${path}.${randomUUID()}`
  try {
    makeFolder(folder)
    try {
      writeFileSync(unfinished, bytesOf(columns, source))
      renameSync(unfinished, path)
    } finally {
      rmSync(unfinished, { force: true })
    }
  } catch {
    // the next start reads the file again, that is all
  }
}
