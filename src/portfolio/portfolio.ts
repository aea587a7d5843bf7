/** What the account holds, made of fills: positions by owner and symbol, cash by asset, and what it is all worth. */
import { assert } from '#domain/fault.ts'
import { add, type Money, notional, type Price, type Quantity, subtract, zero } from '#domain/money.ts'
import type { Fill } from '#domain/order.ts'
import { applyFill, endRoundTrip, feeInQuote, flat, type Position, type RoundTrip } from '#domain/position.ts'
import type { SymbolInfo } from '#domain/symbol.ts'
import type { Time } from '#domain/time.ts'

/** A symbol with its last known price (0: none yet). The engine sets the price; everybody else reads it. */
export interface Quoted {
  readonly info: SymbolInfo
  last: Price
}

/** Cash of one quote asset. */
export interface Purse {
  readonly asset: string
  amount: Money
}

/** Positions and cash of one account. */
export class Portfolio {
  /** Positions that hold something or once did, in the order in which they first traded. */
  readonly positions: Position[] = []
  /** Profit of all closed round trips and of the parts sold of open ones, in quote units. */
  realised: Money = zero()
  fees: Money = zero()
  readonly #purses = new Map<string, Purse>()
  // mostly there is one quote asset
  #last: Purse | null = null
  readonly #bySlot = new Map<string, Position>()
  /** Unsellable rests by asset. */
  readonly dust = new Map<string, Quantity>()

  /** Sets what there is of a quote asset to trade with. */
  fund(asset: string, amount: Money): void {
    this.#purse(asset).amount = amount
  }

  /** Cash of a quote asset, whether or not open orders have a claim on it. */
  cash(asset: string): Money {
    if (this.#last !== null && this.#last.asset === asset) return this.#last.amount
    return this.#purses.get(asset)?.amount ?? zero()
  }

  /** All quote assets with their cash. */
  cashes(): Iterable<Purse> {
    return this.#purses.values()
  }

  /** The position of an owner on a symbol, made flat when first asked for. */
  position(owner: string, symbol: string): Position {
    const key = `${owner}\n${symbol}`
    let position = this.#bySlot.get(key)
    if (position === undefined) {
      position = flat(owner, symbol)
      this.#bySlot.set(key, position)
      this.positions.push(position)
    }
    return position
  }

  /** Puts a stored position back. */
  restore(position: Position): void {
    Object.assign(this.position(position.owner, position.symbol), position)
  }

  /** Books a fill: position, cash, fees. What it realised, in quote units. */
  book(position: Position, fill: Fill, { base, quote }: SymbolInfo): Money {
    const fee = feeInQuote(fill, base, quote)
    const realised = applyFill(position, fill, base, quote, fee)
    this.fees = add(this.fees, fee)
    const purse = this.#purse(quote)
    const charged = fill.feeAsset === quote
    if (fill.side === 'BUY') purse.amount = subtract(purse.amount, charged ? add(fill.quote, fee) : fill.quote)
    else {
      purse.amount = add(purse.amount, charged ? subtract(fill.quote, fee) : fill.quote)
      this.realised = add(this.realised, realised)
    }
    return realised
  }

  /** Ends a round trip; what cannot be sold becomes dust. */
  end(position: Position, info: SymbolInfo, time: Time): RoundTrip {
    const cost = position.cost
    const { trip, dust } = endRoundTrip(position, time)
    this.realised = subtract(this.realised, cost)
    if (dust > 0n) this.dust.set(info.base, add(this.dust.get(info.base) ?? zero<Quantity>(), dust))
    return trip
  }

  /** Gives a held position the unsellable rests of its asset, at no cost: they are sold with it. How much that was. */
  sweep(position: Position, info: SymbolInfo): Quantity {
    const rest = this.dust.size === 0 ? undefined : this.dust.get(info.base)
    if (rest === undefined) return zero()
    this.dust.delete(info.base)
    position.quantity = add(position.quantity, rest)
    return rest
  }

  /** Cash that is there no more: somebody withdrew it, or spent it elsewhere. */
  takeCash(asset: string, amount: Money): void {
    if (amount === 0n) return
    const purse = this.#purse(asset)
    purse.amount = subtract(purse.amount, amount)
  }

  /** Unsellable rests that are there no more. */
  takeDust(asset: string, quantity: Quantity): void {
    const rest = subtract(this.dust.get(asset) ?? zero<Quantity>(), quantity)
    if (rest > 0n) this.dust.set(asset, rest)
    else this.dust.delete(asset)
  }

  /** What unsellable rests are worth in a quote asset, at last prices. */
  dustWorth(quote: string, symbols: ReadonlyMap<string, Quoted>): Money {
    let sum = zero<Money>()
    for (const [asset, rest] of this.dust)
      for (const { info, last } of symbols.values())
        if (info.base === asset && info.quote === quote) {
          sum = add(sum, notional(last, rest))
          break
        }
    return sum
  }

  /** Cash of a quote asset and what is held against it, rests too, at last prices. A position without a price counts at its cost. */
  equity(quote: string, symbols: ReadonlyMap<string, Quoted>): Money {
    let sum = this.dust.size === 0 ? this.cash(quote) : add(this.cash(quote), this.dustWorth(quote, symbols))
    const { positions } = this
    // by index: short enough to be inlined
    for (let p = 0; p < positions.length; p++) {
      const position = positions[p]!
      if (position.quantity === 0n) continue
      const symbol = symbols.get(position.symbol)
      assert(symbol !== undefined, `a position in ${position.symbol}, which is not traded`)
      if (symbol.info.quote === quote) sum = add(sum, symbol.last > 0n ? notional(symbol.last, position.quantity) : position.cost)
    }
    return sum
  }

  #purse(asset: string): Purse {
    if (this.#last !== null && this.#last.asset === asset) return this.#last
    let purse = this.#purses.get(asset)
    if (purse === undefined) {
      purse = { asset, amount: zero() }
      this.#purses.set(asset, purse)
    }
    this.#last = purse
    return purse
  }
}
