/** What Binance says of orders and trades, in its several shapes, read into one. Each field by its name, amounts exactly. */
import { type Amount, format, money, notional, price, type Quantity, quantity } from '#domain/money.ts'
import type { Fill, Side } from '#domain/order.ts'
import type { Time } from '#domain/time.ts'

/** A trade of the account, with Binance's number of its order instead of ours. */
export interface Trade extends Omit<Fill, 'orderId' | 'feeWorth'> {
  readonly exchangeId: number
}

/** What was said of one order. */
export interface Report {
  readonly clientId: string
  /** Binance's number of the order. */
  readonly exchangeId: number
  readonly symbol: string
  readonly side: Side
  /** Binance's word: NEW, PARTIALLY_FILLED, FILLED, CANCELED, EXPIRED … */
  readonly status: string
  /** Filled so far, in base units. */
  readonly executed: Quantity
  /** When the order was made; 0: not said. */
  readonly createdAt: Time
  /** When it came to be as it is said to be. */
  readonly time: Time
  /** Binance's code for why it ended; empty: none. */
  readonly reason: string
  /** Whether it has ever been on the book: a stop is once it was reached. Null: that was not said. */
  readonly worked: boolean | null
  readonly trades: readonly Trade[]
}

/** A JSON object, as far as one knows. */
export type Raw = Readonly<Record<string, unknown>>

const text = (raw: Raw, name: string): string => String(raw[name] ?? '')
const count = (raw: Raw, name: string): number => Number(raw[name] ?? 0)
const time = (raw: Raw, name: string): Time => count(raw, name) as Time
const side = (raw: Raw, name: string): Side => (raw[name] === 'SELL' ? 'SELL' : 'BUY')
function reasonOf(raw: Raw, ...names: readonly string[]): string {
  for (const name of names) {
    const reason = text(raw, name)
    if (reason !== '' && reason !== 'NONE') return reason
  }
  return ''
}

/** An `executionReport` of the user data stream. `Z`, the sum of its quote, is negative where unknown and not needed. */
export function reportOfEvent(raw: Raw): Report {
  // on a cancel `c` is the cancel's own id, and `C` that of the order
  const original = text(raw, 'C')
  return {
    clientId: original === '' || original === 'null' ? text(raw, 'c') : original,
    exchangeId: count(raw, 'i'),
    symbol: text(raw, 's'),
    side: side(raw, 'S'),
    status: text(raw, 'X'),
    executed: quantity(text(raw, 'z') || '0'),
    createdAt: time(raw, 'O'),
    time: time(raw, 'T'),
    reason: reasonOf(raw, 'r', 'eR'),
    worked: raw['W'] !== undefined || raw['w'] === true,
    trades: raw['x'] === 'TRADE' && count(raw, 't') >= 0 ? [tradeOfEvent(raw)] : [],
  }
}

const tradeOfEvent = (raw: Raw): Trade => ({
  tradeId: count(raw, 't'),
  exchangeId: count(raw, 'i'),
  symbol: text(raw, 's'),
  side: side(raw, 'S'),
  price: price(text(raw, 'L') || '0'),
  quantity: quantity(text(raw, 'l') || '0'),
  quote: money(text(raw, 'Y') || '0'),
  fee: quantity(text(raw, 'n') || '0') as Amount<string>,
  feeAsset: text(raw, 'N'),
  maker: raw['m'] === true,
  time: time(raw, 'T'),
})

/** An order as queries, `openOrders` and the answers to orders and cancels tell it; with `fills` where it filled at once. */
export function reportOfOrder(raw: Raw): Report {
  const symbol = text(raw, 'symbol')
  const exchangeId = count(raw, 'orderId')
  const transacted = time(raw, 'transactTime')
  const base = { exchangeId, symbol, side: side(raw, 'side') }
  const fills = (raw['fills'] ?? []) as readonly Raw[]
  return {
    ...base,
    clientId: text(raw, 'origClientOrderId') || text(raw, 'clientOrderId'),
    // an acknowledgement has no status: it stands
    status: text(raw, 'status') || 'NEW',
    executed: quantity(text(raw, 'executedQty') || '0'),
    // the answer to a cancel does not say when the order was made
    createdAt: raw['origClientOrderId'] === undefined ? time(raw, 'time') || transacted : (0 as Time),
    time: transacted || time(raw, 'updateTime') || time(raw, 'time'),
    reason: reasonOf(raw, 'expiryReason'),
    worked: workedOf(raw),
    trades: fills.map(fill => filledAtOnce(base, fill, transacted)),
  }
}

// The time from which an order worked is -1 where it never did. `isWorking` is of now: an order that has ended need not work any more.
function workedOf(raw: Raw): boolean | null {
  if (raw['isWorking'] === true) return true
  return raw['workingTime'] === undefined ? null : count(raw, 'workingTime') > 0
}

// What fills as it arrives is a taker's; its quote is not said and follows from price and quantity.
function filledAtOnce(base: Pick<Trade, 'exchangeId' | 'symbol' | 'side'>, raw: Raw, at: Time): Trade {
  const [paid, size] = [price(text(raw, 'price')), quantity(text(raw, 'qty'))]
  return {
    ...base,
    tradeId: count(raw, 'tradeId'),
    price: paid,
    quantity: size,
    quote: notional(paid, size),
    fee: quantity(text(raw, 'commission')) as Amount<string>,
    feeAsset: text(raw, 'commissionAsset'),
    maker: false,
    time: at,
  }
}

/** The orders in an answer about one order, about a list, or about one in the place of another. */
export function reportsOf(raw: Raw): Report[] {
  const inList = raw['orderReports'] as readonly Raw[] | undefined
  if (inList !== undefined) return inList.map(reportOfOrder)
  const cancelled = raw['cancelResponse'] as Raw | undefined
  return (cancelled === undefined ? [raw] : [cancelled, raw['newOrderResponse'] as Raw]).map(reportOfOrder)
}

/** A row of `myTrades`. */
export const tradeOf = (raw: Raw): Trade => ({
  tradeId: count(raw, 'id'),
  exchangeId: count(raw, 'orderId'),
  symbol: text(raw, 'symbol'),
  side: raw['isBuyer'] === true ? 'BUY' : 'SELL',
  price: price(text(raw, 'price')),
  quantity: quantity(text(raw, 'qty')),
  quote: money(text(raw, 'quoteQty')),
  fee: quantity(text(raw, 'commission')) as Amount<string>,
  feeAsset: text(raw, 'commissionAsset'),
  maker: raw['isMaker'] === true,
  time: time(raw, 'time'),
})

/** What an asset's balance came to be. */
export interface Balance {
  readonly asset: string
  readonly free: Quantity
  readonly locked: Quantity
}

/** Balances of an `outboundAccountPosition`. */
export const balancesOfEvent = (raw: Raw): Balance[] =>
  ((raw['B'] ?? []) as readonly Raw[]).map(one => ({
    asset: text(one, 'a'),
    free: quantity(text(one, 'f')),
    locked: quantity(text(one, 'l')),
  }))

/** Balances of an account. Throws where they are not in the answer. */
export const balancesOf = (raw: Raw): Balance[] =>
  (raw['balances'] as readonly Raw[]).map(one => ({
    asset: text(one, 'asset'),
    free: quantity(text(one, 'free')),
    locked: quantity(text(one, 'locked')),
  }))

/** What a trade was, for people: "a buy of 0.5 BTCUSDC at 100". */
export const wordsOf = ({ side, quantity, symbol, price }: Trade): string =>
  `${side === 'BUY' ? 'a buy' : 'a sell'} of ${format(quantity)} ${symbol} at ${format(price)}`
