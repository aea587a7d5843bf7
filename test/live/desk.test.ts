/** What people read from the desk after a small run: bought and stopped out, bought and held, denied, and something by hand. */
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { format, money, price, quantity, ratio } from '#domain/money.ts'
import { defineBasket, enter, exit, sma } from '#strategy'
import { hour, hourOf, owner, quiet, scripted } from '../support/desk.ts'
import { openTrading, type Trading } from '../support/trading.ts'

const basket = defineBasket({
  title: 'Half and half',
  params: z.object({}),
  allocation: 0.3,
  indicators: () => ({ mean: sma(2) }),
  decide: () => ({ ETHUSDC: 0.5 }),
})

let trading: Trading
beforeAll(async () => {
  trading = await openTrading({
    bars: { BTCUSDC: [...quiet(3), '100 100 94 96', '96 97 95 96'], ETHUSDC: ['50 50 50 50', ...quiet(4).map(() => '50 51 49 50')] },
    filters: { tick: price('0.1'), step: quantity('0.1'), minNotional: money('10') },
    fee: '0.001',
    rules: { perSymbol: ratio('0.2'), perAsset: ratio('0.2') },
    owners: [
      owner('first', scripted({ 0: enter({ reason: 'low', stopLoss: 95 }), 3: exit({ reason: 'late' }) })),
      owner('second', scripted({ 2: enter({ reason: 'too much' }) }), ['BTCUSDC'], {
        size: { kind: 'quantity', quantity: quantity('25') },
      }),
      owner('basket', basket, ['ETHUSDC'], { allocation: ratio('0.3') }),
    ],
  })
  await trading.until(2)
  await trading.desk.buy('ann', {
    symbol: 'BTCUSDC',
    amount: { kind: 'quantity', quantity: quantity('5') },
    limit: null,
    stop: { kind: 'percent', percent: 20 },
    target: { kind: 'price', price: 130 },
  })
  await trading.desk.buy('ann', { symbol: 'ETHUSDC', amount: { kind: 'quote', amount: money('200') }, limit: 40, stop: null, target: null })
  await trading.until(5)
})

describe('after a small run', () => {
  test('status', async () => {
    const { equity, realised, unrealised, fees, ...status } = await trading.desk.status()
    expect(status).toEqual({
      trading: 'demo',
      mode: 'running',
      time: hour(5),
      started: hour(0),
      symbols: ['BTCUSDC', 'ETHUSDC'],
      strategies: 0,
      openPositions: 2,
      // stop and target of the position by hand, and the entry that waits
      openOrders: 3,
      quote: 'USDC',
      startEquity: money('10000'),
      holding: null,
    })
    // what is there is what was put in, and what came of it
    expect(equity).toBe(money('10000') + realised + unrealised)
    expect([realised < 0n, fees > 0n]).toEqual([true, true])
  })

  test('positions, with their protection', async () => {
    const rows = await trading.desk.positions()
    expect(
      rows.map(({ owner: who, symbol, base, quote, quantity: size, paid, last, stop, target, trailing, openedAt, leaving }) => [
        `${who} ${symbol} ${base}/${quote} ${format(size)} paid ${format(paid)} last ${format(last)}`,
        `stop ${format(stop)} target ${format(target)} trailing ${format(trailing)} since ${hourOf(openedAt)} leaving ${leaving}`,
      ]),
    ).toEqual([
      ['manual BTCUSDC BTC/USDC 4.995 paid 100.1001001 last 96', 'stop 80 target 130 trailing 0 since 2 leaving null'],
      ['basket ETHUSDC ETH/USDC 29.8701 paid 50.05005005 last 50', 'stop 0 target 0 trailing 0 since 2 leaving null'],
    ])
    const [btc] = rows
    expect([format(btc!.value), format(btc!.unrealised)]).toEqual(['479.52', '-20.48'])
  })

  test('balances: what is free, what orders and protection hold, and rests', async () => {
    const rows = (await trading.desk.balances()).map(
      ({ asset, free, locked, value }) => `${asset} ${format(free)} free ${format(locked)} locked ${value === null ? '' : format(value)}`,
    )
    const { equity } = await trading.desk.status()
    expect(rows).toEqual([
      // 10000 - 1000 and 950 of the stopped one, 500 by hand, 1500 of the basket; 200 wait in the limit order
      expect.stringMatching(/^USDC 77\d\d\.\d+ free 200 locked 79\d\d\.\d+$/),
      'BTC 0 free 4.995 locked 479.52',
      'ETH 29.8701 free 0 locked 1493.505',
      expect.stringMatching(/^BTC dust 0\.0\d+ free 0 locked 9\.504$/),
    ])
    const sum = (await trading.desk.balances()).reduce((total, { value }) => total + (value ?? 0n), 0n)
    expect(sum).toBe(equity)
  })

  test('exposure by symbol, asset and allocation', async () => {
    const rows = await trading.desk.exposure()
    expect(rows.map(({ kind, name, value, limit }) => [kind, name, format(value), limit])).toEqual([
      ['symbol', 'BTCUSDC', '479.52', ratio('0.2')],
      ['symbol', 'ETHUSDC', '200', ratio('0.2')],
      ['asset', 'BTC', '479.52', ratio('0.2')],
      ['asset', 'ETH', '200', ratio('0.2')],
      ['allocation', 'basket', '1493.505', ratio('0.3')],
    ])
    const { equity } = await trading.desk.status()
    for (const { value, share } of rows) expect(Number(share) / 1e8).toBeCloseTo(Number(value) / Number(equity), 6)
  })

  test('trades, the newest first, and only those asked for', async () => {
    const text = async (filter: Parameters<typeof trading.desk.trades>[0]) =>
      (await trading.desk.trades(filter)).map(({ owner: who, fill, reason }) => `${who} ${fill.side} ${format(fill.quantity)} ${reason}`)
    const all = ['first SELL 0.9 stop loss', 'manual BUY 5 bought by ann', 'basket BUY 29.9 among the strongest', 'first BUY 1 low']
    expect(await text({ limit: 10 })).toEqual(all)
    expect(await text({ limit: 2 })).toEqual(all.slice(0, 2))
    expect(await text({ symbol: 'ETHUSDC', limit: 10 })).toEqual([all[2]])
    expect(await text({ owner: 'first', limit: 10 })).toEqual([all[0], all[3]])
    expect(await text({ from: hour(3), limit: 10 })).toEqual([all[0]])
  })

  test('decisions, the last first: what was ordered and what was denied, and why', async () => {
    const text = async (filter: Parameters<typeof trading.desk.decisions>[0]) =>
      (await trading.desk.decisions(filter)).map(
        ({ owner: who, kind, time, reason, outcome }) => `${hourOf(time)} ${who} ${kind} ${reason}: ${outcome}`,
      )
    expect(await text({ symbol: 'BTCUSDC', limit: 10 })).toEqual([
      '3 second enter too much: exposure_symbol',
      '2 manual enter bought by ann: ordered',
      '1 first enter low: ordered',
    ])
    expect(await text({ outcome: 'denied', limit: 10 })).toEqual(['3 second enter too much: exposure_symbol'])
    expect(await text({ symbol: 'ETHUSDC', outcome: 'ordered', limit: 1 })).toEqual(['2 manual enter bought by ann: ordered'])
    const [denied] = await trading.desk.decisions({ outcome: 'denied', limit: 1 })
    expect(denied!.message).toContain('the limit is 20.0 %')
  })

  test('profit over the spans, by owner and symbol', async () => {
    const spans = await trading.desk.pnl()
    expect(spans.map(({ name }) => name)).toEqual(['today', '7 days', '30 days', 'all'])
    const { realised } = await trading.desk.status()
    for (const { rows } of spans) {
      expect(rows.map(row => `${row.owner} ${row.symbol} ${row.fills} fills ${row.roundTrips} trips ${row.wins} won`)).toEqual([
        'basket ETHUSDC 1 fills 0 trips 0 won',
        'first BTCUSDC 2 fills 1 trips 0 won',
        'manual BTCUSDC 1 fills 0 trips 0 won',
      ])
      expect(rows.reduce((sum, row) => sum + row.realised, 0n)).toBe(realised)
    }
  })

  test.each([
    ['BTCUSDC', 'BTCUSDC'],
    ['eth', 'ETHUSDC'],
    ['Eth/USDC', 'ETHUSDC'],
    ['doge', { problem: '"doge" is not traded here. Traded: BTCUSDC, ETHUSDC.' }],
    ['', { problem: '"" is not traded here. Traded: BTCUSDC, ETHUSDC.' }],
  ])('the symbol that "%s" means', (text, found) => {
    const answer = trading.desk.symbol(text)
    expect('symbol' in answer ? answer.symbol : answer).toEqual(found)
  })
})

test('before the first bar everything is there and says nothing', async () => {
  const { desk } = await openTrading({ bars: quiet(3) })
  expect((await desk.status()).equity).toBe(money('10000'))
  expect([await desk.positions(), await desk.exposure(), await desk.trades({ limit: 5 }), await desk.decisions({ limit: 5 })]).toEqual([
    [],
    [],
    [],
    [],
  ])
  const wish = { symbol: 'BTCUSDC', amount: null, limit: null, stop: null, target: null }
  expect(await desk.buy('ann', wish)).toEqual({ done: false, message: 'Not bought: there is no price of BTCUSDC yet.' })
})
