/** Who may ask: keys, signatures, and the time a request is good for. */
import type { Card } from '../card.ts'
import type { Binance } from '../client/binance.ts'
import { encoded, type Params, type Reply, refused, signedWith } from '../client/rest.ts'
import { same } from '../seen.ts'

const MINUTE = 60_000
const OLD = 'Timestamp for this request is outside of the recvWindow.'
const AHEAD = "Timestamp for this request was 1000ms ahead of the server's time."

// A signed GET order/account that is signed and sent as `make` says.
async function account(
  binance: Binance,
  make: (payload: string, sign: (text: string) => string) => string,
  header?: string,
): Promise<Reply> {
  const { key } = binance.rest
  const query = make(encoded({ timestamp: binance.rest.now() }), text => key.sign(text))
  const headers = header === '' ? {} : { 'X-MBX-APIKEY': header ?? key.apiKey }
  return binance.rest.send('GET', '/api/v3/account', { query, headers: headers as Record<string, string> })
}

const at = (binance: Binance, shift: number, params: Params = {}): Promise<Reply> =>
  binance.rest.signed('GET', '/api/v3/account', params, { timestamp: binance.rest.now() + shift })

/** All of them. */
export const signaturesAndTime: readonly Card[] = [
  {
    id: 'sign-wrong',
    says: 'A signature that is not of this request is -1022 "Signature for this request is not valid."',
    source: 'binance.md 1.2 [D]',
    async run(binance) {
      const reply = await account(binance, (payload, sign) => signedWith(`${payload}&recvWindow=5001`, () => sign(payload)))
      refused(reply, 400, -1022, 'Signature for this request is not valid.')
    },
  },
  {
    id: 'sign-percent-encoded',
    says: 'What is signed is the percent-encoded text that is sent; a signature over the plain one is -1022 (since 2026-01-15).',
    source: 'binance.md 1.2 [D]',
    async run(binance) {
      const { rest, symbol } = binance
      const plain = `symbol=${symbol}&origClientOrderId=a:b&timestamp=${rest.now()}`
      const sent = plain.replace('a:b', 'a%3Ab')
      const ask = (over: string): Promise<Reply> => {
        const query = signedWith(sent, () => rest.key.sign(over))
        return rest.send('GET', '/api/v3/order', { query, headers: { 'X-MBX-APIKEY': rest.key.apiKey } })
      }
      refused(await ask(sent), 400, -2013)
      refused(await ask(plain), 400, -1022)
    },
  },
  {
    id: 'sign-hex-in-capitals',
    says: 'An HMAC signature may be in capitals.',
    source: 'binance.md 1.2 [D]',
    needs: ['hmac'],
    async run(binance) {
      const key = binance.key('HMAC')!
      const payload = encoded({ timestamp: binance.rest.now() })
      const query = signedWith(payload, text => key.sign(text).toUpperCase())
      const reply = await binance.rest.send('GET', '/api/v3/account', { query, headers: { 'X-MBX-APIKEY': key.apiKey } })
      same('it is answered with', reply.status, 200)
    },
  },
  {
    id: 'sign-ed25519',
    says: 'An Ed25519 key signs the same text, base64 and percent-encoded.',
    source: 'binance.md 1.2 [D]',
    needs: ['ed25519'],
    async run(binance) {
      const key = binance.key('ED25519')!
      same('it is answered with', (await binance.rest.signed('GET', '/api/v3/account', {}, { key })).status, 200)
    },
  },
  {
    id: 'sign-missing',
    says: 'A signed endpoint without a signature is -1102.',
    source: 'binance.md 1.2 [D]',
    async run(binance) {
      refused(await account(binance, payload => payload), 400, -1102)
    },
  },
  {
    id: 'time-missing',
    says: 'A signed endpoint without a timestamp is -1102.',
    source: 'binance.md 1.2 [D]',
    async run(binance) {
      refused(await account(binance, (_, sign) => signedWith('recvWindow=5000', sign)), 400, -1102)
    },
  },
  {
    id: 'key-missing',
    says: 'A signed endpoint without a key is -2014 "API-key format invalid."',
    source: 'binance.md 4 [D]',
    async run(binance) {
      const reply = await account(binance, signedWith, '')
      same('the code is', reply.body.at('code'), -2014)
    },
  },
  {
    id: 'key-unknown',
    says: 'An unknown key is HTTP 401 with -2015 "Invalid API-key, IP, or permissions for action."',
    source: 'binance.md 1.3 [M]',
    switch: 'invalidKeyIs401',
    async run(binance) {
      refused(await account(binance, signedWith, 'F'.repeat(64)), 401, -2015)
    },
  },
  {
    id: 'time-ahead',
    says: `A timestamp a second or more ahead is -1021 "${AHEAD}"`,
    source: 'binance.md 1.2 [D]',
    async run(binance) {
      refused(await at(binance, 5000), 400, -1021, AHEAD)
    },
  },
  {
    id: 'time-old',
    says: `A timestamp older than recvWindow (5000 unless given) is -1021 "${OLD}"`,
    source: 'binance.md 1.2 [D]',
    async run(binance) {
      refused(await at(binance, -6000), 400, -1021, OLD)
      same('with recvWindow 60000 it is answered with', (await at(binance, -6000, { recvWindow: MINUTE })).status, 200)
      refused(await at(binance, -3000, { recvWindow: 1000 }), 400, -1021, OLD)
    },
  },
  {
    id: 'time-window-at-most-a-minute',
    says: 'A recvWindow above 60000 is refused.',
    source: 'binance.md 1.2 [D]',
    async run(binance) {
      same('it is answered with', (await at(binance, 0, { recvWindow: MINUTE + 1 })).status, 400)
    },
  },
  {
    id: 'time-window-decimals',
    says: 'recvWindow takes three decimals.',
    source: 'binance.md 1.2 [D]',
    async run(binance) {
      same('6000.346 is answered with', (await at(binance, 0, { recvWindow: '6000.346' })).status, 200)
      same('6000.3461 is answered with', (await at(binance, 0, { recvWindow: '6000.3461' })).status, 400)
    },
  },
  {
    id: 'time-in-microseconds',
    says: 'A timestamp may be in microseconds.',
    source: 'binance.md 1.2 [D]',
    async run(binance) {
      const reply = await binance.rest.signed('GET', '/api/v3/account', {}, { timestamp: binance.rest.now() * 1000 })
      same('it is answered with', reply.status, 200)
    },
  },
  {
    id: 'time-answered-in-microseconds',
    says: 'With X-MBX-TIME-UNIT: MICROSECOND times are answered in microseconds; another unit is -1194.',
    source: 'binance.md 1.2 [D]',
    async run(binance) {
      const ask = (unit: string): Promise<Reply> => binance.rest.send('GET', '/api/v3/time', { headers: { 'X-MBX-TIME-UNIT': unit } })
      const { body } = await ask('MICROSECOND')
      same('the digits of serverTime are', String(body.number('serverTime')).length, 16)
      refused(await ask('SECOND'), 400, -1194)
    },
  },
  {
    id: 'request-form',
    says: 'Parameters of a POST may stand in the form, and the query wins where both have one; both are signed, one after the other.',
    source: 'binance.md 1.1 [D]',
    async run(binance) {
      const { rest, symbol } = binance
      const order = encoded({ symbol, ...(await binance.limit('BUY')) })
      const send = (query: string, form: string): Promise<Reply> => {
        const headers = { 'X-MBX-APIKEY': rest.key.apiKey }
        return rest.send('POST', '/api/v3/order/test', { query, form: signedWith(form, text => rest.key.sign(query + text)), headers })
      }
      same('all in the form is answered with', (await send('', `${order}&timestamp=${rest.now()}`)).status, 200)
      same('the query that wins is answered with', (await send(`${order}&timestamp=${rest.now()}`, 'side=NOBODY')).status, 200)
    },
  },
  {
    id: 'request-parameter-twice',
    says: 'A parameter that stands twice in the query is -1101 "Duplicate values for a parameter detected."',
    source: 'errors.md [D]',
    async run(binance) {
      const reply = await binance.rest.send('GET', '/api/v3/depth', { query: `symbol=${binance.symbol}&symbol=${binance.symbol}` })
      refused(reply, 400, -1101, 'Duplicate values for a parameter detected.')
    },
  },
  {
    id: 'request-surplus-parameter',
    says: 'A parameter that nobody reads is -1104 on signed endpoints and -1101 on public ones.',
    source: 'errors.md [M]',
    switch: 'unreadParametersRefused',
    async run(binance) {
      refused(await binance.tested(await binance.limit('BUY', { color: 'blue' })), 400, -1104)
      refused(await binance.rest.get('/api/v3/depth', { symbol: binance.symbol, color: 'blue' }), 400, -1101)
    },
  },
  {
    id: 'request-empty-parameter',
    says: 'An optional parameter that is empty is -1105.',
    source: 'errors.md [D]',
    async run(binance) {
      refused(await binance.tested(await binance.limit('BUY', { newClientOrderId: '' })), 400, -1105)
    },
  },
  {
    id: 'request-too-late-is-not-executed',
    says: 'A request that reaches the engine after timestamp + recvWindow is -1021 and is not executed: after that absence is final.',
    source: 'faults.md 0.2 [inf]',
    switch: 'absenceIsFinal',
    needs: ['control'],
    async run(binance) {
      const newClientOrderId = binance.id()
      const order = { symbol: binance.symbol, ...(await binance.limit('BUY', { newClientOrderId, recvWindow: 5000 })) }
      // in time when it arrives, late when the engine has it
      const fault = { kind: 'latency', milliseconds: 1100, after: 'engine' }
      await binance.control.admin('faults', { fault, where: { method: 'POST', path: '/api/v3/order' } })
      refused(await binance.rest.signed('POST', '/api/v3/order', order, { timestamp: binance.rest.now() - 4000 }), 400, -1021)
      const query = { symbol: binance.symbol, origClientOrderId: newClientOrderId }
      refused(await binance.rest.signed('GET', '/api/v3/order', query), 400, -2013)
    },
  },
]
