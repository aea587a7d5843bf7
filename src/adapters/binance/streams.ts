/** Binance's market streams over as many connections as are needed: what is wanted is subscribed to on every link that opens. */
import type { MarketMessage, MarketStreams, Stream } from '#ports/market.ts'
import { Lane, type StreamsSetup } from './lane.ts'
import { nameOf } from './market-messages.ts'

// Binance allows 1,024 a connection
const MOST_STREAMS = 1_000

/** Opens the streams. Nothing is connected before something is wanted. */
export const openMarketStreams = (setup: StreamsSetup): MarketStreams => new Streams(setup)

class Streams implements MarketStreams {
  readonly #setup: StreamsSetup
  readonly #lanes = new Set<Lane>()
  readonly #homes = new Map<string, Lane>()
  readonly #closing = new Set<Promise<void>>()
  #hear: (message: MarketMessage) => void = () => {}
  #wanted: readonly Stream[] = []
  #started = false

  constructor(setup: StreamsSetup) {
    this.#setup = setup
  }

  start(hear: (message: MarketMessage) => void): void {
    this.#hear = hear
    this.#started = true
    this.want(this.#wanted)
  }

  want(streams: readonly Stream[]): void {
    this.#wanted = streams
    if (!this.#started) return
    const wanted = new Map(streams.map(stream => [nameOf(stream), stream]))
    for (const [name, lane] of this.#homes)
      if (!wanted.has(name)) {
        lane.streams.delete(name)
        this.#homes.delete(name)
      }
    for (const [name, stream] of wanted) {
      const lane = this.#homes.get(name) ?? this.#laneWithRoom()
      lane.streams.set(name, stream)
      this.#homes.set(name, lane)
    }
    for (const lane of this.#lanes)
      if (lane.streams.size > 0) lane.follow()
      else this.#close(lane)
  }

  async stop(): Promise<void> {
    this.#started = false
    for (const lane of this.#lanes) this.#close(lane)
    this.#homes.clear()
    await Promise.all(this.#closing)
  }

  #laneWithRoom(): Lane {
    for (const lane of this.#lanes) if (lane.streams.size < MOST_STREAMS) return lane
    const lane = new Lane(this.#setup, message => this.#hear(message), this.#heard)
    this.#lanes.add(lane)
    return lane
  }

  // What was silent is heard again: told once nothing is silent any more.
  readonly #heard = (): void => {
    for (const { silent } of this.#lanes) if (silent) return
    this.#hear({ kind: 'heard' })
  }

  #close(lane: Lane): void {
    const { silent } = lane
    this.#lanes.delete(lane)
    const closed = lane.stop().finally(() => this.#closing.delete(closed))
    this.#closing.add(closed)
    if (silent) this.#heard()
  }
}
