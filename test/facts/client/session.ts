/** A session of the WebSocket API: requests, and the account's events. */
import { Difference, type Seen, shown } from '../seen.ts'
import type { Transcript } from '../transcript.ts'
import type { Credentials } from './keys.ts'
import type { Params } from './rest.ts'
import { Socket } from './socket.ts'

/** Whether and how a request is signed. */
export interface SessionRequest {
  readonly key?: Credentials
  readonly timestamp?: number
}

/** One connection to the WebSocket API. */
export class Session {
  readonly socket: Socket
  readonly #now: () => number
  #ids = 0
  #subscribed: number | null = null

  private constructor(socket: Socket, now: () => number) {
    this.socket = socket
    this.#now = now
  }

  /** Opens one. `now`: the server's time. */
  static async open(url: string, now: () => number, transcript: Transcript): Promise<Session> {
    return new Session(await Socket.open(url, 'ws-api', transcript), now)
  }

  /** Sends a request; its answer, whatever it is. With a key it is signed. */
  async ask(method: string, params: Params = {}, { key, timestamp }: SessionRequest = {}): Promise<Seen> {
    this.#ids++
    const id = `q${this.#ids}`
    const after = this.socket.frames.length
    this.socket.send({ id, method, params: key === undefined ? params : this.signed(params, key, timestamp) })
    return this.socket.next(after, `an answer to ${method}`, frame => frame.at('id') === id)
  }

  /** Sends a request that has to succeed; its result. Throws Difference. */
  async result(method: string, params: Params = {}, request: SessionRequest = {}): Promise<Seen> {
    const answer = await this.ask(method, params, request)
    if (answer.at('status') !== 200) throw new Difference(`${method} to be answered with 200`, shown(answer))
    return answer.part('result')
  }

  /** Parameters with key, time and signature: sorted by name, as they are, not percent-encoded. */
  signed(params: Params, key: Credentials, timestamp = this.#now()): Record<string, unknown> {
    const all = Object.entries({ ...params, apiKey: key.apiKey, timestamp }).filter(([, value]) => value !== undefined)
    const payload = all
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${name}=${String(value)}`)
      .join('&')
    return { ...Object.fromEntries(all), signature: key.sign(payload) }
  }

  /** Subscribes to the account's events, once. The subscription's number. */
  async subscribe(key: Credentials): Promise<number> {
    this.#subscribed ??= (await this.result('userDataStream.subscribe.signature', {}, { key })).number('subscriptionId')
    return this.#subscribed
  }

  /** Where the account's events are now: what comes later is after it. */
  get mark(): number {
    return this.socket.frames.length
  }
  /** Events since a mark, in order. */
  events(mark: number): readonly Seen[] {
    return this.socket.frames.slice(mark).flatMap(frame => (frame.at('event') === undefined ? [] : [frame.part('event')]))
  }
  /** The first event since a mark that fits. */
  event(mark: number, what: string, fits: (event: Seen) => boolean, patience?: number): Promise<Seen> {
    return this.socket.until(what, () => this.events(mark).find(fits), patience)
  }
  /** The first executionReport of an order since a mark, of this execution type. */
  report(mark: number, orderId: number, execution: string, patience?: number): Promise<Seen> {
    return this.event(
      mark,
      `an executionReport x=${execution} of the order`,
      event => event.at('e') === 'executionReport' && event.at('i') === orderId && event.at('x') === execution,
      patience,
    )
  }
}
