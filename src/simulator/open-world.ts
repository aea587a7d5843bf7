/** The simulator without its wires: market, matching, accounts, limits and faults, as the options have them. */
import { ratio, zero } from '#domain/money.ts'
import { type Common, openAccount } from './accounts.ts'
import { machineClock } from './clock.ts'
import { Faults } from './control/faults.ts'
import type { ApiKey } from './keys.ts'
import { Limits, usualLimits } from './limits.ts'
import { Books } from './market/book.ts'
import { Replay } from './market/replay.ts'
import type { SimulatorOptions } from './options.ts'
import { switchesOf } from './switches.ts'
import { ownLevels } from './trading/iceberg.ts'
import { listed } from './trading/listing.ts'
import { Listings } from './trading/listings.ts'
import type { Account, World } from './world.ts'

const SAPI_WEIGHT = 12_000

/** Makes the world of a simulator. */
export function openWorld(options: SimulatorOptions): World {
  const { clock = machineClock, serverTime = 'clock', exchangeFilters = [], assetFilters = [], unlisted = [] } = options
  const switches = switchesOf(options.otherwise ?? [])
  const replay = new Replay(options.recordings, options.start ?? Number.NEGATIVE_INFINITY, options.ticks)
  const orders = switches.documentedOrderLimits ? {} : { orders10s: 100, orders1d: 200_000 }
  const limits = new Limits({ ...usualLimits, ...orders, ...options.limits }, () => clock.now())
  const usualFee = ratio(switches.defaultFeeIsTenBasisPoints ? '0.001' : '0.0015')
  const now = (): number => (serverTime === 'market' ? first.venue.marketNow : clock.now()) + world.skew
  // best prices that were recorded are what a taker pays: they hold the spread already
  const quoted = new Set((options.ticks ?? []).flatMap(({ symbol, quotes }) => (quotes === null ? [] : [symbol])))
  const symbols = options.symbols.filter(({ symbol }) => replay.histories.has(symbol)).map(raw => listed(raw, switches.widePercentPrice))
  const accounts: Account[] = []
  const common: Common = {
    options,
    fees: options.fees ?? { maker: usualFee, taker: usualFee },
    slippage: info => (quoted.has(info.symbol) ? zero() : (options.slippage?.(info) ?? zero())),
    listings: new Listings({ symbols, exchangeFilters, assetFilters, unlisted }),
    replay,
    switches,
    keys: new Map<string, ApiKey>(),
    accounts,
    now,
  }
  const group = options.tradeGroupId === undefined ? {} : { tradeGroupId: options.tradeGroupId }
  const first = openAccount(common, { name: 'first', keys: options.keys, balances: options.balances, ...group }, limits)
  const views = new Map<Account, World>()
  const world: World = {
    account: first,
    accounts,
    venue: first.venue,
    commission: first.commission,
    replay,
    limits,
    switches,
    faults: new Faults(),
    clock,
    keys: common.keys,
    started: clock.now(),
    maintenance: false,
    books: new Books(first.venue.matching, replay.histories, (symbol, side) => ownLevels(accounts, symbol, side)),
    sapi: new Limits({ ...usualLimits, weight: SAPI_WEIGHT }, () => clock.now()),
    skew: 0,
    now,
    open: setup => openAccount(common, setup, new Limits(limits.setup, () => clock.now())),
    of({ account: number }) {
      const account = accounts[number]!
      const known = views.get(account) ?? seenBy(world, account)
      views.set(account, known)
      return known
    },
  }
  for (const setup of options.accounts ?? []) world.open(setup)
  return world
}

// The same world, with what belongs to an account being that account's.
const seenBy = (world: World, account: Account): World =>
  account === world.account
    ? world
    : Object.assign(Object.create(world) as World, {
        account,
        venue: account.venue,
        commission: account.commission,
        limits: account.limits,
      })
