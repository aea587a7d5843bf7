/** Double entry: every fill as amounts that leave one book and arrive in another, so that nothing appears or vanishes unseen. */
import type { Amount, Quantity } from './money.ts'
import type { Fill } from './order.ts'

/** Where an amount is: ours to trade with, with the market, paid as fees, ours but too little to sell, or taken out of the account by hand. */
export type Book = 'wallet' | 'market' | 'fees' | 'dust' | 'outside'

/** An amount of an asset that came into a book (negative: left it). */
export interface Posting {
  readonly asset: string
  readonly book: Book
  readonly amount: Amount<string>
}

/**
 * The postings of a fill: the market gives what we get, and the fee goes from the wallet to the fees, in whatever asset it was taken.
 * Per asset they sum to zero; there is at most one per asset and book, and none of nothing.
 *
 * @example
 * // 0.5 BTC bought for 10000 USDC, the fee of 0.0005 taken in BTC:
 * // USDC wallet −10000, market +10000; BTC wallet +0.4995, market −0.5, fees +0.0005
 */
export function postings(fill: Fill, base: string, quote: string): Posting[] {
  const sign = fill.side === 'BUY' ? 1n : -1n
  return merged([
    { asset: quote, book: 'wallet', amount: -sign * fill.quote },
    { asset: quote, book: 'market', amount: sign * fill.quote },
    { asset: base, book: 'wallet', amount: sign * fill.quantity },
    { asset: base, book: 'market', amount: -sign * fill.quantity },
    { asset: fill.feeAsset, book: 'wallet', amount: -fill.fee },
    { asset: fill.feeAsset, book: 'fees', amount: fill.fee },
  ])
}

/** The postings of an unsellable rest that left a position. */
export const dustPostings = (asset: string, quantity: Quantity): Posting[] =>
  merged([
    { asset, book: 'wallet', amount: -quantity },
    { asset, book: 'dust', amount: quantity },
  ])

/** The postings of what was taken out of the account by other ways than ours. */
export const takenPostings = (asset: string, amount: Amount<string>): Posting[] =>
  merged([
    { asset, book: 'wallet', amount: -amount },
    { asset, book: 'outside', amount },
  ])

function merged(parts: readonly { readonly asset: string; readonly book: Book; readonly amount: bigint }[]): Posting[] {
  const sums = new Map<string, Posting>()
  for (const { asset, book, amount } of parts) {
    const key = `${asset} ${book}`
    sums.set(key, { asset, book, amount: ((sums.get(key)?.amount ?? 0n) + amount) as Amount<string> })
  }
  return [...sums.values()].filter(({ amount }) => amount !== 0n)
}
