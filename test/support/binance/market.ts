/** A Binance on this machine whose market goes on by itself, minute by minute, as fast as both sides of the wire are done with each step. */
import { onTestFinished } from 'vitest'
import { money } from '#domain/money.ts'
import { lengthOf, openOf } from '#domain/time.ts'
import { newHmacKey } from '#simulator/keys.ts'
import type { SimulatorOptions } from '#simulator/options.ts'
import { openSimulator, type Simulator } from '#simulator/simulator.ts'
import { columnsFrom } from '../market.ts'
import { BNBUSDC, BTCUSDC } from './account.ts'
import { DrivenClock } from './driven.ts'

const MINUTE = lengthOf('1m')
const PHASES = 3
/** Short beside what is measured by the clock: how far Binance's is ahead, and for how long a signature holds. */
const STEP_MS = 200
/** Answers to and fro after each step: what was sent over sockets before is worked off by then. */
const ANSWERS = 1
const ANSWERS_AT_A_CLOSE = 20

/** A running market. */
export interface RunningMarket {
  readonly simulator: Simulator
  readonly clock: DrivenClock
  readonly key: { readonly apiKey: string; readonly secret: string }
}

/** Opens it: so many minutes of the past, then the present goes on from the closes given, over and over. It ends with the test. */
export async function openRunningMarket(setup: {
  readonly closes: readonly number[]
  readonly past: number
  /** BNB is traded at this price; not given: it is not traded. */
  readonly bnb?: number
  readonly simulator?: Partial<SimulatorOptions>
}): Promise<RunningMarket> {
  const { closes, past, bnb } = setup
  const start = openOf(Date.now(), '1m')
  const clock = new DrivenClock(start)
  const all = Array.from({ length: past + 10_000 }, (_, minute) => closes[minute % closes.length]!)
  const recordingOf = (symbol: string, prices: readonly number[]) => {
    return { symbol, timeframe: '1m' as const, columns: columnsFrom(prices, '1m', start - past * MINUTE) }
  }
  const key = newHmacKey()
  const simulator = await openSimulator({
    recordings: [
      recordingOf('BTCUSDC', all),
      ...(bnb === undefined
        ? []
        : [
            recordingOf(
              'BNBUSDC',
              all.map(() => bnb),
            ),
          ]),
    ],
    start,
    symbols: [BTCUSDC, BNBUSDC],
    keys: [key],
    balances: new Map([['USDC', money('10000')]]),
    clock,
    ...setup.simulator,
  })
  const answers = async (count: number): Promise<void> => {
    for (let answer = 0; answer < count; answer++) await (await fetch(`${simulator.url}/admin`)).text()
  }
  const ending = new AbortController()
  const live = async (): Promise<void> => {
    for (let next = start + MINUTE; !ending.signal.aborted; ) {
      clock.advance(STEP_MS)
      await answers(ANSWERS)
      if (clock.now() < next) continue
      next += MINUTE
      // bars end, and new ones open
      simulator.step(PHASES)
      await answers(ANSWERS_AT_A_CLOSE)
    }
  }
  const living = live()
  onTestFinished(async () => {
    ending.abort()
    await living
    await simulator.close()
  })
  return { simulator, clock, key }
}
