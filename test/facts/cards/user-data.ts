/** What the account is told as it happens: subscriptions, and the events of orders and balances. */
import type { Card } from '../card.ts'
import { decimal } from '../client/instrument.ts'
import { hasFields, holds, NotRun, same } from '../seen.ts'

const REPORT = 'e E s c S o f q p P F g C x X r i l z L n N T t I w m M O Z Y Q V'

/** All of them. */
export const userData: readonly Card[] = [
  {
    id: 'user-subscribe-by-signature',
    says: 'userDataStream.subscribe.signature works with any key, without a logon, and answers a subscriptionId.',
    source: 'binance.md 6 [D]',
    async run(binance) {
      const session = await binance.session()
      const result = await session.result('userDataStream.subscribe.signature', {}, { key: binance.keys.main })
      same('the subscriptionId is', result.number('subscriptionId'), 0)
    },
  },
  {
    id: 'user-one-subscription-a-connection',
    says: 'A second subscription of the same account on a connection is -2035.',
    source: 'binance.md 6 [D]',
    async run(binance) {
      const session = await binance.session()
      await session.subscribe(binance.keys.main)
      const again = await session.ask('userDataStream.subscribe.signature', {}, { key: binance.keys.main })
      same('the error is', again.at('error', 'code'), -2035)
    },
  },
  {
    id: 'user-unsubscribe',
    says: 'userDataStream.unsubscribe ends the events with an eventStreamTerminated.',
    source: 'binance.md 6 [D]',
    async run(binance) {
      const session = await binance.session()
      const subscriptionId = await session.subscribe(binance.keys.main)
      const mark = session.mark
      await session.result('userDataStream.unsubscribe', { subscriptionId })
      await session.event(mark, 'an eventStreamTerminated', event => event.at('e') === 'eventStreamTerminated')
      same('the session tells userDataStream', (await session.result('session.status')).at('userDataStream'), false)
    },
  },
  {
    id: 'user-unsubscribe-nothing',
    says: 'userDataStream.unsubscribe without a subscription is -2036.',
    source: 'binance.md 4 [D]',
    async run(binance) {
      const session = await binance.session()
      same('the error is', (await session.ask('userDataStream.unsubscribe')).at('error', 'code'), -2036)
    },
  },
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
      const [below, above] = [decimal(await binance.around(0.9)), decimal(await binance.around(1.1))]
      const legs = { aboveType: 'LIMIT_MAKER', abovePrice: above, belowType: 'STOP_LOSS', belowStopPrice: below }
      const list = await binance.listed('oco', { side: 'SELL', quantity: await binance.size(), ...legs })
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
      const [below, above, quantity] = [decimal(await binance.resting('BUY')), decimal(await binance.resting('SELL')), await binance.size()]
      const working = { workingType: 'LIMIT_MAKER', workingSide: 'BUY', workingPrice: below, workingQuantity: quantity }
      const pending = { pendingType: 'LIMIT_MAKER', pendingSide: 'SELL', pendingPrice: above, pendingQuantity: quantity }
      const list = await binance.listed('oto', { ...working, ...pending })
      await session.report(mark, list.number('orders', 0, 'orderId'), 'NEW')
      // what comes after the working order's cancel comes after everything that is told of the placement
      await binance.cancel({ orderId: list.number('orders', 0, 'orderId') })
      await session.report(mark, list.number('orders', 0, 'orderId'), 'CANCELED')
      const told = session.events(mark).filter(event => event.at('i') === list.number('orders', 1, 'orderId') && event.at('x') === 'NEW')
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
  {
    id: 'user-nothing-is-repeated',
    says: 'A new connection is told nothing of what happened before: after each, reconcile by REST.',
    source: 'binance.md 6 [D]',
    async run(binance) {
      const before = (await binance.rests('BUY')).number('orderId')
      const session = await binance.session()
      await session.subscribe(binance.keys.main)
      const order = (await binance.rests('BUY')).number('orderId')
      await session.report(0, order, 'NEW')
      const earlier = session.events(0).filter(event => event.at('i') === before)
      same('reports of the earlier order are', earlier.length, 0)
    },
  },
  {
    id: 'user-logon-with-ed25519',
    says: 'session.logon takes an Ed25519 key; userDataStream.subscribe then needs no signature.',
    source: 'binance.md 6 [D]',
    needs: ['ed25519'],
    async run(binance) {
      const session = await binance.session()
      const result = await session.result('session.logon', {}, { key: binance.key('ED25519')! })
      hasFields(result, 'apiKey authorizedSince connectedSince returnRateLimits serverTime userDataStream')
      same('the subscriptionId is', (await session.result('userDataStream.subscribe')).number('subscriptionId'), 0)
      const params = { symbol: binance.symbol, ...(await binance.limit('BUY')), timestamp: binance.rest.now() }
      same('an order with a timestamp alone is', (await session.result('order.place', params)).text('status'), 'NEW')
    },
  },
  {
    id: 'user-no-logon-with-hmac',
    says: 'session.logon refuses an HMAC key.',
    source: 'binance.md 6 [D]',
    needs: ['hmac'],
    async run(binance) {
      const session = await binance.session()
      const answer = await session.ask('session.logon', {}, { key: binance.key('HMAC')! })
      holds(answer.number('status') >= 400, 'a refusal', answer)
    },
  },
  {
    id: 'user-subscribe-needs-a-logon',
    says: 'userDataStream.subscribe without a logon is refused.',
    source: 'binance.md 6 [D]',
    async run(binance) {
      const session = await binance.session()
      holds((await session.ask('userDataStream.subscribe')).number('status') >= 400, 'a refusal', session.socket.frames.at(-1))
    },
  },
  {
    id: 'wsapi-mirrors-rest',
    says: 'The WebSocket API places, tells and cancels orders as REST does: order.place, order.status, order.cancel.',
    source: 'binance.md 6 [D]',
    async run(binance) {
      const session = await binance.session()
      const signed = { key: binance.keys.main }
      const { symbol } = binance
      const order = await session.result('order.place', { symbol, ...(await binance.limit('BUY')) }, signed)
      const orderId = order.number('orderId')
      same('the order is', order.text('status'), 'NEW')
      await binance.becomes(orderId, 'NEW')
      same('order.cancel tells', (await session.result('order.cancel', { symbol, orderId }, signed)).text('status'), 'CANCELED')
    },
  },
  {
    id: 'wsapi-errors',
    says: 'An error of the WebSocket API has the status and code that REST has: {id, status, error: {code, msg}}.',
    source: 'binance.md 6 [D]',
    async run(binance) {
      const session = await binance.session()
      const answer = await session.ask('depth', { symbol: 'NOSUCHSYMBOL' })
      same('status is', answer.at('status'), 400)
      same('the error is', answer.at('error'), { code: -1121, msg: 'Invalid symbol.' })
    },
  },
  {
    id: 'wsapi-signs-plain-text',
    says: 'The WebSocket API signs its parameters sorted by name, as they are, not percent-encoded.',
    source: 'binance.md 1.2 [D]',
    async run(binance) {
      const session = await binance.session()
      const { symbol } = binance
      const answer = await session.ask('order.status', { symbol, origClientOrderId: 'a:b' }, { key: binance.keys.main })
      same('the error is', answer.at('error', 'code'), -2013)
    },
  },
  {
    id: 'wsapi-ping-frames',
    says: 'The server pings every 20 seconds.',
    source: 'binance.md 5 [D]',
    async run(binance) {
      const session = await binance.session()
      if (session.socket.closed !== null) throw new NotRun('the connection ended')
      const payload = await session.socket.until('a ping frame', () => session.socket.pings[0], 40_000)
      holds(payload.length > 0, 'a payload to be sent back', payload)
    },
  },
]
