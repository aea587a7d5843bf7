/** What each order type needs, what it is answered with, and when it is refused. */
import type { Card } from '../card.ts'
import { decimal } from '../client/instrument.ts'
import { refused } from '../client/rest.ts'
import { hasFields, holds, same } from '../seen.ts'

const ACK = 'symbol orderId orderListId clientOrderId transactTime'
const RESULT = [
  ACK,
  'price origQty executedQty origQuoteOrderQty cummulativeQuoteQty status timeInForce type side',
  'workingTime selfTradePreventionMode',
] as const

/** All of them. */
export const orderTypes: readonly Card[] = [
  {
    id: 'order-limit-answers-full',
    says: 'A LIMIT order is answered with FULL unless asked otherwise: with fills, empty while nothing is filled.',
    source: 'binance.md 1.6 [D]',
    async run(binance) {
      const order = await binance.rests('BUY')
      hasFields(order, ...RESULT, 'fills')
      same('its fills are', order.list('fills').length, 0)
    },
  },
  {
    id: 'order-market-answers-full',
    says: 'A MARKET order is answered with FULL: price 0, timeInForce GTC, and fills that add up to what was executed.',
    source: 'binance.md 1.6 [D]',
    async run(binance) {
      const order = await binance.fills('BUY', { newOrderRespType: undefined })
      hasFields(order, ...RESULT, 'fills')
      same('its price is', order.amount('price'), 0n)
      same('its timeInForce is', order.text('timeInForce'), 'GTC')
      const sum = order.list('fills').reduce((total, fill) => total + fill.amount('qty'), 0n)
      same('its fills add up to', sum, order.amount('executedQty'))
      for (const fill of order.list('fills')) hasFields(fill, 'price qty commission commissionAsset tradeId')
    },
  },
  {
    id: 'order-maker-answers-ack',
    says: 'A LIMIT_MAKER order is answered with ACK unless asked otherwise: five fields, no status.',
    source: 'binance.md 1.6 [D]',
    async run(binance) {
      const order = await binance.rests('BUY', { type: 'LIMIT_MAKER', timeInForce: undefined })
      same('its fields are', order.names().toSorted(), ACK.split(' ').toSorted())
    },
  },
  {
    id: 'order-stop-answers-ack',
    says: 'Stop orders are answered with ACK unless asked otherwise.',
    source: 'binance.md 1.6 [D]',
    async run(binance) {
      const stopPrice = decimal(await binance.around(0.9))
      const order = await binance.rests('SELL', { type: 'STOP_LOSS_LIMIT', price: stopPrice, stopPrice })
      same('its fields are', order.names().toSorted(), ACK.split(' ').toSorted())
    },
  },
  {
    id: 'order-result-has-no-fills',
    says: 'newOrderRespType=RESULT answers the order without its fills.',
    source: 'binance.md 1.6 [D]',
    async run(binance) {
      const order = await binance.fills('BUY', { newOrderRespType: 'RESULT' })
      hasFields(order, ...RESULT)
      same('its fills are', order.at('fills'), undefined)
    },
  },
  {
    id: 'order-limit-needs-time-in-force',
    says: 'A LIMIT order without timeInForce is -1102.',
    source: 'binance.md 1.6 [D]',
    async run(binance) {
      const text = "Mandatory parameter 'timeInForce' was not sent, was empty/null, or malformed."
      refused(await binance.tested(await binance.limit('BUY', { timeInForce: undefined })), 400, -1102, text)
    },
  },
  {
    id: 'order-market-takes-no-time-in-force',
    says: 'A MARKET order with timeInForce is -1106 "Parameter \'timeInForce\' sent when not required."',
    source: 'binance.md 1.6 [M]',
    switch: 'surplusTimeInForceIs1106',
    async run(binance) {
      const text = "Parameter 'timeInForce' sent when not required."
      refused(await binance.tested(await binance.marketOrder('BUY', { newOrderRespType: undefined, timeInForce: 'GTC' })), 400, -1106, text)
    },
  },
  {
    id: 'order-market-by-amount',
    says: 'quoteOrderQty spends at most that amount, on a quantity that keeps to LOT_SIZE.',
    source: 'binance.md 1.7 [D]',
    async run(binance) {
      const { instrument } = binance
      const quoteOrderQty = instrument.least * 2n
      const order = await binance.fills('BUY', { quantity: undefined, quoteOrderQty: decimal(quoteOrderQty) })
      same('its status is', order.text('status'), 'FILLED')
      same('its origQuoteOrderQty is', order.amount('origQuoteOrderQty'), quoteOrderQty)
      holds(order.amount('cummulativeQuoteQty') <= quoteOrderQty, 'no more spent than asked for', order)
      same('its executedQty is off the step by', order.amount('executedQty') % instrument.step, 0n)
    },
  },
  {
    id: 'order-maker-that-would-take',
    says: 'A LIMIT_MAKER that would trade at once is -2010 "Order would immediately match and take."',
    source: 'binance.md 4 [D]',
    async run(binance) {
      const price = decimal(await binance.taking('BUY'))
      const order = await binance.limit('BUY', { type: 'LIMIT_MAKER', timeInForce: undefined, price })
      refused(await binance.order(order), 400, -2010, 'Order would immediately match and take.')
    },
  },
  {
    id: 'order-stop-already-passed',
    says: 'A stop whose price was passed already is -2010 "Order would trigger immediately."',
    source: 'binance.md 1.6 [D]',
    async run(binance) {
      const stopPrice = decimal(await binance.around(1.1))
      const stop = await binance.limit('SELL', { type: 'STOP_LOSS_LIMIT', price: stopPrice, stopPrice })
      refused(await binance.order(stop), 400, -2010, 'Order would trigger immediately.')
    },
  },
  {
    id: 'order-trigger-sides',
    says: 'STOP_LOSS triggers below the market for SELL and above for BUY, TAKE_PROFIT the other way round.',
    source: 'binance.md 1.6 [D]',
    async run(binance) {
      const [below, above] = [decimal(await binance.around(0.9)), decimal(await binance.around(1.1))]
      const rows = [
        { side: 'SELL', type: 'STOP_LOSS_LIMIT', stopPrice: below, wrong: above },
        { side: 'BUY', type: 'STOP_LOSS_LIMIT', stopPrice: above, wrong: below },
        { side: 'SELL', type: 'TAKE_PROFIT_LIMIT', stopPrice: above, wrong: below },
        { side: 'BUY', type: 'TAKE_PROFIT_LIMIT', stopPrice: below, wrong: above },
      ] as const
      for (const { wrong, ...row } of rows) {
        const right = await binance.order(await binance.limit(row.side, { ...row, price: row.stopPrice }))
        same(`${row.side} ${row.type} on its side is answered with`, right.status, 200)
        const other = await binance.order(await binance.limit(row.side, { ...row, stopPrice: wrong, price: wrong }))
        refused(other, 400, -2010, 'Order would trigger immediately.')
      }
    },
  },
  {
    id: 'order-stop-rests-off-the-book',
    says: 'A stop that has not triggered is NEW with workingTime -1 and isWorking false.',
    source: 'binance.md 1.6 [D]',
    async run(binance) {
      const stopPrice = decimal(await binance.around(0.9))
      const order = await binance.rests('SELL', { type: 'STOP_LOSS_LIMIT', price: stopPrice, stopPrice, newOrderRespType: 'RESULT' })
      same('workingTime is', order.number('workingTime'), -1)
      const found = await binance.becomes(order.number('orderId'), 'NEW')
      same('workingTime is', found.number('workingTime'), -1)
      same('isWorking is', found.at('isWorking'), false)
      same(
        'stopPrice is',
        found.text('stopPrice').replace(/0+$/, ''),
        `${stopPrice}${stopPrice.includes('.') ? '' : '.'}`.replace(/0+$/, ''),
      )
    },
  },
  {
    id: 'order-exponents-refused',
    says: 'A number written with an exponent is -1100: what JavaScript prints for 0.0000001 is no decimal.',
    source: 'binance.md 8.1 [C]',
    async run(binance) {
      refused(await binance.tested(await binance.limit('BUY', { quantity: '1e-7' })), 400, -1100)
    },
  },
  {
    id: 'order-too-much-precision',
    says: 'More decimals than the asset has are -1111 "Parameter \'quantity\' has too much precision."',
    source: 'binance.md 1.6 [D]',
    async run(binance) {
      const quantity = `${(Number(await binance.size()) + 1).toFixed(8)}1`
      refused(await binance.tested(await binance.limit('BUY', { quantity })), 400, -1111, "Parameter 'quantity' has too much precision.")
    },
  },
  {
    id: 'order-bad-words',
    says: 'An unknown type is -1116, an unknown side -1117, an unknown timeInForce -1115.',
    source: 'errors.md [D]',
    async run(binance) {
      refused(await binance.tested(await binance.limit('BUY', { type: 'LIMITED' })), 400, -1116, 'Invalid orderType.')
      refused(await binance.tested(await binance.limit('BUY', { side: 'HOLD' })), 400, -1117, 'Invalid side.')
      refused(await binance.tested(await binance.limit('BUY', { timeInForce: 'GTX' })), 400, -1115, 'Invalid timeInForce.')
    },
  },
  {
    id: 'order-test-places-nothing',
    says: 'order/test answers {} and places nothing.',
    source: 'binance.md 1.4 [D]',
    async run(binance) {
      const newClientOrderId = binance.id()
      const reply = await binance.tested(await binance.limit('BUY', { newClientOrderId }))
      same('it is answered with', reply.body.value, {})
      const query = { symbol: binance.symbol, origClientOrderId: newClientOrderId }
      refused(await binance.rest.signed('GET', '/api/v3/order', query), 400, -2013)
    },
  },
  {
    id: 'order-test-skips-balance',
    says: 'order/test looks at parameters and filters, not at the balance.',
    source: 'rest-api.md "Test new order" [inf]',
    switch: 'testOrderSkipsBalance',
    async run(binance) {
      const order = await binance.tooLarge()
      same('more than there is, tested, is answered with', (await binance.tested(order)).status, 200)
      refused(await binance.order(order), 400, -2010, 'Account has insufficient balance for requested action.')
    },
  },
  {
    id: 'order-test-tells-rates',
    says: 'order/test with computeCommissionRates=true tells maker and taker rates of the order, and weighs 20.',
    source: 'binance.md 1.5 [D]',
    async run(binance) {
      const { body } = await binance.tested(await binance.limit('BUY', { computeCommissionRates: true }))
      for (const part of ['standardCommissionForOrder', 'specialCommissionForOrder', 'taxCommissionForOrder'])
        hasFields(body.part(part), 'maker taker')
      hasFields(body.part('discount'), 'enabledForAccount enabledForSymbol discountAsset discount')
    },
  },
  {
    id: 'order-strategy',
    says: 'strategyId and strategyType come back with the order; a strategyType below 1000000 is -1134.',
    source: 'binance.md 1.6 [D]',
    async run(binance) {
      const order = await binance.rests('BUY', { strategyId: 7, strategyType: 1_000_000 })
      same('strategyId is', order.number('strategyId'), 7)
      same('strategyType is', order.number('strategyType'), 1_000_000)
      refused(await binance.tested(await binance.limit('BUY', { strategyType: 999_999 })), 400, -1134)
    },
  },
  {
    id: 'order-query-spelling',
    says: "A query tells cummulativeQuoteQty with two m, and the order's whole life.",
    source: 'binance.md 1.5 [D]',
    async run(binance) {
      const order = await binance.becomes((await binance.rests('BUY')).number('orderId'), 'NEW')
      hasFields(
        order,
        'symbol orderId orderListId clientOrderId price origQty executedQty cummulativeQuoteQty status timeInForce type side stopPrice icebergQty time updateTime isWorking workingTime origQuoteOrderQty selfTradePreventionMode',
      )
      same('orderListId is', order.number('orderListId'), -1)
    },
  },
]
