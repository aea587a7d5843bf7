/** The symbol's filters: which order fails which, and in which words. */
import type { Card, Need } from '../card.ts'
import type { Binance } from '../client/binance.ts'
import { decimal } from '../client/instrument.ts'
import { type Params, refused, type Reply } from '../client/rest.ts'
import { NotRun, same } from '../seen.ts'
import { pairOf } from './list-orders.ts'

const ONE = 100_000_000n

/** A card that sends one order that fails one filter. */
interface Failing {
  readonly id: string
  readonly says: string
  readonly filter: string
  readonly needs?: readonly Need[]
  /** What is set in the filter first, where the exchange obeys. */
  readonly set?: (binance: Binance) => Promise<object> | object
  order(binance: Binance): Promise<Params>
}

const failing = ({ id, says, filter, needs = [], set, order }: Failing): Card => ({
  id,
  says,
  source: 'binance.md 2 [D]',
  needs: set === undefined ? needs : [...needs, 'control'],
  async run(binance) {
    if (set !== undefined) await binance.control.symbol({ filters: [{ filterType: filter, ...(await set(binance)) }] })
    else if (binance.instrument.filter(filter) === null) throw new NotRun(`${binance.symbol} has no ${filter}`)
    refused(await binance.tested(await order(binance)), 400, -1013, `Filter failure: ${filter}`)
  },
})

const field = (binance: Binance, filter: string, name: string): bigint => binance.instrument.filter(filter)!.amount(name)

/** A card about a filter of the whole exchange: `first` is placed, then `second` is one too many. */
const onExchange = (
  filter: string,
  field: string,
  says: string,
  { first, second, most = 1 }: { first: Sender; second: Sender; most?: number },
): Card => ({
  id: `filter-${filter.toLowerCase().replaceAll('_', '-')}`,
  says,
  source: 'filters.md [D]',
  needs: ['control'],
  async run(binance) {
    await binance.control.filters({ exchange: [{ filterType: filter, [field]: most }] })
    same('the first is answered with', (await first(binance)).status, 200)
    refused(await second(binance), 400, -1013, `Filter failure: ${filter}`)
  },
})

type Sender = (binance: Binance) => Promise<Reply>

const plainOrder: Sender = async binance => binance.order(await binance.limit('BUY'))
const stopOrder: Sender = async binance => {
  const stopPrice = decimal(await binance.around(0.9))
  return binance.order(await binance.limit('SELL', { type: 'STOP_LOSS_LIMIT', price: stopPrice, stopPrice }))
}
const iceberg: Sender = async binance => binance.order(await binance.limit('BUY', { icebergQty: await binance.size() }))
const pair: Sender = async binance => binance.list('oco', await pairOf(binance, 'SELL'))

/** All of them. */
export const filters: readonly Card[] = [
  failing({
    id: 'filter-price-tick',
    says: 'A price off the tick is "Filter failure: PRICE_FILTER".',
    filter: 'PRICE_FILTER',
    async order(binance) {
      if (binance.instrument.tick === 1n) throw new NotRun('its tick is the last decimal')
      return binance.limit('BUY', { price: decimal((await binance.resting('BUY')) + binance.instrument.tick / 2n) })
    },
  }),
  failing({
    id: 'filter-price-highest',
    says: 'A price above maxPrice is "Filter failure: PRICE_FILTER".',
    filter: 'PRICE_FILTER',
    order: async binance => binance.limit('SELL', { price: decimal(field(binance, 'PRICE_FILTER', 'maxPrice') + binance.instrument.tick) }),
  }),
  failing({
    id: 'filter-stop-price-tick',
    says: 'PRICE_FILTER holds for stopPrice as well.',
    filter: 'PRICE_FILTER',
    async order(binance) {
      if (binance.instrument.tick === 1n) throw new NotRun('its tick is the last decimal')
      const price = await binance.around(0.9)
      const stopPrice = decimal(price + binance.instrument.tick / 2n)
      return binance.limit('SELL', { type: 'STOP_LOSS_LIMIT', price: decimal(price), stopPrice })
    },
  }),
  failing({
    id: 'filter-percent-price-by-side',
    says: 'A BUY far above the average is "Filter failure: PERCENT_PRICE_BY_SIDE", though it would only be filled at the market.',
    filter: 'PERCENT_PRICE_BY_SIDE',
    order: async binance => binance.limit('BUY', { price: decimal(await binance.around(binance.instrument.band('BUY').up * 1.1)) }),
  }),
  failing({
    id: 'filter-percent-price',
    says: 'Where PERCENT_PRICE is set, a price outside of its band is "Filter failure: PERCENT_PRICE".',
    filter: 'PERCENT_PRICE',
    set: () => ({ multiplierUp: '1.1', multiplierDown: '0.9', avgPriceMins: 5 }),
    order: async binance => binance.limit('BUY', { price: decimal(await binance.around(0.85)) }),
  }),
  failing({
    id: 'filter-lot-step',
    says: 'A quantity off the step is "Filter failure: LOT_SIZE".',
    filter: 'LOT_SIZE',
    async order(binance) {
      const { step, size } = { step: binance.instrument.step, size: await binance.size() }
      if (step < 2n) throw new NotRun('its step is the last decimal')
      return binance.limit('BUY', { quantity: decimal(units(size) + step / 2n) })
    },
  }),
  failing({
    id: 'filter-lot-least',
    says: 'A quantity below minQty is "Filter failure: LOT_SIZE".',
    filter: 'LOT_SIZE',
    set: async binance => ({ minQty: decimal(units(await binance.size()) * 2n) }),
    order: binance => binance.limit('BUY'),
  }),
  failing({
    id: 'filter-lot-step-is-absolute',
    says: 'The step counts from zero, not from minQty.',
    filter: 'LOT_SIZE',
    // a grid from minQty would have the usual quantity on it
    set: async binance => {
      const size = units(await binance.size())
      return { minQty: decimal(size - binance.instrument.step), stepSize: decimal(size - binance.instrument.step) }
    },
    order: async binance => binance.limit('BUY', { quantity: decimal(units(await binance.size()) * 2n) }),
  }),
  failing({
    id: 'filter-market-lot-size',
    says: 'A MARKET order above MARKET_LOT_SIZE is "Filter failure: MARKET_LOT_SIZE", where a LIMIT order is not.',
    filter: 'MARKET_LOT_SIZE',
    async order(binance) {
      const most = field(binance, 'MARKET_LOT_SIZE', 'maxQty')
      const quantity = decimal(most - (most % binance.instrument.step) + binance.instrument.step)
      return { side: 'SELL', type: 'MARKET', quantity }
    },
  }),
  failing({
    id: 'filter-notional-least',
    says: 'An order worth less than minNotional is "Filter failure: NOTIONAL".',
    filter: 'NOTIONAL',
    order: async binance => binance.limit('BUY', { quantity: decimal(field(binance, 'LOT_SIZE', 'minQty')) }),
  }),
  failing({
    id: 'filter-notional-of-market-orders',
    says: 'With applyMinToMarket a MARKET order worth less than minNotional fails NOTIONAL, by the average price.',
    filter: 'NOTIONAL',
    async order(binance) {
      if (binance.instrument.filter('NOTIONAL')!.at('applyMinToMarket') !== true) throw new NotRun('applyMinToMarket is off')
      return { side: 'BUY', type: 'MARKET', quantity: decimal(field(binance, 'LOT_SIZE', 'minQty')) }
    },
  }),
  failing({
    id: 'filter-notional-most',
    says: 'An order worth more than maxNotional is "Filter failure: NOTIONAL".',
    filter: 'NOTIONAL',
    async order(binance) {
      const price = await binance.resting('SELL')
      const quantity = (field(binance, 'NOTIONAL', 'maxNotional') * ONE * 11n) / (price * 10n)
      return binance.limit('SELL', { price: decimal(price), quantity: decimal(quantity - (quantity % binance.instrument.step)) })
    },
  }),
  failing({
    id: 'filter-min-notional',
    says: 'Where MIN_NOTIONAL is set, an order worth less is "Filter failure: MIN_NOTIONAL".',
    filter: 'MIN_NOTIONAL',
    set: binance => ({ minNotional: decimal(binance.instrument.least * 10n), applyToMarket: true, avgPriceMins: 5 }),
    order: binance => binance.limit('BUY'),
  }),
  failing({
    id: 'filter-iceberg-parts',
    says: 'An iceberg of more parts than ICEBERG_PARTS allows is "Filter failure: ICEBERG_PARTS".',
    filter: 'ICEBERG_PARTS',
    async order(binance) {
      const parts = BigInt(binance.instrument.filter('ICEBERG_PARTS')!.number('limit')) + 1n
      const least = field(binance, 'LOT_SIZE', 'minQty')
      const [one, enough] = [least * parts, units(await binance.size())]
      const icebergQty = decimal(one > enough ? least : ((enough / parts / binance.instrument.step) as bigint) * binance.instrument.step)
      return binance.limit('BUY', { quantity: decimal(one > enough ? one : enough), icebergQty })
    },
  }),
  failing({
    id: 'filter-max-position',
    says: 'Where MAX_POSITION is set, a BUY beyond it is "Filter failure: MAX_POSITION".',
    filter: 'MAX_POSITION',
    set: async binance => ({ maxPosition: decimal((await binance.balance(binance.instrument.base)).free) }),
    order: binance => binance.limit('BUY'),
  }),
  {
    id: 'filter-max-orders',
    says: 'One order more than MAX_NUM_ORDERS is "Filter failure: MAX_NUM_ORDERS"; stops count, too.',
    source: 'binance.md 2 [D]',
    needs: ['control'],
    async run(binance) {
      await binance.control.symbol({ filters: [{ filterType: 'MAX_NUM_ORDERS', maxNumOrders: 2 }] })
      const stopPrice = decimal(await binance.around(0.9))
      await binance.rests('SELL', { type: 'STOP_LOSS_LIMIT', price: stopPrice, stopPrice })
      await binance.rests('BUY')
      refused(await binance.order(await binance.limit('BUY')), 400, -1013, 'Filter failure: MAX_NUM_ORDERS')
    },
  },
  {
    id: 'filter-max-stops',
    says: 'One stop more than MAX_NUM_ALGO_ORDERS (5) is "Filter failure: MAX_NUM_ALGO_ORDERS"; plain orders still go.',
    source: 'binance.md 2 [D]',
    async run(binance) {
      const most = Number(binance.instrument.filter('MAX_NUM_ALGO_ORDERS')?.at('maxNumAlgoOrders') ?? 0)
      if (most === 0 || most > 10) throw new NotRun(`${binance.symbol} allows ${most} stops`)
      const stopPrice = decimal(await binance.around(0.9))
      const stop = await binance.limit('SELL', { type: 'STOP_LOSS_LIMIT', price: stopPrice, stopPrice })
      for (let count = 0; count < most; count++) await binance.placed(stop)
      refused(await binance.order(stop), 400, -1013, 'Filter failure: MAX_NUM_ALGO_ORDERS')
      same('a plain order is', (await binance.rests('BUY')).text('status'), 'NEW')
    },
  },
  {
    id: 'filter-max-lists',
    says: 'One list more than MAX_NUM_ORDER_LISTS is "Filter failure: MAX_NUM_ORDER_LISTS".',
    source: 'binance.md 2 [D]',
    needs: ['control'],
    async run(binance) {
      await binance.control.symbol({ filters: [{ filterType: 'MAX_NUM_ORDER_LISTS', maxNumOrderLists: 1 }] })
      const pair = await pairOf(binance, 'SELL')
      await binance.listed('oco', pair)
      refused(await binance.list('oco', pair), 400, -1013, 'Filter failure: MAX_NUM_ORDER_LISTS')
    },
  },
  {
    id: 'filter-max-icebergs',
    says: 'Where MAX_NUM_ICEBERG_ORDERS is set, one iceberg more is "Filter failure: MAX_NUM_ICEBERG_ORDERS"; plain orders still go.',
    source: 'filters.md [D]',
    needs: ['control'],
    async run(binance) {
      await binance.control.symbol({ filters: [{ filterType: 'MAX_NUM_ICEBERG_ORDERS', maxNumIcebergOrders: 1 }] })
      same('the first is answered with', (await iceberg(binance)).status, 200)
      refused(await iceberg(binance), 400, -1013, 'Filter failure: MAX_NUM_ICEBERG_ORDERS')
      same('a plain order is answered with', (await plainOrder(binance)).status, 200)
    },
  },
  {
    id: 'filter-stops-of-a-list-count-together',
    says: 'A list whose stops together are more than MAX_NUM_ALGO_ORDERS allows is refused.',
    source: 'CHANGELOG.md 2025-08-27 [D]',
    needs: ['control'],
    async run(binance) {
      await binance.control.symbol({ filters: [{ filterType: 'MAX_NUM_ALGO_ORDERS', maxNumAlgoOrders: 1 }] })
      const stops = { aboveType: 'TAKE_PROFIT', abovePrice: undefined, aboveStopPrice: decimal(await binance.around(1.1)) }
      refused(await binance.list('oco', await pairOf(binance, 'SELL', stops)), 400, -1013, 'Filter failure: MAX_NUM_ALGO_ORDERS')
      same('with one of them it is answered with', (await pair(binance)).status, 200)
    },
  },
  onExchange('EXCHANGE_MAX_NUM_ORDERS', 'maxNumOrders', 'Where EXCHANGE_MAX_NUM_ORDERS is set, it bounds the open orders of all symbols.', {
    first: stopOrder,
    second: plainOrder,
  }),
  onExchange(
    'EXCHANGE_MAX_NUM_ALGO_ORDERS',
    'maxNumAlgoOrders',
    'Where EXCHANGE_MAX_NUM_ALGO_ORDERS is set, it bounds the open stops of all symbols.',
    { first: stopOrder, second: stopOrder },
  ),
  onExchange(
    'EXCHANGE_MAX_NUM_ICEBERG_ORDERS',
    'maxNumIcebergOrders',
    'Where EXCHANGE_MAX_NUM_ICEBERG_ORDERS is set, it bounds the open icebergs of all symbols.',
    { first: iceberg, second: iceberg },
  ),
  onExchange(
    'EXCHANGE_MAX_NUM_ORDER_LISTS',
    'maxNumOrderLists',
    'Where EXCHANGE_MAX_NUM_ORDER_LISTS is set, it bounds the open lists of all symbols.',
    { first: pair, second: pair },
  ),
  {
    id: 'filter-max-asset',
    says: 'Where the account has MAX_ASSET, it bounds the quantity of an order in its base asset and the worth in its quote asset.',
    source: 'filters.md [D]',
    needs: ['control'],
    async run(binance) {
      const { base, quote } = binance.instrument
      const params = await binance.limit('BUY')
      const [size, worth] = [units(String(params['quantity'])), binance.instrument.least]
      for (const [asset, limit] of [
        [base, size - 1n],
        [quote, worth],
      ] as const) {
        await binance.control.filters({ assets: [{ filterType: 'MAX_ASSET', asset, limit: decimal(limit) }] })
        refused(await binance.tested(params), 400, -1013, 'Filter failure: MAX_ASSET')
      }
      await binance.control.filters({ assets: [{ filterType: 'MAX_ASSET', asset: 'LTC', limit: '0.00000001' }] })
      same('with a limit of another asset it is answered with', (await binance.tested(params)).status, 200)
    },
  },
  {
    id: 'filter-my-filters',
    says: 'myFilters tells the filters of the exchange and of the assets that concern a symbol; exchangeInfo tells no MAX_ASSET.',
    source: 'rest-api.md "Query relevant filters" [D]',
    needs: ['control'],
    async run(binance) {
      const { symbol, instrument } = binance
      const exchange = [{ filterType: 'EXCHANGE_MAX_NUM_ORDERS', maxNumOrders: 1000 }]
      const mine = { filterType: 'MAX_ASSET', asset: instrument.quote, limit: '1000000.00000000' }
      await binance.control.filters({ exchange, assets: [mine, { ...mine, asset: 'LTC' }] })
      const found = await binance.rest.done('GET', '/api/v3/myFilters', { symbol })
      same('exchangeFilters are', found.at('exchangeFilters'), exchange)
      same('assetFilters are', found.at('assetFilters'), [mine])
      const info = await binance.rest.read('/api/v3/exchangeInfo', { symbol })
      same('exchangeFilters of exchangeInfo are', info.at('exchangeFilters'), exchange)
    },
  },
  {
    id: 'filter-reference-price',
    says: 'Where a symbol has a reference price, PERCENT_PRICE_BY_SIDE goes by it, and not by the average.',
    source: 'filters.md [D]',
    needs: ['control'],
    async run(binance) {
      const order = await binance.limit('BUY')
      same('without one the order is answered with', (await binance.tested(order)).status, 200)
      await binance.control.rules({ referencePrice: decimal(await binance.around(0.01)) })
      refused(await binance.tested(order), 400, -1013, 'Filter failure: PERCENT_PRICE_BY_SIDE')
      await binance.control.rules({ referencePrice: null })
      same('while it is null the order is answered with', (await binance.tested(order)).status, 200)
    },
  },
  {
    id: 'filter-wide-band',
    says: 'PERCENT_PRICE_BY_SIDE of the majors is 5 and 0.2 on both sides.',
    source: 'binance.md 2 [M]',
    switch: 'widePercentPrice',
    async run(binance) {
      const filter = binance.instrument.filter('PERCENT_PRICE_BY_SIDE')
      if (filter === null) throw new NotRun(`${binance.symbol} has no PERCENT_PRICE_BY_SIDE`)
      for (const side of ['bid', 'ask']) {
        same(`${side}MultiplierUp is`, Number(filter.at(`${side}MultiplierUp`)), 5)
        same(`${side}MultiplierDown is`, Number(filter.at(`${side}MultiplierDown`)), 0.2)
      }
    },
  },
  {
    id: 'filter-changed-under-a-resting-order',
    says: 'A filter that changes leaves resting orders alone, and holds for new ones.',
    source: 'binance.md 2 [D]',
    needs: ['control'],
    async run(binance) {
      const { instrument } = binance
      const order = await binance.rests('BUY')
      const price = await binance.resting('BUY')
      await binance.control.symbol({ filters: [{ filterType: 'PRICE_FILTER', tickSize: decimal(price + instrument.tick) }] })
      await binance.becomes(order.number('orderId'), 'NEW')
      refused(await binance.tested(await binance.limit('BUY', { price: decimal(price) })), 400, -1013, 'Filter failure: PRICE_FILTER')
    },
  },
]

const units = (text: string): bigint => BigInt(Math.round(Number(text) * 1e8))
