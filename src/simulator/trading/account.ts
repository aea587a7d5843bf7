/** How the account stands, and what is kept of its engine beside orders and trades. */

/** A match of the account with itself that did not happen. */
export interface PreventedMatch {
  readonly symbol: string
  readonly preventedMatchId: number
  readonly takerOrderId: number
  readonly makerOrderId: number
  /** -1: the account is in none. */
  readonly tradeGroupId: number
  readonly selfTradePreventionMode: string
  readonly price: string
  readonly takerPreventedQuantity?: string
  readonly makerPreventedQuantity?: string
  readonly transactTime: number
}

/** How the account stands. */
export interface AccountState {
  canTrade: boolean
  disabled: boolean
}

/** Why self-trade prevention took an order off the book. `match` 0: because the other order of its pair was. */
export interface Prevention {
  readonly match: number
  readonly quantity: bigint
}

/** What may be wrong with the engine on purpose. */
export interface EngineFaults {
  /** Trades that each fill is told as. */
  fillParts: number
  /** Share of a bar's volume that is there (1: all); or a fixed quantity of base. */
  thinBook: number
  /** Activations of pending legs that are refused. */
  rejectActivations: number
}
