/** The admin's command that arms a fault, and what each kind of them takes. */
import { AdminError, type Body, type Command } from './command.ts'
import type { EventFault, RequestFault, Where } from './faults.ts'
import { checkFields, flagIn, numberIn, textIn } from './reading.ts'

/** Faults that a request or an event can be hit by, with what each needs. */
export const faultKinds: Readonly<Record<(RequestFault | EventFault)['kind'], string>> = {
  reply_lost: 'carried out, then the connection is cut before the answer (WebSocket: no answer)',
  request_lost: 'not carried out, the connection is cut (WebSocket: no answer)',
  silence: 'nothing is ever answered; executed: true|false',
  server_error: 'an HTTP 5xx with an HTML body; status, executed: true|false',
  timeout: '-1007 with 504; executed: true|false',
  latency:
    'milliseconds of waiting; after: false (before it is looked at) | true (before its answer) | "engine" (between the two time checks)',
  late: 'the connection is cut, and the request carried out so many milliseconds later, if it is still within its recvWindow then',
  refuse: 'any refusal: status, code, text, retryAfter (seconds), such as -1021, -1003 with 429 or 418, -2015',
  events_first: 'the events of a request go out before its answer',
  event_lost: 'an event is not sent; where.type names it',
  event_twice: 'an event is sent twice',
  event_late: 'an event is sent after the one that follows it',
}

const of = 'fault'
const waiting = { least: 0, of }

// A fault as it was asked for, with what is usual of its kind. Throws AdminError.
function faultIn(body: Body): RequestFault | EventFault {
  const kind = body['kind'] as (RequestFault | EventFault)['kind'] | undefined
  if (kind === undefined || !Object.hasOwn(faultKinds, kind))
    throw new AdminError(`fault.kind: one of ${Object.keys(faultKinds).join(', ')}`)
  const has = (...fields: string[]): void => checkFields(body, kind, ['kind', ...fields], of)
  const executed = (): boolean => flagIn(body, 'executed', false, of)
  switch (kind) {
    case 'silence':
    case 'timeout':
      has('executed')
      return { kind, executed: executed() }
    case 'server_error':
      has('status', 'executed')
      return { kind, status: numberIn(body, 'status', 503, { least: 500, most: 599, whole: true, of }), executed: executed() }
    case 'late':
      has('milliseconds')
      return { kind, milliseconds: numberIn(body, 'milliseconds', 1000, waiting) }
    case 'latency': {
      has('milliseconds', 'after')
      const { after = false } = body
      if (typeof after !== 'boolean' && after !== 'engine') throw new AdminError('fault.after: true, false or "engine"')
      return { kind, milliseconds: numberIn(body, 'milliseconds', 1000, waiting), after }
    }
    case 'refuse':
      has('status', 'code', 'text', 'retryAfter')
      return {
        kind,
        status: numberIn(body, 'status', 400, { least: 400, most: 599, whole: true, of }),
        code: numberIn(body, 'code', -1000, { whole: true, of }),
        text: textIn(body, 'text', 'refused on purpose', of),
        retryAfter: numberIn(body, 'retryAfter', 0, waiting),
      }
    default:
      has()
      return { kind }
  }
}

function whereIn(body: Body, kind: string): Where {
  checkFields(body, 'faults', ['method', 'path', 'type', 'count', 'skip'], 'where')
  for (const name of ['method', 'path', 'type']) if (body[name] !== undefined) textIn(body, name, '', 'where')
  const ofEvents = kind.startsWith('event_')
  for (const name of ['method', 'path'])
    if (ofEvents && body[name] !== undefined) throw new AdminError(`where.${name}: ${kind} hits events: where.type names them`)
  if (!ofEvents && body['type'] !== undefined)
    throw new AdminError(`where.type: ${kind} hits requests: where.method and where.path name them`)
  numberIn(body, 'count', 1, { least: 0, whole: true, of: 'where' })
  numberIn(body, 'skip', 0, { least: 0, whole: true, of: 'where' })
  return body as Where
}

const objectIn = (body: Body, name: string): Body => {
  const value = body[name] ?? {}
  if (typeof value !== 'object' || Array.isArray(value)) throw new AdminError(`${name}: an object is needed`)
  return value as Body
}

/** It. */
export const faultCommands: Readonly<Record<string, Command>> = {
  faults: {
    what: 'arms a fault for the requests or events that it fits',
    body: '{"fault": {"kind": "reply_lost"}, "where": {"method": "POST", "path": "/api/v3/order", "count": 1, "skip": 0}}',
    fields: ['fault', 'where'],
    act({ world }, body) {
      const fault = faultIn(objectIn(body, 'fault'))
      return world.faults.arm(fault, whereIn(objectIn(body, 'where'), fault.kind))
    },
  },
}
