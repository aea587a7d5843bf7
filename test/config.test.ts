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
  ['TRADING_MODE', 'real', 'TRADING_MODE="real": demo or live is needed.'],
  ['MARKET', 'Binance', 'MARKET="Binance": binance or replay is needed.'],
  ['INTERVAL', '7m', /INTERVAL="7m": one of 1m, .* is needed/],
  ['TRADE_SIZE', '3', /TRADE_SIZE="3": write 3% of equity/],
  ['TRADE_QUANTITY', 'much', /TRADE_QUANTITY="much": write 0.00017/],
  ['TRADE_SIZE', '0%', /TRADE_SIZE="0%": more than 0% and at most 100% is needed/],
  ['TRADE_SIZE', 'risk 101%', /TRADE_SIZE="risk 101%": more than 0% and at most 100% is needed/],
  ['TRADE_QUANTITY', 'BTCEUR:1,5', /TRADE_QUANTITY="BTCEUR:1,5": write 0.00017/],
  ['TRADE_QUANTITY', '0', /TRADE_QUANTITY="0": write 0.00017/],
  ['TRADE_QUANTITY', '0 EUR', /TRADE_QUANTITY="0 EUR": write 0.00017/],
  ['EXPOSURE_PER_SYMBOL', '0.2', 'EXPOSURE_PER_SYMBOL="0.2": a percentage is needed, such as 20%, or off.'],
  ['EXPOSURE_PER_SYMBOL', '120%', /more than 0% and at most 100% is needed, or off/],
  ['EXPOSURE_PER_ASSET', '0%', /more than 0% and at most 100% is needed, or off/],
  ['DEFAULT_STOP', '5', 'DEFAULT_STOP="5": a percentage is needed, such as 5%, or off.'],
  ['DEFAULT_STOP', '100%', /more than 0% and less than 100% is needed, or off/],
  ['ALLOCATIONS', 'rotation:400%', /ALLOCATIONS="rotation:400%": at most 100% is needed/],
  ['TAKER_FEE', '10%', /TAKER_FEE="10%": a percentage from 0% to 5% is needed, such as 0.1%/],
  ['MAKER_FEE', '0.1', /MAKER_FEE="0.1": a percentage from 0% to 5% is needed, such as 0.1%/],
  ['SLIPPAGE_BP', '5bp', 'SLIPPAGE_BP="5bp": basis points from 0 to 1000 are needed, such as 5.'],
  ['SLIPPAGE_BP', '2000', 'SLIPPAGE_BP="2000": basis points from 0 to 1000 are needed, such as 5.'],
  ['DEMO_CAPITAL', '0', 'DEMO_CAPITAL="0": a plain number above 0 is needed, such as 10000.'],
  ['DEMO_CAPITAL', '99999999999999999999', /a plain number above 0 is needed/],
  ['ALLOCATED_CAPITAL', '0', /a plain number above 0 is needed/],
  [
    'REDIS_HOST',
    'redis://localhost:6379',
    'REDIS_HOST="redis://localhost:6379": a host alone is needed, such as localhost; the port is REDIS_PORT.',
  ],
  ['PGHOST', 'localhost:5432', 'PGHOST="localhost:5432": a host alone is needed, such as localhost; the port is PGPORT.'],
  ['REDIS_PORT', '70000', 'REDIS_PORT="70000": a whole number from 1 to 65535 is needed.'],
  ['BINANCE_SITE', 'http://:x', /BINANCE_SITE="http:\/\/:x": binance, testnet, demo, or the address of a simulator is needed/],
  ['ALLOCATIONS', 'rotation', /ALLOCATIONS="rotation": write rotation:40%/],
  ['DEMO_CAPITAL', '1e4', /DEMO_CAPITAL="1e4": a plain number above 0 is needed/],
  ['PGPORT', 'x', 'PGPORT="x": a whole number from 1 to 65535 is needed.'],
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
