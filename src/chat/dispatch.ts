/** From what a person typed to an answer: finds the command, checks the role, reads the arguments, runs it, and words what went wrong. */
import { z } from 'zod'
import {
  type AnyCommand,
  argumentsOf,
  findCommand,
  mayAct,
  type Person,
  type Reply,
  type Role,
  replyOf,
  UsageError,
  usageOf,
} from '#command'
import { Fault } from '#domain/fault.ts'
import type { Desk } from '#ports/desk.ts'
import { readArguments } from './arguments.ts'
import { distance, type Word, wordsOf } from './words.ts'

/** A text to be answered. */
export interface Dispatch {
  readonly text: string
  readonly person: Person
  readonly commands: ReadonlyMap<string, AnyCommand>
  readonly desk: Desk
  /** Takes what should not have happened; the person reads only that it did. */
  report(error: unknown): void
}

const LONGEST = 1000
const UNCONFIRMED = 'That moves real money and needs a confirmation, which is not there yet: nothing was done. It works in the demo.'
const HELP = { label: 'Help', command: 'help' }

/** Answers what a person typed: "/buy btc 50 eur stop=3%" or "buy btc 50 eur stop=3%". Never throws. */
export async function dispatch({ text, person, commands, desk, report }: Dispatch): Promise<Reply> {
  const { word, rest } = headOf(text)
  if (word === '') return replyOf(['Write a command; help lists them.'], [HELP])
  if (text.length > LONGEST) return replyOf([`That is too long: a command has at most ${LONGEST} characters.`])
  const found = findCommand(commands, word)
  if (found === undefined) return unknown(word, person, commands)
  const { name, command } = found
  try {
    if (command.open !== true && !mayAct(person.role, command.role)) return refused(name, person, command.role)
    const args = parse(command, wordsOf(rest), desk)
    const needs = command.roleFor?.(args) ?? command.role
    if (needs !== command.role && !mayAct(person.role, needs)) return refused(`${name} in this use`, person, needs)
    if (command.confirm === 'live' && (await desk.status()).trading === 'live') return replyOf([UNCONFIRMED])
    return await command.run(desk, args, { person, commands })
  } catch (error) {
    if (error instanceof UsageError) return wrong(name, command, error.message)
    if (error instanceof Fault) return replyOf([faultText(error)])
    report(error)
    return replyOf(['Something went wrong inside; it was logged.'])
  }
}

/** The command that a text names, by name or alias; undefined: there is none. */
export const commandOf = (text: string, commands: Dispatch['commands']): ReturnType<typeof findCommand> =>
  findCommand(commands, headOf(text).word)

// The first word without its slash and, in a group, without the bot's name.
function headOf(text: string): { readonly word: string; readonly rest: string } {
  const trimmed = text.trim().replace(/^\/+\s*/, '')
  const end = trimmed.search(/\s|$/)
  return { word: trimmed.slice(0, end).replace(/@\w*$/, ''), rest: trimmed.slice(end) }
}

function parse(command: AnyCommand, words: readonly Word[], desk: Desk): object {
  const given = readArguments(argumentsOf(command), words, desk)
  const result = z.safeParse(command.args, given)
  if (result.success) return result.data
  const problems = result.error.issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
  throw new UsageError(problems.join('; '))
}

const refused = (what: string, { role }: Person, needs: Role): Reply =>
  replyOf([`${what} needs the role ${needs}; ${role === null ? 'you have none' : `yours is ${role}`}.`])

function wrong(name: string, command: AnyCommand, problem: string): Reply {
  const example = command.examples?.find(text => text !== '')
  const lines = [sentence(problem), `Usage: ${usageOf(name, command)}`]
  return replyOf([[...lines, ...(example === undefined ? [] : [`For example: ${name} ${example}`])].join('\n')])
}

function unknown(word: string, { role }: Person, commands: Dispatch['commands']): Reply {
  const typed = word.toLowerCase().slice(0, 20)
  const names = [...commands].filter(([, command]) => mayAct(role, command.role)).flatMap(([name, { aliases = [] }]) => [name, ...aliases])
  const ranked = names
    .map(name => ({ name, far: distance(typed, name) }))
    .filter(({ name, far }) => far <= Math.max(1, Math.floor(name.length / 3)) && far < name.length)
    .sort((left, right) => left.far - right.far)
  const nearest = ranked[0] === undefined ? '' : ` Did you mean ${ranked[0].name}?`
  return replyOf([`There is no command "${typed}".${nearest} help lists them all.`], [HELP])
}

// Where the outcome is unknown, doing it again could do it twice.
function faultText({ kind, message }: Fault): string {
  const what = sentence(message)
  switch (kind) {
    case 'retry':
      return `That did not work just now. ${what} Try again in a moment.`
    case 'refused':
      return `That was refused. ${what}`
    case 'unknown_outcome':
      return `No answer came, so it is not known whether it was done. ${what} Look at positions and trades before you repeat it.`
    case 'misconfigured':
      return `That cannot work as things are set up. ${what}`
  }
}

const sentence = (text: string): string => {
  const line = (text.split('\n')[0] ?? '').trim()
  const begun = line.charAt(0).toUpperCase() + line.slice(1)
  return /[.!?]$/.test(begun) ? begun : `${begun}.`
}
