/** The order book that a taker meets: the best prices of a recording, or the last price worsened by half-spread and slippage; and its updates. */
import { type Price, worsened } from '#domain/money.ts'
import type { Market } from '#matching/market.ts'
import type { Matching } from '#matching/matching.ts'
import type { History } from './history.ts'

/** A level of the book, amounts counted in 1e-8. */
export interface Level {
  readonly price: bigint
  readonly quantity: bigint
}

type BookSide = 'bid' | 'ask'

/** As many as REST gives. */
const LEVELS_MOST = 5000

const PLENTY = 1_000n * 100_000_000n

/** The best bid and ask. Null before the first price. */
export function bestOf({ info, book, last, slippage, available }: Market): { readonly bid: Level; readonly ask: Level } | null {
  if (book !== null) return { bid: { price: book.bid, quantity: book.bidLeft }, ask: { price: book.ask, quantity: book.askLeft } }
  if (last === 0n) return null
  const { tick } = info.filters
  const quantity = (available as bigint | null) ?? PLENTY
  const ask = worsened(last, slippage, true, tick)
  const bid = worsened(last, slippage, false, tick)
  const step = tick > 0n ? (tick as bigint) : 1n
  // without slippage a taker gets the last price on both sides: the bid is shown a tick below, so that the book is not crossed
  return { bid: { price: bid === ask && bid > step ? (bid as bigint) - step : bid, quantity }, ask: { price: ask, quantity } }
}

/** Levels of one side, the best first; none where nothing is left to take. What is beyond the best is for show: takers get the best level, and no more than its quantity. */
export function levelsOf(market: Market, side: BookSide, count: number): Level[] {
  const best = bestOf(market)
  if (best === null || best[side].quantity === 0n) return []
  const { price, quantity } = best[side]
  const tick = market.info.filters.tick > 0n ? (market.info.filters.tick as bigint) : 1n
  const levels: Level[] = []
  for (let place = 0n; place < count; place++) {
    const at = side === 'bid' ? price - place * tick : price + place * tick
    if (at <= 0n) break
    levels.push({ price: at as Price, quantity })
  }
  return levels
}

// Levels of the market with those that orders of accounts add.
function merged(levels: readonly Level[], own: readonly Level[], side: BookSide): readonly Level[] {
  if (own.length === 0) return levels
  const sums = new Map<bigint, bigint>()
  for (const { price, quantity } of [...levels, ...own]) sums.set(price, (sums.get(price) ?? 0n) + quantity)
  return [...sums]
    .map(([price, quantity]) => ({ price, quantity }))
    .sort((a, b) => (a.price === b.price ? 0 : a.price > b.price === (side === 'bid') ? -1 : 1))
}

/** A book as it is shown, and the id of the update that made it so. */
interface ShownBook {
  readonly update: number
  readonly bids: readonly Level[]
  readonly asks: readonly Level[]
}

// Prices at which one side is not what it was.
function touched(before: readonly Level[], now: readonly Level[]): bigint[] {
  const known = new Map(before.map(({ price, quantity }) => [price, quantity]))
  const changed = now.filter(({ price, quantity }) => known.get(price) !== quantity)
  for (const { price } of now) known.delete(price)
  return [...changed.map(({ price }) => price), ...known.keys()]
}

/** What happened to a book since it was told last: every price that was touched, though it may be as before by now. */
export class Difference {
  readonly #books: Books
  readonly #symbol: string
  readonly #bids = new Set<bigint>()
  readonly #asks = new Set<bigint>()
  #told: number

  constructor(books: Books, symbol: string) {
    this.#books = books
    this.#symbol = symbol
    this.#told = books.shown(symbol, LEVELS_MOST).update
  }

  /** Notes a change. */
  note(before: ShownBook, now: ShownBook): void {
    for (const price of touched(before.bids, now.bids)) this.#bids.add(price)
    for (const price of touched(before.asks, now.asks)) this.#asks.add(price)
  }

  /** The updates since it was told last, the first and the last of them, and levels as they are now (0: gone); null where there were none. */
  tell(): { readonly first: number; readonly book: ShownBook } | null {
    const { update, bids, asks } = this.#books.shown(this.#symbol, LEVELS_MOST)
    const first = this.#told + 1
    if (first > update) return null
    this.#told = update
    const book = { update, bids: at(this.#bids, bids), asks: at(this.#asks, asks) }
    this.#bids.clear()
    this.#asks.clear()
    return { first, book }
  }
}

const at = (prices: ReadonlySet<bigint>, levels: readonly Level[]): Level[] => {
  const known = new Map(levels.map(({ price, quantity }) => [price, quantity]))
  return [...prices].map(price => ({ price, quantity: known.get(price) ?? 0n }))
}

interface Known {
  update: number
  best: string
  /** As it was when looked at last, while somebody wants its differences. */
  book: ShownBook | null
  readonly differences: Set<Difference>
}

type OwnLevels = (symbol: string, side: BookSide) => readonly Level[]

/** The books of all symbols, with ids of their updates that only grow. */
export class Books {
  readonly #matching: Matching
  readonly #histories: ReadonlyMap<string, History>
  readonly #own: OwnLevels
  readonly #known = new Map<string, Known>()

  /** `own`: what resting orders of accounts add. Takers do not meet it, so best prices are told without. */
  constructor(matching: Matching, histories: ReadonlyMap<string, History>, own: OwnLevels) {
    this.#matching = matching
    this.#histories = histories
    this.#own = own
  }

  /** The market moved: an update where the book changed, and with each step of candles, though it may look as before. */
  moved({ symbol, paced }: History): void {
    const before = this.#known.get(symbol)?.update
    const known = this.#look(symbol)
    if (!paced && known.update === before) known.update++
  }
  /** The id of the newest update of a symbol's book. */
  updateOf(symbol: string): number {
    return this.#look(symbol).update
  }
  /** A book, at most so many levels of each side. */
  shown(symbol: string, count: number): ShownBook {
    return this.#levels(symbol, count, this.#look(symbol).update)
  }

  /** Notes what changes from now on. */
  watch(symbol: string): Difference {
    const known = this.#look(symbol)
    known.book ??= this.#levels(symbol, LEVELS_MOST, known.update)
    const difference = new Difference(this, symbol)
    known.differences.add(difference)
    return difference
  }
  /** Notes no more for this one. */
  unwatch(symbol: string, difference: Difference): void {
    const known = this.#look(symbol)
    known.differences.delete(difference)
    if (known.differences.size === 0) known.book = null
  }

  // An order of an account may have taken something since, or rest now: that is an update too.
  #look(symbol: string): Known {
    const best = this.#bestOf(symbol)
    const known = this.#known.get(symbol) ?? { update: 1, best, book: null, differences: new Set() }
    this.#known.set(symbol, known)
    if (best === known.best) return known
    known.best = best
    known.update++
    if (known.book === null) return known
    const now = this.#levels(symbol, LEVELS_MOST, known.update)
    for (const difference of known.differences) difference.note(known.book, now)
    known.book = now
    return known
  }
  #levels(symbol: string, count: number, update: number): ShownBook {
    const market = this.#matching.market(symbol)
    const levels = Math.min(count, this.#histories.get(symbol)!.levels)
    const side = (name: BookSide): readonly Level[] => merged(levelsOf(market, name, levels), this.#own(symbol, name), name).slice(0, count)
    return { update, bids: side('bid'), asks: side('ask') }
  }
  #bestOf(symbol: string): string {
    const best = bestOf(this.#matching.market(symbol))
    if (best === null) return ''
    const own = (['bid', 'ask'] as const).map(side =>
      this.#own(symbol, side)
        .map(({ price, quantity }) => `${price} ${quantity}`)
        .join(),
    )
    return `${best.bid.price} ${best.bid.quantity} ${best.ask.price} ${best.ask.quantity} ${own.join(' ')}`
  }
}
