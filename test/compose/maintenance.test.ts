/** The whole live service where Binance ends what rests, as in maintenance: positions keep their stops, and nothing is sold for it. */
import { expect, test } from 'vitest'
import { quantity } from '#domain/money.ts'
import { openRunningMarket, type RunningMarket } from '../support/binance/market.ts'
import { closes, live, type Running, startOn } from '../support/venues.ts'

const STOP = 90n * 100_000_000n
const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))
const maintain = ({ simulator }: RunningMarket, status: 'TRADING' | 'BREAK'): void =>
  void simulator.admin('symbols', { symbol: 'BTCUSDC', status, expire: true })
const stops = ({ simulator }: RunningMarket): number[] =>
  [...simulator.world.venue.open].filter(({ stopPrice }) => stopPrice === STOP).map(({ id }) => id)

async function untilStops(market: RunningMarket, before: readonly number[] = []): Promise<number[]> {
  for (;;) {
    const found = stops(market).filter(id => !before.includes(id))
    if (found.length > 0) return found
    await turn()
  }
}

/** A person holds something with a stop at 90, which the price never comes to. */
async function openHeld(): Promise<{ readonly market: RunningMarket; readonly running: Running; readonly stop: number[] }> {
  const market = await openRunningMarket({ closes, past: 500 })
  const running = await startOn(market, live(market))
  const amount = { kind: 'quantity', quantity: quantity('0.5') } as const
  await running.service.desk.buy('ann', { symbol: 'BTCUSDC', amount, limit: null, stop: { kind: 'price', price: 90 }, target: null })
  return { market, running, stop: await untilStops(market) }
}

const sold = ({ told }: Running): boolean =>
  told.some(one => one.kind === 'fill' && one.record.owner === 'manual' && one.record.fill.side === 'SELL')
const lost = ({ told }: Running) =>
  told.flatMap(one => (one.kind === 'denied' && one.decision.outcome === 'protection_taken_back' ? [one.decision] : []))

test('a stop that it ends is put up again, told and recorded; nothing is sold', async () => {
  const { market, running, stop } = await openHeld()
  maintain(market, 'TRADING')
  expect(stops(market)).toEqual([])
  await untilStops(market, stop)
  const mine = lost(running).filter(({ owner }) => owner === 'manual')
  expect(mine.map(({ kind, reason, message }) => `${kind} ${reason}: ${message}`)).toEqual([
    'exit stop loss: the exchange took it back by itself: it is put up again, and nothing is sold',
  ])
  expect(await running.store.decisions({ outcome: 'denied', limit: 50 })).toContainEqual(mine[0])
  await running.stop()
  expect(sold(running)).toBe(false)
}, 60_000)

test('where nothing trades yet it waits, and is up once that is over', async () => {
  const { market, running, stop } = await openHeld()
  maintain(market, 'BREAK')
  const { simulator, clock } = market
  const began = clock.now()
  while (clock.now() < began + 60_000) await turn()
  expect(stops(market)).toEqual([])
  expect(running.troubles).toContainEqual(expect.stringContaining('its position has no protection there until it does'))
  simulator.admin('symbols', { symbol: 'BTCUSDC', status: 'TRADING' })
  await untilStops(market, stop)
  await running.stop()
  expect(sold(running)).toBe(false)
}, 60_000)
