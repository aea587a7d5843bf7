/** A position is made of fills: average cost, realised profit, fees in base, quote or a third asset, and what is conserved. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Amount,
  add,
  feeOn,
  floorTo,
  format,
  type Money,
  money,
  notional,
  type Price,
  price,
  type Quantity,
  quantity,
  type Ratio,
  ratio,
  subtract,
  zero,
} from '#domain/money.ts'
import type { Fill, Side } from '#domain/order.ts'
import {
  applyFill,
  endRoundTrip,
  feeInQuote,
  feeWorthAt,
  flat,
  isFeeUnvalued,
  type Position,
  paidPrice,
  unrealisedOf,
} from '#domain/position.ts'
import { at } from '#domain/time.ts'

let trades = 0
const fillOf = (
  side: Side,
  size: Quantity,
  at_: Price,
  fee: Amount<string>,
  feeAsset: string,
  time = 1,
  feeWorth = zero<Money>(),
): Fill => ({
  tradeId: ++trades,
  orderId: 1,
  symbol: 'BTCUSDC',
  side,
  price: at_,
  quantity: size,
  quote: notional(at_, size),
  fee,
  feeAsset,
  feeWorth,
  maker: false,
  time: at(time),
})

/** "BUY 2 at 100 fee 0.002 BTC" as a fill; "BUY 2 at 100 fee 0.001 BNB worth 0.6" where the price of a third asset is known. */
function read(text: string, time: number): Fill {
  const [side, size, , at_, , fee = '0', asset = 'USDC', , worth = '0'] = text.split(' ') as [Side, string, string, string, ...string[]]
  return fillOf(side, quantity(size), price(at_), money(fee), asset, time, money(worth))
}

const show = ({ quantity: held, cost, realised, fees, bought, sold }: Position): string =>
  `${format(held)} cost ${format(cost)} realised ${format(realised)} fees ${format(fees)} bought ${format(bought)} sold ${format(sold)}`

describe('fill by fill', () => {
  test.each([
    {
      name: 'two buys have one average cost, half of it goes with half of the quantity',
      fills: {
        'BUY 1 at 100': '1 cost 100 realised 0 fees 0 bought 100 sold 0',
        'BUY 1 at 110': '2 cost 210 realised 0 fees 0 bought 210 sold 0',
        'SELL 1 at 120': '1 cost 105 realised 15 fees 0 bought 210 sold 120',
        'SELL 1 at 90': '0 cost 0 realised 0 fees 0 bought 210 sold 210',
      },
    },
    {
      name: 'fees in quote: dearer bought, less received',
      fills: {
        'BUY 1 at 100 fee 0.1 USDC': '1 cost 100.1 realised 0 fees 0.1 bought 100.1 sold 0',
        'SELL 1 at 110 fee 0.11 USDC': '0 cost 0 realised 9.79 fees 0.21 bought 100.1 sold 109.89',
      },
    },
    {
      name: 'a fee in base: less received, valued at the price of the fill',
      fills: {
        'BUY 1 at 100 fee 0.001 BTC': '0.999 cost 100 realised 0 fees 0.1 bought 100 sold 0',
        'SELL 0.999 at 110 fee 0.10989 USDC': '0 cost 0 realised 9.78011 fees 0.20989 bought 100 sold 109.78011',
      },
    },
    {
      name: 'a fee in a third asset counts at its worth, as one in quote does',
      fills: {
        'BUY 1 at 100 fee 0.0002 BNB worth 0.12': '1 cost 100.12 realised 0 fees 0.12 bought 100.12 sold 0',
        'SELL 0.5 at 110 fee 0.0001 BNB worth 0.06': '0.5 cost 50.06 realised 4.88 fees 0.18 bought 100.12 sold 54.94',
        'SELL 0.5 at 120 fee 0.0001 BNB worth 0.07': '0 cost 0 realised 14.75 fees 0.25 bought 100.12 sold 114.87',
      },
    },
    {
      name: 'one whose price is not known counts as nothing: the ledger has it',
      fills: {
        'BUY 1 at 100 fee 0.0002 BNB': '1 cost 100 realised 0 fees 0 bought 100 sold 0',
        'SELL 1 at 110 fee 0.0002 BNB': '0 cost 0 realised 10 fees 0 bought 100 sold 110',
      },
    },
    {
      name: 'sold in thirds: cost is rounded down, the last part takes what is left',
      fills: {
        'BUY 3 at 33.33333333': '3 cost 99.99999999 realised 0 fees 0 bought 99.99999999 sold 0',
        'SELL 1 at 40': '2 cost 66.66666666 realised 6.66666667 fees 0 bought 99.99999999 sold 40',
        'SELL 1 at 40 fee 0 USDC': '1 cost 33.33333333 realised 13.33333334 fees 0 bought 99.99999999 sold 80',
        'SELL 1 at 40 fee 0 X': '0 cost 0 realised 20.00000001 fees 0 bought 99.99999999 sold 120',
      },
    },
    {
      name: 'a fee in base on a sale takes from the position too',
      fills: {
        'BUY 2 at 100': '2 cost 200 realised 0 fees 0 bought 200 sold 0',
        'SELL 0.999 at 100 fee 0.001 BTC': '1 cost 100 realised -0.1 fees 0.1 bought 200 sold 99.9',
      },
    },
    {
      name: 'a fee in base on the sale of all of it is paid from what else the account has',
      fills: {
        'BUY 1 at 100': '1 cost 100 realised 0 fees 0 bought 100 sold 0',
        'SELL 1 at 100 fee 0.001 BTC': '0 cost 0 realised 0 fees 0.1 bought 100 sold 100',
      },
    },
  ])('$name', ({ fills }) => {
    const position = flat('rsi', 'BTCUSDC')
    let time = 0
    for (const [text, after] of Object.entries(fills)) {
      applyFill(position, read(text, ++time), 'BTC', 'USDC')
      expect(`${text}: ${show(position)}`).toBe(`${text}: ${after}`)
    }
  })

  test('what is sold beyond what is held has no cost', () => {
    const position = flat('rsi', 'BTCUSDC')
    applyFill(position, read('BUY 1 at 100', 1), 'BTC', 'USDC')
    expect(format(applyFill(position, read('SELL 1.5 at 100', 2), 'BTC', 'USDC'))).toBe('50')
    expect([position.quantity, position.cost]).toEqual([0n, 0n])
    const { trip } = endRoundTrip(position, at(3))
    expect([format(trip.bought), format(trip.sold), format(trip.realised)]).toEqual(['100', '150', '50'])
    // and what is sold of nothing is a round trip of its own
    applyFill(position, read('SELL 1 at 100', 4), 'BTC', 'USDC')
    const { trip: other } = endRoundTrip(position, at(5))
    expect([format(other.bought), format(other.sold), format(other.realised)]).toEqual(['0', '100', '100'])
  })

  test('what was paid and what it is worth', () => {
    const position = flat('rsi', 'BTCUSDC')
    expect(paidPrice(position)).toBe(0n)
    applyFill(position, read('BUY 1 at 100 fee 0.1 USDC', 1), 'BTC', 'USDC')
    applyFill(position, read('BUY 2 at 110 fee 0.22 USDC', 2), 'BTC', 'USDC')
    expect(format(paidPrice(position))).toBe('106.77333333')
    expect(format(unrealisedOf(position, price('120')))).toBe('39.68')
    expect(format(unrealisedOf(position, price('100')))).toBe('-20.32')
  })

  test.each([
    ['0.1 USDC', '0.1'],
    ['0.001 BTC', '0.1'],
    ['0.5 BNB', '0'],
    ['0.5 BNB worth 300', '300'],
  ])('a fee of %s is %s in quote', (fee, value) => {
    expect(format(feeInQuote(read(`BUY 1 at 100 fee ${fee}`, 1), 'BTC', 'USDC'))).toBe(value)
  })
})

test.each([
  ['0.0001 BNB', true],
  ['0.0001 BNB worth 0.06', false],
  ['0 BNB', false],
  ['0.1 USDC', false],
  ['0.001 BTC', false],
])('a fee of %s is one whose worth is not known: %s', (fee, unknown) => {
  expect(isFeeUnvalued(read(`BUY 1 at 100 fee ${fee}`, 1), 'BTC', 'USDC')).toBe(unknown)
})

test.each([
  ['600', '0.0001', '0.06'],
  ['0', '0.0001', '0'],
  ['600', '0', '0'],
  // a price that is known is never taken for one that is not
  ['0.01', '0.00000001', '0.00000001'],
])('at a price of %s a fee of %s is worth %s', (at_, fee, worth) => {
  expect(format(feeWorthAt(price(at_), quantity(fee)))).toBe(worth)
})

describe('the round trip', () => {
  test('begins with the first buy, ends with what is sold; the next one begins at nothing', () => {
    const position = flat('rsi', 'BTCUSDC')
    applyFill(position, read('BUY 1 at 100 fee 0.001 BTC', 5), 'BTC', 'USDC')
    applyFill(position, read('SELL 0.99 at 110', 7), 'BTC', 'USDC')
    const { trip, dust } = endRoundTrip(position, at(7))
    // the unsellable 0.009 are dust, and what they cost is lost
    expect(format(dust)).toBe('0.009')
    expect({
      ...trip,
      bought: format(trip.bought),
      sold: format(trip.sold),
      realised: format(trip.realised),
      quantity: format(trip.quantity),
      fees: format(trip.fees),
    }).toEqual({
      owner: 'rsi',
      symbol: 'BTCUSDC',
      openedAt: 5,
      closedAt: 7,
      quantity: '0.999',
      bought: '100',
      sold: '108.9',
      realised: '8.9',
      fees: '0.1',
    })
    expect(position.quantity).toBe(0n)
    expect(position.cost).toBe(0n)
    applyFill(position, read('BUY 1 at 50', 9), 'BTC', 'USDC')
    expect(position.openedAt).toBe(9)
    expect(show(position)).toBe('1 cost 50 realised 0 fees 0 bought 50 sold 0')
  })
})

// expect() costs more than what it looks at, a hundred thousand times over
const same = <T>(value: T, wanted: T): void => {
  if (value !== wanted) throw new Error(`${value} should be ${wanted}`)
}

test('cash and cost are conserved, whatever is traded: what was paid and not yet realised is the cost of what is held', () => {
  const step = fc.record({
    buying: fc.boolean(),
    size: fc.bigInt({ min: 1n, max: 10n ** 12n }),
    at: fc.bigInt({ min: 1n, max: 10n ** 15n }),
    rate: fc.constantFrom('0', '0.001', '0.00075', '0.01'),
    feeAsset: fc.constantFrom('BTC', 'USDC', 'BNB'),
  })
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 20 }), steps => {
      const position = flat('rsi', 'BTCUSDC')
      let cash = 0n
      let coins = 0n
      let realised = 0n
      for (const { buying, size: wanted, at: at_, rate, feeAsset } of steps) {
        // only what is held can be sold; a fee in base comes on top of it
        const size = (buying ? wanted : wanted < position.quantity ? wanted : position.quantity) as Quantity
        if (size === 0n) continue
        const quote = notional(at_ as Price, size)
        const gross = feeAsset === 'BTC' ? size : quote
        const fee = feeOn(gross as Amount<string>, ratio(rate) as Ratio)
        const before = position.quantity === 0n ? 0n : position.realised
        const worth = feeAsset === 'BNB' ? (fee as bigint as Money) : zero<Money>()
        applyFill(position, fillOf(buying ? 'BUY' : 'SELL', size, at_ as Price, fee, feeAsset, 1, worth), 'BTC', 'USDC')
        realised += position.realised - before
        cash += buying ? -quote : quote
        coins += buying ? size : -size
        // what BNB is worth went too, though not as cash
        if (feeAsset !== 'BTC') cash -= fee
        // beyond what is held, a fee in base is paid from what else the account has
        if (feeAsset === 'BTC') coins = fee < coins ? coins - fee : 0n
        same(position.quantity, coins)
        same(cash + position.cost, realised)
        same(subtract(position.sold, position.bought), subtract(position.realised, position.cost))
        same(position.quantity >= 0n && position.cost >= 0n, true)
        if (position.quantity === 0n) same(position.cost, 0n)
      }
      const held = position.cost
      const { trip } = endRoundTrip(position, at(9))
      expect(trip.realised).toBe(subtract(trip.sold, trip.bought))
      same(cash, realised - held)
    }),
    { numRuns: 10_000 },
  )
})

test('average cost: a sale at the average price realises nothing but rounding', () => {
  const buys = fc.array(fc.tuple(fc.bigInt({ min: 10n ** 6n, max: 10n ** 12n }), fc.bigInt({ min: 10n ** 6n, max: 10n ** 13n })), {
    minLength: 1,
    maxLength: 8,
  })
  fc.assert(
    fc.property(buys, list => {
      const position = flat('rsi', 'BTCUSDC')
      for (const [size, at_] of list) applyFill(position, fillOf('BUY', size as Quantity, at_ as Price, money('0'), 'USDC'), 'BTC', 'USDC')
      const total = list.reduce((sum, [size, at_]) => add(sum, notional(at_ as Price, size as Quantity)), money('0'))
      expect(position.cost).toBe(total)
      const mean = paidPrice(position)
      applyFill(position, fillOf('SELL', floorTo(position.quantity, quantity('0.00000001')), mean, money('0'), 'USDC'), 'BTC', 'USDC')
      const off = position.realised < 0n ? -position.realised : (position.realised as bigint)
      // half a unit of price, times the quantity, and one unit for rounding down
      expect(off <= position.volume / 200_000_000n + 1n).toBe(true)
    }),
    { numRuns: 2000 },
  )
})
