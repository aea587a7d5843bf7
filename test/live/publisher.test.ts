/** What other programs are told of a run: what was written, in the seed document's own JSON. */
import { expect, onTestFinished, test } from 'vitest'
import { type Listener, openMemoryWire } from '#adapters/memory/wire.ts'
import { newMemoryDisk } from '#adapters/memory/store.ts'
import { money, quantity, ratio } from '#domain/money.ts'
import { balanceMessages, candleMessage, signalMessage } from '#domain/wire.ts'
import { Publisher, published } from '#live/publisher.ts'
import type { Wire } from '#ports/wire.ts'
import { enter, exit } from '#strategy'
import { TestClock } from '../support/chat/clock.ts'
import { Watched } from '../support/chat/until.ts'
import { hour, owner, quiet, scripted } from '../support/desk.ts'
import { decision, NOW } from '../support/fake-desk.ts'
import { failing, openTrading, type Trading, type TradingSetup } from '../support/trading.ts'

const parsed = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>

test('a candle is what the seed document shows, on the channel of its symbol', () => {
  const candle = {
    symbol: 'BTCUSDC',
    timeframe: '1m',
    openTime: 1616554800000 as never,
    open: 55432.1,
    high: 55450,
    low: 55421.2,
    close: 55445.8,
    volume: 2.34567,
    complete: 1,
  } as const
  const { channel, text } = candleMessage(candle, '1m')
  expect(channel).toBe('market:data:BTCUSDC')
  expect(text).toBe(
    '{"symbol":"BTCUSDC","startTime":1616554800000,"closeTime":1616554859999,"open":55432.1,"high":55450,"low":55421.2,"close":55445.8,"volume":2.34567}',
  )
  expect(candleMessage({ ...candle, timeframe: '4h' }, '1m').channel).toBe('market:data:BTCUSDC:4h')
})

test('a signal has the time at which its candle opened, and its indicators as metadata', () => {
  const { channel, text } = signalMessage(decision(), 'BUY', '4h')
  expect(channel).toBe('analyze:signal')
  expect(parsed(text)).toMatchObject({
    strategy: 'rsi',
    symbol: 'BTCEUR',
    side: 'BUY',
    timestamp: NOW - 4 * 3_600_000,
    price: 25_812.5,
    metadata: { strength: 28.12345 },
  })
})

test('balances have the names of the seed document; a value that is not known is null, never 0', () => {
  const rows = [
    { asset: 'BTC', free: quantity('0.00445841') as never, locked: money('0'), value: money('330.96') },
    { asset: 'USDC', free: money('60.8915'), locked: money('6'), value: money('66.8915') },
    { asset: 'XYZ', free: money('1'), locked: money('0'), value: null },
  ]
  const [balances, total] = balanceMessages(rows, 'USDC', 0.9, NOW as never)
  expect(balances).toMatchObject({ channel: 'account:balances' })
  expect(JSON.parse(balances!.text)).toEqual([
    { asset: 'BTC', disponible: 0.00445841, en_ordre: 0, total: 0.00445841, eur_value: 297.86 },
    { asset: 'USDC', disponible: 60.8915, en_ordre: 6, total: 66.8915, eur_value: 60.2 },
    { asset: 'XYZ', disponible: 1, en_ordre: 0, total: 1, eur_value: null },
  ])
  expect(total).toMatchObject({ channel: 'account:total_balance' })
  expect(JSON.parse(total!.text)).toEqual({ timestamp: NOW, total: 397.8515, asset: 'USDC', eur_value: 358.07 })
  const [, unknown] = balanceMessages(rows, 'USDC', null, NOW as never)
  expect(JSON.parse(unknown!.text)).toMatchObject({ total: 397.8515, eur_value: null })
})

// A run whose every round is published.
async function openPublished(setup: Partial<TradingSetup> & { readonly wire?: Wire } = {}) {
  const heard: { readonly channel: string; readonly json: unknown }[] = []
  const watched = new Watched()
  const listener: Listener = (channel, text) => {
    heard.push({ channel, json: JSON.parse(text) })
    watched.changed()
  }
  const clock = new TestClock()
  const errors: unknown[] = []
  let publisher: Publisher | null = null
  const disk = newMemoryDisk()
  const { store = real => real } = setup
  const trading: Trading = await openTrading({
    bars: [...quiet(2), '100 101 99 100', '100 120 100 119', ...quiet(2)],
    owners: [owner('first', scripted({ 1: enter({ reason: 'low', stopLoss: 90 }), 3: exit({ reason: 'late' }) }))],
    rules: { perSymbol: ratio('0.9') },
    ...setup,
    disk,
    store: real => published(store(real), round => publisher?.committed(round)),
  })
  publisher = new Publisher({
    wire: setup.wire ?? openMemoryWire(new Set([listener])),
    clock,
    interval: '1h',
    quote: 'USDC',
    balances: () => trading.desk.balances(),
    euro: () => 0.5,
    timeframeOf: name => (name === 'first' ? '1h' : null),
    report: error => void errors.push(error),
  })
  onTestFinished(() => publisher.close())
  const on = (channel: string) => heard.filter(one => one.channel === channel).map(({ json }) => json as Record<string, unknown>)
  const until = (look: () => boolean): Promise<unknown> => watched.until(look, () => JSON.stringify(heard.slice(-4)))
  return { trading, publisher, clock, on, until, errors, heard }
}

test('a run: every candle, every signal of a strategy, and what the account holds after each', async () => {
  const { trading, publisher, on, until, errors } = await openPublished()
  await until(() => on('account:total_balance').length === 1)
  await trading.until(3)
  expect(on('market:data:BTCUSDC').map(({ startTime, close }) => [startTime, close])).toEqual([
    [hour(0), 100],
    [hour(1), 100],
    [hour(2), 100],
  ])
  expect(on('analyze:signal')).toMatchObject([{ strategy: 'first', side: 'BUY', timestamp: hour(1), price: 100, outcome: 'ordered' }])
  await until(() => JSON.stringify(on('account:balances').at(-1)).includes('"BTC"'))
  expect(on('account:balances').at(-1)).toEqual([
    { asset: 'USDC', disponible: 9_900, en_ordre: 0, total: 9_900, eur_value: 4_950 },
    { asset: 'BTC', disponible: 0, en_ordre: 1, total: 1, eur_value: 50 },
  ])
  await trading.until(9)
  await publisher.close()
  expect(on('analyze:signal').map(({ side }) => side)).toEqual(['BUY', 'SELL'])
  expect(on('account:total_balance').at(-1)).toMatchObject({ total: Number((await trading.desk.status()).equity) / 1e8, asset: 'USDC' })
  expect(errors).toEqual([])
})

test('a person is no strategy: what is bought by hand is a balance and no signal', async () => {
  const { trading, on, until } = await openPublished({ owners: [] })
  await trading.until(2)
  await trading.desk.buy('ann', {
    symbol: 'BTCUSDC',
    amount: { kind: 'quantity', quantity: quantity('2') },
    limit: null,
    stop: null,
    target: null,
  })
  await trading.until(3)
  await until(() => JSON.stringify(on('account:balances').at(-1)).includes('"BTC"'))
  expect(on('analyze:signal')).toEqual([])
})

test('balances are told now and then though nothing happens, and not more than once a second though much does', async () => {
  const { trading, on, until, clock } = await openPublished()
  await until(() => on('account:balances').length === 1)
  await clock.advance(60_000)
  await until(() => on('account:balances').length === 2)
  const before = clock.now()
  await trading.until(9)
  await until(() => on('account:balances').length > 2)
  expect(on('account:balances').length - 2).toBeLessThanOrEqual(1 + (clock.now() - before) / 1_000)
})

test('a round that was not written is not told', async () => {
  const { trading, on } = await openPublished({ store: failing(commit => (commit === 2 ? new Error('the database is away') : null)) })
  await expect(trading.until(3)).rejects.toThrow('the database is away')
  expect(on('market:data:BTCUSDC')).toHaveLength(1)
})

test('a wire that breaks is reported, and trading goes on', async () => {
  const wire: Wire = {
    publish() {
      throw new Error('this wire is broken')
    },
    close: async () => {},
  }
  const { trading, errors } = await openPublished({ wire })
  await trading.until(9)
  expect((await trading.desk.trades({ limit: 9 })).length).toBe(2)
  expect(errors.map(String)).toContain('Error: this wire is broken')
})
