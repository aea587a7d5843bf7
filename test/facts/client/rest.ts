/** Binance's REST, raw: what a card sends is what goes over the wire. */
import { Difference, Seen, shown } from '../seen.ts'
import type { Transcript } from '../transcript.ts'
import type { Credentials } from './keys.ts'
import { refusalOf } from './target.ts'

/** Parameters of a request, in order. Those that are undefined are left out. */
export type Params = Readonly<Record<string, string | number | boolean | undefined>>

/** A request, byte for byte. */
export interface RawRequest {
  readonly query?: string
  /** Sent as a form. */
  readonly form?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** How a signed request departs from the usual. */
export interface Signing {
  readonly key?: Credentials
  /** UTC milliseconds or microseconds; now by default. */
  readonly timestamp?: number
  readonly headers?: Readonly<Record<string, string>>
}

/** An answer over HTTP. */
export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Its JSON; what is not JSON is undefined in it. */
  readonly body: Seen
}

const WAIT_MS = 20_000

/** Parameters as a query string or form, percent-encoded. */
export const encoded = (params: Params): string =>
  Object.entries(params)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(String(value))}`]))
    .join('&')

/** A payload with its signature behind it. */
export const signedWith = (payload: string, sign: (text: string) => string): string =>
  `${payload}&signature=${encodeURIComponent(sign(payload))}`

/** A client of one exchange. */
export class Rest {
  readonly key: Credentials
  /** Hears of each answer, and is waited for before each request that places orders. */
  onReply: (reply: Reply) => void = () => {}
  beforeOrder: () => Promise<void> = () => Promise.resolve()
  /** Milliseconds that the server's clock is ahead of ours. */
  offset = 0
  readonly #base: string
  readonly #transcript: Transcript

  constructor(base: string, key: Credentials, transcript: Transcript) {
    this.#base = base
    this.key = key
    this.#transcript = transcript
  }

  /** The server's time, UTC milliseconds. */
  now(): number {
    return Date.now() + this.offset
  }

  /** Sends a request as it stands. */
  async send(method: string, path: string, { query = '', form, headers = {} }: RawRequest = {}): Promise<Reply> {
    const url = `${this.#base}${path}${query === '' ? '' : `?${query}`}`
    const refusal = refusalOf(url)
    if (refusal !== null) throw new TypeError(refusal)
    const response = await fetch(url, {
      method,
      redirect: 'error',
      signal: AbortSignal.timeout(WAIT_MS),
      headers: { ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }), ...headers },
      ...(form === undefined ? {} : { body: form }),
    })
    const text = await response.text()
    const reply = { status: response.status, headers: response.headers, text, body: new Seen(parsed(text)) }
    this.#transcript.rest({ method, path, query, form, headers }, reply)
    this.onReply(reply)
    return reply
  }

  /** Asks for public data. */
  get(path: string, params: Params = {}): Promise<Reply> {
    return this.send('GET', path, { query: encoded(params) })
  }

  /** Asks for public data that has to come. Throws Difference for anything but 200. */
  async read(path: string, params: Params = {}): Promise<Seen> {
    return good(await this.get(path, params), `GET ${path}`)
  }

  /** Sends a signed request, all of it in the query. */
  async signed(method: string, path: string, params: Params = {}, { key = this.key, timestamp, headers }: Signing = {}): Promise<Reply> {
    if (method === 'POST' && placing.test(path)) await this.beforeOrder()
    const payload = encoded({ ...params, timestamp: timestamp ?? this.now() })
    return this.send(method, path, {
      query: signedWith(payload, text => key.sign(text)),
      headers: { 'X-MBX-APIKEY': key.apiKey, ...headers },
    })
  }

  /** Sends a signed request that has to succeed. Throws Difference for anything but 200. */
  async done(method: string, path: string, params: Params = {}): Promise<Seen> {
    return good(await this.signed(method, path, params), `${method} ${path}`)
  }
}

const placing = /\/(order|orderList)(\/(?!test)|$)/

function good({ status, body, text }: Reply, what: string): Seen {
  if (status === 200) return body
  throw new Difference(`${what} to be answered with 200`, `${status} ${body.value === undefined ? text.slice(0, 100) : shown(body)}`)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** Throws Difference unless it was refused so. `text` null: whatever the text. */
export function refused(reply: Reply, status: number, code: number, text: string | null = null): void {
  const seen = { status: reply.status, code: reply.body.at('code'), msg: reply.body.at('msg') }
  if (seen.status === status && seen.code === code && (text === null || seen.msg === text)) return
  throw new Difference(
    `HTTP ${status} with ${code}${text === null ? '' : ` ${shown(text)}`}`,
    seen.code === undefined
      ? `HTTP ${reply.status} with ${reply.text.slice(0, 200)}`
      : `HTTP ${reply.status} with ${shown(seen.code)} ${shown(seen.msg)}`,
  )
}
