/** The life of an order, as one table, and what no sequence of events can do to it. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isFinal, type OrderEvent, type OrderStatus, transition } from '#domain/order.ts'

// A row: the status before. A column: what is heard. A cell: the status after; a dot: this cannot be.
const TABLE = `
                accepted       partly_filled  filled     cancelled  expired    rejected   no_answer      not_found
  sending       open           partly_filled  filled     cancelled  expired    rejected   unknown        absent
  unknown       open           partly_filled  filled     cancelled  expired    rejected   unknown        absent
  open          open           partly_filled  filled     cancelled  expired    .          open           .
  partly_filled partly_filled  partly_filled  filled     cancelled  expired    .          partly_filled  .
  filled        filled         filled         filled     .          .          .          filled         .
  cancelled     cancelled      cancelled      cancelled  cancelled  .          .          cancelled      .
  expired       expired        expired        expired    .          expired    .          expired        .
  rejected      .              .              .          .          .          rejected   rejected       .
  absent        absent         absent         absent     .          .          .          absent         absent
`
const [head, ...rows] = TABLE.trim()
  .split('\n')
  .map(line => line.trim().split(/\s+/))
const events = head as OrderEvent[]
const statuses = rows.map(([status]) => status as OrderStatus)

describe.each(rows.map(([status, ...after]) => ({ status: status as OrderStatus, after })))('$status', ({ status, after }) => {
  test.each(events.map((event, column) => ({ event, becomes: after[column]! })))('$event: $becomes', ({ event, becomes }) => {
    expect(transition(status, event)).toBe(becomes === '.' ? null : becomes)
  })
})

test('final: filled, cancelled, expired, rejected, absent', () => {
  expect(statuses.filter(isFinal)).toEqual(['filled', 'cancelled', 'expired', 'rejected', 'absent'])
  expect(statuses).toHaveLength(9)
  expect(events).toHaveLength(8)
})

// How far an order has come. Asking about it again (`unknown`) is no step back from `sending`, and an answer is one forward from both.
const stage = (status: OrderStatus): number =>
  isFinal(status) ? 3 : { sending: 0, unknown: 0, open: 1, partly_filled: 2 }[status as 'sending' | 'unknown' | 'open' | 'partly_filled']

test('whatever is heard, in whatever order and however often: a final state is never left, and no order goes backward', () => {
  const heard = fc.array(fc.constantFrom(...events), { minLength: 1, maxLength: 12 }).chain(sequence => {
    // duplicates of what was heard, anywhere
    const doubled = [...sequence, ...sequence]
    return fc.shuffledSubarray(doubled, { minLength: sequence.length, maxLength: doubled.length })
  })
  fc.assert(
    fc.property(heard, sequence => {
      let status: OrderStatus = 'sending'
      let wrong = ''
      for (const event of sequence) {
        const next = transition(status, event)
        if (next === null) continue
        if (isFinal(status) && next !== status) wrong = `${status} was left for ${next} by ${event}`
        if (stage(next) < stage(status)) wrong = `${status} went back to ${next} by ${event}`
        status = next
      }
      expect(wrong).toBe('')
    }),
    { numRuns: 100_000 },
  )
})

test('hearing the same twice changes nothing the second time', () => {
  const changed = statuses.flatMap(status =>
    events.filter(event => {
      const once = transition(status, event)
      return once !== null && transition(once, event) !== once
    }),
  )
  expect(changed).toEqual([])
})
