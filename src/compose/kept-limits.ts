/** How long to stay away from a Binance, kept in the data folder: a ban holds for whoever asks from this address, after a restart too. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { makeFolder } from '#adapters/files/make-folder.ts'

/** What was kept, and what keeps it. */
export interface KeptLimits {
  /** As it was kept last; null: nothing. */
  readonly savedBudget: string | null
  saveBudget(state: string): void
}

/** Opens what is kept of a site by its name. `note`: told where it cannot be kept. */
export function keptLimits(dataDir: string, site: string, note: (text: string) => void): KeptLimits {
  const folder = resolve(dataDir)
  const file = join(folder, `limits-${site.replaceAll(/[^\w.-]/g, '-')}.json`)
  let savedBudget: string | null = null
  try {
    savedBudget = readFileSync(file, 'utf8')
  } catch {
    // there is none yet
  }
  return {
    savedBudget,
    saveBudget(state) {
      try {
        makeFolder(folder)
        writeFileSync(`${file}.new`, state)
        renameSync(`${file}.new`, file)
      } catch (error) {
        note(`How long to stay away from ${site} could not be kept: ${error instanceof Error ? error.message : String(error)}`)
      }
    },
  }
}
