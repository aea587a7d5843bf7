/** Tells outside programs on the wire what rounds changed, once that is written, and what the account holds. */
import { add, type Money } from '#domain/money.ts'
import type { Timeframe } from '#domain/time.ts'
import { type Balance, balanceMessages, candleMessage, type Message, signalMessage } from '#domain/wire.ts'
import type { Clock } from '#ports/clock.ts'
import type { BalanceRow } from '#ports/desk.ts'
import type { Round, Store } from '#ports/store.ts'
import type { Wire } from '#ports/wire.ts'

/** What a publisher is made of. */
export interface PublisherSetup {
  readonly wire: Wire
  readonly clock: Clock
  /** Candles of this timeframe have the plain channel of their symbol. */
  readonly interval: Timeframe
  readonly quote: string
  /** What the account holds now. */
  balances(): Promise<readonly BalanceRow[]>
  /** Euros for one of the quote asset, or null where that is not known. */
  euro(): number | null
  /** The timeframe of a strategy; null: it is none, such as a person. */
  timeframeOf(owner: string): Timeframe | null
  /** Takes what should not have happened. */
  report(error: unknown): void
}

/** How often balances are told though nothing changed: their values move with the market. */
const BALANCES_MS = 60_000
/** How long after balances were told the next are. */
const PAUSE_MS = 1_000

/** Publishes until it is closed. */
export class Publisher {
  readonly #setup: PublisherSetup
  readonly #closing = new AbortController()
  readonly #running: Promise<void>
  #bell = new AbortController()

  constructor(setup: PublisherSetup) {
    this.#setup = setup
    this.#running = this.#tellBalances()
  }

  /** A round was written. Never throws: what is told to others is no reason for trading to stop. */
  committed(round: Round): void {
    try {
      for (const message of this.#messagesOf(round)) this.#publish(message)
      if (round.fills.length + round.orders.length + round.holdings.length + round.cash.length > 0) this.#bell.abort()
    } catch (error) {
      this.#setup.report(error)
    }
  }

  /** Tells the balances a last time and ends, the wire too. */
  async close(): Promise<void> {
    this.#closing.abort()
    this.#bell.abort()
    await this.#running
    await this.#setup.wire.close()
  }

  #messagesOf({ candles, decisions }: Round): Message[] {
    const { interval, timeframeOf } = this.#setup
    return [
      ...candles.map(candle => candleMessage(candle, interval)),
      ...decisions.flatMap(decision => {
        const timeframe = timeframeOf(decision.owner)
        if (timeframe === null || decision.kind === 'rebalance') return []
        return [signalMessage(decision, decision.kind === 'enter' ? 'BUY' : 'SELL', timeframe)]
      }),
    ]
  }

  #publish({ channel, text }: Message): void {
    this.#setup.wire.publish(channel, text)
  }

  // At once where something changed, but not more often than the pause lets it, and else now and then.
  async #tellBalances(): Promise<void> {
    const { clock, quote, balances, euro, report } = this.#setup
    const { signal } = this.#closing
    for (let last = false; !last; ) {
      last = signal.aborted
      this.#bell = new AbortController()
      try {
        for (const message of balanceMessages(joined(await balances()), quote, euro(), clock.now())) this.#publish(message)
      } catch (error) {
        report(error)
      }
      if (last) return
      const { signal: rung } = this.#bell
      await clock.wait(PAUSE_MS, signal)
      await clock.wait(BALANCES_MS, AbortSignal.any([rung, signal]))
    }
  }
}

/** A store that lets a publisher know what was written. */
export const published = (store: Store, committed: (round: Round) => void): Store => ({
  ...store,
  async commit(round, act) {
    await store.commit(round, act)
    committed(round)
  },
})

const sumOf = (left: Money | null, right: Money | null): Money | null =>
  left === null || right === null ? (left ?? right) : add(left, right)

// The desk shows rests that are too little to be sold in rows of their own ("BTC dust"); outside they are part of their asset.
function joined(rows: readonly BalanceRow[]): Balance[] {
  const assets = new Map<string, Balance>()
  for (const { asset: name, free, locked, value } of rows) {
    const asset = name.split(' ')[0]!
    const before = assets.get(asset)
    assets.set(
      asset,
      before === undefined
        ? { asset, free, locked, value }
        : { ...before, free: add(before.free, free), value: sumOf(before.value, value) },
    )
  }
  return [...assets.values()]
}
