import { expect, test } from 'vitest'
import type { Time } from '#domain/time.ts'
import { fakeDesk, shown } from '../support/fake-desk.ts'

test('status', async () => {
  expect(await shown('status')).toMatchInlineSnapshot(`
    "Demo, running
    2023-01-05 08:00 UTC, up for 3 d 4 h
    Equity 10234.50 EUR (+2.34%)
    Holding would be 9480.00 (-5.20%)
    Realised +224.51, open +9.99, fees 12.30
    1 position, 2 open orders
    5 strategies on BTCEUR, ETHEUR, ADAEUR
    next: positions | pnl"
  `)
})

test('status, live and halted, before there are prices', async () => {
  expect(
    await shown('st', {
      status: async () => ({ ...(await fakeDesk().desk.status()), trading: 'live', mode: 'halted', holding: null, openPositions: 0 }),
    }),
  ).toMatchInlineSnapshot(`
    "LIVE, halted
    2023-01-05 08:00 UTC, up for 3 d 4 h
    Equity 10234.50 EUR (+2.34%)
    Holding would be n/a
    Realised +224.51, open +9.99, fees 12.30
    0 positions, 2 open orders
    5 strategies on BTCEUR, ETHEUR, ADAEUR
    next: positions | pnl"
  `)
})

test('status of a replay, whose time is not the clock’s: how long it is up cannot be told by that', async () => {
  const { started, ...status } = await fakeDesk().desk.status()
  const text = await shown('status', { status: async () => ({ ...status, time: (started - 1) as Time, started }) })
  expect(text.split('\n')[1]).toBe('2023-01-02 03:59 UTC')
})
