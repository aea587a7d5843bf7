/** Secrets stay inside: through every kind of failure no key, secret, signature or signed address is in an error, a trouble, an update or a log. */
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { openLog } from '#adapters/pino/log.ts'
import { selfCheck } from '#adapters/binance/self-check.ts'
import type { Order } from '#domain/order.ts'
import { type Bed, openBed } from '../../support/binance/account.ts'

const said = ['refused on purpose', 'echo of the request: signature=0123abcdef&timestamp=1']

/** Ways in which a request fails; each is tried by REST and over the socket. */
const failures: readonly object[] = [
  { kind: 'reply_lost' },
  { kind: 'request_lost' },
  { kind: 'silence', executed: true },
  { kind: 'silence', executed: false },
  { kind: 'server_error', status: 500 },
  { kind: 'server_error', status: 503, executed: true },
  { kind: 'timeout', executed: true },
  ...[
    [400, -1000],
    [400, -1013],
    [400, -1100],
    [400, -1021],
    [400, -1022],
    [401, -2014],
    [401, -2015],
    [403, 0],
    [404, 0],
    [409, -2021],
    [410, 0],
    [400, -2010],
    [400, -2011],
    [400, -2013],
    [451, 0],
  ].map(([status, code], index) => ({ kind: 'refuse', status, code, text: said[index % 2] })),
]

/** Everything that there is to see of a thrown thing. */
const all = (thrown: unknown): string => {
  const error = thrown as Error
  return [error.message, error.stack, String(error), JSON.stringify(error), inspect(error, { depth: 12, showHidden: true })].join('\n')
}

async function seen(bed: Bed, sockets: boolean): Promise<string[]> {
  const { binance, troubles } = bed
  const texts: string[] = []
  const log = openLog('trace', [], line => texts.push(line))
  const tried = async (doing: () => Promise<unknown>): Promise<void> => {
    const thrown = await doing().then(
      () => null,
      (error: unknown) => error,
    )
    if (thrown === null) return
    texts.push(all(thrown))
    log.error({ error: thrown, err: thrown }, 'failed')
  }
  let id = 0
  for (const failure of failures) {
    for (const path of ['/api/v3/account', '/api/v3/openOrders', '/sapi/v1/account/apiRestrictions']) {
      bed.fault(failure, { path, count: 2 })
      await tried(() =>
        path.includes('sapi')
          ? binance.account.restrictions()
          : path.endsWith('account')
            ? binance.account.account()
            : binance.account.openOrders(),
      )
      bed.simulator.admin('clear', {})
    }
    bed.fault(failure, { path: 'order.place', count: 2 })
    const parameters = { symbol: 'BTCUSDC', side: 'BUY', type: 'MARKET', quantity: '1', newClientOrderId: `rt-t1-${++id}` }
    await tried(() =>
      sockets
        ? binance.wsApi.call({ method: 'order.place', parameters, weight: 1, changes: true })
        : binance.account.place({ parameters, pair: false, urgency: 'ordinary', patience: 0, sent() {} }),
    )
    bed.simulator.admin('clear', {})
    if (sockets) await bed.connected()
  }
  return [...texts, ...troubles]
}

test.each([
  ['hmac', true],
  ['hmac', false],
  ['ed25519', true],
] as const)('by an %s key, over the socket: %s', async (key, sockets) => {
  const bed = await openBed({ key, sockets, speed: 40, have: '100000 USDC' })
  const { binance } = bed
  const texts = await seen(bed, sockets)
  // at least thirty different ones
  expect(new Set(texts).size).toBeGreaterThan(30)
  const check = await selfCheck({
    account: binance.account,
    market: binance.market,
    serverClock: binance.rest.serverClock,
    symbols: ['BTCUSDC'],
    subscribed: () => Promise.resolve(false),
    withoutSapi: false,
    anyAddress: false,
  })
  texts.push(...check.refusals, ...bed.updates.map(({ reason }) => reason))
  const text = texts.join('\n')
  for (const secret of bed.secrets) expect(text).not.toContain(secret)
  expect(text).not.toMatch(/[0-9a-f]{64}/)
  expect(text).not.toMatch(/signature=(?!\[redacted])/)
  expect(text).not.toContain('recvWindow=')
})

test('an answer that repeats the key is cleaned, and so is what the trader keeps', async () => {
  const bed = await openBed({ sockets: false })
  const [apiKey] = bed.secrets
  bed.fault({ kind: 'refuse', status: 400, code: -2010, text: `no: X-MBX-APIKEY ${apiKey} signature=abc` }, { path: '/api/v3/order' })
  bed.place('1 BUY MARKET 1')
  await bed.becomes(1, 'rejected')
  const { ending } = bed.orders.get(1)! satisfies Order
  expect(ending).toBe('Binance refused POST /api/v3/order: no: X-MBX-APIKEY [redacted] signature=[redacted] (-2010)')
})
