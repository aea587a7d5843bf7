/** Strategies that use everything the contract offers, at moments that the candles themselves decide: for parity, cuts and look-ahead. */
import { z } from 'zod'
import { atr, crossesOver, defineStrategy, ema, enter, exit, highest, lowest, macd, move, percent, rsi } from '#strategy'

// A number from the candle that looks like chance and is the same in every run.
const mixed = (time: number, salt: number): number => {
  let hash = Math.imul((time / 3_600_000) | 0, 2_654_435_761) ^ Math.imul(salt, 40_503)
  hash = Math.imul(hash ^ (hash >>> 15), 2_246_822_519)
  return ((hash ^ (hash >>> 13)) >>> 0) / 4_294_967_296
}

/** Enters in every way there is, with every kind of protection. */
export const restless = defineStrategy({
  title: 'Restless',
  params: z.object({}),
  indicators: () => ({ range: atr(14), strength: rsi(14), top: highest(20), bottom: lowest(20), trend: macd() }),
  decide({ candle, range, top }) {
    const dice = mixed(candle.time, 1)
    const price = candle.close
    if (dice < 0.02) return enter({ reason: 'market with stop and target', stopLoss: price - 2 * range.now, takeProfit: percent(4) })
    if (dice < 0.04)
      return enter({ reason: 'limit below', at: { limit: price - 0.5 * range.now, expires: { candles: 4 } }, stopLoss: percent(3) })
    if (dice < 0.06) return enter({ reason: 'stop above', at: { stop: top.now * 1.001, expires: { candles: 6 } }, trailing: percent(2.5) })
    if (dice < 0.08) return enter({ reason: 'trailing', trailing: 1.5 * range.now, takeProfit: percent(9) })
    if (dice < 0.1)
      return enter({ reason: 'half early', stopLoss: percent(4), partial: { at: percent(2), part: 0.5 }, takeProfit: percent(6) })
    if (dice < 0.12) return enter({ reason: 'for a while', timeLimit: 10 })
    if (dice > 0.985) return exit({ reason: 'had enough' })
    return null
  },
})

/** Moves its stop itself, and looks at the day. */
export const watchful = defineStrategy({
  title: 'Watchful',
  params: z.object({}),
  also: { day: '1d' },
  lookback: 30,
  indicators: () => ({ quick: ema(8), calm: ema(21), slow: ema(5, { on: 'day' }), range: atr(10) }),
  decide({ candle, quick, calm, slow, range }) {
    if (crossesOver(quick, calm) && candle.close > slow.now * 0.97)
      return enter({ reason: 'up with the day', stopLoss: candle.close - 3 * range.now })
    return null
  },
  manage(position, { candle, calm, range }) {
    if (position.candles > 60) return { kind: 'exit', reason: 'sixty candles are enough' }
    const stop = candle.close - 2.5 * range.now
    if (candle.close < calm.ago(3) && candle.ago(2).close > candle.close) return { kind: 'exit', reason: 'fell under' }
    return stop > position.stopLoss ? move({ stopLoss: stop, takeProfit: position.entryPrice * 1.12 }) : null
  },
})

/** Enters often and has a stop that follows closely. */
export const trailing = defineStrategy({
  title: 'Trailing',
  params: z.object({}),
  indicators: () => ({ range: atr(14) }),
  decide({ candle, range }) {
    return mixed(candle.time, 5) < 0.15 ? enter({ reason: 'trailing', trailing: 2 * range.now }) : null
  },
})

/** Decides at its own hours. */
export const scheduled = defineStrategy({
  title: 'Scheduled',
  schedule: '0 0,12 * * *',
  params: z.object({}),
  indicators: () => ({ quick: ema(5) }),
  decide({ candle, quick }) {
    const dice = mixed(candle.time, 7)
    if (dice < 0.12 && candle.close > quick.now) return enter({ reason: 'above', stopLoss: percent(5) })
    if (dice > 0.9) return exit({ reason: 'below' })
    return null
  },
})
