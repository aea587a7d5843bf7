import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { firstDifference } from '../support/shells.ts'
import { killAgainAndAgain, live, recordOf } from '../support/kill.ts'

const folder = mkdtempSync(join(tmpdir(), 'roottrading-kill-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

// two symbols keep it short; `npm run soak` does the same fifty times over everything
const env = { SYMBOLS: 'ADAEUR,XRPEUR', STRATEGIES: 'bollinger,ema-cross,rotation,rsi', DATABASE_URL: '', PGHOST: '' }

test('kill -9 of the demo loses nothing that was reported, and the journal ends as that of an unbroken run', {
  timeout: 120_000,
}, async () => {
  const whole = await live(join(folder, 'whole'), Number.POSITIVE_INFINITY, env)
  expect(whole.errors.replaceAll(/npm warn.*\n/g, '')).toBe('')
  const unbroken = await recordOf(join(folder, 'whole'))
  const killed = await killAgainAndAgain(join(folder, 'killed'), 6, life => 7 + life * 11, env)
  expect(killed.unclean).toEqual([])
  expect(killed.restarts).toBe(6)
  expect(killed.lost).toEqual([])
  expect(killed.last.code).toBe(0)
  expect(firstDifference(killed.journal, unbroken.journal)).toBeNull()
  expect(killed.ids).toEqual(unbroken.ids)
  expect(killed.last.summary).toEqual(whole.summary)
  expect(whole.summary?.['fills']).toBe(unbroken.trades.size)
})
