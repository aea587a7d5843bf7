/** Writes off what somebody took out of the account by hand: the record is put to what is there, and never to more. */
import { add, format, least, type Money, prorated, type Quantity, subtract, zero } from '#domain/money.ts'
import type { Order } from '#domain/order.ts'
import type { Time } from '#domain/time.ts'
import type { Engine } from '#engine'
import type { AssetRow, WishResult } from '#ports/desk.ts'
import { CASH, RESTS, recordedIn } from './recorded.ts'
import type { Records } from './records.ts'

type Slot = Engine['slots'][number]

const MANUAL = 'manual'

const refused = (message: string): WishResult => ({ done: false, message: `${message} Nothing was written off.` })

/** What the account holds of an asset, and how much of what the record says is missing for certain. */
export interface Seen {
  readonly holds: Quantity
  readonly certain: Quantity
}

/** An asset in the account beside the record. */
export function compare(engine: Engine, asset: string, { holds, certain }: Seen): AssetRow {
  const recorded = recordedIn(engine).get(asset)
  const missing = lackOf(engine, asset, holds)
  return { asset, holds, recorded: recorded?.amount ?? zero(), parts: recorded?.parts ?? [], missing, certain: least(certain, missing) }
}

/**
 * Writes off what is missing of an asset: unsellable rests first, since nobody counts on them, then cash, then positions, of one owner or of
 * all in proportion. What is missing only since a moment ago stays: it may be on its way.
 */
export function adjust(
  engine: Engine,
  records: Records,
  wish: { readonly person: string; readonly asset: string; readonly owner: string | null },
  { holds, certain }: Seen,
  time: Time,
): WishResult {
  const { person, asset, owner } = wish
  const lack = lackOf(engine, asset, holds)
  if (lack === 0n) return refused(`The account holds all of the ${asset} that the record says.`)
  if (certain === 0n) return refused(`${format(lack)} ${asset} seem to be missing. It takes up to a minute to be sure, which is told.`)
  if (isOnItsWay(engine, asset)) return refused(`An order of ${asset} is on its way: try again in a moment.`)
  const missing = least(certain, lack)
  const slots = engine.slots.filter(({ market, position }) => market.info.base === asset && position.quantity > 0n)
  const whose = owner === null ? slots : slots.filter(slot => slot.owner === owner)
  const held = whose.reduce((sum, { position }) => add(sum, position.quantity), zero<Quantity>())
  if (owner !== null && held < missing)
    return refused(
      `${owner} holds ${format(held)} ${asset}, and ${format(missing)} are missing: leave the owner out, and all bear their part.`,
    )
  const { portfolio, trader } = engine
  const rests = owner === null ? least(missing, portfolio.dust.get(asset) ?? zero<Quantity>()) : zero<Quantity>()
  const cash = owner === null ? least(subtract(missing, rests), portfolio.cash(asset) as bigint as Quantity) : zero<Quantity>()
  const shares = sharesOf(whose, subtract(subtract(missing, rests), cash), held)
  if (rests > 0n) takeRests(engine, records, asset, rests, time)
  portfolio.takeCash(asset, cash as bigint as Money)
  for (const { slot, part } of shares) if (part > 0n) trader.takeOut(slot, part, `written off by ${person}`, time)
  const parts = [
    { of: RESTS, amount: rests },
    { of: CASH, amount: cash },
    ...shares.map(({ slot, part }) => ({ of: `${slot.owner} ${slot.symbol}`, amount: part })),
  ].filter(({ amount }) => amount > 0n)
  for (const { of, amount } of parts) records.taken({ of, asset, amount, time })
  const rest = subtract(lack, missing)
  const message = [
    `Written off: ${format(missing)} ${asset} (${parts.map(({ of, amount }) => `${of} ${format(amount)}`).join(', ')}), at cost and without profit or loss.`,
    ...(rest > 0n ? [`${format(rest)} ${asset} more seem to be missing; that is told once it is sure.`] : []),
    ...(trader.mode === 'running' ? [] : [`Trading is ${trader.mode}: resume lets strategies enter.`]),
  ].join(' ')
  records.account('adjusted', person, message, time)
  return { done: true, message }
}

function lackOf(engine: Engine, asset: string, holds: Quantity): Quantity {
  const recorded = recordedIn(engine).get(asset)?.amount ?? zero<Quantity>()
  return recorded > holds ? subtract(recorded, holds) : zero()
}

// True while what an order does may be in the account and not in the record, or one is being taken back and may fill meanwhile.
function isOnItsWay({ trader, slots }: Engine, asset: string): boolean {
  const trades = ({ market: { info } }: Slot): boolean => info.base === asset || info.quote === asset
  const moves = ({ status, purpose }: Order): boolean => status === 'sending' || status === 'unknown' || purpose === 'exit'
  if (trader.orders.open.values().some(({ order, slot }) => trades(slot) && moves(order))) return true
  return slots.some(slot => trades(slot) && slot.withdrawing && slot.protection.length > 0)
}

// Out of the rests and out of the wallet: both are in the ledger.
function takeRests({ portfolio, markets }: Engine, records: Records, asset: string, quantity: Quantity, time: Time): void {
  const { symbol } = markets.find(({ info }) => info.base === asset)!.info
  portfolio.takeDust(asset, quantity)
  records.dust(MANUAL, symbol, -quantity as Quantity, time)
}

// In proportion to what each holds; the last bears what rounding left.
function sharesOf(slots: readonly Slot[], missing: Quantity, held: Quantity): { readonly slot: Slot; readonly part: Quantity }[] {
  let [left, of] = [missing, held]
  return slots.map(slot => {
    const { quantity } = slot.position
    const part = prorated(left as bigint as Money, quantity, of) as bigint as Quantity
    left = subtract(left, part)
    of = subtract(of, quantity)
    return { slot, part }
  })
}
