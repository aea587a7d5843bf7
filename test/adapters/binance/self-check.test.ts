/** The check before live trading: what is unsafe, closed, or cannot be made sure of never begins to trade. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  accountRefusals,
  keyRefusals,
  type SelfCheck,
  selfCheck,
  type SelfCheckSetup,
  symbolRefusals,
} from '#adapters/binance/self-check.ts'
import { type KeyRights, safeRights } from '#simulator/keys.ts'
import { type Bed, type BedSetup, BTCUSDC, openBed } from '../../support/binance/account.ts'

const RIGHTS = { ...safeRights, createTime: 1 }
const NOW = Date.UTC(2026, 10, 25)
const refusals = (raw: Readonly<Record<string, unknown>>, anyAddress = false): string[] => keyRefusals(raw, { anyAddress, now: NOW })
const without = (name: keyof typeof RIGHTS) => Object.fromEntries(Object.entries(RIGHTS).filter(([field]) => field !== name))

describe('the API key', () => {
  test.each([
    ['as it should be', RIGHTS, null],
    ['may withdraw', { ...RIGHTS, enableWithdrawals: true }, 'may withdraw'],
    ['may transfer to others', { ...RIGHTS, enableInternalTransfer: true }, 'may transfer to other accounts'],
    ['may transfer between wallets', { ...RIGHTS, permitsUniversalTransfer: true }, 'may transfer between wallets'],
    ['may borrow', { ...RIGHTS, enableMargin: true }, 'may borrow on margin'],
    ['may trade futures', { ...RIGHTS, enableFutures: true }, 'may trade futures'],
    ['may trade options', { ...RIGHTS, enableVanillaOptions: true }, 'a right that RootTrading does not need (enableVanillaOptions)'],
    ['a right of tomorrow', { ...RIGHTS, enableSomethingNew: true }, 'a right that RootTrading does not need (enableSomethingNew)'],
    ['a permit of tomorrow, in other words', { ...RIGHTS, permitsSomethingNew: 'yes' }, 'does not need (permitsSomethingNew)'],
    ['a right of tomorrow, switched off', { ...RIGHTS, enableSomethingNew: false }, null],
    ['may not read', { ...RIGHTS, enableReading: false }, 'may not read'],
    ['may not trade', { ...RIGHTS, enableSpotAndMarginTrading: false }, 'may not trade on spot'],
    ['from any address', { ...RIGHTS, ipRestrict: false }, 'may be used from any address'],
    ['withdrawals not said', without('enableWithdrawals'), 'does not say whether the API key may withdraw'],
    ['withdrawals said strangely', { ...RIGHTS, enableWithdrawals: 'false' }, 'does not say whether the API key may withdraw'],
    ['transfers not said', without('permitsUniversalTransfer'), 'does not say whether the API key may transfer'],
    ['addresses not said', without('ipRestrict'), 'may be used from any address'],
    ['reading not said', without('enableReading'), 'may not read'],
    ['trading has expired', { ...RIGHTS, tradingAuthorityExpirationTime: NOW - 1 }, 'right to trade has expired'],
    ['nothing said at all', {}, 'may not read'],
  ])('%s', (_, raw, words) => {
    const found = refusals(raw)
    expect(found.join('\n')).toContain(words ?? '')
    expect(found.length > 0).toBe(words !== null)
  })

  test('from any address, where a setting allows it', () => {
    expect(refusals({ ...RIGHTS, ipRestrict: false }, true)).toEqual([])
  })

  test('whatever is said: none that may take money out is used', () => {
    const anything = fc.constantFrom(true, false, 'true', 'false', 1, 0, null, undefined)
    const rights = fc.record(Object.fromEntries([...Object.keys(RIGHTS), 'enableLater', 'permitsLater'].map(name => [name, anything])))
    fc.assert(
      fc.property(rights, fc.boolean(), (raw, anyAddress) => {
        if (refusals(raw, anyAddress).length > 0) return
        for (const name of ['enableWithdrawals', 'enableInternalTransfer', 'permitsUniversalTransfer', 'enableMargin', 'enableFutures'])
          expect(raw[name]).toBe(false)
        expect(raw['enableLater']).not.toBe(true)
        expect(anyAddress || raw['ipRestrict'] === true).toBe(true)
      }),
      { numRuns: 5_000 },
    )
  })
})

describe('the account', () => {
  test.each([
    ['may trade', { canTrade: true }, null],
    ['may not', { canTrade: false }, 'may not trade'],
    ['not said', {}, 'does not say'],
  ])('%s', (_, raw, words) => {
    expect(accountRefusals(raw).join()).toContain(words ?? '')
    expect(accountRefusals(raw)).toHaveLength(words === null ? 0 : 1)
  })
})

describe('a symbol', () => {
  const raw = { ...BTCUSDC, isSpotTradingAllowed: true, permissionSets: [['SPOT', 'MARGIN', 'TRD_GRP_004']] }
  test.each([
    ['as it should be', raw, ['SPOT'], null],
    ['by a group', raw, ['TRD_GRP_004'], null],
    ['that nobody has', undefined, ['SPOT'], 'has no such symbol'],
    ['that is halted', { ...raw, status: 'HALT' }, ['SPOT'], 'does not trade now (HALT)'],
    ['that only cancels', { ...raw, status: 'CANCEL_ONLY' }, ['SPOT'], 'does not trade now (CANCEL_ONLY)'],
    ['without spot', { ...raw, isSpotTradingAllowed: false }, ['SPOT'], 'cannot be traded on spot'],
    ['of which spot is not said', BTCUSDC, ['SPOT'], 'cannot be traded on spot'],
    ['for another group', raw, ['TRD_GRP_009'], 'is not permitted for this account'],
    ['with two conditions, one of them met', { ...raw, permissionSets: [['SPOT'], ['TRD_GRP_001']] }, ['SPOT'], 'is not permitted'],
    ['where the account’s permissions are not said', raw, null, 'does not say what the account is permitted'],
  ] as const)('%s', (_, symbol, permissions, words) => {
    const found = symbolRefusals('BTCUSDC', symbol, permissions)
    expect(found.join()).toContain(words ?? '')
    expect(found).toHaveLength(words === null ? 0 : 1)
  })
})

describe('altogether, on a Binance on this machine', () => {
  const check = async (
    { binance }: Bed,
    more: Partial<Pick<SelfCheckSetup, 'anyAddress' | 'withoutSapi' | 'subscribed'>> = {},
  ): Promise<SelfCheck> =>
    selfCheck({
      account: binance.account,
      market: binance.market,
      serverClock: binance.rest.serverClock,
      symbols: ['BTCUSDC'],
      subscribed: milliseconds => binance.subscribed(milliseconds),
      anyAddress: false,
      withoutSapi: false,
      ...more,
    })
  const refuse = (path: string, refusal: object) => (bed: Bed) => bed.fault({ kind: 'refuse', ...refusal }, { path, count: 9 })
  const withRights = (rights: Partial<KeyRights>): BedSetup => ({ rights })

  test.each(['hmac', 'ed25519'] as const)('begins where all is well, by an %s key', async key => {
    const bed = await openBed({ key })
    const { refusals: found, notes } = await check(bed)
    expect(found).toEqual([])
    expect(notes[0]).toMatch(/^Binance is \d+ ms (behind|ahead of) this machine \(to \d+ ms\)\.$/)
    expect(bed.simulator.world.venue.orders.size).toBe(0)
  })

  test.each<[string, BedSetup, (bed: Bed) => void, string]>([
    ['a key that may withdraw', withRights({ enableWithdrawals: true }), () => {}, 'may withdraw'],
    ['a key for any address', withRights({ ipRestrict: false }), () => {}, 'from any address'],
    ['an account that may not trade', {}, bed => bed.simulator.admin('account', { canTrade: false }), 'may not trade'],
    ['a disabled account', {}, bed => bed.simulator.admin('account', { disabled: true }), 'trading by API locked: true'],
    ['a halted symbol', {}, bed => bed.simulator.admin('symbols', { symbol: 'BTCUSDC', status: 'HALT' }), 'does not trade now (HALT)'],
    ['a clock that is off', {}, bed => bed.simulator.admin('time', { skew: 5_000 }), 'Set it by a time server'],
    ['rights that cannot be asked for', {}, refuse('/sapi/v1/account/apiRestrictions', { status: 403, code: 0, text: '' }), 'firewall'],
    ['no answer about the rights', {}, bed => bed.fault({ kind: 'request_lost' }, { path: '/sapi/*', count: 9 }), 'connection was lost'],
    [
      'a wrong key',
      {},
      refuse('/api/v3/account', { status: 401, code: -2015, text: 'Invalid API-key, IP, or permissions for action.' }),
      'may not be used from this address',
    ],
    [
      'a place that is not served',
      {},
      refuse('/api/v3/order/test', { status: 451, code: 0, text: 'Service unavailable from a restricted location' }),
      'does not serve this place',
    ],
    [
      'a symbol not permitted',
      {},
      refuse('/api/v3/order/test', { code: -2010, text: 'This symbol is not permitted for this account.' }),
      'nothing here can mend it',
    ],
    ['no user data', { sockets: false, speed: 30 }, () => {}, 'did not acknowledge the subscription'],
  ])('does not begin: %s', async (_, setup, prepare, words) => {
    const bed = await openBed(setup)
    prepare(bed)
    const { refusals: found } = await check(bed)
    expect(found.join('\n')).toContain(words)
  })

  test.each([
    ['/sapi/*', 400, -1022, 'Signature for this request is not valid.', 'The secret does not belong to the API key'],
    ['/sapi/*', 401, -2015, 'Invalid API-key, IP, or permissions for action.', 'The API key is wrong'],
    ['/api/v3/account', 401, -2015, 'Invalid API-key, IP, or permissions for action.', 'The API key is wrong'],
    ['/sapi/*', 401, -2014, 'API-key format invalid.', 'The API key is wrong'],
  ])(
    'a key that Binance does not take (%s %i %i) is told once, with what mends it, and nothing that follows from it',
    async (...refused) => {
      const [path, status, code, text, words] = refused
      const bed = await openBed()
      refuse(path, { status, code, text })(bed)
      // nobody waits for user data of a key that is not taken
      const { refusals: found } = await check(bed, { subscribed: () => Promise.reject(new Error('asked for')) })
      expect(found).toHaveLength(1)
      expect(found[0]).toContain(words)
      expect(found[0]).not.toContain('nothing here can mend it')
    },
  )

  test('what cannot be told since the account did not answer is not told as another reason', async () => {
    const bed = await openBed()
    bed.fault({ kind: 'server_error', status: 502 }, { path: '/api/v3/account', count: 9 })
    expect((await check(bed)).refusals).toEqual([expect.stringMatching(/^The account: Binance could not answer GET \/api\/v3\/account/)])
  })

  test('all that is wrong is told at once', async () => {
    const bed = await openBed({ rights: { enableWithdrawals: true, ipRestrict: false }, sockets: false, speed: 30 })
    bed.simulator.admin('symbols', { symbol: 'BTCUSDC', status: 'HALT' })
    expect((await check(bed)).refusals.length).toBeGreaterThanOrEqual(4)
  })

  test('without /sapi only where that is allowed', async () => {
    const bed = await openBed()
    refuse('/sapi/v1/account/apiRestrictions', { status: 404, code: 0, text: '' })(bed)
    expect((await check(bed)).refusals.join()).toContain('does not know GET /sapi/v1/account/apiRestrictions')
    const { refusals: found, notes } = await check(bed, { withoutSapi: true })
    expect(found).toEqual([])
    expect(notes.join()).toContain('has no /sapi')
  })

  test('a setting allows any address', async () => {
    const bed = await openBed({ rights: { ipRestrict: false } })
    expect((await check(bed, { anyAddress: true })).refusals).toEqual([])
  })
})
