/** Icebergs: orders of which the book shows a part. */
import type { Card } from '../card.ts'
import type { Binance } from '../client/binance.ts'
import { decimal } from '../client/instrument.ts'
import { refused } from '../client/rest.ts'
import { holds, same } from '../seen.ts'

const TICKS = 10n

// The quantity that the book shows at a price.
async function shownAt(binance: Binance, price: bigint): Promise<bigint> {
  const book = await binance.rest.read('/api/v3/depth', { symbol: binance.symbol, limit: 100 })
  return (
    book
      .list('bids')
      .find(level => level.amount(0) === price)
      ?.amount(1) ?? 0n
  )
}

const sizes = async (binance: Binance): Promise<{ readonly quantity: string; readonly icebergQty: string; readonly part: bigint }> => {
  const part = binance.instrument.size(await binance.resting('BUY'))
  return { quantity: decimal(part * 3n), icebergQty: decimal(part), part }
}

/** All of them. */
export const icebergs: readonly Card[] = [
  {
    id: 'iceberg-shows-its-part',
    says: 'Depth shows icebergQty of an iceberg, and no more of it.',
    source: 'fix-api.md MaxFloor [D]',
    // nobody else may come to that price meanwhile
    needs: ['control'],
    async run(binance) {
      const { part, ...amounts } = await sizes(binance)
      const price = (await binance.prices()).bid - TICKS * binance.instrument.tick
      const before = await shownAt(binance, price)
      const order = await binance.placed(await binance.limit('BUY', { ...amounts, price: decimal(price) }))
      same('icebergQty is', order.amount('icebergQty'), part)
      same('the book shows more', (await shownAt(binance, price)) - before, part)
    },
  },
  {
    id: 'iceberg-trades-in-parts',
    says: 'As a maker an iceberg trades part by part: no trade of it is larger than icebergQty.',
    source: 'fix-api.md MaxFloor [D]',
    needs: ['moving'],
    async run(binance) {
      const { part, ...amounts } = await sizes(binance)
      const price = decimal((await binance.prices()).bid - binance.instrument.tick)
      const order = await binance.placed(await binance.limit('BUY', { ...amounts, price }))
      const orderId = order.number('orderId')
      await binance.moves('the iceberg to be filled', async () => (await binance.query(orderId)).at('status') === 'FILLED')
      const trades = await binance.rest.done('GET', '/api/v3/myTrades', { symbol: binance.symbol, orderId })
      holds(trades.list().length >= 3, 'three trades or more', trades)
      for (const trade of trades.list()) holds(trade.amount('qty') <= part, `no more than ${decimal(part)} in a trade`, trade)
    },
  },
  {
    id: 'iceberg-larger-than-its-order',
    says: 'An icebergQty above the quantity is -2010 "IcebergQty exceeds QTY."',
    source: 'errors.md -2010 [D]',
    async run(binance) {
      const { quantity, icebergQty } = await sizes(binance)
      const order = await binance.limit('BUY', { quantity: icebergQty, icebergQty: quantity })
      refused(await binance.order(order), 400, -2010, 'IcebergQty exceeds QTY.')
    },
  },
  {
    id: 'iceberg-needs-gtc',
    says: 'An iceberg has to be GTC.',
    source: 'rest-api.md "New order" [D]',
    async run(binance) {
      const { part: _, ...amounts } = await sizes(binance)
      same(
        'with IOC it is answered with',
        (await binance.order(await binance.limit('BUY', { ...amounts, timeInForce: 'IOC' }))).status,
        400,
      )
    },
  },
]
