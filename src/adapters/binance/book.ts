/** Our orders on Binance: those that have not ended, and for a while those that have. What is heard of them goes to the trader from here. */
import { type LateStatus, LATE_KNOWN, type Order, type OrderRequest, type OrderUpdate } from '#domain/order.ts'
import type { Time } from '#domain/time.ts'
import type { Clock } from '#ports/clock.ts'
import { Followed } from './following.ts'
import { CLIENT_PREFIX, clientIdOf, orderIdOf } from './order-parameters.ts'
import type { Report, Trade } from './reports.ts'
import type { ServerClock } from './server-clock.ts'

/** An order of ours and what is under way for it. */
export interface Tracked {
  readonly request: OrderRequest
  readonly clientId: string
  readonly followed: Followed
  /** Entries give up where others go on. */
  readonly entry: boolean
  /** It was not made before this, by Binance's clock: what has its name and is older is another. */
  sentAfter: Time
  /** No request for it was signed after this, by this machine's clock. */
  sentBefore: Time
  /** When it was first known to stand, by this machine's clock. */
  arrivedAt: Time | null
  /** Which of all that have ended it is, counted from 1; 0: it has not. */
  ending: number
  cancelWanted: boolean
  cancelling: boolean
  /** The cancel that has no answer yet. */
  cancelUnderWay: Promise<unknown> | null
  finding: boolean
  settling: boolean
}

/** What a book is made of. */
export interface BookSetup {
  readonly tag: string
  readonly clock: Clock
  readonly serverClock: ServerClock
  /** Something that a person should look at. */
  trouble(text: string): void
}

/** Both clocks may be off by some hundred milliseconds. */
export const CLOCK_ROOM_MS = 2_000
const ENDS = { cancelled: 'cancelled', expired: 'expired', absent: 'not_found' } as const

/** The book. */
export class Book {
  readonly #setup: BookSetup
  readonly #open = new Map<number, Tracked>()
  readonly #ended = new Map<number, Tracked>()
  /** Orders before those, until their trades were looked at: the trader knows nothing of them any more, but they are ours. */
  readonly #past = new Map<number, Tracked>()
  /** How many have ended. */
  endings = 0
  /** Up to which ending trades were looked at, by symbol. */
  readonly #lookedAt = new Map<string, number>()
  readonly #strangers = new Set<string>()
  /** Where the trader's updates go. */
  hear: (updates: readonly OrderUpdate[]) => void = () => {}
  /** Told of an order whenever something new was heard of it. */
  changed: (tracked: Tracked) => void = () => {}
  /** Told of an order as it ends, before anybody else hears of it. */
  ending: (tracked: Tracked) => void = () => {}
  /** False until it is known which orders are ours. */
  ready = false

  constructor(setup: BookSetup) {
    this.#setup = setup
  }

  /** Orders that have not ended. */
  get open(): readonly Tracked[] {
    return [...this.#open.values()]
  }

  /** Begins to follow an order. `sentAfter`: by Binance's clock. */
  add({ request, purpose, executed, status }: Order, sentAfter: Time): Tracked {
    const known = this.#open.get(request.id)
    if (known !== undefined) return known
    const { clock, tag } = this.#setup
    const stands = status === 'open' || status === 'partly_filled'
    const tracked: Tracked = {
      request,
      clientId: clientIdOf(tag, request.id),
      followed: new Followed(request, executed, stands),
      entry: purpose === 'entry',
      sentAfter: (sentAfter - CLOCK_ROOM_MS) as Time,
      sentBefore: clock.now(),
      arrivedAt: stands ? clock.now() : null,
      ending: 0,
      cancelWanted: false,
      cancelling: false,
      cancelUnderWay: null,
      finding: false,
      settling: false,
    }
    this.#open.set(request.id, tracked)
    return tracked
  }

  /** Begins to follow an order that ended in an earlier run. `sentAfter`: by Binance's clock. */
  addEnded(order: Order, sentAfter: Time): Tracked {
    const tracked = this.add(order, sentAfter)
    tracked.followed.restoreEnd(ENDS[order.status as LateStatus])
    this.#open.delete(order.id)
    this.#keepEnded(tracked)
    return tracked
  }

  /** One that has not ended, by our id. */
  get(orderId: number): Tracked | undefined {
    return this.#open.get(orderId)
  }

  /** One by Binance's number, ended or not. */
  byExchangeId(symbol: string, exchangeId: number): Tracked | undefined {
    for (const orders of [this.#open, this.#ended])
      for (const tracked of orders.values())
        if (tracked.followed.exchangeId === exchangeId && tracked.request.symbol === symbol) return tracked
    return undefined
  }

  /** True for a trade of an order of ours that is known already, also where that ended many orders ago. */
  knows({ symbol, exchangeId, tradeId }: Trade): boolean {
    for (const { request, followed } of this.#past.values())
      if (followed.exchangeId === exchangeId && request.symbol === symbol) return followed.knows(tradeId)
    return false
  }

  /** All trades of a symbol were looked at that there were when so many orders had ended. */
  lookedAt(symbol: string, endings: number): void {
    this.#lookedAt.set(symbol, endings)
    for (const [id, { request, ending }] of this.#past) if (request.symbol === symbol && ending <= endings) this.#past.delete(id)
  }

  /** An order was signed and goes out now. Where that is a second time, the first was certainly not taken, and the clock was off then. */
  sent(tracked: Tracked): void {
    const { clock, serverClock } = this.#setup
    tracked.sentAfter = (serverClock.now() - CLOCK_ROOM_MS) as Time
    tracked.sentBefore = clock.now()
  }

  /** Takes in what was said of an order. False where that is none of ours, or not the one that was sent. */
  heard(report: Report): boolean {
    const id = orderIdOf(this.#setup.tag, report.clientId)
    const tracked = id === null ? undefined : (this.#open.get(id) ?? this.#ended.get(id))
    if (tracked === undefined) {
      if (id === null || !this.#past.has(id)) this.#strange(report)
      return false
    }
    if (report.createdAt > 0 && report.createdAt < tracked.sentAfter) return false
    this.tell(tracked, tracked.followed.hear(report))
    return true
  }

  /** Takes in how an order of the account stands where that is one that has ended here, and otherwise than it stands. */
  heardOfEnded(report: Report): void {
    const id = orderIdOf(this.#setup.tag, report.clientId)
    const tracked = id === null ? undefined : this.#ended.get(id)
    if (tracked?.followed.isNews(report) === true) this.heard(report)
  }

  /** Takes in trades of an order. */
  heardTrades(tracked: Tracked, trades: readonly Trade[]): void {
    this.tell(tracked, tracked.followed.hearTrades(trades, this.#setup.serverClock.now()))
  }

  /** An order is over without Binance's saying so. */
  close(tracked: Tracked, event: 'rejected' | 'cancelled' | 'not_found', reason: string): void {
    this.tell(tracked, tracked.followed.close(event, reason, this.#setup.serverClock.now()))
  }

  /** What Binance owes of an order will never be told: what is known of it is all there is, and it is over. */
  giveUp(tracked: Tracked, reason: string): void {
    this.tell(tracked, tracked.followed.giveUp(reason, this.#setup.serverClock.now()))
  }

  /** No answer came to an order. */
  unanswered(tracked: Tracked): void {
    this.tell(tracked, tracked.followed.unanswered(this.#setup.serverClock.now()))
  }

  /** Hands on what came of an order. */
  tell(tracked: Tracked, updates: readonly OrderUpdate[]): void {
    const { followed, request } = tracked
    if (followed.arrived) tracked.arrivedAt ??= this.#setup.clock.now()
    if (followed.ended !== null && this.#open.delete(request.id)) {
      this.#keepEnded(tracked)
      this.ending(tracked)
    }
    if (updates.length > 0) this.hear(updates)
    this.changed(tracked)
  }

  #keepEnded(tracked: Tracked): void {
    tracked.ending = ++this.endings
    this.#ended.set(tracked.request.id, tracked)
    for (const [id, oldest] of this.#ended) {
      if (this.#ended.size <= LATE_KNOWN) break
      this.#ended.delete(id)
      if (oldest.ending > (this.#lookedAt.get(oldest.request.symbol) ?? 0)) this.#past.set(id, oldest)
    }
  }

  // What others place is theirs; what has our name and is not known is a matter for a person.
  #strange({ clientId, symbol, side, status }: Report): void {
    if (!this.ready || !clientId.startsWith(CLIENT_PREFIX) || this.#strangers.has(clientId)) return
    this.#strangers.add(clientId)
    this.#setup.trouble(
      `Order ${clientId} (${side} ${symbol}, ${status}) on Binance was placed by RootTrading and is not in this record. ` +
        'It is left alone: cancel it by hand, or stop the other RootTrading that uses this account.',
    )
  }
}
