import { z } from 'zod'
import { type AnyCommand, argument, argumentsOf, defineCommand, findCommand, mayAct, replyOf, UsageError, usageOf } from '#command'

function explain(name: string, command: AnyCommand): string {
  const { aliases = [], examples = [], role, confirm } = command
  const described = argumentsOf(command).filter(({ description }) => description !== '')
  return [
    `${command.summary}.`,
    `Usage: ${usageOf(name, command)}`,
    ...described.map(({ name: argumentName, description }) => `${argumentName}: ${description}`),
    ...examples.map(example => `Example: ${name} ${example}`),
    ...(aliases.length === 0 ? [] : [`Also: ${aliases.join(', ')}`]),
    `Role: ${role}${confirm === 'live' ? '; with real money it is refused until it can be confirmed' : ''}`,
  ].join('\n')
}

export default defineCommand({
  summary: 'List the commands, or explain one',
  role: 'viewer',
  aliases: ['start', 'h', '?'],
  examples: ['', 'buy'],
  args: z.object({ command: argument('command', { description: 'what to explain' }).optional() }),
  async run(_desk, { command: asked }, { person, commands }) {
    if (asked !== undefined) {
      const found = findCommand(commands, asked.replace(/^\//, ''))
      if (found === undefined) throw new UsageError(`there is no command "${asked.slice(0, 20)}"`)
      return replyOf([explain(found.name, found.command)])
    }
    const allowed = [...commands].filter(([, { role }]) => mayAct(person.role, role))
    const lines = allowed.map(([name, { summary }]) => `${name}: ${summary}`)
    const more = commands.size - allowed.length
    return replyOf([
      lines.join('\n'),
      `help and a command's name explains it, for example: help trades.${more > 0 ? ` ${more} more need another role than ${person.role}.` : ''}`,
    ])
  },
})
