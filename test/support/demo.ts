/** The whole demo in this process: the composition root over a store in memory, with strategies of the test's own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { onTestFinished } from 'vitest'
import { dropHolders, type MemoryDisk, newMemoryDisk, openMemoryStore } from '#adapters/memory/store.ts'
import { systemClock } from '#adapters/system/clock.ts'
import type { Thrown } from '#domain/fault.ts'
import type { Holdings } from '#ports/exchange.ts'
import type { Store } from '#ports/store.ts'
import type { Told } from '#domain/told.ts'
import { type Service, startService } from '../../src/compose.ts'
import { DEMO_ACCOUNT, openReplayVenue } from '../../src/compose/replay-venue.ts'
import { readConfig } from '../../src/config.ts'

const contract = new URL('../../src/strategy.ts', import.meta.url).href
const zod = import.meta.resolve('zod')

/** A folder that is gone after the test. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `roottrading-${name}-`))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A folder of strategy files: their texts by name. */
export function strategyFolder(files: Readonly<Record<string, string>>): URL {
  const folder = temporaryFolder('strategies')
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, `${name}.ts`), text)
  return pathToFileURL(`${folder}/`)
}

/** The text of a strategy file: what it decides at a candle, with one parameter `level`. */
export const fileOf = (decide: string): string => `
  import { z } from '${zod}'
  import { defineStrategy, enter, exit, percent } from '${contract}'
  export default defineStrategy({
    title: 'Written by a test',
    params: z.object({ level: z.number().min(0).default(0) }),
    indicators: () => ({}),
    decide: ({ candle }, { level }) => { ${decide} },
  })`

export interface DemoSetup {
  readonly disk?: MemoryDisk
  readonly env?: Readonly<Record<string, string>>
  readonly strategies?: URL
  readonly store?: (real: Store) => Store
  /** Told to whoever wants to stop it, or ask, in the middle. */
  readonly tell?: (told: readonly Told[]) => void
  readonly threw?: (thrown: Thrown) => void
  /** What the account holds, as where others may trade in it too. */
  readonly holdings?: () => Promise<Holdings>
}

const cache = join(tmpdir(), 'roottrading-test-data')

/** Starts a demo, as a process of its own would: whoever had the disk before is gone. `pauses`: how long it waited after each failure. */
export async function openDemo({
  disk = newMemoryDisk(),
  env = {},
  strategies,
  store,
  tell = () => {},
  threw = () => {},
  holdings,
}: DemoSetup = {}): Promise<{
  readonly service: Service
  readonly store: Store
  readonly pauses: readonly number[]
}> {
  mkdirSync(cache, { recursive: true })
  dropHolders(disk)
  const real = openMemoryStore({ disk, account: DEMO_ACCOUNT })
  const used = store?.(real) ?? real
  const pauses: number[] = []
  const given = { SYMBOLS: 'ADAEUR', DATA_DIR: cache, ...env }
  const config = readConfig(given)
  const clock = { ...systemClock, wait: async (milliseconds: number) => void pauses.push(milliseconds) }
  const venue = openReplayVenue(config, { speed: Number.POSITIVE_INFINITY, clock })
  const service = await startService({
    config,
    env: given,
    store: used,
    venue: holdings === undefined ? venue : { ...venue, join: async kept => ({ ...(await venue.join(kept)), holdings }) },
    tell,
    threw,
    clock,
    ...(strategies === undefined ? {} : { strategyFolder: strategies }),
  })
  return { service, store: used, pauses }
}
