import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { bundledSymbols, houseOwner, recordedOf, strategyNames } from '../support/bundled.ts'
import { firstDifference, liveJournal } from '../support/shells.ts'

const golden = new URL('../golden/demo-2023.txt', import.meta.url)
// from 2023-01-01 on: enough of every strategy, and still a file that a person can read
const FROM_2023 = 4_170

test('golden run: all strategies over 2023, every intent, fill, round trip and holding as it was', async () => {
  const recorded = bundledSymbols.map(symbol => recordedOf(symbol, FROM_2023))
  const owners = await Promise.all(strategyNames.map(name => houseOwner(name, bundledSymbols)))
  const { lines } = await liveJournal({ recorded, owners })
  const journal = lines.filter(line => /^(intent|fill|trip|holding) /.test(line))
  // `GOLDEN=update npm test` writes it anew: look at the difference before committing it
  if (process.env['GOLDEN'] === 'update') writeFileSync(golden, `${journal.join('\n')}\n`)
  const kept = readFileSync(golden, 'utf8').trimEnd().split('\n')
  expect(firstDifference(journal, kept)).toBeNull()
})
