/** `demo --reset`: what it may throw away, and what not. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect } from '#adapters/postgres/connect.ts'
import { startEmbedded } from '#adapters/postgres/embedded.ts'
import { openPostgresStore } from '#adapters/postgres/store.ts'
import { openDoor, processesOf, through } from '../support/doors.ts'

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
// one that takes a second
const small = { SYMBOLS: 'ADAEUR', STRATEGIES: 'rsi' }
const fills = async (): Promise<number> =>
  (JSON.parse((await through('cli', demo('--speed', 'max'), folder, small)).out.trimEnd().split('\n').at(-1)!) as { fills: number }).fills

test('a database that is in use is left alone, and who uses it ends as ever', async () => {
  const { child, says, ended } = openDoor('cli', demo('--speed', '400'), folder, small)
  await says('"fill"')
  const { code, err } = await through('cli', demo('--reset'), folder)
  expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('is in use by process') })
  child.kill('SIGINT')
  const { code: end, out, err: complaints } = await ended
  expect({ end, complaints }).toEqual({ end: 0, complaints: '' })
  expect(out.trimEnd().split('\n').at(-1)).toContain('"summary"')
})

test('what a service on the market has traded is not thrown away with the demo; what demos have is', async () => {
  expect(await fills()).toBeGreaterThan(10)
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

  const again = await startEmbedded({ dataDir: join(data, 'postgres') })
  const opened = await connect({ url: again.url })
  await opened.pool.query(`delete from accounts where account = 'demo:market'`)
  await opened.close()
  await again.stop()
  const anew = await through('cli', demo('--reset', '--speed', 'max'), folder, small)
  expect({ code: anew.code, err: anew.err }).toEqual({ code: 0, err: '' })
  expect(JSON.parse(anew.out.split('\n')[0]!)).toMatchObject({ event: 'signal', intent: 1 })
})
