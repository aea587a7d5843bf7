/** `/admin` over HTTP. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { command, describe } from '../control/admin.ts'
import { AdminError, type Controlled } from '../control/command.ts'
import { ApiError } from '../errors.ts'
import { readBody } from './body.ts'

/** Serves one request below /admin. */
export async function serveAdmin(controlled: Controlled, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const name = (request.url ?? '').split('?')[0]!.split('/')[2] ?? ''
  const read = await readBody(request)
  if (read === 'gone') return
  const send = (status: number, body: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(`${JSON.stringify(body, null, 2)}\n`)
  }
  if (read === 'too_large') return send(413, { error: 'the body is larger than any command' })
  try {
    if (request.method === 'GET') {
      if (name === '') return send(200, describe(controlled))
      if (name === 'requests') return send(200, controlled.log.lines)
      if (name === 'events') return send(200, controlled.log.events)
      throw new AdminError(`there is no GET /admin/${name}. There are GET /admin, /admin/requests and /admin/events.`)
    }
    send(200, command(controlled, name, bodyOf(read.text)))
  } catch (error) {
    if (!(error instanceof AdminError || error instanceof ApiError)) throw error
    send(400, { error: error.message })
  }
}

function bodyOf(text: string): Readonly<Record<string, unknown>> {
  if (text === '') return {}
  try {
    const body: unknown = JSON.parse(text)
    if (typeof body === 'object' && body !== null) return body as Readonly<Record<string, unknown>>
  } catch {
    // said below
  }
  throw new AdminError('the body has to be a JSON object')
}
