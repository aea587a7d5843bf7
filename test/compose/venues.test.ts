/** The whole service on a market that goes on by itself: on paper, and with real orders at a Binance on this machine. */
import { describe, expect, test } from 'vitest'
import { newMemoryDisk } from '#adapters/memory/store.ts'
import { add, format, money, notional, price, type Quantity, quantity } from '#domain/money.ts'
import type { Time } from '#domain/time.ts'
import type { BuyWish } from '#ports/desk.ts'
import { openRunningMarket, type RunningMarket } from '../support/binance/market.ts'
import { closes, live, type Running, startOn } from '../support/venues.ts'

test('on paper, on a live market: it knows the past, decides on each minute, fills at the book, and goes on after a restart', async () => {
  const market = await openRunningMarket({ closes, past: 500 })
  const disk = newMemoryDisk()
  const first = await startOn(market, {}, disk)
  await first.fills(3)
  await first.stop()
  const trades = await first.store.trades({ limit: 10 })
  // bought under 98 at the price asked, sold over 99 at the price offered
  expect(trades.map(({ fill: { side, price } }) => `${side} ${Number(format(price)) > 98.5 ? 'high' : 'low'}`).reverse()).toEqual([
    'BUY low',
    'SELL high',
    'BUY low',
  ])
  expect((await first.store.candles('BTCUSDC', '1m', 1000)).filter(({ volume }) => volume !== 1)).toEqual([])

  const second = await startOn(market, {}, disk)
  expect(second.service.resumed).toBe(true)
  await second.fills(2)
  await second.stop()
  const times = (await second.store.candles('BTCUSDC', '1m', 1000)).map(({ openTime }) => openTime)
  // none twice, none missing, over the restart too
  expect(times).toEqual(Array.from({ length: times.length }, (_, minute) => times[0]! + minute * 60_000))
  expect([first.troubles, second.troubles]).toEqual([[], []])
}, 60_000)

describe('live', () => {
  test('orders are real at a Binance on this machine; what it has is what the record says, also after a restart', async () => {
    const market = await openRunningMarket({ closes, past: 500 })
    const disk = newMemoryDisk()
    const first = await startOn(market, { ...live(market), ALLOCATED_CAPITAL: '5000' }, disk)
    expect((await first.service.summary()).startEquity).toBe(money('5000'))
    await first.fills(3)
    await first.stop()
    const second = await startOn(market, live(market), disk)
    expect(second.service.resumed).toBe(true)
    await second.fills(2)
    await second.stop()
    const { wallet } = market.simulator.world.venue.matching
    const usdc = wallet.of('USDC')
    const summary = await second.service.summary()
    const balances = new Map((await second.service.desk.balances()).map(({ asset, free, locked }) => [asset, free + locked]))
    // half of what is there was allocated
    expect(usdc.free + usdc.locked).toBe(balances.get('USDC')! + money('5000'))
    const btc = wallet.of('BTC')
    expect(btc.free + btc.locked).toBe((balances.get('BTC') ?? 0n) + (balances.get('BTC dust') ?? 0n))
    expect(summary.fillsInDatabase).toBe((await second.store.trades({ limit: 1000 })).length)
    expect([first.troubles, second.troubles]).toEqual([[], []])
  }, 60_000)

  test('three lives that ended without being stopped, and the next comes up in reduce; those that were stopped do not count', async () => {
    const market = await openRunningMarket({ closes, past: 500 })
    const disk = newMemoryDisk()
    const starts = (): Map<string, string> => [...disk.accounts.values()][0]!.settings
    const mode = async ({ service }: Running): Promise<string> => (await service.desk.status()).mode
    const first = await startOn(market, live(market), disk)
    expect(starts().get('starts')).toMatch(/^\[\d+\]$/)
    await first.stop()
    expect(starts().has('starts')).toBe(false)
    // as three that were killed have left it
    const now = market.clock.now()
    starts().set('starts', JSON.stringify([now - 3, now - 2, now - 1]))
    const second = await startOn(market, live(market), disk)
    expect(await mode(second)).toBe('reduced')
    await second.stop()
    const third = await startOn(market, live(market), disk)
    expect(await mode(third)).toBe('reduced')
    await third.stop()
  }, 60_000)

  describe('the hourly look', () => {
    const rightsOf = ({ simulator, key }: RunningMarket, rights: object): void =>
      void Object.assign(simulator.world.keys.get(key.apiKey)!.rights, rights)
    const status = ({ simulator }: RunningMarket, to: string): void => void simulator.admin('symbols', { symbol: 'BTCUSDC', status: to })
    const refused = { kind: 'refuse', status: 401, code: -2015, text: 'Invalid API-key, IP, or permissions for action.' }

    test.each<[string, happens: (market: RunningMarket) => void, told: string, mended: (market: RunningMarket) => void, again: string]>([
      [
        'the key may withdraw now',
        market => rightsOf(market, { enableWithdrawals: true }),
        'The API key may withdraw (enableWithdrawals): whoever steals it could too.',
        market => rightsOf(market, { enableWithdrawals: false }),
        'The API key is as it should be again.',
      ],
      [
        'the key may not trade any more',
        market => rightsOf(market, { enableSpotAndMarginTrading: false }),
        'The API key may not trade on spot (enableSpotAndMarginTrading).',
        market => rightsOf(market, { enableSpotAndMarginTrading: true }),
        'The API key is as it should be again.',
      ],
      [
        'the key may be used from anywhere now',
        market => rightsOf(market, { ipRestrict: false }),
        'The API key may be used from any address (ipRestrict).',
        market => rightsOf(market, { ipRestrict: true }),
        'The API key is as it should be again.',
      ],
      [
        'the key is not taken any more',
        ({ simulator }) =>
          void simulator.admin('faults', { fault: refused, where: { path: '/sapi/v1/account/apiRestrictions', count: 2 } }),
        'The API key is wrong, may not do this, or may not be used from this address',
        () => {},
        'The API key is as it should be again.',
      ],
      [
        'the symbol is halted',
        market => status(market, 'HALT'),
        'Binance does not trade BTCUSDC any more: orders for it are refused until it does.',
        market => status(market, 'TRADING'),
        'Binance trades BTCUSDC again.',
      ],
    ])('%s: told once, and once when it is well again; the mode stays', async (_, happens, told, mended, again) => {
      const market = await openRunningMarket({ closes, past: 500 })
      const running = await startOn(market, live(market))
      await running.look()
      expect(running.troubles).toEqual([])
      happens(market)
      await running.look()
      await running.look()
      expect(running.troubles).toEqual([expect.stringContaining(told)])
      expect((await running.service.desk.status()).mode).toBe('running')
      mended(market)
      await running.look()
      expect(running.troubles.slice(1)).toEqual([again])
      await running.stop()
    })

    test('a key that is taken back while nothing is ordered is told within a minute, not at the next hour; and when it is taken again', async () => {
      // nothing happens, so that no order is asked for
      const market = await openRunningMarket({ closes: closes.map(() => 100), past: 500 })
      const running = await startOn(market, live(market))
      const { simulator, clock, key } = market
      const told = async (words: string): Promise<boolean> => {
        const begun = clock.now()
        while (!running.troubles.some(text => text.includes(words)) && clock.now() < begun + 60_000)
          await new Promise(resolve => setImmediate(resolve))
        return running.troubles.some(text => text.includes(words))
      }
      simulator.admin('keys', { apiKey: key.apiKey, revoked: true })
      expect(await told('The API key is wrong, may not do this, or may not be used from this address')).toBe(true)
      const before = clock.now()
      while (clock.now() < before + 60_000) await new Promise(resolve => setImmediate(resolve))
      expect(running.troubles).toHaveLength(1)
      simulator.admin('keys', { apiKey: key.apiKey, revoked: false })
      expect(await told('The API key is as it should be again.')).toBe(true)
      expect(running.troubles).toHaveLength(2)
      await running.stop()
    })

    test('an order for a symbol that is halted is refused and told; the same is taken once it trades again', async () => {
      const market = await openRunningMarket({ closes, past: 500 })
      const running = await startOn(market, live(market))
      const wish: BuyWish = {
        symbol: 'BTCUSDC',
        amount: { kind: 'quantity', quantity: quantity('1') },
        limit: 50,
        stop: null,
        target: null,
      }
      status(market, 'HALT')
      await running.look()
      await running.service.desk.buy('ann', wish)
      const denied = await running.until(one => one.kind === 'denied')
      expect(denied.kind === 'denied' && denied.decision.message).toContain('BTCUSDC does not trade on Binance at present')
      status(market, 'TRADING')
      await running.look()
      await running.service.desk.buy('ann', wish)
      const { venue } = market.simulator.world
      while (venue.open.size === 0) await new Promise(resolve => setImmediate(resolve))
      await running.stop()
    })

    test('Binance that does not answer is noted, and looked at again the next time', async () => {
      const market = await openRunningMarket({ closes, past: 500 })
      const running = await startOn(market, live(market))
      const where = { path: '/sapi/v1/account/apiRestrictions' }
      market.simulator.admin('faults', { fault: { kind: 'server_error', status: 503, executed: false }, where })
      rightsOf(market, { enableWithdrawals: true })
      await running.look()
      expect(running.troubles).toEqual([])
      expect(running.notes.at(-1)).toContain('Binance could not be looked at')
      await running.look()
      expect(running.troubles).toEqual([expect.stringContaining('may withdraw')])
      await running.stop()
    })
  })

  test('a ban that market data meets holds for orders', async () => {
    const market = await openRunningMarket({ closes, past: 500 })
    const { simulator, clock } = market
    const fault = { kind: 'refuse', status: 418, code: -1003, text: 'Way too much request weight used', retryAfter: 300 }
    const running = await startOn(market, live(market))
    await running.fills(1)
    simulator.admin('faults', { fault, where: { path: '/api/v3/klines' } })
    // a candle that the stream does not bring is asked for
    simulator.admin('faults', { fault: { kind: 'event_lost' }, where: { type: 'kline', count: 1000 } })
    const { lines } = simulator.log
    const before = lines.length
    const bannedAt = (): number =>
      lines.find(({ path }, index) => path === '/api/v3/klines' && index >= before)?.time ?? Number.POSITIVE_INFINITY
    while (clock.now() < bannedAt() + 240_000) await new Promise(resolve => setImmediate(resolve))
    // what was on its way in that instant had not heard of it
    const later = lines.filter(({ time }) => time > bannedAt())
    expect(later.map(({ method, path }) => `${method} ${path}`)).toEqual([])
    await running.stop()
  }, 60_000)

  test('fees that Binance takes in BNB are in profit and cost, and in no cash', async () => {
    const balances = new Map([
      ['USDC', money('10000')],
      ['BNB', money('1')],
    ])
    const market = await openRunningMarket({ closes, past: 500, bnb: 600, simulator: { balances, feesInBnb: true } })
    const running = await startOn(market, live(market))
    await running.fills(2)
    await running.stop()
    const trades = (await running.store.trades({ limit: 10 })).toReversed()
    const [buy, sell] = trades
    const worth = trades.map(({ fill }) => notional(price('600'), fill.fee as bigint as Quantity))
    expect(trades.map(({ fill }) => [fill.feeAsset, fill.feeWorth])).toEqual(worth.map(one => ['BNB', one]))
    expect(worth.every(one => one > 0n)).toBe(true)
    expect(sell!.realised).toBe(sell!.fill.quote - buy!.fill.quote - worth[0]! - worth[1]!)
    const [row] = await running.store.pnl(0 as Time)
    expect([row!.realised, row!.fees]).toEqual([sell!.realised, worth.reduce((sum, one) => add(sum, one))])
    const usdc = market.simulator.world.venue.matching.wallet.of('USDC')
    const cash = (await running.service.desk.balances()).find(({ asset }) => asset === 'USDC')!
    expect(cash.free + cash.locked).toBe(usdc.free + usdc.locked)
    expect(running.troubles).toEqual([])
  }, 60_000)

  test.each<[string, Record<string, string>, Record<string, boolean>, string]>([
    ['without the sentence', { LIVE_CONFIRMATION: 'yes' }, {}, 'set LIVE_CONFIRMATION=I trade with real money'],
    ['without a key', { BINANCE_API_KEY: '' }, {}, 'TRADING_MODE=live needs BINANCE_API_KEY'],
    ['with a key that may withdraw', {}, { enableWithdrawals: true }, 'may withdraw'],
    ['with a key from anywhere', {}, { ipRestrict: false }, 'may be used from any address'],
    ['with a key that may not trade', {}, { enableSpotAndMarginTrading: false }, 'may not trade on spot'],
  ])('%s it does not begin, and says why', async (_, env, rights, reason) => {
    const key = { apiKey: 'a'.repeat(64), secret: 'canary-of-a-secret-'.repeat(3) }
    const market = await openRunningMarket({ closes, past: 10, simulator: { keys: [{ ...key, rights }] } })
    const refused = startOn(market, { ...live({ ...market, key }), ...env })
    await expect(refused).rejects.toThrow(reason)
    await expect(refused).rejects.not.toThrow(/canary/)
  })

  test('an answer that lists no balance at all is none: it does not begin with nothing to trade with', async () => {
    const market = await openRunningMarket({ closes, past: 10 })
    // as what it shows while it lags behind
    market.simulator.world.venue.views.balances = () => []
    market.simulator.admin('lags', { orders: 0, trades: 0, balances: 1 })
    await expect(startOn(market, live(market))).rejects.toThrow("Binance's answer to GET /api/v3/account lists no asset at all.")
  })

  test('away from this machine it needs one step more', async () => {
    const market = await openRunningMarket({ closes, past: 10 })
    await expect(startOn(market, { ...live(market), BINANCE_SITE: 'testnet' })).rejects.toThrow('set LIVE_ORDERS_OUTSIDE=yes')
  })
})
