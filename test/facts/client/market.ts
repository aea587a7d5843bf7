/** A simulator's market in our hand, by its admin endpoint. Binance has none. */
import { Difference, Seen } from '../seen.ts'
import { refusalOf } from './target.ts'

const STEPS_MOST = 600

/** What a card may do to a simulator. All is undone after the card. */
export class MarketControl {
  readonly #base: string
  readonly #symbol: string
  readonly #before: Seen
  readonly #limits: object
  #touched = false
  #thin = false
  #midway = false
  #delisted = false

  private constructor(base: string, before: Seen, limits: Seen) {
    this.#base = base
    this.#symbol = before.text('symbol')
    this.#before = before
    this.#limits = Object.fromEntries(['weight', 'orders10s', 'orders1d', 'patience'].map(name => [name, limits.number(name)]))
  }

  /** The control of an exchange, or null where there is none. `before`: the symbol as it is to be again after each card. */
  static async open(base: string, before: Seen): Promise<MarketControl | null> {
    const refusal = refusalOf(base)
    if (refusal !== null) throw new TypeError(refusal)
    const response = await fetch(`${base}/admin/limits`, { method: 'POST', body: '{}' })
    const text = await response.text()
    return response.ok ? new MarketControl(base, before, new Seen(JSON.parse(text), 'the limits')) : null
  }

  /** Does a command: POST /admin/NAME. */
  async admin(name: string, body: object): Promise<Seen> {
    this.#touched = true
    return this.#post(name, body)
  }

  /** Sets the symbol's status, or changes some of its filters. */
  symbol(change: { readonly status?: string; readonly filters?: readonly object[] }): Promise<Seen> {
    return this.admin('symbols', { symbol: this.#symbol, ...change })
  }

  /** Sets filters of the whole exchange, and of assets. */
  filters(change: { readonly exchange?: readonly object[]; readonly assets?: readonly object[] }): Promise<Seen> {
    return this.admin('filters', change)
  }

  /** Sets the symbol's reference price and the range around it. */
  rules(change: { readonly referencePrice?: string | null; readonly priceRange?: object }): Promise<Seen> {
    return this.admin('rules', { symbol: this.#symbol, ...change })
  }

  /** Delists the symbol, or lists it again. */
  async listed(listed: boolean): Promise<void> {
    await this.admin('listing', { symbol: this.#symbol, listed })
    this.#delisted = !listed
  }

  /** Leaves so much of each bar's volume in the book (1: all), from the next bar on. */
  async thin(share: number): Promise<void> {
    await this.admin('engine', { thinBook: share })
    await this.candles(1)
    this.#thin = true
  }

  /** Moves the market on: bars end, then new ones open. */
  async candles(count: number): Promise<void> {
    await this.#post('step', { candles: count })
  }

  /** Moves the market, phase by phase, until it is so. Throws Difference when it never is. */
  async until(what: string, so: () => Promise<boolean> | boolean): Promise<void> {
    for (let step = 0; step < STEPS_MOST; step++) {
      if (await so()) return
      await this.#post('step', { phases: 1 })
      this.#midway = true
    }
    throw new Difference(what, `nothing such in ${STEPS_MOST} steps of the market`)
  }

  /** Forgets what was used of the limits. */
  async forgive(): Promise<void> {
    await this.#post('limits', { forgive: true })
  }

  /** Undoes what a card did: faults, lags, limits, the symbol, the account, the clock. */
  async restore(): Promise<void> {
    // what is sent between two bars waits: the next card begins with an open one
    if (this.#midway) await this.candles(1)
    this.#midway = false
    if (!this.#touched) return
    this.#touched = false
    await this.#post('clear', {})
    if (this.#delisted) await this.listed(true)
    this.#delisted = false
    await this.#restoreSymbol()
    await this.#post('filters', { exchange: [], assets: [] })
    await this.#post('rules', { symbol: this.#symbol, off: true })
    await this.#post('account', { canTrade: true, disabled: false })
    await this.#post('time', { skew: 0 })
    await this.#post('limits', { ...this.#limits, forgive: true })
    // the bar that is open keeps the volume it was opened with
    if (this.#thin) await this.candles(1)
    this.#thin = false
  }

  async #restoreSymbol(): Promise<void> {
    const [symbol, before] = [this.#symbol, this.#before]
    const without = (await this.#post('symbols', { symbol })).list('filters').map(filter => filter.text('filterType'))
    await this.#post('symbols', { symbol, status: before.text('status'), without, filters: before.at('filters') })
  }

  async #post(name: string, body: object): Promise<Seen> {
    const response = await fetch(`${this.#base}/admin/${name}`, { method: 'POST', body: JSON.stringify(body) })
    const answer = new Seen(await response.json(), `the answer to /admin/${name}`)
    if (!response.ok) throw new Error(`/admin/${name}: ${answer.text('error')}`)
    return answer
  }
}
