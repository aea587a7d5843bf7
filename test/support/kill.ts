/** The demo as a process of its own that is killed without warning, and started again, until the candles end. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { readConfig } from '../../src/config.ts'
import { DEMO_ACCOUNT } from '../../src/compose/replay-venue.ts'
import { openStorage } from '../../src/cli/storage.ts'
import { openPostgresStore } from '#adapters/postgres/store.ts'
import { journalLines } from '#domain/journal.ts'

/** What one life of the demo said. */
export interface Life {
  readonly fills: readonly string[]
  readonly summary: Record<string, number> | null
  readonly code: number | null
  readonly errors: string
}

const program = new URL('../../src/cli.ts', import.meta.url).pathname
const root = new URL('../../', import.meta.url).pathname

/** Runs the demo; kills node alone with SIGKILL once it reported so many fills (Infinity: lets it end). */
export function live(dataDir: string, killAfter: number, env: Record<string, string> = {}): Promise<Life> {
  const child = spawn(process.execPath, [program, 'demo', '--speed', 'max', '--until-end', '--json', '--data-dir', dataDir], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const fills: string[] = []
  let summary: Life['summary'] = null
  let errors = ''
  child.stderr.on('data', chunk => (errors += String(chunk)))
  createInterface({ input: child.stdout }).on('line', line => {
    // a line that the kill cut short was not reported
    if (!line.endsWith('}')) return
    const event = JSON.parse(line) as { event: string; symbol: string; tradeId: number }
    if (event.event === 'summary') summary = event as unknown as Record<string, number>
    if (event.event !== 'fill') return
    fills.push(`${event.symbol} ${event.tradeId}`)
    if (fills.length === killAfter) child.kill('SIGKILL')
  })
  return new Promise(resolve => child.on('close', code => resolve({ fills, summary, code, errors })))
}

/** The journal of a data folder, and its trades as "symbol trade id". */
export async function recordOf(
  dataDir: string,
): Promise<{ readonly journal: string[]; readonly trades: Set<string>; readonly ids: number[] }> {
  const storage = await openStorage(readConfig({ DATA_DIR: dataDir }))
  try {
    const { rows } = await storage.database.pool.query<{ id: number }>('select id from trades order by id')
    const records = await openPostgresStore({ database: storage.database, account: DEMO_ACCOUNT, demo: true }).journal()
    return {
      journal: journalLines(records),
      trades: new Set(records.fills.map(({ fill }) => `${fill.symbol} ${fill.tradeId}`)),
      ids: rows.map(({ id }) => id),
    }
  } finally {
    await storage.close()
  }
}

/** What came of killing a demo again and again. */
export interface Killed {
  readonly restarts: number
  readonly reported: number
  readonly lost: readonly string[]
  readonly unclean: readonly string[]
  readonly last: Life
  readonly journal: readonly string[]
  /** Our ids of the trades, in order. */
  readonly ids: readonly number[]
}

/** Kills the demo `times` times, each after at least one fill, and lets it end. `pause`: how many fills each life may report. */
export async function killAgainAndAgain(
  dataDir: string,
  times: number,
  pause: (life: number) => number,
  env: Record<string, string> = {},
): Promise<Killed> {
  const reported = new Set<string>()
  const unclean: string[] = []
  let last: Life
  let restarts = 0
  for (;;) {
    last = await live(dataDir, restarts < times ? Math.max(1, pause(restarts)) : Number.POSITIVE_INFINITY, env)
    for (const fill of last.fills) reported.add(fill)
    if (last.code !== null && last.code !== 0) unclean.push(last.errors)
    if (last.code !== null) break
    restarts++
  }
  const { journal, trades, ids } = await recordOf(dataDir)
  return { restarts, reported: reported.size, lost: [...reported].filter(fill => !trades.has(fill)), unclean, last, journal, ids }
}
