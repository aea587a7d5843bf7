/** What the doctor finds at Binance: against one on this machine, and where something is wrong with it. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSigner } from '#adapters/binance/signer.ts'
import { systemClock } from '#adapters/system/clock.ts'
import { Fault } from '#domain/fault.ts'
import type { ExchangeSymbol } from '#domain/symbol.ts'
import { newHmacKey } from '#simulator/keys.ts'
import { openSimulator, type Simulator } from '#simulator/simulator.ts'
import { binanceOf } from '../../src/cli/doctor-binance.ts'
import { type BinanceLook, lookAtBinance } from '../../src/compose/binance-look.ts'
import { keptLimits, type KeptLimits } from '../../src/compose/kept-limits.ts'
import { recordedOf } from '../support/bundled.ts'
import { temporaryFolder } from '../support/demo.ts'
import { market } from '../support/desk.ts'

const symbolsFile = new URL('../../data/symbols.json', import.meta.url)
const safe = newHmacKey()
let simulator: Simulator
beforeAll(async () => {
  const { symbols } = JSON.parse(readFileSync(symbolsFile, 'utf8')) as { symbols: readonly ExchangeSymbol[] }
  simulator = await openSimulator({
    recordings: [{ symbol: 'BTCEUR', timeframe: '4h', columns: recordedOf('BTCEUR', 0, 10).columns }],
    symbols,
    keys: [safe],
    balances: new Map(),
  })
})
afterAll(() => simulator?.close())

async function findings(look: BinanceLook, symbols: readonly string[] = ['BTCEUR'], now = () => performance.now()): Promise<string[]> {
  const lines: string[] = []
  await binanceOf(look, symbols, now, (state, what, text) => void lines.push(`${state} ${what}: ${text}`))
  return lines
}

const site = (url: string) => ({ name: 'here', api: url, data: url, streams: url.replace('http', 'ws'), tellsPermissions: true })
const lookAt = (url: string, key: { readonly apiKey: string; readonly secret: string } | null = null, anyAddress = false): BinanceLook =>
  lookAtBinance(site(url), {
    clock: systemClock,
    signer: key === null ? null : openSigner(key.apiKey, key.secret),
    anyAddress,
    limits: none(),
  })
// Nothing was kept, and what is kept is forgotten.
const none = (): KeptLimits => ({ savedBudget: null, saveBudget: () => {} })

test('all is well: latency, clock, filters, streams, the key, weight', async () => {
  const lines = await findings(lookAt(simulator.url, safe))
  expect(lines).toEqual([
    expect.stringMatching(/^ok binance: here, \d+ ms away$/),
    expect.stringMatching(/^ok clock: Binance is \d+ ms (behind|ahead of) this machine \(to \d+ ms\)$/),
    'ok filters: BTCEUR: price in 1, quantity in 0.00001, orders of 5 EUR and more',
    'ok streams: market streams open',
    'ok key: it may read and trade on spot, and nothing else',
    expect.stringMatching(/^ok weight: 0\.\d % of this minute's requests used$/),
  ])
  expect(lines.join()).not.toContain(safe.secret)
  expect(lines.join()).not.toContain(safe.apiKey)
})

test('a symbol that is not there, and a key that nobody knows', async () => {
  const unknown = newHmacKey()
  const lines = await findings(lookAt(simulator.url, unknown), ['BTCEUR', 'NOPEUSDC'])
  expect(lines).toContain('wrong filters: NOPEUSDC: Binance has no such symbol. Mend SYMBOLS.')
  expect(lines.find(line => line.startsWith('wrong key'))).toContain('The API key is wrong, may not do this')
  expect(lines.join()).not.toContain(unknown.apiKey)
})

test('where nobody answers that is told once', async () => {
  expect(await findings(lookAt('http://127.0.0.1:1'))).toEqual([
    expect.stringMatching(/^wrong binance: Binance could not be reached for GET \/api\/v3\/ping \(ECONNREFUSED\)/),
  ])
})

test('streams that do not open are told, with what to look at', async () => {
  const look = lookAtBinance(
    { ...site(simulator.url), streams: 'ws://127.0.0.1:1' },
    { clock: systemClock, signer: null, anyAddress: false, limits: none() },
  )
  expect(await findings(look)).toContain(
    'wrong streams: the market streams cannot be reached: the network says ECONNREFUSED. Look at the network, and at BINANCE_SITE.',
  )
})

// A Binance on which one thing is other than it should be.
const lookWith = (more: Partial<BinanceLook>): BinanceLook => ({
  name: 'here',
  closed: () => null,
  ping: async () => {},
  clock: async () => ({ offset: 3, within: 1 }),
  used: () => 0.25,
  symbols: async names => new Map(names.map(name => [name, market(name)])),
  streams: async () => {},
  key: null,
  ...more,
})

test.each<[string, Partial<BinanceLook>, string]>([
  [
    'a clock that is off',
    { clock: async () => ({ offset: -1_500, within: 20 }) },
    'wrong clock: Binance is 1500 ms behind this machine (to 20 ms); at most 1 s is allowed. Set the clock by a time server (NTP).',
  ],
  [
    'a symbol that is halted',
    { symbols: async names => new Map(names.map(name => [name, { ...market(name), trading: false }])) },
    'does not trade now. Take it out of SYMBOLS, or wait.',
  ],
  [
    'a key that may withdraw',
    { key: async () => ({ refusals: ['The API key may withdraw.'], notes: [] }) },
    'wrong key: The API key may withdraw.',
  ],
  [
    'streams',
    {
      streams: async () => {
        throw new Fault('retry', 'no streams')
      },
    },
    'wrong streams: no streams',
  ],
  ['weight', {}, 'ok weight: 25.0 % of this'],
])('%s is found', async (_, more, says) => {
  expect((await findings(lookWith(more))).join('\n')).toContain(says)
})

test('latency is that of the quickest of five pings', async () => {
  let time = 0
  const took = [90, 40, 12, 35, 20]
  let pings = 0
  const look = lookWith({ ping: async () => void (time += took[pings++]!) })
  expect((await findings(look, [], () => time))[0]).toBe('ok binance: here, 12 ms away')
  expect(pings).toBe(5)
})

test('a ban that is met ends all asking and is kept; the next doctor asks nothing', async () => {
  const data = temporaryFolder('doctor')
  const look = (): BinanceLook =>
    lookAtBinance(site(simulator.url), { clock: systemClock, signer: null, anyAddress: false, limits: keptLimits(data, 'here', () => {}) })
  const fault = { kind: 'refuse', status: 418, code: -1003, text: 'Way too much request weight used', retryAfter: 300 }
  simulator.admin('faults', { fault, where: { path: '/api/v3/time' } })
  const left =
    /^wrong binance: here was asked too much from this address, and wants to be left alone for \d+ s, until .* UTC: it is not asked\.$/
  expect(await findings(look())).toEqual([
    expect.stringMatching(/^ok binance: here/),
    expect.stringMatching(/^wrong clock: Binance was asked too much \(GET \/api\/v3\/time\)/),
    expect.stringMatching(left),
  ])
  const asked = simulator.log.lines.length
  expect(await findings(look())).toEqual([expect.stringMatching(left)])
  expect(simulator.log.lines.length).toBe(asked)
})
