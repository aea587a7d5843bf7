/**
 * The paper exchange: the matching behind the exchange port, fed with the market's bars, or with the quotes of a live book. Its orders and
 * balances are kept as text.
 */
import type { Amount, Money, Quantity } from '#domain/money.ts'
import type { Action, OrderRequest, OrderUpdate } from '#domain/order.ts'
import type { SymbolInfo } from '#domain/symbol.ts'
import type { Time } from '#domain/time.ts'
import type { Costs } from '#matching/costs.ts'
import { Matching } from '#matching/matching.ts'
import { type Market, refreshBounds } from '#matching/market.ts'
import type { Exchange } from '#ports/exchange.ts'
import type { MarketEvent } from '#ports/feed.ts'

interface Extent {
  readonly symbol: string
  readonly high: number
  readonly low: number
}

/** An exchange that trades on paper. `market` shows it what the market does; a real one sees that by itself. */
export interface PaperExchange extends Exchange {
  market(event: MarketEvent): void
  /** Bars in which it is unknown whether stop or target came first. */
  readonly ambiguousBars: number
}

/** Opens a paper exchange with what there is to trade with, by asset. */
export function openPaperExchange(symbols: readonly SymbolInfo[], costs: Costs, funds: ReadonlyMap<string, Money>): PaperExchange {
  const matching = new Matching(symbols, costs)
  for (const [asset, amount] of funds) matching.wallet.of(asset).free = amount
  let hear: (updates: readonly OrderUpdate[]) => void = () => {}
  let changed = true
  // the bars that are ending: what is placed meanwhile meets their range too
  let ending: readonly Extent[] = []
  let now = 0 as Time

  const tell = (): void => {
    const updates = matching.updates.take()
    if (updates.length > 0) hear(updates)
  }
  // a market with a live book has no bars
  const barred = (symbol: string): Market | null => {
    const market = matching.market(symbol)
    return market.book === null ? market : null
  }
  const range = (): void => {
    for (const { symbol, high, low } of ending) {
      const market = barred(symbol)
      if (market !== null) matching.range(market, high, low, now)
    }
  }
  const carryOut = (action: Action): void => {
    switch (action.kind) {
      case 'cancel':
        matching.cancel(action.order.id, now)
        break
      case 'place':
        if (matching.find(action.order.id) === undefined) matching.place(action.order.request, now)
        break
      case 'pair':
        if (matching.find(action.first.id) === undefined) matching.placePair(action.first.request, action.second.request, now)
        break
      case 'replace':
        if (matching.find(action.by.id) === undefined) matching.replace(action.order.id, action.by.request, now)
        break
    }
  }
  const act = (actions: readonly Action[]): void => {
    if (actions.length === 0) return
    changed = true
    for (const action of actions) carryOut(action)
    range()
    tell()
  }

  return {
    outside: false,
    busy: false,
    get ambiguousBars() {
      return matching.ambiguousBars
    },
    connect(listener) {
      hear = listener
    },
    // its book came from the store with everything else: what rests there arrived, the rest did not
    async recover(_, _ended, pending) {
      act(pending)
    },
    // it is part of the record
    prepare() {},
    act,
    market(event) {
      changed = true
      if (event.kind === 'range') {
        now = (event.time - 1) as Time
        ending = event.bars
        range()
      } else if (event.kind === 'close') {
        now = event.time
        ending = []
        for (const bar of event.bars) {
          const market = barred(bar.symbol)
          if (market !== null) matching.close(market, bar.close)
        }
      } else if (event.kind === 'open') {
        now = event.time
        for (const { symbol, price, volume } of event.opens) {
          const market = barred(symbol)
          if (market !== null) matching.open(market, price, volume, now)
        }
      } else if (event.kind === 'quotes') {
        now = event.time
        for (const { symbol, bid, bidQuantity, ask, askQuantity } of event.quotes)
          matching.quote(matching.market(symbol), bid, bidQuantity, ask, askQuantity, now)
      }
      tell()
    },
    changedState() {
      if (!changed) return null
      changed = false
      return JSON.stringify({ ...save(matching), ending: ending.map(({ symbol, high, low }) => ({ symbol, high, low })), now })
    },
    restore(state) {
      const saved = JSON.parse(state) as SavedBook
      load(matching, saved)
      ending = saved.ending
      now = saved.now
      changed = false
    },
  }
}

interface SavedBook {
  readonly wallet: readonly { readonly asset: string; readonly free: string; readonly locked: string }[]
  readonly markets: readonly {
    readonly symbol: string
    readonly last: string
    readonly phase: 'open' | 'range' | 'closed'
    /** Null or, as earlier versions wrote it, below zero: no limit. */
    readonly available: string | null
    readonly orders: readonly {
      readonly request: Record<string, string | number>
      readonly executed: string
      readonly locked: string
      readonly fresh: boolean
      readonly late: boolean
      readonly triggered: boolean
    }[]
  }[]
  readonly tradeCount: number
  readonly ambiguousBars: number
  readonly ending: readonly Extent[]
  readonly now: Time
}

const AMOUNTS = new Set(['quantity', 'quoteAmount', 'price', 'stopPrice', 'guard'])

function save(matching: Matching): Omit<SavedBook, 'ending' | 'now'> {
  return {
    wallet: matching.wallet.all().map(({ asset, free, locked }) => ({ asset, free: String(free), locked: String(locked) })),
    markets: [...matching.markets.values()].map(({ info, last, phase, available, book, orders }) => ({
      symbol: info.symbol,
      last: String(last),
      // a book is not kept: after a start orders wait for the first quote
      phase: book === null ? phase : 'closed',
      available: available === null ? null : String(available),
      orders: orders.map(({ request, executed, locked, fresh, late, triggered }) => ({
        request: Object.fromEntries(
          Object.entries(request).map(([name, value]) => [name, typeof value === 'bigint' ? String(value) : value]),
        ),
        executed: String(executed),
        locked: String(locked),
        fresh,
        late,
        triggered,
      })),
    })),
    tradeCount: matching.tradeCount,
    ambiguousBars: matching.ambiguousBars,
  }
}

function load(matching: Matching, saved: SavedBook): void {
  for (const { asset, free, locked } of saved.wallet)
    Object.assign(matching.wallet.of(asset), { free: BigInt(free), locked: BigInt(locked) })
  for (const { symbol, last, phase, available, orders } of saved.markets) {
    const market = matching.markets.get(symbol)
    if (market === undefined) continue
    market.last = BigInt(last) as Amount<'price'>
    market.phase = phase
    market.available = available === null || available.startsWith('-') ? null : (BigInt(available) as Quantity)
    for (const { request, executed, locked, fresh, late, triggered } of orders)
      matching.restore({
        request: Object.fromEntries(
          Object.entries(request).map(([name, value]) => [name, AMOUNTS.has(name) ? BigInt(value) : value]),
        ) as unknown as OrderRequest,
        executed: BigInt(executed) as Quantity,
        locked: BigInt(locked),
        fresh,
        late,
        triggered,
      })
    refreshBounds(market)
  }
  matching.tradeCount = saved.tradeCount
  matching.ambiguousBars = saved.ambiguousBars
}
