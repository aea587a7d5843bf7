/** What outside programs are told, as they know it: the channels and the JSON of the seed document, numbers and all. */
import type { Candle } from './candle.ts'
import type { Decision } from './journal.ts'
import { add, type Money, toNumber, zero } from './money.ts'
import type { Side } from './order.ts'
import { lengthOf, openOf, type Time, type Timeframe } from './time.ts'

/** A text and where it is said. */
export interface Message {
  readonly channel: string
  readonly text: string
}

/** An asset as it is told; `value`: in the quote asset of the account, null where no price is known. */
export interface Balance {
  readonly asset: string
  readonly free: Money
  readonly locked: Money
  readonly value: Money | null
}

/** A closed candle. The configured interval has the plain channel, others name theirs. */
export function candleMessage(candle: Candle, interval: Timeframe): Message {
  const { symbol, timeframe, openTime, open, high, low, close, volume } = candle
  return {
    channel: timeframe === interval ? `market:data:${symbol}` : `market:data:${symbol}:${timeframe}`,
    text: JSON.stringify({ symbol, startTime: openTime, closeTime: openTime + lengthOf(timeframe) - 1, open, high, low, close, volume }),
  }
}

/** What a strategy wished at the close of a candle, whether or not it was ordered. `timestamp` is when that candle opened. */
export function signalMessage(decision: Decision, side: Side, timeframe: Timeframe): Message {
  const { owner: strategy, symbol, time, price, reason, outcome, values } = decision
  const timestamp = openOf(time - 1, timeframe)
  return {
    channel: 'analyze:signal',
    text: JSON.stringify({ strategy, symbol, side, timestamp, price, metadata: values ?? {}, reason, outcome }),
  }
}

/** What the account holds. `euro`: euros for one of the quote asset, or null; a value that is not known is null and never 0. */
export function balanceMessages(balances: readonly Balance[], quote: string, euro: number | null, time: Time): Message[] {
  const inEuro = (value: Money | null): number | null => (value === null || euro === null ? null : cents(toNumber(value) * euro))
  const rows = balances.map(({ asset, free, locked, value }) => ({
    asset,
    disponible: toNumber(free),
    en_ordre: toNumber(locked),
    total: toNumber(add(free, locked)),
    eur_value: inEuro(value),
  }))
  const total = balances.reduce((sum, { value }) => (value === null ? sum : add(sum, value)), zero<Money>())
  return [
    { channel: 'account:balances', text: JSON.stringify(rows) },
    {
      channel: 'account:total_balance',
      text: JSON.stringify({ timestamp: time, total: toNumber(total), asset: quote, eur_value: inEuro(total) }),
    },
  ]
}

const cents = (amount: number): number => Math.round(amount * 100) / 100
