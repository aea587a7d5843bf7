import { describe, expect, test } from 'vitest'
import type { OwnerSetup } from '#engine'
import { bundledSymbols, houseOwner, ownerOf, recordedOf, strategyNames } from '../support/bundled.ts'
import { restless, scheduled, trailing, watchful } from '../support/restless.ts'
import { backtestJournal, firstDifference, liveJournal } from '../support/shells.ts'

describe('both shells write the same journal', () => {
  const restlessOnes = [ownerOf('restless', restless, bundledSymbols), ownerOf('watchful', watchful, bundledSymbols)]
  // all together see every candle there is; alone, and those that trade all the time, the first year and a half says as much
  const [EVERY, MANY] = [Number.POSITIVE_INFINITY, 3000]
  const groups: readonly [string, number, () => Promise<OwnerSetup[]>][] = [
    ...strategyNames.map((name): (typeof groups)[number] => [name, MANY, async () => [await houseOwner(name, bundledSymbols)]]),
    ['all strategies at once', EVERY, () => Promise.all(strategyNames.map(name => houseOwner(name, bundledSymbols)))],
    ['stops, limits, trailing, partial fills, manage, other timeframes', MANY, async () => restlessOnes],
    ['stops that follow', MANY, async () => [ownerOf('trailing', trailing, bundledSymbols)]],
    ['a schedule', MANY, async () => [ownerOf('scheduled', scheduled, bundledSymbols)]],
  ]
  test.each(groups)('%s', async (_, candles, owners) => {
    const scene = { recorded: bundledSymbols.map(symbol => recordedOf(symbol, 0, candles)), owners: await owners() }
    const backtest = backtestJournal(scene)
    const live = await liveJournal(scene)
    expect(backtest.lines.filter(line => line.startsWith('fill')).length).toBeGreaterThan(20)
    expect(firstDifference(backtest.lines, live.lines)).toBeNull()
  })

  test('one symbol, all in, without costs', async () => {
    const scene = {
      recorded: [recordedOf('ETHEUR')],
      owners: [await houseOwner('ma-cross', ['ETHEUR'])],
      size: { kind: 'equity', share: 100_000_000n as never },
      limit: '1000',
      slippage: 0,
    } as const
    expect(firstDifference(backtestJournal(scene).lines, (await liveJournal(scene)).lines)).toBeNull()
  })

  test('little volume: orders fill in parts', async () => {
    const thin = bundledSymbols.slice(0, 2).map(symbol => {
      const recorded = recordedOf(symbol, 0, 3000)
      return { ...recorded, columns: { ...recorded.columns, volume: recorded.columns.volume.map(volume => volume / 5000) } }
    })
    const on = ['BTCEUR', 'ETHEUR']
    const scene = { recorded: thin, owners: [ownerOf('restless', restless, on), await houseOwner('bollinger', on)], cash: '1000000' }
    const backtest = backtestJournal(scene)
    expect(backtest.lines.filter(line => line.includes(' expired ') && line.includes('no more volume')).length).toBeGreaterThan(5)
    expect(firstDifference(backtest.lines, (await liveJournal(scene)).lines)).toBeNull()
  })
})
