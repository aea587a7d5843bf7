/** What orders lock, and what trades cost. */
import type { Card } from '../card.ts'
import type { Binance } from '../client/binance.ts'
import { decimal } from '../client/instrument.ts'
import { type Reply, refused } from '../client/rest.ts'
import { hasFields, holds, NotRun, same, type Seen } from '../seen.ts'

const ONE = 100_000_000n

// Rates of the account for the traded symbol: maker or taker with buyer or seller, standard, special and tax together.
async function rateOf(binance: Binance, parts: readonly string[]): Promise<bigint> {
  const rates = await binance.rest.done('GET', '/api/v3/account/commission', { symbol: binance.symbol })
  const kinds = ['standardCommission', 'specialCommission', 'taxCommission']
  return kinds.reduce((sum, kind) => sum + parts.reduce((all, part) => all + rates.amount(kind, part), 0n), 0n)
}

// Fees are paid from what is received unless BNB pays them.
async function withoutBnb(binance: Binance): Promise<void> {
  const { body } = await binance.rest.signed('GET', '/api/v3/account/commission', { symbol: binance.symbol })
  if (body.at('discount', 'enabledForAccount') !== true) return
  if ((await binance.balance('BNB')).free > 0n) throw new NotRun('this account pays its fees in BNB')
}

// Has the fees paid in BNB meanwhile. `act` is handed the plain rate of a taker.
async function payingInBnb(binance: Binance, act: (rate: bigint) => Promise<void>): Promise<void> {
  const { body } = await binance.rest.signed('GET', '/api/v3/account/commission', { symbol: binance.symbol })
  const before = body.at('discount', 'enabledForAccount') === true
  const burn = (on: boolean): Promise<Reply> => binance.rest.signed('POST', '/sapi/v1/bnbBurn', { spotBNBBurn: on })
  const { status } = await binance.rest.get('/api/v3/ticker/price', { symbol: `BNB${binance.instrument.quote}` })
  if (status !== 200 || (await binance.balance('BNB')).free === 0n) throw new NotRun('there is no BNB to pay with')
  if (!before && (await burn(true)).status !== 200) throw new NotRun('this account does not pay its fees in BNB')
  try {
    await act(await rateOf(binance, ['taker', 'buyer']))
  } finally {
    if (!before) await burn(false)
  }
}

const feesOf = (order: Seen): bigint => order.list('fills').reduce((sum, fill) => sum + fill.amount('commission'), 0n)

/** All of them. */
export const balances: readonly Card[] = [
  {
    id: 'balance-buy-locks-quote',
    says: 'A resting BUY locks price times quantity of the quote asset; its cancel gives it back.',
    source: 'binance.md 10 [D]',
    async run(binance) {
      const { quote } = binance.instrument
      const params = await binance.limit('BUY')
      const worth = (BigInt(Math.round(Number(params['price']) * 1e8)) * BigInt(Math.round(Number(params['quantity']) * 1e8))) / ONE
      const before = await binance.balance(quote)
      const orderId = (await binance.placed(params)).number('orderId')
      await binance.eventually(async () => same('quote is now', await binance.balance(quote), lockedMore(before, worth)))
      await binance.cancel({ orderId })
      await binance.eventually(async () => same('after the cancel quote is', await binance.balance(quote), before))
    },
  },
  {
    id: 'balance-sell-locks-base',
    says: 'A resting SELL locks its quantity of the base asset.',
    source: 'binance.md 10 [D]',
    async run(binance) {
      const { base } = binance.instrument
      const before = await binance.balance(base)
      const order = await binance.rests('SELL')
      await binance.eventually(async () => same('base is now', await binance.balance(base), lockedMore(before, order.amount('origQty'))))
    },
  },
  {
    id: 'balance-insufficient',
    says: 'An order for more than is free is -2010 "Account has insufficient balance for requested action."',
    source: 'binance.md 4 [D]',
    async run(binance) {
      const order = await binance.tooLarge()
      refused(await binance.order(order), 400, -2010, 'Account has insufficient balance for requested action.')
    },
  },
  {
    id: 'fee-of-a-buy-is-in-base',
    says: 'A buyer pays the fee from the base asset that was bought: one owns less than executedQty.',
    source: 'binance.md 1.16 [D]',
    async run(binance) {
      await withoutBnb(binance)
      const { base } = binance.instrument
      const before = await binance.balance(base)
      const order = await binance.fills('BUY')
      for (const fill of order.list('fills')) same('the commissionAsset is', fill.text('commissionAsset'), base)
      const received = order.amount('executedQty') - feesOf(order)
      await binance.eventually(async () => same('base grew by', (await binance.balance(base)).free - before.free, received))
    },
  },
  {
    id: 'fee-of-a-sell-is-in-quote',
    says: 'A seller pays the fee from the quote asset that was received.',
    source: 'binance.md 1.16 [D]',
    async run(binance) {
      await withoutBnb(binance)
      const { quote } = binance.instrument
      const before = await binance.balance(quote)
      const order = await binance.fills('SELL')
      for (const fill of order.list('fills')) same('the commissionAsset is', fill.text('commissionAsset'), quote)
      const received = order.amount('cummulativeQuoteQty') - feesOf(order)
      await binance.eventually(async () => same('quote grew by', (await binance.balance(quote)).free - before.free, received))
    },
  },
  {
    id: 'fee-is-the-told-rate',
    says: 'The fee is what account/commission tells for taker and buyer, times what was received.',
    source: 'binance.md 1.16 [D]',
    async run(binance) {
      await withoutBnb(binance)
      const rate = await rateOf(binance, ['taker', 'buyer'])
      const order = await binance.fills('BUY')
      for (const fill of order.list('fills')) {
        const [paid, due] = [fill.amount('commission'), (fill.amount('qty') * rate) / ONE]
        holds(paid - due <= 1n && due - paid <= 1n, `a commission of ${decimal(due)}, to the last digit`, decimal(paid))
      }
    },
  },
  {
    id: 'fee-default-is-ten-basis-points',
    says: 'An account without any rank pays 0.1 % as maker and as taker.',
    source: 'binance.md 1.16 [M]',
    switch: 'defaultFeeIsTenBasisPoints',
    async run(binance) {
      const account = await binance.rest.done('GET', '/api/v3/account')
      same('the maker rate is', account.amount('commissionRates', 'maker'), 100_000n)
      same('the taker rate is', account.amount('commissionRates', 'taker'), 100_000n)
    },
  },
  {
    id: 'fee-account-counts-basis-points',
    says: 'The account tells makerCommission and takerCommission in basis points, commissionRates as shares.',
    source: 'binance.md 1.5 [D]',
    async run(binance) {
      const account = await binance.rest.done('GET', '/api/v3/account')
      for (const kind of ['maker', 'taker'])
        same(
          `${kind}Commission times 10000 is`,
          BigInt(account.number(`${kind}Commission`)) * 10_000n,
          account.amount('commissionRates', kind),
        )
    },
  },
  {
    id: 'fee-discount-multiplies',
    says: 'Where BNB pays, a discount of 0.25 leaves 0.75 of the standard fee.',
    source: 'binance.md 1.16 [M]',
    switch: 'discountMultiplies',
    async run(binance) {
      await payingInBnb(binance, async rate => {
        const order = await binance.fills('BUY')
        const paid = feesOf(order)
        same('the commissionAsset is', order.at('fills', 0, 'commissionAsset'), 'BNB')
        const { body } = await binance.rest.get('/api/v3/ticker/price', { symbol: `BNB${binance.instrument.quote}` })
        const plain = (order.amount('cummulativeQuoteQty') * rate) / body.amount('price')
        const share = Number(paid) / Number(plain)
        // the price that Binance converts at is not told: a tenth up or down is it
        holds(share > 0.67 && share < 0.83, 'about 0.75 of the plain fee', share)
      })
    },
  },
  {
    id: 'fee-discount-is-told',
    says: 'account/commission tells the discount: BNB, its rate, and whether account and symbol have it.',
    source: 'binance.md 1.5 [D]',
    async run(binance) {
      const rates = await binance.rest.done('GET', '/api/v3/account/commission', { symbol: binance.symbol })
      hasFields(rates, 'symbol standardCommission specialCommission taxCommission discount')
      hasFields(rates.part('standardCommission'), 'maker taker buyer seller')
      hasFields(rates.part('discount'), 'enabledForAccount enabledForSymbol discountAsset discount')
      same('discountAsset is', rates.text('discount', 'discountAsset'), 'BNB')
    },
  },
  {
    id: 'account-fields',
    says: 'GET account tells rates, rights and balances of a SPOT account.',
    source: 'binance.md 1.5 [D]',
    async run(binance) {
      const account = await binance.rest.done('GET', '/api/v3/account')
      hasFields(
        account,
        'makerCommission takerCommission buyerCommission sellerCommission commissionRates canTrade canWithdraw canDeposit brokered requireSelfTradePrevention preventSor updateTime accountType balances permissions uid',
      )
      same('accountType is', account.text('accountType'), 'SPOT')
      for (const row of account.list('balances')) hasFields(row, 'asset free locked')
    },
  },
  {
    id: 'account-omits-zero-balances',
    says: 'GET account with omitZeroBalances=true leaves out assets of which there is nothing.',
    source: 'binance.md 1.4 [D]',
    async run(binance) {
      const account = await binance.rest.done('GET', '/api/v3/account', { omitZeroBalances: true })
      const empty = account.list('balances').filter(row => row.amount('free') === 0n && row.amount('locked') === 0n)
      same(
        'balances of nothing are',
        empty.map(row => row.text('asset')),
        [],
      )
    },
  },
  {
    id: 'trade-fields',
    says: "myTrades tells each trade's price, quantity, fee, fee asset and whether it was maker.",
    source: 'binance.md 1.5 [D]',
    async run(binance) {
      const order = await binance.fills('BUY')
      const orderId = order.number('orderId')
      const trades = await binance.eventually(async () => {
        const found = await binance.rest.done('GET', '/api/v3/myTrades', { symbol: binance.symbol, orderId })
        same('its trades are', found.list().length, order.list('fills').length)
        return found.list()
      })
      for (const trade of trades) {
        hasFields(trade, 'symbol id orderId orderListId price qty quoteQty commission commissionAsset time isBuyer', 'isMaker isBestMatch')
        same('isBuyer is', trade.at('isBuyer'), true)
        same('isMaker is', trade.at('isMaker'), false)
      }
      const ids = order.list('fills').map(fill => fill.number('tradeId'))
      same(
        'the trade ids are those of the fills',
        trades.map(trade => trade.number('id')),
        ids,
      )
    },
  },
  {
    id: 'allocations-without-routing',
    says: 'myAllocations tells what smart order routing allocated: nothing for orders placed otherwise.',
    source: 'rest-api.md, Query Allocations [D]',
    async run(binance) {
      const orderId = (await binance.fills('BUY')).number('orderId')
      const { symbol } = binance
      same('those of an order are', (await binance.rest.done('GET', '/api/v3/myAllocations', { symbol, orderId })).value, [])
      const endTime = binance.rest.now()
      const days = { symbol, startTime: endTime - 25 * 3600_000, endTime }
      refused(await binance.rest.signed('GET', '/api/v3/myAllocations', days), 400, -1127)
    },
  },
]

const lockedMore = ({ free, locked }: { free: bigint; locked: bigint }, amount: bigint): object => ({
  free: free - amount,
  locked: locked + amount,
})
