/** What the account is told as it happens: the events of orders, lists and balances. */
import type { Card } from '../card.ts'
import { decimal } from '../client/instrument.ts'
import { hasFields, holds, same } from '../seen.ts'
import { idsOf, pairOf, pending, working } from './list-orders.ts'

const REPORT = 'e E s c S o f q p P F g C x X r i l z L n N T t I w m M O Z Y Q V'

/** All of them. */
export const userData: readonly Card[] = [
  {
    id: 'user-frames',
    says: 'Events come as {subscriptionId, event}.',
    source: 'binance.md 6 [D]',
    async run(binance) {
      const session = await binance.events()
      const mark = session.mark
      await binance.rests('BUY')
      const frame = await session.socket.next(mark, 'an event', one => one.at('event', 'e') === 'executionReport')
      same('its fields are', frame.names().toSorted(), ['event', 'subscriptionId'])
    },
  },
  {
    id: 'user-report-fields',
    says: 'An executionReport tells the whole order in letters; of a new one N is null, t is -1 and C is empty.',
    source: 'binance.md 6 [D]',
    async run(binance) {
      const session = await binance.events()
      const mark = session.mark
      const order = await binance.rests('BUY', { newClientOrderId: binance.id() })
      const report = await session.report(mark, order.number('orderId'), 'NEW')
      hasFields(report, REPORT, 'W')
      same('c is', report.text('c'), order.text('clientOrderId'))
      same(
        'C, N, t, g and w are',
        ['C', 'N', 't', 'g', 'w'].map(name => report.at(name)),
        ['', null, -1, -1, true],
      )
      same('X is', report.text('X'), 'NEW')
      same('q is', report.amount('q'), order.amount('origQty'))
    },
  },
  {
    id: 'user-market-order-in-order',
    says: 'A MARKET order is told as NEW, then its trades, then the balances that changed.',
    source: 'binance.md 6 [D]',
    async run(binance) {
      const session = await binance.events()
      const mark = session.mark
      const orderId = (await binance.fills('BUY')).number('orderId')
      await session.event(mark, 'the order to be told FILLED', event => event.at('i') === orderId && event.at('X') === 'FILLED')
      const last = session.events(mark).findLastIndex(event => event.at('i') === orderId)
      const balances = await session.socket.until('an outboundAccountPosition after the last trade', () =>
        session
          .events(mark)
          .slice(last + 1)
          .find(event => event.at('e') === 'outboundAccountPosition'),
      )
      hasFields(balances, 'e E u B')
      const told = session
        .events(mark)
        .filter(event => event.at('i') === orderId)
        .map(event => event.at('x'))
      same('its first report is', told[0], 'NEW')
      same('all others are', [...new Set(told.slice(1))], ['TRADE'])
    },
  },
  {
    id: 'user-trade-report',
    says: 'A trade is told with its quantity l, price L, sum z and Z, fee n and fee asset N, and trade id t.',
    source: 'binance.md 6 [D]',
    async run(binance) {
      const session = await binance.events()
      const mark = session.mark
      const order = await binance.fills('BUY')
      const report = await session.report(mark, order.number('orderId'), 'TRADE')
      const fill = order.part('fills', 0)
      same('l is', report.amount('l'), fill.amount('qty'))
      same('L is', report.amount('L'), fill.amount('price'))
      same('n is', report.amount('n'), fill.amount('commission'))
      same('N is', report.at('N'), fill.at('commissionAsset'))
      same('t is', report.at('t'), fill.at('tradeId'))
      same('m is', report.at('m'), false)
    },
  },
  {
    id: 'user-balances-are-absolute',
    says: 'outboundAccountPosition tells what there is, not what changed.',
    source: 'binance.md 6 [D]',
    async run(binance) {
      const session = await binance.events()
      const { quote } = binance.instrument
      const mark = session.mark
      await binance.rests('BUY')
      const told = await session.event(
        mark,
        `an outboundAccountPosition with ${quote}`,
        event => event.at('e') === 'outboundAccountPosition' && event.list('B').some(row => row.at('a') === quote),
      )
      const row = told.list('B').find(one => one.at('a') === quote)!
      await binance.eventually(async () =>
        same('what is told of the quote asset is', { free: row.amount('f'), locked: row.amount('l') }, await binance.balance(quote)),
      )
    },
  },
  {
    id: 'user-cancel-report',
    says: "A cancel is told with the cancel's id in c and the order's in C.",
    source: 'binance.md 6 [D]',
    async run(binance) {
      const session = await binance.events()
      const [id, cancelId] = [binance.id(), binance.id()]
      const orderId = (await binance.rests('BUY', { newClientOrderId: id })).number('orderId')
      const mark = session.mark
      await binance.cancel({ orderId, newClientOrderId: cancelId })
      const report = await session.report(mark, orderId, 'CANCELED')
      same('c is', report.text('c'), cancelId)
      same('C is', report.text('C'), id)
      same('X is', report.text('X'), 'CANCELED')
    },
  },
  {
    id: 'user-expiry-report',
    says: 'An expiry is told with eR, why.',
    source: 'binance.md 6 [D]',
    async run(binance) {
      const session = await binance.events()
      const mark = session.mark
      const orderId = (await binance.rests('BUY', { timeInForce: 'FOK' })).number('orderId')
      const report = await session.report(mark, orderId, 'EXPIRED')
      same('eR is', report.at('eR'), 'UNFILLED_FOK_ORDER_EXPIRED')
    },
  },
  {
    id: 'user-amend-report',
    says: 'An amended order is told with x=REPLACED and its new quantity.',
    source: 'binance.md 1.10 [D]',
    async run(binance) {
      const session = await binance.events()
      const size = binance.instrument.size(await binance.resting('BUY'))
      const orderId = (await binance.rests('BUY', { quantity: decimal(size * 2n) })).number('orderId')
      const mark = session.mark
      await binance.rest.done('PUT', '/api/v3/order/amend/keepPriority', { symbol: binance.symbol, orderId, newQty: decimal(size) })
      same('q is', (await session.report(mark, orderId, 'REPLACED')).amount('q'), size)
    },
  },
  {
    id: 'user-list-report',
    says: 'A list is told by a listStatus beside the reports of its orders.',
    source: 'binance.md 6 [D]',
    async run(binance) {
      const session = await binance.events()
      const mark = session.mark
      const list = await binance.listed('oco', await pairOf(binance, 'SELL'))
      const told = await session.event(
        mark,
        'a listStatus',
        event => event.at('e') === 'listStatus' && event.at('g') === list.at('orderListId'),
      )
      hasFields(told, 'e E s g c l L r C T O')
      same('l and L are', [told.at('l'), told.at('L')], ['EXEC_STARTED', 'EXECUTING'])
      for (const order of list.list('orders')) await session.report(mark, order.number('orderId'), 'NEW')
    },
  },
  {
    id: 'user-pending-report',
    says: 'A pending order is told x=NEW, X=PENDING_NEW and w=false when its list is placed.',
    source: 'enums.md PENDING_NEW; that it is reported [inf]',
    switch: 'pendingIsReported',
    async run(binance) {
      const session = await binance.events()
      const mark = session.mark
      const list = await binance.listed('oto', { ...(await working(binance)), ...(await pending(binance)) })
      const [first, second] = idsOf(list)
      await session.report(mark, first!, 'NEW')
      // what comes after the working order's cancel comes after everything that is told of the placement
      await binance.cancel({ orderId: first! })
      await session.report(mark, first!, 'CANCELED')
      const told = session.events(mark).filter(event => event.at('i') === second! && event.at('x') === 'NEW')
      same(
        'X and w of it are',
        told.map(event => [event.at('X'), event.at('w')]),
        [['PENDING_NEW', false]],
      )
    },
  },
  {
    id: 'user-trigger-report',
    says: 'A stop is told NEW with w=false when it is placed, and NEW again with w=true when it triggers.',
    source: 'binance.md 6 [M]',
    switch: 'triggerReportsNewAgain',
    needs: ['moving'],
    async run(binance) {
      const session = await binance.events()
      const mark = session.mark
      const { last } = await binance.prices()
      const stopPrice = decimal(binance.instrument.price(last - binance.instrument.tick * 2n))
      const orderId = (await binance.placed({ side: 'SELL', type: 'STOP_LOSS', quantity: await binance.size(), stopPrice })).number(
        'orderId',
      )
      await binance.moves('the stop to trigger', async () => (await binance.query(orderId)).at('status') !== 'NEW')
      await session.report(mark, orderId, 'TRADE')
      const news = session.events(mark).filter(event => event.at('i') === orderId && event.at('x') === 'NEW')
      same(
        'w of its NEW reports is',
        news.map(event => event.at('w')),
        [false, true],
      )
    },
  },
  {
    id: 'user-execution-ids-grow',
    says: 'Execution ids I grow, with gaps.',
    source: 'binance.md 6 [D]',
    async run(binance) {
      const session = await binance.events()
      const mark = session.mark
      const orderId = (await binance.rests('BUY')).number('orderId')
      await binance.cancel({ orderId })
      await session.report(mark, orderId, 'CANCELED')
      const ids = session
        .events(mark)
        .filter(event => event.at('i') === orderId)
        .map(event => event.number('I'))
      holds(ids.length === 2 && ids[0]! < ids[1]!, 'two ids that grow', ids)
    },
  },
  {
    id: 'user-deposit',
    says: 'What comes in from outside is told by a balanceUpdate with its delta.',
    source: 'binance.md 6 [D]',
    needs: ['control'],
    async run(binance) {
      const session = await binance.events()
      const { quote } = binance.instrument
      const mark = session.mark
      const { free } = await binance.balance(quote)
      await binance.control.admin('balances', { [quote]: decimal(free + 100_000_000n) })
      const event = await session.event(mark, 'a balanceUpdate', one => one.at('e') === 'balanceUpdate')
      hasFields(event, 'e E a d T')
      same('d is', event.amount('d'), 100_000_000n)
    },
  },
]
