/** A simulator's market in our hand, by its admin endpoint. Binance has none. */
import { Difference, Seen } from '../seen.ts'
import { refusalOf } from './target.ts'

const STEPS_MOST = 600

/** What a card may do to a simulator. All is undone after the card. */
export class MarketControl {
  readonly #base: string
  readonly #symbol: string
  readonly #before: Seen
  #touched = false
  #thin = false

  private constructor(base: string, symbol: string, before: Seen) {
    this.#base = base
    this.#symbol = symbol
    this.#before = before
  }

  /** The control of an exchange, or null where there is none. `before`: the symbol as it is to be again after each card. */
  static async open(base: string, before: Seen): Promise<MarketControl | null> {
    const control = new MarketControl(base, before.text('symbol'), before)
    const refusal = refusalOf(base)
    if (refusal !== null) throw new TypeError(refusal)
    const response = await fetch(`${base}/admin`)
    await response.body?.cancel()
    return response.ok ? control : null
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
    }
    throw new Difference(what, `nothing such in ${STEPS_MOST} steps of the market`)
  }

  /** Forgets what was used of the limits. */
  async forgive(): Promise<void> {
    await this.#post('limits', { forgive: true })
  }

  /** Undoes what a card did: faults, lags, limits, the symbol, the account, the clock. */
  async restore(): Promise<void> {
    if (!this.#touched) return
    this.#touched = false
    await this.#post('clear', {})
    await this.#post('symbols', { symbol: this.#symbol, status: this.#before.text('status'), filters: this.#before.at('filters') })
    await this.#post('account', { canTrade: true, disabled: false })
    await this.#post('time', { skew: 0 })
    await this.forgive()
    // the bar that is open keeps the volume it was opened with
    if (this.#thin) await this.candles(1)
    this.#thin = false
  }

  async #post(name: string, body: object): Promise<Seen> {
    const response = await fetch(`${this.#base}/admin/${name}`, { method: 'POST', body: JSON.stringify(body) })
    const answer = new Seen(await response.json(), `the answer to /admin/${name}`)
    if (!response.ok) throw new Error(`/admin/${name}: ${answer.text('error')}`)
    return answer
  }
}
