/**
 * Candles of one symbol and timeframe in a CSV file that backtests read. What is fetched goes line by line into pieces beside it
 * (SYMBOL-TIMEFRAME.csv.gz.after): a process that dies leaves the file as it was, and the pieces up to their last whole line. A finished
 * download is joined with the file aside, and takes its place at once.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { type Candle, type Columns, flawOf } from '#domain/candle.ts'
import { Fault } from '#domain/fault.ts'
import { lengthOf, type Time, type Timeframe } from '#domain/time.ts'
import { cachedCandles } from './column-cache.ts'
import { hold } from './lock.ts'
import { makeFolder } from './make-folder.ts'

/** Where an archive is, and what of. */
export interface ArchiveSetup {
  readonly folder: string
  /** Where backtests look for the columns of files. */
  readonly cacheDir: string
  readonly symbol: string
  readonly timeframe: Timeframe
}

type Piece = 'before' | 'after'

const HEADER = 'openTime,open,high,low,close,volume\n'

/** Candles of one symbol and timeframe in a file: what the gateway's downloads are kept in. */
export class FileArchive {
  readonly path: string
  readonly #setup: ArchiveSetup
  readonly #begun = new Set<Piece>()
  #open: number | null = null

  /** Makes the folder where there is none. Throws a Fault where that cannot be. */
  constructor(setup: ArchiveSetup) {
    this.#setup = setup
    this.path = join(setup.folder, `${setup.symbol}-${setup.timeframe}.csv.gz`)
    this.#writing(() => makeFolder(setup.folder))
  }

  /** Keeps other processes from downloading into the file, until what this gives is called. Throws a Fault where one does. */
  hold(): () => void {
    const release = this.#writing(() => hold(this.path))
    if (release !== null) return release
    throw new Fault(
      'misconfigured',
      `${this.path}: another process downloads into it. One at a time does: wait until it has ended, or name another folder with --dir.`,
    )
  }

  /** The candles of the file, from the cache or put there; null: there is none. Throws a Fault for a file that is damaged. */
  columns(): Columns | null {
    return existsSync(this.path) ? cachedCandles(this.path, this.#setup.cacheDir) : null
  }

  /** Open times of the first and the last of them. */
  span(): { readonly first: Time; readonly last: Time } | null {
    const columns = this.columns()
    return columns === null ? null : { first: columns.time[0] as Time, last: columns.time.at(-1) as Time }
  }

  /** Goes on with a piece that begins at an open time, or begins it anew where that was another. The open time that comes next in it. */
  begin(piece: Piece, from: Time): Time {
    this.#close()
    this.#begun.add(piece)
    const path = this.#pieceOf(piece)
    const head = `from ${from}\n`
    const text = bytesIn(path)?.toString('latin1') ?? ''
    const { lines, last } = text.startsWith(head) ? soundLines(text.slice(head.length), from) : { lines: '', last: null }
    // joined before, by a process that died just after it
    const joined = last !== null && piece === 'before' && last >= (this.span()?.first ?? Number.POSITIVE_INFINITY)
    this.#writing(() => {
      const begun = head + (joined ? '' : lines)
      // a sound piece is left alone: writing it anew would be a moment in which it is not there
      if (text !== begun) replace(path, Buffer.from(begun))
      this.#open = openSync(path, 'a')
    })
    return joined || last === null ? from : ((last + lengthOf(this.#setup.timeframe)) as Time)
  }

  /** Adds candles to the piece. */
  append(candles: readonly Candle[]): void {
    this.#writing(() => writeFileSync(this.#open!, candles.map(lineOf).join('')))
  }

  /** Joins the pieces with the file. */
  finish(): void {
    this.#close()
    const [before, after] = (['before', 'after'] as const).map(piece => (this.#begun.has(piece) ? this.#linesOf(piece) : Buffer.alloc(0)))
    if (before!.length + after!.length > 0) {
      const kept = bytesIn(this.path)
      const text = Buffer.concat([Buffer.from(HEADER), before!, kept === null ? Buffer.alloc(0) : withoutHead(gunzipSync(kept)), after!])
      this.#writing(() => replace(this.path, gzipSync(text)))
    }
    for (const piece of ['before', 'after'] as const) rmSync(this.#pieceOf(piece), { force: true })
  }

  #linesOf(piece: Piece): Buffer {
    const bytes = bytesIn(this.#pieceOf(piece)) ?? Buffer.alloc(0)
    return bytes.subarray(bytes.indexOf('\n') + 1)
  }

  #pieceOf(piece: Piece): string {
    return `${this.path}.${piece}`
  }

  #close(): void {
    if (this.#open !== null) closeSync(this.#open)
    this.#open = null
  }

  #writing<Made>(write: () => Made): Made {
    try {
      return write()
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code ?? 'no reason told'
      throw new Fault(
        'misconfigured',
        `${this.path}: it cannot be written (${code}). Make room or name another folder with --dir; what was fetched before is kept.`,
        { cause },
      )
    }
  }
}

function bytesIn(path: string): Buffer | null {
  try {
    return readFileSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new Fault('misconfigured', `${path}: it cannot be read. Mend its rights, or take it away.`, { cause: error })
  }
}

// Whole or not at all, also when the machine loses its power.
function replace(path: string, bytes: Buffer): void {
  const aside = `${path}.unfinished`
  const file = openSync(aside, 'w')
  try {
    writeFileSync(file, bytes)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(aside, path)
  const folder = openSync(dirname(path), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

// A file of another's may have no header, and no end of line at its end.
function withoutHead(text: Buffer): Buffer {
  const body = /^[\d.]/.test(text.toString('latin1', 0, 1)) ? text : text.subarray(text.indexOf('\n') + 1)
  return body.at(-1) === 10 ? body : Buffer.concat([body, Buffer.from('\n')])
}

// The lines up to the first that is not whole, no candle, or not after the one before it (the first: not from then on).
function soundLines(text: string, from: number): { readonly lines: string; readonly last: number | null } {
  let last: number | null = null
  let end = 0
  for (let next = text.indexOf('\n'); next >= 0; next = text.indexOf('\n', end)) {
    const fields = text.slice(end, next).split(',')
    const [time, ...values] = fields.map(field => (field === '' ? Number.NaN : Number(field))) as [number, ...number[]]
    if (fields.length !== 6 || !(time > (last ?? from - 1)) || flawOf(...(values as [number, number, number, number, number])) !== null)
      break
    last = time
    end = next + 1
  }
  return { lines: text.slice(0, end), last }
}

const lineOf = ({ openTime, open, high, low, close, volume }: Candle): string =>
  `${[openTime, open, high, low, close, volume].map(plain).join(',')}\n`

// Without an exponent: not every program reads 1e-7.
function plain(value: number): string {
  const text = String(value)
  return text.includes('e') ? value.toFixed(20).replace(/0+$/, '').replace(/\.$/, '') : text
}
