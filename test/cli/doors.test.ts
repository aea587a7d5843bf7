/** The doors: what they say of wrong words and settings, what the doctor finds, and how the service ends. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { BUSY, openDoor, processesOf, through } from '../support/doors.ts'
import { freePort, NO_REDIS, RedisServer, redisProgram } from '../support/redis.ts'

const CANARY = 'canary-7f3a'
let folder: string
/** One database for all of the file: making it takes most of the time. */
let data: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'roottrading-doors-'))
  chmodSync(folder, 0o711)
  data = join(folder, 'data')
})
afterAll(() => {
  for (const pid of processesOf(folder)) process.kill(pid, 'SIGKILL')
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
})

test('demo --help tells every option and starts nothing', async () => {
  const { code, out, err } = await through('cli', ['demo', '--help', '--data-dir', data], folder)
  expect({ code, err }).toEqual({ code: 0, err: '' })
  for (const option of ['--speed', '--until-end', '--data-dir', '--reset', '--json']) expect(out).toContain(`  ${option}`)
  expect(existsSync(data)).toBe(false)
})

describe('wrong words and settings end with 2, in words', () => {
  test.concurrent.each<[string, 'cli' | 'main', string[], Record<string, string>, string[]]>([
    ['no command', 'cli', [], {}, ['"" is not known. There are: demo, backtest, candles, simulator, doctor, sql, health.']],
    ['an unknown command', 'cli', ['trade'], {}, ['"trade" is not known.', 'npm run demo']],
    ['an unknown option of demo', 'cli', ['demo', '--fast'], {}, ['--fast', 'npm run demo -- [options]', '--speed N']],
    ['a word too many for demo', 'cli', ['demo', 'now'], {}, ['now', '--speed N']],
    ['a wrong speed', 'cli', ['demo', '--speed', 'quick'], {}, ['--speed quick: a number of candles a second above 0 is needed, or max.']],
    [
      'no data folder for demo',
      'cli',
      ['demo', '--data-dir', ''],
      {},
      ['--data-dir: a folder is needed, such as --data-dir .roottrading.'],
    ],
    ['no data folder for sql', 'cli', ['sql', '--data-dir=', 'select 1'], {}, ['--data-dir: a folder is needed']],
    ['an option of doctor', 'cli', ['doctor', '--fix'], {}, ['doctor: it takes no options, but "--fix" was given. Usage: ']],
    ['an option of health', 'cli', ['health', 'x'], {}, ['health: it takes no options', 'Usage: ']],
    ['an unknown option of backtest', 'cli', ['backtest', '--fast'], {}, ['--fast: there is no such option. See --help.']],
    ['a wrong setting', 'cli', ['doctor'], { INTERVAL: '5h' }, ['INTERVAL="5h": one of 1m,']],
    [
      'several wrong settings, in the service',
      'main',
      [],
      { TRADING_MODE: 'real', TRADE_SIZE: 'much', DATABASE_URL: `//:${CANARY}@` },
      ['TRADING_MODE="real"', 'TRADE_SIZE="much"', 'DATABASE_URL=(not shown)'],
    ],
    [
      'trading with real money, by a slip',
      'main',
      [],
      { TRADING_MODE: 'live', BINANCE_API_KEY: CANARY, BINANCE_SECRET_KEY: CANARY },
      ['TRADING_MODE=live sends orders to binance', 'set LIVE_CONFIRMATION=', 'TRADING_MODE=demo trades on paper'],
    ],
  ])('%s', async (_, door, args, env, says) => {
    const { code, out, err } = await through(door, args, folder, env)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    for (const text of says) expect(err).toContain(text)
    expect(err).not.toMatch(/^\s+at /m)
    expect(err).not.toContain(CANARY)
  })
})

test('a demo whose database ends says that it did, and not what failed after it', async () => {
  const lost = join(folder, 'lost')
  const { says, ended } = openDoor('cli', ['demo', '--json', '--speed', '200', '--data-dir', lost], folder)
  await says('"fill"')
  const [postmaster] = readFileSync(join(lost, 'postgres', 'cluster', 'postmaster.pid'), 'utf8').split('\n')
  process.kill(Number(postmaster), 'SIGKILL')
  const { code, err } = await ended
  expect(code).toBe(2)
  expect(err).toContain('the embedded PostgreSQL ended unasked (SIGKILL)')
  expect(err).not.toContain('reading totals')
  expect(err).not.toMatch(/^\s+at /m)
})

describe('whose reader is gone, as behind head, ends quietly, with the code that a shell has for it', () => {
  const candles = fileURLToPath(new URL('../../data/candles/BTCEUR-4h.csv.gz', import.meta.url))

  test.concurrent.each<[string, string[]]>([
    ['backtest', ['--strategy', 'rsi', '--candles', candles]],
    ['candles', ['--help']],
    ['simulator', []],
    ['simulator', ['--help']],
    ['doctor', []],
  ])('%s %j', async (name, args) => {
    const { child, ended } = openDoor('cli', [name, ...args], folder)
    child.stdout!.destroy()
    const { code, err } = await ended
    expect({ code, err }).toEqual({ code: 141, err: '' })
  })

  test('demo, which stops its database first', async () => {
    const unread = join(folder, 'read-by-nobody')
    const { child, ended } = openDoor('cli', ['demo', '--json', '--speed', 'max', '--data-dir', unread], folder)
    child.stdout!.destroy()
    const { code, err } = await ended
    expect({ code, err }).toEqual({ code: 141, err: '' })
    expect(processesOf(unread)).toEqual([])
  })

  test('the service, which writes down what is under way and stops its database first', async () => {
    const unread = join(folder, 'served-to-nobody')
    const { child, says, ended } = openDoor('main', [], folder, { DATA_DIR: unread, ...BUSY })
    await says('"started"')
    child.stdout!.destroy()
    const { code, err } = await ended
    expect({ code, err }).toEqual({ code: 141, err: '' })
    expect(processesOf(unread)).toEqual([])
  })

  test('an error that is read by nobody, too', async () => {
    const { child, ended } = openDoor('cli', ['trade'], folder)
    child.stderr!.destroy()
    expect((await ended).code).toBe(141)
  })
})

describe('doctor', () => {
  test('says what is configured, reachable and missing', async () => {
    const env = { DATA_DIR: data, SYMBOLS: 'ADAEUR,DOGEEUR', STRATEGIES: 'rsi@1d', BINANCE_SECRET_KEY: CANARY }
    const { code, out, err } = await through('cli', ['doctor'], folder, env)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const lines = out
      .trimEnd()
      .split('\n')
      .map(line => line.replaceAll(/\s+/g, ' '))
    expect(lines).toEqual([
      expect.stringMatching(/^ok version RootTrading \d+\.\d+\.\d+, Node v2\d/),
      'note settings there is no .env here: the environment and defaults are used (cp .env.example .env)',
      'ok mode demo: paper trading on replayed candles, no key is used',
      'note symbols no bundled candles of DOGEEUR',
      'ok symbols ADAEUR',
      'ok strategies rsi@1d',
      `note database there is none yet: the first start makes the embedded PostgreSQL in ${join(data, 'postgres')}`,
      `ok data ${data}`,
      'note redis not configured, and not needed',
      'note binance not needed for a replay',
    ])
    expect(out).not.toContain(CANARY)
    expect(processesOf(data)).toEqual([])
  })

  test.concurrent.each<[string, Record<string, string>, string]>([
    [
      'a database that does not answer',
      { DATABASE_URL: `postgres://ann:${CANARY}@127.0.0.1:1/trading` },
      'database PostgreSQL cannot be reached: ',
    ],
    ['one by its parts', { PGHOST: '127.0.0.1', PGPORT: '1', PGPASSWORD: CANARY }, 'database PostgreSQL cannot be reached: '],
    ['a URL of something else', { DATABASE_URL: `https://ann:${CANARY}@127.0.0.1:1/trading` }, 'database '],
    [
      'a Redis that does not answer',
      { REDIS_HOST: '127.0.0.1', REDIS_PORT: '1', REDIS_PASSWORD: CANARY, PGHOST: '127.0.0.1', PGPORT: '1' },
      'redis Redis at 127.0.0.1:1 cannot be reached (ECONNREFUSED): start it, or mend REDIS_HOST and REDIS_PORT.',
    ],
    ['a strategy that is not there', { STRATEGIES: 'rsy', PGHOST: '127.0.0.1', PGPORT: '1' }, 'strategies "rsy" is no strategy.'],
    [
      'live without a key',
      { TRADING_MODE: 'live', BINANCE_SITE: 'http://127.0.0.1:1', PGHOST: '127.0.0.1', PGPORT: '1' },
      'mode TRADING_MODE=live needs BINANCE_API_KEY',
    ],
  ])('finds %s, and ends with 1', async (_, env, says) => {
    const { code, out, err } = await through('cli', ['doctor'], folder, env)
    expect({ code, err }).toEqual({ code: 1, err: '' })
    const wrong = out.split('\n').filter(line => line.startsWith('WRONG'))
    expect(wrong.map(line => line.replaceAll(/\s+/g, ' ')).join('\n')).toContain(`WRONG ${says}`)
    expect(out).not.toContain(CANARY)
  })
})

test.each(['doctor', 'candles'])('%s knows a ban that the service has kept', async name => {
  const DATA_DIR = join(folder, `banned-${name}`)
  mkdirSync(DATA_DIR)
  writeFileSync(join(DATA_DIR, 'limits-127.0.0.1-1.json'), JSON.stringify({ bannedUntil: Date.now() + 3_600_000 }))
  const site = 'http://127.0.0.1:1'
  const args = name === 'doctor' ? [] : ['--symbols', 'BTCEUR', '--timeframe', '4h', '--from', '2023-01-01', '--url', site]
  const { says, child, ended } = openDoor('cli', [name, ...args], folder, {
    DATA_DIR,
    MARKET: 'binance',
    BINANCE_SITE: site,
    PGHOST: '127.0.0.1',
    PGPORT: '1',
  })
  expect(await says('was asked too much')).toMatch(/ (3600|3[45]\d\d) s, until /)
  child.kill('SIGTERM')
  expect((await ended).out).not.toContain('ECONNREFUSED (')
})

describe('the service', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('that waits for Binance to be asked again says how long, and ends on %s', async signal => {
    const DATA_DIR = join(folder, `waits-${signal}`)
    mkdirSync(DATA_DIR)
    writeFileSync(join(DATA_DIR, 'limits-127.0.0.1-1.json'), JSON.stringify({ bannedUntil: Date.now() + 300_000 }))
    const { child, says, ended } = openDoor('main', [], folder, { DATA_DIR, MARKET: 'binance', BINANCE_SITE: 'http://127.0.0.1:1' })
    expect(JSON.parse(await says('the start waits'))).toMatchObject({
      level: 40,
      msg: expect.stringMatching(/wants to be left alone for (300|29\d) s, until /),
    })
    child.kill(signal)
    const { code, out, err } = await ended
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(
      out
        .trimEnd()
        .split('\n')
        .map(line => (JSON.parse(line) as { msg: string }).msg)
        .slice(-2),
    ).toEqual(['stopping', 'stopped'])
    expect(out.match(/the start waits/g)).toHaveLength(1)
  })

  test.each(['SIGTERM', 'SIGINT'] as const)('ends cleanly on %s, and goes on where it was', async signal => {
    const env = { DATA_DIR: data, SYMBOLS: 'ADAEUR', STRATEGIES: 'rsi' }
    const { child, says, ended } = openDoor('main', [], folder, env)
    const started = JSON.parse(await says('"started"')) as { resumed: boolean; symbols: string[] }
    expect(started).toMatchObject({ resumed: signal === 'SIGINT', symbols: ['ADAEUR'] })
    expect((await through('cli', ['health'], folder, env)).code).toBe(0)
    // the doctor may look while it runs: whose database is in use is no fault
    expect((await through('cli', ['doctor'], folder, env)).out).toMatch(/^note {3}database /m)
    child.kill(signal)
    const { code, out, err } = await ended
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(JSON.parse(out.trimEnd().split('\n').at(-1)!)).toMatchObject({ msg: 'stopped' })
    expect(processesOf(data)).toEqual([])
  })

  test('trades on where its sign of life cannot be written, as on a full disk', async () => {
    const alive = join(data, 'alive')
    rmSync(alive, { force: true })
    mkdirSync(alive, { recursive: true })
    onTestFinished(() => rmSync(alive, { recursive: true }))
    const { child, says, ended } = openDoor('main', [], folder, { DATA_DIR: data, ...BUSY })
    expect(await says('sign of life')).toContain('EISDIR')
    await says('"fill"')
    child.kill('SIGTERM')
    expect(await ended).toMatchObject({ code: 0, err: '' })
  })

  const redis = redisProgram()
  if (redis === null) console.log(NO_REDIS)
  test.runIf(redis !== null)('tells other programs on Redis; when that dies it says so once and goes on', async () => {
    const server = await new RedisServer(redis!, await freePort()).start()
    onTestFinished(() => server.kill())
    const ear = new Redis({ port: server.port, retryStrategy: () => null })
    ear.on('error', () => {})
    const candle = new Promise<string>(resolve => ear.on('message', (_, text: string) => resolve(text)))
    await ear.subscribe('market:data:ADAEUR')
    const env = { DATA_DIR: data, SYMBOLS: 'ADAEUR', STRATEGIES: 'rsi', REDIS_HOST: '127.0.0.1', REDIS_PORT: String(server.port) }
    const { child, says, ended } = openDoor('main', [], folder, env)
    expect(Object.keys(JSON.parse(await candle) as object)).toEqual([
      'symbol',
      'startTime',
      'closeTime',
      'open',
      'high',
      'low',
      'close',
      'volume',
    ])
    await server.kill()
    expect(JSON.parse(await says('Redis at'))).toMatchObject({ msg: expect.stringContaining('cannot be reached') })
    child.kill('SIGTERM')
    const { code, out, err } = await ended
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out.match(/Redis at/g)).toHaveLength(1)
  })
})
