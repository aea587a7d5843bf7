/** From the command line to a backtest: strategy, candles, names of assets, sizes and costs. */
import { basename } from 'node:path'
import { between, type Gap, gapsOf, nameOf } from '#adapters/files/candles.ts'
import { cachedCandles } from '#adapters/files/column-cache.ts'
import type { ReportSetup } from '#backtest/report.ts'
import type { History } from '#backtest/run.ts'
import { type Ratio, ratio, ratioOf, zero } from '#domain/money.ts'
import type { Size } from '#domain/sizing.ts'
import { allOrderTypes, noFilters, type SymbolInfo } from '#domain/symbol.ts'
import { formatTime, lengthOf, type Timeframe } from '#domain/time.ts'
import type { OwnerSetup } from '#engine'
import type { Costs } from '#matching/costs.ts'
import type { AnyStrategy } from '#strategy'
import { bundledSymbols, defaultSlippage } from '../compose/market.ts'
import { findStrategy } from '../compose/owners.ts'
import { fieldsOf, ParamError, paramsByName, paramsFromEnv, readParams } from '../compose/params.ts'
import { ConfigError } from '../config.ts'
import type { LoadedStrategy } from '../load-folder.ts'
import { type BacktestOptions, UsageError } from './backtest-options.ts'

/** A backtest ready to run, and where its files have holes. */
export interface Prepared {
  readonly setup: Omit<ReportSetup, 'now'>
  readonly gaps: readonly FileGaps[]
  /** What counts since a variable says so, and not by default or --param: "RSI_WINDOW=7". */
  readonly fromEnv: readonly string[]
}

/** The holes of a file. */
export interface FileGaps {
  readonly file: string
  readonly gaps: readonly Gap[]
}

const ONE = ratio('1')
const LIMIT = ratio('0.2')
const VOLUME_SHARE = 0.1

/** Where the strategies and the caches are, and the variables that parameters are read from. */
export interface Surroundings {
  readonly strategies: ReadonlyMap<string, LoadedStrategy>
  readonly cacheDir: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Reads the candles and sets the strategy up. Throws UsageError, or a Fault for a bad file. */
export function prepare(options: BacktestOptions, { strategies, cacheDir, env }: Surroundings): Prepared {
  const loaded = told('--strategy', () => findStrategy(strategies, options.strategy))
  const given = told('--param', () => paramsByName(loaded.strategy, options.params))
  const variables = paramsFromEnv(loaded.strategy, env)
  const params = told('--param', () => paramsOf(loaded.strategy, variables, given))
  const read = options.files.map((file, place) => historyOf(file, options.symbols?.[place] ?? null, options, cacheDir))
  const histories = read.map(({ history }) => history)
  checkTogether(histories)
  const owner = ownerOf(loaded, params, histories, options.size)
  const size = options.size ?? { kind: 'equity', share: ONE }
  const limit = size.kind === 'equity' && size.share === ONE ? null : LIMIT
  return {
    setup: {
      strategy: loaded.name,
      histories,
      owners: [owner],
      cash: options.cash,
      rules: { size, perSymbol: limit, perAsset: limit, manualStop: 0, fee: options.fee },
      costs: costsOf(options),
    },
    gaps: read.map(({ gaps }) => gaps),
    fromEnv: fieldsOf(loaded.strategy)
      .filter(({ name, fallback }) => given[name] === undefined && (variables[name] ?? fallback) !== fallback)
      .map(({ name, env: variable }) => `${variable}=${variables[name]}`),
  }
}

// What is wrong is told of the command line where it is wrong there alone.
function paramsOf(strategy: AnyStrategy, variables: Readonly<Record<string, string>>, given: Readonly<Record<string, string>>): object {
  try {
    return readParams(strategy, { ...variables, ...given })
  } catch (error) {
    if (Object.keys(variables).length === 0) throw error
    readParams(strategy, given)
    throw new UsageError(`the environment, or it and --param together: ${(error as ParamError).message}`, { cause: error })
  }
}

function told<A>(option: string, read: () => A): A {
  try {
    return read()
  } catch (error) {
    if (error instanceof ParamError || error instanceof ConfigError) throw new UsageError(`${option} ${error.message}`, { cause: error })
    throw error
  }
}

function historyOf(
  file: string,
  symbol: string | null,
  options: BacktestOptions,
  cacheDir: string,
): { readonly history: History; readonly gaps: FileGaps } {
  const named = nameOf(file)
  const timeframe = options.timeframe ?? named.timeframe
  if (timeframe === null) throw new UsageError(`${file}: its name does not say the timeframe. Name it, such as --timeframe 1h.`)
  const all = cachedCandles(file, cacheDir)
  const columns = between(all, options.from, options.to)
  if (columns.time.length === 0) {
    const range = `${formatTime(all.time[0]!)} to ${formatTime(all.time.at(-1)!)}`
    throw new UsageError(`${file}: no candle opens from --from to --to. It has those of ${range} UTC.`)
  }
  const gaps = { file: basename(file), gaps: gapsOf(columns, timeframe, file) }
  return { history: { info: infoOf(symbol ?? named.symbol), timeframe, columns }, gaps }
}

// Known endings of symbols, those that end in another one first.
const QUOTES = ['FDUSD', 'USDT', 'USDC', 'BUSD', 'TUSD', 'USD', 'EUR', 'GBP', 'TRY', 'BTC', 'ETH', 'BNB']

/** A symbol without exchange filters: a bare file has none. Its assets' names are the bundled ones, else read off its name. */
export function infoOf(symbol: string): SymbolInfo {
  const known = bundledSymbols().get(symbol)
  const quote = known?.quote ?? QUOTES.find(ending => symbol.endsWith(ending) && symbol.length > ending.length)
  const base = known?.base ?? (quote === undefined ? symbol : symbol.slice(0, -quote.length))
  return { symbol, base, quote: quote ?? 'QUOTE', trading: true, orderTypes: allOrderTypes, replaces: true, filters: noFilters }
}

function checkTogether(histories: readonly History[]): void {
  const [first] = histories
  for (const [place, { info }] of histories.entries()) {
    if (histories.findIndex(other => other.info.symbol === info.symbol) !== place)
      throw new UsageError(`--candles: ${info.symbol} is there twice. Give one file a symbol, or name them with --symbol.`)
    if (info.quote !== first!.info.quote)
      throw new UsageError(
        `--candles: ${first!.info.symbol} is quoted in ${first!.info.quote} and ${info.symbol} in ${info.quote}. Give files of one quote asset.`,
      )
  }
}

function ownerOf({ name, strategy, scan }: LoadedStrategy, params: object, histories: readonly History[], size: Size | null): OwnerSetup {
  const frames = histories.map(({ timeframe }) => timeframe)
  const longest = frames.reduce((a, b) => (lengthOf(b) > lengthOf(a) ? b : a))
  const timeframe = strategy.timeframe ?? longest
  const others = strategy.kind === 'single' ? Object.values(strategy.also ?? {}) : []
  for (const wanted of [timeframe, ...others]) for (const frame of frames) checkFrame(name, wanted, frame)
  const symbols = histories.map(({ info }) => info.symbol)
  return { name, strategy, scan, params, symbols, timeframe, size: null, allocation: allocationOf(name, strategy, size) }
}

function checkFrame(name: string, wanted: Timeframe, has: Timeframe): void {
  if (lengthOf(wanted) % lengthOf(has) === 0) return
  throw new UsageError(
    `--candles: ${name} runs on ${wanted} candles, which cannot be built from those of ${has}. Give a file of ${wanted} or of a timeframe that divides it.`,
  )
}

function allocationOf(name: string, strategy: AnyStrategy, size: Size | null): Ratio | null {
  if (strategy.kind === 'single') return null
  if (size === null) return ratioOf(strategy.allocation)
  if (size.kind === 'equity') return size.share
  throw new UsageError(`--size: ${name} is a basket and shares out a part of equity. Write --size 40%.`)
}

function costsOf({ fee, slippage }: BacktestOptions): Costs {
  return {
    taker: fee,
    maker: fee,
    slippage: info => slippage ?? defaultSlippage(info),
    volumeShare: slippage === 0n ? 0 : VOLUME_SHARE,
    bnbShare: zero(),
  }
}
