/** The command line of the backtest: what may be written, and what is wrong with what was. */
import { parseArgs } from 'node:util'
import { basisPoints, type Money, money, quantity, type Ratio, ratio } from '#domain/money.ts'
import type { Size } from '#domain/sizing.ts'
import { isTimeframe, type Timeframe, timeframes } from '#domain/time.ts'

/** Something on the command line is wrong: what, the rule, and the mend. */
export class UsageError extends Error {}

/** What was asked for. */
export interface BacktestOptions {
  readonly strategy: string
  readonly files: readonly string[]
  /** One a file, or none: the files' names say it. */
  readonly symbols: readonly string[] | null
  readonly timeframe: Timeframe | null
  /** Open times in UTC milliseconds: from this on, up to, not including, that. */
  readonly from: number
  readonly to: number
  readonly params: Readonly<Record<string, string>>
  readonly cash: Money
  readonly fee: Ratio
  /** Null: by the base asset. */
  readonly slippage: Ratio | null
  /** Null: the default. */
  readonly size: Size | null
  readonly json: boolean
  readonly trades: string | null
}

const options = {
  strategy: { type: 'string' },
  candles: { type: 'string' },
  symbol: { type: 'string' },
  timeframe: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  param: { type: 'string', multiple: true },
  cash: { type: 'string' },
  fee: { type: 'string' },
  slippage: { type: 'string' },
  size: { type: 'string' },
  json: { type: 'boolean' },
  trades: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

type Name = keyof typeof options

/** What --help prints. `strategies`: the names there are. */
export const helpLines = (strategies: readonly string[]): string[] => [
  'npm run backtest -- --strategy NAME --candles FILE[,FILE…] [options]',
  '',
  `  --strategy NAME      one of ${strategies.join(', ')}`,
  '  --candles FILE,…     CSV of openTime,open,high,low,close,volume (.gz allowed); a basket takes several',
  '  --symbol S[,S…]      one a file; default: the file name before its last dash',
  '  --timeframe 4h       of the files; default: the file name after its last dash',
  '  --from, --to         candles that open from then on, and before then: 2023-01-31, 2023-01-31T12:00 (UTC) or milliseconds',
  '  --param name=value   a parameter of the strategy, by its name or its variable; may be repeated. It comes before the variable',
  '  --cash 10000         what there is at first, in the quote asset',
  '  --fee 0.001          of a fill, as a share: 0.001 is 0.1 %',
  '  --slippage BP        half-spread and slippage in basis points; default 5 for BTC and ETH, 15 for others, and at most 10 % of a',
  '                       candle’s volume. 0: none, no spread, no volume limit',
  '  --size 100%          what an entry buys: a share of equity, or a quantity such as 0.01. Default 100%, for which the limits of 20 %',
  '                       of equity a symbol and asset are lifted. Of a basket: its allocation, by default its own',
  '  --json               one line of JSON instead of the report; notes go to stderr',
  '  --trades OUT.csv     a row a fill: time,symbol,side,price,quantity,fee,feeAsset,reason',
]

/** Reads the command line; null: help was asked for. Throws UsageError. */
export function readOptions(args: readonly string[]): BacktestOptions | null {
  const given = tokensOf(args)
  if (given.has('help')) return null
  const text = (name: Name): string | null => given.get(name)?.at(-1) ?? null
  const needed = (name: Name, mend: string): string => {
    const value = text(name)
    if (value === null || value === '') throw new UsageError(`--${name}: it is missing. ${mend}`)
    return value
  }
  const strategy = needed('strategy', 'Name a strategy, such as --strategy rsi; --help lists them.')
  const files = listOf('candles', needed('candles', 'Name a CSV file, such as --candles data/candles/BTCEUR-4h.csv.gz.'))
  const symbol = text('symbol')
  const symbols = symbol === null ? null : listOf('symbol', symbol.toUpperCase())
  if (symbols !== null && symbols.length !== files.length)
    throw new UsageError(`--symbol ${symbol}: one symbol a file is needed, there are ${files.length} files. Separate them by commas.`)
  const timeframe = text('timeframe')
  if (timeframe !== null && !isTimeframe(timeframe))
    throw new UsageError(`--timeframe ${timeframe}: there is no such timeframe. Give one of ${timeframes.join(', ')}.`)
  const from = timeOf('from', text('from')) ?? Number.NEGATIVE_INFINITY
  const to = timeOf('to', text('to')) ?? Number.POSITIVE_INFINITY
  if (from >= to) throw new UsageError(`--to ${text('to')}: it must lie after --from ${text('from')}. Mend one of them.`)
  const slippage = text('slippage')
  const size = text('size')
  return {
    strategy,
    files,
    symbols,
    timeframe: timeframe as Timeframe | null,
    from,
    to,
    params: paramsOf(given.get('param') ?? []),
    cash: cashOf(text('cash') ?? '10000'),
    fee: feeOf(text('fee') ?? '0.001'),
    slippage: slippage === null ? null : slippageOf(slippage),
    size: size === null ? null : sizeOf(size),
    json: given.has('json'),
    trades: text('trades'),
  }
}

// Not strict, so that what is wrong is told in our own words.
function tokensOf(args: readonly string[]): Map<Name, string[]> {
  const given = new Map<Name, string[]>()
  for (const token of parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true }).tokens) {
    if (token.kind === 'positional')
      throw new UsageError(`${token.value}: an option was expected. Every value follows its option; see --help.`)
    if (token.kind === 'option-terminator') continue
    const name = token.name as Name
    if (!Object.hasOwn(options, name)) throw new UsageError(`${token.rawName}: there is no such option. See --help.`)
    const takesValue = options[name].type === 'string'
    if (takesValue && token.value === undefined) throw new UsageError(`--${name}: its value is missing. See --help.`)
    if (!takesValue && token.value !== undefined) throw new UsageError(`--${name}: it takes no value. Leave "${token.value}" out.`)
    given.set(name, [...(given.get(name) ?? []), token.value ?? ''])
  }
  return given
}

function listOf(name: Name, text: string): string[] {
  const list = text.split(',').map(part => part.trim())
  if (list.includes('')) throw new UsageError(`--${name} ${text}: there is nothing between two commas. Separate names by single commas.`)
  return list
}

function paramsOf(texts: readonly string[]): Record<string, string> {
  const params: Record<string, string> = {}
  for (const text of texts) {
    const at = text.indexOf('=')
    if (at <= 0) throw new UsageError(`--param ${text}: name=value is needed, such as --param window=14.`)
    params[text.slice(0, at).trim()] = text.slice(at + 1).trim()
  }
  return params
}

const ISO = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)Z?)?$/

function timeOf(name: Name, text: string | null): number | null {
  if (text === null) return null
  if (/^\d{5,15}$/.test(text)) return Number(text)
  const [, day, hour = '00:00'] = ISO.exec(text) ?? []
  const time = Date.parse(`${day}T${hour}Z`)
  // the machine takes the 31st of February for the 3rd of March
  if (Number.isNaN(time) || !new Date(time).toISOString().startsWith(day!))
    throw new UsageError(`--${name} ${text}: a UTC date or milliseconds are needed. Write 2023-01-31, 2023-01-31T12:00 or 1675123200000.`)
  return time
}

function exactly<A>(name: Name, text: string, read: (text: string) => A, rule: string): A {
  try {
    return read(text)
  } catch {
    throw new UsageError(`--${name} ${text}: ${rule}`)
  }
}

function cashOf(text: string): Money {
  const rule = 'a number above zero is needed. Write --cash 10000.'
  const cash = exactly('cash', text, money, rule)
  if (cash <= 0n) throw new UsageError(`--cash ${text}: ${rule}`)
  return cash
}

function feeOf(text: string): Ratio {
  const rule = 'a share from 0 to under 1 is needed. Write --fee 0.001 for 0.1 %.'
  const fee = exactly('fee', text, ratio, rule)
  if (fee < 0n || fee >= 100_000_000n) throw new UsageError(`--fee ${text}: ${rule}`)
  return fee
}

function slippageOf(text: string): Ratio {
  const points = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (!(points <= 1000)) throw new UsageError(`--slippage ${text}: basis points from 0 to 1000 are needed. Write --slippage 5 for 0.05 %.`)
  return basisPoints(points)
}

function sizeOf(text: string): Size {
  const rule = 'a share of equity up to 100%, or a quantity, is needed. Write --size 5% or --size 0.01.'
  if (!text.endsWith('%')) {
    const fixed = exactly('size', text, quantity, rule)
    if (fixed === 0n) throw new UsageError(`--size ${text}: ${rule}`)
    return { kind: 'quantity', quantity: fixed }
  }
  const hundredth = exactly('size', text, part => ratio(part.slice(0, -1)), rule)
  if (hundredth <= 0n || hundredth > 10_000_000_000n) throw new UsageError(`--size ${text}: ${rule}`)
  return { kind: 'equity', share: ((hundredth as bigint) / 100n) as Ratio }
}
