/** Stops that move: by the price (trailing), and by the strategy (`manage`). */
import { describe, expect, test } from 'vitest'
import { enter, exit, move, percent } from '#strategy'
import { play, quiet } from '../support/desk.ts'
import { tell } from '../support/story.ts'

describe('trailing stop', () => {
  const trailing = { 0: enter({ reason: 'go', trailing: 5 }) }
  tell([
    {
      name: 'follows each new high, from the next bar on',
      // bar 1 makes 104 and comes back to 99: under 104 - 5 only counts from bar 2
      scene: { bars: [...quiet(1), '100 104 98.5 103', '103 110 104 109', '109 109 104 106', ...quiet(1)], says: trailing },
      story: `
        1 bought 10 at 100
        1 stop 95 for 10
        2 stop 99 for 10
        - stop 95 cancelled
        3 stop 105 for 10
        - stop 99 cancelled
        3+ sold 10 at 105: stop loss
        3+ closed 50: trailing stop`,
    },
    {
      name: 'never moves down',
      scene: {
        bars: [...quiet(1), '100 110 100 109', '109 109 106 107', '107 109 106 108', '108 108 104 105', ...quiet(1)],
        says: trailing,
      },
      story: `
        1 bought 10 at 100
        1 stop 95 for 10
        2 stop 105 for 10
        - stop 95 cancelled
        4+ sold 10 at 105: stop loss
        4+ closed 50: trailing stop`,
    },
    {
      name: 'a percentage is a distance of what was paid',
      scene: { bars: [...quiet(1), '100 120 100 119', ...quiet(1)], says: { 0: enter({ reason: 'go', trailing: percent(10) }) } },
      story: `
        1 bought 10 at 100
        1 stop 90 for 10
        2 stop 110 for 10
        - stop 90 cancelled
        2 sold 10 at 100: stop loss
        2 closed 0: trailing stop`,
    },
    {
      name: 'the nearer of stop and trailing stop counts, then the trailing one takes over',
      scene: {
        bars: [...quiet(1), '100 102 98 101', '101 107 101 106', ...quiet(1)],
        says: { 0: enter({ reason: 'go', stopLoss: 97, trailing: 6 }) },
      },
      story: `
        1 bought 10 at 100
        1 stop 97 for 10
        3 stop 101 for 10
        - stop 97 cancelled
        3 sold 10 at 100: stop loss
        3 closed 0: trailing stop`,
    },
    {
      name: 'the target stays where it is while the stop moves, also over a gap beyond it',
      scene: {
        bars: [...quiet(1), '100 104 99 103', '111 112 104 109', ...quiet(1)],
        says: { 0: enter({ reason: 'go', trailing: 5, takeProfit: 110 }) },
      },
      story: `
        1 bought 10 at 100
        1 stop 95 for 10
        1 target 110 for 10
        - stop 95 cancelled
        - target 110 cancelled
        2 stop 99 for 10
        2 target 110 for 10
        2 sold 10 at 110: take profit
        2 closed 100: take profit
        - stop 99 expired`,
    },
  ])
})

describe('manage', () => {
  const held = { 0: enter({ reason: 'go', stopLoss: 90, takeProfit: 120 }) }
  tell([
    {
      name: 'moves the stop, from the next bar on',
      scene: {
        bars: [...quiet(3), '100 101 91 92', ...quiet(1)],
        says: held,
        manage: (_, bar) => (bar === 2 ? move({ stopLoss: 97 }) : null),
      },
      story: `
        1 bought 10 at 100
        1 stop 90 for 10
        1 target 120 for 10
        - stop 90 cancelled
        - target 120 cancelled
        3 stop 97 for 10
        3 target 120 for 10
        - target 120 expired
        3+ sold 10 at 97: stop loss
        3+ closed -30: stop loss`,
    },
    {
      name: 'never moves it down',
      scene: { bars: quiet(4), says: held, manage: () => move({ stopLoss: 85 }) },
      story: `
        1 bought 10 at 100
        1 stop 90 for 10
        1 target 120 for 10`,
    },
    {
      name: 'moves the target',
      scene: {
        bars: [...quiet(3), '100 104 99 103', ...quiet(1)],
        says: held,
        manage: (_, bar) => (bar === 2 ? move({ takeProfit: 103 }) : null),
      },
      story: `
        1 bought 10 at 100
        1 stop 90 for 10
        1 target 120 for 10
        - stop 90 cancelled
        - target 120 cancelled
        3 stop 90 for 10
        3 target 103 for 10
        3+ sold 10 at 103: take profit
        3+ closed 30: take profit
        - stop 90 expired`,
    },
    {
      name: 'leaves at the next open',
      scene: {
        bars: [...quiet(3), '101 102 85 90', ...quiet(1)],
        says: held,
        manage: (_, bar) => (bar === 2 ? exit({ reason: 'enough' }) : null),
      },
      story: `
        1 bought 10 at 100
        1 stop 90 for 10
        1 target 120 for 10
        - stop 90 cancelled
        - target 120 cancelled
        3 sold 10 at 101: enough
        3 closed 10: enough`,
    },
  ])

  test('is asked at each close while the position is held, and sees it as it is', () => {
    const seen: string[] = []
    play({
      bars: [...quiet(4), '100 100 89 90', ...quiet(2)],
      says: held,
      manage: ({ entryPrice, quantity, stopLoss, takeProfit, candles }, bar) => {
        seen.push(`bar ${bar}: ${quantity} at ${entryPrice}, stop ${stopLoss}, target ${takeProfit}, ${candles} candles`)
        return bar === 2 ? move({ stopLoss: 92 }) : null
      },
    })
    const once = [
      'bar 1: 10 at 100, stop 90, target 120, 1 candles',
      'bar 2: 10 at 100, stop 90, target 120, 2 candles',
      'bar 3: 10 at 100, stop 92, target 120, 3 candles',
    ]
    expect(seen).toEqual([...once, ...once])
  })
})
