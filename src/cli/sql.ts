/** `npm run sql -- [--data-dir DIR] "SELECT …"`: reads the database; rows as JSON lines. */
import { parseArgs } from 'node:util'
import { Fault } from '#domain/fault.ts'
import type { Config } from '../config.ts'
import { hasDatabase, openDatabase, withDataDir } from './storage.ts'

const USAGE = 'npm run sql -- [--data-dir DIR] "SELECT …"'

/** Runs one SELECT in a transaction that cannot write. The exit code. */
export async function sqlMain(args: readonly string[], config: Config, out: (line: string) => void): Promise<number> {
  let parsed: { readonly values: { readonly 'data-dir'?: string; readonly help?: boolean }; readonly positionals: string[] }
  try {
    parsed = parseArgs({ args: [...args], allowPositionals: true, options: { 'data-dir': { type: 'string' }, help: { type: 'boolean' } } })
  } catch (error) {
    throw new Fault('misconfigured', `${(error as Error).message}. Usage: ${USAGE}`)
  }
  const { values, positionals } = parsed
  if (values.help === true) {
    out(`${USAGE}   reads the database; rows as JSON lines`)
    return 0
  }
  if (positionals.length !== 1) throw new Fault('misconfigured', `sql: one query is needed, in quotes. Usage: ${USAGE}`)
  const settings = withDataDir(config, values['data-dir'])
  if (!hasDatabase(settings))
    throw new Fault('misconfigured', `sql: there is no database in ${settings.DATA_DIR} yet. Run the demo first: npm run demo`)
  const storage = await openDatabase(settings)
  try {
    const client = await storage.database.pool.connect()
    try {
      await client.query('begin read only')
      // A cursor is of a SELECT, so COPY can start no program; what is prepared (it has a name) is one statement, so that no second one can
      // end the transaction and write.
      await client.query({ name: 'answer', text: `declare answer no scroll cursor for ${positionals[0]!}` })
      const { rows } = await client.query<Record<string, unknown>>('fetch all from answer')
      await client.query('rollback')
      for (const row of rows) out(JSON.stringify(row))
    } catch (error) {
      throw new Fault('misconfigured', `sql: ${(error as Error).message}. Only reading is possible here, by one SELECT.`, { cause: error })
    } finally {
      client.release(true)
    }
    return 0
  } finally {
    await storage.close()
  }
}
