/** A basket: exits first, entries wait for their fills and expire at the next close. */
import { expect, test } from 'vitest'
import { z } from 'zod'
import { quantity, ratio } from '#domain/money.ts'
import { type AnyStrategy, defineBasket, type Weights } from '#strategy'
import { HOUR, lines, owner, play, quiet, type Scene, START } from '../support/desk.ts'

const weighing = (weights: Readonly<Record<number, Weights>>): AnyStrategy =>
  defineBasket({
    title: 'script',
    allocation: 0.5,
    params: z.object({}),
    indicators: () => ({}),
    decide: ({ members }) => weights[([...members.values()][0]!.candle.time - START) / HOUR] ?? null,
  })

/** Two markets, of which the basket may hold the half of equity: 5000 of 10000. */
const scene = (
  weights: Readonly<Record<number, Weights>>,
  btc: readonly string[],
  eth: readonly string[],
  more: Partial<Scene> = {},
): Scene => ({
  bars: { BTCUSDC: btc, ETHUSDC: eth },
  owners: [owner('b', weighing(weights), ['BTCUSDC', 'ETHUSDC'], { allocation: ratio('0.5') })],
  ...more,
})
const tens = (count: number): string[] => Array.from({ length: count }, () => '10 10 10 10')

test.each([
  {
    name: 'the first weights are bought at the next open',
    scene: scene({ 0: { BTCUSDC: 0.4, ETHUSDC: 0.6 } }, quiet(2), tens(2)),
    story: `
      1 b BTC bought 20 at 100
      1 b ETH bought 300 at 10`,
  },
  {
    name: 'from one to the other: sold first, then bought, both at one open',
    scene: scene({ 0: { BTCUSDC: 1, ETHUSDC: 0 }, 1: { BTCUSDC: 0, ETHUSDC: 1 } }, quiet(4), tens(4)),
    story: `
      1 b BTC bought 50 at 100
      2 b BTC sold 50 at 100: target 0 % of the basket
      2 b BTC closed 0: target 0 % of the basket
      2 b ETH bought 500 at 10`,
  },
  {
    name: 'null keeps everything, keep leaves a member as it is, a difference under a tenth is left alone',
    scene: scene({ 0: { BTCUSDC: 0.5, ETHUSDC: 0.5 }, 2: { BTCUSDC: 'keep', ETHUSDC: 0.46 } }, quiet(4), tens(4)),
    story: `
      1 b BTC bought 25 at 100
      1 b ETH bought 250 at 10`,
  },
  {
    name: 'less of a member sells the difference',
    scene: scene({ 0: { BTCUSDC: 1, ETHUSDC: 0 }, 1: { BTCUSDC: 0.4 } }, quiet(3), tens(3)),
    story: `
      1 b BTC bought 50 at 100
      2 b BTC sold 30 at 100: target 40 % of the basket`,
  },
  {
    name: 'an exit in a thin market holds the entries back; what is not bought by the next close is not bought any more',
    scene: scene(
      { 0: { BTCUSDC: 1, ETHUSDC: 0 }, 1: { BTCUSDC: 0, ETHUSDC: 1 }, 2: { BTCUSDC: 0 } },
      [...quiet(2), '100 101 99 100 200', ...quiet(2)],
      tens(5),
      { volumeShare: 0.1 },
    ),
    story: `
      1 b BTC bought 50 at 100
      2 b BTC sold 20 at 100: target 0 % of the basket
      - b BTC exit expired
      3 b BTC sold 30 at 100: target 0 % of the basket
      3 b BTC closed 0: target 0 % of the basket`,
  },
  {
    name: 'a missing candle of a member: the basket is left as it is, with the reason',
    scene: scene({ 0: { BTCUSDC: 0.5, ETHUSDC: 0.5 }, 1: { BTCUSDC: 0, ETHUSDC: 0 } }, quiet(3), tens(1)),
    story: `
      1 b BTC bought 25 at 100
      2 b BTC no rebalance: late_candle
      2 b ETH no rebalance: late_candle
      3 b BTC no rebalance: late_candle
      3 b ETH no rebalance: late_candle`,
  },
  {
    name: 'halted: a basket neither sells nor buys',
    scene: scene({ 0: { BTCUSDC: 0.5 }, 2: { BTCUSDC: 0 }, 3: { ETHUSDC: 0.5 } }, quiet(5), tens(5), {
      people: { 2: engine => engine.trader.setMode('halted') },
    }),
    story: `
      1 b BTC bought 25 at 100
      3 b BTC no exit: halted
      4 b ETH no enter: halted`,
  },
])('$name', ({ scene, story }) => {
  expect(play(scene).log).toEqual(lines(story))
})

test.each([
  {
    name: 'prices moved while it waited for its exits',
    weights: { 0: { BTCUSDC: 0.5, ETHUSDC: 0.5 }, 1: { BTCUSDC: 0.25, ETHUSDC: 0.75 } },
    btc: [...quiet(2), '100 100 100 100'],
    eth: ['10 10 10 10', '10 10 10 10', '14 14 14 14'],
  },
  {
    name: 'a member a little over its target was left alone',
    weights: { 0: { BTCUSDC: 0.5, ETHUSDC: 0.5 }, 1: { BTCUSDC: 0.5, ETHUSDC: 0.5 } },
    btc: [...quiet(1), '100 107 100 106', '106 106 106 106'],
    eth: ['10 10 10 10', '10 10 8 8', '8 8 8 8'],
  },
])('$name: it buys what its allocation leaves, instead of nothing', ({ weights, btc, eth }) => {
  const { log } = play(scene(weights, btc, eth))
  expect(log.filter(line => line.includes('ETH bought'))).toHaveLength(2)
  expect(log.filter(line => line.includes('no enter'))).toEqual([])
})

test('its limits are its own: the limits per symbol do not count what it holds', () => {
  const { log } = play(scene({ 0: { BTCUSDC: 1 } }, quiet(2), tens(2), { rules: { perSymbol: ratio('0.1'), perAsset: ratio('0.1') } }))
  expect(log).toEqual(['1 b BTC bought 50 at 100'])
})

test('a step keeps it under its target', () => {
  const { log } = play(
    scene(
      { 0: { BTCUSDC: 1 } },
      Array.from({ length: 2 }, () => '30 30 30 30'),
      tens(2),
      { filters: { step: quantity('1') } },
    ),
  )
  expect(log).toEqual(['1 b BTC bought 166 at 30'])
})
