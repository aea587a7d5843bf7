/** What Discord takes and what it refuses. */
import type { APIButtonComponentWithCustomId } from 'discord.js'

/** A JSON body. */
export type Body = Readonly<Record<string, unknown>>
/** What a call is answered. */
export interface Answer {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

const MOST = 2000
/** Done. */
export const ok = (body?: unknown): Answer => (body === undefined ? { status: 204 } : { status: 200, body })
/** An error as Discord words it. */
export const refused = (status: number, code: number, message: string): Answer => ({ status, body: { code, message } })
/** A body that does not pass. */
export const invalid = (what: string): Answer => refused(400, 50_035, `Invalid Form Body: ${what}`)

/** The buttons of a message. */
export const buttonsOf = (body: Body): readonly APIButtonComponentWithCustomId[] =>
  ((body['components'] ?? []) as readonly { readonly components: readonly APIButtonComponentWithCustomId[] }[]).flatMap(
    ({ components }) => components,
  )

/** What is wrong with a message, or null. */
export function problemOf(body: Body): Answer | null {
  const content = String(body['content'] ?? '')
  if (content.trim() === '') return refused(400, 50_006, 'Cannot send an empty message')
  if (content.length > MOST) return invalid(`content: ${content.length} characters, ${MOST} are the most`)
  const rows = (body['components'] ?? []) as readonly { readonly components: readonly unknown[] }[]
  if (rows.length > 5 || rows.some(({ components }) => components.length > 5 || components.length === 0)) return invalid('components')
  const ids = buttonsOf(body).map(({ custom_id: id }) => id)
  return new Set(ids).size < ids.length || ids.some(id => id.length > 100) ? invalid('custom_id') : null
}

interface Option {
  readonly name: string
  readonly description: string
  readonly required?: boolean
  readonly autocomplete?: boolean
  readonly choices?: readonly { readonly name: string }[]
}
/** A slash command as it is registered. */
export interface Command {
  readonly name: string
  readonly description: string
  readonly options?: readonly Option[]
}

/** What is wrong with a command's menu. */
export function problemsOf({ name, description, options = [] }: Command): string[] {
  const isName = (text: string): boolean => /^[-_\p{L}\p{N}]{1,32}$/u.test(text) && text === text.toLowerCase()
  const isDescription = (text: string): boolean => text.length >= 1 && text.length <= 100
  const firstOptional = options.findIndex(({ required }) => required !== true)
  return [
    ...(isName(name) ? [] : [`the name ${name}`]),
    ...(isDescription(description) ? [] : [`the description of ${name}`]),
    ...(options.length > 25 ? [`too many options of ${name}`] : []),
    ...(firstOptional >= 0 && options.slice(firstOptional).some(({ required }) => required === true)
      ? [`${name}: what is required comes first`]
      : []),
    ...options.flatMap(option => [
      ...(isName(option.name) ? [] : [`the option ${option.name}`]),
      ...(isDescription(option.description) ? [] : [`the description of ${name} ${option.name}`]),
      ...((option.choices?.length ?? 0) > 25 || (option.choices !== undefined && option.autocomplete === true)
        ? [`the choices of ${name} ${option.name}`]
        : []),
    ]),
  ]
}
