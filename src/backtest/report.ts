/** A backtest with its figures: the run itself, and what would be left of it at other costs. */
import { add, format, type Money, type Ratio, ratioOf, toNumber, zero } from '#domain/money.ts'
import { feeInQuote } from '#domain/position.ts'
import type { SymbolInfo } from '#domain/symbol.ts'
import type { Costs } from '#matching/costs.ts'
import { Collector, silent } from './collect.ts'
import { finalEquity, holdReturn, maxDrawdown, returnOf } from './equity.ts'
import { type BacktestSetup, runBacktest } from './run.ts'

/** What to run, and on what. All symbols are quoted in one asset, of which there is `cash`. */
export interface ReportSetup extends Omit<BacktestSetup, 'funds' | 'recorder'> {
  /** The name of the strategy. */
  readonly strategy: string
  readonly cash: Money
  /** Milliseconds, for `durationMs` alone: this room has no clock. */
  now(): number
}

/** The figures of a backtest, as they are printed by --json. Amounts in quote units. */
export interface BacktestReport {
  readonly strategy: string
  readonly symbols: readonly string[]
  readonly candles: number
  /** Open times of the first and the last candle, UTC milliseconds. */
  readonly from: number
  readonly to: number
  readonly fills: number
  readonly roundTrips: number
  /** Round trips that realised more than nothing, fees taken off. */
  readonly wins: number
  /** At the last closes, an open position without exit fee. */
  readonly finalEquity: number
  /** As a fraction: 0.1 is a tenth more than there was. */
  readonly return: number
  /** The largest fall from a height, as a fraction of it; the first height is the starting cash. */
  readonly maxDrawdown: number
  /** Fees in the base asset are valued at their fill's price, those in a third asset at what they were worth. */
  readonly fees: number
  readonly costs: CostsReport
  /** Bars in which stop and target were both in reach, so that what came first is unknown (the stop was taken). */
  readonly ambiguousBars: number
  /** The run itself, without those at other costs. */
  readonly durationMs: number
}

/** The return at 0, 1 and 2 times the costs, fees and slippage alike. */
export interface CostsReport {
  readonly x0: number
  readonly x1: number
  readonly x2: number
  /**
   * The cost of a fill in basis points, on the average of all fills, fee and slippage together in the proportion they have, at which
   * nothing is left. Null: there is no such cost (it loses without any, nothing was traded, or something is left even at 1000).
   */
  readonly breakEvenBp: number | null
}

/** A report with what a person may want to see besides. */
export interface Backtest {
  readonly report: BacktestReport
  readonly collected: Collector
  /** What buying at the first open and holding returns, without costs. */
  readonly hold: number
}

/** Runs a backtest, and again at other costs. */
export function backtest(setup: ReportSetup): Backtest {
  const { histories, strategy, cash, now } = setup
  const infos = histories.map(({ info }) => info)
  const collected = new Collector(infos, cash)
  const begun = now()
  const { engine, matching } = runBacktest({ ...setup, funds: fundsOf(setup), recorder: collected })
  const equity = finalEquity(engine, histories)
  const drawdown = maxDrawdown(collected.changes(), histories, toNumber(cash))
  const durationMs = now() - begun
  const { fillCount, trips, wins } = collected
  return {
    collected,
    hold: holdReturn(histories),
    report: {
      strategy,
      symbols: infos.map(({ symbol }) => symbol),
      candles: histories.reduce((sum, { columns }) => sum + columns.time.length, 0),
      from: Math.min(...histories.map(({ columns }) => columns.time[0]!)),
      to: Math.max(...histories.map(({ columns }) => columns.time.at(-1)!)),
      fills: fillCount,
      roundTrips: trips,
      wins,
      finalEquity: Number(format(equity)),
      return: returnOf(equity, cash),
      maxDrawdown: drawdown,
      fees: Number(format(feesOf(collected, infos))),
      costs: costsReport(setup, collected, returnOf(equity, cash)),
      ambiguousBars: matching.ambiguousBars,
      durationMs,
    },
  }
}

function feesOf({ fills }: Collector, infos: readonly SymbolInfo[]): Money {
  const bySymbol = new Map(infos.map(info => [info.symbol, info]))
  let sum = zero<Money>()
  for (const fill of fills) {
    const { base, quote } = bySymbol.get(fill.symbol)!
    sum = add(sum, feeInQuote(fill, base, quote))
  }
  return sum
}

const fundsOf = ({ histories, cash }: ReportSetup): Map<string, Money> => new Map([[histories[0]!.info.quote, cash]])

// The return with other costs; everything else as it is.
function returnAt(setup: ReportSetup, costs: Costs): number {
  const { histories, rules, cash } = setup
  const { engine } = runBacktest({ ...setup, costs, rules: { ...rules, fee: costs.taker }, funds: fundsOf(setup), recorder: silent })
  return returnOf(finalEquity(engine, histories), cash)
}

const scaledRatio = (ratio: Ratio, factor: number): Ratio => ratioOf(toNumber(ratio) * factor)

const scaled = (costs: Costs, factor: number): Costs => ({
  ...costs,
  taker: scaledRatio(costs.taker, factor),
  maker: scaledRatio(costs.maker, factor),
  slippage: info => scaledRatio(costs.slippage(info), factor),
})

function costsReport(setup: ReportSetup, collected: Collector, x1: number): CostsReport {
  const { costs } = setup
  const base = costOfFill(setup, collected)
  if (collected.fillCount === 0) return { x0: x1, x1, x2: x1, breakEvenBp: null }
  // without costs there is no proportion to keep: all of it is fee then
  const at = (bp: number): number =>
    returnAt(setup, base > 0 ? scaled(costs, bp / base) : { ...costs, taker: ratioOf(bp / 10_000), maker: ratioOf(bp / 10_000) })
  const x0 = base > 0 ? at(0) : x1
  const x2 = base > 0 ? at(2 * base) : x1
  return { x0, x1, x2, breakEvenBp: x0 < 0 ? null : breakEven(at, base, x1, x2) }
}

// What a fill of the run cost on the average, in basis points of its worth.
function costOfFill({ costs, histories }: ReportSetup, { fills }: Collector): number {
  const slippage = new Map(histories.map(({ info }) => [info.symbol, toNumber(costs.slippage(info))]))
  let sum = 0
  for (const { maker, symbol } of fills) sum += maker ? toNumber(costs.maker) : toNumber(costs.taker) + slippage.get(symbol)!
  return fills.length === 0 ? 0 : (sum / fills.length) * 10_000
}

const MOST_BP = 1000
const CLOSE_ENOUGH = 0.02

// Between a cost at which something is left and one at which nothing is, halved until they are as good as one.
function breakEven(at: (bp: number) => number, base: number, x1: number, x2: number): number | null {
  let low = x1 >= 0 ? base : 0
  let high = x1 < 0 ? base : 2 * base
  if (x1 >= 0 && (x2 >= 0 || base === 0)) {
    for (low = high; ; low = high) {
      if (low >= MOST_BP) return null
      high = Math.min(MOST_BP, Math.max(1, low * 2))
      if (at(high) < 0) break
    }
  }
  while (high - low > CLOSE_ENOUGH) {
    const middle = (low + high) / 2
    if (at(middle) < 0) high = middle
    else low = middle
  }
  const found = Math.round((low + high) * 50) / 100
  return found < MOST_BP ? found : null
}
