/** Drafts for tests that place orders without a wire. */
import { price, quantity, zero } from '#domain/money.ts'
import type { Draft } from '#simulator/trading/order.ts'

/** A LIMIT BUY of one BTC at 99, unless said otherwise. */
export const draftFor = (more: Partial<Draft> = {}): Draft => ({
  symbol: 'BTCUSDC',
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'GTC',
  quantity: quantity('1'),
  quoteAmount: zero(),
  price: price('99'),
  stopPrice: zero(),
  iceberg: zero(),
  trailingDelta: 0,
  peg: null,
  peggedPrice: zero(),
  clientOrderId: null,
  stp: null,
  strategyId: null,
  strategyType: null,
  ...more,
})
