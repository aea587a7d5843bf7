/** Stops that trail: what they need, what is told of them, and when they fire. */
import type { Card } from '../card.ts'
import type { Binance } from '../client/binance.ts'
import { decimal } from '../client/instrument.ts'
import { type Params, refused } from '../client/rest.ts'
import { holds, NotRun, same } from '../seen.ts'
import { idsOf, pairOf } from './list-orders.ts'

// A STOP_LOSS SELL of the usual quantity that trails; `more` changes or adds.
const stop = async (binance: Binance, more: Params = {}): Promise<Params> => ({
  side: 'SELL',
  type: 'STOP_LOSS',
  quantity: await binance.size(),
  trailingDelta: bounds(binance).most,
  newOrderRespType: 'RESULT',
  ...more,
})

// How far a SELL that stops below may trail.
function bounds({ symbol, instrument }: Binance): { readonly least: number; readonly most: number } {
  const filter = instrument.filter('TRAILING_DELTA')
  if (filter === null || instrument.raw.at('allowTrailingStop') !== true) throw new NotRun(`${symbol} has no stops that trail`)
  return { least: filter.number('minTrailingBelowDelta'), most: filter.number('maxTrailingBelowDelta') }
}

/** All of them. */
export const trailing: readonly Card[] = [
  {
    id: 'trailing-needs-no-stop-price',
    says: 'A stop with trailingDelta needs no stopPrice, and follows the price at once: trailingTime is when it was placed.',
    source: 'faqs/trailing-stop-faq.md [D]',
    async run(binance) {
      const order = await binance.placed(await stop(binance))
      same('trailingDelta is', order.number('trailingDelta'), bounds(binance).most)
      holds(order.number('trailingTime') > 0, 'a time since which it follows the price', order)
      same('its status is', order.text('status'), 'NEW')
    },
  },
  {
    id: 'trailing-with-stop-price-waits',
    says: 'With a stopPrice it follows the price only once that is met: until then trailingTime is -1, in queries, too.',
    source: 'faqs/trailing-stop-faq.md [D]',
    async run(binance) {
      const order = await binance.placed(await stop(binance, { stopPrice: decimal(await binance.around(0.9)) }))
      same('trailingTime is', order.number('trailingTime'), -1)
      const found = await binance.becomes(order.number('orderId'), 'NEW')
      same('trailingDelta of the query is', found.number('trailingDelta'), bounds(binance).most)
      same('trailingTime of the query is', found.number('trailingTime'), -1)
    },
  },
  {
    id: 'trailing-needs-one-of-both',
    says: 'A stop with neither stopPrice nor trailingDelta is -1102.',
    source: 'binance.md 1.6 [D]',
    async run(binance) {
      refused(await binance.tested(await stop(binance, { trailingDelta: undefined, newOrderRespType: undefined })), 400, -1102)
    },
  },
  {
    id: 'trailing-all-four-types',
    says: 'STOP_LOSS, STOP_LOSS_LIMIT, TAKE_PROFIT and TAKE_PROFIT_LIMIT may trail.',
    source: 'faqs/trailing-stop-faq.md [D]',
    async run(binance) {
      for (const type of ['STOP_LOSS', 'STOP_LOSS_LIMIT', 'TAKE_PROFIT', 'TAKE_PROFIT_LIMIT']) {
        const limit = type.endsWith('LIMIT') ? { price: decimal(await binance.resting('SELL')), timeInForce: 'GTC' } : {}
        same(`a ${type} is answered with`, (await binance.order(await stop(binance, { type, ...limit }))).status, 200)
      }
    },
  },
  {
    id: 'trailing-filter',
    says: 'A delta outside of its bounds is "Filter failure: TRAILING_DELTA".',
    source: 'filters.md [D]',
    async run(binance) {
      const { least, most } = bounds(binance)
      for (const trailingDelta of [least - 1, most + 1])
        refused(await binance.tested(await stop(binance, { trailingDelta })), 400, -1013, 'Filter failure: TRAILING_DELTA')
    },
  },
  {
    id: 'trailing-filter-sides',
    says: 'The bounds above hold for STOP_LOSS BUY and TAKE_PROFIT SELL, those below for STOP_LOSS SELL and TAKE_PROFIT BUY.',
    source: 'filters.md [D]',
    needs: ['control'],
    async run(binance) {
      const { least } = bounds(binance)
      await binance.control.symbol({ filters: [{ filterType: 'TRAILING_DELTA', minTrailingAboveDelta: least + 1 }] })
      const rows = [
        { side: 'BUY', type: 'STOP_LOSS', bound: 'above' },
        { side: 'SELL', type: 'TAKE_PROFIT', bound: 'above' },
        { side: 'SELL', type: 'STOP_LOSS', bound: 'below' },
        { side: 'BUY', type: 'TAKE_PROFIT', bound: 'below' },
      ]
      for (const { side, type, bound } of rows) {
        const { status } = await binance.tested(await stop(binance, { side, type, trailingDelta: least }))
        same(`${side} ${type} is answered with`, status, bound === 'above' ? 400 : 200)
      }
    },
  },
  {
    id: 'trailing-report',
    says: 'Its executionReport tells d, and D from when it follows the price.',
    source: 'user-data-stream.md [D]',
    async run(binance) {
      const session = await binance.events()
      const mark = session.mark
      const waiting = await binance.placed(await stop(binance, { stopPrice: decimal(await binance.around(0.9)) }))
      const first = await session.report(mark, waiting.number('orderId'), 'NEW')
      same('d is', first.number('d'), bounds(binance).most)
      same('D is', first.at('D'), undefined)
      const order = await binance.placed(await stop(binance))
      const second = await session.report(mark, order.number('orderId'), 'NEW')
      same('D is', second.number('D'), order.number('trailingTime'))
    },
  },
  {
    id: 'trailing-fires',
    says: 'It fires once the price has come back by delta from its best since then, and trades at the market.',
    source: 'faqs/trailing-stop-faq.md [D]',
    needs: ['moving'],
    async run(binance) {
      const order = await binance.placed(await stop(binance, { trailingDelta: bounds(binance).least }))
      const orderId = order.number('orderId')
      await binance.moves('the stop to fire', async () => (await binance.query(orderId)).at('status') !== 'NEW')
      const filled = await binance.becomes(orderId, 'FILLED')
      holds(filled.number('workingTime') >= filled.number('trailingTime'), 'it to work only after it followed the price', filled)
    },
  },
  {
    id: 'trailing-in-an-oco',
    says: 'The stop of an OCO may trail; when it fires, the other leg is EXPIRED.',
    source: 'faqs/trailing-stop-faq.md [D]',
    needs: ['moving'],
    async run(binance) {
      const leg = { belowStopPrice: undefined, belowTrailingDelta: bounds(binance).least }
      const [one, other] = idsOf(await binance.listed('oco', await pairOf(binance, 'SELL', leg)))
      await binance.moves('the stop of the OCO to fire', async () => (await binance.query(one!)).at('status') !== 'NEW')
      await binance.becomes(one!, 'FILLED')
      await binance.becomes(other!, 'EXPIRED')
    },
  },
]
