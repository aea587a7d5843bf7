/** Cron as arithmetic: what is read, what is refused, and the next slot against a search minute by minute. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { longestWait, nextSlot, parseSchedule } from '#domain/schedule.ts'
import { formatTime } from '#domain/time.ts'

const MINUTE = 60_000
const DAY = 86_400_000

describe('the next slot at or after an instant', () => {
  test.each([
    // schedule            from                        next
    ['* * * * *', '2023-01-05T10:30:00.000Z', '2023-01-05 10:30'],
    ['* * * * *', '2023-01-05T10:30:00.001Z', '2023-01-05 10:31'],
    ['0 */4 * * *', '2023-01-05T08:00:00.000Z', '2023-01-05 08:00'],
    ['0 */4 * * *', '2023-01-05T08:00:00.001Z', '2023-01-05 12:00'],
    ['0 */4 * * *', '2023-01-05T20:01:00.000Z', '2023-01-06 00:00'],
    ['*/15 * * * *', '2023-01-05T23:46:00.000Z', '2023-01-06 00:00'],
    ['5/20 * * * *', '2023-01-05T10:30:00.000Z', '2023-01-05 10:45'],
    ['10-12,40 6 * * *', '2023-01-05T06:11:30.000Z', '2023-01-05 06:12'],
    ['10-30/10 6 * * *', '2023-01-05T06:21:00.000Z', '2023-01-05 06:30'],
    ['0 0 1 * *', '2023-01-01T00:01:00.000Z', '2023-02-01 00:00'],
    ['0 0 31 * *', '2023-02-01T00:00:00.000Z', '2023-03-31 00:00'],
    ['0 0 29 2 *', '2023-03-01T00:00:00.000Z', '2024-02-29 00:00'],
    // 2100 is no leap year
    ['0 0 29 2 *', '2096-03-01T00:00:00.000Z', '2104-02-29 00:00'],
    ['59 23 31 12 *', '2023-12-31T23:59:01.000Z', '2024-12-31 23:59'],
    // 0 and 7 are Sunday; 2023-01-08 is one
    ['0 12 * * 0', '2023-01-05T00:00:00.000Z', '2023-01-08 12:00'],
    ['0 12 * * 7', '2023-01-05T00:00:00.000Z', '2023-01-08 12:00'],
    ['0 12 * * 5-7', '2023-01-07T13:00:00.000Z', '2023-01-08 12:00'],
    ['0 0 * * 1-5', '2023-01-07T00:00:00.000Z', '2023-01-09 00:00'],
    // both days restricted: either will do (crontab(5)); the 13th or a Friday
    ['0 0 13 * 5', '2023-01-05T00:00:00.000Z', '2023-01-06 00:00'],
    ['0 0 13 * 5', '2023-02-11T00:00:00.000Z', '2023-02-13 00:00'],
    // a field that begins with a star is not restricted (crontab(5)): both have to hold
    ['0 0 */2 * 1', '2023-01-03T00:00:00.000Z', '2023-01-09 00:00'],
    ['0 0 13 * */5', '2023-01-05T00:00:00.000Z', '2023-01-13 00:00'],
    ['  0   8  *  *  *  ', '2023-01-05T00:00:00.000Z', '2023-01-05 08:00'],
  ])('%s from %s', (schedule, from, next) => {
    expect(formatTime(nextSlot(parseSchedule(schedule), Date.parse(from)))).toBe(next)
  })

  test.each(['0 0 30 2 *', '0 0 31 2,4,6,9,11 *'])('"%s" never fires, and says so', schedule => {
    expect(() => nextSlot(parseSchedule(schedule), Date.parse('2023-01-01'))).toThrow(`the schedule "${schedule}" never fires`)
  })
})

test.each([
  ['', 'five fields are needed'],
  ['* * * *', 'five fields are needed'],
  ['* * * * * *', 'five fields are needed'],
  ['@daily', 'five fields are needed'],
  ['60 * * * *', '"60" is outside 0-59'],
  ['* 24 * * *', '"24" is outside 0-23'],
  ['* * 0 * *', '"0" is outside 1-31'],
  ['* * 32 * *', '"32" is outside 1-31'],
  ['* * * 13 *', '"13" is outside 1-12'],
  ['* * * 0 *', '"0" is outside 1-12'],
  ['* * * * 8', '"8" is outside 0-7'],
  ['30-10 * * * *', '"30-10" is outside 0-59'],
  ['*/0 * * * *', '"*/0" is outside 0-59'],
  ['a * * * *', '"a" is not a number, range, list or step'],
  ['* * * JAN *', '"JAN" is not a number, range, list or step'],
  ['1, * * * *', '"" is not a number, range, list or step'],
  ['-1 * * * *', '"-1" is not a number, range, list or step'],
  ['1.5 * * * *', '"1.5" is not a number, range, list or step'],
])('"%s" is refused: %s', (text, why) => {
  expect(() => parseSchedule(text)).toThrow(RangeError)
  expect(() => parseSchedule(text)).toThrow(why)
})

describe('against a search minute by minute', () => {
  const field = (from: number, to: number, star: number) =>
    fc.oneof(
      { weight: star, arbitrary: fc.constant('*') },
      { weight: 2, arbitrary: fc.integer({ min: from, max: to }).map(String) },
      { weight: 1, arbitrary: fc.integer({ min: 2, max: Math.max(2, Math.floor((to - from) / 2)) }).map(step => `*/${step}`) },
      {
        weight: 1,
        arbitrary: fc
          .tuple(fc.integer({ min: from, max: to }), fc.integer({ min: from, max: to }))
          .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
      },
      { weight: 1, arbitrary: fc.array(fc.integer({ min: from, max: to }), { minLength: 2, maxLength: 4 }).map(list => list.join(',')) },
    )

  // A second reading of the text, value by value, and of the calendar, by Date.
  const has = (text: string, value: number, from: number): boolean =>
    text.split(',').some(part => {
      const [range = '', step] = part.split('/')
      const [low, high] = range === '*' ? [from, 99] : range.split('-').map(Number)
      const last = high ?? (step === undefined ? low! : 99)
      return value >= low! && value <= last && (value - low!) % Number(step ?? 1) === 0
    })
  const fires = (text: string, time: number): boolean => {
    const [minute, hour, day, month, weekday] = text.split(' ') as [string, string, string, string, string]
    const date = new Date(time)
    // most minutes end here
    if (!has(minute, date.getUTCMinutes(), 0) || !has(hour, date.getUTCHours(), 0)) return false
    const onDay = has(day, date.getUTCDate(), 1)
    const onWeekday = has(weekday, date.getUTCDay(), 0) || (date.getUTCDay() === 0 && has(weekday, 7, 0))
    const either = !day.startsWith('*') && !weekday.startsWith('*')
    return has(month, date.getUTCMonth() + 1, 1) && (either ? onDay || onWeekday : onDay && onWeekday)
  }

  const instants = fc.integer({ min: 0, max: Date.parse('2100-12-31') })

  // What is wrong with the next slot of a schedule, or nothing.
  function wrongWith(text: string, from: number): string {
    const [, , day, month] = text.split(' ') as [string, string, string, string]
    let slot: number
    try {
      slot = nextSlot(parseSchedule(text), from)
    } catch {
      // only for a date that no year has: a 30th or 31st of short months
      return !day.startsWith('*') && month !== '*' ? '' : `"${text}" fires, but no slot was found`
    }
    if (!fires(text, slot)) return `"${text}" does not fire at ${new Date(slot).toISOString()}`
    if (slot % MINUTE !== 0 || slot < from) return `${slot} is no minute at or after ${from}`
    const end = Math.min(slot, from + 10 * DAY)
    for (let time = Math.ceil(from / MINUTE) * MINUTE; time < end; time += MINUTE)
      if (fires(text, time)) return `"${text}" fires before, at ${new Date(time).toISOString()}`
    return ''
  }

  test('the slot fires, and none before it does (searched up to ten days)', () => {
    const schedules = fc
      .tuple(field(0, 59, 2), field(0, 23, 3), field(1, 31, 6), field(1, 12, 9), field(0, 7, 6))
      .map(fields => fields.join(' '))
    fc.assert(
      fc.property(schedules, instants, (text, from) => {
        expect(wrongWith(text, from)).toBe('')
      }),
      { numRuns: 250 },
    )
  })

  const firesAtAll = (text: string): boolean => {
    try {
      return nextSlot(parseSchedule(text), 0) >= 0
    } catch {
      return false
    }
  }

  test('no two slots lie farther apart than the longest wait', () => {
    const schedules = fc
      .tuple(field(0, 59, 2), field(0, 23, 3), field(1, 31, 4), field(1, 12, 4), field(0, 7, 4))
      .map(fields => fields.join(' '))
      .filter(firesAtAll)
    fc.assert(
      fc.property(schedules, instants, (text, from) => {
        const schedule = parseSchedule(text)
        const wait = longestWait(schedule)
        let slot = nextSlot(schedule, from)
        for (let again = 0; again < 40; again++) {
          const next = nextSlot(schedule, slot + 1)
          expect(next - slot).toBeLessThanOrEqual(wait)
          slot = next
        }
      }),
      { numRuns: 300 },
    )
  })

  test.each([
    ['* * * * *', MINUTE],
    ['0 * * * *', 60 * MINUTE],
    ['0 */4 * * *', 5 * 60 * MINUTE],
    ['30 8 * * *', DAY + 60 * MINUTE],
    ['0 0 * * 1', 8 * DAY + 60 * MINUTE],
    ['0 0 1 * *', 63 * DAY + 60 * MINUTE],
  ])('the longest wait of %s is at most %i', (text, wait) => {
    expect(longestWait(parseSchedule(text))).toBe(wait)
  })

  test('a slot is its own next slot, and one minute on is a later one', () => {
    const schedule = parseSchedule('7,37 */6 * * 1-5')
    fc.assert(
      fc.property(instants, from => {
        const slot = nextSlot(schedule, from)
        expect(nextSlot(schedule, slot)).toBe(slot)
        expect(nextSlot(schedule, slot + 1)).toBeGreaterThan(slot)
      }),
    )
  })
})
