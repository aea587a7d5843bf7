/** The simulator's door: what may be written, what it prints, how it is stepped from outside, and how it ends. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readSimulatorOptions, SIMULATOR_HELP } from '../../src/cli/simulator-options.ts'
import { openDoor } from '../support/doors.ts'
import { restClient, rowsOf } from '../support/simulator/rest.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'roottrading-simulator-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the command line', () => {
  test('has its defaults', () => {
    const { balances, ...rest } = readSimulatorOptions([])
    expect(rest).toMatchObject({
      candles: null,
      port: 0,
      speed: null,
      start: null,
      keys: [],
      slippage: null,
      serverTime: 'clock',
      json: false,
    })
    expect([...balances]).toEqual([['EUR', 10_000_00000000n]])
  })

  test('reads everything', () => {
    const args = [
      '--candles',
      'A-1m.csv,B-1m.csv',
      '--port',
      '8080',
      '--speed',
      'max',
      '--start',
      '2023-01-31',
      '--slippage',
      '0',
      '--time',
      'market',
      '--json',
      '--ed25519',
    ]
    expect(readSimulatorOptions([...args, '--balance', 'BTC=1.5', '--balance', 'EUR=7', '--fee', '0.00075'])).toMatchObject({
      candles: ['A-1m.csv', 'B-1m.csv'],
      port: 8080,
      speed: Number.POSITIVE_INFINITY,
      start: Date.UTC(2023, 0, 31),
      slippage: 0,
      serverTime: 'market',
      fee: 75_000n,
      balances: new Map([
        ['BTC', 1_50000000n],
        ['EUR', 7_00000000n],
      ]),
    })
  })

  test.each([
    [['--port', '99999'], '--port 99999: a port is a number up to 65535'],
    [['--speed', 'quick'], '--speed quick: a number of instants a second above 0 is needed, max, now, or step.'],
    [['--balance', '=5'], '--balance =5: it is written ASSET=AMOUNT'],
    [['--balance', 'EUR=1e3'], '--balance 1e3: '],
    [['--start', 'monday'], '--start monday: a time is written 2023-01-31'],
    [['--time', 'mine'], '--time mine: it is clock or market.'],
    [['--slippage', '-1'], '--slippage'],
    [['--key', 'short:secret-canary'], '--key: it is written KEY:SECRET'],
    [['--fast'], '--fast'],
  ])('%j is wrong', (args, says) => {
    expect(() => readSimulatorOptions(args)).toThrow(says)
    expect(() => readSimulatorOptions(args)).not.toThrow('secret-canary')
  })

  test('--help tells every option', () => {
    for (const option of [
      '--candles',
      '--symbols-file',
      '--port',
      '--speed',
      '--start',
      '--balance',
      '--key',
      '--ed25519',
      '--fee',
      '--slippage',
      '--time',
      '--json',
    ])
      expect(SIMULATOR_HELP).toContain(`  ${option}`)
  })
})

test('as a process: a key that nobody had, orders, steps from outside, no secret in what is listed, and an end', async () => {
  const door = openDoor('cli', ['simulator', '--json', '--slippage', '0'], folder)
  const told = JSON.parse(await door.says('"url"')) as { url: string; apiKey: string; secret: string; admin: string; wsApi: string }
  const rest = restClient(told.url, told)
  const order = await rest.signed('POST', '/api/v3/order', { symbol: 'BTCEUR', side: 'BUY', type: 'MARKET', quoteOrderQty: '100' })
  expect(order.body).toMatchObject({ status: 'FILLED' })
  const stepped = await fetch(`${told.admin}/step`, { method: 'POST', body: '{"candles": 3}' })
  expect(await stepped.json()).toMatchObject({ next: 'range', ended: false })
  expect(rowsOf((await rest.get('/api/v3/klines', { symbol: 'ETHEUR', interval: '4h' })).body)).toHaveLength(3)
  const wrong = await fetch(`${told.admin}/sleep`, { method: 'POST' })
  expect([wrong.status, await wrong.json()]).toEqual([
    400,
    { error: expect.stringContaining('there is no sleep. There are: step, faults, ') },
  ])
  const listed = await Promise.all(['', '/requests', '/events'].map(async path => (await fetch(`${told.admin}${path}`)).text()))
  expect(listed[0]).toContain('"balancesAddUp": true')
  expect(listed[1]).toContain('signature=…')
  for (const text of listed) for (const canary of [told.secret, told.apiKey]) expect(text).not.toContain(canary)
  expect(listed[1]).not.toMatch(/signature=[0-9a-f]/)
  door.child.kill('SIGTERM')
  expect(await door.ended).toMatchObject({ code: 0, err: '' })
})

test('--speed now: its market is at the present, with the past behind it', async () => {
  const door = openDoor('cli', ['simulator', '--json', '--speed', 'now'], folder)
  const { url } = JSON.parse(await door.says('"url"')) as { url: string }
  const answer = await fetch(`${url}/api/v3/klines?symbol=BTCEUR&interval=4h&limit=1000`)
  const rows = (await answer.json()) as [number, ...unknown[]][]
  const now = Date.now()
  // the last bar is the one that is open now
  expect(now - rows.at(-1)![0]).toBeGreaterThanOrEqual(0)
  expect(now - rows.at(-1)![0]).toBeLessThan(4.1 * 3_600_000)
  expect(rows).toHaveLength(1000)
  door.child.kill('SIGTERM')
  expect((await door.ended).code).toBe(0)
})
