/**
 * Cron expressions as pure arithmetic: the core asks when the next slot is, without a clock. Five fields (minute hour day month
 * weekday), UTC, as crontab(5): lists, ranges, steps; when day and weekday are both restricted (do not begin with a star), either may match.
 */
import { dateParts } from './time.ts'

/** A parsed cron expression: for each field the values at which it fires. */
export interface Schedule {
  readonly text: string
  readonly minutes: ReadonlySet<number>
  readonly hours: ReadonlySet<number>
  readonly days: ReadonlySet<number>
  readonly months: ReadonlySet<number>
  readonly weekdays: ReadonlySet<number>
  readonly eitherDay: boolean
}

function field(text: string, from: number, to: number, whole: string): Set<number> {
  const values = new Set<number>()
  for (const part of text.split(',')) {
    const match = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part)
    if (match === null) throw new RangeError(`"${whole}" is not a cron expression: "${part}" is not a number, range, list or step`)
    const [, low, high, step] = match
    const first = low === undefined ? from : Number(low)
    const last = high !== undefined ? Number(high) : low !== undefined && step === undefined ? first : to
    const by = step === undefined ? 1 : Number(step)
    if (first < from || last > to || first > last || by < 1)
      throw new RangeError(`"${whole}" is not a cron expression: "${part}" is outside ${from}-${to}`)
    for (let value = first; value <= last; value += by) values.add(value)
  }
  return values
}

/** Reads a five-field cron expression. Throws RangeError naming the part that is wrong. */
export function parseSchedule(text: string): Schedule {
  const fields = text.trim().split(/\s+/)
  if (fields.length !== 5)
    throw new RangeError(`"${text}" is not a cron expression: five fields are needed (minute hour day month weekday)`)
  const [minute, hour, day, month, weekday] = fields as [string, string, string, string, string]
  const weekdays = field(weekday, 0, 7, text)
  if (weekdays.has(7)) weekdays.add(0)
  return {
    text,
    minutes: field(minute, 0, 59, text),
    hours: field(hour, 0, 23, text),
    days: field(day, 1, 31, text),
    months: field(month, 1, 12, text),
    weekdays,
    eitherDay: !day.startsWith('*') && !weekday.startsWith('*'),
  }
}

const MINUTE = 60_000
const HOUR = 3_600_000
const DAY = 86_400_000
// 29 February on a given weekday may be 40 years away
const FARTHEST = 41 * 366 * DAY

/** The first slot at or after an instant (UTC milliseconds). Throws RangeError when the schedule never fires, such as on 31 February. */
export function nextSlot(schedule: Schedule, from: number): number {
  let time = Math.ceil(from / MINUTE) * MINUTE
  for (const end = time + FARTHEST; time <= end; ) {
    const { month, day, weekday, hour, minute } = dateParts(time)
    const onDay = schedule.days.has(day)
    const onWeekday = schedule.weekdays.has(weekday)
    if (!schedule.months.has(month) || !(schedule.eitherDay ? onDay || onWeekday : onDay && onWeekday)) {
      time = (Math.floor(time / DAY) + 1) * DAY
    } else if (!schedule.hours.has(hour)) {
      time = (Math.floor(time / HOUR) + 1) * HOUR
    } else if (!schedule.minutes.has(minute)) {
      time += MINUTE
    } else return time
  }
  throw new RangeError(`the schedule "${schedule.text}" never fires`)
}

// The largest step from one value of a field to the next, round its end.
function widest(values: ReadonlySet<number>, count: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return Math.max(...sorted.map((value, place) => (sorted[place + 1] ?? sorted[0]! + count) - value))
}

// 31 days, and a month that has none of those named
const MONTHLY = 62
const YEARLY = 366
// 29 February
const LEAP = 8 * 366

function daysApart({ days, months, weekdays, eitherDay }: Schedule): number {
  const byDay = days.size < 31
  const byWeekday = [0, 1, 2, 3, 4, 5, 6].some(weekday => !weekdays.has(weekday))
  const late = byDay && Math.min(...days) > 28
  if (byDay && byWeekday && !eitherDay) return late || months.size < 12 ? FARTHEST / DAY : 2 * YEARLY
  if (months.size < 12) return late ? LEAP : YEARLY
  const week = widest(new Set([...weekdays].filter(weekday => weekday < 7)), 7)
  if (byDay && byWeekday) return Math.min(MONTHLY, week)
  return byDay ? MONTHLY : byWeekday ? week : 0
}

/** No two slots that follow each other lie farther apart than this (milliseconds): a bound, mostly near the truth. */
export function longestWait(schedule: Schedule): number {
  const { hours, minutes } = schedule
  return daysApart(schedule) * DAY + (hours.size < 24 ? widest(hours, 24) * HOUR : 0) + widest(minutes, 60) * MINUTE
}
