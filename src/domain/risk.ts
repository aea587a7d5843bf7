import { type Denial, deny } from './denial.ts'
import { add, format, type Money, type Price, partOf, type Quantity, type Ratio, toNumber, withinShare } from './money.ts'

const percentText = (part: Ratio): string => `${(toNumber(part) * 100).toFixed(1)} %`

/** What an entry would do to a share of equity. Amounts in quote units. */
export interface Exposure {
  /** Positions at the last price and what open entries may still buy. */
  readonly held: Money
  readonly wanted: Money
  readonly equity: Money
  /** Null: no limit. */
  readonly limit: Ratio | null
  readonly quote: string
}

/** Refuses an entry that would bring a symbol, an asset or an allocation over its share of equity. */
export function exposureDenial(
  code: 'exposure_symbol' | 'exposure_asset' | 'allocation',
  name: string,
  { held, wanted, equity, limit, quote }: Exposure,
): Denial | null {
  if (limit === null) return null
  const after = add(held, wanted)
  if (withinShare(after, equity, limit)) return null
  return deny(
    code,
    `${name} would be ${percentText(partOf(after, equity))} of equity (${format(after)} of ${format(equity)} ${quote}), the limit is ${percentText(limit)}`,
  )
}

/** Refuses an entry that costs more than what is free. Quote units. */
export const fundsDenial = (needed: Money, free: Money, asset: string): Denial | null =>
  needed > free ? deny('insufficient_funds', `${format(needed)} ${asset} are needed, ${format(free)} are free`) : null

/** Refuses a stop that is not under the entry, or a target that is not over it. 0: none. */
export function levelsDenial(price: Price, stop: Price, target: Price): Denial | null {
  if (stop > 0n && stop >= price) return deny('stop_not_below_price', `the stop ${format(stop)} is not under the price ${format(price)}`)
  if (target > 0n && target <= price)
    return deny('target_not_above_price', `the target ${format(target)} is not over the price ${format(price)}`)
  return null
}

// A stop fills under its price when the market gaps; the exit must clear the exchange's minimum then too.
const GAP_ALLOWANCE = 95n

/** Refuses an entry whose exit would be worth too little to be sent: at the stop (or the price, without one) less 5 %, after the fee. */
export function exitNotionalDenial(quantityNet: Quantity, price: Price, minNotional: Money, asset: string): Denial | null {
  if (minNotional === 0n) return null
  const worth = ((((price as bigint) * GAP_ALLOWANCE) / 100n) * quantityNet) / 100_000_000n
  return worth < minNotional
    ? deny(
        'exit_below_minimum_notional',
        `the exit would be worth ${format(worth as Money)} ${asset} at worst, under the minimum of ${format(minNotional)}`,
      )
    : null
}
