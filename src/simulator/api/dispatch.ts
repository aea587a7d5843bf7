/** From a request to its answer: limits, key, signature, time, parameters, weight. The same for REST and the WebSocket API. */
import { ApiError, badKey, badTimestamp, missing } from '../errors.ts'
import type { ApiKey } from '../keys.ts'
import type { Params } from '../params.ts'
import type { World } from '../world.ts'
import type { Answer, Endpoint } from './endpoint.ts'

/** How a request proves who sent it. */
export interface Credentials {
  /** The key's name; null where none was sent. */
  readonly apiKey: string | null
  /** What was signed, byte for byte. */
  readonly payload: string
  /** A key that a session was logged on with: it signs no more. */
  readonly session: ApiKey | null
}

const EARLIEST = Date.UTC(2017, 0, 1)
const LONGEST_WINDOW = 60_000

/** Lets a request in: limits, key, signature, time. What it gives carries it out, at once or later: the time is looked at again then. Both throw ApiError. */
export function admit(world: World, endpoint: Endpoint, params: Params, credentials: Credentials): () => Answer {
  const weight = typeof endpoint.weight === 'number' ? endpoint.weight : endpoint.weight(params)
  const limits = endpoint.rest.includes('/sapi/') ? world.sapi : world.limits
  limits.arrive(weight)
  const key = endpoint.security === 'NONE' ? null : authenticate(world, endpoint, params, credentials)
  if (key === null) params.passOver('returnRateLimits', 'apiKey')
  const own = key === null ? world : world.of(key)
  const ready = (): void => {
    if (world.switches.unreadParametersRefused) params.checkAllRead(key !== null)
  }
  return () => {
    if (key !== null) checkTimeAgain(own, params, endpoint)
    const answer = endpoint.answer({ world: own, params, key, ready })
    ready()
    const { status = 200 } = answer
    if (status < 400 && (endpoint.orders !== undefined || endpoint.free === true)) world.limits.refund(weight)
    return answer
  }
}

function authenticate(world: World, endpoint: Endpoint, params: Params, { apiKey, payload, session }: Credentials): ApiKey {
  params.passOver('apiKey', 'signature', 'returnRateLimits')
  if (session === null && (apiKey === null || apiKey === '')) throw new ApiError(-2014, 'API-key format invalid.', { status: 401 })
  if (session === null && !/^[A-Za-z0-9]{16,128}$/.test(apiKey!)) throw new ApiError(-2014, 'API-key format invalid.', { status: 401 })
  const key = session ?? world.keys.get(apiKey!)
  if (key === undefined || key.revoked) throw badKey(world.switches.invalidKeyIs401 ? 401 : 400)
  const timestamp = params.time('timestamp')
  if (timestamp === null) throw missing('timestamp')
  if (session === null && !key.signed(payload, params.must('signature')))
    throw new ApiError(-1022, 'Signature for this request is not valid.')
  checkTime(world, params, timestamp)
  const allowed = endpoint.security === 'TRADE' ? key.rights.enableSpotAndMarginTrading : key.rights.enableReading
  if (!allowed) throw badKey(world.switches.invalidKeyIs401 ? 401 : 400)
  return key
}

// recvWindow of a request, in milliseconds: five seconds unless given, a minute at most.
function windowOf(params: Params): number {
  const text = params.text('recvWindow')
  if (text === null) return 5000
  if (!/^\d{1,8}(\.\d{1,3})?$/.test(text)) throw new ApiError(-1130, "Data sent for parameter 'recvWindow' is not valid.")
  if (Number(text) > LONGEST_WINDOW) throw new ApiError(-1131, 'recvWindow must be less than 60000')
  return Number(text)
}

// The first pass: not more than a second ahead, not older than the window.
function checkTime(world: World, params: Params, timestamp: number): void {
  const window = windowOf(params)
  const now = world.now()
  if (timestamp < EARLIEST) throw badTimestamp(false)
  if (timestamp >= now + 1000) throw badTimestamp(true)
  if (now - timestamp > window) throw badTimestamp(false)
}

// The second pass, just before the engine: a request that waited may be too old by now. Then it counts as an order too.
function checkTimeAgain(world: World, params: Params, endpoint: Endpoint): void {
  if (!world.switches.absenceIsFinal) return
  const timestamp = params.time('timestamp')
  if (timestamp === null || world.now() - timestamp <= windowOf(params)) return
  world.limits.countOrders(endpoint.orders ?? 0)
  throw badTimestamp(false)
}
