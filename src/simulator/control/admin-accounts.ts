/** The admin's commands about accounts: further ones, what they hold, whether they may trade. Each concerns the first account unless `account` names another. */
import type { Money } from '#domain/money.ts'
import { newHmacKey, safeRights } from '../keys.ts'
import { amountOf } from '../trading/filters.ts'
import { balanceUpdate } from '../trading/events.ts'
import { eight } from '../decimals.ts'
import type { Account, World } from '../world.ts'
import { conservationError } from './audit.ts'
import { AdminError, type Body, type Command } from './command.ts'
import { flagIn, textIn } from './reading.ts'

function accountIn({ accounts, account: first }: World, { account: name }: Body): Account {
  if (name === undefined) return first
  const found = accounts.find(account => account.name === name)
  if (found === undefined)
    throw new AdminError(`account: there is no ${String(name)}. There are: ${accounts.map(one => one.name).join(', ')}`)
  return found
}

function amountsIn(body: Body): readonly (readonly [asset: string, amount: bigint])[] {
  for (const [asset, text] of Object.entries(body))
    if (!/^\d+(\.\d{1,8})?$/.test(String(text)))
      throw new AdminError(`${asset}: an amount such as "10000" is needed, not ${JSON.stringify(text)}`)
  return Object.entries(body).map(([asset, text]) => [asset, amountOf(String(text))])
}

/** What an account holds. */
export const balancesOf = ({ venue }: Pick<Account, 'venue'>): object =>
  Object.fromEntries(venue.matching.wallet.all().map(({ asset, free, locked }) => [asset, { free: eight(free), locked: eight(locked) }]))

/** All accounts, with what they hold and whether that adds up. */
export const accountsOf = ({ accounts }: World): object[] =>
  accounts.map(account => ({
    name: account.name,
    uid: account.number + 1,
    balances: balancesOf(account),
    balancesAddUp: conservationError(account.venue) ?? true,
  }))

/** All of them, by name. */
export const accountCommands: Readonly<Record<string, Command>> = {
  accounts: {
    what: 'opens a further account, with a new HMAC key that the answer tells; accounts trade with the market alone; those of one trade group meet self-trade prevention',
    body: '{"name": "second", "balances": {"EUR": "10000"}, "tradeGroupId": 1}',
    fields: ['name', 'balances', 'tradeGroupId'],
    act({ world }, { name, balances = {}, tradeGroupId = -1 }) {
      if (typeof name !== 'string' || name === '') throw new AdminError('name: a name for the account is needed')
      if (world.accounts.some(account => account.name === name)) throw new AdminError(`name: there is a ${name} already`)
      if (typeof balances !== 'object' || balances === null) throw new AdminError('balances: amounts by asset, such as {"EUR": "10000"}')
      if (!Number.isInteger(tradeGroupId)) throw new AdminError('tradeGroupId: a whole number is needed')
      const amounts = new Map(amountsIn(balances as Body) as readonly (readonly [string, Money])[])
      const key = newHmacKey()
      const account = world.open({ name, keys: [key], balances: amounts, tradeGroupId: tradeGroupId as number })
      return { name, uid: account.number + 1, ...key }
    },
  },
  account: {
    what: 'disables the account: canTrade false refuses orders, disabled refuses with "This action is disabled on this account."',
    body: '{"canTrade": true, "disabled": false, "account": "first"}',
    fields: ['canTrade', 'disabled', 'account'],
    act({ world }, body) {
      const { account } = accountIn(world, body).venue
      const [canTrade, disabled] = [flagIn(body, 'canTrade', account.canTrade), flagIn(body, 'disabled', account.disabled)]
      return Object.assign(account, { canTrade, disabled })
    },
  },
  keys: {
    what: 'says what a key may do, as apiRestrictions tells it, or takes it back (revoked); the first key unless apiKey names another',
    body: '{"enableWithdrawals": true, "ipRestrict": false, "revoked": false}',
    fields: ['apiKey', 'revoked', ...Object.keys(safeRights)],
    act({ world: { keys } }, body) {
      const [name] = keys.keys()
      const key = keys.get(textIn(body, 'apiKey', name ?? ''))
      if (key === undefined) throw new AdminError(`apiKey: there is no such key. There are: ${[...keys.keys()].join(', ')}`)
      const revoked = flagIn(body, 'revoked', key.revoked)
      const rights = Object.entries(key.rights).map(([right, before]) => [right, flagIn(body, right, before)] as const)
      Object.assign(key.rights, Object.fromEntries(rights))
      key.revoked = revoked
      return { apiKey: key.apiKey, account: key.account + 1, kind: key.kind, revoked, ...key.rights }
    },
  },
  balances: {
    what: 'sets free balances, as a deposit or withdrawal does (balanceUpdate is told)',
    body: '{"EUR": "10000", "account": "first"}',
    fields: null,
    act(controlled, body) {
      const account = accountIn(controlled.world, body)
      const { account: _, ...given } = body
      const { venue } = account
      for (const [asset, amount] of amountsIn(given)) {
        const balance = venue.matching.wallet.of(asset)
        const delta = amount - balance.free
        balance.free = amount
        venue.deposit(asset, delta)
        venue.events.push(balanceUpdate(asset, delta, venue.now()))
      }
      venue.settle()
      controlled.flush()
      return balancesOf(account)
    },
  },
}
