/** The replay's candles through a Binance on the desk: the same demo, by the real adapter over HTTP and WebSockets. */
import { resolve } from 'node:path'
import { type Binance, openBinance } from '#adapters/binance/binance.ts'
import { openSigner } from '#adapters/binance/signer.ts'
import { openMarketStreams } from '#adapters/binance/streams.ts'
import { openReplay } from '#adapters/replay/replay.ts'
import type { Candle } from '#domain/candle.ts'
import { money, type Price, priceOf, zero } from '#domain/money.ts'
import { lengthOf, type Time } from '#domain/time.ts'
import type { Clock } from '#ports/clock.ts'
import type { Feed, MarketEvent } from '#ports/feed.ts'
import type { MarketStreams } from '#ports/market.ts'
import { newHmacKey } from '#simulator/keys.ts'
import { openSimulator, type Simulator } from '#simulator/simulator.ts'
import type { Config } from '../config.ts'
import { shortest } from './account.ts'
import { bundledExchangeInfo, bundledRecordings, bundledSymbols, costsOf } from './market.ts'
import { replayedSymbols } from './replay-venue.ts'
import { quoteOf, type Venue } from './venue.ts'

const PLENTY = 1_000_000_000

/** Opens it. A simulator begins anew each time, so `run` makes an account of its own for it. */
export async function openSimulatorVenue(
  config: Config,
  { speed, clock, run, trouble }: { readonly speed: number; readonly clock: Clock; readonly run: string; trouble(text: string): void },
): Promise<Venue> {
  const known = bundledSymbols()
  const { symbols, missing } = replayedSymbols(config, known)
  const infos = symbols.map(symbol => known.get(symbol)!)
  const quote = quoteOf(infos)
  const recordings = bundledRecordings(symbols, resolve(config.DATA_DIR, 'cache'))
  const capital = money(config.DEMO_CAPITAL)
  const { apiKey, secret } = newHmacKey()
  const costs = costsOf(config)
  const simulator = await openSimulator({
    recordings,
    symbols: bundledExchangeInfo(),
    keys: [{ apiKey, secret }],
    balances: new Map([[quote, capital]]),
    slippage: costs.slippage,
    volumeShare: costs.volumeShare,
    fees: { maker: costs.maker, taker: costs.taker },
    serverTime: 'market',
    // years pass in a minute
    limits: { weight: PLENTY, orders10s: PLENTY, orders1d: PLENTY },
  })
  // time there is the market's
  const theirs: Clock = { now: () => simulator.world.now() as Time, wait: clock.wait }
  let binance: Binance | null = null
  const prices = new Map<string, Price>()

  return {
    trading: 'demo',
    account: `simulator:${run}`,
    about: `a simulated Binance at ${simulator.url}`,
    infos,
    quote,
    base: shortest(recordings),
    capital,
    missing,
    firstPrices: Object.fromEntries(recordings.map(({ symbol, columns }) => [symbol, columns.open[0]!])),
    async join() {
      await binance?.stop()
      const opened = openBinance({
        restUrl: simulator.url,
        wsApiUrl: `${simulator.wsUrl}/ws-api/v3`,
        signer: openSigner(apiKey, secret),
        tag: run,
        clock: theirs,
        random: Math.random,
        lastPrice: symbol => prices.get(symbol) ?? zero(),
        trouble,
      })
      binance = opened
      await opened.rest.serverClock.measure()
      await opened.subscribed(10_000)
      await opened.market.symbols(symbols)
      return {
        exchange: opened.exchange,
        market: event => {
          if (event.kind === 'open') for (const { symbol, price } of event.opens) prices.set(symbol, priceOf(price))
        },
        // events come over the connection that answers: all that were sent before are here
        settled: async () => void (await opened.wsApi.call({ method: 'openOrders.status', weight: 0 })),
        settings: {},
      }
    },
    async feed({ needs }) {
      const timeframes = [...new Set(needs.map(({ timeframe }) => timeframe))]
      const replay = openReplay({ recordings, timeframes, speed, clock })
      const streams = openMarketStreams({ url: simulator.wsUrl, clock, random: Math.random, note: trouble })
      streams.want(recordings.map(({ symbol, timeframe }) => ({ kind: 'candles', symbol, timeframe })))
      return { feed: stepped(replay, simulator, streams), settings: {} }
    },
    async close() {
      await binance?.stop()
      await simulator.close()
    },
  }
}

/** A replay that moves the simulator along with itself, and takes its candles from the simulator's streams. */
function stepped(replay: Feed, simulator: Simulator, streams: MarketStreams): Feed {
  const arrivals = newArrivals()
  return {
    history: until => replay.history(until),
    async run(from, offer) {
      streams.start(message => {
        if (message.kind === 'candle') arrivals.take(message.candle)
      })
      let first = true
      try {
        await replay.run(from, async (event, state) => {
          // the first bars are open already, and nothing ends before them
          if (!first) simulator.step(1)
          if (event.kind === 'open') first = false
          await offer(event.kind === 'close' ? await fromWire(event, arrivals) : event, state)
        })
      } finally {
        await streams.stop()
      }
    },
    stop: () => replay.stop(),
  }
}

// The bars as they came over the wire; what is built of them stays as it is.
async function fromWire(event: MarketEvent & { readonly kind: 'close' }, arrivals: Arrivals): Promise<MarketEvent> {
  const arrived = new Map<Candle, Candle>()
  for (const bar of event.bars) arrived.set(bar, await arrivals.of(bar))
  return {
    ...event,
    bars: event.bars.map(bar => arrived.get(bar)!),
    candles: event.candles.map(candle => arrived.get(candle) ?? candle),
  }
}

interface Arrivals {
  take(candle: Candle): void
  /** Resolves with the candle of the same symbol and bar once it is here. */
  of(bar: Candle): Promise<Candle>
}

function newArrivals(): Arrivals {
  const here = new Map<string, Candle>()
  const awaited = new Map<string, (candle: Candle) => void>()
  const keyOf = ({ symbol, openTime, timeframe }: Candle): string => `${symbol} ${openTime + lengthOf(timeframe)}`
  return {
    take(candle) {
      const key = keyOf(candle)
      const waiting = awaited.get(key)
      awaited.delete(key)
      if (waiting === undefined) here.set(key, candle)
      else waiting(candle)
    },
    async of(bar) {
      const key = keyOf(bar)
      const candle = here.get(key)
      here.delete(key)
      return candle ?? (await new Promise(resolve => awaited.set(key, resolve)))
    },
  }
}
