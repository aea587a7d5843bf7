import { describe, expect, test } from 'vitest'
import type { OwnerSetup } from '#engine'
import { bundledSymbols, houseOwner, ownerOf, recordedOf, strategyNames } from '../support/bundled.ts'
import { restless, scheduled, watchful } from '../support/restless.ts'
import { backtestJournal, firstDifference, liveJournal } from '../support/shells.ts'

describe('both shells write the same journal', () => {
  const restlessOnes = [ownerOf('restless', restless, bundledSymbols), ownerOf('watchful', watchful, bundledSymbols)]
  const groups: readonly [string, () => Promise<OwnerSetup[]>][] = [
    ...strategyNames.map(name => [name, async () => [await houseOwner(name, bundledSymbols)]] as [string, () => Promise<OwnerSetup[]>]),
    ['all strategies at once', () => Promise.all(strategyNames.map(name => houseOwner(name, bundledSymbols)))],
    ['stops, limits, trailing, partial fills, manage, other timeframes', async () => restlessOnes],
    ['a schedule', async () => [ownerOf('scheduled', scheduled, bundledSymbols)]],
  ]
  test.each(groups)('%s', async (_, owners) => {
    const scene = { recorded: bundledSymbols.map(symbol => recordedOf(symbol)), owners: await owners() }
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
