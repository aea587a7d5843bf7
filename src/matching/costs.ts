import type { Ratio } from '#domain/money.ts'
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
