/** One SMA backtest, ours or the floor's, and what this process needed at most, in megabytes. Loads nothing that it does not use. */
import { floorSma, walk } from './floors.ts'

const CANDLES = 1_000_000

if (process.argv[2] === 'ours') {
  const { benchHistory, load, run } = await import('./backtests.ts')
  run(await load('sma'), [benchHistory()])
} else floorSma(walk(CANDLES), new Float64Array(CANDLES))

process.stdout.write(JSON.stringify(process.resourceUsage().maxRSS / 1024))
