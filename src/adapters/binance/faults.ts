/** Binance's errors as what to do about them (errors.md of its documentation; what is said there about the status of an order decides). */
import { Fault, type FaultKind } from '#domain/fault.ts'

/** Of a cancelReplace (-2021, -2022): the cancel as it was answered where it was done, and why the new order was not taken where it was tried. */
export interface Halves {
  readonly cancelled: Readonly<Record<string, unknown>> | null
  readonly refused: { readonly code: number; readonly text: string } | null
}

/** A Fault with Binance's own code, and how long to stay away where Binance said so. */
export class BinanceFault extends Fault {
  /** Binance's; 0: none was said. */
  readonly code: number
  /** HTTP's; 0: there was no answer. */
  readonly status: number
  /** Milliseconds; 0: not said. */
  readonly retryAfter: number
  /** Null: it was of one thing, not of two. */
  readonly halves: Halves | null
  constructor(
    kind: FaultKind,
    message: string,
    { code = 0, status = 0, retryAfter = 0, halves = null }: Partial<Pick<BinanceFault, 'code' | 'status' | 'retryAfter' | 'halves'>> = {},
  ) {
    super(kind, message)
    this.name = 'BinanceFault'
    this.halves = halves
    this.code = code
    this.status = status
    this.retryAfter = retryAfter
  }
}

/** A start asks Binance for nothing more: it is to be left alone for too long, or the service stops. Whatever else would be asked meets the same. */
export class LeftAlone extends BinanceFault {
  constructor(message: string) {
    super('misconfigured', message)
    this.name = 'LeftAlone'
  }
}

/** What Binance answered to something, when it was not what was asked for. */
export interface Refusal {
  /** What was asked, for messages: "POST /api/v3/order". */
  readonly ask: string
  /** Whether it changes something there: then an answer that leaves open what happened is an unknown outcome. */
  readonly changes: boolean
  /** HTTP's. */
  readonly status: number
  readonly code: number
  readonly text: string
  /** Milliseconds to stay away; 0: not said. */
  readonly retryAfter: number
  readonly halves?: Halves | null
}

// Whether the engine did something is unknown. -1008 is not documented as "not done", so it counts as unknown too.
const UNKNOWN = new Set([-1000, -1001, -1006, -1007, -1008])
/** More orders than a slot takes: requests of other kinds are answered. */
export const TOO_MANY_ORDERS = -1015
const TOO_MUCH = new Set([-1003, TOO_MANY_ORDERS, -1034])
const NOT_NOW = new Set([-1016, -2016])
const KEY = new Set([-1002, -2014, -2015])
/** The time of a request was off: it was certainly not carried out. */
export const BAD_TIMESTAMP = -1021
/** The engine does not take an order. */
export const ORDER_REFUSED = -2010
/** A query for an order found none: no proof that there is none. */
export const NO_SUCH_ORDER = -2013
/** An order that never filled, older than 90 days. */
export const ARCHIVED = -2026
/** A symbol that does not exist. */
export const NO_SUCH_SYMBOL = -1121
const BAD_SIGNATURE = -1022

const KEY_MEND =
  'The API key is wrong, may not do this, or may not be used from this address: look at its permissions and its IP list in the API management of Binance.'
const PLACE_MEND = 'Binance does not serve this place. Nothing can be traded from here by this account.'
const SIGNATURE_MEND = 'The secret does not belong to the API key: set BINANCE_API_KEY and BINANCE_SECRET_KEY of one key.'

/** The two halves in what an error carries along, or null. `clean`: takes out what nobody may see. */
export function halvesOf(data: unknown, clean: (text: string) => string): Halves | null {
  if (typeof data !== 'object' || data === null || !('cancelResult' in data)) return null
  const { cancelResult, cancelResponse, newOrderResult, newOrderResponse } = data as Readonly<Record<string, unknown>>
  const { code, msg } = (newOrderResponse ?? {}) as { readonly code?: unknown; readonly msg?: unknown }
  return {
    cancelled: cancelResult === 'SUCCESS' ? (cancelResponse as Readonly<Record<string, unknown>>) : null,
    refused: newOrderResult === 'FAILURE' ? { code: Number(code ?? 0) || 0, text: clean(String(msg ?? '')) } : null,
  }
}

/** True for a refusal that the same order would meet again whoever asks: the account or the symbol is closed to it. */
export const notPermitted = (text: string): boolean =>
  /action is disabled|may not place or cancel|not permitted|is restricted|not enabled|permissions? for/i.test(text)

/** True for an answer after which nothing at all may be asked for a while; what was asked was not done. */
export const isBan = ({ status, code }: Pick<BinanceFault, 'status' | 'code'>): boolean =>
  code !== TOO_MANY_ORDERS && (status === 429 || status === 418 || code === -1003)

/** What to do about an answer. */
export function faultOf(refusal: Refusal): BinanceFault {
  const { ask, changes, status, code, text, retryAfter, halves = null } = refusal
  const make = (kind: FaultKind, words: string): BinanceFault => new BinanceFault(kind, words, { code, status, retryAfter, halves })
  const said = `${text === '' ? `status ${status}` : text}${code === 0 ? '' : ` (${code})`}`
  if (status === 451) return make('misconfigured', `Binance refused ${ask}: ${said}. ${PLACE_MEND}`)
  if (status === 429 || status === 418 || TOO_MUCH.has(code)) {
    const pause = retryAfter > 0 ? `; again in ${Math.ceil(retryAfter / 1000)} s` : ''
    return make('retry', `Binance was asked too much (${ask}): ${said}${pause}`)
  }
  if (code === BAD_TIMESTAMP) return make('retry', `Binance says that the clock is off (${ask}): ${said}. Set the time of this machine.`)
  if (status >= 500 || UNKNOWN.has(code))
    return changes
      ? make('unknown_outcome', `Binance does not say whether ${ask} was done: ${said}`)
      : make('retry', `Binance could not answer ${ask}: ${said}`)
  if (NOT_NOW.has(code)) return make('retry', `Binance does not do ${ask} now: ${said}`)
  if (code === BAD_SIGNATURE) return make('misconfigured', `Binance refused ${ask}: ${said}. ${SIGNATURE_MEND}`)
  if (status === 401 || KEY.has(code)) return make('misconfigured', `Binance refused ${ask}: ${said}. ${KEY_MEND}`)
  // its firewall: nothing came through
  if (status === 403) return make('retry', `Binance's firewall refused ${ask}: ${said}`)
  if (status === 404 || status === 410) return make('misconfigured', `Binance does not know ${ask} at this address: ${said}`)
  if (status >= 400 && status < 500 && code !== 0) return make('refused', `Binance refused ${ask}: ${said}`)
  return changes
    ? make('unknown_outcome', `Binance's answer to ${ask} cannot be read (status ${status}): whether it was done is unknown`)
    : make('retry', `Binance's answer to ${ask} cannot be read (status ${status})`)
}
