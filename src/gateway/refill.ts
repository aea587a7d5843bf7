/** Asking the exchange for closed candles, some requests at a time. */
import { Fault } from '#domain/fault.ts'
import { formatTime, openOf, type Time } from '#domain/time.ts'
import type { Clock } from '#ports/clock.ts'
import type { MarketData } from '#ports/market.ts'
import { type Series, wrongIn } from './series.ts'

/** What asking needs. */
export interface RefillSetup {
  readonly data: MarketData
  readonly clock: Clock
  /** A candle that closed so long ago, in milliseconds, and is not given, does not exist. */
  readonly deadline: number
  note(text: string): void
}

/** Most candles that an exchange gives at once. */
export const PAGE = 1000
const MOST_AT_ONCE = 8
const PAUSE_MS = 1_000
const MOST_PAUSE_MS = 30_000
/** How often something is asked for that does not answer. */
export const MOST_TRIES = 6

/** The pause after some failures in a row, in milliseconds. */
export const pauseAfter = (failures: number): number => Math.min(MOST_PAUSE_MS, PAUSE_MS * 2 ** (failures - 1))

/** Lets a few run at once; the others wait for their turn. */
export function openLine(): <Result>(run: () => Promise<Result>) => Promise<Result> {
  let free = MOST_AT_ONCE
  const waiting: (() => void)[] = []
  return async run => {
    if (free > 0) free--
    else await new Promise<void>(resolve => waiting.push(resolve))
    try {
      return await run()
    } finally {
      const next = waiting.shift()
      if (next === undefined) free++
      else next()
    }
  }
}

/** Brings a series up to the newest closed candle that the exchange gives. Throws its Fault; what was given before stays. */
export async function refill(series: Series, { data, clock, deadline, note }: RefillSetup): Promise<void> {
  const { symbol, timeframe, length } = series
  for (;;) {
    const asked = clock.now()
    const candles = await data.candles({ symbol, timeframe, from: series.covered, limit: PAGE })
    for (const candle of candles) {
      const wrong = wrongIn(candle, clock.now())
      if (wrong === null) series.take(candle)
      else note(`a ${series.name} candle is refused: ${wrong}`)
    }
    const last = candles.at(-1)
    const end = last === undefined ? series.covered : ((last.openTime + length) as Time)
    const further = end > series.covered
    if (further) series.covered = end
    // an exchange may give fewer than were asked for: the end is where nothing more comes
    if (!further || end + length > asked) {
      series.covered = Math.max(series.covered, openOf(asked - deadline, timeframe)) as Time
      return
    }
  }
}

/** Fills many, each tried again some times. What the exchange refuses, such as a symbol that is gone, is noted and left out; else its Fault is thrown. */
export async function refillAll(all: readonly Series[], setup: RefillSetup): Promise<void> {
  const line = openLine()
  const one = async (series: Series): Promise<void> => {
    for (let failures = 1; ; failures++) {
      try {
        return await refill(series, setup)
      } catch (error) {
        if (!(error instanceof Fault) || error.kind === 'misconfigured' || failures === MOST_TRIES) throw error
        if (error.kind === 'refused') return setup.note(`there is no history of ${series.name}: ${error.message}`)
        setup.note(`the history of ${series.name} from ${formatTime(series.covered)} is asked for again: ${error.message}`)
        await setup.clock.wait(pauseAfter(failures))
      }
    }
  }
  await Promise.all(all.map(series => line(() => one(series))))
}
