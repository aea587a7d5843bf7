/** Candles from the column cache against their six columns in a file of nothing else, read as typed arrays. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cachedCandles } from '#adapters/files/column-cache.ts'
import type { Columns } from '#domain/candle.ts'
import { type Least, least } from './measure.ts'

const RUNS = 9
const COLUMNS = 6

function csvOf({ time, open, high, low, close, volume }: Columns): string {
  const lines: string[] = []
  for (let i = 0; i < time.length; i++) lines.push(`${time[i]},${open[i]},${high[i]},${low[i]},${close[i]},${volume[i]}`)
  return lines.join('\n')
}

function rawColumns(path: string): Float64Array[] {
  const bytes = readFileSync(path)
  const count = bytes.length / (COLUMNS * 8)
  return Array.from({ length: COLUMNS }, (_, place) => new Float64Array(bytes.buffer, bytes.byteOffset + place * count * 8, count))
}

/** Loads candles both ways. */
export function loading(columns: Columns): Least {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  try {
    const file = join(folder, 'BTCUSDC-1m.csv')
    const cache = join(folder, 'cache')
    writeFileSync(file, csvOf(columns))
    const kept = Object.values(cachedCandles(file, cache)) as Float64Array[]
    const raw = join(folder, 'raw')
    writeFileSync(raw, Buffer.concat(kept.map(column => new Uint8Array(column.buffer, column.byteOffset, column.byteLength))))
    if (rawColumns(raw)[4]!.at(-1) !== columns.close.at(-1)) throw new Error('the candles came back as others')
    return least(
      RUNS,
      () => cachedCandles(file, cache),
      () => rawColumns(raw),
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}
