/** `npm run sql -- [--data-dir DIR] "SELECT …"`: reads the database; rows as JSON lines. */
import { parseArgs } from 'node:util'
import { Fault } from '#domain/fault.ts'
import type { Config } from '../config.ts'
import { hasDatabase, openDatabase } from './storage.ts'

const USAGE = 'npm run sql -- [--data-dir DIR] "SELECT …"'

/** Runs one query in a transaction that cannot write. The exit code. */
export async function sqlMain(args: readonly string[], config: Config, out: (line: string) => void): Promise<number> {
  let parsed: { readonly values: { readonly 'data-dir'?: string }; readonly positionals: string[] }
  try {
    parsed = parseArgs({ args: [...args], allowPositionals: true, options: { 'data-dir': { type: 'string' } } })
  } catch (error) {
    throw new Fault('misconfigured', `${(error as Error).message}. Usage: ${USAGE}`)
  }
  const { values, positionals } = parsed
  if (positionals.length !== 1) throw new Fault('misconfigured', `sql: one query is needed, in quotes. Usage: ${USAGE}`)
  const settings = values['data-dir'] === undefined ? config : { ...config, DATA_DIR: values['data-dir'] }
  if (!hasDatabase(settings))
    throw new Fault('misconfigured', `sql: there is no database in ${settings.DATA_DIR} yet. Run the demo first: npm run demo`)
  const storage = await openDatabase(settings)
  try {
    const client = await storage.database.pool.connect()
    try {
      await client.query('begin read only')
      const result = await client.query<Record<string, unknown>>(positionals[0]!)
      await client.query('rollback')
      for (const row of result.rows) out(JSON.stringify(row))
    } catch (error) {
      throw new Fault('misconfigured', `sql: ${(error as Error).message}. Only reading is possible here.`, { cause: error })
    } finally {
      client.release(true)
    }
    return 0
  } finally {
    await storage.close()
  }
}
