/** The machine's cron, on a clock that the test drives. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { atEach } from '#adapters/system/cron.ts'

const MINUTE = 60_000

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 1, 12, 30) }))
afterEach(() => void vi.useRealTimers())

test('at minute 7 of each hour, UTC, until it is called off', async () => {
  const rung: string[] = []
  const callOff = atEach('7 * * * *', async () => void rung.push(new Date().toISOString().slice(11, 16)))
  await vi.advanceTimersByTimeAsync(36 * MINUTE)
  expect(rung).toEqual([])
  await vi.advanceTimersByTimeAsync(2 * MINUTE)
  expect(rung).toEqual(['13:07'])
  await vi.advanceTimersByTimeAsync(120 * MINUTE)
  expect(rung).toEqual(['13:07', '14:07', '15:07'])
  callOff()
  await vi.advanceTimersByTimeAsync(120 * MINUTE)
  expect(rung).toHaveLength(3)
})
