/** A trader without an exchange: the test says what is heard. */
import { format, money, notional, price, type Quantity, quantity, ratio, zero } from '#domain/money.ts'
import type { Action, Fill, Order, OrderEvent, OrderType } from '#domain/order.ts'
import type { Time } from '#domain/time.ts'
import { Engine } from '#engine'
import { Records } from '#live/records.ts'
import type { Enter } from '#domain/signal.ts'
import { allOrderTypes, type Filters } from '#domain/symbol.ts'
import { hour, market } from './desk.ts'

/** Opens one with 10,000 USDC that enters with 2 BTC, at a price of 100. */
export function openTrader(filters: Partial<Filters> = {}, orderTypes: readonly OrderType[] = allOrderTypes) {
  const info = market('BTCUSDC', filters, orderTypes)
  const records = new Records(() => info)
  const engine = new Engine({
    symbols: [info],
    funds: new Map([['USDC', money('10000')]]),
    rules: { size: { kind: 'quantity', quantity: quantity('2') }, perSymbol: null, perAsset: null, manualStop: 0, fee: ratio('0') },
    owners: [],
    source: () => ({ kind: 'live' }),
    recorder: records,
  })
  engine.price('BTCUSDC', 100)
  const slot = engine.slot('manual', 'BTCUSDC')!
  let trades = 0
  const hearAt = (order: Order, event: OrderEvent, time: Time, size?: string, paidAt = '100', reason = ''): void => {
    const [paid, traded] = [price(paidAt), quantity(size ?? '0')]
    const quote = notional(paid, traded)
    const fill: Fill = {
      tradeId: ++trades,
      orderId: order.id,
      symbol: 'BTCUSDC',
      side: order.request.side,
      price: paid,
      quantity: traded,
      quote,
      fee: zero(),
      feeAsset: 'USDC',
      feeWorth: zero(),
      maker: false,
      time,
    }
    engine.update({ orderId: order.id, event, time, fill: size === undefined ? null : fill, reason })
  }
  /** As `hearAt`, at an hour. */
  const hear = (order: Order, event: OrderEvent, at: number, size?: string, paidAt?: string, reason?: string): void =>
    hearAt(order, event, hour(at), size, paidAt, reason)
  const sent = (): Order[] =>
    engine.actions.take().flatMap((action: Action) => {
      if (action.kind === 'pair') return [action.first, action.second]
      return action.kind === 'place' ? [action.order] : action.kind === 'replace' ? [action.by] : []
    })
  const buy = (wish: Enter): Order => {
    engine.trader.enter(slot, wish, engine.trader.rules.size, { reason: 'go', time: hour(0) as Time, values: null })
    return sent()[0]!
  }
  return { engine, slot, records, hear, hearAt, sent, buy }
}

/** What it holds. */
export const held = ({ slot }: ReturnType<typeof openTrader>): string => format(slot.position.quantity as Quantity)
