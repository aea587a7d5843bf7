/** A strict HTTP server that answers as a test says: it checks each signature, and keeps what was asked. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Signer } from '#adapters/binance/signer.ts'

/** What was asked. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly parameters: URLSearchParams
  /** The query string as it came. */
  readonly query: string
  readonly apiKey: string
}

/** What is answered: an object as JSON, a text as it is, or what to do with the socket. */
export interface Answer {
  readonly status?: number
  readonly body?: object | string
  readonly headers?: Readonly<Record<string, string>>
  readonly socket?: 'cut' | 'hang' | 'trickle'
}

export class RestServer {
  readonly asked: Asked[] = []
  /** Answers in turn; the last one again and again. */
  answers: Answer[] = [{ body: {} }]
  url = ''
  /** True: a time outside of the window is refused. */
  checksTime = false
  readonly #signer: Signer

  constructor(signer: Signer) {
    this.#signer = signer
  }

  async listen(): Promise<string> {
    const server = createServer((request, response) => this.#answer(request, response))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    return this.url
  }

  /** Called before something is answered. */
  answering: () => void = () => {}

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.answering()
    const [path, query = ''] = request.url!.split('?')
    const parameters = new URLSearchParams(query)
    this.asked.push({ method: request.method!, path: path!, parameters, query, apiKey: String(request.headers['x-mbx-apikey']) })
    if (path === '/api/v3/time') return void response.end(JSON.stringify({ serverTime: Date.now() }))
    const signature = parameters.get('signature')
    const signed = query.slice(0, query.indexOf('&signature='))
    if (signature !== null && signature !== this.#signer.sign(signed))
      return void response.writeHead(400).end(JSON.stringify({ code: -1022, msg: 'Signature for this request is not valid.' }))
    const age = Date.now() - Number(parameters.get('timestamp'))
    if (this.checksTime && (age < -1000 || age > Number(parameters.get('recvWindow'))))
      return void response
        .writeHead(400)
        .end(JSON.stringify({ code: -1021, msg: 'Timestamp for this request is outside of the recvWindow.' }))
    const { status = 200, body = {}, headers = {}, socket } = this.answers.length > 1 ? this.answers.shift()! : this.answers[0]!
    if (socket === 'cut') return void request.socket.destroy()
    if (socket === 'hang') return
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    response.writeHead(status, { 'content-type': typeof body === 'string' ? 'text/html' : 'application/json', ...headers })
    if (socket !== 'trickle') return void response.end(text)
    // a byte now and then, for ever
    const timer = setInterval(() => response.write(' '), 10)
    response.on('close', () => clearInterval(timer))
  }
}
