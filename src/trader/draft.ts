/** Sizing and risk: a wish to hold becomes an exact order within the exchange's filters, or a denial with its reason. */
import { type Denial, deny } from '#domain/denial.ts'
import {
  add,
  affordable,
  floorTo,
  type Money,
  notional,
  type Price,
  type Quantity,
  type Ratio,
  subtract,
  toTick,
  zero,
} from '#domain/money.ts'
import type { Order } from '#domain/order.ts'
import { exitNotionalDenial, exposureDenial, fundsDenial, levelsDenial } from '#domain/risk.ts'
import { type Enter, type Level, levelFlaw } from '#domain/signal.ts'
import { type Size, sizeOf } from '#domain/sizing.ts'
import { levelAbove, levelBelow } from '#domain/stop.ts'
import type { Time } from '#domain/time.ts'
import { notionalDenial, priceDenial, quantityDenial } from '#matching/filters.ts'
import { noFilters, type SymbolInfo } from '#domain/symbol.ts'
import type { Draft } from './orders.ts'
import { stopTypeOf } from './protection.ts'
import { openEntryWorth, type Slot, type Traded } from './slot.ts'

/** What limits an account's entries. Shares are of equity; null: no limit. */
export interface Rules {
  readonly size: Size
  /** Sizes of single symbols, before the default. */
  readonly sizes?: ReadonlyMap<string, Size>
  readonly perSymbol: Ratio | null
  readonly perAsset: Ratio | null
  /** Stop of a person's entry that names none, in percent under the price paid; 0: none. */
  readonly manualStop: number
  /** The taker fee that drafts reckon with. */
  readonly fee: Ratio
}

/** What drafting needs to know of the account. */
export interface AccountView {
  /** Cash and what is held against a quote asset, at last prices. */
  equity(quote: string): Money
  /** Cash of a quote asset, claims of open orders not taken off. */
  cash(quote: string): Money
}

const heldBy = (slot: Slot, last: Price): Money => add(notional(last, slot.position.quantity), openEntryWorth(slot))

/** Positions at the last price and open entries on a symbol, of owners without an allocation of their own. Quote units. */
export function exposureOf(market: Traded): Money {
  const { slots, last } = market
  let sum = zero<Money>()
  // by index, here and below: short enough to be inlined, which saves an object for each amount
  for (let s = 0; s < slots.length; s++) {
    const slot = slots[s]!
    if (slot.allocation === null && (slot.position.quantity > 0n || slot.entry !== null)) sum = add(sum, heldBy(slot, last))
  }
  return sum
}

/** What open entries have a claim on, in quote units of one asset. */
export function reservedOf(quote: string, markets: readonly Traded[]): Money {
  let sum = zero<Money>()
  for (let m = 0; m < markets.length; m++) {
    const { info, slots } = markets[m]!
    if (info.quote !== quote) continue
    for (let s = 0; s < slots.length; s++) if (slots[s]!.entry !== null) sum = add(sum, openEntryWorth(slots[s]!))
  }
  return sum
}

const absolute = (level: Level | null, price: Price, tick: Price, below: boolean): Price =>
  level === null ? zero() : below ? levelBelow(level, price, tick) : levelAbove(level, price, tick)

/** Works out and checks the entry that a signal or a person wishes for. */
export function draftEntry(
  slot: Slot,
  wish: Enter,
  size: Size,
  rules: Rules,
  account: AccountView,
  markets: readonly Traded[],
): Draft | Denial {
  const { info, last } = slot.market
  const { tick, step } = info.filters
  const flaw = levelFlaw(wish)
  if (flaw !== null) return deny('bad_level', `no price can be made of its ${flaw}`)
  const resting = wish.at === null ? zero<Price>() : toTick('limit' in wish.at ? wish.at.limit : wish.at.stop, tick)
  const byLimit = wish.at !== null && 'limit' in wish.at
  const expected = wish.at === null ? last : resting
  if (expected === 0n) return deny('not_trading', `there is no price of ${info.symbol} yet`)
  const stop = absolute(wish.stopLoss, expected, tick, true)
  const unprotected = wish.stopLoss === null && wish.takeProfit === null
  const wrong =
    (wish.at === null ? null : priceDenial(info, resting)) ??
    (unprotected ? null : levelsDenial(expected, stop, absolute(wish.takeProfit, expected, tick, false))) ??
    (wish.partial === null ? null : levelsDenial(expected, zero(), absolute(wish.partial.at, expected, tick, false)))
  if (wrong !== null) return wrong

  const equity = account.equity(info.quote)
  const free = subtract(account.cash(info.quote), reservedOf(info.quote, markets))
  const sized = sizeOf(size, equity, free, expected, stop)
  const market = wish.at === null
  const byAmount = sized.quoteAmount > 0n
  const byQuote = market && byAmount
  const quantity = floorTo(byAmount ? affordable(sized.quoteAmount, expected) : sized.quantity, step)
  const worth = byQuote ? sized.quoteAmount : notional(expected, quantity)
  const denial =
    (info.filters === noFilters && quantity > 0n
      ? null
      : ((atMarketLater(info, wish) ? quantityDenial(info, quantity, true) : null) ??
        filtersOf(slot, quantity, worth, market, stop > 0n ? stop : expected, rules.fee))) ??
    fundsDenial(worth, free, info.quote) ??
    limitsOf(slot, worth, equity, rules, markets) ??
    slotsOf(slot.market, stopsOf(wish))
  if (denial !== null) return denial
  return {
    kind: 'draft',
    type: market ? 'MARKET' : byLimit ? 'LIMIT' : 'STOP_LOSS',
    quantity: byQuote ? zero() : quantity,
    quoteAmount: byQuote ? sized.quoteAmount : zero(),
    price: byLimit ? resting : zero(),
    stopPrice: byLimit || market ? zero() : resting,
    guard: typeof wish.stopLoss === 'number' ? stop : zero(),
    pairedWith: 0,
  }
}

// How many stop orders an entry takes: itself while it waits for a rise, then those that protect it, one a tranche.
function stopsOf({ at, stopLoss, trailing, partial }: Enter): number {
  const waiting = at !== null && 'stop' in at ? 1 : 0
  const protecting = stopLoss === null && trailing === null ? 0 : partial === null ? 1 : 2
  return Math.max(waiting, protecting)
}

// Its stop, or it itself, becomes a market order once it is reached.
const atMarketLater = (info: SymbolInfo, wish: Enter): boolean => stopsOf(wish) > 0 && stopTypeOf(info) === 'STOP_LOSS'

/** Notes what a resting entry keeps for itself: a stop order of the symbol, and when it ends. */
export function reserve(slot: Slot, { createdAt }: Order, wish: Enter): void {
  slot.reserved = stopsOf(wish)
  const candles = wish.at?.expires?.candles ?? 0
  slot.expiresAt = (candles > 0 && slot.span > 0 ? createdAt + candles * slot.span : 0) as Time
}

function filtersOf(slot: Slot, quantity: Quantity, worth: Money, market: boolean, exitPrice: Price, fee: Ratio): Denial | null {
  const { info } = slot.market
  const net = (((quantity as bigint) * (100_000_000n - fee)) / 100_000_000n) as Quantity
  return (
    quantityDenial(info, quantity, market) ??
    notionalDenial(info, worth, market) ??
    exitNotionalDenial(floorTo(net, info.filters.step), exitPrice, info.filters.minNotional, info.quote)
  )
}

function allocationDenial(slot: Slot, worth: Money, equity: Money, allocation: Ratio, markets: readonly Traded[]): Denial | null {
  let held = zero<Money>()
  for (const market of markets)
    for (const other of market.slots) if (other.owner === slot.owner) held = add(held, heldBy(other, market.last))
  return exposureDenial('allocation', `what ${slot.owner} holds`, {
    held,
    wanted: worth,
    equity,
    limit: allocation,
    quote: slot.market.info.quote,
  })
}

function limitsOf(slot: Slot, worth: Money, equity: Money, rules: Rules, markets: readonly Traded[]): Denial | null {
  const { info } = slot.market
  if (slot.allocation !== null) return allocationDenial(slot, worth, equity, slot.allocation, markets)
  if (rules.perSymbol === null && rules.perAsset === null) return null
  const onSymbol = exposureOf(slot.market)
  const denial = exposureDenial('exposure_symbol', info.symbol, {
    held: onSymbol,
    wanted: worth,
    equity,
    limit: rules.perSymbol,
    quote: info.quote,
  })
  if (denial !== null || rules.perAsset === null) return denial
  let onAsset = onSymbol
  for (let m = 0; m < markets.length; m++) {
    const market = markets[m]!
    if (market !== slot.market && market.info.base === info.base && market.info.quote === info.quote)
      onAsset = add(onAsset, exposureOf(market))
  }
  // what is within the symbol's limit is within one as wide
  if (onAsset === onSymbol && rules.perSymbol !== null && rules.perSymbol <= rules.perAsset) return null
  return exposureDenial('exposure_asset', info.base, { held: onAsset, wanted: worth, equity, limit: rules.perAsset, quote: info.quote })
}

// A slot of the few stop orders that a symbol takes is reserved with the entry, so that protection cannot be refused for want of one.
function slotsOf(market: Traded, needed: number): Denial | null {
  const most = market.info.filters.maxStopOrders
  return most === 0 || needed === 0 ? null : slotDenial(market, needed, most)
}

function slotDenial(market: Traded, needed: number, most: number): Denial | null {
  let taken = 0
  for (const { reserved, protection } of market.slots) {
    const stops = protection.filter(({ request }) => request.stopPrice > 0n)
    const alone = stops.filter(({ request }) => request.pairedWith === 0).length
    // a stop and the one that takes its place are one
    taken += Math.max(stops.length - Math.max(0, alone - 1), reserved)
  }
  return taken + needed <= most
    ? null
    : deny('no_protection_slot', `${market.info.symbol} takes ${most} stop orders and all are in use, so the entry could not be protected`)
}
