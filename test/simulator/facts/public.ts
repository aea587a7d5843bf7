/** Facts about public data, weights, and how a request is refused before anything is done. */
import assert from 'node:assert/strict'
import { rowsOf } from '../../support/simulator/rest.ts'
import { accepted, type Bench, type Fact, has, names, refused } from './bench.ts'

const weightOf = async (bench: Bench, path: string, query: Record<string, string> = {}): Promise<number> => {
  const used = async (to: string, with_: Record<string, string>): Promise<number> =>
    Number((await bench.rest.get(to, with_)).headers.get('x-mbx-used-weight-1m'))
  const before = await used('/api/v3/ping', {})
  return (await used(path, query)) - before
}

/** All of them. */
export const publicFacts: readonly Fact[] = [
  {
    id: 'ping-is-empty',
    statement: 'GET ping answers {}',
    source: 'rest-api.md "Test connectivity"',
    run: async bench => assert.deepEqual(accepted(await bench.rest.get('/api/v3/ping')), {}),
  },
  {
    id: 'time-is-milliseconds',
    statement: 'GET time answers serverTime in milliseconds',
    source: 'rest-api.md "Check server time"',
    run: async bench => assert.equal(String(accepted(await bench.rest.get('/api/v3/time'))['serverTime']).length, 13),
  },
  {
    id: 'limits-are-listed',
    statement: 'exchangeInfo lists REQUEST_WEIGHT a minute, ORDERS in 10 seconds and a day, RAW_REQUESTS',
    source: 'binance.md 3',
    run: async bench => {
      const limits = rowsOf(accepted(await bench.rest.get('/api/v3/exchangeInfo', { symbol: bench.symbol }))['rateLimits']!)
      const found = limits.map(limit => [limit['rateLimitType'], limit['interval'], limit['intervalNum']].map(String).join(' '))
      for (const wanted of ['REQUEST_WEIGHT MINUTE 1', 'ORDERS SECOND 10', 'ORDERS DAY 1', 'RAW_REQUESTS MINUTE 5'])
        assert.ok(found.includes(wanted), `${wanted} is not among ${found.join(', ')}`)
    },
  },
  {
    id: 'symbol-is-described',
    statement: 'a symbol has permissions [], permissionSets, allowed modes of self-trade prevention, and says what it supports',
    source: 'binance.md 1.5',
    run: async bench => {
      const [raw] = rowsOf(accepted(await bench.rest.get('/api/v3/exchangeInfo', { symbol: bench.symbol }))['symbols']!)
      has(raw, { symbol: bench.symbol, status: 'TRADING', permissions: [] })
      names(raw, 'permissionSets', 'opoAllowed', 'otoAllowed', 'amendAllowed', 'cancelReplaceAllowed')
      names(raw, 'defaultSelfTradePreventionMode', 'allowedSelfTradePreventionModes', 'pegInstructionsAllowed', 'allowTrailingStop')
    },
  },
  {
    id: 'permissions-exclude-symbol',
    statement: 'exchangeInfo refuses symbol together with symbolStatus (-1128)',
    source: 'rest-api.md "Exchange information"',
    run: async bench => refused(await bench.rest.get('/api/v3/exchangeInfo', { symbol: bench.symbol, symbolStatus: 'TRADING' }), -1128),
  },
  {
    id: 'kline-has-twelve-columns',
    statement: 'a kline row has twelve columns; it closes a millisecond before the next opens; the last is "0"',
    source: 'binance.md 1.5',
    run: async bench => {
      const [row] = rowsOf(accepted(await bench.rest.get('/api/v3/klines', { symbol: bench.symbol, interval: '1m', limit: 1 })))
      assert.equal(rowsOf(row!).length, 12)
      assert.equal(Number(row![6]), Number(row![0]) + 59_999)
      assert.equal(row![11], '0')
    },
  },
  {
    id: 'bad-interval',
    statement: 'an interval that does not exist is -1120; intervals are case sensitive',
    source: 'errors.md -1120',
    run: async bench =>
      refused(await bench.rest.get('/api/v3/klines', { symbol: bench.symbol, interval: '1H' }), -1120, 'Invalid interval.'),
  },
  {
    id: 'book-is-sorted',
    statement: 'bids fall, asks rise, and the best ask is above the best bid',
    source: 'rest-api.md "Order book"',
    run: async bench => {
      const book = accepted(await bench.rest.get('/api/v3/depth', { symbol: bench.symbol, limit: 5 }))
      const prices = (side: string): number[] => rowsOf(book[side]!).map(level => Number(level[0]))
      assert.deepEqual(
        prices('bids'),
        prices('bids').toSorted((a, b) => b - a),
      )
      assert.deepEqual(
        prices('asks'),
        prices('asks').toSorted((a, b) => a - b),
      )
      assert.ok(prices('asks')[0]! > prices('bids')[0]!)
      names(book, 'lastUpdateId')
    },
  },
  {
    id: 'unknown-symbol',
    statement: 'a symbol that is not listed is -1121 "Invalid symbol."',
    source: 'errors.md -1121',
    run: async bench => refused(await bench.rest.get('/api/v3/depth', { symbol: 'NOSUCHCOIN' }), -1121, 'Invalid symbol.'),
  },
  {
    id: 'missing-parameter',
    statement: 'a missing parameter is -1102 "Mandatory parameter \'symbol\' was not sent, was empty/null, or malformed."',
    source: 'errors.md -1102',
    run: async bench =>
      refused(await bench.rest.get('/api/v3/depth'), -1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed."),
  },
  {
    id: 'symbol-in-small-letters',
    statement: 'a symbol in small letters is -1100',
    source: 'errors.md -1100',
    run: async bench => refused(await bench.rest.get('/api/v3/depth', { symbol: bench.symbol.toLowerCase() }), -1100),
  },
  {
    id: 'surplus-parameter-public',
    statement: 'a public request with a parameter that it does not know is -1101',
    source: 'errors.md -1101; when it is used [M]',
    run: async bench => refused(await bench.rest.get('/api/v3/depth', { symbol: bench.symbol, colour: 'red' }), -1101),
  },
  {
    id: 'symbols-twice',
    statement: 'a symbol that is twice in a list is -1151',
    source: 'errors.md -1151',
    run: async bench => refused(await bench.rest.get('/api/v3/ticker/price', { symbols: `["${bench.symbol}","${bench.symbol}"]` }), -1151),
  },
  {
    id: 'average-of-five-minutes',
    statement: 'avgPrice tells mins 5, a price and a closeTime',
    source: 'rest-api.md "Current average price"',
    run: async bench => {
      const average = accepted(await bench.rest.get('/api/v3/avgPrice', { symbol: bench.symbol }))
      has(average, { mins: 5 })
      names(average, 'price', 'closeTime')
    },
  },
  {
    id: 'book-ticker-fields',
    statement: 'bookTicker of one symbol is an object with bidPrice, bidQty, askPrice, askQty; of all it is an array',
    source: 'binance.md 1.4',
    run: async bench => {
      names(
        accepted(await bench.rest.get('/api/v3/ticker/bookTicker', { symbol: bench.symbol })),
        'bidPrice',
        'bidQty',
        'askPrice',
        'askQty',
      )
      assert.ok(Array.isArray(accepted(await bench.rest.get('/api/v3/ticker/bookTicker'))))
    },
  },
  {
    id: 'status-mismatch',
    statement: 'a symbolStatus that the symbol does not have is -1220',
    source: 'binance.md 1.4',
    run: async bench => refused(await bench.rest.get('/api/v3/depth', { symbol: bench.symbol, symbolStatus: 'HALT' }), -1220),
  },
  {
    id: 'retired-path',
    statement: 'POST userDataStream is 410 Gone with HTML, not JSON',
    source: 'binance.md 0',
    run: async bench => {
      const reply = await bench.signed('POST', '/api/v3/userDataStream')
      assert.equal(reply.status, 410)
      assert.match(String(reply.body), /^<html>/)
    },
  },
  {
    id: 'weight-of-a-ping',
    statement: 'a ping costs 1, in the header x-mbx-used-weight-1m',
    source: 'binance.md 1.4',
    run: async bench => assert.equal(await weightOf(bench, '/api/v3/ping'), 1),
  },
  {
    id: 'weight-of-exchange-info',
    statement: 'exchangeInfo costs 20',
    source: 'binance.md 1.4',
    run: async bench => assert.equal(await weightOf(bench, '/api/v3/exchangeInfo', { symbol: bench.symbol }), 20),
  },
  {
    id: 'weight-of-depth',
    statement: 'depth costs by its limit: 5 up to 100, 25 up to 500, 50 up to 1000',
    source: 'binance.md 1.4',
    run: async bench => {
      const weights = []
      for (const limit of ['100', '500', '1000']) weights.push(await weightOf(bench, '/api/v3/depth', { symbol: bench.symbol, limit }))
      assert.deepEqual(weights, [5, 25, 50])
    },
  },
]
