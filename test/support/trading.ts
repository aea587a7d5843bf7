/**
 * A service in small: the real core, shell and desk over the paper exchange and a store in memory, on hand-written hourly bars that the test
 * shows hour by hour. At hour 2 bar 1 has closed and bar 2 has opened.
 */
import { type MemoryDisk, newMemoryDisk, openMemoryStore } from '#adapters/memory/store.ts'
import { openPaperExchange } from '#adapters/paper/paper.ts'
import { openReplay } from '#adapters/replay/replay.ts'
import { systemClock } from '#adapters/system/clock.ts'
import { format, money, quantity, type Ratio, ratio } from '#domain/money.ts'
import type { Order, OrderType } from '#domain/order.ts'
import { paidPrice } from '#domain/position.ts'
import type { Filters } from '#domain/symbol.ts'
import { newsOf, usualVolumes } from '#domain/news.ts'
import type { Time } from '#domain/time.ts'
import { Engine, type OwnerSetup } from '#engine'
import { openDesk } from '#live/desk.ts'
import { Records } from '#live/records.ts'
import { Shell } from '#live/shell.ts'
import type { Desk } from '#ports/desk.ts'
import type { Exchange } from '#ports/exchange.ts'
import type { FeedState, MarketEvent } from '#ports/feed.ts'
import type { Store } from '#ports/store.ts'
import type { Told } from '#domain/told.ts'
import type { Rules } from '#trader/draft.ts'
import { columns, hour, market } from './desk.ts'

/** The account of these services. */
export const TEST_ACCOUNT = 'test'

export interface TradingSetup {
  /** Bars of BTCUSDC, or of several markets: "open high low close", and a volume where it matters. */
  readonly bars: readonly string[] | Readonly<Record<string, readonly string[]>>
  readonly owners?: readonly OwnerSetup[]
  readonly rules?: Partial<Rules>
  readonly filters?: Partial<Filters>
  readonly orderTypes?: readonly OrderType[]
  readonly fee?: string
  readonly disk?: MemoryDisk
  /** What stands between the shell and the real store or exchange. */
  readonly store?: (real: Store) => Store
  readonly exchange?: (real: Exchange) => Exchange
  /** Hears what people are told, when they are told it. */
  readonly tell?: (told: readonly Told[]) => void
  /** Whether news are written for people's phones. */
  readonly news?: boolean
}

export interface Trading {
  readonly desk: Desk
  readonly shell: Shell
  readonly engine: Engine
  readonly store: Store
  readonly disk: MemoryDisk
  /** Shows the market up to an hour, from where it stands. */
  until(hours: number): Promise<void>
  /** What is held: "manual BTCUSDC 2 paid 100 stop 95 target 110". */
  held(): string[]
  /** What rests or is on its way: "manual BTCUSDC SELL STOP_LOSS 2 stop 95". */
  orders(): string[]
}

/** Starts on a disk, or goes on with what is there. */
export async function openTrading(setup: TradingSetup): Promise<Trading> {
  const { bars, owners = [], rules, filters, orderTypes, fee = '0', disk = newMemoryDisk(), tell = () => {}, news = false } = setup
  const several = (Array.isArray(bars) ? { BTCUSDC: bars } : bars) as Readonly<Record<string, readonly string[]>>
  const infos = Object.keys(several).map(symbol => market(symbol, filters, orderTypes))
  const real = openMemoryStore({ disk, account: TEST_ACCOUNT })
  const store = setup.store?.(real) ?? real
  const funds = new Map([['USDC', money('10000')]])
  const records = new Records(symbol => infos.find(info => info.symbol === symbol)!)
  const engine = new Engine({
    symbols: infos,
    funds,
    rules: {
      size: { kind: 'quantity', quantity: quantity('1') },
      perSymbol: null,
      perAsset: null,
      manualStop: 5,
      fee: ratio(fee),
      ...rules,
    },
    owners,
    source: () => ({ kind: 'live' }),
    recorder: records,
  })
  const paper = openPaperExchange(
    infos,
    {
      taker: ratio(fee),
      maker: ratio(fee),
      slippage: () => 0n as Ratio,
      volumeShare: 0,
      bnbShare: 0n as Ratio,
    },
    funds,
  )
  const exchange = setup.exchange?.(paper) ?? paper
  let ids = 0
  const shell = new Shell({
    engine,
    exchange,
    store,
    records,
    market: paper.market,
    newId: () => `wish ${++ids}`,
    tell,
    ...(news ? { news: newsOf } : {}),
  })
  const recordings = Object.entries(several).map(([symbol, rows]) => ({ symbol, timeframe: '1h' as const, columns: columns(rows) }))
  const feed = openReplay({ recordings, timeframes: ['1h'], speed: Number.POSITIVE_INFINITY, clock: systemClock })
  const saved = await store.open()
  if (saved !== null) {
    let time = 0 as Time
    for (const event of saved.feedState === null ? [] : feed.history(saved.feedState)) {
      engine.warm(event.time, event.bars, event.candles)
      time = event.time
    }
    await shell.resume(saved, time)
  }
  const events: { readonly event: MarketEvent; readonly state: FeedState }[] = []
  await feed.run(saved?.feedState ?? null, async (event, state) => void events.push({ event, state }))
  const desk = openDesk({
    trading: 'demo',
    quote: 'USDC',
    started: hour(0),
    version: '1.2.3',
    store,
    core: () => ({ shell, engine, watch: null }),
    wish: wish => shell.wish(wish),
    startEquity: () => money('10000'),
    holding: () => null,
    strategies: () => [],
    planChange: () => ({ problem: 'strategies are not changed here' }),
    volumes: () => usualVolumes,
    setVolume: () => {},
    restart: async () => {},
  })
  return {
    desk,
    shell,
    engine,
    store,
    disk,
    async until(hours) {
      while (events.length > 0 && events[0]!.event.time <= hour(hours)) {
        const { event, state } = events.shift()!
        await shell.offer(event, state)
      }
    },
    held: () =>
      engine.slots
        .filter(({ position }) => position.quantity > 0n)
        .map(({ owner, symbol, position, plan }) => {
          const level = (name: string, at = 0n): string => (at > 0n ? ` ${name} ${format(at as never)}` : '')
          const levels = `${level('stop', plan?.stop)}${level('target', plan?.target)}`
          return `${owner} ${symbol} ${format(position.quantity)} paid ${format(paidPrice(position))}${levels}`
        }),
    orders: () => engine.trader.orders.open.values().map(({ order }) => orderText(order)),
  }
}

function orderText({ owner, request, executed }: Order): string {
  const { symbol, side, type, price, stopPrice, quoteAmount } = request
  const amount = quoteAmount > 0n ? `for ${format(quoteAmount)}` : format((request.quantity - executed) as never)
  const at = `${stopPrice > 0n ? ` stop ${format(stopPrice)}` : ''}${price > 0n ? ` at ${format(price)}` : ''}`
  return `${owner} ${symbol} ${side} ${type} ${amount}${at}`
}

/** A store whose commits fail as `fails` says, by their number from 1 on: the error to throw before anything is written, or null. */
export const failing =
  (fails: (commit: number) => Error | null) =>
  (real: Store): Store => {
    let commits = 0
    return {
      ...real,
      async commit(round, act) {
        const error = fails(++commits)
        if (error !== null) throw error
        await real.commit(round, act)
      },
    }
  }
