/** Strategies that throw while they run: live they are quarantined, in a backtest they end it. */
import { expect, test } from 'vitest'
import { z } from 'zod'
import { ratio } from '#domain/money.ts'
import { defineBasket, enter } from '#strategy'
import { hour, lines, owner, play, quiet, type Scene, scripted } from '../support/desk.ts'

const torn = (): never => {
  throw new Error('there is no such thing')
}
const thrower = (at: number) => {
  const strategy = scripted({ 0: enter({ reason: 'go', stopLoss: 95 }), 3: enter({ reason: 'again' }) })
  if (strategy.kind !== 'single') throw new Error('a script is of one symbol')
  const isAt = (view: object): boolean => (view as { readonly candle: { readonly time: number } }).candle.time === hour(at)
  return { ...strategy, decide: (view: object, params: object) => (isAt(view) ? torn() : strategy.decide(view, params)) }
}
const live = { people: {} }

test('one whose decision throws enters no more, is told once, and keeps its stop; the others go on', () => {
  const { log } = play({
    ...live,
    bars: [...quiet(3), '100 100 94 95', ...quiet(2)],
    owners: [owner('other', scripted({ 2: enter({ reason: 'go' }) })), owner('torn', thrower(1))],
  })
  expect(log).toEqual(
    lines(`
      1 torn BTC bought 10 at 100
      1 torn BTC stop 95 for 10
      2 torn BTC no enter: quarantined
      3 other BTC bought 10 at 100
      3+ torn BTC sold 10 at 95: stop loss
      3+ torn BTC closed -50: stop loss
      4 torn BTC no enter: quarantined`),
  )
})

test('so is one whose `manage` throws', () => {
  const { log } = play({ ...live, bars: [...quiet(3), '100 100 94 95'], says: { 0: enter({ reason: 'go', stopLoss: 95 }) }, manage: torn })
  expect(log).toEqual(
    lines(`
      1 bought 10 at 100
      1 stop 95 for 10
      2 no enter: quarantined
      3+ sold 10 at 95: stop loss
      3+ closed -50: stop loss`),
  )
})

test('and a basket, with all of its members', () => {
  const basket = defineBasket({ title: 'basket', params: z.object({}), allocation: 0.5, indicators: () => ({}), decide: torn })
  const { log } = play({
    ...live,
    bars: { BTCUSDC: quiet(3), ETHUSDC: quiet(3) },
    owners: [owner('b', basket, ['BTCUSDC', 'ETHUSDC'], { allocation: ratio('0.5') })],
  })
  expect(log).toEqual(
    lines(`
      1 b BTC no enter: quarantined
      1 b ETH no enter: quarantined`),
  )
})

test.each<[string, Scene]>([
  ['decision', { bars: quiet(4), owners: [owner('torn', thrower(1))] }],
  ['`manage`', { bars: quiet(4), says: { 0: enter({ reason: 'go' }) }, manage: torn }],
])('a backtest ends by a %s that throws', (_, scene) => {
  expect(() => play(scene)).toThrow('there is no such thing')
})
