/** `npm run soak -- [times]`: kills the whole demo at random moments, each after at least one fill, and says what was lost. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { killAgainAndAgain, live, recordOf } from '../support/kill.ts'
import { firstDifference } from '../support/shells.ts'

const times = Number(process.argv[2] ?? 50)
const folder = mkdtempSync(join(tmpdir(), 'roottrading-soak-'))
const env = { DATABASE_URL: '', PGHOST: '' }
const started = performance.now()
await live(join(folder, 'whole'), Number.POSITIVE_INFINITY, env)
const unbroken = await recordOf(join(folder, 'whole'))
// some more are made until a life has ended, and all lives have to find place in the run
const fillsALife = Math.floor(unbroken.trades.size / (1.2 * times))
const killed = await killAgainAndAgain(join(folder, 'killed'), times, () => 1 + Math.floor(Math.random() * 2 * fillsALife), env)
const difference = firstDifference(killed.journal, unbroken.journal)
const result = {
  kills: killed.restarts,
  cleanRestarts: killed.restarts - killed.unclean.length,
  fillsReported: killed.reported,
  fillsLost: killed.lost.length,
  journalLines: killed.journal.length,
  journalEqual: difference === null,
  seconds: Math.round((performance.now() - started) / 1000),
}
process.stdout.write(`${JSON.stringify(result)}\n`)
if (difference !== null) process.stdout.write(`${JSON.stringify(difference)}\n`)
for (const error of killed.unclean) process.stdout.write(`${error}\n`)
rmSync(folder, { recursive: true, force: true })
process.exitCode = killed.restarts === times && killed.lost.length === 0 && difference === null && killed.unclean.length === 0 ? 0 : 1
