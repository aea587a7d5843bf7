/**
 * Binance behind the exchange port: one account. Orders are sent at once and without waiting; what becomes of them is told as updates, each
 * once and in order, whether an event, an answer or a query brought it. REST is the truth, events are a hint that is mostly sooner.
 */
import type { Price } from '#domain/money.ts'
import { type Action, type Order, type OrderUpdate, REPLACE_MISSED } from '#domain/order.ts'
import { feeWorthAt } from '#domain/position.ts'
import type { SymbolInfo } from '#domain/symbol.ts'
import type { Time } from '#domain/time.ts'
import type { Clock } from '#ports/clock.ts'
import type { Exchange } from '#ports/exchange.ts'
import { type Account, MOST_ORDERS, type WhichOrders } from './account.ts'
import { Book, CLOCK_ROOM_MS, type Tracked } from './book.ts'
import { Breaker, WITHIN_MS } from './breaker.ts'
import { BinanceFault, NO_SUCH_SYMBOL } from './faults.ts'
import { Finder, gapBefore } from './finder.ts'
import type { OrderChannel } from './order-channel.ts'
import type { Report } from './reports.ts'
import { Sender } from './sender.ts'
import type { ServerClock } from './server-clock.ts'
import { Sweeper } from './sweeper.ts'

/** What it is made of. What is called must not throw. */
export interface ExchangeSetup {
  /** Of the client order ids of this record: 1 to 16 letters and digits, kept in the store and never given to another. */
  readonly tag: string
  /** How many entries of one symbol may leave within ten seconds. */
  readonly mostEntries: number
  readonly account: Account
  readonly channel: OrderChannel
  readonly clock: Clock
  readonly serverClock: ServerClock
  /** Aborted when the service stops. */
  readonly signal: AbortSignal
  info(symbol: string): SymbolInfo | undefined
  /** The last known price of a symbol; 0: none. */
  lastPrice(symbol: string): Price
  /** The price of an asset in which a fee was taken, in a quote asset; 0: not known. */
  feePrice(asset: string, quote: string): Price
  /** Binance acknowledged something: an event of it has to come. */
  acknowledged(report: Report): void
  /** What is known of symbols may be old. Resolves once it is known anew, or cannot be. */
  outdated(): Promise<void>
  /** Something that a person should look at. */
  trouble(text: string): void
}

/** The exchange port, and what the user data stream brings. */
export interface BinanceExchange extends Exchange {
  /** Something was heard of an order. */
  heard(report: Report): void
  /** Events may have been lost: how things stand is asked for. */
  sweep(): void
}

// A process that stood still for longer may have lost its account to another, which by then looks for these orders and will take them for absent.
const LONGEST_RECORD_MS = 10_000
// Of orders that were made within this it is asked after a start whether they traded after their end.
const LATE_MS = 86_400_000

/** Opens the exchange. Nothing is sent before `recover` or `act`. */
export function openBinanceExchange(setup: ExchangeSetup): BinanceExchange {
  const book = new Book(setup)
  const finder = new Finder({ ...setup, book })
  const sender = new Sender({ ...setup, book, finder })
  const sweeper = new Sweeper({ ...setup, book, finder })

  book.ending = tracked => sender.ended(tracked)
  book.changed = tracked => {
    const { followed, cancelWanted, request, clientId } = tracked
    if (followed.missing) void finder.settle(tracked)
    // one whose absence was final, and which is there after all
    const risen = followed.ended === 'not_found' && followed.arrived && !tracked.cancelWanted
    if (risen) {
      tracked.cancelWanted = true
      setup.trouble(`Order ${clientId} (${request.side} ${request.symbol}) reached Binance long after it was sent. It is cancelled.`)
    }
    if (risen || (cancelWanted && followed.arrived && !followed.over)) void sender.takeBack(tracked)
  }

  const breaker = new Breaker(setup.clock, setup.mostEntries)
  // True where an entry is one of so many that it is refused, whatever asked for it.
  const brokenOff = (tracked: Tracked): boolean => {
    const { symbol } = tracked.request
    const counted = tracked.entry ? breaker.count(symbol) : 'goes'
    if (counted === 'goes') return false
    const why = `more than ${setup.mostEntries} entries of ${symbol} within ${WITHIN_MS / 1000} s: none leaves until none was asked for as long`
    if (counted === 'breaks')
      setup.trouble(`There were ${why}. Look at what asks for them, and halt trading if it is not meant. Exits and protection go on.`)
    book.close(tracked, 'rejected', why)
    return true
  }
  const place = (orders: readonly Order[], hold?: Promise<void>): void => {
    // what was sent once is never sent again
    if (orders.some(({ id }) => book.get(id) !== undefined)) return
    const tracked = orders.map(order => book.add(order, setup.serverClock.now()))
    if (!brokenOff(tracked[0]!)) void sender.send(tracked, hold)
  }
  const replace = ({ id, executed }: Order, by: Order): void => {
    if (book.get(by.id) !== undefined) return
    const old = book.get(id)
    const tracked = book.add(by, setup.serverClock.now())
    if (brokenOff(tracked)) return
    if (old === undefined) book.close(tracked, 'rejected', REPLACE_MISSED)
    else void sender.replace({ old, by: tracked, untouched: executed === 0n })
  }
  const cancel = (orderId: number): void => {
    const tracked = book.get(orderId)
    if (tracked === undefined) return
    tracked.cancelWanted = true
    // what has no answer yet is taken back once it has one
    if (tracked.followed.arrived) void sender.takeBack(tracked)
  }
  const carryOut = (actions: readonly Action[], hold?: Promise<void>): void => {
    for (const action of actions) {
      switch (action.kind) {
        case 'cancel':
          cancel(action.order.id)
          break
        case 'place':
          place([action.order], hold)
          break
        case 'pair':
          place([action.first, action.second], hold)
          break
        case 'replace':
          replace(action.order, action.by)
          break
      }
    }
  }
  // Makes one ready; it leaves once that is resolved.
  const hold = (action: Action) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    // nobody may wait for it
    promise.catch(() => {})
    carryOut([action], promise)
    return { first: action.kind === 'pair' ? action.first : action.order, resolve, reject }
  }
  // what was made ready, when, and what lets it go or drops it
  let ready: { readonly actions: readonly Action[]; readonly at: Time; go(): void; drop(fault: BinanceFault): void } | null = null
  setup.signal.addEventListener('abort', () => ready?.drop(new BinanceFault('retry', 'the service stops: it was not sent.')))
  const findAfterStart = async (tracked: Tracked): Promise<void> => {
    for (let attempt = 0; !setup.signal.aborted; attempt++) {
      const look = await finder.look(tracked)
      if (look === 'absent') void finder.find(tracked)
      if (look !== 'unsure') return
      if (attempt === 0) setup.trouble('Binance does not say what became of the orders that were open; tried again.')
      await setup.clock.wait(gapBefore(attempt), setup.signal)
    }
  }

  // What has ended may have traded since, or before: the orders of a symbol are asked for at once.
  const lookAtEnded = async (ended: readonly Order[]): Promise<void> => {
    const [first] = ended
    if (first === undefined) return
    const { symbol } = first.request
    let which: WhichOrders = { symbol, startTime: Math.min(...ended.map(({ createdAt }) => createdAt)) - CLOCK_ROOM_MS }
    for (;;) {
      const asked: WhichOrders = which
      const reports: Report[] | undefined = await patiently(setup, () => setup.account.orders(asked))
      for (const report of reports ?? []) book.heardOfEnded(report)
      if (reports === undefined || reports.length < MOST_ORDERS) return
      which = { symbol, fromId: reports.at(-1)!.exchangeId + 1 }
    }
  }

  return {
    outside: true,
    get busy() {
      return book.open.some(({ followed, cancelWanted }) => !followed.arrived || cancelWanted || followed.missing)
    },
    connect(hear) {
      book.hear = updates => hear(updates.map(update => valued(setup, update)))
      void sweeper.run()
    },
    async recover(orders, ended, pending) {
      for (const order of ended) book.addEnded(order, order.createdAt)
      // an order was made no sooner than the event that it came of; and no later than now
      const tracked = orders.map(order => book.add(order, order.createdAt))
      book.ready = true
      const lately = ended.filter(({ createdAt }) => createdAt >= setup.serverClock.now() - LATE_MS)
      const symbols = new Set([...orders, ...lately].map(({ request }) => request.symbol))
      for (const symbol of symbols) await patiently(setup, () => sweeper.watch(symbol))
      for (const one of tracked) await findAfterStart(one)
      for (const symbol of symbols) await lookAtEnded(lately.filter(({ request }) => request.symbol === symbol))
      for (const action of pending) if (action.kind === 'cancel') cancel(action.order.id)
      // what is ours and not in the record is told
      await patiently(setup, async () => {
        for (const report of await setup.account.openOrders()) book.heard(report)
      })
    },
    prepare(actions) {
      const at = setup.clock.now()
      // a cancel leaves at once, and what comes after it may have to wait for it
      if (!actions.every(({ kind }) => kind === 'place' || kind === 'pair')) {
        ready = { actions, at, go: () => carryOut(actions), drop() {} }
        return
      }
      const held = actions.map(hold)
      ready = {
        actions,
        at,
        // one after the other, as they were decided
        go() {
          for (const { first, resolve, reject } of held) {
            // the price may have gone on meanwhile
            const passed = sender.passed(first.request)
            if (passed === null) resolve()
            else reject(new BinanceFault('refused', passed))
          }
        },
        drop(fault) {
          for (const { reject } of held) reject(fault)
        },
      }
    },
    act(actions) {
      book.ready = true
      if (ready?.actions !== actions) return carryOut(actions)
      const { at, go, drop } = ready
      ready = null
      const took = setup.clock.now() - at
      if (took <= LONGEST_RECORD_MS) return go()
      const fault = new BinanceFault(
        'retry',
        `the record of orders took ${Math.round(took / 1000)} s to be written: they are not sent any more.`,
      )
      drop(fault)
      throw fault
    },
    changedState: () => null,
    restore() {},
    heard: report => void book.heard(report),
    sweep: () => void sweeper.sweep(true),
  }
}

// A fee in a third asset, with what it is worth now.
function valued({ info, feePrice }: ExchangeSetup, update: OrderUpdate): OrderUpdate {
  const { fill } = update
  const symbol = fill === null ? undefined : info(fill.symbol)
  if (fill === null || symbol === undefined || fill.feeAsset === symbol.base || fill.feeAsset === symbol.quote) return update
  return { ...update, fill: { ...fill, feeWorth: feeWorthAt(feePrice(fill.feeAsset, symbol.quote), fill.fee) } }
}

// Until it is done: without it trading does not begin. Undefined where the service stops meanwhile, and of a symbol that is no more: others wait.
async function patiently<A>({ clock, signal, trouble }: ExchangeSetup, ask: () => Promise<A>): Promise<A | undefined> {
  for (let attempt = 0; !signal.aborted; attempt++)
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof BinanceFault) || error.kind === 'misconfigured') throw error
      if (error.code === NO_SUCH_SYMBOL) return undefined
      if (attempt === 0) trouble(`Binance cannot be asked yet; tried again. ${error.message}`)
      await clock.wait(Math.max(gapBefore(attempt), error.retryAfter), signal)
    }
  return undefined
}
