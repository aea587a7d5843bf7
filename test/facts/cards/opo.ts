/** OPO and OPOCO: lists that sell what their working order received. */
import type { Card } from '../card.ts'
import { decimal } from '../client/instrument.ts'
import { refused } from '../client/rest.ts'
import { holds, same } from '../seen.ts'
import { allowed, amply, atOnce, bracket, idsOf, pending, reports, working } from './list-orders.ts'

/** All of them. */
export const opo: readonly Card[] = [
  {
    id: 'list-opo-sells-what-was-received',
    says: "The pending order of an OPO sells what was received: the working order's quantity, less at most the fee, on the LOT_SIZE grid.",
    source: 'binance.md 1.8 [D]',
    async run(binance) {
      await allowed(binance, 'opoAllowed')
      const { step } = binance.instrument
      const more = { ...(await atOnce(binance)), workingQuantity: await amply(binance) }
      const params = { ...(await working(binance, more)), ...(await pending(binance, { pendingQuantity: undefined })) }
      const list = await binance.listed('opo', { ...params, newOrderRespType: 'FULL' })
      const bought = reports(list)[0]!
      const order = await binance.becomes(idsOf(list)[1]!, 'NEW')
      const fees = bought
        .list('fills')
        .filter(fill => fill.at('commissionAsset') === binance.instrument.base)
        .reduce((sum, fill) => sum + fill.amount('commission'), 0n)
      const quantity = order.amount('origQty')
      const least = bought.amount('executedQty') - fees - step
      holds(quantity > least && quantity <= bought.amount('executedQty'), `a quantity above ${decimal(least)}`, decimal(quantity))
      same('it is off the step by', quantity % step, 0n)
    },
  },
  {
    id: 'list-opo-has-no-quantity-yet',
    says: 'Until its working order is filled, the pending order of an OPO tells no origQty.',
    source: 'rest-api.md "New Order List - OPO" [D]',
    async run(binance) {
      await allowed(binance, 'opoAllowed')
      const params = {
        ...(await working(binance)),
        ...(await pending(binance, { pendingQuantity: undefined })),
        newOrderRespType: 'RESULT',
      }
      const list = await binance.listed('opo', params)
      same('origQty is', reports(list)[1]!.at('origQty'), undefined)
      same('its status is', reports(list)[1]!.text('status'), 'PENDING_NEW')
    },
  },
  {
    id: 'list-opo-needs-no-balance-of-its-own',
    says: 'The pending order of an OPO needs nothing but what its working order receives: an account without base can bracket its entry.',
    source: 'binance.md 1.8 [D]',
    needs: ['control'],
    async run(binance) {
      await allowed(binance, 'opoAllowed')
      const { base } = binance.instrument
      const before = decimal((await binance.balance(base)).free)
      await binance.control.admin('balances', { [base]: '0' })
      try {
        const more = { ...(await atOnce(binance)), workingQuantity: await amply(binance) }
        const list = await binance.listed('opo', {
          ...(await working(binance, more)),
          ...(await pending(binance, { pendingQuantity: undefined })),
        })
        const order = await binance.becomes(idsOf(list)[1]!, 'NEW')
        // nothing else is there to pay the fee from
        holds(
          order.amount('origQty') < (await binance.query(idsOf(list)[0]!)).amount('executedQty'),
          'less than was executed',
          order.at('origQty'),
        )
      } finally {
        await binance.control.admin('balances', { [base]: before })
      }
    },
  },
  {
    id: 'list-opo-sides',
    says: 'An OPO buys and then sells: a working SELL is -1222, a pending BUY -1223, a pendingQuantity -1225.',
    source: 'binance.md 1.8 [D]',
    async run(binance) {
      await allowed(binance, 'opoAllowed')
      const none = { pendingQuantity: undefined }
      const selling = { workingSide: 'SELL', workingPrice: decimal(await binance.resting('SELL')) }
      refused(await binance.list('opo', { ...(await working(binance, selling)), ...(await pending(binance, none)) }), 400, -1222)
      const buying = { ...none, pendingSide: 'BUY', pendingPrice: decimal(await binance.resting('BUY')) }
      refused(await binance.list('opo', { ...(await working(binance)), ...(await pending(binance, buying)) }), 400, -1223)
      refused(await binance.list('opo', { ...(await working(binance)), ...(await pending(binance)) }), 400, -1225)
    },
  },
  {
    id: 'list-opoco-brackets-what-was-received',
    says: 'An OPOCO puts two legs, of the quantity received, behind its filled working order.',
    source: 'binance.md 1.8 [D]',
    async run(binance) {
      await allowed(binance, 'opoAllowed')
      const more = { ...(await atOnce(binance)), workingQuantity: await amply(binance) }
      const list = await binance.listed('opoco', {
        ...(await working(binance, more)),
        ...(await bracket(binance, { pendingQuantity: undefined })),
      })
      const [, one, other] = idsOf(list)
      const quantity = (await binance.becomes(one!, 'NEW')).amount('origQty')
      same('both legs have the quantity', (await binance.becomes(other!, 'NEW')).amount('origQty'), quantity)
    },
  },
]
