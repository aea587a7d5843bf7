/** The record in memory: for tests, and to see what the port asks for. A disk outlives its stores, so that a test can start anew on the same data. */
import type { Candle } from '#domain/candle.ts'
import { Fault } from '#domain/fault.ts'
import type { Decision, FillRecord, Intent, JournalRecords, StopMoved, TripRecord } from '#domain/journal.ts'
import { add, type Money, type Quantity, zero } from '#domain/money.ts'
import type { News } from '#domain/news.ts'
import { isFinal, LATE_KNOWN, mayTradeLate } from '#domain/order.ts'
import { feeInQuote } from '#domain/position.ts'
import type { Holding } from '#domain/slot.ts'
import type { Time } from '#domain/time.ts'
import type { Incoming } from '#ports/messenger.ts'
import type { InboxRow, OrderRecord, PendingAction, PnlRow, Round, Saved, Store, Taken, TradeFilter, TradeRow } from '#ports/store.ts'

/** What is kept of one account. */
interface Account {
  epoch: number
  /** The store that has it. */
  holder: object | null
  committed: boolean
  readonly holdings: Map<string, Holding>
  readonly orders: Map<number, OrderRecord>
  readonly intents: Map<number, Intent>
  readonly decisions: Decision[]
  /** By symbol and the exchange's trade id, in the order in which they were booked. */
  readonly fills: Map<string, FillRecord>
  readonly trips: TripRecord[]
  readonly stopMoves: StopMoved[]
  readonly dust: Round['dust'][number][]
  readonly taken: Taken[]
  readonly cash: Map<string, Money>
  readonly settings: Map<string, string>
  readonly inbox: Map<string, InboxRow>
  readonly outbox: News[]
  /** Messages of people, oldest first; outcome null: not worked off yet. */
  readonly messages: { readonly message: Incoming; outcome: string | null }[]
  /** By platform and chat: how many news it was sent. */
  readonly deliveries: Map<string, number>
  pending: readonly PendingAction[]
  /** A round that was acted upon and is not written into the rest. */
  logged: Round | null
  exchangeState: string | null
  feedState: string | null
  realised: Money
  fees: Money
}

/** What outlives a store: accounts by key, and candles, which are of the market. */
export interface MemoryDisk {
  readonly accounts: Map<string, Account>
  readonly candles: Map<string, Candle>
}

/** A disk with nothing on it. */
export const newMemoryDisk = (): MemoryDisk => ({ accounts: new Map(), candles: new Map() })

/** As if the processes that have the accounts of a disk had died: the next store may take them. */
export function dropHolders(disk: MemoryDisk): void {
  for (const account of disk.accounts.values()) account.holder = null
}

const newAccount = (): Account => ({
  epoch: 0,
  holder: null,
  committed: false,
  holdings: new Map(),
  orders: new Map(),
  intents: new Map(),
  decisions: [],
  fills: new Map(),
  trips: [],
  stopMoves: [],
  dust: [],
  taken: [],
  cash: new Map(),
  settings: new Map(),
  inbox: new Map(),
  outbox: [],
  messages: [],
  deliveries: new Map(),
  pending: [],
  logged: null,
  exchangeState: null,
  feedState: null,
  realised: zero(),
  fees: zero(),
})

/** What is kept of an account on a disk; an empty one where there was none. */
export function accountOn(disk: MemoryDisk, key: string): Account {
  const account = disk.accounts.get(key) ?? newAccount()
  disk.accounts.set(key, account)
  return account
}

/**
 * A store of one account on a disk of memory.
 *
 * @example
 * const disk = newMemoryDisk()
 * const store = openMemoryStore({ disk, account: 'demo' })
 * const saved = await store.open()
 */
export function openMemoryStore({ disk, account: key }: { readonly disk: MemoryDisk; readonly account: string }): Store {
  const account = accountOn(disk, key)
  const self = {}
  let epoch = -1
  const copy = structuredClone
  const assertOurs = (): void => {
    if (account.epoch !== epoch)
      throw new Fault('misconfigured', `the account "${key}" was taken over by another process: nothing was written. Let only one run.`)
    if (account.holder !== self) throw new Fault('retry', `the account "${key}" is not held by this store: open it first.`)
  }
  return {
    async open() {
      if (account.holder !== null && account.holder !== self)
        throw new Fault('misconfigured', `another process trades the account "${key}": only one may. Stop it, or wait until it has ended.`)
      account.holder = self
      epoch = ++account.epoch
      if (account.logged !== null) write(account, disk, account.logged)
      account.logged = null
      return account.committed ? copy(savedOf(account)) : null
    },
    async commit(round, act) {
      assertOurs()
      if (account.logged !== null) throw new Fault('retry', 'the round before was acted upon and is not written: open the store again.')
      refuseDoubles(account, round)
      const kept = copyOf(round)
      if (act !== undefined) {
        account.logged = kept
        act()
        // as a real one, which has to wait here: it may be dead by now
        await Promise.resolve()
        assertOurs()
        account.logged = null
      }
      write(account, disk, kept)
    },
    async wished(id) {
      return account.inbox.get(id)?.result ?? null
    },
    async trades(filter) {
      return copy(tradesOf(account, filter))
    },
    async decisions({ symbol, outcome, limit }) {
      const isWanted = (decision: Decision) =>
        (symbol ?? decision.symbol) === decision.symbol &&
        (outcome === undefined || (decision.outcome === 'ordered') === (outcome === 'ordered'))
      return copy(account.decisions.filter(isWanted).toReversed().slice(0, limit))
    },
    async pnl(from) {
      return pnlOf(account, from)
    },
    async totals() {
      const { decisions, fills, trips } = account
      return { candles: disk.candles.size, signals: decisions.length, fills: fills.size, roundTrips: trips.length }
    },
    async candles(symbol, timeframe, limit) {
      const wanted = [...disk.candles.values()].filter(candle => candle.symbol === symbol && candle.timeframe === timeframe)
      const sorted = wanted.sort((a, b) => a.openTime - b.openTime)
      return copy(sorted.slice(Math.max(0, sorted.length - limit)))
    },
    async journal() {
      return copy(journalOf(account))
    },
    async close() {
      if (account.holder === self) account.holder = null
    },
  }
}

function tradesOf(account: Account, { symbol, owner, from = 0 as Time, limit }: TradeFilter): TradeRow[] {
  const rows = [...account.fills.values()].map((record, index) => ({ ...record, id: String(index + 1) }))
  const wanted = rows.filter(
    row => (symbol ?? row.fill.symbol) === row.fill.symbol && (owner ?? row.owner) === row.owner && row.fill.time >= from,
  )
  return wanted.sort((a, b) => b.fill.time - a.fill.time || Number(b.id) - Number(a.id)).slice(0, limit)
}

function savedOf(account: Account): Saved {
  const dust = new Map<string, Quantity>()
  for (const { asset, quantity } of account.dust) dust.set(asset, add(dust.get(asset) ?? zero<Quantity>(), quantity))
  return {
    holdings: sortedHoldings(account),
    orders: sortedOrders(account).filter(({ order }) => !isFinal(order.status)),
    ended: sortedOrders(account)
      .filter(({ order }) => mayTradeLate(order.status))
      .slice(-LATE_KNOWN),
    intentCount: Math.max(0, ...account.intents.keys()),
    orderCount: Math.max(0, ...account.orders.keys()),
    realised: account.realised,
    fees: account.fees,
    cash: account.cash,
    dust,
    settings: account.settings,
    pending: account.pending,
    exchangeState: account.exchangeState,
    feedState: account.feedState,
  }
}

const journalOf = (account: Account): JournalRecords => ({
  decisions: account.decisions,
  intents: [...account.intents.values()],
  orders: sortedOrders(account).map(({ order }) => order),
  fills: [...account.fills.values()],
  trips: account.trips,
  holdings: sortedHoldings(account),
})

// Checked before anything is written, so that a round is written as a whole or not at all.
function refuseDoubles(account: Account, round: Round): void {
  const refuse = (taken: ReadonlyMap<unknown, unknown>, keys: readonly unknown[], what: string): void => {
    const seen = new Set<unknown>()
    for (const key of keys) {
      if (taken.has(key) || seen.has(key))
        throw new Fault('refused', `${what} ${String(key)} is written down already: nothing of this round was written.`)
      seen.add(key)
    }
  }
  refuse(account.fills, round.fills.map(tradeKey), 'the trade')
  refuse(
    account.intents,
    round.intents.map(({ number }) => number),
    'the intent',
  )
  refuse(
    account.inbox,
    round.inbox.map(({ id }) => id),
    'the wish',
  )
}

// What the core handed in goes on to change: copied as it is now.
const copyOf = ({ holdings, ...rest }: Round): Round => ({ ...structuredClone(rest), holdings: holdings.map(holdingOf) })

function write(account: Account, disk: MemoryDisk, round: Round): void {
  const { orders, holdings, cash, settings, exchangeState, feedState } = round
  const { candles, decisions, intents, fills, stopMoves, trips, dust, taken, inbox, outbox, pending } = round
  for (const candle of candles) {
    const key = `${candle.symbol}@${candle.timeframe} ${candle.openTime}`
    if (!disk.candles.has(key)) disk.candles.set(key, candle)
  }
  account.decisions.push(...decisions)
  for (const intent of intents) account.intents.set(intent.number, intent)
  for (const { order, wish } of orders) account.orders.set(order.id, { order, wish })
  for (const record of fills) account.fills.set(tradeKey(record), record)
  for (const holding of holdings) account.holdings.set(`${holding.owner}\n${holding.symbol}`, holding)
  account.stopMoves.push(...stopMoves)
  account.trips.push(...trips)
  account.dust.push(...dust)
  account.taken.push(...taken)
  for (const { asset, amount } of cash) account.cash.set(asset, amount)
  for (const { key, value } of settings) {
    if (value === null) account.settings.delete(key)
    else account.settings.set(key, value)
  }
  for (const row of inbox) account.inbox.set(row.id, row)
  account.outbox.push(...outbox)
  account.pending = pending
  account.exchangeState = exchangeState ?? account.exchangeState
  account.feedState = feedState ?? account.feedState
  account.realised = round.realised
  account.fees = round.fees
  account.committed = true
}

const tradeKey = ({ fill }: FillRecord): string => `${fill.symbol} ${fill.tradeId}`

// The core hands in its slots, which know their market: only what is a holding's is kept.
const holdingOf = ({ owner, symbol, position, plan, leaving, stoppedAt, pending }: Holding): Holding =>
  structuredClone({ owner, symbol, position, plan, leaving, stoppedAt, pending })

const sortedOrders = (account: Account): OrderRecord[] => [...account.orders.values()].sort((a, b) => a.order.id - b.order.id)

const byOwnerAndSymbol = (a: { owner: string; symbol: string }, b: { owner: string; symbol: string }): number =>
  compare(a.owner, b.owner) || compare(a.symbol, b.symbol)
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const sortedHoldings = (account: Account): Holding[] => [...account.holdings.values()].sort(byOwnerAndSymbol)

function pnlOf(account: Account, from: Time): PnlRow[] {
  const rows = new Map<string, { -readonly [K in keyof PnlRow]: PnlRow[K] }>()
  const rowOf = (owner: string, symbol: string) => {
    const key = `${owner}\n${symbol}`
    const row = rows.get(key) ?? { owner, symbol, fills: 0, roundTrips: 0, wins: 0, realised: zero<Money>(), fees: zero<Money>() }
    rows.set(key, row)
    return row
  }
  for (const { fill, owner, base, quote, realised } of account.fills.values()) {
    if (fill.time < from) continue
    const row = rowOf(owner, fill.symbol)
    row.fills++
    row.fees = add(row.fees, feeInQuote(fill, base, quote))
    const position = account.holdings.get(`${owner}\n${fill.symbol}`)?.position
    // one opened before `from` has all fills since then; one opened later has its own sum
    if (position !== undefined && position.quantity > 0n && position.openedAt < from) row.realised = add(row.realised, realised)
  }
  for (const { trip } of account.trips) {
    if (trip.closedAt < from) continue
    const row = rowOf(trip.owner, trip.symbol)
    row.roundTrips++
    if (trip.realised > 0n) row.wins++
    row.realised = add(row.realised, trip.realised)
  }
  for (const { position } of account.holdings.values()) {
    if (position.quantity === 0n || position.openedAt < from) continue
    const row = rowOf(position.owner, position.symbol)
    row.realised = add(row.realised, position.realised)
  }
  return [...rows.values()].sort(byOwnerAndSymbol)
}
