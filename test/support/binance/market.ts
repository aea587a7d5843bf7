/** A Binance on this machine whose market goes on by itself, minute by minute, in time that runs faster than the machine's. */
import { onTestFinished } from 'vitest'
import { lengthOf, openOf } from '#domain/time.ts'
import { newHmacKey } from '#simulator/keys.ts'
import type { SimulatorOptions } from '#simulator/options.ts'
import { openSimulator, type Simulator } from '#simulator/simulator.ts'
import { columnsFrom } from '../market.ts'
import { BTCUSDC } from './account.ts'
import { PacedClock } from './paced.ts'
import { money } from '#domain/money.ts'

const MINUTE = lengthOf('1m')
const PHASES = 3

/** A running market. */
export interface RunningMarket {
  readonly simulator: Simulator
  readonly clock: PacedClock
  readonly key: { readonly apiKey: string; readonly secret: string }
  /** The market stands still from now on. */
  halt(): void
}

/** Opens it: so many minutes of the past, then the present goes on from the closes given, over and over. It ends with the test. */
export async function openRunningMarket(setup: {
  readonly closes: readonly number[]
  readonly past: number
  readonly speed: number
  readonly simulator?: Partial<SimulatorOptions>
}): Promise<RunningMarket> {
  const { closes, past, speed } = setup
  const clock = new PacedClock(speed)
  const start = openOf(clock.now(), '1m')
  const all = Array.from({ length: past + 10_000 }, (_, minute) => closes[minute % closes.length]!)
  const key = newHmacKey()
  const simulator = await openSimulator({
    recordings: [{ symbol: 'BTCUSDC', timeframe: '1m', columns: columnsFrom(all, '1m', start - past * MINUTE) }],
    start,
    symbols: [BTCUSDC],
    keys: [key],
    balances: new Map([['USDC', money('10000')]]),
    clock,
    ...setup.simulator,
  })
  const stopping = new AbortController()
  const live = async (): Promise<void> => {
    for (let next = start + MINUTE; ; next += MINUTE) {
      await clock.wait(next - clock.now(), stopping.signal)
      if (stopping.signal.aborted) return
      // bars end, and new ones open
      simulator.step(PHASES)
    }
  }
  const living = live()
  onTestFinished(async () => {
    stopping.abort()
    await living
    await simulator.close()
  })
  return { simulator, clock, key, halt: () => stopping.abort() }
}
