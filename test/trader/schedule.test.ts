/** A schedule never adds a decision: of the candles due at one slot only the newest may enter, exits of the older ones pass. */
import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineStrategy, enter, exit, sma } from '#strategy'
import { lines, owner, play, quiet } from '../support/desk.ts'

const four = { schedule: '0 */4 * * *', bars: quiet(14) }

test.each([
  {
    name: 'hourly candles, decided every four hours: the newest enters, an older one is late',
    scene: { ...four, says: { 1: enter({ reason: 'old' }), 3: enter({ reason: 'new' }) } },
    story: `
      2 no enter: late_candle
      4 bought 10 at 100`,
  },
  {
    name: 'an exit of an older candle passes, at the slot',
    scene: { ...four, says: { 3: enter({ reason: 'new' }), 5: exit({ reason: 'out' }) } },
    story: `
      4 bought 10 at 100
      8 sold 10 at 100: out
      8 closed 0: out`,
  },
  {
    name: 'an exit of an older candle and an entry of the newest at one slot: it leaves, and does not enter while it leaves',
    scene: {
      ...four,
      says: {
        3: enter({ reason: 'new' }),
        5: exit({ reason: 'out' }),
        7: enter({ reason: 'in' }),
        9: enter({ reason: 'old' }),
        11: enter({ reason: 'in' }),
      },
    },
    story: `
      4 bought 10 at 100
      8 sold 10 at 100: out
      8 closed 0: out
      10 no enter: late_candle
      12 bought 10 at 100`,
  },
  {
    name: 'an exit while flat is nothing, also where an entry of the newest candle follows at the same slot',
    scene: { ...four, says: { 1: exit({ reason: 'no' }), 3: enter({ reason: 'new' }) } },
    story: '4 bought 10 at 100',
  },
  {
    name: 'the stop does not wait for the slot; the candle of the slot may enter again when another one stopped it out',
    scene: {
      ...four,
      bars: [...quiet(5), '100 101 90 91', ...quiet(8)],
      says: { 3: enter({ reason: 'new', stopLoss: 95 }), 5: enter({ reason: 'old' }), 7: enter({ reason: 'new' }) },
    },
    story: `
      4 bought 10 at 100
      4 stop 95 for 10
      5+ sold 10 at 95: stop loss
      5+ closed -50: stop loss
      6 no enter: late_candle
      8 bought 10 at 100`,
  },
])('$name', ({ scene, story }) => {
  expect(play(scene).log).toEqual(lines(story))
})

test('a strategy of four-hour candles trades on hourly bars', () => {
  const { log } = play({
    timeframe: '4h',
    bars: [...quiet(5), '100 101 90 91', ...quiet(8)],
    says: { 0: enter({ reason: 'go', stopLoss: 95 }), 1: enter({ reason: 'again' }), 2: enter({ reason: 'again' }) },
  })
  expect(log).toEqual(
    lines(`
      4 bought 10 at 100
      4 stop 95 for 10
      5+ sold 10 at 95: stop loss
      5+ closed -50: stop loss
      8 no enter: stopped_out_in_this_candle
      12 bought 10 at 100`),
  )
})

// eight candles arrive before the first of them is decided on: what is read far back is theirs to wait for
test.each([28, 60])('what lies %i candles back is the same however many candles wait for their slot', back => {
  const seen: string[] = []
  const far = defineStrategy({
    title: 'Far back',
    lookback: back,
    schedule: '0 */8 * * *',
    params: z.object({}),
    indicators: () => ({ average: sma(2) }),
    decide({ candle, average }) {
      seen.push(`${candle.close}: ${average.ago(back)}`)
      return null
    },
  })
  const bars = Array.from({ length: 80 }, (_, i) => `${100 + i} ${101 + i} ${99 + i} ${100 + i}`)
  play({ bars, owners: [owner('far', far)] })
  const right = new Set(bars.map((_, i) => `${100 + i}: ${i - back < 1 ? Number.NaN : 99.5 + i - back}`))
  expect(seen.filter(line => !right.has(line))).toEqual([])
  expect(new Set(seen).size).toBeGreaterThan(70)
})
