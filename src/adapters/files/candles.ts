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
const MINUTE = 60_000
/** The end of the year 9999: what is later was not meant as milliseconds. */
const LAST = 253_402_300_799_999

const flaw = (path: string, line: number, rule: string): Fault =>
  new Fault('misconfigured', `${path}, line ${line}: ${rule}. Mend the file, or fetch it anew.`)

const LAYOUT = 'openTime,open,high,low,close,volume'
const BYTE_ORDER_MARK = '\xEF\xBB\xBF'

// The text of a file, gzipped or not.
function textOf(path: string): string {
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT' ? 'there is no such file' : 'it cannot be read'
    throw new Fault('misconfigured', `${path}: ${why}. Name a CSV file of ${LAYOUT} (.gz allowed).`, { cause })
  }
  const gzipped = bytes[0] === 0x1f && bytes[1] === 0x8b
  if (!gzipped && path.endsWith('.gz'))
    throw new Fault('misconfigured', `${path}: it is not gzipped, though its name says so. Take .gz out of its name, or fetch it anew.`)
  try {
    const text = (gzipped ? gunzipSync(bytes) : bytes).toString('latin1')
    return text.startsWith(BYTE_ORDER_MARK) ? text.slice(BYTE_ORDER_MARK.length) : text
  } catch (cause) {
    throw new Fault('misconfigured', `${path}: its gzip is cut off or damaged. Fetch it anew.`, { cause })
  }
}

// A header of other columns, or of these in another order, would give candles that never were. The first and the last have many names.
function checkHeader(path: string, header: string): void {
  const plain = (text: string): string => text.replaceAll(/[\s_"]/g, '').toLowerCase()
  const fields = header.split(',')
  for (const [place, needed] of LAYOUT.split(',').entries()) {
    const has = plain(fields[place] ?? '')
    if (place === 0 || has === needed || (place === FIELDS - 1 && has.startsWith('vol'))) continue
    throw flaw(path, 1, `the header says "${(fields[place] ?? '').trim()}" where ${needed} is needed (${LAYOUT})`)
  }
}

// What is a number to the machine and to nobody else: 0x10 is 16 to it.
const isOddNumber = (text: string): boolean => text.charCodeAt(1) > 57 && /^0[xob]/i.test(text)

// A price counts to 1e-8: one that loses more than a ten thousandth by that would make a backtest of other prices.
const isTooFine = (price: number): boolean => price < 5e-5 && Math.abs(Math.round(price * 1e8) - price * 1e8) > price * 1e4

/** Reads candles. Throws a Fault that names file, line and rule for anything unsorted, double, or not a candle. */
export function readCandles(path: string): Columns {
  const lines = textOf(path).split('\n')
  while (lines.length > 0 && lines.at(-1)!.trim() === '') lines.pop()
  // a header is a first line that does not begin with a number
  const first = Number.isNaN(Number.parseFloat(lines[0] ?? '')) ? 1 : 0
  const count = lines.length - first
  if (count <= 0) throw flaw(path, 1, 'there is no candle in it')
  if (first === 1) checkHeader(path, lines[0]!)
  const columns = columnsOf(count)
  const values = new Float64Array(FIELDS)
  for (let i = 0; i < count; i++) {
    const line = i + first + 1
    const fields = lines[line - 1]!.trim().split(',')
    if (fields.length < FIELDS) throw flaw(path, line, `six fields are needed (${LAYOUT}), there are ${fields.length}`)
    for (let f = 0; f < FIELDS; f++) {
      const text = fields[f]!.trim()
      values[f] = text === '' || isOddNumber(text) ? Number.NaN : Number(text)
      if (!Number.isFinite(values[f]!)) throw flaw(path, line, `"${text}" is not a number`)
    }
    const [time, open, high, low, close, volume] = values as unknown as [number, number, number, number, number, number]
    if (!Number.isSafeInteger(time) || time < 0 || time > LAST) {
      const guess = time > LAST ? ' (it may be in microseconds)' : ''
      throw flaw(path, line, `openTime ${fields[0]} is not a time in UTC milliseconds${guess}`)
    }
    const wrong = flawOf(open, high, low, close, volume)
    if (wrong !== null) throw flaw(path, line, wrong)
    const fine = [open, high, low, close].find(isTooFine)
    if (fine !== undefined) throw flaw(path, line, `prices are counted in 0.00000001, and ${fine} is finer than that`)
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
    if (distance < length) {
      const [apart, mend] =
        distance < MINUTE
          ? [`${distance} milliseconds`, 'Give openTime in milliseconds: it may be in seconds']
          : [`${distance / MINUTE} minutes`, 'Name the right one with --timeframe']
      throw new Fault('misconfigured', `${path}: candles lie ${apart} apart, which is less than ${timeframe}. ${mend}.`)
    }
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
