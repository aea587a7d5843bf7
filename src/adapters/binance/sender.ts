/** Sends orders and cancels, each once. What is refused is told; what has no answer is found out; what never left is tried again, but for entries. */
import { filterDenial } from '#matching/filters.ts'
import { format, type Price } from '#domain/money.ts'
import type { SymbolInfo } from '#domain/symbol.ts'
import type { Clock } from '#ports/clock.ts'
import type { Book, Tracked } from './book.ts'
import { BinanceFault, notPermitted, ORDER_REFUSED } from './faults.ts'
import { type Finder, gapBefore } from './finder.ts'
import type { OrderChannel } from './order-channel.ts'
import { orderParameters, pairParameters } from './order-parameters.ts'
import type { Report } from './reports.ts'

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
  /** A filter was not met: those that are known may be old. */
  outdated(): void
  trouble(text: string): void
}

const WRONG_FILTER = -1013
/** An entry is decided on a price of now. */
const ENTRY_PATIENCE_MS = 1_000
// a person has to do something first
const WRONG_SETTINGS_MS = 30_000

/** The sender. */
export class Sender {
  readonly #setup: SenderSetup

  constructor(setup: SenderSetup) {
    this.#setup = setup
  }

  /** Sends an order, or both of a pair; resolves once it is known what became of it. */
  async send(orders: readonly Tracked[]): Promise<void> {
    const { book, signal, clock } = this.#setup
    const denial = orders.map(order => this.#denial(order)).find(text => text !== null)
    if (denial != null) return this.#refuse(orders, denial)
    const before = this.#cancelsBefore(orders[0]!)
    // what they free may be needed
    if (before.length > 0) await Promise.all(before)
    for (let attempt = 0; !signal.aborted; attempt++) {
      if (orders.some(({ cancelWanted }) => cancelWanted)) {
        for (const order of orders) book.close(order, 'cancelled', 'taken back before it was sent')
        return
      }
      const fault = await this.#place(orders)
      if (fault === null) return
      if (fault.kind === 'unknown_outcome' || isDuplicate(fault)) {
        for (const order of orders) book.unanswered(order)
        await Promise.all(orders.map(order => this.#setup.finder.find(order)))
        return
      }
      if (fault.kind === 'refused' || orders[0]!.entry) return this.#refused(orders, fault)
      // nothing of it was done, and a position waits for it
      if (attempt === 0) this.#setup.trouble(`An order that protects or closes a position waits: ${fault.message}`)
      const pause = fault.kind === 'misconfigured' ? WRONG_SETTINGS_MS : gapBefore(attempt)
      await clock.wait(Math.max(pause, fault.retryAfter), signal)
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

  // Sends at once, before anything is waited for. The fault, or null where it was taken.
  async #place(orders: readonly Tracked[]): Promise<BinanceFault | null> {
    const { book, channel } = this.#setup
    const [first, second] = orders
    const parameters =
      second === undefined
        ? orderParameters(first!.request, first!.clientId)
        : pairParameters(first!.request, second.request, ({ id }) => orders.find(({ request }) => request.id === id)!.clientId)
    const sent = (): void => {
      for (const order of orders) book.sent(order)
    }
    try {
      const { entry } = first!
      const [urgency, patience] = entry ? (['ordinary', ENTRY_PATIENCE_MS] as const) : (['exit', Number.POSITIVE_INFINITY] as const)
      const reports = await channel.place({ parameters, pair: second !== undefined, urgency, patience, sent })
      for (const report of reports) if (book.heard(report)) this.#setup.acknowledged(report)
      return null
    } catch (error) {
      if (!(error instanceof BinanceFault)) throw error
      return error
    }
  }

  #refused(orders: readonly Tracked[], fault: BinanceFault): void {
    if (fault.code === WRONG_FILTER) this.#setup.outdated()
    if (notPermitted(fault.message)) this.#setup.trouble(fault.message)
    this.#refuse(orders, fault.message)
  }

  #refuse(orders: readonly Tracked[], reason: string): void {
    for (const order of orders) this.#setup.book.close(order, 'rejected', reason)
  }

  // Why an order is not sent at all, or null.
  #denial({ request }: Tracked): string | null {
    const last = this.#setup.lastPrice(request.symbol)
    if (request.guard > 0n && last > 0n && last <= request.guard)
      return `the price ${format(last)} is already at or under the stop ${format(request.guard)}`
    const info = this.#setup.info(request.symbol)
    return info === undefined ? null : (filterDenial(info, request, last)?.message ?? null)
  }

  #cancelsBefore({ request: { symbol } }: Tracked): Promise<unknown>[] {
    return this.#setup.book.open.flatMap(({ request, cancelUnderWay }) =>
      request.symbol === symbol && cancelUnderWay !== null ? [cancelUnderWay] : [],
    )
  }
}

// The name is taken by an order that stands: after a single sending that can only be this one, or one of another record.
const isDuplicate = ({ code, message }: BinanceFault): boolean => code === ORDER_REFUSED && /duplicate order/i.test(message)
