import { join } from 'node:path'
import { expect, test } from 'vitest'
import { journalLines } from '#domain/journal.ts'
import { summaryJson } from '../../src/cli/summary.ts'
import { openDemo, temporaryFolder } from '../support/demo.ts'
import { killAgainAndAgain } from '../support/kill.ts'
import { firstDifference } from '../support/shells.ts'

// two symbols keep it short; `npm run soak` does the same fifty times over everything
const env = { SYMBOLS: 'ADAEUR,XRPEUR', STRATEGIES: 'bollinger,ema-cross,rotation,rsi', DATABASE_URL: '', PGHOST: '' }

// The unbroken run is the same composition over a store in memory: quicker, and it shows that the databases agree as well.
test('kill -9 of the demo loses nothing that was reported, and the journal ends as that of an unbroken run', {
  timeout: 120_000,
}, async () => {
  const { service, store } = await openDemo({ env })
  await service.run()
  const summary = JSON.parse(summaryJson(await service.summary())) as Record<string, number>
  const killed = await killAgainAndAgain(join(temporaryFolder('kill'), 'data'), 6, life => 7 + life * 11, env)
  expect(killed.unclean).toEqual([])
  expect(killed.restarts).toBe(6)
  expect(killed.lost).toEqual([])
  expect(killed.last.code).toBe(0)
  expect(killed.last.errors.replaceAll(/npm warn.*\n/g, '')).toBe('')
  expect(firstDifference(killed.journal, journalLines(await store.journal()))).toBeNull()
  expect(killed.last.summary).toEqual(summary)
  const ids = Array.from({ length: summary['fills']! }, (_, index) => index + 1)
  expect(killed.ids).toEqual(ids)
})
