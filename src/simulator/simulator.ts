/** A Binance on the desk: its REST, WebSocket API and streams on 127.0.0.1, over our own matching, fed by replayed candles or ticks. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { command } from './control/admin.ts'
import type { Controlled } from './control/command.ts'
import { type LogLine, RequestLog } from './control/log.ts'
import { movedBy, only, type Step } from './market/replay.ts'
import { openWorld } from './open-world.ts'
import type { SimulatorOptions } from './options.ts'
import { serveAdmin } from './wire/admin-http.ts'
import { usualTimes } from './wire/connection.ts'
import { serveRest } from './wire/rest.ts'
import { Sockets } from './wire/sockets.ts'
import { Streams } from './wire/streams.ts'
import { WsApi } from './wire/ws-api.ts'
import type { World } from './world.ts'

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
  const world = openWorld(options)
  const log = new RequestLog()
  const add = (line: LogLine): void => log.add(line)
  const flush = (): void => {
    // what one account did may have ended orders of another of its trade group
    if (world.accounts.length > 1) for (const { venue } of world.accounts) venue.settle()
    for (const { number, name, venue } of world.accounts) {
      const { events } = venue
      if (events.length === 0) continue
      venue.events = []
      // of the log's reader, not of Binance: whose they are
      log.tell(number === 0 ? events : events.map(event => ({ ...event, account: name })))
      api.tell(number, events)
    }
  }
  const streams = new Streams(world)
  const api = new WsApi(world, { flush, log: add })
  const sockets = new Sockets(world, { times: { ...usualTimes, ...options.times }, streams, api })
  const server = createServer((request, response) => {
    const { socket } = request
    const serving =
      request.url?.startsWith('/admin') === true
        ? serveAdmin(controlled, request, response)
        : serveRest(world, request, response, { flush, log: add })
    void serving.catch((error: unknown) => {
      // a bug of the simulator: the client sees a cut connection, the process the error
      socket.destroy()
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
      for (const { venue } of world.accounts) venue.advance(next)
      for (const history of movedBy(next)) world.books.moved(history)
      flush()
      // what does not trade tells nothing
      streams.publish(only(next, symbol => world.venue.listings.isTrading(symbol)))
      made.push(next)
    }
    return made
  }
  const stepCandles = (instants: number): void => {
    for (let count = 0; count < instants && !world.replay.ended; count++)
      for (let phase = step(1)[0]?.phase; phase === 'range' || phase === 'close'; ) phase = step(1)[0]?.phase
  }
  const controlled: Controlled = { world, sockets, log, step, stepCandles, flush }
  // the first bars open, the first ticks happen at once: a market without a price is none
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
