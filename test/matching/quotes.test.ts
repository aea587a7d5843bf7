/** Orders on a live book: they fill at what is really offered. Each scene is a transcript: what is done -> what the exchange says. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { price, quantity, toNumber } from '#domain/money.ts'
import { at } from '#domain/time.ts'
import { does, openExchange, orderOf, type Place, transcript } from '../support/exchange.ts'

interface Scene {
  readonly name: string
  readonly place?: Place
  readonly text: string
}

const play = (scenes: readonly Scene[]): void => {
  test.each(scenes)('$name', ({ place = {}, text }) => {
    const { expected, happened } = transcript(place, text)
    expect(happened).toEqual(expected)
  })
}

describe('MARKET', () => {
  play([
    {
      name: 'buys at the ask, sells at the bid, without slippage',
      place: { slippage: '0.1', fee: '0.001' },
      text: `
        quote 99 5 101 5
        1 BUY MARKET 2         -> 1 accepted; 1 filled 2 at 101 taker fee 0.002 BTC
        2 SELL MARKET 1        -> 2 accepted; 2 filled 1 at 99 taker fee 0.099 USDC`,
    },
    {
      name: 'takes at most what is shown; the rest goes on at the next quotes',
      text: `
        quote 99 5 101 3
        1 BUY MARKET 8         -> 1 accepted; 1 partly_filled 3 at 101 taker
        quote 99 5 102 4       -> 1 partly_filled 4 at 102 taker
        quote 99 5 100 4       -> 1 filled 1 at 100 taker
        wallet                 -> BTC 18, USDC 189`,
    },
    {
      name: 'what one order took is not there for the next, until the next quote',
      text: `
        quote 99 5 101 3
        1 BUY MARKET 2         -> 1 accepted; 1 filled 2 at 101 taker
        2 BUY MARKET 2         -> 2 accepted; 2 partly_filled 1 at 101 taker
        3 BUY MARKET 1         -> 3 accepted
        4 SELL MARKET 1        -> 4 accepted; 4 filled 1 at 99 taker
        quote 99 5 103 3       -> 2 filled 1 at 103 taker; 3 filled 1 at 103 taker`,
    },
    {
      name: 'an amount of quote is spent over several quotes, and what buys nothing more stays free',
      place: { filters: { step: quantity('0.1') } },
      text: `
        quote 9 5 10 4.05
        1 BUY MARKET for 100   -> 1 accepted; 1 partly_filled 4 at 10 taker
        wallet                 -> BTC 14, USDC 960 (60 locked)
        quote 9 5 11 2         -> 1 partly_filled 2 at 11 taker
        quote 9 5 12.5 9       -> 1 filled 3 at 12.5 taker
        wallet                 -> BTC 19, USDC 900.5`,
    },
    {
      name: 'where the price runs away from what is left of an amount, it ends',
      place: { filters: { step: quantity('1') } },
      text: `
        quote 9 5 10 9
        1 BUY MARKET for 105   -> 1 accepted; 1 partly_filled 9 at 10 taker
        quote 9 5 20 9         -> 1 expired: there was no more volume to take
        wallet                 -> BTC 19, USDC 910`,
    },
    {
      name: 'sent before the first quote, it meets that one',
      text: `
        close 100
        1 BUY MARKET 2         -> 1 accepted
        quote 99 5 101 5       -> 1 filled 2 at 101 taker`,
    },
    {
      name: 'its rest can be cancelled',
      text: `
        quote 99 5 101 1
        1 BUY MARKET for 500   -> 1 accepted; 1 partly_filled 1 at 101 taker
        cancel 1               -> 1 cancelled
        wallet                 -> BTC 11, USDC 899`,
    },
  ])
})

describe('LIMIT', () => {
  play([
    {
      name: 'rests until the other side reaches it, then fills at its own price as maker',
      place: { slippage: '0.1' },
      text: `
        quote 99 5 101 5
        1 BUY LIMIT 2 at 100   -> 1 accepted
        2 SELL LIMIT 2 at 102  -> 2 accepted
        quote 99.5 5 100.5 5
        quote 99 5 100 5       -> 1 filled 2 at 100 maker
        quote 103 1 104 1      -> 2 partly_filled 1 at 102 maker
        quote 102 1 104 1      -> 2 filled 1 at 102 maker`,
    },
    {
      name: 'crossed when it is sent, it takes what is offered and rests for the rest',
      text: `
        quote 99 5 100 1
        1 BUY LIMIT 3 at 101   -> 1 accepted; 1 partly_filled 1 at 100 taker
        quote 99 5 102 5
        quote 99 5 100.5 5     -> 1 filled 2 at 101 maker`,
    },
    {
      name: 'what must fill at once and cannot, expires',
      text: `
        quote 99 5 100 1
        1 BUY LIMIT 3 at 101 IOC -> 1 accepted; 1 partly_filled 1 at 100 taker; 1 expired: what did not fill at once expires
        quote 99 5 100 1
        2 BUY LIMIT 3 at 101 FOK -> 2 accepted; 2 expired: what did not fill at once expires`,
    },
    {
      name: 'a maker is refused where it would take, by the side that it meets',
      text: `
        quote 99 5 101 5
        1 BUY LIMIT_MAKER 1 at 100.9 -> 1 accepted
        2 BUY LIMIT_MAKER 1 at 101   -> 2 rejected: the order would match and take immediately
        3 SELL LIMIT_MAKER 1 at 99.1 -> 3 accepted
        4 SELL LIMIT_MAKER 1 at 99   -> 4 rejected: the order would match and take immediately`,
    },
    {
      name: 'an entry whose price is at or under its stop already is refused',
      text: `
        quote 94 5 95 5
        1 BUY MARKET 1 guard 95 -> 1 accepted; 1 expired: the price 95 is already at or under the stop 95`,
    },
  ])
})

describe('stops', () => {
  play([
    {
      name: 'a sell stop waits for the bid, a buy stop for the ask; they fill at the price of the book',
      place: { slippage: '0.1' },
      text: `
        quote 99 5 101 5
        1 SELL STOP_LOSS 2 stop 95 -> 1 accepted
        2 BUY STOP_LOSS 1 stop 105 -> 2 accepted
        quote 96 5 98 5
        quote 94.5 5 97 5          -> 1 filled 2 at 94.5 taker
        quote 103 5 104 5
        quote 103 5 106 5          -> 2 filled 1 at 106 taker`,
    },
    {
      name: 'a stop that cannot sell everything at once goes on at the next quotes, wherever the price is',
      text: `
        quote 99 5 101 5
        1 SELL STOP_LOSS 4 stop 95 -> 1 accepted
        quote 94 1 95 5            -> 1 partly_filled 1 at 94 taker
        quote 97 2 98 5            -> 1 partly_filled 2 at 97 taker
        quote 90 9 91 9            -> 1 filled 1 at 90 taker`,
    },
    {
      name: 'a stop limit rests once it is reached, and its limit is kept',
      text: `
        quote 99 5 101 5
        1 SELL STOP_LOSS_LIMIT 2 stop 95 at 94 -> 1 accepted
        quote 93 5 95 5
        quote 94 1 95 5            -> 1 partly_filled 1 at 94 maker
        quote 96 5 97 5            -> 1 filled 1 at 94 maker`,
    },
    {
      name: 'of a pair the leg that is reached ends the other',
      text: `
        quote 99 5 101 5
        1 SELL STOP_LOSS 2 stop 95 | 2 SELL LIMIT_MAKER 2 at 110 -> 1 accepted; 2 accepted
        quote 110 1 111 5          -> 2 partly_filled 1 at 110 maker; 1 expired: the other order of the pair was reached
        quote 90 5 91 5
        quote 111 5 112 5          -> 2 filled 1 at 110 maker`,
    },
    {
      name: 'a stop that would trigger at once is refused, by the side that it meets',
      text: `
        quote 95 5 101 5
        1 SELL STOP_LOSS 2 stop 95 -> 1 rejected: the order would trigger immediately: stop 95, last price 95
        2 BUY STOP_LOSS 2 stop 101 -> 2 rejected: the order would trigger immediately: stop 101, last price 101
        3 BUY STOP_LOSS 2 stop 101.1 -> 3 accepted`,
    },
  ])
})

test('the grid is that of the symbol: a part of a step on the book is not taken', () => {
  const { expected, happened } = transcript(
    { filters: { step: quantity('0.5'), tick: price('0.01') } },
    `
      quote 99 5 100 1.7
      1 BUY MARKET 3           -> 1 accepted; 1 partly_filled 1.5 at 100 taker`,
  )
  expect(happened).toEqual(expected)
})

test('whatever is sent and quoted: nothing is made or lost, and no quote gives more than it shows or a worse price', () => {
  const level = fc.integer({ min: 95, max: 105 })
  const order = fc
    .record({
      side: fc.constantFrom('BUY', 'SELL'),
      kind: fc.constantFrom('MARKET', 'LIMIT', 'STOP_LOSS', 'STOP_LOSS_LIMIT', 'TAKE_PROFIT'),
      size: fc.integer({ min: 1, max: 5 }),
      level,
      other: level,
    })
    .map(({ side, kind, size, level, other }) => {
      const stop = kind.startsWith('STOP') || kind.startsWith('TAKE') ? ` stop ${level}` : ''
      return `${side} ${kind} ${size}${kind.endsWith('LIMIT') ? ` at ${other}` : ''}${stop}`
    })
  const quote = fc
    .record({ bid: level, spread: fc.integer({ min: 0, max: 3 }), bids: fc.nat(4), asks: fc.nat(4) })
    .map(({ bid, spread, bids, asks }) => `quote ${bid} ${bids} ${bid + spread} ${asks}`)
  const steps = fc.array(fc.oneof(order, quote, fc.constant('cancel 3')), { minLength: 3, maxLength: 30 })
  fc.assert(
    fc.property(steps, all => {
      const matching = openExchange({ slippage: '0.05' })
      let [bid, bids, ask, asks] = [100, 9, 100, 9]
      does(matching, 'quote 100 9 100 9', at(0))
      const flow = { BTC: 0n, USDC: 0n }
      for (const [index, step] of all.entries()) {
        if (step.startsWith('quote')) [bid, bids, ask, asks] = step.split(' ').slice(1).map(Number) as [number, number, number, number]
        matching.updates.take()
        const market = matching.market('BTCUSDC')
        if (step.startsWith('quote')) matching.quote(market, bid, bids, ask, asks, at(index))
        else if (step.startsWith('cancel')) matching.cancel(3, at(index))
        else matching.place(orderOf(`${index + 1} ${step}`), at(index))
        for (const { fill } of matching.updates.take()) {
          if (fill === null) continue
          const buying = fill.side === 'BUY'
          flow.BTC += buying ? fill.quantity : -fill.quantity
          flow.USDC += buying ? -fill.quote : fill.quote
          if (buying) asks -= toNumber(fill.quantity)
          else bids -= toNumber(fill.quantity)
          const [paid, met] = [toNumber(fill.price), buying ? ask : bid]
          // a maker is filled at its own price, which somebody offers to meet or better
          expect(paid === met || (fill.maker && (buying ? paid > met : paid < met))).toBe(true)
        }
        expect(Math.min(asks, bids)).toBeGreaterThanOrEqual(0)
      }
      const held = (asset: string): bigint => matching.wallet.of(asset).free + matching.wallet.of(asset).locked
      expect(held('BTC') - flow.BTC).toBe(quantity('10'))
      expect(held('USDC') - flow.USDC).toBe(quantity('1000'))
    }),
    { numRuns: 300 },
  )
})
