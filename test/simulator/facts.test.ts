/** The fact cards against the simulator. Against Binance's testnet: npm run facts -- --testnet. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { money } from '#domain/money.ts'
import { newHmacKey } from '#simulator/keys.ts'
import { openSimulator, type Simulator } from '#simulator/simulator.ts'
import { optionsFor } from '../support/simulator/market.ts'
import { restClient, rowsOf } from '../support/simulator/rest.ts'
import { openWsApi } from '../support/simulator/socket.ts'
import { Bench } from './facts/bench.ts'
import { facts } from './facts/all.ts'

const key = newHmacKey()
let simulator: Simulator
let bench: Bench

beforeAll(async () => {
  const balances = new Map([
    ['USDC', money('100000')],
    ['BTC', money('1000')],
  ])
  simulator = await openSimulator({ ...optionsFor({ balances, limits: { weight: 100_000, orders10s: 10_000 } }), keys: [key] })
  simulator.stepCandles(20)
  const rest = restClient(simulator.url, key)
  const { body } = await rest.get('/api/v3/exchangeInfo', { symbol: 'BTCUSDC' })
  bench = new Bench(rest, rowsOf(body['symbols']!)[0]!, () => openWsApi(`${simulator.wsUrl}/ws-api/v3`, key))
})
afterAll(() => simulator.close())
beforeEach(() => bench.clean())

test.each(facts)('$id: $statement', async fact => {
  await fact.run(bench)
  expect(simulator.admin('balances', {})).toBeTruthy()
})

test('each card has an id of its own', () => {
  expect(new Set(facts.map(({ id }) => id)).size).toBe(facts.length)
  expect(facts.length).toBeGreaterThanOrEqual(60)
})
