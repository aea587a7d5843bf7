/** The venue of real orders: an account at Binance, its testnet, its demo mode, or a simulator. */
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { type Binance, openBinance } from '#adapters/binance/binance.ts'
import { type FeePrices, openFeePrices } from '#adapters/binance/fee-prices.ts'
import type { Patience } from '#adapters/binance/patience.ts'
import { selfCheck } from '#adapters/binance/self-check.ts'
import { openSigner, type Signer } from '#adapters/binance/signer.ts'
import { atEach } from '#adapters/system/cron.ts'
import { Fault } from '#domain/fault.ts'
import { least, type Money, money } from '#domain/money.ts'
import type { Clock } from '#ports/clock.ts'
import { type Config, ConfigError } from '../config.ts'
import { openMarket, tradedSymbols, type VenueHands } from './binance.ts'
import { type BinanceSite, siteOf } from './binance-site.ts'
import { openLastPrices } from './last-prices.ts'
import { noticingTheKey, openLookAgain } from './look-again.ts'
import { openMarketFeed, SHORTEST } from './market-feed.ts'
import type { Venue } from './venue.ts'

/** What LIVE_CONFIRMATION has to say. */
export const CONFIRMATION = 'I trade with real money'
/** Under which key the account keeps the tag of its client order ids: an id that was used is never used again, also by a new record. */
const TAG_KEY = 'order.tag'
const TAG_BYTES = 5
const SUBSCRIBED_MS = 10_000
/** When it is looked again at the symbols, and at what the key may do. */
const HOURLY = '7 * * * *'

/** Opens it. Throws ConfigError or Fault with every reason why live trading does not begin. */
export async function openLiveVenue(config: Config, hands: VenueHands): Promise<Venue> {
  const site = siteOf(config.BINANCE_SITE)
  const signer = signerOf(config)
  assertAllowed(config, site)
  const { clock, note, trouble } = hands
  const { market, rest, patience } = await openMarket(config, site, hands)
  const { infos, quote, missing } = await tradedSymbols(config, market)
  const prices = openLastPrices()
  const open = async (tag: string, feePrice?: FeePrices): Promise<Binance> => {
    const binance = openBinance({
      restUrl: site.api,
      wsApiUrl: site.webSocketApi,
      signer,
      tag,
      clock,
      random: Math.random,
      lastPrice: prices.of,
      ...(feePrice === undefined ? {} : { feePrice }),
      trouble,
      budget: rest.budget,
      patience,
    })
    await binance.rest.serverClock.measure()
    return binance
  }
  const names = infos.map(({ symbol }) => symbol)
  // a halted symbol is no reason to leave the others, and what is held of it, alone
  const symbols = infos.filter(({ trading }) => trading).map(({ symbol }) => symbol)
  for (const symbol of names) if (!symbols.includes(symbol)) trouble(`Binance does not trade ${symbol} at present.`)
  const capital = await checked(await open('check'), { config, site, symbols, quote, patience, clock, note })
  const closing = new AbortController()
  const feePrice = await openFeePrices({ rest, clock, quote, signal: closing.signal, note })
  let joined: Binance | null = null
  const lookAgain = openLookAgain({
    names,
    trading: symbols,
    tellsPermissions: site.tellsPermissions,
    anyAddress: config.LIVE_WITHOUT_IP_RESTRICTION,
    note,
    trouble,
  })
  const callOff = (hands.atEach ?? atEach)(HOURLY, () => (joined === null ? Promise.resolve() : lookAgain(joined)))

  return {
    trading: 'live',
    account: `live:${fingerprintOf(signer, site)}`,
    about: `REAL ORDERS at ${site.name}`,
    infos,
    quote,
    base: SHORTEST,
    capital,
    missing,
    firstPrices: null,
    async join(settings) {
      await joined?.stop()
      const tag = settings.get(TAG_KEY) ?? randomBytes(TAG_BYTES).toString('hex')
      const binance = await open(tag, feePrice)
      joined = binance
      if (!(await binance.subscribed(SUBSCRIBED_MS))) trouble('Binance tells no fills by itself yet: they are asked for meanwhile.')
      await binance.market.symbols(names)
      return {
        exchange: binance.exchange,
        market: prices.note,
        holdings: noticingTheKey(
          () => binance.account.holdings(),
          () => lookAgain(binance),
        ),
        settings: { [TAG_KEY]: tag },
      }
    },
    feed: wanted => openMarketFeed({ data: market, site, infos, clock, note }, wanted),
    async close() {
      callOff()
      closing.abort()
      await joined?.stop()
    },
  }
}

/** Several steps lead to real orders, so that no slip of one setting does. Throws ConfigError naming the one that is missing. */
export function assertAllowed({ LIVE_CONFIRMATION, LIVE_ORDERS_OUTSIDE }: Config, { name, local }: BinanceSite): void {
  if (LIVE_CONFIRMATION !== CONFIRMATION)
    throw new ConfigError(
      `TRADING_MODE=live sends orders to ${name}. If you mean that, set LIVE_CONFIRMATION=${CONFIRMATION}. TRADING_MODE=demo trades on paper.`,
    )
  if (!local && !LIVE_ORDERS_OUTSIDE)
    throw new ConfigError(
      `TRADING_MODE=live: how positions are protected has been proven against the simulator, not at ${name} yet. Try it there (npm run simulator, then BINANCE_SITE=http://127.0.0.1:PORT), or set LIVE_ORDERS_OUTSIDE=yes to trade at ${name} all the same.`,
    )
}

/** The signer of the configured key. Throws ConfigError or Fault, never showing a secret. */
export function signerOf({ BINANCE_API_KEY, BINANCE_SECRET_KEY, BINANCE_PRIVATE_KEY_FILE }: Config): Signer {
  if (BINANCE_API_KEY === undefined || (BINANCE_SECRET_KEY === undefined && BINANCE_PRIVATE_KEY_FILE === undefined))
    throw new ConfigError(
      'TRADING_MODE=live needs BINANCE_API_KEY, and BINANCE_SECRET_KEY or BINANCE_PRIVATE_KEY_FILE. TRADING_MODE=demo needs no key.',
    )
  if (BINANCE_PRIVATE_KEY_FILE === undefined) return openSigner(BINANCE_API_KEY, BINANCE_SECRET_KEY!)
  return openSigner(BINANCE_API_KEY, readPrivate(BINANCE_PRIVATE_KEY_FILE), `BINANCE_PRIVATE_KEY_FILE (${BINANCE_PRIVATE_KEY_FILE})`)
}

function readPrivate(file: string): string {
  let text: string
  try {
    const { mode } = statSync(file)
    if ((mode & 0o077) !== 0)
      throw new ConfigError(`BINANCE_PRIVATE_KEY_FILE: others on this machine may read ${file}. Make it yours alone: chmod 600 ${file}`)
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new ConfigError(`BINANCE_PRIVATE_KEY_FILE: ${file} cannot be read.`)
  }
  // taken as the secret of an HMAC key it would sign, and never well
  if (!text.includes('-----BEGIN'))
    throw new ConfigError(
      `BINANCE_PRIVATE_KEY_FILE: ${file} is no private key: a PEM file that begins with -----BEGIN PRIVATE KEY----- is needed. The secret of an HMAC key belongs to BINANCE_SECRET_KEY.`,
    )
  return text
}

/** Which account: of which key, where. The key cannot be read from it. */
const fingerprintOf = ({ apiKey }: Signer, { name }: BinanceSite): string =>
  createHash('sha256').update(`${name} ${apiKey}`).digest('hex').slice(0, 12)

// Everything has to be in order before the first order; what is free is what there is to trade with.
async function checked(
  binance: Binance,
  setup: {
    readonly config: Config
    readonly site: BinanceSite
    readonly symbols: readonly string[]
    readonly quote: string
    readonly patience: Patience
    readonly clock: Clock
    note(text: string): void
  },
): Promise<Money> {
  const { config, site, symbols, quote, note, clock, patience } = setup
  const { budget } = binance.rest
  const subscribed = async (milliseconds: number): Promise<boolean> => {
    for (;;) {
      const began = clock.now()
      if (await binance.subscribed(milliseconds)) return true
      // nothing could come while Binance was to be left alone
      if (budget.bannedUntil <= began) return false
      await patience.wait(budget)
    }
  }
  try {
    const { refusals, notes } = await selfCheck({
      account: binance.account,
      market: binance.market,
      serverClock: binance.rest.serverClock,
      symbols,
      subscribed,
      withoutSapi: !site.tellsPermissions || site.local,
      anyAddress: config.LIVE_WITHOUT_IP_RESTRICTION,
    })
    for (const one of notes) note(one)
    if (refusals.length > 0)
      throw new Fault('misconfigured', ['Live trading does not begin:', ...refusals.map(text => `- ${text}`)].join('\n'))
    const balances = await binance.account.balances()
    const free = (balances.find(({ asset }) => asset === quote)?.free ?? 0n) as bigint as Money
    return config.ALLOCATED_CAPITAL === undefined ? free : least(money(config.ALLOCATED_CAPITAL), free)
  } finally {
    await binance.stop()
  }
}
