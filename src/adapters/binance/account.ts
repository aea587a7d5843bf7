/** What is asked of the account by REST. All throw BinanceFault. */
import { add } from '#domain/money.ts'
import type { Holdings } from '#ports/exchange.ts'
import { BinanceFault } from './faults.ts'
import type { Urgency } from './budget.ts'
import { type Balance, balancesOf, type Raw, type Report, reportOfOrder, reportsOf, type Trade, tradeOf } from './reports.ts'
import type { Parameters, Rest } from './rest.ts'

/** Which order: by our id, or by Binance's. */
export type Which = { readonly symbol: string } & ({ readonly clientId: string } | { readonly exchangeId: number })

/** Which orders of a symbol: those made at or after an instant, or from one of Binance's numbers on. */
export type WhichOrders = { readonly symbol: string } & ({ readonly startTime: number } | { readonly fromId: number })

/** Which trades of a symbol: of one order, from a number on, from an instant on, or the newest. */
export type WhichTrades = { readonly symbol: string; readonly limit?: number } & Selection

type Selection =
  | { readonly exchangeId: number; readonly fromId?: number }
  | { readonly fromId: number }
  | { readonly startTime: number }
  | { readonly newest: true }

const whichParameters = (which: Selection): Record<string, string> => ({
  ...('exchangeId' in which ? { orderId: String(which.exchangeId) } : {}),
  ...('fromId' in which ? { fromId: String(which.fromId) } : {}),
  ...('startTime' in which ? { startTime: String(which.startTime) } : {}),
})

/** An order to place, or with `pair` both of a one-cancels-the-other pair. */
export interface Placing {
  readonly parameters: Readonly<Record<string, string>>
  readonly pair: boolean
  readonly urgency: Urgency
  /** For how many milliseconds it may wait for room; infinite: however long that takes. */
  readonly patience: number
  /** It must not leave before this has resolved; it may be made ready meanwhile. */
  readonly hold?: Promise<void> | undefined
  /** It has been signed and goes out now; a second time where Binance refused the first for its time. */
  sent(): void
}

/** An account over REST. */
export interface Account {
  account(): Promise<Raw>
  /** What is free and what orders hold back of each asset. */
  balances(): Promise<readonly Balance[]>
  /** What it holds of each asset. */
  holdings(): Promise<Holdings>
  openOrders(symbol?: string): Promise<Report[]>
  order(which: Which): Promise<Report>
  /** Orders, ended or not, the oldest first. At most `MOST_ORDERS`. */
  orders(which: WhichOrders): Promise<Report[]>
  trades(which: WhichTrades): Promise<Trade[]>
  /** Places an order or a one-cancels-the-other pair. */
  place(placing: Placing): Promise<Report[]>
  /** Cancels an order; the other one of its pair goes with it. */
  cancel(symbol: string, clientId: string): Promise<Report[]>
  /** Cancels an order and places another once it is gone, in one request. */
  replace(placing: Placing): Promise<Report[]>
  /** Whether an order would be taken; it is not placed. */
  test(parameters: Parameters): Promise<void>
  commission(symbol: string): Promise<Raw>
  /** What the API key may do. */
  restrictions(): Promise<Raw>
  /** Whether Binance has locked the account, or its API trading. */
  standing(): Promise<{ readonly status: unknown; readonly locked: unknown }>
  /** Orders counted against the limits. */
  orderCounts(): Promise<readonly Raw[]>
}

const ALL_SYMBOLS_WEIGHT = 80
/** Most rows of `allOrders` in one answer. */
export const MOST_ORDERS = 1000
/** Most rows of `myTrades` in one answer. */
export const MOST_TRADES = 1000

/** Opens the account. */
export function openAccount(rest: Rest): Account {
  const get = (path: string, weight: number, parameters: Parameters = {}, urgency: Urgency = 'ordinary'): Promise<unknown> =>
    rest.ask({ method: 'GET', path, parameters, weight, urgency, signed: true })

  const account = async (): Promise<Raw> => (await get('/api/v3/account', 20)) as Raw
  const balances = async (): Promise<readonly Balance[]> => {
    const raw = await account()
    const found = readAs('GET /api/v3/account', false, () => balancesOf(raw))
    // it lists all assets that there are, also those of which the account has none
    if (found.length === 0) throw new BinanceFault('retry', "Binance's answer to GET /api/v3/account lists no asset at all.")
    return found
  }

  return {
    account,
    balances,
    holdings: async () => new Map((await balances()).map(({ asset, free, locked }) => [asset, add(free, locked)])),
    async openOrders(symbol) {
      const rows = await get('/api/v3/openOrders', symbol === undefined ? ALL_SYMBOLS_WEIGHT : 6, symbol === undefined ? {} : { symbol })
      return readAs('GET /api/v3/openOrders', false, () => (rows as Raw[]).map(reportOfOrder))
    },
    async order(which) {
      const { symbol } = which
      const parameters = 'clientId' in which ? { symbol, origClientOrderId: which.clientId } : { symbol, orderId: String(which.exchangeId) }
      // what is unknown of an order is what keeps an exit waiting
      const raw = await get('/api/v3/order', 4, parameters, 'exit')
      return readAs('GET /api/v3/order', false, () => reportOfOrder(raw as Raw))
    },
    async orders({ symbol, ...from }) {
      const begin = 'fromId' in from ? { orderId: String(from.fromId) } : { startTime: String(from.startTime) }
      const rows = await get('/api/v3/allOrders', 20, { symbol, limit: String(MOST_ORDERS), ...begin }, 'exit')
      return readAs('GET /api/v3/allOrders', false, () => (rows as Raw[]).map(reportOfOrder))
    },
    async trades({ symbol, limit = MOST_TRADES, ...which }) {
      const ofOrder = 'exchangeId' in which
      const urgency = ofOrder || 'startTime' in which ? 'exit' : 'ordinary'
      const parameters = { symbol, limit: String(limit), ...whichParameters(which) }
      const rows = await get('/api/v3/myTrades', ofOrder ? 5 : 20, parameters, urgency)
      return readAs('GET /api/v3/myTrades', false, () => (rows as Raw[]).map(tradeOf))
    },
    async place({ pair, ...placing }) {
      const path = pair ? '/api/v3/orderList/oco' : '/api/v3/order'
      const raw = await rest.ask({ method: 'POST', path, weight: 1, orders: pair ? 2 : 1, signed: true, ...placing })
      return readAs(`POST ${path}`, true, () => reportsOf(raw as Raw))
    },
    async cancel(symbol, clientId) {
      const parameters = { symbol, origClientOrderId: clientId }
      const raw = await rest.ask({ method: 'DELETE', path: '/api/v3/order', parameters, weight: 1, urgency: 'exit', signed: true })
      return readAs('DELETE /api/v3/order', true, () => reportsOf(raw as Raw))
    },
    async replace({ parameters, urgency, patience, sent }) {
      const path = '/api/v3/order/cancelReplace'
      const raw = await rest.ask({ method: 'POST', path, weight: 1, orders: 1, signed: true, parameters, urgency, patience, sent })
      return readAs(`POST ${path}`, true, () => reportsOf(raw as Raw))
    },
    async test(parameters) {
      await rest.ask({ method: 'POST', path: '/api/v3/order/test', parameters, weight: 1, signed: true, changes: false })
    },
    commission: async symbol => (await get('/api/v3/account/commission', 20, { symbol })) as Raw,
    restrictions: async () => (await get('/sapi/v1/account/apiRestrictions', 1)) as Raw,
    async standing() {
      const { data: status } = (await get('/sapi/v1/account/status', 1)) as Raw
      const { data } = (await get('/sapi/v1/account/apiTradingStatus', 1)) as { readonly data?: Raw }
      return { status, locked: data?.['isLocked'] }
    },
    orderCounts: async () => (await get('/api/v3/rateLimit/order', 40)) as Raw[],
  }
}

/** Reads an answer; what cannot be read is a fault, and where something was changed it is unknown what. */
export function readAs<Read>(ask: string, changes: boolean, read: () => Read): Read {
  try {
    return read()
  } catch {
    throw new BinanceFault(
      changes ? 'unknown_outcome' : 'retry',
      `Binance's answer to ${ask} is not as its documentation says: it cannot be read.`,
    )
  }
}
