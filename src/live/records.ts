/** Collects what one round writes down. */
import type { Candle } from '#domain/candle.ts'
import type { Decision, Intent, Recorder, StopMoved } from '#domain/journal.ts'
import type { Money, Quantity } from '#domain/money.ts'
import type { News } from '#domain/news.ts'
import type { Fill, Order } from '#domain/order.ts'
import type { RoundTrip } from '#domain/position.ts'
import type { Holding } from '#domain/slot.ts'
import type { SymbolInfo } from '#domain/symbol.ts'
import type { Time } from '#domain/time.ts'
import type { FillRecord, InboxRow, Round, Taken, TripRecord } from '#ports/store.ts'
import type { AccountTold, Told } from '#domain/told.ts'

type Dust = Round['dust'][number]

/** The recorder of the live shell: full decisions, told in the order in which things happened. */
export class Records implements Recorder {
  readonly values = true
  readonly #info: (symbol: string) => SymbolInfo
  #told: Told[] = []
  #candles: Candle[] = []
  #decisions: Decision[] = []
  #intents: Intent[] = []
  #orders = new Map<number, Order>()
  #fills: FillRecord[] = []
  #holdings = new Map<string, Holding>()
  #moves: StopMoved[] = []
  #trips: TripRecord[] = []
  #dust: Dust[] = []
  #taken: Taken[] = []
  #settings = new Map<string, string | null>()
  #inbox: InboxRow[] = []
  #news: News[] = []

  constructor(info: (symbol: string) => SymbolInfo) {
    this.#info = info
  }

  decided(decision: Decision): void {
    this.#decisions.push(decision)
    const told: Told = { kind: decision.outcome === 'ordered' ? 'signal' : 'denied', decision }
    // people read why before what: a signal stands before the order that came of it
    const order = decision.intent === 0 ? -1 : this.#told.findIndex(one => one.kind === 'order' && one.order.intent === decision.intent)
    if (order < 0) this.#told.push(told)
    else this.#told.splice(order, 0, told)
  }
  intended(intent: Intent): void {
    this.#intents.push(intent)
  }
  ordered(order: Order): void {
    if (order.status === 'sending') this.#told.push({ kind: 'order', order })
    this.#orders.set(order.id, order)
  }
  filled(fill: Fill, order: Order, realised: Money): void {
    const { base, quote } = this.#info(fill.symbol)
    const { owner, intent, reason, purpose } = order
    const record = { fill, owner, intent, reason, purpose, base, quote, realised }
    this.#fills.push(record)
    this.#told.push({ kind: 'fill', record })
  }
  held(holding: Holding): void {
    this.#holdings.set(`${holding.owner}\n${holding.symbol}`, holding)
  }
  stopMoved(move: StopMoved): void {
    this.#moves.push(move)
    this.#told.push({ kind: 'stop_moved', move })
  }
  closed(trip: RoundTrip, reason: string): void {
    const record = { trip, reason }
    this.#trips.push(record)
    this.#told.push({ kind: 'closed', record, quote: this.#info(trip.symbol).quote })
  }
  dust(owner: string, symbol: string, quantity: Quantity, time: Time): void {
    const asset = this.#info(symbol).base
    this.#dust.push({ owner, symbol, asset, quantity, time })
    if (quantity > 0n) this.#told.push({ kind: 'dust', owner, symbol, asset, quantity, time })
  }
  /** What somebody took out of the account is written off. */
  taken(taken: Taken): void {
    this.#taken.push(taken)
  }
  candles(candles: readonly Candle[]): void {
    this.#candles.push(...candles)
  }
  /** Something is to be told of what the account outside holds. */
  account(what: AccountTold, person: string, text: string, time: Time): void {
    this.#told.push({ kind: 'account', what, person, text, time })
  }
  /** A person changed the mode. */
  mode(mode: string, person: string, text: string, time: Time): void {
    this.#told.push({ kind: 'mode', mode, person, text, time })
  }
  setting(key: string, value: string | null): void {
    this.#settings.set(key, value)
  }
  inbox(row: InboxRow): void {
    this.#inbox.push(row)
  }
  /** News that come of nothing else that is written down. */
  news(news: News): void {
    this.#news.push(news)
  }

  /** True when nothing was written down since the last `take`. */
  get empty(): boolean {
    return (
      this.#candles.length + this.#decisions.length + this.#intents.length + this.#orders.size + this.#fills.length === 0 &&
      this.#holdings.size +
        this.#moves.length +
        this.#trips.length +
        this.#dust.length +
        this.#taken.length +
        this.#settings.size +
        this.#inbox.length +
        this.#news.length ===
        0
    )
  }

  /** What was collected, and begins anew. */
  take(): {
    readonly told: readonly Told[]
    readonly news: readonly News[]
    readonly orders: readonly Order[]
    readonly rest: Pick<
      Round,
      'candles' | 'decisions' | 'intents' | 'fills' | 'holdings' | 'stopMoves' | 'trips' | 'dust' | 'taken' | 'settings' | 'inbox'
    >
  } {
    const taken = {
      told: this.#told,
      news: this.#news,
      orders: [...this.#orders.values()],
      rest: {
        candles: this.#candles,
        decisions: this.#decisions,
        intents: this.#intents,
        fills: this.#fills,
        holdings: [...this.#holdings.values()],
        stopMoves: this.#moves,
        trips: this.#trips,
        dust: this.#dust,
        taken: this.#taken,
        settings: [...this.#settings].map(([key, value]) => ({ key, value })),
        inbox: this.#inbox,
      },
    }
    this.#told = []
    this.#candles = []
    this.#decisions = []
    this.#intents = []
    this.#orders = new Map()
    this.#fills = []
    this.#holdings = new Map()
    this.#moves = []
    this.#trips = []
    this.#dust = []
    this.#taken = []
    this.#settings = new Map()
    this.#inbox = []
    this.#news = []
    return taken
  }
}
