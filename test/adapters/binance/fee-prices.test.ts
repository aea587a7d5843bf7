/** Fees that Binance takes in BNB: what they are worth is kept at hand, by the minute, and goes with the fill. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { openBinancePublic } from '#adapters/binance/binance.ts'
import { openFeePrices } from '#adapters/binance/fee-prices.ts'
import { format, price, ratio } from '#domain/money.ts'
import type { ExchangeSymbol } from '#domain/symbol.ts'
import { openSimulator } from '#simulator/simulator.ts'
import { BNBUSDC, BTCUSDC, openBed } from '../../support/binance/account.ts'
import { DrivenClock } from '../../support/binance/driven.ts'
import { columns } from '../../support/desk.ts'

const MINUTE = 60_000
const PATH = '/api/v3/ticker/price'

const recording = ({ symbol }: ExchangeSymbol, bars: readonly string[]) => ({ symbol, timeframe: '1h' as const, columns: columns(bars) })

/** BNB at 600, then at 660. */
async function openPrices(symbols = [BTCUSDC, BNBUSDC]) {
  const clock = new DrivenClock(Date.now())
  const simulator = await openSimulator({
    recordings: symbols.map(symbol => recording(symbol, ['600 600 600 600', '660 660 660 660'])),
    symbols,
    keys: [],
    balances: new Map(),
    clock,
  })
  onTestFinished(() => simulator.close())
  // the first bar is open: its price is the last one
  simulator.step(1)
  const { rest } = openBinancePublic({ restUrl: simulator.url, clock })
  const stopping = new AbortController()
  onTestFinished(() => stopping.abort())
  const notes: string[] = []
  const feePrice = await openFeePrices({ rest, clock, quote: 'USDC', signal: stopping.signal, note: text => notes.push(text) })
  const asked = (): number => simulator.log.lines.filter(({ path }) => path === PATH).length
  /** Moves a minute on; resolves once what is asked for then has been answered, and the next minute is waited for. */
  const minute = async (): Promise<void> => {
    clock.advance(MINUTE)
    while (!clock.waitedFor(MINUTE)) await new Promise(resolve => setImmediate(resolve))
  }
  return { simulator, clock, feePrice, notes, asked, minute }
}

describe('the price of BNB', () => {
  test('is known at once, and goes with the market by the minute', async () => {
    const { simulator, feePrice, minute, asked } = await openPrices()
    expect(format(feePrice('BNB', 'USDC'))).toBe('600')
    simulator.stepCandles(1)
    expect(format(feePrice('BNB', 'USDC'))).toBe('600')
    await minute()
    expect(format(feePrice('BNB', 'USDC'))).toBe('660')
    expect(asked()).toBe(2)
  })

  test('is that of BNB in the one quote asset, and of nothing else', async () => {
    const { feePrice } = await openPrices()
    expect([feePrice('BTC', 'USDC'), feePrice('BNB', 'EUR')]).toEqual([0n, 0n])
  })

  test('stays while Binance does not answer, and is not known any more after an hour', async () => {
    const { simulator, clock, feePrice, minute } = await openPrices()
    simulator.admin('faults', { fault: { kind: 'request_lost' }, where: { path: PATH, count: 1000 } })
    for (let passed = 0; passed < 3; passed++) await minute()
    expect(format(feePrice('BNB', 'USDC'))).toBe('600')
    clock.advance(60 * MINUTE)
    expect(feePrice('BNB', 'USDC')).toBe(0n)
  })

  test('is asked for no more where Binance does not trade it, and that is noted once', async () => {
    const { clock, feePrice, notes, asked } = await openPrices([BTCUSDC])
    clock.advance(60 * MINUTE)
    expect([feePrice('BNB', 'USDC'), asked()]).toEqual([0n, 1])
    expect(notes).toEqual(['Binance does not trade BNBUSDC: fees that it takes in BNB are in the ledger and in no profit.'])
  })
})

test.each([
  ['600', '0.15'],
  ['0', '0'],
])('at a price of %s a fill tells that its fee of 0.00025 BNB is worth %s', async (at, worth) => {
  const bars = ['100 101 99 100', '100 101 99 100']
  const bed = await openBed({
    have: '10000 USDC 10 BTC 1 BNB',
    simulator: {
      symbols: [BTCUSDC, BNBUSDC],
      recordings: [recording(BTCUSDC, bars), recording(BNBUSDC, ['600 600 600 600', '600 600 600 600'])],
      fees: { maker: ratio('0.001'), taker: ratio('0.001') },
      feesInBnb: true,
    },
  })
  bed.feePrice = price(at)
  bed.place('1 BUY MARKET 2')
  await bed.becomes(1, 'filled 2 of 2 for 200')
  const told = bed.updates.flatMap(({ fill }) =>
    fill === null ? [] : [`${format(fill.fee)} ${fill.feeAsset} worth ${format(fill.feeWorth)}`],
  )
  expect(told).toEqual([`0.00025 BNB worth ${worth}`])
})
