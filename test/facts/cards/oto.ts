/** OTO and OTOCO: orders that go live once another is filled. */
import type { Card } from '../card.ts'
import { decimal } from '../client/instrument.ts'
import { holds, same } from '../seen.ts'
import { atOnce, bracket, idsOf, pending, reports, tooMuch, working } from './list-orders.ts'

/** All of them. */
export const oto: readonly Card[] = [
  {
    id: 'list-oto-waits',
    says: 'The pending order of an OTO is PENDING_NEW, workingTime -1, while its working order rests.',
    source: 'binance.md 1.8 [D]',
    async run(binance) {
      const list = await binance.listed('oto', { ...(await working(binance)), ...(await pending(binance)), newOrderRespType: 'RESULT' })
      same('contingencyType is', list.text('contingencyType'), 'OTO')
      same(
        'its orders are',
        reports(list).map(order => order.text('status')),
        ['NEW', 'PENDING_NEW'],
      )
      same('workingTime of the second is', reports(list)[1]!.number('workingTime'), -1)
      await binance.becomes(idsOf(list)[1]!, 'PENDING_NEW')
    },
  },
  {
    id: 'list-oto-filled-at-once',
    says: 'A working order that fills at once is FILLED in the answer while the pending one still reads PENDING_NEW: a query then tells NEW.',
    source: 'binance.md 1.8 [D]',
    async run(binance) {
      const params = { ...(await working(binance, await atOnce(binance))), ...(await pending(binance)), newOrderRespType: 'RESULT' }
      const list = await binance.listed('oto', params)
      same(
        'the answer tells',
        reports(list).map(order => order.text('status')),
        ['FILLED', 'PENDING_NEW'],
      )
      await binance.becomes(idsOf(list)[1]!, 'NEW')
    },
  },
  {
    id: 'list-oto-needs-a-full-fill',
    says: 'A pending order goes live on a full fill only: after a partial one it is still PENDING_NEW, and nothing protects the part.',
    source: 'faults.md 0.3 [D]',
    needs: ['control'],
    async run(binance) {
      await binance.control.thin(0.0001)
      const { body } = await binance.rest.get('/api/v3/ticker/bookTicker', { symbol: binance.symbol })
      const more = { ...(await atOnce(binance)), workingQuantity: decimal(body.amount('askQty') * 2n) }
      const params = { ...(await working(binance, more)), ...(await pending(binance)), newOrderRespType: 'RESULT' }
      const list = await binance.listed('oto', params)
      same('the working order is', reports(list)[0]!.text('status'), 'PARTIALLY_FILLED')
      await binance.becomes(idsOf(list)[1]!, 'PENDING_NEW')
    },
  },
  {
    id: 'list-oto-cancelled-by-either',
    says: 'Cancelling the working or the pending order of an OTO ends both.',
    source: 'binance.md 1.8 [D]',
    async run(binance) {
      for (const which of [0, 1]) {
        const ids = idsOf(await binance.listed('oto', { ...(await working(binance)), ...(await pending(binance)) }))
        same('the cancel is answered with', (await binance.cancel({ orderId: ids[which]! })).status, 200)
        for (const id of ids)
          await binance.eventually(async () => {
            const status = (await binance.query(id)).text('status')
            holds(status === 'CANCELED' || status === 'EXPIRED', 'both CANCELED or EXPIRED', status)
          })
      }
    },
  },
  {
    id: 'list-oto-expired-working-order',
    says: 'When the working order expires, the pending one is EXPIRED with expiryReason OTO_PHASE_ONE_EXPIRED.',
    source: 'binance.md 1.15 [D]',
    switch: 'fokMayWork',
    async run(binance) {
      const list = await binance.listed('oto', { ...(await working(binance, { workingTimeInForce: 'FOK' })), ...(await pending(binance)) })
      const order = await binance.becomes(idsOf(list)[1]!, 'EXPIRED')
      same('its expiryReason is', order.at('expiryReason'), 'OTO_PHASE_ONE_EXPIRED')
    },
  },
  {
    id: 'list-fok-may-work',
    says: 'A marketable FOK may be the working order: filled and protected, or nothing.',
    source: 'faults.md 0.3 [inf]',
    switch: 'fokMayWork',
    async run(binance) {
      const more = { ...(await atOnce(binance)), workingTimeInForce: 'FOK' }
      const list = await binance.listed('oto', { ...(await working(binance, more)), ...(await pending(binance)) })
      await binance.becomes(idsOf(list)[0]!, 'FILLED')
      await binance.becomes(idsOf(list)[1]!, 'NEW')
    },
  },
  {
    id: 'list-pending-needs-no-funds',
    says: 'Funds of the pending order of an OTO are looked at when it goes live, not when the list is placed.',
    source: 'faqs/opo.md, by contrast [inf]',
    switch: 'pendingNeedsNoFunds',
    async run(binance) {
      const list = await binance.listed('oto', { ...(await working(binance)), ...(await pending(binance, await tooMuch(binance))) })
      await binance.becomes(idsOf(list)[1]!, 'PENDING_NEW')
    },
  },
  {
    id: 'list-pending-rejected-when-it-goes-live',
    says: 'A pending order that cannot be paid when it goes live is EXPIRED with expiryReason REJECTED: a bracket can silently not exist.',
    source: 'binance.md 1.15 [D]',
    switch: 'pendingNeedsNoFunds',
    async run(binance) {
      const more = await atOnce(binance)
      const list = await binance.listed('oto', { ...(await working(binance, more)), ...(await pending(binance, await tooMuch(binance))) })
      await binance.becomes(idsOf(list)[0]!, 'FILLED')
      const order = await binance.becomes(idsOf(list)[1]!, 'EXPIRED')
      same('its expiryReason is', order.at('expiryReason'), 'REJECTED')
    },
  },
  {
    id: 'list-working-types',
    says: 'The working order of an OTO is LIMIT or LIMIT_MAKER, never MARKET.',
    source: 'binance.md 1.8 [D]',
    async run(binance) {
      const market = { workingType: 'MARKET', workingPrice: undefined, workingTimeInForce: undefined }
      const reply = await binance.list('oto', { ...(await working(binance, market)), ...(await pending(binance)) })
      same('it is answered with', reply.status, 400)
    },
  },
  {
    id: 'list-otoco-is-told-as-oto',
    says: 'An OTOCO holds three orders and tells contingencyType OTO.',
    source: 'binance.md 1.8 [D]',
    async run(binance) {
      const list = await binance.listed('otoco', { ...(await working(binance)), ...(await bracket(binance)), newOrderRespType: 'RESULT' })
      same('contingencyType is', list.text('contingencyType'), 'OTO')
      same(
        'its orders are',
        reports(list).map(order => order.text('status')),
        ['NEW', 'PENDING_NEW', 'PENDING_NEW'],
      )
    },
  },
  {
    id: 'list-otoco-becomes-an-oco',
    says: 'Once the working order of an OTOCO is filled, both its legs are live and one quantity is locked.',
    source: 'binance.md 1.8 [D]',
    async run(binance) {
      const { base } = binance.instrument
      const before = await binance.balance(base)
      const list = await binance.listed('otoco', { ...(await working(binance, await atOnce(binance))), ...(await bracket(binance)) })
      const [, one, other] = idsOf(list)
      const quantity = (await binance.becomes(one!, 'NEW')).amount('origQty')
      await binance.becomes(other!, 'NEW')
      await binance.eventually(async () => same('base locked more is', (await binance.balance(base)).locked - before.locked, quantity))
    },
  },
]
