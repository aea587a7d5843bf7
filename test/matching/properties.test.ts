/** What no sequence of orders, cancels and bars can do to the exchange. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Amount, format, type Money, money, type Price, price, quantity } from '#domain/money.ts'
import type { OrderRequest, OrderType, Side, TimeInForce } from '#domain/order.ts'
import { allOrderTypes, noFilters, type SymbolInfo } from '#domain/symbol.ts'
import { at } from '#domain/time.ts'
import type { Costs } from '#matching/costs.ts'
import { Matching } from '#matching/matching.ts'

const FINAL = new Set(['filled', 'cancelled', 'expired', 'rejected'])
const demand = (holds: boolean, what: () => string): void => {
  if (!holds) throw new Error(what())
}
const show = (value: bigint): string => format(value as Amount<string>)

// Prices are few, so that opens, highs, lows, stops and limits meet exactly; the scale makes them tiny or huge.
const level = fc.integer({ min: 90, max: 110 })
const side = fc.constantFrom<Side>('BUY', 'SELL')
const size = fc.integer({ min: 1, max: 60 })
const order = fc.record({
  kind: fc.constant('order' as const),
  side,
  type: fc.constantFrom<OrderType>(...allOrderTypes),
  size,
  byQuote: fc.boolean(),
  price: level,
  stop: level,
  validity: fc.constantFrom<TimeInForce>('GTC', 'GTC', 'IOC', 'FOK'),
  guard: fc.option(level, { nil: 0, freq: 3 }),
})
const pair = fc.record({
  kind: fc.constant('pair' as const),
  side,
  size,
  inner: level,
  outer: level,
  limit: fc.boolean(),
  profit: fc.constantFrom<OrderType>('LIMIT_MAKER', 'TAKE_PROFIT', 'TAKE_PROFIT_LIMIT'),
  swapped: fc.boolean(),
})
const cancel = fc.record({ kind: fc.constant('cancel' as const), which: fc.nat(20) })
const replace = fc.record({ kind: fc.constant('replace' as const), which: fc.nat(20), side, size, stop: level })
const bar = fc.record({
  kind: fc.constant('bar' as const),
  prices: fc.array(level, { minLength: 4, maxLength: 4 }),
  volume: fc.integer({ min: 0, max: 400 }),
})
const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: order },
    { weight: 2, arbitrary: pair },
    { weight: 1, arbitrary: cancel },
    { weight: 1, arbitrary: replace },
    { weight: 5, arbitrary: bar },
  ),
  { minLength: 4, maxLength: 24 },
)
type Step = typeof steps extends fc.Arbitrary<(infer One)[]> ? One : never
const world = fc.record({
  scale: fc.constantFrom('1', '0.0000001', '0.37', '20000000'),
  volumeShare: fc.constantFrom(0, 0.1),
  slippage: fc.constantFrom('0', '0.0005', '0.03'),
  fee: fc.constantFrom('0', '0.001'),
  bnbShare: fc.constantFrom('0', '0.75'),
  ticks: fc.boolean(),
  cash: fc.integer({ min: 0, max: 40 }),
  coins: fc.integer({ min: 0, max: 150 }),
})

/** A world with its exchange, and everything that must hold after each thing that is done. */
class Trial {
  readonly matching: Matching
  readonly #scale: bigint
  readonly #requests = new Map<number, OrderRequest>()
  readonly #executed = new Map<number, bigint>()
  readonly #ended = new Set<number>()
  readonly #wanted = new Map<string, bigint>()
  #count = 0
  #time = 0

  constructor({ scale, volumeShare, slippage, fee, bnbShare, ticks, cash, coins }: typeof world extends fc.Arbitrary<infer W> ? W : never) {
    this.#scale = price(scale)
    const filters = ticks
      ? { ...noFilters, tick: price(scale === '0.37' ? '0.01' : scale), step: quantity('0.1'), maxStopOrders: 3, maxOrders: 6 }
      : noFilters
    const info = (symbol: string, base: string): SymbolInfo => ({
      symbol,
      base,
      quote: 'Q',
      trading: true,
      orderTypes: allOrderTypes,
      replaces: true,
      filters,
    })
    const costs: Costs = {
      taker: money(fee) as never,
      maker: money(fee) as never,
      slippage: () => money(slippage) as never,
      volumeShare,
      bnbShare: money(bnbShare) as never,
    }
    this.matching = new Matching([info('AQ', 'A'), info('BNBQ', 'BNB')], costs)
    this.matching.market('BNBQ').last = this.#at(300) as bigint as Price
    const funds: Record<string, bigint> = { Q: this.#at(100) * BigInt(cash), A: quantity('0.1') * BigInt(coins), BNB: quantity('0.00002') }
    for (const [asset, amount] of Object.entries(funds)) {
      this.matching.wallet.of(asset).free = amount
      this.#wanted.set(asset, amount)
    }
  }

  #at(value: number): Money {
    return (BigInt(value) * this.#scale) as Money
  }

  #request(part: Pick<OrderRequest, 'side' | 'type'> & Partial<OrderRequest> & { size: number }): OrderRequest {
    const { size: tenths, ...rest } = part
    const request: OrderRequest = {
      id: ++this.#count,
      symbol: 'AQ',
      quantity: (quantity('0.1') * BigInt(tenths)) as never,
      quoteAmount: 0n as never,
      price: 0n as never,
      stopPrice: 0n as never,
      timeInForce: 'GTC',
      guard: 0n as never,
      pairedWith: 0,
      ...rest,
    }
    this.#requests.set(request.id, request)
    return request
  }

  do(step: Step): void {
    const { matching } = this
    const market = matching.market('AQ')
    this.#time++
    if (step.kind === 'order') {
      const { side: way, type, byQuote, validity } = step
      const priced = type.endsWith('LIMIT') || type === 'LIMIT_MAKER'
      const stopped = type.startsWith('STOP') || type.startsWith('TAKE')
      matching.place(
        this.#request({
          side: way,
          type,
          size: type === 'MARKET' && way === 'BUY' && byQuote ? 0 : step.size,
          ...(type === 'MARKET' && way === 'BUY' && byQuote ? { quoteAmount: this.#at(step.size * 3) } : {}),
          ...(priced ? { price: this.#at(step.price) as never } : {}),
          ...(stopped ? { stopPrice: this.#at(step.stop) as never } : {}),
          ...(priced && type !== 'LIMIT_MAKER' ? { timeInForce: validity } : {}),
          ...(way === 'BUY' ? { guard: this.#at(step.guard) as never } : {}),
        }),
        at(this.#time),
      )
    } else if (step.kind === 'pair') {
      const { side: way, size: tenths, inner, outer, limit, profit, swapped } = step
      const [low, high] = inner < outer ? [inner, outer] : [outer, inner]
      const [stop, target] = way === 'SELL' ? [low, high] : [high, low]
      const first = this.#count + 1
      const stopLeg = {
        side: way,
        size: tenths,
        type: limit ? 'STOP_LOSS_LIMIT' : 'STOP_LOSS',
        stopPrice: this.#at(stop),
        price: limit ? this.#at(stop) : 0n,
      } as const
      const other = {
        side: way,
        size: tenths,
        type: profit,
        stopPrice: profit === 'LIMIT_MAKER' ? 0n : this.#at(target),
        price: profit === 'TAKE_PROFIT' ? 0n : this.#at(target),
      } as const
      const legs = swapped ? [other, stopLeg] : [stopLeg, other]
      matching.placePair(
        this.#request({ ...legs[0], pairedWith: first + 1 } as never),
        this.#request({ ...legs[1], pairedWith: first } as never),
        at(this.#time),
      )
    } else if (step.kind === 'cancel') matching.cancel(step.which, at(this.#time))
    else if (step.kind === 'replace') {
      const by = this.#request({ side: step.side, size: step.size, type: 'STOP_LOSS', stopPrice: this.#at(step.stop) } as never)
      matching.replace(step.which, by, at(this.#time))
    } else {
      const [open, a, b, close] = step.prices.map(value => Number(show(this.#at(value)))) as [number, number, number, number]
      const high = Math.max(open, a, b, close)
      const low = Math.min(open, a, b, close)
      const misses = low > market.low && high < market.high
      const before = this.#state()
      matching.open(market, open, step.volume / 10, at(this.#time))
      matching.range(market, high, low, at(this.#time))
      if (misses)
        demand(
          matching.updates.take().length === 0 && this.#state() === before,
          () => `a bar of ${low} to ${high}, out of ${market.low} to ${market.high}, changed ${before} to ${this.#state()}`,
        )
      matching.close(market, close)
    }
    this.#hear()
    this.#check()
  }

  #state(): string {
    const { orders } = this.matching.market('AQ')
    return `${orders.map(({ request, executed, locked, triggered }) => [request.id, executed, locked, triggered].join(' ')).join('; ')} | ${this.matching.wallet
      .all()
      .map(({ asset, free, locked }) => `${asset} ${free} ${locked}`)
      .join('; ')}`
  }

  #hear(): void {
    for (const { orderId, event, fill } of this.matching.updates.take()) {
      const request = this.#requests.get(orderId)!
      demand(!this.#ended.has(orderId), () => `order ${orderId} ended, and then was ${event}`)
      if (FINAL.has(event)) this.#ended.add(orderId)
      if (fill === null) continue
      const executed = (this.#executed.get(orderId) ?? 0n) + fill.quantity
      this.#executed.set(orderId, executed)
      if (request.quoteAmount === 0n) {
        demand(executed <= request.quantity, () => `order ${orderId} was filled for ${show(executed)} of ${show(request.quantity)}`)
        demand(
          (event === 'filled') === (executed === request.quantity),
          () => `order ${orderId} is ${event} with ${show(executed)} of ${show(request.quantity)}`,
        )
      } else demand(fill.quote <= request.quoteAmount, () => `order ${orderId} spent ${show(fill.quote)} of ${show(request.quoteAmount)}`)
      if (request.price > 0n)
        demand(
          request.side === 'BUY' ? fill.price <= request.price : fill.price >= request.price,
          () => `order ${orderId} was filled at ${show(fill.price)}, beyond its limit`,
        )
      if (request.timeInForce === 'FOK') demand(event === 'filled', () => `order ${orderId} is FOK and was filled in part`)
      const gives = request.side === 'BUY'
      this.#add('Q', gives ? -fill.quote : fill.quote)
      this.#add('A', gives ? fill.quantity : -fill.quantity)
      this.#add(fill.feeAsset, -fill.fee)
    }
  }

  #add(asset: string, amount: bigint): void {
    this.#wanted.set(asset, (this.#wanted.get(asset) ?? 0n) + amount)
  }

  #check(): void {
    const market = this.matching.market('AQ')
    for (const { asset, free, locked } of this.matching.wallet.all()) {
      demand(free >= 0n && locked >= 0n, () => `${asset} has ${show(free)} free and ${show(locked)} locked`)
      demand(
        free + locked === this.#wanted.get(asset),
        () => `${asset} is ${show(free + locked)} and should be ${show(this.#wanted.get(asset) ?? 0n)}`,
      )
    }
    const locks = { Q: 0n, A: 0n }
    for (const { request, locked } of market.orders) locks[request.side === 'BUY' ? 'Q' : 'A'] += locked
    demand(locks.Q === market.quote.locked, () => `orders lock ${show(locks.Q)} Q, the wallet ${show(market.quote.locked)}`)
    demand(locks.A === market.base.locked, () => `orders lock ${show(locks.A)} A, the wallet ${show(market.base.locked)}`)
    for (const { request } of market.orders)
      demand(
        !this.#ended.has(request.id) && this.matching.find(request.id) !== undefined,
        () => `order ${request.id} ended and is on the book`,
      )
    const open = [...this.#requests.keys()].filter(id => !this.#ended.has(id))
    demand(open.length === market.orders.length, () => `orders ${open.join(', ')} did not end, ${market.orders.length} are on the book`)
  }
}

test('whatever is sent and whatever the market does: money, locks, quantities, endings and touch bounds hold', () => {
  fc.assert(
    fc.property(world, steps, (setting, list) => {
      const trial = new Trial(setting)
      for (const step of list) trial.do(step)
      expect(trial.matching.updates.take()).toEqual([])
    }),
    { numRuns: 22_000 },
  )
})
