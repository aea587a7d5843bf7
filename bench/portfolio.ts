/** A search over parameters: many symbols in one account, years of candles, many sets. Printed without a goal. */
import type { History } from '#backtest/run.ts'
import { bareSymbol, load, run } from './backtests.ts'
import { walk } from './floors.ts'
import { timed } from './measure.ts'

const SYMBOLS = 20
const SETS = 200
const FIVE_MINUTES = 300_000
const CANDLES = (3 * 365 * 86_400_000) / FIVE_MINUTES

/** Time and memory of the search. */
export interface PortfolioResult {
  readonly symbols: number
  readonly candlesEach: number
  readonly sets: number
  readonly setsRun: number
  readonly fills: number
  readonly seconds: number
  /** Where not all sets were run: what all would take, in proportion. */
  readonly secondsExtrapolated: number | null
  readonly peakMegabytes: number
}

// Short from 5 to 50 by 5, long from 60 to 250 by 10; every `stride`-th where not all are run.
const params = (set: number): object => ({ short: 5 + 5 * (set % 10), long: 60 + 10 * Math.floor(set / 10) })

/** Runs some of the sets, spread evenly over all. */
export async function portfolio(setsRun: number): Promise<PortfolioResult> {
  const loaded = await load('sma')
  const histories: History[] = Array.from({ length: SYMBOLS }, (_, i) => ({
    info: bareSymbol(`C${i}`),
    timeframe: '5m',
    columns: walk(CANDLES, i + 1, FIVE_MINUTES),
  }))
  let fills = 0
  const milliseconds = timed(() => {
    for (let i = 0; i < setsRun; i++) fills += run(loaded, histories, params(Math.floor((i * SETS) / setsRun))).fills
  })
  return {
    symbols: SYMBOLS,
    candlesEach: CANDLES,
    sets: SETS,
    setsRun,
    fills,
    seconds: milliseconds / 1000,
    secondsExtrapolated: setsRun === SETS ? null : (milliseconds / 1000 / setsRun) * SETS,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
  }
}
