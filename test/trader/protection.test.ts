/** What rests on the exchange for a position, and what becomes of it: stops, targets, parts of the profit. */
import { describe, expect, test } from 'vitest'
import { money } from '#domain/money.ts'
import { enter, percent } from '#strategy'
import { lines, owner, play, quiet, scripted } from '../support/desk.ts'
import { tell } from '../support/story.ts'

const bracket = { 0: enter({ reason: 'go', stopLoss: 95, takeProfit: 110 }) }

describe('stop and target', () => {
  tell([
    {
      name: 'the pair is placed after the fill, at what was asked for',
      scene: { bars: quiet(3), says: bracket },
      story: `
        1 bought 10 at 100
        1 stop 95 for 10
        1 target 110 for 10`,
    },
    {
      name: 'a percentage is of what was really paid, slippage included, on the tick grid',
      scene: {
        bars: quiet(3),
        slippage: '0.001',
        filters: { tick: 1_000_000n as never },
        says: { 0: enter({ reason: 'go', stopLoss: percent(5), takeProfit: percent(10) }) },
      },
      // 100.10 less 5 % is 95.095 and rounds to the nearest tick, half up
      story: `
        1 bought 10 at 100.1
        1 stop 95.1 for 10
        1 target 110.11 for 10`,
    },
    {
      name: 'the stop is hit in the entry candle',
      scene: { bars: [...quiet(1), '100 101 94 96', ...quiet(1)], says: bracket },
      story: `
        1 bought 10 at 100
        1 stop 95 for 10
        1 target 110 for 10
        - target 110 expired
        1+ sold 10 at 95: stop loss
        1+ closed -50: stop loss`,
    },
    {
      name: 'the target is hit later',
      scene: { bars: [...quiet(2), '100 111 99 108', ...quiet(1)], says: bracket },
      story: `
        1 bought 10 at 100
        1 stop 95 for 10
        1 target 110 for 10
        2+ sold 10 at 110: take profit
        2+ closed 100: take profit
        - stop 95 expired`,
    },
    {
      name: 'a target that is only touched does not fill: somebody was before us',
      scene: { bars: [...quiet(2), '100 110 99 108', ...quiet(1)], says: bracket },
      story: `
        1 bought 10 at 100
        1 stop 95 for 10
        1 target 110 for 10`,
    },
    {
      name: 'both in one bar: the stop came first, and the bar is counted',
      scene: { bars: [...quiet(2), '100 111 94 108', ...quiet(1)], says: bracket },
      story: `
        1 bought 10 at 100
        1 stop 95 for 10
        1 target 110 for 10
        - target 110 expired
        2+ sold 10 at 95: stop loss
        2+ closed -50: stop loss`,
      ambiguous: 1,
    },
    {
      name: 'a bar that opens under the stop sells at its open',
      scene: { bars: [...quiet(2), '90 92 89 91', ...quiet(1)], says: bracket },
      story: `
        1 bought 10 at 100
        1 stop 95 for 10
        1 target 110 for 10
        - target 110 expired
        2 sold 10 at 90: stop loss
        2 closed -100: stop loss`,
    },
    {
      name: 'a bar that opens over the target sells at the target',
      scene: { bars: [...quiet(2), '115 116 114 115', ...quiet(1)], says: bracket },
      story: `
        1 bought 10 at 100
        1 stop 95 for 10
        1 target 110 for 10
        2 sold 10 at 110: take profit
        2 closed 100: take profit
        - stop 95 expired`,
    },
    {
      name: 'a target alone',
      scene: { bars: [...quiet(2), '100 111 50 108', ...quiet(1)], says: { 0: enter({ reason: 'go', takeProfit: 110 }) } },
      story: `
        1 bought 10 at 100
        1 target 110 for 10
        2+ sold 10 at 110: take profit
        2+ closed 100: take profit`,
    },
    {
      name: 'where a symbol takes no market stop, a stop-limit with room under it',
      scene: {
        bars: [...quiet(2), '100 101 94 96', ...quiet(1)],
        orderTypes: ['MARKET', 'LIMIT', 'LIMIT_MAKER', 'STOP_LOSS_LIMIT'],
        says: bracket,
      },
      story: `
        1 bought 10 at 100
        1 stop 95 for 10
        1 target 110 for 10
        - target 110 expired
        2+ sold 10 at 95: stop loss
        2+ closed -50: stop loss`,
    },
    {
      name: 'a stop-limit that a gap jumps over does not wait at its limit for long: the position goes at the market',
      scene: {
        bars: [...quiet(2), '80 82 79 81', '90 94 89 93', ...quiet(1)],
        orderTypes: ['MARKET', 'LIMIT', 'LIMIT_MAKER', 'STOP_LOSS_LIMIT'],
        says: { 0: enter({ reason: 'go', stopLoss: 95 }) },
      },
      story: `
        1 bought 10 at 100
        1 stop 95 for 10
        - stop 95 cancelled
        3 sold 10 at 90: the price jumped over the limit of the stop
        3 closed -100: the price jumped over the limit of the stop`,
    },
  ])
})

test('a stop-limit that is reached where nothing may be bought any more: its target goes, it waits as a limit order, and nothing is sent anew', () => {
  const { log } = play({
    bars: [...quiet(1), '100 101 99 100 1000', '100 112 89 100 0', '95 96 94 95'],
    owners: [
      owner('a', scripted({ 0: enter({ reason: 'go', stopLoss: 90, takeProfit: 120 }) })),
      // its target, in the same bar, brings the last price back over the stop
      owner('b', scripted({ 0: enter({ reason: 'go', takeProfit: 110 }) })),
    ],
    orderTypes: ['MARKET', 'LIMIT', 'LIMIT_MAKER', 'STOP_LOSS_LIMIT'],
    volumeShare: 0.1,
  })
  expect(log).toEqual(
    lines(`
      1 a BTC bought 10 at 100
      1 a BTC stop 90 for 10
      1 a BTC target 120 for 10
      1 b BTC bought 10 at 100
      1 b BTC target 110 for 10
      - a BTC target 120 expired
      3 a BTC sold 10 at 88.2: stop loss
      3 a BTC closed -118: stop loss`),
  )
})

describe('a part of the profit', () => {
  const half = { 0: enter({ reason: 'go', stopLoss: 95, takeProfit: 110, partial: { at: 105, part: 0.5 } }) }
  tell([
    {
      name: 'half is sold at its target, the rest at its own',
      scene: { bars: [...quiet(2), '100 106 100 105', '105 111 104 105', ...quiet(1)], says: half },
      story: `
        1 bought 10 at 100
        1 stop 95 for 5
        1 target 105 for 5
        1 stop 95 for 5
        1 target 110 for 5
        2+ sold 5 at 105: take profit
        - stop 95 expired
        3+ sold 5 at 110: take profit
        3+ closed 75: take profit
        - stop 95 expired`,
    },
    {
      name: 'after the part, the stop takes the rest',
      scene: { bars: [...quiet(2), '100 106 100 105', '105 105 94 95', ...quiet(1)], says: half },
      story: `
        1 bought 10 at 100
        1 stop 95 for 5
        1 target 105 for 5
        1 stop 95 for 5
        1 target 110 for 5
        2+ sold 5 at 105: take profit
        - stop 95 expired
        - target 110 expired
        3+ sold 5 at 95: stop loss
        3+ closed 0: stop loss`,
    },
    {
      name: 'the stop before the part takes both',
      scene: { bars: [...quiet(2), '100 100 94 95', ...quiet(1)], says: half },
      story: `
        1 bought 10 at 100
        1 stop 95 for 5
        1 target 105 for 5
        1 stop 95 for 5
        1 target 110 for 5
        - target 105 expired
        2+ sold 5 at 95: stop loss
        - target 110 expired
        2+ sold 5 at 95: stop loss
        2+ closed -50: stop loss`,
    },
    {
      name: 'a part too small for the exchange is left in the whole',
      scene: { bars: [...quiet(2), '100 106 94 105', ...quiet(1)], filters: { minNotional: money('500') }, says: half },
      story: `
        1 bought 10 at 100
        1 stop 95 for 10
        1 target 110 for 10
        - target 110 expired
        2+ sold 10 at 95: stop loss
        2+ closed -50: stop loss`,
    },
    {
      name: 'a trailing stop goes on for the rest',
      scene: {
        bars: [...quiet(2), '100 106 100 105', '105 115 104 114', '114 114 109 110', ...quiet(1)],
        says: { 0: enter({ reason: 'go', trailing: 5, partial: { at: 105, part: 0.5 } }) },
      },
      story: `
        1 bought 10 at 100
        1 stop 95 for 5
        1 target 105 for 5
        1 stop 95 for 5
        - stop 95 cancelled
        - target 105 cancelled
        - stop 95 cancelled
        2 stop 96 for 5
        2 target 105 for 5
        2 stop 96 for 5
        2+ sold 5 at 105: take profit
        - stop 96 expired
        3 stop 101 for 5
        - stop 96 cancelled
        4 stop 110 for 5
        - stop 101 cancelled
        4+ sold 5 at 110: stop loss
        4+ closed 75: trailing stop`,
    },
  ])
})
