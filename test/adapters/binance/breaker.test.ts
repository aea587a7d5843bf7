/** The last look before an entry leaves. */
import { describe, expect, test } from 'vitest'
import { MOST_ENTRIES, WITHIN_MS } from '#adapters/binance/breaker.ts'
import { openBed } from '../../support/binance/account.ts'

/** For tests that wait for long times of Binance's. */
const FAST = { speed: 20 }

describe('a fault that asks for one entry after the other', () => {
  const entries = (from: number, to: number): string[] =>
    Array.from({ length: to - from + 1 }, (_, place) => `${from + place} BUY LIMIT 0.1 at 95`)

  test('ten of a symbol leave within ten seconds, the eleventh does not, and it is told once; what closes and protects goes', async () => {
    const bed = await openBed({ ...FAST, mostEntries: MOST_ENTRIES })
    bed.place(...entries(1, 13), '14 SELL MARKET 0.1', '15 SELL STOP_LOSS 0.1 stop 90')
    await bed.becomes(10, 'open')
    await bed.becomes(14, 'filled 0.1 of 0.1 for 10')
    await bed.becomes(15, 'open')
    expect([11, 12, 13].map(id => bed.state(id))).toEqual(['rejected', 'rejected', 'rejected'])
    expect(bed.orders.get(11)!.ending).toContain('more than 10 entries of BTCUSDC within 10 s')
    expect(bed.asked('order.place')).toBe(12)
    expect(bed.troubles).toHaveLength(1)
    bed.replace(1, '16 BUY LIMIT 0.1 at 96')
    await bed.becomes(16, 'rejected')
  })

  test('after ten seconds without one the next leaves', async () => {
    const bed = await openBed({ ...FAST, mostEntries: MOST_ENTRIES })
    bed.place(...entries(1, 11))
    await bed.becomes(11, 'rejected')
    await bed.clock.wait(WITHIN_MS + 1)
    bed.place(...entries(12, 12))
    await bed.becomes(12, 'open')
    expect(bed.troubles).toHaveLength(1)
  })
})
