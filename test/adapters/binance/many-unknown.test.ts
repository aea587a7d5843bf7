/** Hundreds of orders at once of which nobody knows what became, on a clock that the test drives: how long that lasts, and what it weighs. */
import { expect, test } from 'vitest'
import { isFinal } from '#domain/order.ts'
import { openOf } from '#domain/time.ts'
import { openBed } from '../../support/binance/account.ts'
import { DrivenClock } from '../../support/binance/driven.ts'

const ORDERS = 200
const STEP_MS = 50
/** Answers to and fro after each step: what was sent before is worked off by then. */
const ANSWERS = 3
/** Binance's. */
const WEIGHT = 6_000
const ORDINARY_SHARE = 0.6

test.each([
  ['all of them were carried out', ORDERS, 0],
  ['half of them were carried out', ORDERS / 2, 0],
  ['none of them was carried out', 0, 0],
  ['half of them were carried out, and all is used up but what is kept for exits', ORDERS / 2, ORDINARY_SHARE * WEIGHT],
  ['none of them was carried out, and all is used up but what is kept for exits', 0, ORDINARY_SHARE * WEIGHT],
])(
  '%s: it is known of each within 20 s, within one minute of weight',
  async (_, executed, used) => {
    const start = openOf(Date.now(), '1m')
    const clock = new DrivenClock(start)
    const bed = await openBed({ clock, have: '1000000 USDC', simulator: { limits: { weight: WEIGHT, orders10s: 5_000 } } })
    const { simulator, binance } = bed
    const place = { path: 'order.place', count: ORDERS }
    bed.fault({ kind: 'silence', executed: true }, { ...place, count: executed })
    bed.fault({ kind: 'silence', executed: false }, place)
    bed.fault({ kind: 'event_lost' }, { count: 10_000 })
    bed.place(...Array.from({ length: ORDERS }, (_one, index) => `${index + 1} BUY MARKET 1`))
    await bed.untilAsked('order.place', ORDERS)
    simulator.world.limits.spend(used)
    binance.rest.budget.headers({ 'x-mbx-used-weight-1m': String(used) })
    const known = new Map<number, number>()
    while (known.size < ORDERS && clock.now() < start + 55_000) {
      clock.advance(STEP_MS)
      for (let answer = 0; answer < ANSWERS; answer++) await (await fetch(`${simulator.url}/admin`)).text()
      for (const [id, { status }] of bed.orders) if (isFinal(status) && !known.has(id)) known.set(id, clock.now() - start)
    }
    expect([...bed.orders.values()].filter(({ status }) => status === 'filled')).toHaveLength(executed)
    const times = [...known.values()].sort((a, b) => a - b)
    expect(times).toHaveLength(ORDERS)
    expect(times[Math.ceil(0.99 * ORDERS) - 1]).toBeLessThanOrEqual(20_000)
    // absence is not believed before
    const absent = [...known].filter(([id]) => bed.orders.get(id)!.status === 'absent').map(([, time]) => time)
    expect(Math.min(...absent, 15_000)).toBe(15_000)
    expect(bed.told).toEqual(bed.made)
    expect(bed.asked('order.place')).toBe(ORDERS)
    expect(simulator.world.limits.weight).toBeLessThanOrEqual(0.9 * WEIGHT)
    expect(bed.troubles).toEqual([])
  },
  60_000,
)
