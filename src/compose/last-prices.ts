import { type Price, priceOf, zero } from '#domain/money.ts'
import { lengthOf, type Time } from '#domain/time.ts'
import type { MarketEvent } from '#ports/feed.ts'

/** The last price of each symbol, as the market's events tell it. */
export interface LastPrices {
  /** 0: none is known. */
  of(symbol: string): Price
  note(event: MarketEvent): void
}

/** Keeps them. A bar that closed while nobody looked is no price of now where a newer one is known. */
export function openLastPrices(): LastPrices {
  const known = new Map<string, { readonly price: Price; readonly at: Time }>()
  return {
    of: symbol => known.get(symbol)?.price ?? zero(),
    note(event) {
      if (event.kind === 'quotes')
        for (const { symbol, bid, ask } of event.quotes) known.set(symbol, { price: priceOf((bid + ask) / 2), at: event.time })
      else if (event.kind === 'close')
        for (const { symbol, timeframe, openTime, close } of event.bars) {
          const at = (openTime + lengthOf(timeframe)) as Time
          if (event.late !== true || (known.get(symbol)?.at ?? 0) < at) known.set(symbol, { price: priceOf(close), at })
        }
    },
  }
}
