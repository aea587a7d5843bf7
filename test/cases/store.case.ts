/** What every store must do, whatever it keeps its rows in. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Candle } from '#domain/candle.ts'
import { Fault } from '#domain/fault.ts'
import { type Decision, type FillRecord, journalLines } from '#domain/journal.ts'
import { type Amount, format, type Money, money, price, type Quantity, quantity } from '#domain/money.ts'
import type { Order } from '#domain/order.ts'
import { applyFill, endRoundTrip, flat } from '#domain/position.ts'
import type { Enter } from '#domain/signal.ts'
import { emptyPlan, type Holding } from '#domain/slot.ts'
import type { Time } from '#domain/time.ts'
import type { OrderRecord, Round, Saved, Store } from '#ports/store.ts'

/** One record, on which stores are opened as processes would. */
export interface StoreBed {
  /** A new store of an account, not opened yet. */
  store(account: string): Store
  /** As if the process that has the account had died. */
  kill(account: string): Promise<void>
  end(): Promise<void>
}

/** 5 January 2023, 08:00:00.007 UTC: milliseconds must survive. */
const NOW = 1_672_905_600_007 as Time
const later = (milliseconds: number): Time => (NOW + milliseconds) as Time
const fee = (text: string): Amount<string> => money(text) as bigint as Amount<string>

/** A round that changes nothing, with what a case adds. */
export const round = (parts: Partial<Round> = {}): Round => ({
  time: NOW,
  candles: [],
  decisions: [],
  intents: [],
  orders: [],
  fills: [],
  holdings: [],
  stopMoves: [],
  trips: [],
  dust: [],
  taken: [],
  cash: [],
  settings: [],
  inbox: [],
  outbox: [],
  pending: [],
  exchangeState: null,
  feedState: null,
  realised: money('0'),
  fees: money('0'),
  ...parts,
})

/** A candle that opens so many minutes after `NOW`'s hour. */
export const candle = (symbol: string, minute: number, parts: Partial<Candle> = {}): Candle => ({
  symbol,
  timeframe: '1m',
  openTime: (1_672_905_600_000 + minute * 60_000) as Time,
  open: 16_800.1,
  high: 16_900.123456789,
  low: 0.1 + 0.2,
  close: 1e-7,
  volume: 123_456_789.987_654_3,
  complete: 2 / 3,
  ...parts,
})

/** A fill with its record; parts of either may be given. */
export const fillOf = (tradeId: number, parts: Partial<FillRecord['fill']> = {}, rest: Partial<FillRecord> = {}): FillRecord => ({
  fill: {
    tradeId,
    orderId: 1,
    symbol: 'BTCUSDC',
    side: 'BUY',
    price: price('16800.5'),
    quantity: quantity('0.00017'),
    quote: money('2.856085'),
    fee: fee('0.00285608'),
    feeAsset: 'USDC',
    feeWorth: money('0'),
    maker: false,
    time: NOW,
    ...parts,
  },
  owner: 'ema-cross',
  intent: 1,
  reason: 'the trend turned up',
  purpose: 'entry',
  base: 'BTC',
  quote: 'USDC',
  realised: money('0'),
  ...rest,
})

const enter: Enter = {
  kind: 'enter',
  reason: 'the trend turned up',
  at: { limit: 16_799.99, expires: { candles: 6 } },
  stopLoss: 16_000.123456789,
  takeProfit: { percent: 5.5 },
  trailing: { percent: 0.1 + 0.2 },
  partial: { at: { percent: 2.5 }, part: 1 / 3 },
  timeLimit: 12,
}

const ORDER: Order = {
  id: 1,
  intent: 1,
  owner: 'ema-cross',
  purpose: 'entry',
  createdAt: NOW,
  reason: 'it\'s "up"\n\tand\\away ✓ 🚀',
  status: 'sending',
  executed: quantity('0'),
  quote: money('0'),
  ending: '',
  request: {
    id: 1,
    symbol: 'BTCUSDC',
    side: 'BUY',
    type: 'LIMIT',
    quantity: quantity('99999999999999999999.99999999'),
    quoteAmount: money('0.00000001'),
    price: price('16799.99'),
    stopPrice: price('0'),
    timeInForce: 'GTC',
    guard: price('16000.12'),
    pairedWith: 2,
  },
}

const orderOf = (id: number, parts: Partial<Order> = {}, wish: Enter | null = null): OrderRecord => ({
  order: { ...ORDER, id, request: { ...ORDER.request, id }, ...parts },
  wish,
})

const decisionOf = (parts: Partial<Decision> = {}): Decision => ({
  owner: 'ema-cross',
  symbol: 'BTCUSDC',
  kind: 'enter',
  reason: 'the trend turned up',
  time: NOW,
  price: 16_800.123456789,
  outcome: 'ordered',
  message: '',
  values: null,
  intent: 1,
  ...parts,
})

const holdingOf = (owner: string, symbol: string, parts: Partial<Holding> = {}): Holding => ({
  owner,
  symbol,
  position: flat(owner, symbol),
  plan: null,
  leaving: null,
  stoppedAt: 0 as Time,
  pending: money('0'),
  ...parts,
})

/** What a start finds after a first round with nothing in it but this. */
const saved = (parts: Partial<Saved> = {}): Saved => ({
  holdings: [],
  orders: [],
  ended: [],
  intentCount: 0,
  orderCount: 0,
  realised: money('0'),
  fees: money('0'),
  cash: new Map(),
  dust: new Map(),
  settings: new Map(),
  pending: [],
  exchangeState: null,
  feedState: null,
  ...parts,
})

/** A round of which an order is sent, with everything in it that is hard to write. */
export const sendingRound = (): Round =>
  round({
    candles: [candle('ACTED', 0)],
    decisions: [decisionOf({ reason: '##', message: '#1', values: { '#': Number.NaN, quick: Number.NEGATIVE_INFINITY }, intent: 3 })],
    intents: [{ number: 3, owner: 'ema-cross', symbol: 'BTCUSDC', purpose: 'entry', reason: '#3', time: NOW }],
    orders: [orderOf(4, {}, enter)],
    holdings: [holdingOf('ema-cross', 'BTCUSDC', { plan: { ...emptyPlan(), stop: price('16000.12') }, pending: money('-0.00000001') })],
    cash: [{ asset: 'USDC', amount: money('7') }],
    settings: [{ key: 'said', value: '#\u0000 \ud800' }],
    outbox: [{ kind: 'fill', text: '#', time: NOW }],
    pending: [{ kind: 'place', orders: [4] }],
    exchangeState: '#1',
    feedState: '42',
    realised: money('-1'),
  })

let accounts = 0
const newAccount = (): string => `case-${process.pid}-${++accounts}`

const faultOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no fault',
    (error: unknown) => (error instanceof Fault ? error.kind : error),
  )

/** Runs all cases on one record. */
export function storeCases(name: string, makeBed: () => Promise<StoreBed>): void {
  describe(`store: ${name}`, () => {
    let bed: StoreBed
    beforeAll(async () => {
      bed = await makeBed()
    })
    afterAll(() => bed?.end())

    /** Runs a case with an open store of a new account, and `again`, which opens it anew. */
    const withStore = async (use: (store: Store, again: () => Promise<Saved | null>, account: string) => Promise<void>): Promise<void> => {
      const account = newAccount()
      const store = bed.store(account)
      const opened: Store[] = [store]
      expect(await store.open()).toBeNull()
      const again = async (): Promise<Saved | null> => {
        await opened.at(-1)?.close()
        opened.push(bed.store(account))
        return await opened.at(-1)!.open()
      }
      try {
        await use(store, again, account)
      } finally {
        await opened.at(-1)?.close()
      }
    }

    // whatever a store does for what is acted upon before it can be read, the same is kept of it
    const withActing: WithStore = use =>
      withStore((store, again, account) => use({ ...store, commit: round => store.commit(round, () => {}) }, again, account))
    keeping(withStore)
    describe('acted upon', () => {
      keeping(withActing)
    })
    acting(withStore, () => bed)
    reading(withStore)
    holding(withStore, () => bed)
  })
}

type WithStore = (use: (store: Store, again: () => Promise<Saved | null>, account: string) => Promise<void>) => Promise<void>

function keeping(withStore: WithStore): void {
  test('an account is new until something was committed for it', () =>
    withStore(async (_store, again) => {
      expect(await again()).toBeNull()
    }))

  test('even a round of nothing', () =>
    withStore(async (store, again) => {
      await store.commit(round())
      expect(await again()).toEqual(saved())
    }))

  test('nothing is lost of what a start needs', () =>
    withStore(async (store, again) => {
      const position = {
        ...flat('ema-cross', 'BTCUSDC'),
        quantity: quantity('99999999999999999999.99999999'),
        cost: money('12345678901234567890.12345678'),
        openedAt: NOW,
        realised: money('-0.00000001'),
        bought: money('3.1'),
        sold: money('0.2'),
        fees: money('0.00285608'),
        volume: quantity('0.00017'),
      }
      const levels = { stop: price('16000.12'), target: price('18000.01'), gap: price('50.5'), peak: price('17000.00000001') }
      const plan = { ...levels, partial: { at: { percent: 2.5 }, part: 1 / 3 }, partialDone: true, timeLimit: 12, candles: 7 }
      const holdings = [
        holdingOf('ema-cross', 'BTCUSDC', { position, plan, leaving: { reason: 'a "reason"', quantity: quantity('0.00000001') } }),
        holdingOf('ema-cross', 'ETHUSDC', { stoppedAt: later(1), pending: money('250.00000001') }),
        holdingOf('manual', 'BTCUSDC', { plan: { ...emptyPlan(), partial: { at: 17_000.5, part: 0.5 } } }),
      ]
      const resting = orderOf(1, { status: 'partly_filled', executed: quantity('0.00000001'), quote: money('0.00016800') }, enter)
      const stop = orderOf(7, { purpose: 'protection', intent: 3 })
      await store.commit(
        round({
          holdings: holdings.toReversed(),
          intents: [{ number: 3, owner: 'manual', symbol: 'BTCUSDC', purpose: 'entry', reason: 'by hand', time: NOW }],
          orders: [stop, resting, orderOf(2, { status: 'filled' })],
          cash: [
            { asset: 'USDC', amount: money('9997.14105892') },
            { asset: 'EUR', amount: money('-0.00000001') },
          ],
          dust: [
            { owner: 'manual', symbol: 'BTCUSDC', asset: 'BTC', quantity: quantity('0.00000009'), time: NOW },
            { owner: 'ema-cross', symbol: 'BTCEUR', asset: 'BTC', quantity: quantity('0.00000002'), time: NOW },
          ],
          settings: [
            { key: 'mode', value: 'paused' },
            { key: 'size', value: '{"kind":"quote"}' },
          ],
          pending: [
            { kind: 'pair', orders: [1, 2] },
            { kind: 'replace', orders: [3, 4] },
            { kind: 'cancel', orders: [7] },
          ],
          exchangeState: '{"book":"…"}',
          feedState: '42',
          realised: money('-12.00000001'),
          fees: money('3.5'),
        }),
      )
      expect(await again()).toEqual(
        saved({
          holdings,
          orders: [resting, stop],
          intentCount: 3,
          orderCount: 7,
          realised: money('-12.00000001'),
          fees: money('3.5'),
          cash: new Map([
            ['EUR', money('-0.00000001')],
            ['USDC', money('9997.14105892')],
          ]),
          dust: new Map([['BTC', quantity('0.00000011')]]),
          settings: new Map([
            ['mode', 'paused'],
            ['size', '{"kind":"quote"}'],
          ]),
          pending: [
            { kind: 'pair', orders: [1, 2] },
            { kind: 'replace', orders: [3, 4] },
            { kind: 'cancel', orders: [7] },
          ],
          exchangeState: '{"book":"…"}',
          feedState: '42',
        }),
      )
    }))

  test('rests of one owner and symbol at one instant: bought, sold, bought and sold again before the market moves', () =>
    withStore(async (store, again) => {
      // what is swept into a position leaves the rests
      const rest = (text: string): Round['dust'][number] => {
        return { owner: 'manual', symbol: 'BTCUSDC', asset: 'BTC', quantity: money(text) as bigint as Quantity, time: NOW }
      }
      await store.commit(round({ dust: [rest('5')] }))
      await store.commit(round({ dust: [rest('-5'), rest('7')] }))
      await store.commit(round({ dust: [rest('-7'), rest('5')] }))
      expect((await again())?.dust).toEqual(new Map([['BTC', quantity('5')]]))
    }))

  test('nothing is lost of the journal, each kind in the order in which it was written', () =>
    withStore(async store => {
      const values = { quick: 0.1 + 0.2, calm: 1e-300, ancient: Number.NaN, above: Number.POSITIVE_INFINITY, '10': -1.5 }
      const decisions = [
        decisionOf({ values, time: later(60_000) }),
        decisionOf({ kind: 'rebalance', outcome: 'max_exposure', message: 'too much: 10 % of "BTC"', intent: 0, values: {} }),
      ]
      const intents = [1, 2].map(number => {
        return { number, owner: 'ema-cross', symbol: 'BTCUSDC', purpose: 'exit' as const, reason: 'the trend turned', time: later(number) }
      })
      const fills = [
        fillOf(9_007_199_254_740_991, { time: later(999), orderId: 4_000_000_000 }),
        fillOf(
          12,
          { side: 'SELL', maker: true, fee: fee('0.00000001'), feeAsset: 'BNB', feeWorth: money('0.00000632') },
          { realised: money('-7.5'), purpose: 'protection' },
        ),
      ]
      const trip = {
        owner: 'ema-cross',
        symbol: 'BTCUSDC',
        openedAt: NOW,
        closedAt: later(1),
        quantity: quantity('0.00017'),
        bought: money('2.85894109'),
        sold: money('2.9'),
        realised: money('0.04105891'),
        fees: money('0.00571'),
      }
      const holdings = [holdingOf('a', 'BTCUSDC', { stoppedAt: NOW }), holdingOf('b', 'BTCUSDC')]
      await store.commit(
        round({ decisions: decisions.slice(0, 1), intents: intents.slice(0, 1), fills: fills.slice(0, 1), orders: [orderOf(2)] }),
      )
      await store.commit(round({ decisions: decisions.slice(1), intents: intents.slice(1), fills: fills.slice(1), orders: [orderOf(1)] }))
      await store.commit(round({ trips: [{ trip, reason: 'stopped out' }], holdings, orders: [orderOf(2, { status: 'absent' })] }))
      const orders = [orderOf(1).order, orderOf(2, { status: 'absent' }).order]
      const written = { decisions, intents, orders, fills, trips: [{ trip, reason: 'stopped out' }], holdings }
      const journal = await store.journal()
      expect(journal).toEqual(written)
      expect(journalLines(journal)).toEqual(journalLines(written))
      expect(Object.keys(journal.decisions[0]!.values!)).toEqual(Object.keys(values))
    }))

  test('what is written over: orders, holdings, plans, cash, settings; null deletes a setting, and no state is an unchanged one', () =>
    withStore(async (store, again) => {
      const plan = { ...emptyPlan(), stop: price('1') }
      const settings = [
        { key: 'a', value: '1' },
        { key: 'b', value: '2' },
      ]
      const held = holdingOf('a', 'BTCUSDC', { plan, leaving: { reason: 'out', quantity: quantity('0') } })
      const cash = [{ asset: 'USDC', amount: money('1') }]
      await store.commit(round({ orders: [orderOf(1, {}, enter)], holdings: [held], cash, settings, exchangeState: 'e', feedState: 'f' }))
      const open = orderOf(1, { status: 'open' })
      // of several states of one thing in a round the last counts
      await store.commit(
        round({
          orders: [orderOf(1, { status: 'unknown' }, enter), open],
          holdings: [held, holdingOf('a', 'BTCUSDC')],
          cash: [
            { asset: 'USDC', amount: money('2') },
            { asset: 'USDC', amount: money('3') },
          ],
          settings: [
            { key: 'a', value: null },
            { key: 'b', value: null },
            { key: 'b', value: '4' },
            { key: 'never', value: null },
          ],
          fees: money('1'),
        }),
      )
      expect(await again()).toEqual(
        saved({
          orders: [open],
          orderCount: 1,
          holdings: [holdingOf('a', 'BTCUSDC')],
          cash: new Map([['USDC', money('3')]]),
          settings: new Map([['b', '4']]),
          exchangeState: 'e',
          feedState: 'f',
          fees: money('1'),
        }),
      )
    }))

  test('what was taken out of the account is written off: of a position, of rests, of cash, with its wish', () =>
    withStore(async (store, again) => {
      const rest = { owner: 'manual', symbol: 'BTCUSDC', asset: 'BTC', quantity: quantity('0.3'), time: NOW }
      await store.commit(round({ dust: [rest], cash: [{ asset: 'USDC', amount: money('100') }] }))
      const taken = [
        { of: 'a BTCUSDC', asset: 'BTC', amount: quantity('1.5'), time: NOW },
        { of: 'rests', asset: 'BTC', amount: quantity('0.1'), time: NOW },
        { of: 'cash', asset: 'USDC', amount: quantity('40'), time: NOW },
      ]
      const inbox = [{ id: 'taken', person: 'ann', text: 'adjust BTC', time: NOW, result: 'Written off' }]
      const dust = [{ ...rest, quantity: money('-0.1') as bigint as Quantity }]
      const held = holdingOf('a', 'BTCUSDC')
      // as much at one instant and once more is another
      await store.commit(round({ taken: taken.slice(0, 1) }))
      await store.commit(round({ taken, inbox, dust, holdings: [held], cash: [{ asset: 'USDC', amount: money('60') }] }))
      expect(await again()).toEqual(
        saved({ holdings: [held], dust: new Map([['BTC', quantity('0.2')]]), cash: new Map([['USDC', money('60')]]) }),
      )
      expect(await store.wished('taken')).toBe('Written off')
    }))

  test('what was pending is done once a later round says so', () =>
    withStore(async (store, again) => {
      await store.commit(round({ pending: [{ kind: 'place', orders: [1] }] }))
      await store.commit(round())
      expect(await again()).toEqual(saved())
    }))

  test('of orders that have ended those come back of which a trade may be told late, with what they asked for', () =>
    withStore(async (store, again) => {
      const late = [orderOf(2, { status: 'cancelled' }, enter), orderOf(3, { status: 'expired' }), orderOf(5, { status: 'absent' }, enter)]
      await store.commit(round({ orders: [orderOf(1, { status: 'filled' }), ...late, orderOf(6, { status: 'rejected' }), orderOf(7)] }))
      expect(await again()).toEqual(saved({ orders: [orderOf(7)], ended: late, orderCount: 7 }))
    }))

  test('of such orders the newest thousand', () =>
    withStore(async (store, again) => {
      await store.commit(round({ orders: Array.from({ length: 1007 }, (_, index) => orderOf(1 + index, { status: 'cancelled' })) }))
      const ended = (await again())!.ended.map(({ order }) => order.id)
      expect([ended.length, ended[0], ended.at(-1)]).toEqual([1000, 8, 1007])
    }))

  test('keeps copies: what the core changes later is not written', () =>
    withStore(async (store, again) => {
      const record = orderOf(1)
      const holding = holdingOf('a', 'BTCUSDC', { plan: emptyPlan() })
      // the core hands in its slots, which know their market and are known by it
      const market: { last: number; slots: object[] } = { last: 1, slots: [] }
      const slot = { ...holding, market, format }
      market.slots.push(slot)
      await store.commit(round({ orders: [record], holdings: [slot] }))
      record.order.status = 'filled'
      slot.plan!.stop = price('5')
      slot.position.quantity = quantity('5')
      expect(await again()).toEqual(
        saved({ orders: [orderOf(1)], orderCount: 1, holdings: [holdingOf('a', 'BTCUSDC', { plan: emptyPlan() })] }),
      )
    }))

  test.each([
    ['a trade', { fills: [fillOf(5)] }],
    ['an intent', { intents: [{ number: 1, owner: 'a', symbol: 'B', purpose: 'entry' as const, reason: '', time: NOW }] }],
    ['a wish', { inbox: [{ id: 'x', person: 'me', text: '/buy', time: NOW, result: '' }] }],
  ])('%s that is there already: the whole round is refused', (_what, double) =>
    withStore(async (store, again) => {
      await store.commit(round({ ...double, cash: [{ asset: 'USDC', amount: money('1') }] }))
      const before = await store.journal()
      const rest = { decisions: [decisionOf()], cash: [{ asset: 'USDC', amount: money('2') }], settings: [{ key: 'a', value: '1' }] }
      const bad = round({
        ...rest,
        orders: [orderOf(1)],
        holdings: [holdingOf('a', 'BTCUSDC')],
        feedState: 'x',
        fees: money('1'),
        ...double,
      })
      expect(await faultOf(store.commit(bad))).toBe('refused')
      expect(await store.journal()).toEqual(before)
      // and the store goes on
      await store.commit(round({ settings: [{ key: 'b', value: '2' }] }))
      expect(await again()).toEqual(
        saved({
          intentCount: 'intents' in double ? 1 : 0,
          cash: new Map([['USDC', money('1')]]),
          settings: new Map([['b', '2']]),
        }),
      )
    }),
  )

  test('one trade id on two symbols and in two accounts is two trades', () =>
    withStore(async store => {
      await store.commit(round({ fills: [fillOf(5), fillOf(5, { symbol: 'ETHUSDC' })] }))
      await withStore(async other => other.commit(round({ fills: [fillOf(5)] })))
      expect(await store.trades({ limit: 10 })).toHaveLength(2)
    }))

  test('words of people that are no proper text do not make a round fail', () =>
    withStore(async (store, again) => {
      const row = { id: 'x', person: 'me', text: '/buy \u0000 \ud800 \\u0000 🚀', time: NOW, result: '' }
      await store.commit(round({ inbox: [row], settings: [{ key: 'said', value: '\\u0000 🚀 \t' }] }))
      expect((await again())?.settings).toEqual(new Map([['said', '\\u0000 🚀 \t']]))
    }))
}

class Died extends Error {}
const dies = (): never => {
  throw new Died()
}

function acting(withStore: WithStore, bed: () => StoreBed): void {
  const sending = sendingRound()
  const { decisions, intents } = sending
  const order = sending.orders[0]!
  const dust = [{ owner: 'ema-cross', symbol: 'BTCUSDC', asset: 'BTC', quantity: quantity('0.00000001'), time: NOW }]
  const kinds: [string, Partial<Round>][] = [
    ['what the core decided', sending],
    ['with a trade', { ...sending, fills: [fillOf(1)], dust }],
    ['with a wish', { ...sending, inbox: [{ id: 'x', person: 'me', text: '/buy', time: NOW, result: '' }] }],
  ]

  test.each(kinds)('acts once, and then all of it can be read: %s', (_what, parts) =>
    withStore(async (store, again) => {
      let acts = 0
      await store.commit(round(parts), () => void acts++)
      expect(acts).toBe(1)
      const { orders, decisions: written } = await store.journal()
      expect([orders, written]).toEqual([[order.order], decisions])
      const open = { ...order, order: { ...order.order, status: 'open' as const } }
      await store.commit(round({ orders: [open] }), () => void acts++)
      expect((await again())?.orders).toEqual([open])
      expect(acts).toBe(2)
    }),
  )

  test.each(kinds)('a death while it acts: the next to open it finds all of it, once: %s', (_what, parts) =>
    withStore(async (store, _again, account) => {
      await store.commit(round({ feedState: '41' }))
      // not a fault: it is no word of the store
      await expect(store.commit(round(parts), dies)).rejects.toBeInstanceOf(Died)
      await bed().kill(account)
      const second = bed().store(account)
      const found = await second.open()
      expect(found).toMatchObject({
        orders: [order],
        intentCount: 3,
        orderCount: 4,
        realised: money('-1'),
        cash: new Map([['USDC', money('7')]]),
        holdings: sending.holdings,
        pending: sending.pending,
        exchangeState: '#1',
        feedState: '42',
      })
      const journal = await second.journal()
      expect(journal).toMatchObject({ decisions, intents, orders: [order.order], fills: parts.fills ?? [] })
      expect(await second.open()).toEqual(found)
      expect(await second.journal()).toEqual(journal)
      await second.commit(round(), () => {})
      expect(await second.journal()).toEqual(journal)
      await second.close()
    }),
  )

  test('the first round of an account, died upon: it is not new any more', () =>
    withStore(async (store, again) => {
      await expect(store.commit(round({ feedState: '42' }), dies)).rejects.toBeInstanceOf(Died)
      expect(await again()).toEqual(saved({ feedState: '42' }))
    }))

  test('a death while it acts: this store takes no other round before it is opened again', () =>
    withStore(async (store, again) => {
      await expect(store.commit(round(sending), dies)).rejects.toBeInstanceOf(Died)
      for (const act of [undefined, () => {}]) expect(await faultOf(store.commit(round({ feedState: 'x' }), act))).toBe('retry')
      expect((await again())?.feedState).toBe(sending.feedState)
    }))

  test('the same store goes on after it was opened again', () =>
    withStore(async (store, again) => {
      await expect(store.commit(round({ settings: [{ key: 'a', value: '1' }] }), dies)).rejects.toBeInstanceOf(Died)
      await store.open()
      await store.commit(round({ settings: [{ key: 'b', value: '2' }] }), () => {})
      expect((await again())?.settings).toEqual(new Map(Object.entries({ a: '1', b: '2' })))
    }))

  test.each<[string, Partial<Round>]>([
    ['a trade', { fills: [fillOf(5)] }],
    ['a wish', { inbox: [{ id: 'x', person: 'me', text: '/buy', time: NOW, result: '' }] }],
  ])('%s that is there already: it is not acted upon', (_what, double) =>
    withStore(async (store, again) => {
      await store.commit(round(double))
      let acts = 0
      expect(await faultOf(store.commit(round({ ...sending, ...double }), () => void acts++))).toBe('refused')
      expect(acts).toBe(0)
      expect((await again())?.orders).toEqual([])
    }),
  )

  test('one whose account was taken over does not act', () =>
    withStore(async (store, _again, account) => {
      await store.commit(round())
      await bed().kill(account)
      const second = bed().store(account)
      await second.open()
      let acts = 0
      await expect(store.commit(round(sending), () => void acts++)).rejects.toBeInstanceOf(Fault)
      expect(acts).toBe(0)
      expect((await second.journal()).orders).toEqual([])
      await second.close()
    }))
}

function reading(withStore: WithStore): void {
  test('candles: the newest so many, oldest first; one that is there already is left as it is', () =>
    withStore(async (store, _again, account) => {
      const symbol = account.toUpperCase()
      const candles = [0, 1, 2, 3].map(minute => candle(symbol, minute))
      const { candles: before } = await store.totals()
      await store.commit(round({ candles: [...candles.toReversed(), candle(symbol, 0, { timeframe: '1h' })] }))
      await store.commit(round({ candles: [candle(symbol, 3, { close: 5 }), candle(symbol, 4)] }))
      expect(await store.candles(symbol, '1m', 3)).toEqual([candles[2], candles[3], candle(symbol, 4)])
      expect(await store.candles(symbol, '1h', 3)).toEqual([candle(symbol, 0, { timeframe: '1h' })])
      expect(await store.candles(symbol, '1d', 3)).toEqual([])
      expect((await store.totals()).candles - before).toBe(6)
    }))

  test('trades: newest first, by symbol, owner, time, so many', () =>
    withStore(async store => {
      const fills = [
        fillOf(1),
        fillOf(2, { time: later(2) }),
        fillOf(1, { symbol: 'ETHUSDC', time: later(1) }),
        fillOf(3, { time: later(2) }, { owner: 'manual' }),
      ]
      await store.commit(round({ fills }))
      const read = async (filter: object) => (await store.trades({ limit: 10, ...filter })).map(({ id: _id, ...record }) => record)
      const [first, second, eth, manual] = fills
      expect(await read({})).toEqual([manual, second, eth, first])
      expect(await read({ limit: 2 })).toEqual([manual, second])
      expect(await read({ symbol: 'ETHUSDC' })).toEqual([eth])
      expect(await read({ owner: 'ema-cross', symbol: 'BTCUSDC' })).toEqual([second, first])
      expect(await read({ from: later(1) })).toEqual([manual, second, eth])
      expect(await read({ from: later(3) })).toEqual([])
      expect(new Set((await store.trades({ limit: 10 })).map(({ id }) => id)).size).toBe(4)
    }))

  test('decisions: written last first, by symbol and outcome; totals count them all', () =>
    withStore(async store => {
      const decisions = [
        decisionOf({ time: later(9) }),
        decisionOf({ outcome: 'halted', message: 'trading is halted' }),
        decisionOf({ symbol: 'ETHUSDC' }),
      ]
      await store.commit(round({ decisions, fills: [fillOf(1)] }))
      const [first, denied, eth] = decisions
      expect(await store.decisions({ limit: 10 })).toEqual([eth, denied, first])
      expect(await store.decisions({ limit: 1 })).toEqual([eth])
      expect(await store.decisions({ limit: 10, outcome: 'ordered' })).toEqual([eth, first])
      expect(await store.decisions({ limit: 10, outcome: 'denied' })).toEqual([denied])
      expect(await store.decisions({ limit: 10, outcome: 'ordered', symbol: 'BTCUSDC' })).toEqual([first])
      expect(await store.totals()).toMatchObject({ signals: 3, fills: 1, roundTrips: 0 })
    }))

  test('profit: closed round trips with their dust, what an open position realised, fees in quote, since an instant', () =>
    withStore(async store => {
      const book = bookkeeper(store)
      // 10 bought at 10, 9 sold at 12: 18 won, and a rest of 1 lost as dust: 8
      await book.fill('a', 'BTCUSDC', 'BUY', '10', '10', 0)
      await book.fill('a', 'BTCUSDC', 'SELL', '9', '12', 1000)
      await book.end('a', 'BTCUSDC', 1000)
      // again at the same instant: a loss of 1 so far, still open
      await book.fill('a', 'BTCUSDC', 'BUY', '2', '10', 1000)
      await book.fill('a', 'BTCUSDC', 'SELL', '1', '9', 2000)
      // another owner, opened at first, a fee of 0.5 base at 4 each, half of it sold later for a fee in a third asset
      await book.fill('b', 'BTCUSDC', 'BUY', '10.5', '4', 0, { fee: fee('0.5'), feeAsset: 'BTC' })
      await book.fill('b', 'BTCUSDC', 'SELL', '5', '5', 2000, { fee: fee('0.001'), feeAsset: 'BNB', feeWorth: money('0.5') })
      const row = (owner: string, fills: number, roundTrips: number, wins: number, realised: string, fees: string) => {
        return { owner, symbol: 'BTCUSDC', fills, roundTrips, wins, realised: money(realised), fees: money(fees) }
      }
      expect(await store.pnl(0 as Time)).toEqual([row('a', 4, 1, 1, '7', '0'), row('b', 2, 0, 0, '3.5', '2.5')])
      expect(await store.pnl(later(1))).toEqual([row('a', 3, 1, 1, '7', '0'), row('b', 1, 0, 0, '3.5', '0.5')])
      expect(await store.pnl(later(1000))).toEqual([row('a', 3, 1, 1, '7', '0'), row('b', 1, 0, 0, '3.5', '0.5')])
      expect(await store.pnl(later(1001))).toEqual([row('a', 1, 0, 0, '-1', '0'), row('b', 1, 0, 0, '3.5', '0.5')])
      expect(await store.pnl(later(2001))).toEqual([])
      expect(await store.totals()).toMatchObject({ fills: 6, roundTrips: 1 })
    }))
}

/** Books fills as the portfolio does, a round each. */
function bookkeeper(store: Store) {
  const holdings = new Map<string, Holding>()
  let trades = 0
  const of = (owner: string, symbol: string): Holding => {
    const holding = holdings.get(owner + symbol) ?? holdingOf(owner, symbol)
    holdings.set(owner + symbol, holding)
    return holding
  }
  return {
    async fill(
      owner: string,
      symbol: string,
      side: 'BUY' | 'SELL',
      size: string,
      at: string,
      time: number,
      paid: Partial<FillRecord['fill']> = { fee: fee('0'), feeAsset: 'USDC' },
    ) {
      const holding = of(owner, symbol)
      const before = holding.position.quantity === 0n ? 0n : holding.position.realised
      const [amount, level] = [quantity(size), price(at)]
      const quote = money(format(((amount * level) / 100_000_000n) as Money))
      const record = fillOf(++trades, { side, symbol, quantity: amount, price: level, quote, time: later(time), ...paid }, { owner })
      applyFill(holding.position, record.fill, record.base, record.quote)
      const realised = (holding.position.realised - before) as Money
      await store.commit(round({ fills: [{ ...record, realised }], holdings: [holding] }))
    },
    async end(owner: string, symbol: string, time: number) {
      const holding = of(owner, symbol)
      const { trip, dust } = endRoundTrip(holding.position, later(time))
      const rests = [{ owner, symbol, asset: 'BTC', quantity: dust, time: later(time) }]
      await store.commit(round({ trips: [{ trip, reason: 'done' }], dust: rests, holdings: [holding] }))
    },
  }
}

function holding(withStore: WithStore, bed: () => StoreBed): void {
  test('an account that another process has is refused, by name; others are free', () =>
    withStore(async (store, _again, account) => {
      const second = bed().store(account)
      await expect(second.open()).rejects.toMatchObject({ kind: 'misconfigured', message: expect.stringContaining(account) })
      await expect(second.commit(round({ feedState: 'x' }))).rejects.toBeInstanceOf(Fault)
      await store.commit(round({ feedState: 'mine' }))
      await store.close()
      expect((await second.open())?.feedState).toBe('mine')
      await expect(store.commit(round({ feedState: 'x' }))).rejects.toBeInstanceOf(Fault)
      await second.close()
    }))

  test('a store may be opened again: it starts anew from what is stored', () =>
    withStore(async store => {
      await store.commit(round({ feedState: 'mine' }))
      expect(await store.open()).toEqual(saved({ feedState: 'mine' }))
      await store.commit(round({ feedState: 'more' }))
      expect(await store.open()).toEqual(saved({ feedState: 'more' }))
    }))

  test('when its process dies the account is free, and what it still wants to write is refused', () =>
    withStore(async (store, _again, account) => {
      await store.commit(round({ feedState: 'mine' }))
      await bed().kill(account)
      const second = bed().store(account)
      expect(await second.open()).toEqual(saved({ feedState: 'mine' }))
      await expect(store.commit(round({ feedState: 'late' }))).rejects.toBeInstanceOf(Fault)
      await expect(store.open()).rejects.toMatchObject({ kind: 'misconfigured' })
      await second.commit(round({ settings: [{ key: 'a', value: '1' }] }))
      await second.close()
      expect(await store.open()).toEqual(saved({ feedState: 'mine', settings: new Map([['a', '1']]) }))
    }))
}
