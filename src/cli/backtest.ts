/** `npm run backtest`: from the command line to a report. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inlineMore } from '#adapters/system/compiler.ts'
import type { Collector } from '#backtest/collect.ts'
import { type Backtest, backtest, type ReportSetup } from '#backtest/report.ts'
import { reportLines } from '#backtest/report-text.ts'
import { Fault } from '#domain/fault.ts'
import { format } from '#domain/money.ts'
import { formatTime } from '#domain/time.ts'
import { loadStrategies } from '../load-folder.ts'
import { helpLines, readOptions, UsageError } from './backtest-options.ts'
import { type FileGaps, prepare } from './backtest-setup.ts'
import { blameOf } from './blame.ts'

/** What the command has of its surroundings. */
export interface BacktestIo {
  out(line: string): void
  err(line: string): void
  /** Milliseconds, for durations. */
  now(): number
  readonly env: Readonly<Record<string, string | undefined>>
}

const STRATEGIES = new URL('../../strategies/', import.meta.url)
const DONE = 0
const WRONG_INPUT = 2

/** Runs the backtest that the command line asks for. The exit code: 0, or 2 where something asked for is wrong, which is then told. */
export async function backtestMain(args: readonly string[], io: BacktestIo): Promise<number> {
  try {
    await run(args, io)
    return DONE
  } catch (error) {
    if (!(error instanceof UsageError) && !(error instanceof Fault)) throw error
    io.err(error.message)
    return WRONG_INPUT
  }
}

async function run(args: readonly string[], { out, err, now, env }: BacktestIo): Promise<void> {
  const options = readOptions(args)
  const strategies = await loadStrategies(STRATEGIES)
  const print = (lines: readonly string[], to: (line: string) => void): void => {
    for (const line of lines) to(line)
  }
  if (options === null) return print(helpLines([...strategies.keys()]), out)
  const { setup, gaps, fromEnv } = prepare(options, { strategies, cacheDir: join(env.DATA_DIR || '.roottrading', 'cache'), env })
  inlineMore()
  const result = runIt({ ...setup, now })
  if (options.trades !== null) writeTrades(options.trades, result.collected)
  if (options.json) out(JSON.stringify(result.report))
  else print(reportLines(result, setup.histories[0]!.info.quote), out)
  const note = options.json ? err : out
  print(gapLines(gaps), note)
  if (fromEnv.length > 0) note(`from the environment: ${fromEnv.join(', ')} (--param comes before it)`)
  const { fills, denials } = result.collected
  // a report of nothing needs its reason, also where only figures are printed
  if (options.json && fills.length === 0) for (const [code, { count, last }] of denials) err(`refused ${count} ×: ${code}: ${last}`)
}

// A figure that no amount can hold, a window that no memory can: both come of what was asked for.
function runIt(setup: ReportSetup): Backtest {
  try {
    return backtest(setup)
  } catch (cause) {
    const blame = blameOf(cause, STRATEGIES)
    if (blame !== null) throw new UsageError(blame, { cause })
    if (!(cause instanceof RangeError)) throw cause
    throw new UsageError(
      `--strategy ${setup.strategy}: with these parameters and candles it cannot run (${cause.message}). Mend one of them.`,
      { cause },
    )
  }
}

const SHOWN = 10

function gapLines(files: readonly FileGaps[]): string[] {
  return files
    .filter(({ gaps }) => gaps.length > 0)
    .map(({ file, gaps }) => {
      const missing = gaps.reduce((sum, gap) => sum + gap.missing, 0)
      const places = gaps.slice(0, SHOWN).map(gap => `${gap.missing} after ${formatTime(gap.after)}`)
      const more = gaps.length > SHOWN ? `, and ${gaps.length - SHOWN} more` : ''
      return `${file}: ${gaps.length} ${gaps.length === 1 ? 'gap' : 'gaps'}, candles missing: ${missing} (${places.join(', ')}${more})`
    })
}

const quoted = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

function writeTrades(path: string, { fills, reasons }: Collector): void {
  const rows = fills.map(({ time, symbol, side, price, quantity, fee, feeAsset }, place) =>
    [time, symbol, side, format(price), format(quantity), format(fee), feeAsset, quoted(reasons[place]!)].join(','),
  )
  try {
    writeFileSync(path, `${['time,symbol,side,price,quantity,fee,feeAsset,reason', ...rows].join('\n')}\n`)
  } catch (cause) {
    throw new UsageError(`--trades ${path}: it cannot be written. Name a file in a folder that is there and yours to write.`, { cause })
  }
}
