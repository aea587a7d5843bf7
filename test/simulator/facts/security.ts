/** Facts about keys, signatures and time. */
import assert from 'node:assert/strict'
import { accepted, type Fact, has, refused } from './bench.ts'

const ACCOUNT = '/api/v3/account'
const outside = 'Timestamp for this request is outside of the recvWindow.'
const ahead = "Timestamp for this request was 1000ms ahead of the server's time."

/** All of them. */
export const securityFacts: readonly Fact[] = [
  {
    id: 'key-of-bad-form',
    statement: 'a request without a key that is well formed is -2014',
    source: 'errors.md -2014; 401 [M]',
    run: async bench => refused(await bench.signed('GET', ACCOUNT, {}, { apiKey: 'short' }), -2014, 'API-key format invalid.', 401),
  },
  {
    id: 'unknown-key',
    statement: 'a key that does not exist is -2015 "Invalid API-key, IP, or permissions for action."',
    source: 'errors.md -2015; 401 [M]',
    run: async bench =>
      refused(
        await bench.signed('GET', ACCOUNT, {}, { apiKey: 'x'.repeat(64) }),
        -2015,
        'Invalid API-key, IP, or permissions for action.',
        401,
      ),
  },
  {
    id: 'wrong-signature',
    statement: 'a signature that is not the payload’s is -1022 "Signature for this request is not valid."',
    source: 'errors.md -1022',
    run: async bench =>
      refused(await bench.signed('GET', ACCOUNT, {}, { signature: '0'.repeat(64) }), -1022, 'Signature for this request is not valid.'),
  },
  {
    id: 'no-signature',
    statement: 'a signed request without a signature is -1102',
    source: 'errors.md -1102',
    run: async bench => refused(await bench.signed('GET', ACCOUNT, {}, { signature: null }), -1102),
  },
  {
    id: 'old-timestamp',
    statement: `a timestamp older than recvWindow (5000 by default) is -1021 "${outside}"`,
    source: 'rest-api.md "Timing security"',
    run: async bench => refused(await bench.signed('GET', ACCOUNT, {}, { timestamp: Date.now() - 6000 }), -1021, outside),
  },
  {
    id: 'early-timestamp',
    statement: `a timestamp more than a second ahead is -1021 "${ahead}"`,
    source: 'rest-api.md "Timing security"',
    run: async bench => refused(await bench.signed('GET', ACCOUNT, {}, { timestamp: Date.now() + 3000 }), -1021, ahead),
  },
  {
    id: 'wider-window',
    statement: 'recvWindow makes an older timestamp good',
    source: 'rest-api.md "Timing security"',
    run: async bench => void accepted(await bench.signed('GET', ACCOUNT, {}, { timestamp: Date.now() - 6000, recvWindow: 10_000 })),
  },
  {
    id: 'window-has-decimals',
    statement: 'recvWindow may have three decimals',
    source: 'rest-api.md "Timing security"',
    run: async bench => void accepted(await bench.signed('GET', ACCOUNT, {}, { recvWindow: '5000.125' })),
  },
  {
    id: 'window-at-most-a-minute',
    statement: 'recvWindow above 60000 is refused (-1131)',
    source: 'rest-api.md; the code is ccxt’s capture [M]',
    run: async bench => refused(await bench.signed('GET', ACCOUNT, {}, { recvWindow: 60_001 }), -1131),
  },
  {
    id: 'microseconds',
    statement: 'a timestamp may be in microseconds',
    source: 'binance.md 1.2',
    run: async bench => void accepted(await bench.signed('GET', ACCOUNT, {}, { timestamp: Date.now() * 1000 })),
  },
  {
    id: 'form-body',
    statement: 'POST takes its parameters from a form; the signature covers it',
    source: 'rest-api.md "SIGNED Endpoint Examples"',
    run: async bench => {
      const [price, quantity] = [await bench.price(0.8), await bench.quantity(40)]
      const form = { symbol: bench.symbol, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', price, quantity }
      assert.deepEqual(accepted(await bench.signed('POST', '/api/v3/order/test', {}, { form })), {})
    },
  },
  {
    id: 'query-and-form',
    statement: 'parameters may be in query and form at once; what is signed is both put together, with nothing between',
    source: 'rest-api.md "SIGNED Endpoint Examples"',
    run: async bench => {
      const [price, quantity] = [await bench.price(0.8), await bench.quantity(40)]
      const query = { symbol: bench.symbol, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC' }
      assert.deepEqual(accepted(await bench.signed('POST', '/api/v3/order/test', query, { form: { price, quantity } })), {})
    },
  },
  {
    id: 'query-wins',
    statement: 'where query and form both have a parameter, the query’s counts',
    source: 'binance.md 1.1',
    run: async bench => {
      const [price, quantity] = [await bench.price(0.8), await bench.quantity(40)]
      const query = { symbol: bench.symbol, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', price, quantity }
      has(accepted(await bench.signed('POST', '/api/v3/order', query, { form: { side: 'SELL' } })), { side: 'BUY' })
    },
  },
]
