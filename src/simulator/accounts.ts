/** The accounts of the exchange. They share market, symbols and the server; each has its own balances, orders, counts and fees. All trade with the market alone; those of a trade group keep out of each other's way. */
import { type Ratio, ratioOf, zero } from '#domain/money.ts'
import type { SymbolInfo } from '#domain/symbol.ts'
import { apiKeyOf, type ApiKey } from './keys.ts'
import type { Limits } from './limits.ts'
import type { AccountSetup, SimulatorOptions } from './options.ts'
import type { Replay } from './market/replay.ts'
import type { Switches } from './switches.ts'
import type { Listings } from './trading/listings.ts'
import { followLists } from './trading/place-list.ts'
import { enforceRules } from './trading/rules.ts'
import { preventSelfTrades } from './trading/self-trade.ts'
import { Venue } from './trading/venue.ts'
import { watchOrders } from './trading/watch.ts'
import type { Account, Commission } from './world.ts'

/** What all accounts share. */
export interface Common {
  readonly options: Pick<SimulatorOptions, 'volumeShare' | 'feesInBnb' | 'numbersFrom'>
  readonly fees: { readonly maker: Ratio; readonly taker: Ratio }
  /** Half-spread and slippage of a taker by symbol. */
  readonly slippage: (info: SymbolInfo) => Ratio
  readonly listings: Listings
  readonly replay: Replay
  readonly switches: Switches
  readonly keys: Map<string, ApiKey>
  readonly accounts: Account[]
  /** The server's time. */
  now(): number
}

// Numbers of orders, trades and lists: those of one account are none of another's.
const NUMBERS_EACH = 1_000_000_000

/** Opens an account. `limits`: its unfilled orders are counted there. */
export function openAccount(common: Common, setup: AccountSetup, limits: Limits): Account {
  const { options, fees, slippage, listings, replay, switches, keys, accounts, now } = common
  const { maker, taker } = fees
  const commission: Commission = { maker, taker, inBnb: options.feesInBnb ?? false }
  const number = accounts.length
  const { tradeGroupId = -1 } = setup
  const venue = new Venue({
    listings,
    costs: {
      maker,
      taker,
      slippage,
      volumeShare: options.volumeShare ?? 0,
      // looked at anew for each fill: bnbBurn turns it on and off
      get bnbShare() {
        return commission.inBnb ? ratioOf(switches.discountMultiplies ? 0.75 : 0.25) : zero<Ratio>()
      },
    },
    replay,
    limits,
    switches,
    firstNumber: (options.numbersFrom ?? 0) + number * NUMBERS_EACH,
    tradeGroupId,
    now,
  })
  followLists(venue)
  preventSelfTrades(venue)
  enforceRules(venue)
  watchOrders(venue)
  if (accounts[0] !== undefined) venue.join(accounts[0].venue)
  if (tradeGroupId >= 0)
    venue.fellows = () => accounts.map(one => one.venue).filter(one => one !== venue && one.tradeGroupId === tradeGroupId)
  for (const [asset, amount] of setup.balances) {
    venue.matching.wallet.of(asset).free = amount
    venue.deposit(asset, amount)
  }
  venue.views.noteBalances(venue.matching.wallet.all(), Number.NEGATIVE_INFINITY)
  for (const key of setup.keys) keys.set(key.apiKey, apiKeyOf(key, number))
  const account = { number, name: setup.name, venue, limits, commission }
  accounts.push(account)
  return account
}
