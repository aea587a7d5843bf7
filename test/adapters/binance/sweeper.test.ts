/** What the sweeper finds out where one symbol cannot be asked for: the others are looked at all the same, and nobody waits for ever. */
import { expect, test } from 'vitest'
import { type Account, MOST_TRADES } from '#adapters/binance/account.ts'
import { Book } from '#adapters/binance/book.ts'
import { BinanceFault, NO_SUCH_SYMBOL } from '#adapters/binance/faults.ts'
import { Finder } from '#adapters/binance/finder.ts'
import { reportOfOrder, tradeOf } from '#adapters/binance/reports.ts'
import { ServerClock } from '#adapters/binance/server-clock.ts'
import { Sweeper } from '#adapters/binance/sweeper.ts'
import { zero } from '#domain/money.ts'
import { LATE_KNOWN, type Order, type OrderStatus, type OrderUpdate } from '#domain/order.ts'
import { at } from '#domain/time.ts'
import { DrivenClock } from '../../support/binance/driven.ts'
import { orderOf } from '../../support/exchange.ts'

const START = at(Date.UTC(2026, 0, 10))
const STEP_MS = 50
const TURNS = 20
const GONE = 'GONEUSDC'

const orderFor = (id: number, symbol: string, status: OrderStatus): Order => ({
  id,
  intent: id,
  owner: 'test',
  purpose: 'protection',
  request: { ...orderOf(`${id} SELL STOP_LOSS 2 stop 90`), symbol },
  createdAt: START,
  reason: '',
  status,
  executed: zero(),
  quote: zero(),
  ending: '',
})

const refused = (): never => {
  throw new BinanceFault('refused', 'Invalid symbol.', { code: NO_SUCH_SYMBOL, status: 400 })
}

/** Two sold at 90 by an order of Binance's number. */
const soldBy = (symbol: string, orderId: number) =>
  tradeOf({ symbol, id: 5, orderId, price: '90', qty: '2', quoteQty: '180', commission: '0', commissionAsset: 'USDC', time: START })

/** How an order of BTC stands that has filled, by our number and Binance's. */
const filled = (id: number, orderId = id) =>
  reportOfOrder({
    symbol: 'BTCUSDC',
    clientOrderId: `rt-t1-${id}`,
    orderId,
    side: 'SELL',
    status: 'FILLED',
    executedQty: '2',
    time: START,
    updateTime: START,
  })

/** Two stops stand, one of a symbol that Binance does not have any more; of the other nothing was heard, and it has filled. */
function openBed(account: Partial<Account>) {
  const clock = new DrivenClock(START)
  const serverClock = new ServerClock(clock, async () => clock.now())
  const troubles: string[] = []
  const trouble = (text: string): void => void troubles.push(text)
  const book = new Book({ tag: 't1', clock, serverClock, trouble })
  book.ready = true
  const told: OrderUpdate[] = []
  book.hear = updates => void told.push(...updates)
  const { signal } = new AbortController()
  const asked: Account = {
    ...({} as Account),
    openOrders: async symbol => (symbol === GONE ? refused() : []),
    order: async ({ symbol }) => (symbol === GONE ? refused() : filled(2, 8)),
    trades: async ({ symbol }) => (symbol === GONE ? refused() : [soldBy(symbol, 8)]),
    ...account,
  }
  const finder = new Finder({ book, account: asked, clock, signal, trouble })
  const sweeper = new Sweeper({ book, finder, account: asked, clock, serverClock, signal, trouble })
  book.changed = tracked => void (tracked.followed.missing && finder.settle(tracked))
  for (const order of [orderFor(1, GONE, 'open'), orderFor(2, 'BTCUSDC', 'open')]) book.add(order, START)
  return {
    book,
    finder,
    sweeper,
    troubles,
    events: (id: number) => told.filter(({ orderId }) => orderId === id).map(({ event, reason }) => `${event} ${reason}`.trim()),
    async pass(milliseconds: number): Promise<void> {
      for (let passed = 0; passed < milliseconds; passed += STEP_MS) {
        clock.advance(STEP_MS)
        for (let turn = 0; turn < TURNS; turn++) await Promise.resolve()
      }
    },
  }
}

test('a symbol that is no more: the fill of another is found, and its own order ends', async () => {
  const bed = openBed({})
  const run = bed.sweeper.run()
  await bed.pass(60_000)
  expect(bed.events(2)).toEqual(['filled'])
  expect(bed.events(1)).toEqual(['cancelled Binance does not know this order any more'])
  expect(bed.troubles).toEqual([])
  void run
})

test('trades of a symbol that is no more keep nobody from those of another', async () => {
  const seen: string[] = []
  const bed = openBed({
    trades: async ({ symbol }) => {
      if (symbol === GONE) return refused()
      seen.push(symbol)
      return []
    },
  })
  await bed.sweeper.sweep(true)
  await bed.sweeper.sweep(true)
  expect(seen.length).toBeGreaterThan(0)
  expect(bed.troubles).toEqual([])
})

test('a symbol that cannot be asked for just now: the others are looked at, and it is told once', async () => {
  const bed = openBed({
    openOrders: async symbol => {
      if (symbol === GONE) throw new BinanceFault('retry', 'Binance could not answer.')
      return []
    },
  })
  await bed.pass(STEP_MS)
  await bed.sweeper.sweep(false)
  await bed.sweeper.sweep(false)
  expect(bed.troubles).toEqual(['The orders on Binance could not be looked at; tried again. Binance could not answer.'])
  await bed.pass(2_000)
  expect(bed.events(2)).toEqual(['filled'])
})

test('a symbol that comes back: what was traded of it before is not told as news', async () => {
  let gone = true
  const from: number[] = []
  const bed = openBed({
    trades: async ({ symbol, ...which }) => {
      if (symbol === GONE && gone) return refused()
      if ('fromId' in which) {
        from.push(which.fromId!)
        return []
      }
      return [soldBy(symbol, 99)]
    },
  })
  await bed.sweeper.sweep(true)
  gone = false
  await bed.sweeper.sweep(true)
  await bed.sweeper.sweep(true)
  expect(from).toEqual([6, 6, 6])
  expect(bed.troubles).toEqual([])
})

test('more orders end between two looks than are kept in mind: none is taken for one of somebody else', async () => {
  const ids = Array.from({ length: LATE_KNOWN + 200 }, (_, index) => index + 10)
  const done: number[] = []
  const asked: number[] = []
  const bed = openBed({
    trades: async ({ symbol, ...which }) => {
      if (symbol === GONE) return refused()
      const from = 'fromId' in which ? which.fromId! : -1
      const trades = done.filter(id => id >= from).map(id => ({ ...soldBy(symbol, id), tradeId: id }))
      return 'newest' in which ? trades.slice(-1) : trades.slice(0, MOST_TRADES)
    },
    order: async which => {
      const id = 'exchangeId' in which ? which.exchangeId : 0
      asked.push(id)
      return filled(id)
    },
  })
  await bed.sweeper.watch('BTCUSDC')
  for (const id of ids) {
    const tracked = bed.book.add(orderFor(id, 'BTCUSDC', 'open'), START)
    bed.book.heard(filled(id))
    bed.book.heardTrades(tracked, [{ ...soldBy('BTCUSDC', id), tradeId: id }])
    done.push(id)
  }
  expect(bed.book.open.map(({ request }) => request.id)).toEqual([1, 2])
  expect(bed.book.heard(filled(ids[0]!))).toBe(false)
  await bed.sweeper.sweep(true)
  expect(bed.troubles).toEqual([])
  expect(asked).toEqual([])
  // what the trader has forgotten is known as ours until its trades were looked at, and then no more
  expect(ids.filter(id => bed.book.byExchangeId('BTCUSDC', id) !== undefined)).toHaveLength(LATE_KNOWN)
  expect(bed.book.heard(filled(ids[0]!))).toBe(false)
  expect(bed.troubles).toEqual([expect.stringContaining('is not in this record')])
})
