/** Facts about orders: what is refused with which words, and what is answered. */
import assert from 'node:assert/strict'
import { rowsOf } from '../../support/simulator/rest.ts'
import { accepted, type Bench, type Fact, has, names, refused } from './bench.ts'

const notSent = (name: string): string => `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`
const limit = async (bench: Bench, share = 0.8): Promise<Record<string, string>> => ({
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'GTC',
  price: await bench.price(share),
  quantity: await bench.quantity(40),
})
const ID = (): string => `fact-${process.hrtime.bigint()}`

const refusal = (
  id: string,
  statement: string,
  source: string,
  query: (bench: Bench) => Promise<Record<string, string | number>>,
  code: number,
  text?: string,
): Fact => ({ id, statement, source, run: async bench => refused(await bench.order(await query(bench)), code, text) })

/** What is refused because of how it is asked. */
const asked: readonly Fact[] = [
  refusal(
    'limit-needs-validity',
    'LIMIT without timeInForce is -1102',
    'rest-api.md "New order"',
    async b => {
      const { timeInForce: _, ...rest } = await limit(b)
      return rest
    },
    -1102,
    notSent('timeInForce'),
  ),
  refusal(
    'limit-needs-price',
    'LIMIT without price is -1102',
    'rest-api.md "New order"',
    async b => {
      const { price: _, ...rest } = await limit(b)
      return rest
    },
    -1102,
    notSent('price'),
  ),
  refusal(
    'bad-side',
    'another side is -1117 "Invalid side."',
    'errors.md',
    async b => ({ ...(await limit(b)), side: 'HOLD' }),
    -1117,
    'Invalid side.',
  ),
  refusal(
    'bad-type',
    'another type is -1116 "Invalid orderType."',
    'errors.md',
    async b => ({ ...(await limit(b)), type: 'WISH' }),
    -1116,
    'Invalid orderType.',
  ),
  refusal(
    'bad-validity',
    'another timeInForce is -1115 "Invalid timeInForce."',
    'errors.md',
    async b => ({ ...(await limit(b)), timeInForce: 'GTX' }),
    -1115,
    'Invalid timeInForce.',
  ),
  refusal(
    'market-takes-no-validity',
    'MARKET with timeInForce is -1106 "Parameter \'timeInForce\' sent when not required."',
    'binance.md 1.6 [M]',
    async b => ({ side: 'BUY', type: 'MARKET', quantity: await b.quantity(), timeInForce: 'GTC' }),
    -1106,
    "Parameter 'timeInForce' sent when not required.",
  ),
  refusal(
    'market-takes-no-price',
    'MARKET with price is -1106',
    'errors.md -1106',
    async b => ({ side: 'BUY', type: 'MARKET', quantity: await b.quantity(), price: await b.price(1) }),
    -1106,
    "Parameter 'price' sent when not required.",
  ),
  refusal(
    'market-needs-an-amount',
    'MARKET with neither quantity nor quoteOrderQty is -1102 naming both',
    'errors.md -1102',
    async () => ({ side: 'BUY', type: 'MARKET' }),
    -1102,
    "Param 'quantity' or 'quoteOrderQty' must be sent, but both were empty/null!",
  ),
  refusal(
    'stop-needs-its-price',
    'STOP_LOSS with neither stopPrice nor trailingDelta is -1102 naming both',
    'errors.md -1102',
    async b => ({ side: 'SELL', type: 'STOP_LOSS', quantity: await b.quantity() }),
    -1102,
    "Param 'stopPrice' or 'trailingDelta' must be sent, but both were empty/null!",
  ),
  refusal(
    'too-many-decimals',
    'nine decimals are -1111 "Parameter \'quantity\' has too much precision."',
    'binance.md 1.6',
    async b => ({ ...(await limit(b)), quantity: '1.000000001' }),
    -1111,
    "Parameter 'quantity' has too much precision.",
  ),
  refusal('no-exponents', 'an exponent is -1100', 'binance.md 8.1', async b => ({ ...(await limit(b)), quantity: '1e-7' }), -1100),
  refusal(
    'empty-parameter',
    'an empty parameter is -1105 or -1102',
    'errors.md -1105',
    async b => ({ ...(await limit(b)), newClientOrderId: '' }),
    -1105,
    "Parameter 'newClientOrderId' was empty.",
  ),
  refusal(
    'surplus-parameter-signed',
    'a signed request with a parameter that it does not know is -1104',
    'errors.md -1104; when it is used [M]',
    async b => ({ ...(await limit(b)), colour: 'red' }),
    -1104,
  ),
  refusal(
    'id-of-odd-characters',
    'a client id with other characters is -1100',
    'binance.md 1.6 [M]',
    async b => ({ ...(await limit(b)), newClientOrderId: 'a b' }),
    -1100,
  ),
  refusal(
    'small-strategy-type',
    'a strategyType under 1000000 is -1134',
    'errors.md -1134',
    async b => ({ ...(await limit(b)), strategyType: 5 }),
    -1134,
  ),
]

/** What filters say. */
const filtered: readonly Fact[] = [
  refusal(
    'price-off-the-grid',
    '"Filter failure: PRICE_FILTER" for a price between two ticks',
    'filters.md',
    async b => ({ ...(await limit(b)), price: (Number(await b.price(0.8)) + b.tick / 2).toFixed(8) }),
    -1013,
    'Filter failure: PRICE_FILTER',
  ),
  refusal(
    'quantity-off-the-grid',
    '"Filter failure: LOT_SIZE" for a quantity between two steps',
    'filters.md',
    async b => ({ ...(await limit(b)), quantity: (Number(await b.quantity(40)) + b.step / 2).toFixed(8) }),
    -1013,
    'Filter failure: LOT_SIZE',
  ),
  refusal(
    'worth-too-little',
    '"Filter failure: NOTIONAL" for an order of less than the minimum',
    'filters.md',
    async b => ({ ...(await limit(b)), quantity: b.onGrid(b.step, b.step) }),
    -1013,
    'Filter failure: NOTIONAL',
  ),
  refusal(
    'price-far-away',
    '"Filter failure: PERCENT_PRICE_BY_SIDE" for a price far from the average',
    'filters.md',
    async b => ({ ...(await limit(b)), price: await b.price(0.01), quantity: await b.quantity(5000) }),
    -1013,
    'Filter failure: PERCENT_PRICE_BY_SIDE',
  ),
  refusal(
    'market-too-large',
    '"Filter failure: MARKET_LOT_SIZE" for a market order above its maximum',
    'filters.md',
    async b => ({ side: 'BUY', type: 'MARKET', quantity: b.onGrid(5000, b.step) }),
    -1013,
    'Filter failure: MARKET_LOT_SIZE',
  ),
  {
    id: 'five-stops-a-symbol',
    statement: '"Filter failure: MAX_NUM_ALGO_ORDERS" for the sixth stop of a symbol',
    source: 'binance.md 2',
    run: async bench => {
      const stop = { side: 'SELL', type: 'STOP_LOSS', stopPrice: await bench.price(0.8), quantity: await bench.quantity(15) }
      for (let count = 0; count < 5; count++) accepted(await bench.order(stop))
      refused(await bench.order(stop), -1013, 'Filter failure: MAX_NUM_ALGO_ORDERS')
    },
  },
]

/** What the engine says. */
const engine: readonly Fact[] = [
  refusal(
    'too-poor',
    '"Account has insufficient balance for requested action." is -2010',
    'errors.md',
    async b => ({ ...(await limit(b)), quantity: b.onGrid(((await b.balance(b.quote)).free / (await b.last())) * 2, b.step) }),
    -2010,
    'Account has insufficient balance for requested action.',
  ),
  refusal(
    'maker-would-take',
    'LIMIT_MAKER that would trade is -2010 "Order would immediately match and take."',
    'errors.md',
    async b => ({ side: 'BUY', type: 'LIMIT_MAKER', price: await b.price(1.05), quantity: await b.quantity() }),
    -2010,
    'Order would immediately match and take.',
  ),
  refusal(
    'stop-was-passed',
    'a stop that was passed is -2010 "Order would trigger immediately."',
    'errors.md',
    async b => ({ side: 'SELL', type: 'STOP_LOSS', stopPrice: await b.price(1.05), quantity: await b.quantity() }),
    -2010,
    'Order would trigger immediately.',
  ),
  {
    id: 'id-twice-while-open',
    statement: 'a client id of an open order is -2010 "Duplicate order sent."',
    source: 'faults.md 0.1',
    run: async bench => {
      const newClientOrderId = ID()
      await bench.resting({ newClientOrderId })
      refused(await bench.order({ ...(await limit(bench)), newClientOrderId }), -2010, 'Duplicate order sent.')
    },
  },
  {
    id: 'id-again-after-a-fill',
    statement: 'a client id is accepted again once its order is filled; a query by it finds the newest',
    source: 'faults.md 0.1',
    run: async bench => {
      const order = { side: 'BUY', type: 'MARKET', quantity: await bench.quantity(), newClientOrderId: ID() }
      const first = accepted(await bench.order(order))
      const second = accepted(await bench.order(order))
      assert.notEqual(first['orderId'], second['orderId'])
      const found = accepted(
        await bench.signed('GET', '/api/v3/order', { symbol: bench.symbol, origClientOrderId: order.newClientOrderId }),
      )
      has(found, { orderId: second['orderId'] })
    },
  },
  {
    id: 'market-answers-full',
    statement: 'MARKET answers FULL: FILLED, price 0, timeInForce GTC, and its fills',
    source: 'binance.md 1.6',
    run: async bench => {
      const order = accepted(await bench.order({ side: 'BUY', type: 'MARKET', quantity: await bench.quantity() }))
      has(order, { status: 'FILLED', price: '0.00000000', timeInForce: 'GTC', orderListId: -1 })
      names(rowsOf(order['fills']!)[0], 'price', 'qty', 'commission', 'commissionAsset', 'tradeId')
    },
  },
  {
    id: 'fee-of-what-is-received',
    statement: 'without BNB a buyer pays in the base asset, a seller in the quote asset',
    source: 'binance.md 1.16',
    run: async bench => {
      const quantity = await bench.quantity()
      for (const [side, asset] of [
        ['BUY', bench.base],
        ['SELL', bench.quote],
      ] as const) {
        const order = accepted(await bench.order({ side, type: 'MARKET', quantity }))
        has(rowsOf(order['fills']!)[0], { commissionAsset: asset })
      }
    },
  },
  {
    id: 'limit-answers-full',
    statement: 'LIMIT answers FULL, with no fills while it rests',
    source: 'binance.md 1.6',
    run: async bench => has(await bench.resting(), { status: 'NEW', fills: [], executedQty: '0.00000000' }),
  },
  {
    id: 'maker-answers-ack',
    statement: 'LIMIT_MAKER answers ACK: no status',
    source: 'binance.md 1.6',
    run: async bench => {
      const order = accepted(
        await bench.order({ side: 'BUY', type: 'LIMIT_MAKER', price: await bench.price(0.8), quantity: await bench.quantity(40) }),
      )
      assert.deepEqual(Object.keys(order).sort(), ['clientOrderId', 'orderId', 'orderListId', 'symbol', 'transactTime'])
    },
  },
  {
    id: 'stop-does-not-work-yet',
    statement: 'a stop that waits has isWorking false and workingTime -1',
    source: 'binance.md 1.6',
    run: async bench => {
      const stop = { side: 'SELL', type: 'STOP_LOSS', stopPrice: await bench.price(0.8), quantity: await bench.quantity(15) }
      const { orderId } = accepted(await bench.order(stop)) as unknown as { orderId: never }
      has(await bench.look(orderId), { status: 'NEW', isWorking: false, workingTime: -1 })
    },
  },
  {
    id: 'locked-while-it-rests',
    statement: 'what a resting order needs is locked, and free again after its cancel',
    source: 'binance.md 10',
    run: async bench => {
      const before = await bench.balance(bench.quote)
      const order = await bench.resting()
      const worth = Number(order['price']) * Number(order['origQty'])
      assert.ok(Math.abs((await bench.balance(bench.quote)).locked - before.locked - worth) < 1e-6)
      await bench.clean()
      assert.deepEqual(await bench.balance(bench.quote), before)
    },
  },
  {
    id: 'ioc-expires',
    statement: 'IOC that meets nobody is EXPIRED with UNFILLED_IOC_QUANTITY_EXPIRED',
    source: 'binance.md 1.15',
    run: async bench =>
      has(accepted(await bench.order({ ...(await limit(bench)), timeInForce: 'IOC' })), {
        status: 'EXPIRED',
        executedQty: '0.00000000',
        expiryReason: 'UNFILLED_IOC_QUANTITY_EXPIRED',
      }),
  },
  {
    id: 'fok-expires',
    statement: 'FOK that cannot fill whole is EXPIRED with UNFILLED_FOK_ORDER_EXPIRED and nothing executed',
    source: 'binance.md 1.15',
    run: async bench =>
      has(accepted(await bench.order({ ...(await limit(bench)), timeInForce: 'FOK' })), {
        status: 'EXPIRED',
        executedQty: '0.00000000',
        expiryReason: 'UNFILLED_FOK_ORDER_EXPIRED',
      }),
  },
  {
    id: 'for-an-amount',
    statement: 'quoteOrderQty buys a multiple of the step for no more than the amount',
    source: 'binance.md 1.7',
    run: async bench => {
      const order = accepted(await bench.order({ side: 'BUY', type: 'MARKET', quoteOrderQty: '25' }))
      const spent = Number(order['cummulativeQuoteQty'])
      assert.ok(spent <= 25 && spent > 25 - bench.step * (await bench.last()) * 1.1, `${spent} were spent`)
      has(order, { origQuoteOrderQty: '25.00000000' })
    },
  },
  {
    id: 'test-order-does-nothing',
    statement: 'order/test answers {} and places nothing',
    source: 'rest-api.md "Test new order"',
    run: async bench => {
      assert.deepEqual(accepted(await bench.signed('POST', '/api/v3/order/test', { symbol: bench.symbol, ...(await limit(bench)) })), {})
      assert.deepEqual(accepted(await bench.signed('GET', '/api/v3/openOrders', { symbol: bench.symbol })), [])
    },
  },
  {
    id: 'test-order-tells-fees',
    statement: 'order/test with computeCommissionRates tells standardCommissionForOrder',
    source: 'rest-api.md "Test new order"',
    run: async bench => {
      const query = { symbol: bench.symbol, ...(await limit(bench)), computeCommissionRates: true }
      names(
        accepted(await bench.signed('POST', '/api/v3/order/test', query)),
        'standardCommissionForOrder',
        'taxCommissionForOrder',
        'discount',
      )
    },
  },
  {
    id: 'trades-of-an-order',
    statement: 'myTrades with orderId gives the order’s trades, with the ids of its fills',
    source: 'binance.md 1.5',
    run: async bench => {
      const order = accepted(await bench.order({ side: 'BUY', type: 'MARKET', quantity: await bench.quantity() }))
      const trades = rowsOf(
        accepted(await bench.signed('GET', '/api/v3/myTrades', { symbol: bench.symbol, orderId: String(order['orderId']) })),
      )
      assert.deepEqual(
        trades.map(({ id }) => id),
        rowsOf(order['fills']!).map(({ tradeId }) => tradeId),
      )
      has(trades[0], { isBuyer: true, isMaker: false, isBestMatch: true })
    },
  },
]

/** What cancels and queries say. */
const closing: readonly Fact[] = [
  {
    id: 'a-cancel-has-its-own-id',
    statement: 'a cancel answers its own id as clientOrderId, the order’s as origClientOrderId, and status CANCELED',
    source: 'binance.md 1.6',
    run: async bench => {
      const { orderId, clientOrderId } = (await bench.resting()) as unknown as Record<string, never>
      const ended = accepted(
        await bench.signed('DELETE', '/api/v3/order', { symbol: bench.symbol, orderId: String(orderId), newClientOrderId: 'my-cancel' }),
      )
      has(ended, { origClientOrderId: clientOrderId, clientOrderId: 'my-cancel', status: 'CANCELED' })
    },
  },
  {
    id: 'cancel-of-nothing',
    statement: 'a cancel of an order that is not open is -2011 "Unknown order sent."',
    source: 'errors.md -2011',
    run: async bench =>
      refused(await bench.signed('DELETE', '/api/v3/order', { symbol: bench.symbol, orderId: 1e12 }), -2011, 'Unknown order sent.'),
  },
  {
    id: 'query-of-nothing',
    statement: 'a query of an order that does not exist is -2013 "Order does not exist."',
    source: 'errors.md -2013',
    run: async bench =>
      refused(await bench.signed('GET', '/api/v3/order', { symbol: bench.symbol, orderId: 1e12 }), -2013, 'Order does not exist.'),
  },
  {
    id: 'ids-that-do-not-belong-together',
    statement: 'orderId and another order’s client id: -2011 for a cancel, -2039 for a query',
    source: 'binance.md 1.6',
    run: async bench => {
      const order = await bench.resting()
      const both = { symbol: bench.symbol, orderId: String(order['orderId']), origClientOrderId: 'another' }
      refused(await bench.signed('GET', '/api/v3/order', both), -2039, 'Client order ID is not correct for this order ID.')
      refused(await bench.signed('DELETE', '/api/v3/order', both), -2011)
    },
  },
  {
    id: 'an-id-is-needed',
    statement: 'a cancel without an id is -1102 naming both',
    source: 'binance.md 1.6',
    run: async bench =>
      refused(
        await bench.signed('DELETE', '/api/v3/order', { symbol: bench.symbol }),
        -1102,
        "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!",
      ),
  },
  {
    id: 'restricted-cancel',
    statement: 'cancelRestrictions that do not fit are -2011 "Order was not canceled due to cancel restrictions."',
    source: 'rest-api.md "Cancel order"',
    run: async bench => {
      const { orderId } = (await bench.resting()) as unknown as Record<string, never>
      const query = { symbol: bench.symbol, orderId: String(orderId), cancelRestrictions: 'ONLY_PARTIALLY_FILLED' }
      refused(await bench.signed('DELETE', '/api/v3/order', query), -2011, 'Order was not canceled due to cancel restrictions.')
    },
  },
  {
    id: 'nothing-to-cancel-at-all',
    statement: 'DELETE openOrders with nothing open is -2011',
    source: 'errors.md -2011; for this path [M]',
    run: async bench => refused(await bench.signed('DELETE', '/api/v3/openOrders', { symbol: bench.symbol }), -2011, 'Unknown order sent.'),
  },
  {
    id: 'a-day-at-most',
    statement: 'allOrders over more than 24 hours is -1127',
    source: 'errors.md -1127',
    run: async bench =>
      refused(await bench.signed('GET', '/api/v3/allOrders', { symbol: bench.symbol, startTime: 1, endTime: 90_000_000 }), -1127),
  },
  {
    id: 'success-costs-no-weight',
    statement: 'an order that succeeds costs no weight, one that fails costs 1',
    source: 'binance.md 1.4 (since 2026-04-02)',
    run: async bench => {
      const used = ({ headers }: { headers: Headers }): number => Number(headers.get('x-mbx-used-weight-1m'))
      const order = await limit(bench)
      const start = used(await bench.rest.get('/api/v3/ping'))
      assert.equal(used(await bench.order(order)) - start, 0)
      assert.equal(used(await bench.order({ ...order, side: 'HOLD' })) - start, 1)
    },
  },
  {
    id: 'orders-are-counted',
    statement: 'a placement that succeeds tells x-mbx-order-count-10s and -1d; others do not',
    source: 'binance.md 3',
    run: async bench => {
      const reply = await bench.order(await limit(bench))
      assert.ok(Number(reply.headers.get('x-mbx-order-count-10s')) >= 1)
      assert.ok(Number(reply.headers.get('x-mbx-order-count-1d')) >= 1)
      assert.equal((await bench.rest.get('/api/v3/ping')).headers.get('x-mbx-order-count-10s'), null)
    },
  },
]

/** All of them. */
export const orderFacts: readonly Fact[] = [...asked, ...filtered, ...engine, ...closing]
