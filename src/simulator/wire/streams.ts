/** Market streams: `/ws` and `/stream`, subscriptions and what is sent to them as the market moves. */
import type { Step } from '../market/replay.ts'
import type { World } from '../world.ts'
import type { Connection } from './connection.ts'
import { disturbed } from './disturbed.ts'
import { readJson, Written } from './json.ts'
import { type Published, Publisher, refusalOf } from './publisher.ts'

/** Streams that one connection may listen to. */
const STREAMS_MOST = 1024
const MOST_PARAMS: Readonly<Record<string, number>> = { LIST_SUBSCRIPTIONS: 0, GET_PROPERTY: 1, SET_PROPERTY: 2 }
const METHODS = ['SUBSCRIBE', 'UNSUBSCRIBE', 'LIST_SUBSCRIPTIONS', 'SET_PROPERTY', 'GET_PROPERTY']

/** A client of the streams. */
interface Listener {
  readonly connection: Connection
  readonly names: Set<string>
  combined: boolean
}

/** All clients of the streams, and who listens to what. */
export class Streams {
  readonly #world: World
  readonly #publisher: Publisher
  readonly #listeners = new Set<Listener>()
  readonly #byName = new Map<string, Set<Listener>>()
  #late: readonly Published[] = []

  constructor(world: World) {
    this.#world = world
    this.#publisher = new Publisher(world)
  }

  /** Names that somebody listens to. */
  get names(): readonly string[] {
    return [...this.#byName.keys()]
  }

  /** Takes a client in. `names`: those of its address. */
  add(connection: Connection, names: readonly string[], combined: boolean): void {
    const listener: Listener = { connection, names: new Set(), combined }
    this.#listeners.add(listener)
    for (const name of names) this.#listen(listener, name)
    connection.onText(text => this.#answer(listener, text))
    connection.onClose(() => {
      for (const name of listener.names) this.#leave(listener, name)
      this.#listeners.delete(listener)
    })
  }

  /** Tells what a step of the market did. */
  publish(step: Step): void {
    if (this.#byName.size === 0) return
    const told = this.#publisher.eventsOf(step, this.#byName)
    const { now, late } = disturbed(told, this.#late, {
      faultsOf: ([name, data]) => this.#world.faults.ofEvent([name, String((data as { readonly e?: string }).e)], false),
      streamOf: ([name]) => name,
    })
    this.#late = late
    for (const [name, data] of now) this.#send(name, data)
  }
  /** Tells again where the open bars are, as Binance does every two seconds. */
  repeat(): void {
    for (const [name, data] of this.#publisher.repeated(this.#byName)) this.#send(name, data)
  }
  /** Tells everybody that the server is about to go. */
  announceShutdown(): void {
    const data = { e: 'serverShutdown', E: this.#world.now() }
    for (const { connection, combined } of this.#listeners) connection.send(combined ? { stream: '!serverShutdown', data } : data)
  }

  #send(name: string, data: object): void {
    for (const { connection, combined } of this.#byName.get(name) ?? []) connection.send(combined ? { stream: name, data } : data)
  }

  #listen(listener: Listener, name: string): void {
    listener.names.add(name)
    const listeners = this.#byName.get(name) ?? new Set()
    if (listeners.size === 0) this.#publisher.begin(name)
    listeners.add(listener)
    this.#byName.set(name, listeners)
  }
  #leave(listener: Listener, name: string): void {
    listener.names.delete(name)
    const listeners = this.#byName.get(name)
    listeners?.delete(listener)
    if (listeners?.size !== 0) return
    this.#byName.delete(name)
    this.#publisher.end(name)
  }

  #answer(listener: Listener, text: string): void {
    let message: { method?: unknown; params?: unknown; id?: unknown } | null
    try {
      message = readJson(text) as typeof message
    } catch {
      return listener.connection.send({ code: 3, msg: 'Invalid JSON: expected value at line 1 column 1' })
    }
    const { method, params = [], id = null } = message ?? {}
    const wrong = (why: string): void => listener.connection.send({ code: 2, msg: `Invalid request: ${why}`, id })
    if (method === undefined) return wrong(`missing field \`method\` at line 1 column ${text.length}`)
    if (typeof method !== 'string' || !METHODS.includes(method))
      return wrong(
        `unknown variant \`${String(method)}\`, expected one of ${METHODS.map(name => `\`${name}\``).join(', ')} at line 1 column ${endOfMethod(text)}`,
      )
    if (!isId(id)) return wrong('request ID must be an unsigned integer')
    if (!Array.isArray(params) || params.length > (MOST_PARAMS[method] ?? Infinity)) return wrong('too many parameters')
    if (method === 'LIST_SUBSCRIPTIONS') return listener.connection.send({ result: [...listener.names], id })
    if (method === 'GET_PROPERTY' || method === 'SET_PROPERTY') return this.#property(listener, { method, params, id, wrong })
    if (!params.every(name => typeof name === 'string')) return wrong('too many parameters')
    const names = params as string[]
    if (method === 'SUBSCRIBE' && new Set([...listener.names, ...names]).size > STREAMS_MOST)
      return wrong(`a connection may listen to ${STREAMS_MOST} streams`)
    // Binance has every interval, and takes any name: here silence would look like a market without trades
    const cannot = method === 'SUBSCRIBE' ? names.map(name => refusalOf(name, this.#world)).find(why => why !== null) : undefined
    if (cannot !== undefined) return wrong(cannot)
    for (const name of names)
      if (method === 'SUBSCRIBE') this.#listen(listener, name)
      else this.#leave(listener, name)
    listener.connection.send({ result: null, id })
  }

  #property(listener: Listener, { method, params: [name, value], id, wrong }: PropertyRequest): void {
    if (typeof name !== 'string') return wrong('property name must be a string')
    if (name !== 'combined') return listener.connection.send({ code: 0, msg: 'Unknown property', id })
    if (method === 'GET_PROPERTY') return listener.connection.send({ result: listener.combined, id })
    if (typeof value !== 'boolean') return listener.connection.send({ code: 1, msg: 'Invalid value type: expected Boolean' })
    listener.combined = value
    listener.connection.send({ result: null, id })
  }
}

interface PropertyRequest {
  readonly method: string
  readonly params: readonly unknown[]
  readonly id: unknown
  wrong(why: string): void
}

const endOfMethod = (text: string): number => {
  const found = /"method"\s*:\s*("(?:[^"\\]|\\.)*"|[^,}\s]*)/.exec(text)
  return found === null ? text.length : found.index + found[0].length
}

const LARGEST = 2n ** 63n

// A 64-bit integer, a text, or null.
const isId = (id: unknown): boolean =>
  id === null ||
  (typeof id === 'string' && id.length <= 36) ||
  (id instanceof Written && /^-?\d{1,19}$/.test(id.text) && BigInt(id.text) >= -LARGEST && BigInt(id.text) < LARGEST)
