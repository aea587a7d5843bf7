/**
 * Candles of a CSV file as they lie in memory, kept beside it for the next start: one read, no parsing, no copy.
 *   64 bytes of header: magic and version, CRC-32 of all the rest, number of candles, SHA-256 of which file at which state this was
 *   six float64 columns, one a field of the candle
 * Numbers are in the machine's own byte order; a cache of another order has another magic and is rebuilt, like a damaged one.
 */
import { createHash, randomUUID } from 'node:crypto'
import { closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Columns } from '#domain/candle.ts'
import { readCandles } from './candles.ts'

const MAGIC = 0x5254_434c
// raise it when the layout changes, or when readCandles comes to read or refuse differently
const VERSION = 1
const HEADER = 64
const COLUMNS = 6
// places in the header, in bytes
const CHECKSUM = 8
const COUNT = 16
const SOURCE = 24
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
  const count = new Float64Array(bytes.buffer, bytes.byteOffset + COUNT, 1)[0]!
  if (magic !== MAGIC || version !== VERSION || bytes.length !== HEADER + count * COLUMNS * 8) return null
  if (!bytes.subarray(SOURCE, SOURCE + source.length).equals(source) || sum !== checksum) return null
  const column = (place: number): Float64Array => new Float64Array(bytes.buffer, bytes.byteOffset + HEADER + place * count * 8, count)
  return { time: column(0), open: column(1), high: column(2), low: column(3), close: column(4), volume: column(5) }
}

function bytesOf({ time, open, high, low, close, volume }: Columns, source: Buffer): Buffer {
  const count = time.length
  const bytes = Buffer.from(new ArrayBuffer(HEADER + count * COLUMNS * 8))
  new Uint32Array(bytes.buffer, 0, 2).set([MAGIC, VERSION])
  new Float64Array(bytes.buffer, COUNT, 1)[0] = count
  source.copy(bytes, SOURCE)
  for (const [place, column] of [time, open, high, low, close, volume].entries())
    new Float64Array(bytes.buffer, HEADER + place * count * 8, count).set(column)
  new Uint32Array(bytes.buffer, CHECKSUM, 1)[0] = crc32(bytes.subarray(SUMMED))
  return bytes
}

// Whole or not at all: another process may be reading it.
function writeCache(path: string, folder: string, source: Buffer, columns: Columns): void {
  const unfinished = `${path}.${randomUUID()}`
  try {
    mkdirSync(folder, { recursive: true })
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
