/** `demo --reset`: what it may throw away, and what not. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect } from '#adapters/postgres/connect.ts'
import { startEmbedded } from '#adapters/postgres/embedded.ts'
import { openPostgresStore } from '#adapters/postgres/store.ts'
import { BUSY, openDoor, processesOf, through } from '../support/doors.ts'

let folder: string
let data: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'roottrading-reset-'))
  chmodSync(folder, 0o711)
  data = join(folder, 'data')
})
afterAll(() => {
  for (const pid of processesOf(folder)) process.kill(pid, 'SIGKILL')
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
})

const demo = (...more: string[]): string[] => ['demo', '--data-dir', data, '--json', ...more]

/** A demo that has traded, and what it said until then; `end` stops it. */
async function traded(...more: string[]) {
  const { child, says, ended } = openDoor('cli', demo('--speed', '400', ...more), folder, BUSY)
  const intent = (JSON.parse(await says('"signal"')) as { readonly intent: number }).intent
  await says('"fill"')
  const end = async (): Promise<void> => {
    child.kill('SIGINT')
    const { code, out, err } = await ended
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out.trimEnd().split('\n').at(-1)).toContain('"summary"')
  }
  return { intent, end }
}

test('a database that is in use is left alone, and who uses it ends as ever', async () => {
  const { end } = await traded()
  const { code, err } = await through('cli', demo('--reset'), folder)
  expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('is in use by process') })
  await end()
})

test('what demos have traded is thrown away; what a service on the market has is not, and keeps the demo there', async () => {
  await (await traded()).end()
  const anew = await traded('--reset')
  await anew.end()
  expect(anew.intent).toBe(1)

  const server = await startEmbedded({ dataDir: join(data, 'postgres') })
  const database = await connect({ url: server.url })
  const store = openPostgresStore({ database, account: 'demo:market', demo: true })
  await store.open()
  await store.close()
  const refused = (await database.pool.query('select account from accounts order by 1')).rows
  expect(refused).toEqual([{ account: 'demo' }, { account: 'demo:market' }])
  await database.close()
  await server.stop()
  const { code, err } = await through('cli', demo('--reset'), folder)
  expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('also keeps the account demo:market, which is of no demo') })
  // what is there goes on
  const kept = await traded()
  await kept.end()
  expect(kept.intent).toBeGreaterThan(1)
})
