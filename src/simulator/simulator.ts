/** A Binance on the desk: its REST, WebSocket API and streams on 127.0.0.1, over our own matching, fed by replayed candles. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Ratio, ratio, ratioOf, zero } from '#domain/money.ts'
import { machineClock } from './clock.ts'
import { command, type Controlled } from './control/admin.ts'
import { Faults } from './control/faults.ts'
import { type LogLine, RequestLog } from './control/log.ts'
import { apiKeyOf } from './keys.ts'
import { Limits, usualLimits } from './limits.ts'
import { Replay, type Step } from './market/replay.ts'
import type { SimulatorOptions } from './options.ts'
import { switchesOf } from './switches.ts'
import { followLists } from './trading/place-list.ts'
import { listed } from './trading/listing.ts'
import { preventSelfTrades } from './trading/self-trade.ts'
import { Venue } from './trading/venue.ts'
import { serveAdmin } from './wire/admin-http.ts'
import { usualTimes } from './wire/connection.ts'
import { serveRest } from './wire/rest.ts'
import { Sockets } from './wire/sockets.ts'
import { Streams } from './wire/streams.ts'
import { WsApi } from './wire/ws-api.ts'
import type { Commission, World } from './world.ts'

/** A simulator that runs. */
export interface Simulator {
  /** Base of REST: "http://127.0.0.1:1234". */
  readonly url: string
  /** Base of streams (`/ws`, `/stream`); the WebSocket API is at `/ws-api/v3`. */
  readonly wsUrl: string
  readonly world: World
  readonly log: RequestLog
  readonly sockets: Sockets
  /** Makes steps of the market; less are left at the end. */
  step(phases: number): readonly Step[]
  /** Makes steps until so many instants have passed (each: bars end, then new ones open), or to the end. */
  stepCandles(instants: number): void
  /** Does a command of the admin endpoint: POST /admin/NAME with this body. Throws AdminError. */
  admin(name: string, body: Readonly<Record<string, unknown>>): object
  close(): Promise<void>
}

// Binance tells open bars again every two seconds.
const REPEAT_MS = 2000

/** Opens a simulator. Everything it needs is handed in; it contacts nobody. */
export async function openSimulator(options: SimulatorOptions): Promise<Simulator> {
  const world = worldOf(options)
  const log = new RequestLog()
  const add = (line: LogLine): void => log.add(line)
  const flush = (): void => {
    const { events } = world.venue
    if (events.length === 0) return
    world.venue.events = []
    api.tell(events)
  }
  const streams = new Streams(world)
  const api = new WsApi(world, { flush, log: add })
  const sockets = new Sockets(world, { times: { ...usualTimes, ...options.times }, streams, api })
  const server = createServer((request, response) => {
    const serving =
      request.url?.startsWith('/admin') === true
        ? serveAdmin(controlled, request, response)
        : serveRest(world, request, response, { flush, log: add })
    void serving.catch((error: unknown) => {
      // a bug of the simulator: the client sees a cut connection, the process the error
      request.socket.destroy()
      queueMicrotask(() => {
        throw error
      })
    })
  })
  sockets.attach(server)
  await listening(server, options.port ?? 0)
  const { port } = server.address() as AddressInfo

  const step = (phases: number): readonly Step[] => {
    const made: Step[] = []
    for (let count = 0; count < phases; count++) {
      const next = world.replay.step()
      if (next === null) break
      world.bookUpdates++
      world.venue.advance(next)
      flush()
      streams.publish(next)
      made.push(next)
    }
    return made
  }
  const stepCandles = (instants: number): void => {
    for (let count = 0; count < instants && !world.replay.ended; count++)
      while (step(1)[0]?.phase !== 'open' && !world.replay.ended) continue
  }
  const controlled: Controlled = { world, sockets, log, step, stepCandles, flush }
  // the first bars open at once: a market without a price is none
  step(1)
  let repeating = true
  const repeat = (): void => {
    if (!repeating) return
    streams.repeat()
    cancelRepeat = world.clock.after(REPEAT_MS, repeat)
  }
  let cancelRepeat = world.clock.after(REPEAT_MS, repeat)

  return {
    url: `http://127.0.0.1:${port}`,
    wsUrl: `ws://127.0.0.1:${port}`,
    world,
    log,
    sockets,
    step,
    stepCandles,
    admin: (name, body) => command(controlled, name, body),
    close() {
      repeating = false
      cancelRepeat()
      sockets.drop(null)
      return closing(server)
    },
  }
}

function worldOf(options: SimulatorOptions): World {
  const { clock = machineClock, serverTime = 'clock', feesInBnb = false } = options
  const switches = switchesOf(options.otherwise ?? [])
  const replay = new Replay(options.recordings, options.start ?? Number.NEGATIVE_INFINITY)
  const orders = switches.documentedOrderLimits ? {} : { orders10s: 100, orders1d: 200_000 }
  const limits = new Limits({ ...usualLimits, ...orders, ...options.limits }, () => clock.now())
  const usualFee = ratio(switches.defaultFeeIsTenBasisPoints ? '0.001' : '0.0015')
  const { maker, taker } = options.fees ?? { maker: usualFee, taker: usualFee }
  const commission: Commission = { maker, taker, inBnb: feesInBnb }
  const now = (): number => (serverTime === 'market' ? venue.marketNow : clock.now()) + world.skew
  const symbols = options.symbols.filter(({ symbol }) => replay.histories.has(symbol)).map(raw => listed(raw, switches.widePercentPrice))
  const venue = new Venue({
    symbols,
    costs: {
      maker,
      taker,
      slippage: options.slippage ?? (() => zero()),
      volumeShare: options.volumeShare ?? 0,
      // looked at anew for each fill: bnbBurn turns it on and off
      get bnbShare() {
        return commission.inBnb ? ratioOf(switches.discountMultiplies ? 0.75 : 0.25) : zero<Ratio>()
      },
    },
    replay,
    limits,
    switches,
    now,
  })
  followLists(venue)
  preventSelfTrades(venue)
  for (const [asset, amount] of options.balances) {
    venue.matching.wallet.of(asset).free = amount
    venue.deposit(asset, amount)
  }
  venue.views.noteBalances(venue.matching.wallet.all(), Number.NEGATIVE_INFINITY)
  const world: World = {
    venue,
    replay,
    limits,
    switches,
    faults: new Faults(),
    clock,
    keys: new Map(options.keys.map(setup => [setup.apiKey, apiKeyOf(setup)])),
    commission,
    started: clock.now(),
    maintenance: false,
    bookUpdates: 1,
    sapi: new Limits({ ...usualLimits, weight: 12_000 }, () => clock.now()),
    skew: 0,
    now,
  }
  return world
}

const listening = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve())
  })

const closing = (server: Server): Promise<void> =>
  new Promise(resolve => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
