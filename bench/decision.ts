/** From a candle in the core to the order that is to be sent: strategy, sizing, filters, risk limits, intent. Nothing waits on it. */
import { money, price, quantity, zero } from '#domain/money.ts'
import type { Action } from '#domain/order.ts'
import { type ExchangeSymbol, symbolInfoOf } from '#domain/symbol.ts'
import type { Time } from '#domain/time.ts'
import { candleAt, newCore } from './live-path/ours.ts'
import { exchangeInfo, MINUTE, QUANTITY, SYMBOL } from './live-path/wire.ts'

const HISTORY = 400
const WARM_UP = 5_000
const SAMPLES = 5_000
// the first one after the history is one on which is bought
const START = 1_600_000_020_000 - (1_600_000_020_000 % (2 * MINUTE)) + MINUTE

/** What it takes at the median, in microseconds, where each candle leads to an order. */
export function decision(): number {
  const { engine, records } = newCore([symbolInfoOf(exchangeInfo().symbols[0] as ExchangeSymbol)])
  for (let openTime = START - HISTORY * MINUTE; openTime < START; openTime += MINUTE) {
    const candles = [candleAt(SYMBOL, openTime)]
    engine.warm((openTime + MINUTE) as Time, candles, candles)
  }
  const times: number[] = []
  for (let sample = 0; sample < WARM_UP + SAMPLES; sample++) {
    const openTime = START + sample * MINUTE
    const time = (openTime + MINUTE) as Time
    const candles = [candleAt(SYMBOL, openTime)]
    const began = process.hrtime.bigint()
    engine.candles(time, candles, candles)
    const actions = engine.actions.take()
    times.push(Number(process.hrtime.bigint() - began) / 1000)
    fill(actions, time)
    records.take()
  }
  return times.slice(WARM_UP).toSorted((a, b) => a - b)[SAMPLES / 2]!

  function fill([action, ...more]: readonly Action[], time: Time): void {
    if (action?.kind !== 'place' || more.length > 0) throw new Error('a candle did not lead to one order')
    const { id, side } = action.order.request
    const trade = {
      tradeId: id,
      orderId: id,
      symbol: SYMBOL,
      side,
      price: price('30000'),
      quantity: quantity(QUANTITY),
      quote: money('300'),
    }
    const fill = { ...trade, fee: zero<never>(), feeAsset: 'BNB', feeWorth: zero<never>(), maker: false, time }
    engine.update({ orderId: id, event: 'filled', time, fill, reason: '' })
  }
}
