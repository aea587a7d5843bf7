import { assert } from '#domain/fault.ts'
import { type Amount, format } from '#domain/money.ts'

/** What an account holds of one asset. Locked is what open orders may still take. */
export interface Balance {
  readonly asset: string
  free: bigint
  locked: bigint
}

/** Balances by asset. Neither part can go below zero: that would be a bug of the matching, so it asserts. */
export class Wallet {
  readonly #balances = new Map<string, Balance>()

  /** The balance of an asset, made empty when first asked for. */
  of(asset: string): Balance {
    let balance = this.#balances.get(asset)
    if (balance === undefined) {
      balance = { asset, free: 0n, locked: 0n }
      this.#balances.set(asset, balance)
    }
    return balance
  }

  /** All balances, in the order in which they first appeared. */
  all(): readonly Balance[] {
    return [...this.#balances.values()]
  }
}

/** Moves an amount from free to locked. */
export function lock(balance: Balance, amount: bigint): void {
  balance.free -= amount
  balance.locked += amount
  if (balance.free < 0n) assert(false, `${format(amount as Amount<'money'>)} ${balance.asset} were locked that are not there`)
}

/** Moves an amount from locked back to free. */
export function unlock(balance: Balance, amount: bigint): void {
  balance.locked -= amount
  balance.free += amount
  if (balance.locked < 0n) assert(false, `${format(amount as Amount<'money'>)} ${balance.asset} were unlocked that were not locked`)
}

/** Takes an amount out of a balance, from what is locked for it first. What stays locked for it. */
export function spend(balance: Balance, locked: bigint, amount: bigint): bigint {
  const fromLock = amount < locked ? amount : locked
  if (locked > 0n) {
    balance.locked -= fromLock
    if (balance.locked < 0n) assert(false, `${balance.asset} went below zero`)
  }
  if (amount > locked) {
    balance.free -= amount - locked
    if (balance.free < 0n) assert(false, `${balance.asset} went below zero`)
  }
  return locked - fromLock
}
