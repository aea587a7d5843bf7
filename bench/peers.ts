/** Other people's libraries on the same SMA cross. Grademark's bars and indicators are prepared before the clock starts. */
import { createRequire } from 'node:module'
import { backtest, type IBar, type IStrategy } from 'grademark'
import { SMA } from 'technicalindicators'
import type { History } from '#backtest/run.ts'
import { load, run } from './backtests.ts'
import { leastOf } from './measure.ts'

const SHORT = 5
const LONG = 20
// alone nothing else has warmed the machine's compiler
const ALONE = 25

interface Bar extends IBar {
  readonly short: number
  readonly long: number
  readonly shortBefore: number
  readonly longBefore: number
}

// grademark takes the data frames of its own data-forge
type Frame = Parameters<typeof backtest<Bar, Bar, unknown, number>>[1]
const { DataFrame } = createRequire(import.meta.resolve('grademark'))('data-forge') as { DataFrame: new (bars: readonly Bar[]) => Frame }

const average = (values: readonly number[], period: number): number[] => [
  ...Array.from({ length: period - 1 }, () => Number.NaN),
  ...SMA.calculate({ period, values: values as number[] }),
]

function barsOf({ columns: { time, open, high, low, close, volume } }: History): Bar[] {
  const values = [...close]
  const short = average(values, SHORT)
  const long = average(values, LONG)
  return values.map((price, i) => ({
    time: new Date(time[i]!),
    open: open[i]!,
    high: high[i]!,
    low: low[i]!,
    close: price,
    volume: volume[i]!,
    short: short[i]!,
    long: long[i]!,
    shortBefore: short[i - 1] ?? Number.NaN,
    longBefore: long[i - 1] ?? Number.NaN,
  }))
}

const cross: IStrategy<Bar, Bar, unknown, number> = {
  entryRule(enter, { bar: { short, long, shortBefore, longBefore } }) {
    if (short > long && shortBefore <= longBefore) enter()
  },
  exitRule(exit, { bar: { short, long, shortBefore, longBefore } }) {
    if (short < long && shortBefore >= longBefore) exit()
  },
}

// The usual script: both averages as whole arrays, then one loop with the floor's position, fee, equity and drawdown.
function script({ columns: { open, close } }: History): { readonly fills: number; readonly drawdown: number } {
  const values = [...close]
  const short = SMA.calculate({ period: SHORT, values })
  const long = SMA.calculate({ period: LONG, values })
  const equity: number[] = []
  let cash = 1_000_000
  let held = 0
  let fills = 0
  let peak = cash
  let drawdown = 0
  for (let i = LONG; i < values.length; i++) {
    const worth = cash + held * values[i]!
    equity.push(worth)
    if (worth > peak) peak = worth
    else if (peak - worth > drawdown * peak) drawdown = (peak - worth) / peak
    const now = short[i - SHORT + 1]! - long[i - LONG + 1]!
    const before = short[i - SHORT]! - long[i - LONG]!
    if (now > 0 && before <= 0 && held === 0) {
      cash -= 0.01 * (open[i + 1] ?? 0)
      held = 0.01 * 0.999
      fills++
    } else if (now < 0 && before >= 0 && held > 0) {
      cash += held * (open[i + 1] ?? 0) * 0.999
      held = 0
      fills++
    }
  }
  return { fills, drawdown }
}

/** Who is measured: we, or one of the peers. */
export type Peer = 'ours' | 'technicalindicators' | 'grademark'

/** The least that one of them takes, in milliseconds. Alone in its process: what the others leave behind to be collected would be in its time. */
export async function peer(name: Peer, history: History): Promise<number> {
  if (name === 'technicalindicators') return leastOf(ALONE, () => script(history))
  if (name === 'grademark') {
    const frame = new DataFrame(barsOf(history))
    return leastOf(ALONE, () => backtest(cross, frame))
  }
  const loaded = await load('sma')
  return leastOf(ALONE, () => run(loaded, [history]))
}
