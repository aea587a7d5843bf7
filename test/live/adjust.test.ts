/** What is written off when the account holds less than the record: of whom, how much, and that nothing appears or vanishes unseen. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { accountOn } from '#adapters/memory/store.ts'
import { dustPostings, takenPostings } from '#domain/ledger.ts'
import { add, format, money, type Quantity, quantity } from '#domain/money.ts'
import { adjust } from '#live/adjust.ts'
import type { WishResult } from '#ports/desk.ts'
import { enter } from '#strategy'
import { owner, quiet, scripted } from '../support/desk.ts'
import { openTrading, TEST_ACCOUNT, type Trading } from '../support/trading.ts'

const BTC = 'BTCUSDC'

// manual holds 3 BTC, script 1 with a stop; 9,600 USDC are left. Everything at 100.
async function held(rests = '0'): Promise<Trading> {
  const script = owner('script', scripted({ 0: enter({ reason: 'go', stopLoss: 90 }) }))
  const trading = await openTrading({
    bars: quiet(8),
    owners: [script],
    filters: { step: quantity('0.01'), minQuantity: quantity('0.01') },
  })
  await trading.until(1)
  const bought = { symbol: BTC, amount: { kind: 'quantity', quantity: quantity('3') }, limit: null, stop: null, target: null } as const
  await trading.desk.buy('ann', bought)
  await trading.until(2)
  if (rests !== '0') trading.engine.portfolio.dust.set('BTC', quantity(rests))
  return trading
}

const write = (trading: Trading, asset: string, holds: string, more: { of?: string; certain?: string } = {}): Promise<WishResult> =>
  trading.shell.wish({
    person: 'ann',
    text: `adjust ${asset}`,
    run: (engine, records, time) =>
      adjust(
        engine,
        records,
        { person: 'ann', asset, owner: more.of ?? null },
        { holds: quantity(holds), certain: quantity(more.certain ?? '100000') },
        time,
      ),
  })

const booked = ({ disk }: Trading): string[] =>
  accountOn(disk, TEST_ACCOUNT).taken.map(({ of, asset, amount }) => `${of} ${format(amount)} ${asset}`)

const before = ['script BTCUSDC 1 paid 100 stop 90', 'manual BTCUSDC 3 paid 100 stop 95'].sort()

describe('what is missing is written off', () => {
  test.each<[string, string, { of?: string; certain?: string }, string[], string[]]>([
    [
      'of all in proportion',
      '2',
      {},
      ['manual BTCUSDC 1.5 paid 100 stop 95', 'script BTCUSDC 0.5 paid 100 stop 90'],
      ['manual BTCUSDC 1.5 BTC', 'script BTCUSDC 0.5 BTC'],
    ],
    [
      'of the one who is named',
      '2',
      { of: 'manual' },
      ['manual BTCUSDC 1 paid 100 stop 95', 'script BTCUSDC 1 paid 100 stop 90'],
      ['manual BTCUSDC 2 BTC'],
    ],
    ['of everything', '0', {}, [], ['manual BTCUSDC 3 BTC', 'script BTCUSDC 1 BTC']],
    [
      'only as far as it is certain',
      '2',
      { certain: '1' },
      ['manual BTCUSDC 2.25 paid 100 stop 95', 'script BTCUSDC 0.75 paid 100 stop 90'],
      ['manual BTCUSDC 0.75 BTC', 'script BTCUSDC 0.25 BTC'],
    ],
  ])('%s; stops are for what is left', async (_, holds, more, left, taken) => {
    const trading = await held()
    expect(trading.held().sort()).toEqual(before)
    const realised = trading.engine.portfolio.realised
    expect((await write(trading, 'BTC', holds, more)).done).toBe(true)
    expect(trading.held().sort()).toEqual(left)
    expect(booked(trading).sort()).toEqual(taken)
    expect(trading.engine.portfolio.realised).toBe(realised)
    const stops = left.map(line => line.replace(/^(\w+ \w+) (\S+) paid 100 (.*)$/, '$1 SELL STOP_LOSS $2 $3'))
    expect(trading.orders().sort()).toEqual(stops)
    expect(accountOn(trading.disk, TEST_ACCOUNT).inbox.get('wish 2')).toMatchObject({
      person: 'ann',
      result: expect.stringContaining('Written off'),
    })
  })

  test('rests go first: nobody counts on them', async () => {
    const trading = await held('0.004')
    expect((await write(trading, 'BTC', '3.5')).message).toContain(
      'Written off: 0.504 BTC (rests 0.004, manual BTCUSDC 0.375, script BTCUSDC 0.125)',
    )
    expect(trading.engine.portfolio.dust.size).toBe(0)
    expect(accountOn(trading.disk, TEST_ACCOUNT).dust.map(({ quantity: size }) => format(size))).toEqual(['-0.004'])
  })

  test('cash', async () => {
    const trading = await held()
    expect((await write(trading, 'USDC', '9000.5')).message).toContain('Written off: 599.5 USDC (cash 599.5)')
    expect(accountOn(trading.disk, TEST_ACCOUNT).cash.get('USDC')).toBe(money('9000.5'))
    expect(trading.engine.equity('USDC')).toBe(money('9400.5'))
  })

  test('what is left and too little to be sold is dust', async () => {
    const trading = await held()
    await write(trading, 'BTC', '1.005', { of: 'manual', certain: '2.995' })
    expect(trading.held()).toEqual(['script BTCUSDC 1 paid 100 stop 90'])
    expect(trading.engine.portfolio.dust).toEqual(new Map([['BTC', quantity('0.005')]]))
  })
})

describe('nothing is written off', () => {
  test.each<[string, string, string, { of?: string; certain?: string }, RegExp]>([
    ['where nothing is missing', 'BTC', '4', {}, /holds all of the BTC/],
    ['where there is more', 'BTC', '5', {}, /holds all of the BTC/],
    ['where it is not certain', 'BTC', '2', { certain: '0' }, /2 BTC seem to be missing/],
    ['where the one who is named holds less', 'BTC', '2', { of: 'script' }, /script holds 1 BTC, and 2 are missing: leave the owner out/],
    ['where nobody has that name', 'BTC', '2', { of: 'x' }, /x holds 0 BTC/],
    ['where cash has no owner', 'USDC', '1', { of: 'script' }, /script holds 0 USDC/],
  ])('%s', async (_, asset, holds, more, says) => {
    const trading = await held()
    const result = await write(trading, asset, holds, more)
    expect(result).toMatchObject({ done: false, message: expect.stringMatching(says) })
    expect([trading.held().sort(), booked(trading)]).toEqual([before, []])
  })

  test.each(['BTC', 'USDC'])('of %s while an order that trades it is on its way', async asset => {
    const trading = await held()
    const result = await trading.shell.wish({
      person: 'ann',
      text: 'sell and adjust',
      run(engine, records, time) {
        engine.trader.exits.leave(engine.slot('script', BTC)!, 'out', quantity('0'), time)
        return adjust(engine, records, { person: 'ann', asset, owner: null }, { holds: quantity('0.5'), certain: quantity('1') }, time)
      },
    })
    expect(result).toMatchObject({ done: false, message: expect.stringContaining('is on its way') })
    expect(booked(trading)).toEqual([])
  })
})

test('whatever is missing: the record is what is there, and per asset the ledger sums to zero', async () => {
  await fc.assert(
    fc.asyncProperty(fc.bigInt(0n, 450_000_000n), async lack => {
      const trading = await held('0.5')
      const holds = (450_000_000n - lack) as Quantity
      await write(trading, 'BTC', format(holds))
      const { portfolio } = trading.engine
      const positions = trading.engine.slots.reduce((sum, { position }) => add(sum, position.quantity), 0n as Quantity)
      expect(add(positions, portfolio.dust.get('BTC') ?? (0n as Quantity))).toBe(holds)
      const { taken, dust } = accountOn(trading.disk, TEST_ACCOUNT)
      expect(taken.reduce((sum, { amount }) => sum + amount, 0n)).toBe(lack)
      const parts = [
        ...taken.flatMap(one => takenPostings(one.asset, one.amount)),
        ...dust.flatMap(one => dustPostings(one.asset, one.quantity)),
      ]
      expect(parts.reduce((sum, { amount }) => sum + amount, 0n)).toBe(0n)
    }),
    { numRuns: 30 },
  )
})
