/** What the record says that the account holds, asset by asset: what it is compared with. */
import { add, floorTo, least, type Quantity, zero } from '#domain/money.ts'
import type { Engine } from '#engine'

/** Where a part of an asset is: `rsi BTCUSDC`, or one of these two. */
export const CASH = 'cash'
/** See `CASH`. */
export const RESTS = 'rests'

/** An asset in the record. */
export interface Recorded {
  readonly amount: Quantity
  /** What exits are going to sell of it: with less than that they are refused. */
  readonly needed: Quantity
  /** So much less in the account is more than rounding explains. */
  readonly room: Quantity
  /** Who has it. */
  readonly parts: readonly { readonly of: string; readonly amount: Quantity }[]
}

// Of the least order that a symbol takes: about its fee. Nobody misses less of a quote asset.
const PART_OF_THE_LEAST = 1_000n

/** All assets of which something is recorded. */
export function recordedIn({ portfolio, markets }: Pick<Engine, 'portfolio' | 'markets'>): ReadonlyMap<string, Recorded> {
  const found = new Map<string, Recorded>()
  const note = (asset: string, of: string, amount: Quantity, { needed = zero<Quantity>(), room = 1n as Quantity } = {}): void => {
    if (amount <= 0n) return
    const before = found.get(asset)
    const parts = [...(before?.parts ?? []), { of, amount }]
    if (before === undefined) found.set(asset, { amount, needed, room, parts })
    else found.set(asset, { amount: add(before.amount, amount), needed: add(before.needed, needed), room: least(before.room, room), parts })
  }
  const infos = markets.map(({ info }) => info)
  for (const { asset, amount } of portfolio.cashes()) {
    const rooms = infos.flatMap(({ quote, filters }) => (quote === asset ? [filters.minNotional / PART_OF_THE_LEAST] : []))
    const room = rooms.reduce((one, other) => (other < one ? other : one), rooms[0] ?? 0n)
    note(asset, CASH, amount as bigint as Quantity, { room: (room > 0n ? room : 1n) as Quantity })
  }
  for (const { info, slots } of markets)
    for (const { owner, symbol, position } of slots) {
      const { step } = info.filters
      note(info.base, `${owner} ${symbol}`, position.quantity, { needed: floorTo(position.quantity, step), room: step })
    }
  for (const [asset, rest] of portfolio.dust) {
    // rests of what is traded no more are of no use to anybody here
    const step = infos.find(({ base }) => base === asset)?.filters.step
    if (step !== undefined) note(asset, RESTS, rest, { room: step })
  }
  return found
}
