/** Sessions of the WebSocket API: requests, logons, and subscriptions to user data. */
import type { Card } from '../card.ts'
import { hasFields, holds, NotRun, same } from '../seen.ts'

/** All of them. */
export const websocketApi: readonly Card[] = [
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
