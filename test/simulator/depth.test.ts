/** Binance's recipe for a local book (snapshot, then differences) works against the simulator, whatever happens in between. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ManualClock } from '../support/simulator/clock.ts'
import { simulatorFor, type TestMarket, ticksOf } from '../support/simulator/market.ts'
import { restClient, rowsOf, type Wire } from '../support/simulator/rest.ts'
import { openSocket, type Socket } from '../support/simulator/socket.ts'

/** A local book, kept as web-socket-streams.md tells: "How to manage a local order book correctly". */
class LocalBook {
  readonly #sides = { bids: new Map<string, string>(), asks: new Map<string, string>() }
  update = 0

  constructor(snapshot: Wire) {
    this.update = Number(snapshot['lastUpdateId'])
    for (const side of ['bids', 'asks'] as const) this.#set(side, snapshot[side]!)
  }
  /** False where events were missed, so that it has to be begun anew. */
  apply(event: Wire): boolean {
    if (Number(event['u']) <= this.update) return true
    if (Number(event['U']) > this.update + 1) return false
    this.#set('bids', event['b']!)
    this.#set('asks', event['a']!)
    this.update = Number(event['u'])
    return true
  }
  get levels(): object {
    const sorted = (side: 'bids' | 'asks', sign: number): string[][] =>
      [...this.#sides[side]].toSorted(([a], [b]) => sign * (Number(a) - Number(b)))
    return { bids: sorted('bids', -1), asks: sorted('asks', 1) }
  }
  #set(side: 'bids' | 'asks', rows: Wire): void {
    for (const row of rowsOf(rows)) {
      const [price, quantity] = [String(row[0]), String(row[1])]
      if (Number(quantity) === 0) this.#sides[side].delete(price)
      else this.#sides[side].set(price, quantity)
    }
  }
}

const diffs = (stream: Socket): readonly Wire[] => stream.frames.filter(({ e }) => String(e) === 'depthUpdate')

const trades = Array.from({ length: 60 }, (_, place) => ({
  at: place * 40 + (place % 7) * 3,
  price: 100 + ((place * 7) % 13) / 100,
  quantity: 1 + (place % 5),
  buyerMaker: place % 2 === 0,
}))
const quotes = trades.map(({ at, price }, place) => ({
  at: at + 1,
  bid: price - 0.01,
  ask: price + 0.01 + (place % 3) / 100,
  bidQuantity: 1 + (place % 4),
  askQuantity: 2 + (place % 3),
}))
const bars = Array.from({ length: 30 }, (_, place) => ({
  open: 100 + (place % 5),
  high: 106,
  low: 98,
  close: 100 + ((place * 3) % 5),
  volume: 50 + (place % 4) * 10,
}))
const markets: Readonly<Record<string, TestMarket>> = {
  candles: { bars, volumeShare: 0.1 },
  trades: { ticks: [ticksOf('BTCUSDC', trades)], volumeShare: 0.1 },
  'trades and quotes': { ticks: [ticksOf('BTCUSDC', trades, quotes)] },
}

describe.each(Object.entries(markets))('%s', (_, market) => {
  test.each(['depth', 'depth@1000ms', 'depth@100ms'])('%s: ids are without a gap, and the book is that of REST', async kind => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('step', 'step', 'buy', 'sell'), { minLength: 3, maxLength: 30 }),
        fc.nat(20),
        async (acts, when) => {
          const clock = new ManualClock()
          const { simulator, key } = await simulatorFor({ clock, limits: { weight: 1_000_000 }, ...market })
          const rest = restClient(simulator.url, key, () => clock.now())
          const snapshot = async (): Promise<Wire> => (await rest.get('/api/v3/depth', { symbol: 'BTCUSDC', limit: 5000 })).body
          const stream = await openSocket(`${simulator.wsUrl}/ws/btcusdc@${kind}`)
          let book: LocalBook | null = null
          for (const [place, act] of acts.entries()) {
            if (place === when % acts.length) book = new LocalBook(await snapshot())
            if (act === 'step') simulator.step(1)
            else await rest.signed('POST', '/api/v3/order', { symbol: 'BTCUSDC', side: act.toUpperCase(), type: 'MARKET', quantity: '0.3' })
          }
          // all that was sent is here
          let asked = 0
          const arrived = async (): Promise<void> => {
            asked++
            clock.advance(1000)
            stream.send({ method: 'LIST_SUBSCRIPTIONS', id: asked })
            await stream.until(({ id }) => Number(id) === asked)
          }
          await arrived()
          // the end of a second comes, and with it what was not told yet
          while (Number((await snapshot())['lastUpdateId']) > Math.max(book!.update, Number(diffs(stream).at(-1)?.['u'] ?? 0))) {
            simulator.step(1)
            await arrived()
          }
          const events = diffs(stream)
          for (const [place, event] of events.slice(1).entries()) expect(Number(event['U'])).toBe(Number(events[place]!['u']) + 1)
          expect(events.map(event => book!.apply(event))).toEqual(events.map(() => true))
          const { lastUpdateId, ...levels } = (await snapshot()) as unknown as { lastUpdateId: number }
          expect([book!.update, book!.levels]).toEqual([lastUpdateId, levels])
          await simulator.close()
        },
      ),
      { numRuns: 8 },
    )
  })
})

test('whoever comes later is told from then on; nobody is told what others were', async () => {
  const { simulator } = await simulatorFor({ bars, clock: new ManualClock() })
  const early = await openSocket(`${simulator.wsUrl}/ws/btcusdc@depth`)
  simulator.step(2)
  await early.until(() => diffs(early).length === 2)
  const late = await openSocket(`${simulator.wsUrl}/ws/btcusdc@depth`)
  simulator.step(1)
  await late.until(() => diffs(late).length === 1)
  await early.until(() => diffs(early).length === 3)
  expect(diffs(late)).toEqual(diffs(early).slice(2))
  expect(Object.keys(diffs(late)[0]!)).toEqual(['e', 'E', 's', 'U', 'u', 'b', 'a'])
})
