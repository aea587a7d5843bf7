/** The same candles through both shells: what each wrote down. */
import { openMemoryStore, type MemoryDisk, newMemoryDisk } from '#adapters/memory/store.ts'
import { openPaperExchange } from '#adapters/paper/paper.ts'
import { openReplay } from '#adapters/replay/replay.ts'
import { systemClock } from '#adapters/system/clock.ts'
import { runBacktest } from '#backtest/run.ts'
import type { Columns } from '#domain/candle.ts'
import { journalLines, type JournalRecords } from '#domain/journal.ts'
import { basisPoints, type Money, money, ratio } from '#domain/money.ts'
import type { Size } from '#domain/sizing.ts'
import type { SymbolInfo } from '#domain/symbol.ts'
import { type Time, type Timeframe, timeframes as allTimeframes } from '#domain/time.ts'
import { Engine, type OwnerSetup } from '#engine'
import { Records } from '#live/records.ts'
import { Shell } from '#live/shell.ts'
import type { Costs } from '#matching/costs.ts'
import type { Feed } from '#ports/feed.ts'
import type { Store } from '#ports/store.ts'

/** One symbol with its candles. */
export interface Recorded {
  readonly info: SymbolInfo
  readonly timeframe: Timeframe
  readonly columns: Columns
}

/** What both shells are given. */
export interface Scene {
  readonly recorded: readonly Recorded[]
  readonly owners: readonly OwnerSetup[]
  readonly size?: Size
  readonly limit?: string
  readonly slippage?: number
  readonly cash?: string
  /** As if the exchange were outside of the record: it is told while rounds are being written. */
  readonly outside?: boolean
}

const costsOf = ({ slippage = 5 }: Scene): Costs => ({
  taker: ratio('0.001'),
  maker: ratio('0.001'),
  slippage: () => basisPoints(slippage),
  volumeShare: slippage === 0 ? 0 : 0.1,
  bnbShare: ratio('0'),
})
const rulesOf = ({ size = { kind: 'equity', share: ratio('0.03') }, limit = '0.2' }: Scene) => ({
  size,
  perSymbol: ratio(limit),
  perAsset: ratio(limit),
  manualStop: 5,
  fee: ratio('0.001'),
})
const fundsOf = ({ recorded, cash = '10000' }: Scene): Map<string, Money> => new Map(recorded.map(({ info }) => [info.quote, money(cash)]))

// Orders and holdings are the core's own and change: their last state counts.
class Book extends Records {
  collect(): JournalRecords {
    const orders = new Map<number, JournalRecords['orders'][number]>()
    const holdings = new Map<string, JournalRecords['holdings'][number]>()
    const { orders: changed, rest } = this.take()
    for (const order of changed) orders.set(order.id, order)
    for (const holding of rest.holdings) holdings.set(`${holding.owner} ${holding.symbol}`, holding)
    return { ...rest, orders: [...orders.values()].sort((a, b) => a.id - b.id), holdings: [...holdings.values()] }
  }
}

const looksAt = ({ timeframe, strategy }: OwnerSetup, wanted: Timeframe): boolean =>
  timeframe === wanted || (strategy.kind === 'single' && Object.values(strategy.also ?? {}).includes(wanted))

/** The journal of the backtest shell. */
export function backtestJournal(scene: Scene): { readonly lines: string[]; readonly engine: Engine } {
  const infos = scene.recorded.map(({ info }) => info)
  const recorder = new Book(symbol => infos.find(info => info.symbol === symbol)!)
  const { engine } = runBacktest({
    histories: scene.recorded,
    owners: scene.owners,
    funds: fundsOf(scene),
    rules: rulesOf(scene),
    costs: costsOf(scene),
    recorder,
  })
  return { lines: journalLines(recorder.collect()), engine }
}

let wishes = 0

/** A live shell on a disk that outlives it. */
export async function startLive(scene: Scene, disk: MemoryDisk, store: Store = openMemoryStore({ disk, account: 'demo' })) {
  const infos = scene.recorded.map(({ info }) => info)
  const saved = await store.open()
  const records = new Records(symbol => infos.find(info => info.symbol === symbol)!)
  const engine = new Engine({
    symbols: infos,
    funds: fundsOf(scene),
    rules: rulesOf(scene),
    owners: scene.owners,
    source: () => ({ kind: 'live' }),
    recorder: records,
  })
  const exchange = { ...openPaperExchange(infos, costsOf(scene), fundsOf(scene)), outside: scene.outside === true }
  const feed: Feed = openReplay({
    recordings: scene.recorded.map(({ info, timeframe, columns }) => ({ symbol: info.symbol, timeframe, columns })),
    timeframes: allTimeframes.filter(timeframe => scene.owners.some(owner => looksAt(owner, timeframe))),
    speed: Number.POSITIVE_INFINITY,
    clock: systemClock,
  })
  const shell = new Shell({ engine, exchange, store, records, market: exchange.market, newId: () => `wish ${++wishes}`, tell: () => {} })
  if (saved !== null) {
    let time = 0 as Time
    if (saved.feedState !== null)
      for (const event of feed.history(saved.feedState)) {
        engine.warm(event.time, event.bars, event.candles)
        time = event.time
      }
    await shell.resume(saved, time)
  }
  return { engine, shell, feed, store, from: saved?.feedState ?? null }
}

/** The journal of the live shell, run without a break. */
export async function liveJournal(scene: Scene): Promise<{ readonly lines: string[]; readonly engine: Engine }> {
  const { engine, shell, feed, store, from } = await startLive(scene, newMemoryDisk())
  await feed.run(from, (event, state) => shell.offer(event, state))
  return { lines: journalLines(await store.journal()), engine }
}

/** Where two journals part: the line and its number, or null where they do not. */
export function firstDifference(one: readonly string[], other: readonly string[]) {
  const length = Math.max(one.length, other.length)
  for (let at = 0; at < length; at++) if (one[at] !== other[at]) return { at, one: one[at] ?? null, other: other[at] ?? null }
  return null
}
