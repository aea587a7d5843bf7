/**
 * The whole way with everything real but the market: core, live shell and record over the adapter, a Binance on this machine that fails at
 * random, and a process that dies now and then. Whatever happens, the record and the exchange agree in the end, and what is held is protected.
 */
import { expect, onTestFinished, test } from 'vitest'
import type { Binance } from '#adapters/binance/binance.ts'
import { dropHolders, newMemoryDisk, openMemoryStore } from '#adapters/memory/store.ts'
import { newId } from '#adapters/system/clock.ts'
import { add, format, money, type Quantity, quantity, ratio, toNumber, toTick, zero } from '#domain/money.ts'
import { symbolInfoOf } from '#domain/symbol.ts'
import type { Time } from '#domain/time.ts'
import { Engine } from '#engine'
import { Records } from '#live/records.ts'
import { Shell } from '#live/shell.ts'
import type { Clock } from '#ports/clock.ts'
import type { MarketEvent } from '#ports/feed.ts'
import type { Store } from '#ports/store.ts'
import { enter, percent } from '#strategy'
import { ALL } from '#trader/slot.ts'
import { BTCUSDC, openSides, prepare, type Sides } from '../../support/binance/account.ts'

const info = symbolInfoOf(BTCUSDC)

/** One life of a process. */
interface Life {
  readonly engine: Engine
  readonly shell: Shell
  readonly binance: Binance
}

/** A number from 0 up to 1 by a seed (mulberry32, public domain). */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const walk = (random: () => number, count: number): string[] => {
  let last = 100
  return Array.from({ length: count }, () => {
    const close = Math.max(20, last + Math.round((random() - 0.5) * 16))
    const bar = [last, Math.max(last, close) + Math.round(random() * 5), Math.min(last, close) - Math.round(random() * 5), close, 40]
    last = close
    return bar.join(' ')
  })
}

class Died extends Error {}

/** Where the process dies next, as an order leaves: its round outlives that, and the order has left or not. */
interface Death {
  where: 'safe' | 'acted' | null
}

const mortal = (store: Store, death: Death): Store => ({
  ...store,
  async commit(round, act) {
    if (act === undefined) return await store.commit(round)
    await store.commit(round, () => {
      if (death.where === 'safe') throw new Died()
      act()
      if (death.where === 'acted') throw new Died()
    })
  },
})

async function begin(sides: Sides, disk: ReturnType<typeof newMemoryDisk>, death: Death): Promise<Life> {
  const records = new Records(() => info)
  const engine = new Engine({
    symbols: [info],
    funds: new Map([['USDC', money('100000')]]),
    rules: { size: { kind: 'quantity', quantity: quantity('2') }, perSymbol: null, perAsset: null, manualStop: 0, fee: ratio('0') },
    owners: [],
    source: () => ({ kind: 'live' }),
    recorder: records,
  })
  const binance = sides.open({ lastPrice: () => engine.market('BTCUSDC').last, trouble() {} })
  const store = mortal(openMemoryStore({ disk, account: 'live' }), death)
  const shell = new Shell({ engine, exchange: binance.exchange, store, records, newId, tell() {} })
  await prepare(binance)
  const saved = await store.open()
  if (saved !== null) await shell.resume(saved, sides.clock.now())
  return { engine, shell, binance }
}

/** A bar that opened and closed at one price. */
const still = (last: number, time: Time): MarketEvent => {
  const prices = { open: last, high: last, low: last, close: last }
  const bar = { symbol: 'BTCUSDC', timeframe: '1h', openTime: time, ...prices, volume: 1, complete: 1 } as const
  return { kind: 'close', time, bars: [bar], candles: [] }
}

/** Waits until all is known of what was sent. */
async function quieten({ shell, binance }: Life, clock: Clock): Promise<void> {
  for (let waited = 0; waited < 200 && binance.exchange.busy; waited++) await clock.wait(200)
  await shell.idle()
}

const CLOSED = { kind: 'refuse', status: 400, code: -1013, text: 'Market is closed.' }
const faults: readonly (readonly [object, object])[] = [
  [{ kind: 'reply_lost' }, { path: 'order.place' }],
  [{ kind: 'request_lost' }, { path: 'order.place' }],
  [{ kind: 'timeout', executed: true }, { path: 'order.place' }],
  [{ kind: 'timeout', executed: false }, { path: 'order.place' }],
  [{ kind: 'reply_lost' }, { path: 'orderList.place.oco' }],
  [{ kind: 'timeout', executed: false }, { path: 'orderList.place.oco' }],
  [{ kind: 'reply_lost' }, { path: 'order.cancel' }],
  [{ kind: 'request_lost' }, { path: 'order.cancel' }],
  [{ kind: 'server_error', executed: true }, { path: 'order.cancel' }],
  [
    { kind: 'server_error', executed: false },
    { path: '/api/v3/order', count: 2 },
  ],
  [{ kind: 'reply_lost' }, { path: 'order.cancelReplace' }],
  [{ kind: 'request_lost' }, { path: 'order.cancelReplace' }],
  [{ kind: 'timeout', executed: false }, { path: 'order.cancelReplace' }],
  [{ kind: 'server_error', executed: true }, { path: 'order.cancelReplace' }],
  [{ kind: 'latency', milliseconds: 1_000, after: false }, { path: 'order.cancelReplace' }],
  [{ kind: 'event_lost' }, { count: 4 }],
  [{ kind: 'event_twice' }, { count: 4 }],
  [{ kind: 'event_late' }, { count: 3 }],
  [{ kind: 'events_first' }, { path: 'order.place' }],
  [{ kind: 'latency', milliseconds: 1_000, after: true }, { path: 'order.place' }],
  [CLOSED, { path: 'order.place' }],
  [CLOSED, { path: 'orderList.place.oco' }],
  [CLOSED, { path: 'order.cancelReplace' }],
]

/** What a person might do now. */
function act(engine: Engine, time: Time, random: () => number): void {
  const slot = engine.slot('manual', 'BTCUSDC')!
  const wished = { reason: 'wished', time, values: null }
  const last = toNumber(slot.market.last)
  if (slot.leaving !== null) return
  if (slot.position.quantity === 0n && slot.entry === null) {
    const target = random() < 0.5 ? { takeProfit: percent(5) } : {}
    const at = random() < 0.5 ? { at: { limit: Math.max(1, last - 2) } } : {}
    const size = { kind: 'quantity', quantity: quantity(String(1 + Math.floor(random() * 6))) } as const
    engine.trader.enter(slot, enter({ reason: 'go', stopLoss: percent(5), ...target, ...at }), size, wished)
  } else if (random() < 0.4) engine.trader.exit(slot, wished, random() < 0.3 ? quantity('1') : ALL)
  else if (random() < 0.5 && slot.position.quantity > 0n) engine.trader.setStop(slot, toTick(last * 0.97, info.filters.tick), time)
}

test.each([100, 103])('seed %i', async seed => {
  const random = randomOf(seed)
  const sides = await openSides({ bars: walk(random, 40), have: '100000 USDC', simulator: { volumeShare: 0.1 }, speed: 20 })
  const { simulator, clock } = sides
  const { venue } = simulator.world
  const disk = newMemoryDisk()
  const death: Death = { where: null }
  const deaths = randomOf(seed + 1)
  let died = 0
  let life = await begin(sides, disk, death)
  onTestFinished(() => life.binance.stop())
  const anew = async (): Promise<void> => {
    void life.binance.stop()
    death.where = null
    dropHolders(disk)
    life = await begin(sides, disk, death)
  }
  const offer = async (event: MarketEvent): Promise<void> => {
    try {
      await life.shell.offer(event, '')
    } catch (error) {
      if (!(error instanceof Died)) throw error
      died++
      await anew()
      await life.shell.offer(event, '')
    }
  }
  const price = (): number => toNumber(venue.matching.market('BTCUSDC').last)
  const show = async (): Promise<void> => {
    await offer({ kind: 'open', time: clock.now(), opens: [{ symbol: 'BTCUSDC', price: price(), volume: 0 }] })
  }
  const close = (): Promise<void> => offer(still(price(), clock.now()))
  const quiet = (one: Life): Promise<void> => quieten(one, clock)

  await show()
  for (let round = 0; round < 24; round++) {
    const [fault, where] = faults[Math.floor(random() * faults.length)]!
    if (random() < 0.5) simulator.admin('faults', { fault, where })
    if (deaths() < 0.2) death.where = deaths() < 0.5 ? 'safe' : 'acted'
    await life.shell.wish({ person: 'ann', text: '', run: (engine, _, time) => act(engine, time, random) }).catch((error: unknown) => {
      if (!(error instanceof Died)) throw error
    })
    if (random() < 0.15) simulator.admin('sockets', { act: 'drop', kind: 'api' })
    if (random() < 0.15) {
      // the process dies, wherever it is
      await anew()
    }
    // mostly all is known before the market goes on, sometimes it is not waited for
    if (random() < 0.8) await quiet(life)
    else await clock.wait(random() * 1_000)
    simulator.stepCandles(1)
    await show()
    await close()
  }

  // then nothing fails any more
  death.where = null
  simulator.admin('clear', {})
  await quiet(life)
  await clock.wait(12_000)
  await close()
  await quiet(life)
  expect(life.binance.exchange.busy).toBe(false)
  expect(died).toBeGreaterThan(0)

  const { engine } = life
  const { position, protection, leaving } = engine.slot('manual', 'BTCUSDC')!
  const total = (asset: string): string => {
    const { free, locked } = venue.matching.wallet.of(asset)
    return format((free + locked) as Quantity)
  }
  expect(format(add(position.quantity, engine.portfolio.dust.get('BTC') ?? zero<Quantity>()))).toBe(total('BTC'))
  expect(format(engine.portfolio.cash('USDC'))).toBe(total('USDC'))
  const booked = [...disk.accounts.get('live')!.fills.values()].map(({ fill }) => fill.tradeId)
  expect(booked.length).toBeGreaterThan(3)
  expect(booked.toSorted((a, b) => a - b)).toEqual(venue.trades.map(({ id }) => id))
  // what rests is known on both sides, and what is held has a stop
  const ours = engine.trader.orders.open.values().map(({ order }) => `rt-t1-${order.id}`)
  expect(ours.toSorted()).toEqual([...venue.open].map(({ clientOrderId }) => clientOrderId).toSorted())
  expect(position.quantity === 0n || leaving !== null || protection.some(({ request }) => request.stopPrice > 0n)).toBe(true)
})

test('protection that is refused since its symbol halts: what was bought stays, and has its stop once the symbol trades again', async () => {
  const sides = await openSides({ have: '1000 USDC', speed: 20 })
  const { simulator, clock } = sides
  const { venue } = simulator.world
  const life = await begin(sides, newMemoryDisk(), { where: null })
  onTestFinished(() => life.binance.stop())
  while (!life.binance.wsApi.open) await new Promise(resolve => setImmediate(resolve))
  const slot = life.engine.slot('manual', 'BTCUSDC')!
  // it halts right after the purchase
  simulator.admin('faults', { fault: CLOSED, where: { path: 'order.place', skip: 1, count: 3 } })
  await life.shell.offer({ kind: 'open', time: clock.now(), opens: [{ symbol: 'BTCUSDC', price: 100, volume: 0 }] }, '')
  await life.shell.wish({
    person: 'ann',
    text: '',
    run: (engine, _, time) =>
      void engine.trader.enter(slot, enter({ reason: 'go', stopLoss: 90 }), engine.trader.rules.size, { reason: 'go', time, values: null }),
  })
  await quieten(life, clock)
  expect(venue.trades.map(({ buyer }) => buyer)).toEqual([true])
  expect([...venue.open].map(({ type, quantity: size }) => `${type} ${format(size)}`)).toEqual(['STOP_LOSS 2'])
  expect(slot.leaving).toBeNull()
  expect(slot.protection.map(({ status }) => status)).toEqual(['open'])
})

test.each<[string, (round: number) => readonly [object, object] | null]>([
  ['nothing fails', () => null],
  ['answers are lost', () => [{ kind: 'timeout', executed: true }, { path: 'order.cancelReplace' }]],
  ['requests are lost', round => (round % 3 === 2 ? [{ kind: 'timeout', executed: false }, { path: 'order.cancelReplace' }] : null)],
  ['events are lost', () => [{ kind: 'event_lost' }, { count: 2 }]],
])('a trailing stop, from when it first rests until it is reached: the exchange has it at every instant (%s)', async (_, failing) => {
  const rising = Array.from({ length: 10 }, (__, at) => `${100 + 2 * at} ${102 + 2 * at} ${99 + 2 * at} ${102 + 2 * at}`)
  const sides = await openSides({ bars: [...rising, '120 120 80 82', '82 83 81 82', '82 83 81 82'], have: '100000 USDC', speed: 20 })
  const { simulator, clock } = sides
  const { venue } = simulator.world
  const life = await begin(sides, newMemoryDisk(), { where: null })
  onTestFinished(() => life.binance.stop())
  while (!life.binance.wsApi.open) await new Promise(resolve => setImmediate(resolve))
  const seen: string[] = []
  const look = (): void => {
    const { free, locked } = venue.matching.wallet.of('BTC')
    const stops = [...venue.open].filter(({ type }) => type === 'STOP_LOSS').map(({ quantity: size }) => format(size))
    seen.push(`${format((free + locked) as Quantity)} held, stops for ${stops.join(' and ') || 'nothing'}`)
  }
  const { log } = simulator
  const add = log.add.bind(log)
  log.add = line => {
    add(line)
    look()
  }
  const slot = life.engine.slot('manual', 'BTCUSDC')!
  await life.shell.offer({ kind: 'open', time: clock.now(), opens: [{ symbol: 'BTCUSDC', price: 100, volume: 0 }] }, '')
  await life.shell.wish({
    person: 'ann',
    text: '',
    run: (engine, __, time) =>
      void engine.trader.enter(slot, enter({ reason: 'go', trailing: 6 }), engine.trader.rules.size, { reason: 'go', time, values: null }),
  })
  for (let round = 0; round < 12; round++) {
    await quieten(life, clock)
    look()
    const fault = failing(round)
    if (fault !== null) simulator.admin('faults', { fault: fault[0], where: fault[1] })
    simulator.stepCandles(1)
    look()
    await life.shell.offer(still(toNumber(venue.matching.market('BTCUSDC').last), clock.now()), '')
  }
  // the next look at open orders brings what no event told
  await clock.wait(12_000)
  await quieten(life, clock)
  const rested = seen.slice(seen.findIndex(line => !line.endsWith('nothing')))
  const until = rested.findIndex(line => line.startsWith('0 held'))
  expect(until).toBeGreaterThan(0)
  expect(new Set(rested.slice(0, until))).toEqual(new Set(['2 held, stops for 2']))
  expect(new Set(rested.slice(until))).toEqual(new Set(['0 held, stops for nothing']))
  const paths = log.lines.map(({ path }) => path)
  expect(paths.filter(path => path === 'order.cancelReplace').length).toBeGreaterThan(4)
  expect(paths).not.toContain('order.cancel')
  expect(slot.position.quantity).toBe(0n)
})
