import type { Api } from 'grammy'
import type { BotCommand, BotCommandScope } from 'grammy/types'
import type { Hands, MenuCommand } from '#ports/messenger.ts'
import { reasonOf } from './deliveries.ts'

const NAME = /^[a-z0-9_]{1,32}$/
const MOST_DESCRIPTION = 256
const MOST_COMMANDS = 100

/** A menu of commands as Telegram takes it. */
const botCommands = (commands: readonly MenuCommand[]): BotCommand[] =>
  commands
    .filter(({ name }) => NAME.test(name))
    .slice(0, MOST_COMMANDS)
    .map(({ name, summary }) => ({ command: name, description: summary.slice(0, MOST_DESCRIPTION) }))

/** Gives strangers the menu of what is open, each listed person what he or she may use, and groups everything. Failures are noted: typing still works. */
export async function registerMenus(
  api: Api,
  { commands, people, note, open }: Pick<Hands, 'commands' | 'people' | 'note' | 'open'>,
  groups: readonly string[],
): Promise<void> {
  const menus: [BotCommandScope, readonly MenuCommand[]][] = [
    [{ type: 'default' }, open],
    ...people.map(({ user, commands: own }): [BotCommandScope, readonly MenuCommand[]] => [{ type: 'chat', chat_id: Number(user) }, own]),
    ...groups.map((group): [BotCommandScope, readonly MenuCommand[]] => [{ type: 'chat', chat_id: Number(group) }, commands]),
  ]
  for (const [scope, menu] of menus)
    await api
      .setMyCommands(botCommands(menu), { scope })
      .catch((error: unknown) => note(`Telegram: a menu could not be set: ${reasonOf(error)}`))
}
