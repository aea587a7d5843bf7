/** The backtest shell: the same core and matching as live, driven over columns. Nothing here knows an order type, a fee, a stop or a size. */

import { aggregate } from '#domain/aggregate.ts'
import type { Columns } from '#domain/candle.ts'
import type { Recorder } from '#domain/journal.ts'
import type { Money } from '#domain/money.ts'
import type { Action } from '#domain/order.ts'
import type { SymbolInfo } from '#domain/symbol.ts'
import { lengthOf, type Time, type Timeframe } from '#domain/time.ts'
import { Engine, type OwnerSetup, type Runner } from '#engine'
import type { Costs } from '#matching/costs.ts'
import { Matching } from '#matching/matching.ts'
import { type Found, Lane } from './lane.ts'

/** One symbol with its candles. */
export interface History {
  readonly info: SymbolInfo
  readonly timeframe: Timeframe
  readonly columns: Columns
}

/** What a backtest runs on. */
export interface BacktestSetup {
  readonly histories: readonly History[]
  readonly owners: readonly OwnerSetup[]
  readonly funds: ReadonlyMap<string, Money>
  readonly rules: ConstructorParameters<typeof Engine>[0]['rules']
  readonly costs: Costs
  readonly recorder: Recorder
}

/** What a backtest leaves behind. */
export interface BacktestRun {
  readonly engine: Engine
  readonly matching: Matching
}

/** Runs strategies over candles to their end. Synchronous; what happens goes to the recorder. */
export function runBacktest({ histories, owners, funds, rules, costs, recorder }: BacktestSetup): BacktestRun {
  const symbols = histories.map(({ info }) => info)
  const matching = new Matching(symbols, costs)
  for (const [asset, amount] of funds) matching.wallet.of(asset).free = amount
  const until = Math.max(0, ...histories.map(({ columns, timeframe }) => (columns.time.at(-1) ?? 0) + lengthOf(timeframe)))
  const bySymbol = new Map(histories.map(history => [history.info.symbol, history]))
  const engine = new Engine({
    symbols,
    funds,
    rules,
    owners,
    recorder,
    source(symbol) {
      const { columns, timeframe } = bySymbol.get(symbol)!
      const built = new Map<Timeframe, Columns>()
      return {
        kind: 'history',
        columns(to) {
          let longer = built.get(to)
          if (longer === undefined) {
            longer = aggregate(columns, timeframe, to, until)
            built.set(to, longer)
          }
          return longer
        },
      }
    },
  })
  const lanes = histories.map(({ info, columns, timeframe }) => new Lane(engine, matching.market(info.symbol), columns, timeframe))
  const turns = engine.runners.flatMap(runner =>
    lanes.flatMap(lane => lane.runners.flatMap((one, r) => (one === runner ? [{ runner, lane, found: lane.found[r]! }] : []))),
  )
  const shell: Shell = { engine, matching, lanes, turns }
  for (;;) {
    let time = Number.POSITIVE_INFINITY
    for (let l = 0; l < lanes.length; l++) if (lanes[l]!.due < time) time = lanes[l]!.due
    // a schedule may have slots after the last candle: nothing is known of the market then
    if (time > until) return { engine, matching }
    step(shell, time as Time)
  }
}

interface Shell {
  readonly engine: Engine
  readonly matching: Matching
  readonly lanes: readonly Lane[]
  /** Who decides, in the engine's order, and where to find what it says. */
  readonly turns: readonly { readonly runner: Runner; readonly lane: Lane; readonly found: Found }[]
}

// Loops below go by index: `for … of` is so much code to the compiler that functions with one are not inlined, and what they pass on
// (exact amounts, times) is then made an object at each call. Measured, with those of the core: 7 % of a backtest with many fills.

// All that happens at one instant, in the order of the house: bars that close, what strategies say of them, bars that open.
function step(shell: Shell, time: Time): void {
  const { engine, lanes } = shell
  let closing = false
  for (let l = 0; l < lanes.length; l++) if (lanes[l]!.closes(time)) closing = true
  if (closing) closeBars(shell, time)
  let saying = false
  for (let l = 0; l < lanes.length; l++) if (lanes[l]!.says(time)) saying = true
  // prices of other symbols matter only where something is decided, and a basket may decide on any fill
  if (closing || saying || engine.baskets.length > 0) for (let l = 0; l < lanes.length; l++) lanes[l]!.look(time)
  if (saying) signals(shell, time)
  if (closing) decideBaskets(engine, time)
  if (closing || saying) settle(shell, time)
  openBars(shell, time)
}

function decideBaskets(engine: Engine, time: Time): void {
  for (const basket of engine.baskets) engine.decideBasket(basket, time)
}

function openBars(shell: Shell, time: Time): void {
  const { matching, lanes } = shell
  let opened = false
  for (let l = 0; l < lanes.length; l++) {
    const lane = lanes[l]!
    if (!lane.opens(time)) continue
    opened = true
    const { market, columns } = lane
    const bar = lane.open()
    matching.open(market, columns.open[bar]!, market.volumeShare === 0 ? 0 : columns.volume[bar]!, time)
    lane.traded.last = market.last
  }
  if (!opened) return
  settle(shell, time)
  for (let l = 0; l < lanes.length; l++) if (lanes[l]!.inBar >= 0) lanes[l]!.pass()
}

function closeBars(shell: Shell, time: Time): void {
  const { engine, matching, lanes } = shell
  const closing = lanes.length === 1 ? lanes : lanes.filter(lane => lane.closes(time))
  showRanges(matching, closing, (time - 1) as Time)
  settle(shell, (time - 1) as Time, closing)
  for (const { market, traded, columns, inBar } of closing) {
    matching.close(market, columns.close[inBar]!)
    traded.last = market.last
  }
  for (const { traded, columns, inBar } of closing) engine.trader.closeBar(traded, columns.high[inBar]!, columns.time[inBar]! as Time, time)
  for (const { runner, lane } of shell.turns) if (closing.includes(lane)) engine.closeCandle(runner, time)
  for (const lane of closing) lane.close()
}

function signals({ engine, turns }: Shell, time: Time): void {
  for (let t = 0; t < turns.length; t++) {
    const { runner, lane, found } = turns[t]!
    while (found.signal !== null && found.due === time) {
      engine.signal(runner, found.signal, found.index)
      lane.next(runner, found)
    }
  }
}

const NONE: readonly Lane[] = []

// Rounds, as the live shell has them: do what was decided, hear what came of it, decide again. An order that is placed because of a fill
// within a bar (of `ranging`) meets the range of the same bar.
function settle({ engine, matching, lanes }: Shell, time: Time, ranging: readonly Lane[] = NONE): void {
  do {
    const { actions } = engine
    for (let a = 0; a < actions.size; a++) act(matching, actions.at(a), time)
    if (actions.size > 0 && ranging.length > 0) showRanges(matching, ranging, time)
    actions.clear()
    const { updates } = matching
    for (let u = 0; u < updates.size; u++) engine.update(updates.at(u))
    updates.clear()
  } while (engine.actions.size > 0)
  for (let l = 0; l < lanes.length; l++) if (lanes[l]!.inBar < 0) lanes[l]!.changed(time)
}

function act(matching: Matching, action: Action, time: Time): void {
  if (action.kind === 'place') matching.place(action.order.request, time)
  else if (action.kind === 'pair') matching.placePair(action.first.request, action.second.request, time)
  else if (action.kind === 'replace') matching.replace(action.order.id, action.by.request, time)
  else matching.cancel(action.order.id, time)
}

function showRanges(matching: Matching, lanes: readonly Lane[], time: Time): void {
  for (const { market, columns, inBar } of lanes) matching.range(market, columns.high[inBar]!, columns.low[inBar]!, time)
}
