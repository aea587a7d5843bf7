/** Whether the account's books add up: what came in, plus and minus every trade, is what there is. */
import { eight } from '../decimals.ts'
import type { Venue } from '../trading/venue.ts'

/** What does not add up, in words, or null. */
export function conservationError({ deposits, trades, matching, open, lists }: Venue): string | null {
  const due = new Map(deposits)
  const add = (asset: string, amount: bigint): void => void due.set(asset, (due.get(asset) ?? 0n) + amount)
  for (const trade of trades) {
    const { base, quote } = matching.market(trade.symbol)
    add(base.asset, trade.buyer ? trade.quantity : -trade.quantity)
    add(quote.asset, trade.buyer ? -trade.quote : trade.quote)
    add(trade.feeAsset, -trade.fee)
  }
  for (const { asset, free, locked } of matching.wallet.all()) {
    if (free < 0n || locked < 0n) return `${asset}: ${eight(free)} free, ${eight(locked)} locked: less than nothing`
    const wanted = due.get(asset) ?? 0n
    if (free + locked !== wanted) return `${asset}: there are ${eight(free + locked)}, by the trades there should be ${eight(wanted)}`
  }
  const anyOpen = open.size > 0 || [...lists.values()].some(({ held }) => held > 0n)
  const left = matching.wallet.all().find(({ locked }) => locked > 0n)
  if (!anyOpen && left !== undefined) return `${left.asset}: ${eight(left.locked)} are locked, but no order is open`
  return null
}
