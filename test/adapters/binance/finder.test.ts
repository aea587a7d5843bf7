/** What is asked of Binance about orders that are looked for side by side, on a clock that the test drives. */
import { describe, expect, test } from 'vitest'
import { type Account, MOST_ORDERS, MOST_TRADES } from '#adapters/binance/account.ts'
import { Book } from '#adapters/binance/book.ts'
import { BinanceFault, NO_SUCH_ORDER, NO_SUCH_SYMBOL } from '#adapters/binance/faults.ts'
import { Finder } from '#adapters/binance/finder.ts'
import { type Report, reportOfOrder, type Trade, tradeOf } from '#adapters/binance/reports.ts'
import { ServerClock } from '#adapters/binance/server-clock.ts'
import { quantity, zero } from '#domain/money.ts'
import type { Order, OrderStatus, OrderUpdate } from '#domain/order.ts'
import { at, type Time } from '#domain/time.ts'
import { DrivenClock } from '../../support/binance/driven.ts'
import { orderOf } from '../../support/exchange.ts'

const STEP_MS = 50
/** Answers that wait for one another are there after so many. */
const TURNS = 20
const DAY_MS = 86_400_000
const START = at(Date.UTC(2026, 0, 10))
const OURS = 7
const THEIRS = 5

const orderFor = (text: string, status: OrderStatus, createdAt: number): Order => {
  const request = orderOf(text)
  return {
    id: request.id,
    intent: request.id,
    owner: 'test',
    purpose: 'exit',
    request,
    createdAt: createdAt as Time,
    reason: '',
    status,
    executed: zero(),
    quote: zero(),
    ending: '',
  }
}

const tradeAt = (id: number, orderId: number, time: number): Trade =>
  tradeOf({ symbol: 'BTCUSDC', id, orderId, price: '100', qty: '1', quoteQty: '100', commission: '0', commissionAsset: 'USDC', time })

const reportFor = (clientOrderId: string, orderId: number, time: number): Report =>
  reportOfOrder({ symbol: 'BTCUSDC', clientOrderId, orderId, side: 'SELL', status: 'FILLED', executedQty: '1', time, updateTime: time })

/** A finder over a part of an account, and what the trader is told. */
function openBed(account: Partial<Account>) {
  const clock = new DrivenClock(START)
  const serverClock = new ServerClock(clock, async () => clock.now())
  const troubles: string[] = []
  const book = new Book({ tag: 't1', clock, serverClock, trouble: text => expect.fail(text) })
  book.ready = true
  const told: OrderUpdate[] = []
  book.hear = updates => void told.push(...updates)
  const { signal } = new AbortController()
  const finder = new Finder({ book, account: account as Account, clock, signal, trouble: text => void troubles.push(text) })
  book.changed = tracked => void (tracked.followed.missing && finder.settle(tracked))
  return {
    book,
    troubles,
    find(text: string, status: OrderStatus, createdAt: number): void {
      void finder.find(book.add(orderFor(text, status, createdAt), createdAt as Time))
    },
    async pass(milliseconds: number): Promise<void> {
      for (let passed = 0; passed < milliseconds; passed += STEP_MS) {
        clock.advance(STEP_MS)
        for (let turn = 0; turn < TURNS; turn++) await Promise.resolve()
      }
    },
    told: (id: number) => told.filter(({ orderId }) => orderId === id).map(({ event }) => event),
  }
}

test('a trade proves that an order arrived, though one of the same symbol is looked for that is days old', async () => {
  const trades = Array.from({ length: MOST_TRADES }, (_, place) => tradeAt(place + 1, THEIRS, START - DAY_MS + place))
  trades.push(tradeAt(MOST_TRADES + 1, OURS, START + 100))
  const bed = openBed({
    async order(which) {
      if (!('exchangeId' in which)) throw new BinanceFault('refused', 'Order does not exist.', { code: NO_SUCH_ORDER })
      return which.exchangeId === OURS ? reportFor('rt-t1-2', OURS, START) : reportFor('theirs', THEIRS, START - DAY_MS)
    },
    // the oldest that an answer has room for
    async trades(which) {
      if ('exchangeId' in which) return trades.filter(({ exchangeId }) => exchangeId === which.exchangeId)
      const since = 'startTime' in which ? which.startTime : 0
      return trades.filter(({ time }) => time >= since).slice(0, MOST_TRADES)
    },
  })
  bed.find('1 SELL STOP_LOSS 1 stop 90', 'open', START - 3 * DAY_MS)
  bed.find('2 SELL MARKET 1', 'sending', START)
  await bed.pass(20_000)
  expect(bed.told(2)).toEqual(['accepted', 'filled'])
})

test('of many that stood for days and do not stand any more it is known at once how they ended', async () => {
  const bed = openBed({
    async order(which) {
      const clientId = 'clientId' in which ? which.clientId : expect.fail('asked by number')
      return reportOfOrder({ symbol: 'BTCUSDC', clientOrderId: clientId, orderId: OURS, side: 'SELL', status: 'CANCELED', time: START })
    },
    async orders() {
      return Array.from({ length: MOST_ORDERS }, (_, place) => reportFor('theirs', THEIRS + place, START - DAY_MS))
    },
  })
  const ids = Array.from({ length: 10 }, (_, place) => place + 1)
  for (const id of ids) bed.find(`${id} SELL STOP_LOSS 1 stop 90`, 'open', START - id * DAY_MS)
  await bed.pass(1_000)
  expect(ids.map(bed.told)).toEqual(ids.map(() => ['cancelled']))
})

describe('trades of an order whose symbol vanishes before they were told', () => {
  const gone = (): never => {
    throw new BinanceFault('refused', 'Invalid symbol.', { code: NO_SUCH_SYMBOL })
  }
  /** Binance says of it that 3 were traded, and one of the three trades came. Its symbol is there again after so many questions. */
  function openVanished(text: string, { ended = false, until = Number.POSITIVE_INFINITY } = {}) {
    let asked = 0
    const bed = openBed({
      async trades() {
        return ++asked <= until ? gone() : [0, 1, 2].map(place => tradeAt(place + 1, OURS, START + place))
      },
    })
    const order = orderFor(text, ended ? 'expired' : 'open', START)
    const tracked = ended ? bed.book.addEnded(order, START) : bed.book.add(order, START)
    const status = ended ? 'EXPIRED' : 'FILLED'
    bed.book.heard({ ...reportFor('rt-t1-1', OURS, START), status, executed: quantity('3') })
    bed.book.heardTrades(tracked, [tradeAt(1, OURS, START)])
    return { ...bed, asked: () => asked }
  }
  const TOLD =
    'Binance has BTCUSDC no more and did not tell all trades of order rt-t1-1 (SELL BTCUSDC). Those that are known are kept: compare what is held with the account.'

  test('are asked for no more once that is sure, and told; the one that is known is kept', async () => {
    const bed = openVanished('1 SELL LIMIT 3 at 100')
    await bed.pass(14_000)
    expect([bed.told(1), bed.troubles]).toEqual([[], []])
    await bed.pass(16_000)
    expect(bed.told(1)).toEqual(['partly_filled', 'cancelled'])
    expect(bed.troubles).toEqual([TOLD])
    const asked = bed.asked()
    await bed.pass(60_000)
    expect(bed.asked()).toBe(asked)
  })

  test('of one that had ended: so too', async () => {
    const bed = openVanished('1 SELL LIMIT 3 at 100', { ended: true })
    await bed.pass(60_000)
    expect(bed.told(1)).toEqual(['partly_filled'])
    expect(bed.troubles).toEqual([TOLD])
    expect(bed.asked()).toBeLessThan(10)
  })

  test('come, where the symbol was gone for an instant only', async () => {
    const bed = openVanished('1 SELL LIMIT 3 at 100', { until: 2 })
    await bed.pass(60_000)
    expect(bed.told(1)).toEqual(['partly_filled', 'partly_filled', 'filled'])
    expect(bed.troubles).toEqual([])
  })
})
