/** The admin's commands about symbols: status, filters, execution rules, listing and delisting. */
import type { Price } from '#domain/money.ts'
import { statuses } from '../api/asked.ts'
import { delist, endAll, list } from '../trading/delist.ts'
import { amountOf, type RawFilter } from '../trading/filters.ts'
import { type ExecutionRule, multipliers } from '../trading/listings.ts'
import { AdminError, type Command } from './command.ts'

const DECIMAL = /^\d+(\.\d{1,8})?$/

const filtersIn = (value: unknown, name: string): readonly RawFilter[] => {
  const good = (one: unknown): boolean => typeof one === 'object' && one !== null && 'filterType' in one
  if (!Array.isArray(value) || !value.every(good)) throw new AdminError(`${name}: a list is needed, of filters that each have a filterType`)
  for (const filter of value as readonly RawFilter[])
    for (const [field, given] of Object.entries(filter))
      if (!isOfFilter(field, given))
        throw new AdminError(`${name}: ${filter.filterType}.${field}: an amount such as "0.001" is needed, not ${JSON.stringify(given)}`)
  return value as readonly RawFilter[]
}

// Amounts as texts, counts as numbers, and what a filter applies to.
const isOfFilter = (field: string, given: unknown): boolean =>
  field === 'filterType' || field === 'asset'
    ? typeof given === 'string'
    : typeof given === 'boolean' || (typeof given === 'number' ? given >= 0 : DECIMAL.test(String(given)))

function rangeIn(value: unknown): ExecutionRule['range'] {
  if (value === null) return null
  const names: readonly string[] = multipliers
  const good = ([name, text]: [string, unknown]): boolean => names.includes(name) && DECIMAL.test(String(text))
  if (typeof value !== 'object' || !Object.entries(value).every(good))
    throw new AdminError(`priceRange: null, or some of ${multipliers.join(', ')}, each such as "1.1"`)
  return value as ExecutionRule['range']
}

function referenceIn(value: unknown): Price | null {
  if (value === null) return null
  if (!DECIMAL.test(String(value))) throw new AdminError('referencePrice: a price such as "20000", or null')
  return amountOf(String(value)) as Price
}

/** All of them, by name. */
export const symbolCommands: Readonly<Record<string, Command>> = {
  symbols: {
    what: 'halts a symbol or lets it trade (TRADING, HALT, BREAK, CANCEL_ONLY), changes filters under resting orders or takes some off (without); expire: ends what is open on it, as in maintenance',
    body: '{"symbol": "BTCEUR", "status": "HALT", "filters": [{"filterType": "LOT_SIZE", "stepSize": "0.001"}], "expire": false}',
    fields: ['symbol', 'status', 'filters', 'without', 'expire'],
    act(controlled, { symbol, status, filters, without = [], expire = false }) {
      const { world } = controlled
      const { raw } = world.venue.symbol(String(symbol))
      if (status !== undefined && !(statuses as readonly unknown[]).includes(status)) throw new AdminError(`status: ${statuses.join(', ')}`)
      if (typeof expire !== 'boolean') throw new AdminError('expire: true or false')
      if (!Array.isArray(without)) throw new AdminError('without: a list of filter types, such as ["NOTIONAL"]')
      const changes = filters === undefined ? [] : filtersIn(filters, 'filters')
      if (status !== undefined) raw.status = String(status)
      raw.filters = raw.filters.filter(({ filterType }) => !without.includes(filterType))
      for (const change of changes) {
        const before = raw.filters.find(({ filterType }) => filterType === change.filterType)
        raw.filters = [...raw.filters.filter(filter => filter !== before), { ...before, ...change }]
      }
      world.venue.listings.refresh(raw.symbol)
      if (expire) {
        for (const { venue } of world.accounts) endAll(venue, raw.symbol)
        controlled.flush()
      }
      return raw
    },
  },
  filters: {
    what: 'sets the filters that hold for more than a symbol: of the exchange, and of assets (told by myFilters alone); each list replaces the one before',
    body: '{"exchange": [{"filterType": "EXCHANGE_MAX_NUM_ORDERS", "maxNumOrders": 1000}], "assets": [{"filterType": "MAX_ASSET", "asset": "EUR", "limit": "1000"}]}',
    fields: ['exchange', 'assets'],
    act({ world: { venue } }, { exchange, assets }) {
      const { listings } = venue
      const [ofExchange, ofAssets] = [
        exchange === undefined ? listings.exchangeFilters : filtersIn(exchange, 'exchange'),
        assets === undefined ? listings.assetFilters : filtersIn(assets, 'assets'),
      ]
      listings.exchangeFilters = ofExchange
      listings.assetFilters = ofAssets
      return { exchange: ofExchange, assets: ofAssets }
    },
  },
  rules: {
    what: 'sets a symbol’s reference price (null: it has none just now) and the price range that takers may trade in around it; off: true takes both away',
    body: '{"symbol": "BTCEUR", "referencePrice": "20000", "priceRange": {"bidLimitMultUp": "1.1", "askLimitMultDown": "0.9"}}',
    fields: ['symbol', 'referencePrice', 'priceRange', 'off'],
    act({ world: { venue } }, { symbol, referencePrice, priceRange, off }) {
      const { raw } = venue.symbol(String(symbol))
      const { rules } = venue.listings
      if (off === true) {
        rules.delete(raw.symbol)
        return {}
      }
      const before = rules.get(raw.symbol)
      const rule: ExecutionRule = {
        referencePrice: referencePrice === undefined ? (before?.referencePrice ?? null) : referenceIn(referencePrice),
        range: priceRange === undefined ? (before?.range ?? null) : rangeIn(priceRange),
        time: venue.now(),
      }
      rules.set(raw.symbol, rule)
      return { symbol: raw.symbol, referencePrice: referencePrice ?? null, priceRange: rule.range }
    },
  },
  listing: {
    what: 'delists a symbol (its orders EXPIRED with EXCHANGE_CANCELED, its status BREAK), or lists one: one that was delisted, or one that the simulator has candles of and was opened without',
    body: '{"symbol": "BTCEUR", "listed": false}',
    fields: ['symbol', 'listed'],
    act(controlled, { symbol, listed }) {
      const { venue, accounts } = controlled.world
      if (typeof listed !== 'boolean') throw new AdminError('listed: true or false')
      if (listed) list(venue.listings, String(symbol))
      else
        delist(
          accounts.map(account => account.venue),
          String(symbol),
        )
      controlled.flush()
      return { symbols: venue.symbols.map(raw => ({ symbol: raw.symbol, status: raw.status })) }
    },
  },
}
