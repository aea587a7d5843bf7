/** A market as Binance's exchangeInfo describes it. */
import { describe, expect, test } from 'vitest'
import { type Amount, format } from '#domain/money.ts'
import { allOrderTypes, amountsOf, type ExchangeSymbol, noFilters, symbolInfoOf } from '#domain/symbol.ts'

const btc: ExchangeSymbol = {
  symbol: 'BTCEUR',
  status: 'TRADING',
  baseAsset: 'BTC',
  quoteAsset: 'EUR',
  orderTypes: ['LIMIT', 'LIMIT_MAKER', 'MARKET', 'STOP_LOSS', 'STOP_LOSS_LIMIT', 'TAKE_PROFIT', 'TAKE_PROFIT_LIMIT', 'SOMETHING_NEW'],
  filters: [
    { filterType: 'PRICE_FILTER', minPrice: '0.01000000', maxPrice: '1000000.00000000', tickSize: '0.01000000' },
    { filterType: 'LOT_SIZE', minQty: '0.00001000', maxQty: '9000.00000000', stepSize: '0.00001000' },
    { filterType: 'MARKET_LOT_SIZE', minQty: '0.00000000', maxQty: '21.35000000', stepSize: '0.00000000' },
    {
      filterType: 'NOTIONAL',
      minNotional: '5.00000000',
      applyMinToMarket: true,
      maxNotional: '9000000.00000000',
      applyMaxToMarket: false,
      avgPriceMins: 5,
    },
    { filterType: 'MAX_NUM_ORDERS', maxNumOrders: 200 },
    { filterType: 'MAX_NUM_ALGO_ORDERS', maxNumAlgoOrders: 5 },
    { filterType: 'T_PLUS_SELL', endTime: null },
  ],
}
const shown = (raw: ExchangeSymbol): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(symbolInfoOf(raw).filters).map(([name, value]) => [
      name,
      typeof value === 'bigint' ? format(value as Amount<string>) : value,
    ]),
  )

describe('a symbol of exchangeInfo', () => {
  test('base and quote are the exchange’s own words; filters become exact amounts', () => {
    const { symbol, base, quote, trading } = symbolInfoOf(btc)
    expect({ symbol, base, quote, trading }).toEqual({ symbol: 'BTCEUR', base: 'BTC', quote: 'EUR', trading: true })
    expect(shown(btc)).toEqual({
      tick: '0.01',
      minPrice: '0.01',
      maxPrice: '1000000',
      step: '0.00001',
      minQuantity: '0.00001',
      maxQuantity: '9000',
      maxMarketQuantity: '21.35',
      minNotional: '5',
      minNotionalOnMarket: true,
      maxNotional: '9000000',
      maxNotionalOnMarket: false,
      maxOrders: 200,
      maxStopOrders: 5,
    })
  })

  test('order types it does not know are left out; where none are given, all', () => {
    expect(symbolInfoOf(btc).orderTypes).toEqual(allOrderTypes)
    expect(symbolInfoOf({ ...btc, orderTypes: ['LIMIT', 'MARKET'] }).orderTypes).toEqual(['MARKET', 'LIMIT'])
    const { orderTypes: _, ...without } = btc
    expect(symbolInfoOf(without).orderTypes).toEqual(allOrderTypes)
  })

  test('the older MIN_NOTIONAL', () => {
    const filters = [{ filterType: 'MIN_NOTIONAL', minNotional: '10.00000000', applyToMarket: false, avgPriceMins: 5 }]
    expect(shown({ ...btc, filters })).toMatchObject({ minNotional: '10', minNotionalOnMarket: false, maxNotional: '0' })
  })

  test('no filters at all: nothing is limited', () => {
    expect(symbolInfoOf({ ...btc, filters: [] }).filters).toEqual(noFilters)
  })

  test.each(['HALT', 'BREAK', 'END_OF_DAY', 'CANCEL_ONLY', ''])('status %s is not trading', status => {
    expect(symbolInfoOf({ ...btc, status }).trading).toBe(false)
  })

  test('a name without Latin letters is a name', () => {
    expect(symbolInfoOf({ ...btc, symbol: '测试EUR', baseAsset: '测试' })).toMatchObject({ symbol: '测试EUR', base: '测试' })
  })

  test('what it takes, in words', () => {
    expect(amountsOf(symbolInfoOf(btc))).toBe('BTCEUR: steps of 0.00001 BTC, at least 5 EUR an order')
    expect(amountsOf(symbolInfoOf({ ...btc, filters: [] }))).toBe('BTCEUR: steps of 0.00000001 BTC, at least 0 EUR an order')
  })
})
