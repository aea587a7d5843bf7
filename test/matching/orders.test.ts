/** What the exchange does with each type of order. Each scene is a transcript: what is done -> what the exchange says. */
import { describe, expect, test } from 'vitest'
import { price, quantity } from '#domain/money.ts'
import { type Place, transcript } from '../support/exchange.ts'

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
const cent: Place = { filters: { tick: price('0.01') } }

describe('MARKET', () => {
  play([
    {
      name: 'sent between two bars, it fills at the next open',
      text: `
        close 99
        1 BUY MARKET 2         -> 1 accepted
        2 SELL MARKET 1        -> 2 accepted
        open 100               -> 1 filled 2 at 100 taker; 2 filled 1 at 100 taker
        wallet                 -> BTC 11, USDC 900`,
    },
    {
      name: 'sent while a bar is open, it fills at the price of the moment',
      text: `
        open 100
        1 BUY MARKET 2         -> 1 accepted; 1 filled 2 at 100 taker
        range 120 80
        close 90
        open 91`,
    },
    {
      name: 'slippage goes against the taker, on the grid',
      place: { ...cent, slippage: '0.0005' },
      text: `
        open 100.01
        1 BUY MARKET 1         -> 1 accepted; 1 filled 1 at 100.07 taker
        2 SELL MARKET 1        -> 2 accepted; 2 filled 1 at 99.95 taker`,
    },
    {
      name: 'an amount of quote buys the largest multiple of the step that it pays for; the rest stays free',
      place: { filters: { step: quantity('0.001') } },
      text: `
        1 BUY MARKET for 100   -> 1 accepted
        wallet                 -> BTC 10, USDC 1000 (100 locked)
        open 3                 -> 1 filled 33.333 at 3 taker
        wallet                 -> BTC 43.333, USDC 900.001`,
    },
    {
      name: 'a quantity that turns out too dear ends without a trade',
      text: `
        close 100
        1 BUY MARKET 10        -> 1 accepted
        open 101               -> 1 expired: 1010 USDC are needed, 1000 are free
        wallet                 -> BTC 10, USDC 1000`,
    },
    {
      name: 'an amount too small for a step ends without a trade',
      place: { filters: { step: quantity('1') } },
      text: `
        1 BUY MARKET for 50    -> 1 accepted
        open 51                -> 1 expired: there was no more volume to take
        wallet                 -> BTC 10, USDC 1000`,
    },
  ])
})

describe('LIMIT', () => {
  play([
    {
      name: 'crossed at the open that follows: fills at the open, as taker',
      place: { slippage: '0.001' },
      text: `
        close 100
        1 BUY LIMIT 2 at 95    -> 1 accepted
        open 90                -> 1 filled 2 at 90.09 taker
        wallet                 -> BTC 12, USDC 819.82`,
    },
    {
      name: 'slippage never goes beyond its own limit',
      place: { slippage: '0.1' },
      text: `
        1 BUY LIMIT 2 at 95    -> 1 accepted
        2 SELL LIMIT 1 at 88   -> 2 accepted
        open 90                -> 1 filled 2 at 95 taker; 2 filled 1 at 88 taker`,
    },
    {
      name: 'rests, and fills only when the price goes through it by a tick: others were before it',
      place: cent,
      text: `
        1 BUY LIMIT 2 at 95    -> 1 accepted
        2 SELL LIMIT 2 at 105  -> 2 accepted
        bar 100 105 95 100
        bar 100 104.99 95.01 100
        bar 100 105 94.99 100  -> 1 filled 2 at 95 maker
        bar 100 105.01 95 100  -> 2 filled 2 at 105 maker
        wallet                 -> BTC 10, USDC 1020`,
    },
    {
      name: 'where a symbol has no tick, the least step of a price will do',
      text: `
        1 BUY LIMIT 2 at 95    -> 1 accepted
        bar 100 105 95 100
        bar 100 105 94.99999999 100 -> 1 filled 2 at 95 maker`,
    },
    {
      name: 'resting, a gap over it fills it at its price, not better',
      place: { ...cent, slippage: '0.01' },
      text: `
        open 100
        1 BUY LIMIT 2 at 95    -> 1 accepted
        2 SELL LIMIT 2 at 105  -> 2 accepted
        range 100 100
        close 100
        bar 90 91 89 90        -> 1 filled 2 at 95 maker
        bar 110 111 109 110    -> 2 filled 2 at 105 maker`,
    },
    {
      name: 'resting, an open exactly at it does not fill it',
      place: cent,
      text: `
        open 100
        1 BUY LIMIT 2 at 95    -> 1 accepted
        close 100
        open 95
        range 96 95`,
    },
    {
      name: 'crossed by the price of the moment: fills at it, as taker',
      text: `
        open 100
        1 BUY LIMIT 2 at 101   -> 1 accepted; 1 filled 2 at 100 taker
        2 SELL LIMIT 2 at 99   -> 2 accepted; 2 filled 2 at 100 taker`,
    },
    {
      name: 'what was locked for a worse price becomes free',
      text: `
        1 BUY LIMIT 2 at 95    -> 1 accepted
        wallet                 -> BTC 10, USDC 1000 (190 locked)
        open 90                -> 1 filled 2 at 90 taker
        wallet                 -> BTC 12, USDC 820`,
    },
  ])
})

describe('IOC and FOK', () => {
  const thin: Place = { volumeShare: 0.1 }
  play([
    {
      name: 'IOC: what fills at once fills, the rest expires',
      place: thin,
      text: `
        1 BUY LIMIT 2 at 101 IOC  -> 1 accepted
        open 100 15               -> 1 partly_filled 1.5 at 100 taker; 1 expired: what did not fill at once expires
        wallet                    -> BTC 11.5, USDC 850`,
    },
    {
      name: 'IOC: not crossed, it expires whole',
      text: `
        1 BUY LIMIT 2 at 99 IOC   -> 1 accepted
        open 100                  -> 1 expired: what did not fill at once expires
        wallet                    -> BTC 10, USDC 1000`,
    },
    {
      name: 'FOK: all of it',
      place: thin,
      text: `
        1 BUY LIMIT 2 at 101 FOK  -> 1 accepted
        open 100 20               -> 1 filled 2 at 100 taker`,
    },
    {
      name: 'FOK: or nothing',
      place: thin,
      text: `
        1 BUY LIMIT 2 at 101 FOK  -> 1 accepted
        open 100 19.99            -> 1 expired: what did not fill at once expires
        wallet                    -> BTC 10, USDC 1000`,
    },
    {
      name: 'FOK while a bar is open: all of it or nothing, at once',
      place: thin,
      text: `
        open 100 20
        1 BUY LIMIT 3 at 101 FOK  -> 1 accepted; 1 expired: what did not fill at once expires
        2 BUY LIMIT 2 at 101 FOK  -> 2 accepted; 2 filled 2 at 100 taker`,
    },
    {
      name: 'a stop-limit waits for its stop, then does not wait any more',
      place: thin,
      text: `
        close 100
        1 SELL STOP_LOSS_LIMIT 2 stop 95 at 94 IOC -> 1 accepted
        bar 100 101 96 97
        bar 97 97 90 92 15        -> 1 partly_filled 1.5 at 95 taker; 1 expired: what did not fill at once expires
        2 SELL STOP_LOSS_LIMIT 2 stop 91 at 90 FOK -> 2 accepted
        bar 92 92 90 91 15        -> 2 expired: what did not fill at once expires
        wallet                    -> BTC 8.5, USDC 1142.5`,
    },
  ])
})

describe('LIMIT_MAKER', () => {
  play([
    {
      name: 'refused where it would take',
      text: `
        open 100
        1 BUY LIMIT_MAKER 1 at 100  -> 1 rejected: the order would match and take immediately
        2 BUY LIMIT_MAKER 1 at 101  -> 2 rejected: the order would match and take immediately
        3 SELL LIMIT_MAKER 1 at 99  -> 3 rejected: the order would match and take immediately
        wallet                      -> BTC 10, USDC 1000`,
    },
    {
      name: 'between two bars the close counts',
      text: `
        close 100
        1 SELL LIMIT_MAKER 1 at 100 -> 1 rejected: the order would match and take immediately`,
    },
    {
      name: 'rests from then on: an open over it fills it at its price, as maker',
      place: { slippage: '0.01' },
      text: `
        close 100
        1 SELL LIMIT_MAKER 1 at 105 -> 1 accepted
        2 BUY LIMIT_MAKER 1 at 95   -> 2 accepted
        open 107                    -> 1 filled 1 at 105 maker
        range 108 106
        close 107
        open 90                     -> 2 filled 1 at 95 maker`,
    },
    {
      name: 'goes through by a tick, like all that rest',
      place: cent,
      text: `
        close 100
        1 SELL LIMIT_MAKER 1 at 105 -> 1 accepted
        bar 100 105 99 100
        bar 100 105.01 99 100       -> 1 filled 1 at 105 maker`,
    },
  ])
})

describe('STOP_LOSS', () => {
  play([
    {
      name: 'a sale waits for a fall: touched is enough, and it takes the stop price less slippage',
      place: { ...cent, slippage: '0.001' },
      text: `
        close 100
        1 SELL STOP_LOSS 2 stop 95  -> 1 accepted
        bar 100 101 95.01 100
        bar 100 101 95 100          -> 1 filled 2 at 94.9 taker`,
    },
    {
      name: 'a gap under the stop: the worse of stop and open',
      text: `
        close 100
        1 SELL STOP_LOSS 2 stop 95  -> 1 accepted
        open 90                     -> 1 filled 2 at 90 taker`,
    },
    {
      name: 'a purchase waits for a rise',
      place: { slippage: '0.001' },
      text: `
        close 100
        1 BUY STOP_LOSS 2 stop 105  -> 1 accepted
        wallet                      -> BTC 10, USDC 1000
        bar 100 104.99 99 100
        bar 100 105 99 100          -> 1 filled 2 at 105.105 taker
        wallet                      -> BTC 12, USDC 789.79`,
    },
    {
      name: 'a purchase over a gap: the worse of stop and open; too dear, it ends',
      text: `
        close 100
        1 BUY STOP_LOSS 2 stop 105  -> 1 accepted
        2 BUY STOP_LOSS 9 stop 106  -> 2 accepted
        open 110                    -> 1 filled 2 at 110 taker; 2 expired: 990 USDC are needed, 780 are free`,
    },
    {
      name: 'refused where it would trigger at once',
      text: `
        open 100
        1 SELL STOP_LOSS 1 stop 100 -> 1 rejected: the order would trigger immediately: stop 100, last price 100
        2 SELL STOP_LOSS 1 stop 101 -> 2 rejected: the order would trigger immediately: stop 101, last price 100
        3 BUY STOP_LOSS 1 stop 100  -> 3 rejected: the order would trigger immediately: stop 100, last price 100
        4 BUY STOP_LOSS 1 stop 99   -> 4 rejected: the order would trigger immediately: stop 99, last price 100`,
    },
    {
      name: 'inside a bar the price of the moment is where the last order was touched',
      text: `
        open 100
        1 BUY STOP_LOSS 1 stop 105  -> 1 accepted
        range 106 99                -> 1 filled 1 at 105 taker
        2 SELL STOP_LOSS 1 stop 102 -> 2 accepted
        3 SELL MARKET 1             -> 3 accepted; 3 filled 1 at 105 taker
        4 SELL LIMIT_MAKER 1 at 103 -> 4 rejected: the order would match and take immediately`,
    },
  ])
})

describe('STOP_LOSS_LIMIT', () => {
  play([
    {
      name: 'at its stop it becomes a limit, and takes what its limit allows',
      place: { slippage: '0.001' },
      text: `
        close 100
        1 SELL STOP_LOSS_LIMIT 2 stop 95 at 94    -> 1 accepted
        2 BUY STOP_LOSS_LIMIT 2 stop 105 at 105.1 -> 2 accepted
        wallet                                    -> BTC 10 (2 locked), USDC 1000 (210.2 locked)
        bar 100 101 95 96                         -> 1 filled 2 at 94.905 taker
        bar 96 105 95 104                         -> 2 filled 2 at 105.1 taker
        wallet                                    -> BTC 10, USDC 979.61`,
    },
    {
      name: 'jumped over by a gap it waits at its limit, and then makes',
      place: cent,
      text: `
        close 100
        1 SELL STOP_LOSS_LIMIT 2 stop 95 at 94    -> 1 accepted
        bar 90 94 89 93
        bar 93 94.01 92 93                        -> 1 filled 2 at 94 maker`,
    },
    {
      name: 'a gap that the limit still allows: the open',
      text: `
        close 100
        1 SELL STOP_LOSS_LIMIT 2 stop 95 at 90    -> 1 accepted
        open 92                                   -> 1 filled 2 at 92 taker`,
    },
  ])
})

describe('TAKE_PROFIT and TAKE_PROFIT_LIMIT', () => {
  play([
    {
      name: 'a sale waits for a rise and takes; a gap is to its advantage',
      place: { slippage: '0.001' },
      text: `
        close 100
        1 SELL TAKE_PROFIT 1 stop 110 -> 1 accepted
        2 SELL TAKE_PROFIT 1 stop 115 -> 2 accepted
        bar 100 110 99 105            -> 1 filled 1 at 109.89 taker
        open 120                      -> 2 filled 1 at 119.88 taker`,
    },
    {
      name: 'a purchase waits for a fall',
      text: `
        close 100
        1 BUY TAKE_PROFIT 1 stop 90   -> 1 accepted
        bar 100 101 90 95             -> 1 filled 1 at 90 taker`,
    },
    {
      name: 'with a limit: at the stop price if the limit allows it, else it waits',
      place: cent,
      text: `
        close 100
        1 SELL TAKE_PROFIT_LIMIT 1 stop 110 at 109 -> 1 accepted
        2 SELL TAKE_PROFIT_LIMIT 1 stop 110 at 112 -> 2 accepted
        bar 100 110 99 105                         -> 1 filled 1 at 110 taker
        bar 105 112 104 110
        bar 110 112.01 109 110                     -> 2 filled 1 at 112 maker`,
    },
    {
      name: 'refused where it would trigger at once',
      text: `
        open 100
        1 SELL TAKE_PROFIT 1 stop 100 -> 1 rejected: the order would trigger immediately: stop 100, last price 100
        2 BUY TAKE_PROFIT 1 stop 101  -> 2 rejected: the order would trigger immediately: stop 101, last price 100`,
    },
  ])
})

describe('one cancels the other', () => {
  const pair = `
        close 100
        1 SELL STOP_LOSS 2 stop 95 | 2 SELL LIMIT_MAKER 2 at 110 -> 1 accepted; 2 accepted
        wallet -> BTC 10 (2 locked), USDC 1000`
  const pairOver = '2 expired: the other order of the pair was reached; '
  play([
    { name: 'locks once', text: pair },
    {
      name: 'the stop',
      text: `${pair}
        bar 100 101 95 96             -> ${pairOver}1 filled 2 at 95 taker
        wallet                        -> BTC 8, USDC 1190`,
    },
    {
      name: 'the stop, over a gap',
      text: `${pair}
        open 90                       -> ${pairOver}1 filled 2 at 90 taker`,
    },
    {
      name: 'the limit',
      text: `${pair}
        bar 100 111 96 105            -> 2 filled 2 at 110 maker; 1 expired: the other order of the pair was reached
        wallet                        -> BTC 8, USDC 1220`,
    },
    {
      name: 'the limit, over a gap',
      text: `${pair}
        open 115                      -> 2 filled 2 at 110 maker; 1 expired: the other order of the pair was reached`,
    },
    {
      name: 'both within reach of one bar: the stop came first, and the bar is counted',
      text: `${pair}
        ambiguous                     -> 0
        bar 100 111 95 105            -> ${pairOver}1 filled 2 at 95 taker
        ambiguous                     -> 1`,
    },
    {
      name: 'a gap decides what the range does not: nothing is counted',
      text: `${pair}
        bar 94 111 90 105             -> ${pairOver}1 filled 2 at 94 taker
        ambiguous                     -> 0`,
    },
    {
      name: 'cancelling either takes both',
      text: `${pair}
        cancel 2                      -> 2 cancelled; 1 cancelled
        wallet                        -> BTC 10, USDC 1000
        cancel 1                      -> not open
        bar 100 111 90 100`,
    },
    {
      name: 'a part of the limit ends the stop; the rest of the limit goes on, with its lock',
      place: { volumeShare: 0.1 },
      text: `${pair}
        bar 100 111 96 105 15         -> 2 partly_filled 1.5 at 110 maker; 1 expired: the other order of the pair was reached
        wallet                        -> BTC 8.5 (0.5 locked), USDC 1165
        bar 105 111 90 105 100        -> 2 filled 0.5 at 110 maker
        wallet                        -> BTC 8, USDC 1220`,
    },
    {
      name: 'a part of the stop: both end, the rest is free',
      place: { volumeShare: 0.1 },
      text: `${pair}
        bar 100 101 90 95 15          -> ${pairOver}1 partly_filled 1.5 at 95 taker; 1 expired: there was no more volume to take
        wallet                        -> BTC 8.5, USDC 1142.5`,
    },
    {
      name: 'a stop-limit leg that a gap jumps over: the other is gone, it waits with the lock',
      place: cent,
      text: `
        close 100
        1 SELL STOP_LOSS_LIMIT 2 stop 95 at 94 | 2 SELL LIMIT_MAKER 2 at 110 -> 1 accepted; 2 accepted
        bar 90 93 89 92               -> 2 expired: the other order of the pair was reached
        wallet                        -> BTC 10 (2 locked), USDC 1000
        cancel 1                      -> 1 cancelled
        wallet                        -> BTC 10, USDC 1000`,
    },
    {
      name: 'whichever is named first',
      text: `
        close 100
        1 SELL LIMIT_MAKER 2 at 110 | 2 SELL STOP_LOSS 2 stop 95 -> 1 accepted; 2 accepted
        bar 100 111 90 100            -> 1 expired: the other order of the pair was reached; 2 filled 2 at 95 taker
        wallet                        -> BTC 8, USDC 1190`,
    },
    {
      name: 'one refused, both refused',
      text: `
        open 100
        1 SELL STOP_LOSS 2 stop 95 | 2 SELL LIMIT_MAKER 2 at 99    -> 1 rejected: the order would match and take immediately; 2 rejected: the order would match and take immediately
        1 SELL STOP_LOSS 2 stop 101 | 2 SELL LIMIT_MAKER 2 at 110  -> 1 rejected: the order would trigger immediately: stop 101, last price 100; 2 rejected: the order would trigger immediately: stop 101, last price 100
        1 SELL STOP_LOSS 11 stop 95 | 2 SELL LIMIT_MAKER 11 at 110 -> 1 rejected: 11 BTC are needed, 10 are free; 2 rejected: 11 BTC are needed, 10 are free
        wallet                        -> BTC 10, USDC 1000`,
    },
    {
      name: 'to buy: locks the dearer of the two, whichever is named first',
      text: `
        close 100
        1 BUY LIMIT_MAKER 2 at 90 | 2 BUY STOP_LOSS_LIMIT 2 stop 110 at 111 -> 1 accepted; 2 accepted
        wallet                        -> BTC 10, USDC 1000 (222 locked)
        3 BUY STOP_LOSS 2 stop 112 | 4 BUY LIMIT_MAKER 2 at 90              -> 3 accepted; 4 accepted
        wallet                        -> BTC 10, USDC 1000 (446 locked)
        bar 100 110 99 105            -> 1 expired: the other order of the pair was reached; 2 filled 2 at 110 taker
        wallet                        -> BTC 12, USDC 780 (224 locked)
        bar 105 106 89 95             -> 4 filled 2 at 90 maker; 3 expired: the other order of the pair was reached
        wallet                        -> BTC 14, USDC 600`,
    },
    {
      name: 'to buy: a stop that a gap makes dearer than its lock takes from what is free, or ends',
      place: { have: '230 USDC' },
      text: `
        close 100
        1 BUY STOP_LOSS 2 stop 110 | 2 BUY LIMIT_MAKER 2 at 90 -> 1 accepted; 2 accepted
        open 114                      -> ${pairOver}1 filled 2 at 114 taker
        wallet                        -> BTC 2, USDC 2
        cancel 1                      -> not open`,
    },
    {
      name: 'to buy: too dear over a gap, both end',
      place: { have: '230 USDC' },
      text: `
        close 100
        1 BUY STOP_LOSS 2 stop 110 | 2 BUY LIMIT_MAKER 2 at 90 -> 1 accepted; 2 accepted
        open 116                      -> ${pairOver}1 expired: 232 USDC are needed, 10 are free
        wallet                        -> USDC 230`,
    },
  ])
})
