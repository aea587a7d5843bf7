/** What was said and answered, line by line, for somebody else to read: without keys, signatures, account numbers and addresses. */
import type { Credentials } from './client/keys.ts'

/** A request as a transcript takes it. */
interface ToldRequest {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly form?: string | undefined
  readonly headers: Readonly<Record<string, string>>
}

interface ToldReply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

const HIDDEN = '…'
const hiddenFields = new Set(['signature', 'apiKey', 'uid', 'accountId', 'email', 'X-MBX-APIKEY'])
const toldHeaders = /^(x-mbx-used-weight|x-mbx-order-count|x-sapi-used|retry-after|content-type)/
// longer answers (exchangeInfo, books) are cut
const LONGEST = 4000

/** Takes lines in and hands them on without secrets. */
export class Transcript {
  readonly #write: (line: string) => void
  readonly #secrets: readonly string[]
  #card = ''

  /** `secrets`: texts that never get out, whatever they stand in. `write` takes one line of JSON. */
  constructor(secrets: readonly string[], write: (line: string) => void) {
    this.#secrets = secrets.flatMap(spellings)
    this.#write = write
  }

  /** What follows belongs to a card. */
  begin(card: string): void {
    this.#card = card
  }
  /** Anything about the run or a card. */
  note(line: object): void {
    this.#put(line)
  }
  /** A request over HTTP, and its answer. */
  rest({ method, path, query, form, headers }: ToldRequest, reply: ToldReply): void {
    this.#put({
      request: `${method} ${path}`,
      ...(query === '' ? {} : { query: hiddenIn(query) }),
      ...(form === undefined ? {} : { form: hiddenIn(form) }),
      ...(Object.keys(headers).length === 0 ? {} : { headers: clean(headers) }),
      status: reply.status,
      limits: Object.fromEntries([...reply.headers].filter(([name]) => toldHeaders.test(name))),
      answer: read(reply.text),
    })
  }
  /** A frame of a WebSocket. */
  frame(socket: string, direction: 'sent' | 'came', text: string): void {
    this.#put({ socket, [direction]: read(text) })
  }

  /** A text without secrets and without addresses of the internet: a refused key is answered with the address it came from. */
  hide(text: string): string {
    const without = this.#secrets.reduce((left, secret) => left.replaceAll(secret, HIDDEN), text)
    return without.replaceAll(/\b(?!127\.0\.0\.1\b)(?:\d{1,3}\.){3}\d{1,3}\b/g, HIDDEN)
  }

  #put(line: object): void {
    this.#write(this.hide(JSON.stringify({ card: this.#card, at: new Date().toISOString(), ...line })))
  }
}

/** The secrets of a key: its name, and the secret itself in the lines that it has. */
export const secretsOf = ({ apiKey }: Credentials, secret: string): readonly string[] => [apiKey, secret]

// A secret may stand in a text as it is, percent-encoded, in JSON, or, for a PEM, line by line.
const spellings = (secret: string): string[] => {
  const lines = secret.split(/\\n|\n/).filter(line => line.length >= 8 && !line.startsWith('-----'))
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), ...lines, ...lines.map(encodeURIComponent)].filter(
    text => text !== '',
  )
}

const hiddenIn = (query: string): string => query.replaceAll(/(signature|apiKey)=[^&]*/g, `$1=${HIDDEN}`)

function read(text: string): unknown {
  if (text.length > LONGEST)
    return `${hiddenIn(text.slice(0, LONGEST)).replaceAll(/"(?:uid|accountId)":\s*\d+/g, `"uid":"${HIDDEN}"`)}${HIDDEN}`
  try {
    return clean(JSON.parse(text))
  } catch {
    return hiddenIn(text)
  }
}

function clean(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clean)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, hiddenFields.has(name) ? HIDDEN : clean(inner)]))
}
