import { type Columns, OpenTimes } from '#domain/candle.ts'
import { longestWait, parseSchedule } from '#domain/schedule.ts'
import type { Adjustment, Values } from '#domain/signal.ts'
import { lengthOf, type Time, type Timeframe } from '#domain/time.ts'
import { Feed, type Indicator, type Node } from '#indicators/feed.ts'
import { Line } from '#indicators/series.ts'
import type { AnyStrategy, HeldView } from '#strategy'
import { type Run, type Scan, scan as plainScan } from './scan.ts'

const DEFAULT_LOOKBACK = 500

/** A strategy with its parameters on one symbol: its feeds, its views, and where it stands. */
export interface Instance extends Run {
  readonly owner: string
  readonly symbol: string
  readonly timeframe: Timeframe
  readonly scan: Scan
  /** Feeds of all its timeframes, its own under ''. */
  readonly feeds: ReadonlyMap<string, { readonly timeframe: Timeframe; readonly feed: Feed }>
  /** By feed: how many candles pass before its indicators have values; a feed without indicators has no entry. */
  readonly warmups: ReadonlyMap<string, number>
  /** When a candle of its own timeframe opened. */
  openTime(index: number): Time
  /** Indicator values at the cursor, by name. */
  values(): Values
  readonly manage: ((position: HeldView) => Adjustment | null) | null
}

/** Where candles come from: all known (columns by timeframe), or one at a time. */
export type Source = { readonly kind: 'history'; columns(timeframe: Timeframe): Columns } | { readonly kind: 'live' }

interface Setup {
  readonly owner: string
  readonly symbol: string
  readonly timeframe: Timeframe
  readonly strategy: AnyStrategy
  readonly params: object
  readonly source: Source
  readonly scan?: Scan
}

/** Sets a strategy up on a symbol. Throws RangeError when an indicator runs on a timeframe that is not declared. */
export function newInstance({ owner, symbol, timeframe, strategy, params, source, scan = plainScan }: Setup): Instance {
  const also: Readonly<Record<string, Timeframe>> = strategy.kind === 'single' ? (strategy.also ?? {}) : {}
  const indicators = Object.entries(strategy.indicators(params))
  const lookback = strategy.lookback ?? DEFAULT_LOOKBACK
  // candles of a scheduled strategy wait for their slot
  const schedule = strategy.kind === 'single' ? strategy.schedule : undefined
  const wait = schedule === undefined ? 0 : longestWait(parseSchedule(schedule))
  const feeds = new Map<string, { timeframe: Timeframe; feed: Feed }>()
  for (const [name, frame] of [['', timeframe] as const, ...Object.entries(also)]) {
    const depth = Math.max(1, ...indicators.map(([, { on, depth }]) => ((on ?? '') === name ? depth : 0)))
    const waiting = Math.ceil(wait / lengthOf(frame))
    const feed = source.kind === 'live' ? Feed.live(depth, lookback, waiting) : Feed.history(source.columns(frame), depth, lookback)
    feeds.set(name, { timeframe: frame, feed })
  }
  const market: Record<string, unknown> = { candle: feeds.get('')!.feed.candle }
  for (const name of Object.keys(also)) market[name] = { candle: feeds.get(name)!.feed.candle }
  const firsts = new Map<string, number>()
  for (const [name, indicator] of indicators) {
    const on = (indicator as Indicator<unknown>).on ?? ''
    const at = feeds.get(on)
    if (at === undefined) throw new RangeError(`${owner}: the indicator "${name}" runs on "${on}", which is not declared under "also"`)
    const node: Node<unknown> = at.feed.use(indicator)
    market[name] = node.view
    firsts.set(on, Math.max(firsts.get(on) ?? 0, node.first))
  }
  const own = feeds.get('')!.feed
  const times = source.kind === 'live' ? null : new OpenTimes(own.columns, lengthOf(timeframe))
  return {
    owner,
    symbol,
    timeframe,
    scan,
    feeds,
    warmups: firsts,
    feed: own,
    decide: strategy.kind === 'single' ? strategy.decide : () => null,
    market,
    params,
    first: firsts.get('') ?? 0,
    follow:
      feeds.size === 1
        ? null
        : follower(
            own,
            timeframe,
            [...feeds].filter(([name]) => name !== ''),
            firsts,
          ),
    next: 0,
    openTime: times === null ? index => own.columns.time[index & own.mask]! as Time : index => times.at(index),
    values: () => valuesOf(indicators.map(([name]) => [name, market[name]] as const)),
    manage:
      strategy.kind === 'single' && strategy.manage !== undefined
        ? position => adjustmentOf(strategy.manage!(position, market, params))
        : null,
  }
}

/** When a candle of an instance's own timeframe closed. */
export const closeOf = (instance: Instance, index: number): Time => (instance.openTime(index) + lengthOf(instance.timeframe)) as Time

/** Puts the cursor on the candle that closed at an instant. False when none did. */
export function showCandle({ feed, timeframe, next }: Instance, time: Time): boolean {
  const open = time - lengthOf(timeframe)
  let index = Math.max(feed.cursor.index, next - 1, 0)
  while (index + 1 < feed.length && feed.columns.time[index & feed.mask]! < open) index++
  if (index >= feed.length || feed.columns.time[index & feed.mask]! !== open) return false
  feed.extend(Math.max(feed.ready, index + 1))
  feed.cursor.index = index
  return true
}

// A file that nothing has checked may say anything.
function adjustmentOf(said: Adjustment | null | undefined): Adjustment | null {
  if (said === null || said?.kind === 'move' || (said?.kind === 'exit' && typeof said.reason === 'string')) return said
  throw new RangeError(`manage gave ${JSON.stringify(said) ?? 'undefined'}: return move({ … }), exit({ … }) or null.`)
}

// Another timeframe shows its last candle that had closed by the close of this one: no later one, so nothing ahead is seen.
function follower(
  own: Feed,
  timeframe: Timeframe,
  others: readonly (readonly [string, { readonly timeframe: Timeframe; readonly feed: Feed }])[],
  firsts: ReadonlyMap<string, number>,
): (index: number) => boolean {
  const length = lengthOf(timeframe)
  return index => {
    const close = own.columns.time[index & own.mask]! + length
    let ready = true
    for (const [name, { timeframe: frame, feed }] of others) {
      const { cursor, columns, mask } = feed
      const span = lengthOf(frame)
      while (cursor.index + 1 < feed.length && columns.time[(cursor.index + 1) & mask]! + span <= close) {
        cursor.index++
        if (cursor.index >= feed.ready) feed.extend(cursor.index + 1)
      }
      if (cursor.index < (firsts.get(name) ?? 0)) ready = false
    }
    return ready
  }
}

function valuesOf(views: readonly (readonly [string, unknown])[]): Values {
  const values: Record<string, number> = {}
  for (const [name, view] of views) {
    if (view instanceof Line) values[name] = view.now
    else for (const [part, line] of Object.entries(view as object)) if (line instanceof Line) values[`${name}.${part}`] = line.now
  }
  return values
}
