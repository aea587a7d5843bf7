import { affordable, type Money, notional, type Price, type Quantity, type Ratio, share, subtract, zero } from './money.ts'

/** How much an entry buys: a share of equity sent as a quote amount, a fixed quantity, a fixed quote amount, or what loses a share of equity at the stop. */
export type Size =
  | { readonly kind: 'equity'; readonly share: Ratio }
  | { readonly kind: 'quantity'; readonly quantity: Quantity }
  | { readonly kind: 'quote'; readonly amount: Money }
  | { readonly kind: 'risk'; readonly share: Ratio }

/** An amount to buy: either a quantity (base) or a quote amount, the other is 0. */
export interface Sized {
  readonly quantity: Quantity
  readonly quoteAmount: Money
}

const ALL = 100_000_000n

/**
 * Works out what to buy. `price` is what is expected to be paid, `stop` the stop price or 0. A risk size without a stop falls back to
 * nothing (quantity 0), which the filters then refuse. All of the equity means all of the cash: equity in coins cannot be spent.
 */
export function sizeOf(size: Size, equity: Money, cash: Money, price: Price, stop: Price): Sized {
  switch (size.kind) {
    case 'quantity':
      return { quantity: size.quantity, quoteAmount: zero() }
    case 'quote':
      return { quantity: zero(), quoteAmount: size.amount }
    case 'equity': {
      const amount = share(equity, size.share)
      return { quantity: zero(), quoteAmount: size.share >= ALL && amount > cash ? cash : amount }
    }
    case 'risk':
      return {
        quantity: stop > 0n && stop < price ? affordable(share(equity, size.share), subtract(price, stop)) : zero(),
        quoteAmount: zero(),
      }
  }
}

/** What a sized amount is worth at a price, in quote units. */
export const worthOf = (sized: Sized, price: Price): Money => (sized.quoteAmount > 0n ? sized.quoteAmount : notional(price, sized.quantity))
