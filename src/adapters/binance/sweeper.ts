/**
 * Asks Binance now and then how things stand, since events get lost: every ten seconds for the orders that should stand, every minute for
 * trades. What differs is found out order by order.
 */
import type { Clock } from '#ports/clock.ts'
import { type Account, MOST_TRADES } from './account.ts'
import type { Book, Tracked } from './book.ts'
import { BinanceFault, NO_SUCH_SYMBOL } from './faults.ts'
import type { Finder } from './finder.ts'
import { type Report, type Trade, wordsOf } from './reports.ts'
import type { ServerClock } from './server-clock.ts'

/** What it is made of. */
export interface SweeperSetup {
  readonly book: Book
  readonly finder: Finder
  readonly account: Account
  readonly clock: Clock
  readonly serverClock: ServerClock
  readonly signal: AbortSignal
  trouble(text: string): void
}

const ORDERS_MS = 10_000
const TRADES_MS = 60_000
const CLOCK_MS = 600_000
// from so many symbols on it is cheaper to ask for all at once: 80 against 6 each
const MANY_SYMBOLS = 13

/** The sweeper. */
export class Sweeper {
  readonly #setup: SweeperSetup
  /** The number of the last trade seen, by symbol. */
  readonly #lastTrade = new Map<string, number>()
  /** Orders of somebody else that were told, by symbol and number: numbers repeat across symbols. */
  readonly #strangers = new Set<string>()
  #sweeping: Promise<void> | null = null
  #tradesAt = 0
  #clockAt: number
  #failing = false

  constructor(setup: SweeperSetup) {
    this.#setup = setup
    this.#clockAt = setup.clock.now()
  }

  /** Sweeps until the service stops. */
  async run(): Promise<void> {
    const { clock, signal } = this.#setup
    while (!signal.aborted) {
      await clock.wait(ORDERS_MS, signal)
      if (!signal.aborted) await this.sweep(clock.now() - this.#tradesAt >= TRADES_MS)
    }
  }

  /** From now on trades of a symbol are watched; what was before is not looked at. */
  async watch(symbol: string): Promise<void> {
    if (this.#lastTrade.has(symbol)) return
    const found = await ofSymbol(this.#setup.account.trades({ symbol, newest: true, limit: 1 }))
    // of one that is no more it is not known: should it come back, what was before is not new
    if (found !== GONE) this.#lastTrade.set(symbol, found[0]?.tradeId ?? -1)
  }

  /** Sweeps once, and for trades too where asked. One at a time: whoever asks meanwhile has it done again after. */
  async sweep(trades: boolean): Promise<void> {
    while (this.#sweeping !== null) await this.#sweeping
    this.#sweeping = this.#sweep(trades).finally(() => {
      this.#sweeping = null
    })
    await this.#sweeping
  }

  async #sweep(trades: boolean): Promise<void> {
    const { clock, serverClock } = this.#setup
    const faults: BinanceFault[] = []
    // what cannot be asked for of one symbol keeps nobody from the others
    const each = async (look: () => Promise<void>): Promise<void> => {
      try {
        await look()
      } catch (error) {
        if (!(error instanceof BinanceFault)) throw error
        faults.push(error)
      }
    }
    await this.#sweepOrders(each)
    if (trades) {
      this.#tradesAt = clock.now()
      for (const symbol of this.#symbols()) await each(() => this.#sweepTrades(symbol))
    }
    if (clock.now() - this.#clockAt >= CLOCK_MS) {
      this.#clockAt = clock.now()
      await each(() => serverClock.measure())
    }
    const [fault] = faults
    if (fault !== undefined && !this.#failing)
      this.#setup.trouble(`The orders on Binance could not be looked at; tried again. ${fault.message}`)
    this.#failing = fault !== undefined
  }

  #symbols(): Set<string> {
    return new Set([...this.#setup.book.open.map(({ request }) => request.symbol), ...this.#lastTrade.keys()])
  }

  async #sweepOrders(each: (look: () => Promise<void>) => Promise<void>): Promise<void> {
    const { book, clock, account } = this.#setup
    const askedAt = clock.now()
    const standing = book.open.filter(({ followed, arrivedAt }) => followed.arrived && arrivedAt !== null && arrivedAt < askedAt)
    const symbols = new Set(standing.map(({ request }) => request.symbol))
    if (symbols.size >= MANY_SYMBOLS) return await each(async () => this.#compare(standing, await account.openOrders()))
    const of = (symbol: string): Tracked[] => standing.filter(({ request }) => request.symbol === symbol)
    const look = async (symbol: string): Promise<void> => this.#compare(of(symbol), await ofSymbol(account.openOrders(symbol)))
    await Promise.all([...symbols].map(symbol => each(() => look(symbol))))
  }

  // Those that should stand and are not listed are looked for.
  #compare(standing: readonly Tracked[], reports: readonly Report[]): void {
    const { book, finder } = this.#setup
    const listed = new Set(reports.map(({ clientId }) => clientId))
    for (const report of reports) book.heard(report)
    for (const tracked of standing) if (!tracked.followed.over && !listed.has(tracked.clientId)) void finder.find(tracked)
  }

  async #sweepTrades(symbol: string): Promise<void> {
    const { account, book } = this.#setup
    if (!this.#lastTrade.has(symbol)) return await this.watch(symbol)
    const { endings } = book
    for (let rows = MOST_TRADES; rows === MOST_TRADES; ) {
      const trades = await ofSymbol(account.trades({ symbol, fromId: this.#lastTrade.get(symbol)! + 1 }))
      rows = trades.length
      for (const trade of trades) {
        await this.#seen(trade)
        this.#lastTrade.set(symbol, Math.max(trade.tradeId, this.#lastTrade.get(symbol)!))
      }
    }
    book.lookedAt(symbol, endings)
  }

  async #seen(trade: Trade): Promise<void> {
    const { account, book, finder } = this.#setup
    const tracked = book.byExchangeId(trade.symbol, trade.exchangeId)
    if (tracked === undefined) {
      const stranger = `${trade.symbol} ${trade.exchangeId}`
      if (this.#strangers.has(stranger) || book.knows(trade)) return
      // an order without an answer may be the one
      if (book.heard(await account.order({ symbol: trade.symbol, exchangeId: trade.exchangeId }))) return
      this.#strangers.add(stranger)
      this.#setup.trouble(`On Binance there was ${wordsOf(trade)} that RootTrading did not order. Its own positions do not count it.`)
    } else if (!tracked.followed.knows(trade.tradeId)) {
      // how the order stands goes before its trades, so that the last one ends it
      if (!tracked.followed.over) await finder.look(tracked)
      book.heardTrades(tracked, [trade])
    }
  }
}

// Of a symbol that is no more there is nothing.
const GONE: readonly never[] = []
const ofSymbol = <Row>(rows: Promise<readonly Row[]>): Promise<readonly Row[]> =>
  rows.catch((error: unknown) => {
    if (error instanceof BinanceFault && error.code === NO_SUCH_SYMBOL) return GONE
    throw error
  })
