/** OCO: two orders of which one cancels the other; and what holds for lists of any kind. */
import type { Card } from '../card.ts'
import { decimal } from '../client/instrument.ts'
import { refused } from '../client/rest.ts'
import { hasFields, NotRun, same } from '../seen.ts'
import { idsOf, pairOf, reports } from './list-orders.ts'

/** All of them. */
export const oco: readonly Card[] = [
  {
    id: 'list-oco-answer',
    says: 'An OCO is answered with its list, EXEC_STARTED and EXECUTING, and a report for each of its two orders.',
    source: 'binance.md 1.8 [D]',
    async run(binance) {
      const list = await binance.listed('oco', await pairOf(binance, 'SELL', { newOrderRespType: 'RESULT' }))
      hasFields(
        list,
        'orderListId contingencyType listStatusType listOrderStatus listClientOrderId transactionTime symbol orders orderReports',
      )
      same('contingencyType is', list.text('contingencyType'), 'OCO')
      same('listStatusType is', list.text('listStatusType'), 'EXEC_STARTED')
      same('listOrderStatus is', list.text('listOrderStatus'), 'EXECUTING')
      same(
        'its orders are',
        reports(list).map(order => order.text('status')),
        ['NEW', 'NEW'],
      )
      for (const order of reports(list)) same('orderListId is', order.number('orderListId'), list.number('orderListId'))
    },
  },
  {
    id: 'list-sell-oco-locks-once',
    says: 'A SELL OCO locks its quantity once, not once a leg.',
    source: 'binance.md 1.8 [D]',
    async run(binance) {
      const { base } = binance.instrument
      const before = await binance.balance(base)
      const list = await binance.listed('oco', await pairOf(binance, 'SELL', { newOrderRespType: 'RESULT' }))
      const quantity = reports(list)[0]!.amount('origQty')
      await binance.eventually(async () => same('base locked more is', (await binance.balance(base)).locked - before.locked, quantity))
    },
  },
  {
    id: 'list-buy-oco-locks-the-dearer',
    says: 'A BUY OCO locks the larger of the worths of its two legs, whichever comes first.',
    source: 'binance.md 1.8 [M]',
    switch: 'buyPairLocksTheDearer',
    async run(binance) {
      const { quote } = binance.instrument
      const [cheap, dear] = [await binance.around(0.9), await binance.around(1.15)]
      const stop = { aboveType: 'STOP_LOSS_LIMIT', abovePrice: decimal(dear), aboveTimeInForce: 'GTC' }
      // as much as the cheap leg could pay, and the dear one could not
      const before = await binance.balance(quote)
      const most = (before.free * 100_000_000n) / ((cheap + dear) / 2n)
      const quantity = decimal(most - (most % binance.instrument.step))
      const pair = await pairOf(binance, 'BUY', { ...stop, quantity })
      refused(await binance.list('oco', pair), 400, -2010, 'Account has insufficient balance for requested action.')
      const list = await binance.listed('oco', await pairOf(binance, 'BUY', { ...stop, newOrderRespType: 'RESULT' }))
      const worth = (reports(list)[0]!.amount('origQty') * dear) / 100_000_000n
      await binance.eventually(async () => same('quote locked more is', (await binance.balance(quote)).locked - before.locked, worth))
    },
  },
  {
    id: 'list-oco-cancelled-whole',
    says: 'Cancelling one leg of an OCO cancels both.',
    source: 'binance.md 1.8 [D]',
    async run(binance) {
      const [one, other] = idsOf(await binance.listed('oco', await pairOf(binance, 'SELL')))
      same('the cancel is answered with', (await binance.cancel({ orderId: one! })).status, 200)
      await binance.becomes(one!, 'CANCELED')
      await binance.becomes(other!, 'CANCELED')
    },
  },
  {
    id: 'list-oco-prices',
    says: 'An OCO whose prices do not enclose the last one is -2010 "The relationship of the prices for the orders is not correct."',
    source: 'binance.md 1.8 [D]',
    async run(binance) {
      const higher = decimal(await binance.around(1.05))
      const text = 'The relationship of the prices for the orders is not correct.'
      refused(await binance.list('oco', await pairOf(binance, 'SELL', { belowStopPrice: higher })), 400, -2010, text)
    },
  },
  {
    id: 'list-oco-limit-on-the-wrong-side',
    says: 'A LIMIT_MAKER below in a SELL OCO is -1166, one above in a BUY OCO -1165.',
    source: 'binance.md 1.8 [D]',
    async run(binance) {
      const [below, above] = [decimal(await binance.around(0.9)), decimal(await binance.around(1.1))]
      const quantity = await binance.size()
      const sell = { side: 'SELL', quantity, aboveType: 'STOP_LOSS', aboveStopPrice: above, belowType: 'LIMIT_MAKER', belowPrice: below }
      refused(await binance.list('oco', sell), 400, -1166)
      const buy = { side: 'BUY', quantity, aboveType: 'LIMIT_MAKER', abovePrice: above, belowType: 'STOP_LOSS', belowStopPrice: below }
      refused(await binance.list('oco', buy), 400, -1165)
    },
  },
  {
    id: 'list-oco-two-limits',
    says: 'Two LIMIT_MAKER legs in an OCO are -1168.',
    source: 'binance.md 1.8 [D]',
    async run(binance) {
      const [below, above] = [decimal(await binance.around(0.9)), decimal(await binance.around(1.1))]
      const legs = { aboveType: 'LIMIT_MAKER', abovePrice: above, belowType: 'LIMIT_MAKER', belowPrice: below }
      refused(await binance.list('oco', { side: 'SELL', quantity: await binance.size(), ...legs }), 400, -1168)
    },
  },
  {
    id: 'list-oco-types',
    says: 'A MARKET leg in an OCO is -1158.',
    source: 'binance.md 1.8 [D]',
    async run(binance) {
      refused(await binance.list('oco', await pairOf(binance, 'SELL', { aboveType: 'MARKET', abovePrice: undefined })), 400, -1158)
    },
  },
  {
    id: 'list-oco-one-leg-ends-the-other',
    says: 'When one leg of an OCO fills, the other is EXPIRED with expiryReason OCO_TRIGGER.',
    source: 'binance.md 1.8 [D]',
    needs: ['moving'],
    async run(binance) {
      const { instrument } = binance
      const { last, ask } = await binance.prices()
      const near = { abovePrice: decimal(ask + instrument.tick * 2n), belowStopPrice: decimal(instrument.price((last * 998n) / 1000n)) }
      const [one, other] = idsOf(await binance.listed('oco', await pairOf(binance, 'SELL', near)))
      await binance.moves('a leg of the OCO to fill', async () => (await binance.query(one!)).at('status') !== 'NEW')
      const statuses = await binance.eventually(async () => {
        const found = [await binance.query(one!), await binance.query(other!)]
        const names = found.map(order => order.text('status')).toSorted()
        same('the two legs are', names, ['EXPIRED', 'FILLED'])
        return found
      })
      const expired = statuses.find(order => order.at('status') === 'EXPIRED')!
      same('its expiryReason is', expired.at('expiryReason'), 'OCO_TRIGGER')
    },
  },
  {
    id: 'list-ids',
    says: 'listClientOrderId is unique among open lists: a second one is -2010 "Duplicate order sent."',
    source: 'rest-api.md "New Order list - OTO" [D]',
    async run(binance) {
      const listClientOrderId = binance.id()
      await binance.listed('oco', await pairOf(binance, 'SELL', { listClientOrderId }))
      const again = await binance.list('oco', await pairOf(binance, 'SELL', { listClientOrderId }))
      refused(again, 400, -2010)
    },
  },
  {
    id: 'list-query-and-cancel',
    says: 'GET orderList finds a list by its number; DELETE orderList cancels all of it, and the list is ALL_DONE.',
    source: 'binance.md 1.4 [D]',
    async run(binance) {
      const list = await binance.listed('oco', await pairOf(binance, 'SELL'))
      const orderListId = list.number('orderListId')
      const found = await binance.eventually(() => binance.rest.done('GET', '/api/v3/orderList', { orderListId }))
      same('listClientOrderId is', found.text('listClientOrderId'), list.text('listClientOrderId'))
      const ended = await binance.rest.done('DELETE', '/api/v3/orderList', { symbol: binance.symbol, orderListId })
      same('listOrderStatus is', ended.text('listOrderStatus'), 'ALL_DONE')
      same(
        'its orders are',
        reports(ended).map(order => order.text('status')),
        ['CANCELED', 'CANCELED'],
      )
    },
  },
  {
    id: 'list-stop-legs-are-few',
    says: 'Stop legs count for MAX_NUM_ALGO_ORDERS (5 a symbol): at most so many brackets fit.',
    source: 'binance.md 1.8 [D]',
    async run(binance) {
      const most = Number(binance.instrument.filter('MAX_NUM_ALGO_ORDERS')?.at('maxNumAlgoOrders') ?? 0)
      if (most === 0 || most > 10) throw new NotRun(`${binance.symbol} allows ${most} stops`)
      const pair = await pairOf(binance, 'SELL')
      for (let count = 0; count < most; count++) same('an OCO is answered with', (await binance.list('oco', pair)).status, 200)
      refused(await binance.list('oco', pair), 400, -1013, 'Filter failure: MAX_NUM_ALGO_ORDERS')
    },
  },
  {
    id: 'list-old-oco',
    says: 'POST order/oco, deprecated since 2024-04-02, still places an OCO.',
    source: 'binance.md 0 [D]',
    async run(binance) {
      const params = {
        symbol: binance.symbol,
        side: 'SELL',
        quantity: await binance.size(),
        price: decimal(await binance.around(1.1)),
        stopPrice: decimal(await binance.around(0.9)),
      }
      same('contingencyType is', (await binance.rest.done('POST', '/api/v3/order/oco', params)).text('contingencyType'), 'OCO')
    },
  },
]
