/** The simulator's door: what may be written, what it prints, how it is stepped from outside, and how it ends. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { simulatorMain } from '../../src/cli/simulator.ts'
import { readSimulatorOptions, SIMULATOR_HELP } from '../../src/cli/simulator-options.ts'
import { openDoor } from '../support/doors.ts'
import { restClient, rowsOf, type Wire } from '../support/simulator/rest.ts'

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
      trades: [],
      bookTickers: [],
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
      '--trades',
      'C-trades.csv,C-more.csv',
      '--book-tickers',
      'C-bookTicker.csv',
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
      trades: ['C-trades.csv', 'C-more.csv'],
      bookTickers: ['C-bookTicker.csv'],
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
      '--trades',
      '--book-tickers',
      '--symbols-file',
      '--unlisted',
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

test('--symbols-file with filters of exchange and assets, and --unlisted: as they say', async () => {
  const bundled = readFileSync(new URL('../../data/symbols.json', import.meta.url), 'utf8')
  const exchangeFilters = [{ filterType: 'EXCHANGE_MAX_NUM_ORDERS', maxNumOrders: 1000 }]
  const assetFilters = [{ filterType: 'MAX_ASSET', asset: 'EUR', limit: '50.00000000' }]
  const file = join(folder, 'rules.json')
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(bundled) as object), exchangeFilters, assetFilters }))
  const args = ['simulator', '--json', '--symbols-file', file, '--unlisted', 'XRPEUR', '--unlisted', 'ADAEUR']
  const door = openDoor('cli', args, folder)
  const told = JSON.parse(await door.says('"url"')) as { url: string; apiKey: string; secret: string; admin: string }
  const rest = restClient(told.url, told)
  const { body } = await rest.get('/api/v3/exchangeInfo')
  expect(body['exchangeFilters']).toEqual(exchangeFilters)
  expect(rowsOf(body['symbols']!).map(({ symbol }) => symbol)).toEqual(['BTCEUR', 'ETHEUR'])
  const order = { symbol: 'BTCEUR', side: 'BUY', type: 'MARKET', quoteOrderQty: '100' }
  expect((await rest.signed('POST', '/api/v3/order', order)).body).toEqual({ code: -1013, msg: 'Filter failure: MAX_ASSET' })
  const listed = await fetch(`${told.admin}/listing`, { method: 'POST', body: '{"symbol": "XRPEUR", "listed": true}' })
  expect(await listed.json()).toMatchObject({ symbols: [{}, {}, { symbol: 'XRPEUR', status: 'TRADING' }] })
  door.child.kill('SIGTERM')
  expect((await door.ended).code).toBe(0)
})

test('started again with the same key it numbers orders and trades beyond those before: whoever kept them would take new ones for old', async () => {
  const once = async (): Promise<readonly number[]> => {
    const door = openDoor('cli', ['simulator', '--json', '--key', `${'k'.repeat(32)}:${'s'.repeat(32)}`], folder)
    const { url } = JSON.parse(await door.says('"url"')) as { url: string }
    const rest = restClient(url, { apiKey: 'k'.repeat(32), secret: 's'.repeat(32) })
    const order = { symbol: 'BTCEUR', side: 'BUY', type: 'MARKET', quoteOrderQty: '100' }
    const { body } = await rest.signed('POST', '/api/v3/order', order)
    door.child.kill('SIGTERM')
    await door.ended
    return [Number(body['orderId']), Number(body['fills']![0]!['tradeId'])]
  }
  const [first, second] = [await once(), await once()]
  expect(second[0]).toBeGreaterThan(first[0]!)
  expect(second[1]).toBeGreaterThan(first[1]!)
})

test('--unlisted of a symbol without candles is told before anything starts', async () => {
  await expect(simulatorMain(['--unlisted', 'BTCUSDC'], () => {})).rejects.toThrow('--unlisted BTCUSDC: it has no candles.')
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

const ticks = fileURLToPath(new URL('../../data/ticks/', import.meta.url))

test('ticks: a day’s beginning of trades and best prices, as fast as it goes, to its end', async () => {
  const args = ['--trades', `${ticks}BTCUSDT-trades.csv.gz`, '--book-tickers', `${ticks}BTCUSDT-bookTicker.csv.gz`]
  const door = openDoor('cli', ['simulator', '--json', ...args, '--speed', 'max', '--time', 'market', '--balance', 'USDT=1000'], folder)
  const told = JSON.parse(await door.says('"url"')) as { url: string; apiKey: string; secret: string; admin: string; streams: string }
  const market = async (): Promise<Wire> => ((await (await fetch(told.admin)).json()) as { market: Wire }).market
  for (;;) if (String((await market())['ended']) === 'true') break
  expect(await market()).toMatchObject({ ended: true, next: null, ticksLeft: 0, instantsLeft: 0 })
  const rest = restClient(told.url, told)
  const trades = rowsOf((await rest.get('/api/v3/aggTrades', { symbol: 'BTCUSDT', limit: 1 })).body)
  expect(trades).toMatchObject([{ l: 3_735_693_015 }])
  door.child.kill('SIGTERM')
  expect(await door.ended).toMatchObject({ code: 0, err: '' })
})

test('ticks with --speed now: the minute in their middle is the present', async () => {
  const door = openDoor('cli', ['simulator', '--json', '--trades', `${ticks}BTCUSDT-trades.csv.gz`, '--speed', 'now'], folder)
  const { url } = JSON.parse(await door.says('"url"')) as { url: string }
  const get = async (path: string): Promise<Wire> => (await (await fetch(`${url}/api/v3/${path}`)).json()) as Wire
  const [trade] = rowsOf(await get('trades?symbol=BTCUSDT&limit=1'))
  const behind = Date.now() - Number(trade!['time'])
  expect(behind).toBeGreaterThanOrEqual(0)
  expect(behind).toBeLessThan(60_000)
  // two minutes and a part of one are the past
  expect(rowsOf(await get('klines?symbol=BTCUSDT&interval=1m')).length).toBeGreaterThanOrEqual(3)
  door.child.kill('SIGTERM')
  expect((await door.ended).code).toBe(0)
})

test.each([
  [['--trades', `${ticks}XRPETH-trades.csv`], '--symbols-file: XRPETH is not in it. Add its entry of Binance'],
  [
    ['--book-tickers', `${ticks}BTCUSDT-bookTicker.csv.gz`],
    'BTCUSDT-bookTicker.csv.gz: there are no trades of BTCUSDT. Name them with --trades.',
  ],
  [
    ['--trades', `${ticks}BTCEUR-trades.csv`, '--candles', `${ticks}../candles/BTCEUR-4h.csv.gz`],
    'there are candles of BTCEUR too. A symbol has one',
  ],
  [['--trades', `${ticks}BTCEUR-trades.csv`], 'BTCEUR-trades.csv: there is no such file. Name a CSV file'],
])('%j is refused in words', async (args, says) => {
  const door = openDoor('cli', ['simulator', ...args], folder)
  const { code, err } = await door.ended
  expect(code).not.toBe(0)
  expect(err).toContain(says)
})
