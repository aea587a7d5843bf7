/** The desk: what people ask is answered from the core and the store, what they wish goes the same way as signals. */
import { add, type Money, money, notional, partOf, type Quantity, type Ratio, subtract, zero } from '#domain/money.ts'
import type { NewsKind, Volume, Volumes } from '#domain/news.ts'
import { paidPrice } from '#domain/position.ts'
import { openOf, type Time } from '#domain/time.ts'
import type { Engine } from '#engine'
import type { BalanceRow, Desk, ExposureRow, PositionRow, Status, StrategyChange, StrategyRow, WishResult } from '#ports/desk.ts'
import type { Store } from '#ports/store.ts'
import type { AccountWatch } from './account-watch.ts'
import { adjust, compare, type Seen } from './adjust.ts'
import type { Records } from './records.ts'
import type { Shell, Wish } from './shell.ts'
import { buy, sell, setLevel, setMode, worth } from './wishes.ts'

/** What the desk stands on. The core is asked for anew each time: a restart from the store replaces it. */
export interface DeskSetup {
  readonly trading: Status['trading']
  readonly quote: string
  readonly started: Time
  readonly version: string
  readonly store: Store
  core(): { readonly shell: Shell; readonly engine: Engine; readonly watch: AccountWatch | null }
  /** Runs a wish on the core that is to go on: not on one that is being replaced. */
  wish<Answer>(wish: Wish<Answer>): Promise<Answer>
  startEquity(): Money
  /** What the start equity would be worth had it been held since the start. */
  holding(engine: Engine): Money | null
  strategies(): readonly StrategyRow[]
  /** Checks a change and gives what to write down for it, or what is wrong with it. */
  planChange(
    name: string,
    change: StrategyChange,
  ): { readonly settings: Readonly<Record<string, string | null>>; readonly message: string } | { readonly problem: string }
  volumes(): Volumes
  /** From now on; that it is kept is the desk's. */
  setVolume(kind: NewsKind, volume: Volume): void
  /** Starts anew from the store, so that changed strategies take effect. */
  restart(): Promise<void>
}

const DAY = 86_400_000

/** Under which keys settings have the volumes that people set. */
export const VOLUME_KEY = 'volume.'

/** Opens the desk of a running service. */
export const openDesk = (setup: DeskSetup): Desk => deskOf(setup, null)

type Grant = (engine: Engine, records: Records, time: Time) => WishResult

function deskOf(setup: DeskSetup, message: string | null): Desk {
  const { store } = setup
  const earlier = async (): Promise<string | null> => (message === null ? null : await store.wished(message))
  const wish = async (person: string, text: string, run: Grant): Promise<WishResult> => {
    if (message === null) return await setup.wish({ person, text, run })
    const before = await earlier()
    return before === null ? await setup.wish({ id: message, person, text, run }) : { done: true, message: before }
  }
  const pnlSince = async (name: string, from: number) => ({ name, rows: await store.pnl(from as Time) })

  return {
    version: setup.version,
    status: async () => statusOf(setup),
    balances: async () => balancesOf(setup.core().engine),
    positions: async () => positionsOf(setup.core().engine),
    trades: filter => store.trades(filter),
    async pnl() {
      const now = setup.core().shell.time
      return [
        await pnlSince('today', openOf(now, '1d')),
        await pnlSince('7 days', now - 7 * DAY),
        await pnlSince('30 days', now - 30 * DAY),
        await pnlSince('all', 0),
      ]
    },
    exposure: async () => exposureOf(setup.core().engine, setup.quote),
    decisions: filter => store.decisions(filter),
    strategies: async () => setup.strategies(),
    symbol: text => findSymbol(setup.core().engine, text),
    buy: (person, asked) => wish(person, `buy ${asked.symbol}`, (engine, _, time) => buy(engine, person, asked, time)),
    sell: (person, asked) => wish(person, `sell ${asked.symbol}`, (engine, _, time) => sell(engine, person, asked, time)),
    setStop: (person, asked) => wish(person, `stoploss ${asked.symbol}`, (engine, _, time) => setLevel(engine, 'stop', asked, time)),
    setTarget: (person, asked) => wish(person, `target ${asked.symbol}`, (engine, _, time) => setLevel(engine, 'target', asked, time)),
    setMode: (person, mode) => wish(person, mode, (engine, records, time) => setMode(engine, records, person, mode, time)),
    async compare(text) {
      const found = await seenOf(setup, text)
      return 'problem' in found ? found : compare(setup.core().engine, found.asset, found)
    },
    async adjust(person, { asset: text, owner }) {
      const before = await earlier()
      if (before !== null) return { done: true, message: before }
      const found = await seenOf(setup, text)
      if ('problem' in found) return { done: false, message: found.problem }
      const { asset } = found
      return await wish(person, `adjust ${asset}`, (engine, records, time) =>
        adjust(engine, records, { person, asset, owner }, found, time),
      )
    },
    async changeStrategy(person, name, change): Promise<WishResult> {
      const plan = setup.planChange(name, change)
      if ('problem' in plan) return { done: false, message: plan.problem }
      const changed = await wish(person, `strategy ${name}`, (_, records) => {
        for (const [key, value] of Object.entries(plan.settings)) records.setting(key, value)
        return { done: true, message: plan.message }
      })
      await setup.restart()
      return changed
    },
    volumes: () => setup.volumes(),
    async setVolume(person, kind, volume) {
      const message = `News of ${kind} are ${volume} now.`
      const result = await wish(person, `alerts ${kind}`, (_, records) => {
        records.setting(`${VOLUME_KEY}${kind}`, volume)
        return { done: true, message }
      })
      setup.setVolume(kind, volume)
      return result
    },
    under: id => deskOf(setup, id),
    earlier,
  }
}

// The account is looked at anew each time it is asked for.
async function seenOf(setup: DeskSetup, text: string): Promise<(Seen & { readonly asset: string }) | { readonly problem: string }> {
  const { engine, watch } = setup.core()
  if (watch === null) return { problem: 'The account is simulated: nobody but RootTrading trades in it, and there is nothing to adjust.' }
  const wanted = text.toUpperCase()
  const assets = new Set(engine.markets.flatMap(({ info: { base, quote } }) => [quote, base]))
  const meant = assets.has(wanted) ? { base: wanted } : findSymbol(engine, text)
  if ('problem' in meant) return { problem: `"${text}" is no asset that is traded here. There is: ${[...assets].join(', ')}.` }
  const asset = meant.base
  const holds = (await watch.ask()).get(asset) ?? zero<Quantity>()
  return { asset, holds, certain: watch.missing.get(asset)?.by ?? zero() }
}

function statusOf(setup: DeskSetup): Status {
  const { engine, shell } = setup.core()
  const { equity, realised, unrealised, fees } = worth(engine, setup.quote)
  return {
    trading: setup.trading,
    mode: engine.trader.mode,
    time: shell.time,
    started: setup.started,
    symbols: engine.markets.map(({ info }) => info.symbol),
    strategies: setup.strategies().filter(({ enabled }) => enabled).length,
    openPositions: engine.slots.filter(({ position }) => position.quantity > 0n).length,
    openOrders: engine.trader.orders.open.size,
    quote: setup.quote,
    startEquity: setup.startEquity(),
    equity,
    realised,
    unrealised,
    fees,
    holding: setup.holding(engine),
  }
}

function balancesOf(engine: Engine): BalanceRow[] {
  const rows: BalanceRow[] = []
  for (const { asset, amount } of engine.portfolio.cashes()) {
    const free = engine.trader.freeCash(asset)
    rows.push({ asset, free, locked: subtract(amount, free), value: amount })
  }
  const held = new Map<string, { quantity: bigint; locked: bigint; value: bigint }>()
  for (const { info, last, slots } of engine.markets)
    for (const { position, protection, exit } of slots) {
      if (position.quantity === 0n) continue
      const row = held.get(info.base) ?? { quantity: 0n, locked: 0n, value: 0n }
      const guarded = protection.length > 0 || exit !== null
      row.quantity += position.quantity
      row.locked += guarded ? position.quantity : 0n
      row.value += notional(last, position.quantity)
      held.set(info.base, row)
    }
  for (const [asset, { quantity, locked, value }] of held)
    rows.push({ asset, free: (quantity - locked) as Money, locked: locked as Money, value: value as Money })
  const worthOf = (asset: string, quantity: Quantity): Money | null => {
    const market = engine.markets.find(({ info, last }) => info.base === asset && last > 0n)
    return market === undefined ? null : notional(market.last, quantity)
  }
  for (const [asset, quantity] of engine.portfolio.dust)
    if (quantity > 0n)
      rows.push({ asset: `${asset} dust`, free: quantity as bigint as Money, locked: zero(), value: worthOf(asset, quantity) })
  return rows
}

function positionsOf(engine: Engine): PositionRow[] {
  return engine.slots
    .filter(({ position }) => position.quantity > 0n)
    .map(({ owner, symbol, market, position, plan, leaving }) => {
      const value = notional(market.last, position.quantity)
      return {
        owner,
        symbol,
        base: market.info.base,
        quote: market.info.quote,
        quantity: position.quantity,
        paid: paidPrice(position),
        last: market.last,
        value,
        unrealised: subtract(value, position.cost),
        stop: plan?.stop ?? zero(),
        target: plan?.target ?? zero(),
        trailing: plan?.gap ?? zero(),
        openedAt: position.openedAt,
        leaving: leaving?.reason ?? null,
      }
    })
}

function exposureOf(engine: Engine, quote: string): ExposureRow[] {
  const equity = engine.equity(quote)
  const { perSymbol, perAsset } = engine.trader.rules
  const rows: ExposureRow[] = []
  const row = (kind: ExposureRow['kind'], name: string, value: Money, limit: Ratio | null): void => {
    if (value > 0n) rows.push({ kind, name, value, share: partOf(value, equity), limit })
  }
  const byAsset = new Map<string, Money>()
  for (const market of engine.markets) {
    const value = engine.exposure(market)
    row('symbol', market.info.symbol, value, perSymbol)
    byAsset.set(market.info.base, add(byAsset.get(market.info.base) ?? money('0'), value))
  }
  for (const [asset, value] of byAsset) row('asset', asset, value, perAsset)
  for (const { owner, slots } of engine.baskets) {
    const value = slots.reduce((sum, { position, market }) => add(sum, notional(market.last, position.quantity)), money('0'))
    row('allocation', owner, value, slots[0]?.allocation ?? null)
  }
  return rows
}

function findSymbol(engine: Engine, text: string): ReturnType<Desk['symbol']> {
  const wanted = text.toUpperCase().replaceAll(/[^A-Z0-9]/g, '')
  const infos = engine.markets.map(({ info }) => info)
  const found = infos.find(({ symbol }) => symbol === wanted) ?? infos.find(({ base }) => base === wanted)
  if (found !== undefined) return found
  return { problem: `"${text}" is not traded here. Traded: ${infos.map(({ symbol }) => symbol).join(', ')}.` }
}
