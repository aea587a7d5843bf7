/** A round as the statements that write it. */
import type { Insertable } from 'kysely'
import { dustPostings, type Posting, postings, takenPostings } from '#domain/ledger.ts'
import { format } from '#domain/money.ts'
import type { Time } from '#domain/time.ts'
import type { Round } from '#ports/store.ts'
import { positionRow, protectionRow } from './holding-rows.ts'
import { candleRow, decisionRow, instant, intentRow, orderRow, tradeRow, tripRow } from './rows.ts'
import { type Insert, into, outOf, type Statement, UPDATE_ACCOUNT } from './statements.ts'
import type { LedgerTable, StopMovesTable, Tables } from './tables.ts'

/** The statement that must hit one row, or the account is no longer ours. */
export const accountStatement = (account: string, epoch: number, round: Round): Statement => ({
  name: 'write accounts',
  text: UPDATE_ACCOUNT,
  values: [
    account,
    epoch,
    instant(round.time),
    JSON.stringify(round.pending),
    format(round.realised),
    format(round.fees),
    round.exchangeState,
    round.feedState,
    Math.max(0, ...round.intents.map(({ number }) => number)),
    Math.max(0, ...round.orders.map(({ order }) => order.id)),
  ],
})

/**
 * The statements of what a round adds and changes; none for what is empty. `mark`: no other round of the account is written with the same. It
 * tells apart the rests of one owner and symbol at one instant: who buys and sells twice before the market moves leaves several.
 */
export function statementsOf(account: string, demo: boolean, round: Round, mark: string): Statement[] {
  return [
    ...rowsInto(into.candles, round.candles.map(candleRow)),
    ...rowsInto(
      into.decisions,
      round.decisions.map(decision => decisionRow(account, decision)),
    ),
    ...rowsInto(
      into.intents,
      round.intents.map(intent => intentRow(account, intent)),
    ),
    ...rowsInto(
      into.orders,
      newest(round.orders, ({ order }) => order.id).map(record => orderRow(account, record)),
    ),
    ...rowsInto(
      into.trades,
      round.fills.map(record => tradeRow(account, demo, record)),
    ),
    ...rowsInto(
      into.trips,
      round.trips.map(record => tripRow(account, record)),
    ),
    ...holdingStatements(account, round),
    ...moneyStatements(account, round, mark),
    ...settingStatements(account, round),
    ...rowsInto(
      into.inbox,
      round.inbox.map(row => ({ ...row, account, time: instant(row.time) })),
    ),
    ...rowsInto(
      into.outbox,
      round.outbox.map(row => ({ ...row, account, time: instant(row.time) })),
    ),
  ]
}

const rowsInto = <Table extends keyof Tables>(insert: Insert<Table>, rows: readonly Insertable<Tables[Table]>[]): Statement[] =>
  rows.length === 0 ? [] : [insert(rows)]

function holdingStatements(account: string, round: Round): Statement[] {
  const holdings = newest(round.holdings, ({ owner, symbol }) => `${owner}\n${symbol}`)
  const unplanned = holdings.filter(({ plan }) => plan === null).map(({ owner, symbol }) => ({ owner, symbol }))
  const moves = round.stopMoves.map(({ owner, symbol, time, from, to, reason }): Insertable<StopMovesTable> => {
    return { account, owner, symbol, time: instant(time), from_price: format(from), to_price: format(to), reason }
  })
  return [
    ...rowsInto(
      into.positions,
      holdings.map(holding => positionRow(account, holding)),
    ),
    ...rowsInto(
      into.protections,
      holdings.flatMap(holding => (holding.plan === null ? [] : [protectionRow(account, holding, holding.plan)])),
    ),
    ...(unplanned.length === 0 ? [] : [outOf.protections(account, unplanned)]),
    ...rowsInto(into.stopMoves, moves),
  ]
}

function moneyStatements(account: string, { fills, dust, taken, cash }: Round, mark: string): Statement[] {
  const postingRows = (entry: string, time: Time, parts: readonly Posting[]): Insertable<LedgerTable>[] =>
    parts.map(({ asset, book, amount }) => ({ account, entry, asset, book, amount: format(amount), time: instant(time) }))
  const ledger = [
    ...fills.flatMap(({ fill, base, quote }) => postingRows(`fill ${fill.symbol} ${fill.tradeId}`, fill.time, postings(fill, base, quote))),
    ...dust.flatMap(({ owner, symbol, asset, quantity, time }, place) =>
      postingRows(`dust ${owner} ${symbol} ${time} ${mark}.${place}`, time, dustPostings(asset, quantity)),
    ),
    ...taken.flatMap(({ of, asset, amount, time }, place) =>
      postingRows(`taken ${of} ${asset} ${time} ${mark}.${place}`, time, takenPostings(asset, amount)),
    ),
  ]
  const rests = dust.map(({ owner, symbol, asset, quantity, time }) => {
    return { account, owner, symbol, asset, quantity: format(quantity), time: instant(time) }
  })
  const balances = newest(cash, ({ asset }) => asset).map(({ asset, amount }) => ({ account, asset, amount: format(amount) }))
  return [...rowsInto(into.ledger, ledger), ...rowsInto(into.dust, rests), ...rowsInto(into.balances, balances)]
}

function settingStatements(account: string, round: Round): Statement[] {
  const settings = newest(round.settings, ({ key }) => key)
  const kept = settings.flatMap(({ key, value }) => (value === null ? [] : [{ account, key, value }]))
  const gone = settings.flatMap(({ key, value }) => (value === null ? [{ key }] : []))
  return [...rowsInto(into.settings, kept), ...(gone.length === 0 ? [] : [outOf.settings(account, gone)])]
}

/**
 * True where something outside may come to know of a round: an order goes out, a person is told. The rest (candles, peaks, the state of
 * feed and paper exchange) may be lost with the last moments before a power cut: it comes again, and nothing was done on it.
 */
export const mustBeOnDisk = ({
  orders,
  decisions,
  intents,
  fills,
  trips,
  stopMoves,
  dust,
  taken,
  cash,
  settings,
  inbox,
  outbox,
  pending,
}: Round): boolean =>
  [orders, decisions, intents, fills, trips, stopMoves, dust, taken, cash, settings, inbox, outbox, pending].some(
    ({ length }) => length > 0,
  )

/**
 * True where the tables could refuse a round for what came from outside: a trade, a rest of one, or a wish that is there already. Such a
 * round must not be acted upon before they have taken it.
 */
export const mayBeRefused = ({ fills, dust, taken, inbox }: Round): boolean => fills.length + dust.length + taken.length + inbox.length > 0

// Of several states of one thing the last counts; a statement may touch a row only once.
const newest = <A>(records: readonly A[], key: (record: A) => unknown): A[] =>
  records.length < 2 ? [...records] : [...new Map(records.map(record => [key(record), record])).values()]
