import type { Decision, FillRecord, StopMoved, TripRecord } from '#domain/journal.ts'
import type { Quantity } from '#domain/money.ts'
import type { Order } from '#domain/order.ts'
import type { Time } from '#domain/time.ts'

/** What of a round people are told about, once it is written. */
export type Told =
  | { readonly kind: 'signal'; readonly decision: Decision }
  | { readonly kind: 'denied'; readonly decision: Decision }
  | { readonly kind: 'order'; readonly order: Order }
  | { readonly kind: 'fill'; readonly record: FillRecord }
  | { readonly kind: 'stop_moved'; readonly move: StopMoved }
  | { readonly kind: 'closed'; readonly record: TripRecord; readonly quote: string }
  | {
      readonly kind: 'dust'
      readonly owner: string
      readonly symbol: string
      readonly asset: string
      readonly quantity: Quantity
      readonly time: Time
    }
