/** The exchange's time by our clock: whether a candle is overdue is for its clock to say. */
import { Fault } from '#domain/fault.ts'
import type { Time } from '#domain/time.ts'
import type { Clock } from '#ports/clock.ts'
import type { MarketData } from '#ports/market.ts'

const MEASURE_MS = 1_800_000

/** A clock that is set by the exchange's. */
export interface ExchangeClock extends Clock {
  /** Measures again, now and then, until the signal is aborted. */
  keep(signal: AbortSignal): Promise<void>
}

/** Measures how far our clock is off. Throws the Fault where that cannot be asked. */
export async function openExchangeClock(clock: Clock, data: MarketData): Promise<ExchangeClock> {
  let offset = 0
  const measure = async (): Promise<void> => {
    offset = (await data.time()) - clock.now()
  }
  await measure()
  return {
    now: () => Math.round(clock.now() + offset) as Time,
    wait: (milliseconds, signal) => clock.wait(milliseconds, signal),
    async keep(signal) {
      while (!signal.aborted) {
        await clock.wait(MEASURE_MS, signal)
        try {
          if (!signal.aborted) await measure()
        } catch (error) {
          // the last measurement is better than none
          if (!(error instanceof Fault)) throw error
        }
      }
    },
  }
}
