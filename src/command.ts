/** What a command is written against. One file in `commands/` is one command, and the file's name is its name on every platform. */
import { z } from 'zod'
import { money, quantity, ratio, toNumber } from '#domain/money.ts'
import { type Reply, replyOf } from '#domain/message.ts'
import { quantityText } from '#domain/show.ts'
import type { AmountWish, Desk, LevelWish } from '#ports/desk.ts'

export { type Block, type Button, type Reply, refresh, replyOf, table } from '#domain/message.ts'

/** Who may: each role may what the ones before it may. */
export const roles = ['viewer', 'trader', 'admin'] as const
/** A person's role. */
export type Role = (typeof roles)[number]

/** Who asks, and what they may. */
export interface Person {
  readonly name: string
  /** Null: a stranger, who may nothing but what is open to anybody. */
  readonly role: Role | null
  /** Where the person writes, by numeric ids; none at the terminal. */
  readonly from?: { readonly platform: string; readonly user: string; readonly place: string | null }
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
  /** Where some uses need more than `role`. */
  roleFor?(args: z.output<Args>): Role
  /** Answers strangers too, wherever they write. */
  readonly open?: true
  /** `live`: moves money. With real money it is refused until it can be confirmed. */
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
  roleFor?(args: object): Role
  readonly open?: true
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

/** What an argument's text means: menus and completion go by it, and so does which words it takes. */
export const argumentKinds = [
  'symbol',
  'owner',
  'strategy',
  'command',
  'amount',
  'level',
  'price',
  'count',
  'choice',
  'word',
  'list',
  'pairs',
] as const
/** See `argumentKinds`. `list`: all words that follow. `pairs`: every `key=value` that is no argument itself. */
export type ArgumentKind = (typeof argumentKinds)[number]

/** An argument as menus, help and the reader of commands see it. */
export interface Argument {
  readonly name: string
  readonly kind: ArgumentKind
  readonly description: string
  readonly optional: boolean
  /** Given by name only (`stop=3%`), so that a figure too many is never taken for it. */
  readonly named: boolean
  /** What a usage line shows for its value. */
  readonly hint: string
  readonly choices: readonly string[]
}

interface ArgumentMeta {
  readonly description: string
  readonly named?: true
  readonly hint?: string
}

/** The schema of an argument that is text of some kind. */
export const argument = (kind: ArgumentKind, meta: ArgumentMeta): z.ZodString => z.string().meta({ kind, ...meta })
/** A traded symbol: read it with `symbolOf`. */
export const symbolArgument = argument('symbol', { description: 'a traded symbol, for example btc' })
/** Who holds a position. */
export const ownerArgument = argument('owner', { description: 'who holds it: a strategy, or manual' })
/** One of some words. */
export const choice = <const Words extends readonly [string, ...string[]]>(
  words: Words,
  description: string,
): z.ZodEnum<{ [W in Words[number]]: W }> => z.enum(words).meta({ kind: 'choice', description }) as z.ZodEnum<{ [W in Words[number]]: W }>

function metaOf(schema: z.core.$ZodType): Readonly<Record<string, unknown>> {
  const meta = z.globalRegistry.get(schema)
  if (meta?.['kind'] !== undefined) return meta
  const inner = (schema as { def?: { innerType?: z.core.$ZodType } }).def?.innerType
  return inner === undefined ? (meta ?? {}) : metaOf(inner)
}

const unwrapped = (schema: z.core.$ZodType): z.core.$ZodType => {
  const inner = (schema as { def?: { innerType?: z.core.$ZodType } }).def?.innerType
  return inner === undefined ? schema : unwrapped(inner)
}

/** A command's arguments in their order. */
export const argumentsOf = (command: Pick<AnyCommand, 'args'>): Argument[] =>
  Object.entries(command.args.shape).map(([name, schema]) => {
    const { kind = 'word', description = '', named = false, hint = name } = metaOf(schema) as Partial<Argument>
    const inner = unwrapped(schema)
    const choices = inner instanceof z.ZodEnum ? inner.options.map(String) : []
    return { name, kind, description, optional: z.safeParse(schema, undefined).success, named, hint, choices }
  })

function usageOfArgument({ name, kind, optional, named, hint, choices }: Argument): string {
  const value = choices.length > 0 ? choices.join('|') : hint
  const text = kind === 'list' ? `${name} ${value}` : kind === 'pairs' ? `${value} …` : named ? `${name}=${value}` : value
  return optional ? `[${text}]` : named ? text : `<${text}>`
}

/** How a command is written: "sell <symbol> [amount] [owner]". What is optional stands in brackets. */
export const usageOf = (name: string, command: Pick<AnyCommand, 'args'>): string =>
  [name, ...argumentsOf(command).map(usageOfArgument)].join(' ')

/** True where a role includes another. */
export const mayAct = (has: Role | null, needs: Role): boolean => has !== null && roles.indexOf(has) >= roles.indexOf(needs)

/** The command of a name or alias, with its own name. */
export function findCommand(
  commands: ReadonlyMap<string, AnyCommand>,
  word: string,
): { readonly name: string; readonly command: AnyCommand } | undefined {
  const wanted = word.toLowerCase()
  for (const [name, command] of commands) if (name === wanted || command.aliases?.includes(wanted) === true) return { name, command }
  return undefined
}

/** The traded symbol that a person means. Throws UsageError. */
export function symbolOf(
  desk: Pick<Desk, 'symbol'>,
  text: string,
): { readonly symbol: string; readonly base: string; readonly quote: string } {
  const found = desk.symbol(text)
  if ('problem' in found) throw new UsageError(found.problem)
  return found
}

/** Where several hold a symbol and none is named: the question whose is meant, with a button each. Else null. */
export async function askWhose(
  desk: Pick<Desk, 'positions'>,
  symbol: string,
  owner: string | undefined,
  commandFor: (owner: string) => string,
): Promise<Reply | null> {
  if (owner !== undefined) return null
  const holders = (await desk.positions()).filter(position => position.symbol === symbol)
  if (holders.length < 2) return null
  const list = holders.map(position => `${position.owner} ${quantityText(position.quantity)} ${position.base}`).join(', ')
  const buttons = holders.map(position => ({ label: position.owner, command: commandFor(position.owner) }))
  return replyOf([`Several hold ${symbol}: ${list}. Which one?`], buttons)
}

// 15 digits before the point are more than any account holds and still fit the database.
const NUMBER = /^\d{1,15}(?:\.\d{1,8})?$/
const shares: Readonly<Record<string, string>> = { all: '100%', half: '50%' }

// It may stand before decimals or between thousands: a factor of a thousand is not to be guessed.
function refuseComma(text: string): void {
  if (/\d,\d/.test(text))
    throw new UsageError(`"${text}" has a comma: write decimals after a point, such as 0.5, and thousands without a sign`)
}

/** Reads an amount: "0.01" or "0.01 btc" is a quantity, "50 eur" quote, "25%", "half" and "all" a share. Throws UsageError. */
export function readAmount(text: string, { base, quote }: { readonly base: string; readonly quote: string }): AmountWish {
  refuseComma(text)
  const match = /^([\d.]+)\s*(%|€|[a-z\d]+)?$/i.exec(shares[text.trim().toLowerCase()] ?? text.trim())
  const [, number = '', written = ''] = match ?? []
  if (match === null || !NUMBER.test(number) || Number(number) === 0 || /^e\d/i.test(written))
    throw new UsageError(`"${text}" is not an amount: write 0.01 or "0.01 ${base}", "50 ${quote}", or 25%`)
  const unit = written === '€' ? 'EUR' : written.toUpperCase()
  if (unit === '%') {
    if (Number(number) > 100) throw new UsageError(`"${text}" is more than all of it: write up to 100%`)
    const part = (Number(number) / 100).toFixed(8)
    if (Number(part) === 0) throw new UsageError(`"${text}" is too small a part: write at least 0.000001%`)
    return { kind: 'percent', share: ratio(part) }
  }
  if (unit === quote) return { kind: 'quote', amount: money(number) }
  if (unit === '' || unit === base) return { kind: 'quantity', quantity: quantity(number) }
  throw new UsageError(`"${written}" is neither ${base} nor ${quote}: write "0.01 ${base}", "50 ${quote}", or 25%`)
}

/** Reads a price or a distance: "25000" or "3%". "off" and "none" are null. Throws UsageError. */
export function readLevel(text: string): LevelWish | null {
  const trimmed = text.trim().toLowerCase()
  if (trimmed === 'off' || trimmed === 'none') return null
  refuseComma(text)
  const share = trimmed.endsWith('%')
  const number = share ? trimmed.slice(0, -1).trim() : trimmed
  if (!NUMBER.test(number) || Number(number) === 0)
    throw new UsageError(`"${text}" is not a level: write a price such as 25000, a distance such as 3%, or off`)
  if (share && Number(number) >= 1000) throw new UsageError(`"${text}" is too far away: write less than 1000%`)
  return share ? { kind: 'percent', percent: Number(number) } : { kind: 'price', price: toNumber(money(number)) }
}

/** Reads a stop as `readLevel` does; it stands under what was paid, so its distance is under 100%. Throws UsageError. */
export function readStop(text: string): LevelWish | null {
  const level = readLevel(text)
  if (level?.kind === 'percent' && level.percent >= 100)
    throw new UsageError(`a stop ${text} under what was paid is no price: write less than 100%`)
  return level
}

/** A count of rows to show, 1 to 100. */
export const count = (fallback: number): z.ZodDefault<z.ZodType<number>> =>
  z.coerce
    .number<string>({ error: 'a whole number is needed' })
    .int('a whole number is needed')
    .min(1, 'at least 1')
    .max(100, 'at most 100')
    .default(fallback)
    .meta({ kind: 'count', description: `how many, 1 to 100 (else ${fallback})` }) as unknown as z.ZodDefault<z.ZodType<number>>
