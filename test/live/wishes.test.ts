/** What people wish for, against the real core and a paper exchange: the answer, and what is held and rests afterwards. */
import { describe, expect, test } from 'vitest'
import { format, money, price, quantity, ratio } from '#domain/money.ts'
import type { Filters } from '#domain/symbol.ts'
import { buy as buyNow } from '#live/wishes.ts'
import type { AmountWish, BuyWish, Desk, WishResult } from '#ports/desk.ts'
import { enter } from '#strategy'
import { hour, owner, quiet, scripted } from '../support/desk.ts'
import { openTrading, type Trading, type TradingSetup } from '../support/trading.ts'
import { openTrader } from '../support/unheard.ts'

const BTC = 'BTCUSDC'
const base = (amount: string): AmountWish => ({ kind: 'quantity', quantity: quantity(amount) })
const quote = (amount: string): AmountWish => ({ kind: 'quote', amount: money(amount) })
const part = (share: string): AmountWish => ({ kind: 'percent', share: ratio(share) })
const at = (level: number) => ({ kind: 'price', price: level }) as const
const under = (percent: number) => ({ kind: 'percent', percent }) as const

const filters: Partial<Filters> = {
  tick: price('0.1'),
  step: quantity('0.01'),
  minQuantity: quantity('0.01'),
  minNotional: money('10'),
  minNotionalOnMarket: true,
}

const buy = (desk: Desk, more: Partial<BuyWish> = {}): Promise<WishResult> =>
  desk.buy('ann', { symbol: BTC, amount: null, limit: null, stop: null, target: null, ...more })
const sell = (desk: Desk, amount: AmountWish | null = null, owner: string | null = null): Promise<WishResult> =>
  desk.sell('ann', { symbol: BTC, owner, amount })

// Everything at 100, and somebody bought two.
async function withTwo(setup: Partial<TradingSetup> = {}): Promise<Trading> {
  const trading = await openTrading({ bars: quiet(6), filters, ...setup })
  await trading.until(1)
  await buy(trading.desk, { amount: base('2') })
  return trading
}

describe('a buy', () => {
  interface Case {
    readonly name: string
    readonly wish: Partial<BuyWish>
    readonly answer: string
    readonly held?: string
    readonly orders: readonly string[]
    readonly rules?: TradingSetup['rules']
  }
  const stop95 = (amount: string) => `manual BTCUSDC SELL STOP_LOSS ${amount} stop 95`
  test.each<Case>([
    {
      name: 'of the default size, with the default stop',
      wish: {},
      answer: 'Buying 1 BTC at the market (about 100 USDC), stop 5 % under what is paid.',
      held: 'manual BTCUSDC 1 paid 100 stop 95',
      orders: [stop95('1')],
    },
    {
      name: 'for an amount of quote',
      wish: { amount: quote('250') },
      answer: 'Buying 250.00 USDC of BTC at the market (about 100 USDC), stop 5 % under what is paid.',
      held: 'manual BTCUSDC 2.5 paid 100 stop 95',
      orders: [stop95('2.5')],
    },
    {
      name: 'for a share of equity',
      wish: { amount: part('0.05') },
      answer: 'Buying 500.00 USDC of BTC at the market (about 100 USDC), stop 5 % under what is paid.',
      held: 'manual BTCUSDC 5 paid 100 stop 95',
      orders: [stop95('5')],
    },
    {
      name: 'with stop and target, which rest as a pair',
      wish: { stop: at(90), target: under(10) },
      answer: 'Buying 1 BTC at the market (about 100 USDC), stop 90, target 10 % over what is paid.',
      held: 'manual BTCUSDC 1 paid 100 stop 90 target 110',
      orders: ['manual BTCUSDC SELL STOP_LOSS 1 stop 90', 'manual BTCUSDC SELL LIMIT_MAKER 1 at 110'],
    },
    {
      name: 'without any stop where there is no default',
      wish: {},
      rules: { manualStop: 0 },
      answer: 'Buying 1 BTC at the market (about 100 USDC), no stop.',
      held: 'manual BTCUSDC 1 paid 100',
      orders: [],
    },
    {
      name: 'at a limit, which waits, never at more than was named',
      wish: { limit: 80.57, amount: quote('100') },
      answer: 'Buying 1.24 BTC at 80.5 USDC or better, stop 5 % under what is paid.',
      orders: ['manual BTCUSDC BUY LIMIT 1.24 at 80.5'],
    },
  ])('$name', async ({ wish, answer, held, orders, rules = {} }) => {
    const trading = await openTrading({ bars: quiet(3), filters, rules })
    await trading.until(1)
    expect(await buy(trading.desk, wish)).toEqual({ done: true, message: answer })
    expect(trading.held()).toEqual(held === undefined ? [] : [held])
    expect(trading.orders()).toEqual(orders)
  })

  test('at a limit is protected once it fills, and a second one replaces it', async () => {
    const trading = await openTrading({ bars: [...quiet(2), '100 100 84 90'], filters })
    await trading.until(1)
    await buy(trading.desk, { limit: 80 })
    await buy(trading.desk, { limit: 85, amount: base('2') })
    expect(trading.orders()).toEqual(['manual BTCUSDC BUY LIMIT 2 at 85'])
    await trading.until(3)
    expect(trading.held()).toEqual(['manual BTCUSDC 2 paid 85 stop 80.8'])
    expect(trading.orders()).toEqual(['manual BTCUSDC SELL STOP_LOSS 2 stop 80.8'])
  })

  test('of more while something is held protects all of it', async () => {
    const trading = await withTwo()
    expect((await buy(trading.desk, { stop: under(10) })).done).toBe(true)
    expect(trading.held()).toEqual(['manual BTCUSDC 3 paid 100 stop 90'])
    expect(trading.orders()).toEqual(['manual BTCUSDC SELL STOP_LOSS 3 stop 90'])
  })

  interface Refusal {
    readonly name: string
    readonly wish?: Partial<BuyWish>
    readonly rules?: TradingSetup['rules']
    readonly mode?: 'paused' | 'reduced' | 'halted'
    readonly says: string
  }
  test('of more without a stop of its own: the one that there is stays, and is told', async () => {
    const { desk, until, held, orders } = await openTrading({ bars: quiet(6), filters, rules: { manualStop: 0 } })
    await until(1)
    await buy(desk, { stop: at(95) })
    await until(2)
    expect((await buy(desk)).message).toBe('Buying 1 BTC at the market (about 100 USDC), the stop stays at 95.')
    await until(3)
    expect(held()).toEqual(['manual BTCUSDC 2 paid 100 stop 95'])
    expect(orders()).toEqual(['manual BTCUSDC SELL STOP_LOSS 2 stop 95'])
  })

  test('of more, as the stop of what is held is reached: what is bought has that stop all the same', () => {
    const { engine, slot, hear, buy: enters, sent } = openTrader()
    hear(enters(enter({ reason: 'go', stopLoss: 95 })), 'filled', 1, '2')
    const [stop] = sent()
    hear(stop!, 'accepted', 1)
    const wish = { symbol: 'BTCUSDC', amount: base('1'), limit: null, stop: null, target: null }
    expect(buyNow(engine, 'ann', wish, hour(2)).message).toMatch(/the stop stays at 95\.$/)
    const [more] = sent()
    hear(stop!, 'filled', 2, '2', '95')
    expect(slot.position.quantity).toBe(0n)
    hear(more!, 'filled', 2, '1', '96')
    expect(slot.plan?.stop).toBe(price('95'))
    expect(sent().map(({ request }) => `${request.type} ${format(request.stopPrice)}`)).toEqual(['STOP_LOSS 95'])
  })

  test.each<Refusal>([
    { name: 'reduced', mode: 'reduced', says: 'Trading is reduced: nobody enters. Use resume first.' },
    { name: 'halted', mode: 'halted', says: 'Trading is halted: nobody enters. Use resume first.' },
    { name: 'under the step', wish: { amount: base('0.001') }, says: 'Not bought: ' },
    { name: 'under the minimum', wish: { amount: quote('9') }, says: 'under the minimum of 10' },
    { name: 'sellable only above its stop', wish: { amount: quote('11') }, says: 'the exit would be worth 9.9275 USDC at worst' },
    { name: 'more than there is', wish: { amount: quote('10001') }, says: '10001 USDC are needed, 10000 are free' },
    { name: 'over the limit of a symbol', wish: { amount: part('0.3') }, rules: { perSymbol: ratio('0.2') }, says: 'the limit is 20.0 %' },
    {
      name: 'over the limit of an asset',
      wish: { amount: base('11') },
      rules: { perAsset: ratio('0.1') },
      says: 'BTC would be 11.0 % of equity',
    },
    { name: 'stop over the price', wish: { stop: at(101) }, says: 'the stop 101 is not under the price 100' },
    { name: 'target under the price', wish: { target: at(99) }, says: 'the target 99 is not over the price 100' },
  ])('is refused: $name', async ({ wish = {}, rules = {}, mode, says }) => {
    const trading = await openTrading({ bars: quiet(3), filters, rules })
    await trading.until(1)
    if (mode !== undefined) await trading.desk.setMode('bob', mode)
    const { done, message } = await buy(trading.desk, wish)
    expect({ done, message }).toEqual({ done: false, message: expect.stringContaining(says) })
    expect([trading.held(), trading.orders(), (await trading.store.journal()).intents]).toEqual([[], [], []])
  })

  test('is refused while what is held is being sold', async () => {
    const trading = await withTwo()
    const [sold, bought] = await Promise.all([sell(trading.desk), buy(trading.desk)])
    expect(sold.done).toBe(true)
    expect(bought).toEqual({ done: false, message: 'BTCUSDC is being sold: wait until that is done.' })
    expect(trading.held()).toEqual([])
  })
})

describe('a sell', () => {
  test('tells what the order sells, not what too little of it stays behind', async () => {
    const trading = await withTwo({ fee: '0.001' })
    expect(trading.held()).toEqual([expect.stringContaining('manual BTCUSDC 1.998 ')])
    expect((await sell(trading.desk)).message).toBe('Selling 1.99 BTC of manual at the market (about 100 USDC).')
  })

  interface Case {
    readonly name: string
    readonly amount: AmountWish | null
    readonly answer: string
    readonly held?: string
    readonly left?: string
  }
  test.each<Case>([
    { name: 'of all', amount: null, answer: 'Selling 2 BTC of manual at the market (about 100 USDC).' },
    { name: 'of a quantity', amount: base('0.5'), answer: 'Selling 0.5 BTC of manual at the market (about 100 USDC).', left: '1.5' },
    {
      name: 'for an amount of quote',
      amount: quote('50'),
      answer: 'Selling 0.5 BTC of manual at the market (about 100 USDC).',
      left: '1.5',
    },
    {
      name: 'of a share of the position',
      amount: part('0.25'),
      answer: 'Selling 0.5 BTC of manual at the market (about 100 USDC).',
      left: '1.5',
    },
    { name: 'down to the step', amount: base('0.129'), answer: 'Selling 0.12 BTC of manual at the market (about 100 USDC).', left: '1.88' },
    {
      name: 'that would leave too little takes it along',
      amount: base('1.95'),
      answer: 'Selling 2 BTC of manual at the market (about 100 USDC), all of it, since the rest would be too small to sell.',
    },
    { name: 'of everything, as a quantity', amount: base('2'), answer: 'Selling 2 BTC of manual at the market (about 100 USDC).' },
  ])('$name', async ({ amount, answer, left }) => {
    const trading = await withTwo()
    expect(await sell(trading.desk, amount)).toEqual({ done: true, message: answer })
    expect(trading.held()).toEqual(left === undefined ? [] : [`manual BTCUSDC ${left} paid 100 stop 95`])
    // what stays is protected again, what went leaves nothing behind
    expect(trading.orders()).toEqual(left === undefined ? [] : [`manual BTCUSDC SELL STOP_LOSS ${left} stop 95`])
  })

  test.each([
    { name: 'more than held', amount: base('2.01'), says: 'manual holds 2 BTC, which is less than 2.01.' },
    { name: 'for more than it is worth', amount: quote('201'), says: 'manual holds 2 BTC, which is less than 2.01.' },
    { name: 'under the step', amount: base('0.009'), says: '0.009 BTC is under the step of 0.01.' },
    { name: 'under the minimum', amount: quote('9'), says: '0.09 BTC is worth 9 USDC, under the minimum of 10 an order.' },
  ])('is refused: $name', async ({ amount, says }) => {
    const trading = await withTwo()
    expect(await sell(trading.desk, amount)).toEqual({ done: false, message: says })
    expect(trading.held()).toEqual(['manual BTCUSDC 2 paid 100 stop 95'])
    expect(trading.orders()).toEqual(['manual BTCUSDC SELL STOP_LOSS 2 stop 95'])
  })

  test('is refused where nothing is held', async () => {
    const trading = await openTrading({ bars: quiet(3), filters })
    await trading.until(1)
    expect(await sell(trading.desk)).toEqual({ done: false, message: 'Nothing of BTCUSDC is held.' })
  })

  test('is refused while it is being sold already: the first wish stands', async () => {
    const trading = await withTwo()
    const [first, second, level] = await Promise.all([
      sell(trading.desk),
      sell(trading.desk, base('0.5')),
      trading.desk.setStop('ann', { symbol: BTC, owner: null, level: at(90) }),
    ])
    expect(first.done).toBe(true)
    const already = { done: false, message: 'BTCUSDC of manual is being sold already.' }
    expect([second, level]).toEqual([already, already])
    expect(trading.held()).toEqual([])
    expect((await trading.store.journal()).fills).toHaveLength(2)
  })

  test('of a waiting entry cancels it', async () => {
    const trading = await openTrading({ bars: quiet(3), filters })
    await trading.until(1)
    await buy(trading.desk, { limit: 80 })
    expect(await sell(trading.desk)).toEqual({ done: true, message: 'The waiting entry of manual in BTCUSDC is cancelled.' })
    expect(trading.orders()).toEqual([])
  })

  test('names the owner where several hold', async () => {
    const trading = await openTrading({
      bars: quiet(6),
      filters,
      owners: [owner('script', scripted({ 0: enter({ reason: 'go', stopLoss: 90 }) }))],
    })
    await trading.until(1)
    await buy(trading.desk, { amount: base('2') })
    const both = ['manual BTCUSDC 2 paid 100 stop 95', 'script BTCUSDC 1 paid 100 stop 90']
    expect(trading.held()).toEqual(both)
    expect(await sell(trading.desk)).toEqual({
      done: false,
      message: 'Several hold BTCUSDC: manual 2, script 1. Name the owner, for example: sell btcusdc owner=manual',
    })
    expect((await sell(trading.desk, null, 'nobody')).message).toBe('nobody holds nothing of BTCUSDC. It is held by: manual 2, script 1.')
    expect(trading.held()).toEqual(both)
    expect((await sell(trading.desk, null, 'script')).message).toBe('Selling 1 BTC of script at the market (about 100 USDC).')
    expect(trading.held()).toEqual([both[0]])
    expect((await sell(trading.desk, null, 'script')).message).toBe('script holds nothing of BTCUSDC. It is held by: manual 2.')
  })
})
