/** Rows and what they are in the domain: each noun's two directions side by side. */
import type { Insertable, Selectable } from 'kysely'
import type { Candle } from '#domain/candle.ts'
import type { Decision, FillRecord, Intent, TripRecord } from '#domain/journal.ts'
import { type Amount, format, money, price, quantity } from '#domain/money.ts'
import type { Order } from '#domain/order.ts'
import { feeInQuote } from '#domain/position.ts'
import type { Values } from '#domain/signal.ts'
import type { Time, Timeframe } from '#domain/time.ts'
import type { OrderRecord } from '#ports/store.ts'
import type { CandlesTable, DecisionsTable, IntentsTable, OrdersTable, RoundTripsTable, TradesTable } from './tables.ts'

/** An instant as PostgreSQL reads it, to the millisecond. */
export const instant = (time: Time): string => new Date(time).toISOString()
const timeOf = (date: Date): Time => date.getTime() as Time

/** The row of a candle. */
export const candleRow = (candle: Candle): Insertable<CandlesTable> => ({
  symbol: candle.symbol,
  timeframe: candle.timeframe,
  open_time: instant(candle.openTime),
  open: candle.open,
  high: candle.high,
  low: candle.low,
  close: candle.close,
  volume: candle.volume,
  complete: candle.complete,
})

/** The candle of a row. */
export const candleOf = ({ open_time, timeframe, ...rest }: Selectable<CandlesTable>): Candle => ({
  ...rest,
  timeframe: timeframe as Timeframe,
  openTime: timeOf(open_time),
})

/** The row of a decision. */
export const decisionRow = (account: string, { time, values, ...rest }: Decision): Insertable<DecisionsTable> => ({
  account,
  owner: rest.owner,
  symbol: rest.symbol,
  kind: rest.kind,
  reason: rest.reason,
  time: instant(time),
  price: rest.price,
  outcome: rest.outcome,
  message: rest.message,
  values: values === null ? null : mapValues(values, value => (Number.isFinite(value) ? value : String(value))),
  intent: rest.intent,
})

/** The decision of a row. */
export const decisionOf = ({ id: _id, account: _account, kind, time, values, ...rest }: Selectable<DecisionsTable>): Decision => ({
  ...rest,
  kind: kind as Decision['kind'],
  time: timeOf(time),
  values: values === null ? null : (mapValues(values, Number) as Values),
})

const mapValues = <A, B>(values: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]))

/** The row of an intent. */
export const intentRow = (account: string, { number, owner, symbol, purpose, reason, time }: Intent): Insertable<IntentsTable> => ({
  account,
  number,
  owner,
  symbol,
  purpose,
  reason,
  time: instant(time),
})

/** The intent of a row. */
export const intentOf = ({ account: _account, purpose, time, ...rest }: Selectable<IntentsTable>): Intent => ({
  ...rest,
  purpose: purpose as Intent['purpose'],
  time: timeOf(time),
})

/** The row of an order with what an open entry asked for. */
export const orderRow = (account: string, { order, wish }: OrderRecord): Insertable<OrdersTable> => ({
  account,
  id: order.id,
  intent: order.intent,
  owner: order.owner,
  purpose: order.purpose,
  symbol: order.request.symbol,
  side: order.request.side,
  type: order.request.type,
  quantity: format(order.request.quantity),
  quote_amount: format(order.request.quoteAmount),
  price: format(order.request.price),
  stop_price: format(order.request.stopPrice),
  time_in_force: order.request.timeInForce,
  guard: format(order.request.guard),
  paired_with: order.request.pairedWith,
  created_at: instant(order.createdAt),
  reason: order.reason,
  status: order.status,
  executed: format(order.executed),
  quote: format(order.quote),
  ending: order.ending,
  wish,
})

type Request = Order['request']

/** The order of a row. */
export const orderOf = (row: Selectable<OrdersTable>): OrderRecord => ({
  order: {
    id: row.id,
    intent: row.intent,
    owner: row.owner,
    purpose: row.purpose as Order['purpose'],
    request: {
      id: row.id,
      symbol: row.symbol,
      side: row.side as Request['side'],
      type: row.type as Request['type'],
      quantity: quantity(row.quantity),
      quoteAmount: money(row.quote_amount),
      price: price(row.price),
      stopPrice: price(row.stop_price),
      timeInForce: row.time_in_force as Request['timeInForce'],
      guard: price(row.guard),
      pairedWith: row.paired_with,
    },
    createdAt: timeOf(row.created_at),
    reason: row.reason,
    status: row.status as Order['status'],
    executed: quantity(row.executed),
    quote: money(row.quote),
    ending: row.ending,
  },
  wish: row.wish,
})

/** The row of a fill: a trade, as its users know the table. */
export const tradeRow = (account: string, demo: boolean, record: FillRecord): Insertable<TradesTable> => ({
  order_id: record.fill.orderId,
  symbol: record.fill.symbol,
  side: record.fill.side,
  status: 'FILLED',
  price: format(record.fill.price),
  quantity: format(record.fill.quantity),
  fee: format(record.fill.fee),
  role: record.fill.maker ? 'maker' : 'taker',
  quote_quantity: format(record.fill.quote),
  timestamp: instant(record.fill.time),
  demo,
  strategy: record.owner,
  account,
  fee_asset: record.fill.feeAsset,
  exchange_trade_id: record.fill.tradeId,
  intent: record.intent,
  purpose: record.purpose,
  reason: record.reason,
  base_asset: record.base,
  quote_asset: record.quote,
  realised: format(record.realised),
  fee_in_quote: format(feeInQuote(record.fill, record.base, record.quote)),
})

/** The fill of a row, without the row's own id. */
export const tradeOf = (row: Selectable<TradesTable>): FillRecord => ({
  fill: {
    tradeId: row.exchange_trade_id,
    orderId: row.order_id,
    symbol: row.symbol,
    side: row.side,
    price: price(row.price),
    quantity: quantity(row.quantity),
    quote: money(row.quote_quantity),
    fee: money(row.fee) as bigint as Amount<string>,
    feeAsset: row.fee_asset,
    // of a fee in a third asset it is what is kept as the fee in quote
    feeWorth: money(row.fee_asset === row.base_asset || row.fee_asset === row.quote_asset ? '0' : row.fee_in_quote),
    maker: row.role === 'maker',
    time: timeOf(row.timestamp),
  },
  owner: row.strategy,
  intent: row.intent,
  reason: row.reason,
  purpose: row.purpose as Order['purpose'],
  base: row.base_asset,
  quote: row.quote_asset,
  realised: money(row.realised),
})

/** The row of a round trip. */
export const tripRow = (account: string, { trip, reason }: TripRecord): Insertable<RoundTripsTable> => ({
  account,
  owner: trip.owner,
  symbol: trip.symbol,
  opened_at: instant(trip.openedAt),
  closed_at: instant(trip.closedAt),
  quantity: format(trip.quantity),
  bought: format(trip.bought),
  sold: format(trip.sold),
  realised: format(trip.realised),
  fees: format(trip.fees),
  reason,
})

/** The round trip of a row. */
export const tripOf = (row: Selectable<RoundTripsTable>): TripRecord => ({
  trip: {
    owner: row.owner,
    symbol: row.symbol,
    openedAt: timeOf(row.opened_at),
    closedAt: timeOf(row.closed_at),
    quantity: quantity(row.quantity),
    bought: money(row.bought),
    sold: money(row.sold),
    realised: money(row.realised),
    fees: money(row.fees),
  },
  reason: row.reason,
})
