/** What a live candle costs with a long history behind it, against a short one: the same candles go through `Engine.candles`. */
import { silent } from '#backtest/collect.ts'
import type { Candle } from '#domain/candle.ts'
import { money, quantity, ratio } from '#domain/money.ts'
import type { Time } from '#domain/time.ts'
import { Engine } from '#engine'
import { bareSymbol, type Loaded, load } from './backtests.ts'
import { walk } from './floors.ts'
import { type Least, timed } from './measure.ts'

const LONG = 5_000
const SHORT = 50
const MEASURED = 200
const ROUNDS = 400
const WARM_UP = 50
const MINUTE = 60_000

function candlesOf(count: number): Candle[] {
  const { time, open, high, low, close, volume } = walk(count)
  return Array.from(time, (openTime, i) => ({
    symbol: 'BTCUSDC',
    timeframe: '1m' as const,
    openTime: openTime as Time,
    open: open[i]!,
    high: high[i]!,
    low: low[i]!,
    close: close[i]!,
    volume: volume[i]!,
    complete: 1,
  }))
}

function show(engine: Engine, candles: readonly Candle[], from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const candle = candles[i]!
    engine.candles((candle.openTime + MINUTE) as Time, [candle], [candle])
    engine.actions.take()
  }
}

function newEngine({ strategy, scan }: Loaded): Engine {
  const size = { kind: 'quantity', quantity: quantity('0.01') } as const
  return new Engine({
    symbols: [bareSymbol('BTC')],
    funds: new Map([['USDC', money('1000000')]]),
    rules: { size, perSymbol: ratio('0.2'), perAsset: ratio('0.2'), manualStop: 0, fee: ratio('0.001') },
    owners: [
      { name: 'bench', strategy, scan, params: strategy.params.parse({}), symbols: ['BTCUSDC'], timeframe: '1m', size, allocation: null },
    ],
    source: () => ({ kind: 'live' }),
    recorder: silent,
  })
}

/** The least that the measured candles took, in microseconds a candle: ours with the long history, the floor with the short one. */
export async function liveCandle(): Promise<Least> {
  const loaded = await load('ema')
  const candles = candlesOf(LONG + MEASURED)
  const after = (history: number): number => {
    const engine = newEngine(loaded)
    show(engine, candles, LONG - history, LONG)
    return (timed(() => show(engine, candles, LONG, LONG + MEASURED)) * 1000) / MEASURED
  }
  let best = { ours: Number.POSITIVE_INFINITY, floor: Number.POSITIVE_INFINITY }
  for (let round = 0; round < ROUNDS; round++) {
    const [floor, ours] = [after(SHORT), after(LONG)]
    if (round >= WARM_UP) best = { ours: Math.min(best.ours, ours), floor: Math.min(best.floor, floor) }
  }
  return best
}
