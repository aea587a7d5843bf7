/** What an account looks like from outside: its strategies, its news, its comparison with holding. */
import type { Recording } from '#domain/recording.ts'
import { Fault } from '#domain/fault.ts'
import { add, affordable, format, type Money, money, notional, priceOf, zero } from '#domain/money.ts'
import { isVolume, type NewsKind, newsKinds, type Volume, type Volumes } from '#domain/news.ts'
import { lengthOf, type Timeframe } from '#domain/time.ts'
import type { Engine } from '#engine'
import { VOLUME_KEY } from '#live/desk.ts'
import type { StrategyRow } from '#ports/desk.ts'
import type { Saved } from '#ports/store.ts'
import type { Config } from '../config.ts'

/** How loud news are: by the settings, then as people changed it. */
export function volumesOf(config: Config, saved: ReadonlyMap<string, string>): Volumes {
  const volumes: Record<NewsKind, Volume> = { ...config.ALERTS }
  for (const kind of newsKinds) {
    const changed = saved.get(`${VOLUME_KEY}${kind}`)
    if (changed !== undefined && isVolume(changed)) volumes[kind] = changed
  }
  return volumes
}

/** The start equity split evenly over the symbols at their first prices, without costs. */
export function holdingOf(engine: Engine, settings: ReadonlyMap<string, string>, symbols: readonly string[]): Money | null {
  const prices = JSON.parse(settings.get('start.prices') ?? '{}') as Record<string, number>
  const each = ((money(settings.get('start.equity') ?? '0') as bigint) / BigInt(symbols.length)) as Money
  let sum = zero<Money>()
  for (const symbol of symbols) {
    const { last } = engine.market(symbol)
    const first = prices[symbol]
    if (last === 0n || first === undefined) return null
    sum = add(sum, notional(last, affordable(each, priceOf(first))))
  }
  return sum
}

const LEFT = 'It does not enter; its exits by hand and its protection go on.'

/** The rows of owners that run, with what is wrong where their strategy broke while it ran. */
export const runningRows = (engine: Engine, rows: readonly StrategyRow[]): StrategyRow[] =>
  rows.map(row => {
    const why = engine.slots.find(({ owner, quarantined }) => owner === row.name && quarantined !== null)?.quarantined
    return why == null ? row : { ...row, trouble: `quarantined: ${why}. ${LEFT}` }
  })

/** Owners whose strategy is gone or broken since before the start, but who hold something. `running`: those that have a row. */
export function quarantinedRows(engine: Engine, broken: ReadonlyMap<string, Fault>, running: ReadonlySet<string>): StrategyRow[] {
  const held = engine.slots.filter(
    ({ owner, quarantined, position }) => quarantined !== null && position.quantity > 0n && !running.has(owner),
  )
  const names = new Set(held.map(({ owner }) => owner))
  return [...names].map(name => ({
    name,
    title: name,
    enabled: false,
    timeframe: '-',
    schedule: null,
    symbols: engine.slots.filter(({ owner, position }) => owner === name && position.quantity > 0n).map(({ symbol }) => symbol),
    params: {},
    fields: [],
    allocation: null,
    trouble: `quarantined: ${broken.get(name)?.message ?? 'there is no such strategy any more'} ${LEFT}`,
  }))
}

/** The shortest timeframe there is. */
export const shortest = (recordings: readonly Recording[]): Timeframe =>
  recordings.map(({ timeframe }) => timeframe).reduce((a, b) => (lengthOf(a) <= lengthOf(b) ? a : b))

/**
 * What was saved, as far as it concerns the symbols that are traded. Throws a Fault that names what is held, or waits, on another one: it
 * would be looked after by nobody.
 */
export function onTraded(saved: Saved, symbols: readonly string[]): Saved {
  const traded = (symbol: string): boolean => symbols.includes(symbol)
  const mend = (symbol: string): string =>
    `which is not among the traded symbols ${symbols.join(', ')}. Put ${symbol} back into SYMBOLS; once it is sold it may be left out.`
  for (const { owner, symbol, position } of saved.holdings)
    if (position.quantity > 0n && !traded(symbol))
      throw new Fault('misconfigured', `${owner} holds ${format(position.quantity)} of ${symbol}, ${mend(symbol)}`)
  for (const { order } of saved.orders)
    if (!traded(order.request.symbol))
      throw new Fault('misconfigured', `${order.owner} has an open order on ${order.request.symbol}, ${mend(order.request.symbol)}`)
  return {
    ...saved,
    holdings: saved.holdings.filter(({ symbol }) => traded(symbol)),
    ended: saved.ended.filter(({ order }) => traded(order.request.symbol)),
  }
}
