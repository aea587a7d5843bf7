/** What an admin sends, read by name. A name that is misspelt and a value out of bounds are refused: passed over, they would look as if they had been taken. */
import { AdminError, type Body } from './command.ts'

/** Bounds of a number. */
export interface Bounds {
  readonly least?: number
  readonly most?: number
  readonly whole?: boolean
  /** What the number is said to be in: "fault", "where". */
  readonly of?: string
}

const called = (name: string, of?: string): string => (of === undefined ? name : `${of}.${name}`)

/** Refuses fields other than these. `what`: what has them. */
export function checkFields(body: object, what: string, fields: readonly string[], of?: string): void {
  for (const name of Object.keys(body))
    if (!fields.includes(name))
      throw new AdminError(`${called(name, of)}: ${what} has no such field. There are: ${fields.length === 0 ? 'none' : fields.join(', ')}`)
}

/** A number; `usual` where it is absent. */
export function numberIn(body: Body, name: string, usual: number, { least, most, whole = false, of }: Bounds = {}): number {
  const value = body[name] ?? usual
  const good =
    typeof value === 'number' &&
    (Number.isFinite(value) || value === usual) &&
    (!whole || Number.isInteger(value) || value === usual) &&
    value >= (least ?? -Infinity) &&
    value <= (most ?? Infinity)
  if (good) return value
  const span = least === undefined ? '' : most === undefined ? ` from ${least} on` : ` from ${least} to ${most}`
  throw new AdminError(`${called(name, of)}: a ${whole ? 'whole ' : ''}number${span} is needed, not ${JSON.stringify(value)}`)
}

/** True or false; `usual` where it is absent. */
export function flagIn(body: Body, name: string, usual: boolean, of?: string): boolean {
  const value = body[name] ?? usual
  if (typeof value !== 'boolean') throw new AdminError(`${called(name, of)}: true or false`)
  return value
}

/** A text; `usual` where it is absent. */
export function textIn(body: Body, name: string, usual: string, of?: string): string {
  const value = body[name] ?? usual
  if (typeof value !== 'string') throw new AdminError(`${called(name, of)}: a text is needed, not ${JSON.stringify(value)}`)
  return value
}
