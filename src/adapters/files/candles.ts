/** Candles from CSV files: `openTime,open,high,low,close,volume`, plain or gzipped, a header or none. */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { type Columns, columnsOf, flawOf } from '#domain/candle.ts'
import { Fault } from '#domain/fault.ts'
import { formatTime, isTimeframe, lengthOf, type Timeframe } from '#domain/time.ts'

/** A hole in a file: the candle before it, and how many are missing. */
export interface Gap {
  readonly after: number
  readonly missing: number
}

const FIELDS = 6

const flaw = (path: string, line: number, rule: string): Fault =>
  new Fault('misconfigured', `${path}, line ${line}: ${rule}. Mend the file, or fetch it anew.`)

/** Reads candles. Throws a Fault that names file, line and rule for anything unsorted, double, or not a candle. */
export function readCandles(path: string): Columns {
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
    if (path.endsWith('.gz')) bytes = gunzipSync(bytes)
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT' ? 'there is no such file' : 'it cannot be read'
    throw new Fault('misconfigured', `${path}: ${why}. Name a CSV file of openTime,open,high,low,close,volume (.gz allowed).`, { cause })
  }
  const lines = bytes.toString('latin1').split('\n')
  if (lines.at(-1)?.trim() === '') lines.pop()
  // a header is a first line that does not begin with a number
  const first = Number.isNaN(Number.parseFloat(lines[0] ?? '')) ? 1 : 0
  const count = lines.length - first
  if (count <= 0) throw flaw(path, 1, 'there is no candle in it')
  const columns = columnsOf(count)
  const values = new Float64Array(FIELDS)
  for (let i = 0; i < count; i++) {
    const line = i + first + 1
    const fields = lines[line - 1]!.trim().split(',')
    if (fields.length < FIELDS)
      throw flaw(path, line, `six fields are needed (openTime,open,high,low,close,volume), there are ${fields.length}`)
    for (let f = 0; f < FIELDS; f++) {
      const text = fields[f]!.trim()
      values[f] = text === '' ? Number.NaN : Number(text)
      if (!Number.isFinite(values[f]!)) throw flaw(path, line, `"${text}" is not a number`)
    }
    const [time, open, high, low, close, volume] = values as unknown as [number, number, number, number, number, number]
    if (!Number.isSafeInteger(time) || time < 0) throw flaw(path, line, `openTime ${fields[0]} is not a time in UTC milliseconds`)
    const wrong = flawOf(open, high, low, close, volume)
    if (wrong !== null) throw flaw(path, line, wrong)
    if (i > 0 && time === columns.time[i - 1]) throw flaw(path, line, `the candle of ${formatTime(time)} is there twice`)
    if (i > 0 && time < columns.time[i - 1]!) throw flaw(path, line, `the candles are not sorted by time (${formatTime(time)} comes late)`)
    columns.time[i] = time
    columns.open[i] = open
    columns.high[i] = high
    columns.low[i] = low
    columns.close[i] = close
    columns.volume[i] = volume
  }
  return columns
}

/** The holes in candles of a timeframe. Throws a Fault when candles lie closer than the timeframe is long. */
export function gapsOf(columns: Columns, timeframe: Timeframe, path: string): Gap[] {
  const gaps: Gap[] = []
  const length = lengthOf(timeframe)
  for (let i = 1; i < columns.time.length; i++) {
    const distance = columns.time[i]! - columns.time[i - 1]!
    if (distance < length)
      throw new Fault(
        'misconfigured',
        `${path}: candles lie ${distance / 60_000} minutes apart, which is less than ${timeframe}. Name the right one with --timeframe.`,
      )
    if (distance > length) gaps.push({ after: columns.time[i - 1]!, missing: Math.round(distance / length) - 1 })
  }
  return gaps
}

/** Symbol and timeframe as a file's name gives them: what is before its last dash, and after it ("BTCEUR-4h.csv.gz"). Null where it does not. */
export function nameOf(path: string): { readonly symbol: string; readonly timeframe: Timeframe | null } {
  const name = basename(path)
    .replace(/\.gz$/, '')
    .replace(/\.[^.]*$/, '')
  const dash = name.lastIndexOf('-')
  const after = name.slice(dash + 1)
  if (dash <= 0) return { symbol: name, timeframe: null }
  return { symbol: name.slice(0, dash), timeframe: isTimeframe(after) ? after : null }
}

/** The candles whose open time lies in [from, to). */
export function between(columns: Columns, from: number, to: number): Columns {
  let first = 0
  while (first < columns.time.length && columns.time[first]! < from) first++
  let end = columns.time.length
  while (end > first && columns.time[end - 1]! >= to) end--
  const cut = (column: Float64Array): Float64Array => column.subarray(first, end)
  return {
    time: cut(columns.time),
    open: cut(columns.open),
    high: cut(columns.high),
    low: cut(columns.low),
    close: cut(columns.close),
    volume: cut(columns.volume),
  }
}
