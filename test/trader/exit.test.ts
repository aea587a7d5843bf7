/** How a position ends: exit signals, time limits, fees and dust, and what happens where the market is too thin. */
import { describe, expect, test } from 'vitest'
import { quantity } from '#domain/money.ts'
import { enter, exit } from '#strategy'
import { play, quiet, type Scene } from '../support/desk.ts'
import { tell } from '../support/story.ts'

describe('an exit', () => {
  tell([
    {
      name: 'cancels the protection and sells at the next open, before the stop could',
      scene: {
        bars: [...quiet(2), '94 95 90 92', ...quiet(1)],
        says: { 0: enter({ reason: 'go', stopLoss: 95, takeProfit: 110 }), 1: exit({ reason: 'out' }) },
      },
      story: `
        1 bought 10 at 100
        1 stop 95 for 10
        1 target 110 for 10
        - stop 95 cancelled
        - target 110 cancelled
        2 sold 10 at 94: out
        2 closed -60: out`,
    },
    {
      name: 'comes too late when the stop was hit in the candle it was decided on',
      scene: {
        bars: [...quiet(2), '100 101 94 96', ...quiet(1)],
        says: { 0: enter({ reason: 'go', stopLoss: 95 }), 2: exit({ reason: 'out' }) },
      },
      story: `
        1 bought 10 at 100
        1 stop 95 for 10
        2+ sold 10 at 95: stop loss
        2+ closed -50: stop loss`,
    },
    {
      name: 'slippage and fee are paid on the way out too',
      scene: {
        bars: [...quiet(2), '102 103 101 102'],
        fee: '0.001',
        slippage: '0.001',
        says: { 0: enter({ reason: 'go' }), 1: exit({ reason: 'out' }) },
      },
      // 10 for 1001; 9.99 at 101.898 are 1017.96102, less the fee of 1.01796102
      story: `
        1 bought 10 at 100.1 fee 0.01 BTC
        2 sold 9.99 at 101.898 fee 1.01796102 USDC: out
        2 closed 15.94305898: out`,
    },
    {
      name: 'after its time: two candles held are two closes',
      scene: { bars: quiet(5), says: { 0: enter({ reason: 'go', stopLoss: 95, timeLimit: 2 }) } },
      story: `
        1 bought 10 at 100
        1 stop 95 for 10
        - stop 95 cancelled
        3 sold 10 at 100: held for 2 candles
        3 closed 0: held for 2 candles`,
    },
    {
      name: 'candles of a longer timeframe count for a strategy that runs on it',
      scene: { timeframe: '4h', bars: quiet(20), says: { 0: enter({ reason: 'go', timeLimit: 2 }) } },
      story: `
        4 bought 10 at 100
        12 sold 10 at 100: held for 2 candles
        12 closed 0: held for 2 candles`,
    },
  ])
})

describe('fees and dust', () => {
  tell([
    {
      name: 'a fee in the asset bought leaves less to sell; what is under the step leaves the position',
      scene: {
        bars: [...quiet(2), '102 103 101 102'],
        fee: '0.001',
        filters: { step: quantity('0.1') },
        says: { 0: enter({ reason: 'go', stopLoss: 95 }), 1: exit({ reason: 'out' }) },
      },
      // 9.99 are held; 9.9 at 102 are 1009.8, less 1.0098, less the whole 1000 paid
      story: `
        1 bought 10 at 100 fee 0.01 BTC
        1 stop 95 for 9.9
        - stop 95 cancelled
        2 sold 9.9 at 102 fee 1.0098 USDC: out
        2 dust 0.09
        2 closed 8.7902: out`,
    },
    {
      name: 'the stop sells what is sellable and leaves the dust',
      scene: {
        bars: [...quiet(2), '100 101 94 96', ...quiet(1)],
        fee: '0.001',
        filters: { step: quantity('1') },
        says: { 0: enter({ reason: 'go', stopLoss: 95 }) },
      },
      story: `
        1 bought 10 at 100 fee 0.01 BTC
        1 stop 95 for 9
        2+ sold 9 at 95 fee 0.855 USDC: stop loss
        2+ dust 0.99
        2+ closed -145.855: stop loss`,
    },
    {
      name: 'bought so little that the fee leaves nothing to sell: dust at once',
      scene: {
        bars: quiet(3),
        fee: '0.001',
        filters: { step: quantity('10') },
        says: { 0: enter({ reason: 'go' }) },
      },
      story: `
        1 bought 10 at 100 fee 0.01 BTC
        1 dust 9.99
        1 closed -1000: what was bought is too little to sell`,
    },
  ])
})

describe('a thin market: a tenth of a bar may be taken', () => {
  const thin: Pick<Scene, 'volumeShare'> = { volumeShare: 0.1 }
  tell([
    {
      name: 'an entry that got a part is protected for the part',
      scene: {
        ...thin,
        bars: [...quiet(1), '100 101 99 100 60', ...quiet(1)],
        says: { 0: enter({ reason: 'go', stopLoss: 95, takeProfit: 110 }) },
      },
      story: `
        1 bought 6 at 100
        1 stop 95 for 6
        1 target 110 for 6
        - entry expired`,
    },
    {
      name: 'a stop that got a part leaves the rest to the market, bar after bar',
      scene: {
        ...thin,
        bars: [...quiet(2), '100 101 94 95 30', '96 97 95 96 20', '97 97 96 96 400', ...quiet(1)],
        says: { 0: enter({ reason: 'go', stopLoss: 95, takeProfit: 110 }) },
      },
      story: `
        1 bought 10 at 100
        1 stop 95 for 10
        1 target 110 for 10
        - target 110 expired
        2+ sold 3 at 95: stop loss
        - stop 95 expired
        - exit expired
        3 sold 2 at 96: stop loss
        - exit expired
        4 sold 5 at 97: stop loss
        4 closed -38: stop loss`,
    },
    {
      name: 'an exit that got a part goes on at the next open',
      scene: {
        ...thin,
        bars: [...quiet(2), '100 101 99 100 30', '98 99 97 98', ...quiet(1)],
        says: { 0: enter({ reason: 'go', stopLoss: 95 }), 1: exit({ reason: 'out' }) },
      },
      story: `
        1 bought 10 at 100
        1 stop 95 for 10
        - stop 95 cancelled
        2 sold 3 at 100: out
        - exit expired
        3 sold 7 at 98: out
        3 closed -14: out`,
    },
    {
      name: 'nothing at all to be had: the entry is a denial',
      scene: { ...thin, bars: [...quiet(1), '100 101 99 100 0', ...quiet(1)], says: { 0: enter({ reason: 'go', stopLoss: 95 }) } },
      story: `
        - entry expired
        1 no enter: order_rejected`,
    },
  ])

  test('a target that got a part: what is left is never without stop, it goes at the market if the target is behind', () => {
    const { log, engine } = play({
      ...thin,
      bars: [...quiet(2), '100 111 99 105 30', '105 106 104 105', ...quiet(1)],
      says: { 0: enter({ reason: 'go', stopLoss: 95, takeProfit: 110 }) },
    })
    expect(log.filter(line => line.includes('sold')).map(line => line.split(':')[0])).toEqual(['2+ sold 3 at 110', '3 sold 7 at 105'])
    expect(engine.slot('script', 'BTCUSDC')!.position.quantity).toBe(0n)
  })

  test('a stop that found nothing at all: the position goes at the market as soon as it can', () => {
    const { log } = play({
      ...thin,
      bars: [...quiet(2), '100 101 94 96 0', '96 97 95 96', ...quiet(1)],
      says: { 0: enter({ reason: 'go', stopLoss: 95, takeProfit: 110 }) },
    })
    expect(log.filter(line => line.includes('sold'))).toEqual([expect.stringMatching(/^3 sold 10 at 96/)])
    expect(log.at(-1)).toMatch(/^3 closed -40/)
  })
})
