import { describe, expect, test } from 'vitest'
import { at } from '#domain/time.ts'
import { latelyBegun, noteStart, noteStop, STARTS_KEY } from '../../src/compose/deaths.ts'
import { openTrader } from '../support/unheard.ts'

const NOW = at(1_700_000_000_000)
const MINUTE = 60_000

test.each<[what: string, kept: string | undefined, lately: readonly number[]]>([
  ['nothing was kept', undefined, []],
  ['the last five minutes count', JSON.stringify([NOW - 5 * MINUTE, NOW - 5 * MINUTE + 1, NOW - 1]), [NOW - 5 * MINUTE + 1, NOW - 1]],
  ['a clock that was set back knows nothing of what is after it', JSON.stringify([NOW - 1, NOW + 1]), [NOW - 1]],
  ['what is no list says nothing', '"once"', []],
])('starts that no stop followed: %s', (_, kept, lately) => {
  expect(latelyBegun(kept, NOW)).toEqual(lately)
})

describe('a start', () => {
  const started = (deaths: number, mode: 'running' | 'paused' | 'halted' = 'running') => {
    const { engine, records } = openTrader()
    engine.trader.mode = mode
    const starts = Array.from({ length: deaths }, (_, index) => NOW - 3 * MINUTE + index)
    const told = noteStart(engine, records, starts, NOW, NOW)
    return {
      mode: engine.trader.mode,
      told,
      settings: Object.fromEntries(records.take().rest.settings.map(({ key, value }) => [key, value])),
    }
  }

  test('after two deaths goes on as it was, and is written down', () => {
    expect(started(2)).toEqual({
      mode: 'running',
      told: null,
      settings: { [STARTS_KEY]: JSON.stringify([NOW - 3 * MINUTE, NOW - 3 * MINUTE + 1, NOW]) },
    })
  })

  test.each(['running', 'paused'] as const)('after three comes up in reduce where it was %s, for good, and says why', mode => {
    const { mode: now, told, settings } = started(3, mode)
    expect(now).toBe('reduced')
    expect(told).toMatch(/died 3 times within five minutes/)
    expect(settings['mode']).toBe('reduced')
  })

  test('does not loosen what is halted', () => {
    const { mode, told } = started(4, 'halted')
    expect([mode, told]).toEqual(['halted', null])
  })

  test('that was stopped as one does is no death', () => {
    const { records } = openTrader()
    noteStop(records)
    expect(records.take().rest.settings).toEqual([{ key: STARTS_KEY, value: null }])
  })
})
