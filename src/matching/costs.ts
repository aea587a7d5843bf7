import { type Amount, affordable, type Money, type Price, type Ratio } from '#domain/money.ts'
import { feeWorthAt } from '#domain/position.ts'
import type { SymbolInfo } from '#domain/symbol.ts'

/** What trading costs on this exchange. */
export interface Costs {
  readonly taker: Ratio
  readonly maker: Ratio
  /** Half-spread and slippage of a taker, as a share of the price, by symbol. */
  slippage(info: SymbolInfo): Ratio
  /** The share of a bar's volume that orders may take; 0: no limit. */
  readonly volumeShare: number
  /** Pay fees in BNB where there is enough of it: the share of the plain fee (0.75 on Binance), or 0 for off. */
  readonly bnbShare: Ratio
}

/** A fee taken in BNB, with what it is worth in quote units. */
export interface BnbFee {
  readonly fee: Amount<string>
  readonly worth: Money
}

/** A fee of quote units in BNB at its price (0: none). Null where the whole of it cannot be paid so: Binance then takes it in full of what is received. */
export function bnbFee(inQuote: Money, price: Price, free: bigint): BnbFee | null {
  const fee = affordable(inQuote, price)
  return fee > 0n && fee <= free ? { fee, worth: feeWorthAt(price, fee) } : null
}
