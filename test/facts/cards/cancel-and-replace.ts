/** Orders taken off the book, exchanged for others, or made smaller where they rest. */
import type { Card } from '../card.ts'
import type { Binance } from '../client/binance.ts'
import { decimal } from '../client/instrument.ts'
import { type Params, type Reply, refused } from '../client/rest.ts'
import { hasFields, holds, same, type Seen } from '../seen.ts'

const NOBODY = 1

// Sends a cancelReplace: the new order rests far away unless told otherwise.
async function replace(binance: Binance, cancelOrderId: number, more: Params = {}): Promise<Reply> {
  const order = await binance.limit('BUY')
  const params = { symbol: binance.symbol, cancelReplaceMode: 'STOP_ON_FAILURE', cancelOrderId, ...order, ...more }
  return binance.rest.signed('POST', '/api/v3/order/cancelReplace', params)
}

const results = ({ body }: Reply, ...path: string[]): unknown => [body.at(...path, 'cancelResult'), body.at(...path, 'newOrderResult')]

async function ordersCounted(binance: Binance): Promise<number> {
  const rows = (await binance.rest.done('GET', '/api/v3/rateLimit/order')).list()
  return rows.find(row => row.at('interval') === 'DAY')!.number('count')
}

// A resting order of three times the usual quantity, to be made smaller.
async function large(binance: Binance): Promise<{ readonly order: Seen; readonly whole: bigint; readonly less: string }> {
  const size = binance.instrument.size(await binance.resting('BUY'))
  const order = await binance.rests('BUY', { quantity: decimal(size * 3n), newClientOrderId: binance.id() })
  return { order, whole: size * 3n, less: decimal(size * 2n) }
}

const amend = (binance: Binance, params: Params): Promise<Reply> =>
  binance.rest.signed('PUT', '/api/v3/order/amend/keepPriority', { symbol: binance.symbol, ...params })

/** All of them. */
export const cancelAndReplace: readonly Card[] = [
  {
    id: 'cancel-unknown',
    says: 'A cancel of an order that is not open is -2011 "Unknown order sent.": it may have filled, so look.',
    source: 'binance.md 4 [D]',
    async run(binance) {
      const filled = await binance.fills('BUY')
      refused(await binance.cancel({ orderId: filled.number('orderId') }), 400, -2011, 'Unknown order sent.')
    },
  },
  {
    id: 'cancel-answer',
    says: 'A cancel is answered with the whole order, CANCELED, and a query tells the same.',
    source: 'binance.md 1.6 [D]',
    async run(binance) {
      const orderId = (await binance.rests('BUY')).number('orderId')
      const { status, body } = await binance.cancel({ orderId })
      same('it is answered with', status, 200)
      hasFields(
        body,
        'symbol origClientOrderId orderId orderListId clientOrderId transactTime price origQty executedQty origQuoteOrderQty cummulativeQuoteQty status timeInForce type side selfTradePreventionMode',
      )
      same('its status is', body.text('status'), 'CANCELED')
      await binance.becomes(orderId, 'CANCELED')
    },
  },
  {
    id: 'cancel-restrictions',
    says: 'A cancel with ONLY_PARTIALLY_FILLED leaves an order that is NEW alone, with -2011; one with ONLY_NEW takes it.',
    source: 'binance.md 1.4 [D]',
    async run(binance) {
      const orderId = (await binance.rests('BUY')).number('orderId')
      const text = 'Order was not canceled due to cancel restrictions.'
      refused(await binance.cancel({ orderId, cancelRestrictions: 'ONLY_PARTIALLY_FILLED' }), 400, -2011, text)
      same('ONLY_NEW is answered with', (await binance.cancel({ orderId, cancelRestrictions: 'ONLY_NEW' })).status, 200)
    },
  },
  {
    id: 'cancel-restrictions-words',
    says: 'Another word in cancelRestrictions is -1145 "Invalid cancelRestrictions".',
    source: 'rest-api.md "Regarding cancelRestrictions" [D]',
    async run(binance) {
      const orderId = (await binance.rests('BUY')).number('orderId')
      refused(await binance.cancel({ orderId, cancelRestrictions: 'ONLY_OLD' }), 400, -1145, 'Invalid cancelRestrictions')
    },
  },
  {
    id: 'cancel-all-of-a-symbol',
    says: 'DELETE openOrders cancels everything that is open on a symbol, and is -2011 where nothing is.',
    source: 'binance.md 1.4 [D]',
    async run(binance) {
      const ids = [(await binance.rests('BUY')).number('orderId'), (await binance.rests('SELL')).number('orderId')]
      const ended = await binance.rest.done('DELETE', '/api/v3/openOrders', { symbol: binance.symbol })
      same(
        'those cancelled are',
        ended
          .list()
          .map(order => order.number('orderId'))
          .toSorted(),
        ids.toSorted(),
      )
      refused(await binance.rest.signed('DELETE', '/api/v3/openOrders', { symbol: binance.symbol }), 400, -2011)
    },
  },
  {
    id: 'replace-both-succeed',
    says: 'cancelReplace: both halves done is 200, SUCCESS and SUCCESS.',
    source: 'binance.md 1.9 [D]',
    async run(binance) {
      const orderId = (await binance.rests('BUY')).number('orderId')
      const reply = await replace(binance, orderId)
      same('it is answered with', reply.status, 200)
      same('the results are', results(reply), ['SUCCESS', 'SUCCESS'])
      same('the old order is', reply.body.at('cancelResponse', 'status'), 'CANCELED')
      same('the new order is', reply.body.at('newOrderResponse', 'status'), 'NEW')
    },
  },
  {
    id: 'replace-stops-on-failure',
    says: 'cancelReplace in STOP_ON_FAILURE: a failed cancel is 400 with -2022, and the new order is not attempted.',
    source: 'binance.md 1.9 [D]',
    async run(binance) {
      const reply = await replace(binance, NOBODY)
      refused(reply, 400, -2022)
      same('the results are', results(reply, 'data'), ['FAILURE', 'NOT_ATTEMPTED'])
      same('the cancel was answered with', reply.body.at('data', 'cancelResponse', 'code'), -2011)
      same('the new order was answered with', reply.body.at('data', 'newOrderResponse'), null)
    },
  },
  {
    id: 'replace-not-attempted-counts',
    says: 'cancelReplace: an order that was not attempted counts as an unfilled order all the same.',
    source: 'binance.md 1.9 [D]',
    async run(binance) {
      const before = await ordersCounted(binance)
      await replace(binance, NOBODY)
      await binance.eventually(async () => same('the count of the day is', await ordersCounted(binance), before + 1))
    },
  },
  {
    id: 'replace-only-the-new-one',
    says: 'cancelReplace in ALLOW_FAILURE: a failed cancel and a placed order are 409 with -2021.',
    source: 'binance.md 1.9 [D]',
    async run(binance) {
      const reply = await replace(binance, NOBODY, { cancelReplaceMode: 'ALLOW_FAILURE' })
      refused(reply, 409, -2021)
      same('the results are', results(reply, 'data'), ['FAILURE', 'SUCCESS'])
      same('the new order is', reply.body.at('data', 'newOrderResponse', 'status'), 'NEW')
    },
  },
  {
    id: 'replace-only-the-cancel',
    says: 'cancelReplace: a cancel that succeeds before an order that fails is 409 with -2021, and no order is left.',
    source: 'binance.md 1.9 [D]',
    async run(binance) {
      const orderId = (await binance.rests('BUY')).number('orderId')
      const reply = await replace(binance, orderId, await binance.tooLarge())
      refused(reply, 409, -2021)
      same('the results are', results(reply, 'data'), ['SUCCESS', 'FAILURE'])
      same('the new order was answered with', reply.body.at('data', 'newOrderResponse', 'code'), -2010)
      await binance.becomes(orderId, 'CANCELED')
    },
  },
  {
    id: 'replace-both-fail',
    says: 'cancelReplace in ALLOW_FAILURE: both halves failed is 400 with -2022.',
    source: 'binance.md 1.9 [D]',
    async run(binance) {
      const reply = await replace(binance, NOBODY, { cancelReplaceMode: 'ALLOW_FAILURE', ...(await binance.tooLarge()) })
      refused(reply, 400, -2022)
      same('the results are', results(reply, 'data'), ['FAILURE', 'FAILURE'])
    },
  },
  {
    id: 'replace-filters-come-first',
    says: 'cancelReplace: an order that fails a filter is refused before anything is cancelled.',
    source: 'binance.md 1.9 [D]',
    async run(binance) {
      const orderId = (await binance.rests('BUY')).number('orderId')
      const price = decimal((await binance.resting('BUY')) + 1n)
      refused(await replace(binance, orderId, { price }), 400, -1013, 'Filter failure: PRICE_FILTER')
      await binance.becomes(orderId, 'NEW')
    },
  },
  {
    id: 'replace-beyond-the-count',
    says: 'cancelReplace beyond the order count does nothing (-1015), with CANCEL_ONLY it cancels: 429 in STOP_ON_FAILURE, in ALLOW_FAILURE 409, or 400 where that fails too.',
    source: 'rest-api.md, cancelReplace [D]',
    needs: ['control'],
    async run(binance) {
      const orders = [await binance.rests('BUY'), await binance.rests('BUY')].map(order => order.number('orderId'))
      await binance.control.admin('limits', { orders10s: 0 })
      refused(await replace(binance, orders[0]!), 429, -1015)
      await binance.becomes(orders[0]!, 'NEW')
      for (const [mode, status, orderId] of [
        ['STOP_ON_FAILURE', 429, orders[0]!],
        ['ALLOW_FAILURE', 409, orders[1]!],
      ] as const) {
        const only = { cancelReplaceMode: mode, orderRateLimitExceededMode: 'CANCEL_ONLY' }
        const reply = await replace(binance, orderId, only)
        refused(reply, status, -2021)
        same('the results are', results(reply, 'data'), ['SUCCESS', 'FAILURE'])
        same('the new order was answered with', reply.body.at('data', 'newOrderResponse', 'code'), -1015)
        if (status === 429) holds(Number(reply.headers.get('retry-after')) >= 1, 'a Retry-After', reply.headers.get('retry-after'))
        await binance.becomes(orderId, 'CANCELED')
        const failed = await replace(binance, NOBODY, only)
        refused(failed, mode === 'STOP_ON_FAILURE' ? 429 : 400, -2022)
      }
    },
  },
  {
    id: 'amend-smaller',
    says: 'amend/keepPriority makes an order smaller; it answers qty and cumulativeQuoteQty, spelled otherwise than elsewhere.',
    source: 'binance.md 1.10 [D]',
    async run(binance) {
      const { order, less } = await large(binance)
      const { status, body } = await amend(binance, { orderId: order.number('orderId'), newQty: less })
      same('it is answered with', status, 200)
      hasFields(body, 'transactTime executionId amendedOrder')
      hasFields(body.part('amendedOrder'), 'origClientOrderId clientOrderId qty executedQty preventedQty quoteOrderQty cumulativeQuoteQty')
      same('its quantity is', decimal(body.amount('amendedOrder', 'qty')), less)
      const found = await binance.eventually(async () => {
        const now = await binance.query(order.number('orderId'))
        same('a query tells the quantity', decimal(now.amount('origQty')), less)
        return now
      })
      same('its status is', found.text('status'), 'NEW')
    },
  },
  {
    id: 'amend-changes-the-id',
    says: 'An amended order has a new clientOrderId, unless its own is sent again as newClientOrderId.',
    source: 'binance.md 1.10 [D]',
    async run(binance) {
      const { order, less } = await large(binance)
      const [orderId, id] = [order.number('orderId'), order.text('clientOrderId')]
      const kept = await amend(binance, { orderId, newQty: less, newClientOrderId: id })
      same('the id sent again is kept as', kept.body.at('amendedOrder', 'clientOrderId'), id)
      const { body } = await amend(binance, { orderId, newQty: await binance.size() })
      same('the id before is', body.at('amendedOrder', 'origClientOrderId'), id)
      holds(body.text('amendedOrder', 'clientOrderId') !== id, 'another clientOrderId', body)
    },
  },
  {
    id: 'amend-not-larger',
    says: 'An amend to more is -2038 "Order amend (quantity increase) is not supported."',
    source: 'binance.md 1.10 [D]',
    async run(binance) {
      const { order, whole } = await large(binance)
      const newQty = decimal(whole + binance.instrument.step)
      refused(
        await amend(binance, { orderId: order.number('orderId'), newQty }),
        400,
        -2038,
        'Order amend (quantity increase) is not supported.',
      )
    },
  },
  {
    id: 'amend-not-the-same',
    says: 'An amend to the same quantity is -2038 "The requested action would change no state; rejecting".',
    source: 'binance.md 1.10 [D]',
    async run(binance) {
      const { order, whole } = await large(binance)
      const params = { orderId: order.number('orderId'), newQty: decimal(whole) }
      const reply = await amend(binance, params)
      refused(reply, 400, -2038)
      const message = reply.body.text('msg').replace(/\.$/, '')
      same('the text is', message, 'The requested action would change no state; rejecting')
    },
  },
  {
    id: 'amend-frees-the-rest',
    says: 'What an amended order no longer needs becomes free at once.',
    source: 'binance.md 1.10 [D]',
    async run(binance) {
      const { quote } = binance.instrument
      const { order, less } = await large(binance)
      const before = await binance.eventually(async () => {
        const found = await binance.balance(quote)
        holds(found.locked > 0n, 'something locked', found.locked)
        return found
      })
      await amend(binance, { orderId: order.number('orderId'), newQty: less })
      await binance.eventually(async () => {
        const after = await binance.balance(quote)
        holds(after.free > before.free && after.free + after.locked === before.free + before.locked, 'less locked, more free', after.free)
      })
    },
  },
  {
    id: 'amend-counts-no-order',
    says: 'An amend adds nothing to the unfilled order count.',
    source: 'binance.md 1.10 [D]',
    async run(binance) {
      const { order, less } = await large(binance)
      const before = await ordersCounted(binance)
      await amend(binance, { orderId: order.number('orderId'), newQty: less })
      same('the count of the day is', await ordersCounted(binance), before)
    },
  },
  {
    id: 'amend-at-most-ten-times',
    says: 'An order is amended as often as MAX_NUM_ORDER_AMENDS says (10); once more is -2038.',
    source: 'binance.md 2 [D]',
    async run(binance) {
      const most = Number(binance.instrument.filter('MAX_NUM_ORDER_AMENDS')?.at('maxNumOrderAmends') ?? 10)
      const size = binance.instrument.size(await binance.resting('BUY'))
      const steps = BigInt(most) + 1n
      const quantity = size + binance.instrument.step * steps
      const orderId = (await binance.rests('BUY', { quantity: decimal(quantity) })).number('orderId')
      for (let time = 1n; time < steps; time++) {
        const reply = await amend(binance, { orderId, newQty: decimal(quantity - binance.instrument.step * time) })
        same(`amendment ${time} is answered with`, reply.status, 200)
      }
      refused(await amend(binance, { orderId, newQty: decimal(size) }), 400, -2038)
    },
  },
]
