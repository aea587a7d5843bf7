/** How a position begins: at the market, at a limit or a stop; what replaces, expires, cancels or refuses an entry. */
import { describe } from 'vitest'
import { money, quantity, ratio } from '#domain/money.ts'
import type { OwnerSetup } from '#engine'
import { type AnyStrategy, enter, exit } from '#strategy'
import type { Rules } from '#trader/draft.ts'
import { owner, quiet, scripted } from '../support/desk.ts'
import { tell } from '../support/story.ts'

describe('at the market', () => {
  tell([
    {
      name: 'a signal at a close fills at the next open, slippage and fee paid',
      scene: { bars: [...quiet(1), '102 103 101 102'], fee: '0.001', slippage: '0.0005', says: { 0: enter({ reason: 'go' }) } },
      story: '1 bought 10 at 102.051 fee 0.01 BTC',
    },
    {
      name: 'entering while holding is nothing, leaving while flat is nothing, and nobody is told',
      scene: {
        bars: quiet(6),
        says: {
          0: exit({ reason: 'no' }),
          1: enter({ reason: 'go' }),
          2: enter({ reason: 'more' }),
          3: exit({ reason: 'out' }),
          4: exit({ reason: 'no' }),
        },
      },
      story: `
        2 bought 10 at 100
        4 sold 10 at 100: out
        4 closed 0: out`,
    },
    {
      name: 'a signal at the last close finds no open',
      scene: { bars: quiet(2), says: { 1: enter({ reason: 'go' }) } },
      story: '',
    },
    {
      name: 'an open already beyond the stop is a denial',
      scene: { bars: [...quiet(1), '94 96 93 95', ...quiet(1)], says: { 0: enter({ reason: 'go', stopLoss: 95 }) } },
      story: `
        - entry expired
        1 no enter: open_beyond_stop`,
    },
    {
      name: 'an open exactly at the stop too',
      scene: { bars: [...quiet(1), '95 96 93 95', ...quiet(1)], says: { 0: enter({ reason: 'go', stopLoss: 95 }) } },
      story: `
        - entry expired
        1 no enter: open_beyond_stop`,
    },
    {
      name: 'an amount of quote buys what it pays for, down to the step',
      scene: {
        bars: [...quiet(1), '101 102 100 101'],
        filters: { step: quantity('0.01') },
        rules: { size: { kind: 'quote', amount: money('1000') } },
        says: { 0: enter({ reason: 'go' }) },
      },
      story: '1 bought 9.9 at 101',
    },
    {
      name: 'a share of equity',
      scene: { bars: quiet(2), rules: { size: { kind: 'equity', share: ratio('0.03') } }, says: { 0: enter({ reason: 'go' }) } },
      story: '1 bought 3 at 100',
    },
    {
      name: 'what loses a share of equity at the stop: 1 % of 10000 over 5 a piece',
      scene: {
        bars: quiet(2),
        rules: { size: { kind: 'risk', share: ratio('0.01') } },
        says: { 0: enter({ reason: 'go', stopLoss: 95 }) },
      },
      story: `
        1 bought 20 at 100
        1 stop 95 for 20`,
    },
  ])
})

describe('at a limit', () => {
  tell([
    {
      name: 'waits until the price goes through it, then is protected in the same bar',
      scene: { bars: [...quiet(2), '100 101 94 96', ...quiet(1)], says: { 0: enter({ reason: 'go', at: { limit: 95 }, stopLoss: 90 }) } },
      story: `
        1 limit 95 for 10
        2+ bought 10 at 95
        2+ stop 90 for 10`,
    },
    {
      name: 'a limit that is only touched does not fill',
      scene: { bars: [...quiet(2), '100 101 95 96', ...quiet(1)], says: { 0: enter({ reason: 'go', at: { limit: 95 } }) } },
      story: '1 limit 95 for 10',
    },
    {
      name: 'crossed at the next open: fills at the open, as taker',
      scene: {
        bars: [...quiet(1), '93 94 92 93', ...quiet(1)],
        slippage: '0.001',
        says: { 0: enter({ reason: 'go', at: { limit: 95 } }) },
      },
      story: `
        1 limit 95 for 10
        1 bought 10 at 93.093`,
    },
    {
      name: 'crossed at the next open beyond the stop it comes with: a denial',
      scene: { bars: [...quiet(1), '89 94 88 93', ...quiet(1)], says: { 0: enter({ reason: 'go', at: { limit: 95 }, stopLoss: 90 }) } },
      story: `
        1 limit 95 for 10
        - limit 95 expired
        1 no enter: open_beyond_stop`,
    },
    {
      name: 'the bar that fills it also goes through the stop: stopped at once',
      scene: { bars: [...quiet(2), '100 101 89 96', ...quiet(1)], says: { 0: enter({ reason: 'go', at: { limit: 95 }, stopLoss: 90 }) } },
      story: `
        1 limit 95 for 10
        2+ bought 10 at 95
        2+ stop 90 for 10
        2+ sold 10 at 90: stop loss
        2+ closed -50: stop loss`,
    },
    {
      name: 'expires after its candles: the one in which it could still fill is the last',
      scene: { bars: [...quiet(3), '100 100 80 90'], says: { 0: enter({ reason: 'go', at: { limit: 90, expires: { candles: 2 } } }) } },
      story: `
        1 limit 90 for 10
        - limit 90 cancelled`,
    },
    {
      name: 'fills in its last candle',
      scene: {
        bars: [...quiet(2), '100 100 80 90', ...quiet(1)],
        says: { 0: enter({ reason: 'go', at: { limit: 90, expires: { candles: 2 } } }) },
      },
      story: `
        1 limit 90 for 10
        2+ bought 10 at 90`,
    },
    {
      name: 'a second enter replaces it',
      scene: {
        bars: [...quiet(2), '100 101 92 95', ...quiet(1), '100 100 80 90'],
        says: { 0: enter({ reason: 'go', at: { limit: 90 } }), 1: enter({ reason: 'go', at: { limit: 93 } }) },
      },
      story: `
        1 limit 90 for 10
        2 limit 93 for 10
        - limit 90 cancelled
        2+ bought 10 at 93`,
    },
    {
      name: 'an exit cancels it',
      scene: {
        bars: [...quiet(2), '100 101 88 95', ...quiet(1)],
        says: { 0: enter({ reason: 'go', at: { limit: 90 } }), 1: exit({ reason: 'no' }) },
      },
      story: `
        1 limit 90 for 10
        - limit 90 cancelled`,
    },
  ])
})

describe('at a stop', () => {
  tell([
    {
      name: 'buys when the price rises to it',
      scene: { bars: [...quiet(1), '100 106 99 105', ...quiet(1)], says: { 0: enter({ reason: 'go', at: { stop: 105 } }) } },
      story: `
        1 buy stop 105 for 10
        1+ bought 10 at 105`,
    },
    {
      name: 'a gap over it buys at the open',
      scene: { bars: [...quiet(1), '107 108 106 107', ...quiet(1)], says: { 0: enter({ reason: 'go', at: { stop: 105 } }) } },
      story: `
        1 buy stop 105 for 10
        1 bought 10 at 107`,
    },
    {
      name: 'its stop may lie over the open: what counts is where it buys',
      scene: {
        bars: [...quiet(1), '103 106 103 105', '105 106 104 105'],
        says: { 0: enter({ reason: 'go', at: { stop: 105 }, stopLoss: 102 }) },
      },
      story: `
        1 buy stop 105 for 10
        1+ bought 10 at 105
        1+ stop 102 for 10`,
    },
  ])
})

describe('denials', () => {
  const quote = (amount: string): Partial<Rules> => ({ size: { kind: 'quote', amount: money(amount) } })
  const two = (first: AnyStrategy, second: AnyStrategy): readonly OwnerSetup[] => [owner('a', first), owner('b', second)]
  tell([
    {
      name: 'the close of the candle that stopped it out does not enter again, the next one may',
      scene: {
        bars: [...quiet(2), '100 101 94 100', ...quiet(2)],
        says: { 0: enter({ reason: 'go', stopLoss: 95 }), 2: enter({ reason: 'again' }), 3: enter({ reason: 'again' }) },
      },
      story: `
        1 bought 10 at 100
        1 stop 95 for 10
        2+ sold 10 at 95: stop loss
        2+ closed -50: stop loss
        3 no enter: stopped_out_in_this_candle
        4 bought 10 at 100`,
    },
    {
      name: 'stopped out at the open of a candle: its close does not enter either',
      scene: {
        bars: [...quiet(2), '90 101 89 100', ...quiet(2)],
        says: { 0: enter({ reason: 'go', stopLoss: 95 }), 2: enter({ reason: 'again' }) },
      },
      story: `
        1 bought 10 at 100
        1 stop 95 for 10
        2 sold 10 at 90: stop loss
        2 closed -100: stop loss
        3 no enter: stopped_out_in_this_candle`,
    },
    {
      name: 'a target reached in a candle does not forbid to enter at its close',
      scene: {
        bars: [...quiet(2), '100 111 99 100', ...quiet(2)],
        says: { 0: enter({ reason: 'go', takeProfit: 110 }), 2: enter({ reason: 'again' }) },
      },
      story: `
        1 bought 10 at 100
        1 target 110 for 10
        2+ sold 10 at 110: take profit
        2+ closed 100: take profit
        3 bought 10 at 100`,
    },
    {
      name: 'a stop that is not under the price, a target that is not over it',
      scene: {
        bars: quiet(4),
        says: {
          0: enter({ reason: 'go', stopLoss: 100 }),
          1: enter({ reason: 'go', takeProfit: 100 }),
          2: enter({ reason: 'go', at: { limit: 90 }, stopLoss: 92 }),
        },
      },
      story: `
        1 no enter: stop_not_below_price
        2 no enter: target_not_above_price
        3 no enter: stop_not_below_price`,
    },
    {
      name: 'more than there is',
      scene: { bars: quiet(2), cash: '999', says: { 0: enter({ reason: 'go' }) } },
      story: '1 no enter: insufficient_funds',
    },
    {
      name: 'a symbol over its share of equity: open entries count',
      scene: {
        bars: quiet(4),
        rules: { ...quote('1000'), perSymbol: ratio('0.15') },
        owners: two(scripted({ 0: enter({ reason: 'go', at: { limit: 98 } }) }), scripted({ 1: enter({ reason: 'go' }) })),
      },
      story: `
        1 a BTC limit 98 for 10.20408163
        2 b BTC no enter: exposure_symbol`,
    },
    {
      name: 'a symbol over its share of equity: positions count, at the last price',
      scene: {
        // 10 coins at 160 are 1600 of 10600: with 1000 more, over a quarter
        bars: [...quiet(2), '160 160 160 160', '160 160 160 160'],
        rules: { ...quote('1000'), perSymbol: ratio('0.24') },
        owners: two(scripted({ 0: enter({ reason: 'go' }) }), scripted({ 2: enter({ reason: 'go' }) })),
      },
      story: `
        1 a BTC bought 10 at 100
        3 b BTC no enter: exposure_symbol`,
    },
    {
      name: 'an asset over its share of equity',
      scene: {
        bars: quiet(4),
        rules: { ...quote('1000'), perAsset: ratio('0.15') },
        owners: two(scripted({ 0: enter({ reason: 'go' }) }), scripted({ 1: enter({ reason: 'go' }) })),
      },
      story: `
        1 a BTC bought 10 at 100
        2 b BTC no enter: exposure_asset`,
    },
    {
      name: 'just within the limit is allowed',
      scene: {
        bars: quiet(4),
        rules: { ...quote('1000'), perSymbol: ratio('0.2') },
        owners: two(scripted({ 0: enter({ reason: 'go' }) }), scripted({ 1: enter({ reason: 'go' }) })),
      },
      story: `
        1 a BTC bought 10 at 100
        2 b BTC bought 10 at 100`,
    },
    {
      name: 'under the minimum of an order',
      scene: { bars: quiet(2), filters: { minNotional: money('1001'), minNotionalOnMarket: true }, says: { 0: enter({ reason: 'go' }) } },
      story: '1 no enter: below_minimum_notional',
    },
    {
      name: 'over the minimum, but its exit at the stop less 5 % would be under it',
      scene: {
        bars: quiet(3),
        filters: { minNotional: money('860') },
        // 10 at 90 less 5 % are 855; at 91 they are 864.5
        says: { 0: enter({ reason: 'go', stopLoss: 90 }), 1: enter({ reason: 'go', stopLoss: 91 }) },
      },
      story: `
        1 no enter: exit_below_minimum_notional
        2 bought 10 at 100
        2 stop 91 for 10`,
    },
    {
      name: 'no stop order of the symbol is left to protect it',
      scene: {
        bars: quiet(4),
        filters: { maxStopOrders: 1 },
        owners: two(
          scripted({ 0: enter({ reason: 'go', stopLoss: 90 }) }),
          scripted({ 1: enter({ reason: 'go', stopLoss: 95 }), 2: enter({ reason: 'go' }) }),
        ),
      },
      story: `
        1 a BTC bought 10 at 100
        1 a BTC stop 90 for 10
        2 b BTC no enter: no_protection_slot
        3 b BTC bought 10 at 100`,
    },
    {
      name: 'the stop of an entry that still rests is kept free',
      scene: {
        bars: quiet(3),
        filters: { maxStopOrders: 1 },
        owners: two(
          scripted({ 0: enter({ reason: 'go', at: { limit: 90 }, stopLoss: 80 }) }),
          scripted({ 1: enter({ reason: 'go', stopLoss: 95 }) }),
        ),
      },
      story: `
        1 a BTC limit 90 for 10
        2 b BTC no enter: no_protection_slot`,
    },
  ])
})
