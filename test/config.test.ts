import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { fieldsOf } from '../src/compose/params.ts'
import { ConfigError, readConfig, secretsOf, settings } from '../src/config.ts'
import { loadStrategies } from '../src/load-folder.ts'

const root = new URL('../', import.meta.url)
const read = (name: string): string => readFileSync(new URL(name, root), 'utf8')
const example = new Map(
  read('.env.example')
    .split('\n')
    .filter(line => /^[A-Z]/.test(line))
    .map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const),
)

describe('.env.example', () => {
  test('names every setting and every parameter of a strategy, and nothing else', async () => {
    const strategies = await loadStrategies(new URL('strategies/', root))
    const params = [...strategies.values()].flatMap(({ strategy }) => fieldsOf(strategy).flatMap(({ env }) => (env === null ? [] : [env])))
    expect([...example.keys()].sort()).toEqual([...new Set([...Object.keys(settings), ...params])].sort())
  })

  test('shows the defaults', async () => {
    const shown = readConfig(Object.fromEntries(example))
    expect(shown).toEqual({ ...readConfig({}), SYMBOLS: shown.SYMBOLS, ALLOCATIONS: 'rotation:40%' })
    const strategies = await loadStrategies(new URL('strategies/', root))
    const fields = [...strategies.values()].flatMap(({ strategy }) => fieldsOf(strategy)).filter(({ env }) => env !== null)
    expect(fields.map(({ env }) => `${env}=${example.get(env!)}`)).toEqual(fields.map(({ env, fallback }) => `${env}=${fallback}`))
  })

  test("the README's table has the same variables and examples", () => {
    const readme = read('README.md')
    for (const [name, { example: value }] of Object.entries(settings))
      expect(readme).toContain(`| \`${name}\` | ${value === '' ? '' : `\`${value}\``} |`)
  })
})

test('the names and values that users know work', () => {
  const config = readConfig({
    SYMBOL: 'BTCUSDC',
    INTERVAL: '1m',
    TRADING_MODE: 'demo',
    TRADE_QUANTITY: '0.00017',
    LOG_LEVEL: 'WARNING',
    PGUSER: 'postgres',
    PGHOST: 'db',
    PGPORT: '5432',
    REDIS_HOST: 'redis',
    REDIS_PORT: '6379',
  })
  expect(config).toMatchObject({ SYMBOL: ['BTCUSDC'], INTERVAL: '1m', TRADE_QUANTITY: '0.00017', LOG_LEVEL: 'warn', PGPORT: 5432 })
})

test.each([
  ['TRADING_MODE', 'real', /TRADING_MODE="real": .*demo/],
  ['INTERVAL', '7m', /INTERVAL="7m": one of 1m, .* is needed/],
  ['TRADE_SIZE', '3', /TRADE_SIZE="3": write 3% of equity/],
  ['TRADE_QUANTITY', 'much', /TRADE_QUANTITY="much": write 0.00017/],
  ['EXPOSURE_PER_SYMBOL', '0.2', /EXPOSURE_PER_SYMBOL="0.2"/],
  ['ALLOCATIONS', 'rotation', /ALLOCATIONS="rotation": write rotation:40%/],
  ['DEMO_CAPITAL', '1e4', /DEMO_CAPITAL="1e4": a plain number is needed/],
  ['PGPORT', 'x', /PGPORT="x"/],
  ['LOG_LEVEL', 'loud', /LOG_LEVEL="loud": one of DEBUG, INFO, WARNING, ERROR is needed/],
])('%s=%s is refused with its rule', (name, value, message) => {
  expect(() => readConfig({ [name]: value })).toThrow(ConfigError)
  expect(() => readConfig({ [name]: value })).toThrow(message)
})

test('a secret is never shown, also where it is wrong', () => {
  const canary = 'canary-7f3a not a url'
  expect(() => readConfig({ DATABASE_URL: canary })).toThrow('DATABASE_URL=(not shown)')
  expect(() => readConfig({ DATABASE_URL: canary })).not.toThrow(canary)
  const config = readConfig({ DATABASE_URL: 'postgres://me:p%40ss@localhost/trading', BINANCE_SECRET_KEY: 'canary-key' })
  expect(secretsOf(config)).toEqual(expect.arrayContaining(['p@ss', 'canary-key']))
})
