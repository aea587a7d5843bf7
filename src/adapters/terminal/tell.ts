import type { Decision, FillRecord, StopMoved, TripRecord } from '#domain/journal.ts'
import { format, partOf } from '#domain/money.ts'
import type { Order } from '#domain/order.ts'
import { amountText, fillText, numberText, priceText, quantityText, signedPercentText, signedText } from '#domain/show.ts'
import { formatTime } from '#domain/time.ts'
import type { Told } from '#ports/teller.ts'
import { harmless, type Paint, paintFigures, type Tint } from './paint.ts'

interface Line {
  readonly time: number
  readonly symbol: string
  readonly owner: string
  /** What it is, in one word. */
  readonly what: string
  readonly tint: Tint
  readonly text: string
  /** The whole line is quiet: it is about how, not about what. */
  readonly aside?: true
}

const decisionLine = (decision: Decision): Line => {
  const { time, symbol, owner, kind, price, reason, outcome, message } = decision
  const wish = `${kind} at ${numberText(price)}: ${reason}`
  if (outcome === 'ordered') return { time, symbol, owner, what: 'signal', tint: 'strong', text: wish }
  return { time, symbol, owner, what: 'denied', tint: 'warn', text: `${wish}; ${message}` }
}

function orderLine({ createdAt, owner, purpose, reason, request }: Order): Line {
  const { symbol, side, type, quantity, quoteAmount, price, stopPrice } = request
  const amount = quoteAmount > 0n ? `for ${amountText(quoteAmount)}` : quantityText(quantity)
  const where = [stopPrice > 0n ? `trigger ${priceText(stopPrice)}` : '', price > 0n ? `limit ${priceText(price)}` : ''].filter(
    text => text !== '',
  )
  const text = `${side} ${amount} ${type}${where.length === 0 ? '' : ` ${where.join(' ')}`} (${reason})`
  return { time: createdAt, symbol, owner, what: 'order', tint: 'plain', text, ...(purpose === 'protection' ? { aside: true } : {}) }
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
    tint: fill.side === 'BUY' ? 'gain' : 'loss',
    text: purpose === 'protection' ? text : `${text} (${reason})`,
  }
}

const movedLine = ({ time, symbol, owner, from, to, reason }: StopMoved): Line => ({
  time,
  symbol,
  owner,
  what: 'stop',
  tint: 'plain',
  text: `moved ${from > 0n ? `from ${amountText(from)} ` : ''}to ${to > 0n ? amountText(to) : 'nowhere'} (${reason})`,
})

const closedLine = ({ trip, reason }: TripRecord, quote: string): Line => ({
  time: trip.closedAt,
  symbol: trip.symbol,
  owner: trip.owner,
  what: 'closed',
  tint: trip.realised < 0n ? 'loss' : 'gain',
  text: `${signedText(trip.realised)} ${quote} (${signedPercentText(partOf(trip.realised, trip.bought))}), fees ${amountText(trip.fees)}: ${reason}`,
})

function lineOf(told: Told): Line {
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
      return { time: told.time, symbol: told.symbol, owner: told.owner, what: 'dust', tint: 'plain', text, aside: true }
    }
  }
}

/** What happened as one line: time, symbol, owner, what. */
export function tellLine(told: Told, paint: Paint): string {
  const { time, symbol, owner, what, tint, text, aside } = lineOf(told)
  const head = `${formatTime(time)}  ${harmless(symbol).padEnd(8)} ${harmless(owner).padEnd(10)} `
  const body = harmless(text)
  if (aside === true) return paint('quiet', `${head}${what.padEnd(10)} ${body}`)
  return `${paint('quiet', head)}${paint(tint, what.padEnd(10))} ${tint === 'warn' ? paint('warn', body) : paintFigures(body, paint)}`
}
