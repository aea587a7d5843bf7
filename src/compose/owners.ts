/** Which strategy runs where, from the settings, and what people changed since. */
import { quantity, money, ratioOf } from '#domain/money.ts'
import { parseSchedule } from '#domain/schedule.ts'
import type { Size } from '#domain/sizing.ts'
import { isTimeframe, lengthOf, type Timeframe } from '#domain/time.ts'
import type { OwnerSetup } from '#engine'
import type { StrategyChange, StrategyRow } from '#ports/desk.ts'
import type { AnyStrategy } from '#strategy'
import { type Config, ConfigError } from '../config.ts'
import type { LoadedStrategy } from '../load-folder.ts'
import { fieldsOf, ParamError, paramsFromEnv, readParams } from './params.ts'

/** A strategy with where it shall run. */
interface Placed {
  readonly loaded: LoadedStrategy
  readonly symbols: readonly string[]
  readonly timeframe: Timeframe
}

/** A strategy by name or alias. Throws ConfigError listing the names. */
export function findStrategy(strategies: ReadonlyMap<string, LoadedStrategy>, name: string): LoadedStrategy {
  const wanted = name.toLowerCase()
  for (const loaded of strategies.values())
    if (loaded.name === wanted || loaded.strategy.aliases?.some(alias => alias.toLowerCase() === wanted)) return loaded
  throw new ConfigError(`"${name}" is no strategy. There are: ${[...strategies.keys()].join(', ')}.`)
}

function place(
  text: string,
  strategies: ReadonlyMap<string, LoadedStrategy>,
  symbols: readonly string[],
  interval: Timeframe,
  broken: ReadonlySet<string>,
): Placed[] {
  const frameOf = ({ strategy }: LoadedStrategy): Timeframe => strategy.timeframe ?? interval
  const seen = new Set<string>()
  if (text.trim() === '') return [...strategies.values()].map(loaded => ({ loaded, symbols, timeframe: frameOf(loaded) }))
  return text.split(',').flatMap(part => {
    const match = /^\s*([\w-]+)(?::([\w+]+))?(?:@(\w+))?\s*$/.exec(part)
    if (match === null) throw new ConfigError(`STRATEGIES: "${part}" is not understood: write rsi:BTCEUR+ETHEUR@4h.`)
    const [, name, list, frame] = match
    if (broken.has(name!)) return []
    const loaded = findStrategy(strategies, name!)
    // one owner is one strategy: a second one of its name would share its positions
    if (seen.has(loaded.name))
      throw new ConfigError(`STRATEGIES: ${loaded.name} is there twice ("${part}"). Name it once, with all its symbols: rsi:BTCEUR+ETHEUR.`)
    seen.add(loaded.name)
    if (frame !== undefined && !isTimeframe(frame))
      throw new ConfigError(`STRATEGIES: "${frame}" in "${part}" is no timeframe, such as 4h.`)
    const named = list === undefined ? symbols : [...new Set(list.toUpperCase().split('+'))]
    const unknown = named.find(symbol => !symbols.includes(symbol))
    if (unknown !== undefined)
      throw new ConfigError(`STRATEGIES: ${unknown} in "${part}" is not among the traded symbols ${symbols.join(', ')}.`)
    return [{ loaded, symbols: named, timeframe: (frame as Timeframe | undefined) ?? frameOf(loaded) }]
  })
}

const settingOf = (name: string, what: 'enabled' | 'params' | 'symbols'): string => `strategy.${name}.${what}`

/** What people changed of a strategy's parameters, by name, as text. */
const overridesOf = (name: string, saved: ReadonlyMap<string, string>): Record<string, string> =>
  JSON.parse(saved.get(settingOf(name, 'params')) ?? '{}') as Record<string, string>

/** An owner as it shall run, and how the desk shows it. */
export interface Owner {
  readonly setup: OwnerSetup
  readonly enabled: boolean
  readonly row: StrategyRow
}

/** What owners are made of. */
export interface OwnersSetup {
  readonly config: Config
  readonly env: Readonly<Record<string, string | undefined>>
  readonly strategies: ReadonlyMap<string, LoadedStrategy>
  readonly symbols: readonly string[]
  /** Settings that people changed. */
  readonly saved: ReadonlyMap<string, string>
  /** Strategies whose files are broken: left out. */
  readonly broken?: ReadonlySet<string>
  /** The shortest candles that there are. */
  readonly base: Timeframe
}

// Longer candles are made of whole shorter ones.
function checkFrame(name: string, frame: Timeframe, base: Timeframe): void {
  const mend = `Set INTERVAL, or what stands after @ in STRATEGIES, to ${base} or a multiple of it.`
  if (lengthOf(frame) < lengthOf(base))
    throw new ConfigError(`${name} runs on ${frame}, but the shortest candles there are have ${base}. ${mend}`)
  if (lengthOf(frame) % lengthOf(base) !== 0)
    throw new ConfigError(`${name} runs on ${frame}, which cannot be made of candles of ${base}. ${mend}`)
}

function checkSchedule({ name, strategy }: LoadedStrategy): void {
  if (strategy.kind !== 'single' || strategy.schedule === undefined) return
  try {
    parseSchedule(strategy.schedule)
  } catch (cause) {
    throw new ConfigError(`${name}: its schedule ${cause instanceof Error ? cause.message : String(cause)}. Mend its file.`)
  }
}

function paramsOf(
  strategy: AnyStrategy,
  name: string,
  variables: Readonly<Record<string, string>>,
  overrides: Readonly<Record<string, string>>,
): object {
  try {
    return readParams(strategy, { ...variables, ...overrides })
  } catch (error) {
    if (!(error instanceof ParamError)) throw error
    const set = Object.entries(overrides).map(([param, value]) => `${param}=${value}`)
    const unset = Object.keys(overrides).map(param => `${param}=default`)
    // what a person set once stays, and a file that changed since may not take it any more
    const mend = `let the file take it again, start, and write: strategy ${name} ${unset.join(' ')}`
    const kept = set.length === 0 ? '' : ` ${set.join(' ')} was set by chat and is kept: ${mend}`
    throw new ConfigError(`${name}: ${error.message}${kept}`)
  }
}

/** All strategies that run. Throws ConfigError for wrong parameters or places. */
export function ownersOf({ config, env, strategies, symbols, saved, base, broken = new Set() }: OwnersSetup): Owner[] {
  const allocations = allocationsOf(config.ALLOCATIONS)
  for (const name of allocations.keys())
    if (!broken.has(name) && strategies.get(name)?.strategy.kind !== 'basket')
      throw new ConfigError(`ALLOCATIONS: ${name} is no strategy with an allocation of its own. There are: ${basketsOf(strategies)}.`)
  return place(config.STRATEGIES, strategies, symbols, config.INTERVAL, broken).map(({ loaded, symbols: placed, timeframe }) => {
    const { name, strategy, scan } = loaded
    const others = strategy.kind === 'single' ? Object.values(strategy.also ?? {}) : []
    for (const frame of [timeframe, ...others]) checkFrame(name, frame, base)
    checkSchedule(loaded)
    const chosen = JSON.parse(saved.get(settingOf(name, 'symbols')) ?? 'null') as string[] | null
    const params = paramsOf(strategy, name, paramsFromEnv(strategy, env), overridesOf(name, saved))
    const allocation = strategy.kind === 'basket' ? ratioOf(allocations.get(name) ?? strategy.allocation) : null
    const runsOn = (chosen ?? placed).filter(symbol => symbols.includes(symbol))
    const enabled = saved.get(settingOf(name, 'enabled')) !== 'false'
    return {
      setup: { name, strategy, scan, params, symbols: runsOn, timeframe, size: null, allocation },
      enabled,
      row: {
        name,
        title: strategy.title,
        enabled,
        timeframe,
        schedule: strategy.kind === 'single' ? (strategy.schedule ?? null) : null,
        symbols: runsOn,
        params: params as Record<string, unknown>,
        fields: fieldsOf(strategy).map(field => ({
          name: field.name,
          value: String((params as Record<string, unknown>)[field.name] ?? ''),
          fallback: field.fallback,
          env: field.env,
        })),
        allocation,
        trouble: null,
      },
    }
  })
}

/** What a change of a strategy writes down, or what is wrong with it. */
export function planChange(
  { strategies, symbols, saved, env }: Omit<OwnersSetup, 'config' | 'base'>,
  name: string,
  change: StrategyChange,
): { readonly settings: Record<string, string | null>; readonly message: string } | { readonly problem: string } {
  let loaded: LoadedStrategy
  try {
    loaded = findStrategy(strategies, name)
  } catch (error) {
    return { problem: (error as Error).message }
  }
  const written: Record<string, string | null> = {}
  const said: string[] = []
  if (change.enabled !== undefined) {
    written[settingOf(loaded.name, 'enabled')] = change.enabled ? null : 'false'
    said.push(change.enabled ? 'switched on' : 'switched off: it enters no more, and still leaves and protects what it holds')
  }
  if (change.params !== undefined) {
    const next = overridesOf(loaded.name, saved)
    for (const [param, value] of Object.entries(change.params)) {
      if (value === null) delete next[param]
      else next[param] = value
      said.push(value === null ? `${param} is back at its default` : `${param} is ${value} now`)
    }
    try {
      readParams(loaded.strategy, { ...paramsFromEnv(loaded.strategy, env), ...next })
    } catch (error) {
      if (error instanceof ParamError) return { problem: error.message }
      throw error
    }
    written[settingOf(loaded.name, 'params')] = Object.keys(next).length === 0 ? null : JSON.stringify(next)
  }
  if (change.symbols !== undefined) {
    const unknown = change.symbols.find(symbol => !symbols.includes(symbol))
    if (unknown !== undefined) return { problem: `${unknown} is not traded here. Traded: ${symbols.join(', ')}.` }
    written[settingOf(loaded.name, 'symbols')] = JSON.stringify(change.symbols)
    said.push(`runs on ${change.symbols.join(', ') || 'nothing'}`)
  }
  return { settings: written, message: `${loaded.name}: ${said.join('; ')}.` }
}

const basketsOf = (strategies: ReadonlyMap<string, LoadedStrategy>): string =>
  [...strategies.values()].flatMap(({ name, strategy: { kind } }) => (kind === 'basket' ? [name] : [])).join(', ') || 'none'

function allocationsOf(text: string): Map<string, number> {
  return new Map(
    text
      .split(',')
      .filter(part => part !== '')
      .map(part => {
        const [name, share] = part.split(':') as [string, string]
        return [name, Number(share.slice(0, -1)) / 100]
      }),
  )
}

const sizeFrom = (text: string, quote: string): Size => {
  const [number, unit] = text.trim().split(' ') as [string, string | undefined]
  if (unit !== undefined && unit.toUpperCase() !== quote)
    throw new ConfigError(
      `TRADE_QUANTITY: "${text.trim()}": amounts are in ${quote} here. Write ${number} ${quote}, or a plain number for a quantity.`,
    )
  return unit === undefined ? { kind: 'quantity', quantity: quantity(number) } : { kind: 'quote', amount: money(number) }
}

/**
 * The default size of an entry, and those of single symbols, from TRADE_SIZE and TRADE_QUANTITY. Throws ConfigError for an amount in another
 * asset than the quote asset, and for a symbol that is not traded.
 */
export function sizesOf(
  { TRADE_SIZE, TRADE_QUANTITY }: Pick<Config, 'TRADE_SIZE' | 'TRADE_QUANTITY'>,
  { quote, symbols }: { readonly quote: string; readonly symbols: readonly string[] },
): { readonly size: Size; readonly sizes: ReadonlyMap<string, Size> } {
  const share = ratioOf(Number(TRADE_SIZE.replace('risk ', '').slice(0, -1)) / 100)
  let size: Size = TRADE_SIZE.startsWith('risk') ? { kind: 'risk', share } : { kind: 'equity', share }
  const sizes = new Map<string, Size>()
  for (const part of TRADE_QUANTITY?.split(',') ?? []) {
    const colon = part.indexOf(':')
    const symbol = part.slice(0, Math.max(0, colon)).trim().toUpperCase()
    if (symbol !== '' && !symbols.includes(symbol))
      throw new ConfigError(`TRADE_QUANTITY: ${symbol} is not among the traded symbols ${symbols.join(', ')}.`)
    const own = sizeFrom(part.slice(colon + 1), quote)
    if (symbol === '') size = own
    else sizes.set(symbol, own)
  }
  return { size, sizes }
}
