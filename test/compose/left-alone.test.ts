/** A start on a Binance that wants to be left alone: it waits where that is short, asks nothing meanwhile, says so once, and goes on. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newMemoryDisk } from '#adapters/memory/store.ts'
import { describe, expect, test } from 'vitest'
import { openRunningMarket, type RunningMarket } from '../support/binance/market.ts'
import { temporaryFolder } from '../support/demo.ts'
import { closes, live, startOn } from '../support/venues.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
// what was on its way as the answer came
const ON_ITS_WAY_MS = 1_000

/** Binance refuses the next of these, and wants to be left alone for so many seconds. */
function refuse({ simulator }: RunningMarket, path: string, retryAfter: number, { status = 429, skip = 0 } = {}): void {
  const fault = { kind: 'refuse', status, code: -1003, text: 'Too much request weight used', retryAfter }
  simulator.admin('faults', { fault, where: { path, skip } })
}

/** When Binance refused: each instant. */
const refusedAt = ({ simulator }: RunningMarket): number[] =>
  simulator.log.lines.filter(({ status }) => status === 429 || status === 418).map(({ time }) => time)

/** What was asked between two instants. */
const askedBetween = ({ simulator }: RunningMarket, from: number, to: number): string[] =>
  simulator.log.lines.filter(({ time }) => time > from && time < to).map(({ method, path }) => `${method} ${path}`)

const waits = (seconds: number | string) =>
  expect.stringMatching(
    new RegExp(`^Binance was asked too much from this address, and wants to be left alone for ${seconds} s, until .* UTC: the start waits`),
  )

describe('live', () => {
  test.each<[what: string, path: string, skip: number]>([
    ['the time, which is asked for first', '/api/v3/time', 0],
    ['the symbols', '/api/v3/exchangeInfo', 0],
    ['the time, in the self-check', '/api/v3/time', 2],
    ['what the key may do', '/sapi/v1/account/apiRestrictions', 0],
    ['the account', '/api/v3/account', 0],
    ['a test order', '/api/v3/order/test', 0],
    ['the last look before it trades', '/api/v3/account', 1],
    ['candles of the past', '/api/v3/klines', 0],
  ])(
    'it waits where %s is refused, asks nothing meanwhile, and goes on',
    async (_, path, skip) => {
      const market = await openRunningMarket({ closes, past: 500 })
      refuse(market, path, 40, { skip })
      const running = await startOn(market, live(market))
      const [at] = refusedAt(market)
      expect(askedBetween(market, at! + ON_ITS_WAY_MS, at! + 40 * SECOND)).toEqual([])
      expect(running.troubles).toEqual([waits(40)])
      expect((await running.service.desk.status()).mode).toBe('running')
      await running.stop()
    },
    60_000,
  )

  test('user data that is refused so is waited for, too', async () => {
    const market = await openRunningMarket({ closes, past: 500 })
    refuse(market, 'userDataStream.subscribe.signature', 40)
    const running = await startOn(market, live(market))
    const [at] = refusedAt(market)
    expect(askedBetween(market, at! + ON_ITS_WAY_MS, at! + 40 * SECOND)).toEqual([])
    expect(running.troubles.filter(text => text.includes('the start waits'))).toEqual([waits(40)])
    expect(running.troubles.at(-1)).toBe('User data of Binance comes again.')
    await running.stop()
  }, 60_000)

  test('a longer answer that comes after is obeyed, and told', async () => {
    const market = await openRunningMarket({ closes, past: 500 })
    refuse(market, '/api/v3/account', 4)
    refuse(market, '/api/v3/account', 120, { status: 418, skip: 1 })
    const running = await startOn(market, live(market))
    const [first, second] = refusedAt(market)
    expect(second! - first!).toBeGreaterThanOrEqual(4 * SECOND)
    expect(askedBetween(market, second! + ON_ITS_WAY_MS, second! + 120 * SECOND)).toEqual([])
    expect(running.troubles).toEqual([waits(4), waits(120)])
    await running.stop()
  }, 60_000)

  test('one of before the start is waited out, and the clock is right after it', async () => {
    const market = await openRunningMarket({ closes, past: 500 })
    const DATA_DIR = banned(market, 3 * MINUTE)
    const until = market.clock.now() + 3 * MINUTE
    const running = await startOn(market, { ...live(market), DATA_DIR })
    expect(askedBetween(market, 0, until)).toEqual([])
    expect(running.troubles).toEqual([waits('1\\d\\d')])
    expect(running.notes).toContainEqual(expect.stringMatching(/^Binance is \d{1,3} ms (behind|ahead of) this machine/))
    await running.stop()
  }, 60_000)

  test.each<[what: string, path: string]>([
    ['the account', '/api/v3/account'],
    ['the history', '/api/v3/klines'],
  ])(
    'longer than ten minutes, met at %s, is for a person: it ends, says when to start again, and asks nothing more',
    async (_, path) => {
      const market = await openRunningMarket({ closes, past: 500 })
      refuse(market, path, 660, { status: 418 })
      const starting = startOn(market, live(market))
      await expect(starting).rejects.toThrow(
        /^Binance was asked too much \(GET .*\): Too much request weight used \(-1003\); again in 660 s\. .*Start again in 660 s, until .* UTC/,
      )
      const [at] = refusedAt(market)
      const until = at! + 300 * SECOND
      while (market.clock.now() < until) await new Promise(resolve => setImmediate(resolve))
      expect(askedBetween(market, at! + ON_ITS_WAY_MS, until)).toEqual([])
    },
    60_000,
  )

  test('one of before the start that is longer ends it at once', async () => {
    const market = await openRunningMarket({ closes, past: 500 })
    const DATA_DIR = banned(market, 11 * MINUTE)
    await expect(startOn(market, { ...live(market), DATA_DIR })).rejects.toThrow(
      /wants to be left alone for 6\d\d s, until .* UTC\. .*Start again in 6\d\d s, until/,
    )
    expect(market.simulator.log.lines).toEqual([])
  })

  test('it can be stopped while it waits', async () => {
    const market = await openRunningMarket({ closes, past: 500 })
    refuse(market, '/api/v3/account', 400)
    const stopped = new AbortController()
    const starting = startOn(market, live(market), newMemoryDisk(), stopped.signal)
    const failed = starting.then(
      () => null,
      (error: unknown) => error,
    )
    while (refusedAt(market).length === 0) await new Promise(resolve => setImmediate(resolve))
    stopped.abort()
    expect(await failed).toMatchObject({ name: 'LeftAlone', message: expect.stringContaining('the service stops') })
    const [at] = refusedAt(market)
    expect(market.clock.now()).toBeLessThan(at! + 400 * SECOND)
    expect(askedBetween(market, at! + ON_ITS_WAY_MS, at! + 400 * SECOND)).toEqual([])
  }, 60_000)
})

test.each(['/api/v3/time', '/api/v3/exchangeInfo', '/api/v3/klines'])(
  'on paper on the live market it waits likewise (%s)',
  async path => {
    const market = await openRunningMarket({ closes, past: 500 })
    refuse(market, path, 40)
    const running = await startOn(market, {})
    const [at] = refusedAt(market)
    expect(askedBetween(market, at! + ON_ITS_WAY_MS, at! + 40 * SECOND)).toEqual([])
    expect(running.troubles).toEqual([waits(40)])
    await running.stop()
  },
  60_000,
)

// A data folder in which an earlier run has kept how long to stay away.
function banned({ simulator, clock }: RunningMarket, milliseconds: number): string {
  const folder = temporaryFolder('banned')
  mkdirSync(folder, { recursive: true })
  const name = new URL(simulator.url).host.replaceAll(/[^\w.-]/g, '-')
  writeFileSync(join(folder, `limits-${name}.json`), JSON.stringify({ bannedUntil: clock.now() + milliseconds }))
  return folder
}
