/** OCO, OTO, OTOCO, OPO, OPOCO: orders that depend on each other. */
import type { Card } from '../card.ts'
import type { Binance } from '../client/binance.ts'
import { decimal } from '../client/instrument.ts'
import { type Params, refused } from '../client/rest.ts'
import { hasFields, holds, NotRun, same, type Seen } from '../seen.ts'

// Below and above the market, far enough that neither leg is reached.
async function pairOf(binance: Binance, side: 'BUY' | 'SELL', more: Params = {}): Promise<Params> {
  const [below, above] = [decimal(await binance.around(0.9)), decimal(await binance.around(1.1))]
  const quantity = await binance.size()
  return side === 'SELL'
    ? { side, quantity, aboveType: 'LIMIT_MAKER', abovePrice: above, belowType: 'STOP_LOSS', belowStopPrice: below, ...more }
    : { side, quantity, aboveType: 'STOP_LOSS', aboveStopPrice: above, belowType: 'LIMIT_MAKER', belowPrice: below, ...more }
}

// The working order of a list: a LIMIT BUY of the usual quantity, far away unless told otherwise.
async function working(binance: Binance, more: Params = {}): Promise<Params> {
  return {
    workingType: 'LIMIT',
    workingSide: 'BUY',
    workingTimeInForce: 'GTC',
    workingPrice: decimal(await binance.resting('BUY')),
    workingQuantity: await binance.size(),
    ...more,
  }
}

// The usual quantity, twice over: what remains after the fee is still enough for a pending leg of an OPO.
async function amply(binance: Binance): Promise<string> {
  return decimal(binance.instrument.size(await binance.resting('BUY')) * 2n)
}

// A pending order that sells far above the market.
async function pending(binance: Binance, more: Params = {}): Promise<Params> {
  return {
    pendingType: 'LIMIT',
    pendingSide: 'SELL',
    pendingTimeInForce: 'GTC',
    pendingPrice: decimal(await binance.resting('SELL')),
    pendingQuantity: await binance.size(),
    ...more,
  }
}

const atOnce = async (binance: Binance): Promise<Params> => ({ workingPrice: decimal(await binance.taking('BUY')) })
const reports = (list: Seen): readonly Seen[] => list.list('orderReports')
const idsOf = (list: Seen): readonly number[] => list.list('orders').map(order => order.number('orderId'))

async function allowed(binance: Binance, flag: string): Promise<void> {
  if (binance.instrument.raw.at(flag) !== true) throw new NotRun(`${binance.symbol} does not have ${flag}`)
}

/** All of them. */
export const orderLists: readonly Card[] = [
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
      const list = await binance.listed('otoco', { ...(await working(binance, await atOnce(binance))), ...(await bracket(binance)) })
      const [, one, other] = idsOf(list)
      const quantity = (await binance.becomes(one!, 'NEW')).amount('origQty')
      await binance.becomes(other!, 'NEW')
      await binance.eventually(async () => same('base locked is', (await binance.balance(base)).locked, quantity))
    },
  },
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

// A pending pair: take profit above, stop below.
async function bracket(binance: Binance, more: Params = {}): Promise<Params> {
  return {
    pendingSide: 'SELL',
    pendingQuantity: await binance.size(),
    pendingAboveType: 'LIMIT_MAKER',
    pendingAbovePrice: decimal(await binance.around(1.1)),
    pendingBelowType: 'STOP_LOSS',
    pendingBelowStopPrice: decimal(await binance.around(0.9)),
    ...more,
  }
}

// More than the account could sell, with what the working order brings.
const tooMuch = async (binance: Binance): Promise<Params> => ({ pendingQuantity: (await binance.tooLarge())['quantity'] })
