/** Binance's words for orders and trades, field by field; every field of a row has a value of its own, so that none is taken for another. */
import { expect, test } from 'vitest'
import { balancesOf, balancesOfEvent, reportOfEvent, reportOfOrder, reportsOf, tradeOf } from '#adapters/binance/reports.ts'
import { type Amount, format } from '#domain/money.ts'

const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? format(one as Amount<''>) : one)))

// biome-ignore format: a row as Binance documents it
const EVENT = {
  e: 'executionReport', E: 1001, s: 'BTCUSDC', c: 'rt-t1-7', S: 'SELL', o: 'LIMIT', f: 'GTC', q: '5.00000000', p: '101.00000000',
  P: '99.00000000', F: '0.00000000', g: -1, C: '', x: 'TRADE', X: 'PARTIALLY_FILLED', r: 'NONE', i: 4293153, l: '1.25000000', z: '3.50000000',
  L: '100.50000000', n: '0.00125000', N: 'BNB', T: 1002, t: 9001, I: 8641984, w: false, m: true, M: false, O: 1000, Z: '351.00000000',
  Y: '125.62500000', Q: '0.00000000', W: 1003, V: 'NONE',
}

test('executionReport of a trade', () => {
  expect(plain(reportOfEvent(EVENT))).toEqual({
    clientId: 'rt-t1-7',
    exchangeId: 4293153,
    symbol: 'BTCUSDC',
    side: 'SELL',
    status: 'PARTIALLY_FILLED',
    executed: '3.5',
    createdAt: 1000,
    time: 1002,
    reason: '',
    worked: true,
    trades: [
      {
        tradeId: 9001,
        exchangeId: 4293153,
        symbol: 'BTCUSDC',
        side: 'SELL',
        price: '100.5',
        quantity: '1.25',
        quote: '125.625',
        fee: '0.00125',
        feeAsset: 'BNB',
        maker: true,
        time: 1002,
      },
    ],
  })
})

test.each([
  [
    'a cancel: the order is named by C, the cancel by c',
    { c: 'cancel-id', C: 'rt-t1-7', x: 'CANCELED', X: 'CANCELED', t: -1, l: '0', N: null },
    'rt-t1-7',
    0,
    '',
  ],
  ['a refusal', { x: 'REJECTED', X: 'REJECTED', r: 'INSUFFICIENT_BALANCES', t: -1 }, 'rt-t1-7', 0, 'INSUFFICIENT_BALANCES'],
  ['an expiry with its reason', { x: 'EXPIRED', X: 'EXPIRED', eR: 'OCO_TRIGGER', t: -1 }, 'rt-t1-7', 0, 'OCO_TRIGGER'],
  ['a prevented match is no trade', { x: 'TRADE_PREVENTION', X: 'EXPIRED_IN_MATCH', t: -1, v: 3 }, 'rt-t1-7', 0, ''],
  ['a trade in a currency without a fee', { N: null, n: '0' }, 'rt-t1-7', 1, ''],
] as const)('executionReport of %s', (_, changes, clientId, trades, reason) => {
  const report = reportOfEvent({ ...EVENT, ...changes })
  expect([report.clientId, report.trades.length, report.reason]).toEqual([clientId, trades, reason])
})

test.each(['1e-7', '1,5', 'NaN', '-1'])('an amount that is none is not read as one: %s', l => {
  expect(() => reportOfEvent({ ...EVENT, l })).toThrow(RangeError)
})

// biome-ignore format: a row as Binance documents it
const ORDER = {
  symbol: 'BTCUSDC', orderId: 28, orderListId: -1, clientOrderId: 'rt-t1-8', price: '0.10000000', origQty: '5.00000000', executedQty: '2.00000000',
  cummulativeQuoteQty: '0.20000000', status: 'EXPIRED', timeInForce: 'GTC', type: 'LIMIT', side: 'BUY', stopPrice: '0.00000000', icebergQty: '0.0',
  time: 1499827319559, updateTime: 1499827319560, isWorking: true, workingTime: 1507725176595, origQuoteOrderQty: '0.000000',
  selfTradePreventionMode: 'NONE', expiryReason: 'INSUFFICIENT_LIQUIDITY',
}

test('an order by a query', () => {
  expect(plain(reportOfOrder(ORDER))).toEqual({
    clientId: 'rt-t1-8',
    exchangeId: 28,
    symbol: 'BTCUSDC',
    side: 'BUY',
    status: 'EXPIRED',
    executed: '2',
    createdAt: 1499827319559,
    time: 1499827319560,
    reason: 'INSUFFICIENT_LIQUIDITY',
    worked: true,
    trades: [],
  })
})

test.each<[string, object, boolean | null]>([
  ['by its time', { isWorking: false, workingTime: 1 }, true],
  ['-1: never', { isWorking: false, workingTime: -1 }, false],
  ['by the other field', { isWorking: true, workingTime: undefined }, true],
  ['by the other field: not now, and nothing says never', { isWorking: false, workingTime: undefined }, null],
  ['not at all', { isWorking: undefined, workingTime: undefined }, null],
])('whether an order worked on the book, as a query says it %s', (_, changes, worked) => {
  expect(reportOfOrder({ ...ORDER, ...changes }).worked).toBe(worked)
})

test('an order that filled as it was placed: its trades come along', () => {
  const [report] = reportsOf({
    symbol: 'BTCUSDC',
    orderId: 9001,
    orderListId: -1,
    clientOrderId: 'rt-t1-9',
    transactTime: 1795379400123,
    executedQty: '0.01000000',
    status: 'FILLED',
    side: 'BUY',
    fills: [
      { price: '90000.00000000', qty: '0.00500000', commission: '0.00000500', commissionAsset: 'BTC', tradeId: 551 },
      { price: '90010.00000000', qty: '0.00500000', commission: '0.00000600', commissionAsset: 'BTC', tradeId: 552 },
    ],
  })
  expect(plain(report!.trades[1])).toEqual({
    tradeId: 552,
    exchangeId: 9001,
    symbol: 'BTCUSDC',
    side: 'BUY',
    price: '90010',
    quantity: '0.005',
    quote: '450.05',
    fee: '0.000006',
    feeAsset: 'BTC',
    maker: false,
    time: 1795379400123,
  })
  expect([report!.executed, report!.createdAt]).toEqual([1_000_000n, 1795379400123])
})

test('a cancel of one leg tells both orders of the list, by their own names', () => {
  const leg = { symbol: 'BTCUSDC', side: 'SELL', status: 'CANCELED', clientOrderId: 'cancel', transactTime: 5, executedQty: '0' }
  const reports = reportsOf({
    orderListId: 1,
    orderReports: [
      { ...leg, origClientOrderId: 'rt-t1-1', orderId: 1 },
      { ...leg, origClientOrderId: 'rt-t1-2', orderId: 2 },
    ],
  })
  expect(reports.map(({ clientId, exchangeId, status, createdAt }) => [clientId, exchangeId, status, createdAt])).toEqual([
    ['rt-t1-1', 1, 'CANCELED', 0],
    ['rt-t1-2', 2, 'CANCELED', 0],
  ])
})

test('a trade', () => {
  // biome-ignore format: a row as Binance documents it
  const trade = tradeOf({
    symbol: 'BTCUSDC', id: 28457, orderId: 100234, orderListId: -1, price: '4.00000100', qty: '12.00000000', quoteQty: '48.00001200',
    commission: '10.10000000', commissionAsset: 'BNB', time: 1499865549590, isBuyer: true, isMaker: false, isBestMatch: true,
  })
  expect(plain(trade)).toEqual({
    tradeId: 28457,
    exchangeId: 100234,
    symbol: 'BTCUSDC',
    side: 'BUY',
    price: '4.000001',
    quantity: '12',
    quote: '48.000012',
    fee: '10.1',
    feeAsset: 'BNB',
    maker: false,
    time: 1499865549590,
  })
})

test('balances, by event and by query', () => {
  const balance = { asset: 'BTC', free: '1.5', locked: '0.25' }
  expect(plain(balancesOfEvent({ e: 'outboundAccountPosition', B: [{ a: 'BTC', f: '1.50000000', l: '0.25000000' }] }))).toEqual([balance])
  expect(plain(balancesOf({ balances: [balance] }))).toEqual([balance])
})
