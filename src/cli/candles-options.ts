/** The command line of the download of candles. */
import { parseArgs } from 'node:util'
import { Fault } from '#domain/fault.ts'
import { formatTime, isTimeframe, type Timeframe, timeframes } from '#domain/time.ts'

/** What --help prints. */
export const CANDLES_HELP = `npm run candles -- --symbols BTCUSDC,ETHUSDC --timeframe 1h --from 2024-01-01 [options]

Downloads the history of symbols from Binance, without an account, into files that backtests read. It goes on where a file stops, also
where it was killed; what is downloaded is looked at bar by bar, and holes are told.

  --symbols S[,S…]     as Binance writes them
  --timeframe 1h       one of ${timeframes.join(' ')}
  --from, --to         candles that open from then on, and before then: 2024-01-31, 2024-01-31T12:00 (UTC) or milliseconds.
                       Without --to: all that have closed
  --dir DIR            where the files go, named SYMBOL-TIMEFRAME.csv.gz (default: candles in the data folder)
  --url URL            where they come from (default https://data-api.binance.vision)
  --json               one JSON object a line on standard output
  --help               this text`

/** What was asked for. */
export interface CandlesOptions {
  readonly symbols: readonly string[]
  readonly timeframe: Timeframe
  readonly from: number
  readonly to: number
  readonly dir: string | null
  readonly url: string
  readonly json: boolean
}

// REST without an account. The testnet's history is another market's, so BINANCE_SITE does not count here.
const BINANCE = 'https://data-api.binance.vision'

const options = {
  symbols: { type: 'string' },
  timeframe: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  dir: { type: 'string' },
  url: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

const wrong = (option: string, text: string, rule: string): Fault =>
  new Fault('misconfigured', text === '' ? `${option}: it is missing; ${rule}` : `${option} ${text}: ${rule}`)

/** Reads the command line; null: help was asked for. Throws a Fault that names the option, the rule and the mend. */
export function readCandlesOptions(args: readonly string[]): CandlesOptions | null {
  const values = parsed(args)
  if (values.help === true) return null
  const timeframe = values.timeframe ?? ''
  const symbols = symbolsOf(values.symbols ?? '')
  if (!isTimeframe(timeframe)) throw wrong('--timeframe', timeframe, `write one of ${timeframes.join(', ')}.`)
  const from = timeOf('--from', values.from ?? '')
  const to = values.to === undefined ? Number.POSITIVE_INFINITY : timeOf('--to', values.to)
  if (from >= to) throw wrong('--to', values.to!, `it must lie after --from, which is ${formatTime(from)}. Mend one of them.`)
  const { dir = null, url = BINANCE } = values
  if (!/^https?:\/\/[^/]/.test(url) || !URL.canParse(url)) throw wrong('--url', url, 'an address is written https://host, without a path.')
  return { symbols, timeframe, from, to, dir, url, json: values.json === true }
}

function parsed(args: readonly string[]): ReturnType<typeof parseArgs<{ options: typeof options }>>['values'] {
  try {
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw new Fault('misconfigured', `${(error as Error).message}\n\n${CANDLES_HELP}`)
  }
}

function symbolsOf(text: string): string[] {
  const symbols = text.split(',').map(symbol => symbol.trim().toUpperCase())
  const bad = symbols.find(symbol => !/^[A-Z0-9._-]{1,30}$/.test(symbol))
  if (bad !== undefined) throw wrong('--symbols', text, 'write symbols as Binance does, such as BTCUSDC,ETHUSDC.')
  return [...new Set(symbols)]
}

function timeOf(option: string, text: string): number {
  if (/^\d{9,15}$/.test(text)) return Number(text)
  const [, day, hour = '00:00'] = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d))?$/.exec(text) ?? []
  const time = Date.parse(`${day}T${hour}Z`)
  // the machine takes the 31st of February for the 3rd of March
  if (Number.isNaN(time) || !new Date(time).toISOString().startsWith(day!))
    throw wrong(option, text, 'a UTC date or milliseconds are needed. Write 2024-01-31, 2024-01-31T12:00 or 1706659200000.')
  return time
}
