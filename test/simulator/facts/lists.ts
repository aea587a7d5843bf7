/** Facts about order lists, cancelReplace, amend, and the WebSocket API. */
import assert from 'node:assert/strict'
import { rowsOf, type Wire } from '../../support/simulator/rest.ts'
import { accepted, type Bench, type Fact, has, names, refused } from './bench.ts'

const oco = async (bench: Bench, worth = 40): Promise<Record<string, string>> => ({
  side: 'SELL',
  quantity: await bench.quantity(worth),
  aboveType: 'LIMIT_MAKER',
  abovePrice: await bench.price(1.2),
  belowType: 'STOP_LOSS_LIMIT',
  belowStopPrice: await bench.price(0.8),
  belowPrice: await bench.price(0.78),
  belowTimeInForce: 'GTC',
})
const working = async (bench: Bench, share: number): Promise<Record<string, string>> => ({
  workingType: 'LIMIT',
  workingSide: 'BUY',
  workingTimeInForce: 'GTC',
  workingPrice: await bench.price(share),
  workingQuantity: await bench.quantity(60),
})
const bracket = async (bench: Bench): Promise<Record<string, string>> => ({
  pendingSide: 'SELL',
  pendingAboveType: 'LIMIT_MAKER',
  pendingAbovePrice: await bench.price(1.2),
  pendingBelowType: 'STOP_LOSS',
  pendingBelowStopPrice: await bench.price(0.8),
})
const reports = (list: Wire): readonly Wire[] => rowsOf(list['orderReports']!)

const lists: readonly Fact[] = [
  {
    id: 'oco-stands',
    statement: 'an OCO answers OCO, EXEC_STARTED, EXECUTING and two orders',
    source: 'binance.md 1.8',
    run: async bench => {
      const list = accepted(await bench.list('oco', { ...(await oco(bench)), newOrderRespType: 'RESULT' }))
      has(list, { contingencyType: 'OCO', listStatusType: 'EXEC_STARTED', listOrderStatus: 'EXECUTING', symbol: bench.symbol })
      assert.deepEqual(
        reports(list)
          .map(report => String(report['type']))
          .sort(),
        ['LIMIT_MAKER', 'STOP_LOSS_LIMIT'],
      )
    },
  },
  {
    id: 'oco-locks-once',
    statement: 'a SELL OCO locks its quantity once',
    source: 'binance.md 1.8',
    run: async bench => {
      const order = await oco(bench)
      const before = await bench.balance(bench.base)
      accepted(await bench.list('oco', order))
      assert.ok(Math.abs((await bench.balance(bench.base)).locked - before.locked - Number(order['quantity'])) < 1e-9)
    },
  },
  {
    id: 'oco-around-the-price',
    statement: 'an OCO that does not enclose the last price is -2010 "The relationship of the prices for the orders is not correct."',
    source: 'binance.md 1.8',
    run: async bench =>
      refused(
        await bench.list('oco', { ...(await oco(bench)), abovePrice: await bench.price(0.9) }),
        -2010,
        'The relationship of the prices for the orders is not correct.',
      ),
  },
  {
    id: 'oco-maker-on-its-side',
    statement: 'a SELL OCO whose limit is the lower leg is -1166',
    source: 'errors.md -1166',
    run: async bench => {
      const order = {
        side: 'SELL',
        quantity: await bench.quantity(40),
        aboveType: 'STOP_LOSS',
        aboveStopPrice: await bench.price(1.2),
        belowType: 'LIMIT_MAKER',
        belowPrice: await bench.price(0.8),
      }
      refused(await bench.list('oco', order), -1166, 'A limit order in a sell OCO must be above.')
    },
  },
  {
    id: 'oco-types',
    statement: 'MARKET as a leg of an OCO is -1158',
    source: 'errors.md -1158',
    run: async bench => refused(await bench.list('oco', { ...(await oco(bench)), aboveType: 'MARKET' }), -1158),
  },
  {
    id: 'one-leg-ends-both',
    statement: 'the cancel of one leg cancels the list; both end CANCELED',
    source: 'binance.md 1.8',
    run: async bench => {
      const list = accepted(await bench.list('oco', await oco(bench)))
      const [one, other] = rowsOf(list['orders']!)
      accepted(await bench.signed('DELETE', '/api/v3/order', { symbol: bench.symbol, orderId: String(one!['orderId']) }))
      has(await bench.look(other!['orderId']!), { status: 'CANCELED' })
    },
  },
  {
    id: 'list-is-cancelled',
    statement: 'DELETE orderList answers ALL_DONE and a report of each order',
    source: 'rest-api.md "Cancel Order list"',
    run: async bench => {
      const { orderListId } = accepted(await bench.list('oco', await oco(bench))) as unknown as Record<string, never>
      const ended = accepted(await bench.signed('DELETE', '/api/v3/orderList', { symbol: bench.symbol, orderListId: String(orderListId) }))
      has(ended, { listStatusType: 'ALL_DONE', listOrderStatus: 'ALL_DONE' })
      assert.deepEqual(
        reports(ended).map(report => report['status']),
        ['CANCELED', 'CANCELED'],
      )
    },
  },
  {
    id: 'list-id-twice',
    statement: 'a listClientOrderId of an open list is refused',
    source: 'rest-api.md "New Order list - OCO"',
    run: async bench => {
      const order = { ...(await oco(bench, 20)), listClientOrderId: `list-${process.hrtime.bigint()}` }
      accepted(await bench.list('oco', order))
      refused(await bench.list('oco', order), -2010)
    },
  },
  {
    id: 'lists-are-queried',
    statement: 'GET orderList tells a list by its number; openOrderList has it while it is open',
    source: 'rest-api.md "Query Order list"',
    run: async bench => {
      const { orderListId } = accepted(await bench.list('oco', await oco(bench))) as unknown as Record<string, never>
      has(accepted(await bench.signed('GET', '/api/v3/orderList', { orderListId: String(orderListId) })), {
        orderListId,
        listOrderStatus: 'EXECUTING',
      })
      const open = rowsOf(accepted(await bench.signed('GET', '/api/v3/openOrderList')))
      assert.ok(open.some(list => list['orderListId'] === orderListId))
    },
  },
  {
    id: 'list-counts-its-orders',
    statement: 'an OCO adds 2 to the unfilled order count, an OTOCO 3',
    source: 'binance.md 1.4',
    run: async bench => {
      const count = ({ headers }: { headers: Headers }): number => Number(headers.get('x-mbx-order-count-1d'))
      const before = count(
        await bench.order({
          side: 'BUY',
          type: 'LIMIT',
          timeInForce: 'GTC',
          price: await bench.price(0.8),
          quantity: await bench.quantity(40),
        }),
      )
      const afterPair = count(await bench.list('oco', await oco(bench)))
      const afterThree = count(
        await bench.list('otoco', { ...(await working(bench, 0.8)), ...(await bracket(bench)), pendingQuantity: await bench.quantity(40) }),
      )
      assert.deepEqual([afterPair - before, afterThree - afterPair], [2, 3])
    },
  },
  {
    id: 'oto-waits',
    statement: 'the pending order of an OTO is PENDING_NEW while the working one rests; the contingency is OTO',
    source: 'binance.md 1.8',
    run: async bench => {
      const order = {
        ...(await working(bench, 0.8)),
        pendingType: 'STOP_LOSS',
        pendingSide: 'SELL',
        pendingQuantity: await bench.quantity(40),
        pendingStopPrice: await bench.price(0.7),
      }
      const list = accepted(await bench.list('oto', order))
      has(list, { contingencyType: 'OTO' })
      assert.deepEqual(
        reports(list).map(report => report['status']),
        ['NEW', 'PENDING_NEW'],
      )
    },
  },
  {
    id: 'oto-goes-live',
    statement: 'an OTO whose working order fills at once answers PENDING_NEW all the same; a query then finds the pending order NEW',
    source: 'binance.md 1.8',
    run: async bench => {
      const order = {
        ...(await working(bench, 1.02)),
        pendingType: 'STOP_LOSS',
        pendingSide: 'SELL',
        pendingQuantity: await bench.quantity(40),
        pendingStopPrice: await bench.price(0.8),
      }
      const list = accepted(await bench.list('oto', order))
      assert.deepEqual(
        reports(list).map(report => report['status']),
        ['FILLED', 'PENDING_NEW'],
      )
      has(await bench.look(reports(list)[1]!['orderId']!), { status: 'NEW' })
    },
  },
  {
    id: 'otoco-is-an-oto',
    statement: 'an OTOCO reports contingency OTO and three orders',
    source: 'binance.md 1.8',
    run: async bench => {
      const list = accepted(
        await bench.list('otoco', { ...(await working(bench, 0.8)), ...(await bracket(bench)), pendingQuantity: await bench.quantity(40) }),
      )
      has(list, { contingencyType: 'OTO' })
      assert.deepEqual(
        reports(list).map(report => report['status']),
        ['NEW', 'PENDING_NEW', 'PENDING_NEW'],
      )
    },
  },
  {
    id: 'fok-may-work',
    statement: 'the working order of an OTOCO may be FOK: filled and protected, or nothing',
    source: 'faults.md 0.3 [inf]',
    run: async bench => {
      const order = {
        ...(await working(bench, 1.02)),
        ...(await bracket(bench)),
        workingTimeInForce: 'FOK',
        pendingQuantity: await bench.quantity(40),
      }
      const list = accepted(await bench.list('otoco', order))
      has(await bench.look(reports(list)[2]!['orderId']!), { status: 'NEW' })
    },
  },
  {
    id: 'phase-one-expired',
    statement: 'when the working order expires, the pending ones are EXPIRED with OTO_PHASE_ONE_EXPIRED',
    source: 'binance.md 1.15',
    run: async bench => {
      const order = {
        ...(await working(bench, 0.8)),
        ...(await bracket(bench)),
        workingTimeInForce: 'FOK',
        pendingQuantity: await bench.quantity(40),
      }
      const list = accepted(await bench.list('otoco', order))
      has(await bench.look(reports(list)[1]!['orderId']!), { status: 'EXPIRED', expiryReason: 'OTO_PHASE_ONE_EXPIRED' })
    },
  },
  {
    id: 'opoco-sizes-itself',
    statement: 'an OPOCO’s legs have no quantity at first; once live it is what was received, less the fee, on the grid',
    source: 'faqs/opo.md',
    run: async bench => {
      const list = accepted(await bench.list('opoco', { ...(await working(bench, 1.02)), ...(await bracket(bench)) }))
      assert.equal(reports(list)[1]!['origQty'], undefined)
      const live = await bench.look(reports(list)[1]!['orderId']!)
      has(live, { status: 'NEW' })
      const bought = Number(reports(list)[0]!['executedQty'])
      assert.ok(Number(live['origQty']) <= bought && Number(live['origQty']) >= bought * 0.998 - bench.step)
    },
  },
  {
    id: 'opo-has-no-quantity',
    statement: 'an OPO with pendingQuantity is refused (-1225)',
    source: 'errors.md -1225',
    run: async bench =>
      refused(
        await bench.list('opoco', { ...(await working(bench, 0.8)), ...(await bracket(bench)), pendingQuantity: await bench.quantity(40) }),
        -1225,
      ),
  },
  {
    id: 'opo-buys-first',
    statement: 'an OPO whose working order sells is -1222',
    source: 'errors.md -1222',
    run: async bench =>
      refused(
        await bench.list('opoco', { ...(await working(bench, 1.2)), workingSide: 'SELL', ...(await bracket(bench)) }),
        -1222,
        'Working order in an OPO list must be a bid.',
      ),
  },
]

const changing: readonly Fact[] = [
  {
    id: 'replaced',
    statement: 'cancelReplace answers both results SUCCESS, with both answers',
    source: 'binance.md 1.9',
    run: async bench => {
      const { orderId } = (await bench.resting()) as unknown as Record<string, never>
      const order = { side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', price: await bench.price(0.79), quantity: await bench.quantity(40) }
      const query = { symbol: bench.symbol, ...order, cancelReplaceMode: 'STOP_ON_FAILURE', cancelOrderId: String(orderId) }
      const done = accepted(await bench.signed('POST', '/api/v3/order/cancelReplace', query))
      has(done, { cancelResult: 'SUCCESS', newOrderResult: 'SUCCESS' })
      has(done['cancelResponse'], { status: 'CANCELED' })
      has(done['newOrderResponse'], { status: 'NEW' })
    },
  },
  {
    id: 'not-replaced',
    statement: 'cancelReplace STOP_ON_FAILURE of an unknown order is 400 -2022, the new one NOT_ATTEMPTED',
    source: 'binance.md 1.9',
    run: async bench => {
      const order = { side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', price: await bench.price(0.79), quantity: await bench.quantity(40) }
      const reply = await bench.signed('POST', '/api/v3/order/cancelReplace', {
        symbol: bench.symbol,
        ...order,
        cancelReplaceMode: 'STOP_ON_FAILURE',
        cancelOrderId: 1e12,
      })
      refused(reply, -2022, 'Order cancel-replace failed.')
      has(reply.body['data'], { cancelResult: 'FAILURE', newOrderResult: 'NOT_ATTEMPTED', newOrderResponse: null })
    },
  },
  {
    id: 'half-replaced',
    statement: 'cancelReplace whose new order is refused is 409 -2021: one holds no order any more',
    source: 'binance.md 1.9',
    run: async bench => {
      const { orderId } = (await bench.resting()) as unknown as Record<string, never>
      const order = { side: 'BUY', type: 'LIMIT_MAKER', price: await bench.price(1.05), quantity: await bench.quantity(40) }
      const reply = await bench.signed('POST', '/api/v3/order/cancelReplace', {
        symbol: bench.symbol,
        ...order,
        cancelReplaceMode: 'STOP_ON_FAILURE',
        cancelOrderId: String(orderId),
      })
      refused(reply, -2021, 'Order cancel-replace partially failed.', 409)
      has(reply.body['data']?.['newOrderResponse'], { code: -2010, msg: 'Order would immediately match and take.' })
      has(await bench.look(orderId), { status: 'CANCELED' })
    },
  },
  {
    id: 'amended',
    statement: 'an amendment makes an order smaller, gives it a new client id and keeps its number',
    source: 'binance.md 1.10',
    run: async bench => {
      const order = await bench.resting()
      const newQty = bench.onGrid(Number(order['origQty']) - bench.step, bench.step)
      const query = { symbol: bench.symbol, orderId: String(order['orderId']), newQty }
      const { amendedOrder } = accepted(await bench.signed('PUT', '/api/v3/order/amend/keepPriority', query)) as unknown as Record<
        string,
        Wire
      >
      has(amendedOrder, { orderId: order['orderId'], origClientOrderId: order['clientOrderId'], status: 'NEW' })
      assert.equal(Number(amendedOrder!['qty']), Number(newQty))
      assert.notEqual(amendedOrder!['clientOrderId'], order['clientOrderId'])
    },
  },
  {
    id: 'amended-upwards',
    statement: 'an amendment that makes an order larger is -2038 "Order amend (quantity increase) is not supported."',
    source: 'binance.md 1.10',
    run: async bench => {
      const order = await bench.resting()
      const newQty = bench.onGrid(Number(order['origQty']) + bench.step, bench.step)
      const query = { symbol: bench.symbol, orderId: String(order['orderId']), newQty }
      refused(
        await bench.signed('PUT', '/api/v3/order/amend/keepPriority', query),
        -2038,
        'Order amend (quantity increase) is not supported.',
      )
    },
  },
]

const overSockets: readonly Fact[] = [
  {
    id: 'ws-tells-limits',
    statement: 'the WebSocket API tells rateLimits unless returnRateLimits is false',
    source: 'web-socket-api.md "Rate limits"',
    run: async bench => {
      const ws = await bench.ws()
      const answer = await ws.call('time')
      has(answer, { status: 200 })
      has(rowsOf(answer['rateLimits']!).at(-1), { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE' })
      assert.equal((await ws.call('time', { returnRateLimits: false }))['rateLimits'], undefined)
    },
  },
  {
    id: 'one-subscription',
    statement: 'user data is subscribed to by a signature; a second time on a connection is -2035',
    source: 'binance.md 6',
    run: async bench => {
      const ws = await bench.ws()
      has((await ws.signed('userDataStream.subscribe.signature'))['result'], { subscriptionId: 0 })
      has((await ws.signed('userDataStream.subscribe.signature'))['error'], { code: -2035 })
    },
  },
  {
    id: 'events-of-a-market-order',
    statement: 'a market order is told as NEW, TRADE (FILLED), then outboundAccountPosition',
    source: 'binance.md 6',
    run: async bench => {
      const ws = await bench.ws()
      await ws.signed('userDataStream.subscribe.signature')
      const quantity = await bench.quantity()
      const answer = await ws.signed('order.place', { symbol: bench.symbol, side: 'BUY', type: 'MARKET', quantity })
      const { orderId } = answer['result'] as unknown as Record<string, never>
      await ws.event(event => String(event['e']) === 'outboundAccountPosition', 'balances')
      const told = ws.events().filter(event => event['i'] === orderId || String(event['e']) === 'outboundAccountPosition')
      assert.deepEqual(
        told.map(event => String(event['x'] ?? event['e'])),
        ['NEW', 'TRADE', 'outboundAccountPosition'],
      )
      has(told[1], { X: 'FILLED', o: 'MARKET', g: -1, m: false, N: bench.base })
      names(told[1], 'I', 't', 'T', 'W', 'V', 'Z', 'Y', 'Q', 'O')
    },
  },
  {
    id: 'events-of-a-cancel',
    statement: 'a cancel is told with its own id in c and the order’s in C',
    source: 'binance.md 6',
    run: async bench => {
      const ws = await bench.ws()
      await ws.signed('userDataStream.subscribe.signature')
      const order = await bench.resting()
      accepted(
        await bench.signed('DELETE', '/api/v3/order', {
          symbol: bench.symbol,
          orderId: String(order['orderId']),
          newClientOrderId: 'gone',
        }),
      )
      const event = await ws.event(one => String(one['x']) === 'CANCELED', 'the cancel')
      has(event, { c: 'gone', C: order['clientOrderId'], X: 'CANCELED', w: false })
    },
  },
  {
    id: 'logon-needs-ed25519',
    statement: 'session.logon with an HMAC key is refused',
    source: 'web-socket-api.md "Authentication requests"; -4056 [M]',
    run: async bench => has(await (await bench.ws()).signed('session.logon'), { status: 400 }),
  },
  {
    id: 'refusals-over-sockets',
    statement: 'a refusal over the WebSocket API has the status, code and text of REST',
    source: 'binance.md 6',
    run: async bench => {
      const answer = await (await bench.ws()).signed('order.cancel', { symbol: bench.symbol, orderId: 1e12 })
      has(answer, { status: 400 })
      has(answer['error'], { code: -2011, msg: 'Unknown order sent.' })
    },
  },
]

/** All of them. */
export const listFacts: readonly Fact[] = [...lists, ...changing, ...overSockets]
