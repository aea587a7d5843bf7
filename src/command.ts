/** What a command is written against. One file in `commands/` is one command, and the file's name is its name on every platform. */
import { z } from 'zod'
import { money, quantity, ratio, toNumber } from '#domain/money.ts'
import type { Reply } from '#domain/message.ts'
import type { AmountWish, Desk, LevelWish } from '#ports/desk.ts'

export { type Block, type Button, type Reply, replyOf, table } from '#domain/message.ts'

/** Who may: each role may what the ones before it may. */
export const roles = ['viewer', 'trader', 'admin'] as const
/** A person's role. */
export type Role = (typeof roles)[number]

/** Who asks, and what they may. */
export interface Person {
  readonly name: string
  readonly role: Role
}

/** What a command is handed besides its arguments. */
export interface Asking {
  readonly person: Person
  /** All commands by name, for help. */
  readonly commands: ReadonlyMap<string, AnyCommand>
}

/** A command with its arguments' types inferred. Arguments are given in the order of the fields of `args`. */
export interface Command<Args extends z.ZodObject> {
  readonly summary: string
  readonly role: Role
  /** `live`: with real money a confirmation is asked for. */
  readonly confirm?: 'live'
  readonly aliases?: readonly string[]
  /** Examples of use, without the command's own name. */
  readonly examples?: readonly string[]
  readonly args: Args
  run(desk: Desk, args: z.output<Args>, asking: Asking): Promise<Reply>
}

/** A command, its own types forgotten. */
export interface AnyCommand {
  readonly kind: 'command'
  readonly summary: string
  readonly role: Role
  readonly confirm?: 'live'
  readonly aliases?: readonly string[]
  readonly examples?: readonly string[]
  readonly args: z.ZodObject
  run(desk: Desk, args: object, asking: Asking): Promise<Reply>
}

/** Defines a command. */
export const defineCommand = <Args extends z.ZodObject>(command: Command<Args>): Command<Args> & AnyCommand =>
  ({ ...command, kind: 'command' }) as Command<Args> & AnyCommand

/** True for what `defineCommand` made. */
export const isCommand = (value: unknown): value is AnyCommand =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'command' && 'run' in value

/** A wrong argument: shown with the usage. */
export class UsageError extends Error {}

const NUMBER = /^\d+(?:\.\d{1,8})?$/

/** Reads an amount: "0.01" or "0.01 btc" is a quantity, "50 eur" quote, "25%" a share. Throws UsageError. */
export function readAmount(text: string, { base, quote }: { readonly base: string; readonly quote: string }): AmountWish {
  const match = /^([\d.]+)\s*(%|[a-z]+)?$/i.exec(text.trim())
  const [, number = '', unit = ''] = match ?? []
  if (match === null || !NUMBER.test(number) || Number(number) === 0)
    throw new UsageError(`"${text}" is not an amount: write 0.01 or "0.01 ${base}", "50 ${quote}", or 25%`)
  if (unit === '%') {
    if (Number(number) > 100) throw new UsageError(`"${text}" is more than all of it: write up to 100%`)
    return { kind: 'percent', share: ratio((Number(number) / 100).toFixed(8)) }
  }
  if (unit.toUpperCase() === quote) return { kind: 'quote', amount: money(number) }
  if (unit === '' || unit.toUpperCase() === base) return { kind: 'quantity', quantity: quantity(number) }
  throw new UsageError(`"${unit}" is neither ${base} nor ${quote}: write "0.01 ${base}", "50 ${quote}", or 25%`)
}

/** Reads a price or a distance: "25000" or "3%". "off" and "none" are null. Throws UsageError. */
export function readLevel(text: string): LevelWish | null {
  const trimmed = text.trim().toLowerCase()
  if (trimmed === 'off' || trimmed === 'none') return null
  const share = trimmed.endsWith('%')
  const number = share ? trimmed.slice(0, -1).trim() : trimmed
  if (!NUMBER.test(number) || Number(number) === 0) throw new UsageError(`"${text}" is not a level: write a price such as 25000, a distance such as 3%, or off`)
  return share ? { kind: 'percent', percent: Number(number) } : { kind: 'price', price: toNumber(money(number)) }
}

/** A count of rows to show, 1 to 100. */
export const count = (fallback: number): z.ZodDefault<z.ZodType<number>> =>
  z.coerce.number<string>().int('a whole number is needed').min(1, 'at least 1').max(100, 'at most 100').default(fallback) as unknown as z.ZodDefault<z.ZodType<number>>
