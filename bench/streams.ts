/**
 * Live candles of 1,500 symbols over WebSocket, from another process: through our streams, feed and core, against a receiver that parses
 * each message and updates an RSI. Both sides receive the same bytes.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { openMarketStreams } from '#adapters/binance/streams.ts'
import { silent } from '#backtest/collect.ts'
import { money, quantity, ratio } from '#domain/money.ts'
import { at, type Time } from '#domain/time.ts'
import { Engine } from '#engine'
import { openLiveFeed } from '#gateway/live-feed.ts'
import type { Clock } from '#ports/clock.ts'
import { bareSymbol, load } from './backtests.ts'
import type { Least } from './measure.ts'
import type { Order } from './stream-server.ts'

const SYMBOLS = 1_500
const OPENS = 29
const INGEST_RUNS = 12
const BURST_RUNS = 60
const MINUTE = 60_000
// what Binance sends of so many symbols: each every two seconds
const MESSAGES_A_SECOND = SYMBOLS / 2

/** What is measured: CPU of a stream of open and closed bars, wall time of 1,500 closes until the last is decided, and the idle load. */
export interface StreamFigures {
  readonly ingest: Least
  readonly burst: Least
  /** The share of a core that the open bars of all symbols cost. */
  readonly idle: number
}

interface Side {
  /** Receives one order's messages; resolves when the last is worked off. */
  receive(order: Order): Promise<void>
  stop(): Promise<void>
}

const names = Array.from({ length: SYMBOLS }, (_, index) => `C${index}`)

class Server {
  readonly #process: ChildProcess = fork(join(import.meta.dirname, 'stream-server.ts'))
  readonly #said = new Map<string, number>()
  #look: () => void = () => {}

  constructor() {
    this.#process.on('message', message => {
      for (const [key, value] of Object.entries(message as Record<string, number>)) this.#said.set(key, value)
      this.#look()
    })
  }

  /** Resolves once it has said something, with what it said. */
  until(key: 'port' | 'subscribed' | 'ready', least = 1): Promise<number> {
    return new Promise(resolve => {
      this.#look = () => {
        const value = this.#said.get(key)
        if (value === undefined || value < least) return
        this.#said.delete(key)
        resolve(value)
      }
      this.#look()
    })
  }

  async prepare(order: Order): Promise<void> {
    const ready = this.until('ready')
    this.#process.send(order)
    await ready
  }

  fire(): void {
    this.#process.send('fire')
  }

  stop(): void {
    this.#process.disconnect()
  }
}

// Wilder's RSI over 14, by hand.
function floorOf(port: number): { side: Side; open(): void } {
  const index = new Map(names.map((name, place) => [`${name}USDC`, place]))
  const last = new Float64Array(SYMBOLS)
  const gain = new Float64Array(SYMBOLS)
  const loss = new Float64Array(SYMBOLS)
  const strength = new Float64Array(SYMBOLS)
  let left = 0
  let done = (): void => {}
  let socket: WebSocket | null = null
  const update = (place: number, close: number): void => {
    const change = close - last[place]!
    last[place] = close
    gain[place] = (gain[place]! * 13 + Math.max(change, 0)) / 14
    loss[place] = (loss[place]! * 13 + Math.max(-change, 0)) / 14
    strength[place] = 100 - 100 / (1 + gain[place]! / loss[place]!)
  }
  return {
    open() {
      const one = new WebSocket(`ws://127.0.0.1:${port}/stream`, { perMessageDeflate: false })
      socket = one
      one.on('open', () =>
        one.send(JSON.stringify({ method: 'SUBSCRIBE', params: names.map(name => `${name.toLowerCase()}usdc@kline_1m`), id: 1 })),
      )
      one.on('message', data => {
        const { data: message } = JSON.parse((data as Buffer).toString()) as { data?: { k: { s: string; c: string } } }
        if (message === undefined) return
        update(index.get(message.k.s)!, Number(message.k.c))
        if (--left === 0) done()
      })
    },
    side: {
      receive: ({ opens }) => {
        left = SYMBOLS * (opens + 1)
        return new Promise(resolve => {
          done = resolve
        })
      },
      async stop() {
        socket?.terminate()
      },
    },
  }
}

async function newEngine(): Promise<Engine> {
  const { strategy, scan } = await load('rsi')
  const size = { kind: 'quantity', quantity: quantity('0.01') } as const
  return new Engine({
    symbols: names.map(bareSymbol),
    funds: new Map([['USDC', money('1000000')]]),
    rules: { size, perSymbol: ratio('0.2'), perAsset: ratio('0.2'), manualStop: 0, fee: ratio('0.001') },
    owners: [
      {
        name: 'bench',
        strategy,
        scan,
        params: strategy.params.parse({ oversold: 1, overbought: 99 }),
        symbols: names.map(name => `${name}USDC`),
        timeframe: '1m',
        size,
        allocation: null,
      },
    ],
    source: () => ({ kind: 'live' }),
    recorder: silent,
  })
}

async function oursOf(port: number, clock: Clock): Promise<{ side: Side; open(): void }> {
  const engine = await newEngine()
  const feed = await openLiveFeed({
    data: { candles: async () => [], symbols: async () => new Map(), time: async () => clock.now() },
    streams: openMarketStreams({
      url: `ws://127.0.0.1:${port}`,
      clock: { now: () => at(0), wait },
      random: Math.random,
      note() {},
    }),
    clock,
    needs: names.map(name => ({ symbol: `${name}USDC`, timeframe: '1m', anchor: null, warmup: 0 })),
    schedules: [],
    note(text) {
      throw new Error(text)
    },
  })
  let running: Promise<void> | null = null
  let until = 0 as Time
  let done = (): void => {}
  return {
    open() {
      running = feed.run(null, async event => {
        if (event.kind !== 'close') return
        if (event.candles.length !== SYMBOLS) throw new Error(`a close has ${event.candles.length} candles`)
        engine.candles(event.time, event.bars, event.candles, event.late)
        engine.actions.take()
        if (event.time === until) done()
      })
    },
    side: {
      receive: ({ openTime }) => {
        until = at(openTime + MINUTE)
        return new Promise(resolve => {
          done = resolve
        })
      },
      async stop() {
        feed.stop()
        await running
      },
    },
  }
}

const wait: Clock['wait'] = (milliseconds, signal) =>
  new Promise(resolve => {
    // pauses between requests are not what is measured
    const timer = setTimeout(resolve, milliseconds < 1_000 ? 0 : milliseconds)
    signal?.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })

/** Measures both. */
export async function streams(): Promise<StreamFigures> {
  let openTime = Date.UTC(2026, 0, 1)
  let now = openTime + 15_000
  // minutes pass as fast as they are worked off; for the streams, which would miss the quotes, time stands still
  const clock: Clock = { now: () => at(now), wait }
  const servers = { ours: new Server(), floor: new Server() }
  const ports = { ours: await servers.ours.until('port'), floor: await servers.floor.until('port') }
  const both = { ours: await oursOf(ports.ours, clock), floor: floorOf(ports.floor) }
  for (const which of ['ours', 'floor'] as const) {
    both[which].open()
    // ours listens to quotes too
    await servers[which].until('subscribed', which === 'ours' ? 2 * SYMBOLS : SYMBOLS)
  }

  const measure = async (which: 'ours' | 'floor', order: Order): Promise<{ wall: number; cpu: number }> => {
    await servers[which].prepare(order)
    const received = both[which].side.receive(order)
    const [began, before] = [performance.now(), process.cpuUsage()]
    servers[which].fire()
    await received
    const { user, system } = process.cpuUsage(before)
    return { wall: performance.now() - began, cpu: (user + system) / 1000 }
  }
  const leastOf = async (runs: number, opens: number, what: 'wall' | 'cpu'): Promise<Least> => {
    let best = { ours: Number.POSITIVE_INFINITY, floor: Number.POSITIVE_INFINITY }
    for (let run = 0; run < runs; run++) {
      const order = { openTime, opens }
      openTime += MINUTE
      now = openTime + 1
      const floor = await measure('floor', order)
      const ours = await measure('ours', order)
      best = { ours: Math.min(best.ours, ours[what]), floor: Math.min(best.floor, floor[what]) }
    }
    return best
  }
  const ingest = await leastOf(INGEST_RUNS, OPENS, 'cpu')
  const burst = await leastOf(BURST_RUNS, 0, 'wall')
  for (const which of ['ours', 'floor'] as const) {
    await both[which].side.stop()
    servers[which].stop()
  }
  return { ingest, burst, idle: (ingest.ours / 1000 / (SYMBOLS * (OPENS + 1))) * MESSAGES_A_SECOND }
}
