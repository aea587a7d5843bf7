/** The simulator without its wires: market, matching, account, limits and faults, as the options have them. */
import { type Ratio, ratio, ratioOf, zero } from '#domain/money.ts'
import { machineClock } from './clock.ts'
import { Faults } from './control/faults.ts'
import { apiKeyOf } from './keys.ts'
import { Limits, usualLimits } from './limits.ts'
import { Books } from './market/book.ts'
import { Replay } from './market/replay.ts'
import type { SimulatorOptions } from './options.ts'
import { switchesOf } from './switches.ts'
import { listed } from './trading/listing.ts'
import { followLists } from './trading/place-list.ts'
import { preventSelfTrades } from './trading/self-trade.ts'
import { Venue } from './trading/venue.ts'
import type { Commission, World } from './world.ts'

const SAPI_WEIGHT = 12_000

/** Makes the world of a simulator. */
export function openWorld(options: SimulatorOptions): World {
  const { clock = machineClock, serverTime = 'clock', feesInBnb = false } = options
  const switches = switchesOf(options.otherwise ?? [])
  const replay = new Replay(options.recordings, options.start ?? Number.NEGATIVE_INFINITY, options.ticks)
  const orders = switches.documentedOrderLimits ? {} : { orders10s: 100, orders1d: 200_000 }
  const limits = new Limits({ ...usualLimits, ...orders, ...options.limits }, () => clock.now())
  const usualFee = ratio(switches.defaultFeeIsTenBasisPoints ? '0.001' : '0.0015')
  const { maker, taker } = options.fees ?? { maker: usualFee, taker: usualFee }
  const commission: Commission = { maker, taker, inBnb: feesInBnb }
  const now = (): number => (serverTime === 'market' ? venue.marketNow : clock.now()) + world.skew
  // best prices that were recorded are what a taker pays: they hold the spread already
  const quoted = new Set((options.ticks ?? []).flatMap(({ symbol, quotes }) => (quotes === null ? [] : [symbol])))
  const symbols = options.symbols.filter(({ symbol }) => replay.histories.has(symbol)).map(raw => listed(raw, switches.widePercentPrice))
  const venue = new Venue({
    symbols,
    costs: {
      maker,
      taker,
      slippage: info => (quoted.has(info.symbol) ? zero() : (options.slippage?.(info) ?? zero())),
      volumeShare: options.volumeShare ?? 0,
      // looked at anew for each fill: bnbBurn turns it on and off
      get bnbShare() {
        return commission.inBnb ? ratioOf(switches.discountMultiplies ? 0.75 : 0.25) : zero<Ratio>()
      },
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
    commission,
    started: clock.now(),
    maintenance: false,
    books: new Books(venue.matching, replay.histories),
    sapi: new Limits({ ...usualLimits, weight: SAPI_WEIGHT }, () => clock.now()),
    skew: 0,
    now,
  }
  return world
}
