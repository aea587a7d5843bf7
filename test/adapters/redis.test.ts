/** The wire to outside programs: in memory, and through a real Redis that dies, freezes, and wants a password. */
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type Listener, openMemoryWire } from '#adapters/memory/wire.ts'
import { reachRedis } from '#adapters/redis/reach.ts'
import { MOST, openRedisWire, reasonOf } from '#adapters/redis/wire.ts'
import { systemClock } from '#adapters/system/clock.ts'
import type { Wire } from '#ports/wire.ts'
import { heardOn, wireCases } from '../cases/wire.case.ts'
import { Watched } from '../support/chat/until.ts'
import { freePort, NO_REDIS, RedisServer, redisProgram } from '../support/redis.ts'

wireCases('memory', async () => {
  const listeners = new Set<Listener>()
  return {
    open: () => openMemoryWire(listeners),
    listen: async (prefix, hear) => void listeners.add((channel, text) => (channel.startsWith(prefix) ? hear(channel, text) : undefined)),
    end: async () => {},
  }
})

const PASSWORD = 'open:sesame/7f3a'

// Somebody who listens: a connection of its own, as an outside program has it.
async function listen(port: number, prefix: string, hear: (channel: string, text: string) => void, password?: string): Promise<Redis> {
  // what the library subscribes to anew by itself, nobody hears fail when the connection is closed meanwhile
  const options = { autoResubscribe: false, retryStrategy: () => 20 }
  const ear = new Redis({ host: '127.0.0.1', port, ...(password === undefined ? {} : { password }), ...options })
  ear.on('error', () => {})
  ear.on('pmessage', (_, channel: string, text: string) => hear(channel, text))
  await ear.psubscribe(`${prefix}*`)
  return ear
}

// A wire whose notes a test waits for.
function noted(port: number, more: { readonly password?: string | undefined; readonly timeout?: number } = {}) {
  const notes: string[] = []
  const watched = new Watched()
  const wire = openRedisWire({
    host: '127.0.0.1',
    port,
    ...more,
    clock: systemClock,
    note(level, text) {
      notes.push(`${level} ${text}`)
      watched.changed()
    },
  })
  onTestFinished(() => wire.close())
  const says = (words: string): Promise<unknown> =>
    watched.until(
      () => notes.some(text => text.includes(words)),
      () => `"${words}" in ${JSON.stringify(notes)}`,
    )
  return { wire, notes, says }
}

const program = redisProgram()
if (program === null) console.log(NO_REDIS)

describe.runIf(program !== null)('redis', () => {
  let server: RedisServer
  const ears: Redis[] = []
  beforeAll(async () => {
    server = new RedisServer(program!, await freePort())
  })
  afterAll(async () => {
    for (const ear of ears) ear.disconnect()
    await server.kill()
  })

  wireCases('Redis', async () => {
    const { port } = await server.start()
    return {
      open: (): Wire => openRedisWire({ host: '127.0.0.1', port, clock: systemClock, note: () => {} }),
      listen: async (prefix, hear) => void ears.push(await listen(port, prefix, hear)),
      end: async () => server.kill(),
    }
  })

  test('one that is not there yet is told once, and that it is there once; the newest texts waited for it', async () => {
    const { wire, notes, says } = noted(server.port)
    await says('cannot be reached (ECONNREFUSED): start it, or mend REDIS_HOST and REDIS_PORT.')
    for (let n = 0; n < MOST + 5; n++) wire.publish('early', `${n}`)
    await server.start()
    await says('answers again. 5 messages were not told.')
    expect(notes).toHaveLength(2)
    const { hears } = await heardOn({ listen: async (prefix, hear) => void ears.push(await listen(server.port, prefix, hear)) }, 'late')
    wire.publish('late', 'text')
    await hears('late text')
  })

  test('killed and started again, three times: it goes on, what was told while it was away is not told twice', async () => {
    const { wire, notes, says } = noted(server.port)
    const { lines, hears } = await heardOn(
      { listen: async (prefix, hear) => void ears.push(await listen(server.port, prefix, hear)) },
      'on',
    )
    for (let life = 1; life <= 3; life++) {
      wire.publish('on', `${life} before`)
      await hears(`on ${life} before`)
      await server.kill()
      await says('cannot be reached')
      wire.publish('on', `${life} meanwhile`)
      await server.start()
      await says('answers again.')
      expect(notes.splice(0)).toHaveLength(2)
      // whoever listens connects anew as well; until then nobody hears
      await ears.at(-1)!.psubscribe('on*')
    }
    wire.publish('on', 'at last')
    await hears('on at last')
    expect(new Set(lines).size).toBe(lines.length)
  })

  test('frozen: publishing goes on at once, what does not fit is dropped, and nothing grows', async () => {
    const { wire, says, notes } = noted(server.port, { timeout: 1_000 })
    const { hears } = await heardOn({ listen: async (prefix, hear) => void ears.push(await listen(server.port, prefix, hear)) }, 'cold')
    wire.publish('cold', 'before')
    await hears('cold before')
    server.signal('SIGSTOP')
    for (let n = 0; n < 50_000; n++) wire.publish('frozen', 'x'.repeat(1_000))
    await says('does not answer in time: look after it.')
    server.signal('SIGCONT')
    await says('answers again.')
    // all but those that waited, and of those on their way the ones that were answered after all
    const dropped = Number(/(\d+) messages were not told/.exec(notes.at(-1)!)?.[1])
    expect(dropped).toBeGreaterThanOrEqual(50_000 - 2 * MOST)
    wire.publish('cold', 'after')
    await hears('cold after')
    expect(notes).toHaveLength(2)
  })

  test.each([
    ['none', undefined, 'wants a password: set REDIS_PASSWORD.'],
    ['a wrong one', 'guessed-9c1e', 'does not accept the password: mend REDIS_PASSWORD.'],
  ])('a password is wanted, and there is %s: told once, without a word of it', async (_, password, says) => {
    await server.kill()
    await server.start(PASSWORD)
    const one = noted(server.port, { password })
    await one.says(says)
    for (let n = 0; n < 100; n++) one.wire.publish('x', 'y')
    const right = noted(server.port, { password: PASSWORD })
    const { hears } = await heardOn(
      { listen: async (prefix, hear) => void ears.push(await listen(server.port, prefix, hear, PASSWORD)) },
      'locked',
    )
    right.wire.publish('locked', 'text')
    await hears('locked text')
    expect(right.notes).toEqual([])
    expect(one.notes).toHaveLength(1)
    expect(one.notes.join()).not.toMatch(/guessed|sesame/)
    const at = { host: '127.0.0.1', port: server.port }
    expect(await reachRedis({ ...at, password: PASSWORD })).toMatch(/^\d+\.\d+/)
    const refused: unknown = await reachRedis({ ...at, password }).catch(error => error as unknown)
    expect(refused).toMatchObject({ kind: 'misconfigured', message: `Redis at 127.0.0.1:${server.port} ${says}` })
    expect(String((refused as Error).stack)).not.toMatch(/guessed|sesame/)
  })
})

test.each<[Error, string]>([
  [Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }), 'cannot be reached (ECONNREFUSED)'],
  [Object.assign(new Error('getaddrinfo ENOTFOUND cache'), { code: 'ENOTFOUND' }), 'cannot be reached (ENOTFOUND)'],
  [new Error('Command timed out'), 'does not answer in time'],
  [new Error('WRONGPASS invalid username-password pair'), 'REDIS_PASSWORD'],
])('%s is told in words', (error, words) => {
  expect(reasonOf(error)).toContain(words)
})
