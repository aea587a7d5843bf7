/**
 * What BNB is worth, in which Binance takes fees where an account is set so. Asked for once a minute and apart from all that has to do with
 * orders: no order and no fill ever waits for it.
 */
import { type Price, price, zero } from '#domain/money.ts'
import type { Clock } from '#ports/clock.ts'
import { readAs } from './account.ts'
import { BinanceFault, NO_SUCH_SYMBOL } from './faults.ts'
import type { Rest } from './rest.ts'

/** What it is made of. */
export interface FeePricesSetup {
  readonly rest: Rest
  readonly clock: Clock
  /** The asset in which it is told what BNB is worth. */
  readonly quote: string
  /** Aborted when the service stops. */
  readonly signal: AbortSignal
  /** For the log. */
  note(text: string): void
}

/** The price of an asset in another, as far as fees need it; 0: not known, or not lately. */
export type FeePrices = (asset: string, quote: string) => Price

const FEE_ASSET = 'BNB'
const EVERY_MS = 60_000
/** An older price says nothing. */
const MOST_AGE_MS = 3_600_000

/** Asks once, then every minute until the service stops. Where there is no such price that is noted once. */
export async function openFeePrices({ rest, clock, quote, signal, note }: FeePricesSetup): Promise<FeePrices> {
  const symbol = `${FEE_ASSET}${quote}`
  let last = zero<Price>()
  let at = Number.NEGATIVE_INFINITY
  // False where Binance has no such symbol.
  const refresh = async (): Promise<boolean> => {
    try {
      // where there is no room, or a ban, the next minute does
      const raw = await rest.ask({ method: 'GET', path: '/api/v3/ticker/price', parameters: { symbol }, weight: 2, patience: 0 })
      last = readAs('GET /api/v3/ticker/price', false, () => price((raw as { readonly price: string }).price))
      at = clock.now()
    } catch (error) {
      if (!(error instanceof BinanceFault)) throw error
      if (error.code !== NO_SUCH_SYMBOL) return true
      note(`Binance does not trade ${symbol}: fees that it takes in ${FEE_ASSET} are in the ledger and in no profit.`)
      return false
    }
    return true
  }
  const refreshEveryMinute = async (): Promise<void> => {
    do await clock.wait(EVERY_MS, signal)
    while (!signal.aborted && (await refresh()))
  }
  // in its own asset there is nothing to ask for
  if (quote !== FEE_ASSET && (await refresh())) void refreshEveryMinute()
  return (asset, inQuote) => (asset === FEE_ASSET && inQuote === quote && clock.now() - at <= MOST_AGE_MS ? last : zero())
}
