/** An expected "no": a value that is recorded and told, never thrown. */
export const denialCodes = [
  'paused',
  'reduced',
  'halted',
  'disabled',
  'quarantined',
  'not_trading',
  'exposure_symbol',
  'exposure_asset',
  'allocation',
  'insufficient_funds',
  'below_minimum_quantity',
  'above_maximum_quantity',
  'below_minimum_notional',
  'exit_below_minimum_notional',
  'above_maximum_notional',
  'price_outside_filter',
  'bad_level',
  'stop_not_below_price',
  'target_not_above_price',
  'open_beyond_stop',
  'no_protection_slot',
  'too_many_orders',
  'stopped_out_in_this_candle',
  'late_candle',
  'nothing_held',
  'order_rejected',
  'protection_taken_back',
  'entry_waiting',
] as const
/** Why something was not done. */
export type DenialCode = (typeof denialCodes)[number]

/** A "no" with its reason, in words that name the thing, the rule and the figures. */
export interface Denial {
  readonly kind: 'denial'
  readonly code: DenialCode
  readonly message: string
}

/** Makes a denial. */
export const deny = (code: DenialCode, message: string): Denial => ({ kind: 'denial', code, message })
