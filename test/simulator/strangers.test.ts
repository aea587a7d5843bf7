/** What a client of whatever kind may send: the simulator answers it and lives on. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { simulatorFor } from '../support/simulator/market.ts'
import { restClient, signatureOf } from '../support/simulator/rest.ts'
import { openSocket, openWsApi } from '../support/simulator/socket.ts'

test('a body that is too large is answered 413, by a server that lives on', async () => {
  const { simulator, key } = await simulatorFor()
  const send = (path: string) => fetch(`${simulator.url}${path}`, { method: 'POST', body: 'a='.padEnd(2_000_000, 'x') })
  expect([(await send('/api/v3/order')).status, (await send('/admin/step')).status]).toEqual([413, 413])
  expect((await restClient(simulator.url, key).get('/api/v3/ping')).status).toBe(200)
})

test.each(['/api/v3/order', '/admin/step'])('a client that goes away in the middle of its request to %s harms nobody', async path => {
  const { simulator, key } = await simulatorFor()
  const socket = connect(Number(new URL(simulator.url).port), '127.0.0.1')
  await once(socket, 'connect')
  socket.write(`POST ${path} HTTP/1.1\r\nhost: simulator\r\ncontent-length: 100\r\n\r\nhalf`)
  await restClient(simulator.url, key).get('/api/v3/ping')
  socket.destroy()
  await once(socket, 'close')
  // by the second answer the server has seen the first one go
  for (let count = 0; count < 2; count++) expect((await restClient(simulator.url, key).get('/api/v3/ping')).status).toBe(200)
})

test('a sale for an amount, of a symbol that is not there, is refused like every order of it', async () => {
  const { simulator, key } = await simulatorFor()
  const rest = restClient(simulator.url, key)
  for (const side of ['BUY', 'SELL'])
    for (const path of ['order', 'order/test'])
      expect((await rest.signed('POST', `/api/v3/${path}`, { symbol: 'NOPE', side, type: 'MARKET', quoteOrderQty: 50 })).body).toEqual({
        code: -1121,
        msg: 'Invalid symbol.',
      })
})

// nanoseconds do not fit into a JavaScript number, and milliseconds look like a time
const ids = ['1795723481684123456', '-9223372036854775808', '1795723481684', '"a text"', 'null']

test.each(['', '?timeUnit=MICROSECOND'])('an id comes back as it was sent, whatever the unit of times%s', async query => {
  const { simulator } = await simulatorFor()
  for (const [path, request] of [
    ['/ws-api/v3', '{"id":ID,"method":"ping"}'],
    ['/ws', '{"method":"LIST_SUBSCRIPTIONS","id":ID}'],
  ] as const) {
    const { socket } = await openSocket(`${simulator.wsUrl}${path}${query}`)
    for (const id of ids) {
      socket.send(request.replace('ID', id))
      const [data] = (await once(socket, 'message')) as [Buffer]
      expect(/"id":("[^"]*"|[^,}]*)/.exec(String(data))?.[1]).toBe(id)
    }
  }
})

test('numbers of the WebSocket API are signed as they are written', async () => {
  const { simulator, key } = await simulatorFor()
  const { socket } = await openSocket(`${simulator.wsUrl}/ws-api/v3`)
  const ask = async (quantity: string): Promise<string> => {
    const params = { apiKey: `"${key.apiKey}"`, price: '90.10', quantity, side: '"BUY"', symbol: '"BTCUSDC"', timeInForce: '"GTC"' }
    const all = Object.entries({ ...params, timestamp: String(Date.now()), type: '"LIMIT"' })
    const signature = signatureOf(key, all.map(([name, value]) => `${name}=${value.replaceAll('"', '')}`).join('&'))
    socket.send(
      `{"id":1,"method":"order.test","params":{${all.map(([name, value]) => `"${name}":${value}`).join()},"signature":"${signature}"}}`,
    )
    const [data] = (await once(socket, 'message')) as [Buffer]
    return String(data)
  }
  expect(await ask('1.000')).toContain('"status":200')
  // signed well, but no amount that Binance reads
  expect(await ask('1e0')).toContain('"code":-1100')
})

test('a parameter that is null is an empty one', async () => {
  const { simulator, key } = await simulatorFor()
  const api = await openWsApi(`${simulator.wsUrl}/ws-api/v3`, key)
  expect(await api.call('ticker.price', { symbol: null! })).toMatchObject({ error: { code: -1102 } })
  const order = { symbol: 'BTCUSDC', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', price: '90', quantity: '1' }
  expect(await api.signed('order.place', { ...order, newClientOrderId: null! })).toMatchObject({ error: { code: -1105 } })
})
