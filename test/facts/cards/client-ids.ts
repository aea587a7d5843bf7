/** Ids that a client gives its orders, and how orders are found by them. */
import type { Card } from '../card.ts'
import { refused } from '../client/rest.ts'
import { holds, same } from '../seen.ts'

/** All of them. */
export const clientIds: readonly Card[] = [
  {
    id: 'id-reusable-after-fill',
    says: 'A newClientOrderId is accepted again once the order that had it is filled: a retry after a time-out can buy twice.',
    source: 'faults.md 0.1 [D]',
    async run(binance) {
      const newClientOrderId = binance.id()
      const first = await binance.fills('BUY', { newClientOrderId })
      same('the first order is', first.text('status'), 'FILLED')
      const second = await binance.fills('BUY', { newClientOrderId })
      same('the second order is', second.text('status'), 'FILLED')
      holds(second.number('orderId') !== first.number('orderId'), 'another order of the same id', second)
    },
  },
  {
    id: 'id-duplicate-while-open',
    says: 'While an order is open, its newClientOrderId is refused with -2010 "Duplicate order sent."',
    source: 'binance.md 1.6 [D]',
    async run(binance) {
      const newClientOrderId = binance.id()
      await binance.rests('BUY', { newClientOrderId })
      refused(await binance.order(await binance.limit('BUY', { newClientOrderId })), 400, -2010, 'Duplicate order sent.')
    },
  },
  {
    id: 'id-reusable-after-cancel',
    says: 'A newClientOrderId is accepted again once the order that had it is cancelled.',
    source: 'binance.md 1.6 [D]',
    async run(binance) {
      const newClientOrderId = binance.id()
      await binance.rests('BUY', { newClientOrderId })
      same('the cancel is answered with', (await binance.cancel({ origClientOrderId: newClientOrderId })).status, 200)
      same('the second order is', (await binance.rests('BUY', { newClientOrderId })).text('status'), 'NEW')
    },
  },
  {
    id: 'id-pattern',
    says: 'newClientOrderId takes up to 36 letters, digits and . : / _ - and nothing else: the rest is -1100.',
    source: 'binance.md 1.6 [M]',
    switch: 'clientOrderIdPattern',
    async run(binance) {
      const longest = 'a.b:c/d_e-F9'.padEnd(36, 'x')
      same(
        '36 fitting characters are answered with',
        (await binance.tested(await binance.limit('BUY', { newClientOrderId: longest }))).status,
        200,
      )
      refused(await binance.tested(await binance.limit('BUY', { newClientOrderId: `${longest}x` })), 400, -1100)
      refused(await binance.tested(await binance.limit('BUY', { newClientOrderId: 'fact~1' })), 400, -1100)
    },
  },
  {
    id: 'id-made-by-binance',
    says: 'An order sent without an id is given one.',
    source: 'binance.md 1.6 [D]',
    async run(binance) {
      const order = await binance.rests('BUY')
      holds(/^\S{1,36}$/.test(order.text('clientOrderId')), 'a clientOrderId of up to 36 letters', order)
      same(
        'the query finds the id',
        (await binance.becomes(order.number('orderId'), 'NEW')).text('clientOrderId'),
        order.text('clientOrderId'),
      )
    },
  },
  {
    id: 'id-query-by-client-id',
    says: 'GET order finds an order by origClientOrderId alone.',
    source: 'binance.md 1.4 [D]',
    async run(binance) {
      const newClientOrderId = binance.id()
      const order = await binance.rests('BUY', { newClientOrderId })
      const found = await binance.eventually(() =>
        binance.rest.done('GET', '/api/v3/order', { symbol: binance.symbol, origClientOrderId: newClientOrderId }),
      )
      same('the order found has the number', found.number('orderId'), order.number('orderId'))
    },
  },
  {
    id: 'id-neither-given',
    says: 'A query or cancel that names no order is -1102.',
    source: 'binance.md 1.6 [D]',
    async run(binance) {
      const text = "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!"
      refused(await binance.rest.signed('GET', '/api/v3/order', { symbol: binance.symbol }), 400, -1102, text)
      refused(await binance.cancel({}), 400, -1102, text)
    },
  },
  {
    id: 'id-both-must-match-on-query',
    says: 'A query by orderId whose origClientOrderId is another is -2039.',
    source: 'binance.md 1.6 [D]',
    async run(binance) {
      const orderId = (await binance.rests('BUY')).number('orderId')
      await binance.becomes(orderId, 'NEW')
      const params = { symbol: binance.symbol, orderId, origClientOrderId: binance.id() }
      refused(await binance.rest.signed('GET', '/api/v3/order', params), 400, -2039)
    },
  },
  {
    id: 'id-both-must-match-on-cancel',
    says: 'A cancel by orderId whose origClientOrderId is another is -2011, and the order stays.',
    source: 'binance.md 1.6 [D]',
    async run(binance) {
      const orderId = (await binance.rests('BUY')).number('orderId')
      refused(await binance.cancel({ orderId, origClientOrderId: binance.id() }), 400, -2011)
      await binance.becomes(orderId, 'NEW')
    },
  },
  {
    id: 'id-unknown-on-query',
    says: 'A query for an order that does not exist is -2013 "Order does not exist."',
    source: 'binance.md 4 [D]',
    async run(binance) {
      const params = { symbol: binance.symbol, origClientOrderId: binance.id() }
      refused(await binance.rest.signed('GET', '/api/v3/order', params), 400, -2013, 'Order does not exist.')
    },
  },
  {
    id: 'id-of-the-cancel',
    says: "A cancel is answered with its own id in clientOrderId, and the order's in origClientOrderId.",
    source: 'binance.md 1.6 [D]',
    async run(binance) {
      const [newClientOrderId, cancelId] = [binance.id(), binance.id()]
      const orderId = (await binance.rests('BUY', { newClientOrderId })).number('orderId')
      const { body } = await binance.cancel({ orderId, newClientOrderId: cancelId })
      same('clientOrderId is', body.text('clientOrderId'), cancelId)
      same('origClientOrderId is', body.text('origClientOrderId'), newClientOrderId)
    },
  },
]
