/** `npm run candles` through the real adapter, from a Binance on this machine. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openProgress } from '#adapters/terminal/progress.ts'
import { Fault } from '#domain/fault.ts'
import type { ExchangeSymbol } from '#domain/symbol.ts'
import { openSimulator, type Simulator } from '#simulator/simulator.ts'
import { backtestMain } from '../../src/cli/backtest.ts'
import { candlesMain } from '../../src/cli/candles.ts'
import { PacedClock } from '../support/binance/paced.ts'
import { recordedOf } from '../support/bundled.ts'
import { temporaryFolder } from '../support/demo.ts'
import { openDoor } from '../support/doors.ts'

const SYMBOLS = ['ADAEUR', 'BTCEUR']
const NOW = Date.parse('2023-06-01T00:00Z')
// what it waits for the network takes a twentieth of the time
const SPEED = 20
const symbolsFile = new URL('../../data/symbols.json', import.meta.url)

let simulator: Simulator
beforeAll(async () => {
  const { symbols } = JSON.parse(readFileSync(symbolsFile, 'utf8')) as { symbols: readonly ExchangeSymbol[] }
  simulator = await openSimulator({
    recordings: SYMBOLS.map(symbol => ({ symbol, timeframe: '4h', columns: recordedOf(symbol).columns })),
    symbols,
    keys: [],
    balances: new Map(),
    start: NOW,
    serverTime: 'market',
  })
})
afterAll(() => simulator?.close())

const asked = (): number => simulator.log.lines.filter(({ path }) => path === '/api/v3/klines').length
const argsOf = (more: readonly string[] = []): string[] => ['--timeframe', '4h', '--url', simulator.url, ...more]

// In this process and without a terminal.
async function run(folder: string, ...args: readonly string[]): Promise<{ readonly lines: string[]; readonly error: unknown }> {
  let text = ''
  const clock = new PacedClock(SPEED)
  const running = candlesMain(args, {
    output: { write: (more: string) => (text += more) },
    env: { DATA_DIR: folder },
    clock,
  })
  const error = await running.then(() => null).catch(error => error as unknown)
  clock.stop()
  return { lines: text.trimEnd().split('\n'), error }
}

const csvIn = (folder: string, symbol: string): string => gunzipSync(readFileSync(join(folder, `candles/${symbol}-4h.csv.gz`))).toString()

test('two symbols, their gaps told, and a backtest runs on them as on the candles they are of', async () => {
  const folder = temporaryFolder('candles')
  const { lines, error } = await run(folder, '--symbols', 'adaeur,BTCEUR', '--from', '2021-06-01', '--to', '2023-02-01', ...argsOf())
  expect(error).toBeNull()
  const ada = join(folder, 'candles/ADAEUR-4h.csv.gz')
  expect(lines.filter(line => line.startsWith('ADAEUR'))).toEqual([
    expect.stringMatching(/^ADAEUR 4h {2}\d+ % {2}2021-\d\d-\d\d \d\d:\d\d, 1,000 candles$/),
    expect.stringContaining('2,000 candles'),
    expect.stringContaining('3,000 candles'),
    expect.stringMatching(/^ADAEUR 4h {2}100 % {2}2023-02-01 00:00, /),
    'ADAEUR 4h: 1 candle is missing, from 2022-11-06 04:00 to 2022-11-06 08:00.',
    `ADAEUR 4h: 3,659 candles from 2021-06-01 00:00 to 2023-02-01 00:00, 3,659 of them new, 1 gap: ${ada}`,
  ])
  expect(lines.at(-1)).toMatch(/^BTCEUR 4h: .* no gap: /)

  const report = async (file: string): Promise<unknown> => {
    const out: string[] = []
    const io = { out: (line: string) => void out.push(line), err: () => {}, now: () => 0, env: { DATA_DIR: folder } }
    const span = ['--from', '2021-06-01', '--to', '2023-02-01']
    expect(await backtestMain(['--strategy', 'rsi', '--candles', file, '--json', ...span], io)).toBe(0)
    return JSON.parse(out[0]!)
  }
  const bundled = new URL('../../data/candles/ADAEUR-4h.csv.gz', import.meta.url).pathname
  expect(await report(ada)).toEqual(await report(bundled))
})

test('again and later: only what is missing is asked for', async () => {
  const folder = temporaryFolder('candles')
  await run(folder, '--symbols', 'BTCEUR', '--from', '2023-05-01', '--to', '2023-05-10', ...argsOf())
  const before = asked()
  const { lines } = await run(folder, '--symbols', 'BTCEUR', '--from', '2023-05-01', '--json', ...argsOf())
  expect(asked() - before).toBe(1)
  const done = JSON.parse(lines.at(-1)!) as Record<string, unknown>
  expect(done).toMatchObject({
    event: 'done',
    symbol: 'BTCEUR',
    timeframe: '4h',
    candles: 186,
    added: 132,
    gaps: 0,
    to: Date.parse('2023-06-01'),
  })
  expect(await run(folder, '--symbols', 'BTCEUR', '--from', '2023-05-01', ...argsOf())).toMatchObject({
    lines: [expect.stringContaining('186 candles from 2023-05-01 00:00 to 2023-06-01 00:00, 0 of them new')],
  })
})

test('two at once into one file: the second is refused, and the file is as that of one', async () => {
  const [folder, alone] = [temporaryFolder('candles'), temporaryFolder('candles')]
  const wanted = ['--symbols', 'BTCEUR', '--from', '2021-03-01', ...argsOf()]
  const [first, second] = await Promise.all([run(folder, ...wanted), run(folder, ...wanted)])
  expect(first.error).toBeNull()
  expect(String((second.error as Fault).message)).toBe(
    `${join(folder, 'candles/BTCEUR-4h.csv.gz')}: another process downloads into it. One at a time does: wait until it has ended, or name another folder with --dir.`,
  )
  await run(alone, ...wanted)
  expect(csvIn(folder, 'BTCEUR')).toBe(csvIn(alone, 'BTCEUR'))
  // what was held is given back, and nothing is left of it
  expect((await run(folder, ...wanted)).error).toBeNull()
  expect(readdirSync(join(folder, 'candles'))).toEqual(['BTCEUR-4h.csv.gz'])
})

test('a time that has not come is no beginning', async () => {
  const { error } = await run(temporaryFolder('candles'), '--symbols', 'BTCEUR', '--from', '2999-01-01', ...argsOf())
  expect(String((error as Fault).message)).toBe('--from 2999-01-01 00:00: it lies in the future. Name a time that has passed.')
})

test('kill -9 in the middle of it: what came is kept, and the file ends as that of an unbroken download', async () => {
  const folder = temporaryFolder('candles')
  const whole = ['--symbols', 'BTCEUR', '--from', '2021-03-01', ...argsOf()]
  expect((await run(folder, ...whole)).error).toBeNull()
  const killed = temporaryFolder('candles')
  const before = asked()
  // the third page never comes
  simulator.admin('faults', { fault: { kind: 'silence', executed: true }, where: { path: '/api/v3/klines', skip: 2 } })
  const { child, says, ended } = openDoor('cli', ['candles', ...whole, '--json'], killed, { DATA_DIR: killed })
  await says('"candles":2000')
  child.kill('SIGKILL')
  expect((await ended).code).toBeNull()
  expect(existsSync(join(killed, 'candles/BTCEUR-4h.csv.gz'))).toBe(false)
  simulator.admin('clear', {})
  expect((await run(killed, ...whole)).error).toBeNull()
  expect(csvIn(killed, 'BTCEUR')).toBe(csvIn(folder, 'BTCEUR'))
  expect(asked() - before).toBeLessThanOrEqual(3 + 3)
})

test('a ban is waited for and kept; a download that was started anew waits for the rest of it, and says so', async () => {
  const folder = temporaryFolder('candles')
  const fault = { kind: 'refuse', status: 418, code: -1003, text: 'Way too much request weight used', retryAfter: 3 }
  simulator.admin('faults', { fault, where: { path: '/api/v3/klines' } })
  const wanted = ['--symbols', 'BTCEUR', '--from', '2023-05-01', ...argsOf()]
  const { lines, error } = await run(folder, ...wanted)
  expect(error).toBeNull()
  expect(lines[0]).toBe(
    'BTCEUR 4h: Binance was asked too much (GET /api/v3/klines): Way too much request weight used (-1003); again in 3 s. The next try is in 3 s.',
  )
  const kept = join(folder, `limits-${new URL(simulator.url).host.replace(':', '-')}.json`)
  expect(JSON.parse(readFileSync(kept, 'utf8'))).toEqual({ bannedUntil: expect.any(Number) })
  writeFileSync(kept, JSON.stringify({ bannedUntil: Date.now() + 3_000 }))
  const again = await run(folder, ...wanted)
  expect(again.lines[0]).toMatch(/^Binance was asked too much from this address: waiting 3 s, until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\.$/)
  expect(again).toMatchObject({ error: null, lines: [{}, expect.stringContaining('0 of them new')] })
})

test.each<[string, string[], string]>([
  ['no symbols', ['--timeframe', '1h', '--from', '2024-01-01'], '--symbols: it is missing; write symbols as Binance does'],
  [
    'an unknown symbol',
    ['--symbols', 'NOPEUSDC', '--from', '2023-01-01'],
    '--symbols NOPEUSDC: the exchange has no such symbol. Write it as',
  ],
  ['a bad timeframe', ['--symbols', 'BTCEUR', '--timeframe', '5h', '--from', '2023-01-01'], '--timeframe 5h: write one of 1m, 3m,'],
  ['no from', ['--symbols', 'BTCEUR'], '--from: it is missing; a UTC date or milliseconds are needed'],
  [
    'a day that is none',
    ['--symbols', 'BTCEUR', '--from', '2023-02-31'],
    '--from 2023-02-31: a UTC date or milliseconds are needed. Write',
  ],
  [
    'from after to',
    ['--symbols', 'BTCEUR', '--from', '2023-02-01', '--to', '2023-01-01'],
    '--to 2023-01-01: it must lie after --from, which is 2023-02-01 00:00. Mend one of them.',
  ],
  [
    'an address that is none',
    ['--symbols', 'BTCEUR', '--from', '2023-02-01', '--url', 'binance'],
    '--url binance: an address is written https://',
  ],
  [
    'no network',
    ['--symbols', 'BTCEUR', '--from', '2023-02-01', '--url', 'http://127.0.0.1:1'],
    'could not be reached for GET /api/v3/exchangeInfo (ECONNREFUSED). Look at the network, and at the address in the settings. What came until then is kept',
  ],
  ['an unknown option', ['--symbol', 'BTCEUR'], '--symbols S[,S…]'],
])('%s is told in words', async (_, args, words) => {
  const given = ['--timeframe', '--url'].flatMap((name, place) => (args.includes(name) ? [] : [name, ['4h', simulator.url][place]!]))
  const { error } = await run(temporaryFolder('candles'), ...args, ...given)
  expect(error).toBeInstanceOf(Fault)
  expect((error as Fault).message).toContain(words)
})

test('on a terminal one line moves, says what is left, and is gone at the end; lines of words stand above it', () => {
  let text = ''
  let time = 0
  const line = openProgress({ isTTY: true, columns: 70, write: more => (text += more) }, () => time)
  for (let step = 0; step <= 4; step++) {
    line.step({ what: 'BTCUSDC 1h', part: step / 4, text: `${step},000 candles` })
    time += 2_000
  }
  line.line('BTCUSDC 1h: 1 candle is missing.')
  line.end()
  const shown = text.split('\r\u001B[K')
  expect(shown[3]).toBe('BTCUSDC 1h  ████████████░░░░░░░░░░░░ 50 %  2,000 candles, 4 s left')
  expect(shown.at(-2)).toBe('BTCUSDC 1h: 1 candle is missing.\nBTCUSDC 1h  ████████████████████████ 100 %  4,000 candles')
  expect(shown.at(-1)).toBe('')
  for (const one of shown) for (const row of one.split('\n')) expect(row.length).toBeLessThan(70)
})

test('the help tells every option', async () => {
  const { lines, error } = await run('unused', '--help')
  expect(error).toBeNull()
  for (const option of ['--symbols', '--timeframe', '--from, --to', '--dir', '--url', '--json'])
    expect(lines.join('\n')).toContain(`  ${option}`)
})
