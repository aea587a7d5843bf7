/** Time by arithmetic: bars of every timeframe, and dates against the calendar of the machine. */
import * as fc from 'fast-check'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { at, dateParts, formatTime, isTimeframe, lengthOf, openOf, type Time, timeframes } from '#domain/time.ts'

const utc = (text: string): number => Date.parse(`${text}Z`)

test('a time is no bare number', () => {
  expectTypeOf(at(5)).toEqualTypeOf<Time>()
  // @ts-expect-error a number has to be marked
  const time: Time = 5
  expect(time).toBe(5)
})

test('timeframes: shortest first, by their names on Binance', () => {
  expect(timeframes).toEqual(['1m', '3m', '5m', '15m', '30m', '1h', '2h', '4h', '6h', '8h', '12h', '1d', '3d', '1w'])
  const lengths = timeframes.map(lengthOf)
  expect(lengths).toEqual(lengths.toSorted((a, b) => a - b))
  expect(lengthOf('4h')).toBe(14_400_000)
  for (const text of ['1M', '1s', '7m', '', 'toString', '1H']) expect(isTimeframe(text)).toBe(false)
  expect(isTimeframe('1w')).toBe(true)
})

describe('the bar in which an instant lies', () => {
  test.each([
    ['1m', '2023-01-05T10:31:59.999', '2023-01-05T10:31:00'],
    ['15m', '2023-01-05T10:31:00', '2023-01-05T10:30:00'],
    ['4h', '2023-01-05T11:59:59', '2023-01-05T08:00:00'],
    ['4h', '2023-01-05T12:00:00', '2023-01-05T12:00:00'],
    ['12h', '2023-01-05T11:59:59', '2023-01-05T00:00:00'],
    ['1d', '2023-01-05T23:59:59.999', '2023-01-05T00:00:00'],
    // weeks begin on Monday
    ['1w', '2023-01-08T23:59:59.999', '2023-01-02T00:00:00'],
    ['1w', '2023-01-09T00:00:00', '2023-01-09T00:00:00'],
    ['1w', '1970-01-01T00:00:00', '1969-12-29T00:00:00'],
  ] as const)('%s: %s opens at %s', (timeframe, instant, open) => {
    expect(openOf(utc(instant), timeframe)).toBe(utc(open))
  })

  test('it begins at or before the instant, ends after it, and its own open is its open', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: utc('2100-01-01T00:00:00') }), fc.constantFrom(...timeframes), (instant, timeframe) => {
        const open = openOf(instant, timeframe)
        expect(open <= instant && instant < open + lengthOf(timeframe)).toBe(true)
        expect(openOf(open, timeframe)).toBe(open)
        expect(openOf(open + lengthOf(timeframe), timeframe)).toBe(open + lengthOf(timeframe))
      }),
      { numRuns: 5000 },
    )
  })
})

describe('dates', () => {
  test.each([
    ['1970-01-01T00:00:00', 4],
    ['1999-12-31T23:59:59', 5],
    ['2000-02-29T12:00:00', 2],
    ['2024-02-29T00:00:00', 4],
    ['2100-02-28T23:59:00', 0],
    ['2100-03-01T00:00:00', 1],
    ['1969-12-31T23:59:59', 3],
  ])('%s falls on weekday %i', (text, weekday) => {
    const [year, month, day, hour, minute] = text.split(/[-T:]/).map(Number)
    expect(dateParts(utc(text))).toEqual({ year, month, day, weekday, hour, minute })
  })

  test('as the machine has them, 1970 to 2100', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: utc('2100-12-31T23:59:59') }), time => {
        const date = new Date(time)
        const { year, month, day, weekday, hour, minute } = dateParts(time)
        const own = [year, month, day, weekday, hour, minute].join(' ')
        const theirs = [
          date.getUTCFullYear(),
          date.getUTCMonth() + 1,
          date.getUTCDate(),
          date.getUTCDay(),
          date.getUTCHours(),
          date.getUTCMinutes(),
        ].join(' ')
        expect(own).toBe(theirs)
        expect(formatTime(time)).toBe(date.toISOString().slice(0, 16).replace('T', ' '))
      }),
      { numRuns: 20_000 },
    )
  })

  test('every day of 131 years', () => {
    const wrong: string[] = []
    for (let time = 0; time < utc('2101-01-01T00:00:00'); time += 86_400_000) {
      const { year, month, day } = dateParts(time)
      if (Date.UTC(year, month - 1, day) !== time) wrong.push(`${formatTime(time)} is ${new Date(time).toISOString()}`)
    }
    expect(wrong).toEqual([])
  })
})
