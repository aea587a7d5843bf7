/** The command line of the simulator. */
import { parseArgs } from 'node:util'
import { type Money, money, type Ratio, ratio } from '#domain/money.ts'
import { Fault } from '#domain/fault.ts'

/** What --help prints. */
export const SIMULATOR_HELP = `npm run simulator -- [options]

A Binance on 127.0.0.1: REST, streams and the WebSocket API as Binance speaks them, over replayed candles or ticks. No real money, and nothing
outside of this machine is contacted. What to do with it while it runs: GET /admin.

  --candles FILE[,FILE…]  CSV files named SYMBOL-TIMEFRAME.csv(.gz); default: the bundled ones
  --trades FILE[,FILE…]   ticks instead: CSV files of trades named SYMBOL-….csv(.gz), as Binance publishes them
                          (id,price,qty,quoteQty,time,isBuyerMaker,isBestMatch), or with a header that names such columns. Several of a symbol
                          follow one another. Bars of every interval from 1s to 1M are built from them. With --candles too: both, of different symbols
  --book-tickers FILE[,FILE…]  best bids and asks to go with the trades: CSV with a header (bid, bidQty, ask, askQty, and eventTimeMs or
                          recvTimeNs). Orders meet these then, and no more than is shown; without, each trade is the price that they meet
  --symbols-file FILE     exchangeInfo (default data/symbols.json with data/ticks/symbols.json): symbols, exchangeFilters; assetFilters
                          (MAX_ASSET) are taken, too
  --unlisted SYMBOL       a symbol with candles or ticks that is listed only later, by POST /admin/listing; may be repeated
  --port N                default 0: a free one
  --speed N               instants a second, max, or step (default): the market moves only by POST /admin/step. now: as today's market,
                          each bar as long as it says; what is replayed is moved in time so that the bar or minute of --start (else the
                          one in the middle) is now. This is what a service trades on: give it candles of 1m, or ticks. An instant of ticks is all
                          that happened in one millisecond, and the end of each second with ticks and of each minute
  --start TIME            candles that open and ticks that happened before are the past: 2023-01-31, 2023-01-31T12:00 (UTC) or milliseconds
  --balance ASSET=AMOUNT  what the account holds; may be repeated (default EUR=10000)
  --key KEY:SECRET        an HMAC key to accept; may be repeated. Default: a new one, printed
  --ed25519               make a new Ed25519 key too, and print it
  --fee 0.001             of a fill, maker and taker alike
  --slippage BP           half-spread and slippage in basis points; default 5 for BTC and ETH, 15 for others, and at most 10 % of a
                          candle’s volume (trades: of the last minute’s). 0: none, no volume limit. Best bids and asks have no need of it
  --time clock|market     the server's time: this machine's (default), or that of the replay
  --json                  one JSON line with addresses and keys
  --help                  this text`

/** What was asked for. */
export interface SimulatorCli {
  /** Null: the bundled ones, unless there are trades. */
  readonly candles: readonly string[] | null
  readonly trades: readonly string[]
  readonly bookTickers: readonly string[]
  readonly symbolsFile: string | null
  readonly unlisted: readonly string[]
  readonly port: number
  /** Instants a second; null: only by the admin endpoint; now: as the machine's clock goes. */
  readonly speed: number | 'now' | null
  readonly start: number | null
  readonly balances: ReadonlyMap<string, Money>
  readonly keys: readonly { readonly apiKey: string; readonly secret: string }[]
  readonly ed25519: boolean
  readonly fee: Ratio
  /** Basis points; null: by the base asset. */
  readonly slippage: number | null
  readonly serverTime: 'clock' | 'market'
  readonly json: boolean
  readonly help: boolean
}

const options = {
  candles: { type: 'string' },
  trades: { type: 'string' },
  'book-tickers': { type: 'string' },
  'symbols-file': { type: 'string' },
  unlisted: { type: 'string', multiple: true },
  port: { type: 'string' },
  speed: { type: 'string' },
  start: { type: 'string' },
  balance: { type: 'string', multiple: true },
  key: { type: 'string', multiple: true },
  ed25519: { type: 'boolean' },
  fee: { type: 'string' },
  slippage: { type: 'string' },
  time: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

const wrong = (option: string, text: string, rule: string): Fault => new Fault('misconfigured', `${option} ${text}: ${rule}.`)

/** Reads the command line. Throws a Fault that names the option, the rule and the mend. */
export function readSimulatorOptions(args: readonly string[]): SimulatorCli {
  const values = parsed(args)
  const port = Number(values.port ?? 0)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw wrong('--port', values.port!, 'a port is a number up to 65535, or 0 for any')
  const time = values.time ?? 'clock'
  if (time !== 'clock' && time !== 'market') throw wrong('--time', time, 'it is clock or market')
  const slippage = values.slippage === undefined ? null : Number(values.slippage)
  if (slippage !== null && !(slippage >= 0)) throw wrong('--slippage', values.slippage!, 'basis points of 0 or more are needed, such as 5')
  return {
    candles: values.candles?.split(',') ?? null,
    trades: values.trades?.split(',') ?? [],
    bookTickers: values['book-tickers']?.split(',') ?? [],
    symbolsFile: values['symbols-file'] ?? null,
    unlisted: values.unlisted ?? [],
    port,
    speed: speedOf(values.speed ?? 'step'),
    start: values.start === undefined ? null : timeOf(values.start),
    balances: new Map((values.balance ?? ['EUR=10000']).map(balanceOf)),
    keys: (values.key ?? []).map(keyOf),
    ed25519: values.ed25519 === true,
    fee: amountIn('--fee', values.fee ?? '0.001', ratio),
    slippage,
    serverTime: time,
    json: values.json === true,
    help: values.help === true,
  }
}

function parsed(args: readonly string[]): ReturnType<typeof parseArgs<{ options: typeof options }>>['values'] {
  try {
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw new Fault('misconfigured', `${(error as Error).message}\n\n${SIMULATOR_HELP}`)
  }
}

function speedOf(text: string): SimulatorCli['speed'] {
  if (text === 'step') return null
  if (text === 'now') return text
  const speed = text === 'max' ? Number.POSITIVE_INFINITY : Number(text)
  if (!(speed > 0)) throw wrong('--speed', text, 'a number of instants a second above 0 is needed, max, now, or step')
  return speed
}

function timeOf(text: string): number {
  const time = /^\d+$/.test(text) ? Number(text) : Date.parse(text.includes('T') ? `${text}Z` : text)
  if (!Number.isFinite(time)) throw wrong('--start', text, 'a time is written 2023-01-31, 2023-01-31T12:00 (UTC), or in milliseconds')
  return time
}

function balanceOf(text: string): readonly [string, Money] {
  const [asset = '', amount = ''] = text.split('=')
  if (asset === '') throw wrong('--balance', text, 'it is written ASSET=AMOUNT, such as EUR=10000')
  return [asset, amountIn('--balance', amount, money)]
}

function keyOf(text: string): { readonly apiKey: string; readonly secret: string } {
  const [apiKey = '', secret = ''] = text.split(':')
  // never shown: it holds a secret
  if (!/^[A-Za-z0-9]{16,128}$/.test(apiKey) || secret.length < 16)
    throw new Fault('misconfigured', '--key: it is written KEY:SECRET, each of 16 or more letters and digits.')
  return { apiKey, secret }
}

function amountIn<A>(option: string, text: string, read: (text: string) => A): A {
  try {
    return read(text)
  } catch (error) {
    throw wrong(option, text, (error as Error).message)
  }
}
