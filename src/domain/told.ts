/** What people are told of a round once it is written, and how it is worded. */
import type { Decision, FillRecord, StopMoved, TripRecord } from './journal.ts'
import { format, partOf, type Quantity } from './money.ts'
import type { Order } from './order.ts'
import { amountText, fillText, numberText, priceText, quantityText, signedPercentText, signedText } from './show.ts'
import type { Time } from './time.ts'

/** What there is to tell of the account itself. */
export type AccountTold = 'short' | 'whole' | 'adjusted'

/** What of a round people are told about, once it is written. */
export type Told =
  | { readonly kind: 'signal'; readonly decision: Decision }
  | { readonly kind: 'denied'; readonly decision: Decision }
  | { readonly kind: 'order'; readonly order: Order }
  | { readonly kind: 'fill'; readonly record: FillRecord }
  | { readonly kind: 'stop_moved'; readonly move: StopMoved }
  | { readonly kind: 'closed'; readonly record: TripRecord; readonly quote: string }
  | {
      readonly kind: 'dust'
      readonly owner: string
      readonly symbol: string
      readonly asset: string
      readonly quantity: Quantity
      readonly time: Time
    }
  /** What the account outside holds was less than the record says (`short`), is no more (`whole`), or was written off (`adjusted`). */
  | { readonly kind: 'account'; readonly what: AccountTold; readonly person: string; readonly text: string; readonly time: Time }
  /** A person changed the mode; `text`: what that means. */
  | { readonly kind: 'mode'; readonly mode: string; readonly person: string; readonly text: string; readonly time: Time }

/** What a line means, for those who colour it. */
export type Tone = 'gain' | 'loss' | 'warn' | 'strong' | 'plain'

/** What happened, worded. */
export interface Line {
  readonly time: Time
  readonly symbol: string
  readonly owner: string
  /** What it is, in a word or two. */
  readonly what: string
  readonly tone: Tone
  readonly text: string
  /** The whole line is quiet: it is about how, not about what. */
  readonly aside?: true
}

const decisionLine = (decision: Decision): Line => {
  const { time, symbol, owner, kind, price, reason, outcome, message } = decision
  const wish = `${kind} at ${numberText(price)}: ${reason}`
  if (outcome === 'ordered') return { time, symbol, owner, what: 'signal', tone: 'strong', text: wish }
  return { time, symbol, owner, what: 'denied', tone: 'warn', text: `${wish}; ${message}` }
}

function orderLine({ createdAt, owner, purpose, reason, request }: Order): Line {
  const { symbol, side, type, quantity, quoteAmount, price, stopPrice } = request
  const amount = quoteAmount > 0n ? `for ${amountText(quoteAmount)}` : quantityText(quantity)
  const where = [stopPrice > 0n ? `trigger ${priceText(stopPrice)}` : '', price > 0n ? `limit ${priceText(price)}` : ''].filter(
    text => text !== '',
  )
  const text = `${side} ${amount} ${type}${where.length === 0 ? '' : ` ${where.join(' ')}`} (${reason})`
  return { time: createdAt, symbol, owner, what: 'order', tone: 'plain', text, ...(purpose === 'protection' ? { aside: true } : {}) }
}

function fillLine(record: FillRecord): Line {
  const { fill, owner, purpose, reason } = record
  const hit = reason.includes('stop') ? 'stop hit' : 'target hit'
  const text = `${fill.side} ${fillText(record)}`
  return {
    time: fill.time,
    symbol: fill.symbol,
    owner,
    what: purpose === 'protection' ? hit : 'fill',
    tone: fill.side === 'BUY' ? 'gain' : 'loss',
    text: purpose === 'protection' ? text : `${text} (${reason})`,
  }
}

const movedLine = ({ time, symbol, owner, from, to, reason }: StopMoved): Line => ({
  time,
  symbol,
  owner,
  what: 'stop',
  tone: 'plain',
  text: `${to > 0n ? `moved ${from > 0n ? `from ${priceText(from)} ` : ''}to ${priceText(to)}` : `taken away, was ${priceText(from)}`} (${reason})`,
})

const closedLine = ({ trip, reason }: TripRecord, quote: string): Line => ({
  time: trip.closedAt,
  symbol: trip.symbol,
  owner: trip.owner,
  what: 'closed',
  tone: trip.realised < 0n ? 'loss' : 'gain',
  text: `${signedText(trip.realised)} ${quote} (${signedPercentText(partOf(trip.realised, trip.bought))}), fees ${amountText(trip.fees)}: ${reason}`,
})

/** The wording of what happened, for every front end. */
export function lineOf(told: Told): Line {
  switch (told.kind) {
    case 'signal':
    case 'denied':
      return decisionLine(told.decision)
    case 'order':
      return orderLine(told.order)
    case 'fill':
      return fillLine(told.record)
    case 'stop_moved':
      return movedLine(told.move)
    case 'closed':
      return closedLine(told.record, told.quote)
    case 'dust': {
      const text = `${format(told.quantity)} ${told.asset} is too little to be sold and leaves the position`
      return { time: told.time, symbol: told.symbol, owner: told.owner, what: 'dust', tone: 'plain', text, aside: true }
    }
    case 'account':
      return { time: told.time, symbol: '-', owner: told.person, what: told.what, tone: 'warn', text: told.text }
    case 'mode':
      return { time: told.time, symbol: '-', owner: told.person, what: 'mode', tone: 'warn', text: told.text }
  }
}
