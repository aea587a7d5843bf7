/** Sends orders, cancels, and orders in the place of others, each once. What is refused is told; what has no answer is found out; what never left is tried again, but for entries. */
import { filterDenial } from '#matching/filters.ts'
import { format, type Price } from '#domain/money.ts'
import { type OrderRequest, REPLACE_MISSED } from '#domain/order.ts'
import type { SymbolInfo } from '#domain/symbol.ts'
import type { Clock } from '#ports/clock.ts'
import type { Book, Tracked } from './book.ts'
import { BinanceFault, faultOf, type Halves, notPermitted, ORDER_REFUSED } from './faults.ts'
import { type Finder, gapBefore } from './finder.ts'
import type { OrderChannel } from './order-channel.ts'
import { fitted, orderParameters, pairParameters, replaceParameters } from './order-parameters.ts'
import { type Report, reportOfOrder } from './reports.ts'

/** What it is made of. */
export interface SenderSetup {
  readonly book: Book
  readonly finder: Finder
  readonly channel: OrderChannel
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Filters of a symbol, or undefined where they are not known. */
  info(symbol: string): SymbolInfo | undefined
  /** The last known price of a symbol; 0: none. */
  lastPrice(symbol: string): Price
  /** Binance acknowledged something: an event of it has to come. */
  acknowledged(report: Report): void
  /** A filter was not met, or a symbol is known not to trade: what is known may be old. Resolves once it is known anew, or cannot be. */
  outdated(): Promise<void>
  trouble(text: string): void
}

/** An order in the place of one that stands. */
export interface Replacement {
  readonly old: Tracked
  readonly by: Tracked
  /** Nothing of the old one has traded, as far as whoever sized the new one knows. */
  readonly untouched: boolean
}

const WRONG_FILTER = -1013
/** An entry is decided on a price of now. */
const ENTRY_PATIENCE_MS = 1_000
const NOW = { urgency: 'ordinary', patience: ENTRY_PATIENCE_MS } as const
const ANY_TIME = { urgency: 'exit', patience: Number.POSITIVE_INFINITY } as const
// a person has to do something first
const WRONG_SETTINGS_MS = 30_000
// A symbol that does not trade mostly does not for minutes or hours; the longest pause is shorter than any bar.
const haltedGap = (attempt: number): number => Math.min(5_000 + attempt * 1_000, 30_000)
/** One that Binance takes back by itself so soon would be taken back again. */
const SHORT_LIFE_MS = 10_000
const TAKEN_BACK = 'taken back before it was sent'

/** The sender. */
export class Sender {
  readonly #setup: SenderSetup
  // symbols of which people know that a position has no protection since nothing trades
  readonly #bare = new Set<string>()
  // from when on the next protection of a symbol goes
  readonly #notBefore = new Map<string, number>()

  constructor(setup: SenderSetup) {
    this.#setup = setup
  }

  /** Sends an order, or both of a pair, not before `hold` has resolved; resolves once it is known what became of it. */
  async send(orders: readonly Tracked[], hold?: Promise<void>): Promise<void> {
    const { book, clock, signal } = this.#setup
    const denial = orders.map(order => this.#denial(order)).find(text => text !== null)
    if (denial != null) return this.#refuse(orders, denial)
    const { entry, request } = orders[0]!
    const unsettled = (this.#notBefore.get(request.symbol) ?? 0) - clock.now()
    if (!entry && request.type !== 'MARKET' && unsettled > 0) await clock.wait(unsettled, signal)
    const before = this.#cancelsBefore(orders[0]!)
    // what they free may be needed
    if (before.length > 0) await Promise.all(before)
    let renewed = false
    for (let attempt = 0; !signal.aborted; attempt++) {
      if (orders.some(({ cancelWanted }) => cancelWanted)) {
        for (const order of orders) book.close(order, 'cancelled', TAKEN_BACK)
        return
      }
      const parameters = this.#parameters(orders)
      const fault = await this.#place(orders, parameters, hold)
      if (fault === null) return this.#trades(orders[0]!)
      if (await this.#isHalted(orders[0]!, fault)) {
        await this.#waitBare(orders[0]!, attempt)
        continue
      }
      // a position waits for it, and it was made for filters that are no more: where it fits those there are now it is another one
      if (fault.code === WRONG_FILTER && !orders[0]!.entry && !renewed) {
        renewed = true
        await this.#setup.outdated()
        if (JSON.stringify(this.#parameters(orders)) !== JSON.stringify(parameters)) continue
      }
      if (fault.kind === 'unknown_outcome' || isDuplicate(fault)) {
        for (const order of orders) book.unanswered(order)
        await Promise.all(orders.map(order => this.#setup.finder.find(order)))
        return
      }
      if (fault.kind === 'refused' || orders[0]!.entry) return this.#refused(orders, fault)
      // nothing of it was done, and a position waits for it
      await this.#pause(fault, attempt)
    }
  }

  /**
   * Puts an order in the place of another in one request; resolves once it is known what became of both. The old one stands until Binance has
   * cancelled it. Where it cannot be done so the old one is taken back by itself and the new one is told to have missed it: whoever wants it
   * sends another, for what is held then. An entry goes after the old one by itself where nothing of that was bought, at once or not at all.
   */
  async replace(replacement: Replacement): Promise<void> {
    const { old, by } = replacement
    const { book, finder, signal, clock } = this.#setup
    for (let attempt = 0; !signal.aborted; attempt++) {
      if (by.cancelWanted) return book.close(by, 'cancelled', TAKEN_BACK)
      const denial = this.#denial(by)
      const inOneStep = this.#setup.info(by.request.symbol)?.replaces !== false
      if (old.followed.over || denial !== null || !inOneStep) return await this.#missed(replacement, false, denial)
      const fault = await this.#exchange(replacement)
      if (fault === null) return
      if (fault.kind === 'unknown_outcome' || isDuplicate(fault)) {
        book.unanswered(by)
        await Promise.all([finder.find(by), finder.find(old)])
        return
      }
      if (fault.halves?.cancelled != null) return await this.#halfDone(by, fault.halves)
      if (fault.halves === null && (await this.#isHalted(by, fault))) {
        // the old one protects, and would not come back
        await clock.wait(haltedGap(attempt), signal)
        continue
      }
      if (fault.kind === 'refused') return await this.#missed(replacement, fault.halves !== null, null)
      if (by.entry) return await this.#missed(replacement, false, fault.message)
      // nothing of it was done, and the old one protects
      await this.#pause(fault, attempt)
    }
  }

  /** Cancels an order until it has ended. */
  async takeBack(order: Tracked): Promise<void> {
    if (order.cancelling) return
    order.cancelling = true
    const { book, channel, clock, signal, finder } = this.#setup
    for (let attempt = 0; !order.followed.over && !signal.aborted; attempt++) {
      if (attempt > 0) await clock.wait(gapBefore(attempt), signal)
      const sent = channel.cancel(order.request.symbol, order.clientId)
      order.cancelUnderWay = sent.catch(() => {})
      try {
        for (const report of await sent) if (book.heard(report)) this.#setup.acknowledged(report)
      } catch (error) {
        if (!(error instanceof BinanceFault)) throw error
        // the first is mostly an order that has just filled
        if (attempt === 1) {
          const { side, symbol } = order.request
          this.#setup.trouble(
            `Order ${order.clientId} (${side} ${symbol}) cannot be taken back yet; it is tried again and again. ${error.message}`,
          )
        }
        if (error.kind === 'misconfigured') await clock.wait(WRONG_SETTINGS_MS, signal)
        // "unknown order" means: look; it has mostly ended by itself
        if (error.kind === 'refused' && (await finder.look(order)) === 'absent') await finder.find(order)
        else if (error.kind === 'unknown_outcome') await finder.look(order)
      } finally {
        order.cancelUnderWay = null
      }
    }
    order.cancelling = false
  }

  /** That the price has passed the stop that an entry comes with, or null. */
  passed({ symbol, guard }: OrderRequest): string | null {
    if (guard === 0n) return null
    const last = this.#setup.lastPrice(symbol)
    return last > 0n && last <= guard ? `the price ${format(last)} is already at or under the stop ${format(guard)}` : null
  }

  /** An order has ended: where Binance takes protection back again and again as soon as it stands, the next waits. */
  ended({ entry, sentAfter, followed, request: { symbol } }: Tracked): void {
    const now = this.#setup.clock.now()
    if (!entry && followed.takenOff && now - sentAfter < SHORT_LIFE_MS) this.#notBefore.set(symbol, now + haltedGap(0))
  }

  // True where what protects a position was refused since its symbol does not trade just then: that says nothing of the position, which stays.
  // Binance's words decide, and where they are others what exchangeInfo says by now.
  async #isHalted({ entry, request: { type, symbol } }: Tracked, { kind, message }: BinanceFault): Promise<boolean> {
    const { info, outdated } = this.#setup
    if (kind !== 'refused' || entry || type === 'MARKET') return false
    if (/market is closed/i.test(message)) return true
    if (info(symbol)?.trading !== false) return false
    await outdated()
    return info(symbol)?.trading === false
  }

  // A position has no protection: told once, and tried again.
  async #waitBare({ request: { symbol } }: Tracked, attempt: number): Promise<void> {
    const { clock, signal, outdated, trouble } = this.#setup
    if (!this.#bare.has(symbol)) {
      this.#bare.add(symbol)
      trouble(
        `${symbol} does not trade on Binance at present: its position has no protection there until it does. It is tried again and again; nothing is sold meanwhile.`,
      )
      void outdated()
    }
    await clock.wait(haltedGap(attempt), signal)
  }

  // An order of its symbol was taken: where it was thought not to trade entries may go too.
  #trades({ request: { symbol } }: Tracked): void {
    if (this.#bare.delete(symbol)) void this.#setup.outdated()
  }

  async #pause(fault: BinanceFault, attempt: number): Promise<void> {
    if (attempt === 0 && !this.#setup.signal.aborted)
      this.#setup.trouble(`An order that protects or closes a position waits: ${fault.message}`)
    const pause = fault.kind === 'misconfigured' ? WRONG_SETTINGS_MS : gapBefore(attempt)
    await this.#setup.clock.wait(Math.max(pause, fault.retryAfter), this.#setup.signal)
  }

  // The fault, or null where both were done.
  async #exchange({ old, by, untouched }: Replacement): Promise<BinanceFault | null> {
    const { book, channel } = this.#setup
    const parameters = replaceParameters(this.#fitted(by), by.clientId, { clientId: old.clientId, untouched })
    const sent = (): void => book.sent(by)
    try {
      const { urgency, patience } = by.entry ? NOW : ANY_TIME
      const reports = await channel.replace({ parameters, pair: false, urgency, patience, sent })
      for (const report of reports) if (book.heard(report)) this.#setup.acknowledged(report)
      return null
    } catch (error) {
      if (!(error instanceof BinanceFault)) throw error
      return error
    }
  }

  // The old one was cancelled and the new one not taken: nothing rests any more.
  async #halfDone(by: Tracked, { cancelled, refused }: Halves): Promise<void> {
    const { book, finder } = this.#setup
    const report = reportOfOrder(cancelled!)
    if (book.heard(report)) this.#setup.acknowledged(report)
    const { code, text } = refused ?? { code: 0, text: '' }
    const fault = faultOf({ ask: 'order.cancelReplace', changes: true, status: 400, code, text, retryAfter: 0 })
    if (fault.kind === 'unknown_outcome' || isDuplicate(fault)) {
      book.unanswered(by)
      return await finder.find(by)
    }
    if (fault.kind === 'refused' && !(await this.#isHalted(by, fault))) return this.#refused([by], fault)
    // nothing of it was done, and nothing is in its way
    await this.send([by])
  }

  // The new one was not tried. `gone`: Binance says that the old one cannot be cancelled; it has mostly been reached. `why`: it would not be
  // taken by itself either.
  async #missed({ old, by }: Replacement, gone: boolean, why: string | null): Promise<void> {
    const { book, finder, signal, clock } = this.#setup
    const since = clock.now()
    if (gone && !old.followed.over && (await finder.look(old)) === 'absent') await finder.find(old)
    if (!old.followed.over) await this.takeBack(old)
    if (signal.aborted) return
    if (by.cancelWanted) return book.close(by, 'cancelled', TAKEN_BACK)
    if (by.entry && why !== null) return book.close(by, 'rejected', why)
    if (by.entry && old.followed.untouched && clock.now() - since <= ENTRY_PATIENCE_MS) return await this.send([by])
    book.close(by, 'rejected', REPLACE_MISSED)
  }

  #parameters(orders: readonly Tracked[]): Record<string, string> {
    const [first, second] = orders
    return second === undefined
      ? orderParameters(this.#fitted(first!), first!.clientId)
      : pairParameters(this.#fitted(first!), this.#fitted(second), ({ id }) => orders.find(({ request }) => request.id === id)!.clientId)
  }

  #fitted({ request }: Tracked): OrderRequest {
    return fitted(request, this.#setup.info(request.symbol))
  }

  // Sends at once, before anything else is waited for. The fault, or null where it was taken.
  async #place(orders: readonly Tracked[], parameters: Record<string, string>, hold?: Promise<void>): Promise<BinanceFault | null> {
    const { book, channel } = this.#setup
    const [first, second] = orders
    const sent = (): void => {
      for (const order of orders) book.sent(order)
    }
    try {
      const { urgency, patience } = first!.entry ? NOW : ANY_TIME
      const reports = await channel.place({ parameters, pair: second !== undefined, urgency, patience, hold, sent })
      for (const report of reports) if (book.heard(report)) this.#setup.acknowledged(report)
      return null
    } catch (error) {
      if (!(error instanceof BinanceFault)) throw error
      return error
    }
  }

  #refused(orders: readonly Tracked[], fault: BinanceFault): void {
    if (fault.code === WRONG_FILTER) void this.#setup.outdated()
    if (notPermitted(fault.message)) this.#setup.trouble(fault.message)
    this.#refuse(orders, fault.message)
  }

  #refuse(orders: readonly Tracked[], reason: string): void {
    for (const order of orders) this.#setup.book.close(order, 'rejected', reason)
  }

  // Why an order is not sent at all, or null.
  #denial({ request, entry }: Tracked): string | null {
    const passed = this.passed(request)
    if (passed !== null) return passed
    const last = this.#setup.lastPrice(request.symbol)
    const info = this.#setup.info(request.symbol)
    // what closes or protects a position is tried: by now it may trade again
    if (entry && info?.trading === false) {
      void this.#setup.outdated()
      return `${request.symbol} does not trade on Binance at present`
    }
    return info === undefined ? null : (filterDenial(info, fitted(request, info), last)?.message ?? null)
  }

  #cancelsBefore({ request: { symbol } }: Tracked): Promise<unknown>[] {
    return this.#setup.book.open.flatMap(({ request, cancelUnderWay }) =>
      request.symbol === symbol && cancelUnderWay !== null ? [cancelUnderWay] : [],
    )
  }
}

// The name is taken by an order that stands: after a single sending that can only be this one, or one of another record.
const isDuplicate = ({ code, message }: BinanceFault): boolean => code === ORDER_REFUSED && /duplicate order/i.test(message)
