/** What the trader is told of what Binance says of one order: in any order, more than once, or with parts of it missing. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Followed } from '#adapters/binance/following.ts'
import { type Report, reportOfEvent, reportOfOrder } from '#adapters/binance/reports.ts'
import { add, format, type Quantity, zero } from '#domain/money.ts'
import { type OrderStatus, type OrderUpdate, transition } from '#domain/order.ts'
import { orderOf } from '../../support/exchange.ts'

/** An executionReport from its words: "NEW", "TRADE 11 1/3" (trade 11 of 1, 3 in all), "CANCELED 3 REASON", "FILLED 12 1/2". */
function reportOf(text: string, more: object = {}): Report {
  const [status, ...rest] = text.split(' ')
  const traded = rest[1]?.includes('/') === true
  const [last, all] = traded ? rest[1]!.split('/') : ['0', rest[0] ?? '0']
  return reportOfEvent({
    e: 'executionReport',
    s: 'BTCUSDC',
    c: 'rt-t1-1',
    S: 'BUY',
    C: '',
    x: traded ? 'TRADE' : status,
    X: status === 'TRADE' ? 'PARTIALLY_FILLED' : status,
    r: 'NONE',
    eR: traded ? 'NONE' : (rest[1] ?? 'NONE'),
    i: 500,
    t: traded ? Number(rest[0]) : -1,
    L: '100',
    l: last,
    z: all,
    Y: String(100 * Number(last)),
    n: '0',
    N: null,
    m: false,
    T: 1000,
    O: 1000,
    ...more,
  })
}

const words = ({ event, fill, reason }: OrderUpdate): string =>
  [event, ...(fill === null ? [] : [`#${fill.tradeId} ${format(fill.quantity)}`]), ...(reason === '' ? [] : [`(${reason})`])].join(' ')

const followed = (order = '1 BUY LIMIT 3 at 100', pairedWith = 0): Followed => new Followed(orderOf(order, pairedWith), zero(), false)

describe('a sequence of reports', () => {
  test.each([
    ['NEW | TRADE 11 1/1 | TRADE 12 1/2 | FILLED 13 1/3', 'accepted | partly_filled #11 1 | partly_filled #12 1 | filled #13 1'],
    // the answer comes late
    ['TRADE 11 1/1 | NEW | FILLED 12 2/3', 'partly_filled #11 1 | filled #12 2'],
    ['NEW | NEW | FILLED 11 3/3 | FILLED 11 3/3', 'accepted | filled #11 3'],
    // a trade is missing: those after it wait
    ['NEW | TRADE 12 1/2', 'accepted'],
    ['NEW | TRADE 12 1/2 | TRADE 11 1/1', 'accepted | partly_filled #11 1 | partly_filled #12 1'],
    ['FILLED 13 1/3 | TRADE 11 1/1 | TRADE 12 1/2', 'accepted | partly_filled #11 1 | partly_filled #12 1 | filled #13 1'],
    // an end is told after what was traded
    ['NEW | CANCELED 1 | TRADE 11 1/1', 'accepted | partly_filled #11 1 | cancelled'],
    ['NEW | TRADE 11 1/1 | CANCELED 1', 'accepted | partly_filled #11 1 | cancelled'],
    // an end by a query, which tells the sum alone
    ['NEW | TRADE 11 1/1 | FILLED 3', 'accepted | partly_filled #11 1'],
    // a trade that is told after the end
    ['NEW | CANCELED 0 | TRADE 11 1/1', 'accepted | cancelled | partly_filled #11 1'],
    [
      'NEW | TRADE 11 1/1 | EXPIRED 1 INSUFFICIENT_LIQUIDITY',
      'accepted | partly_filled #11 1 | expired (the order book had too little volume)',
    ],
    ['EXPIRED 0 UNFILLED_FOK_ORDER_EXPIRED', 'expired (it could not be filled whole)'],
    ['EXPIRED_IN_MATCH 0', 'expired (it would have met another order of this account)'],
    ['EXPIRED 0 SOMETHING_NEW', 'expired (Binance says SOMETHING_NEW)'],
    ['EXPIRED 0', 'expired (it expired on Binance)'],
    ['REJECTED 0', 'rejected (Binance rejected it)'],
    // what stood cannot have been refused
    ['NEW | REJECTED 0', 'accepted | expired (Binance rejected it)'],
    ['NEW | REPLACED 0 | PENDING_CANCEL 0 | A_WORD_OF_TOMORROW 0', 'accepted'],
    ['NEW | CANCELED 0 | CANCELED 0', 'accepted | cancelled'],
  ])('%s', (said, told) => {
    const order = followed()
    const updates = said.split(' | ').flatMap(text => order.hear(reportOf(text)))
    expect(updates.map(words).join(' | ')).toBe(told)
  })

  test('the other order of a pair ends as reached, said or not', () => {
    for (const text of ['EXPIRED 0 OCO_TRIGGER', 'EXPIRED 0']) {
      const updates = followed('1 SELL STOP_LOSS 3 stop 95', 2).hear(reportOf(text))
      expect(updates.map(words)).toEqual(['expired (the other order of the pair was reached)'])
    }
  })

  describe('a stop that Binance ends', () => {
    const TAKEN_OFF = 'expired (the exchange took it back by itself)'
    const stop = '1 SELL STOP_LOSS 3 stop 95'
    const working = { w: true, W: 1001 }
    const told = (order: Followed, ...reports: readonly Report[]): string =>
      reports
        .flatMap(report => order.hear(report))
        .map(words)
        .join(' | ')
    const byQuery = (fields: object): Report =>
      reportOfOrder({
        symbol: 'BTCUSDC',
        orderId: 500,
        clientOrderId: 'rt-t1-1',
        side: 'SELL',
        status: 'EXPIRED',
        executedQty: '0',
        ...fields,
      })

    test.each(['EXPIRED 0 EXCHANGE_CANCELED', 'EXPIRED 0'])('before it was reached was taken back (%s)', text => {
      expect(told(followed(stop), reportOf('NEW'), reportOf(text))).toBe(`accepted | ${TAKEN_OFF}`)
    })

    test.each([
      ['EXPIRED 0 INSUFFICIENT_LIQUIDITY', 'expired (the order book had too little volume)'],
      ['EXPIRED 0 EXCHANGE_CANCELED', 'expired (Binance cancelled it)'],
      ['EXPIRED 0', 'expired (it expired on Binance)'],
    ])('after it was reached was not (%s)', (text, end) => {
      expect(told(followed(stop), reportOf('NEW'), reportOf(text, { W: 1001 }))).toBe(`accepted | ${end}`)
      // what was said of it before counts too
      expect(told(followed(stop), reportOf('NEW', working), reportOf(text))).toBe(`accepted | ${end}`)
    })

    test('by a query it is the time from which it worked that tells', () => {
      expect(told(followed(stop), byQuery({ workingTime: -1, isWorking: false }))).toBe(TAKEN_OFF)
      expect(told(followed(stop), byQuery({ workingTime: -1, isWorking: false, expiryReason: 'EXCHANGE_CANCELED' }))).toBe(TAKEN_OFF)
      expect(told(followed(stop), byQuery({ workingTime: 1001, isWorking: true }))).toBe('expired (it expired on Binance)')
      // where nothing is said of it, it may have been reached
      expect(told(followed(stop), byQuery({}))).toBe('expired (it expired on Binance)')
    })

    test('both orders of a pair: each was taken back, and a stop that had been reached is nothing that its pair ended', () => {
      expect(told(followed(stop, 2), reportOf('EXPIRED 0 EXCHANGE_CANCELED'))).toBe(TAKEN_OFF)
      expect(told(followed('1 SELL LIMIT_MAKER 3 at 110', 2), reportOf('EXPIRED 0 EXCHANGE_CANCELED', working))).toBe(TAKEN_OFF)
      expect(told(followed(stop, 2), reportOf('EXPIRED 0', { W: 1001 }))).toBe('expired (it expired on Binance)')
    })
  })

  test('no answer is told while nothing else is known', () => {
    const order = followed()
    expect(order.unanswered(zero as never).map(words)).toEqual(['no_answer'])
    order.hear(reportOf('NEW'))
    expect(order.unanswered(zero as never)).toEqual([])
  })
})

describe('after a start', () => {
  const before = (booked: string): Followed => {
    const { executed } = reportOf(`TRADE 1 ${booked}/${booked}`)
    return new Followed(orderOf('1 BUY LIMIT 3 at 100'), executed, true)
  }
  const trades = (...texts: string[]) => texts.flatMap(text => reportOf(text).trades)

  test('what was booked is not told again', () => {
    const order = before('2')
    expect(order.hear(reportOf('PARTIALLY_FILLED 2'))).toEqual([])
    expect(order.missing).toBe(true)
    expect(order.hearTrades(trades('TRADE 12 1/2', 'TRADE 11 1/1'), 0 as never)).toEqual([])
    expect(order.missing).toBe(false)
    expect(order.hear(reportOf('FILLED 13 1/3')).map(words)).toEqual(['filled #13 1'])
  })

  test('what came while nobody listened is told', () => {
    const order = before('1')
    expect(order.hear(reportOf('FILLED 3'))).toEqual([])
    expect(order.hearTrades(trades('TRADE 11 1/1', 'TRADE 12 2/3'), 0 as never).map(words)).toEqual(['filled #12 2'])
  })

  test('a trade that is not known to be new waits for all before it', () => {
    const order = before('1')
    expect(order.hear(reportOf('TRADE 12 1/2'))).toEqual([])
    expect(order.hearTrades(trades('TRADE 11 1/1', 'TRADE 12 1/2'), 0 as never).map(words)).toEqual(['partly_filled #12 1'])
  })
})

describe('whatever the order and however often', () => {
  // The whole life of an order of 6: parts, then one of the ends.
  const life = fc
    .record({
      parts: fc.array(fc.constantFrom(1, 2, 3), { minLength: 0, maxLength: 6 }),
      end: fc.constantFrom('CANCELED', 'EXPIRED', 'EXPIRED_IN_MATCH', 'FILLED'),
    })
    .map(({ parts, end }) => {
      const total = parts.reduce((sum, part) => sum + part, 0)
      let sum = 0
      const reports = ['NEW']
      for (const [index, part] of parts.entries()) {
        sum += part
        const last = end === 'FILLED' && sum === total
        reports.push(`${last ? 'FILLED' : 'TRADE'} ${11 + index} ${part}/${sum}`)
      }
      if (end !== 'FILLED' || total === 0) reports.push(`${end === 'FILLED' ? 'CANCELED' : end} ${sum}`)
      return reports
    })
  const heard = life.chain(reports =>
    fc.tuple(
      fc.constant(reports),
      fc
        .tuple(fc.shuffledSubarray(reports, { minLength: reports.length }), fc.array(fc.constantFrom(...reports), { maxLength: 6 }))
        .chain(([all, again]) => fc.shuffledSubarray([...all, ...again], { minLength: all.length + again.length })),
    ),
  )

  interface Final {
    readonly status: OrderStatus
    readonly executed: Quantity
    readonly trades: readonly number[]
  }

  function finalOf(reports: readonly string[]): Final {
    const order = followed('1 BUY LIMIT 18 at 100')
    let status: OrderStatus = 'sending'
    let executed = zero<Quantity>()
    const trades: number[] = []
    for (const update of reports.flatMap(text => order.hear(reportOf(text)))) {
      const next = transition(status, update.event)
      if (next === null) throw new Error(`${status} was told to be ${update.event}`)
      status = next
      if (update.fill === null) continue
      executed = add(executed, update.fill.quantity)
      trades.push(update.fill.tradeId)
    }
    return { status, executed, trades }
  }

  test('the end is the same: state, quantity, and each trade once', () => {
    fc.assert(
      fc.property(heard, ([inOrder, anyhow]) => {
        const [one, other] = [finalOf(inOrder), finalOf(anyhow)]
        expect({ ...other, trades: other.trades.toSorted((a, b) => a - b) }).toEqual(one)
        expect(new Set(other.trades).size).toBe(other.trades.length)
      }),
      { numRuns: 2_000 },
    )
  })
})
