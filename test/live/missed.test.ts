/** Candles that closed while nobody looked: strategies leave on them, nobody enters, and what comes after them is as always. */
import { expect, test } from 'vitest'
import type { Candle } from '#domain/candle.ts'
import { enter, exit } from '#strategy'
import { hour, owner, quiet, scripted } from '../support/desk.ts'
import { openTrading } from '../support/trading.ts'

const candleAt = (index: number): Candle => ({
  symbol: 'BTCUSDC',
  timeframe: '1h',
  openTime: hour(index),
  open: 100,
  high: 101,
  low: 99,
  close: 100,
  volume: 1e6,
  complete: 1,
})
const close = (index: number, late: boolean) => {
  const bar = candleAt(index)
  return { kind: 'close', time: hour(index + 1), bars: [bar], candles: [bar], ...(late ? { late } : {}) } as const
}

test('nobody enters on them, and what is held is left', async () => {
  const says = { 0: enter({ reason: 'go' }), 1: exit({ reason: 'out' }), 2: enter({ reason: 'again' }), 3: enter({ reason: 'at last' }) }
  const { shell, store, held } = await openTrading({ bars: quiet(8), owners: [owner('script', scripted(says))] })
  const late = [false, true, true, false]
  for (const [index, missed] of late.entries()) {
    await shell.offer(close(index, missed), '')
    await shell.offer({ kind: 'open', time: hour(index + 1), opens: [{ symbol: 'BTCUSDC', price: 100, volume: 1e6 }] }, '')
  }
  expect(held()).toHaveLength(1)
  const decisions = await store.decisions({ limit: 10 })
  expect(decisions.map(({ kind, outcome }) => `${kind} ${outcome}`).reverse()).toEqual([
    'enter ordered',
    'exit ordered',
    'enter late_candle',
    'enter ordered',
  ])
})

test('a slot that comes in time decides as always, though the last candle came late', async () => {
  const strategy = scripted({ 0: enter({ reason: 'go' }) }, { schedule: '30 * * * *' })
  const { shell, store } = await openTrading({ bars: quiet(4), owners: [owner('script', strategy)] })
  await shell.offer(close(0, true), '')
  expect(await store.decisions({ limit: 10 })).toEqual([])
  await shell.offer({ kind: 'timer', time: (hour(1) + 30 * 60_000) as never }, '')
  expect((await store.decisions({ limit: 10 })).map(({ outcome }) => outcome)).toEqual(['ordered'])
})
