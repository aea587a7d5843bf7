import type { Time } from './time.ts'

/** The best prices on a live order book: quote units and base units, float64 as they are only looked at. */
export interface Quote {
  readonly symbol: string
  readonly bid: number
  readonly bidQuantity: number
  readonly ask: number
  readonly askQuantity: number
  readonly time: Time
}
