import { describe, expect, test } from 'vitest'
import type { MarketData } from '#ports/market.ts'
import { tradedSymbols } from '../../src/compose/binance.ts'
import { ConfigError } from '../../src/config.ts'
import { infoOf } from '../support/exchange.ts'

/** A market that has BTC and ETH; SOL is halted. */
const symbols: MarketData['symbols'] = async names => {
  const all = [
    infoOf('BTCUSDC', 'BTC'),
    infoOf('ETHUSDC', 'ETH'),
    infoOf('SOLUSDC', 'SOL', {}, false),
    { ...infoOf('BTCEUR', 'BTC'), quote: 'EUR' },
  ]
  return new Map(all.filter(({ symbol }) => names.includes(symbol)).map(info => [info.symbol, info]))
}
const traded = (SYMBOLS: string[]) => tradedSymbols({ SYMBOLS, SYMBOL: undefined }, { symbols } as MarketData)

describe('the symbols of the settings, at Binance', () => {
  test('one that is halted stays, one that is not there is missing', async () => {
    const { infos, quote, missing } = await traded(['ETHUSDC', 'SOLUSDC', 'DOGEUSDC'])
    expect(infos.map(({ symbol, trading }) => [symbol, trading])).toEqual([
      ['ETHUSDC', true],
      ['SOLUSDC', false],
    ])
    expect([quote, missing]).toEqual(['USDC', ['DOGEUSDC']])
  })

  test.each([
    [['SOLUSDC'], 'Binance trades none of SOLUSDC at present'],
    [['DOGEUSDC'], 'Binance trades none of DOGEUSDC at present'],
    [['BTCUSDC', 'BTCEUR'], 'these have USDC and EUR'],
  ])('%j is refused', async (names, reason) => {
    await expect(traded(names)).rejects.toThrow(reason)
    await expect(traded(names)).rejects.toBeInstanceOf(ConfigError)
  })
})
