import { newInstance } from '#analyzer/instance.ts'
import { walk } from './floors.ts'
const data = walk(1_000_000)
for (const [name, path] of [['sma','../strategies/ma-cross.ts'],['rsi','../strategies/rsi.ts'],['ema','./strategies/ema-atr.ts']] as const) {
  if (process.argv[2] && process.argv[2] !== name) continue
  const strategy = (await import(path)).default
  const { scan } = await import(`../src/analyzer/scan.ts?for=${name}`)
  let best = Infinity, bestX = Infinity, n = 0
  for (let k = 0; k < 9; k++) {
    const make = () => newInstance({ owner: 'x', symbol: 'BTCUSDC', timeframe: '1m', strategy, params: strategy.params.parse({}), source: { kind: 'history', columns: () => data }, scan })
    const i = make()
    let t = performance.now()
    n = 0
    while (i.scan(i, 1_000_000, 'both') !== null) n++
    best = Math.min(best, performance.now() - t)
    const j = make()
    t = performance.now()
    while (j.feed.ready < j.feed.length) j.feed.extend(Math.min(j.feed.length, j.feed.ready + 2048))
    bestX = Math.min(bestX, performance.now() - t)
  }
  console.log(name, 'scan', best.toFixed(1), 'indicators', bestX.toFixed(1), n)
}
