/** Feeds candles to a strategy and gives back what it says at each: one at a time as live, and all known as in a backtest, which must agree. */
import { expect } from 'vitest'
import { type Instance, newInstance, type Source } from '#analyzer/instance.ts'
import { scan } from '#analyzer/scan.ts'
import { type Columns, columnsOf } from '#domain/candle.ts'
import type { Signal } from '#domain/signal.ts'
import { dateParts, lengthOf, openOf, type Time, type Timeframe } from '#domain/time.ts'
import type { AnyBasket, AnySingle, AnyStrategy, Weights } from '#strategy'

/** A candle by the fields that matter to a test; open and the others follow from the close before where they are not given. */
export interface Bar {
  readonly close: number
  readonly open?: number
  readonly high?: number
  readonly low?: number
  readonly volume?: number
}

/** Candles of a symbol from bars or plain closes, one after the other from a time on (default 1970-01-01, a Thursday). */
export function columnsFrom(bars: readonly (Bar | number)[], timeframe: Timeframe = '1h', from = 0): Columns {
  const columns = columnsOf(bars.length)
  for (const [index, given] of bars.entries()) {
    const bar = typeof given === 'number' ? { close: given } : given
    const { close, open = index === 0 ? close : columns.close[index - 1]!, volume = 1 } = bar
    columns.time[index] = openOf(from, timeframe) + index * lengthOf(timeframe)
    columns.open[index] = open
    columns.high[index] = bar.high ?? Math.max(open, close)
    columns.low[index] = bar.low ?? Math.min(open, close)
    columns.close[index] = close
    columns.volume[index] = volume
  }
  return columns
}

function instanceOf(strategy: AnyStrategy, timeframe: Timeframe, params: object, source: Source, symbol = 'TEST'): Instance {
  return newInstance({ owner: 'test', symbol, timeframe, strategy, params: strategy.params.parse(params), source })
}

function append({ feed }: Instance, columns: Columns, index: number): void {
  const { time, open, high, low, close, volume } = columns
  feed.append(time[index]!, open[index]!, high[index]!, low[index]!, close[index]!, volume[index]!)
}

/** The signal at each candle, or null. */
export function signals(strategy: AnySingle, bars: readonly (Bar | number)[], params: object = {}): (Signal | null)[] {
  const timeframe = strategy.timeframe ?? '1h'
  const columns = columnsFrom(bars, timeframe)
  const live = instanceOf(strategy, timeframe, params, { kind: 'live' })
  const said = bars.map((_, index) => {
    append(live, columns, index)
    return scan(live, index + 1, 'both')
  })
  const known = instanceOf(strategy, timeframe, params, { kind: 'history', columns: () => columns })
  const foreseen: (Signal | null)[] = bars.map(() => null)
  for (let signal = scan(known, bars.length, 'both'); signal !== null; signal = scan(known, bars.length, 'both'))
    foreseen[known.next - 1] = signal
  expect(foreseen).toEqual(said)
  return said
}

const letters = { enter: '+', exit: '-' } as const

/** What is said at each candle as one letter: `+` enter, `-` exit, `.` nothing. */
export const says = (strategy: AnySingle, bars: readonly (Bar | number)[], params: object = {}): string =>
  signals(strategy, bars, params)
    .map(signal => (signal === null ? '.' : letters[signal.kind]))
    .join('')

/** The weights that a basket gives at each close from `from` on, or null: while an indicator has no value it is not asked. */
export function weights(
  strategy: AnyBasket,
  members: Readonly<Record<string, readonly (Bar | number)[]>>,
  params: object = {},
  from = 0,
): (Weights | null)[] {
  const timeframe = strategy.timeframe ?? '1d'
  const parsed = strategy.params.parse(params)
  const set = Object.entries(members).map(([symbol, bars]) => ({
    columns: columnsFrom(bars, timeframe, from),
    instance: instanceOf(strategy, timeframe, params, { kind: 'live' }, symbol),
  }))
  return set[0]!.columns.close.reduce<(Weights | null)[]>((said, _, index) => {
    for (const { instance, columns } of set) {
      append(instance, columns, index)
      instance.feed.extend(index + 1)
      instance.feed.cursor.index = index
    }
    const close = (set[0]!.columns.time[index]! + lengthOf(timeframe)) as Time
    const views = new Map(set.map(({ instance }) => [instance.symbol, instance.market]))
    const ready = set.every(({ instance }) => index >= instance.first)
    said.push(ready ? strategy.decide({ members: views, date: dateParts(close) }, parsed) : null)
    return said
  }, [])
}
