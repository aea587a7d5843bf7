/** The market's past, replayed: at each instant bars end (their range, then their close) and new ones open. Several symbols step together. */
import { instantsOf, type Phase, phases, type Recording } from '#domain/recording.ts'
import { lengthOf, type Time } from '#domain/time.ts'
import { History } from './history.ts'

/** A bar that takes part in a phase. */
export interface PhaseBar {
  readonly history: History
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
}

/** One step of the market. */
export interface Step {
  readonly phase: Phase
  readonly time: Time
  readonly bars: readonly PhaseBar[]
}

/** Steps through recordings. It only moves when asked to. */
export class Replay {
  readonly histories: ReadonlyMap<string, History>
  readonly #instants: readonly number[]
  #instant = 0
  #phase = 0

  /** `start`: candles that open before it are known from the beginning; its own opens are the first to be shown. */
  constructor(recordings: readonly Recording[], start: number) {
    this.histories = new Map(recordings.map(({ symbol, timeframe, columns }) => [symbol, new History(symbol, timeframe, columns)]))
    this.#instants = instantsOf(recordings)
    for (const history of this.histories.values()) {
      history.closed = history.indexAt(start - lengthOf(history.timeframe) + 1)
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
    return this.#instant >= this.#instants.length
  }
  /** Instants that are left, the one under way included. */
  get left(): number {
    return this.#instants.length - this.#instant
  }
  /** When the next phase is, in UTC milliseconds; null at the end. */
  get due(): number | null {
    return this.#instants[this.#instant] ?? null
  }
  /** The phase that comes next. */
  get next(): Phase {
    return phases[this.#phase]!
  }

  /** Makes the next step, or null at the end. Histories show it from then on. */
  step(): Step | null {
    if (this.ended) return null
    const time = this.#instants[this.#instant]! as Time
    const phase = phases[this.#phase]!
    const bars = [...this.histories.values()].flatMap(history => this.#barOf(history, phase, time))
    this.#phase++
    if (this.#phase === phases.length) {
      this.#phase = 0
      this.#instant++
    }
    return { phase, time, bars }
  }

  #barOf(history: History, phase: Phase, time: number): PhaseBar[] {
    const { columns, closed, timeframe } = history
    if (closed >= columns.time.length) return []
    const due = phase === 'open' ? columns.time[closed] === time : history.shown > 0 && columns.time[closed]! + lengthOf(timeframe) === time
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
