import type { Decision, FillRecord, TripRecord } from '#domain/journal.ts'
import { type Amount, format } from '#domain/money.ts'
import type { Order } from '#domain/order.ts'
import { feeInQuote, isFeeUnvalued } from '#domain/position.ts'
import type { Told } from '#domain/told.ts'

const orNull = (value: Amount<string>): string | null => (value === 0n ? null : format(value))

const decisionOf = ({ time, symbol, owner, kind, reason, price, outcome, message, values, intent }: Decision): object =>
  outcome === 'ordered'
    ? { time, symbol, owner, kind, reason, price, values, intent }
    : { time, symbol, owner, kind, reason, price, values, code: outcome, message }

const orderOf = ({ id, intent, owner, purpose, reason, createdAt, request }: Order): object => ({
  time: createdAt,
  symbol: request.symbol,
  owner,
  orderId: id,
  intent,
  purpose,
  reason,
  side: request.side,
  type: request.type,
  quantity: orNull(request.quantity),
  quoteAmount: orNull(request.quoteAmount),
  price: orNull(request.price),
  stopPrice: orNull(request.stopPrice),
})

const fillOf = ({ fill, owner, intent, purpose, reason, base, quote, realised }: FillRecord): object => ({
  time: fill.time,
  symbol: fill.symbol,
  owner,
  tradeId: fill.tradeId,
  orderId: fill.orderId,
  intent,
  purpose,
  reason,
  side: fill.side,
  price: format(fill.price),
  quantity: format(fill.quantity),
  quote: format(fill.quote),
  fee: format(fill.fee),
  feeAsset: fill.feeAsset,
  feeInQuote: isFeeUnvalued(fill, base, quote) ? null : format(feeInQuote(fill, base, quote)),
  maker: fill.maker,
  realised: format(realised),
})

const tripOf = ({ trip, reason }: TripRecord, quoteAsset: string): object => ({
  time: trip.closedAt,
  symbol: trip.symbol,
  owner: trip.owner,
  openedAt: trip.openedAt,
  quantity: format(trip.quantity),
  bought: format(trip.bought),
  sold: format(trip.sold),
  fees: format(trip.fees),
  realised: format(trip.realised),
  quoteAsset,
  reason,
})

function fieldsOf(told: Told): object {
  switch (told.kind) {
    case 'signal':
    case 'denied':
      return decisionOf(told.decision)
    case 'order':
      return orderOf(told.order)
    case 'fill':
      return fillOf(told.record)
    case 'stop_moved': {
      const { time, symbol, owner, from, to, reason } = told.move
      return { time, symbol, owner, from: orNull(from), to: orNull(to), reason }
    }
    case 'closed':
      return tripOf(told.record, told.quote)
    case 'dust': {
      const { time, symbol, owner, asset, quantity } = told
      return { time, symbol, owner, asset, quantity: format(quantity) }
    }
    case 'account': {
      const { time, what, person, text } = told
      return { time, what, person, text }
    }
    case 'mode': {
      const { time, mode, person, text } = told
      return { time, mode, person, text }
    }
  }
}

/** What happened as one JSON object: `event`, `time` (ms), `symbol`, `owner`, and what belongs to it; exact amounts as decimal text. */
export const jsonLine = (told: Told): string => JSON.stringify({ event: told.kind, ...fieldsOf(told) })
