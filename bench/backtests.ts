/** Full backtests of the same strategy files as live: orders, exact money, fees, limits, equity, drawdown. */
import { inlineMore } from '#adapters/system/compiler.ts'
import type { Scan } from '#analyzer/scan.ts'
import { Collector } from '#backtest/collect.ts'
import { finalEquity, maxDrawdown } from '#backtest/equity.ts'
import { type History, runBacktest } from '#backtest/run.ts'
import type { Columns } from '#domain/candle.ts'
import { money, quantity, ratio, toNumber } from '#domain/money.ts'
import { allOrderTypes, noFilters, type SymbolInfo } from '#domain/symbol.ts'
import type { AnyStrategy } from '#strategy'
import { type Floor, floorEma, floorRsi, floorSma, walk } from './floors.ts'
import { type Least, least, RUNS } from './measure.ts'

// as `npm run backtest` does
inlineMore()

const CANDLES = 1_000_000
const FEE = ratio('0.001')
const LIMIT = ratio('0.2')
const CASH = '1000000'
const size = { kind: 'quantity', quantity: quantity('0.01') } as const

/** A strategy with its own copy of the loop over candles, as every shell loads it. */
export interface Loaded {
  readonly strategy: AnyStrategy
  readonly scan: Scan
}

const files = {
  rsi: '../strategies/rsi.ts',
  ema: './strategies/ema-atr.ts',
  sma: '../strategies/ma-cross.ts',
  bands: '../strategies/bollinger.ts',
  breakout: './strategies/breakout.ts',
  'smoothed-rsi': './strategies/smoothed-rsi.ts',
} as const
type Name = keyof typeof files

/** The cases that have a floor and a goal. */
export const goals = { rsi: 0.5, ema: 0.3, sma: 0.1 } as const
/** The name of such a case. */
export type Case = keyof typeof goals
const floors: Readonly<Record<Case, (columns: Columns, equity: Float64Array) => Floor>> = { rsi: floorRsi, ema: floorEma, sma: floorSma }

/** True for the name of a case. */
export const isCase = (name: string): name is Case => Object.hasOwn(goals, name)

/** Loads a strategy. */
export async function load(name: Name): Promise<Loaded> {
  const { default: strategy } = (await import(files[name])) as { default: AnyStrategy }
  const { scan } = (await import(`../src/analyzer/scan.ts?for=${name}`)) as { scan: Scan }
  return { strategy, scan }
}

/** A symbol without exchange filters. */
export const bareSymbol = (base: string): SymbolInfo => ({
  symbol: `${base}USDC`,
  base,
  quote: 'USDC',
  trading: true,
  orderTypes: allOrderTypes,
  replaces: true,
  filters: noFilters,
})

/** One backtest, whole: what it has in the end, how often it traded, its deepest fall. */
export function run({ strategy, scan }: Loaded, histories: readonly History[], given: object = {}): Floor {
  const symbols = histories.map(({ info }) => info)
  const recorder = new Collector(symbols, money(CASH))
  const { engine } = runBacktest({
    histories,
    owners: [
      {
        name: 'bench',
        strategy,
        scan,
        params: strategy.params.parse(given),
        symbols: symbols.map(({ symbol }) => symbol),
        timeframe: histories[0]!.timeframe,
        size,
        allocation: null,
      },
    ],
    funds: new Map([['USDC', money(CASH)]]),
    rules: { size, perSymbol: LIMIT, perAsset: LIMIT, manualStop: 0, fee: FEE },
    costs: { taker: FEE, maker: FEE, slippage: () => ratio('0'), volumeShare: 0, bnbShare: ratio('0') },
    recorder,
  })
  return {
    equity: toNumber(finalEquity(engine, histories)),
    fills: recorder.fillCount,
    drawdown: maxDrawdown(recorder.changes(), histories, Number(CASH)),
  }
}

/** The candles of all single-symbol cases. */
export const benchHistory = (): History => ({ info: bareSymbol('BTC'), timeframe: '1m', columns: walk(CANDLES) })

function assertSame(name: string, ours: Floor, floor: Floor): void {
  const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.abs(b)
  if (ours.fills !== floor.fills || !near(ours.equity, floor.equity) || Math.abs(ours.drawdown - floor.drawdown) > 1e-9)
    throw new Error(`${name}: ours ${JSON.stringify(ours)} is not the floor's ${JSON.stringify(floor)}`)
}

function measure(name: Case, loaded: Loaded, histories: readonly [History]): Least {
  const { columns } = histories[0]
  const equity = new Float64Array(columns.close.length)
  assertSame(name, run(loaded, histories), floors[name](columns, equity))
  return least(
    RUNS,
    () => run(loaded, histories),
    () => floors[name](columns, equity),
  )
}

/** One case by itself: for a process of its own. */
export const alone = async (name: Case): Promise<Least> => measure(name, await load(name), [benchHistory()])

/** Every case, after six strategies were run in this process. */
export async function afterSix(): Promise<Readonly<Record<Case, Least>>> {
  const histories = [benchHistory()] as const
  const loaded = new Map<Name, Loaded>()
  for (const name of Object.keys(files) as Name[]) loaded.set(name, await load(name))
  for (const one of loaded.values()) for (let again = 0; again < 3; again++) run(one, histories)
  const of = (name: Case): Least => measure(name, loaded.get(name)!, histories)
  return { rsi: of('rsi'), ema: of('ema'), sma: of('sma') }
}
