/** What holds for all orders: filters, locks, fees, volume, the guard of an entry, and the two parts of a bar. */
import { describe, expect, test } from 'vitest'
import { money, price, quantity } from '#domain/money.ts'
import type { Filters } from '#domain/symbol.ts'
import { filterDenial } from '#matching/filters.ts'
import { infoOf, orderOf, type Place, transcript } from '../support/exchange.ts'

interface Scene {
  readonly name: string
  readonly place?: Place
  readonly text: string
}

const play = (scenes: readonly Scene[]): void => {
  test.each(scenes)('$name', ({ place = {}, text }) => {
    const { expected, happened } = transcript(place, text)
    expect(happened).toEqual(expected)
  })
}

describe('filters', () => {
  const filters: Partial<Filters> = {
    tick: price('0.01'),
    minPrice: price('1'),
    maxPrice: price('1000'),
    step: quantity('0.01'),
    minQuantity: quantity('0.05'),
    maxQuantity: quantity('50'),
    maxMarketQuantity: quantity('20'),
    minNotional: money('10'),
    minNotionalOnMarket: true,
    maxNotional: money('2000'),
    maxNotionalOnMarket: true,
  }
  const relaxed = { ...filters, minNotionalOnMarket: false, maxNotionalOnMarket: false }
  test.each([
    // at a last price of 100
    ['1 BUY LIMIT 1 at 95', 'passes'],
    ['1 BUY LIMIT 1 at 95.001', 'price_outside_filter'],
    ['1 BUY LIMIT 1 at 0.99', 'price_outside_filter'],
    ['1 BUY LIMIT 1 at 1000.01', 'price_outside_filter'],
    ['1 BUY LIMIT 1 at 0', 'price_outside_filter'],
    ['1 SELL STOP_LOSS 1 stop 95.001', 'price_outside_filter'],
    ['1 SELL STOP_LOSS_LIMIT 1 stop 95 at 94.999', 'price_outside_filter'],
    ['1 SELL STOP_LOSS_LIMIT 1 stop 95 at 94.99', 'passes'],
    ['1 BUY LIMIT 0.04 at 900', 'below_minimum_quantity'],
    ['1 BUY LIMIT 0 at 900', 'below_minimum_quantity'],
    ['1 BUY LIMIT 0.055 at 900', 'below_minimum_quantity'],
    ['1 BUY LIMIT 50.01 at 1', 'above_maximum_quantity'],
    ['1 BUY LIMIT 20.01 at 10', 'passes'],
    ['1 BUY MARKET 20.01', 'above_maximum_quantity'],
    ['1 BUY MARKET 20', 'passes'],
    ['1 BUY LIMIT 0.1 at 99.99', 'below_minimum_notional'],
    ['1 BUY LIMIT 0.1 at 100', 'passes'],
    ['1 BUY MARKET 0.09', 'below_minimum_notional'],
    ['1 BUY MARKET 0.1', 'passes'],
    ['1 SELL STOP_LOSS 0.1 stop 99', 'below_minimum_notional'],
    ['1 BUY LIMIT 20.01 at 100', 'above_maximum_notional'],
    ['1 BUY LIMIT 20 at 100', 'passes'],
    // for an amount: what the last price makes of it
    ['1 BUY MARKET for 9.99', 'below_minimum_notional'],
    ['1 BUY MARKET for 10', 'passes'],
    ['1 BUY MARKET for 4', 'below_minimum_quantity'],
    ['1 BUY MARKET for 2001', 'above_maximum_quantity'],
    ['1 BUY MARKET for 2000', 'passes'],
  ])('%s: %s', (order, code) => {
    expect(filterDenial(infoOf('BTCUSDC', 'BTC', filters), orderOf(order), price('100'))?.code ?? 'passes').toBe(code)
  })

  test.each([
    ['1 BUY MARKET 0.05', 'passes'],
    ['1 BUY MARKET for 5', 'passes'],
    ['1 BUY MARKET for 4.99', 'below_minimum_quantity'],
    ['1 BUY MARKET for 2001', 'above_maximum_quantity'],
    ['1 BUY LIMIT 0.09 at 100', 'below_minimum_notional'],
  ])('where the notional does not count for market orders, %s: %s', (order, code) => {
    expect(filterDenial(infoOf('BTCUSDC', 'BTC', relaxed), orderOf(order), price('100'))?.code ?? 'passes').toBe(code)
  })

  test('the words name the figure, the rule and the symbol', () => {
    const say = (order: string): string => filterDenial(infoOf('BTCUSDC', 'BTC', filters), orderOf(order), price('100'))!.message
    expect(say('1 BUY LIMIT 0.04 at 900')).toBe('0.04 BTC is under the minimum of 0.05 on BTCUSDC')
    expect(say('1 BUY LIMIT 0.055 at 900')).toBe('0.055 BTC is not a multiple of the step 0.01 on BTCUSDC')
    expect(say('1 BUY MARKET 20.01')).toBe('20.01 BTC is over the market-order maximum of 20 on BTCUSDC')
    expect(say('1 BUY LIMIT 1 at 95.001')).toBe('price 95.001 is off the grid of BTCUSDC: 1 to 1000 in ticks of 0.01')
    expect(say('1 BUY LIMIT 0.1 at 99.99')).toBe('9.999 USDC is under the minimum of 10 an order on BTCUSDC')
    expect(say('1 BUY LIMIT 20.01 at 100')).toBe('2001 USDC is over the maximum of 2000 an order on BTCUSDC')
  })

  play([
    {
      name: 'a market without filters takes anything but nothing',
      text: `
        1 BUY LIMIT 0.00000001 at 0.00000001 -> 1 accepted
        2 BUY LIMIT 0 at 5                   -> 2 rejected: 0 BTC is under the minimum of 0 on BTCUSDC`,
    },
    {
      name: 'a market that does not trade',
      place: { trading: false },
      text: '1 BUY MARKET 1 -> 1 rejected: BTCUSDC is not trading',
    },
    {
      name: 'so many orders; a pair counts two',
      place: { filters: { maxOrders: 3 } },
      text: `
        close 100
        1 BUY LIMIT 1 at 95                  -> 1 accepted
        2 BUY LIMIT 1 at 95                  -> 2 accepted
        3 SELL STOP_LOSS 1 stop 90 | 4 SELL LIMIT_MAKER 1 at 110 -> 3 rejected: BTCUSDC has 3 open orders already; 4 rejected: BTCUSDC has 3 open orders already
        5 BUY LIMIT 1 at 95                  -> 5 accepted
        6 BUY LIMIT 1 at 95                  -> 6 rejected: BTCUSDC has 3 open orders already
        cancel 1                             -> 1 cancelled
        6 BUY LIMIT 1 at 95                  -> 6 accepted`,
    },
    {
      name: 'so many stops; a pair counts one',
      place: { filters: { maxStopOrders: 2 } },
      text: `
        close 100
        1 SELL STOP_LOSS 1 stop 90           -> 1 accepted
        2 SELL STOP_LOSS 1 stop 90 | 3 SELL LIMIT_MAKER 1 at 110 -> 2 accepted; 3 accepted
        4 SELL TAKE_PROFIT 1 stop 110        -> 4 rejected: BTCUSDC has 2 stop orders already
        5 SELL LIMIT 1 at 110                -> 5 accepted`,
    },
  ])
})

describe('locks', () => {
  play([
    {
      name: 'each order locks what it may take, and gives it back',
      text: `
        close 100
        1 BUY LIMIT 2 at 90      -> 1 accepted
        2 SELL LIMIT 3 at 110    -> 2 accepted
        3 BUY MARKET for 100     -> 3 accepted
        wallet                   -> BTC 10 (3 locked), USDC 1000 (280 locked)
        open 100                 -> 3 filled 1 at 100 taker
        wallet                   -> BTC 11 (3 locked), USDC 900 (180 locked)
        cancel 1                 -> 1 cancelled
        wallet                   -> BTC 11 (3 locked), USDC 900
        cancel 2                 -> 2 cancelled
        wallet                   -> BTC 11, USDC 900`,
    },
    {
      name: 'what is locked cannot be spent twice',
      text: `
        close 100
        1 BUY LIMIT 10 at 90     -> 1 accepted
        2 BUY LIMIT 2 at 90      -> 2 rejected: 180 USDC are needed, 100 are free
        3 BUY MARKET for 100.01  -> 3 rejected: 100.01 USDC are needed, 100 are free
        4 BUY MARKET for 100     -> 4 accepted
        5 SELL LIMIT 10 at 110   -> 5 accepted
        6 SELL MARKET 0.1        -> 6 rejected: 0.1 BTC are needed, 0 are free`,
    },
    {
      name: 'a market purchase of a quantity locks nothing; what others locked meanwhile is theirs',
      text: `
        close 100
        1 BUY MARKET 9           -> 1 accepted
        2 BUY LIMIT 2 at 90      -> 2 accepted
        open 100                 -> 1 expired: 900 USDC are needed, 820 are free
        wallet                   -> BTC 10, USDC 1000 (180 locked)`,
    },
    {
      name: 'an order in parts takes from its lock part by part',
      place: { volumeShare: 0.1 },
      text: `
        open 100
        1 BUY LIMIT 3 at 95      -> 1 accepted
        wallet                   -> BTC 10, USDC 1000 (285 locked)
        close 100
        bar 100 100 94 96 10     -> 1 partly_filled 1 at 95 maker
        wallet                   -> BTC 11, USDC 905 (190 locked)
        bar 96 96 94 96 15       -> 1 partly_filled 1.5 at 95 maker
        wallet                   -> BTC 12.5, USDC 762.5 (47.5 locked)
        cancel 1                 -> 1 cancelled
        wallet                   -> BTC 12.5, USDC 762.5`,
    },
  ])
})

describe('fees', () => {
  play([
    {
      name: 'in what is received: base for a purchase, quote for a sale; taker and maker differ',
      place: { fee: '0.001', maker: '0.0002' },
      text: `
        open 100
        1 BUY MARKET 2           -> 1 accepted; 1 filled 2 at 100 taker fee 0.002 BTC
        2 SELL MARKET 1          -> 2 accepted; 2 filled 1 at 100 taker fee 0.1 USDC
        3 BUY LIMIT 1 at 90      -> 3 accepted
        4 SELL LIMIT 1 at 110    -> 4 accepted
        range 111 89             -> 3 filled 1 at 90 maker fee 0.0002 BTC; 4 filled 1 at 110 maker fee 0.022 USDC
        wallet                   -> BTC 10.9978, USDC 919.878`,
    },
    {
      name: 'half a unit is rounded up',
      place: { fee: '0.001' },
      text: `
        open 1
        1 BUY MARKET 0.000005    -> 1 accepted; 1 filled 0.000005 at 1 taker fee 0.00000001 BTC
        2 BUY MARKET 0.00000499  -> 2 accepted; 2 filled 0.00000499 at 1 taker`,
    },
    {
      name: 'in BNB where there is enough: three quarters of it, at the price of BNB',
      place: { fee: '0.001', bnbShare: '0.75', bnb: '600', have: '1000 USDC 10 BTC 1 BNB' },
      text: `
        open 100
        1 BUY MARKET 2           -> 1 accepted; 1 filled 2 at 100 taker fee 0.00025 BNB worth 0.15
        2 SELL MARKET 2          -> 2 accepted; 2 filled 2 at 100 taker fee 0.00025 BNB worth 0.15
        wallet                   -> BNB 0.9995, BTC 10, USDC 1000`,
    },
    {
      name: 'not enough BNB for the whole fee: all of it in what is received, without discount',
      place: { fee: '0.001', bnbShare: '0.75', bnb: '600', have: '1000 USDC 10 BTC 0.0003 BNB' },
      text: `
        open 100
        1 BUY MARKET 2           -> 1 accepted; 1 filled 2 at 100 taker fee 0.00025 BNB worth 0.15
        2 SELL MARKET 2          -> 2 accepted; 2 filled 2 at 100 taker fee 0.2 USDC
        wallet                   -> BNB 0.00005, BTC 10, USDC 999.8`,
    },
    {
      name: 'no price of BNB: in what is received',
      place: { fee: '0.001', bnbShare: '0.75', have: '1000 USDC 10 BTC 1 BNB' },
      text: `
        open 100
        1 SELL MARKET 2          -> 1 accepted; 1 filled 2 at 100 taker fee 0.2 USDC`,
    },
    {
      name: 'a price of one BNB too dear for a whole unit of fee: in what is received',
      place: { fee: '0.001', bnbShare: '0.75', bnb: '600', have: '1000 USDC 10 BTC 1 BNB' },
      text: `
        open 100
        1 SELL MARKET 0.00001    -> 1 accepted; 1 filled 0.00001 at 100 taker fee 0.000001 USDC`,
    },
  ])
})

describe('volume: orders together take a share of a bar', () => {
  const thin: Place = { volumeShare: 0.1, filters: { step: quantity('0.1') } }
  play([
    {
      name: 'a market order takes what there is and ends',
      place: thin,
      text: `
        1 BUY MARKET 3           -> 1 accepted
        open 100 25.9            -> 1 partly_filled 2.5 at 100 taker; 1 expired: there was no more volume to take
        wallet                   -> BTC 12.5, USDC 750`,
    },
    {
      name: 'by amount too',
      place: thin,
      text: `
        1 BUY MARKET for 300     -> 1 accepted
        open 100 25.9            -> 1 partly_filled 2.5 at 100 taker; 1 expired: there was no more volume to take
        wallet                   -> BTC 12.5, USDC 750`,
    },
    {
      name: 'first come, first served; the next bar brings more',
      place: thin,
      text: `
        1 BUY MARKET 2           -> 1 accepted
        2 BUY LIMIT 2 at 101     -> 2 accepted
        open 100 30              -> 1 filled 2 at 100 taker; 2 partly_filled 1 at 100 taker
        3 SELL MARKET 1          -> 3 accepted; 3 expired: there was no more volume to take
        range 105 95
        close 100
        open 100 5               -> 2 partly_filled 0.5 at 101 maker
        close 100
        bar 102 103 100 102 100  -> 2 filled 0.5 at 101 maker`,
    },
    {
      name: 'a bar without volume fills nothing',
      place: thin,
      text: `
        1 BUY MARKET 2           -> 1 accepted
        open 100 0               -> 1 expired: there was no more volume to take`,
    },
    {
      name: 'no share, no limit',
      text: `
        1 BUY MARKET 5           -> 1 accepted
        open 100 0               -> 1 filled 5 at 100 taker`,
    },
  ])
})

describe('the guard of an entry: not where the price is already at or under the stop it comes with', () => {
  play([
    {
      name: 'a market entry',
      text: `
        1 BUY MARKET 1 guard 95     -> 1 accepted
        2 BUY MARKET 1 guard 94.99  -> 2 accepted
        open 95                     -> 1 expired: the price 95 is already at or under the stop 95; 2 filled 1 at 95 taker
        wallet                      -> BTC 11, USDC 905`,
    },
    {
      name: 'while a bar is open',
      text: `
        open 95
        1 BUY MARKET for 100 guard 95 -> 1 accepted; 1 expired: the price 95 is already at or under the stop 95
        wallet                        -> BTC 10, USDC 1000`,
    },
    {
      name: 'a limit that is crossed beyond it ends; one that rests is filled where it rests',
      text: `
        1 BUY LIMIT 1 at 97 guard 95  -> 1 accepted
        open 94                       -> 1 expired: the price 94 is already at or under the stop 95
        2 BUY LIMIT 1 at 93 guard 90  -> 2 accepted
        close 94
        open 80                       -> 2 filled 1 at 93 maker`,
    },
    {
      name: 'a stop entry buys over its stop, wherever the open is',
      text: `
        close 100
        1 BUY STOP_LOSS 1 stop 105 guard 102 -> 1 accepted
        bar 100 105 99 104                   -> 1 filled 1 at 105 taker`,
    },
  ])
})

describe('a bar is shown in two parts', () => {
  play([
    {
      name: 'what is sent at the open meets the range; what is sent after the close meets the next open',
      text: `
        open 100
        1 SELL STOP_LOSS 1 stop 95   -> 1 accepted
        range 101 94                 -> 1 filled 1 at 95 taker
        2 SELL STOP_LOSS 1 stop 94   -> 2 accepted
        range 101 94                 -> 2 filled 1 at 94 taker
        close 98
        3 BUY LIMIT 1 at 99          -> 3 accepted
        open 97                      -> 3 filled 1 at 97 taker`,
    },
    {
      name: 'the older goes first, stops before all else',
      text: `
        close 100
        1 SELL LIMIT 1 at 102        -> 1 accepted
        2 SELL STOP_LOSS 1 stop 95   -> 2 accepted
        3 SELL LIMIT 1 at 101        -> 3 accepted
        bar 100 103 94 100           -> 2 filled 1 at 95 taker; 1 filled 1 at 102 maker; 3 filled 1 at 101 maker`,
    },
  ])
})

describe('one order in the place of another', () => {
  play([
    {
      name: 'the old one goes and the new one stands, at one instant; what was locked serves again',
      text: `
        close 100
        1 SELL STOP_LOSS 10 stop 90                -> 1 accepted
        replace 1 by 2 SELL STOP_LOSS 10 stop 95   -> 1 cancelled; 2 accepted
        wallet                                     -> BTC 10 (10 locked), USDC 1000
        bar 100 101 94 96                          -> 2 filled 10 at 95 taker`,
    },
    {
      name: 'it needs no stop order more than there are',
      place: { filters: { maxStopOrders: 1 } },
      text: `
        close 100
        1 SELL STOP_LOSS 1 stop 90                 -> 1 accepted
        replace 1 by 2 SELL STOP_LOSS 1 stop 95    -> 1 cancelled; 2 accepted`,
    },
    {
      name: 'where the old one has filled the new one is not tried',
      text: `
        close 100
        1 SELL STOP_LOSS 5 stop 90                 -> 1 accepted
        bar 100 101 89 96                          -> 1 filled 5 at 90 taker
        replace 1 by 2 SELL STOP_LOSS 5 stop 95    -> 2 rejected: the order that it was to replace had ended
        wallet                                     -> BTC 5, USDC 1450`,
    },
    {
      name: 'where the new one is refused the old one is gone all the same',
      text: `
        close 100
        1 SELL STOP_LOSS 5 stop 90                 -> 1 accepted
        replace 1 by 2 SELL STOP_LOSS 5 stop 105   -> 1 cancelled; 2 rejected: the order would trigger immediately: stop 105, last price 100
        wallet                                     -> BTC 10, USDC 1000`,
    },
  ])
})
