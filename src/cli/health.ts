/** `node src/cli.ts health`: whether the service of this data folder is alive, for Docker's health check. */
import { readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Config } from '../config.ts'

const FILE = 'alive'
/** How often the service says that it is alive, in milliseconds. */
export const PULSE_MS = 10_000
const STALE_MS = 3 * PULSE_MS

/** Where the service says that it is alive. */
export const aliveFile = ({ DATA_DIR }: Config): string => join(resolve(DATA_DIR), FILE)

/** 0 when the service gave a sign of life a short time ago, else 1 and why. */
export async function healthMain(config: Config, err: (line: string) => void): Promise<number> {
  const file = aliveFile(config)
  try {
    const age = Date.now() - statSync(file).mtimeMs
    if (age <= STALE_MS) return 0
    err(`The service (process ${readFileSync(file, 'utf8').trim()}) gave no sign of life for ${Math.round(age / 1000)} s.`)
  } catch {
    err(`The service never gave a sign of life: there is no ${file}. Start it with npm start.`)
  }
  return 1
}
