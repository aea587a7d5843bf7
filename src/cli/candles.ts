/** `npm run candles`: the history of symbols, from Binance into files that backtests read. */
import { join, resolve } from 'node:path'
import { type BinancePublic, openBinancePublic } from '#adapters/binance/binance.ts'
import { untilText } from '#adapters/binance/patience.ts'
import { FileArchive } from '#adapters/files/archive.ts'
import { gapsOf } from '#adapters/files/candles.ts'
import { openProgress, type ProgressOutput } from '#adapters/terminal/progress.ts'
import { Fault } from '#domain/fault.ts'
import { formatTime, lengthOf } from '#domain/time.ts'
import { downloadCandles } from '#gateway/download.ts'
import type { Clock } from '#ports/clock.ts'
import { siteNamed } from '../compose/binance-site.ts'
import { keptLimits } from '../compose/kept-limits.ts'
import { CANDLES_HELP, type CandlesOptions, readCandlesOptions } from './candles-options.ts'

/** What the command has of its surroundings. */
export interface CandlesIo {
  readonly output: ProgressOutput
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
}

/** Downloads what the command line asks for, symbol by symbol. The exit code. Throws a Fault; what came until then is kept. */
export async function candlesMain(args: readonly string[], io: CandlesIo): Promise<number> {
  const options = readCandlesOptions(args)
  if (options === null) {
    io.output.write(`${CANDLES_HELP}\n`)
    return 0
  }
  const { clock, output } = io
  if (options.from >= clock.now())
    throw new Fault('misconfigured', `--from ${formatTime(options.from)}: it lies in the future. Name a time that has passed.`)
  const note = (text: string): void => void output.write(options.json ? `${JSON.stringify({ event: 'note', text })}\n` : `${text}\n`)
  const limits = keptLimits(dataOf(io), siteNamed(options.url), note)
  const binance = openBinancePublic({ restUrl: options.url, clock, ...limits })
  const { bannedUntil } = binance.rest.budget
  if (bannedUntil > clock.now()) note(`Binance was asked too much from this address: waiting ${untilText(bannedUntil, clock.now())}.`)
  for (const symbol of options.symbols) await download(symbol, options, binance, io)
  return 0
}

const dataOf = ({ env }: CandlesIo): string => env['DATA_DIR'] || '.roottrading'

async function download(symbol: string, options: CandlesOptions, binance: BinancePublic, io: CandlesIo): Promise<void> {
  const { timeframe } = options
  const data = dataOf(io)
  const cacheDir = join(data, 'cache')
  const archive = new FileArchive({ folder: resolve(options.dir ?? join(data, 'candles')), cacheDir, symbol, timeframe })
  const release = archive.hold()
  try {
    await downloadInto(archive, { symbol, options, binance, io })
  } finally {
    release()
  }
}

interface Download {
  readonly symbol: string
  readonly options: CandlesOptions
  readonly binance: BinancePublic
  readonly io: CandlesIo
}

async function downloadInto(archive: FileArchive, { symbol, options, binance: { market, rest }, io }: Download): Promise<void> {
  const { output, clock } = io
  const { timeframe, from, to, json } = options
  const progress = openProgress(output, () => clock.now())
  const say = (event: string, told: object, line: string): void => {
    if (json) output.write(`${JSON.stringify({ event, symbol, timeframe, ...told })}\n`)
    else progress.line(line)
  }
  let added: number
  try {
    added = await downloadCandles({
      market,
      archive,
      clock,
      symbol,
      timeframe,
      from,
      to,
      progress({ from: first, to: last, reached, candles }) {
        const part = last > first ? (reached - first) / (last - first) : 1
        if (json) say('progress', { reached, part: Math.round(part * 1_000) / 1_000, candles }, '')
        else progress.step({ what: `${symbol} ${timeframe}`, part, text: `${formatTime(reached)}, ${thousands(candles)} candles` })
      },
      again(fault, pause) {
        // a ban is waited for, however short the pause
        const milliseconds = Math.max(pause, rest.budget.bannedUntil - clock.now())
        const reason = fault.message.replace(/\.?$/, '.')
        say(
          'again',
          { reason: fault.message, milliseconds },
          `${symbol} ${timeframe}: ${reason} The next try is in ${Math.ceil(milliseconds / 1_000)} s.`,
        )
      },
    })
  } catch (error) {
    if (!(error instanceof Fault) || error.kind !== 'retry') throw error
    throw new Fault('retry', `${error.message} What came until then is kept: the same command goes on there.`, { cause: error })
  } finally {
    progress.end()
  }
  report({ archive, symbol, options, added, say })
}

interface Finished {
  readonly archive: FileArchive
  readonly symbol: string
  readonly options: CandlesOptions
  readonly added: number
  say(event: string, told: object, line: string): void
}

// Reads the file as a backtest will, which looks at every line and puts the columns into the cache.
function report({ archive, symbol, options: { timeframe, from }, added, say }: Finished): void {
  const what = `${symbol} ${timeframe}`
  const { path: file } = archive
  const columns = archive.columns()
  if (columns === null) return say('done', { file, candles: 0, added, gaps: 0 }, `${what}: there is no candle of that time.`)
  const { time } = columns
  const length = lengthOf(timeframe)
  const [first, end] = [time[0]!, time.at(-1)! + length]
  const gaps = gapsOf(columns, timeframe, file)
  for (const { after, missing } of gaps) {
    const [hole, next] = [after + length, after + (missing + 1) * length]
    const told = `${what}: ${missing === 1 ? '1 candle is' : `${thousands(missing)} candles are`} missing, from ${formatTime(hole)} to ${formatTime(next)}.`
    say('gap', { from: hole, to: next, missing }, told)
  }
  const count = `${thousands(time.length)} candles from ${formatTime(first)} to ${formatTime(end)}, ${thousands(added)} of them new`
  const holes = gaps.length === 0 ? 'no gap' : gaps.length === 1 ? '1 gap' : `${gaps.length} gaps`
  const late = first - from >= length ? ` There is none before ${formatTime(first)}.` : ''
  say('done', { file, candles: time.length, added, gaps: gaps.length, from: first, to: end }, `${what}: ${count}, ${holes}: ${file}${late}`)
}

const thousands = (count: number): string => count.toLocaleString('en')
