/**
 * Questions about a symbol that are asked once for all orders of it that are looked for. An outage may leave hundreds of them without an
 * answer: each asking for itself would use up what may be asked in a minute, and the rest would wait for the next one.
 */
import type { Clock } from '#ports/clock.ts'
import { type Account, MOST_ORDERS } from './account.ts'
import type { Book, Tracked } from './book.ts'
import { BinanceFault, NO_SUCH_SYMBOL } from './faults.ts'
import type { Report } from './reports.ts'

/** What an answer says: the client ids that Binance knows, and whether it knows no others. Null: nobody could say. */
export type Known = { readonly ids: ReadonlySet<string>; readonly all: boolean } | null

interface Asked {
  /** When, by this machine's clock. */
  readonly at: number
  /** From which instant on it was asked for, by Binance's. */
  readonly from: number
  readonly answer: Promise<Known>
}

// For how long an answer is as good as a new one.
const SHARED_MS = 500
// Those that were sent within one minute are asked for together. With one that is days old there is more than an answer has room for (1,000
// rows, and 24 hours at most), and what it leaves out are the new ones.
const minuteOf = (time: number): number => Math.floor(time / 60_000)

/** Such questions. */
export class Inquiries {
  readonly #setup: { readonly book: Book; readonly account: Account; readonly clock: Clock }
  readonly #orders = new Map<string, Asked>()
  readonly #trades = new Map<string, Asked>()

  constructor(setup: { readonly book: Book; readonly account: Account; readonly clock: Clock }) {
    this.#setup = setup
  }

  /** Orders of a symbol that are looked for. */
  sought(symbol: string): Tracked[] {
    return this.#setup.book.open.filter(({ finding, request }) => finding && request.symbol === symbol)
  }

  /** Asks for all orders of a symbol, and tells what was found of those that are looked for. Asked after an instant of this machine's clock. */
  orders(tracked: Tracked, after: number): Promise<Known> {
    return this.#shared(this.#orders, tracked, after, async (symbol, startTime) => {
      const reports = await this.#setup.account.orders({ symbol, startTime })
      return { ids: this.#hear(symbol, reports), all: reports.length < MOST_ORDERS }
    })
  }

  /** Asks for all trades of a symbol, and whose those are that are nobody's yet. Asked after an instant of this machine's clock. */
  trades(tracked: Tracked, after: number): Promise<Known> {
    const { account, book } = this.#setup
    return this.#shared(this.#trades, tracked, after, async (symbol, startTime) => {
      const trades = await account.trades({ symbol, startTime })
      const unknown = new Set(trades.map(({ exchangeId }) => exchangeId).filter(id => book.byExchangeId(symbol, id) === undefined))
      const ids = new Set<string>()
      for (const exchangeId of unknown) for (const id of this.#hear(symbol, [await account.order({ symbol, exchangeId })])) ids.add(id)
      return { ids, all: true }
    })
  }

  #shared(
    map: Map<string, Asked>,
    { request: { symbol }, sentAfter }: Tracked,
    after: number,
    ask: (symbol: string, startTime: number) => Promise<Known>,
  ): Promise<Known> {
    const now = this.#setup.clock.now()
    const key = `${symbol} ${minuteOf(sentAfter)}`
    const last = map.get(key)
    if (last !== undefined && last.at > after && last.from <= sentAfter && now - last.at <= SHARED_MS) return last.answer
    const together = this.sought(symbol).filter(one => minuteOf(one.sentAfter) === minuteOf(sentAfter))
    const from = Math.min(sentAfter, ...together.map(one => one.sentAfter))
    const answer = ask(symbol, from).catch((error: unknown) => {
      if (!(error instanceof BinanceFault)) throw error
      return error.code === NO_SUCH_SYMBOL ? { ids: new Set<string>(), all: true } : null
    })
    for (const [old, { at }] of map) if (now - at > SHARED_MS) map.delete(old)
    map.set(key, { at: now, from, answer })
    return answer
  }

  // The client ids of those that are looked for and were heard of.
  #hear(symbol: string, reports: readonly Report[]): Set<string> {
    const wanted = new Set(this.sought(symbol).map(({ clientId }) => clientId))
    return new Set(reports.filter(report => wanted.has(report.clientId) && this.#setup.book.heard(report)).map(({ clientId }) => clientId))
  }
}
