/** The look at the key where its rights cannot be asked for, as on Binance's testnet. */
import { expect, test } from 'vitest'
import { openLookAgain } from '../../src/compose/look-again.ts'
import { openBed } from '../support/binance/account.ts'

test('a key that is not taken any more is told once, and when it is taken again', async () => {
  const { simulator, binance } = await openBed()
  const troubles: string[] = []
  const look = openLookAgain({
    names: ['BTCUSDC'],
    trading: ['BTCUSDC'],
    tellsPermissions: false,
    anyAddress: false,
    note: () => {},
    trouble: text => void troubles.push(text),
  })
  const { log } = simulator
  await look(binance)
  simulator.admin('keys', { revoked: true })
  await look(binance)
  await look(binance)
  expect(troubles).toEqual([expect.stringContaining('The API key is wrong')])
  simulator.admin('keys', { revoked: false })
  await look(binance)
  expect(troubles.slice(1)).toEqual(['The API key is as it should be again.'])
  expect(log.lines.filter(({ path }) => path.startsWith('/sapi/'))).toEqual([])
})
