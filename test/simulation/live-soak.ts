/**
 * `npm run soak:live -- [minutes]`: the live service as a process of its own, trading on a simulated Binance that fails at random, and killed
 * without warning again and again. Says at the end what is not the same in its record and on the exchange.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { readCandles } from '#adapters/files/candles.ts'
import { openSigner } from '#adapters/binance/signer.ts'
import manifest from '../../package.json' with { type: 'json' }
import { readConfig } from '../../src/config.ts'
import { openStorage } from '../../src/cli/storage.ts'
import { STARTS_KEY } from '../../src/compose/deaths.ts'
import { bundledSymbols } from '../support/bundled.ts'

const MINUTE = 60_000
/** As many bars as a day has minutes, and the same again as the past. */
const BARS = 2_880
const KEY = 'livesoakkeyofnobody'
const SECRET = 'livesoaksecretofnobody'
const root = new URL('../../', import.meta.url)
const minutes = Number(process.argv[2] ?? 20)
const folder = mkdtempSync(join(tmpdir(), 'roottrading-live-soak-'))
const dataDir = join(folder, 'data')
const log = openSync(join(folder, 'service.log'), 'a')

// Real prices, a bar of four hours as one of a minute.
function minuteCandles(symbol: string): string {
  const { open, high, low, close, volume } = readCandles(new URL(`data/candles/${symbol}-4h.csv.gz`, root).pathname)
  const lines = Array.from({ length: BARS }, (_, bar) => {
    const values = [open, high, low, close, volume].map(column => column[bar])
    return [bar * MINUTE, ...values].join(',')
  })
  const path = join(folder, `${symbol}-1m.csv`)
  writeFileSync(path, `openTime,open,high,low,close,volume\n${lines.join('\n')}\n`)
  return path
}

async function openExchange(): Promise<{ readonly process: ChildProcess; readonly url: string }> {
  const candles = bundledSymbols.map(minuteCandles).join(',')
  const args = ['src/cli.ts', 'simulator', '--candles', candles, '--speed', 'now', '--json', '--key', `${KEY}:${SECRET}`]
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return { process: child, url: (JSON.parse(line) as { readonly url: string }).url }
}

const exchange = await openExchange()

const env = {
  ...process.env,
  TRADING_MODE: 'live',
  BINANCE_SITE: exchange.url,
  BINANCE_API_KEY: KEY,
  BINANCE_SECRET_KEY: SECRET,
  LIVE_CONFIRMATION: 'I trade with real money',
  LIVE_WITHOUT_IP_RESTRICTION: 'yes',
  SYMBOLS: bundledSymbols.join(','),
  INTERVAL: '1m',
  // so that each trades every few minutes
  STRATEGIES: 'rsi,ma-cross,bollinger',
  RSI_WINDOW: '3',
  RSI_OVERSOLD: '49.5',
  RSI_OVERBOUGHT: '50.5',
  SHORT_WINDOW: '1',
  LONG_WINDOW: '3',
  BB_WINDOW: '3',
  BB_STD: '0.5',
  DATA_DIR: dataDir,
  DATABASE_URL: '',
  PGHOST: '',
  REDIS_HOST: '',
}

async function admin(name: string, body: object): Promise<void> {
  await fetch(`${exchange.url}/admin/${name}`, { method: 'POST', body: JSON.stringify(body) })
}

const onOrders = (fault: object, count = 1): readonly [string, object] => ['faults', { fault, where: { path: 'order.place', count } }]
const onEvents = (kind: string): readonly [string, object] => ['faults', { fault: { kind }, where: { count: 4 } }]
const faults: readonly (readonly [name: string, body: object])[] = [
  onOrders({ kind: 'reply_lost' }),
  onOrders({ kind: 'request_lost' }),
  onOrders({ kind: 'timeout', executed: true }),
  onOrders({ kind: 'timeout', executed: false }),
  onOrders({ kind: 'server_error', status: 502, executed: false }, 3),
  ...['event_lost', 'event_twice', 'event_late'].map(onEvents),
  ...['drop', 'silence', 'expire', 'shutdown'].flatMap(act =>
    ['api', 'streams'].map(kind => ['sockets', { act, kind, count: 1 }] as const),
  ),
  ['lags', { orders: 2_000, trades: 3_000, balances: 1_000 }],
  ['engine', { fillParts: 3, thinBook: 0.5 }],
  ['time', { skew: 800 }],
  ['time', { skew: -800 }],
  ['limits', { block: 5_000 }],
  ['clear', {}],
]

// as npm starts it: node [flags] src/main.ts
const command = manifest.scripts.start.split(' ').slice(1)
const service = (): ChildProcess => spawn(process.execPath, command, { cwd: root, env, stdio: ['ignore', log, log] })
const between = (least: number, most: number): number => least + Math.random() * (most - least)

/** One life, with faults now and then. True where it ended by our hand. */
async function live(milliseconds: number): Promise<boolean> {
  const child = service()
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>
  const killed = setTimeout(() => child.kill('SIGKILL'), milliseconds)
  while ((await Promise.race([ended, pause(between(3_000, 20_000), null)])) === null)
    await admin(...faults[Math.floor(Math.random() * faults.length)]!)
  clearTimeout(killed)
  return (await ended)[1] === 'SIGKILL'
}

async function signed<Answer>(path: string, query: Record<string, string> = {}): Promise<Answer> {
  const parameters = new URLSearchParams({ ...query, timestamp: String(Date.now()) })
  parameters.append('signature', openSigner(KEY, SECRET).sign(parameters.toString()))
  const response = await fetch(`${exchange.url}${path}?${parameters}`, { headers: { 'X-MBX-APIKEY': KEY } })
  return (await response.json()) as Answer
}

interface Trade {
  readonly id: number
  readonly isBuyer: boolean
  readonly price: string
  readonly qty: string
}

async function tradesThere(): Promise<string[]> {
  const all: string[] = []
  for (const symbol of bundledSymbols)
    for (const { id, isBuyer, price, qty } of await signed<Trade[]>('/api/v3/myTrades', { symbol, limit: '1000' }))
      all.push(`${symbol} ${id} ${isBuyer ? 'BUY' : 'SELL'} ${Number(qty)} at ${Number(price)}`)
  return all
}

const inFull = (rows: readonly { readonly asset: string; readonly amount: string }[]): Record<string, number> =>
  Object.fromEntries(rows.map(({ asset, amount }) => [asset, Number(amount)]).filter(([, amount]) => amount !== 0))

/** After three deaths it would come up in reduce, and trade no more. */
async function forgetDeath(): Promise<void> {
  const storage = await openStorage(readConfig({ DATA_DIR: dataDir }))
  await storage.database.pool.query(`delete from settings where key = '${STARTS_KEY}'`)
  await storage.close()
}

/** What the record says: trades, and what is held of each base asset. */
async function record(): Promise<{ readonly trades: string[]; readonly held: Record<string, number> }> {
  const storage = await openStorage(readConfig({ DATA_DIR: dataDir }))
  try {
    const { rows: trades } = await storage.database.pool.query<{ text: string }>(
      `select symbol || ' ' || exchange_trade_id || ' ' || upper(side) || ' ' || quantity::float8 || ' at ' || price::float8 as text from trades`,
    )
    const { rows: held } = await storage.database.pool.query<{ asset: string; amount: string }>(
      `select asset, sum(quantity) as amount from (select left(symbol, -3) as asset, quantity from positions union all select asset, quantity from dust) as rests group by asset`,
    )
    return { trades: trades.map(({ text }) => text), held: inFull(held) }
  } finally {
    await storage.close()
  }
}

const until = performance.now() + minutes * MINUTE
let kills = 0
let endedAlone = 0
while (performance.now() < until) {
  if (await live(between(15_000, 120_000))) kills++
  else endedAlone++
  await forgetDeath()
}
// then nothing fails any more
for (const [name, body] of [
  ['clear', {}],
  ['lags', { orders: 0, trades: 0, balances: 0 }],
  ['engine', { fillParts: 1, thinBook: 1 }],
  ['time', { skew: 0 }],
  ['limits', { forgive: true }],
] as const)
  await admin(name, body)
const last = service()
await pause(90_000)
last.kill('SIGTERM')
await once(last, 'exit')

const [there, here] = [await tradesThere(), await record()]
const { balances } = await signed<{ balances: { asset: string; free: string; locked: string }[] }>('/api/v3/account')
const held = inFull(
  balances
    .filter(({ asset }) => asset !== 'EUR')
    .map(({ asset, free, locked }) => ({ asset, amount: String(Number(free) + Number(locked)) })),
)
const known = new Set(here.trades)
const result = {
  minutes,
  kills,
  endedAlone,
  trades: there.length,
  missing: there.filter(trade => !known.has(trade)),
  doubled: here.trades.length - known.size,
  unknown: here.trades.filter(trade => !there.includes(trade)),
  held: { there: held, here: here.held },
  // nobody took anything out of the account
  alarms: readFileSync(join(folder, 'service.log'), 'utf8').split('less than the record says (').length - 1,
}
const same = Object.keys({ ...held, ...here.held }).every(asset => Math.abs((held[asset] ?? 0) - (here.held[asset] ?? 0)) < 1e-8)
const sound = result.missing.length + result.unknown.length + result.doubled + result.alarms + endedAlone === 0 && same
process.stdout.write(`${JSON.stringify({ ...result, sound })}\n`)
exchange.process.kill()
if (sound) rmSync(folder, { recursive: true, force: true })
else process.stdout.write(`what the service said is in ${folder}\n`)
process.exitCode = sound ? 0 : 1
