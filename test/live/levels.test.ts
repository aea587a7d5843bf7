/** Stops, targets and modes by hand: what rests on the exchange afterwards, and what still happens. */
import { describe, expect, test } from 'vitest'
import { price, quantity } from '#domain/money.ts'
import type { LevelWish, Status } from '#ports/desk.ts'
import { enter, exit } from '#strategy'
import { owner, quiet, scripted } from '../support/desk.ts'
import { openTrading, type Trading, type TradingSetup } from '../support/trading.ts'

const BTC = 'BTCUSDC'
const at = (level: number): LevelWish => ({ kind: 'price', price: level })
const percent = (value: number): LevelWish => ({ kind: 'percent', percent: value })

async function withTwo(setup: Partial<TradingSetup> = {}): Promise<Trading> {
  const trading = await openTrading({ bars: quiet(6), filters: { tick: price('0.5'), step: quantity('0.01') }, ...setup })
  await trading.until(1)
  await trading.desk.buy('ann', {
    symbol: BTC,
    amount: { kind: 'quantity', quantity: quantity('2') },
    limit: null,
    stop: null,
    target: null,
  })
  return trading
}

describe('stop and target', () => {
  interface Case {
    readonly name: string
    readonly wishes: readonly (readonly ['stop' | 'target', LevelWish | null])[]
    readonly answer: string
    readonly held: string
    readonly orders: readonly string[]
  }
  test.each<Case>([
    {
      name: 'a stop at a price',
      wishes: [['stop', at(90)]],
      answer: 'Stop of manual on BTCUSDC at 90.',
      held: 'stop 90',
      orders: ['STOP_LOSS 2 stop 90'],
    },
    {
      name: 'a stop some percent under what was paid, to the tick',
      wishes: [['stop', percent(3.4)]],
      answer: 'Stop of manual on BTCUSDC at 96.5.',
      held: 'stop 96.5',
      orders: ['STOP_LOSS 2 stop 96.5'],
    },
    {
      name: 'no stop',
      wishes: [['stop', null]],
      answer: 'The stop of manual on BTCUSDC is removed: the position is not protected now.',
      held: '',
      orders: [],
    },
    {
      name: 'a stop removed and set again',
      wishes: [
        ['stop', null],
        ['stop', at(80)],
      ],
      answer: 'Stop of manual on BTCUSDC at 80.',
      held: 'stop 80',
      orders: ['STOP_LOSS 2 stop 80'],
    },
    {
      name: 'a target beside the stop: a pair',
      wishes: [['target', percent(10)]],
      answer: 'Target of manual on BTCUSDC at 110. ',
      held: 'stop 95 target 110',
      orders: ['STOP_LOSS 2 stop 95', 'LIMIT_MAKER 2 at 110'],
    },
    {
      name: 'a target alone, once the stop is gone',
      wishes: [
        ['target', at(120)],
        ['stop', null],
      ],
      answer: 'The stop of manual on BTCUSDC is removed',
      held: 'target 120',
      orders: ['LIMIT 2 at 120'],
    },
    {
      name: 'no target any more',
      wishes: [
        ['target', at(120)],
        ['target', null],
      ],
      answer: 'The target of manual on BTCUSDC is removed.',
      held: 'stop 95',
      orders: ['STOP_LOSS 2 stop 95'],
    },
  ])('$name', async ({ wishes, answer, held, orders }) => {
    const trading = await withTwo()
    let last = { done: false, message: '' }
    for (const [which, level] of wishes) {
      const wish = { symbol: BTC, owner: null, level }
      last = await (which === 'stop' ? trading.desk.setStop('ann', wish) : trading.desk.setTarget('ann', wish))
    }
    expect(last).toEqual({ done: true, message: expect.stringContaining(answer) })
    expect(trading.held()).toEqual([`manual BTCUSDC 2 paid 100 ${held}`.trim()])
    expect(trading.orders()).toEqual(orders.map(order => `manual BTCUSDC SELL ${order}`))
  })

  test('a stop may go down by hand, and what was set is what is sold at', async () => {
    const trading = await withTwo({ bars: [...quiet(2), '100 100 93 94', '94 94 88 89'] })
    await trading.desk.setStop('ann', { symbol: BTC, owner: null, level: at(90) })
    await trading.until(3)
    expect(trading.held()).toEqual(['manual BTCUSDC 2 paid 100 stop 90'])
    await trading.until(4)
    expect([trading.held(), trading.orders()]).toEqual([[], []])
    const { fills } = await trading.store.journal()
    expect(fills.at(-1)?.fill.price).toBe(price('90'))
  })

  test.each([
    ['a stop that is not under the price', 'stop', at(100), 'A stop at 100 is not under the price 100.'],
    ['a target that is not over the price', 'target', at(99.5), 'A target at 99.5 is not over the price 100.'],
  ] as const)('%s is refused and changes nothing', async (_, which, level, message) => {
    const trading = await withTwo()
    const wish = { symbol: BTC, owner: null, level }
    const answer = await (which === 'stop' ? trading.desk.setStop('ann', wish) : trading.desk.setTarget('ann', wish))
    expect(answer).toEqual({ done: false, message })
    expect(trading.held()).toEqual(['manual BTCUSDC 2 paid 100 stop 95'])
    expect(trading.orders()).toEqual(['manual BTCUSDC SELL STOP_LOSS 2 stop 95'])
  })

  test('of nothing are refused', async () => {
    const trading = await openTrading({ bars: quiet(3) })
    await trading.until(1)
    const nothing = { done: false, message: 'Nothing of BTCUSDC is held.' }
    const wish = { symbol: BTC, owner: null, level: at(90) }
    expect(await trading.desk.setStop('ann', wish)).toEqual(nothing)
    expect(await trading.desk.setTarget('ann', wish)).toEqual(nothing)
  })
})

describe('modes', () => {
  // One strategy holds from hour 1 and leaves at hour 3; the other wants to enter at hour 2, and a limit of it waits from hour 1 on.
  const scene: TradingSetup = {
    bars: quiet(6),
    owners: [
      owner('holds', scripted({ 0: enter({ reason: 'go', stopLoss: 90 }), 2: exit({ reason: 'out' }) })),
      owner('wants', scripted({ 1: enter({ reason: 'go', stopLoss: 90 }) })),
      owner('waits', scripted({ 0: enter({ reason: 'go', at: { limit: 80 } }) })),
    ],
  }
  interface Case {
    readonly mode: Status['mode']
    readonly says: string
    /** At once, then an hour later, then two. */
    readonly orders: readonly string[]
    readonly wants: boolean
    readonly leaves: boolean
    readonly manual: boolean
  }
  const waiting = 'waits BTCUSDC BUY LIMIT 1 at 80'
  const guarded = 'holds BTCUSDC SELL STOP_LOSS 1 stop 90'
  test.each<Case>([
    { mode: 'running', says: 'It is so already. Trading runs.', orders: [waiting, guarded], wants: true, leaves: true, manual: true },
    {
      mode: 'paused',
      says: 'Paused: strategies do not enter. Exits and protection go on, people may trade.',
      orders: [waiting, guarded],
      wants: false,
      leaves: true,
      manual: true,
    },
    {
      mode: 'reduced',
      says: 'Reduced: nobody enters, waiting entries are cancelled. Exits and protection go on.',
      orders: [guarded],
      wants: false,
      leaves: true,
      manual: false,
    },
    {
      mode: 'halted',
      says: 'Halted: nobody enters and strategies do not exit. Protection stands, people may sell.',
      orders: [guarded],
      wants: false,
      leaves: false,
      manual: false,
    },
  ])('$mode', async ({ mode, says, orders, wants, leaves, manual }) => {
    const trading = await openTrading(scene)
    await trading.until(1)
    expect(await trading.desk.setMode('ann', mode)).toEqual({ done: true, message: says })
    expect(trading.orders()).toEqual(orders)
    await trading.until(2)
    const holds = (name: string): boolean => trading.held().some(line => line.startsWith(name))
    expect(holds('wants')).toBe(wants)
    const bought = await trading.desk.buy('ann', { symbol: BTC, amount: null, limit: null, stop: null, target: null })
    expect(bought.done).toBe(manual)
    await trading.until(3)
    expect(holds('holds')).toBe(!leaves)
  })

  test('halted: people sell all the same, and resume lets strategies enter again', async () => {
    const trading = await openTrading(scene)
    await trading.until(1)
    await trading.desk.setMode('ann', 'halted')
    expect((await trading.desk.sell('ann', { symbol: BTC, owner: null, amount: null })).done).toBe(true)
    expect([trading.held(), trading.orders()]).toEqual([[], []])
    expect((await trading.desk.setMode('ann', 'running')).message).toBe('Trading runs.')
    await trading.until(2)
    expect(trading.held()).toEqual(['wants BTCUSDC 1 paid 100 stop 90'])
  })

  test('is written down as a setting', async () => {
    const trading = await openTrading(scene)
    await trading.until(1)
    await trading.desk.setMode('ann', 'reduced')
    expect((await trading.store.open())?.settings.get('mode')).toBe('reduced')
  })
})
