/** What may be asked of Binance: the weight of a minute, orders of ten seconds, a reserve for exits, and bans that outlive a restart. */
import { describe, expect, test } from 'vitest'
import { Budget, type Urgency } from '#adapters/binance/budget.ts'
import { BinanceFault } from '#adapters/binance/faults.ts'
import { heed } from '#adapters/binance/rest.ts'
import { TestClock } from '../../support/chat/clock.ts'

const MINUTE = 60_000

interface Opened {
  readonly clock: TestClock
  readonly budget: Budget
  readonly saved: string[]
}

/** At the beginning of a minute, with limits of 100 a minute and 10 orders in ten seconds. */
async function open(before: string | null = null): Promise<Opened> {
  const clock = new TestClock()
  await clock.advance(MINUTE - (clock.now() % MINUTE))
  const saved: string[] = []
  const budget = new Budget({ clock, now: clock.now, saved: before, save: state => saved.push(state) })
  budget.limits([
    { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 100 },
    { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 10 },
    { rateLimitType: 'RAW_REQUESTS', interval: 'MINUTE', intervalNum: 5, limit: 1 },
  ])
  return { clock, budget, saved }
}

/** How many requests of a weight go at once. */
const many = (budget: Budget, weight: number, urgency: Urgency, orders = 0): number => {
  let count = 0
  while (count < 1000 && budget.tryTake({ weight, orders }, urgency)) count++
  return count
}

describe('weight', () => {
  test('ordinary requests leave a reserve to exits, and nobody goes up to the limit', async () => {
    const { budget } = await open()
    expect(many(budget, 1, 'ordinary')).toBe(60)
    expect(many(budget, 1, 'exit')).toBe(30)
    expect(budget.used).toBe(0.9)
  })

  test('the next minute begins empty, but for what has no answer yet', async () => {
    const { budget, clock } = await open()
    many(budget, 1, 'exit')
    for (let answered = 0; answered < 80; answered++) budget.settle({ weight: 1 })
    expect(budget.used).toBe(0.9)
    await clock.advance(MINUTE)
    expect(budget.used).toBe(0.1)
  })

  test('what Binance says counts, from others at the same address too', async () => {
    const { budget } = await open()
    budget.headers({ 'x-mbx-used-weight-1m': '59' })
    expect(many(budget, 1, 'ordinary')).toBe(1)
    // an older answer that comes later takes nothing back
    budget.headers({ 'x-mbx-used-weight-1m': '3' })
    expect(many(budget, 1, 'ordinary')).toBe(0)
  })

  test('who waits goes on in the next minute, an exit before', async () => {
    const { budget, clock } = await open()
    many(budget, 1, 'ordinary')
    const done: string[] = []
    const ask = async (weight: number, urgency: Urgency): Promise<void> => {
      await budget.take({ weight }, urgency)
      done.push(urgency)
      budget.settle({ weight })
    }
    const waiting = [ask(50, 'ordinary'), ask(20, 'exit')]
    await clock.advance(1)
    expect(done).toEqual(['exit'])
    for (let answered = 0; answered < 60; answered++) budget.settle({ weight: 1 })
    await clock.advance(MINUTE)
    await Promise.all(waiting)
    expect(done).toEqual(['exit', 'ordinary'])
  })

  test('a request that weighs more than the share of its kind goes alone', async () => {
    const { budget } = await open()
    expect(budget.tryTake({ weight: 80 }, 'ordinary')).toBe(true)
    expect(budget.tryTake({ weight: 80 }, 'ordinary')).toBe(false)
  })

  test('three times the load for an hour stays within', async () => {
    const { budget, clock } = await open()
    let most = 0
    for (let minute = 0; minute < 60; minute++) {
      for (let ask = 0; ask < 300; ask++) if (budget.tryTake({ weight: 1 }, 'ordinary')) budget.settle({ weight: 1 })
      most = Math.max(most, budget.used)
      await clock.advance(MINUTE)
    }
    expect(most).toBe(0.6)
  })
})

describe('orders', () => {
  test('entries leave a part of the slot to exits', async () => {
    const { budget } = await open()
    expect(many(budget, 0, 'ordinary', 1)).toBe(6)
    expect(many(budget, 0, 'exit', 2)).toBe(2)
  })

  test('"too many orders" waits for the next slot and bans nothing else', async () => {
    const { budget, clock } = await open()
    heed(budget, 429, new BinanceFault('retry', '', { code: -1015 }))
    expect(budget.tryTake({ weight: 1, orders: 1 }, 'exit')).toBe(false)
    expect(budget.tryTake({ weight: 1 }, 'ordinary')).toBe(true)
    await clock.advance(10_000)
    expect(budget.tryTake({ weight: 1, orders: 1 }, 'exit')).toBe(true)
  })

  test('what Binance counts goes down again when orders fill', async () => {
    const { budget } = await open()
    budget.limits([{ rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 10, count: 10 }])
    expect(many(budget, 0, 'exit', 1)).toBe(0)
    budget.headers({ 'x-mbx-order-count-10s': '8' })
    expect(many(budget, 0, 'exit', 1)).toBe(2)
  })
})

describe('a ban', () => {
  test.each([
    ['429', 429, { code: -1003, retryAfter: 35_000 }, 35_000],
    ['418', 418, { code: -1003, retryAfter: 120_000 }, 120_000],
    ['429 that does not say for how long', 429, { code: -1003 }, MINUTE],
  ] as const)('after %s nobody asks, exits neither, until it is over', async (_, status, said, milliseconds) => {
    const { budget, clock } = await open()
    heed(budget, status, new BinanceFault('retry', '', said))
    await clock.advance(milliseconds - 1)
    expect(budget.tryTake({ weight: 1 }, 'exit')).toBe(false)
    await clock.advance(1)
    expect(budget.tryTake({ weight: 1 }, 'exit')).toBe(true)
  })

  test('holds after a restart, and a shorter one does not end it', async () => {
    const { budget, saved, clock } = await open()
    budget.ban(300_000)
    budget.ban(1_000)
    expect(saved).toHaveLength(1)
    const again = new Budget({ clock, now: clock.now, saved: saved[0]! })
    expect(again.bannedUntil).toBe(budget.bannedUntil)
    expect(again.tryTake({ weight: 1 }, 'exit')).toBe(false)
  })

  test('who waits for its end is let go when the service stops', async () => {
    const { budget } = await open()
    const stopping = new AbortController()
    budget.ban(300_000)
    const waiting = budget.take({ weight: 1 }, 'exit', stopping.signal)
    stopping.abort()
    await expect(waiting).rejects.toThrow('the service stops')
  })
})

test.each(['', '{"bannedUn', 'null', '[]'])('a record cut off by the end of a process, %j, says nothing', async before => {
  const { budget } = await open(before)
  expect(budget.tryTake({ weight: 1 }, 'ordinary')).toBe(true)
})
