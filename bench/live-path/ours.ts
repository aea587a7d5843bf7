/** Our way from a closed candle to an order, put together as a live service is: streams, feed, core, record, exchange. */
import { openBinance } from '#adapters/binance/binance.ts'
import { openSigner } from '#adapters/binance/signer.ts'
import { openMarketStreams } from '#adapters/binance/streams.ts'
import { connect } from '#adapters/postgres/connect.ts'
import { openPostgresStore } from '#adapters/postgres/store.ts'
import { newId, systemClock } from '#adapters/system/clock.ts'
import type { Candle } from '#domain/candle.ts'
import { money, priceOf, quantity, ratio, zero } from '#domain/money.ts'
import type { SymbolInfo } from '#domain/symbol.ts'
import type { Time } from '#domain/time.ts'
import { Engine } from '#engine'
import { openLiveFeed } from '#gateway/live-feed.ts'
import { Records } from '#live/records.ts'
import { Shell } from '#live/shell.ts'
import type { Clock } from '#ports/clock.ts'
import type { MarketData } from '#ports/market.ts'
import type { Store } from '#ports/store.ts'
import rsi from '../../strategies/rsi.ts'
import { traced } from './trace.ts'
import { API_KEY, closeAt, MINUTE, QUANTITY, SECRET, SYMBOL } from './wire.ts'

/** What is started. */
export interface OursSetup {
  readonly port: number
  /** The open time of the first bar that comes. */
  readonly start: number
  /** Null: nothing is written down. */
  readonly databaseUrl: string | null
}

// A bar closes within milliseconds here, so time stands just after the last one and goes on with the next.
const AFTER_CLOSE = 10_001
const ACCOUNT = 'live:bench'

/** A bar as the feed hands it on. */
export const candleAt = (symbol: string, openTime: number): Candle => ({
  symbol,
  timeframe: '1m',
  openTime: openTime as Time,
  open: closeAt(openTime - MINUTE),
  high: 30_020,
  low: 29_980,
  close: closeAt(openTime),
  volume: 148.976,
  complete: 1,
})

/** A market's clock that is moved by its bars. */
function marketClock(start: number): Clock & { closed(time: number): void } {
  let now = start + AFTER_CLOSE
  return {
    now: () => now as Time,
    wait: systemClock.wait,
    closed(time) {
      now = time + AFTER_CLOSE
    },
  }
}

/** The past of such a market, and its clock. */
export const pastOf = (clock: Clock, start: number): MarketData => ({
  async candles({ symbol, from, limit }) {
    const count = Math.max(0, Math.min(limit, (start - from) / MINUTE))
    return Array.from({ length: count }, (_, bar) => candleAt(symbol, from + bar * MINUTE))
  },
  symbols: async () => new Map(),
  time: async () => clock.now(),
})

/** A core that trades RSI(14) on these symbols: each bar of this bench leads to an entry or an exit. */
export function newCore(infos: readonly SymbolInfo[]): { readonly engine: Engine; readonly records: Records } {
  const bySymbol = new Map(infos.map(info => [info.symbol, info]))
  const records = new Records(symbol => bySymbol.get(symbol)!)
  const size = { kind: 'quantity', quantity: quantity(QUANTITY) } as const
  const engine = new Engine({
    symbols: infos,
    funds: new Map([['USDC', money('1000000000')]]),
    rules: { size, perSymbol: ratio('0.2'), perAsset: ratio('0.2'), manualStop: 0, fee: ratio('0.001') },
    owners: [
      {
        name: 'rsi',
        strategy: rsi,
        params: rsi.params.parse({ oversold: 49, overbought: 51 }),
        symbols: infos.map(({ symbol }) => symbol),
        timeframe: '1m',
        size,
        allocation: null,
      },
    ],
    source: () => ({ kind: 'live' }),
    recorder: records,
  })
  return { engine, records }
}

const fail = (text: string): never => {
  throw new Error(text)
}

/** Starts it. What is returned tells what its trace has proven, once nothing is being written any more. */
export async function openOurs({ port, start, databaseUrl }: OursSetup): Promise<() => Promise<object>> {
  const signer = openSigner(API_KEY, SECRET)
  const clock = marketClock(start)
  const binance = openBinance({
    restUrl: `http://127.0.0.1:${port}`,
    wsApiUrl: `ws://127.0.0.1:${port}/ws-api/v3`,
    signer,
    tag: newId().slice(0, 8),
    clock: systemClock,
    random: Math.random,
    lastPrice: symbol => (symbol === SYMBOL ? priceOf(30_000) : zero()),
    // here every bar is an entry or an exit, and bars follow one another within milliseconds
    mostEntries: Number.POSITIVE_INFINITY,
    trouble: fail,
  })
  await binance.rest.serverClock.measure()
  const infos = [...(await binance.market.symbols([SYMBOL])).values()]
  if (!(await binance.subscribed(5_000))) fail('no user data')
  const { engine, records } = newCore(infos)
  const trace = traced(await commitTo(databaseUrl), databaseUrl !== null)
  const streams = openMarketStreams({ url: `ws://127.0.0.1:${port}`, clock: systemClock, random: Math.random, note: fail })
  const needs = [{ symbol: SYMBOL, timeframe: '1m', anchor: null, warmup: 14 } as const]
  const feed = await openLiveFeed({ data: pastOf(clock, start), streams, clock, needs, schedules: [], note: fail })
  const shell = new Shell({
    engine,
    exchange: binance.exchange,
    store: trace,
    records,
    newId,
    market: ({ time }) => clock.closed(time),
    tell: () => {},
  })
  for (const { time, bars, candles } of feed.history(null)) engine.warm(time, bars, candles)
  shell.begin(start as Time)
  void feed.run(null, (event, state) => shell.offer(event, state))
  return async () => {
    await shell.idle()
    return { samples: trace.samples, least: trace.least }
  }
}

async function commitTo(databaseUrl: string | null): Promise<Store['commit']> {
  if (databaseUrl === null) return async (_, act) => act?.()
  const database = await connect({ url: databaseUrl })
  const store = openPostgresStore({ database, account: ACCOUNT, demo: false })
  await store.open()
  return store.commit
}
