/** What happens rarely and costs money: each as the smallest story that shows it. */
import { describe, expect, test } from 'vitest'
import { money, zero } from '#domain/money.ts'
import { enter } from '#strategy'
import { ALL } from '#trader/slot.ts'
import { hour } from '../support/desk.ts'
import { held, openTrader } from '../support/unheard.ts'

const out = { reason: 'out', time: hour(2), values: null }

describe('no price is known, as after a start while the symbol is halted', () => {
  test('an exit that is refused leaves a position a position: it is not too little to be sold', () => {
    const trader = openTrader({ minNotional: money('5'), minNotionalOnMarket: true })
    const { engine, slot, hear, buy, sent } = trader
    hear(buy(enter({ reason: 'go' })), 'filled', 1, '2')
    slot.market.last = zero()
    engine.trader.exit(slot, out, ALL)
    hear(sent()[0]!, 'rejected', 2, undefined, undefined, 'Market is closed.')
    expect(held(trader)).toBe('2')
    expect(slot.leaving?.reason).toBe('out')
    expect(trader.records.take().rest.trips).toEqual([])
  })
})
