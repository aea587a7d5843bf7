/**
 * REST at Binance through @binance/connector: text only, a time-out always, signed by our clock, within the budget, and what goes wrong as
 * a Fault. The library's own errors carry the API key and the signed address: nothing of them leaves this file but codes.
 */
import { Agent } from 'node:https'
import { Spot } from '@binance/connector'
import { Fault } from '#domain/fault.ts'
import { redact } from '#domain/secrets.ts'
import type { Time } from '#domain/time.ts'
import type { Clock } from '#ports/clock.ts'
import { type Budget, type Cost, type Urgency } from './budget.ts'
import { BAD_TIMESTAMP, BinanceFault, faultOf, halvesOf, isBan, TOO_MANY_ORDERS } from './faults.ts'
import type { Patience } from './patience.ts'
import { ServerClock } from './server-clock.ts'
import type { Signer } from './signer.ts'

/** Parameters as text: an exact amount is never a JavaScript number. */
export type Parameters = Readonly<Record<string, string | readonly string[]>>

/** A request. */
export interface Ask extends Cost {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly parameters?: Parameters
  readonly signed?: boolean
  readonly urgency?: Urgency
  /** Whether it changes something there; default: unless it is a GET. */
  readonly changes?: boolean
  /** It must not leave before this has resolved. */
  readonly hold?: Promise<void> | undefined
  /** It has been signed and goes out now. May be called a second time, where Binance refused the first for its time. */
  sent?(): void
}

/** REST at Binance. */
export interface Rest {
  /** What Binance answers. Throws BinanceFault. */
  ask(ask: Ask): Promise<unknown>
  /** The time at Binance, corrected at start, now and then, and where Binance says that it is off. */
  readonly serverClock: ServerClock
  readonly budget: Budget
}

/** What it is made of. */
export interface RestSetup {
  /** Without a path: https://api.binance.com */
  readonly url: string
  readonly clock: Clock
  /** Null: public requests only. */
  readonly signer: Signer | null
  /** Made with Binance's clock. */
  budget(serverClock: ServerClock): Budget
  /** Aborted when nothing is asked any more: nobody waits for the budget then. */
  readonly signal?: AbortSignal
  /** Of a start; not given: what Binance refuses since it was asked too much is a fault. */
  readonly patience?: Patience
  /** Milliseconds until a request counts as unanswered; 5,000. */
  readonly timeout?: number
}

/** How long after its signing Binance may still take a request, in milliseconds. Short: what is unknown is known the sooner. */
export const RECEIVE_WINDOW_MS = 3_000
/** Milliseconds until a request counts as unanswered. */
export const TIMEOUT_MS = 5_000

// kept open between requests: a new handshake costs more than the request
const agent = new Agent({ keepAlive: true })

/** Opens REST. Nothing is sent yet. Throws Fault misconfigured for an address that is none. */
export function openRest(setup: RestSetup): Rest {
  const { url, clock, signer, timeout = TIMEOUT_MS } = setup
  const protocol = URL.canParse(url) ? new URL(url).protocol : ''
  if (protocol !== 'http:' && protocol !== 'https:')
    throw new Fault('misconfigured', 'Binance: the address of its REST API has to begin with https:// (or http:// on this machine).')
  // the secret is not handed over: signing is ours
  const spot = new Spot(signer?.apiKey ?? '', '', { baseURL: url.replace(/\/+$/, ''), timeout, httpsAgent: agent })
  const serverClock: ServerClock = new ServerClock(clock, async sent => {
    const { serverTime } = (await ask({ method: 'GET', path: '/api/v3/time', weight: 1, urgency: 'exit', sent })) as { serverTime: Time }
    return serverTime
  })
  const budget = setup.budget(serverClock)
  spot.signRequest = (method, path, parameters = {}) => {
    if (signer === null) throw new Fault('misconfigured', 'Binance: this needs an API key. Set BINANCE_API_KEY and BINANCE_SECRET_KEY.')
    const query = queryOf({ ...parameters, recvWindow: String(RECEIVE_WINDOW_MS), timestamp: String(serverClock.now()) })
    return spot.publicRequest(method, `${path}?${query}&signature=${encodeURIComponent(signer.sign(query))}`)
  }

  const once = async (one: Ask): Promise<unknown> => {
    const { method, path, parameters = {}, signed = false, urgency = 'ordinary' } = one
    if (!budget.tryTake(one, urgency)) await budget.take(one, urgency, setup.signal)
    const enough = new AbortController()
    try {
      if (one.hold !== undefined) await one.hold
      // whoever goes on from the record looks for what may have left: nothing leaves after that
      if (setup.signal?.aborted === true && asked(one).changes)
        throw new BinanceFault('retry', `Binance, ${asked(one).ask}: the service stops. It was not sent.`)
      const sent = signed ? spot.signRequest(method, path, { ...parameters }) : spot.publicRequest(method, path, { ...parameters })
      one.sent?.()
      // the library's own time-out begins anew with every byte that comes
      const late = clock.wait(2 * timeout, enough.signal).then(() => null)
      const answer = await Promise.race([sent, late])
      sent.catch(() => {})
      if (answer === null) throw silence(one)
      budget.headers(answer.headers)
      if (typeof answer.data === 'object' && answer.data !== null) return answer.data
      throw faultOf({ ...asked(one), status: answer.status, code: 0, text: '', retryAfter: 0 })
    } catch (error) {
      if (error instanceof Fault) throw error
      throw faultFrom(one, error as LibraryError)
    } finally {
      enough.abort()
      budget.settle(one)
    }
  }

  const faultFrom = (one: Ask, { code = '', response }: LibraryError): BinanceFault => {
    // an answer that broke off is none
    if (response === undefined || response.status < 300)
      return NEVER_SENT.has(code) || isCertificate(code) ? unreachable(one, code) : silence(one, code)
    budget.headers(response.headers)
    const body = (typeof response.data === 'object' && response.data !== null ? response.data : {}) as {
      code?: unknown
      msg?: unknown
      data?: unknown
    }
    const fault = faultOf({
      ...asked(one),
      status: response.status,
      code: Number(body.code ?? 0) || 0,
      text: cleaned(String(body.msg ?? ''), signer),
      retryAfter: (Number(response.headers['retry-after'] ?? 0) || 0) * 1000,
      halves: halvesOf(body.data, text => cleaned(text, signer)),
    })
    heed(budget, response.status, fault)
    return fault
  }

  const signedAnew = async (one: Ask): Promise<unknown> => {
    const measured = serverClock.begun
    try {
      return await once(one)
    } catch (error) {
      if (!(error instanceof BinanceFault) || error.code !== BAD_TIMESTAMP || one.signed !== true) throw error
      // it was refused before the engine saw it: signed anew it may be sent again
      await serverClock.measureAfter(measured)
      return await once(one)
    }
  }
  const patiently = async (one: Ask, patience: Patience): Promise<unknown> => {
    for (;;) {
      await patience.wait(budget)
      try {
        return await signedAnew(one)
      } catch (error) {
        if (!(error instanceof BinanceFault) || !isBan(error) || !(await patience.wait(budget, error))) throw error
      }
    }
  }
  const ask = (one: Ask): Promise<unknown> => {
    const { patience } = setup
    // what changes something, or says itself how long it may wait, is for whoever asks
    if (patience === undefined || patience.over || asked(one).changes || one.patience !== undefined) return signedAnew(one)
    return patiently(one, patience)
  }
  return { ask, serverClock, budget }
}

/** Stays away as Binance says after an answer with this status. */
export function heed(budget: Budget, status: number, { code, retryAfter }: BinanceFault): void {
  if (code === TOO_MANY_ORDERS) budget.ordersFull()
  else if (isBan({ status, code })) budget.ban(retryAfter)
}

/** A text of Binance's as it may be shown: one line, without key or signature. */
export const cleaned = (text: string, signer: Signer | null): string =>
  redact(text, signer === null ? [] : [signer.apiKey])
    .replaceAll(/signature=[^&\s"]+/g, 'signature=[redacted]')
    .replaceAll(/\s+/g, ' ')
    .slice(0, 300)

// What is read of an error of the library.
interface LibraryError {
  readonly code?: string
  readonly response?: { readonly status: number; readonly data: unknown; readonly headers: Readonly<Record<string, unknown>> }
}

// These come while connecting only: nothing has left.
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'])
const isCertificate = (code: string): boolean => /CERT|SELF_SIGNED|UNABLE_TO_/.test(code)

const asked = ({ method, path, changes = method !== 'GET' }: Ask): { readonly ask: string; readonly changes: boolean } => ({
  ask: `${method} ${path}`,
  changes,
})

function silence(one: Ask, code = ''): BinanceFault {
  const { ask, changes } = asked(one)
  const why =
    code === '' || code === 'ECONNABORTED' || code === 'ETIMEDOUT' ? 'did not answer in time' : `the connection was lost (${code})`
  return changes
    ? new BinanceFault('unknown_outcome', `Binance, ${ask}: ${why}. Whether it was done is unknown.`)
    : new BinanceFault('retry', `Binance, ${ask}: ${why}.`)
}

const unreachable = (one: Ask, code: string): BinanceFault =>
  new BinanceFault(
    'retry',
    `Binance could not be reached for ${asked(one).ask} (${code}). Look at the network, and at the address in the settings.`,
  )

/** The parameters as they stand in an address, and as they are signed there. */
function queryOf(parameters: Parameters): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name}=${encodeURIComponent(typeof value === 'string' ? value : JSON.stringify(value))}`)
    .join('&')
}
