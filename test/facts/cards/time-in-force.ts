/** Orders that do not wait: IOC, FOK, and MARKET where the book ends. */
import type { Card } from '../card.ts'
import { decimal } from '../client/instrument.ts'
import { refused } from '../client/rest.ts'
import { holds, same } from '../seen.ts'

/** All of them. */
export const timeInForce: readonly Card[] = [
  {
    id: 'tif-ioc-unfilled',
    says: 'An IOC order that meets nobody is EXPIRED, expiryReason UNFILLED_IOC_QUANTITY_EXPIRED: answered with 200, not refused.',
    source: 'binance.md 1.15 [D]',
    async run(binance) {
      const order = await binance.rests('BUY', { timeInForce: 'IOC' })
      same('its status is', order.text('status'), 'EXPIRED')
      same('it executed', order.amount('executedQty'), 0n)
      same('its expiryReason is', order.at('expiryReason'), 'UNFILLED_IOC_QUANTITY_EXPIRED')
    },
  },
  {
    id: 'tif-fok-unfilled',
    says: 'A FOK order that cannot be filled whole is EXPIRED with nothing executed, expiryReason UNFILLED_FOK_ORDER_EXPIRED.',
    source: 'binance.md 1.15 [D]',
    async run(binance) {
      const order = await binance.rests('BUY', { timeInForce: 'FOK' })
      same('its status is', order.text('status'), 'EXPIRED')
      same('it executed', order.amount('executedQty'), 0n)
      same('its expiryReason is', order.at('expiryReason'), 'UNFILLED_FOK_ORDER_EXPIRED')
    },
  },
  {
    id: 'tif-expiry-in-query',
    says: 'A query tells the expiryReason too (since 2026-05-08).',
    source: 'binance.md 1.6 [D]',
    async run(binance) {
      const order = await binance.rests('BUY', { timeInForce: 'FOK' })
      const found = await binance.becomes(order.number('orderId'), 'EXPIRED')
      same('its expiryReason is', found.at('expiryReason'), 'UNFILLED_FOK_ORDER_EXPIRED')
    },
  },
  {
    id: 'tif-marketable-fok-fills',
    says: 'A FOK order whose limit crosses the book fills at once, at the limit or better.',
    source: 'binance.md 1.15 [D]',
    async run(binance) {
      const price = await binance.taking('BUY')
      const order = await binance.rests('BUY', { timeInForce: 'FOK', price: decimal(price) })
      same('its status is', order.text('status'), 'FILLED')
      for (const fill of order.list('fills')) holds(fill.amount('price') <= price, 'no fill above the limit', fill)
    },
  },
  {
    id: 'tif-market-beyond-the-book',
    says: 'A MARKET order larger than the book is EXPIRED with what it got, expiryReason INSUFFICIENT_LIQUIDITY.',
    source: 'binance.md 1.7 [D]',
    needs: ['control'],
    async run(binance) {
      await binance.control.thin(0.0001)
      const { body } = await binance.rest.get('/api/v3/ticker/bookTicker', { symbol: binance.symbol })
      const quantity = body.amount('askQty') * 2n
      const order = await binance.fills('BUY', { quantity: decimal(quantity) })
      same('its status is', order.text('status'), 'EXPIRED')
      same('its expiryReason is', order.at('expiryReason'), 'INSUFFICIENT_LIQUIDITY')
      const executed = order.amount('executedQty')
      holds(executed > 0n && executed < quantity, 'a part of it executed', order)
    },
  },
  {
    id: 'tif-amount-beyond-the-book',
    says: 'A quoteOrderQty that the book cannot serve at all is refused with -2010.',
    source: 'binance.md 1.7 [M]',
    switch: 'lowLiquidityIs2010',
    needs: ['control'],
    async run(binance) {
      await binance.control.thin(0)
      const quoteOrderQty = decimal(binance.instrument.least * 2n)
      refused(await binance.order(await binance.marketOrder('BUY', { quantity: undefined, quoteOrderQty })), 400, -2010)
    },
  },
]
