import { floorEma, floorRsi, floorSma, walk } from './floors.ts'
import { Collector } from '#backtest/collect.ts'
import { maxDrawdown, finalEquity } from '#backtest/equity.ts'
import { runBacktest } from '#backtest/run.ts'
import { money, quantity, ratio, toNumber } from '#domain/money.ts'
import { allOrderTypes, noFilters } from '#domain/symbol.ts'
const n = 1_000_000, data = walk(n), eq = new Float64Array(n)
const info = { symbol: 'BTCUSDC', base: 'BTC', quote: 'USDC', trading: true, orderTypes: allOrderTypes, filters: noFilters }
const load = async (p: string, name: string) => ({ strategy: (await import(p)).default, scan: (await import(`../src/analyzer/scan.ts?for=${name}`)).scan })
const ours = ({ strategy, scan }: any) => {
  const collector: any = new Collector([info], money('1000000'))
  const h = [{ info, timeframe: '1m' as const, columns: data }]
  const { engine } = runBacktest({ histories: h, owners: [{ name: 'x', strategy, scan, params: strategy.params.parse({}), symbols: ['BTCUSDC'], timeframe: '1m', size: { kind: 'quantity', quantity: quantity('0.01') }, allocation: null }], funds: new Map([['USDC', money('1000000')]]), rules: { size: { kind: 'quantity', quantity: quantity('0.01') }, perSymbol: ratio('0.2'), perAsset: ratio('0.2'), manualStop: 0, fee: ratio('0.001') }, costs: { taker: ratio('0.001'), maker: ratio('0.001'), slippage: () => ratio('0'), volumeShare: 0, bnbShare: ratio('0') }, recorder: collector })
  return { fills: collector.fills.length, equity: toNumber(finalEquity(engine, h)), dd: maxDrawdown(collector.log, h, 1e6) }
}
const cases: any = { sma: [floorSma, await load('../strategies/ma-cross.ts', 'a')], rsi: [floorRsi, await load('../strategies/rsi.ts', 'b')], ema: [floorEma, await load('./strategies/ema-atr.ts', 'c')] }
const only = process.argv[2]
for (const [name, [floor, s]] of Object.entries(cases) as any) {
  if (only && only !== name) continue
  let f = Infinity, o = Infinity, r: any, q: any
  for (let k = 0; k < 7; k++) { let t = performance.now(); q = floor(data, eq); f = Math.min(f, performance.now() - t); t = performance.now(); r = ours(s); o = Math.min(o, performance.now() - t) }
  console.log(name, 'floor', f.toFixed(1), 'ours', o.toFixed(1), 'ratio', (f / o).toFixed(3), JSON.stringify(q), JSON.stringify(r))
}
