/** The shell: what it does before, with and after the commit of a round. */
import { describe, expect, test } from 'vitest'
import { dropHolders, newMemoryDisk } from '#adapters/memory/store.ts'
import { Fault } from '#domain/fault.ts'
import { journalLines } from '#domain/journal.ts'
import { format, money, price, quantity } from '#domain/money.ts'
import type { Fill } from '#domain/order.ts'
import { at } from '#domain/time.ts'
import type { BuyWish } from '#ports/desk.ts'
import type { Exchange } from '#ports/exchange.ts'
import type { Round } from '#ports/store.ts'
import { enter, exit } from '#strategy'
import { hour, owner, quiet, scripted } from '../support/desk.ts'
import { failing, openTrading, type TradingSetup } from '../support/trading.ts'

const buyOne: BuyWish = { symbol: 'BTCUSDC', amount: { kind: 'quantity', quantity: quantity('1') }, limit: null, stop: null, target: null }
const busy = (): TradingSetup => ({
  bars: [...quiet(4), '100 100 90 92', ...quiet(4)],
  owners: [
    owner('script', scripted({ 0: enter({ reason: 'go', stopLoss: 95 }), 5: enter({ reason: 'again' }), 7: exit({ reason: 'out' }) })),
  ],
})
const lost = new Fault('retry', 'the database is away')

// Writes down what happens where, in one list.
function watched(setup: TradingSetup = busy()) {
  const diary: string[] = []
  const rounds: Round[] = []
  const wiring: TradingSetup = {
    ...setup,
    store: real => ({
      ...real,
      async commit(round, act) {
        diary.push('commit begins')
        await real.commit(round, act)
        rounds.push(round)
        diary.push('commit ends')
      },
    }),
    exchange: real => acting(real, diary),
    tell: told => void diary.push(`told ${told.map(({ kind }) => kind).join(' ')}`),
  }
  return { diary, rounds, wiring }
}

const acting = (real: Exchange, diary: string[]): Exchange => ({
  ...real,
  act(actions, time) {
    for (const { kind } of actions) diary.push(`exchange ${kind}`)
    real.act(actions, time)
  },
})

test('a cancel that has no answer yet is kept through later rounds, and sent again by the next start', async () => {
  const disk = newMemoryDisk()
  const setup: TradingSetup = { bars: quiet(8), disk }
  const deaf = (real: Exchange): Exchange => ({
    ...real,
    act: (actions, time) =>
      real.act(
        actions.filter(({ kind }) => kind !== 'cancel'),
        time,
      ),
  })
  const first = await openTrading({ ...setup, exchange: deaf })
  await first.until(1)
  await first.desk.buy('ann', { ...buyOne, limit: 90 })
  await first.until(2)
  await first.desk.sell('ann', { symbol: 'BTCUSDC', owner: null, amount: null })
  // a round that has nothing to do with it
  await first.desk.setMode('ann', 'paused')
  expect(first.orders()).toHaveLength(1)
  await first.store.close()
  const second = await openTrading(setup)
  expect(second.orders()).toEqual([])
})

test('quotes that say for a second that a stop-limit was jumped over sell what it was for, before any bar closes', async () => {
  const trading = await openTrading({
    bars: quiet(4),
    orderTypes: ['MARKET', 'LIMIT', 'STOP_LOSS_LIMIT'],
    owners: [owner('script', scripted({ 0: enter({ reason: 'go', stopLoss: 95 }) }))],
  })
  await trading.until(2)
  expect(trading.held()).toHaveLength(1)
  for (const milliseconds of [100, 1_200, 1_300]) {
    const time = at(hour(2) + milliseconds)
    const quotes = [{ symbol: 'BTCUSDC', bid: 84, bidQuantity: 9, ask: 85, askQuantity: 9, time }]
    await trading.shell.offer({ kind: 'quotes', time, quotes }, '')
  }
  expect(trading.held()).toEqual([])
  expect((await trading.store.totals()).roundTrips).toBe(1)
})

test('one whose place another takes writes and sends nothing more', async () => {
  const { diary, wiring } = watched()
  let hear: Parameters<Exchange['connect']>[0] = () => {}
  const trading = await openTrading({
    ...wiring,
    exchange: real => ({
      ...acting(real, diary),
      connect(listener) {
        hear = listener
        real.connect(listener)
      },
    }),
  })
  await trading.until(1)
  diary.length = 0
  trading.shell.retire()
  hear([{ orderId: 1, event: 'accepted', time: hour(1), fill: null, reason: '' }])
  await trading.shell.idle()
  await expect(trading.desk.buy('ann', buyOne)).rejects.toThrow('the service is being built anew')
  expect(diary).toEqual([])
})

test('a trade of an order that had ended before the start is booked as one without a start between: position, cash, protection, record', async () => {
  const disk = newMemoryDisk()
  const setup: TradingSetup = { bars: quiet(8), disk }
  // a resting entry with a stop, taken back
  const before = await openTrading(setup)
  await before.until(1)
  await before.desk.buy('ann', { ...buyOne, limit: 90, stop: { kind: 'price', price: 80 } })
  await before.until(2)
  await before.desk.setMode('ann', 'reduced')
  await before.until(3)
  expect(before.orders()).toEqual([])
  await before.store.close()

  let hear: Parameters<Exchange['connect']>[0] = () => {}
  const trading = await openTrading({
    ...setup,
    // what paper knows nothing of would be refused there
    exchange: real => ({
      ...real,
      connect(listener) {
        hear = listener
        real.connect(listener)
      },
      act() {},
    }),
  })
  const fill: Fill = {
    tradeId: 77,
    orderId: 1,
    symbol: 'BTCUSDC',
    side: 'BUY',
    price: price('90'),
    quantity: quantity('1'),
    quote: money('90'),
    fee: money('0.09') as bigint as Fill['fee'],
    feeAsset: 'USDC',
    feeWorth: money('0'),
    maker: true,
    time: hour(3),
  }
  hear([{ orderId: 1, event: 'partly_filled', time: hour(3), fill, reason: '' }])
  await trading.shell.idle()
  expect(trading.held()).toEqual(['manual BTCUSDC 1 paid 90.09 stop 80'])
  expect(trading.orders()).toEqual(['manual BTCUSDC SELL STOP_LOSS 1 stop 80'])
  expect(format(trading.engine.portfolio.cash('USDC'))).toBe('9909.91')
  expect((await trading.store.trades({ limit: 10 })).map(({ fill: { tradeId } }) => tradeId)).toEqual([77])
})

describe('a round', () => {
  test('is written, then acted upon, then told, then answered', async () => {
    const { diary, wiring } = watched()
    const trading = await openTrading(wiring)
    await trading.until(1)
    diary.length = 0
    const { done } = await trading.desk.buy('ann', buyOne)
    diary.push(`answered ${done}`)
    expect(diary).toEqual([
      'commit begins',
      'commit ends',
      'exchange place',
      'told signal order',
      'commit begins',
      'commit ends',
      'exchange place',
      'told fill order',
      // the stop stands
      'commit begins',
      'commit ends',
      'answered true',
    ])
  })

  test('leaves for an exchange outside as soon as it is safe, and is told once it can be read', async () => {
    const { diary, wiring } = watched()
    const trading = await openTrading({ ...wiring, exchange: real => ({ ...acting(real, diary), outside: true }) })
    await trading.until(1)
    diary.length = 0
    const { done } = await trading.desk.buy('ann', buyOne)
    diary.push(`answered ${done}`)
    expect(diary).toEqual([
      'commit begins',
      'exchange place',
      'commit ends',
      'told signal order',
      'commit begins',
      'exchange place',
      'commit ends',
      'told fill order',
      // nothing is sent of it
      'commit begins',
      'commit ends',
      'answered true',
    ])
  })

  test('nothing is told, answered or sent while the commit is under way', async () => {
    const { diary, wiring } = watched()
    let gate = Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    const trading = await openTrading({
      ...wiring,
      store: real => ({ ...real, commit: (round, act) => gate.then(() => real.commit(round, act)) }),
    })
    await trading.until(1)
    diary.length = 0
    gate = promise
    const answer = trading.desk.buy('ann', buyOne).then(({ done }) => void diary.push(`answered ${done}`))
    // whatever does not wait for the commit has happened by then
    for (let turns = 0; turns < 100; turns++) await Promise.resolve()
    expect(diary).toEqual([])
    resolve()
    await answer
    expect(diary).toEqual(['exchange place', 'told signal order', 'exchange place', 'told fill order', 'answered true'])
  })

  test('that changed nothing writes nothing', async () => {
    const { diary, rounds, wiring } = watched({ bars: quiet(3) })
    const trading = await openTrading(wiring)
    await trading.until(3)
    // a bar's range and its open change nothing; its close brings a candle
    expect(rounds.map(({ candles, feedState }) => `${candles.length} ${feedState}`)).toEqual(
      [1, 2, 3].map(hours => `1 ${hour(hours)} close`),
    )
    diary.length = 0
    expect(await trading.desk.positions()).toEqual([])
    await trading.desk.status()
    expect(diary).toEqual([])
  })

  test('keeps of a wish who, what and what came of it, refused ones too', async () => {
    const { rounds, wiring } = watched({ bars: quiet(3) })
    const trading = await openTrading(wiring)
    await trading.until(1)
    await trading.desk.setMode('ann', 'halted')
    const { message } = await trading.desk.buy('bob', buyOne)
    expect(rounds.flatMap(({ inbox }) => inbox)).toEqual([
      {
        id: 'wish 1',
        person: 'ann',
        text: 'halted',
        time: hour(1),
        result: 'Halted: nobody enters and strategies do not exit. Protection stands, people may sell.',
      },
      { id: 'wish 2', person: 'bob', text: 'buy BTCUSDC', time: hour(1), result: message },
    ])
    expect(message).toContain('halted')
  })

  test('works off what waits in the order in which it came', async () => {
    const { rounds, wiring } = watched({ bars: quiet(3) })
    const trading = await openTrading(wiring)
    await trading.until(1)
    const { desk } = trading
    const answers = await Promise.all([
      desk.buy('ann', buyOne),
      desk.buy('bob', buyOne),
      trading.until(2).then(() => ({ message: 'the next bar' })),
      desk.setMode('cid', 'halted'),
      desk.buy('dan', buyOne),
    ])
    expect(answers.map(({ message }) => message.split(/[:.(]/)[0]!.trim())).toEqual([
      'Buying 1 BTC at the market',
      'Not bought',
      'the next bar',
      'Halted',
      'Trading is halted',
    ])
    expect(rounds.flatMap(({ inbox }) => inbox.map(({ person }) => person))).toEqual(['ann', 'bob', 'cid', 'dan'])
  })
})

describe('a commit that fails', () => {
  test('ends the shell: nothing of its round is told, answered or sent, and everything after is rejected', async () => {
    const { diary, wiring } = watched()
    let fails = false
    const trading = await openTrading({ ...wiring, store: failing(() => (fails ? lost : null)) })
    await trading.until(1)
    const before = journalLines(await trading.store.journal())
    diary.length = 0
    fails = true
    await expect(trading.desk.setStop('ann', { symbol: 'BTCUSDC', owner: null, level: null })).rejects.toBe(lost)
    fails = false
    await expect(trading.desk.buy('bob', buyOne)).rejects.toBe(lost)
    await expect(trading.until(2)).rejects.toBe(lost)
    expect(diary).toEqual([])
    expect(journalLines(await trading.store.journal())).toEqual(before)
  })

  test('rejects every wish that waited for it', async () => {
    const trading = await openTrading({ bars: quiet(3), store: failing(commit => (commit > 1 ? lost : null)) })
    await trading.until(1)
    const asked = [trading.desk.buy('ann', buyOne), trading.desk.setMode('bob', 'paused'), trading.until(2)]
    expect((await Promise.allSettled(asked)).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  })

  test('at any place: a new shell from the store goes on to the same journal, and tells nothing twice', async () => {
    const told: string[] = []
    const tell: TradingSetup['tell'] = some =>
      void told.push(...some.map(one => (one.kind === 'fill' ? `fill ${one.record.fill.time}` : one.kind)))
    const whole = await openTrading({ ...busy(), tell })
    await whole.until(9)
    const lines = journalLines(await whole.store.journal())
    const fills = told.filter(one => one.startsWith('fill'))
    expect(fills).toHaveLength(4)
    // it fails at the nth commit of every start
    for (let at = 2; at <= 6; at++) {
      const disk = newMemoryDisk()
      told.length = 0
      let starts = 0
      for (let error: unknown = lost; error === lost; starts++) {
        dropHolders(disk)
        const setup = { ...busy(), tell, disk, store: failing(commit => (commit === at ? lost : null)) }
        error = await openTrading(setup)
          .then(trading => trading.until(9))
          .catch(thrown => thrown)
      }
      dropHolders(disk)
      const ended = await openTrading({ ...busy(), disk })
      expect(journalLines(await ended.store.journal())).toEqual(lines)
      expect(starts).toBeGreaterThan(2)
      expect(told.filter(one => one.startsWith('fill'))).toEqual(fills)
    }
  })
})
