/** The time at Binance, by a clock of this machine that may stand, go back or be wrong. */
import { expect, test } from 'vitest'
import { ServerClock } from '#adapters/binance/server-clock.ts'
import type { Time } from '#domain/time.ts'
import type { Clock } from '#ports/clock.ts'

function openClock() {
  const world = { here: 1_000_000, ahead: 0, asked: 0, answers: [] as (() => void)[] }
  const clock = { now: () => world.here as Time } as Clock
  const ask = async (): Promise<Time> => {
    world.asked++
    const time = world.here + world.ahead
    await new Promise<void>(resolve => world.answers.push(resolve))
    return time as Time
  }
  const answer = async (): Promise<void> => {
    for (const one of world.answers.splice(0)) one()
    for (let turn = 0; turn < 5; turn++) await Promise.resolve()
  }
  return { world, server: new ServerClock(clock, ask), answer }
}

test('a request that was signed before is reason to measure anew, though in the same millisecond', async () => {
  const { world, server, answer } = openClock()
  const first = server.measure()
  await answer()
  await first
  const signed = server.begun
  world.ahead = 30_000
  const again = server.measureAfter(signed)
  await answer()
  await again
  expect([server.offset, world.asked]).toEqual([30_000, 2])
})

test('so it is where this machine was set back meanwhile', async () => {
  const { world, server, answer } = openClock()
  const first = server.measure()
  await answer()
  await first
  world.here -= 3_600_000
  world.ahead = 3_600_000
  const again = server.measureAfter(server.begun)
  await answer()
  await again
  expect([server.offset, world.asked]).toEqual([3_600_000, 2])
})

test('many requests that were refused together ask once, and one signed since then not at all', async () => {
  const { world, server, answer } = openClock()
  const signed = server.begun
  const waiting = Promise.all(Array.from({ length: 20 }, () => server.measureAfter(signed)))
  await answer()
  await waiting
  await server.measureAfter(signed)
  expect(world.asked).toBe(1)
})

test('a measurement that was under way as a request was signed is no answer to it', async () => {
  const { world, server, answer } = openClock()
  const old = server.measure()
  const signed = server.begun
  world.ahead = 5_000
  const again = server.measureAfter(signed)
  await answer()
  await old
  await answer()
  await again
  expect([server.offset, world.asked]).toEqual([5_000, 2])
})
