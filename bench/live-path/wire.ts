/** What Binance sends, as text: bars of a combined stream, and what comes of an order. */
import type { Time } from '#domain/time.ts'

/** The symbol that is traded. */
export const SYMBOL = 'BTCUSDC'
/** A key of this bench alone. */
export const API_KEY = 'bench'
/** Its secret. */
export const SECRET = 'a secret of nobody'
/** Every order buys or sells so much. */
export const QUANTITY = '0.01000000'
/** Length of a bar in milliseconds. */
export const MINUTE = 60_000

const EIGHT = 8

/** The close of each bar: up and down by turns, so that RSI(14) is over 51 and under 49 by turns and every bar leads to an order. */
export const closeAt = (openTime: number): number => ((openTime / MINUTE) % 2 === 0 ? 30_015 : 29_985)

/** A bar on its combined stream, about 360 bytes as in reality. */
export function klineText(symbol: string, openTime: number, closed: boolean): string {
  const [open, close] = [closeAt(openTime - MINUTE), closeAt(openTime)]
  const kline = {
    t: openTime,
    T: openTime + MINUTE - 1,
    s: symbol,
    i: '1m',
    f: 3_100_000,
    L: 3_100_120,
    o: open.toFixed(EIGHT),
    c: close.toFixed(EIGHT),
    h: '30020.00000000',
    l: '29980.00000000',
    v: '148.97600000',
    n: 121,
    x: closed,
    q: '4469280.00000000',
    V: '74.48800000',
    Q: '2234640.00000000',
    B: '0',
  }
  return JSON.stringify({ stream: `${symbol.toLowerCase()}@kline_1m`, data: { e: 'kline', E: openTime + MINUTE, s: symbol, k: kline } })
}

/** An order as it arrived. */
export interface Ordered {
  readonly symbol: string
  readonly side: string
  readonly quantity: string
  readonly newClientOrderId: string
}

// Wide enough for a bench; told as Binance tells them.
const rateLimits = (count: number) => [
  { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 1_000_000, count: count % 1000 },
  { rateLimitType: 'ORDERS', interval: 'DAY', intervalNum: 1, limit: 100_000_000, count },
  { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 100_000_000, count },
]

/** exchangeInfo of the one symbol. */
export const exchangeInfo = () => ({
  timezone: 'UTC',
  serverTime: Date.now(),
  rateLimits: rateLimits(0),
  symbols: [
    {
      symbol: SYMBOL,
      status: 'TRADING',
      baseAsset: 'BTC',
      quoteAsset: 'USDC',
      orderTypes: ['LIMIT', 'LIMIT_MAKER', 'MARKET', 'STOP_LOSS', 'STOP_LOSS_LIMIT', 'TAKE_PROFIT', 'TAKE_PROFIT_LIMIT'],
      isSpotTradingAllowed: true,
      permissionSets: [['SPOT']],
      filters: [
        { filterType: 'PRICE_FILTER', minPrice: '0.01000000', maxPrice: '1000000.00000000', tickSize: '0.01000000' },
        { filterType: 'LOT_SIZE', minQty: '0.00001000', maxQty: '9000.00000000', stepSize: '0.00001000' },
        {
          filterType: 'NOTIONAL',
          minNotional: '5.00000000',
          applyMinToMarket: true,
          maxNotional: '9000000.00000000',
          applyMaxToMarket: false,
        },
        { filterType: 'MAX_NUM_ORDERS', maxNumOrders: 200 },
        { filterType: 'MAX_NUM_ALGO_ORDERS', maxNumAlgoOrders: 5 },
      ],
    },
  ],
})

const PRICE = '30000.00000000'
const SPENT = '300.00000000'
const FEE = '0.00034000'

/** The answer to a market order that filled at once. */
export const orderResult = ({ symbol, side, quantity, newClientOrderId }: Ordered, id: number, time: Time) => ({
  symbol,
  orderId: id,
  orderListId: -1,
  clientOrderId: newClientOrderId,
  transactTime: time,
  price: '0.00000000',
  origQty: quantity,
  executedQty: quantity,
  origQuoteOrderQty: '0.00000000',
  cummulativeQuoteQty: SPENT,
  status: 'FILLED',
  timeInForce: 'GTC',
  type: 'MARKET',
  side,
  workingTime: time,
  fills: [{ price: PRICE, qty: quantity, commission: FEE, commissionAsset: 'BNB', tradeId: id }],
  selfTradePreventionMode: 'EXPIRE_MAKER',
})

/** The same over the WebSocket API. */
export const answerText = (id: unknown, result: object, count: number): string =>
  JSON.stringify({ id, status: 200, result, rateLimits: rateLimits(count) })

/** The events of user data that such an order leads to: it stands, it traded, the balances changed. */
export function eventTexts(order: Ordered, id: number, time: Time): string[] {
  const report = (type: string, status: string, traded: boolean) => ({
    e: 'executionReport',
    E: time,
    s: order.symbol,
    c: order.newClientOrderId,
    S: order.side,
    o: 'MARKET',
    f: 'GTC',
    q: order.quantity,
    p: '0.00000000',
    P: '0.00000000',
    F: '0.00000000',
    g: -1,
    C: '',
    x: type,
    X: status,
    r: 'NONE',
    i: id,
    l: traded ? order.quantity : '0.00000000',
    z: traded ? order.quantity : '0.00000000',
    L: traded ? PRICE : '0.00000000',
    n: traded ? FEE : '0',
    N: traded ? 'BNB' : null,
    T: time,
    t: traded ? id : -1,
    I: 2 * id,
    w: !traded,
    m: false,
    M: traded,
    O: time,
    Z: traded ? SPENT : '0.00000000',
    Y: traded ? SPENT : '0.00000000',
    Q: '0.00000000',
    W: time,
    V: 'EXPIRE_MAKER',
  })
  const balances = ['BTC', 'USDC', 'BNB'].map(a => ({ a, f: '1000.00000000', l: '0.00000000' }))
  return [
    report('NEW', 'NEW', false),
    report('TRADE', 'FILLED', true),
    { e: 'outboundAccountPosition', E: time, u: time, B: balances },
  ].map(event => JSON.stringify({ subscriptionId: 0, event }))
}
