/** Binance's combined streams on this machine, strict: it keeps a list per socket, answers requests, and drops whoever breaks its limits. */
import type { Candle } from '#domain/candle.ts'
import type { Quote } from '#domain/quote.ts'
import { lengthOf, type Time } from '#domain/time.ts'
import { type Peer, SocketServer } from './sockets.ts'

const MOST_STREAMS = 1024
const MOST_A_SECOND = 5

/** The text of a bar on its stream. */
export function klineText({ symbol, timeframe, openTime, open, high, low, close, volume }: Candle, closed: boolean): string {
  const length = lengthOf(timeframe)
  const bar = {
    t: openTime,
    T: openTime + length - 1,
    s: symbol,
    i: timeframe,
    f: 100,
    L: 200,
    o: String(open),
    c: String(close),
    h: String(high),
    l: String(low),
    v: String(volume),
    n: 101,
    x: closed,
    q: '1.00000000',
    V: '0.50000000',
    Q: '0.50000000',
    B: '0',
  }
  const data = { e: 'kline', E: openTime + length, s: symbol, k: bar }
  return JSON.stringify({ stream: `${symbol.toLowerCase()}@kline_${timeframe}`, data })
}

/** The text of a quote on its stream. */
export const quoteText = ({ symbol, bid, bidQuantity, ask, askQuantity }: Quote): string =>
  JSON.stringify({
    stream: `${symbol.toLowerCase()}@bookTicker`,
    data: { u: 1, s: symbol, b: String(bid), B: String(bidQuantity), a: String(ask), A: String(askQuantity) },
  })

export class StreamServer {
  readonly sockets = new SocketServer()
  /** What each socket is subscribed to. */
  readonly lists = new Map<Peer, Set<string>>()
  /** Why sockets were dropped for breaking a limit. Empty where all is well. */
  readonly broken: string[] = []
  /** Names that are refused. */
  readonly refused = new Set<string>()
  /** While true, requests are not answered and nothing is sent, and the sockets stay open. */
  mute = false
  /** How many requests are carried out without an answer. */
  loses = 0
  readonly #now: () => Time
  readonly #sentAt = new Map<Peer, number[]>()

  constructor(now: () => Time) {
    this.#now = now
  }

  async listen(): Promise<string> {
    const url = await this.sockets.listen()
    this.sockets.onMessage = (peer, text) => this.#request(peer, text)
    return url
  }

  /** Sockets that are open. */
  get open(): Peer[] {
    return this.sockets.peers.filter(({ open }) => open)
  }

  /** Sends a text to every socket that is subscribed to its stream. True where there is one. */
  send(stream: string, text: string): boolean {
    if (this.mute) return false
    const peers = this.open.filter(peer => this.lists.get(peer)?.has(stream))
    for (const { socket } of peers) socket.send(text)
    return peers.length > 0
  }

  /** Which of some names are on the list of no open socket. */
  missing(names: readonly string[]): string[] {
    return names.filter(name => !this.open.some(peer => this.lists.get(peer)?.has(name)))
  }

  /** Resolves once every name is on the list of an open socket. */
  async subscribed(names: readonly string[]): Promise<void> {
    const missing = (): string[] => this.missing(names)
    await this.sockets.watched.until(
      () => missing().length === 0,
      () => `subscriptions to ${missing().slice(0, 5).join(', ')} of ${names.length}`,
    )
  }

  #drop(peer: Peer, why: string): void {
    this.broken.push(why)
    peer.socket.close(1008, why)
  }

  #request(peer: Peer, text: string): void {
    const now = this.#now()
    const sentAt = [...(this.#sentAt.get(peer) ?? []).filter(time => time > now - 1000), now]
    this.#sentAt.set(peer, sentAt)
    if (sentAt.length > MOST_A_SECOND) return this.#drop(peer, `${sentAt.length} messages within a second`)
    if (this.mute) return
    const { method, params, id } = JSON.parse(text) as { method: string; params: string[]; id: number }
    const answer = (value: object): void => peer.socket.send(JSON.stringify(value))
    if (method !== 'SUBSCRIBE' && method !== 'UNSUBSCRIBE')
      return answer({ code: 2, msg: `Invalid request: unknown variant ${method}`, id })
    const wrong = params.find(name => this.refused.has(name) || name !== name.toLowerCase().replace(/@.*/, name.slice(name.indexOf('@'))))
    if (wrong !== undefined) return answer({ code: 2, msg: `Invalid request: ${wrong}`, id })
    const list = this.lists.get(peer) ?? new Set()
    this.lists.set(peer, list)
    for (const name of params)
      if (method === 'SUBSCRIBE') list.add(name)
      else list.delete(name)
    if (list.size > MOST_STREAMS) return this.#drop(peer, `${list.size} streams on a connection`)
    if (this.loses > 0) this.loses--
    else answer({ result: null, id })
  }
}
