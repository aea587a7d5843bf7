/** The connection that is kept open, over real sockets. */
import { expect, onTestFinished, test } from 'vitest'
import { type Connection, type Link, openConnection } from '#adapters/binance/connection.ts'
import { Fault } from '#domain/fault.ts'
import { type Peer, SocketServer } from '../../support/binance/sockets.ts'
import { TestClock } from '../../support/chat/clock.ts'
import { Watched } from '../../support/chat/until.ts'

const HOUR = 3_600_000

interface Bed {
  readonly server: SocketServer
  readonly clock: TestClock
  readonly connection: Connection
  /** What the connection told, in order. */
  readonly told: string[]
  until(text: string): Promise<string>
}

async function openBed({
  refusals = 0,
  open = () => {},
  notFor = () => 0,
}: {
  readonly refusals?: number
  notFor?(): number
  open?(link: Link, count: number): Promise<void> | void
} = {}): Promise<Bed> {
  const server = new SocketServer()
  server.refusals = refusals
  const clock = new TestClock()
  const told: string[] = []
  const watched = new Watched()
  const links: Link[] = []
  const say = (text: string): void => {
    told.push(text)
    watched.changed()
  }
  const connection = openConnection({
    name: 'market streams',
    url: `${await server.listen()}/stream?key=canary-key`,
    clock,
    random: () => 0.5,
    open: link => {
      say(`open ${links.push(link)}`)
      return open(link, links.length)
    },
    message: (data, link) => say(`${links.indexOf(link) + 1}: ${String(data)}`),
    closed: (link, reason) => say(`closed ${links.indexOf(link) + 1}: ${reason}`),
    failed: reason => say(`failed: ${reason}`),
    notFor,
  })
  onTestFinished(async () => {
    await connection.stop()
    expect(told.join()).not.toContain('canary')
  })
  const until = (text: string): Promise<string> =>
    watched.until(
      () => told.find(line => line === text),
      () => `"${text}" in ${JSON.stringify(told)}`,
    )
  return { server, clock, connection, told, until }
}

const gone = ({ server }: Bed, peer: Peer): Promise<boolean> =>
  server.watched.until(
    () => !peer.open,
    () => 'the end of a socket',
  )

test('texts go out and come in, and a ping is answered with its own payload', async () => {
  const bed = await openBed()
  const peer = await bed.server.peer(0)
  peer.socket.send('hello')
  await bed.until('1: hello')
  expect(peer.path).toBe('/stream?key=canary-key')
  await bed.clock.advance(0)
  expect(bed.connection.link?.send('good day')).toBe(true)
  peer.socket.ping('1234')
  await bed.server.watched.until(
    () => peer.pongs.includes('1234') && peer.heard.includes('good day'),
    () => 'the pong',
  )
})

test('what is lost is opened again, after pauses that grow while it does not work', async () => {
  const bed = await openBed({ refusals: 3 })
  const peer = await bed.server.peer(0)
  await bed.until('open 1')
  expect(bed.told).toEqual(Array.from({ length: 3 }, () => 'failed: the server answered 503 instead of opening it').concat('open 1'))
  expect(bed.clock.waits.filter(wait => wait < 5000)).toEqual([750, 1500, 3000])
  peer.socket.terminate()
  await bed.until('closed 1: closed by the other side with code 1006')
  // it did not last, so the pause went on growing
  await bed.clock.advance(5_999)
  expect(bed.told.at(-1)).toMatch(/^closed/)
  await bed.clock.advance(1)
  await bed.until('open 2')
})

test('nothing is tried while it must not be, also where that becomes longer meanwhile', async () => {
  const held = [5_100, 15_100]
  const bed = await openBed({ notFor: () => held.shift() ?? 0 })
  await bed.clock.advance(5_100)
  await bed.clock.advance(15_100)
  await bed.until('open 1')
  expect(bed.clock.waits.slice(0, 2)).toEqual([5_100, 15_100])
})

test('a server that is away is an attempt that failed, nothing more', async () => {
  const bed = await openBed()
  await bed.server.peer(0)
  await bed.server.close()
  await bed.until('failed: the network says ECONNREFUSED')
  expect(bed.connection.link).toBeNull()
})

test('60 seconds without anything, not even a ping, end it; a ping is enough to live', async () => {
  const bed = await openBed()
  const peer = await bed.server.peer(0)
  await bed.until('open 1')
  await bed.clock.advance(50_000)
  peer.socket.ping('beat')
  await bed.server.watched.until(
    () => peer.pongs.length > 0,
    () => 'the pong',
  )
  await bed.clock.advance(50_000)
  expect(bed.told).toEqual(['open 1'])
  await bed.clock.advance(10_000)
  await bed.until('closed 1: nothing was heard for 60 s, not even a ping')
  await bed.until('open 2')
})

test.each(['{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1}}', '{"event":{"e":"serverShutdown","E":1}}'])(
  'on %s the next is opened before the old one is dropped',
  async notice => {
    let ready = (): void => {}
    const bed = await openBed({
      open: (_, count) =>
        count === 1
          ? undefined
          : new Promise(resolve => {
              ready = resolve
            }),
    })
    const first = await bed.server.peer(0)
    first.socket.send(notice)
    await bed.until('open 2')
    first.socket.send('still here')
    await bed.until('1: still here')
    bed.connection.link?.send('before')
    ready()
    await bed.server.watched.until(
      () => first.heard.includes('before'),
      () => 'the text on the first',
    )
    const second = await bed.server.peer(1)
    bed.connection.link?.send('after')
    await bed.server.watched.until(
      () => second.heard.includes('after'),
      () => 'the text on the second',
    )
    expect(first.open).toBe(true)
    await bed.clock.advance(5_000)
    await gone(bed, first)
    await bed.until('closed 1: a newer one took over')
    expect(second.open).toBe(true)
  },
)

test('a day is never reached: another one is there after 23 hours', async () => {
  const bed = await openBed()
  const peer = await bed.server.peer(0)
  await bed.until('open 1')
  for (let passed = 0; passed < 23 * HOUR; passed += 45_000) {
    if (bed.told.length > 1) break
    peer.socket.ping(String(passed))
    await bed.server.watched.until(
      () => peer.pongs.at(-1) === String(passed),
      () => 'the pong',
    )
    await bed.clock.advance(45_000)
  }
  await bed.until('open 2')
  expect(bed.told[1]).toBe('open 2')
})

test('one that does not get ready is dropped, and the next is tried', async () => {
  const bed = await openBed({
    open: (_, count) => (count === 1 ? Promise.reject(new Fault('retry', 'log-on refused')) : undefined),
  })
  await bed.until('open 2')
  expect(bed.told).toEqual(['open 1', 'closed 1: log-on refused', 'open 2'])
})

test('one that never says whether it is ready is dropped after half a minute', async () => {
  const bed = await openBed({ open: (_, count) => (count === 1 ? new Promise(() => {}) : undefined) })
  await bed.until('open 1')
  expect(bed.connection.link).toBeNull()
  await bed.clock.advance(30_000)
  await bed.until('closed 1: it was not ready within 30 s')
  await bed.until('open 2')
})

test('stopped, it stays closed', async () => {
  const bed = await openBed()
  const peer = await bed.server.peer(0)
  await bed.until('open 1')
  await bed.connection.stop()
  await gone(bed, peer)
  await bed.clock.advance(HOUR)
  expect(bed.told).toEqual(['open 1', 'closed 1: stopped'])
  expect(bed.connection.link).toBeNull()
})

test('an address that is none stops the start, without being shown', () => {
  const open = (url: string) => () =>
    openConnection({ name: 'orders', url, clock: new TestClock(), random: () => 0, open() {}, message() {}, closed() {}, failed() {} })
  for (const url of ['https://canary', 'canary', 'ws://']) {
    expect(open(url)).toThrow('orders: its address is not that of a WebSocket. It has to begin with wss:// (or ws://).')
  }
})
