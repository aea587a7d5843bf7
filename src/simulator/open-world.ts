/** The simulator without its wires: market, matching, account, limits and faults, as the options have them. */
import { ratio, ratioOf, zero } from '#domain/money.ts'
import { machineClock } from './clock.ts'
import { Faults } from './control/faults.ts'
import { apiKeyOf } from './keys.ts'
import { Limits, usualLimits } from './limits.ts'
import { Replay } from './market/replay.ts'
import type { SimulatorOptions } from './options.ts'
import { switchesOf } from './switches.ts'
import { listed } from './trading/listing.ts'
import { followLists } from './trading/place-list.ts'
import { preventSelfTrades } from './trading/self-trade.ts'
import { Venue } from './trading/venue.ts'
import type { World } from './world.ts'

const SAPI_WEIGHT = 12_000

/** Makes the world of a simulator. */
export function openWorld(options: SimulatorOptions): World {
  const { clock = machineClock, serverTime = 'clock', feesInBnb = false } = options
  const switches = switchesOf(options.otherwise ?? [])
  const replay = new Replay(options.recordings, options.start ?? Number.NEGATIVE_INFINITY)
  const orders = switches.documentedOrderLimits ? {} : { orders10s: 100, orders1d: 200_000 }
  const limits = new Limits({ ...usualLimits, ...orders, ...options.limits }, () => clock.now())
  const usualFee = ratio(switches.defaultFeeIsTenBasisPoints ? '0.001' : '0.0015')
  const { maker, taker } = options.fees ?? { maker: usualFee, taker: usualFee }
  const now = (): number => (serverTime === 'market' ? venue.marketNow : clock.now()) + world.skew
  const symbols = options.symbols.filter(({ symbol }) => replay.histories.has(symbol)).map(raw => listed(raw, switches.widePercentPrice))
  const venue = new Venue({
    symbols,
    costs: {
      maker,
      taker,
      slippage: options.slippage ?? (() => zero()),
      volumeShare: options.volumeShare ?? 0,
      bnbShare: feesInBnb ? ratioOf(switches.discountMultiplies ? 0.75 : 0.25) : zero(),
    },
    replay,
    limits,
    switches,
    now,
  })
  followLists(venue)
  preventSelfTrades(venue)
  for (const [asset, amount] of options.balances) {
    venue.matching.wallet.of(asset).free = amount
    venue.deposit(asset, amount)
  }
  venue.views.noteBalances(venue.matching.wallet.all(), Number.NEGATIVE_INFINITY)
  const world: World = {
    venue,
    replay,
    limits,
    switches,
    faults: new Faults(),
    clock,
    keys: new Map(options.keys.map(setup => [setup.apiKey, apiKeyOf(setup)])),
    commission: { maker, taker, inBnb: feesInBnb },
    started: clock.now(),
    maintenance: false,
    bookUpdates: 1,
    sapi: new Limits({ ...usualLimits, weight: SAPI_WEIGHT }, () => clock.now()),
    skew: 0,
    now,
  }
  return world
}
