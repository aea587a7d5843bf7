/** What people do by hand on the exchange with what RootTrading holds: told within a minute, never mistaken, and nothing else is told so. */
import { describe, expect, test } from 'vitest'
import { add, format, money, type Quantity, quantity, subtract } from '#domain/money.ts'
import type { Told } from '#domain/told.ts'
import { noPaint } from '#adapters/terminal/paint.ts'
import { render } from '#adapters/terminal/render.ts'
import { newMemoryDisk } from '#adapters/memory/store.ts'
import { dispatch } from '#chat/dispatch.ts'
import { openRunningMarket, type RunningMarket } from '../support/binance/market.ts'
import { commands } from '../support/fake-desk.ts'
import { restClient, rowsOf } from '../support/simulator/rest.ts'
import { closes, live, type Running, startOn } from '../support/venues.ts'

const BTC = 'BTCUSDC'
type Account = Told & { readonly kind: 'account' }
const accountNews = ({ told }: Running): Account[] => told.filter(one => one.kind === 'account')

// The same numbers at each run.
function numbers(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const free = ({ simulator }: RunningMarket, asset: string): Quantity =>
  simulator.world.venue.matching.wallet.of(asset).free as bigint as Quantity
const setFree = ({ simulator }: RunningMarket, asset: string, amount: Quantity): void =>
  void simulator.admin('balances', { [asset]: format(amount) })

// As somebody who trades now and then, at the market and at limits that the price reaches or does not.
async function tradeSome({ service: { desk } }: Running, random: (below: number) => number): Promise<void> {
  const held = (await desk.positions()).find(({ owner }) => owner === 'manual')
  if (held !== undefined && random(2) === 0)
    await desk.sell('ann', {
      symbol: BTC,
      owner: 'manual',
      amount: random(2) === 0 ? null : { kind: 'percent', share: money('0.5') as never },
    })
  else
    await desk.buy('ann', {
      symbol: BTC,
      amount: { kind: 'quantity', quantity: quantity(`0.${1 + random(9)}`) },
      limit: random(3) === 0 ? 96 + random(5) : null,
      stop: null,
      target: null,
    })
}

// At the market, in an order that RootTrading knows nothing of. What it brings is there besides; null: an exit was faster.
async function sellByHand({ simulator, clock, key }: RunningMarket, size: Quantity): Promise<Quantity | null> {
  const order = { symbol: BTC, side: 'SELL', type: 'MARKET', quantity: format(size) }
  const { status, body } = await restClient(simulator.url, key, () => clock.now()).signed('POST', '/api/v3/order', order)
  if (status !== 200) return null
  const fees = rowsOf(body['fills']!).map(({ commission }) => quantity(String(commission)))
  return fees.reduce((sum, fee) => subtract(sum, fee), quantity(String(body['cummulativeQuoteQty'])))
}

// Resolves after so long on the market's clock.
const passes = ({ clock }: RunningMarket, milliseconds: number): Promise<void> => clock.wait(milliseconds)

test('300 looks while fills go on, balances lag by up to ten seconds and events are lost: no alarm', async () => {
  const market = await openRunningMarket({ closes, past: 500 })
  const running = await startOn(market, live(market))
  const random = numbers(7)
  const looks = (): number => market.simulator.log.lines.filter(({ path }) => path === '/api/v3/account').length
  const before = looks()
  while (looks() < before + 300) {
    market.simulator.admin('lags', { balances: random(2) * random(10_000), orders: random(3_000), trades: random(3_000) })
    if (random(2) === 0) market.simulator.admin('faults', { fault: { kind: 'event_lost' }, where: { type: 'executionReport' } })
    await tradeSome(running, random)
    await passes(market, random(8_000))
  }
  expect(running.told.filter(({ kind }) => kind === 'fill').length).toBeGreaterThan(100)
  expect(accountNews(running)).toEqual([])
  expect((await running.service.desk.status()).mode).toBe('running')
  await running.stop()
}, 120_000)

test('50 times something is withdrawn or sold by hand while fills go on: each is told within a minute, of the right asset and amount, and that it is back', async () => {
  const market = await openRunningMarket({ closes, past: 500 })
  const running = await startOn(market, { ...live(market), DEFAULT_STOP: 'off' })
  const random = numbers(11)
  const seconds: number[] = []
  while (seconds.length < 50) {
    market.simulator.admin('lags', { balances: random(2) * random(5_000) })
    await passes(market, random(15_000))
    while (free(market, 'BTC') < money('0.5')) {
      await tradeSome(running, random)
      await passes(market, random(8_000))
    }
    const sold = random(3) === 0
    const asset = sold || random(2) === 0 ? 'BTC' : 'USDC'
    const taken = (asset === 'BTC' ? quantity(`0.${1 + random(4)}`) : quantity(String(100 + random(900)))) as Quantity
    const news = accountNews(running).length
    const proceeds = sold ? await sellByHand(market, taken) : quantity('0')
    if (proceeds === null) continue
    if (!sold) setFree(market, asset, subtract(free(market, asset), taken))
    const at = market.clock.now()
    await running.until(() => accountNews(running).length > news)
    seconds.push((market.clock.now() - at) / 1000)
    const shorts = accountNews(running).slice(news)
    expect(shorts).toMatchObject([{ what: 'short', text: expect.stringContaining(` ${asset} less than the record says`) }])
    setFree(market, asset, add(free(market, asset), taken))
    if (sold) setFree(market, 'USDC', subtract(free(market, 'USDC'), proceeds))
    await running.until(() => accountNews(running).at(-1)!.what === 'whole')
    for (const { text } of accountNews(running).slice(news, -1)) {
      const [, least, figure, of] = /holds (at least )?([\d.]+) (\w+) less/.exec(text)!
      // while fills go on it is the least that it can be at first
      const fits = least === undefined ? figure === format(taken) : money(figure!) <= taken
      expect([of, fits, text]).toEqual([asset, true, text])
    }
    expect(accountNews(running).at(-1)!.text).toContain(asset)
    await running.service.desk.setMode('ann', 'running')
    await tradeSome(running, random)
  }
  expect(Math.max(...seconds)).toBeLessThanOrEqual(60)
  await running.stop()
}, 180_000)

describe('by chat', () => {
  const typed = async ({ service: { desk } }: Running, text: string): Promise<string> => {
    const report = (error: unknown): never => {
      throw error
    }
    return render(await dispatch({ text, person: { name: 'ann', role: 'admin' }, commands, desk, report }), noPaint)
  }
  const buy = ({ service: { desk } }: Running, size: string) =>
    desk.buy('ann', { symbol: BTC, amount: { kind: 'quantity', quantity: quantity(size) }, limit: null, stop: null, target: null })
  const filled = (running: Running, side: 'BUY' | 'SELL') =>
    running.until(one => one.kind === 'fill' && one.record.owner === 'manual' && one.record.fill.side === side)
  const manual = async ({ service: { desk } }: Running): Promise<string> =>
    format((await desk.positions()).find(({ owner }) => owner === 'manual')?.quantity ?? quantity('0'))
  // An order of the asset may be on its way just then.
  const writtenOff = async (running: Running, asset: string): Promise<string> => {
    for (;;) {
      const answer = await typed(running, `/adjust ${asset} confirm`)
      if (answer.includes('Written off')) return answer
    }
  }
  const mode = async ({ service }: Running): Promise<string> => (await service.desk.status()).mode
  const recorded = async ({ service: { desk } }: Running): Promise<Map<string, bigint>> => {
    const sums = new Map<string, bigint>()
    for (const { asset, free: unlocked, locked } of await desk.balances()) {
      const name = asset.split(' ')[0]!
      sums.set(name, (sums.get(name) ?? 0n) + unlocked + locked)
    }
    return sums
  }
  const holds = ({ simulator }: RunningMarket, asset: string): bigint => {
    const { free: unlocked, locked } = simulator.world.venue.matching.wallet.of(asset)
    return unlocked + locked
  }

  test('coins are taken away: told, paused, once also over a restart; written off, resumed, and the exit goes through', async () => {
    const market = await openRunningMarket({ closes, past: 500 })
    const disk = newMemoryDisk()
    const first = await startOn(market, { ...live(market), DEFAULT_STOP: 'off' }, disk)
    await buy(first, '2')
    await filled(first, 'BUY')
    expect(await typed(first, '/adjust btc')).toContain('There is nothing to adjust.')
    setFree(market, 'BTC', subtract(free(market, 'BTC'), quantity('1.5')))
    expect(await typed(first, '/adjust btc')).toContain('It may still be on its way')
    expect(await typed(first, '/adjust btc confirm')).toContain('It takes up to a minute to be sure')
    await first.until(one => one.kind === 'account' && one.text.includes('holds 1.5 BTC less than the record says'))
    expect(await mode(first)).toBe('paused')
    const paused = first.told.find(one => one.kind === 'mode')
    expect(paused).toMatchObject({ person: 'RootTrading', text: expect.stringContaining('The account holds less than the record says.') })
    const { outbox, inbox } = [...disk.accounts.values()][0]!
    const phones = outbox
      .filter(({ kind }) => kind === 'trouble' || kind === 'halt')
      .map(({ kind, text }) => `${kind} ${text.split(' · ').slice(0, 2).join(' ')}`)
    expect(phones).toEqual(['trouble short by RootTrading', 'halt mode by RootTrading'])
    expect([...inbox.values()].filter(({ person }) => person === 'RootTrading')).toMatchObject([
      { text: expect.stringMatching(/^pause: .*adjust BTC/) },
    ])
    await first.service.desk.sell('ann', { symbol: BTC, owner: 'manual', amount: null })
    const denied = await first.until(one => one.kind === 'denied' && one.decision.owner === 'manual')
    expect(denied).toMatchObject({ decision: { outcome: 'order_rejected' } })
    await first.stop()

    const second = await startOn(market, { ...live(market), DEFAULT_STOP: 'off' }, disk)
    await passes(market, 60_000)
    expect(accountNews(second)).toEqual([])
    const shown = await typed(second, '/adjust btc')
    expect(shown).toContain('next: adjust BTC confirm')
    expect(shown).toMatch(/missing\s+1\.5/)
    const writeOff = async (id: number): Promise<string> =>
      (await second.service.desk.under(`message ${id}`).adjust('ann', { asset: 'btc', owner: 'manual' })).message
    let id = 0
    let answer: string
    // the exit is tried, and refused, at every close
    do answer = await writeOff(++id)
    while (answer.includes('is on its way'))
    expect(answer).toContain('Written off: 1.5 BTC (manual BTCUSDC 1.5), at cost')
    // a message that comes twice writes off once
    expect(await writeOff(id)).toBe(answer)
    const [account] = disk.accounts.values()
    expect(account!.taken.map(({ of, asset, amount }) => `${of} ${format(amount)} ${asset}`)).toEqual(['manual BTCUSDC 1.5 BTC'])
    expect(await manual(second)).toBe(format(subtract(subtract(quantity('2'), quantity('1.5')), quantity('0.002'))))
    await second.until(one => one.kind === 'account' && one.what === 'whole')
    await typed(second, '/resume')
    expect(await mode(second)).toBe('running')
    await filled(second, 'SELL')
    await second.stop()
    const sums = await recorded(second)
    expect([sums.get('BTC') ?? 0n, sums.get('USDC')]).toEqual([holds(market, 'BTC'), holds(market, 'USDC')])
    expect(accountNews(second).map(({ what }) => what)).toEqual(['adjusted', 'whole'])
  }, 60_000)

  test('cash is taken away: written off, the record is what the account has', async () => {
    const market = await openRunningMarket({ closes, past: 500 })
    const running = await startOn(market, live(market))
    setFree(market, 'USDC', quantity('4000'))
    await running.until(one => one.kind === 'account' && one.what === 'short')
    expect(await writtenOff(running, 'usdc')).toMatch(/Written off: [\d.]+ USDC \(cash /)
    await running.until(one => one.kind === 'account' && one.what === 'whole')
    await running.stop()
    expect((await recorded(running)).get('USDC')).toBe(holds(market, 'USDC'))
  }, 60_000)

  test('fees in BNB come out of a position in BNB: that is missing too, and written off as what it is', async () => {
    const balances = new Map([['USDC', money('10000')]])
    const market = await openRunningMarket({ closes, past: 500, bnb: 600, simulator: { balances, feesInBnb: true } })
    const running = await startOn(market, { ...live(market), SYMBOLS: 'BTCUSDC,BNBUSDC', DEFAULT_STOP: 'off' })
    const bnb = { kind: 'quantity', quantity: quantity('1') } as const
    await running.service.desk.buy('ann', { symbol: 'BNBUSDC', amount: bnb, limit: null, stop: null, target: null })
    await running.until(one => one.kind === 'account' && one.what === 'short' && / [\d.]+ BNB less than the record/.test(one.text))
    // so that no more fees are taken meanwhile
    await running.service.desk.setMode('ann', 'reduced')
    await writtenOff(running, 'bnb')
    await running.until(one => one.kind === 'account' && one.what === 'adjusted')
    await running.until(() => accountNews(running).at(-1)!.what === 'whole')
    await running.stop()
    expect((await recorded(running)).get('BNB')).toBe(holds(market, 'BNB'))
  }, 60_000)

  test('in paper there is nothing to adjust', async () => {
    const market = await openRunningMarket({ closes, past: 500 })
    const running = await startOn(market, {})
    for (const text of ['/adjust btc', '/adjust btc confirm'])
      expect(await typed(running, text)).toContain(
        'The account is simulated: nobody but RootTrading trades in it, and there is nothing to adjust.',
      )
    expect(market.simulator.log.lines.filter(({ path }) => path === '/api/v3/account')).toEqual([])
    await running.stop()
  })
})
