/** The demo through a Binance on this machine, by the real adapter, does what the demo on paper does. */
import { expect, test } from 'vitest'
import { newMemoryDisk, openMemoryStore } from '#adapters/memory/store.ts'
import { systemClock } from '#adapters/system/clock.ts'
import type { FillRecord } from '#ports/store.ts'
import { type Service, startService } from '../../src/compose.ts'
import { openVenue, type VenueChoice } from '../../src/compose/open-venue.ts'
import { readConfig } from '../../src/config.ts'
import { temporaryFolder } from '../support/demo.ts'

const FILLS = 60

// Its first fills, until there are enough of them. Trades of Binance count by symbol, those on paper do not.
async function fillsOf(exchange: VenueChoice['exchange']): Promise<object[]> {
  const env = { SYMBOLS: 'ADAEUR,XRPEUR', STRATEGIES: 'ma-cross,bollinger,ema-cross,rotation', DATA_DIR: temporaryFolder('simulated') }
  const config = readConfig(env)
  const troubles: string[] = []
  const venue = await openVenue(config, {
    purpose: 'demo',
    exchange,
    speed: Number.POSITIVE_INFINITY,
    clock: systemClock,
    note: () => {},
    trouble: text => void troubles.push(text),
  })
  const fills: FillRecord[] = []
  const running: { service: Service | null } = { service: null }
  const service = await startService({
    config,
    env,
    store: openMemoryStore({ disk: newMemoryDisk(), account: venue.account }),
    venue,
    tell(told) {
      for (const one of told) if (one.kind === 'fill') fills.push(one.record)
      if (fills.length >= FILLS) running.service?.stop()
    },
  })
  running.service = service
  await service.run()
  await service.finished()
  await venue.close()
  expect(troubles).toEqual([])
  return fills.slice(0, FILLS).map(({ fill, ...record }) => ({ ...record, fill: { ...fill, tradeId: 0 } }))
}

test('the same fills at the same times, prices, quantities and fees', async () => {
  const paper = await fillsOf('paper')
  expect(paper).toHaveLength(FILLS)
  expect(await fillsOf('simulator')).toEqual(paper)
})
