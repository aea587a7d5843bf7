/** The WebSocket API for cards outside of the tests: a bare socket, closed when the program ends. */
import { WebSocket } from 'ws'
import { type Query, signatureOf, type Signer, type Wire } from '../../support/simulator/rest.ts'
import type { WsBench } from './bench.ts'

const PATIENCE_MS = 10_000

/** Opens one. */
export async function openBareWs(url: string, signer: Signer): Promise<WsBench> {
  const socket = new WebSocket(url)
  const frames: Wire[] = []
  const waiting = new Set<() => void>()
  socket.on('message', data => {
    frames.push(JSON.parse(String(data)) as Wire)
    for (const look of waiting) look()
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve())
    socket.once('error', reject)
  })
  // one that is done must not keep the program
  const unref = (socket as unknown as { readonly _socket?: { unref(): void } })._socket
  unref?.unref()
  const until = (fits: (frame: Wire) => boolean, what: string): Promise<Wire> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`it did not come: ${what}`)), PATIENCE_MS)
      const look = (): void => {
        const found = frames.find(fits)
        if (found === undefined) return
        clearTimeout(timer)
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
    })
  let ids = 0
  const call = (method: string, params: Query = {}): Promise<Wire> => {
    ids++
    const id = ids
    socket.send(JSON.stringify({ id, method, params }))
    return until(frame => Number(frame['id']) === id && frame['status'] !== undefined, `an answer to ${method}`)
  }
  return {
    call,
    signed(method, params = {}) {
      const all: Query = { ...params, apiKey: signer.apiKey, timestamp: Date.now() }
      const payload = Object.keys(all)
        .sort()
        .map(name => `${name}=${all[name]}`)
        .join('&')
      return call(method, { ...all, signature: signatureOf(signer, payload) })
    },
    event: async (fits, what = 'an event') => (await until(({ event }) => event !== undefined && fits(event), what))['event']!,
    events: () => frames.flatMap(frame => (frame['event'] === undefined ? [] : [frame['event']])),
  }
}
