/** A bare client of Binance's REST API: signs as the documentation says, and nothing more. */
import { createHmac, type KeyObject, sign } from 'node:crypto'

/** JSON as it came: looked into by name, whatever is there. */
export interface Wire {
  readonly [name: string]: Wire
  readonly [index: number]: Wire
}

/** The rows of a JSON array. */
export const rowsOf = (wire: Wire): readonly Wire[] => (Array.isArray(wire) ? (wire as Wire[]) : [])

/** An answer. */
export interface Reply {
  readonly status: number
  readonly body: Wire
  readonly headers: Headers
}

/** Parameters in order. */
export type Query = Readonly<Record<string, string | number | boolean>>

/** How a request is sent. */
export interface Sending {
  /** Parameters in the form instead of the query. */
  readonly form?: Query
  readonly timestamp?: number
  readonly recvWindow?: number | string
  /** Headers and signature are left as they are. */
  readonly signature?: string | null
  readonly apiKey?: string | null
}

/** A key to sign with. */
export type Signer = { readonly apiKey: string } & ({ readonly secret: string } | { readonly privateKey: KeyObject })

/** The signature of a payload, not percent-encoded. */
export const signatureOf = (signer: Signer, payload: string): string =>
  'secret' in signer
    ? createHmac('sha256', signer.secret).update(payload).digest('hex')
    : sign(null, Buffer.from(payload), signer.privateKey).toString('base64')

/** A client with a key. */
export interface RestClient {
  /** A public request. */
  get(path: string, query?: Query): Promise<Reply>
  /** A signed request; parameters go into the query. */
  signed(method: string, path: string, query?: Query, sending?: Sending): Promise<Reply>
}

const encoded = (query: Query): string =>
  new URLSearchParams(Object.entries(query).map(([name, value]): [string, string] => [name, String(value)])).toString()

/** Opens a client on a base address. `now`: the time that it signs. */
export function restClient(base: string, signer: Signer, now: () => number = Date.now): RestClient {
  const send = async (method: string, url: string, init: RequestInit): Promise<Reply> => {
    const response = await fetch(`${base}${url}`, { method, ...init })
    const text = await response.text()
    return { status: response.status, body: (/^[[{"]/.test(text) ? JSON.parse(text) : text) as Wire, headers: response.headers }
  }
  return {
    get: (path, query = {}) => send('GET', `${path}${Object.keys(query).length === 0 ? '' : `?${encoded(query)}`}`, {}),
    signed(method, path, query = {}, sending = {}) {
      const { form, timestamp = now(), recvWindow, apiKey = signer.apiKey } = sending
      const last = { ...(recvWindow === undefined ? {} : { recvWindow }), timestamp }
      const inQuery = encoded(form === undefined ? { ...query, ...last } : query)
      const inForm = form === undefined ? '' : encoded({ ...form, ...last })
      const made = sending.signature === undefined ? signatureOf(signer, inQuery + inForm) : sending.signature
      const suffix = made === null ? '' : `${form === undefined && inQuery === '' ? '' : '&'}signature=${encodeURIComponent(made)}`
      const url = `${path}?${form === undefined ? inQuery + suffix : inQuery}`.replace(/\?$/, '')
      return send(method, url, {
        headers: {
          ...(apiKey === null ? {} : { 'X-MBX-APIKEY': apiKey }),
          ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        },
        ...(form === undefined ? {} : { body: inForm + suffix }),
      })
    },
  }
}
