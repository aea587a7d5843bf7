/** Pegged orders: a limit taken from the book. */
import type { Card } from '../card.ts'
import type { Binance } from '../client/binance.ts'
import { decimal } from '../client/instrument.ts'
import { type Params, refused } from '../client/rest.ts'
import { holds, NotRun, same } from '../seen.ts'

// A LIMIT BUY of the usual quantity without a price of its own; `more` changes or adds.
async function peg(binance: Binance, more: Params = {}): Promise<Params> {
  if (binance.instrument.raw.at('pegInstructionsAllowed') !== true) throw new NotRun(`${binance.symbol} has no pegged orders`)
  return binance.limit('BUY', { price: undefined, pegPriceType: 'PRIMARY_PEG', newOrderRespType: 'RESULT', ...more })
}

/** All of them. */
export const pegged: readonly Card[] = [
  {
    id: 'pegged-primary',
    says: 'PRIMARY_PEG rests at the best price of its own side: peggedPrice tells it, price is 0.',
    source: 'faqs/pegged_orders.md [D]',
    async run(binance) {
      const before = await binance.prices()
      const order = await binance.placed(await peg(binance))
      const after = await binance.prices()
      same('its status is', order.text('status'), 'NEW')
      same('its price is', order.amount('price'), 0n)
      same('pegPriceType is', order.text('pegPriceType'), 'PRIMARY_PEG')
      const best = [before.bid, after.bid]
      holds(best.includes(order.amount('peggedPrice')), `peggedPrice to be a best bid: ${best.map(decimal).join(' or ')}`, order)
    },
  },
  {
    id: 'pegged-market',
    says: 'MARKET_PEG takes the best price of the other side, and may be IOC.',
    source: 'faqs/pegged_orders.md [D]',
    async run(binance) {
      const before = await binance.prices()
      const order = await binance.placed(await peg(binance, { pegPriceType: 'MARKET_PEG', timeInForce: 'IOC' }))
      const best = [before.ask, (await binance.prices()).ask]
      holds(best.includes(order.amount('peggedPrice')), `peggedPrice to be a best ask: ${best.map(decimal).join(' or ')}`, order)
    },
  },
  {
    id: 'pegged-deeper',
    says: 'pegOffsetType and pegOffsetValue take a level deeper in the book, and come back with the order.',
    source: 'faqs/pegged_orders.md [D]',
    async run(binance) {
      const { bid } = await binance.prices()
      const order = await binance.placed(await peg(binance, { pegOffsetType: 'PRICE_LEVEL', pegOffsetValue: 5 }))
      same('pegOffsetType is', order.text('pegOffsetType'), 'PRICE_LEVEL')
      same('pegOffsetValue is', order.number('pegOffsetValue'), 5)
      holds(order.amount('peggedPrice') < bid, `peggedPrice to be below the best bid ${decimal(bid)}`, order)
    },
  },
  {
    id: 'pegged-price-is-not-its-limit',
    says: 'A price that comes with a peg does not bound it.',
    source: 'faqs/pegged_orders.md; what the price is for [inf]',
    switch: 'peggedIgnoresPrice',
    async run(binance) {
      const { bid } = await binance.prices()
      const price = await binance.around(0.95)
      const order = await binance.placed(await peg(binance, { price: decimal(price) }))
      same('its price is', order.amount('price'), price)
      holds(order.amount('peggedPrice') > (price + bid) / 2n, 'peggedPrice to be near the best bid', order)
    },
  },
  {
    id: 'pegged-passes-filters-at-both',
    says: 'A pegged order with a price has to pass the filters at both: a price off the tick is "Filter failure: PRICE_FILTER".',
    source: 'faqs/pegged_orders.md [D]',
    async run(binance) {
      if (binance.instrument.tick === 1n) throw new NotRun('its tick is the last decimal')
      const price = decimal((await binance.around(0.95)) + binance.instrument.tick / 2n)
      refused(await binance.tested(await peg(binance, { price })), 400, -1013, 'Filter failure: PRICE_FILTER')
    },
  },
  {
    id: 'pegged-stop',
    says: 'A stop-limit takes its limit when it triggers: until then there is no peggedPrice.',
    source: 'faqs/pegged_orders.md [D]',
    async run(binance) {
      const stopPrice = decimal(await binance.around(0.9))
      const order = await binance.placed(await peg(binance, { side: 'SELL', type: 'STOP_LOSS_LIMIT', stopPrice }))
      same('pegPriceType is', order.text('pegPriceType'), 'PRIMARY_PEG')
      same('peggedPrice is', order.at('peggedPrice'), undefined)
    },
  },
  {
    id: 'pegged-report',
    says: 'Its executionReport tells gP and gp.',
    source: 'user-data-stream.md [D]',
    async run(binance) {
      const session = await binance.events()
      const mark = session.mark
      const order = await binance.placed(await peg(binance))
      const report = await session.report(mark, order.number('orderId'), 'NEW')
      same('gP is', report.text('gP'), 'PRIMARY_PEG')
      same('gp is', report.amount('gp'), order.amount('peggedPrice'))
    },
  },
  {
    id: 'pegged-words',
    says: 'An unknown pegPriceType is -1210, an unknown pegOffsetType -1211.',
    source: 'errors.md [D]',
    async run(binance) {
      refused(await binance.tested(await peg(binance, { pegPriceType: 'BEST' })), 400, -1210, 'Invalid pegPriceType.')
      const offset = { pegOffsetType: 'TICK', pegOffsetValue: 1 }
      refused(await binance.tested(await peg(binance, offset)), 400, -1211, 'Invalid pegOffsetType.')
    },
  },
  {
    id: 'pegged-types',
    says: 'A MARKET order may not be pegged, nor a LIMIT_MAKER to the other side: both are -2010 in their own words.',
    source: 'errors.md -2010 [D]',
    async run(binance) {
      const market = await peg(binance, { type: 'MARKET', timeInForce: undefined })
      refused(await binance.order(market), 400, -2010, 'This order type may not use pegged price.')
      const maker = await peg(binance, { type: 'LIMIT_MAKER', timeInForce: undefined, pegPriceType: 'MARKET_PEG' })
      refused(await binance.order(maker), 400, -2010, 'This price peg cannot be used with this order type.')
    },
  },
]
