/** The market's past, replayed: at each instant bars end (their range, then their close) and new ones open, or ticks happen. Several symbols step together. */
import { instantsOf, type Phase, phases, type Recording } from '#domain/recording.ts'
import type { TickRecording } from '#domain/ticks.ts'
import type { Time } from '#domain/time.ts'
import { CandleHistory } from './candle-history.ts'
import type { History } from './history.ts'
import { type Tick, TickHistory } from './tick-history.ts'

/** A bar that takes part in a phase. */
export interface PhaseBar {
  readonly history: History
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
}

/** A step of candles: one phase of an instant. */
export interface BarStep {
  readonly phase: Phase
  readonly time: Time
  readonly bars: readonly PhaseBar[]
}

/** What happened to one symbol, in order; nothing at the end of a second or minute, which is an instant of its own. */
export interface Ticked {
  readonly history: History
  readonly ticks: readonly Tick[]
}

/** A step of ticks: a whole instant. */
export interface TickStep {
  readonly phase: 'tick'
  readonly time: Time
  readonly ticked: readonly Ticked[]
}

/** One step of the market. */
export type Step = BarStep | TickStep

/** Histories that a step moved. */
export const movedBy = (step: Step): readonly History[] => (step.phase === 'tick' ? step.ticked : step.bars).map(({ history }) => history)

/** The same step with no more than some symbols in it. */
export function only(step: Step, symbols: (symbol: string) => boolean): Step {
  const kept = ({ history }: { readonly history: History }): boolean => symbols(history.symbol)
  return step.phase === 'tick' ? { ...step, ticked: step.ticked.filter(kept) } : { ...step, bars: step.bars.filter(kept) }
}

/** Steps through recordings. It only moves when asked to. */
export class Replay {
  readonly histories: ReadonlyMap<string, History>
  readonly #candles: readonly CandleHistory[]
  readonly #ticks: readonly TickHistory[]
  readonly #instants: readonly number[]
  #instant = 0
  #phase = 0

  /** `start`: candles that open and ticks that happened before it are known from the beginning; its own opens are the first to be shown. */
  constructor(recordings: readonly Recording[], start: number, ticks: readonly TickRecording[] = []) {
    this.#candles = recordings.map(({ symbol, timeframe, columns }) => new CandleHistory(symbol, timeframe, columns))
    this.#ticks = ticks.map(recording => new TickHistory(recording, start))
    this.histories = new Map([...this.#candles, ...this.#ticks].map(history => [history.symbol, history]))
    this.#instants = instantsOf(recordings)
    for (const history of this.#candles) {
      history.closed = history.indexAt(start - history.unit + 1)
      // a longer bar that is under way then
      const opened = history.columns.time[history.closed]
      if (opened !== undefined && opened < start) history.shown = 1
    }
    while (this.#instant < this.#instants.length && this.#instants[this.#instant]! < start) this.#instant++
    // what ended before the start is known: the first thing to happen is that bars open
    this.#phase = phases.indexOf('open')
  }

  /** True when nothing is left. */
  get ended(): boolean {
    return this.due === null
  }
  /** Instants of candles that are left, the one under way included. */
  get left(): number {
    return this.#instants.length - this.#instant
  }
  /** Ticks that are left. */
  get ticksLeft(): number {
    return this.#ticks.reduce((sum, { left }) => sum + left, 0)
  }
  /** When the next step is, in UTC milliseconds; null at the end. */
  get due(): number | null {
    const due = Math.min(this.#candlesDue, this.#ticksDue)
    return due === Infinity ? null : due
  }
  /** What comes next. */
  get next(): Step['phase'] {
    return this.#candlesDue <= this.#ticksDue ? phases[this.#phase]! : 'tick'
  }
  get #candlesDue(): number {
    return this.#instants[this.#instant] ?? Infinity
  }
  get #ticksDue(): number {
    let due = Infinity
    for (const history of this.#ticks) due = Math.min(due, history.due ?? Infinity)
    return due
  }

  /** Makes the next step, or null at the end. Histories show it from then on. At equal times candles come first. */
  step(): Step | null {
    if (this.ended) return null
    return this.next === 'tick' ? this.#tick(this.#ticksDue as Time) : this.#bars()
  }

  #tick(time: Time): Step {
    const due = this.#ticks.filter(history => history.due === time)
    return { phase: 'tick', time, ticked: due.map(history => ({ history, ticks: history.step(time) })) }
  }

  #bars(): Step {
    const time = this.#instants[this.#instant]! as Time
    const phase = phases[this.#phase]!
    const bars = this.#candles.flatMap(history => this.#barOf(history, phase, time))
    this.#phase++
    if (this.#phase === phases.length) {
      this.#phase = 0
      this.#instant++
    }
    return { phase, time, bars }
  }

  #barOf(history: CandleHistory, phase: Phase, time: number): PhaseBar[] {
    const { columns, closed, unit } = history
    if (closed >= columns.time.length) return []
    const due = phase === 'open' ? columns.time[closed] === time : history.shown > 0 && columns.time[closed]! + unit === time
    if (!due) return []
    if (phase === 'open') history.shown = 1
    else if (phase === 'range') history.shown = 3
    else {
      history.shown = 0
      history.closed++
    }
    return [
      {
        history,
        open: columns.open[closed]!,
        high: columns.high[closed]!,
        low: columns.low[closed]!,
        close: columns.close[closed]!,
        volume: columns.volume[closed]!,
      },
    ]
  }
}
