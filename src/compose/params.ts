/** Parameters of strategies as text: from the environment, the command line, or a chat. */
import type { z } from 'zod'
import type { AnyStrategy } from '#strategy'

/** One parameter as people see it. */
export interface ParamField {
  readonly name: string
  /** The variable it is read from, or null. */
  readonly env: string | null
  /** Its default as text; empty: none (off). */
  readonly fallback: string
  readonly type: 'number' | 'boolean' | 'string'
}

/** A parameter that is wrong: what, the rule, and what there is. */
export class ParamError extends Error {}

function unwrapped(schema: z.ZodType): { readonly type: string; readonly fallback: unknown } {
  let inner = schema as z.ZodType & {
    readonly def: { readonly type: string; readonly innerType?: z.ZodType; readonly defaultValue?: unknown }
  }
  let fallback: unknown
  while (inner.def.innerType !== undefined) {
    if (inner.def.type === 'default') fallback = inner.def.defaultValue
    inner = inner.def.innerType as typeof inner
  }
  return { type: inner.def.type, fallback }
}

/** The parameters of a strategy, in the order of its file. */
export function fieldsOf(strategy: AnyStrategy): ParamField[] {
  return Object.entries(strategy.params.shape as Record<string, z.ZodType>).map(([name, schema]) => {
    const { type, fallback } = unwrapped(schema)
    const meta = schema.meta() as { readonly env?: string } | undefined
    return {
      name,
      env: meta?.env ?? null,
      fallback: fallback === undefined ? '' : String(fallback),
      type: type === 'number' || type === 'int' ? 'number' : type === 'boolean' ? 'boolean' : 'string',
    }
  })
}

function valueOf({ name, type }: ParamField, text: string): unknown {
  if (type === 'string') return text
  if (type === 'boolean') {
    if (text === 'true' || text === 'false') return text === 'true'
    throw new ParamError(`${name}=${text}: true or false is needed.`)
  }
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (!Number.isFinite(value)) throw new ParamError(`${name}=${text}: a number is needed.`)
  return value
}

const listOf = (fields: readonly ParamField[]): string =>
  fields.map(({ name, fallback }) => `${name}${fallback === '' ? '' : `=${fallback}`}`).join(', ')

/**
 * The parameters of a strategy from texts by name; what is not given has its default. Throws ParamError for an unknown name, a text
 * that is not of the parameter's type, or a value that breaks its rule.
 */
export function readParams(strategy: AnyStrategy, given: Readonly<Record<string, string>>): object {
  const fields = fieldsOf(strategy)
  const values: Record<string, unknown> = {}
  for (const [name, text] of Object.entries(given)) {
    const field = fields.find(known => known.name === name)
    if (field === undefined) throw new ParamError(`${name}: there is no such parameter. There are: ${listOf(fields)}.`)
    values[name] = valueOf(field, text)
  }
  const result = strategy.params.safeParse(values)
  if (result.success) return usable(strategy, result.data, values, fields)
  const wrong = result.error.issues.map(({ path, message }) => {
    const name = path.join('.')
    if (name === '') return message
    const value = given[String(path[0])]
    if (value === undefined) return `${name}: it has no default and is not given. Give the file one, such as z.int().default(14)`
    return `${name}=${value}: ${message}`
  })
  throw new ParamError(`${wrong.join('; ')}. Parameters: ${listOf(fields)}.`)
}

// What the file allows and its indicators do not (a window of 0) would end the core that is built of it, at this start and at each after it.
function usable(strategy: AnyStrategy, params: object, given: Readonly<Record<string, unknown>>, fields: readonly ParamField[]): object {
  const also = strategy.kind === 'single' ? (strategy.also ?? {}) : {}
  try {
    for (const [name, indicator] of Object.entries(strategy.indicators(params))) {
      // a file that nothing has checked may give anything
      if (typeof (indicator as Partial<typeof indicator> | null)?.build !== 'function')
        throw new RangeError(`"${name}" is none: make it by sma, ema, … or defineIndicator`)
      const { on } = indicator
      if (on && !Object.hasOwn(also, on)) throw new RangeError(`"${name}" runs on "${on}", which is not declared under "also"`)
    }
    return params
  } catch (cause) {
    const texts = Object.entries(given).map(([name, value]) => `${name}=${String(value)}`)
    const of = texts.length === 0 ? '' : `${texts.join(', ')}: `
    const there = fields.length === 0 ? '' : ` Parameters: ${listOf(fields)}.`
    throw new ParamError(`${of}its indicators cannot be made (${cause instanceof Error ? cause.message : String(cause)}).${there}`, {
      cause,
    })
  }
}

/** The texts that an environment gives for a strategy's parameters, by parameter name. */
export function paramsFromEnv(strategy: AnyStrategy, env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const given: Record<string, string> = {}
  for (const { name, env: variable } of fieldsOf(strategy)) {
    const text = variable === null ? undefined : env[variable]
    if (text !== undefined && text.trim() !== '') given[name] = text.trim()
  }
  return given
}

/** Texts by the parameters' names, where they are given by those or by their variables. Throws ParamError where one is given by both. */
export function paramsByName(strategy: AnyStrategy, given: Readonly<Record<string, string>>): Record<string, string> {
  const fields = fieldsOf(strategy)
  const named: Record<string, string> = {}
  for (const [text, value] of Object.entries(given)) {
    const name = fields.find(({ env }) => env === text)?.name ?? text
    if (name !== text && given[name] !== undefined) throw new ParamError(`${text}: ${name} is given too. Give one of them.`)
    named[name] = value
  }
  return named
}
