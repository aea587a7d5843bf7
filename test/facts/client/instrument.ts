/** A symbol's rules, and amounts that keep to them. */
import { format, type Money, money } from '#domain/money.ts'
import type { Seen } from '../seen.ts'

/** Which way a price or an amount is rounded. */
export type Rounding = 'up' | 'down'

const ONE = 100_000_000n

/** A decimal as it is sent. */
export const decimal = (units: bigint): string => format(units as Money)

/** A symbol as exchangeInfo tells it. */
export class Instrument {
  readonly raw: Seen
  readonly name: string
  readonly base: string
  readonly quote: string
  readonly tick: bigint
  readonly step: bigint

  constructor(raw: Seen) {
    this.raw = raw
    this.name = raw.text('symbol')
    this.base = raw.text('baseAsset')
    this.quote = raw.text('quoteAsset')
    this.tick = this.#amount('PRICE_FILTER', 'tickSize')
    this.step = this.#amount('LOT_SIZE', 'stepSize')
  }

  /** One of its filters, or null. */
  filter(type: string): Seen | null {
    return this.raw.list('filters').find(filter => filter.at('filterType') === type) ?? null
  }

  /** The least that an order has to be worth. */
  get least(): bigint {
    const [plain, both] = [this.#amount('MIN_NOTIONAL', 'minNotional'), this.#amount('NOTIONAL', 'minNotional')]
    return plain > both ? plain : both
  }

  /** A price on the grid. */
  price(units: bigint, rounding: Rounding = 'down'): bigint {
    return onGrid(units, this.tick, rounding)
  }

  /** A quantity on the grid that is worth a fifth more than the least, at a price. */
  size(at: bigint): bigint {
    const wanted = (this.least * 6n * ONE) / (5n * at)
    const least = this.#amount('LOT_SIZE', 'minQty')
    return onGrid(wanted > least ? wanted : least, this.step, 'up')
  }

  /** How far from the average an order's price may be, as shares of it: 0.2 to 5. */
  band(side: 'BUY' | 'SELL'): { readonly down: number; readonly up: number } {
    const bySide = this.filter('PERCENT_PRICE_BY_SIDE')
    const prefix = side === 'BUY' ? 'bid' : 'ask'
    const read = (name: string): number => Number(bySide?.at(`${prefix}M${name}`) ?? this.filter('PERCENT_PRICE')?.at(`m${name}`) ?? NaN)
    const [down, up] = [read('ultiplierDown'), read('ultiplierUp')]
    return { down: Number.isNaN(down) ? 0.2 : down, up: Number.isNaN(up) ? 5 : up }
  }

  #amount(filter: string, field: string): bigint {
    return money(String(this.filter(filter)?.at(field) ?? '0'))
  }
}

const onGrid = (units: bigint, grid: bigint, rounding: Rounding): bigint => {
  if (grid === 0n) return units
  const floor = units - (units % grid)
  return rounding === 'up' && floor < units ? floor + grid : floor
}
