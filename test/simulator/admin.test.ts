/** What an admin sends: nonsense is refused and changes nothing, since a knob that was misspelt would look as if it had been turned. */
import { describe as group, expect, test } from 'vitest'
import { describe as listing } from '#simulator/control/admin.ts'
import { simulatorFor } from '../support/simulator/market.ts'
import { restClient } from '../support/simulator/rest.ts'

type Body = Record<string, unknown>

const fault = (made: Body, where?: Body): Body => ({ fault: made, ...(where === undefined ? {} : { where }) })
const filter = (made: unknown): Body => ({ symbol: 'BTCUSDC', filters: [made] })

const nonsense: readonly (readonly [command: string, body: Body, says: RegExp])[] = [
  ['step', { candels: 3 }, /^candels: step has no such field. There are: candles, seconds, phases/],
  ['step', { candles: -1 }, /^candles: a whole number from 0 on is needed, not -1/],
  ['step', { candles: 1.5 }, /^candles: a whole number/],
  ['step', { phases: 'all' }, /^phases: a whole number/],
  ['step', { seconds: -1 }, /^seconds: a number from 0 on/],
  ['faults', {}, /^fault.kind: one of reply_lost/],
  ['faults', fault({ kind: 'explode' }), /^fault.kind: one of reply_lost/],
  ['faults', fault({ kind: 'reply_lost', executed: true }), /^fault.executed: reply_lost has no such field/],
  ['faults', fault({ kind: 'timeout', executed: 'yes' }), /^fault.executed: true or false/],
  ['faults', fault({ kind: 'latency', milliseconds: 'long' }), /^fault.milliseconds: a number from 0 on/],
  ['faults', fault({ kind: 'latency', after: 'never' }), /^fault.after: true, false or "engine"/],
  ['faults', fault({ kind: 'server_error', status: 200 }), /^fault.status: a whole number from 500 to 599/],
  ['faults', fault({ kind: 'refuse', code: 'x' }), /^fault.code: a whole number/],
  ['faults', fault({ kind: 'refuse', text: 5 }), /^fault.text: a text is needed/],
  ['faults', fault({ kind: 'reply_lost' }, { count: -1 }), /^where.count: a whole number from 0 on/],
  ['faults', fault({ kind: 'reply_lost' }, { path: 5 }), /^where.path: a text is needed/],
  ['faults', fault({ kind: 'reply_lost' }, { url: '/api' }), /^where.url: faults has no such field/],
  ['faults', fault({ kind: 'reply_lost' }, { type: 'kline' }), /^where.type: reply_lost hits requests/],
  ['faults', fault({ kind: 'event_lost' }, { path: '/api/v3/order' }), /^where.path: event_lost hits events/],
  ['lags', { order: 5 }, /^order: lags has no such field/],
  ['lags', { orders: -1 }, /^orders: a number from 0 on/],
  ['engine', { fillParts: 0 }, /^fillParts: a whole number from 1 on/],
  ['engine', { thinBook: 5 }, /^thinBook: a number from 0 to 1/],
  ['engine', { rejectActivations: -1 }, /^rejectActivations: a whole number from 0 on/],
  ['sockets', { act: 'drop', kind: 'all' }, /^kind: "streams", "api", or nothing for both/],
  ['sockets', { act: 'refuse', count: -1 }, /^count: a whole number from 0 on/],
  ['limits', { weight: -1 }, /^weight: a number from 0 on/],
  ['limits', { forgive: 'yes' }, /^forgive: true or false/],
  ['limits', { order10s: 5 }, /^order10s: limits has no such field/],
  ['symbols', { symbol: 'BTCUSDC', state: 'HALT' }, /^state: symbols has no such field/],
  ['symbols', { symbol: 'NOPE', status: 'HALT' }, /^Invalid symbol\./],
  [
    'symbols',
    filter({ filterType: 'LOT_SIZE', stepSize: 'abc' }),
    /^filters: LOT_SIZE.stepSize: an amount such as "0.001" is needed, not "abc"/,
  ],
  ['symbols', filter({ filterType: 'MAX_NUM_ORDERS', maxNumOrders: -1 }), /^filters: MAX_NUM_ORDERS.maxNumOrders: /],
  ['symbols', filter({ stepSize: '1' }), /^filters: a list is needed, of filters that each have a filterType/],
  ['symbols', { symbol: 'BTCUSDC', without: 'NOTIONAL' }, /^without: a list of filter types/],
  ['filters', { assets: [{ filterType: 'MAX_ASSET', asset: 'USDC', limit: 'x' }] }, /^assets: MAX_ASSET.limit: an amount/],
  ['rules', { symbol: 'BTCUSDC', referencePrice: 'x' }, /^referencePrice: a price/],
  ['listing', { symbol: 'BTCUSDC' }, /^listed: true or false/],
  ['account', { canTrade: 'no' }, /^canTrade: true or false/],
  ['account', { account: 'nobody' }, /^account: there is no nobody/],
  ['accounts', { name: 'next', balance: {} }, /^balance: accounts has no such field/],
  ['balances', { USDC: '-1' }, /^USDC: an amount/],
  ['time', { ms: 5 }, /^ms: time has no such field/],
  ['maintenance', { on: 'yes' }, /^on: true or false/],
  ['switches', { fokMayWork: 'yes' }, /^fokMayWork: true or false/],
  ['keys', { enableWithdrawal: true }, /^enableWithdrawal: keys has no such field/],
  ['keys', { ipRestrict: 'no' }, /^ipRestrict: true or false/],
  ['keys', { apiKey: 'nobody' }, /^apiKey: there is no such key/],
  ['clear', { id: 'all' }, /^id: a whole number/],
]

group('a command', () => {
  test.each(nonsense)('%s %j is refused, and changes nothing', async (name, body, says) => {
    const { simulator, key } = await simulatorFor()
    const look = async (): Promise<Body> => (await (await fetch(`${simulator.url}/admin`)).json()) as Body
    const info = async (): Promise<unknown> => (await restClient(simulator.url, key).get('/api/v3/exchangeInfo')).body['symbols']
    const before = [{ ...(await look()), serverTime: 0 }, await info()]
    const response = await fetch(`${simulator.url}/admin/${name}`, { method: 'POST', body: JSON.stringify(body) })
    expect([response.status, ((await response.json()) as { error: string }).error]).toEqual([400, expect.stringMatching(says)])
    expect([{ ...(await look()), serverTime: 0 }, await info()]).toEqual(before)
  })

  test('is described by bodies that it takes', async () => {
    const { simulator } = await simulatorFor()
    const { world, sockets, log } = simulator
    const { commands } = listing({ world, sockets, log, step: () => [], stepCandles: () => {}, flush: () => {} }) as {
      commands: Record<string, { body: string }>
    }
    for (const [name, { body }] of Object.entries(commands))
      for (const example of body.match(/\{.*?\}(?= \| \{|$| in )/g) ?? []) {
        const sent = example.replaceAll(/("\w+") \| "\w+"/g, '$1').replaceAll('BTCEUR', 'BTCUSDC')
        expect(() => simulator.admin(name, JSON.parse(sent) as Body), `${name} ${sent}`).not.toThrow()
      }
  })
})
