/** Order lists in, on and out: a pair at once, pending legs when their working order is filled. */
import { floorTo, least, notional, type Quantity, zero } from '#domain/money.ts'
import { lock, unlock } from '#matching/wallet.ts'
import { ApiError, cancelRejected, orderRejected } from '../errors.ts'
import { checkAccount, checkFresh, checkFunds, checkMarket, checkMatching, checkPair, checkRules, type Company, needOf } from './checks.ts'
import { listEvent } from './events.ts'
import { type List, type ListDraft, paysTheOther } from './lists.ts'
import { type Draft, isContingent, isOpen, limitOf, type Order } from './order.ts'
import { pegged } from './peg.ts'
import type { Venue } from './venue.ts'

/** Places a list. Throws ApiError when it is refused; then nothing of it exists. */
export function placeList(venue: Venue, asked: ListDraft): List {
  const draft = peggedNow(venue, asked)
  const { working, legs, symbol } = draft
  const all = working === null ? legs : [working, ...legs]
  if (venue.limits.tooManyOrders(all.length)) throw venue.limits.tooMany()
  checkSupported(venue, draft)
  const company: Company = { lists: 1, ...countsIn(all) }
  for (const one of working === null ? legs : [working]) checkRules(venue, one, company)
  // pending legs without a quantity are looked at when they go live
  if (working !== null) for (const leg of legs) if (leg.quantity > 0n) checkRules(venue, leg, company)
  checkAccount(venue)
  checkIds(venue, draft)
  if (working === null) checkLegs(venue, legs)
  else {
    checkFunds(venue, working, needOf(venue, working))
    if (!venue.switches.pendingNeedsNoFunds && !paysTheOther(draft.kind)) checkFunds(venue, legs[0]!, needOf(venue, legs[0]!))
    checkMarket(venue, working)
    checkMatching(venue, [working])
  }
  const id = venue.nextList
  const first = working === null ? null : venue.record(working, id, 'NEW')
  // the stop leg is numbered first
  const sorted = legs.toSorted((a, b) => Number(isStop(b)) - Number(isStop(a)))
  const pending = sorted.map(leg => venue.record(leg, id, working === null ? 'NEW' : 'PENDING_NEW'))
  const list: List = {
    id,
    kind: draft.kind,
    contingency: draft.kind === 'OCO' ? 'OCO' : 'OTO',
    clientId: draft.clientId ?? venue.newId(),
    symbol,
    orders: first === null ? pending : [first, ...pending],
    working: first,
    pending: sorted,
    time: venue.now(),
    held: 0n,
    done: false,
  }
  venue.lists.set(id, list)
  venue.limits.countOrders(all.length)
  venue.events.push(listEvent(list, 'EXEC_STARTED', list.time))
  if (first === null) standPair(venue, pending[0]!, pending[1]!)
  else {
    if (venue.switches.pendingIsReported) for (const leg of pending) venue.change(leg, 'PENDING_NEW', 'NEW')
    venue.send(first)
  }
  return list
}

// What goes to the book now takes its price from it now; pending legs when they go live.
const peggedNow = (venue: Venue, { working, legs, ...rest }: ListDraft): ListDraft => ({
  ...rest,
  working: working === null ? null : pegged(venue, working),
  legs: working === null ? legs.map(leg => pegged(venue, leg)) : legs,
})

// A pair locks what the dearer of the two needs, unless only the limit leg counts.
function standPair(venue: Venue, one: Order, other: Order): void {
  const limit = [one, other].find(({ type }) => !isContingent(type))
  venue.rest(one, other)
  if (!venue.switches.buyPairLocksTheDearer && one.side === 'BUY' && limit !== undefined) {
    const market = venue.matching.market(one.symbol)
    const holder = market.orders.find(({ request, locked }) => locked > 0n && (request.id === one.id || request.id === other.id))
    const surplus = (holder?.locked ?? 0n) - notional(limitOf(limit), limit.quantity)
    if (holder !== undefined && surplus > 0n) {
      holder.locked -= surplus
      unlock(market.quote, surplus)
    }
  }
  venue.carryOn()
}

const countsIn = (drafts: readonly Draft[]): Pick<Required<Company>, 'orders' | 'stops' | 'icebergs'> => ({
  orders: drafts.length,
  stops: drafts.filter(({ type }) => isContingent(type)).length,
  icebergs: drafts.filter(({ iceberg }) => iceberg > 0n).length,
})

const isStop = ({ type }: Draft): boolean => type.startsWith('STOP')

function checkSupported(venue: Venue, { kind, symbol, working, legs }: ListDraft): void {
  const { raw } = venue.symbol(symbol)
  if (legs.length === 2 && raw['ocoAllowed'] === false) throw orderRejected('OCO orders are not supported for this symbol')
  if (working !== null && raw['otoAllowed'] === false) throw orderRejected('OTO orders are not supported for this symbol.')
  if (!paysTheOther(kind)) return
  if (raw['opoAllowed'] !== true) throw orderRejected('OPO orders are not supported for this symbol.')
  if (working?.side !== 'BUY') throw new ApiError(-1222, 'Working order in an OPO list must be a bid.')
  if (legs.some(({ side }) => side !== 'SELL')) throw new ApiError(-1223, 'Pending orders in an OPO list must be asks.')
}

function checkIds(venue: Venue, { clientId, working, legs }: ListDraft): void {
  const ids = [working, ...legs].flatMap(draft => draft?.clientOrderId ?? [])
  for (const id of ids) checkFresh(venue, id)
  const taken = [...venue.lists.values()].some(list => list.clientId === clientId && list.orders.some(isOpen))
  if (new Set(ids).size !== ids.length || taken) throw orderRejected('Duplicate order sent.')
}

// Legs that go live now: prices around the last one, funds for the dearer of them.
function checkLegs(venue: Venue, legs: readonly Draft[]): void {
  if (legs.length === 2) checkPair(venue, legs)
  const needs = legs.map(leg => needOf(venue, leg))
  const need = needs.reduce((most, one) => (one > most ? one : most))
  const limit = legs.findIndex(({ type }) => !isContingent(type))
  checkFunds(venue, legs[0]!, venue.switches.buyPairLocksTheDearer || limit < 0 ? need : needs[limit]!)
  for (const leg of legs) checkMarket(venue, leg)
  checkMatching(venue, legs)
}

/** Cancels a list whole. The orders that ended by it. `cancelId`: the cancel's own. */
export function cancelList(venue: Venue, list: List, cancelId: string): Order[] {
  checkAccount(venue, cancelRejected)
  const open = list.orders.filter(isOpen)
  for (const order of open) {
    if (!isOpen(order)) continue
    venue.cancelId = cancelId
    if (order.status === 'PENDING_NEW') venue.cancelled(order)
    else venue.withdraw(order, cancelId)
  }
  venue.cancelId = null
  venue.settle()
  return open
}

/** Follows lists: what a working order receives is held for its legs, its end ends or starts them, and the end of a list is told. */
export function followLists(venue: Venue): void {
  // an order that has filled may be told once more, when self-trade prevention made it smaller at the same moment
  const due = new Set<List>()
  venue.onOrder = order => {
    const list = venue.lists.get(order.listId)
    if (list === undefined || list.done) return
    if (list.working === order) hold(venue, list)
    if (list.working === order && order.status === 'FILLED') due.add(list)
    else if (list.working === order && !isOpen(order)) endPending(venue, list)
    // its last order may have told the end already
    if (list.done || list.orders.some(isOpen)) return
    list.done = true
    list.time = venue.now()
    venue.events.push(listEvent(list, 'ALL_DONE', list.time))
  }
  venue.onSettle = () => {
    const lists = [...due]
    due.clear()
    for (const list of lists) activate(venue, list)
    return lists.length > 0
  }
}

function endPending(venue: Venue, list: List): void {
  release(venue, list)
  const cancelled = list.working!.status === 'CANCELED'
  for (const leg of list.orders) {
    if (leg.status !== 'PENDING_NEW') continue
    if (cancelled) venue.cancelled(leg)
    else venue.expire(leg, 'OTO_PHASE_ONE_EXPIRED')
  }
}

// What an OPO's working order received is locked for its legs: the whole of it where the fee can be paid from what is free. Never more than
// is free: another list that filled in the same bar may have locked the fee of this one.
function hold(venue: Venue, list: List): void {
  if (!paysTheOther(list.kind)) return
  const trade = list.working!.trades.at(-1)
  if (trade === undefined) return
  const { base } = venue.matching.market(list.symbol)
  const received = list.working!.trades.reduce((sum, { quantity }) => sum + quantity, 0n)
  const fees = list.working!.trades.reduce((sum, { fee, feeAsset }) => sum + (feeAsset === base.asset ? fee : 0n), 0n)
  const owed = received - list.held
  const wanted = base.free < owed ? received - fees - list.held : owed
  const most = wanted < base.free ? wanted : base.free
  if (most <= 0n) return
  lock(base, most)
  list.held += most
}

function release(venue: Venue, list: List): void {
  if (list.held === 0n) return
  unlock(venue.matching.market(list.symbol).base, list.held)
  list.held = 0n
  venue.touch(list.symbol)
}

function activate(venue: Venue, list: List): void {
  const legs = list.orders.filter(({ status }) => status === 'PENDING_NEW')
  if (legs.length === 0) return
  const received = list.held
  release(venue, list)
  const sizes = list.pending.map((draft, place) => sized(venue, list, { ...draft, quantity: legs[place]!.quantity }, received))
  for (const [place, leg] of legs.entries()) {
    leg.quantity = sizes[place]!.quantity
    leg.visible = least(leg.iceberg, leg.quantity)
  }
  try {
    const drafts = sizes.map(draft => pegged(venue, draft))
    for (const [place, leg] of legs.entries()) leg.peggedPrice = drafts[place]!.peggedPrice
    if (venue.faults.rejectActivations > 0) {
      venue.faults.rejectActivations--
      throw orderRejected('Account has insufficient balance for requested action.')
    }
    for (const draft of drafts) checkRules(venue, draft, { lists: 0, except: list.orders, ...countsIn(drafts) })
    checkLegs(venue, drafts)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    for (const leg of legs) venue.expire(leg, 'REJECTED')
    return
  }
  venue.rest(legs[0]!, legs[1] ?? null)
}

function sized(venue: Venue, { kind, symbol }: List, draft: Draft, received: bigint): Draft {
  if (!paysTheOther(kind)) return draft
  const { step } = venue.symbol(symbol).info.filters
  return { ...draft, quantity: received === 0n ? zero() : floorTo(received as Quantity, step) }
}
