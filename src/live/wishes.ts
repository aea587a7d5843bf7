/** What people wish for, run on the core inside a round. */
import {
  add,
  affordable,
  floorTo,
  format,
  notional,
  type Price,
  priceOf,
  type Quantity,
  share,
  subtract,
  toNumber,
  zero,
} from '#domain/money.ts'
import { paidPrice } from '#domain/position.ts'
import { amountText } from '#domain/show.ts'
import type { Enter, Level } from '#domain/signal.ts'
import type { Size } from '#domain/sizing.ts'
import { levelAbove, levelBelow, levelsText } from '#domain/stop.ts'
import type { Time } from '#domain/time.ts'
import type { Engine } from '#engine'
import type { AmountWish, BuyWish, LevelWish, Status, WishResult } from '#ports/desk.ts'
import type { Records } from './records.ts'

type Slot = Engine['slots'][number]

const MANUAL = 'manual'

const done = (message: string): WishResult => ({ done: true, message })
const refused = (message: string): WishResult => ({ done: false, message })

const levelOf = (wish: LevelWish): Level => (wish.kind === 'price' ? wish.price : { percent: wish.percent })

const sizeOf = (amount: AmountWish): Size => {
  if (amount.kind === 'quantity') return { kind: 'quantity', quantity: amount.quantity }
  return amount.kind === 'quote' ? { kind: 'quote', amount: amount.amount } : { kind: 'equity', share: amount.share }
}

/** A person's entry: a position of owner `manual`, with the default stop unless another is named. */
export function buy(engine: Engine, person: string, wish: BuyWish, time: Time): WishResult {
  const { trader } = engine
  if (trader.mode === 'reduced' || trader.mode === 'halted') return refused(`Trading is ${trader.mode}: nobody enters. Use resume first.`)
  const slot = engine.slot(MANUAL, wish.symbol)!
  const { info, last } = slot.market
  if (slot.leaving !== null) return refused(`${wish.symbol} is being sold: wait until that is done.`)
  const size = wish.amount === null ? trader.sizeFor(slot) : sizeOf(wish.amount)
  const stop: Level | null =
    wish.stop !== null ? levelOf(wish.stop) : trader.rules.manualStop > 0 ? { percent: trader.rules.manualStop } : null
  const kept = stop === null && slot.plan !== null && slot.plan.stop > 0n ? slot.plan : null
  // named at the market too: where the stop of what is held is reached just now, what is bought has it all the same. At a limit it may have
  // moved by then.
  const named = wish.limit === null ? kept : null
  const entry: Enter = {
    kind: 'enter',
    reason: `bought by ${person}`,
    // never more than the person named
    at: wish.limit === null ? null : { limit: toNumber(floorTo(priceOf(wish.limit), info.filters.tick)) },
    stopLoss: named === null ? stop : toNumber(named.stop),
    takeProfit: wish.target === null ? null : levelOf(wish.target),
    trailing: named === null || named.gap === 0n ? null : toNumber(named.gap),
    partial: null,
    timeLimit: 0,
  }
  const denial = trader.enter(slot, entry, size, { reason: entry.reason, time, values: null })
  if (denial !== null) return refused(`Not bought: ${denial.message}.`)
  const request = slot.entry!.request
  const amount =
    request.quoteAmount > 0n
      ? `${amountText(request.quoteAmount)} ${info.quote} of ${info.base}`
      : `${format(request.quantity)} ${info.base}`
  const where =
    wish.limit === null ? `at the market (about ${format(last)} ${info.quote})` : `at ${format(request.price)} ${info.quote} or better`
  const without = kept === null ? 'no stop' : `the stop stays at ${format(kept.stop)}`
  const levels = [
    stop === null ? without : typeof stop === 'number' ? `stop ${stop}` : `stop ${stop.percent} % under what is paid`,
    ...(wish.target === null
      ? []
      : [wish.target.kind === 'price' ? `target ${wish.target.price}` : `target ${wish.target.percent} % over what is paid`]),
  ]
  return done(`Buying ${amount} ${where}, ${levels.join(', ')}.`)
}

// The one slot that a person means, or what to say instead.
function heldSlot(engine: Engine, symbol: string, owner: string | null): Slot | WishResult {
  const holding = engine.slots.filter(slot => slot.symbol === symbol && slot.position.quantity > 0n)
  const meant = owner === null ? holding : holding.filter(slot => slot.owner === owner)
  if (meant.length === 1) return meant[0]!
  if (holding.length === 0) return refused(`Nothing of ${symbol} is held.`)
  const list = holding.map(slot => `${slot.owner} ${format(slot.position.quantity)}`).join(', ')
  if (meant.length === 0) return refused(`${owner} holds nothing of ${symbol}. It is held by: ${list}.`)
  return refused(`Several hold ${symbol}: ${list}. Name the owner, for example: sell ${symbol.toLowerCase()} owner=${meant[0]!.owner}`)
}

const isResult = (found: Slot | WishResult): found is WishResult => 'done' in found

/** A person's exit, of a part or of all. */
export function sell(
  engine: Engine,
  person: string,
  wish: { readonly symbol: string; readonly owner: string | null; readonly amount: AmountWish | null },
  time: Time,
): WishResult {
  const slot = heldSlot(engine, wish.symbol, wish.owner)
  if (isResult(slot)) {
    const waiting = engine.slots.find(
      ({ symbol, entry, owner }) => symbol === wish.symbol && entry !== null && (wish.owner ?? owner) === owner,
    )
    if (waiting === undefined) return slot
    engine.trader.exits.leave(waiting, `cancelled by ${person}`, zero<Quantity>(), time)
    return done(`The waiting entry of ${waiting.owner} in ${wish.symbol} is cancelled.`)
  }
  // the exit is sent once the protection is taken back: a second wish must not change what the first one was told
  if (slot.exit !== null || (slot.leaving !== null && slot.withdrawing))
    return refused(`${wish.symbol} of ${slot.owner} is being sold already.`)
  const { info, last } = slot.market
  const held = slot.position.quantity
  const asked = wish.amount === null ? held : partOf(slot, wish.amount)
  if (asked > held) return refused(`${slot.owner} holds ${format(held)} ${info.base}, which is less than ${format(asked)}.`)
  const quantity = floorTo(asked, info.filters.step)
  if (quantity === 0n) return refused(`${format(asked)} ${info.base} is under the step of ${format(info.filters.step)}.`)
  const worth = notional(last, quantity)
  if (worth < info.filters.minNotional)
    return refused(
      `${format(quantity)} ${info.base} is worth ${format(worth)} ${info.quote}, under the minimum of ${format(info.filters.minNotional)} an order.`,
    )
  const rest = notional(last, subtract(held, quantity))
  const all = rest < info.filters.minNotional || quantity === floorTo(held, info.filters.step)
  engine.trader.exits.leave(slot, `sold by ${person}`, all ? zero() : quantity, time)
  const more = all && wish.amount !== null && asked < held ? ', all of it, since the rest would be too small to sell' : ''
  const sold = all ? floorTo(held, info.filters.step) : quantity
  return done(`Selling ${format(sold)} ${info.base} of ${slot.owner} at the market (about ${format(last)} ${info.quote})${more}.`)
}

function partOf(slot: Slot, amount: AmountWish): Quantity {
  if (amount.kind === 'quantity') return amount.quantity
  if (amount.kind === 'percent') return share(slot.position.quantity, amount.share)
  return affordable(amount.amount, slot.market.last)
}

/** Moves the stop or the target of a held position; level null removes it. */
export function setLevel(
  engine: Engine,
  which: 'stop' | 'target',
  wish: { readonly symbol: string; readonly owner: string | null; readonly level: LevelWish | null },
  time: Time,
): WishResult {
  const slot = heldSlot(engine, wish.symbol, wish.owner)
  if (isResult(slot)) return slot
  if (slot.leaving !== null) return refused(`${wish.symbol} of ${slot.owner} is being sold already.`)
  const { info, last } = slot.market
  const { tick } = info.filters
  const paid = paidPrice(slot.position)
  if (wish.level === null) {
    if (which === 'stop') engine.trader.setStop(slot, zero<Price>(), time)
    else engine.trader.setTarget(slot, zero<Price>(), time)
    return done(
      `The ${which} of ${slot.owner} on ${wish.symbol} is removed${which === 'stop' ? ': the position is not protected now' : ''}.`,
    )
  }
  const level = levelOf(wish.level)
  if (which === 'stop') {
    const to = levelBelow(level, paid, tick)
    if (to >= last) return refused(`A stop at ${format(to)} is not under the price ${format(last)}.`)
    engine.trader.setStop(slot, to, time)
    return done(`Stop of ${slot.owner} on ${wish.symbol} at ${format(to)}.`)
  }
  const to = levelAbove(level, paid, tick)
  if (to <= last) return refused(`A target at ${format(to)} is not over the price ${format(last)}.`)
  engine.trader.setTarget(slot, to, time)
  return done(`Target of ${slot.owner} on ${wish.symbol} at ${format(to)}. ${levelsText(slot.plan?.stop ?? zero(), to)}.`)
}

const meaning: Record<Status['mode'], string> = {
  running: 'Trading runs.',
  paused: 'Paused: strategies do not enter. Exits and protection go on, people may trade.',
  reduced: 'Reduced: nobody enters, waiting entries are cancelled. Exits and protection go on.',
  halted: 'Halted: nobody enters and strategies do not exit. Protection stands, people may sell.',
}

/** Changes the mode; it is kept over restarts. `why`: told with it. */
export function setMode(engine: Engine, records: Records, person: string, mode: Status['mode'], time: Time, why = ''): WishResult {
  if (engine.trader.mode === mode) return done(`It is so already. ${meaning[mode]}`)
  engine.trader.setMode(mode)
  records.setting('mode', mode)
  records.mode(mode, person, `${meaning[mode]}${why}`, time)
  return done(meaning[mode])
}

/** What the account is worth, and how that came about. Quote units. */
export function worth(engine: Engine, quote: string) {
  const equity = engine.equity(quote)
  // rests that wait for the next sale cost nothing any more
  const unrealised = engine.slots.reduce(
    (sum, { position, market }) =>
      position.quantity > 0n ? add(sum, subtract(notional(market.last, position.quantity), position.cost)) : sum,
    engine.dustWorth(quote),
  )
  return { equity, unrealised, realised: engine.portfolio.realised, fees: engine.portfolio.fees }
}
