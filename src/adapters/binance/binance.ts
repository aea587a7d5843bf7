/** Everything of Binance, joined: REST, the WebSocket API, user data, and the exchange over them. */
import { type Price, zero } from '#domain/money.ts'
import type { Clock } from '#ports/clock.ts'
import { type Account, openAccount } from './account.ts'
import { MOST_ENTRIES } from './breaker.ts'
import { Budget } from './budget.ts'
import { type BinanceExchange, openBinanceExchange } from './exchange.ts'
import { BinanceFault } from './faults.ts'
import { type BinanceMarketData, openMarketData } from './market-data.ts'
import { openOrderChannel } from './order-channel.ts'
import type { Patience } from './patience.ts'
import type { Balance } from './reports.ts'
import { openRest, type Rest } from './rest.ts'
import type { Signer } from './signer.ts'
import { openUserData } from './user-data.ts'
import { openWsApi, type WsApi } from './ws-api.ts'

/** What can be asked without an account. */
export interface BinancePublicSetup {
  /** Without a path: https://api.binance.com */
  readonly restUrl: string
  readonly clock: Clock
  /** Of another that asks the same Binance from here; not given: one of its own, which the next two are for. */
  readonly budget?: Budget
  /** How long to stay away, as `saveBudget` was given it in an earlier run; null: nothing. */
  readonly savedBudget?: string | null
  /** Keeps how long to stay away over a restart. Must not throw. */
  saveBudget?(state: string): void
  /** Of a start that goes on. */
  readonly patience?: Patience
  /** Milliseconds until a request counts as unanswered; 5,000. */
  readonly timeout?: number
}

/** An account at Binance. What is called must not throw. */
export interface BinanceSetup extends BinancePublicSetup {
  /** With its path: wss://ws-api.binance.com/ws-api/v3 */
  readonly wsApiUrl: string
  readonly signer: Signer
  readonly tag: string
  /** How many entries of one symbol may leave within ten seconds; 10. */
  readonly mostEntries?: number
  /** A number from 0 up to 1, as Math.random gives. */
  random(): number
  /** The last known price of a symbol; 0: none. */
  lastPrice(symbol: string): Price
  /** The price of an asset in which a fee was taken, in a quote asset; 0, or not given: not known. */
  feePrice?(asset: string, quote: string): Price
  /** Balances that changed, all of what they are now. */
  balances?(balances: readonly Balance[]): void
  /** Something that a person should look at. */
  trouble(text: string): void
}

/** Binance without an account. */
export interface BinancePublic {
  readonly rest: Rest
  readonly market: BinanceMarketData
}

/** Binance with an account. */
export interface Binance extends BinancePublic {
  readonly account: Account
  readonly wsApi: WsApi
  readonly exchange: BinanceExchange
  /** Resolves once user data comes; false where that took longer. */
  subscribed(milliseconds: number): Promise<boolean>
  stop(): Promise<void>
}

/** Opens what needs no account. Nothing is sent yet. */
export function openBinancePublic(setup: BinancePublicSetup, signer: Signer | null = null, signal?: AbortSignal): BinancePublic {
  const { clock, savedBudget: saved = null } = setup
  const rest = openRest({
    url: setup.restUrl,
    clock,
    signer,
    budget: serverClock =>
      setup.budget ?? new Budget({ clock, saved, now: () => serverClock.now(), save: state => setup.saveBudget?.(state) }),
    ...(signal === undefined ? {} : { signal }),
    ...(setup.patience === undefined ? {} : { patience: setup.patience }),
    ...(setup.timeout === undefined ? {} : { timeout: setup.timeout }),
  })
  return { rest, market: openMarketData(rest) }
}

/** Opens an account and begins to connect. The clock is to be measured first: `await rest.serverClock.measure()`. */
export function openBinance(setup: BinanceSetup): Binance {
  const { clock, signer, trouble } = setup
  const stopping = new AbortController()
  const { signal } = stopping
  const { rest, market } = openBinancePublic(setup, signer, signal)
  const { serverClock, budget } = rest
  const account = openAccount(rest)
  let comes = false
  let away = false
  const waiting = new Set<() => void>()

  const userData = openUserData({
    signer,
    clock,
    signal,
    order: report => exchange.heard(report),
    ...(setup.balances === undefined ? {} : { balances: setup.balances }),
    subscribed() {
      comes = true
      for (const heard of waiting) heard()
      exchange.sweep()
      if (away) trouble('User data of Binance comes again.')
      away = false
    },
    mute(reason) {
      // without a connection nothing can come, and that is told already
      if (!comes) return
      comes = false
      trouble(`User data of Binance: ${withoutStop(reason)}. Connecting anew; orders are looked up meanwhile.`)
      exchange.sweep()
      wsApi.renew()
    },
  })
  const wsApi: WsApi = openWsApi({
    url: setup.wsApiUrl,
    signer,
    clock,
    serverClock,
    budget,
    random: setup.random,
    opened: call => userData.subscribe(call),
    event: raw => userData.event(raw),
    lost(reason) {
      comes = false
      if (!away && !signal.aborted)
        trouble(`No user data of Binance: ${withoutStop(reason)}. Connecting anew; orders go by REST meanwhile.`)
      away = true
    },
    ...(setup.timeout === undefined ? {} : { timeout: setup.timeout }),
  })
  const exchange = openBinanceExchange({
    tag: setup.tag,
    mostEntries: setup.mostEntries ?? MOST_ENTRIES,
    account,
    channel: openOrderChannel(wsApi, account),
    clock,
    serverClock,
    signal,
    info: symbol => market.known(symbol),
    lastPrice: setup.lastPrice,
    feePrice: (asset, quote) => setup.feePrice?.(asset, quote) ?? zero(),
    acknowledged: report => userData.expect(report),
    outdated: () =>
      market.renew().catch((error: unknown) => {
        // what was told before stays: it is asked for again by the next one that is refused, and every hour
        if (!(error instanceof BinanceFault)) throw error
      }),
    trouble,
  })

  return {
    rest,
    market,
    account,
    wsApi,
    exchange,
    async subscribed(milliseconds) {
      const enough = new AbortController()
      const heard = (): void => enough.abort()
      waiting.add(heard)
      if (!comes) await clock.wait(milliseconds, enough.signal)
      waiting.delete(heard)
      return comes
    },
    async stop() {
      stopping.abort()
      await wsApi.stop()
    },
  }
}

const withoutStop = (text: string): string => text.replace(/\.$/, '')
