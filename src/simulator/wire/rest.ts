/** REST over node's own HTTP server. */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { admit } from '../api/dispatch.ts'
import type { Endpoint } from '../api/endpoint.ts'
import type { LogLine } from '../control/log.ts'
import { underFaults } from '../control/under-faults.ts'
import { ApiError, bodyOf } from '../errors.ts'
import type { Limits } from '../limits.ts'
import { pairsOf, Params, withoutSignature } from '../params.ts'
import { urlOf } from './url.ts'
import type { World } from '../world.ts'
import { byRest } from './answers.ts'
import { readBody } from './body.ts'
import { textOf, timeUnitOf, type TimeUnit } from './json.ts'

/** An answer before it goes out. */
interface Reply {
  readonly status: number
  readonly body: unknown
  readonly retryAfter: number
  /** The counts of unfilled orders, where one was accepted. */
  readonly orders: Limits['orders'] | null
  readonly unit?: TimeUnit
}

/** Serves one request. `flush` sends what its events are; `log` hears of it. */
export async function serveRest(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  { flush, log }: { flush(): void; log(line: LogLine): void },
): Promise<void> {
  const url = urlOf(request)
  const method = request.method ?? 'GET'
  const query = (request.url ?? '').split('?')[1] ?? ''
  // of a request that is over there is no way to its socket any more
  const { socket } = request
  const read = await readBody(request)
  if (read === 'gone') return void socket.destroy()
  if (read === 'too_large') return sendHtml(response, 413)
  const body = read.text
  const path = url.pathname
  const endpoint = byRest.get(`${method} ${path}`)
  const faults = world.faults.ofRequest([method], [path, endpoint?.ws ?? ''])
  const started = { time: world.clock.now(), method, path, query: hidden(query), body: hidden(body) }
  const ending = await underFaults<Reply>(world, faults, {
    act: pause => carryOut(world, endpoint, { method, path, query, body, headers: request.headers }, pause),
    refuse: replyOf,
    broken: html,
    flush,
    done: reply => log({ ...started, status: reply?.status ?? 0, ...(faults[0] === undefined ? {} : { fault: faults[0].kind }) }),
  })
  if (ending.kind === 'cut') socket.destroy()
  else if (ending.kind === 'answer') send(response, ending.reply, weightHeaders(world, path))
  flush()
}

interface Raw {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly body: string
  readonly headers: IncomingMessage['headers']
}

async function carryOut(world: World, endpoint: Endpoint | undefined, raw: Raw, pause: () => Promise<void>): Promise<Reply> {
  try {
    if (raw.path.endsWith('/userDataStream')) return html(410)
    if (endpoint === undefined) return html(404)
    const unit = timeUnitOf(headerOf(raw, 'x-mbx-time-unit'))
    // the query wins over the form where both have a name
    const values = new Map([...(raw.method === 'GET' ? [] : pairsOf(formOf(raw))), ...pairsOf(raw.query)])
    const payload = withoutSignature(raw.query) + (raw.method === 'GET' ? '' : withoutSignature(formOf(raw)))
    const act = admit(world, endpoint, new Params(values), {
      apiKey: headerOf(raw, 'x-mbx-apikey'),
      payload,
      session: null,
    })
    await pause()
    const { body, status = 200, retryAfter = 0 } = act()
    const key = world.keys.get(headerOf(raw, 'x-mbx-apikey') ?? '')
    const counted = key !== undefined && endpoint.orders !== undefined && status < 400
    return { status, body, retryAfter, unit, orders: counted ? world.of(key).limits.orders : null }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return replyOf(error)
  }
}

const headerOf = ({ headers }: Raw, name: string): string | null => {
  const value = headers[name]
  return typeof value === 'string' ? value : null
}

// A body of another kind is not read: the connector sends an empty one as JSON.
const formOf = ({ body, headers }: Raw): string =>
  (headers['content-type'] ?? 'application/x-www-form-urlencoded').startsWith('application/x-www-form-urlencoded') ? body : ''

const html = (status: number): Reply => ({ status, body: null, retryAfter: 0, orders: null })

const replyOf = (error: ApiError): Reply => ({
  status: error.status,
  body: bodyOf(error),
  retryAfter: error.retryAfter,
  orders: null,
})

const titles: Readonly<Record<number, string>> = {
  403: 'Forbidden',
  404: 'Not Found',
  410: 'Gone',
  413: 'Request Entity Too Large',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Time-out',
}

function sendHtml(response: ServerResponse, status: number): void {
  const title = `${status} ${titles[status] ?? 'Error'}`
  response.writeHead(status, { 'content-type': 'text/html' })
  response.end(`<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`)
}

function send(
  response: ServerResponse,
  { status, body, retryAfter, orders, unit = 'MILLISECOND' }: Reply,
  weights: OutgoingHttpHeaders,
): void {
  if (body === null) return sendHtml(response, status)
  response.writeHead(status, {
    'content-type': 'application/json;charset=UTF-8',
    ...weights,
    ...(orders === null ? {} : { 'x-mbx-order-count-10s': String(orders.tenSeconds), 'x-mbx-order-count-1d': String(orders.day) }),
    ...(retryAfter > 0 ? { 'retry-after': String(retryAfter) } : {}),
  })
  response.end(textOf(body, unit))
}

// SAPI counts apart from /api.
function weightHeaders({ limits, sapi, switches }: World, path: string): OutgoingHttpHeaders {
  if (path.startsWith('/sapi/')) return switches.sapiWeightHeaders ? { 'x-sapi-used-ip-weight-1m': String(sapi.weight) } : {}
  return { 'x-mbx-used-weight': String(limits.weight), 'x-mbx-used-weight-1m': String(limits.weight) }
}

/** Signatures are nothing for a log. */
const hidden = (text: string): string => text.replaceAll(/signature=[^&]*/g, 'signature=…')
