/** Signatures over what was sent, byte for byte: HMAC, Ed25519, RSA; and Binance's published vectors. */
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { apiKeyOf, newEd25519Key, newHmacKey } from '#simulator/keys.ts'
import { withoutSignature } from '#simulator/params.ts'
import { ManualClock } from '../support/simulator/clock.ts'
import { simulatorFor } from '../support/simulator/market.ts'
import { restClient, signatureOf } from '../support/simulator/rest.ts'
import { openWsApi } from '../support/simulator/socket.ts'

// The example that Binance's documentation prints; it opens nothing.
const published = {
  apiKey: 'vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A',
  secret: 'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j',
}
const payload = 'symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559'
const vector = 'c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71'

describe('published HMAC vector', () => {
  const key = apiKeyOf(published)
  test.each([
    { name: 'as printed', text: payload, signature: vector, good: true },
    { name: 'in capitals', text: payload, signature: vector.toUpperCase(), good: true },
    { name: 'another payload', text: `${payload}0`, signature: vector, good: false },
    { name: 'cut', text: payload, signature: vector.slice(2), good: false },
    { name: 'not hex', text: payload, signature: 'signature', good: false },
    { name: 'empty', text: payload, signature: '', good: false },
  ])('$name: $good', ({ text, signature, good }) => {
    expect(key.signed(text, signature)).toBe(good)
  })
})

test.each([
  { sent: 'a=1&signature=xyz', signed: 'a=1' },
  { sent: 'signature=xyz&a=1', signed: 'a=1' },
  { sent: 'a=%E2%9C%93&b=x%3Dy&signature=q%2Fw%3D', signed: 'a=%E2%9C%93&b=x%3Dy' },
  { sent: 'signature=xyz', signed: '' },
  { sent: 'thesignature=1', signed: 'thesignature=1' },
])('$sent: what was signed is $signed', ({ sent, signed }) => {
  expect(withoutSignature(sent)).toBe(signed)
})

test('Ed25519 signs REST and logs a session on; afterwards nothing needs a signature', async () => {
  const pair = newEd25519Key()
  const { simulator } = await simulatorFor({ keys: [pair] })
  const signer = { apiKey: pair.apiKey, privateKey: createPrivateKey(pair.privateKey) }
  const order = { symbol: 'BTCUSDC', side: 'BUY', type: 'MARKET', quantity: '1' }
  expect((await restClient(simulator.url, signer).signed('POST', '/api/v3/order', order)).body).toMatchObject({ status: 'FILLED' })
  const ws = await openWsApi(`${simulator.wsUrl}/ws-api/v3`, signer)
  expect(await ws.call('userDataStream.subscribe')).toMatchObject({ status: 401, error: { code: -2015 } })
  expect(await ws.signed('session.logon')).toMatchObject({ status: 200, result: { apiKey: pair.apiKey, userDataStream: false } })
  expect(await ws.call('userDataStream.subscribe')).toMatchObject({ result: { subscriptionId: 0 } })
  expect(await ws.call('order.place', { ...order, timestamp: Date.now() })).toMatchObject({ result: { status: 'FILLED' } })
  expect(await ws.call('order.place', order)).toMatchObject({ error: { code: -1102 } })
  expect(await ws.call('session.status')).toMatchObject({ result: { apiKey: pair.apiKey, userDataStream: true } })
  expect(await ws.call('session.logout')).toMatchObject({ result: { apiKey: null, authorizedSince: null, userDataStream: false } })
  expect(await ws.event(({ e }) => String(e) === 'eventStreamTerminated')).toBeTruthy()
  expect(await ws.call('order.place', { ...order, timestamp: Date.now() })).toMatchObject({ status: 401, error: { code: -2014 } })
})

test('RSA signs REST', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const apiKey = 'r'.repeat(64)
  const key = apiKeyOf({ apiKey, publicKey: String(publicKey.export({ type: 'spki', format: 'pem' })) })
  expect(key.kind).toBe('RSA')
  expect(key.signed(payload, sign('sha256', Buffer.from(payload), privateKey).toString('base64'))).toBe(true)
  expect(key.signed(`${payload}0`, sign('sha256', Buffer.from(payload), privateKey).toString('base64'))).toBe(false)
})

test('what was signed is what was sent: characters percent-encoded, parameters in their order', async () => {
  const { simulator, key } = await simulatorFor()
  const send = (query: string, signature: string): Promise<Response> =>
    fetch(`${simulator.url}/api/v3/order?${query}&signature=${signature}`, { headers: { 'X-MBX-APIKEY': key.apiKey } })
  const query = `timestamp=${Date.now()}&origClientOrderId=a%2Db&symbol=BTCUSDC`
  expect(await (await send(query, signatureOf(key, query))).json()).toMatchObject({ code: -2013 })
  // signing the text before it was encoded was given up on 2026-01-15
  expect(await (await send(query, signatureOf(key, decodeURIComponent(query)))).json()).toMatchObject({ code: -1022 })
  const sorted = query.split('&').sort().join('&')
  expect(await (await send(query, signatureOf(key, sorted))).json()).toMatchObject({ code: -1022 })
})

test('a key may do what its rights say', async () => {
  const reader = newHmacKey()
  const { simulator } = await simulatorFor({
    keys: [{ ...reader, rights: { enableSpotAndMarginTrading: false, ipRestrict: false, enableWithdrawals: true } }],
  })
  const rest = restClient(simulator.url, reader)
  expect(await rest.signed('GET', '/api/v3/account')).toMatchObject({ status: 200 })
  expect(await rest.signed('POST', '/api/v3/order', { symbol: 'BTCUSDC', side: 'BUY', type: 'MARKET', quantity: '1' })).toMatchObject({
    status: 401,
    body: { code: -2015 },
  })
  const rights = await rest.signed('GET', '/sapi/v1/account/apiRestrictions')
  expect(rights.body).toMatchObject({ enableReading: true, enableSpotAndMarginTrading: false, enableWithdrawals: true, ipRestrict: false })
})

describe('a key that is changed while somebody uses it', () => {
  test('may do what it is given from then on', async () => {
    const { simulator, key } = await simulatorFor()
    const rest = restClient(simulator.url, key)
    const told = (await rest.signed('GET', '/sapi/v1/account/apiRestrictions')).body
    expect(told).toMatchObject({ enableWithdrawals: false, ipRestrict: true, enableFutures: false })
    simulator.admin('keys', { apiKey: key.apiKey, enableWithdrawals: true, ipRestrict: false, enableFutures: true })
    expect((await rest.signed('GET', '/sapi/v1/account/apiRestrictions')).body).toEqual({
      ...told,
      enableWithdrawals: true,
      ipRestrict: false,
      enableFutures: true,
    })
    // without a name it is the first
    simulator.admin('keys', { enableSpotAndMarginTrading: false })
    const order = { symbol: 'BTCUSDC', side: 'BUY', type: 'MARKET', quantity: '1' }
    expect(await rest.signed('POST', '/api/v3/order', order)).toMatchObject({ status: 401, body: { code: -2015 } })
    expect(JSON.stringify(simulator.admin('keys', {}))).not.toContain(key.secret)
  })

  test('is none once it is revoked, also for who was logged on with it; given back, it is as before', async () => {
    const { apiKey, publicKey, privateKey } = newEd25519Key()
    const { simulator } = await simulatorFor({ keys: [{ apiKey, publicKey }] })
    const signer = { apiKey, privateKey: createPrivateKey(privateKey) }
    const rest = restClient(simulator.url, signer)
    const api = await openWsApi(`${simulator.wsUrl}/ws-api/v3`, signer)
    expect(await api.signed('session.logon')).toMatchObject({ status: 200 })
    expect(await api.call('userDataStream.subscribe')).toMatchObject({ result: { subscriptionId: 0 } })
    simulator.admin('keys', { apiKey, revoked: true })
    expect(await rest.signed('GET', '/api/v3/account')).toMatchObject({ status: 401, body: { code: -2015 } })
    api.send({ id: 'next', method: 'ping' })
    expect(await api.until(({ status }) => Number(status) === 401, 'the end of the session')).toEqual({
      id: null,
      status: 401,
      error: { code: -2015, msg: 'Invalid API-key, IP, or permissions for action.' },
    })
    expect(await api.call('session.status')).toMatchObject({ result: { apiKey: null, userDataStream: false } })
    simulator.admin('keys', { apiKey, revoked: false })
    expect(await rest.signed('GET', '/api/v3/account')).toMatchObject({ status: 200 })
  })
})

describe('the two looks at the time', () => {
  const order = { symbol: 'BTCUSDC', side: 'BUY', type: 'MARKET', quantity: '1' }

  test('a request that waits too long before the engine is refused there, and counts as an order', async () => {
    const clock = new ManualClock()
    const { simulator, key } = await simulatorFor({ clock })
    const rest = restClient(simulator.url, key, clock.now)
    simulator.admin('faults', { fault: { kind: 'latency', milliseconds: 3000, after: 'engine' }, where: { path: '/api/v3/order' } })
    const before = clock.waiting
    const sent = rest.signed('POST', '/api/v3/order', order, { recvWindow: 2000 })
    await waitingFor(() => clock.waiting > before)
    clock.advance(3000)
    expect(await sent).toMatchObject({
      status: 400,
      body: { code: -1021, msg: 'Timestamp for this request is outside of the recvWindow.' },
    })
    expect(simulator.world.limits.orders.tenSeconds).toBe(1)
    expect(simulator.world.venue.orders.size).toBe(0)
  })

  test.each([
    { skew: 0, recvWindow: 5000, code: undefined },
    { skew: -4900, recvWindow: 5000, code: undefined },
    { skew: -5100, recvWindow: 5000, code: -1021 },
    { skew: 900, recvWindow: 5000, code: undefined },
    { skew: 1000, recvWindow: 5000, code: -1021 },
    { skew: -300, recvWindow: 250.125, code: -1021 },
    { skew: -250, recvWindow: 250.125, code: undefined },
  ])('signed $skew ms away with a window of $recvWindow: $code', async ({ skew, recvWindow, code }) => {
    const clock = new ManualClock()
    const { simulator, key } = await simulatorFor({ clock })
    const { body } = await restClient(simulator.url, key, () => clock.now() + skew).signed('GET', '/api/v3/openOrders', {}, { recvWindow })
    expect(body['code']).toBe(code)
  })
})

// A frame on its way to this process: looked for at each turn of the loop.
const waitingFor = (look: () => boolean): Promise<void> =>
  new Promise(resolve => {
    const again = (): void => (look() ? resolve() : void setImmediate(again))
    again()
  })
