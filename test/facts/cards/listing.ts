/** What an exchange does to its symbols: delisting, and rules about the prices that may be traded at. */
import type { Card } from '../card.ts'
import { decimal } from '../client/instrument.ts'
import { refused } from '../client/rest.ts'
import { holds, same } from '../seen.ts'

/** All of them. */
export const listing: readonly Card[] = [
  {
    id: 'delisting-ends-orders',
    says: 'What is open when a symbol is delisted is EXPIRED by the exchange, with expiryReason EXCHANGE_CANCELED; what was locked is free.',
    source: 'user-data-stream.md "Order Expiry Reason" [D]',
    needs: ['control'],
    async run(binance) {
      const session = await binance.events()
      const mark = session.mark
      const before = await binance.balance(binance.instrument.quote)
      const orderId = (await binance.rests('BUY')).number('orderId')
      await binance.control.listed(false)
      const report = await session.report(mark, orderId, 'EXPIRED')
      same('its status is', report.text('X'), 'EXPIRED')
      same('its reason is', report.text('eR'), 'EXCHANGE_CANCELED')
      same('there is free again', (await binance.balance(binance.instrument.quote)).free, before.free)
    },
  },
  {
    id: 'maintenance-ends-orders',
    says: 'What is open in maintenance may be EXPIRED by the exchange. A stop that was not reached has never been on the book then: its report has no W, and a query says workingTime -1; an order that rested there keeps both.',
    source: 'enums.md "Order status" EXPIRED; user-data-stream.md W; that they hold after the end: faqs/market_orders_faq.md [D]',
    needs: ['control'],
    async run(binance) {
      const session = await binance.events()
      const mark = session.mark
      const stopPrice = decimal(await binance.around(0.9))
      const stop = (await binance.rests('SELL', { type: 'STOP_LOSS_LIMIT', price: stopPrice, stopPrice })).number('orderId')
      const limit = (await binance.rests('BUY')).number('orderId')
      await binance.control.admin('symbols', { symbol: binance.symbol, expire: true })
      const ended = [await session.report(mark, stop, 'EXPIRED'), await session.report(mark, limit, 'EXPIRED')]
      same(
        'each is',
        ended.map(report => [report.text('X'), report.amount('z'), report.at('w')]),
        [
          ['EXPIRED', 0n, false],
          ['EXPIRED', 0n, false],
        ],
      )
      same(
        'W is told of',
        ended.map(report => report.names().includes('W')),
        [false, true],
      )
      same('workingTime of the stop is', (await binance.becomes(stop, 'EXPIRED')).number('workingTime'), -1)
      holds((await binance.becomes(limit, 'EXPIRED')).number('workingTime') > 0, 'a workingTime of the other', limit)
    },
  },
  {
    id: 'delisting-leaves-break',
    says: 'A symbol that was delisted is still in exchangeInfo, with status BREAK, and takes no order.',
    source: 'enums.md "Symbol status"; what becomes of the delisted, by captures [M]',
    switch: 'delistedStaysAsBreak',
    needs: ['control'],
    async run(binance) {
      const order = await binance.limit('BUY')
      await binance.control.listed(false)
      const { symbol } = binance
      const info = await binance.rest.read('/api/v3/exchangeInfo', { symbol })
      same('its status is', info.text('symbols', 0, 'status'), 'BREAK')
      same('an order is answered with', (await binance.order(order)).status, 400)
    },
  },
  {
    id: 'listing-again',
    says: 'A symbol that is listed is in exchangeInfo as TRADING and takes orders.',
    source: 'enums.md "Symbol status" [D]',
    needs: ['control'],
    async run(binance) {
      await binance.control.listed(false)
      await binance.control.listed(true)
      const info = await binance.rest.read('/api/v3/exchangeInfo', { symbol: binance.symbol })
      same('its status is', info.text('symbols', 0, 'status'), 'TRADING')
      await binance.rests('BUY')
    },
  },
  {
    id: 'price-range-ends-takers',
    says: 'A taker that would trade outside of the price range around the reference price is EXPIRED, with expiryReason EXECUTION_RULE_PRICE_RANGE_EXCEEDED.',
    source: 'faqs/price_range_execution_rules.md [D]',
    needs: ['control'],
    async run(binance) {
      const reference = decimal(await binance.around(0.9))
      await binance.control.rules({ referencePrice: reference, priceRange: { bidLimitMultUp: '1.05', askLimitMultDown: '0.5' } })
      const order = await binance.fills('BUY')
      same('its status is', order.text('status'), 'EXPIRED')
      same('its reason is', order.text('expiryReason'), 'EXECUTION_RULE_PRICE_RANGE_EXCEEDED')
      same('what it bought is', order.amount('executedQty'), 0n)
      same('a SELL is', (await binance.fills('SELL')).text('status'), 'FILLED')
    },
  },
  {
    id: 'price-range-needs-a-reference',
    says: 'Without a reference price, or while it is null, no range holds.',
    source: 'faqs/price_range_execution_rules.md [D]',
    needs: ['control'],
    async run(binance) {
      await binance.control.rules({ referencePrice: null, priceRange: { bidLimitMultUp: '0.5' } })
      same('a BUY is', (await binance.fills('BUY')).text('status'), 'FILLED')
    },
  },
  {
    id: 'price-range-is-told',
    says: 'executionRules tells the range, referencePrice the price; without one it is -2043.',
    source: 'rest-api.md "Query Execution Rules" [D]',
    needs: ['control'],
    async run(binance) {
      const { symbol } = binance
      refused(await binance.rest.get('/api/v3/referencePrice', { symbol }), 400, -2043)
      const [referencePrice, range] = [decimal(await binance.around(1)), { bidLimitMultUp: '1.1000', askLimitMultDown: '0.9000' }]
      await binance.control.rules({ referencePrice, priceRange: range })
      const rules = await binance.rest.read('/api/v3/executionRules', { symbol })
      same('its rules are', rules.at('symbolRules'), [{ symbol, rules: [{ ruleType: 'PRICE_RANGE', ...range }] }])
      const price = await binance.rest.read('/api/v3/referencePrice', { symbol })
      same('its reference price is', price.amount('referencePrice'), await binance.around(1))
    },
  },
]
