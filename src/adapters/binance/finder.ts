/**
 * Finds out what is not known of an order by asking. That Binance does not know an order is no proof that there is none: it may still take
 * a request for some seconds, and its queries lag. Absence is final only long after the signing, when it was said several times, and when
 * no trade is the order's either.
 */
import type { Clock } from '#ports/clock.ts'
import type { Account } from './account.ts'
import type { Book, Tracked } from './book.ts'
import { ARCHIVED, BinanceFault, NO_SUCH_ORDER, NO_SUCH_SYMBOL } from './faults.ts'
import { Inquiries } from './inquiries.ts'

/** What it is made of. */
export interface FinderSetup {
  readonly book: Book
  readonly account: Account
  readonly clock: Clock
  /** Aborted when the service stops. */
  readonly signal: AbortSignal
  /** Something that a person should look at. */
  trouble(text: string): void
}

/** What a look came to: it is there, it is said not to be, or nobody could say. */
export type Look = 'found' | 'absent' | 'unsure'

/** Pauses between attempts at one thing, in milliseconds; the last one again and again. */
const GAPS_MS = [200, 500, 1_000, 2_000, 4_000, 8_000]
/** The pause before an attempt, in milliseconds. */
export const gapBefore = (attempt: number): number => GAPS_MS[Math.min(attempt, GAPS_MS.length - 1)]!

// The window of a request (3 s), the longest that Binance waits for its engine (10 s), and some room.
const ABSENT_MS = 15_000
const ABSENT_ANSWERS = 3
// Events that are under way may bring what is missing.
const EVENT_ROOM_MS = 300

// From so many orders of a symbol on it is cheaper to ask for all of them at once: 20 against 4 each.
const CROWD = 6
// Of the pauses, where they begin anew once absence may be final.
const FINAL_GAP = 2

/** The finder. */
export class Finder {
  readonly #setup: FinderSetup
  readonly #inquiries: Inquiries

  constructor(setup: FinderSetup) {
    this.#setup = setup
    this.#inquiries = new Inquiries(setup)
  }

  /** Asks for an order once. What was found is told. */
  async look(tracked: Tracked): Promise<Look> {
    try {
      return (await this.#ask(tracked)) ? 'found' : 'absent'
    } catch (error) {
      if (!(error instanceof BinanceFault)) throw error
      if (error.code === ARCHIVED && tracked.followed.arrived) return 'absent'
      // an order of a symbol that is no more is none either
      return error.code === NO_SUCH_ORDER || error.code === NO_SUCH_SYMBOL ? 'absent' : 'unsure'
    }
  }

  /** Looks for an order until it is found or its absence is final. An event may find it meanwhile. */
  async find(tracked: Tracked): Promise<void> {
    if (tracked.finding) return
    tracked.finding = true
    const { clock, signal, book } = this.#setup
    const { followed } = tracked
    const stood = followed.arrived
    const since = stood ? clock.now() : tracked.sentBefore
    let absent = 0
    let askedAt: number = since
    let finals = 0
    for (let attempt = 0; ; attempt++) {
      const left = since + ABSENT_MS - clock.now()
      // one look falls on the instant from which on absence may be final
      await clock.wait(left > 0 ? Math.min(gapBefore(attempt), left) : gapBefore(FINAL_GAP + finals++), signal)
      if (signal.aborted || followed.over || (!stood && followed.arrived)) break
      const now = clock.now()
      const final = now - since >= ABSENT_MS
      // what is final is said of the order itself; those that stood may be days apart, and one look mostly finds them
      const crowded = !final && !stood && this.#inquiries.sought(tracked.request.symbol).length >= CROWD
      const look = crowded ? await this.#lookAmong(tracked, askedAt) : await this.look(tracked)
      askedAt = now
      if (look === 'found') break
      if (look === 'absent') absent++
      if (!final || look !== 'absent' || absent < ABSENT_ANSWERS || (await this.#foundByTrade(tracked, since + ABSENT_MS))) continue
      if (stood) book.close(tracked, 'cancelled', 'Binance does not know this order any more')
      else book.close(tracked, 'not_found', 'it never arrived at Binance')
      break
    }
    tracked.finding = false
  }

  /** Asks for the trades of an order until all that were claimed are there, or its symbol is surely no more. */
  async settle(tracked: Tracked): Promise<void> {
    if (tracked.settling) return
    tracked.settling = true
    const { clock, signal, account, book } = this.#setup
    const { followed, request } = tracked
    let gone = 0
    let goneSince: number = clock.now()
    await clock.wait(EVENT_ROOM_MS, signal)
    for (let attempt = 0; followed.missing && !signal.aborted; attempt++) {
      if (attempt > 0) await clock.wait(gapBefore(attempt), signal)
      try {
        if (followed.exchangeId === 0) await this.#ask(tracked)
        else book.heardTrades(tracked, await account.trades({ symbol: request.symbol, exchangeId: followed.exchangeId }))
        gone = 0
      } catch (error) {
        if (!(error instanceof BinanceFault)) throw error
        if (error.code !== NO_SUCH_SYMBOL) continue
        if (gone++ === 0) goneSince = clock.now()
        if (gone >= ABSENT_ANSWERS && clock.now() - goneSince >= ABSENT_MS) this.#giveUp(tracked)
      }
    }
    tracked.settling = false
  }

  #giveUp(tracked: Tracked): void {
    const { clientId, request } = tracked
    this.#setup.trouble(
      `Binance has ${request.symbol} no more and did not tell all trades of order ${clientId} (${request.side} ${request.symbol}). ` +
        'Those that are known are kept: compare what is held with the account.',
    )
    this.#setup.book.giveUp(tracked, `Binance has ${request.symbol} no more`)
  }

  // What is found is told. False where Binance knows another order of that name: an older one is not the one that was sent.
  async #ask({ request: { symbol }, clientId }: Tracked): Promise<boolean> {
    const { account, book } = this.#setup
    return book.heard({ ...(await account.order({ symbol, clientId })), clientId })
  }

  // Among all orders of its symbol, in an answer that others may have asked for too.
  async #lookAmong(tracked: Tracked, after: number): Promise<Look> {
    const known = await this.#inquiries.orders(tracked, after)
    if (known?.ids.has(tracked.clientId) === true) return 'found'
    return known?.all === true ? 'absent' : 'unsure'
  }

  // Trades since it was sent, of an order that nobody knows: whose are they? True where they are this one's, or nobody could say.
  async #foundByTrade(tracked: Tracked, after: number): Promise<boolean> {
    const known = await this.#inquiries.trades(tracked, after - 1)
    return known === null || known.ids.has(tracked.clientId)
  }
}
