import { createHash } from 'node:crypto'
import { z } from 'zod'
import { readFileSync } from 'node:fs'
import { runBacktest } from '#backtest/run.ts'
import { finalEquity } from '#backtest/equity.ts'
import { money, quantity, ratio } from '#domain/money.ts'
import { allOrderTypes, noFilters } from '#domain/symbol.ts'
import { defineStrategy, enter, exit, percent, sma, move } from '#strategy'
import { walk } from './floors.ts'
const filters = { ...noFilters, tick: money('0.01') as any, step: quantity('0.0001'), minQuantity: quantity('0.0001'), minNotional: money('5'), maxStopOrders: 5, maxOrders: 20 }
const info = (s: string, f: any) => ({ symbol: s + 'USDC', base: s, quote: 'USDC', trading: true, orderTypes: allOrderTypes, filters: f })
const mix = (t: number, salt: number) => { let h = Math.imul((t / 60000) | 0, 2654435761) ^ salt; h ^= h >>> 15; h = Math.imul(h, 2246822519); h ^= h >>> 13; return (h >>> 0) / 4294967296 }
const wild = (salt: number, managed: boolean, schedule?: string) => defineStrategy({
  title: 'w', params: z.object({}), ...(schedule ? { schedule } : {}), indicators: () => ({ a: sma(5) }),
  decide({ candle, a }) {
    const r = mix(candle.time, salt), q = mix(candle.time, salt + 1), c = candle.close
    if (r < 0.1) return exit({ reason: 'x' })
    if (r > 0.2) return null
    return enter({ reason: 'e', ...(q < 0.3 ? { at: { limit: c * 0.9995, expires: { candles: 3 } } } : q < 0.5 ? { at: { stop: c * 1.0004 } } : {}),
      ...(q % 0.1 < 0.05 ? { stopLoss: q < 0.4 ? percent(0.15) : c * 0.998 } : {}), ...(q % 0.07 < 0.03 ? { takeProfit: percent(0.2) } : {}),
      ...(q % 0.03 < 0.006 ? { trailing: percent(0.1) } : {}), ...(q % 0.05 < 0.01 ? { partial: { at: percent(0.12), part: 0.5 } } : {}), ...(q % 0.02 < 0.003 ? { timeLimit: 7 } : {}) })
  },
  ...(managed ? { manage: (p: any, { candle }: any) => mix(candle.time, 77) < 0.05 ? move({ stopLoss: candle.close * 0.999 }) : null } : {}),
} as any)
let lines = 0
const run = (name: string, o: any) => {
  const h = createHash('sha256'); let fills = 0, all = 0
  const put = (k: string) => (...a: any[]) => { all++; if (k === 'filled') fills++; h.update(k + JSON.stringify(a, (key, v) => typeof v === 'bigint' ? v + 'n' : key === 'market' || key==='position' && v.market ? undefined : v)) }
  const recorder: any = { values: true }
  for (const k of ['decided', 'intended', 'ordered', 'filled', 'held', 'stopMoved', 'closed', 'dust']) recorder[k] = put(k)
  const { engine, matching } = runBacktest({ funds: new Map([['USDC', money('100000')], ...(o.funds ?? [])]), recorder, ...o, rules: { size: { kind: 'quantity', quantity: quantity('0.2') }, perSymbol: ratio('0.2'), perAsset: ratio('0.25'), manualStop: 0, fee: ratio('0.001'), ...o.rules }, costs: { taker: ratio('0.001'), maker: ratio('0.0008'), slippage: () => ratio('0'), volumeShare: 0, bnbShare: ratio('0'), ...o.costs } })
  h.update(String(finalEquity(engine, o.histories)) + matching.ambiguousBars + JSON.stringify(matching.wallet.all(), (_, v) => typeof v === 'bigint' ? v + 'n' : v) + engine.portfolio.realised + engine.portfolio.fees + [...engine.portfolio.dust])
  console.log(name, fills, all, h.digest('hex').slice(0, 24))
}
const own = (name: string, strategy: any, symbols: string[], timeframe = '1m', x: any = {}) => ({ name, strategy, params: {}, symbols, timeframe, size: null, allocation: null, ...x })
const params = (s: any) => s.params.parse({})
const N = 20_000
const A = { info: info('AAA', noFilters), timeframe: '1m', columns: walk(N, 1) }, B = { info: info('BBB', filters), timeframe: '1m', columns: walk(N, 2) }
// gaps
const cut = (c: any, f: any) => { const keep = [...c.time.keys()].filter(f); return Object.fromEntries(Object.entries(c).map(([k, v]: any) => [k, Float64Array.from(keep, (i: any) => v[i])])) }
const G = { info: info('GGG', filters), timeframe: '1m', columns: cut(walk(N, 3), (i: number) => i % 97 > 10) as any }
const F5 = { info: info('FFF', filters), timeframe: '5m', columns: walk(N / 5, 4, 300000) }
for (const p of ['../strategies/ma-cross.ts', '../strategies/rsi.ts', '../strategies/bollinger.ts', './strategies/ema-atr.ts']) {
  const s = (await import(p)).default
  for (const H of [A, B, G]) run(p + H.info.symbol, { histories: [H], owners: [own('o', s, [H.info.symbol], '1m', { params: params(s) })] })
  run(p + ' both', { histories: [A, B, G], owners: [own('o', s, ['AAAUSDC', 'BBBUSDC', 'GGGUSDC'], '1m', { params: params(s) }), own('p', s, ['AAAUSDC', 'GGGUSDC'], '15m', { params: params(s) })], costs: { slippage: () => ratio('0.0003'), volumeShare: 0.01 } })
}
for (const salt of [1, 2, 3, 4, 5, 6]) {
  run('wild one', { histories: [A], owners: [own('o', wild(salt, salt % 2 === 0), ['AAAUSDC'])] })
  run('wild filt', { histories: [B], owners: [own('o', wild(salt, salt % 2 === 1), ['BBBUSDC'])], costs: { slippage: () => ratio('0.0002') } })
  run('wild gaps', { histories: [G], owners: [own('o', wild(salt, false, '*/7 * * * *'), ['GGGUSDC']), own('q', wild(salt + 9, true), ['GGGUSDC'], '5m')] })
  run('wild many', { histories: [A, B, G, F5], owners: [own('o', wild(salt, false), ['AAAUSDC', 'BBBUSDC', 'GGGUSDC']), own('q', wild(salt + 9, true), ['FFFUSDC', 'GGGUSDC'], '15m'), own('r', wild(salt + 5, false), ['AAAUSDC', 'FFFUSDC'], '5m')], costs: { slippage: () => ratio('0.0002'), volumeShare: salt % 2 ? 0.05 : 0 }, rules: { size: { kind: salt % 3 ? 'equity' : 'risk', share: ratio(salt % 3 ? '0.08' : '0.0005') } } })
}
const bnb = { info: info('BNB', noFilters), timeframe: '1m', columns: walk(N, 9) }
run('bnb', { histories: [A, bnb], owners: [own('o', wild(3, false), ['AAAUSDC', 'BNBUSDC'])], costs: { bnbShare: ratio('0.75') } })
const rot = (await import('../strategies/rotation.ts')).default
const hours = ['AAA', 'BBB', 'GGG', 'FFF'].map((s, k) => ({ info: info(s, k % 2 ? filters : noFilters), timeframe: '1h', columns: cut(walk(8000, 20 + k, 3600000), (i: number) => k !== 2 || i % 501 > 30) as any }))
run('rotation', { histories: hours, owners: [own('rot', rot, hours.map(h => h.info.symbol), '1d', { params: params(rot), allocation: ratio('0.4') }), own('w', wild(8, false), ['AAAUSDC', 'BBBUSDC'], '1h')] })
const ec = (await import('../strategies/ema-cross.ts')).default
run('ema-cross', { histories: hours, owners: [own('ec', ec, hours.map(h => h.info.symbol), '1d', { params: ec.params.parse({ fast: 3, slow: 7 }) })] })
