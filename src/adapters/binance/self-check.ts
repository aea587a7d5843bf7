/** What has to hold before live trading begins. Whatever cannot be made sure of is a reason not to begin. */
import { format, type Money, money } from '#domain/money.ts'
import type { SymbolInfo } from '#domain/symbol.ts'
import type { Account } from './account.ts'
import { BinanceFault, LeftAlone, notPermitted } from './faults.ts'
import type { BinanceMarketData, RawSymbol } from './market-data.ts'
import type { Raw } from './reports.ts'
import { offsetWords, type ServerClock } from './server-clock.ts'

/** What it looks at. */
export interface SelfCheckSetup {
  readonly account: Account
  readonly market: BinanceMarketData
  readonly serverClock: ServerClock
  /** What shall be traded. */
  readonly symbols: readonly string[]
  /** Resolves with whether user data comes. */
  subscribed(milliseconds: number): Promise<boolean>
  /** True for hosts without `/sapi` (Binance's testnet and demo mode): what the key may do cannot be asked there. */
  readonly withoutSapi: boolean
  /** A person's setting: the key need not be bound to addresses. */
  readonly anyAddress: boolean
}

/** What came of it: live trading may begin where there is no refusal. */
export interface SelfCheck {
  readonly refusals: readonly string[]
  /** What was found, for the log. */
  readonly notes: readonly string[]
}

// A key of an odd form, one that is none or may not do this, a secret of another one.
const KEY_CODES = new Set([-2014, -2015, -1022])
const SUBSCRIBED_MS = 10_000
const OFFSET_MS = 1_000
const DAY_MS = 86_400_000

/**
 * Checks everything, and tells all that is wrong at once; of a key that Binance does not take only that, since everything else would follow from it.
 * Never throws for what Binance says or does not say, but where it is not to be asked at all (LeftAlone).
 */
export async function selfCheck(setup: SelfCheckSetup): Promise<SelfCheck> {
  const notes: string[] = []
  const refusals: string[] = []
  // true: the key is none
  const check = async (what: string, look: () => Promise<readonly string[]>): Promise<boolean> => {
    try {
      refusals.push(...(await look()))
      return false
    } catch (error) {
      if (!(error instanceof BinanceFault) || error instanceof LeftAlone) throw error
      refusals.push(`${what}: ${plain(error)}`)
      return error.kind === 'misconfigured' && KEY_CODES.has(error.code)
    }
  }
  await check('The clock', () => checkClock(setup, notes))
  if (await check('The API key', () => checkKey(setup, notes))) return { refusals, notes }
  // undefined: the account did not answer, which is said
  let permissions: readonly string[] | null | undefined
  // as they are now, not as they were within the hour
  setup.market.outdate()
  const refused = await check('The account', async () => {
    const raw = await setup.account.account()
    permissions = Array.isArray(raw['permissions']) ? raw['permissions'].map(String) : null
    return accountRefusals(raw)
  })
  if (refused) return { refusals, notes }
  await check('The symbols', async () => {
    const described = await setup.market.described(setup.symbols)
    return setup.symbols.flatMap(symbol => symbolRefusals(symbol, described.get(symbol), permissions))
  })
  for (const symbol of setup.symbols)
    await check(`A test order of ${symbol}`, async () => {
      const info = setup.market.known(symbol)
      // that it does not exist is said already
      if (info !== undefined) await setup.account.test(testOrder(info))
      return []
    })
  if (!(await setup.subscribed(SUBSCRIBED_MS)))
    refusals.push(
      `User data: Binance did not acknowledge the subscription within ${SUBSCRIBED_MS / 1000} s, so fills would be seen late. Look at the address of the WebSocket API in the settings.`,
    )
  return { refusals, notes }
}

async function checkClock({ serverClock }: SelfCheckSetup, notes: string[]): Promise<string[]> {
  await serverClock.measure()
  const { offset, roundTrip } = serverClock
  notes.push(`${offsetWords(offset, Math.ceil(roundTrip / 2))}.`)
  return Math.abs(offset) <= OFFSET_MS
    ? []
    : [`The clock of this machine is ${Math.abs(offset) / 1000} s off Binance's. Set it by a time server (NTP); at most 1 s is allowed.`]
}

async function checkKey({ account, serverClock, withoutSapi, anyAddress }: SelfCheckSetup, notes: string[]): Promise<string[]> {
  try {
    const refusals = keyRefusals(await account.restrictions(), { anyAddress, now: serverClock.now() }, notes)
    const { status, locked } = await account.standing()
    if (status !== 'Normal' || locked !== false)
      refusals.push(
        `Binance says of the account: ${String(status ?? 'nothing')}, trading by API locked: ${String(locked ?? 'not said')}. ` +
          'Normal and not locked are needed: look at the notices of your account.',
      )
    return refusals
  } catch (error) {
    if (!withoutSapi || !(error instanceof BinanceFault) || error.status !== 404) throw error
    notes.push('What the API key may do cannot be asked on this host: it has no /sapi.')
    return []
  }
}

/** What the API key must be able to do, and for which nothing else stands in. */
const NEEDED: Readonly<Record<string, string>> = { enableReading: 'read', enableSpotAndMarginTrading: 'trade on spot' }
/** What it must not be able to do, and be said not to. */
const UNSAFE: Readonly<Record<string, string>> = {
  enableWithdrawals: 'withdraw',
  enableInternalTransfer: 'transfer to other accounts of Binance',
  permitsUniversalTransfer: 'transfer between wallets',
  enableMargin: 'borrow on margin',
  enableFutures: 'trade futures',
}
const HARMLESS = new Set(['enableFixReadOnly'])
const MEND = 'Change the key in the API management of Binance'

/** Why a key is not used, from apiRestrictions. A right that nobody here has heard of counts as unsafe. */
export function keyRefusals(
  raw: Raw,
  { anyAddress, now }: { readonly anyAddress: boolean; readonly now: number },
  notes: string[] = [],
): string[] {
  const refusals: string[] = []
  for (const [field, what] of Object.entries(NEEDED))
    if (raw[field] !== true) refusals.push(`The API key may not ${what} (${field}). ${MEND}.`)
  for (const [field, what] of Object.entries(UNSAFE))
    if (raw[field] === true) refusals.push(`The API key may ${what} (${field}): whoever steals it could too. ${MEND}: switch that off.`)
    else if (raw[field] !== false) refusals.push(`Binance does not say whether the API key may ${what} (${field}).`)
  for (const [field, value] of Object.entries(raw)) {
    if (!/^(enable|permits)/.test(field) || field in NEEDED || field in UNSAFE || HARMLESS.has(field) || value === false) continue
    refusals.push(`The API key has a right that RootTrading does not need (${field}). ${MEND}: switch that off.`)
  }
  if (raw['ipRestrict'] !== true) {
    if (!anyAddress)
      refusals.push(`The API key may be used from any address (ipRestrict). ${MEND}: allow the address of this machine only.`)
    else notes.push('The API key may be used from any address: allowed by a setting.')
  }
  const expires = Number(raw['tradingAuthorityExpirationTime'] ?? 0)
  if (expires > 0 && expires <= now) refusals.push(`The API key's right to trade has expired. ${MEND}: renew it.`)
  else if (expires > 0 && expires - now < 7 * DAY_MS)
    notes.push(`The API key's right to trade expires in ${Math.ceil((expires - now) / DAY_MS)} days.`)
  return refusals
}

/** Why an account is not traded. */
export function accountRefusals(raw: Raw): string[] {
  if (raw['canTrade'] === true) return []
  return [
    raw['canTrade'] === false
      ? 'The account may not trade (canTrade): Binance has closed trading to it. Look at the notices of your account; in some countries Binance serves nobody any more.'
      : 'Binance does not say whether the account may trade (canTrade).',
  ]
}

/** Why a symbol is not traded. `permissions`: the account's; null: not said; undefined: not to be looked at. */
export function symbolRefusals(name: string, raw: RawSymbol | undefined, permissions: readonly string[] | null | undefined): string[] {
  if (raw === undefined) return [`${name}: Binance has no such symbol. Mend SYMBOLS.`]
  if (raw.status !== 'TRADING') return [`${name} does not trade now (${raw.status}). Take it out of SYMBOLS, or wait.`]
  if (raw.isSpotTradingAllowed !== true) return [`${name} cannot be traded on spot (isSpotTradingAllowed). Take it out of SYMBOLS.`]
  const sets = permissions === undefined ? [] : (raw.permissionSets ?? [])
  if (permissions === null && sets.length > 0)
    return [`${name}: Binance does not say what the account is permitted (permissions), so it cannot be told whether this may be traded.`]
  // each set needs one of its permissions
  const allowed = sets.every(set => set.some(one => permissions?.includes(one)))
  return allowed
    ? []
    : [`${name} is not permitted for this account: Binance does not offer it where the account is. Take it out of SYMBOLS.`]
}

const plain = (fault: BinanceFault): string =>
  fault.kind === 'refused' && notPermitted(fault.message)
    ? `${fault.message} Binance does not let this account do that, mostly because of where it is: nothing here can mend it.`
    : fault.message

/** A market buy of a little more than the least that may be bought; it is not placed. */
function testOrder({ symbol, filters }: SymbolInfo): Record<string, string> {
  const least = filters.minNotional > 0n ? filters.minNotional : money('10')
  return { symbol, side: 'BUY', type: 'MARKET', quoteOrderQty: format(((least as bigint) * 2n) as Money) }
}
